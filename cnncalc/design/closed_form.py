"""A figure as a closed form in symbols, and where it holds."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy
from msgspec import Struct
from msgspec.structs import replace

from cnncalc.arithmetic.symbols import Choice, Gcd
from cnncalc.design.conditions import stated_whole
from cnncalc.errors import CnncalcError


class Formula(Struct, frozen=True):
    """A figure as a closed form.

    ``short`` is the form over the symbols and the names of ``sizes``, each of which is stated in the symbols alone;
    ``expression`` has these written out. ``here`` are the symbols' values at the reference point, ``value`` the figure
    there. It holds wherever the ``conditions`` do: that the layers fit, and what was assumed about the symbols.
    """

    quantity: str
    short: Any
    sizes: dict[Any, Any]
    symbols: tuple[Any, ...]
    here: dict[str, Any]
    value: Any
    conditions: tuple[Any, ...] = ()

    def renumbered(self) -> Formula:
        """The same with the names of its sizes counted from 1."""
        counts: dict[str, int] = {}
        names = {}
        for name in self.sizes:
            stem = name.name.rstrip("0123456789")
            counts[stem] = counts.get(stem, 0) + 1
            names[name] = sympy.Symbol(f"{stem}{counts[stem]}", **name.assumptions0)
        sizes = {names[name]: full for name, full in self.sizes.items()}
        return replace(self, short=sympy.sympify(self.short).xreplace(names), sizes=sizes)

    @property
    def expression(self) -> Any:
        """The SymPy expression in the symbols alone."""
        full = sympy.sympify(self.short).xreplace(self.sizes)
        return full.rewrite(sympy.Piecewise) if full.has(Choice) else full

    def at(self, **values: Any) -> Any:
        """The exact figure at a point; symbols that are not given stay as they are here.

        Raises CnncalcError for names that are no symbols, numbers that they do not stand for, and where a condition
        does not hold.
        """
        point = self._point(values)
        for condition in self.conditions:
            if not _is_met(condition, point):
                whole = stated_whole(condition)
                what = f"{condition}" if whole is None else f"{whole} is whole"
                raise CnncalcError(f"the formula holds where {what}, which is not so there")
        found = sympy.sympify(self.short).xreplace(self.sizes).subs(point)
        return int(found) if found.is_Integer else Fraction(int(found.p), int(found.q))

    def holds(self, **values: Any) -> bool:
        """Whether all conditions hold at a point. Raises CnncalcError for names that are no symbols, and for numbers
        that they do not stand for.
        """
        point = self._point(values)
        return all(_is_met(condition, point) for condition in self.conditions)

    def _point(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        for name in values:
            self._check_named(name)
        point = {found: _rational(values.get(found.name, self.here[found.name])) for found in self.symbols}
        for found, number in point.items():
            if number <= 0 or (found.is_integer and not number.is_integer):
                kind = "whole numbers above 0" if found.is_integer else "numbers above 0"
                raise CnncalcError(f"{found.name} stands for {kind}, found {values[found.name]!r}")
        return point

    def _check_named(self, name: str) -> None:
        if name not in self.here:
            raise CnncalcError(f"the formula has no symbol {name!r}; its symbols: {', '.join(self.here)}")

    def without_floors(self, scale: int = 1) -> Any:
        """The form as if all divisions came out even; remainders and common divisors are those of the reference point,
        and choices those of ``scale`` times it.
        """
        expression = sympy.sympify(self.short).xreplace(self.sizes)
        point = {found: sympy.Rational(str(self.here[found.name])) for found in self.symbols}
        chosen = {found: scale * value for found, value in point.items()}

        def smooth(part: Any) -> Any:
            if isinstance(part, sympy.floor):
                return smooth(part.args[0])
            if isinstance(part, Choice):
                return smooth(part.args[1] if part.args[0].subs(chosen) == sympy.true else part.args[2])
            if isinstance(part, (sympy.Max, sympy.Min)):
                most = max if isinstance(part, sympy.Max) else min
                return smooth(most(part.args, key=lambda each: each.subs(chosen)))
            if isinstance(part, (Gcd, sympy.Mod)):
                return part.subs(point)
            return part.func(*map(smooth, part.args)) if part.args else part

        return sympy.expand(smooth(expression))

    def derivative(self, name: str) -> Any:
        """How the figure grows with a symbol, as if nothing were rounded. Raises CnncalcError for what is none."""
        self._check_named(name)
        (found,) = [each for each in self.symbols if each.name == name]
        return sympy.expand(sympy.diff(self.without_floors(), found))


def _rational(value: Any) -> Any:
    exactly = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return sympy.Rational(exactly.numerator, exactly.denominator)


def _is_met(condition: Any, point: Mapping[Any, Any]) -> bool:
    """Whether a condition holds at a point; not where it would divide by nothing."""
    try:
        return bool(condition.subs(point) == sympy.true)
    except ZeroDivisionError:
        return False
