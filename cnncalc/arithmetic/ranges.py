"""A number of which only the least and the greatest possible value are known.

A formula evaluated with ranges gives a range that holds its value at every point of theirs, so that one evaluation can
rule out, or confirm, a whole box of points. Comparisons are true, false, or :data:`UNDECIDED`.

>>> from cnncalc.layers.formulas import window_output
>>> window_output(224, Range(1, 7), 2, Range(0, 3))
Range(109, 115)
>>> window_output(224, Range(1, 7), 2, Range(0, 3)) <= 115, window_output(224, Range(1, 7), 2) == 112
(True, UNDECIDED)

Source of the rules: Moore, Kearfott and Cloud, "Introduction to Interval Analysis" (2009), chapter 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any


class UndecidedError(Exception):
    """A branch was to be taken on a condition that holds at some points of a range and not at others."""


class Maybe:
    """The truth of a condition that holds at some points of a range and not at others."""

    def __bool__(self) -> bool:
        raise UndecidedError

    def __and__(self, other: Any) -> Any:
        return False if other is False else self

    def __or__(self, other: Any) -> Any:
        return True if other is True else self

    def __invert__(self) -> Maybe:
        return self

    __rand__, __ror__ = __and__, __or__

    def __repr__(self) -> str:
        return "UNDECIDED"


UNDECIDED = Maybe()


class Range:
    """All numbers from ``low`` to ``high``, both included; only the whole ones unless ``whole`` is false."""

    __slots__ = ("high", "low", "whole")

    def __init__(self, low: Any, high: Any, *, whole: bool = True) -> None:
        self.low = low
        self.high = high
        self.whole = whole

    def __repr__(self) -> str:
        return f"Range({self.low}, {self.high})"

    def __bool__(self) -> bool:
        return not bool(self == 0)

    def __add__(self, other: Any) -> Range:
        low, high = ends(other)
        return Range(self.low + low, self.high + high, whole=self._whole_with(other))

    def __sub__(self, other: Any) -> Range:
        low, high = ends(other)
        return Range(self.low - high, self.high - low, whole=self._whole_with(other))

    def __rsub__(self, other: Any) -> Range:
        return Range(other - self.high, other - self.low, whole=self._whole_with(other))

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low, whole=self.whole)

    def __mul__(self, other: Any) -> Range:
        low, high = ends(other)
        whole = self._whole_with(other)
        if self.low >= 0 and low >= 0:
            return Range(self.low * low, self.high * high, whole=whole)
        corners = (self.low * low, self.low * high, self.high * low, self.high * high)
        return Range(min(corners), max(corners), whole=whole)

    def _whole_with(self, other: Any) -> bool:
        return self.whole and (other.whole if isinstance(other, Range) else isinstance(other, int))

    def __floordiv__(self, other: Any) -> Range:
        if not self._whole_with(other):
            raise UndecidedError
        low, high = _positive(other)
        return Range(
            self.low // (high if self.low >= 0 else low),
            self.high // (low if self.high >= 0 else high),
        )

    def __rfloordiv__(self, other: Any) -> Range:
        return Range(other, other) // self

    def __mod__(self, other: Any) -> Range:
        if not self._whole_with(other):
            raise UndecidedError
        low, high = _positive(other)
        if self.low >= 0 and self.high < low:
            return self
        if low == high and self.low // low == self.high // low:
            return Range(self.low % low, self.high % low)
        return Range(0, high - 1)

    def __rmod__(self, other: Any) -> Range:
        return Range(other, other) % self

    def __pow__(self, exponent: int) -> Range:
        if self.low < 0:
            raise UndecidedError
        return Range(self.low**exponent, self.high**exponent, whole=self.whole)

    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other: object) -> Any:
        if isinstance(other, str):
            return False
        low, high = ends(other)
        if self.high < low or high < self.low:
            return False
        return True if self.low == self.high == low == high else UNDECIDED

    def __ne__(self, other: object) -> Any:
        same = self == other
        return same if same is UNDECIDED else not same

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> Any:
        low, high = ends(other)
        return True if self.high < low else False if self.low >= high else UNDECIDED

    def __le__(self, other: Any) -> Any:
        low, high = ends(other)
        return True if self.high <= low else False if self.low > high else UNDECIDED

    def __gt__(self, other: Any) -> Any:
        low, high = ends(other)
        return True if self.low > high else False if self.high <= low else UNDECIDED

    def __ge__(self, other: Any) -> Any:
        low, high = ends(other)
        return True if self.low >= high else False if self.high < low else UNDECIDED


def ends(number: Any) -> tuple[Any, Any]:
    """The least and the greatest value of a number."""
    return (number.low, number.high) if isinstance(number, Range) else (number, number)


def _positive(divisor: Any) -> tuple[Any, Any]:
    low, high = ends(divisor)
    if low <= 0:
        raise UndecidedError
    return low, high


def ceil_div(dividend: Any, divisor: Any) -> Any:
    return -(-dividend // divisor)


def gcd(a: Any, b: Any) -> Any:
    return Range(1, min(ends(a)[1], ends(b)[1]))


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    (low, high), (other_low, other_high) = ends(then), ends(otherwise)
    return Range(min(low, other_low), max(high, other_high), whole=_whole(then, otherwise))


def equal(a: Any, b: Any) -> Any:
    return a == b


def settled(number: Any, name: str) -> Any:
    return number


def scaled(number: Range, factor: float) -> Range:
    low, high = floor(number.low * factor), floor(number.high * factor)
    return Range(min(low, high), max(low, high))


def maximum(a: Any, b: Any) -> Any:
    return Range(max(ends(a)[0], ends(b)[0]), max(ends(a)[1], ends(b)[1]), whole=_whole(a, b))


def minimum(a: Any, b: Any) -> Any:
    return Range(min(ends(a)[0], ends(b)[0]), min(ends(a)[1], ends(b)[1]), whole=_whole(a, b))


def quotient(dividend: Any, divisor: Any) -> Range:
    low, high = _positive(divisor)
    corners = [Fraction(a) / Fraction(b) for a in ends(dividend) for b in (low, high)]
    return Range(min(corners), max(corners), whole=False)


def floored(number: Range) -> Range:
    return Range(floor(number.low), floor(number.high))


def ceiled(number: Range) -> Range:
    return Range(ceil(number.low), ceil(number.high))


def single(number: Any) -> Any:
    if isinstance(number, Range) and number.low == number.high:
        return number.low
    raise UndecidedError


def total(numbers: Sequence[Any]) -> Any:
    return sum(numbers)


def holds_throughout(number: Range, holds: Callable[[Any], bool]) -> bool:
    if number.whole and holds(number.low) and holds(number.high):
        return True
    raise UndecidedError


def is_within(number: Range, limit: int) -> bool:
    if -limit <= number.low and number.high <= limit:
        return True
    raise UndecidedError


def __getattr__(name: str) -> Callable[..., Any]:
    """What has no rule for ranges leaves open what it computes, which is always sound."""
    if name.startswith("_"):
        raise AttributeError(name)

    def undecided(*numbers: Any) -> Any:
        raise UndecidedError

    return undecided


def _whole(*numbers: Any) -> bool:
    return all(number.whole if isinstance(number, Range) else isinstance(number, int) for number in numbers)
