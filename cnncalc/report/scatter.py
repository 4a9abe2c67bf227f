"""Points of a sweep over two figures, drawn with characters."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from cnncalc.report.grid import Line, Span
from cnncalc.report.numbers import abbreviated

_FRONT, _OTHER = "●", "·"
_WIDE = 100
"""From which ratio of the largest to the smallest on an axis is logarithmic."""


def scatter(
    x: Sequence[float], y: Sequence[float], front: Sequence[bool], names: tuple[str, str], width: int, height: int
) -> list[Line]:
    """Points over two axes, those of the front marked, in so many columns and rows."""
    labels = [abbreviated(round(value)) for value in (max(y), min(y))]
    margin = max(map(len, labels))
    columns = max(width - margin - 2, 10)
    ruler_x, ruler_y = _Ruler(x, columns), _Ruler(y, height)
    cells = [[" "] * columns for _ in range(height)]
    for across, up, best in sorted(zip(x, y, front, strict=True), key=lambda point: bool(point[2])):
        cells[height - 1 - ruler_y.place(up)][ruler_x.place(across)] = _FRONT if best else _OTHER
    lines: list[Line] = [[Span(f"{names[1]}{' (logarithmic)' if ruler_y.logarithmic else ''}", "dim")]]
    for row, found in enumerate(cells):
        label = labels[0] if row == 0 else labels[1] if row == height - 1 else ""
        lines.append([Span(f"{label:>{margin}} │", "dim"), *_runs("".join(found).rstrip())])
    lines.append([Span(" " * (margin + 1) + "└" + "─" * columns, "dim")])
    left, right = abbreviated(round(min(x))), abbreviated(round(max(x)))
    middle = f"{names[0]}{' (logarithmic)' if ruler_x.logarithmic else ''}"
    space = columns - len(left) - len(right)
    lines.append([Span(" " * (margin + 2) + left + middle.center(max(space, len(middle) + 2)) + right, "dim")])
    return lines


class _Ruler:
    """Where values stand on an axis of so many cells."""

    def __init__(self, values: Sequence[float], cells: int) -> None:
        self.logarithmic = min(values) > 0 and max(values) > _WIDE * min(values)
        self.low, self.high = self._scaled(min(values)), self._scaled(max(values))
        self.cells = cells

    def _scaled(self, value: float) -> float:
        return log10(value) if self.logarithmic else float(value)

    def place(self, value: float) -> int:
        extent = self.high - self.low
        return round((self._scaled(value) - self.low) / extent * (self.cells - 1)) if extent else 0


def _runs(cells: str) -> Line:
    """Cells as spans of one style each."""
    line: Line = []
    for mark in cells:
        style = "bold green" if mark == _FRONT else "dim"
        if line and line[-1].style == style:
            line[-1] = Span(line[-1].text + mark, style)
        else:
            line.append(Span(mark, style))
    return line
