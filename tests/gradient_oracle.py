"""Which pixels a unit depends on, by PyTorch's own gradients, in float64 with positive weights.

What hides a dependency from the gradient is replaced by what does not, over the same windows: a maximum by a sum, the
zeros of a rectifier or a product by something positive, functions that saturate by ones that do not, and what is
normalised is added again, since that of a single number is no function of it. Everything else is torch's own layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch_oracle
from torch import nn

from cnncalc import layers
from cnncalc.layers import Layer

Shape = tuple[int, ...]
Nodes = list[tuple[str, Layer, tuple[str, ...]]]

_CONV = {1: nn.functional.conv1d, 2: nn.functional.conv2d, 3: nn.functional.conv3d}
_TRANSPOSED = {
    1: nn.functional.conv_transpose1d,
    2: nn.functional.conv_transpose2d,
    3: nn.functional.conv_transpose3d,
}


ELEMENT_BY_ELEMENT = (
    *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh", "Softplus"),
    *("Hardsigmoid", "Hardswish", "Dropout", "StochasticDepth", "SELU", "CELU", "Softsign", "LogSigmoid", "Hardtanh"),
    *("Scale", "Shift", "Power", "Clamp", "Function"),
)
"""Functions of each element by itself; many have no slope left, in float64, where a value is large."""


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def weights(*shape: int) -> torch.Tensor:
    return torch.rand(shape, dtype=torch.float64) + 0.5


def pooled(layer: Layer, x: Shape) -> Callable[..., Any]:
    """A pool as a weighted sum over the same windows; torch's own pool says how many there are."""
    rank = len(x) - 1
    kernel, dilation = per_axis(layer.kernel_size, rank), per_axis(getattr(layer, "dilation", 1), rank)
    stride = kernel if layer.stride is None else per_axis(layer.stride, rank)
    padding = per_axis(getattr(layer, "padding", 0), rank)
    counts = torch_oracle.run(layer, x).output[1:]
    sides: list[int] = []
    for size, k, s, p, d, count in reversed(list(zip(x[1:], kernel, stride, padding, dilation, counts, strict=True))):
        sides += [p, (count - 1) * s + d * (k - 1) + 1 - size - p]
    weight = weights(x[0], 1, *kernel)

    def call(tensor: torch.Tensor) -> torch.Tensor:
        padded = nn.functional.pad(tensor, sides)
        return _CONV[rank](padded, weight, stride=stride, dilation=dilation, groups=x[0])

    return call


def unpooled(layer: Layer, x: Shape) -> Callable[..., Any]:
    rank = len(x) - 1
    kernel = per_axis(layer.kernel_size, rank)
    weight = weights(x[0], 1, *kernel)
    stride = kernel if layer.stride is None else layer.stride
    return lambda tensor: _TRANSPOSED[rank](tensor, weight, stride=stride, padding=layer.padding, groups=x[0])


