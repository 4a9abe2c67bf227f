"""Closed forms: expressions in symbols that simplify floors, and know what they are at one point.

A :class:`Closed` number is computed like any other. Quotients that are rounded down collapse, ``⌊(⌊(H + 1)/4⌋ − 2)/2⌋``
to ``⌊(H − 7)/8⌋``, so that a chain of windows stays one floor; a size that is no polynomial gets a short name where it
is multiplied. Where Python code wants an answer, that of the reference point is given, and written down as something
that the form assumes.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy

from cnncalc.arithmetic.book import Book
from cnncalc.arithmetic.floors import floor_of, relation_to_zero
from cnncalc.arithmetic.symbols import Choice, Gcd


class Closed:
    """An expression, with its value at the reference point."""

    __slots__ = ("book", "expression", "value")

    def __init__(self, expression: Any, value: Any, book: Book) -> None:
        self.expression = expression
        self.value = value
        self.book = book

    def single(self) -> Any:
        """The reference's value; that the number is this everywhere is written down."""
        self.book.single.append((self.book.written_out(self.expression), self.value))
        return self.value

    def __index__(self) -> int:
        return int(self.single())

    __int__ = __index__

    def __hash__(self) -> int:
        return hash(self.single())

    def __float__(self) -> float:
        return float(self.single())

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, style: str) -> str:
        return format(self.value, style)

    def __repr__(self) -> str:
        return f"<Closed {self.expression}, here {self.value}>"

    def __add__(self, other: Any) -> Any:
        return _made(self, other, lambda a, b: a + b, operator.add)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return _made(self, other, lambda a, b: a - b, operator.sub)

    def __rsub__(self, other: Any) -> Any:
        return _made(other, self, lambda a, b: a - b, operator.sub)

    def __neg__(self) -> Any:
        return 0 - self

    def __pos__(self) -> Closed:
        return self

    def __mul__(self, other: Any) -> Any:
        if type(other) is int and other == 1:
            return self
        named = self.book.named
        return _made(self, other, lambda a, b: named(a) * named(b), operator.mul)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        return _made(self, other, self.book.quotient, operator.floordiv)

    def __rfloordiv__(self, other: Any) -> Any:
        return _made(other, self, self.book.quotient, operator.floordiv)

    def __mod__(self, other: Any) -> Any:
        return _made(self, other, self.book.remainder, operator.mod)

    def __rmod__(self, other: Any) -> Any:
        return _made(other, self, self.book.remainder, operator.mod)

    def __truediv__(self, other: Any) -> Any:
        return _made(self, other, lambda a, b: a / b, _exactly)

    def __rtruediv__(self, other: Any) -> Any:
        return _made(other, self, lambda a, b: a / b, _exactly)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __pow__(self, exponent: Any, modulo: Any = None) -> Any:
        if modulo is not None:
            return pow(int(self.single()), operator.index(exponent), operator.index(modulo))
        return _made(self, operator.index(exponent), lambda a, b: a**b, operator.pow)

    def __eq__(self, other: object) -> Any:
        return _decided(self, other, sympy.Eq, operator.eq)

    def __ne__(self, other: object) -> Any:
        return _decided(self, other, sympy.Ne, operator.ne)

    def __lt__(self, other: Any) -> Any:
        return _decided(self, other, sympy.Lt, operator.lt)

    def __le__(self, other: Any) -> Any:
        return _decided(self, other, sympy.Le, operator.le)

    def __gt__(self, other: Any) -> Any:
        return _decided(self, other, sympy.Gt, operator.gt)

    def __ge__(self, other: Any) -> Any:
        return _decided(self, other, sympy.Ge, operator.ge)


class Decision:
    """A condition on symbols, with whether it holds at the reference point."""

    __slots__ = ("book", "relation", "value")

    def __init__(self, relation: Any, value: bool, book: Book) -> None:
        self.relation = relation
        self.value = value
        self.book = book

    def __bool__(self) -> bool:
        self.book.assume(self.relation if self.value else sympy.Not(self.relation))
        return self.value

    def __and__(self, other: Decision | bool) -> Any:
        if isinstance(other, Decision):
            return Decision(sympy.And(self.relation, other.relation), self.value and other.value, self.book)
        return self if other else False

    def __or__(self, other: Decision | bool) -> Any:
        if isinstance(other, Decision):
            return Decision(sympy.Or(self.relation, other.relation), self.value or other.value, self.book)
        return True if other else self

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> Decision:
        return Decision(sympy.Not(self.relation), not self.value, self.book)


def symbol(name: str, value: Any, book: Book) -> Closed:
    """A symbol, whole and positive unless its value at the reference point is a fraction; then positive."""
    whole = isinstance(value, int)
    book.symbols.add(name)
    return Closed(sympy.Symbol(name, integer=True if whole else None, positive=True), value, book)


def _exactly(a: Any, b: Any) -> Any:
    found = Fraction(a) / Fraction(b)
    return found.numerator if found.denominator == 1 else found


