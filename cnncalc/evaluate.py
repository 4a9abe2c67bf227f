"""The single walk over a graph, with whatever numbers its shapes hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from msgspec import Struct

from cnncalc.errors import SpecError
from cnncalc.graph import Graph, Node
from cnncalc.layers.base import Buffer, Check, Operations, Parameter, Shape, shape_text


class Evaluated(Struct, frozen=True, gc=False):
    """A node with what its layer says of the shapes that arrive, for one sample.

    ``trained`` says that what it reads depends on trainable parameters, so that gradients pass through it.
    """

    node: Node
    inputs: tuple[Shape, ...]
    output: Shape
    parameters: tuple[Parameter, ...]
    buffers: tuple[Buffer, ...]
    operations: Operations
    trained: bool = False


Require: TypeAlias = Callable[[Node, Check, tuple[Shape, ...]], None]
"""What becomes of a condition that is neither plainly true nor plainly false: arrays may mask, symbols may assume.

One that is plainly false raises, since those after it rely on it.
"""


def raise_unless(node: Node, check: Check, inputs: tuple[Shape, ...]) -> None:
    """Raise SpecError unless the condition holds."""
    if not check.holds:
        where = f"{node.where}.{check.field}" if check.field else node.where
        advice = node.advice(inputs) if node.advice else ""
        raise SpecError(f'"{node.name}": {check.explain()}{advice}', where=where)


Outputs: TypeAlias = Callable[[Node, tuple[Shape, ...]], Shape]
"""The shape that a node makes of those that arrive, where that is not left to its layer: somebody's own, say."""


def evaluate(
    graph: Graph, input_shapes: Iterable[Shape], require: Require = raise_unless, outputs: Outputs | None = None
) -> list[Evaluated]:
    """Every node in order, with the shape that it makes, its tensors and its work, for one sample.

    ``input_shapes`` are those of the graph's inputs, in their order; ``outputs`` decides what nodes make in the place
    of their layers.
    """
    shapes = list(input_shapes)
    trained = [False] * len(shapes)
    walk: list[Evaluated] = []
    sharing = []
    for node in graph.nodes:
        layer = node.layer
        inputs = tuple([shapes[source] for source in node.sources])
        for check in layer.checks(*inputs):
            if check.holds is not True:
                (raise_unless if check.holds is False else require)(node, check, inputs)
        output = layer.output(*inputs) if outputs is None else outputs(node, inputs)
        parameters, buffers = layer.tensors(*inputs)
        reads_trained = True in [trained[source] for source in node.sources]
        shapes.append(output)
        trained.append(reads_trained or layer.weights is not None or any(p.trainable for p in parameters))
        operations = layer.operations(*inputs, output=output)
        walk.append(Evaluated(node, inputs, output, parameters, buffers, operations, reads_trained))
        if layer.weights is not None:
            sharing.append(walk[-1])
    if sharing:
        _check_sharing(walk, sharing)
    return walk


def _check_sharing(walk: Iterable[Evaluated], sharing: Iterable[Evaluated]) -> None:
    """That a layer that uses the weights of one of its own kind would have the same. Raises SpecError."""
    by_name = {visit.node.name: visit for visit in walk}
    for visit in sharing:
        node = visit.node
        (first, *others) = [by_name.get(name) for name in node.layer.weights or ()]
        if others or first is None or type(first.node.layer) is not type(node.layer):
            continue
        ours, theirs = (each.node.layer.parameters(*each.inputs) for each in (visit, first))
        if any(a.shape != b.shape for a, b in zip(ours, theirs, strict=False)) or len(ours) != len(theirs):
            found, expected = (", ".join(f"{p.name} {shape_text(p.shape)}" for p in own) for own in (theirs, ours))
            message = (
                f'"{node.name}" cannot use the weights of "{first.node.name}", which are {found}; it takes {expected}'
            )
            raise SpecError(message, where=f"{node.where}.weights")
