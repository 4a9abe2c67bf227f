"""Arrays of integers that never wrap: a number at each point of a sweep.

An :class:`Integers` knows bounds of its elements. Each operation works out those of its result in Python's integers,
and where they go beyond 64 bits, after a look at the elements themselves, it computes with Python's integers too.
Where code wants one number or one answer, and the points have several, :class:`Undecided` is raised.

>>> import numpy
>>> width = Integers.of(numpy.array([3, 2**40]))
>>> (width * width).array.tolist() == [9, 2**80]
True
>>> (width * width // width).array.dtype
dtype('int64')
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy

from cnncalc.arithmetic.undecided import Truth, Undecided

_LEAST, _MOST = -(2**63) + 1, 2**63 - 1


class Integers:
    """An integer at each point; ``low`` and ``high`` bound them, not always tightly."""

    __slots__ = ("array", "high", "low", "tight")
    __array_ufunc__ = None

    def __init__(self, array: Any, low: int, high: int, tight: bool = False) -> None:
        self.array = array
        self.low = low
        self.high = high
        self.tight = tight

    @classmethod
    def of(cls, array: Any) -> Integers:
        """The integers of a NumPy array, in 64 bits where they fit."""
        low, high = int(array.min()), int(array.max())
        if low >= _LEAST and high <= _MOST:
            array = array.astype(numpy.int64, copy=False)
        return cls(array, low, high, tight=True)

    def tighten(self) -> None:
        """Make the bounds those of the elements."""
        if not self.tight:
            self.low, self.high, self.tight = int(self.array.min()), int(self.array.max()), True

    def values(self) -> list[int]:
        """The different integers, in order."""
        return [int(value) for value in numpy.unique(self.array)]

    def single(self) -> int:
        """The one integer that all points have. Raises Undecided where they have several."""
        if self.low != self.high:
            self.tighten()
        if self.low != self.high:
            _, labels = numpy.unique(self.array, return_inverse=True)
            raise Undecided(labels.reshape(self.array.shape))
        return self.low

    __index__ = __int__ = single

    def __hash__(self) -> int:
        return hash(self.single())

    def __float__(self) -> float:
        return float(self.single())

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __format__(self, style: str) -> str:
        self.tighten()
        low, high = format(self.low, style), format(self.high, style)
        return low if self.low == self.high else f"{low}…{high}"

    def __str__(self) -> str:
        return format(self, "")

    def __repr__(self) -> str:
        return f"<Integers {self}>"

    def __add__(self, other: Any) -> Any:
        return _computed(numpy.add, _added, self, other, operator.add)

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return _computed(numpy.subtract, _subtracted, self, other, operator.sub)

    def __rsub__(self, other: Any) -> Any:
        return _computed(numpy.subtract, _subtracted, other, self, operator.sub)

    def __mul__(self, other: Any) -> Any:
        if type(other) is int and other == 1:
            return self
        return _computed(numpy.multiply, _multiplied, self, other, operator.mul)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __floordiv__(self, other: Any) -> Any:
        return _computed(numpy.floor_divide, _divided, self, _divisor(other), operator.floordiv)

    def __rfloordiv__(self, other: Any) -> Any:
        return _computed(numpy.floor_divide, _divided, other, _divisor(self), operator.floordiv)

    def __truediv__(self, other: Any) -> Any:
        return quotient(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return quotient(other, self)

    def __mod__(self, other: Any) -> Any:
        return _computed(numpy.remainder, _remaining, self, _divisor(other), operator.mod)

    def __rmod__(self, other: Any) -> Any:
        return _computed(numpy.remainder, _remaining, other, _divisor(self), operator.mod)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __pow__(self, exponent: Any, modulo: Any = None) -> Any:
        if modulo is not None:
            return pow(self.single(), operator.index(exponent), operator.index(modulo))
        result: Any = 1
        for digit in bin(operator.index(exponent))[2:]:
            result = result * result
            if digit == "1":
                result = result * self
        return result

    def __rpow__(self, base: int) -> int:
        return int(base ** self.single())

    def __neg__(self) -> Any:
        return 0 - self

    def __pos__(self) -> Integers:
        return self

    def __abs__(self) -> Any:
        return self if self.low >= 0 else maximum(self, -self)

    def __eq__(self, other: object) -> Any:
        return _compared(numpy.equal, operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return _compared(numpy.not_equal, operator.ne, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compared(numpy.less, operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return _compared(numpy.less_equal, operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compared(numpy.greater, operator.gt, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compared(numpy.greater_equal, operator.ge, self, other)


Bounds = tuple[int, int]


def _added(a: Bounds, b: Bounds) -> Bounds:
    return a[0] + b[0], a[1] + b[1]


def _subtracted(a: Bounds, b: Bounds) -> Bounds:
    return a[0] - b[1], a[1] - b[0]


def _multiplied(a: Bounds, b: Bounds) -> Bounds:
    if a[0] >= 0 and b[0] >= 0:
        return a[0] * b[0], a[1] * b[1]
    corners = [x * y for x in a for y in b]
    return min(corners), max(corners)


def _divided(a: Bounds, b: Bounds) -> Bounds:
    if b[0] > 0 or b[1] < 0:
        corners = [x // y for x in a for y in b]
        return min(corners), max(corners)
    largest = max(map(abs, a))
    return -largest, largest


def _remaining(a: Bounds, b: Bounds) -> Bounds:
    if a[0] >= 0 and a[1] < b[0]:
        return a
    return min(0, b[0] + 1), max(0, b[1] - 1)


def _computed(compute: Any, bounds: Callable[[Bounds, Bounds], Bounds], a: Any, b: Any, plain: Any) -> Any:
    """``a`` and ``b`` computed element by element, at least one of them Integers, exactly."""
    found = []
    for number in (a, b):
        if type(number) is Integers:
            found.append((number.array, number.low, number.high))
        elif isinstance(number, int):
            found.append((int(number), int(number), int(number)))
        elif isinstance(number, Fraction) and number.denominator == 1:
            found.append((number.numerator,) * 3)
        elif isinstance(number, Fraction):
            from cnncalc.arithmetic.ratios import Ratio

            return plain(*(Ratio.from_number(each) for each in (a, b)))
        else:
            return NotImplemented
    (x, x_low, x_high), (y, y_low, y_high) = found
    low, high = bounds((x_low, x_high), (y_low, y_high))
    narrow = not any(isinstance(each, numpy.ndarray) and each.dtype.hasobject for each in (x, y))
    if narrow and not (
        low >= _LEAST and high <= _MOST and min(x_low, y_low) >= _LEAST and max(x_high, y_high) <= _MOST
    ):
        for number in (a, b):
            if type(number) is Integers:
                number.tighten()
        (x_low, x_high), (y_low, y_high) = (
            (number.low, number.high) if type(number) is Integers else (int(number),) * 2 for number in (a, b)
        )
        low, high = bounds((x_low, x_high), (y_low, y_high))
        narrow = low >= _LEAST and high <= _MOST and min(x_low, y_low) >= _LEAST and max(x_high, y_high) <= _MOST
    if narrow:
        return Integers(compute(x, y), low, high)
    wide = [each.astype(object) if isinstance(each, numpy.ndarray) else each for each in (x, y)]
    return Integers.of(numpy.asarray(compute(*wide), dtype=object))


def _divisor(number: Any) -> Any:
    """A divisor, which no point may have as zero. Raises ZeroDivisionError, or Undecided where only some have."""
    if type(number) is Integers and number.low <= 0 <= number.high:
        number.tighten()
        if number.low <= 0 <= number.high and not bool(number != 0):
            raise ZeroDivisionError
    elif isinstance(number, (int, Fraction)) and number == 0:
        raise ZeroDivisionError
    return number


def _compared(compare: Any, plain: Any, a: Integers, b: Any) -> Any:
    """True where it is so at all points, else a Truth."""
    if type(b) is Integers:
        other, low, high = b.array, b.low, b.high
    elif isinstance(b, int) or (isinstance(b, Fraction) and b.denominator == 1):
        other = low = high = int(b)
        if not _LEAST <= other <= _MOST and a.array.dtype != object:
            other = numpy.array(other, dtype=object)
    elif isinstance(b, Fraction):
        from cnncalc.arithmetic.ratios import Ratio

        return plain(Ratio(a, 1), b)
    else:
        return NotImplemented
    if a.high < low or a.low > high:
        holds = bool(plain(a.high, low) if a.high < low else plain(a.low, high))
        return holds or Truth(numpy.zeros((1,) * a.array.ndim, dtype=bool))
    if (plain is operator.ge and a.low >= high) or (plain is operator.le and a.high <= low):
        return True
    mask = compare(a.array, other).astype(bool, copy=False)
    return True if mask.all() else Truth(mask)


def ceil_div(dividend: Any, divisor: Any) -> Any:
    return -(-dividend // divisor)


def gcd(a: Any, b: Any) -> Any:
    return _computed(numpy.gcd, lambda x, y: (0, max(map(abs, (*x, *y)))), a, b, None)


def maximum(a: Any, b: Any) -> Any:
    if type(a) is not Integers and type(b) is not Integers:
        return where(a >= b, a, b)
    return _either(numpy.maximum, lambda x, y: (max(x[0], y[0]), max(x[1], y[1])), a, b, operator.ge)


def minimum(a: Any, b: Any) -> Any:
    return _either(numpy.minimum, lambda x, y: (min(x[0], y[0]), min(x[1], y[1])), a, b, operator.le)


def _either(compute: Any, bounds: Callable[[Bounds, Bounds], Bounds], a: Any, b: Any, chosen: Any) -> Any:
    """One of two numbers at each point; a fraction among them makes it one."""
    if all(isinstance(number, (int, Integers)) for number in (a, b)):
        return _computed(compute, bounds, a, b, None)
    return where(chosen(a, b), a, b)


def equal(a: Any, b: Any) -> Any:
    return a == b


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    """Bounds are those of both sides together."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if not all(isinstance(number, (int, Integers)) for number in (then, otherwise)):
        from cnncalc.arithmetic.ratios import chosen

        return chosen(condition, then, otherwise)
    sides = [
        side if type(side) is Integers else _constant(int(side), condition.mask.ndim) for side in (then, otherwise)
    ]
    array = numpy.where(condition.mask, *(side.array for side in sides))
    return Integers(array, min(side.low for side in sides), max(side.high for side in sides))


