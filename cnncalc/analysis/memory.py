"""How much a forward pass keeps at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cnncalc.arithmetic import Number, maximum, prod, total
from cnncalc.layers.base import Shape

if TYPE_CHECKING:
    from cnncalc.analysis.analysis import Row

FLOAT32 = 4
"""Bytes of an element in single precision."""


def peak_activations(rows: Sequence[Row], inputs: Mapping[str, Shape], batch: Number = 1) -> Number:
    """The most elements of activations that exist at once in a forward pass of a batch, layer after layer.

    While a layer runs there are its inputs, its output, and every tensor that a later layer reads; what nobody reads is
    kept as a result. No layer works in place, and none shares memory with its input.
    """
    last_use = {name: position for position, row in enumerate(rows) for name in row.inputs}
    alive: dict[str, Number] = {name: batch * prod(shape) for name, shape in inputs.items()}
    peak = total(list(alive.values()))
    for position, row in enumerate(rows):
        alive[row.name] = row.activations
        peak = maximum(peak, total(list(alive.values())))
        for name in dict.fromkeys(row.inputs):
            if last_use[name] == position:
                del alive[name]
    return peak


def memory_bytes(rows: Sequence[Row], inputs: Mapping[str, Shape], batch: Number = 1) -> Number:
    """The bytes of parameters, buffers and the most activations at once, all in single precision."""
    kept = total([row.params + row.buffers for row in rows])
    return FLOAT32 * (kept + peak_activations(rows, inputs, batch))
