"""A number that remembers how it was computed, so that a formula prints its own worked steps.

>>> from cnncalc.layers.formulas import window_output
>>> named = Recorded(227, "M"), Recorded(3, "K"), Recorded(4, "S"), Recorded(0, "P"), Recorded(2, "D")
>>> for step in window_output(*named).steps():
...     print(step.symbols(), "=", step.figures(), "=", step.value)
D*(K - 1) + 1 = 2*(3 - 1) + 1 = 5
(M - K' + 2*P)//S + 1 = (227 - 5 + 2*0)//4 + 1 = 56

A plain ``int`` that changes nothing (a 0 added, a factor or divisor of 1) is not recorded; a recorded 0 or 1 is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any


def _ratio(a: int, b: int) -> Any:
    """A quotient as it is: an int where it is whole, a Fraction where not."""
    quotient = Fraction(a, b)
    return int(quotient) if quotient.denominator == 1 else quotient


_COMPUTE: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "/": _ratio,
    "%": lambda a, b: a % b,
    "ceil": lambda a, b: -(-a // b),
    "gcd": math.gcd,
    "max": max,
    "min": min,
}
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "//": 2, "/": 2, "%": 2}
_ASSOCIATIVE = {"+": ("+", "-"), "*": ("*",)}

Style = dict[str, str]
PLAIN: Style = {"+": " + ", "-": " - ", "*": "*", "//": "//", "/": "/", "%": " % "}
"""How a programmer writes it: a Python expression, with ``ceil``, ``gcd``, ``max`` and ``min`` as calls."""
TEXTBOOK: Style = {"+": " + ", "-": " \N{MINUS SIGN} ", "*": "·", "//": "/", "/": "/", "%": " mod "}
"""How a textbook writes it."""


class Recorded:
    """A number with the expression that made it: a leaf (a number, perhaps named), or an operator and its operands.

    A settled number (see :func:`cnncalc.arithmetic.settled`) is a leaf that keeps its ``derivation``. The value is an
    int, or behind ``/`` a Fraction where the quotient is not whole.
    """

    __slots__ = ("derivation", "name", "operands", "operator", "value")

    def __init__(self, value: int, name: str = "", *, derivation: Recorded | None = None) -> None:
        self.value = value
        self.name = name
        self.operator = ""
        self.operands: tuple[Recorded, ...] = ()
        self.derivation = derivation

    @classmethod
    def apply(cls, operator: str, *operands: Recorded | int) -> Recorded:
        """The result of one operation, recorded. Raises ZeroDivisionError as integers do."""
        recorded = tuple(operand if isinstance(operand, Recorded) else cls(int(operand)) for operand in operands)
        result = cls(_COMPUTE[operator](*(operand.value for operand in recorded)))
        result.operator, result.operands = operator, recorded
        return result

    @property
    def is_natural(self) -> bool:
        """Whether the value needs no brackets, as negative numbers and fractions do."""
        return self.value >= 0 and type(self.value) is int

    def figures(self, style: Style = PLAIN) -> str:
        """The expression with the numbers put in: ``(227 - 11 + 2*0)//4 + 1``."""
        return self._render(style, lambda leaf: str(leaf.value) if leaf.is_natural else f"({leaf.value})")

    def symbols(self, style: Style = PLAIN) -> str:
        """The expression with the names of its leaves: ``(M - K' + 2*P)//S + 1``."""
        return self._render(style, lambda leaf: leaf.name or str(leaf.value))

    def steps(self) -> Iterator[Recorded]:
        """Every settled intermediate result that this one needs, each once and before its use, then this one."""
        for number in self.parts():
            if number.derivation is not None:
                yield number.derivation
        if self.derivation is None:
            yield self

    def parts(self, *, within: bool = False) -> list[Recorded]:
        """Every part of the expression once, itself last, operands and derivations before what is made of them.

        ``within`` leaves out the derivations of settled numbers.
        """
        order: list[Recorded] = []
        seen: set[int] = set()
        pending = [(self, False)]
        while pending:
            number, opened = pending.pop()
            if opened:
                order.append(number)
            elif id(number) not in seen:
                seen.add(id(number))
                pending.append((number, True))
                pending += [(operand, False) for operand in reversed(number.operands)]
                if number.derivation is not None and not within:
                    pending.append((number.derivation, False))
        return order

    def rewritten(self, change: Callable[[Recorded], Recorded | None]) -> Recorded:
        """The same expression with some of its parts changed, and computed anew.

        ``change`` is asked about every part in the order of :meth:`parts` and returns what stands in its place, or None
        to keep it. A part that stands in several places is changed once.
        """
        renewed: dict[int, Recorded] = {}
        for number in self.parts():
            same = number
            operands = tuple(renewed[id(operand)] for operand in number.operands)
            if any(new is not old for new, old in zip(operands, number.operands, strict=True)):
                same = Recorded.apply(number.operator, *operands)
            elif number.derivation is not None and renewed[id(number.derivation)] is not number.derivation:
                derivation = renewed[id(number.derivation)]
                same = Recorded(derivation.value, number.name, derivation=derivation)
            changed = change(same)
            renewed[id(number)] = same if changed is None else changed
        return renewed[id(self)]

    def _render(self, style: Style, leaf: Callable[[Recorded], str]) -> str:
        texts: dict[int, str] = {}
        for number in self.parts(within=True):
            if not number.operator:
                texts[id(number)] = leaf(number)
                continue
            parts = [texts[id(operand)] for operand in number.operands]
            if number.operator not in _PRECEDENCE:
                texts[id(number)] = f"{number.operator}({', '.join(parts)})"
                continue
            for position, operand in enumerate(number.operands):
                if number.needs_brackets(operand, is_right=position > 0):
                    parts[position] = f"({parts[position]})"
            texts[id(number)] = style[number.operator].join(parts)
        return texts[id(self)]

    def needs_brackets(self, operand: Recorded, *, is_right: bool) -> bool:
        """Whether an operand of this operation must stand in brackets."""
        if operand.operator not in _PRECEDENCE:
            return False
        mine, theirs = _PRECEDENCE[self.operator], _PRECEDENCE[operand.operator]
        if not is_right:
            return theirs < mine
        return theirs <= mine and operand.operator not in _ASSOCIATIVE.get(self.operator, ())

    def __repr__(self) -> str:
        return f"{self.figures()} = {self.value}" if self.operator else str(self.value)

    def __add__(self, other: Recorded | int) -> Recorded:
        if isinstance(other, int):
            if other == 0:
                return self
            if self.operator == "-" and not self.operands[1].name and self.operands[1].value == other:
                return self.operands[0]
        return Recorded.apply("+", self, other)

    def __radd__(self, other: int) -> Recorded:
        return self if other == 0 else Recorded.apply("+", other, self)

    def __sub__(self, other: Recorded | int) -> Recorded:
        return self if isinstance(other, int) and other == 0 else Recorded.apply("-", self, other)

    def __rsub__(self, other: int) -> Recorded:
        return Recorded.apply("-", other, self)

    def __mul__(self, other: Recorded | int) -> Any:
        if isinstance(other, int) and other in (0, 1):
            return self if other else 0
        return Recorded.apply("*", self, other)

    def __rmul__(self, other: int) -> Any:
        if other in (0, 1):
            return self if other else 0
        return Recorded.apply("*", other, self)

    def __floordiv__(self, other: Recorded | int) -> Recorded:
        return self if isinstance(other, int) and other == 1 else Recorded.apply("//", self, other)

    def __rfloordiv__(self, other: int) -> Recorded:
        return Recorded.apply("//", other, self)

    def __truediv__(self, other: Recorded | int) -> Recorded:
        return Recorded.apply("/", self, other)

    def __rtruediv__(self, other: int) -> Recorded:
        return Recorded.apply("/", other, self)

    def __mod__(self, other: Recorded | int) -> Recorded:
        return Recorded.apply("%", self, other)

    def __rmod__(self, other: int) -> Recorded:
        return Recorded.apply("%", other, self)

    def __bool__(self) -> bool:
        return self.value != 0

    def __index__(self) -> int:
        return self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Recorded) else other)

    def __lt__(self, other: Recorded | int) -> bool:
        return self.value < _value(other)

    def __le__(self, other: Recorded | int) -> bool:
        return self.value <= _value(other)

    def __gt__(self, other: Recorded | int) -> bool:
        return self.value > _value(other)

    def __ge__(self, other: Recorded | int) -> bool:
        return self.value >= _value(other)


def _value(number: Recorded | int) -> int:
    return number.value if isinstance(number, Recorded) else number


def ceil_div(dividend: Any, divisor: Any) -> Recorded:
    return Recorded.apply("ceil", dividend, divisor)


def gcd(a: Any, b: Any) -> Recorded:
    return Recorded.apply("gcd", a, b)


def equal(a: Any, b: Any) -> bool:
    return bool(a == b)


def settled(number: Recorded, name: str) -> Recorded:
    """A step of its own; a leaf needs none."""
    return Recorded(number.value, name, derivation=number) if number.operator else number


def scaled(number: Recorded, factor: float) -> Recorded:
    """The factor as the fraction that it is written as; what double precision makes of it otherwise is added."""
    ratio = Fraction(repr(factor))
    exact: Recorded = number * ratio.numerator // ratio.denominator
    return exact + (math.floor(number.value * factor) - exact.value)


def maximum(a: Any, b: Any) -> Recorded:
    return Recorded.apply("max", a, b)


def minimum(a: Any, b: Any) -> Recorded:
    return Recorded.apply("min", a, b)


def total(numbers: Sequence[Any]) -> Any:
    return sum(numbers)
