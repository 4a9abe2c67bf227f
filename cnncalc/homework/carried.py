"""Errors carried forward: what a later figure is when it is worked out from a student's own earlier ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from cnncalc.analysis import Analysis
from cnncalc.analysis.sight import pixel_axes
from cnncalc.errors import CnncalcError
from cnncalc.homework.answers import Part
from cnncalc.homework.context import Context
from cnncalc.homework.key import Question
from cnncalc.homework.quantities import Figure
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
        shapes = [shape.axes for shape in part.shapes if None not in shape.axes]
        found = [_completed(axes, truth, question.quantity == "output") for axes in shapes]
        return next((shape for shape in found if shape is not None and min(shape, default=0) >= 1), None)
    exact = [amount for amount in part.amounts if not amount.half and amount.value.denominator == 1]
    return int(exact[0].value) if exact else None


def _completed(axes: Any, truth: Shape, channels: bool) -> Shape | None:
    """A shape in PyTorch's order, with the channels that a student leaves out."""
    if len(axes) == len(truth) + 1:
        axes = axes[1:]
    if len(axes) == len(truth):
        last = channels and len(truth) > 1 and axes[-1] == truth[0] != axes[0]
        return (axes[-1], *axes[:-1]) if last else tuple(axes)
    inner = truth[1:] if channels else truth
    if channels and len(axes) == len(inner) > 0:
        return (truth[0], *axes)
    if len(axes) == 1 and len(set(inner)) == 1:
        return (truth[0], *axes * len(inner)) if channels else tuple(axes * len(inner))
    return None


def consequences(question: Question, own: Own) -> Iterator[Consequence]:
    """What the answer is, worked out from a student's own figures of the layers before, or of the same layer."""
    context, layer, quantity = question.context, question.layer, question.quantity
    analysis = context.analysis
    before = ancestors(analysis, layer)
    if quantity in ("receptive_field", "jump"):
        if any(asked in ("receptive_field", "jump") for _, asked in own.wrong):
            yield from _fields(question, own)
        return
    shapes: dict[str, Shape] = {}
    for (name, asked), figure in own.figures.items():
        is_own = name == layer and quantity != "output"
        if asked == "output" and (name in before or is_own):
            shapes[name] = figure
    sources = tuple((name, "output") for name in _nearest_wrong(analysis, layer, shapes, own, quantity))
    if sources:
        other = own_analysis(context, shapes, layer)
        if other is not None:
            yield Consequence(context.figure(quantity, layer, other), sources, other)
    yield from _sums(question, own, shapes)


def own_analysis(context: Context, shapes: Mapping[str, Shape], layer: str | None) -> Analysis | None:
    """A layer and those before it (None: the whole network) with a student's own shapes; None where these do not fit
    together.
    """
    try:
        return context.with_outputs(shapes, layer)
    except CnncalcError:
        return None


def ancestors(analysis: Analysis, layer: str | None) -> set[str]:
    """The layers whose outputs reach a layer; all for the whole network."""
    if layer is None:
        return {row.name for row in analysis.layers}
    found: set[str] = set()
    waiting = list(analysis.row(layer).inputs)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in analysis.inputs:
            found.add(name)
            waiting += analysis.row(name).inputs
    return found


def is_known_from(question: Question, own: Own) -> bool:
    """Whether a student states the sizes from which a figure is worked out: of some layer on every way back."""
    analysis = question.context.analysis
    if question.layer is None:
        return False
    waiting = list(analysis.row(question.layer).inputs)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in analysis.inputs:
            return False
        if name not in seen and (name, "output") not in own.figures:
            waiting += analysis.row(name).inputs
        seen.add(name)
    return True


def _nearest_wrong(
    analysis: Analysis, layer: str | None, shapes: Mapping[str, Shape], own: Own, quantity: str
) -> list[str]:
    """The layers with wrong sizes of a student's own from which the sizes of this one follow."""
    wrong = {name for name in shapes if (name, "output") in own.wrong}
    if layer is None:
        return [row.name for row in analysis.layers if row.name in wrong]
    waiting = [layer] if quantity != "output" else list(analysis.row(layer).inputs)
    if quantity != "output":
        waiting += list(analysis.row(layer).inputs)
    found: list[str] = []
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name in analysis.inputs:
            continue
        seen.add(name)
        if name in wrong:
            found.append(name)
        elif name not in shapes:
            waiting += analysis.row(name).inputs
    return found


