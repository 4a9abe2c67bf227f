"""Recorded expressions as a person writes them: on a line of text, in LaTeX, and in MathML."""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape
from typing import Any

from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.reduction import factors, terms
from cnncalc.report.numbers import exact

_SUMS = ("+", "-")
_FUNCTIONS = ("gcd", "max", "min")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Notation:
    """A line of text: ``⌊(H − K + 2·P)/S⌋ + 1``. The others overrule how the parts are written."""

    plus, minus, times = " + ", " − ", "·"

    def expression(self, number: Recorded, *, named: bool) -> str:
        """The expression, with the names of its leaves or with their values.

        A floor is written where the division leaves a rest, and in a formula wherever a sum is divided, since it may.
        """
        if number.operator in _SUMS:
            return self._sum(number, named)
        if number.operator == "*":
            return self._product(number, named)
        if number.operator:
            return self._division(number, named)
        return self.symbol(number.name) if named and number.name else self.value(number.value)

    def _sum(self, number: Recorded, named: bool) -> str:
        text = ""
        for sign, term in terms(number):
            part = self.expression(term, named=named)
            if term.operator in _SUMS or (text and self._is_negative(term, named)):
                part = self.brackets(part)
            text += ((self.plus if sign == "+" else self.minus) if text else "") + part
        return text

    def _product(self, number: Recorded, named: bool) -> str:
        parts: list[str] = []
        powers: list[int] = []
        for position, factor in enumerate(factors(number)):
            part = self.expression(factor, named=named)
            if self._in_brackets(factor, named, position):
                part = self.brackets(part)
            if named and factor.name and parts and parts[-1] == part:
                powers[-1] += 1
            else:
                parts.append(part)
                powers.append(1)
        return self.times.join(
            self.power(part, power) if power > 1 else part for part, power in zip(parts, powers, strict=True)
        )

    def _in_brackets(self, factor: Recorded, named: bool, position: int) -> bool:
        if factor.operator in _SUMS:
            return True
        if factor.operator in ("//", "/", "%"):
            return not (self.floored(factor, named) or self.stacks)
        return self._is_negative(factor, named) and position > 0

    def _division(self, number: Recorded, named: bool) -> str:
        operands = [self.expression(operand, named=named) for operand in number.operands]
        if number.operator in _FUNCTIONS:
            return self.call(number.operator, operands)
        if not self.stacks or number.operator == "%":
            for position, operand in enumerate(number.operands):
                bare = not operand.operator and not self._is_negative(operand, named)
                if not bare and (position or operand.operator != "*"):
                    operands[position] = self.brackets(operands[position])
        if number.operator == "%":
            return self.remainder(*operands)
        quotient = self.quotient(*operands)
        if number.operator == "ceil":
            return self.ceiling(quotient)
        return self.floor(quotient) if self.floored(number, named) else quotient

    @staticmethod
    def floored(number: Recorded, named: bool) -> bool:
        """Whether a division is written with the brackets of rounding."""
        if number.operator == "ceil":
            return True
        if number.operator != "//":
            return False
        dividend, divisor = number.operands
        return bool(dividend.value % divisor.value) or (named and dividend.operator in _SUMS)

    @staticmethod
    def _is_negative(number: Recorded, named: bool) -> bool:
        return not number.operator and not (named and number.name) and number.value < 0

    stacks = False
    """Whether a quotient is a fraction with a bar, which needs no brackets."""

    def symbol(self, name: str) -> str:
        """``Cin``, ``K_H``, ``H'``."""
        return name

    def value(self, value: Any) -> str:
        """A number with its thousands apart; a fraction as a decimal number where it is one."""
        return _plain_value(value).replace("-", "−")

    def text(self, text: str) -> str:
        """Words among symbols, such as a layer's name."""
        return text

    def power(self, base: str, power: int) -> str:
        return base + str(power).translate(_SUPERSCRIPTS)

    def brackets(self, text: str) -> str:
        return f"({text})"

    def quotient(self, dividend: str, divisor: str) -> str:
        return f"{dividend}/{divisor}"

    def remainder(self, dividend: str, divisor: str) -> str:
        return f"{dividend} mod {divisor}"

    def floor(self, text: str) -> str:
        return f"⌊{text}⌋"

    def ceiling(self, text: str) -> str:
        return f"⌈{text}⌉"

    def call(self, function: str, operands: list[str]) -> str:
        return f"{function}({', '.join(operands)})"


def _plain_value(value: Any) -> str:
    if isinstance(value, Fraction) and value.denominator > 1:
        if value.denominator & (value.denominator - 1):
            return f"{value.numerator}/{value.denominator}"
        return f"{float(value):,}"
    return exact(int(value))


