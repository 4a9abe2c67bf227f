"""One layer's figures, and the sums over layers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from cnncalc.analysis.convention import Convention
from cnncalc.analysis.count import counted, plain
from cnncalc.arithmetic import prod, total
from cnncalc.evaluate import Evaluated
from cnncalc.layers import Layer
from cnncalc.layers.base import Operations, Shape, elements


class Row(Struct, frozen=True, gc=False):
    """One layer's figures: costs and activations of the whole batch, ``output_shape`` of one sample.

    ``flops`` is the count of the analysis's convention, which refuses to be compared with or added to another one's;
    where that is wrong about the layer rather than of another opinion, ``defect`` says how.
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: Shape
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    visit: Evaluated
    defect: str = ""
    frozen_params: int = 0

    @property
    def unknown(self) -> tuple[str, ...]:
        """Which of ``"macs"`` and ``"flops"`` are not known of it; they stand as 0 here and make the totals partial."""
        return self.layer.unknown()

    @property
    def layer(self) -> Layer:
        """The layer with its hyper-parameters."""
        return self.visit.node.layer

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        """The shapes that it reads, of one sample."""
        return self.visit.inputs

    @property
    def operations(self) -> Operations:
        """Its work by class of operation, of one sample."""
        return self.visit.operations


def row_of(visit: Evaluated, batch: int, convention: Convention) -> Row:
    """A layer's figures, with whatever numbers its shapes and the batch hold."""
    node = visit.node
    rule = convention.rule(visit)
    return Row(
        node.name,
        type(node.layer).__name__,
        node.inputs,
        visit.output,
        elements(visit.parameters),
        elements(visit.buffers),
        batch * visit.operations.mac,
        counted(0 if rule is None else convention.samples(batch) * rule.value(visit), convention.name),
        batch * prod(visit.output) if node.layer.makes_activations else 0,
        visit,
        "" if rule is None else rule.defect,
        elements(p for p in visit.parameters if not p.trainable) if node.layer.frozen else 0,
    )


class Totals(Struct, frozen=True):
    """Sums over layers: elements of parameters and of buffers, multiply-accumulates, FLOPs, output elements.

    ``flops`` knows its convention, and neither compares with nor adds to that of another.
    """

    params: int = 0
    buffers: int = 0
    macs: int = 0
    flops: int = 0
    activations: int = 0
    frozen_params: int = 0

    @property
    def trainable_params(self) -> int:
        """Elements of parameters that training changes."""
        return self.params - self.frozen_params

    @classmethod
    def of(cls, rows: Sequence[Row], convention: str) -> Totals:
        """The sums over some rows, counted by that convention."""
        figures = {name: [getattr(row, name) for row in rows] for name in cls.__struct_fields__}
        sums = {name: total(numbers) for name, numbers in figures.items() if name != "flops"}
        return cls(**sums, flops=counted(total(list(map(plain, figures["flops"]))), convention))

    def __add__(self, other: Totals) -> Totals:
        """Those of two networks together. Raises CnncalcError where they are of different conventions."""
        return Totals(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))

    def to_dict(self) -> dict[str, int]:
        """The totals as plain numbers, as ``cnncalc analyze --format json`` prints them."""
        figures = {name: int(total) for name, total in structs.asdict(self).items()}
        return figures | {"trainable_params": self.trainable_params}