def _constant(value: int, axes: int) -> Integers:
    kind = numpy.int64 if _LEAST <= value <= _MOST else object
    return Integers(numpy.full((1,) * axes, value, dtype=kind), value, value, tight=True)


def settled(number: Any, name: str) -> Any:
    return number


def scaled(number: Integers, factor: float) -> Any:
    """As PyTorch does it, in double precision; sizes lie far below 2^53."""
    return Integers.of(numpy.floor(number.array.astype(numpy.float64) * factor).astype(numpy.int64))


def floored(number: Any) -> Any:
    return number


ceiled = floored


def quotient(dividend: Any, divisor: Any) -> Any:
    from cnncalc.arithmetic.ratios import Ratio

    return Ratio.from_number(dividend) / Ratio.from_number(divisor)


def single(number: Any) -> int:
    return bool(number) if isinstance(number, Truth) else int(number.single())


def holds_throughout(number: Integers, holds: Callable[[int], bool]) -> bool:
    number.tighten()
    if holds(number.low) and holds(number.high):
        return True
    values = number.values()
    fitting = next((value for value in values if holds(value)), None)
    if fitting is None:
        return False
    last = next(value for value in reversed(values) if holds(value))
    return bool((number >= fitting) & (number <= last))


def is_within(number: Integers, limit: int) -> bool:
    return bool((number >= -limit) & (number <= limit))


def total(numbers: Sequence[Any]) -> Any:
    """The sum, those first that spread over the fewest axes."""
    plain = 0
    by_shape: dict[tuple[int, ...], Any] = {}
    for number in numbers:
        if isinstance(number, int):
            plain += number
        else:
            shape = number.array.shape
            by_shape[shape] = by_shape[shape] + number if shape in by_shape else number
    result: Any = plain
    for _, number in sorted(by_shape.items(), key=lambda item: item[1].array.size):
        result = number + result
    return result
