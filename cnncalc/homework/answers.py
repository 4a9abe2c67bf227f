"""Answers as people write them: sizes, counts, roundings, units, and the working before an equals sign.

``parse`` never evaluates text as Python: tokens are cut by :mod:`cnncalc.homework.tokens`, arithmetic goes to
:mod:`cnncalc.spec.expressions`, and lengths and magnitudes are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import count, islice, pairwise, product
from math import prod

from msgspec import Struct

from cnncalc.errors import CnncalcError
from cnncalc.homework.tokens import PLACEHOLDER, Piece, Token, statements
from cnncalc.homework.units import CHANNELS, COUNT, Unit, units_of
from cnncalc.spec.expressions import LARGEST, ExpressionError, value_of

LONGEST = 400
"""The most characters of an answer."""
_LARGEST_EXPONENT = 18
_MOST_AXES = 8
_MOST_READINGS = 8
_NOTHING = re.compile(r"none|zero|nil|no (?:params?|parameters|weights)|it has none|零|无|没有(?:参数)?")
"""Words for 0."""
_DOT_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


class AnswerError(CnncalcError):
    """An answer that cannot be read, with the reason in a clause."""


class Amount(Struct, frozen=True):
    """A number as it may be read: its value, half a unit of its last digit (0 where it is exact), how many significant
    digits it has, what its unit measures and the factor that it stands for. ``remarks`` tell of a habit that the
    reading supposes.
    """

    text: str
    value: Fraction
    half: Fraction = Fraction(0)
    digits: int = 0
    measures: str = ""
    remarks: tuple[str, ...] = ()
    factor: int = 1

    def covers(self, exact: Fraction | int) -> bool:
        """Whether the exact number, rounded to the digits given, is this one."""
        return abs(self.value - exact) <= self.half

    def cut_off(self, exact: Fraction | int) -> bool:
        """Whether the exact number has these digits but was cut off where it should have been rounded."""
        return self.half < exact - self.value < 2 * self.half


class Sizes(Struct, frozen=True):
    """A shape as it may be read; None where a placeholder such as ``N`` stands for the batch."""

    text: str
    axes: tuple[int | None, ...]


class Part(Struct, frozen=True):
    """One side of an equals sign: what it may be as a number, likeliest first, and as a shape."""

    text: str
    amounts: tuple[Amount, ...]
    shapes: tuple[Sizes, ...]


class Statement(Struct, frozen=True):
    """Parts that are said to be equal, under the label before them ("r" in ``r = 4``), perhaps only in brackets."""

    parts: tuple[Part, ...]
    label: str = ""
    aside: bool = False


class Answer(Struct, frozen=True):
    """What somebody wrote, and everything in it that may be an answer."""

    text: str
    statements: tuple[Statement, ...]


def parse(text: str) -> Answer:
    """The answer in a text. Raises AnswerError where there is no number in it, or none that can be.

    >>> [part.amounts[0].value for part in parse("(5*5*1+1)*16 = 416").statements[0].parts]
    [Fraction(416, 1), Fraction(416, 1)]
    >>> parse("6@28x28").statements[0].parts[0].shapes[0].axes
    (6, 28, 28)
    """
    if len(text) > LONGEST:
        raise AnswerError(f"longer than {LONGEST} characters")
    found = []
    problem = "holds no number"
    for label, aside, pieces in statements(text):
        parts = []
        for piece in pieces:
            try:
                parts.append(_part(piece))
            except ExpressionError as error:
                problem = str(error)
        if parts:
            found.append(Statement(tuple(parts), label, aside))
    if _NOTHING.fullmatch(text.strip().lower().rstrip(".。")):
        nothing = Part(text.strip(), (Amount(text.strip(), Fraction(0)),), ())
        found.append(Statement((nothing,)))
    if not found:
        raise AnswerError(problem)
    return Answer(text, tuple(found))


def _part(piece: Piece) -> Part:
    shapes = _shapes(piece)
    try:
        amounts = _amounts(piece)
    except ExpressionError:
        if not shapes:
            raise
        amounts = ()
    return Part(piece.text, amounts, shapes)


def _shapes(piece: Piece) -> tuple[Sizes, ...]:
    """The piece as sizes with ``×``, ``*``, commas, blanks or ``@`` between them."""
    tokens = [token for token in piece.tokens if token.kind not in ("(", ")")]
    found: list[Sizes] = []
    alone = len(piece.tokens) == 1
    for split_thousands in (not alone, alone):
        axes = _axes(tokens, split_thousands)
        sizes_fit = len(axes) <= _MOST_AXES and all(size is None or size <= LARGEST for size in axes)
        if axes and sizes_fit and axes not in [sizes.axes for sizes in found]:
            found.append(Sizes(piece.text, axes))
    return tuple(found)


def _axes(tokens: Sequence[Token], split_thousands: bool) -> tuple[int | None, ...]:
    """The sizes of a shape; () where it is none. ``28,938`` is two of them where thousands are split."""
    axes: list[int | None] = []
    channels: int | None = None
    negative, raised = False, False
    for token in tokens:
        if raised:
            raised = False
            if token.text not in ("2", "3") or not axes:
                return ()
            axes += axes[-1:] * (int(token.text) - 1)
        elif token.text in ("^", "**"):
            raised = True
        elif token.kind == "@":
            if len(axes) == 1 and channels is None:
                channels = axes.pop()
        elif token.text == "-":
            negative = True
        elif _may_be_sizes(token):
            if negative:
                if token.text != "1":
                    return ()
                axes.append(None)
            elif split_thousands or not token.whole:
                axes += [int("".join(filter(str.isdigit, group))) for group in token.text.split(",")]
            else:
                axes.append(int(token.plain))
            negative = False
        elif token.kind == PLACEHOLDER:
            axes.append(None)
        elif Unit(1, CHANNELS) in units_of(token.text):
            if channels is None and axes:
                channels = axes.pop()
        elif Unit(1, COUNT) in units_of(token.text):
            continue
        elif not (token.kind == "," or token.text in ("*", "×")):
            return ()
    return tuple(axes) if channels is None else (channels, *axes)


def _may_be_sizes(token: Token) -> bool:
    """Whether a number is a size, or two with a comma between them."""
    return token.whole or token.text.replace(",", "").isdigit()


def _amounts(piece: Piece) -> tuple[Amount, ...]:
    """The piece as a number: every way in which its numbers and its unit may be read."""
    tokens = piece.tokens
    if any(token.kind in (PLACEHOLDER, ",", "@") for token in tokens):
        raise ExpressionError("several numbers, not one")
    choices = [_readings(token) for token in tokens]
    chosen = islice(product(*choices), _MOST_READINGS)
    amounts = [_evaluated(piece.text, tokens, figures, piece.rough) for figures in chosen]
    return tuple(dict.fromkeys(amount for amount in amounts if _is_likely(amount)))


def _is_likely(amount: Amount) -> bool:
    """Whether a mark of thousands may be a decimal one (before a prefix only), or the reverse (without one only)."""
    unlikely = "dot-thousands" if amount.factor != 1 else "decimal-comma"
    return unlikely not in amount.remarks


class _Figure(Struct, frozen=True):
    """A token's share in the arithmetic: its text there, and of a number how precise it is."""

    text: str
    value: Fraction = Fraction(0)
    half: Fraction = Fraction(0)
    digits: int = 0
    unit: Unit | None = None
    remark: str = ""


