"""How a figure grows: leading terms, and what each symbol costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from msgspec import Struct

from cnncalc.arithmetic.symbols import Choice, Gcd

if TYPE_CHECKING:
    from cnncalc.design.formula import Formula


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


def without_floors(formula: Formula) -> Any:
    """The form as if all divisions came out even; choices, remainders and common divisors are those of the reference
    point.
    """
    expression = sympy.sympify(formula.short).xreplace(formula.sizes)
    point = {found: sympy.Rational(str(formula.here[found.name])) for found in formula.symbols}

    def smooth(part: Any) -> Any:
        if isinstance(part, sympy.floor):
            return smooth(part.args[0])
        if isinstance(part, Choice):
            return smooth(part.args[1] if part.args[0].subs(point) == sympy.true else part.args[2])
        if isinstance(part, (sympy.Max, sympy.Min)):
            most = max if isinstance(part, sympy.Max) else min
            return smooth(most(part.args, key=lambda each: each.subs(point)))
        if isinstance(part, (Gcd, sympy.Mod)):
            return part.subs(point)
        return part.func(*map(smooth, part.args)) if part.args else part

    return sympy.expand(smooth(expression))


def divisible(formula: Formula) -> tuple[Formula, tuple[Any, ...]]:
    """The form without floors, and what must be whole for it to be exact."""
    from msgspec.structs import replace

    expression = sympy.sympify(formula.short).xreplace(formula.sizes)
    whole: list[Any] = []

    def dropped(floor: Any) -> Any:
        if floor.args[0] not in whole:
            whole.append(floor.args[0])
        return floor.args[0]

    while expression.has(sympy.floor):
        expression = expression.replace(lambda part: isinstance(part, sympy.floor), dropped)
    return replace(formula, short=sympy.expand(expression), sizes={}), tuple(whole)


def growths(formula: Formula) -> list[Growth]:
    """Each symbol, the one that costs most first."""
    smooth = without_floors(formula)
    point = {found: sympy.Rational(str(formula.here[found.name])) for found in formula.symbols}
    value = smooth.subs(point)
    found = []
    for each in formula.symbols:
        slope = sympy.diff(smooth, each).subs(point)
        elasticity = float(slope * point[each] / value) if value else 0.0
        degree = sympy.degree(smooth, each) if smooth.is_polynomial(each) else None
        found.append(Growth(each, formula.here[each.name], float(slope), elasticity, degree))
    return sorted(found, key=lambda growth: -abs(growth.elasticity))


def leading_term(formula: Formula) -> Any:
    """The terms of the highest degree in all symbols together; None where the form is no polynomial."""
    smooth = without_floors(formula)
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