def mixed(combine: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[..., Any]:
    def call(*inputs: torch.Tensor) -> torch.Tensor:
        total = inputs[0]
        for other in inputs[1:]:
            total = combine(total, other)
        return total

    return call


def normalised(own: Callable[..., Any]) -> Callable[..., Any]:
    def call(tensor: torch.Tensor) -> torch.Tensor:
        try:
            return own(tensor) + tensor / 8
        except ValueError:  # torch takes no statistics of single values, which are then functions of nothing
            return tensor

    return call


def function(layer: Layer, *inputs: Shape) -> Callable[..., Any]:
    kind = type(layer).__name__
    x = inputs[0]
    if kind.startswith(("MaxPool", "LPPool", "Subsampling")):
        return pooled(layer, x)
    if kind.startswith("MaxUnpool"):
        return unpooled(layer, x)
    if kind.startswith("AdaptiveMaxPool"):
        return getattr(nn, kind.replace("Max", "Avg"))(layer.output_size)
    if kind in ("Add", "Maximum", "Average", "Minimum", "Divide", "Compare", "Where"):
        return mixed(lambda a, b: a + 1.3 * b)
    if kind == "Subtract":
        return mixed(lambda a, b: a - 0.37 * b)
    if kind == "Multiply":
        return mixed(lambda a, b: (a + 1) * (b + 1.5))
    if kind in ("Max", "Min", "Product", "ArgMax", "Norm", "LogSumExp", "Variance", "StandardDeviation"):
        return lambda tensor: tensor.mean(layer.dim, layer.keepdim)
    if kind == "Maxout":
        return lambda tensor: tensor.unflatten(1, (-1, layer.pieces)).sum(2)
    if kind == "GLU":
        return lambda tensor: tensor.chunk(2, layer.dim)[0] + 1.3 * tensor.chunk(2, layer.dim)[1]
    if kind == "LocallyConnected2d":
        return function(layers.Conv2d(layer.out_channels, layer.kernel_size, layer.stride, layer.padding), x)
    if kind in ELEMENT_BY_ELEMENT:
        return lambda tensor: tensor
    if "Softmax" in kind:
        return lambda tensor: tensor + 0.3 * tensor.sum(layer.dim, keepdim=True)
    if "Norm" in kind:
        return normalised(module(layer, *inputs))
    return module(layer, *inputs)


def module(layer: Layer, *inputs: Shape) -> Callable[..., Any]:
    """torch's own layer with positive weights."""
    built = torch_oracle.module(layer, *inputs)
    if not isinstance(built, nn.Module):
        return built
    forward = built.__dict__.pop("forward", None)
    built = built.to_empty(device="cpu").double()
    for name, tensor in (*built.named_parameters(), *built.named_buffers()):
        fan = tensor.numel() // max(1, tensor.shape[0]) if tensor.dim() > 1 else 1
        constant = {"running_mean": 0, "running_var": 1}.get(name.rpartition(".")[2])
        tensor.data = weights(*tensor.shape) / fan if constant is None else torch.full_like(tensor, constant)
    if forward:
        built.forward = forward
    return built


class Dependencies:
    """A network with the outputs of all its layers, and what depends on what."""

    def __init__(self, nodes: Nodes, input_shape: Shape) -> None:
        torch.manual_seed(0)
        self.input = (torch.rand((1, *input_shape), dtype=torch.float64) + 0.5).requires_grad_()
        self.outputs = {"input": self.input}
        for name, layer, inputs in nodes:
            tensors = [self.outputs[source] for source in inputs]
            built = function(layer, *(tuple(tensor.shape[1:]) for tensor in tensors))
            self.outputs[name] = built(*tensors)

    def pixels(self, layer: str, unit: tuple[int | slice, ...]) -> torch.Tensor:
        """For each pixel, whether the units depend on it in any channel."""
        chosen = self.outputs[layer][(0, *unit)]
        (gradient,) = torch.autograd.grad((chosen * weights(*chosen.shape)).sum(), self.input, retain_graph=True)
        return (gradient[0] != 0).any(0)

    def units(self, layer: str, pixel: tuple[int, ...]) -> torch.Tensor:
        """For each unit, whether it depends on a pixel in any channel: a tangent by two passes against the data."""
        output = self.outputs[layer]
        cotangent = torch.zeros_like(output).requires_grad_()
        (gradient,) = torch.autograd.grad(output, self.input, cotangent, create_graph=True, retain_graph=True)
        channels = self.input.dim() - 1 - len(pixel)
        tangent = torch.zeros_like(self.input)
        tangent[(0, *(slice(None),) * channels, *pixel)] = weights(*self.input.shape[1 : 1 + channels])
        if not gradient.requires_grad:
            return torch.zeros(output.shape[1:], dtype=torch.bool)
        (moved,) = torch.autograd.grad(gradient, cotangent, tangent, retain_graph=True)
        return moved[0] != 0
