"""A table of plain values for other programs: the one way in which any command's rows become CSV or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cnncalc.report.text import csv_text, markdown_row


class Records(Struct, frozen=True):
    """Columns by their names, and rows of exact values; None where there is none."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    def as_objects(self) -> list[dict[str, Any]]:
        """An object a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def as_csv(self) -> str:
        """A heading and a row each; text that a spreadsheet would run as a formula is quoted."""
        return csv_text([self.columns, *(map(_plain, row) for row in self.rows)])

    def as_markdown(self) -> str:
        """A table, numbers at the right."""
        cells = [[_text(value) for value in row] for row in self.rows]
        numeric = [all(_is_number(row[place]) for row in self.rows) for place in range(len(self.columns))]
        rule = "|" + "|".join("---:" if number and cells else ":---" for number in numeric) + "|"
        return "\n".join([markdown_row(self.columns), rule, *map(markdown_row, cells)])


def _is_number(value: Any) -> bool:
    return value is None or (not isinstance(value, bool) and hasattr(value, "__float__"))


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(_plain(value))
