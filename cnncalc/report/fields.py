"""Receptive fields as people read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from cnncalc.analysis import ReceptiveField
from cnncalc.analysis.alignment import decimal_text

UNKNOWN = "?"
NOTHING = "–"


def size_text(field: ReceptiveField) -> str:
    """``195×195``; ``5–6×5–6`` where units differ; ``all 224×224`` where every unit sees all that the layer sees."""
    sizes = [
        size_range(smallest, size) if size is not None else UNKNOWN
        for size, smallest in zip(field.size, field.smallest, strict=True)
    ]
    if all(field.whole):
        return f"all {'×'.join(sizes)}"
    return "×".join(f"all {size}" if whole else size for size, whole in zip(sizes, field.whole, strict=True))


def size_range(smallest: int | None, largest: int) -> str:
    """``5–6``, one number where they are the same, and ``?–6`` where the smallest is not known."""
    return str(largest) if smallest == largest else f"{UNKNOWN if smallest is None else smallest}–{largest}"


def jump_text(field: ReceptiveField) -> str:
    """``32``, or one an axis where they differ: ``2, 1``; a fraction where the network takes samples up."""
    return _once([NOTHING if jump is None else str(jump) for jump in field.jump])


def start_text(field: ReceptiveField) -> str:
    """``31.5``, or one an axis where they differ."""
    return _once([NOTHING if start is None else number_text(start) for start in field.start])


def padding_text(field: ReceptiveField) -> str:
    """``66+65``: pixels before and behind the input; one number where both are the same."""
    return _once([UNKNOWN if sides is None else _once(sides, "+") for sides in field.padding])


def number_text(number: float | Fraction) -> str:
    """A number as short as it can be said, with a minus sign."""
    return decimal_text(number).replace("-", "−")


def of_inputs(fields: Mapping[str, ReceptiveField], text: Callable[[ReceptiveField], str]) -> str:
    """A text of the field on the one input, or on each of several under its name."""
    if len(fields) == 1:
        return text(next(iter(fields.values())))
    return "; ".join(f"{name} {text(field)}" for name, field in fields.items()) or NOTHING


def _once(values: Iterable[Any], separator: str = ", ") -> str:
    texts = list(map(str, values))
    return texts[0] if len(set(texts)) == 1 else separator.join(texts)
