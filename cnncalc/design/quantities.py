"""What may be asked of a network at many points: totals, and figures of single layers, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from cnncalc.analysis.liveness import inference_memory
from cnncalc.analysis.receptive_field import Fields, follow, size_and_jump
from cnncalc.analysis.rows import Row, Totals
from cnncalc.analysis.sight import Layers, pixel_axes
from cnncalc.analysis.vocabulary import unknown_quantity
from cnncalc.arithmetic import single, total
from cnncalc.design.limits import least_field
from cnncalc.design.variables import letters
from cnncalc.errors import CnncalcError, nearest
from cnncalc.graph import Graph
from cnncalc.layers.base import Shape

TOTALS = tuple(Totals.__struct_fields__)
SHOWN = ("params", "buffers", "macs", "flops", "activations")
"""The totals that a sweep has unless others are asked for."""
MEMORY = "memory"
"""What inference needs at once, in bytes of single precision; it is of the whole network alone."""
FIELD = ("receptive_field", "jump")
OF_THE_NETWORK = (*TOTALS, MEMORY, "receptive_field")
_LETTERS = "CLDHW"
_MORE = ", a size of the output (C, L, D, H or W), receptive_field.H and jump.H, and of a layer conv1.macs"


class Quantity(Struct, frozen=True):
    """A figure: of the network, or of one layer (None for the last) a count, an output size, or a receptive field's.

    ``axis`` is a letter; ``source`` names the input that is seen, "" for the only one.
    """

    name: str
    figure: str
    layer: str | None = None
    axis: str = ""
    source: str = ""
    of_network: bool = False


def quantity_named(name: str, layers: Sequence[str], inputs: Sequence[str]) -> Quantity:
    """The quantity of a name such as ``macs``, ``receptive_field``, ``conv1.params``, ``conv1.H`` or ``conv1.jump.W``.

    Raises CnncalcError with the nearest name, or why there is no such figure.
    """
    if name in OF_THE_NETWORK:
        return Quantity(name, name, of_network=True)
    layer, figure, axis, source = _parsed(name, inputs)
    if not figure:
        before, _, last = name.rpartition(".")
        raise unknown_quantity(last if before in layers else name, TOTALS if before else OF_THE_NETWORK, _MORE)
    if layer and layer not in layers:
        hint = nearest(layer, layers) or f"; the last one is {layers[-1]!r}"
        raise CnncalcError(f"no layer is named {layer!r}{hint}")
    if figure in FIELD and not source and len(inputs) > 1:
        raise CnncalcError(f"{name}: the network has several inputs; name one: {figure}.{inputs[0]}.{axis}")
    return Quantity(name, figure, layer or None, axis, source)


def _parsed(name: str, inputs: Sequence[str]) -> tuple[str, str, str, str]:
    """Layer, figure, axis and input."""
    rest, _, last = name.rpartition(".")
    if last in TOTALS and rest:
        return rest, last, "", ""
    if len(last) != 1 or last not in _LETTERS:
        return "", "", "", ""
    layer, _, figure = rest.rpartition(".")
    if figure in FIELD:
        return layer, figure, last, ""
    if figure in inputs:
        before, _, inner = layer.rpartition(".")
        if inner in FIELD:
            return before, inner, last, figure
    return rest, "size", last, ""


class Figures:
    """The figures of a walk, each worked out when it is asked for."""

    def __init__(self, rows: tuple[Row, ...], inputs: dict[str, Shape], graph: Graph, batch: Any) -> None:
        self.rows = rows
        self.inputs = inputs
        self.graph = graph
        self.batch = batch
        self.by_name = {row.name: place for place, row in enumerate(rows)}
        self._totals: dict[str, Any] = {}
        self._fields: Fields | None = None

    def value(self, quantity: Quantity) -> Any:
        """The number; None where a layer is not there, or has no such axis, or its field has no value; and for what is
        not known of a layer.
        """
        if quantity.of_network and quantity.figure == "receptive_field":
            return self._followed(lambda: least_field(self.rows, self.inputs), self.rows)
        if quantity.of_network:
            unknown = any(quantity.figure in row.unknown for row in self.rows)
            return None if unknown else self._total(quantity.figure)
        row = self.rows[-1] if quantity.layer is None else self._row(quantity.layer)
        if row is None:
            return None
        if quantity.figure in TOTALS:
            return None if quantity.figure in row.unknown else getattr(row, quantity.figure)
        if quantity.figure == "size":
            place = letters(row.output_shape).find(quantity.axis)
            return row.output_shape[place] if place >= 0 else None
        return self._field(row, quantity)

    def _row(self, layer: str) -> Row | None:
        return self.rows[self.by_name[layer]] if layer in self.by_name else None

    def _total(self, figure: str) -> Any:
        if figure not in self._totals:
            if figure == MEMORY:
                self._totals[figure] = inference_memory(self.rows, self.inputs, self.graph, self.batch).bytes()
            else:
                self._totals[figure] = total([getattr(row, figure) for row in self.rows])
        return self._totals[figure]

    def _field(self, row: Row, quantity: Quantity) -> Any:
        behind = self.by_name[row.name] + 1
        if self._fields is None or row.name not in self._fields.seen:
            rows = self.rows[:behind]
            self._fields = self._followed(lambda: follow(Layers(self.inputs, rows, self.by_name)), rows)
        source = quantity.source or next(iter(self.inputs))
        axes = self._fields.seen[row.name].get(source)
        pixels = pixel_axes(self.inputs[source])
        place = letters(self.inputs[source]).find(quantity.axis) - pixels.start
        if axes is None or not 0 <= place < len(axes):
            return None
        size, jump = size_and_jump(axes[place], self.inputs[source][pixels[place]], row.output_shape)
        return size if quantity.figure == "receptive_field" else jump

    def _followed(self, follow: Callable[[], Any], rows: Sequence[Row]) -> Any:
        """What is found by following the data, which may need plain numbers."""
        try:
            return follow()
        except TypeError:
            _tell_apart(rows)
            raise


def _tell_apart(rows: Sequence[Row]) -> None:
    """Raise Undecided where any number of some layers differs: exact sets of pixels need plain numbers."""
    for row in rows:
        settings = [getattr(row.layer, field) for field in row.layer.__struct_fields__]
        for value in (*row.input_shapes, row.output_shape, *settings):
            for number in value if isinstance(value, tuple) else (value,):
                single(number)
