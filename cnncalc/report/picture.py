"""A box of pixels on an input, drawn with characters."""

from __future__ import annotations

from bisect import bisect_left

from cnncalc.analysis import Sight
from cnncalc.analysis.regions import Indices
from cnncalc.report.grid import Line, Span

_SEEN, _PARTLY, _UNSEEN, _PADDING = "█", "▒", "░", "╳"
_STYLES = {_SEEN: "green", _PARTLY: "green", _UNSEEN: "dim", _PADDING: "yellow", " ": ""}
LEGEND = {
    _SEEN: "seen",
    _PARTLY: "seen in part",
    _UNSEEN: "the rest of the input",
    _PADDING: "the field beyond the input, in padding",
}


def picture(sight: Sight, width: int, height: int) -> list[Line]:
    """The last two pixel axes of an input, or its one, in at most so many cells, each twice as high as wide.

    A cell stands for a block of pixels: all seen, seen in part, not seen, or beyond the input where the field reaches.
    """
    rank = len(sight.pixels)
    rows = _ruler(sight, rank - 2) if rank > 1 else range(1)
    columns = _ruler(sight, rank - 1)
    scale = max(1, -(-len(columns) // width), -(-len(rows) // (2 * height)))
    lines: list[Line] = []
    marks: set[str] = set()
    for row in range(rows.start, rows.stop, 2 * scale):
        cells = "".join(
            _cell(sight, range(row, min(row + 2 * scale, rows.stop)), range(column, min(column + scale, columns.stop)))
            for column in range(columns.start, columns.stop, scale)
        )
        marks |= set(cells)
        lines.append(_runs(cells))
    legend = ", ".join(f"{mark} {meaning}" for mark, meaning in LEGEND.items() if mark in marks)
    block = f"one character is {scale}×{2 * scale} pixels" if rank > 1 else f"one character is {scale} pixels"
    if rank > 2:
        block += ", all slices on top of each other"
    return [*lines, [Span(f"{legend}; {block}" if scale > 1 or rank > 1 else legend, "dim")]]


def _ruler(sight: Sight, axis: int) -> range:
    """The pixels to draw along an axis: those of the input, and those of the field beyond it."""
    low, high = 0, sight.pixels[axis] - 1
    if sight.field is not None:
        low, high = min(low, sight.field[axis][0]), max(high, sight.field[axis][1])
    return range(low, high + 1)


def _cell(sight: Sight, rows: range, columns: range) -> str:
    rank = len(sight.pixels)
    block = (rows, columns)[-rank:] if rank < 3 else (rows, columns)
    axes = range(rank - len(block), rank)
    inside = [_among(range(sight.pixels[axis]), side) for axis, side in zip(axes, block, strict=True)]
    if not all(inside):
        if sight.field is None:
            return " "
        reached = all(
            _among(range(sight.field[axis][0], sight.field[axis][1] + 1), side)
            for axis, side in zip(axes, block, strict=True)
        )
        return _PADDING if reached else " "
    across = any(count < len(side) for count, side in zip(inside, block, strict=True))
    seen = 0
    for region in sight.regions:
        held = [_among(region[axis], side) for axis, side in zip(axes, block, strict=True)]
        if held == inside:
            return _PARTLY if across else _SEEN
        seen += all(held)
    return _PARTLY if seen else _UNSEEN


def _among(found: Indices, block: range) -> int:
    """How many of a block's positions are among some."""
    return bisect_left(found, block.stop) - bisect_left(found, block.start)


def _runs(cells: str) -> Line:
    """Cells as spans of one style each."""
    line: Line = []
    for mark in cells.rstrip():
        if line and line[-1].text[-1] == mark:
            line[-1] = Span(line[-1].text + mark, line[-1].style)
        else:
            line.append(Span(mark, _STYLES[mark]))
    return line
