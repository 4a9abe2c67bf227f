"""Until when each layer's output is needed."""

from __future__ import annotations

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
