"""The same functions on SymPy expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy


class Gcd(sympy.Function):  # type: ignore[misc]
    """The greatest common divisor of integers.

    ``sympy.gcd`` works on polynomials and calls that of two symbols 1; this stays unevaluated until both are known.
    """

    nargs = 2
    is_integer = True
    is_positive = True

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        if a.is_Integer and b.is_Integer:
            return sympy.Integer(sympy.igcd(a, b))
        if a == b or b == 1:
            return b
        if a == 1:
            return a
        return None


def ceil_div(dividend: Any, divisor: Any) -> Any:
    return sympy.ceiling(sympy.sympify(dividend) / divisor)


def gcd(a: Any, b: Any) -> Any:
    return Gcd(a, b)


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    return sympy.Piecewise((then, condition), (otherwise, True))


def equal(a: Any, b: Any) -> Any:
    return sympy.Eq(a, b)


def settled(number: Any, name: str) -> Any:
    return number


def scaled(number: Any, factor: float) -> Any:
    return sympy.floor(number * sympy.Rational(repr(factor)))


def maximum(a: Any, b: Any) -> Any:
    return sympy.Max(a, b)


def minimum(a: Any, b: Any) -> Any:
    return sympy.Min(a, b)


def total(numbers: Sequence[Any]) -> Any:
    return sum(numbers)