_IN_EXPRESSIONS = str.maketrans({"^": "**", "[": "(", "]": ")", "{": "(", "}": ")"})


def _readings(token: Token) -> list[_Figure]:
    if token.kind == "unit":
        return [_Figure(f"*{unit.factor}", unit=unit) for unit in units_of(token.text)]
    if token.kind != "number":
        return [_Figure(token.text.translate(_IN_EXPRESSIONS))]
    readings = [_number(token.plain)]
    if _DOT_THOUSANDS.fullmatch(token.text):
        readings.append(_number(token.text.replace(".", ""), "dot-thousands"))
    elif token.text.count(",") == 1 and token.whole:
        readings.append(_number(token.text.replace(",", "."), "decimal-comma"))
    return readings


def _number(plain: str, remark: str = "") -> _Figure:
    mantissa, _, exponent = plain.lower().partition("e")
    whole, point, decimals = mantissa.partition(".")
    power = int(exponent or 0)
    if abs(power) > _LARGEST_EXPONENT:
        raise ExpressionError("holds a number with too many digits")
    value = Fraction(plain)
    last = Fraction(10) ** (power - len(decimals))
    digits = len(str(int(whole + decimals)))
    return _Figure(f"({value})", value, last / 2 if point or exponent else Fraction(0), digits, remark=remark)


def _evaluated(text: str, tokens: Sequence[Token], chosen: Sequence[_Figure], rough: bool) -> Amount:
    """The value of the arithmetic, and how precise it is: a single number to half a unit of its last digit, an
    expression with prefixes as precise as the roughest of its numbers.
    """
    value = Fraction(value_of("".join(figure.text for figure in chosen), {}))
    numbers = [figure for figure in chosen if figure.value]
    units = [figure.unit for figure in chosen if figure.unit]
    remarks = tuple(dict.fromkeys(r for f in chosen for r in (f.remark, f.unit.remark if f.unit else "") if r))
    factor = prod(unit.factor for unit in units)
    measures = next((unit.measures for unit in reversed(units) if unit.measures), "")
    simple = all(token.kind in ("number", "unit", "(", ")") for token in tokens) and len(numbers) == 1
    if simple:
        (number,) = numbers
        scale = value / number.value
        half, digits = number.half, number.digits
        if not half and (scale != 1 or rough):
            noughts = next(n for n in count() if number.value % 10 ** (n + 1)) if rough else 0
            half, digits = Fraction(10**noughts, 2), digits - noughts
        return Amount(text, value, half * scale, digits, measures, remarks, factor)
    rounded = [
        figure
        for figure, following in pairwise(chosen)
        if figure.value and following.unit and following.unit.factor != 1
    ]
    if not rounded:
        return Amount(text, value, measures=measures, remarks=remarks)
    relative = max((figure.half or Fraction(1, 2)) / figure.value for figure in rounded)
    digits = min(figure.digits for figure in rounded)
    return Amount(text, value, abs(value) * relative, digits, measures, remarks, factor)
