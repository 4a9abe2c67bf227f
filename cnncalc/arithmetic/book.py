"""What the closed numbers of one derivation share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import sympy

from cnncalc.arithmetic.floors import floor_quotient, remainder
from cnncalc.arithmetic.symbols import Choice, Gcd

_NO_POLYNOMIALS = (sympy.floor, sympy.Mod, sympy.Max, sympy.Min, Gcd, Choice)


class Book:
    """What the numbers of one derivation share: the names of sizes, and what was assumed on the way."""

    def __init__(self) -> None:
        self.symbols: set[str] = set()
        self.names: dict[Any, Any] = {}
        self.definitions: dict[Any, Any] = {}
        self.assumed: list[Any] = []
        self.single: list[Any] = []
        self.decided: dict[Any, Any] = {}
        self.quotients: dict[Any, Any] = {}
        self.least: dict[Any, Any] = {}

    @contextmanager
    def apart(self) -> Iterator[Book]:
        """What is assumed meanwhile does not stay; the book that is given has it afterwards."""
        kept = (self.assumed, self.single, dict(self.least))
        self.assumed, self.single = [], []
        own = Book()
        try:
            yield own
        finally:
            own.assumed, own.single = self.assumed, self.single
            self.assumed, self.single, self.least = kept
            self.decided.clear()

    def written_out(self, expression: Any) -> Any:
        """An expression in the symbols alone."""
        return expression.xreplace(self.definitions) if self.definitions else expression

    def quotient(self, dividend: Any, divisor: Any) -> Any:
        """A quotient, rounded down; each once."""
        key = (dividend, divisor)
        if key not in self.quotients:
            self.quotients[key] = floor_quotient(self.written_out(dividend), self.written_out(divisor))
        return self.quotients[key]

    def remainder(self, dividend: Any, divisor: Any) -> Any:
        """What a division leaves."""
        return remainder(self.written_out(dividend), self.written_out(divisor))

    def named(self, expression: Any) -> Any:
        """A short name for a size that is no polynomial; others as they are."""
        if expression.is_Atom or not expression.atoms(*_NO_POLYNOMIALS):
            return expression
        content, full = sympy.expand(self.written_out(expression)).primitive()
        if full not in self.names:
            symbols = sorted({symbol.name for symbol in full.free_symbols})
            stem = symbols[0] if len(symbols) == 1 and symbols[0] != "input" else "s"
            stem = (stem.lower() if len(stem) == 1 else stem) + ("_" if stem[-1].isdigit() else "")
            taken = {name.name for name in self.definitions} | self.symbols
            number = next(n for n in count(1) if f"{stem}{n}" not in taken)
            name = sympy.Symbol(f"{stem}{number}", integer=full.is_integer, positive=full.is_integer)
            self.names[full] = name
            self.definitions[name] = full
        return content * self.names[full]

    def learn(self, relation: Any) -> None:
        """Rely on a relation from now on; a lower bound of a symbol decides others."""
        is_bound = isinstance(relation, sympy.Ge) and relation.lhs.is_Symbol and relation.rhs.is_Integer
        if is_bound and relation.rhs > self.least.get(relation.lhs, 1):
            self.least[relation.lhs] = relation.rhs
            self.decided.clear()

    def assume(self, relation: Any) -> None:
        """Write down what a form relies on, once."""
        relation = self.written_out(relation)
        self.learn(relation)
        if relation not in self.assumed and relation is not sympy.true:
            self.assumed.append(relation)