class Latex(Notation):
    """LaTeX's mathematics, without the dollars."""

    times = r" \cdot "
    minus = " - "
    stacks = True

    def symbol(self, name: str) -> str:
        base, primes, index = _split(name)
        if base is None:
            return self.text(name)
        body = base if len(base) == 1 else rf"\mathrm{{{base}}}"
        return body + "'" * primes + (f"_{{{_index(index)}}}" if index else "")

    def value(self, value: Any) -> str:
        plain = _plain_value(value)
        if "/" in plain:
            numerator, denominator = plain.split("/")
            return rf"\frac{{{numerator}}}{{{denominator}}}"
        return plain.replace(",", "{,}")

    def text(self, text: str) -> str:
        return rf"\text{{{latex_text(text)}}}"

    def power(self, base: str, power: int) -> str:
        return f"{base}^{{{power}}}" if "'" not in base and "_" not in base else f"{{{base}}}^{{{power}}}"

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)"

    def quotient(self, dividend: str, divisor: str) -> str:
        return rf"\frac{{{dividend}}}{{{divisor}}}"

    def remainder(self, dividend: str, divisor: str) -> str:
        return rf"{dividend} \bmod {divisor}"

    def floor(self, text: str) -> str:
        return rf"\left\lfloor {text} \right\rfloor"

    def ceiling(self, text: str) -> str:
        return rf"\left\lceil {text} \right\rceil"

    def call(self, function: str, operands: list[str]) -> str:
        return rf"\{function}\left({', '.join(operands)}\right)"


class MathML(Notation):
    """Presentation MathML, which browsers set without help."""

    plus, minus, times = "<mo>+</mo>", "<mo>−</mo>", "<mo>·</mo>"
    stacks = True

    def symbol(self, name: str) -> str:
        base, primes, index = _split(name)
        if base is None:
            return self.text(name)
        body = f"<mi>{escape(base)}</mi>"
        if primes:
            body = f"<msup>{body}<mo>{'′' * primes}</mo></msup>"
        return f"<msub>{body}<mi mathvariant='normal'>{escape(index)}</mi></msub>" if index else body

    def value(self, value: Any) -> str:
        plain = _plain_value(value)
        if "/" in plain:
            numerator, denominator = plain.split("/")
            return f"<mfrac>{self._number(numerator)}{self._number(denominator)}</mfrac>"
        return self._number(plain)

    @staticmethod
    def _number(plain: str) -> str:
        sign = "<mo form='prefix'>−</mo>" if plain.startswith("-") else ""
        return f"<mrow>{sign}<mn>{plain.removeprefix('-')}</mn></mrow>" if sign else f"<mn>{plain}</mn>"

    def text(self, text: str) -> str:
        return f"<mtext>{escape(text)}</mtext>"

    def power(self, base: str, power: int) -> str:
        return f"<msup><mrow>{base}</mrow><mn>{power}</mn></msup>"

    def brackets(self, text: str) -> str:
        return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"

    def quotient(self, dividend: str, divisor: str) -> str:
        return f"<mfrac><mrow>{dividend}</mrow><mrow>{divisor}</mrow></mfrac>"

    def remainder(self, dividend: str, divisor: str) -> str:
        return f"{dividend}<mo> mod </mo>{divisor}"

    def floor(self, text: str) -> str:
        return f"<mrow><mo>⌊</mo>{text}<mo>⌋</mo></mrow>"

    def ceiling(self, text: str) -> str:
        return f"<mrow><mo>⌈</mo>{text}<mo>⌉</mo></mrow>"

    def call(self, function: str, operands: list[str]) -> str:
        return f"<mi>{function}</mi><mo>(</mo>{'<mo>,</mo>'.join(operands)}<mo>)</mo>"


_SYMBOL = re.compile(r"([A-Za-z]{1,4})('*)(?:_(\w+))?")
_CHANNELS = re.compile(r"([CN])(in|out)(?:_(\w+))?")
_WORDS = ("MAC", "ADD", "MUL", "CMP", "DIV", "EXP")


def _split(name: str) -> tuple[str | None, int, str]:
    """A symbol's letter, its primes and its index; no letter where it is a word, such as a layer's name."""
    if match := _CHANNELS.fullmatch(name):
        return match[1], 0, ",".join(filter(None, (match[2], match[3])))
    if (match := _SYMBOL.fullmatch(name)) and (len(match[1]) == 1 or match[1] in _WORDS):
        return match[1], len(match[2]), match[3] or ""
    return None, 0, ""


def _index(index: str) -> str:
    return index if len(index) == 1 else rf"\mathrm{{{index}}}"


_LATEX = {char: f"\\{char}" for char in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def latex_text(text: str) -> str:
    """Words with LaTeX's own characters escaped."""
    return "".join(_LATEX.get(char, char) for char in text)
