"""Floors of SymPy expressions in as few floors as can be, and what can be said of them whatever the symbols are.

Source of the collapse, ``⌊(⌊a/m⌋ + b)/n⌋ = ⌊(a + m·b)/(m·n)⌋`` for whole a, b and positive whole m, n: Graham, Knuth
and Patashnik, "Concrete Mathematics" (1994), equation 3.11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy


def floor_quotient(dividend: Any, divisor: Any) -> Any:
    """``⌊dividend / divisor⌋``, in as few floors as can be."""
    dividend, divisor = sympy.expand(dividend), sympy.expand(divisor)
    if divisor.is_number and dividend.is_number:
        return sympy.floor(dividend / divisor)
    if not divisor.is_Integer or divisor < 1:
        return floor_of(sympy.cancel(dividend / divisor))
    return _floored(dividend, int(divisor))


def floor_of(ratio: Any) -> Any:
    """The floor of any expression."""
    top, bottom = sympy.fraction(sympy.together(sympy.expand(ratio)))
    if bottom.is_Integer and bottom > 0:
        return _floored(sympy.expand(top), int(bottom))
    whole: list[Any] = []
    rest: list[Any] = []
    for term in sympy.Add.make_args(sympy.expand(ratio)):
        (whole if term.is_integer else rest).append(term)
    return sympy.Add(*whole) + sympy.floor(sympy.Add(*rest)) if rest else sympy.Add(*whole)


def _floored(dividend: Any, divisor: int) -> Any:
    """By a whole number: what it divides leaves the floor, and a floor inside is joined with it."""
    if divisor == 1 and dividend.is_integer:
        return dividend
    outside, inside = [], []
    for term in sympy.Add.make_args(dividend):
        coefficient, factor = term.as_coeff_Mul()
        if factor.is_integer and coefficient.is_Integer:
            quotient, coefficient = divmod(int(coefficient), divisor)
            outside.append(quotient * factor)
        if coefficient:
            inside.append((coefficient, factor))
    if not inside:
        return sympy.Add(*outside)
    rest = sympy.Add(*(coefficient * factor for coefficient, factor in inside))
    if rest.is_Integer:
        return sympy.Add(*outside)
    floors = [factor for coefficient, factor in inside if isinstance(factor, sympy.floor)]
    if len(floors) == 1 and all(coefficient == 1 for coefficient, factor in inside if factor is floors[0]):
        top, bottom = sympy.fraction(sympy.together(floors[0].args[0]))
        others = rest - floors[0]
        if bottom.is_Integer and sympy.expand(top).is_integer and others.is_integer:
            return sympy.Add(*outside) + _floored(sympy.expand(top + bottom * others), divisor * int(bottom))
    return sympy.Add(*outside) + sympy.floor(sympy.Mul(sympy.Rational(1, divisor), rest).expand(), evaluate=False)


def remainder(dividend: Any, divisor: Any) -> Any:
    """``dividend mod divisor``, in which what the divisor divides is left out."""
    dividend, divisor = sympy.expand(dividend), sympy.expand(divisor)
    if divisor.is_Integer and divisor > 0 and dividend.is_integer:
        dividend = _without_remainders(dividend, divisor)
        terms = [term.as_coeff_Mul() for term in sympy.Add.make_args(dividend)]
        rest = sympy.Add(*((c % divisor if c.is_Integer and factor.is_integer else c) * factor for c, factor in terms))
        return sympy.Integer(int(rest) % int(divisor)) if rest.is_Integer else _modulo(rest, divisor)
    if sympy.cancel(dividend / divisor).is_integer:
        return sympy.Integer(0)
    return _modulo(dividend, divisor)


def _modulo(dividend: Any, divisor: Any) -> Any:
    """A remainder; of remainders it is written with a floor, since SymPy 1.14 mistakes ``2·(x mod 3)`` mod 5."""
    if dividend.has(sympy.Mod):
        return dividend - divisor * floor_quotient(dividend, divisor)
    return sympy.Mod(dividend, divisor)


def _without_remainders(dividend: Any, divisor: Any) -> Any:
    """The same by the divisor without remainders by its multiples: ``2·(x mod 3)`` is ``2·x`` by 3."""
    terms = []
    for term in sympy.Add.make_args(dividend):
        factors = sympy.Mul.make_args(term)
        if all(factor.is_integer for factor in factors):
            factors = [_congruent(factor, divisor) for factor in factors]
        terms.append(sympy.Mul(*factors))
    found = sympy.expand(sympy.Add(*terms))
    return found if found == dividend else _without_remainders(found, divisor)


def _congruent(factor: Any, divisor: Any) -> Any:
    base, exponent = factor.as_base_exp()
    inner = isinstance(base, sympy.Mod) and base.args[1].is_Integer and base.args[1] % divisor == 0
    return base.args[0] ** exponent if inner and exponent.is_Integer and base.args[0].is_integer else factor


def relation_to_zero(difference: Any, relation: Any, least: Mapping[Any, Any]) -> Any:
    """A relation of an expression to 0, or whether it holds where that is known."""
    if difference.is_Rational:
        return bool(relation(difference, 0))
    if at_least(difference, 1, least):
        return relation in (sympy.Gt, sympy.Ge, sympy.Ne)
    if at_least(-difference, 1, least):
        return relation in (sympy.Lt, sympy.Le, sympy.Ne)
    if relation in (sympy.Lt, sympy.Ge) and at_least(difference, 0, least):
        return relation is sympy.Ge
    if relation in (sympy.Gt, sympy.Le) and at_least(-difference, 0, least):
        return relation is sympy.Le
    if difference.is_integer and relation in _AS_AT_LEAST:
        sign, shift = _AS_AT_LEAST[relation]
        found = at_least_zero(sign * difference + shift)
    else:
        constant, rest = difference.as_coeff_Add()
        found = relation(rest, -constant)
    return bool(found) if found in (sympy.true, sympy.false) else found


_AS_AT_LEAST = {sympy.Ge: (1, 0), sympy.Gt: (1, -1), sympy.Le: (-1, 0), sympy.Lt: (-1, -1)}
"""How a relation of a whole number to 0 is one of being at least 0: by which sign, and what is added."""


def at_least_zero(expression: Any) -> Any:
    """That a whole number is not negative, as a bound of a symbol where it is one: ``⌊(H + 1)/4⌋ − 2`` of ``H ≥ 7``."""
    constant, rest = sympy.expand(expression).as_coeff_Add()
    coefficient, factor = rest.as_coeff_Mul()
    bound = -constant / coefficient
    if isinstance(factor, sympy.floor):
        divisor = _denominator(factor.args[0])
        inner = factor.args[0] * divisor
        if coefficient > 0:
            return at_least_zero(inner - sympy.ceiling(bound) * divisor)
        return at_least_zero(sympy.floor(bound) * divisor + divisor - 1 - inner)
    if factor.is_integer and coefficient > 0:
        return sympy.Ge(factor, sympy.ceiling(bound))
    if factor.is_integer:
        return sympy.Le(factor, sympy.floor(bound))
    return sympy.Ge(rest, -constant)


def at_least(difference: Any, much: int, least: Mapping[Any, Any]) -> bool:
    """Whether an expression surely is at least so much; it need not be found out where it is.

    A floor lies within 1 of what it is of, and one floor of a chain within 1 of a quotient of one before it; what
    remains is looked at as a polynomial of symbols that are at least 1, or what is known to be the least.
    """
    total = sympy.Integer(-much)
    floors: dict[Any, Any] = {}
    for term in sympy.Add.make_args(difference):
        coefficient, factor = term.as_coeff_Mul()
        if isinstance(factor, sympy.floor):
            if not factor.args[0].is_polynomial():
                return False
            floors[factor] = coefficient
        elif factor.is_polynomial():
            total += term
        elif not (coefficient > 0 and factor.is_nonnegative):
            return False
    chain = sorted(floors, key=lambda found: _denominator(found.args[0]), reverse=True)
    for position, found in enumerate(chain):
        coefficient = floors[found]
        before = next((earlier for earlier in chain[position + 1 :] if _shift(found, earlier) is not None), None)
        if before is None:
            inner, divisor = found.args[0], _denominator(found.args[0])
            total += coefficient * inner
        else:
            divisor = _denominator(found.args[0]) // _denominator(before.args[0])
            shift = _shift(found, before)
            total += coefficient * shift / divisor
            floors[before] += coefficient / divisor
        if coefficient > 0:
            total -= coefficient * (1 - sympy.Rational(1, divisor))
    total = sympy.expand(total)
    symbols = total.free_symbols
    if not all(symbol.is_integer and symbol.is_positive for symbol in symbols):
        return False
    moved = sympy.expand(total.xreplace({symbol: symbol + least.get(symbol, 1) for symbol in symbols}))
    return all(term.as_coeff_Mul()[0] >= 0 for term in sympy.Add.make_args(moved))


def _shift(found: Any, before: Any) -> Any:
    """The k for which ``found`` is ``⌊(before + k)/n⌋``; None where there is none."""
    ours, theirs = _denominator(found.args[0]), _denominator(before.args[0])
    if ours % theirs or ours == theirs:
        return None
    shift = sympy.expand(found.args[0] * ours - before.args[0] * theirs) / theirs
    return shift if shift.is_Integer else None


def _denominator(expression: Any) -> int:
    """The common denominator of an expression's coefficients."""
    _, bottom = sympy.fraction(sympy.together(expression))
    return int(bottom) if bottom.is_Integer else 1
