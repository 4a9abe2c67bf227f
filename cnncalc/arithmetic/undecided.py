"""What happens where Python code wants one answer and the points of a sweep have several."""

from __future__ import annotations

from typing import Any

import numpy


class Undecided(Exception):  # noqa: N818 - nothing is wrong; the points are to be told apart
    """A branch, a repetition or an index for which the points of a sweep differ.

    ``labels`` has a number for each point, broadcast along the axes on which it does not depend; points of one label
    have one answer, so that whoever holds the points can go on with those of each label apart.
    """

    def __init__(self, labels: Any) -> None:
        super().__init__("the points of a sweep differ here")
        self.labels = labels


class Truth:
    """Whether something holds, at each point. As a condition of Python code it must be so at all points or at none."""

    __slots__ = ("mask",)
    __array_ufunc__ = None

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def __bool__(self) -> bool:
        if self.mask.all():
            return True
        if not self.mask.any():
            return False
        raise Undecided(self.mask.astype(numpy.int64))

    def __and__(self, other: Truth | bool) -> Truth | bool:
        if isinstance(other, Truth):
            return Truth(self.mask & other.mask)
        return self if other else False

    def __or__(self, other: Truth | bool) -> Truth | bool:
        if isinstance(other, Truth):
            return Truth(self.mask | other.mask)
        return True if other else self

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> Truth:
        return Truth(~self.mask)
