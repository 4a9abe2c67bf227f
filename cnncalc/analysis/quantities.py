"""The named quantities of a layer that a convention may count, of one sample."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from cnncalc.evaluate import Evaluated
from cnncalc.layers.base import elements, per_axis
from cnncalc.layers.formulas import window_output


def _kernel(visit: Evaluated) -> tuple[int, ...]:
    """The kernel along each axis; ones where a layer has none."""
    return per_axis(getattr(visit.node.layer, "kernel_size", 1), len(visit.output) - 1)


def _kernel_as_written(visit: Evaluated) -> int:
    """A kernel given as one number counts as that number, whatever the axes."""
    kernel = getattr(visit.node.layer, "kernel_size", 1)
    return prod(kernel) if isinstance(kernel, tuple) else kernel


def _in_full(visit: Evaluated) -> bool:
    return _kernel_as_written(visit) == prod(_kernel(visit))


def _ratio(visit: Evaluated) -> int:
    """Per axis the quotient of input and output size where it is whole, else the remainder and 1."""
    sizes = zip(visit.inputs[0][1:], visit.output[1:], strict=True)
    return prod(size // output if size % output == 0 else size % output + 1 for size, output in sizes)


def _weights(visit: Evaluated) -> int:
    return elements(parameter for parameter in visit.parameters if "bias" not in parameter.name)


def _groups(visit: Evaluated) -> int:
    groups: int = getattr(visit.node.layer, "groups", 1)
    return groups


def _filters(visit: Evaluated) -> int:
    return visit.output[0] // _groups(visit)


def _window_positions(visit: Evaluated) -> int:
    layer, sizes = visit.node.layer, visit.inputs[0][1:]
    kernel, padding = getattr(layer, "kernel_size", 1), getattr(layer, "padding", 0)
    if isinstance(padding, str):
        return prod(visit.output[1:])  # a convolution with as much padding as that takes
    settings = (kernel, getattr(layer, "stride", 1) or kernel, padding, getattr(layer, "dilation", 1))
    return prod(map(window_output, sizes, *(per_axis(setting, len(sizes)) for setting in settings)))


def _odd_sides(visit: Evaluated) -> tuple[int, ...]:
    """Along each axis 1 where padding="same" adds an odd number of elements, which cannot be the same on both sides."""
    layer: Any = visit.node.layer
    rank = len(visit.output) - 1
    if getattr(layer, "padding", 0) != "same":
        return (0,) * rank
    dilations = per_axis(layer.dilation, rank)
    return tuple(dilation * (size - 1) % 2 for dilation, size in zip(dilations, _kernel(visit), strict=True))


def _even_positions(visit: Evaluated) -> int:
    return prod(size - odd for size, odd in zip(visit.output[1:], _odd_sides(visit), strict=True))


def _stated_size(visit: Evaluated) -> int:
    size = getattr(visit.node.layer, "size", None) or 0
    return prod(size) if isinstance(size, tuple) else size


def _rows(visit: Evaluated) -> int:
    """How many groups of elements a normalisation over trailing axes takes together."""
    stated = getattr(visit.node.layer, "normalized_shape", None)
    together = visit.inputs[0][-1:] if stated is None else stated
    return prod(visit.inputs[0]) // prod(together if isinstance(together, tuple) else (together,))


QUANTITIES: dict[str, tuple[str, Callable[[Evaluated], int]]] = {
    "mac": ("multiply-accumulates of weights and of attention's products", lambda visit: visit.operations.mac),
    "add": ("additions and subtractions, those of a bias among them", lambda visit: visit.operations.add),
    "mul": ("multiplications", lambda visit: visit.operations.mul),
    "compare": ("comparisons", lambda visit: visit.operations.compare),
    "div": ("divisions", lambda visit: visit.operations.div),
    "exp": ("transcendental functions", lambda visit: visit.operations.exp),
    "input": ("elements of the first input", lambda visit: prod(visit.inputs[0])),
    "inputs": ("elements of all inputs", lambda visit: sum(map(prod, visit.inputs))),
    "output": ("elements of the output", lambda visit: prod(visit.output)),
    "channels": ("channels of the first input", lambda visit: visit.inputs[0][0] if visit.inputs[0] else 1),
    "positions": ("elements of one output channel", lambda visit: prod(visit.output[1:])),
    "axes": ("axes behind the channels", lambda visit: max(len(visit.output) - 1, 0)),
    "params": ("elements of all parameters", lambda visit: elements(visit.parameters)),
    "weights": ("elements of parameters that are no bias", _weights),
    "buffers": ("elements of all buffers", lambda visit: elements(visit.buffers)),
    "taps": ("elements of a kernel of one channel", lambda visit: prod(_kernel(visit))),
    "kernel": ("the kernel's size as it is written, once for all axes or their product", _kernel_as_written),
    "kernel_in_full": ("1 where the kernel as written is all of it", lambda visit: int(_in_full(visit))),
    "groups": ("groups of a convolution", lambda visit: _groups(visit)),
    "size": ("the size of a window over channels", lambda visit: getattr(visit.node.layer, "size", 1)),
    "ratio": ("input by output sizes, rounded as torchscan does", _ratio),
    "filters": ("filters of one group", lambda visit: _filters(visit)),
    "filters_again": (
        "filters of one group, divided by the groups once more",
        lambda visit: _filters(visit) // _groups(visit),
    ),
    "input_positions": ("elements of one input channel", lambda visit: prod(visit.inputs[0][1:])),
    "odd_padding": ('1 where padding="same" is uneven along an axis', lambda visit: int(any(_odd_sides(visit)))),
    "even_positions": ('positions where padding="same" leaves its odd element out', _even_positions),
    "stated_size": (
        "the size that an upsampling states, or the product of several; 0 where it states none",
        _stated_size,
    ),
    "out_channels": ("channels of the output", lambda visit: visit.output[0] if visit.output else 1),
    "window_positions": ("positions of a convolution with a layer's settings", _window_positions),
    "rows": ("groups of elements that a normalisation of trailing axes takes together", _rows),
    "passes_on": (
        "1 where gradients go on to what the layer reads, 0 where that depends on no trained parameter",
        lambda visit: int(visit.trained),
    ),
    "used": ("1 where an output of the network depends on the layer", lambda visit: int(visit.node.used)),
    "one": ("1 a layer", lambda visit: 1),
}
"""Each quantity's name, its meaning, and its value for a layer."""


def names_of(term: str) -> list[str]:
    """The quantities in a product of them such as ``output*taps``."""
    return [name.strip() for name in term.split("*")]


def value_of(term: str) -> Callable[[Evaluated], int]:
    """What a product of quantities is for a layer."""
    factors = [QUANTITIES[name][1] for name in names_of(term)]
    return factors[0] if len(factors) == 1 else lambda visit: prod([factor(visit) for factor in factors])
