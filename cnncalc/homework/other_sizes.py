"""Sizes that a mistake made wrong in layers before, throughout, or in the input, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from msgspec import structs

from cnncalc.analysis import Analysis
from cnncalc.errors import CnncalcError
from cnncalc.evaluate import Evaluated
from cnncalc.graph import Node
from cnncalc.homework.context import Context
from cnncalc.homework.findings import COMMON, IN_ONE_BEFORE, THROUGHOUT, Asked, Candidate, Finding, is_possible
from cnncalc.homework.task import OUTPUT, Mistake, Task, mistakes_about
from cnncalc.homework.total_candidates import together
from cnncalc.layers.base import Shape

_MOST_ANCESTORS = 64
_NOT_CARRIED = ("not-flattened", "concatenation-as-sum", "sum-as-concatenation")
_INPUTS = {224: 227, 227: 224, 28: 32, 32: 28}
"""Input sizes that are taken for each other: AlexNet's, whose paper says 224 where its sizes need 227, and LeNet-5's,
whose digits of 28 are padded to 32.
"""


def by_other_sizes(asked: Asked) -> Iterator[Candidate]:
    """The figure as it follows from each of the other sizes."""
    behind = [row.name for row in asked.analysis.layers].index(asked.layer_or_last)
    for finding, rank, analysis, first in other_analyses(asked.context):
        if first < behind or asked.layer is None:
            figure = asked.context.figure(asked.quantity, asked.layer, analysis)
            yield Candidate(figure, (finding,), rank, before=True)


def other_analyses(context: Context) -> list[tuple[Finding, float, Analysis, int]]:
    """The network with sizes that a mistake makes wrong, throughout or in one layer, or with another input; with each
    the place of the first layer whose output is wrong. Kept with the context.
    """
    kept: dict[str, Any] = context.__dict__
    if "others" not in kept:
        kept["others"] = list(_others(context))
    found: list[tuple[Finding, float, Analysis, int]] = kept["others"]
    return found


def _others(context: Context) -> Iterator[tuple[Finding, float, Analysis, int]]:
    for finding, rank, first, worked_out in _ways(context):
        try:
            analysis = worked_out()
        except CnncalcError:
            continue
        yield finding, rank, analysis, first


def _ways(context: Context) -> Iterator[tuple[Finding, float, int, Callable[[], Analysis]]]:
    """Each finding with its rank, the first layer's place, and the analysis, which raises where sizes do not fit."""
    image = context.image
    sides = set(image[1:])
    size = _INPUTS.get(sides.pop()) if len(sides) == 1 else None
    if size is not None:
        shape = (image[0], *[size] * len(image[1:]))
        other = context.network.with_input(dict.fromkeys(context.network.inputs, shape))
        yield Finding("other-input", str(size)), 2, -1, partial(context.analysed, network=other)
    for mistake in mistakes_about(OUTPUT, COMMON):
        if mistake.name in _NOT_CARRIED:
            continue
        wrong = []
        for place, row in enumerate(context.analysis.layers):
            shape, detail = _output_under(mistake, context.analysis, row.visit)
            if shape != row.output_shape:
                wrong.append((place, row.name, shape, detail))
        if len(wrong) > 1:
            finding = Finding(mistake.name, together(detail for *_, detail in wrong))
            yield finding, mistake.rank + THROUGHOUT, wrong[0][0], partial(_made_throughout, context, mistake)
        for place, name, shape, detail in wrong[:_MOST_ANCESTORS]:
            finding = Finding(mistake.name, detail, name)
            yield finding, mistake.rank + IN_ONE_BEFORE, place, partial(context.with_outputs, {name: shape})


def _output_under(mistake: Mistake, analysis: Analysis, visit: Evaluated) -> tuple[Shape, str]:
    """What a layer makes under a mistake, in the first way in which it is made, and what its sentence needs to know; as
    it is where the mistake cannot be made.
    """
    for made in mistake.alter(Task(analysis, visit.node.name, OUTPUT, visit)):
        shape: Any = made.value()
        return (shape, made.detail) if is_possible(shape) else (visit.output, "")
    return visit.output, ""


def _made_throughout(context: Context, mistake: Mistake) -> Analysis:
    """The network where every layer's output is made under a mistake. Raises SpecError where one does not fit."""
    analysis = context.analysis

    def made(node: Node, inputs: tuple[Shape, ...]) -> Shape:
        visit = structs.replace(analysis.row(node.name).visit, inputs=inputs, output=node.layer.output(*inputs))
        return _output_under(mistake, analysis, visit)[0]

    return context.analysed(made)
