"""What a formula may use besides ``+ - * // %`` and comparisons.

A formula is written once and evaluated with whatever number is bound: a Python ``int`` (the report), a NumPy integer
array or better :class:`~cnncalc.arithmetic.integers.Integers`, which never wrap (a sweep), a SymPy expression or better
a :class:`~cnncalc.arithmetic.closed.Closed` one, which simplifies floors (a closed form), or a
:class:`~cnncalc.arithmetic.recording.Recorded` number (a worked step). Builtin ``max``, ``min`` and ``if`` break on
arrays and symbols; the functions here do not. ``prod`` is that of :mod:`math`, which begins with 1: every kind of
number of ours is itself when it is multiplied by 1.

Statically a number is an ``int``: that is what all but sweeps and symbols bind, and it lets the type checker find the
mistakes that matter (text for a number, a tuple for a size). NumPy and SymPy are imported only once one of their
numbers arrives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from math import prod as prod
from types import ModuleType
from typing import Any, TypeAlias

Number: TypeAlias = int
"""An int, or at run time anything that computes like one."""

_FOREIGN = {"numpy": "cnncalc.arithmetic.arrays", "sympy": "cnncalc.arithmetic.symbols"}
_OWN = "cnncalc.arithmetic."
_UNDECIDED = "cnncalc.arithmetic.undecided"
_RANGES = "cnncalc.arithmetic.ranges"


def _backend(*numbers: Any) -> ModuleType | None:
    """The module that computes with numbers of such a kind; of our own kinds, the one that defines it."""
    for number in numbers:
        if type(number) is int:
            continue
        module = type(number).__module__
        if module.startswith(_OWN):
            return import_module(module if module != _UNDECIDED else "cnncalc.arithmetic.integers")
        package = module.partition(".")[0]
        if package in _FOREIGN:
            return import_module(_FOREIGN[package])
    return None


def ceil_div(dividend: Number, divisor: Number) -> Number:
    """``⌈dividend / divisor⌉`` in integers, exact at any magnitude."""
    backend = _backend(dividend, divisor)
    return backend.ceil_div(dividend, divisor) if backend else -(-dividend // divisor)


def gcd(a: Number, b: Number) -> Number:
    """The greatest common divisor of two positive numbers."""
    backend = _backend(a, b)
    return backend.gcd(a, b) if backend else math.gcd(a, b)


def maximum(a: Number, b: Number) -> Number:
    """The larger of two numbers."""
    backend = _backend(a, b)
    return backend.maximum(a, b) if backend else max(a, b)


def minimum(a: Number, b: Number) -> Number:
    """The smaller of two numbers."""
    backend = _backend(a, b)
    return backend.minimum(a, b) if backend else min(a, b)


def scaled(number: Number, factor: float) -> Number:
    """``⌊number · factor⌋`` in double precision, as PyTorch scales sizes; exact where the factor is whole."""
    if factor == int(factor):
        return number * int(factor)
    backend = _backend(number)
    return backend.scaled(number, factor) if backend else math.floor(number * factor)


def where(condition: Any, then: Number, otherwise: Number) -> Number:
    """``then`` where the condition holds, else ``otherwise``; element by element on arrays, a case split on symbols."""
    backend = None if isinstance(condition, bool) else _backend(condition)
    if backend is None:
        return then if condition else otherwise
    chosen: Number = backend.where(condition, then, otherwise)
    return chosen


def equal(a: Number, b: Number) -> bool:
    """Whether two numbers are equal, as a bool, an array of bools or an equation (SymPy's ``==`` compares spelling)."""
    if type(a) is int and type(b) is int:
        return a == b
    backend = _backend(a, b)
    return backend.equal(a, b) if backend else a == b


def settled(number: Number, name: str) -> Number:
    """An intermediate result: a recorded number becomes a worked step of its own under ``name``, others stay as is."""
    if type(number) is int:
        return number
    backend = _backend(number)
    return backend.settled(number, name) if backend else number


def quotient(dividend: Any, divisor: Any) -> Any:
    """The exact quotient: an int where it is whole, else a fraction. Raises ZeroDivisionError."""
    backend = _backend(dividend, divisor)
    if backend:
        return backend.quotient(dividend, divisor)
    from fractions import Fraction

    if type(dividend) is int and type(divisor) is int:
        whole, rest = divmod(dividend, divisor)
        return Fraction(dividend, divisor) if rest else whole
    result = Fraction(dividend) / Fraction(divisor)
    return result.numerator if result.denominator == 1 else result


def floored(number: Any) -> Any:
    """``⌊number⌋`` of a fraction."""
    backend = _backend(number)
    return backend.floored(number) if backend else math.floor(number)


def ceiled(number: Any) -> Any:
    """``⌈number⌉`` of a fraction."""
    backend = _backend(number)
    return backend.ceiled(number) if backend else math.ceil(number)


def rounded(number: Any) -> Any:
    """The nearest whole number, of two the even one, as Python rounds."""
    if _backend(number) is None:
        return round(number)
    nearest = floored(number + quotient(1, 2))
    odd_tie = equal(nearest - number, quotient(1, 2)) & equal(nearest % 2, 1)
    return nearest - where(odd_tie, 1, 0)


def is_single(number: Any) -> bool:
    """Whether a number is one plain number (or text, or nothing), not one at each point and no symbol."""
    return _backend(number) is None


def single(number: Any) -> Any:
    """The one plain number that a number is, for what decides how a network is built.

    Raises :class:`~cnncalc.arithmetic.undecided.Undecided` where the points of a sweep have several.
    """
    backend = _backend(number)
    return backend.single(number) if backend else number


def total(numbers: Sequence[Number]) -> Number:
    """The sum; of arrays in an order that is quick."""
    backend = None if {int}.issuperset(map(type, numbers)) else _backend(*numbers)
    return backend.total(numbers) if backend else sum(numbers)


def holds_throughout(number: Any, holds: Callable[[Any], bool]) -> bool:
    """Whether something that is so in an interval is so of a number, whatever it is.

    Raises :class:`~cnncalc.arithmetic.undecided.Undecided` where it is so at some points only.
    """
    backend = _backend(number)
    found: bool = backend.holds_throughout(number, holds) if backend else holds(number)
    return found


def is_within(number: Any, limit: int) -> bool:
    """Whether neither a number nor its denominator goes beyond a limit.

    Raises :class:`~cnncalc.arithmetic.undecided.Undecided` where it does at some points only.
    """
    backend = _backend(number)
    if backend:
        found: bool = backend.is_within(number, limit)
        return found
    return -limit <= number <= limit and getattr(number, "denominator", 1) <= limit


def left_open(condition: Any) -> bool:
    """Whether a condition is one of ranges that holds at some of their points and not at others."""
    return type(condition).__module__ == _RANGES
