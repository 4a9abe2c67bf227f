"""Errors carried forward: what a later figure is when it is worked out from a student's own earlier ones."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from fractions import Fraction
from typing import Any, cast

from msgspec import Struct

from cnncalc.analysis import Analysis
from cnncalc.analysis.sight import pixel_axes
from cnncalc.errors import CnncalcError
from cnncalc.homework.answers import Part
from cnncalc.homework.context import Context
from cnncalc.homework.key import Question
from cnncalc.homework.quantities import WHOLE, Figure
from cnncalc.layers.base import Shape

_SUMS = ("params", "buffers", "macs", "flops", "activations")
_COUNTED = {"weight_bytes": "params", "activation_bytes": "activations"}


class Own(Struct):
    """A student's own figures of one network, by layer and quantity, as far as they are exact; those that are wrong.

    A figure is a count or a shape, as its quantity has it.
    """

    figures: dict[tuple[str, str], Any]
    wrong: set[tuple[str, str]]


class Consequence(Struct, frozen=True):
    """A figure that follows from a student's own ones: of these layers and quantities, by an analysis with their sizes
    in it (None where only counts were added up).
    """

    figure: Figure
    sources: tuple[tuple[str, str], ...]
    analysis: Analysis | None = None


def own_figure(part: Part, question: Question, truth: Figure) -> Figure:
    """The figure that a student stated, whatever the way of writing; None where it is not exact or has no sense."""
    if isinstance(truth, tuple):
        found = [_completed(shape.axes, truth, question.quantity == "output") for shape in part.shapes]
        return next((shape for shape in found if shape and 0 not in shape and None not in shape), None)
    exact = (amount for amount in part.amounts if not amount.half and amount.value.denominator == 1)
    return next((int(amount.value) for amount in exact), None)


def _completed(axes: Any, truth: Shape, channels: bool) -> Shape | None:
    """A shape in PyTorch's order, with the channels that a student leaves out."""
    if len(axes) == len(truth) + 1:
        axes = axes[1:]
    if len(axes) == len(truth):
        last = channels and axes[-1] == truth[0] != axes[0]
        return (axes[-1], *axes[:-1]) if last else tuple(axes)
    inner = truth[1:] if channels else truth
    if len(axes) == len(inner):
        return (truth[0], *axes)
    if len(axes) == 1 and len(set(inner)) == 1:
        return (truth[0], *axes * len(inner)) if channels else tuple(axes * len(inner))
    return None


def consequences(question: Question, own: Own) -> Iterator[Consequence]:
    """What the answer is, worked out from a student's own figures of the layers before, or of the same layer."""
    context, layer, quantity = question.context, question.layer, question.quantity
    if quantity in ("receptive_field", "jump"):
        yield from _fields(question, own)
        return
    shapes: dict[str, Shape] = {
        name: figure
        for (name, asked), figure in own.figures.items()
        if asked == "output" and (name, quantity) != (layer, "output")
    }
    sources = tuple((name, "output") for name in _nearest_wrong(context.analysis, layer, shapes, own))
    if sources:
        for other in own_analysis(context, shapes, layer):
            yield Consequence(context.figure(quantity, layer, other), sources, other)
    yield from _sums(question, own, shapes)


def own_analysis(context: Context, shapes: Mapping[str, Shape], layer: str | None) -> tuple[Analysis, ...]:
    """A layer and those before it (None: the whole network) with a student's own shapes; () where these do not fit
    together.
    """
    try:
        return (context.with_outputs(shapes, layer),)
    except CnncalcError:
        return ()


def read_back(analysis: Analysis, layer: str, stated: Container[str] = ()) -> set[str]:
    """What a layer's figures are worked out from: what it reads, what that reads, and so on back to what is stated."""
    read = set(analysis.row(layer).inputs)
    for row in reversed(analysis.layers):
        if row.name in read and row.name not in stated:
            read.update(row.inputs)
    return read


def is_known_from(question: Question, own: Own) -> bool:
    """Whether a student states the sizes from which a figure is worked out: of some layer on every way back."""
    analysis = question.context.analysis
    stated = {name for name, asked in own.figures if asked == "output"}
    return question.layer is not None and read_back(analysis, question.layer, stated).isdisjoint(analysis.inputs)


def _nearest_wrong(analysis: Analysis, layer: str | None, shapes: Mapping[str, Shape], own: Own) -> list[str]:
    """The layers with wrong sizes of a student's own from which a figure follows."""
    wrong = [row.name for row in analysis.layers if row.name in shapes and (row.name, "output") in own.wrong]
    if layer is None:
        return wrong
    read = read_back(analysis, layer, shapes) | {layer}
    return [name for name in wrong if name in read]


