"""A layer of an evaluated network once more, with recording numbers under the field's symbols in the place of ints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs

from cnncalc.arithmetic import settled
from cnncalc.arithmetic.recording import Recorded
from cnncalc.evaluate import Evaluated
from cnncalc.layers import Layer
from cnncalc.layers.base import Operations, Shape

SYMBOLS = {
    "kernel_size": "K",
    "stride": "S",
    "padding": "P",
    "dilation": "D",
    "groups": "G",
    "out_channels": "Cout",
    "output_padding": "A",
    "channel_multiplier": "m",
    "out_features": "Nout",
    "output_size": "n",
    "num_embeddings": "V",
    "embedding_dim": "E",
    "num_heads": "h",
    "hidden_size": "N_h",
    "num_groups": "G",
    "num_parameters": "a",
    "normalized_shape": "N",
    "size": "n",
    "upscale_factor": "r",
    "downscale_factor": "r",
    "pieces": "k",
    "chunks": "k",
    "split_size": "n",
}
"""The symbol of each hyper-parameter that a formula computes with."""
_WITHOUT_EFFECT = {"dilation": 1, "groups": 1, "output_padding": 0, "channel_multiplier": 1}
"""Hyper-parameters that textbooks leave out of a formula as long as they have these values."""

AXES = {0: "", 1: "N", 2: "CL", 3: "CHW", 4: "CTHW"}
"""The symbols of a shape's axes by their number; the depth of three axes is T, since D is the dilation."""
_SIDES = ("left", "right", "top", "bottom", "front", "back")


class Bound(Struct, frozen=True):
    """A layer's visit in ints, and the same in recording numbers.

    ``recorded`` has a settled number, with its derivation, for each size of the output that is computed.
    """

    visit: Evaluated
    recorded: Evaluated


def bind(visit: Evaluated) -> Bound:
    """The visit again, from the layer's own methods, with numbers that remember how they came about."""
    layer = visit.node.layer
    inputs = tuple(
        _named_shape(shape, layer, f"_{position}" if len(visit.inputs) > 1 else "")
        for position, shape in enumerate(visit.inputs, start=1)
    )
    bound = _bound_layer(layer, inputs[0] if inputs else ())
    sizes: Shape = bound.output(*inputs)
    symbols = [f"{symbol}'" for symbol in symbols_of(layer, len(sizes))]
    output: Any = tuple(settled(recorded(size), symbol) for size, symbol in zip(sizes, symbols, strict=True))
    known = {id(number.derivation): number for number in output if number.derivation is not None}
    alike = {number.derivation.symbols(): number for number in output if number.derivation is not None}

    def shown(number: Any) -> Any:
        return _with_sizes(number, known, alike) if isinstance(number, Recorded) else number

    parameters = tuple(
        structs.replace(tensor, shape=tuple(map(shown, tensor.shape))) for tensor in bound.parameters(*inputs)
    )
    buffers = tuple(bound.buffers(*inputs))
    work = bound.operations(*inputs, output=output)
    operations = Operations(*(shown(getattr(work, field)) for field in Operations.__struct_fields__))
    node = structs.replace(visit.node, layer=bound)
    again = structs.replace(
        visit, node=node, inputs=inputs, output=output, parameters=parameters, buffers=buffers, operations=operations
    )
    return Bound(visit, again)


def recorded(number: Any) -> Any:
    """A number that layers made, as a recorded one."""
    return number if isinstance(number, Recorded) else Recorded(number)


def axis_symbols(rank: int) -> Sequence[str]:
    """The symbols of the axes of a sample: C, H, W."""
    return AXES[rank] if rank in AXES else [f"N{axis}" for axis in range(1, rank + 1)]


def symbols_of(layer: Layer, rank: int) -> Sequence[str]:
    """The symbols of the axes of what a layer reads or makes: L, E of a sequence's steps, else C, H, W."""
    of_steps = hasattr(layer, "num_heads") or hasattr(layer, "hidden_size")
    return "LE" if of_steps and rank == len("LE") else axis_symbols(rank)


def _named_shape(shape: Shape, layer: Layer, suffix: str) -> Any:
    symbols = list(symbols_of(layer, len(shape)))
    if shape and hasattr(layer, "out_features"):
        symbols[-1] = "Nin"
    elif shape and hasattr(layer, "out_channels"):
        symbols[0] = "Cin"
    return tuple(Recorded(size, symbol + suffix) for size, symbol in zip(shape, symbols, strict=True))


def _bound_layer(layer: Layer, x: Shape) -> Layer:
    changes: dict[str, Any] = {}
    for field, symbol in SYMBOLS.items():
        value = getattr(layer, field, None)
        if field == "stride" and value is None and field in layer.__struct_fields__:
            value = getattr(layer, "kernel_size", None)
        if value is not None and not _without_effect(field, value):
            changes[field] = _named(value, symbol, len(x))
    return structs.replace(layer, **changes) if changes else layer


def _without_effect(field: str, value: Any) -> bool:
    neutral = _WITHOUT_EFFECT.get(field)
    return neutral is not None and (value == neutral or (isinstance(value, tuple) and set(value) == {neutral}))


def _named(value: Any, symbol: str, rank: int) -> Any:
    """A hyper-parameter as recorded numbers; one an axis has the axis for an index, and one a side the side."""
    if not isinstance(value, tuple):
        return Recorded(value, symbol) if type(value) is int else value
    if len(set(value)) == 1 and type(value[0]) is int:
        return (Recorded(value[0], symbol),) * len(value)
    indices: Sequence[str] = [str(position) for position in range(1, len(value) + 1)]
    if len(value) == rank - 1:
        indices = axis_symbols(rank)[1:]
    elif len(value) == 2 * (rank - 1) and len(value) <= len(_SIDES):
        indices = _SIDES
    return tuple(
        Recorded(size, f"{symbol}_{index}") if type(size) is int else size
        for size, index in zip(value, indices, strict=False)
    )


def _with_sizes(number: Recorded, known: dict[int, Recorded], alike: dict[str, Recorded]) -> Recorded:
    """The same expression with the output's sizes in the place of what is computed as they are."""
    if not alike:
        return number

    def change(part: Recorded) -> Recorded | None:
        if id(part) in known or not part.operator:
            return None
        return alike.get(part.symbols())

    return number.rewritten(change)
