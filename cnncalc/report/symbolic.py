"""SymPy expressions as people read them, as LaTeX, and as Python."""

from __future__ import annotations

from typing import Any

import sympy

from cnncalc.arithmetic.symbols import Choice, Gcd
from cnncalc.design.conditions import stated_whole

_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_RELATIONS = {"==": "=", "!=": "≠", ">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def text(expression: Any) -> str:
    """``2,124,672·width² + 1,000``, with floors as ``⌊(H + 1)/4⌋ − 1``."""
    return _Text().of(sympy.sympify(expression))


def python(expression: Any) -> str:
    """A Python expression, exact with ints (and Fractions): ``(H + 1)//4 - 1``."""
    return _Python().of(sympy.sympify(expression))


def latex(expression: Any) -> str:
    """LaTeX for a formula; choices as cases."""
    found = sympy.sympify(expression)
    found = found.rewrite(sympy.Piecewise) if found.has(Choice) else found
    joined = joined_floor(found)
    if joined is not None:
        found = _fraction_floor(*joined)
    else:
        found = found.replace(sympy.floor, lambda inner: _fraction_floor(*sympy.fraction(sympy.together(inner))))
    names = {name: _latex_name(name.name) for name in found.free_symbols}
    return str(sympy.latex(found, mul_symbol="dot", symbol_names=names))


def latex_condition(condition: Any) -> str:
    """LaTeX for where a formula holds; that something is whole as an element of the whole numbers."""
    whole = stated_whole(condition)
    return latex(condition) if whole is None else rf"{latex(whole)} \in \mathbb{{Z}}"


def _fraction_floor(top: Any, bottom: Any) -> Any:
    """A floor of one fraction, which SymPy would take apart."""
    inner = top if bottom == 1 else sympy.Mul(top, sympy.Pow(bottom, -1, evaluate=False), evaluate=False)
    return sympy.floor(inner, evaluate=False)


def _latex_name(name: str) -> str:
    stem = name.rstrip("0123456789")
    number = name[len(stem) :]
    stem = stem.rstrip("_").replace("_", r"\_") or name
    stem = stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    return f"{stem}_{{{number}}}" if number else stem


def joined_floor(found: Any) -> tuple[Any, Any] | None:
    """A floor and a whole number as the dividend and the divisor of one floor; None for all else."""
    if not isinstance(found, sympy.Add) or len(found.args) != 2:
        return None
    floors = [term for term in found.args if isinstance(term, sympy.floor)]
    if len(floors) != 1 or not (found - floors[0]).is_Integer:
        return None
    top, bottom = sympy.fraction(sympy.together(floors[0].args[0]))
    if not bottom.is_Integer or bottom <= 1:
        return None
    return sympy.expand(top + bottom * (found - floors[0])), bottom


class _Writer:
    """An expression as text: sums and products, and what stands in them, with the brackets that are needed."""

    times, minus, equal = "·", " − ", "="

    def of(self, found: Any, tight: bool = False) -> str:
        """The text, in brackets where it is a sum that stands in a product."""
        for kind, write in self.writers().items():
            if isinstance(found, kind):
                written: str = write(found)
                loose = isinstance(found, sympy.Add) or (isinstance(found, sympy.Rational) and found.q != 1)
                return f"({written})" if tight and loose else written
        return str(found)

    def writers(self) -> dict[Any, Any]:
        return {
            sympy.Add: self.sum,
            sympy.Rational: self.number,
            sympy.Mul: self.product,
            sympy.Pow: self.power,
            sympy.floor: self.floor,
            Gcd: lambda found: f"gcd({self.listed(found.args)})",
            sympy.Max: lambda found: f"max({self.listed(found.args)})",
            sympy.Min: lambda found: f"min({self.listed(found.args)})",
            sympy.Mod: self.remainder,
            Choice: self.choice,
            sympy.core.relational.Relational: self.relation,
            sympy.And: lambda found: " and ".join(map(self.of, found.args)),
            sympy.Or: lambda found: " or ".join(map(self.of, found.args)),
            sympy.Not: lambda found: f"not ({self.of(found.args[0])})",
        }

    def listed(self, parts: Any) -> str:
        return ", ".join(sorted(map(self.of, parts), key=lambda part: (not part.lstrip("-").isdigit(), part)))

    def sum(self, found: Any) -> str:
        joined = joined_floor(found)
        if joined is not None:
            return self.rounded(*joined)
        terms = sorted(found.as_ordered_terms(), key=lambda term: term.is_number or term.could_extract_minus_sign())
        result = self.of(terms[0])
        for term in terms[1:]:
            negative = term.could_extract_minus_sign()
            result += (self.minus if negative else " + ") + self.of(-term if negative else term)
        return result

    def product(self, found: Any) -> str:
        coefficient, rest = found.as_coeff_Mul()
        sign = ""
        if coefficient < 0:
            sign, coefficient = self.minus.strip(), -coefficient
        top, bottom = sympy.fraction(rest)
        factors = [self.of(factor, tight=True) for factor in top.as_ordered_factors() if factor != 1]
        if coefficient.p != 1 or not factors:
            factors.insert(0, self.number(sympy.Integer(coefficient.p)))
        below = sympy.Integer(coefficient.q) * bottom
        quotient = self.times.join(factors)
        return sign + (quotient if below == 1 else self.divided(quotient, below))

    def divided(self, top: str, below: Any) -> str:
        bottom = self.of(below, tight=True)
        return f"{top}/({bottom})" if isinstance(below, sympy.Mul) else f"{top}/{bottom}"

    def floor(self, found: Any) -> str:
        return self.rounded(*sympy.fraction(sympy.together(found.args[0])))

    def rounded(self, top: Any, bottom: Any) -> str:
        raise NotImplementedError

    def number(self, found: Any) -> str:
        raise NotImplementedError

    def power(self, found: Any) -> str:
        raise NotImplementedError

    def remainder(self, found: Any) -> str:
        raise NotImplementedError

    def choice(self, found: Any) -> str:
        raise NotImplementedError

    def relation(self, found: Any) -> str:
        raise NotImplementedError


class _Text(_Writer):
    def number(self, found: Any) -> str:
        whole = f"{abs(int(found.p)):,}" + (f"/{int(found.q):,}" if found.q != 1 else "")
        return f"−{whole}" if found < 0 else whole

    def power(self, found: Any) -> str:
        if found.exp.is_Integer and found.exp > 0:
            return self.of(found.base, tight=True) + str(int(found.exp)).translate(_DIGITS)
        return f"1/{self.of(1 / found, tight=True)}" if found.exp == -1 else str(found)

    def rounded(self, top: Any, bottom: Any) -> str:
        return f"⌊{self.of(top)}⌋" if bottom == 1 else f"⌊{self.of(top, tight=True)}/{self.of(bottom, tight=True)}⌋"

    def remainder(self, found: Any) -> str:
        return f"{self.of(found.args[0], tight=True)} mod {self.of(found.args[1], tight=True)}"

    def choice(self, found: Any) -> str:
        condition, then, otherwise = found.args
        return f"({self.of(then)} if {self.of(condition)}, else {self.of(otherwise)})"

    def relation(self, found: Any) -> str:
        whole = stated_whole(found)
        if whole is not None:
            return f"{self.of(whole)} is whole"
        left, right = found.lhs, found.rhs
        if isinstance(left, sympy.Add) and found.rel_op in ("==", "!=", "<", ">") and right.is_number:
            negative = [term for term in left.args if term.could_extract_minus_sign()]
            left, right = left - sympy.Add(*negative), right - sympy.Add(*negative)
        return f"{self.of(left)} {_RELATIONS[found.rel_op]} {self.of(right)}"


class _Python(_Writer):
    times, minus = "*", " - "

    def number(self, found: Any) -> str:
        return str(int(found.p)) if found.q == 1 else f"Fraction({found.p}, {found.q})"

    def power(self, found: Any) -> str:
        return f"{self.of(found.base, tight=True)}**{found.exp}"

    def product(self, found: Any) -> str:
        coefficient, rest = found.as_coeff_Mul()
        if coefficient.q == 1 and sympy.fraction(rest)[1] == 1:
            return super().product(found)
        top, bottom = sympy.fraction(rest)
        return f"Fraction({coefficient.p}, {coefficient.q})*{self.of(top, tight=True)}/{self.of(bottom, tight=True)}"

    def rounded(self, top: Any, bottom: Any) -> str:
        brackets = isinstance(bottom, (sympy.Add, sympy.Mul))
        below = f"({self.of(bottom)})" if brackets else self.of(bottom)
        above = f"({self.of(top)})" if not top.is_Atom else self.of(top)
        return f"({above}//{below})"

    def remainder(self, found: Any) -> str:
        return f"({self.of(found.args[0], tight=True)} % {self.of(found.args[1], tight=True)})"

    def choice(self, found: Any) -> str:
        condition, then, otherwise = found.args
        return f"({self.of(then)} if {self.of(condition)} else {self.of(otherwise)})"

    def relation(self, found: Any) -> str:
        return f"({self.of(found.lhs)} {found.rel_op} {self.of(found.rhs)})"

    def writers(self) -> dict[Any, Any]:
        logic = {
            sympy.And: lambda found: "(" + " and ".join(map(self.of, found.args)) + ")",
            sympy.Or: lambda found: "(" + " or ".join(map(self.of, found.args)) + ")",
        }
        return super().writers() | logic
