"""The reports that other programs read: JSON, CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from cnncalc.analysis.folding import Folded
from cnncalc.report.sheet import Column, Sheet
from cnncalc.safe_text import json_text, no_formula

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


def as_json(*sheets: Sheet) -> str:
    """The analysis as one object, with the layers of the sheet in its order; of several sheets, a list of these."""
    documents = [_document(sheet) for sheet in sheets]
    return json_text(documents[0] if len(documents) == 1 else documents)


def _document(sheet: Sheet) -> dict[str, Any]:
    document = sheet.analysis.to_dict()
    by_name = {layer["name"]: layer for layer in document["layers"]}
    document["layers"] = [row.to_dict() if isinstance(row, Folded) else by_name[row.name] for row in sheet.rows]
    return document


def as_csv(*sheets: Sheet) -> str:
    """A row a layer, without totals, in exact figures; text that a spreadsheet would run as a formula is quoted. Sheets
    of the same columns stand under one heading.
    """
    columns = sheets[0].columns
    rows = [
        [_csv_cell(column, sheet, sheet.value(column, row)) for column in columns]
        for sheet in sheets
        for row in sheet.rows
    ]
    return csv_text([[column.key for column in columns], *rows])


def as_markdown(*sheets: Sheet) -> str:
    """A table with a row of totals behind the layers of each sheet."""
    columns = sheets[0].columns
    lines = [markdown_row(sheets[0].heading(column) for column in columns)]
    lines.append("|" + "|".join("---:" if column.quantity else ":---" for column in columns) + "|")
    for sheet in sheets:
        lines += [markdown_row(sheet.text(column, row) for column in columns) for row in sheet.rows]
        lines.append(markdown_row(sheet.total_text(column) for column in columns))
    return "\n".join(lines)


def as_latex(*sheets: Sheet) -> str:
    """A ``tabular`` in the manner of booktabs, with a row of totals behind the layers of each sheet."""
    columns = sheets[0].columns
    lines = [
        rf"\begin{{tabular}}{{{''.join('r' if column.quantity else 'l' for column in columns)}}}",
        r"\toprule",
        _latex_row(sheets[0].heading(column) for column in columns),
    ]
    for sheet in sheets:
        lines += [
            r"\midrule",
            *(_latex_row(sheet.text(column, row) for column in columns) for row in sheet.rows),
            r"\midrule",
            _latex_row(sheet.total_text(column) for column in columns),
        ]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def _csv_cell(column: Column, sheet: Sheet, value: object) -> object:
    if column.share:
        whole = column.total(sheet.analysis)
        return value / whole if isinstance(value, int) and whole else 0
    return value


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, without an end of line behind the last; texts as :func:`no_formula` has them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([no_formula(value) if isinstance(value, str) else value for value in row] for row in rows)
    return buffer.getvalue().removesuffix("\n")


def markdown_row(cells: Iterable[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(map(markdown_text, cells))} |"


def markdown_text(text: str) -> str:
    """A text that Markdown shows as it is."""
    return text.translate(_MARKDOWN)


def _latex_row(cells: Iterable[str]) -> str:
    return " & ".join(cell.translate(_LATEX) for cell in cells) + r" \\"
