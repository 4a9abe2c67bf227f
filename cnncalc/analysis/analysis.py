"""The figures of every layer of a network, and their totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from cnncalc.analysis.alignment import alignment_messages
from cnncalc.analysis.convention import Convention, convention_named
from cnncalc.analysis.receptive_field import Fields, ReceptiveField, follow, summed_up
from cnncalc.analysis.regions import Region
from cnncalc.analysis.rows import Row, Totals, row_of
from cnncalc.analysis.sight import Layers, Sight, pixel_axes, sights, units_at
from cnncalc.errors import CnncalcError, SpecError, nearest
from cnncalc.evaluate import Outputs, evaluate, raise_unless
from cnncalc.graph import build_graph, leading_to
from cnncalc.layers.base import LARGEST_SIZE, Note, Shape
from cnncalc.spec.items import Number
from cnncalc.spec.network import INPUT, Expected, Network

if TYPE_CHECKING:
    import pandas


class Warning(Struct, frozen=True):
    """Something about a layer that a reader should know, with a stable ``code``."""

    layer: str
    code: str
    message: str


class Analysis(Struct, frozen=True, dict=True):
    """What cnncalc knows of a network at one input shape and batch size, under one convention.

    ``layers`` has a :class:`Row` for each layer in an order in which data flows, ``totals`` their sums, and
    ``warnings`` what a reader should know. ``to_dict`` and ``to_dataframe`` give the same as plain data.

    >>> import cnncalc
    >>> analysis = cnncalc.analyze(cnncalc.load("alexnet"))
    >>> largest = max(analysis.layers, key=lambda row: row.params)
    >>> largest.name, largest.type, largest.params
    ('fc6', 'Linear', 37752832)
    """

    name: str
    convention: str
    batch: int
    input: Shape | dict[str, Shape]
    layers: tuple[Row, ...]
    totals: Totals
    counted: Convention
    expected: Expected | None = None
    network: Network | None = None

    @property
    def partial(self) -> tuple[str, ...]:
        """Which totals lack what is not known of some layers: ``"macs"``, ``"flops"``."""
        return tuple(q for q in ("macs", "flops") if any(q in row.unknown for row in self.layers))

    @property
    def inputs(self) -> dict[str, Shape]:
        """The shape of each input by its name."""
        return self.input if isinstance(self.input, dict) else {INPUT: self.input}

    def row(self, layer: str) -> Row:
        """The figures of the layer of that name. Raises CnncalcError with the nearest name."""
        if layer not in self._by_name:
            hint = nearest(layer, self._by_name) or f"; the last one is {self.layers[-1].name!r}"
            raise CnncalcError(f"no layer is named {layer!r}{hint}")
        return self._by_name[layer]

    @cached_property
    def _by_name(self) -> dict[str, Row]:
        return {row.name: row for row in self.layers}

    @cached_property
    def _in_order(self) -> Layers:
        return Layers(self.inputs, self.layers, {row.name: place for place, row in enumerate(self.layers)})

    @cached_property
    def fields(self) -> Fields:
        """What the units of every layer see, along every axis of every input; worked out when it is first asked for."""
        return follow(self._in_order)

    def receptive_fields(self, layer: str) -> dict[str, ReceptiveField]:
        """The receptive field of a layer's units on each of the inputs that they see.

        >>> import cnncalc
        >>> field = cnncalc.analyze(cnncalc.load("alexnet")).receptive_fields("pool5")["input"]
        >>> field.size, field.jump, field.start
        ((195, 195), (32, 32), (31.5, 31.5))
        """
        output = self.row(layer).output_shape
        seen = self.fields.seen[layer]
        return {name: summed_up(axes, self.inputs[name], output) for name, axes in seen.items()}

    def sees(self, layer: str, unit: Sequence[int] | None = None) -> dict[str, Sight]:
        """Exactly which pixels of each input one unit of a layer depends on, all its channels together.

        ``unit`` is its position along the axes behind the channels, or along all axes for one channel alone; the middle
        unless stated. Raises CnncalcError for a layer that is not there and for a unit that it has not.
        """
        row = self.row(layer)
        return sights(self._in_order, self.fields.seen[layer], row, unit)

    def units_seeing(self, layer: str, pixel: Sequence[int], input: str | None = None) -> tuple[Region, ...]:
        """The units of a layer that depend on a pixel, whatever its channel, as products of positions along the layer's
        axes. ``input`` names the input where there are several. Raises CnncalcError for a pixel that is not there.
        """
        return units_at(self._in_order, self.row(layer), pixel, input)

    def formula(self, quantity: str = "macs", symbols: Sequence[str] | None = None) -> Any:
        """A figure as a SymPy expression in the input's sizes, the batch ``N`` and the spec's variables.

        :func:`cnncalc.formula` says what may be asked, and has beside the expression where it holds. SymPy is imported
        here. Raises CnncalcError.

        >>> import cnncalc
        >>> cnncalc.analyze(cnncalc.load("vgg16")).formula("params")
        4097*classes + 134260544
        """
        from cnncalc.design.formula import formula

        if self.network is None:
            raise CnncalcError("this analysis was made without its network, from which formulas are derived")
        return formula(self.network, quantity, symbols, batch=self.batch, convention=self.convention).expression

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """What a reader should know about single layers, or about the whole (``layer`` is then empty)."""
        notes = [
            Warning(row.name, note.code, note.message)
            for row in self.layers
            for note in row.layer.notes(*row.input_shapes)
            if not row.unknown
        ]
        return (*notes, *self._misaligned(), *self._defective(), *self._unexpected(), *self._unknown(), *self._fixed())

    def _unknown(self) -> Iterator[Warning]:
        """What is not known, once a sentence."""
        layers: dict[Note, list[str]] = {}
        for row in self.layers:
            for note in row.layer.notes(*row.input_shapes) if row.unknown else ():
                layers.setdefault(note, []).append(row.name)
        for note, (first, *others) in layers.items():
            more = f" (and in {len(others)} layer{'s' if len(others) > 1 else ''} more)" if others else ""
            yield Warning(first, note.code, f"{note.message}{more}")

    def _fixed(self) -> Iterator[Warning]:
        """What of an imported network holds for its own input alone."""
        for sentence in () if self.network is None else self.network.fixed:
            yield Warning("", "fixed-size", f"fixed at import: {sentence}")

    def _defective(self) -> Iterator[Warning]:
        """What the convention is wrong about, once a sentence."""
        layers: dict[str, list[str]] = {}
        for row in self.layers:
            if row.defect:
                layers.setdefault(row.defect, []).append(row.name)
        for sentence, (first, *others) in layers.items():
            more = f" (and {len(others)} layer{'s' if len(others) > 1 else ''} more)" if others else ""
            yield Warning(first, "convention-defect", f"{self.convention}'s defect, not a choice{more}: {sentence}")

    def _misaligned(self) -> Iterator[Warning]:
        pixels = {name: tuple(shape[axis] for axis in pixel_axes(shape)) for name, shape in self.inputs.items()}
        for layer, message in alignment_messages(self.fields.misaligned, pixels):
            yield Warning(layer, "misaligned-branches", message)

    def _unexpected(self) -> Iterator[Warning]:
        """The totals that are not what the spec expects of one sample."""
        for quantity, expected in structs.asdict(self.expected).items() if self.expected else ():
            found = getattr(self.totals, quantity) // (1 if quantity == "params" else self.batch)
            if expected is not None and found != expected and quantity not in self.partial:
                message = f"the spec expects {expected:,} {quantity} in all, found {found:,}"
                yield Warning("", "unexpected-total", message)

    def by_type(self) -> dict[str, tuple[int, Totals]]:
        """For each kind of layer, in order of appearance, how many there are and what they sum to."""
        groups: dict[str, list[Row]] = {}
        for row in self.layers:
            groups.setdefault(row.type, []).append(row)
        return {kind: (len(rows), Totals.of(rows, self.convention)) for kind, rows in groups.items()}

    def to_dict(self) -> dict[str, Any]:
        """The analysis as plain data, as ``cnncalc analyze --format json`` prints it."""
        return {
            "name": self.name,
            "convention": self.convention,
            "unit": self.counted.unit,
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
                    "flops": int(row.flops),
                    "activations": row.activations,
                    "operations": {name: self.batch * count for name, count in structs.asdict(row.operations).items()},
                    **({"frozen_params": row.frozen_params} if row.frozen_params else {}),
                    **({"defect": row.defect} if row.defect else {}),
                    **({"unknown": list(row.unknown)} | dict.fromkeys(row.unknown) if row.unknown else {}),
                    "receptive_field": self._field_document(row.name),
                }
                for row in self.layers
            ],
            "totals": self.totals.to_dict(),
            **({"partial": list(self.partial)} if self.partial else {}),
            "warnings": [structs.asdict(warning) for warning in self.warnings],
        }

    def _field_document(self, layer: str) -> dict[str, Any] | None:
        """Of the one input, or of each of several by name; None where a layer depends on nothing."""
        documents = {name: field.to_dict() for name, field in self.receptive_fields(layer).items()}
        return documents if isinstance(self.input, dict) else documents.get(INPUT)

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
    outputs: Outputs | None = None,
    until: str | None = None,
) -> Analysis:
    """The figures of every layer of a network.

    ``input`` is the shape of one sample, channels first, where it is not the network's own (or several by name);
    ``batch`` multiplies costs and activations, never parameters; ``variables`` are values for the spec's own variables.
    ``outputs`` decides what layers make where that is not left to them, such as shapes that somebody else worked out;
    ``until`` names the layer at which the analysis ends: it has that layer and those that it depends on.
    Raises SpecError where the network is not sound, with the place in its spec.

    >>> import cnncalc
    >>> analysis = cnncalc.analyze(cnncalc.load("resnet18"), batch=8)
    >>> analysis.totals.params, analysis.totals.macs, analysis.row("layer4.0.conv1").output_shape
    (11689512, 14512586752, (512, 7, 7))
    """
    if not isinstance(network, Network):
        raise SpecError(f"expected a Network, found {network!r}; cnncalc.load reads one from a file or by its name")
    counting = convention_named(convention)
    if isinstance(batch, bool) or not hasattr(batch, "__index__") or not 1 <= int(batch) <= LARGEST_SIZE:
        raise SpecError(f"expected a batch size of 1 to {LARGEST_SIZE}, found {batch!r}")
    batch = int(batch)
    if input is not None:
        network = network.with_input(input)
    if variables:
        network = network.with_variables(**variables)
    try:
        graph = build_graph(network) if until is None else leading_to(build_graph(network), until)
        walk = evaluate(graph, network.inputs.values(), raise_unless, outputs)
    except SpecError as error:
        if input is None or not network.fixed:
            raise
        message = f"{error.message}; this network was imported at another input, and is fixed to it: {network.fixed[0]}"
        raise SpecError(message, where=error.where, source=error.source) from None
    rows = tuple([row_of(visit, batch, counting) for visit in walk])
    totals = Totals.of(rows, counting.name)
    of_whole = (network.expected, network) if until is None else ()
    return Analysis(network.name, counting.name, batch, network.input, rows, totals, counting, *of_whole)


def _input_document(input: Shape | dict[str, Shape]) -> list[int] | dict[str, list[int]]:
    return {name: list(shape) for name, shape in input.items()} if isinstance(input, dict) else list(input)
