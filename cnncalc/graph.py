"""Who reads whom: names, edges and an order in which every layer comes after what it reads."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from cnncalc.errors import SpecError, nearest
from cnncalc.layers import Layer
from cnncalc.spec.network import Network

INPUT = "input"
"""The name under which layers read the network's own input."""

_LONGEST_CIRCLE = 8


class Node(Struct, frozen=True, gc=False):
    """A layer in its place.

    ``inputs`` are the names that it reads; ``sources`` the same as positions in the graph's order, where 0 is the
    network's input and i the i-th node. ``index`` is the layer's place in the spec.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    sources: tuple[int, ...]
    index: int

    @property
    def where(self) -> str:
        """The layer's place in the spec, as errors name it."""
        return f"$.layers[{self.index}]"


class Graph(Struct, frozen=True):
    """The nodes of a network, each after those that it reads."""

    nodes: tuple[Node, ...]


def build_graph(network: Network) -> Graph:
    """The graph of a network. Raises SpecError for unknown or repeated names, wrong numbers of inputs and cycles."""
    layers: tuple[Layer, ...] = network.layers
    names = _names(layers)
    positions = {INPUT: 0} | {name: position for position, name in enumerate(names, start=1)}
    inputs = [_inputs(layer, index, names, positions) for index, layer in enumerate(layers)]
    sources = [tuple(positions[name] for name in read) for read in inputs]
    order = range(len(layers))
    if any(max(read) > index for index, read in enumerate(sources)):
        sorted_order = _order(sources, names)
        rank = {0: 0} | {index + 1: place for place, index in enumerate(sorted_order, start=1)}
        sources = [tuple(rank[source] for source in read) for read in sources]
        return Graph(tuple(_node(index, names, layers, inputs, sources) for index in sorted_order))
    return Graph(tuple(_node(index, names, layers, inputs, sources) for index in order))


def _node(
    index: int,
    names: list[str],
    layers: tuple[Layer, ...],
    inputs: list[tuple[str, ...]],
    sources: list[tuple[int, ...]],
) -> Node:
    return Node(names[index], layers[index], inputs[index], sources[index], index)


def _names(layers: tuple[Layer, ...]) -> list[str]:
    """Each layer's own name, or its kind and a number."""
    taken: dict[str, int] = {}
    for index, layer in enumerate(layers):
        name = layer.name
        if name == INPUT:
            message = f'a layer cannot be named "{INPUT}", which is the network\'s own input'
            raise SpecError(message, where=f"$.layers[{index}].name")
        if name is not None and name in taken:
            message = f'the name "{name}" is taken by layer {taken[name]}'
            raise SpecError(message, where=f"$.layers[{index}].name")
        if name is not None:
            taken[name] = index
    counts: Counter[str] = Counter()
    names = []
    for layer in layers:
        name = layer.name
        while name is None:
            kind = type(layer).__name__.lower()
            counts[kind] += 1
            candidate = f"{kind}_{counts[kind]}"
            name = None if candidate in taken else candidate
        names.append(name)
    return names


def _inputs(layer: Layer, index: int, names: list[str], positions: dict[str, int]) -> tuple[str, ...]:
    """The names that a layer reads, each of them known and as many as its kind takes."""
    inputs = layer.inputs or ((names[index - 1],) if index else (INPUT,))
    for position, name in enumerate(inputs):
        if name not in positions:
            message = f'"{names[index]}" reads "{name}", and no layer has that name{nearest(name, positions)}'
            raise SpecError(message, where=f"$.layers[{index}].inputs[{position}]")
    least, most = layer.least_inputs, layer.most_inputs
    if len(inputs) < least or (most is not None and len(inputs) > most):
        takes = f"{'at least ' if most != least else ''}{least} input{'' if least == 1 else 's'}"
        message = f'"{names[index]}" ({type(layer).__name__}) takes {takes}, found {len(inputs)}: {", ".join(inputs)}'
        raise SpecError(message, where=f"$.layers[{index}]{'.inputs' if layer.inputs else ''}")
    return inputs


def _order(sources: list[tuple[int, ...]], names: list[str]) -> list[int]:
    """The layers' indices, each after those that it reads, otherwise as the spec lists them."""
    import heapq

    waiting = [len({source for source in read if source}) for read in sources]
    readers: list[list[int]] = [[] for _ in sources]
    for index, read in enumerate(sources):
        for source in {source for source in read if source}:
            readers[source - 1].append(index)
    ready = [index for index, count in enumerate(waiting) if not count]
    order: list[int] = []
    while ready:
        index = heapq.heappop(ready)
        order.append(index)
        for reader in readers[index]:
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, reader)
    if len(order) < len(sources):
        cycle = _cycle(sources, set(range(len(sources))) - set(order))
        shown = [f'"{names[index]}"' for index in cycle]
        text = " → ".join(shown if len(shown) <= _LONGEST_CIRCLE else [*shown[:4], "…", *shown[-2:]])
        raise SpecError(f"these layers read each other in a circle: {text}", where=f"$.layers[{cycle[0]}]")
    return order


def _cycle(sources: list[tuple[int, ...]], stuck: set[int]) -> list[int]:
    """One circle among the layers that never became ready, in the direction of the data, its first layer repeated."""
    trail: list[int] = []
    index = min(stuck)
    seen: dict[int, int] = {}
    while index not in seen:
        seen[index] = len(trail)
        trail.append(index)
        index = next(source - 1 for source in sources[index] if source - 1 in stuck)
    circle = trail[seen[index] :][::-1]
    first = circle.index(min(circle))
    circle = circle[first:] + circle[:first]
    return [*circle, circle[0]]
