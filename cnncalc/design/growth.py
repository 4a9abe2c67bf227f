"""How a figure grows: leading terms, and what each symbol costs."""

from __future__ import annotations

from typing import Any

import sympy
from msgspec import Struct
from msgspec.structs import replace

from cnncalc.design.closed_form import Formula
from cnncalc.design.conditions import is_whole, strongest

_LARGE = 10**6
"""How many times the reference point is large."""


class Growth(Struct, frozen=True):
    """What a symbol does to a figure at the reference point, as if nothing were rounded.

    ``slope`` is what one more of it costs, ``elasticity`` by how many per cent the figure grows for one per cent more;
    ``degree`` the power with which it grows for large values, None where that is none.
    """

    symbol: Any
    here: Any
    slope: float
    elasticity: float
    degree: Any


def divisible(formula: Formula) -> Formula:
    """The form without floors, which holds where also each quotient that was rounded down is whole."""
    expression = sympy.sympify(formula.short).xreplace(formula.sizes)
    whole: list[Any] = []

    def dropped(inner: Any) -> Any:
        whole.append(is_whole(inner))
        return inner

    while expression.has(sympy.floor):
        expression = expression.replace(sympy.floor, dropped)
    conditions = strongest([*formula.conditions, *whole])
    return replace(formula, short=sympy.expand(expression), sizes={}, conditions=conditions)


def growths(formula: Formula) -> list[Growth]:
    """Each symbol, the one that costs most first."""
    smooth, large = formula.without_floors(), formula.without_floors(_LARGE)
    point = {found: sympy.Rational(str(formula.here[found.name])) for found in formula.symbols}
    value = smooth.subs(point)
    found = []
    for each in formula.symbols:
        slope = sympy.diff(smooth, each).subs(point)
        elasticity = float(slope * point[each] / value) if value else 0.0
        degree = sympy.degree(large, each) if large.is_polynomial(each) else None
        found.append(Growth(each, formula.here[each.name], float(slope), elasticity, degree))
    return sorted(found, key=lambda growth: -abs(growth.elasticity))


def leading_term(formula: Formula) -> Any:
    """The terms of the highest degree in all symbols together; None where the form is no polynomial."""
    smooth = formula.without_floors(_LARGE)
    symbols = [found for found in formula.symbols if found in smooth.free_symbols]
    if not symbols or not smooth.is_polynomial(*symbols):
        return None
    polynomial = sympy.Poly(smooth, *symbols)
    highest = polynomial.total_degree()
    terms = [
        coefficient * sympy.prod(name**power for name, power in zip(symbols, powers, strict=True))
        for powers, coefficient in polynomial.terms()
        if sum(powers) == highest
    ]
    return sympy.Add(*terms)