def _sums(question: Question, own: Own, shapes: Mapping[str, Shape]) -> Iterator[Consequence]:
    """Totals of a student's own figures of layers, and bytes of their own counts."""
    context, layer, quantity = question.context, question.layer, question.quantity
    counted = _COUNTED.get(quantity) or quantity
    if counted not in _SUMS:
        return
    width = context.width if quantity in _COUNTED else 1
    name = layer or WHOLE
    if quantity in _COUNTED and (name, counted) in own.wrong:
        yield Consequence(width * own.figures[name, counted], ((name, counted),))
    if layer is None:
        stated = {name: figure for (name, asked), figure in own.figures.items() if asked == counted}
        wrong = tuple((row.name, counted) for row in context.analysis.layers if (row.name, counted) in own.wrong)
        for analysis in (context.analysis, *own_analysis(context, shapes, None)) if wrong else ():
            total = sum(stated.get(row.name, getattr(row, counted)) for row in analysis.layers)
            yield Consequence(width * total, wrong)
    elif quantity == "flops" and (layer, "macs") in own.wrong:
        row = context.analysis.row(layer)
        rule = context.analysis.counted.rule(row.visit)
        per_mac = rule.count.get("mac", 0) if rule else 0
        yield Consequence(row.flops + per_mac * (own.figures[layer, "macs"] - row.macs), ((layer, "macs"),))


class _Seen(Struct, frozen=True):
    """The field and the jump of a layer as they are, and as they follow from a student's own figures: perhaps in parts
    of a pixel, which nobody's answer is then.
    """

    size: Shape
    jump: Shape
    own_size: Any
    own_jump: Any
    sources: frozenset[tuple[str, str]] = frozenset()


def _fields(question: Question, own: Own) -> Iterator[Consequence]:
    """From the nearest fields of a student's own on every way back; where branches meet, the widest counts."""
    context = question.context
    analysis = context.analysis
    layer = question.layer or analysis.layers[-1].name
    if not context.image:
        return
    pixel = (1,) * len(pixel_axes(context.image))
    seen: dict[str, _Seen | None] = dict.fromkeys(
        analysis.inputs, _Seen(size=pixel, jump=pixel, own_size=pixel, own_jump=pixel)
    )
    for row in analysis.layers:
        keys = ((row.name, "receptive_field"), (row.name, "jump"))
        figures = [context.figure(asked, row.name) for _, asked in keys]
        size, jump = cast("tuple[Shape, Shape | None]", figures)
        if jump is None:  # as it is where there is no one size
            seen[row.name] = None
        elif row.name != layer and any(key in own.figures for key in keys):
            own_size, own_jump = (own.figures.get(key, truth) for key, truth in zip(keys, (size, jump), strict=True))
            seen[row.name] = _Seen(size, jump, own_size, own_jump, frozenset(key for key in keys if key in own.wrong))
        else:
            seen[row.name] = _followed(size, jump, [seen[name] for name in row.inputs])
    found = seen[layer]
    if found is not None:
        figure = found.own_jump if question.quantity == "jump" else found.own_size
        yield Consequence(figure, tuple(source for source in own.figures if source in found.sources))


def _followed(size: Shape, jump: Shape, branches: list[_Seen | None]) -> _Seen | None:
    """What a layer sees by what its inputs see; None where several see together more than the widest of them."""
    known = [branch for branch in branches if branch is not None]
    if len(known) < len(branches):
        return None
    if len(known) == 1:
        (branch,) = known
        steps = zip(size, jump, branch.size, branch.jump, branch.own_size, branch.own_jump, strict=True)
        found = [
            (own + Fraction(r - before, j) * own_j, Fraction(r_j, j) * own_j) for r, r_j, before, j, own, own_j in steps
        ]
        own_size, own_jump = zip(*found, strict=True)
        return _Seen(size, jump, own_size, own_jump, branch.sources)
    widest = tuple(map(max, zip(*(branch.size for branch in known), strict=True)))
    own_widest = tuple(map(max, zip(*(branch.own_size for branch in known), strict=True)))
    own_jump, *others = {branch.own_jump for branch in known}
    if others or widest != size:
        return None
    return _Seen(size, jump, own_widest, own_jump, frozenset().union(*(branch.sources for branch in known)))