def _of(number: Any) -> tuple[Any, Any] | None:
    """A number as an expression and a value."""
    if isinstance(number, Closed):
        return number.expression, number.value
    if isinstance(number, (int, Fraction)):
        return sympy.Rational(number.numerator, number.denominator), number
    return None


def _book(*numbers: Any) -> Book:
    found: Book = next(number.book for number in numbers if hasattr(number, "book"))
    return found


def _made(a: Any, b: Any, expression: Callable[[Any, Any], Any], value: Callable[[Any, Any], Any]) -> Any:
    """The result of an operation; a plain number where nothing of the symbols is left."""
    ours, theirs = _of(a), _of(b)
    if ours is None or theirs is None:
        return NotImplemented
    found = value(ours[1], theirs[1])
    made = expression(ours[0], theirs[0])
    if made.is_Rational:
        return int(made.p) if made.q == 1 else Fraction(int(made.p), int(made.q))
    if isinstance(found, Fraction) and found.denominator == 1:
        found = found.numerator
    return Closed(made, found, _book(a, b))


def _decided(a: Closed, b: Any, relation: Any, value: Any) -> Any:
    """True or False where it is so whatever the symbols are, else a Decision."""
    theirs = _of(b)
    if theirs is None:
        return NotImplemented
    book = _book(a, b)
    difference = sympy.expand(book.written_out(a.expression - theirs[0]))
    key = (relation, difference)
    if key not in book.decided:
        book.decided[key] = relation_to_zero(difference, relation, book.least)
    found = book.decided[key]
    return found if isinstance(found, bool) else Decision(found, bool(value(a.value, theirs[1])), book)


def ceil_div(dividend: Any, divisor: Any) -> Any:
    """As ``−⌊−a/b⌋``; by a whole number as ``⌊(a + b − 1)/b⌋``, which collapses with others."""
    if isinstance(divisor, int) and divisor > 0:
        return (dividend + (divisor - 1)) // divisor
    return -(-dividend // divisor)


def gcd(a: Any, b: Any) -> Any:
    book = _book(a, b)
    return _made(a, b, lambda x, y: Gcd(*sorted((book.named(x), book.named(y)), key=str)), math.gcd)


def maximum(a: Any, b: Any) -> Any:
    above = a >= b
    return (a if above else b) if isinstance(above, bool) else _either(a, b, sympy.Max, max)


def minimum(a: Any, b: Any) -> Any:
    above = a >= b
    return (b if above else a) if isinstance(above, bool) else _either(a, b, sympy.Min, min)


def _either(a: Any, b: Any, both: Any, value: Any) -> Any:
    book = _book(a, b)
    return _made(a, b, lambda x, y: book.named(both(book.written_out(x), book.written_out(y))), value)


def equal(a: Any, b: Any) -> Any:
    return a == b


def where(condition: Decision, then: Any, otherwise: Any) -> Any:
    """A case split, unless both cases are one."""
    ours, theirs = _of(then), _of(otherwise)
    if ours is None or theirs is None:
        return then if condition else otherwise
    if ours[0] == theirs[0]:
        return then
    book = condition.book
    cases = Choice(book.written_out(condition.relation), *map(book.written_out, (ours[0], theirs[0])))
    return Closed(book.named(cases), ours[1] if condition.value else theirs[1], book)


def settled(number: Any, name: str) -> Any:
    return number


def floored(number: Any) -> Any:
    if not isinstance(number, Closed):
        return math.floor(number)
    return _made(number, 1, lambda a, _: floor_of(number.book.written_out(a)), lambda a, _: math.floor(a))


def ceiled(number: Any) -> Any:
    return -floored(-number)


def scaled(number: Closed, factor: float) -> Any:
    ratio = Fraction(repr(factor))
    expression = number.book.quotient(number.expression * ratio.numerator, sympy.Integer(ratio.denominator))
    return Closed(expression, math.floor(number.value * factor), number.book)


def quotient(dividend: Any, divisor: Any) -> Any:
    return _made(dividend, divisor, lambda a, b: a / b, _exactly)


def single(number: Any) -> Any:
    return number.single()


def holds_throughout(number: Closed, holds: Callable[[Any], bool]) -> bool:
    """At the reference; the least whole number for which it is so is written down as a bound."""
    if not holds(number.value):
        return False
    if not number.expression.is_integer and not holds(Fraction(1, 2)):
        number.book.assume(sympy.Eq(sympy.floor(number.expression), number.expression))
    least = next((least for least in (0, 1) if holds(least) and not holds(least - 1)), None)
    if least is not None and (number >= least) is not True:
        number.book.assume(sympy.Ge(number.expression, least))
    return True


def is_within(number: Closed, limit: int) -> bool:
    """At the reference; symbols are not meant to be that large."""
    return bool(-limit <= number.value <= limit)


def total(numbers: Sequence[Any]) -> Any:
    plain = sum(number for number in numbers if isinstance(number, int))
    found = [number for number in numbers if isinstance(number, Closed)]
    if not found:
        return plain
    expression = sympy.expand(sympy.Add(plain, *(number.expression for number in found)))
    return Closed(expression, plain + sum(number.value for number in found), found[0].book)
