"""Cells set in aligned columns.

A rich Table renders every cell as a document of its own: 35 ms for AlexNet's, where the whole analysis takes 1 ms and
importing everything 90 ms. Set as lines of one text, the same table takes 4 ms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len, chop_cells
from rich.text import Text


class Cell(Struct, frozen=True):
    """A text with a rich style."""

    text: str
    style: str = ""


class Track(Struct, frozen=True):
    """A column: its width in terminal cells, and whether its texts stand at the right."""

    width: int
    right: bool = False


def width_of(texts: Sequence[str]) -> int:
    """The width of the widest text in terminal cells."""
    return max(map(cell_len, texts), default=0)


def grid(rows: Sequence[Sequence[Cell]], tracks: Sequence[Track], gap: int) -> Text:
    """The rows under each other, ``gap`` cells between columns; a text too wide for its column takes more lines."""
    lines = []
    for row in rows:
        folded = [_fold(cell.text, track.width) for cell, track in zip(row, tracks, strict=True)]
        for index in range(max(map(len, folded))):
            line = Text(end="")
            for cell, pieces, track in zip(row, folded, tracks, strict=True):
                piece = pieces[index] if index < len(pieces) else ""
                space = " " * (track.width - cell_len(piece))
                line.append((space + piece if track.right else piece + space) + " " * gap, cell.style)
            line.rstrip()
            lines.append(line)
    return Text("\n").join(lines)


def _fold(text: str, width: int) -> list[str]:
    """A text in pieces that fit, broken after spaces and dots where there are any."""
    if cell_len(text) <= width:
        return [text]
    pieces = [""]
    for word in re.findall(r"[^ .]*[ .]|[^ .]+", text):
        joined = pieces[-1] + word
        if cell_len(joined.rstrip()) <= width:
            pieces[-1] = joined
        else:
            pieces += chop_cells(word, max(width, 1))
    return [piece.rstrip() for piece in pieces if piece]
