"""The reports that other programs read: JSON, CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from cnncalc.analysis.folding import Folded
from cnncalc.report.sheet import Column, Sheet
from cnncalc.safe_text import no_formula as no_formula

_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|~"})
_LATEX = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "×": r"$\times$",
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
        "<": "$<$",
        ">": "$>$",
    }
)


def as_json(sheet: Sheet) -> str:
    """The analysis as one object, with the layers of the sheet in its order."""
    document = sheet.analysis.to_dict()
    by_name = {layer["name"]: layer for layer in document["layers"]}
    document["layers"] = [row.to_dict() if isinstance(row, Folded) else by_name[row.name] for row in sheet.rows]
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_csv(sheet: Sheet) -> str:
    """A row a layer, without totals, in exact figures; text that a spreadsheet would run as a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.key for column in sheet.columns)
    for row in sheet.rows:
        writer.writerow(_csv_cell(column, sheet, sheet.value(column, row)) for column in sheet.columns)
    return buffer.getvalue().rstrip("\n")


def as_markdown(sheet: Sheet) -> str:
    """A table with a row of totals."""
    lines = [_markdown_row(sheet.heading(column) for column in sheet.columns)]
    lines.append("|" + "|".join("---:" if column.quantity else ":---" for column in sheet.columns) + "|")
    lines += [_markdown_row(sheet.text(column, row) for column in sheet.columns) for row in sheet.rows]
    lines.append(_markdown_row(sheet.total_text(column) for column in sheet.columns))
    return "\n".join(lines)


def as_latex(sheet: Sheet) -> str:
    """A ``tabular`` in the manner of booktabs, with a row of totals."""
    alignment = "".join("r" if column.quantity else "l" for column in sheet.columns)
    lines = [
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        _latex_row(sheet.heading(column) for column in sheet.columns),
        r"\midrule",
        *(_latex_row(sheet.text(column, row) for column in sheet.columns) for row in sheet.rows),
        r"\midrule",
        _latex_row(sheet.total_text(column) for column in sheet.columns),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines)


def _csv_cell(column: Column, sheet: Sheet, value: object) -> object:
    if column.share:
        whole = column.total(sheet.analysis)
        return value / whole if isinstance(value, int) and whole else 0
    return no_formula(value) if isinstance(value, str) else value


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.translate(_MARKDOWN) for cell in cells)} |"


def _latex_row(cells: Iterable[str]) -> str:
    return " & ".join(cell.translate(_LATEX) for cell in cells) + r" \\"
