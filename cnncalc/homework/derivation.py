"""How every figure of a layer comes about: the layer's own rules, evaluated with numbers that remember."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from cnncalc.analysis.recorded_fields import recorded_fields
from cnncalc.arithmetic import prod, settled
from cnncalc.arithmetic.recording import Recorded
from cnncalc.errors import CnncalcError, nearest
from cnncalc.homework.binding import Bound, bind, recorded, symbols_of
from cnncalc.layers.base import Operations, elements
from cnncalc.layers.formulas import tensor_bytes

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis, Row

_OPERATIONS = ("MAC", "ADD", "MUL", "CMP", "DIV", "EXP")
"""The symbols of the classes of operations, in their order."""


class Derivation(Struct, frozen=True):
    """How one figure of a layer comes about.

    ``number`` is the figure with its expression: leaves have the field's symbols for names (``K``, ``Cin``; ``K_H``
    where the axes differ), intermediate results are settled and keep their own derivations. ``symbol`` is what the
    figure itself is called. ``axis`` is the axis it is about: an index into the output's shape for ``output``, into the
    input's pixel axes for the figures of a receptive field; None for a count. ``source`` is the input that a receptive
    field is on.
    """

    layer: str
    quantity: str
    symbol: str
    number: Recorded
    axis: int | None = None
    source: str = ""

    @property
    def value(self) -> Any:
        """The figure: an int, or of a receptive field a Fraction where it is not whole."""
        return self.number.value


def derive(analysis: Analysis, layer: str, quantity: str) -> tuple[Derivation, ...]:
    """The derivations of a layer's figures of one quantity (see :data:`QUANTITIES`): ``output`` and those of receptive
    fields have one an axis, the others one in all.

    A quantity that the layer has not, or that could not be followed, has none. Raises CnncalcError for an unknown layer
    or quantity.

    >>> import cnncalc
    >>> from cnncalc.homework.derivation import derive
    >>> (derivation,) = derive(cnncalc.analyze(cnncalc.load("alexnet_2012")), "conv1", "params")
    >>> derivation.number.symbols(), derivation.number
    ('Cout*Cin*K*K + Cout', 96*3*11*11 + 96 = 34944)
    """
    row = analysis.row(layer)
    if quantity not in QUANTITIES:
        hint = nearest(quantity, QUANTITIES) or f"; the quantities are {', '.join(QUANTITIES)}"
        raise CnncalcError(f"no quantity is named {quantity!r}{hint}")
    if quantity in _FIELDS:
        return tuple(_fields(analysis, row, quantity))
    bound = bound_layer(analysis, row)
    if quantity == "output":
        symbols = symbols_of(row.layer, len(bound.recorded.output))
        return tuple(
            Derivation(layer, quantity, f"{symbol}'", recorded(size), axis)
            for axis, (symbol, size) in enumerate(zip(symbols, bound.recorded.output, strict=True))
        )
    rule = _COUNTS[quantity][1]
    return (Derivation(layer, quantity, _symbol(analysis, quantity), recorded(rule(analysis, row, bound))),)


def derive_total(analysis: Analysis, quantity: str) -> Derivation:
    """The derivation of a network's total: a sum with a settled number, named after it, for each layer that counts."""
    if quantity not in _COUNTS:
        hint = nearest(quantity, _COUNTS) or f"; what is summed up is {', '.join(_COUNTS)}"
        raise CnncalcError(f"no total is named {quantity!r}{hint}")
    total: Any = 0
    for row in analysis.layers:
        number = derive(analysis, row.name, quantity)[0].number
        if number.value:
            total = total + Recorded(number.value, row.name, derivation=number)
    return Derivation("", quantity, _symbol(analysis, quantity), recorded(total))


def _symbol(analysis: Analysis, quantity: str) -> str:
    """What a count is called; a convention's has that convention's unit."""
    return analysis.counted.unit if quantity == "flops" else _COUNTS[quantity][0]


