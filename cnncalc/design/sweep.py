"""A network at every combination of some variables' values: figures as columns, illegal points with their reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy

from cnncalc.analysis.convention import convention_named
from cnncalc.analysis.rows import Row
from cnncalc.design.ahead import ahead
from cnncalc.design.block import Block, joined
from cnncalc.design.condition import Condition
from cnncalc.design.points import Points, places_of
from cnncalc.design.quantities import OF_THE_NETWORK, SHOWN, Figures, quantity_named
from cnncalc.design.variables import check_names, check_values
from cnncalc.design.walk import Setting, Walked, column, groups, walk
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.graph import Graph, build_graph
from cnncalc.layers.base import Shape
from cnncalc.spec.network import Network

_MOST = 2**18
_ARRAYS = 2**23
"""How many points are computed at a time: not more than this, nor more than this by the number of layers."""
_LEAST = 2**12
_GROUPED = 2**22
"""How many points are told apart at a time by the networks that they lead to."""


class Sweep:
    """What is varied and what is asked; :meth:`blocks` computes it, some points at a time.

    ``variables`` has the values of each name: a variable of the spec, a size of the input (``H``), ``input`` for square
    inputs, or ``batch``. The last varies first. ``where`` is a condition on points, for which, as for what is wanted
    ``also``, further quantities are computed. Raises CnncalcError for names and values that are none.
    """

    def __init__(
        self,
        network: Network,
        variables: Mapping[str, Sequence[Any]],
        quantities: Sequence[str] | None = None,
        *,
        batch: int = 1,
        convention: str = "cnncalc",
        where: str | None = None,
        also: Sequence[str] = (),
        sample: int | None = None,
        seed: int = 0,
    ) -> None:
        if not isinstance(network, Network):
            raise SpecError(f"expected a Network, found {network!r}; cnncalc.load reads one from a file or by its name")
        if not variables:
            raise CnncalcError("a sweep varies at least one variable")
        places = check_names(network, variables)
        self.points = Points.grid(variables)
        for name, values in self.points.axes_values().items():
            check_values(network, name, values)
        self.setting = Setting(network, places, batch, convention_named(convention))
        self.sample = sample if sample is not None and sample < self.points.count else None
        self.seed = seed
        self.names = tuple(variables)
        self.shown = tuple(quantities or SHOWN)
        self.condition = None if where is None else Condition(where)
        wanted = [*self.shown, *also, *(self.condition.names if self.condition else ())]
        names = list(dict.fromkeys(name for name in wanted if name not in variables))
        layers = self._layers() if set(names) - set(OF_THE_NETWORK) else []
        self.quantities = tuple(quantity_named(name, layers, tuple(network.inputs)) for name in names)

    @property
    def count(self) -> int:
        """How many points there are."""
        return self.points.count if self.sample is None else self.sample

    def _layers(self) -> list[str]:
        """The names of the layers that there are at any point, as far as networks can be built."""
        graphs = [group.graph for group in groups(self.setting, self.points) if group.graph is not None]
        graphs = graphs or [build_graph(self.setting.network)]
        return list(dict.fromkeys(node.name for graph in graphs for node in graph.nodes))

    def portion(self) -> int:
        """How many points are computed at a time, so that the arrays of all layers find room."""
        try:
            layers = len(build_graph(self.setting.network).nodes)
        except SpecError:
            layers = _ARRAYS // _LEAST
        return min(_MOST, max(_LEAST, _ARRAYS // layers))

    def pieces(self, most: int | None = None) -> Iterator[Points]:
        """The points in portions to be computed by themselves: by the graphs that they lead to, each in order."""
        most = self.portion() if most is None else most
        if self.sample is not None:
            from cnncalc.design.sampling import sampled

            for start in range(0, self.sample, most):
                ranks = numpy.arange(start, min(start + most, self.sample), dtype=numpy.int64)
                yield self.points.chosen(sampled(ranks, self.points.count, self.seed))
            return
        if self.points.count <= most:
            yield self.points
            return
        for part in self.points.pieces(max(most, _GROUPED)):
            for group in groups(self.setting, part):
                yield from group.points.pieces(most)

    def blocks(self, most: int | None = None, *, jobs: int = 1) -> Iterator[Block]:
        """The figures, at most so many points at a time, computed by so many processes."""
        return ahead(self.block, self.pieces(most), jobs)

    def kept(self, block: Block) -> Block:
        """The points that meet the condition."""
        return block if self.condition is None else block.take(self.condition.holds(block))

    def block(self, points: Points) -> Block:
        """The figures at some points, in their order."""
        found = [part for group in groups(self.setting, points) for part in walk(self.setting, group, self._values)]
        if len(found) == 1:
            return self._block(found[0])
        whole = joined([self._block(part) for part in found])
        return whole.take(places_of(points.numbers(), whole.numbers))

    def _values(self, rows: tuple[Row, ...], inputs: dict[str, Shape], graph: Graph, batch: Any) -> dict[str, Any]:
        figures = Figures(rows, inputs, graph, batch)
        return {quantity.name: figures.value(quantity) for quantity in self.quantities}

    def _block(self, walked: Walked) -> Block:
        points, found = walked.points, walked.found or {}
        reasons = numpy.full(points.count, -1, dtype=numpy.int64) if walked.reasons is None else walked.reasons
        variables = points.columns()
        return Block(
            points.numbers(),
            {name: variables[name] for name in self.names},
            {quantity.name: column(points, found.get(quantity.name)) for quantity in self.quantities},
            reasons,
            walked.sentences,
        )
