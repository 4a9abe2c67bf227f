"""Until when each layer's output is needed, and so how much memory a forward pass needs at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from cnncalc.analysis.analysis import Analysis
from cnncalc.analysis.rows import Row
from cnncalc.arithmetic import Number, maximum, prod, total
from cnncalc.graph import Graph
from cnncalc.layers.base import Shape, View

FLOAT32 = 4
"""Bytes of a number in single precision."""


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
    """What a pass needs at once, where it needs most.

    In elements: ``tensors``, the parameters and buffers; ``gradients`` of parameters; ``values``, what layers made and
    the gradients of that, the network's inputs among them. ``kept`` are bytes of masks and of the places of maxima.
    ``layer`` is the one that runs then.
    """

    tensors: Number
    gradients: Number
    values: Number
    kept: Number
    layer: str

    def bytes(self, element: int = FLOAT32) -> Number:
        """All of it, with numbers of ``element`` bytes; of single precision unless stated."""
        return (self.tensors + self.gradients + self.values) * element + self.kept


def inference_memory(rows: Sequence[Row], inputs: Mapping[str, Shape], graph: Graph, batch: Number = 1) -> Memory:
    """What inference needs at once, where each value goes as soon as nothing reads it any more.

    The caller holds the network's inputs throughout, and its outputs stay. A layer's inputs and its output live while
    it runs; a view lives in what it looks at. Not counted are workspaces, which are the libraries' own: columns of a
    convolution, the places of a pool's maxima, scores of attention. The numbers may be of any kind; ``layer`` is only
    known of plain ones.
    """
    storages = _Storages(rows, inputs, graph, batch, views=(True, "at inference"))
    alive = {position: storages.sizes[position] for position in range(storages.first)}
    most = storages.inputs
    where = ""
    for index, row in enumerate(rows):
        if storages.makes(index):
            alive[storages.own(index)] = storages.sizes[storages.own(index)]
        live = total(list(alive.values()))
        if (live > most) is True:
            where = row.name
        most = maximum(most, live)
        for root in storages.read_last(index):
            del alive[root]
    return Memory(storages.tensors, 0, most, 0, where)


def training_memory(analysis: Analysis, graph: Graph, element: int) -> Memory:
    """What a forward and a backward pass need at once, with numbers of ``element`` bytes, without an optimizer.

    Forwards, a value stays where a layer keeps it for the way back. Backwards, it goes when the first layer that kept
    it has been passed; the gradient of a value lives from its last reader to the layer that made it, those of
    parameters stay. Not counted, besides workspaces, is what layers made of several operations keep within themselves.
    """
    rows = analysis.layers
    storages = _Storages(rows, analysis.inputs, graph, analysis.batch, views=(True,))
    first_keeper = storages.first_keepers()
    live, kept, most = storages.inputs, 0, Memory(storages.tensors, 0, storages.inputs, 0, "")
    for index, row in enumerate(rows):
        live += storages.made(index)
        kept += storages.besides(index)
        most = max(most, Memory(storages.tensors, 0, live, kept, row.name), key=lambda memory: memory.bytes(element))
        live -= sum(storages.sizes[root] for root in storages.read_last(index) if root not in first_keeper)
    gradients = passing = 0
    kept_until: dict[int, list[int]] = {}
    for root, index in first_keeper.items():
        kept_until.setdefault(index, []).append(root)
    wanted: set[int] = set()
    for index in reversed(range(len(rows))):
        row = rows[index]
        for root in storages.read(index):
            if root >= len(analysis.inputs) and root not in wanted and root != storages.own(index):
                wanted.add(root)
                passing += storages.sizes[root]
        gradients += row.params
        now = Memory(storages.tensors, gradients, live + passing, kept, row.name)
        most = max(most, now, key=lambda memory: memory.bytes(element))
        if storages.own(index) in wanted and storages.sizes[storages.own(index)] and storages.made(index):
            passing -= storages.made(index)
        kept -= storages.besides(index)
        live -= sum(storages.sizes[root] for root in kept_until.get(index, ()) if storages.may_go(root))
    return most


class _Storages:
    """The memory of values, by the position of the value that it was made for: inputs first, then layers' outputs."""

    def __init__(
        self,
        rows: Sequence[Row],
        inputs: Mapping[str, Shape],
        graph: Graph,
        batch: Number,
        views: tuple[View, ...],
    ) -> None:
        self.rows = rows
        self.batch = batch
        self.first = len(inputs)
        self.tensors = total([row.params + row.buffers for row in rows])
        shapes = [*inputs.values(), *(row.output_shape for row in rows)]
        self.roots = list(range(self.first))
        for row in rows:
            looks = row.layer.is_view in views and row.layer.is_view is not False
            self.roots.append(self.roots[row.visit.node.sources[0]] if looks else len(self.roots))
        self.sizes = [batch * prod(shape) for shape in shapes]
        self.inputs = total(self.sizes[: self.first])
        positions = {name: index for index, name in enumerate((*graph.inputs, *(node.name for node in graph.nodes)))}
        self.outputs = {self.roots[positions[name]] for name in graph.outputs}
        self._waiting = [0] * len(self.roots)
        for root in self.roots:
            self._waiting[root] += 1
        self._dead = last_uses(graph)

    def own(self, index: int) -> int:
        """Where the output of a layer lies."""
        return self.roots[self.first + index]

    def makes(self, index: int) -> bool:
        """Whether a layer makes memory for its output; a view makes none."""
        return self.roots[self.first + index] == self.first + index

    def made(self, index: int) -> int:
        """The elements that a layer makes memory for."""
        return self.sizes[self.first + index] if self.makes(index) else 0

    def read(self, index: int) -> set[int]:
        """Where the inputs of a layer lie."""
        return {self.roots[source] for source in self.rows[index].visit.node.sources}

    def read_last(self, index: int) -> list[int]:
        """What nothing reads behind a layer; to be asked once, of the layers in their order."""
        gone = []
        for position in self._dead[index]:
            root = self.roots[position]
            self._waiting[root] -= 1
            if not self._waiting[root] and root >= self.first:
                gone.append(root)
        return gone

    def may_go(self, root: int) -> bool:
        """Whether it is neither an input nor an output of the network, which others hold."""
        return root >= self.first and root not in self.outputs

    def besides(self, index: int) -> int:
        """Bytes of masks and places that a layer keeps for the backward pass."""
        row = self.rows[index]
        count = self.batch * prod(row.output_shape)
        return count * (("mask" in row.layer.keeps) + 8 * ("places" in row.layer.keeps))

    def first_keepers(self) -> dict[int, int]:
        """For what is kept for the backward pass, the first layer that keeps it, which the pass comes to last."""
        first: dict[int, int] = {}
        for index, row in enumerate(self.rows):
            kept = self.read(index) if "inputs" in row.layer.keeps else set()
            for root in kept | ({self.own(index)} if "output" in row.layer.keeps else set()):
                first.setdefault(root, index)
        return first
