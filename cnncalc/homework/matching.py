"""Whether what somebody wrote is a given figure, and what there is to be said of the way in which it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import cast

from msgspec import Struct, structs

from cnncalc.homework.answers import Amount, Answer, AnswerError, Part, Sizes, Statement
from cnncalc.homework.quantities import Figure, Quantity, find_quantity
from cnncalc.homework.units import CHANNELS
from cnncalc.layers.base import Shape

COARSEST = Fraction(1, 20)
"""How far a rounded answer may be from what it rounds, in proportion."""
_FEWEST_CUT = 3
"""How many digits an answer needs that was cut off where it should have been rounded."""

_SETTINGS = frozenset(
    (
        *("p", "padding", "pad", "k", "kernel", "s", "stride", "d", "dilation", "groups", "g", "bias", "batch"),
        *("input", "填充", "步长", "偏置"),
    )
)
"""What a label before a number names that is never asked for."""
_VAGUE = ("size", "units")
"""Headings of columns that as labels say nothing."""
_CONCLUDING = frozenset(
    ("so", "hence", "therefore", "thus", "total", "altogether", "共", "一共", "总共", "合计", "所以")
)
"""What stands before the figure that others lead up to."""


class Match(Struct, frozen=True):
    """That an answer is a figure, with remarks on how it is written."""

    remarks: tuple[str, ...] = ()


class Reading(Struct, frozen=True):
    """The part of an answer that answers the question, the working before it, and what it is said to be behind it.

    ``remarks`` are on how it is written.
    """

    final: Part
    working: tuple[Part, ...] = ()
    after: tuple[Part, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.final.text


def reading_of(answer: Answer, quantity: Quantity, image: Shape = ()) -> Reading:
    """What an answer says of a quantity; ``image`` is the input that fields are on. Raises AnswerError where it gives
    several figures.
    """
    statements = answer.statements
    chosen = (
        [s for s in statements if not s.aside and s.label in _CONCLUDING][-1:]
        or [s for s in statements if not s.aside and _serves(s.label) == quantity.name]
        or [s for s in statements if not s.aside and _serves(s.label) is None]
        or [s for s in statements if _serves(s.label) in (None, quantity.name)]
        or [s for s in statements if not s.aside]
        or list(statements)
    )
    if quantity.kind == "shape" and (named := _by_axes(statements)):
        return named
    readings = list(dict.fromkeys(_reading(statement, quantity) for statement in chosen))
    if quantity.kind == "count":
        readings = [r for r in readings if not any(a.measures == CHANNELS for a in r.final.amounts)] or readings
    else:
        most = max(_rank(reading.final) for reading in readings)
        readings = [reading for reading in readings if _rank(reading.final) == most]
    if len({_said(reading.final, quantity) for reading in readings}) > 1:
        raise AnswerError(f"several answers, {readings[0].text} and {readings[1].text}; which is meant")
    reading = readings[0]
    return _without_depth(reading, image) if quantity.name == "receptive_field" and image else reading


def _without_depth(reading: Reading, image: Shape) -> Reading:
    """A field that is stated with the channels of the image that it sees, ``11×11×3``, by its sides alone."""
    channels, *pixels = image
    shapes = []
    for shape in reading.final.shapes:
        axes = shape.axes
        if len(axes) == len(pixels) + 1 and channels in (axes[0], axes[-1]):
            shapes.append(Sizes(shape.text, axes[:-1] if axes[-1] == channels else axes[1:]))
    if not shapes:
        return reading
    return structs.replace(reading, final=structs.replace(reading.final, shapes=tuple(shapes)), remarks=("depth",))


def has_too_many_sizes(part: Part, quantity: Quantity, figure: Figure) -> bool:
    """Whether there are more sizes than a figure has axes; a shape may have a batch besides."""
    if not isinstance(figure, tuple):
        return False
    most = len(figure) + (quantity.kind == "shape")
    return part.shapes != () and all(len(shape.axes) > most for shape in part.shapes)


def _rank(part: Part) -> int:
    """How many axes a part has as a shape, as it is likeliest read."""
    return sum(len(shape.axes) for shape in part.shapes[:1])


def _said(part: Part, quantity: Quantity) -> object:
    """What a part says, however it is written."""
    if quantity.kind == "count" and part.amounts:
        return part.amounts[0].value
    return part.shapes or part.amounts


_AXES = {
    **dict.fromkeys(("c", "channels", "depth", "通道", "通道数", "filters"), 0),
    **dict.fromkeys(("h", "height", "高", "高度"), 1),
    **dict.fromkeys(("w", "width", "宽", "宽度"), 2),
}


def _by_axes(statements: Sequence[Statement]) -> Reading | None:
    """A shape that is given axis by axis: ``H = 28, W = 28, C = 6``."""
    sizes = {
        _AXES[statement.label]: size
        for statement in statements
        if statement.label in _AXES
        for shape in statement.parts[-1].shapes
        if len(shape.axes) == 1
        for size in shape.axes
        if size is not None
    }
    if len(sizes) < 2:
        return None
    axes = tuple(size for _, size in sorted(sizes.items()))
    text = "×".join(map(str, axes))
    return Reading(Part(text, (), (Sizes(text, axes),)))


def _serves(label: str) -> str | None:
    """The quantity that a label names, or the setting, which is never asked for; None where it says nothing."""
    label = re.sub(r"[为是有]+$", "", label)
    if label in _SETTINGS:
        return label
    found = None if label in _VAGUE else find_quantity(label)
    return found.name if found else None


def _reading(statement: Statement, quantity: Quantity) -> Reading:
    parts = statement.parts
    if quantity.kind != "count":
        most = max(map(_rank, parts))
        last = max(place for place, part in enumerate(parts) if _rank(part) == most)
        return Reading(parts[last], parts[:last], parts[last + 1 :])
    return Reading(parts[-1], parts[:-1])


def match(part: Part, quantity: Quantity, figure: Figure) -> Match | None:
    """How a part of an answer is the figure; None where it is not."""
    if figure is None:
        return None
    if isinstance(figure, tuple):
        same = _same_shape if quantity.kind == "shape" else _same_axes
        found = [same(figure, shape.axes) for shape in part.shapes]
        if len(figure) == 1:
            found += [Match(a.remarks) for a in part.amounts if a.factor != 1 and a.value in figure]
        return next((m for m in found if m is not None), None)
    for amount in part.amounts:
        if amount.measures in quantity.measures:
            remarks = _same_count(figure, amount)
            if remarks is not None:
                return Match((*remarks, *_unit_remarks(amount, quantity)))
    whole = [cast("Shape", shape.axes) for shape in part.shapes if None not in shape.axes]
    if not part.amounts and figure in map(prod, whole):
        return Match(("as-shape",))
    return None


def is_coarse(part: Part) -> bool:
    """Whether a number is rounded so far that it tells nothing."""
    return any(abs(amount.value) * COARSEST < amount.half for amount in part.amounts)


def _unit_remarks(amount: Amount, quantity: Quantity) -> Iterator[str]:
    """A figure of MACs that is called FLOPs, or the reverse."""
    if amount.measures in ("MACs", "FLOPs") and amount.measures.lower() != quantity.name:
        yield f"called-{amount.measures.lower()}"


def _same_count(figure: int, amount: Amount) -> tuple[str, ...] | None:
    if amount.value == figure:
        return amount.remarks
    if not amount.half:
        return None
    if amount.value * COARSEST < amount.half:
        is_near = abs(amount.value - figure) <= figure * COARSEST
        return (*amount.remarks, "one-digit") if is_near else None
    if amount.covers(figure):
        return amount.remarks
    if _ends_in_nought(amount) and abs(amount.value - figure) <= min(10 * amount.half, figure * COARSEST):
        return (*amount.remarks, "nought")
    if amount.digits >= _FEWEST_CUT and amount.cut_off(figure):
        return (*amount.remarks, "cut-off")
    return None


def _ends_in_nought(amount: Amount) -> bool:
    """Whether the last digit may be no digit but its place, as in ``60M`` and ``140M``."""
    return "." not in amount.text and amount.value % (20 * amount.half) == 0


def cuts_off(part: Part, quantity: Quantity, figure: Figure) -> bool:
    """Whether the figure's digits were cut off, however few of them are left."""
    return isinstance(figure, int) and any(
        amount.digits > 1 and amount.measures in quantity.measures and amount.cut_off(figure) for amount in part.amounts
    )


def _same_axes(figure: Shape, axes: tuple[int | None, ...]) -> Match | None:
    """A size an axis, or one for all axes that have the same."""
    if axes == figure or (len(axes) == 1 and set(figure) == set(axes)):
        return Match()
    return None


def _same_shape(figure: Shape, axes: tuple[int | None, ...]) -> Match | None:
    """The shape in PyTorch's order, or in another that means the same: batch in front, channels last, ones left out,
    or the sizes alone.
    """
    for before, sizes in (((), axes), (("batch",), axes[1:])):
        order = _in_order(figure, sizes)
        if order is not None:
            return Match((*before, *order))
    if axes == figure[1:]:
        return Match(("channels-left-out",) if figure[0] != 1 else ())
    if len(axes) == 1 and set(figure[1:]) == set(axes):
        return Match(("one-side",))
    if _without_ones(axes) == _without_ones(figure):
        return Match(("ones",))
    return None


def _in_order(figure: Shape, axes: tuple[int | None, ...]) -> tuple[str, ...] | None:
    if axes == figure:
        return ()
    return ("channels-last",) if axes == (*figure[1:], figure[0]) else None


def _without_ones(axes: Sequence[int | None]) -> list[int | None]:
    return [size for size in axes if size != 1]
