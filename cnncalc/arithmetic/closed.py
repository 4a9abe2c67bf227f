"""Closed forms: expressions in symbols that simplify floors, and know what they are at one point.

A :class:`Closed` number is computed like any other. Quotients that are rounded down collapse, ``⌊(⌊(H + 1)/4⌋ − 2)/2⌋``
to ``⌊(H − 7)/8⌋``, so that a chain of windows stays one floor; a size that is no polynomial gets a short name where it
is multiplied. Where Python code wants an answer, that of the reference point is given, and written down as something
that the form assumes.

Source of the collapse, ``⌊(⌊a/m⌋ + b)/n⌋ = ⌊(a + m·b)/(m·n)⌋`` for whole a, b and positive whole m, n: Graham, Knuth and
Patashnik, "Concrete Mathematics" (1994), equation 3.11.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import count
from typing import Any

import sympy

from cnncalc.arithmetic.symbols import Gcd


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

    def _eval_rewrite_as_Piecewise(self, condition: Any, then: Any, otherwise: Any, **hints: Any) -> Any:
        return sympy.Piecewise((then, condition), (otherwise, True), evaluate=False)


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
        if isinstance(relation, sympy.Ge) and relation.lhs.is_Symbol and relation.rhs.is_Integer:
            if relation.rhs > self.least.get(relation.lhs, 1):
                self.least[relation.lhs] = relation.rhs
                self.decided.clear()

    def assume(self, relation: Any) -> None:
        """Write down what a form relies on, once."""
        relation = self.written_out(relation)
        self.learn(relation)
        if relation not in self.assumed and relation is not sympy.true:
            self.assumed.append(relation)


_NO_POLYNOMIALS = (sympy.floor, sympy.Mod, sympy.Max, sympy.Min, Gcd, Choice)


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
        named = self.book.named
        return _made(self, other, lambda a, b: named(a) * named(b), operator.mul)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        return _made(self, other, lambda a, b: floor_quotient(a, b, self.book), operator.floordiv)

    def __rfloordiv__(self, other: Any) -> Any:
        return _made(other, self, lambda a, b: floor_quotient(a, b, self.book), operator.floordiv)

    def __mod__(self, other: Any) -> Any:
        return _made(self, other, lambda a, b: _remainder(a, b, self.book), operator.mod)

    def __rmod__(self, other: Any) -> Any:
        return _made(other, self, lambda a, b: _remainder(a, b, self.book), operator.mod)

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
    return next(number.book for number in numbers if hasattr(number, "book"))


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
        book.decided[key] = _relation(difference, relation, book.least)
    found = book.decided[key]
    return found if isinstance(found, bool) else Decision(found, bool(value(a.value, theirs[1])), book)


def _relation(difference: Any, relation: Any, least: Mapping[Any, Any]) -> Any:
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


def floor_quotient(dividend: Any, divisor: Any, book: Book) -> Any:
    """``⌊dividend / divisor⌋``, in as few floors as can be."""
    key = (dividend, divisor)
    if key not in book.quotients:
        book.quotients[key] = _quotient(dividend, divisor, book)
    return book.quotients[key]


def _quotient(dividend: Any, divisor: Any, book: Book) -> Any:
    dividend = sympy.expand(book.written_out(dividend))
    divisor = sympy.expand(book.written_out(divisor))
    if divisor.is_number and dividend.is_number:
        return sympy.floor(dividend / divisor)
    if not divisor.is_Integer or divisor < 1:
        return _floor_of(sympy.cancel(dividend / divisor))
    return _floored(dividend, int(divisor))


def _floor_of(ratio: Any) -> Any:
    """The floor of any expression."""
    top, bottom = sympy.fraction(sympy.together(sympy.expand(ratio)))
    if bottom.is_Integer and bottom > 0:
        return _floored(sympy.expand(top), int(bottom))
    whole, rest = [], []
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


def _remainder(dividend: Any, divisor: Any, book: Book) -> Any:
    dividend = sympy.expand(book.written_out(dividend))
    divisor = sympy.expand(book.written_out(divisor))
    if divisor.is_Integer and divisor > 0 and dividend.is_integer:
        terms = [term.as_coeff_Mul() for term in sympy.Add.make_args(dividend)]
        rest = sympy.Add(*((c % divisor if c.is_Integer and factor.is_integer else c) * factor for c, factor in terms))
        return sympy.Mod(rest, divisor) if not rest.is_Integer else sympy.Integer(int(rest) % int(divisor))
    if sympy.cancel(dividend / divisor).is_integer:
        return sympy.Integer(0)
    return sympy.Mod(dividend, divisor)


def ceil_div(dividend: Any, divisor: Any) -> Any:
    """As ``−⌊−a/b⌋``; by a whole number as ``⌊(a + b − 1)/b⌋``, which collapses with others."""
    if isinstance(divisor, int) and divisor > 0:
        return (dividend + (divisor - 1)) // divisor
    return -(-dividend // divisor)


def gcd(a: Any, b: Any) -> Any:
    import math

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
    import math

    if not isinstance(number, Closed):
        return math.floor(number)
    return _made(number, 1, lambda a, _: _floor_of(number.book.written_out(a)), lambda a, _: math.floor(a))


def ceiled(number: Any) -> Any:
    return -floored(-number)


def scaled(number: Closed, factor: float) -> Any:
    import math

    ratio = Fraction(repr(factor))
    expression = floor_quotient(number.expression * ratio.numerator, sympy.Integer(ratio.denominator), number.book)
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
