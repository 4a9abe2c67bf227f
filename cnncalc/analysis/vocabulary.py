"""What figures are called, everywhere: each quantity's one name, what it means, and how a table's heading has it."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.errors import CnncalcError, nearest

QUANTITIES = {
    "output": "sizes of the output of one sample, channels first",
    "params": "elements of parameters",
    "frozen_params": "elements of parameters that are not trained",
    "buffers": "elements of buffers",
    "macs": "multiply-accumulates of the batch",
    "flops": "FLOPs of the batch, by the convention",
    "activations": "output elements of all layers, of the batch",
    "receptive_field": "pixels that a unit sees, along each axis",
    "jump": "pixels from one unit's receptive field to the next one's",
    "start": "the pixel in the middle of the first unit's receptive field",
    "weight_bytes": "bytes of parameters",
    "activation_bytes": "bytes of outputs",
    "total_bytes": "bytes of parameters and of outputs, all kept",
    "space": "elements of parameters and of outputs, the lectures' space complexity",
    "memory": "bytes of inference in single precision: parameters, buffers, and the most values at once",
}
"""Every quantity by its name, as options, columns, conditions, JSON and answers spell it."""

HEADINGS = {"macs": "MACs", "flops": "FLOPs", "receptive_field": "field", "memory": "memory (B)"}
"""What people read above a column, where it is not the name itself."""

_WHERE = {
    "output": "is a shape, not one number; name a size of it (H, or conv1.H)",
    "receptive_field": "has a size an axis; name one (receptive_field.H, or conv1.receptive_field.H)",
    "jump": "is measured along an axis: `cnncalc rf` has it, and sweep and formula as jump.H",
    "start": "is a place, not an amount: `cnncalc rf` has it",
    "frozen_params": "is what a spec says, not what a layer's formula gives: analyze's JSON has it",
    "weight_bytes": "is params times the bytes of a number: explain, quiz and answers have it",
    "activation_bytes": "is activations times the bytes of a number: explain and answers have it",
    "total_bytes": "is a sum of explain's weight_bytes and activation_bytes: answers have it",
    "space": "is the lectures' params + activations: explain and answers have it",
    "memory": "depends on the order of all layers at once: check-budget, compare and solve have it",
}
"""Why a command may not have a quantity, and which has it."""


def spelled(name: str) -> str:
    """A name as it is spelled here: ``Receptive-Field`` is ``receptive_field``."""
    return name.strip().lower().replace("-", "_")


def heading(name: str) -> str:
    """What stands above a column of a person's table: ``MACs`` for ``macs``, ``conv1.MACs`` for ``conv1.macs``."""
    before, dot, figure = name.rpartition(".")
    return f"{before}{dot}{HEADINGS.get(figure, figure)}"


def listed(names: Iterable[str], word: str = "or") -> str:
    """``a, b or c``."""
    *before, last = names
    return f"{', '.join(before)} {word} {last}" if before else last


def unknown_quantity(name: str, valid: Iterable[str], more: str = "") -> CnncalcError:
    """That a quantity cannot be had: why, where there is one of that name, else the nearest that can, or all.

    ``more`` says what else may be named.
    """
    valid = list(valid)
    if (found := spelled(name)) in QUANTITIES and found not in valid:
        why = _WHERE.get(found, f"({QUANTITIES[found]}) is not among what can be had here")
        return CnncalcError(f"{found} {why}; here there are {listed(valid, 'and')}")
    hint = nearest(name, valid) or f"; the quantities are {listed(valid, 'and')}{more}"
    return CnncalcError(f"no quantity is named {name!r}{hint}")
