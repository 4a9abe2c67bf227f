"""The whole numbers at which a condition holds, found by ruling out boxes of them at once.

A condition is asked of a box, with :class:`~cnncalc.arithmetic.ranges.Range` for each number that is not fixed. Where
it is false of the whole box nothing in it is looked at, where it is true all of it is taken, otherwise the box is
halved; a single point has ints, and there the answer is definite. So what is found is complete whatever the condition,
and quick where it is made of formulas that ranges follow.

Source: Moore, Kearfott and Cloud, "Introduction to Interval Analysis" (2009), section 8.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, TypeAlias

from cnncalc.arithmetic.ranges import UNDECIDED, Maybe, Range, UndecidedError

Box: TypeAlias = tuple[tuple[int, int], ...]
"""The least and the greatest value of each number, both included."""

Condition: TypeAlias = Callable[[Sequence[Any]], bool | Maybe]


class TooMuchWorkError(Exception):
    """A search that would look at more boxes than it was allowed."""


def solutions(box: Box, condition: Condition, most: int) -> Iterator[Box]:
    """Boxes without overlap that together hold the points of ``box`` at which the condition holds.

    Those with larger values come first. Raises TooMuchWorkError once ``most`` boxes have been looked at.
    """
    pending = [box]
    looked = 0
    while pending:
        current = pending.pop()
        looked += 1
        if looked > most:
            raise TooMuchWorkError
        numbers = [low if low == high else Range(low, high) for low, high in current]
        widest = _widest(current)
        try:
            answer = condition(numbers)
        except (UndecidedError, TypeError):
            if widest is None:
                raise
            answer = UNDECIDED
        if answer is True:
            yield current
        elif answer is UNDECIDED:
            assert widest is not None, "a single point was left undecided"
            low, high = current[widest]
            middle = (low + high) // 2
            halves = ((low, middle), (middle + 1, high))
            pending += [(*current[:widest], half, *current[widest + 1 :]) for half in halves]


def count(boxes: Sequence[Box]) -> int:
    """How many points the boxes hold."""
    return sum(prod(high - low + 1 for low, high in box) for box in boxes)


def _widest(box: Box) -> int | None:
    """The number to halve: the one whose values are furthest apart by their ratio; None in a single point."""
    ratios = [(high - low) / (abs(low) + 1) for low, high in box]
    return ratios.index(max(ratios)) if any(ratios) else None
