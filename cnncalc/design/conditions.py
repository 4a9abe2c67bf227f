"""Where a formula holds: conditions on its symbols, as few as say it all."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import Any

import sympy

from cnncalc.arithmetic.symbols import Choice, Gcd


def is_whole(expression: Any) -> Any:
    """The condition that an expression is a whole number, as ``⌊x⌋ = x``."""
    return sympy.Eq(sympy.floor(expression), expression)


def stated_whole(condition: Any) -> Any:
    """What a condition says to be whole; None where it says something else."""
    if not isinstance(condition, sympy.Eq):
        return None
    sides = ((condition.lhs, condition.rhs), (condition.rhs, condition.lhs))
    return next((side for floor, side in sides if isinstance(floor, sympy.floor) and floor.args[0] == side), None)


def strongest(conditions: Sequence[Any]) -> tuple[Any, ...]:
    """Each condition once, and of bounds of a symbol the narrowest."""
    bounds: dict[Any, Any] = {}
    others: list[Any] = []
    for condition in conditions:
        if isinstance(condition, (sympy.Ge, sympy.Le)) and condition.lhs.is_Symbol and condition.rhs.is_number:
            key = (type(condition), condition.lhs)
            narrower = sympy.Max if isinstance(condition, sympy.Ge) else sympy.Min
            bounds[key] = narrower(bounds.get(key, condition.rhs), condition.rhs)
        elif condition not in others and condition != sympy.true:
            others.append(condition)
    return (*(kind(name, bound) for (kind, name), bound in bounds.items()), *_by_remainder(others))


def _by_remainder(conditions: Sequence[Any]) -> list[Any]:
    """Conditions that hold for some remainders of a symbol, such as ``2·⌊H/2⌋ = H``, as one on the remainder."""
    periods: dict[Any, int] = {}
    by_symbol: dict[Any, list[Any]] = {}
    others = []
    for condition in conditions:
        period = _period(condition)
        if period is None:
            others.append(condition)
            continue
        (name,) = condition.free_symbols
        periods[name] = lcm(periods.get(name, 1), period)
        by_symbol.setdefault(name, []).append(condition)
    for name, found in by_symbol.items():
        period = periods[name]
        if period > _LONGEST_PERIOD:
            others += found
            continue
        fitting = [rest for rest in range(period) if all(each.subs(name, rest) == sympy.true for each in found)]
        shorter = (length for length in range(1, period + 1) if period % length == 0)
        least = next(n for n in shorter if all((rest + n) % period in fitting for rest in fitting))
        rests = sorted({rest % least for rest in fitting})
        if not 1 <= len(rests) <= _MOST_REMAINDERS:
            others += found
        elif least > 1:
            others.append(sympy.Or(*(sympy.Eq(sympy.Mod(name, least), rest) for rest in rests)))
    return others


_LONGEST_PERIOD = 1024
_MOST_REMAINDERS = 4


def _period(condition: Any) -> int | None:
    """After how many a condition on one symbol repeats itself; None where it does not, or for others."""
    if not isinstance(condition, sympy.Eq) or len(condition.free_symbols) != 1:
        return None
    difference = condition.lhs - condition.rhs
    (name,) = difference.free_symbols
    smooth = difference.replace(sympy.floor, lambda inner: inner)
    if not name.is_integer or smooth.has(sympy.Mod, Choice, sympy.Max, sympy.Min, Gcd) or smooth.diff(name) != 0:
        return None
    inner = [floor.args[0] for floor in difference.atoms(sympy.floor)]
    if not all(each.is_polynomial(name) and sympy.degree(each, name) == 1 for each in inner):
        return None
    period = lcm(*(int(sympy.fraction(sympy.together(each))[1]) for each in inner))
    return period if period <= _LONGEST_PERIOD else None
