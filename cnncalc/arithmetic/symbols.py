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

    def _latex(self, printer: Any) -> str:
        a, b = map(printer._print, self.args)
        return rf"\gcd\left({a}, {b}\right)"


class Choice(sympy.Function):  # type: ignore[misc]
    """One of two whole numbers, by a condition. SymPy's Piecewise takes minutes where conditions hold such choices."""

    nargs = 3

    @classmethod
    def eval(cls, condition: Any, then: Any, otherwise: Any) -> Any:
        if condition in (sympy.true, sympy.false):
            return then if condition == sympy.true else otherwise
        return then if then == otherwise else None

    def _eval_is_integer(self) -> Any:
        return True if self.args[1].is_integer and self.args[2].is_integer else None

    def _eval_is_nonnegative(self) -> Any:
        return True if self.args[1].is_nonnegative and self.args[2].is_nonnegative else None

    def _eval_rewrite_as_Piecewise(self, condition: Any, then: Any, otherwise: Any, **hints: Any) -> Any:  # noqa: N802
        return sympy.Piecewise((then, condition), (otherwise, True), evaluate=False)


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
