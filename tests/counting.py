"""Numbers that count what is done with them, to work a formula out one operation at a time."""

from __future__ import annotations

import math
from collections import Counter
from functools import reduce
from typing import ClassVar


class Counted:
    """A number that counts what is done with it, by the classes of ``cnncalc.layers.base.Operations``."""

    done: ClassVar[Counter[str]] = Counter()

    def __init__(self, value):
        self.value = float(value)

    def _made(self, operation, value):
        Counted.done[operation] += 1
        return Counted(value)

    def __add__(self, other):
        return self._made("add", self.value + value_of(other))

    __radd__ = __add__

    def __sub__(self, other):
        return self._made("add", self.value - value_of(other))

    def __rsub__(self, one):
        return self._made("add", one - self.value)

    def __mul__(self, other):
        return self._made("mul", self.value * value_of(other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._made("div", self.value / value_of(other))

    def __rtruediv__(self, one):
        return self._made("div", one / self.value)

    def __neg__(self):
        return Counted(-self.value)

    def above(self, limit, one, other):
        """One where it is above a limit, else the other: a comparison."""
        return self._made("compare", value_of(one if self.value > value_of(limit) else other))

    def larger(self, other):
        return self._made("compare", max(self.value, value_of(other)))

    def smaller(self, other):
        return self._made("compare", min(self.value, value_of(other)))

    def by(self, function):
        """A transcendental function of it."""
        return self._made("exp", function(self.value))

    def exp(self):
        return self.by(math.exp)

    def log(self):
        return self.by(math.log)

    def root(self):
        return self.by(math.sqrt)

    def tanh(self):
        return self.by(math.tanh)

    def relu(self):
        return self.larger(0)

    def sigmoid(self):
        return 1 / (1 + (-self).exp())


def value_of(number):
    return number.value if isinstance(number, Counted) else number


def product(weights, values, start):
    """A row of weights with values, each a multiply-accumulate onto what is there."""
    found = start.value
    for weight, value in zip(weights, values, strict=True):
        Counted.done["mac"] += 1
        found += value_of(weight) * value.value
    return Counted(found)


def total(numbers):
    """Their sum, an addition for each but the first."""
    return reduce(lambda one, other: one + other, numbers)


def counted(work):
    """What some work gives, and what it does, class by class."""
    Counted.done = Counter()
    found = work()
    return found, dict(Counted.done)
