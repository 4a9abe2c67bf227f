"""Sizes that a mistake made wrong in layers before, throughout, or in the input, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnncalc.analysis import Analysis
from cnncalc.errors import CnncalcError
from cnncalc.evaluate import Evaluated
from cnncalc.graph import Node
from cnncalc.homework.context import Context
from cnncalc.homework.findings import COMMON, IN_ONE_BEFORE, THROUGHOUT, Asked, Candidate, Finding, is_possible
from cnncalc.homework.task import CATALOGUE, OUTPUT, Mistake, Task
from cnncalc.homework.total_candidates import together
from cnncalc.layers.base import Shape

_MOST_ANCESTORS = 64
_NOT_CARRIED = frozenset(("input-for-output", "not-flattened", "concatenation-as-sum", "sum-as-concatenation"))
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
    analysis = context.analysis
    for sizes in _other_inputs(context):
        try:
            other = context.analysed(network=context.network.with_input(sizes[1]))
        except CnncalcError:
            continue
        yield Finding("other-input", f"{sizes[0]}"), 2, other, -1
    places = {row.name: place for place, row in enumerate(analysis.layers)}
    for mistake in CATALOGUE.values():
        if OUTPUT not in mistake.quantities or mistake.rank > COMMON or mistake.name in _NOT_CARRIED:
            continue
        outputs = {row.name: _output_under(mistake, analysis, row.visit) for row in analysis.layers}
        wrong = {name: made for name, made in outputs.items() if made and made[0] != analysis.row(name).output_shape}
        if not wrong:
            continue
        if len(wrong) > 1:
            everywhere = _made_throughout(context, mistake)
            if everywhere is not None:
                first = min(places[name] for name in wrong)
                detail = together(detail for _, detail in wrong.values())
                yield Finding(mistake.name, detail), mistake.rank + THROUGHOUT, everywhere, first
        for name, (shape, detail) in list(wrong.items())[:_MOST_ANCESTORS]:
            try:
                other = context.with_outputs({name: shape})
            except CnncalcError:
                continue
            yield Finding(mistake.name, detail, name), mistake.rank + IN_ONE_BEFORE, other, places[name]


def _other_inputs(context: Context) -> Iterator[tuple[str, Shape]]:
    shape = context.network.input
    if isinstance(shape, tuple) and len(shape) > 1 and len(set(shape[1:])) == 1 and shape[1] in _INPUTS:
        size = _INPUTS[shape[1]]
        yield str(size), (shape[0], *(size,) * (len(shape) - 1))


def _output_under(mistake: Mistake, analysis: Analysis, visit: Evaluated) -> tuple[Shape, str] | None:
    """What a layer makes under a mistake, in the first way in which it is made; None where it cannot be made."""
    task = Task(analysis, visit.node.name, OUTPUT, visit)
    for made in mistake.alter(task):
        figure = made.value()
        if isinstance(figure, tuple) and is_possible(figure):
            return figure, made.detail
        break
    return None


def _made_throughout(context: Context, mistake: Mistake) -> Analysis | None:
    """The network where every layer's output is made under a mistake; None where some layer does not fit then."""
    analysis = context.analysis

    def made(node: Node, inputs: tuple[Shape, ...]) -> Shape:
        layer = node.layer
        output = layer.output(*inputs)
        visit = Evaluated(
            node,
            inputs,
            output,
            layer.parameters(*inputs),
            layer.buffers(*inputs),
            layer.operations(*inputs, output=output),
        )
        found = _output_under(mistake, analysis, visit)
        return output if found is None else found[0]

    try:
        return context.analysed(made)
    except CnncalcError:
        return None
