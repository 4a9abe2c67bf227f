"""The figures of every layer of a network, and their totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from cnncalc.analysis.convention import Convention, convention_named
from cnncalc.arithmetic import prod
from cnncalc.errors import SpecError
from cnncalc.evaluate import Evaluated, evaluate
from cnncalc.graph import build_graph
from cnncalc.layers import Layer
from cnncalc.layers.base import LARGEST_SIZE, Shape, elements
from cnncalc.spec.items import Number
from cnncalc.spec.network import Expected, Network

if TYPE_CHECKING:
    import pandas


class Row(Struct, frozen=True, gc=False):
    """One layer's figures: costs and activations of the whole batch, ``output_shape`` of one sample."""

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: Shape
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    layer: Layer
    input_shapes: tuple[Shape, ...]


class Totals(Struct, frozen=True):
    """Sums over layers: elements of parameters and of buffers, multiply-accumulates, FLOPs, output elements."""

    params: int = 0
    buffers: int = 0
    macs: int = 0
    flops: int = 0
    activations: int = 0

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Totals:
        return cls(*(sum([getattr(row, quantity) for row in rows]) for quantity in cls.__struct_fields__))


class Warning(Struct, frozen=True):
    """Something about a layer that a reader should know, with a stable ``code``."""

    layer: str
    code: str
    message: str


class Analysis(Struct, frozen=True):
    """What cnncalc knows of a network at one input shape and batch size, under one convention."""

    name: str
    convention: str
    batch: int
    input: Shape | dict[str, Shape]
    layers: tuple[Row, ...]
    totals: Totals
    expected: Expected | None = None

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """What a reader should know about single layers, or about the whole (``layer`` is then empty)."""
        notes = [
            Warning(row.name, note.code, note.message)
            for row in self.layers
            for note in row.layer.notes(*row.input_shapes)
        ]
        return (*notes, *self._unexpected())

    def _unexpected(self) -> Iterator[Warning]:
        """The totals that are not what the spec expects of one sample."""
        for quantity, expected in structs.asdict(self.expected).items() if self.expected else ():
            found = getattr(self.totals, quantity) // (1 if quantity == "params" else self.batch)
            if expected is not None and found != expected:
                message = f"the spec expects {expected:,} {quantity} in all, found {found:,}"
                yield Warning("", "unexpected-total", message)

    def by_type(self) -> dict[str, tuple[int, Totals]]:
        """For each kind of layer, in order of appearance, how many there are and what they sum to."""
        groups: dict[str, list[Row]] = {}
        for row in self.layers:
            groups.setdefault(row.type, []).append(row)
        return {kind: (len(rows), Totals.of(rows)) for kind, rows in groups.items()}

    def to_dict(self) -> dict[str, Any]:
        """The analysis as plain data, as ``cnncalc analyze --format json`` prints it."""
        return {
            "name": self.name,
            "convention": self.convention,
            "batch": self.batch,
            "input": _input_document(self.input),
            "layers": [
                {
                    "name": row.name,
                    "type": row.type,
                    "inputs": list(row.inputs),
                    "output_shape": list(row.output_shape),
                    "params": row.params,
                    "buffers": row.buffers,
                    "macs": row.macs,
                    "flops": row.flops,
                    "activations": row.activations,
                }
                for row in self.layers
            ],
            "totals": structs.asdict(self.totals),
            "warnings": [structs.asdict(warning) for warning in self.warnings],
        }

    def to_dataframe(self) -> pandas.DataFrame:
        """One row a layer, in the columns of :meth:`to_dict`; pandas is imported here."""
        from cnncalc.analysis.frame import dataframe

        return dataframe(self.to_dict())

    def _repr_html_(self) -> str:
        from cnncalc.analysis.frame import html

        return html(self.to_dict())

    def __repr__(self) -> str:
        figures = ", ".join(f"{name}={value:,}" for name, value in structs.asdict(self.totals).items())
        return f"<Analysis of {self.name}: {len(self.layers)} layers, {figures}>"


def analyze(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    *,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    convention: str = "cnncalc",
) -> Analysis:
    """The figures of every layer of a network.

    ``input`` is the shape of one sample, channels first, where it is not the network's own (or several by name);
    ``batch`` multiplies costs and activations, never parameters; ``variables`` are values for the spec's own variables.
    Raises SpecError where the network is not sound, with the place in its spec.
    """
    if not isinstance(network, Network):
        raise SpecError(f"expected a Network, found {network!r}; cnncalc.load reads one from a file or by its name")
    counted = convention_named(convention)
    if isinstance(batch, bool) or not hasattr(batch, "__index__") or not 1 <= int(batch) <= LARGEST_SIZE:
        raise SpecError(f"expected a batch size of 1 to {LARGEST_SIZE}, found {batch!r}")
    batch = int(batch)
    if input is not None:
        network = network.with_input(input)
    if variables:
        network = network.with_variables(**variables)
    walk = evaluate(build_graph(network), network.inputs.values())
    rows = tuple([_row(visit, batch, counted) for visit in walk])
    return Analysis(network.name, counted.name, batch, network.input, rows, Totals.of(rows), network.expected)


def _input_document(input: Shape | dict[str, Shape]) -> list[int] | dict[str, list[int]]:
    return {name: list(shape) for name, shape in input.items()} if isinstance(input, dict) else list(input)


def _row(visit: Evaluated, batch: int, convention: Convention) -> Row:
    node = visit.node
    return Row(
        node.name,
        type(node.layer).__name__,
        node.inputs,
        visit.output,
        elements(visit.parameters),
        elements(visit.buffers),
        batch * visit.operations.mac,
        batch * convention.flops(visit.operations),
        batch * prod(visit.output),
        node.layer,
        visit.inputs,
    )
