"""How fast a layer can be at best, from what it must compute and move and what a device can do.

Source: Williams, Waterman and Patterson, "Roofline: an insightful visual performance model" (2009).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from cnncalc.analysis.analysis import Analysis
from cnncalc.analysis.rows import Row
from cnncalc.arithmetic import prod

Mode: TypeAlias = Literal["inference", "training"]
Verdict: TypeAlias = Literal["compute-bound", "memory-bound", "overhead-bound"]


class Work(Struct, frozen=True):
    """What is done at the least: ``flops``, 2 a multiply-accumulate as in the ceiling, and bytes read and written."""

    flops: int
    read: int
    written: int = 0

    @property
    def bytes(self) -> int:
        return self.read + self.written

    @property
    def intensity(self) -> float | None:
        """FLOPs a byte; None where nothing is moved."""
        return self.flops / self.bytes if self.bytes else None


class Ceilings(Struct, frozen=True):
    """What a device was seen to do: FLOP/s of a large matrix product, bytes/s of the fastest way to read or copy much,
    and the seconds that a layer takes which does next to nothing. ``cache`` is the last cache's bytes, None where it is
    not known.
    """

    flops: float
    bytes: float
    overhead: float
    cache: int | None = None

    def limits(self, work: Work) -> tuple[float, float]:
        """The seconds that computing and moving take at the ceilings.

        What is written may stay in the cache beyond the end of a run, so only what does not fit must move; where the
        cache is not known, none of it.
        """
        beyond = 0 if self.cache is None else max(0, work.written - self.cache)
        return work.flops / self.flops, (work.read + beyond) / self.bytes

    def bound(self, work: Work) -> float:
        """The seconds that no run can beat: the longer of computing and moving."""
        return max(self.limits(work))

    def verdict(self, work: Work) -> Verdict:
        """Which of the three limits is the highest for this work: arithmetic, memory, or the cost of a call."""
        compute, memory = self.limits(work)
        if self.overhead >= max(compute, memory):
            return "overhead-bound"
        return "compute-bound" if compute >= memory else "memory-bound"


def layer_work(row: Row, batch: int, element: int, mode: Mode, *, first: bool = False) -> Work:
    """What one layer must compute and move, ``element`` bytes each number, when nothing that it reads is in a cache.

    Inference reads what it must of the inputs and all parameters and buffers, and writes the output. Training also
    reads the output's gradient and writes those of the inputs and the parameters, each product costing as much again;
    the ``first`` layers have no gradient of their inputs.
    """
    forward = 2 * row.macs
    if row.layer.is_view is True or (row.layer.is_view and mode == "inference"):
        return Work(forward, 0)
    *inputs, params = row.layer.least_read(*row.input_shapes)
    output = batch * prod(row.output_shape)
    read = batch * sum(inputs) + params + row.buffers
    if mode == "inference":
        return Work(forward, element * read, element * output)
    arriving = 0 if first else batch * sum(map(prod, row.input_shapes))
    return Work(forward * (2 if first else 3), element * (read + output), element * (output + row.params + arriving))


def whole_work(analysis: Analysis, element: int, mode: Mode, cache: int | None) -> Work:
    """What the network must do when it is run over and over in one piece.

    Values on the way may stay in a cache of ``cache`` bytes, and so may weights from one run to the next; what must
    move is what does not fit: weights and inputs beyond it. None where the cache is not known, and nothing need move.
    """
    inputs = set(analysis.inputs)
    flops = sum(
        layer_work(row, analysis.batch, element, mode, first=inputs.issuperset(row.inputs)).flops
        for row in analysis.layers
    )
    used = element * (
        sum(row.layer.least_read(*row.input_shapes)[-1] for row in analysis.layers)
        + analysis.batch * sum(map(prod, analysis.inputs.values()))
    )
    return Work(flops, 0 if cache is None else max(0, used - cache))