def bound_layer(analysis: Analysis, row: Row) -> Bound:
    """The layer in recording numbers, kept with the analysis."""
    kept: dict[str, Bound] = analysis.__dict__.setdefault("bound", {})
    if row.name not in kept:
        kept[row.name] = bind(row.visit)
    return kept[row.name]


def _batched(analysis: Analysis, number: Any) -> Any:
    return number if analysis.batch == 1 else Recorded(analysis.batch, "B") * number


def _macs(analysis: Analysis, row: Row, bound: Bound) -> Any:
    return _batched(analysis, bound.recorded.operations.mac)


def _flops(analysis: Analysis, row: Row, bound: Bound) -> Any:
    """By the rule of the analysis's convention, over the counts of each class of operation."""
    rule = analysis.counted.rule(row.visit)
    if rule is None:
        return 0
    counts = zip(structs.astuple(bound.recorded.operations), _OPERATIONS, strict=True)
    operations = Operations(*(_counted(count, symbol) for count, symbol in counts))
    counted = rule.value(structs.replace(bound.recorded, operations=operations))
    return _batched(analysis, counted) if analysis.counted.samples(analysis.batch) > 1 else counted


def _counted(count: Any, symbol: str) -> Any:
    """A class of operations as a number of its own, even where it is one of the sizes; none as 0."""
    return Recorded(count.value, symbol, derivation=count) if isinstance(count, Recorded) and count else int(count)


def _activations(analysis: Analysis, row: Row, bound: Bound) -> Any:
    return _batched(analysis, prod(bound.recorded.output))


def _params(analysis: Analysis, row: Row, bound: Bound) -> Any:
    return elements(bound.recorded.parameters)


def _buffers(analysis: Analysis, row: Row, bound: Bound) -> Any:
    return elements(bound.recorded.buffers)


def _space(analysis: Analysis, row: Row, bound: Bound) -> Any:
    return _params(analysis, row, bound) + _activations(analysis, row, bound)


def _bytes(count: Callable[[Analysis, Row, Bound], Any], symbol: str) -> Callable[[Analysis, Row, Bound], Any]:
    element_size: Any = Recorded(4, "b")

    def rule(analysis: Analysis, row: Row, bound: Bound) -> Any:
        number = count(analysis, row, bound)
        return tensor_bytes(settled(number, symbol), element_size) if number else 0

    return rule


_COUNTS: dict[str, tuple[str, Callable[[Analysis, Row, Bound], Any]]] = {
    "params": ("params", _params),
    "buffers": ("buffers", _buffers),
    "macs": ("MACs", _macs),
    "flops": ("FLOPs", _flops),
    "activations": ("activations", _activations),
    "space": ("space", _space),
    "weight_bytes": ("bytes", _bytes(_params, "params")),
    "activation_bytes": ("bytes", _bytes(_activations, "activations")),
}
"""Each quantity that is summed up over layers: the symbol of the figure and its rule."""
_FIELDS = {"receptive_field": "r", "jump": "j", "start": "s"}
"""What there is to say of a receptive field, with its symbol."""

QUANTITIES = ("output", *_COUNTS, *_FIELDS)
"""What can be derived. Counts are of the whole batch, ``flops`` by the analysis's convention; ``space`` is the
lectures' space complexity, the numbers that parameters and outputs are: ``Σ K²·Cin·Cout + Σ M²·Cout`` for convolutions.
"""


def _fields(analysis: Analysis, row: Row, quantity: str) -> Iterator[Derivation]:
    for source, seen in analysis.fields.seen[row.name].items():
        for axis in range(len(seen)):
            fields = recorded_fields(analysis, row.name, source, axis)
            number = fields.size if quantity == "receptive_field" else getattr(fields, quantity)
            if number is not None:
                yield Derivation(row.name, quantity, _FIELDS[quantity], number, axis, source)
