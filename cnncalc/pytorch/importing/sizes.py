"""Shapes as they are in each trace, and as the sizes of each axis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

Sizes: TypeAlias = tuple[int, ...]
"""A shape; or one axis's size in each trace."""

Columns: TypeAlias = list[Sizes]
"""For each axis its size in every trace."""


def columns(shapes: tuple[Sizes, ...]) -> Columns:
    return list(zip(*shapes, strict=True)) if shapes[0] else []


def varies(sizes: Sizes) -> bool:
    """Whether a size is not the same in every trace."""
    return any(size != sizes[0] for size in sizes)


def subsequence(wanted: Columns, have: Columns) -> list[int] | None:
    """The axes, in their order, that have the wanted sizes; neighbours where there is a choice; None without any."""
    for start in range(len(have) - len(wanted), -1, -1):
        if have[start : start + len(wanted)] == wanted:
            return list(range(start, start + len(wanted)))
    places: Iterator[int] = iter(range(len(have)))
    found = [next((place for place in places if have[place] == sizes), None) for sizes in wanted]
    return None if None in found else [place for place in found if place is not None]
