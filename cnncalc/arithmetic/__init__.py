"""What a formula may use besides ``+ - * // %`` and comparisons.

A formula is written once and evaluated with whatever number is bound: a Python ``int`` (the report), a NumPy integer
array (a sweep), a SymPy expression (a closed form) or a :class:`~cnncalc.arithmetic.recording.Recorded` number (a
worked step). Builtin ``max``, ``min`` and ``if`` break on arrays and symbols; the functions here do not.

Statically a number is an ``int``: that is what all but sweeps and symbols bind, and it lets the type checker find the
mistakes that matter (text for a number, a tuple for a size). NumPy and SymPy are imported only once one of their
numbers arrives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, TypeAlias

Number: TypeAlias = int
"""An int, or at run time anything that computes like one."""

_BACKENDS = {"numpy": "cnncalc.arithmetic.arrays", "sympy": "cnncalc.arithmetic.symbols"}


def _backend(*numbers: Any) -> ModuleType | None:
    """The functions for the kind of number that is among these; our own kinds stand beside theirs."""
    for number in numbers:
        module = type(number).__module__
        package = module.partition(".")[0]
        if package == "cnncalc":
            return import_module(module)
        if package in _BACKENDS:
            return import_module(_BACKENDS[package])
    return None


def prod(numbers: Sequence[Number]) -> Number:
    """The product; 1 for none. Unlike ``math.prod`` it starts from the first number, so that no ``1*`` is recorded."""
    return math.prod(numbers[1:], start=numbers[0]) if numbers else 1


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
    backend = _backend(a, b)
    return backend.equal(a, b) if backend else a == b


def settled(number: Number, name: str) -> Number:
    """An intermediate result: a recorded number becomes a worked step of its own under ``name``, others stay as is."""
    if type(number) is int:
        return number
    backend = _backend(number)
    return backend.settled(number, name) if backend else number
