"""Arrays of exact fractions, which expressions of a spec may pass through: ``width * 3 / 4``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy

from cnncalc.arithmetic import integers
from cnncalc.arithmetic.integers import Integers, gcd
from cnncalc.arithmetic.undecided import Undecided


class Ratio:
    """A fraction at each point; numerator and denominator are Integers or ints, the denominator is positive."""

    __slots__ = ("denominator", "numerator")
    __array_ufunc__ = None

    def __init__(self, numerator: Any, denominator: Any) -> None:
        self.numerator = numerator
        self.denominator = denominator

    @classmethod
    def from_number(cls, number: Any) -> Ratio:
        """A number of any of these kinds as a Ratio."""
        if isinstance(number, cls):
            return number
        if isinstance(number, (int, Fraction)):
            return cls(number.numerator, number.denominator)
        return cls(number, 1)

    def whole(self) -> Any:
        """Where it is a whole number."""
        return self.numerator % self.denominator == 0

    def single(self) -> int | Fraction:
        """The one value that all points have, an int where it is whole. Raises Undecided where they have several."""
        a, b = self.numerator, self.denominator
        arrays = [each.array if isinstance(each, Integers) else each for each in (a, b)]
        pairs = numpy.broadcast_arrays(*arrays)
        rows = numpy.stack([pair.ravel() for pair in pairs], axis=1)
        found, labels = numpy.unique(rows, axis=0, return_inverse=True)
        if len(found) > 1:
            raise Undecided(labels.reshape(pairs[0].shape))
        value = Fraction(int(found[0][0]), int(found[0][1]))
        return value.numerator if value.denominator == 1 else value

    def __hash__(self) -> int:
        return hash(self.single())

    def __float__(self) -> float:
        return float(self.single())

    def __bool__(self) -> bool:
        return bool(self.numerator != 0)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"

    def __add__(self, other: Any) -> Any:
        b = Ratio.from_number(other)
        return _reduced(
            self.numerator * b.denominator + b.numerator * self.denominator, self.denominator * b.denominator
        )

    __radd__ = __add__

    def __neg__(self) -> Any:
        return Ratio(-self.numerator, self.denominator)

    def __pos__(self) -> Ratio:
        return self

    def __sub__(self, other: Any) -> Any:
        return self + -Ratio.from_number(other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        b = Ratio.from_number(other)
        return _reduced(self.numerator * b.numerator, self.denominator * b.denominator)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        """The quotient. Raises ZeroDivisionError, or Undecided where only some points divide by zero."""
        b = Ratio.from_number(other)
        if not bool(b.numerator != 0):
            raise ZeroDivisionError
        sign = (
            integers.where(b.numerator < 0, -1, 1)
            if isinstance(b.numerator, Integers)
            else -1
            if b.numerator < 0
            else 1
        )
        return _reduced(self.numerator * b.denominator * sign, self.denominator * b.numerator * sign)

    def __floordiv__(self, other: Any) -> Any:
        return floored(self / other)

    def __rfloordiv__(self, other: Any) -> Any:
        return floored(Ratio.from_number(other) / self)

    def __mod__(self, other: Any) -> Any:
        return self - floored(self / other) * Ratio.from_number(other)

    def __rmod__(self, other: Any) -> Any:
        return Ratio.from_number(other) % self

    def __pow__(self, exponent: int) -> Any:
        return _reduced(self.numerator**exponent, self.denominator**exponent)

    def _compared(self, compare: Any, other: Any) -> Any:
        if not isinstance(other, (int, Fraction, Integers, Ratio)):
            return NotImplemented
        b = Ratio.from_number(other)
        return compare(self.numerator * b.denominator, b.numerator * self.denominator)

    def __eq__(self, other: object) -> Any:
        return self._compared(operator.eq, other)

    def __ne__(self, other: object) -> Any:
        return self._compared(operator.ne, other)

    def __lt__(self, other: Any) -> Any:
        return self._compared(operator.lt, other)

    def __le__(self, other: Any) -> Any:
        return self._compared(operator.le, other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(operator.gt, other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(operator.ge, other)


def _reduced(numerator: Any, denominator: Any) -> Any:
    """In lowest terms, as Integers where it is whole at every point."""
    if isinstance(numerator, int) and isinstance(denominator, int):
        value = Fraction(numerator, denominator)
        return value.numerator if value.denominator == 1 else value
    common = gcd(numerator, denominator)
    numerator, denominator = numerator // common, denominator // common
    if isinstance(denominator, Integers):
        denominator.tighten()
        if denominator.low == denominator.high:
            denominator = denominator.low
    return numerator if isinstance(denominator, int) and denominator == 1 else Ratio(numerator, denominator)


def chosen(condition: Any, then: Any, otherwise: Any) -> Any:
    """``then`` where the condition holds, else ``otherwise``, fractions among them."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    a, b = Ratio.from_number(then), Ratio.from_number(otherwise)
    return _reduced(
        integers.where(condition, a.numerator, b.numerator), integers.where(condition, a.denominator, b.denominator)
    )


def floored(number: Any) -> Any:
    ratio = Ratio.from_number(number)
    return ratio.numerator // ratio.denominator


def ceiled(number: Any) -> Any:
    return -floored(-Ratio.from_number(number))


def single(number: Any) -> Any:
    return number.single()


def holds_throughout(number: Ratio, holds: Callable[[Any], bool]) -> bool:
    """Of what is whole at all points; a fraction among them is asked about by itself."""
    if bool(number.whole()):
        return integers.holds_throughout(floored(number), holds)
    return holds(float(number.single()))


def is_within(number: Ratio, limit: int) -> bool:
    return bool((number >= -limit) & (number <= limit) & (number.denominator <= limit))


def equal(a: Any, b: Any) -> Any:
    return a == b


def ceil_div(dividend: Any, divisor: Any) -> Any:
    return ceiled(quotient(dividend, divisor))


quotient = integers.quotient
maximum = integers.maximum
minimum = integers.minimum
