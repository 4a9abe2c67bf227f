"""Until when each layer's output is needed, and so how much memory a forward pass needs at once."""

from __future__ import annotations

from msgspec import Struct

from cnncalc.analysis.analysis import Analysis
from cnncalc.arithmetic import prod
from cnncalc.graph import Graph


def last_uses(graph: Graph) -> tuple[tuple[int, ...], ...]:
    """For each node, the values of which it is the last reader, so that they can be let go behind it.

    Values are positions: the network's inputs come first, then the nodes. An output of the network stays; a value that
    nothing reads goes behind the node that makes it.
    """
    first = len(graph.inputs)
    positions = {name: position for position, name in enumerate((*graph.inputs, *(node.name for node in graph.nodes)))}
    last = {position: position - first for position in range(first, len(positions))}
    for index, node in enumerate(graph.nodes):
        for source in node.sources:
            last[source] = index
    for name in graph.outputs:
        last.pop(positions[name], None)
    dead: list[list[int]] = [[] for _ in graph.nodes]
    for position, index in last.items():
        dead[index].append(position)
    return tuple(tuple(sorted(values)) for values in dead)


class Memory(Struct, frozen=True):
    """What a pass needs at once, in elements: parameters and buffers, their gradients, and values of layers.

    ``values`` are those that live while ``layer`` runs, which is where they are most, the network's inputs among them.
    """

    tensors: int
    gradients: int
    values: int
    layer: str

    @property
    def elements(self) -> int:
        return self.tensors + self.gradients + self.values


def inference_memory(analysis: Analysis, graph: Graph) -> Memory:
    """The elements that inference needs at once, where each value goes as soon as nothing reads it any more.

    The caller holds the network's inputs throughout. A layer's inputs and its output live while it runs; a view lives
    in what it looks at. Not counted are workspaces, which are the libraries' own: columns of a convolution, the places
    of a pool's maxima, scores of attention.
    """
    live = 0
    most, where = 0, ""
    sizes, readers = _storages(analysis)
    held = sum(sizes[: len(analysis.inputs)])
    roots = _roots(analysis)
    for index, (row, dead) in enumerate(zip(analysis.layers, last_uses(graph), strict=True)):
        own = index + len(analysis.inputs)
        live += sizes[own]
        if held + live > most:
            most, where = held + live, row.name
        for position in dead:
            root = roots[position]
            readers[root] -= 1
            if not readers[root] and root >= len(analysis.inputs):
                live -= sizes[root]
    totals = analysis.totals
    return Memory(totals.params + totals.buffers, 0, most, where)


def training_memory(analysis: Analysis) -> Memory:
    """The elements that a forward and a backward pass need at most: every value, the gradients of parameters, and those
    of the largest layer's output and inputs.

    PyTorch keeps less where no gradient needs a value, and more for what layers keep besides, such as the places of
    maxima.
    """
    sizes, _ = _storages(analysis)
    widest = max(analysis.layers, key=lambda row: sum(map(prod, row.input_shapes)) + prod(row.output_shape))
    passing = analysis.batch * (sum(map(prod, widest.input_shapes)) + prod(widest.output_shape))
    totals = analysis.totals
    return Memory(totals.params + totals.buffers, totals.params, sum(sizes) + passing, widest.name)


def _roots(analysis: Analysis) -> list[int]:
    """For each value, the one in whose memory it lies."""
    roots = list(range(len(analysis.inputs)))
    for row in analysis.layers:
        roots.append(roots[row.visit.node.sources[0]] if row.layer.is_view else len(roots))
    return roots


def _storages(analysis: Analysis) -> tuple[list[int], list[int]]:
    """For each value the elements of memory of its own, of the whole batch, and how many values lie in it."""
    roots = _roots(analysis)
    shapes = [*analysis.inputs.values(), *(row.output_shape for row in analysis.layers)]
    sizes = [
        analysis.batch * prod(shape) if roots[position] == position else 0 for position, shape in enumerate(shapes)
    ]
    values = [0] * len(roots)
    for root in roots:
        values[root] += 1
    return sizes, values
