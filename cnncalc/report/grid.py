"""Text set in aligned columns and folded lines, for any renderer.

Not a rich Table, which renders every cell as a document of its own and needs rich's console, both of which take far
longer than the analysis does; ``benchmarks/command.py`` times the whole command with and without.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct
from rich.cells import cell_len, chop_cells


class Span(Struct, frozen=True):
    """A text with a style by rich's name for it."""

    text: str
    style: str = ""


Line: TypeAlias = list[Span]


class Track(Struct, frozen=True):
    """A column: its width in terminal cells, and whether its texts stand at the right."""

    width: int
    right: bool = False


def width_of(texts: Sequence[str]) -> int:
    """The width of the widest text in terminal cells."""
    return max(map(cell_len, texts), default=0)


def grid(rows: Sequence[Sequence[Span]], tracks: Sequence[Track], gap: int) -> list[Line]:
    """The rows under each other, ``gap`` cells between columns; a text too wide for its column takes more lines."""
    lines = []
    for row in rows:
        folded = [fold(cell.text, track.width, " .") for cell, track in zip(row, tracks, strict=True)]
        for index in range(max(map(len, folded))):
            pieces = [texts[index] if index < len(texts) else "" for texts in folded]
            last = max((position for position, piece in enumerate(pieces) if piece), default=-1)
            lines.append(
                [
                    Span(_aligned(piece, track, gap if position < last else None), cell.style)
                    for position, (piece, track, cell) in enumerate(zip(pieces, tracks, row, strict=True))
                    if position <= last
                ]
            )
    return lines


def fitted(rows: Sequence[Sequence[Span]], rights: Sequence[bool], width: int, narrowest: dict[int, int]) -> list[Line]:
    """The rows in columns as wide as their texts, two cells apart where there is room.

    Where there is none, the columns ``narrowest`` wrap, in that order, down to the widths that it states.
    """
    widths = [width_of([row[column].text for row in rows]) for column in range(len(rights))]
    gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= width else 1
    excess = sum(widths) + gap * (len(widths) - 1) - width
    for column, least in narrowest.items():
        saved = max(0, min(excess, widths[column] - least))
        widths[column] -= saved
        excess -= saved
    return grid(rows, [Track(size, right) for size, right in zip(widths, rights, strict=True)], gap)


def fold(text: str, width: int, breaks: str = " ") -> list[str]:
    """A text in pieces of at most ``width`` cells, broken after the characters ``breaks`` where there are any."""
    if cell_len(text) <= width:
        return [text]
    pieces = [""]
    for word in re.findall(f"[^{breaks}]*[{breaks}]|[^{breaks}]+", text):
        joined = pieces[-1] + word
        if cell_len(joined.rstrip()) <= width:
            pieces[-1] = joined
        else:
            pieces += chop_cells(word, max(width, 1))
    return [piece.rstrip() for piece in pieces if piece.rstrip()]


def _aligned(text: str, track: Track, gap: int | None) -> str:
    """A text in its column, with the gap behind it; None behind the last text of a line, which ends there."""
    space = " " * (track.width - cell_len(text))
    if track.right:
        return space + text + " " * (gap or 0)
    return text if gap is None else text + space + " " * gap
