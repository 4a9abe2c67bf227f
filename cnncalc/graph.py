"""Who reads whom: names, edges and an order in which every layer comes after what it reads."""

from __future__ import annotations

from msgspec import Struct, structs

from cnncalc.errors import SpecError, nearest
from cnncalc.layers import Layer
from cnncalc.spec.drafts import Advice, Step
from cnncalc.spec.expansion import Bound, expand
from cnncalc.spec.network import Network

_LONGEST_CIRCLE = 8


class Node(Struct, frozen=True, gc=False):
    """A layer in its place.

    ``inputs`` are the names that it reads; ``sources`` the same as positions: the network's inputs come first, then
    the nodes in the graph's order. ``where`` is the layer's place in the spec; ``advice`` says, from the inputs'
    shapes, what may be done where they do not fit; ``used`` says that an output of the network depends on it.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    sources: tuple[int, ...]
    where: str
    advice: Advice | None
    used: bool


class Graph(Struct, frozen=True):
    """The nodes of a network, each after those that it reads, and the names of its inputs and outputs."""

    inputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]


def build_graph(network: Network) -> Graph:
    """The graph of a network, kept with it. Raises SpecError for unknown names, wrong numbers of inputs and cycles."""
    kept = network.__dict__
    if "graph" not in kept:
        kept["graph"] = _build(network)
    graph: Graph = kept["graph"]
    return graph


def build_graph_of(network: Network, bound: Bound) -> Graph:
    """The graph of a network with other numbers bound to its sizes and variables; its nodes have no advice."""
    return _build(network, bound)


def leading_to(graph: Graph, layer: str) -> Graph:
    """The part of a graph that a layer depends on, with the layer as its output. Raises SpecError for unknown names."""
    first = len(graph.inputs)
    used = _used([node.name == layer for node in graph.nodes], [node.sources for node in graph.nodes], first)
    if not any(used):
        hint = nearest(layer, [node.name for node in graph.nodes])
        raise SpecError(f"no layer is named {layer!r}{hint}")
    kept = [node for node, is_used in zip(graph.nodes, used, strict=True) if is_used]
    positions = {name: position for position, name in enumerate((*graph.inputs, *(node.name for node in kept)))}
    nodes = [structs.replace(node, sources=tuple([positions[name] for name in node.inputs])) for node in kept]
    return Graph(graph.inputs, tuple(nodes), (layer,))


def _build(network: Network, bound: Bound | None = None) -> Graph:
    steps, outputs = expand(network, bound)
    entries = tuple(network.inputs)
    positions = {name: position for position, name in enumerate(entries)}
    positions |= {step.name: position for position, step in enumerate(steps, start=len(entries))}
    sources = [tuple([positions[name] for name in step.inputs]) for step in steps]
    first = len(entries)
    if any(max(read) >= index + first for index, read in enumerate(sources)):
        order = _order([tuple(source - first for source in read) for read in sources], steps)
        rank = {index + first: place for place, index in enumerate(order, start=first)} | {i: i for i in range(first)}
        sources = [tuple(rank[source] for source in sources[index]) for index in order]
        steps = [steps[index] for index in order]
    used = _used([step.name in outputs for step in steps], sources, first)
    nodes = [
        Node(step.name, step.layer, step.inputs, read, step.where, None if bound else step.advice, is_used)
        for step, read, is_used in zip(steps, sources, used, strict=True)
    ]
    return Graph(entries, tuple(nodes), outputs)


def _used(is_output: list[bool], sources: list[tuple[int, ...]], first: int) -> list[bool]:
    """For each layer, the ``first`` positions being the network's inputs, whether an output depends on it."""
    used = [False] * first + is_output
    for position in range(len(used) - 1, first - 1, -1):
        if used[position]:
            for source in sources[position - first]:
                used[source] = True
    return used[first:]


def _order(sources: list[tuple[int, ...]], steps: list[Step]) -> list[int]:
    """The layers' indices, each after those that it reads, otherwise as the spec lists them; inputs are negative."""
    import heapq

    waiting = [len({source for source in read if source >= 0}) for read in sources]
    readers: list[list[int]] = [[] for _ in sources]
    for index, read in enumerate(sources):
        for source in {source for source in read if source >= 0}:
            readers[source].append(index)
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
        shown = [f'"{steps[index].name}"' for index in cycle]
        text = " → ".join(shown if len(shown) <= _LONGEST_CIRCLE else [*shown[:4], "…", *shown[-2:]])
        raise SpecError(f"these layers read each other in a circle: {text}", where=steps[cycle[0]].where)
    return order


def _cycle(sources: list[tuple[int, ...]], stuck: set[int]) -> list[int]:
    """One circle among the layers that never became ready, in the direction of the data, its first layer repeated."""
    trail: list[int] = []
    index = min(stuck)
    seen: dict[int, int] = {}
    while index not in seen:
        seen[index] = len(trail)
        trail.append(index)
        index = next(source for source in sources[index] if source in stuck)
    circle = trail[seen[index] :][::-1]
    first = circle.index(min(circle))
    circle = circle[first:] + circle[:first]
    return [*circle, circle[0]]
