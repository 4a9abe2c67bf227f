"""A network at every combination of some variables' values: figures as columns, illegal points with their reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy
from msgspec import Struct, structs

from cnncalc.analysis.analysis import Row
from cnncalc.analysis.convention import convention_named
from cnncalc.design.ahead import ahead
from cnncalc.design.condition import Condition
from cnncalc.design.points import Points, places_of
from cnncalc.design.quantities import SHOWN, TOTALS, Figures, quantity_named
from cnncalc.design.variables import check_names, check_values
from cnncalc.design.walk import Setting, Walked, column, groups, walk
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.graph import build_graph
from cnncalc.layers.base import Shape
from cnncalc.spec.network import Network

if TYPE_CHECKING:
    import pandas

_MOST = 2**18
_ARRAYS = 2**23
"""How many points are computed at a time: not more than this, nor more than this by the number of layers."""
_LEAST = 2**12
_GROUPED = 2**22
"""How many points are told apart at a time by the networks that they lead to."""
ILLEGAL = "illegal"
"""The column of the reasons."""


class Block(Struct, frozen=True):
    """Some points of a sweep: their numbers, columns of variables and quantities, and for each -1 or its reason.

    A column of a quantity is None where it has no value at any of these points; at illegal points it means nothing.
    """

    numbers: Any
    variables: dict[str, Any]
    quantities: dict[str, Any]
    reasons: Any
    sentences: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def without_reasons(self) -> Block:
        """Legal points, for which no sentences are kept."""
        return structs.replace(self, sentences=())

    def legal(self) -> Any:
        """At which points the network can be built."""
        return self.reasons < 0

    def take(self, chosen: Any) -> Block:
        """Those of the points that a mask or an index names."""
        return Block(
            self.numbers[chosen],
            {name: values[chosen] for name, values in self.variables.items()},
            {name: None if values is None else values[chosen] for name, values in self.quantities.items()},
            self.reasons[chosen],
            self.sentences,
        )


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
        layers = self._layers() if set(names) - set(TOTALS) else []
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

    def _values(self, rows: tuple[Row, ...], inputs: dict[str, Shape]) -> dict[str, Any]:
        figures = Figures(rows, inputs)
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

    def frame(self) -> pandas.DataFrame:
        """All points as a DataFrame, in order."""
        from cnncalc.design.frame import frame

        blocks = [self.kept(block) for block in self.blocks()]
        whole = joined(blocks) if len(blocks) > 1 else blocks[0]
        if self.sample is None and len(blocks) > 1:
            whole = whole.take(numpy.argsort(whole.numbers, kind="stable"))
        return frame(whole, self)


def sweep(
    network: Network,
    variables: Mapping[str, Sequence[Any]],
    *,
    quantities: Sequence[str] | None = None,
    batch: int = 1,
    convention: str = "cnncalc",
    where: str | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> pandas.DataFrame:
    """The totals of a network at every combination of the values, one row a point.

    ``variables`` has the values of each name: a variable of the spec, a size of the input (``H``, ``W``, …), ``input``
    for square inputs, or ``batch``. ``quantities`` are totals (all five unless stated), ``receptive_field`` as
    budgets have it, ``conv1.macs``, sizes ``conv1.H``, fields ``conv1.receptive_field.H`` and ``conv1.jump.H``; without
    a layer the last one is meant. ``where`` keeps the points that meet a condition, ``sample`` takes so many of them at
    random. Points at which the network cannot be built have no figures, and the reason in the column ``illegal``.
    Raises CnncalcError.

    >>> import cnncalc
    >>> frame = cnncalc.sweep(cnncalc.load("mobilenet_v2"), {"width": [0.5, 1], "input": [192, 224]})
    >>> frame[["width", "input", "params", "macs"]]
       width  input   params       macs
    0    0.5    192  1968680   71701760
    1    0.5    224  1968680   97131840
    2    1.0    192  3504872  221316608
    3    1.0    224  3504872  300774272
    """
    asked = Sweep(
        network, variables, quantities, batch=batch, convention=convention, where=where, sample=sample, seed=seed
    )
    return asked.frame()


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks one behind the other, their sentences told apart."""
    sentences: dict[str, int] = {}
    reasons = []
    for block in blocks:
        places = [sentences.setdefault(sentence, len(sentences)) for sentence in block.sentences]
        table = numpy.array([*places, -1], dtype=numpy.int64)
        reasons.append(table[block.reasons])
    first = blocks[0]
    return Block(
        numpy.concatenate([block.numbers for block in blocks]),
        {name: numpy.concatenate([block.variables[name] for block in blocks]) for name in first.variables},
        {name: _column([block.quantities[name] for block in blocks], blocks) for name in first.quantities},
        numpy.concatenate(reasons),
        tuple(sentences),
    )


def _column(parts: Sequence[Any], blocks: Sequence[Block]) -> Any:
    """A quantity of several blocks; where some have no value for it, None stands at their points."""
    if all(part is None for part in parts):
        return None
    illegal = [part is None and not block.legal().any() for part, block in zip(parts, blocks, strict=True)]
    filled = []
    for part, block, ignored in zip(parts, blocks, illegal, strict=True):
        if part is None:
            part = numpy.zeros(len(block), dtype=numpy.int64) if ignored else numpy.full(len(block), None, dtype=object)
        filled.append(part)
    return numpy.concatenate(filled)
