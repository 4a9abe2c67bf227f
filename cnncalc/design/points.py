"""The points of a sweep: every combination of some variables' values, held as one array a variable.

A value stands on an axis of its own, so that what depends on two variables is computed for the combinations of those
two alone. Points that are to go different ways are told apart axis by axis; axes are joined only where they must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm, prod
from typing import Any, TypeAlias

import numpy
from msgspec import Struct
from msgspec.structs import replace

from cnncalc.arithmetic.integers import Integers
from cnncalc.arithmetic.ratios import Ratio
from cnncalc.arithmetic.undecided import Truth
from cnncalc.errors import CnncalcError

Value: TypeAlias = int | Fraction | bool

MOST_POINTS = 2**62
LARGEST = 10**18
"""The largest magnitude of a value that is varied over."""


class Axis(Struct, frozen=True):
    """The values that some variables have together, one entry after the other.

    ``values`` are whole numbers, for a variable with fractions the numerators over its common denominator; ``numbers``
    is what each entry adds to the number of its point.
    """

    values: dict[str, Any]
    numbers: Any

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, chosen: Any) -> Axis:
        return Axis({name: values[chosen] for name, values in self.values.items()}, self.numbers[chosen])


class Points(Struct, frozen=True):
    """All combinations of the entries of some axes; a point has a number, by which it comes in its order."""

    axes: tuple[Axis, ...]
    denominators: dict[str, int]
    conditions: frozenset[str] = frozenset()

    @classmethod
    def grid(cls, variables: Mapping[str, Sequence[Any]]) -> Points:
        """Every combination; the last variable varies first. Raises CnncalcError for values that are none."""
        count = prod(len(values) for values in variables.values())
        if count > MOST_POINTS:
            raise CnncalcError(f"{count:,} points are more than can be numbered, at most {MOST_POINTS:,}")
        axes, denominators, conditions, step = [], {}, set(), count
        for name, values in variables.items():
            whole, denominators[name], is_condition = _numerators(name, values)
            conditions |= {name} if is_condition else set()
            step //= len(whole)
            axes.append(Axis({name: whole}, numpy.arange(len(whole), dtype=numpy.int64) * step))
        return cls(tuple(axes), denominators, frozenset(conditions))

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(len, self.axes))

    @property
    def count(self) -> int:
        return prod(self.shape)

    def bound(self) -> dict[str, Any]:
        """Each variable as a number: an array along its axis, or the one plain value that it has."""
        found: dict[str, Any] = {}
        for place, axis in enumerate(self.axes):
            shape = [1] * len(self.axes)
            shape[place] = len(axis)
            for name, values in axis.values.items():
                found[name] = self._number(name, values.reshape(shape))
        return found

    def _number(self, name: str, values: Any) -> Any:
        denominator = self.denominators[name]
        low, high = int(values.min()), int(values.max())
        if name in self.conditions:
            return bool(low) if low == high else Truth(values.astype(bool))
        if low == high:
            value = Fraction(low, denominator)
            return value.numerator if value.denominator == 1 else value
        number = Integers(values, low, high, tight=True)
        return number if denominator == 1 else Ratio.from_number(number) / denominator

    def axes_values(self) -> dict[str, list[Value]]:
        """The values of each variable of a grid, one behind the other."""
        found: dict[str, list[Value]] = {}
        for axis in self.axes:
            for name, values in axis.values.items():
                exactly = (Fraction(value, self.denominators[name]) for value in values.tolist())
                plain = [value.numerator if value.denominator == 1 else value for value in exactly]
                found[name] = [bool(value) for value in plain] if name in self.conditions else plain
        return found

    def columns(self) -> dict[str, Any]:
        """Each variable's value at each point, in order; fractions as Fraction, conditions as bools."""
        found = {}
        for name, number in self.bound().items():
            if isinstance(number, Integers):
                column = self.spread(number.array)
            elif isinstance(number, Truth):
                column = self.spread(number.mask)
            elif isinstance(number, Ratio):
                a, b = (self.spread(getattr(side, "array", side)) for side in (number.numerator, number.denominator))
                column = fractions(a, b)
            else:
                kind = object if isinstance(number, Fraction) else bool if isinstance(number, bool) else numpy.int64
                column = numpy.full(self.count, number, dtype=kind)
            found[name] = column
        return found

    def spread(self, array: Any) -> Any:
        """An array over some axes as one entry a point."""
        return numpy.broadcast_to(array, self.shape).reshape(-1)

    def numbers(self) -> Any:
        """The number of each point."""
        found: Any = numpy.zeros((), dtype=numpy.int64)
        for axis in self.axes:
            found = numpy.add.outer(found, axis.numbers)
        return found.reshape(-1)

    def split(self, labels: Any) -> list[Points]:
        """The points of each label apart, given for each point or broadcast along axes."""
        labels = numpy.asarray(labels)
        along = [place for place, size in enumerate(labels.shape) if size > 1]
        if len(along) > 1:
            joined, flat = self._joined(along), labels
            return joined._split_along(along[0], flat.reshape(-1))
        return self._split_along(along[0], labels.reshape(-1))

    def _split_along(self, place: int, labels: Any) -> list[Points]:
        return [self._with(place, self.axes[place].take(labels == label)) for label in numpy.unique(labels)]

    def _with(self, place: int, axis: Axis) -> Points:
        return replace(self, axes=(*self.axes[:place], axis, *self.axes[place + 1 :]))

    def _joined(self, along: Sequence[int]) -> Points:
        """The same points with some axes made into one, in the place of the first of them."""
        shape = tuple(len(self.axes[place]) for place in along)
        values: dict[str, Any] = {}
        numbers: Any = numpy.zeros(prod(shape), dtype=numpy.int64)
        for place, index in zip(along, numpy.indices(shape), strict=True):
            axis = self.axes[place].take(index.reshape(-1))
            values |= axis.values
            numbers = numbers + axis.numbers
        axes = [axis for place, axis in enumerate(self.axes) if place not in along[1:]]
        axes[along[0]] = Axis(values, numbers)
        return replace(self, axes=tuple(axes))

    def pieces(self, most: int) -> Iterator[Points]:
        """The points in order, at most so many at a time."""
        if self.count <= most:
            yield self
            return
        place = next(place for place in range(len(self.axes)) if prod(self.shape[place + 1 :]) <= most)
        run = max(1, most // prod(self.shape[place + 1 :]))
        for outer in numpy.ndindex(*self.shape[:place]):
            axes = [axis.take(slice(at, at + 1)) for axis, at in zip(self.axes, outer, strict=False)]
            for start in range(0, len(self.axes[place]), run):
                piece = self.axes[place].take(slice(start, start + run))
                yield replace(self, axes=(*axes, piece, *self.axes[place + 1 :]))

    def chosen(self, numbers: Any) -> Points:
        """The points of a grid that has not been split, by their numbers, on one axis."""
        rest = numbers
        values: dict[str, Any] = {}
        for axis in self.axes:
            step = int(axis.numbers[1]) if len(axis) > 1 else 1
            index = (rest // step) % len(axis) if len(axis) > 1 else numpy.zeros(len(numbers), dtype=numpy.int64)
            values |= {name: found[index] for name, found in axis.values.items()}
        return replace(self, axes=(Axis(values, numbers),))


def fractions(numerators: Any, denominators: Any) -> Any:
    """Two columns as one of Fractions."""
    column = numpy.empty(len(numerators), dtype=object)
    column[:] = [Fraction(int(a), int(b)) for a, b in zip(numerators, denominators, strict=True)]
    return column


def present(values: Any) -> Any:
    """Where a column has a value."""
    if values.dtype != object:
        return numpy.ones(len(values), dtype=bool)
    return numpy.fromiter((value is not None for value in values), dtype=bool, count=len(values))


def places_of(wanted: Any, found: Any) -> Any:
    """Where among some numbers others stand, which are all there."""
    order = numpy.argsort(found)
    return order[numpy.searchsorted(found, wanted, sorter=order)]


def exact(value: Any) -> Value | None:
    """A number as an int, a Fraction or a bool, a float as the decimals that it is written with; None for others."""
    if isinstance(value, (bool, numpy.bool_)):
        return bool(value)
    if isinstance(value, (float, numpy.floating)):
        decimal = float(value)
        if not abs(decimal) <= LARGEST:
            return None
        value = Fraction(repr(decimal))
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else value
    return int(value) if hasattr(value, "__index__") else None


def _numerators(name: str, values: Sequence[Any]) -> tuple[Any, int, bool]:
    """A variable's values as whole numbers over a common denominator, and whether they are true or false."""
    found = [exact(value) for value in values]
    if not found:
        raise CnncalcError(f"{name} has no values to vary over")
    for value, given in zip(found, values, strict=True):
        if value is None or not -LARGEST <= value <= LARGEST:
            raise CnncalcError(f"{name} varies over numbers of at most {LARGEST:.0e}, found {given!r}")
    conditions = [isinstance(value, bool) for value in found]
    if any(conditions) and not all(conditions):
        raise CnncalcError(f"{name} varies over numbers and over true or false, which do not go together")
    exactly = [Fraction(value) for value in found if value is not None]
    denominator = lcm(*(value.denominator for value in exactly))
    whole = [int(value * denominator) for value in exactly]
    if max(map(abs, whole)) > LARGEST:
        raise CnncalcError(f"the values of {name} have too many decimals to be exact together")
    return numpy.array(whole, dtype=numpy.int64), denominator, all(conditions)
