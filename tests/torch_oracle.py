"""What PyTorch itself says of a layer or a network: shapes, parameters, buffers and MACs, on the meta device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncalc.layers import Layer

Shape = tuple[int, ...]

_INPUT_FIELD = {"Conv": "in_channels", "Linear": "in_features", "Batch": "num_features"}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": lambda layer: lambda *inputs: sum(inputs[1:], start=inputs[0]),
    "Concat": lambda layer: lambda *inputs: torch.cat(inputs, layer.dim),
}


@dataclass(frozen=True)
class Figures:
    """What is compared."""

    output: Shape
    params: int
    buffers: int
    macs: int


def module(layer: Layer, *inputs: Shape) -> Callable[..., Any]:
    """The torch module (or function) of a layer, by its name and its hyper-parameters' names."""
    kind = type(layer).__name__
    if kind in _FUNCTIONS:
        return _FUNCTIONS[kind](layer)
    arguments = {
        field: getattr(layer, field)
        for field in type(layer).__struct_fields__
        if field not in ("name", "inputs", "when")
    }
    for prefix, field in _INPUT_FIELD.items():
        if kind.startswith(prefix) and arguments[field] is None:
            arguments[field] = inputs[0][-1] if field == "in_features" else inputs[0][0]
    with torch.device("meta"):
        return getattr(nn, kind)(**arguments).eval()


def run(layer: Layer, *inputs: Shape) -> Figures:
    """One layer on one sample. Raises what torch raises."""
    built = module(layer, *inputs)
    # the meta kernel of softmax accepts any axis, the real one refuses those that do not exist
    device = "cpu" if isinstance(built, nn.Softmax) else "meta"
    tensors = [torch.empty((1, *shape), device=device) for shape in inputs]
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        output = built(*tensors)
    is_module = isinstance(built, nn.Module)
    return Figures(
        tuple(output.shape[1:]),
        sum(parameter.numel() for parameter in built.parameters()) if is_module else 0,
        sum(buffer.numel() for buffer in built.buffers()) if is_module else 0,
        counter.get_total_flops() // 2,
    )


def run_network(nodes: list[tuple[str, Layer, tuple[str, ...]]], input_shape: Shape) -> dict[str, Figures]:
    """Every layer of a network, given as name, layer and the names it reads, in the order of that list."""
    shapes = {"input": input_shape}
    figures = {}
    for name, layer, inputs in nodes:
        figures[name] = run(layer, *(shapes[source] for source in inputs))
        shapes[name] = figures[name].output
    return figures