def _sums(question: Question, own: Own, shapes: Mapping[str, Shape]) -> Iterator[Consequence]:
    """Totals of a student's own figures of layers, and bytes of their own counts."""
    context, layer, quantity = question.context, question.layer, question.quantity
    counted = _COUNTED.get(quantity, quantity)
    if counted not in _SUMS:
        return
    width = context.width if quantity in _COUNTED else 1
    name = layer or "total"
    if quantity in _COUNTED and (name, counted) in own.wrong:
        yield Consequence(width * own.figures[name, counted], ((name, counted),))
    if quantity == "flops" and layer is not None and (layer, "macs") in own.wrong:
        row = context.analysis.row(layer)
        rule = context.analysis.counted.rule(row.visit)
        per_mac = rule.count.get("mac") if rule else None
        if per_mac:
            more = own.figures[layer, "macs"] - row.macs
            yield Consequence(row.flops + per_mac * more, ((layer, "macs"),))
    if layer is None:
        stated = {name: figure for (name, asked), figure in own.figures.items() if asked == counted}
        wrong = [(row.name, counted) for row in context.analysis.layers if (row.name, counted) in own.wrong]
        if wrong:
            for analysis in (context.analysis, own_analysis(context, shapes, None)):
                if analysis is not None:
                    total = sum(stated.get(row.name, getattr(row, counted)) for row in analysis.layers)
                    yield Consequence(width * total, tuple(source for source in wrong if source[0] in stated))


class _Seen(Struct, frozen=True):
    """The field and the jump of a layer as they are, and as they follow from a student's own figures."""

    size: Shape
    jump: Shape
    own_size: Shape
    own_jump: Shape
    sources: frozenset[tuple[str, str]] = frozenset()


def _fields(question: Question, own: Own) -> Iterator[Consequence]:
    """From the nearest fields of a student's own on every way back; where branches meet, the widest counts."""
    context = question.context
    analysis = context.analysis
    layer = question.layer or analysis.layers[-1].name
    if not context.image:
        return
    pixel = (1,) * len(pixel_axes(context.image))
    before = ancestors(analysis, layer)
    seen: dict[str, _Seen | None] = dict.fromkeys(analysis.inputs, _Seen(pixel, pixel, pixel, pixel))
    for row in analysis.layers:
        if row.name not in before and row.name != layer:
            continue
        keys = ((row.name, "receptive_field"), (row.name, "jump"))
        size, jump = (context.figure(asked, row.name) for _, asked in keys)
        if not isinstance(size, tuple) or not isinstance(jump, tuple):
            seen[row.name] = None
        elif row.name != layer and any(key in own.figures for key in keys):
            stated = [own.figures.get(key, truth) for key, truth in zip(keys, (size, jump), strict=True)]
            seen[row.name] = _stated(size, jump, stated, frozenset(key for key in keys if key in own.wrong))
        else:
            seen[row.name] = _followed(size, jump, [seen[name] for name in row.inputs])
    found = seen[layer]
    if found is not None and found.sources:
        figure = found.own_jump if question.quantity == "jump" else found.own_size
        yield Consequence(figure, tuple(source for source in own.figures if source in found.sources))


def _stated(size: Shape, jump: Shape, own: list[Figure], wrong: frozenset[tuple[str, str]]) -> _Seen | None:
    own_size, own_jump = own
    if not isinstance(own_size, tuple) or not isinstance(own_jump, tuple):
        return None
    return _Seen(size, jump, own_size, own_jump, wrong) if len(own_size) == len(own_jump) == len(size) else None


def _followed(size: Shape, jump: Shape, branches: list[_Seen | None]) -> _Seen | None:
    """What a layer sees by what its inputs see; None where it is not as much more than the widest of them."""
    known = [branch for branch in branches if branch is not None]
    if not known or len(known) < len(branches):
        return None
    if len(known) == 1:
        (branch,) = known
        steps = zip(size, jump, branch.size, branch.jump, branch.own_size, branch.own_jump, strict=True)
        found = [(own + (r - before) // j * own_j, r_j // j * own_j) for r, r_j, before, j, own, own_j in steps]
        own_size, own_jump = zip(*found, strict=True)
        return _Seen(size, jump, own_size, own_jump, branch.sources)
    widest = tuple(map(max, zip(*(branch.size for branch in known), strict=True)))
    own_widest = tuple(map(max, zip(*(branch.own_size for branch in known), strict=True)))
    if widest != size or len({branch.own_jump for branch in known}) > 1:
        return None
    sources = frozenset().union(*(branch.sources for branch in known))
    return _Seen(size, jump, own_widest, known[0].own_jump, sources)
