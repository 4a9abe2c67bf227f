"""A number that remembers how it was computed, so that a formula prints its own worked steps.

>>> from cnncalc.layers.formulas import window_output
>>> size = window_output(Recorded(227, "M"), Recorded(11, "K"), Recorded(4, "S"), Recorded(0, "P"))
>>> for step in size.steps():
...     print(step.symbols(), "=", step.figures(), "=", step.value)
1*(K - 1) + 1 = 1*(11 - 1) + 1 = 11
(M - K' + 2*P)//S + 1 = (227 - 11 + 2*0)//4 + 1 = 55
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

_COMPUTE: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "ceil": lambda a, b: -(-a // b),
    "gcd": math.gcd,
    "max": max,
    "min": min,
}
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "//": 2, "%": 2}
_ASSOCIATIVE = {"+": ("+", "-"), "*": ("*",)}

Style = dict[str, str]
PLAIN: Style = {"+": " + ", "-": " - ", "*": "*", "//": "//", "%": " % "}
"""How a programmer writes it: a Python expression, with ``ceil``, ``gcd``, ``max`` and ``min`` as calls."""
TEXTBOOK: Style = {"+": " + ", "-": " \N{MINUS SIGN} ", "*": "·", "//": "/", "%": " mod "}
"""How a textbook writes it."""


class Recorded:
    """An integer with the expression that made it: a leaf (a number, perhaps named), or an operator and its operands.

    A settled number (see :func:`cnncalc.arithmetic.settled`) is a leaf that keeps its ``derivation``.
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
        recorded = tuple(operand if isinstance(operand, Recorded) else cls(operand) for operand in operands)
        result = cls(_COMPUTE[operator](*(operand.value for operand in recorded)))
        result.operator, result.operands = operator, recorded
        return result

    def figures(self, style: Style = PLAIN) -> str:
        """The expression with the numbers put in: ``(227 - 11 + 2*0)//4 + 1``."""
        return self._render(style, lambda leaf: str(leaf.value) if leaf.value >= 0 else f"({leaf.value})")

    def symbols(self, style: Style = PLAIN) -> str:
        """The expression with the names of its leaves: ``(M - K' + 2*P)//S + 1``."""
        return self._render(style, lambda leaf: leaf.name or str(leaf.value))

    def steps(self) -> Iterator[Recorded]:
        """Every settled intermediate result that this one needs, each once and before its use, then this one."""
        seen: set[int] = set()

        def visit(number: Recorded) -> Iterator[Recorded]:
            if number.derivation is not None and id(number) not in seen:
                seen.add(id(number))
                yield from visit(number.derivation)
                yield number.derivation
            for operand in number.operands:
                yield from visit(operand)

        yield from visit(self)
        if self.derivation is None:
            yield self

    def _render(self, style: Style, leaf: Callable[[Recorded], str]) -> str:
        if not self.operator:
            return leaf(self)
        texts = [operand._render(style, leaf) for operand in self.operands]
        if self.operator not in _PRECEDENCE:
            return f"{self.operator}({', '.join(texts)})"
        for position, operand in enumerate(self.operands):
            if self._needs_brackets(operand, is_right=position > 0):
                texts[position] = f"({texts[position]})"
        return style[self.operator].join(texts)

    def _needs_brackets(self, operand: Recorded, *, is_right: bool) -> bool:
        if operand.operator not in _PRECEDENCE:
            return False
        mine, theirs = _PRECEDENCE[self.operator], _PRECEDENCE[operand.operator]
        if not is_right:
            return theirs < mine
        return theirs <= mine and operand.operator not in _ASSOCIATIVE.get(self.operator, ())

    def __repr__(self) -> str:
        return f"{self.figures()} = {self.value}" if self.operator else str(self.value)

    def __add__(self, other: Recorded | int) -> Recorded:
        return Recorded.apply("+", self, other)

    def __radd__(self, other: int) -> Recorded:
        return Recorded.apply("+", other, self)

    def __sub__(self, other: Recorded | int) -> Recorded:
        return Recorded.apply("-", self, other)

    def __rsub__(self, other: int) -> Recorded:
        return Recorded.apply("-", other, self)

    def __mul__(self, other: Recorded | int) -> Recorded:
        return Recorded.apply("*", self, other)

    def __rmul__(self, other: int) -> Recorded:
        return Recorded.apply("*", other, self)

    def __floordiv__(self, other: Recorded | int) -> Recorded:
        return Recorded.apply("//", self, other)

    def __rfloordiv__(self, other: int) -> Recorded:
        return Recorded.apply("//", other, self)

    def __mod__(self, other: Recorded | int) -> Recorded:
        return Recorded.apply("%", self, other)

    def __rmod__(self, other: int) -> Recorded:
        return Recorded.apply("%", other, self)

    def __index__(self) -> int:
        return self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Recorded) else other)

    def __lt__(self, other: Recorded | int) -> bool:
        return self.value < int(other)

    def __le__(self, other: Recorded | int) -> bool:
        return self.value <= int(other)

    def __gt__(self, other: Recorded | int) -> bool:
        return self.value > int(other)

    def __ge__(self, other: Recorded | int) -> bool:
        return self.value >= int(other)


def ceil_div(dividend: Any, divisor: Any) -> Recorded:
    return Recorded.apply("ceil", dividend, divisor)


def gcd(a: Any, b: Any) -> Recorded:
    return Recorded.apply("gcd", a, b)


def equal(a: Any, b: Any) -> bool:
    return bool(a == b)


def settled(number: Recorded, name: str) -> Recorded:
    return Recorded(number.value, name, derivation=number)


def scaled(number: Recorded, factor: float) -> Recorded:
    from fractions import Fraction

    ratio = Fraction(repr(factor))
    return number * ratio.numerator // ratio.denominator


def maximum(a: Any, b: Any) -> Recorded:
    return Recorded.apply("max", a, b)


def minimum(a: Any, b: Any) -> Recorded:
    return Recorded.apply("min", a, b)


def total(numbers: Sequence[Any]) -> Any:
    return sum(numbers)
