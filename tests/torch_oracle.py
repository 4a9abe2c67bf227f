"""What PyTorch itself says of a layer or a network: shapes, parameters, buffers and MACs, on the meta device."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from cnncalc import layers
from cnncalc.layers import Layer

Shape = tuple[int, ...]

_INPUT_FIELD = {
    "Conv": "in_channels",
    "Linear": "in_features",
    "Batch": "num_features",
    "Instance": "num_features",
    "GroupNorm": "num_channels",
    "MultiheadAttention": "embed_dim",
    **dict.fromkeys(("RNN", "LSTM", "GRU"), "input_size"),
    "LayerNorm": "normalized_shape",
    "RMSNorm": "normalized_shape",
}
_LAST_AXIS = ("in_features", "embed_dim", "normalized_shape", "input_size")
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": lambda layer: lambda *inputs: sum(inputs[1:], start=inputs[0]),
    "Subtract": lambda layer: lambda a, b: a - b,
    "Multiply": lambda layer: lambda *inputs: reduce(torch.mul, inputs),
    "Maximum": lambda layer: lambda *inputs: reduce(torch.maximum, inputs),
    "Average": lambda layer: lambda *inputs: reduce(torch.add, inputs) / len(inputs),
    "Concat": lambda layer: lambda *inputs: torch.cat(inputs, layer.dim),
    "Mean": lambda layer: lambda x: x.mean(layer.dim, layer.keepdim),
    "Max": lambda layer: lambda x: x.amax(layer.dim, layer.keepdim),
    "Reshape": lambda layer: lambda x: x.reshape(x.shape[0], *layer.shape),
    "Permute": lambda layer: lambda x: x.permute(layer.dims),
    "Squeeze": lambda layer: lambda x: squeeze(x, layer.dim),
    "Unsqueeze": lambda layer: lambda x: x.unsqueeze(layer.dim),
    "Slice": lambda layer: (
        lambda x: x[
            (slice(None),) * (layer.dim if layer.dim > 0 else x.dim() + layer.dim)
            + (slice(layer.start, layer.stop, layer.step),)
        ]
    ),
    "Chunk": lambda layer: lambda x: x.chunk(layer.chunks, layer.dim)[layer.index],
    "Split": lambda layer: (
        lambda x: x.split(
            list(layer.split_size) if isinstance(layer.split_size, tuple) else layer.split_size, layer.dim
        )[layer.index]
    ),
    "Divide": lambda layer: torch.div,
    "Minimum": lambda layer: lambda *inputs: reduce(torch.minimum, inputs),
    "Compare": lambda layer: lambda a, b: (a > b).to(a.dtype),
    "Where": lambda layer: lambda condition, a, b: torch.where(condition > 0, a, b),
    "Scale": lambda layer: lambda x: x * layer.factor,
    "Shift": lambda layer: lambda x: x + layer.value,
    "Power": lambda layer: lambda x: x**layer.exponent,
    "Clamp": lambda layer: lambda x: x if layer.min is layer.max is None else x.clamp(layer.min, layer.max),
    "Function": lambda layer: (
        lambda x: (x > 0 if layer.function == "compare" else getattr(torch, layer.function)(x)).to(x.dtype)
    ),
    "MatMul": lambda layer: torch.matmul,
    "Einsum": lambda layer: lambda a, b: torch.einsum(_batched(layer.equation), a, b),
    "ReshapeLike": lambda layer: lambda x, like: x.reshape(x.shape[0], *_sizes(layer, like)),
    "Expand": lambda layer: lambda x: x.expand(-1, *layer.sizes),
    "ExpandAs": lambda layer: lambda x, like: x.expand_as(like),
    "Tile": lambda layer: lambda x: x.repeat(1, *layer.repeats),
    "RepeatInterleave": lambda layer: lambda x: x.repeat_interleave(layer.repeats, layer.dim),
    "Roll": lambda layer: lambda x: x.roll(layer.shifts, layer.dims),
    "Flip": lambda layer: lambda x: x.flip(layer.dims),
    "IndexSelect": lambda layer: (
        lambda x, i: x[
            (slice(None),) * range(x.dim())[layer.dim] + (torch.zeros(i.shape[1:], dtype=torch.int64, device=x.device),)
        ]
    ),
    "Windows": lambda layer: lambda x: x.unfold(layer.dim, layer.size, layer.step),
    "Crop": lambda layer: lambda x, like: x.narrow(layer.dim, layer.start, like.shape[layer.other_dim or layer.dim]),
    "PadAxes": lambda layer: lambda x: nn.functional.pad(x, layer.padding, layer.mode),
    "PadToMultiple": lambda layer: lambda x: _padded(x, layer.dims, layer.multiple),
    "PadLike": lambda layer: _padded_like,
    "SamePad": lambda layer: lambda x: _same_padded(layer, x),
    "CumulativeSum": lambda layer: lambda x: x.cumsum(layer.dim),
    "Sum": lambda layer: lambda x: x.sum(layer.dim, layer.keepdim),
    "Min": lambda layer: lambda x: x.amin(layer.dim, layer.keepdim),
    "Product": lambda layer: lambda x: x.prod(layer.dim, layer.keepdim),
    "ArgMax": lambda layer: lambda x: x.argmax(layer.dim, layer.keepdim),
    "Variance": lambda layer: lambda x: x.var(layer.dim, correction=0, keepdim=layer.keepdim),
    "StandardDeviation": lambda layer: lambda x: x.std(layer.dim, correction=0, keepdim=layer.keepdim),
    "Norm": lambda layer: lambda x: torch.linalg.vector_norm(x, dim=layer.dim, keepdim=layer.keepdim),
    "LogSumExp": lambda layer: lambda x: x.logsumexp(layer.dim, layer.keepdim),
    "ScaledDotProductAttention": lambda layer: nn.functional.scaled_dot_product_attention,
    "StochasticDepth": lambda layer: lambda x: x,
    "Maxout": lambda layer: lambda x: x.unflatten(1, (-1, layer.pieces)).amax(2),
}
# the meta kernels of these accept what the real ones refuse
LENIENT_ON_META = ("IndexSelect", "Norm", "Roll", "Softmax", "LogSoftmax", "MaxUnpool", "ConvTranspose")


def _batched(equation: str) -> str:
    first, second, output = equation.replace("->", ",").split(",")
    return f"n{first},n{second}->n{output}"


def _sizes(layer: Layer, like: torch.Tensor) -> list[int]:
    axes = list(layer.axes)
    if layer.shape.count(0) != len(axes):
        raise ValueError(layer.shape)
    return [like.shape[axes.pop(0)] if size == 0 else size for size in layer.shape]


class BeyondError(Exception):
    """A case that torch takes, but for which this oracle would have to do too much."""


_MOST_STEPS = 50_000


def _padded(x: torch.Tensor, axes: tuple[int, ...], multiple: int) -> torch.Tensor:
    """Zeros joined to the end until each axis can be divided."""
    for axis in axes:
        size = x.shape[axis]
        if multiple > _MOST_STEPS:
            raise BeyondError(multiple)
        count = next(count for count in range(multiple) if (size + count) % multiple == 0) if multiple > 0 else -1
        x = (
            torch.cat([x, x.new_zeros((*x.shape[: axis % x.dim()], count, *x.shape[axis % x.dim() + 1 :]))], axis)
            if count
            else x
        )
    return x


def _padded_like(x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """The map in the middle of zeros of the other's size."""
    if x.dim() != like.dim() or x.dim() < 3:
        raise ValueError(x.shape)
    sides = [(b - a) // 2 for a, b in zip(x.shape[2:], like.shape[2:], strict=True)]
    kept = [slice(max(-side, 0), max(-side, 0) + size) for side, size in zip(sides, like.shape[2:], strict=True)]
    found = torch.zeros((*x.shape[:2], *like.shape[2:]), device=x.device)
    inner = x[(slice(None), slice(None), *kept)]
    starts = [max(side, 0) for side in sides]
    found[(slice(None), slice(None), *(slice(s, s + n) for s, n in zip(starts, inner.shape[2:], strict=True)))] = inner
    return found


def _same_padded(layer: Layer, x: torch.Tensor) -> torch.Tensor:
    """The least padding, one more behind than before, with which a window has a position for every stride begun."""
    sides: list[int] = []
    for axis in reversed(range(2, x.dim())):
        kernel, stride, dilation = (
            side[axis - 2] if isinstance(side, tuple) else side
            for side in (layer.kernel_size, layer.stride, layer.dilation)
        )
        size, total = x.shape[axis], 0
        if dilation * kernel > _MOST_STEPS:
            raise BeyondError(layer)
        while len(range(0, size + total - dilation * (kernel - 1), stride)) < len(range(0, size, stride)):
            total += 1
        sides += [total // 2, total - total // 2]
    return nn.functional.pad(x, sides) if any(sides) else x


class PositionBias(nn.Module):
    def __init__(self, layer: Layer, x: Shape) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.empty(x))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.bias


class LayerScale(nn.Module):
    def __init__(self, layer: Layer, x: Shape) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(x[0], *[1] * (len(x) - 1)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gamma


class Subsampling2d(nn.Module):
    def __init__(self, layer: Layer, x: Shape) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(layer.kernel_size, layer.stride, divisor_override=1)
        self.coefficient = nn.Parameter(torch.empty(x[0], 1, 1))
        self.bias = nn.Parameter(torch.empty(x[0], 1, 1)) if layer.bias else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scaled = self.pool(x) * self.coefficient
        return scaled if self.bias is None else scaled + self.bias


class ConnectedConv2d(nn.Module):
    """One small convolution an output map, each of the maps that its row of the table names."""

    def __init__(self, layer: Layer, x: Shape) -> None:
        super().__init__()
        self.table = layer.table
        window = {name: getattr(layer, name) for name in ("kernel_size", "stride", "padding", "bias")}
        self.maps = nn.ModuleList(nn.Conv2d(len(maps), 1, **window) for maps in layer.table)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([conv(x[:, list(maps)]) for conv, maps in zip(self.maps, self.table, strict=True)], 1)


class LocallyConnected2d(nn.Module):
    """A convolution of its own for each position of a window."""

    def __init__(self, layer: Layer, x: Shape) -> None:
        super().__init__()
        window = {name: getattr(layer, name) for name in ("kernel_size", "stride", "padding")}
        count = nn.Conv2d(1, 1, **window)(torch.empty(1, 1, *x[1:])).shape[2:]
        self.kernel, self.stride = (
            (side, side) if isinstance(side, int) else side for side in list(window.values())[:2]
        )
        sides = (layer.padding, layer.padding) if isinstance(layer.padding, int) else layer.padding
        self.sides = [side for side in reversed(sides) for _ in range(2)]
        if prod(count) > 1000:
            raise BeyondError(layer)
        self.places = list(itertools.product(*map(range, count)))
        self.convs = nn.ModuleList(
            nn.Conv2d(x[0], layer.out_channels, self.kernel, bias=layer.bias) for _ in self.places
        )
        self.count = count

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padded = nn.functional.pad(x, self.sides)
        outputs = [
            conv(
                padded[
                    (..., *(slice(p * s, p * s + k) for p, s, k in zip(place, self.stride, self.kernel, strict=True)))
                ]
            )
            for conv, place in zip(self.convs, self.places, strict=True)
        ]
        return torch.cat(outputs, 2).reshape(x.shape[0], -1, *self.count)


class Held(nn.Module):
    """A module that has tensors and gives one of a known shape, whatever arrives."""

    def __init__(self, parameters: dict[str, Shape], buffers: dict[str, Shape], output: Shape) -> None:
        super().__init__()
        self.held = nn.ParameterList(nn.Parameter(torch.empty(shape)) for shape in parameters.values())
        for number, shape in enumerate(buffers.values()):
            self.register_buffer(f"held{number}", torch.empty(shape))
        self.shape = output

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return inputs[0].new_zeros((inputs[0].shape[0], *self.shape))


def learned(layer: Layer, x: Shape) -> nn.Module:
    return Held({"weight": layer.shape}, {}, layer.shape)


def constant(layer: Layer, x: Shape) -> nn.Module:
    axes = list(layer.axes)
    if axes and layer.shape.count(0) != len(axes):
        raise ValueError(layer.shape)
    like = torch.empty((1, *x))
    if any(axis % like.dim() == 0 for axis in axes):
        raise IndexError("the batch")
    shape = tuple(like.shape[axes.pop(0)] if size == 0 and axes else size for size in layer.shape)
    return Held({}, {"value": layer.shape} if layer.stored else {}, shape)


def opaque(layer: Layer, *inputs: Shape) -> nn.Module:
    if layer.output_shape is not None and layer.input_shapes not in (None, inputs):
        raise ValueError(inputs)
    output = inputs[0] if layer.output_shape is None else layer.output_shape
    return Held(layer.held_parameters, {}, output)


_MODULES: dict[str, Callable[..., nn.Module]] = {
    kind.__name__: kind for kind in (PositionBias, LayerScale, Subsampling2d, ConnectedConv2d, LocallyConnected2d)
} | {
    "LearnedTensor": learned,
    "ConstantTensor": constant,
    "HeldTensors": lambda layer, x: Held(layer.held_parameters, layer.held_buffers, (0,)),
    "Opaque": opaque,
}


def squeeze(x: torch.Tensor, dim: int | None) -> torch.Tensor:
    """Every axis but the batch."""
    return x.squeeze(dim) if dim is not None else x.reshape(x.shape[0], *(size for size in x.shape[1:] if size != 1))


@dataclass(frozen=True)
class Figures:
    """What is compared."""

    output: Shape
    params: int
    buffers: int
    macs: int


def module(layer: Layer, *inputs: Shape, device: str | None = None) -> Callable[..., Any]:
    """The torch module (or function) of a layer, by its name and its hyper-parameters' names."""
    kind = type(layer).__name__
    if isinstance(layer, layers.RNN | layers.LSTM | layers.GRU) and layer.num_layers * inputs[0][0] > 1000:
        raise BeyondError(layer)
    if kind == "DepthwiseConv2d":
        layer = layers.Conv2d(
            inputs[0][0] * layer.channel_multiplier,
            layer.kernel_size,
            stride=layer.stride,
            padding=layer.padding,
            bias=layer.bias,
            groups=inputs[0][0],
        )
        return module(layer, *inputs)
    if kind == "SeparableConv2d":
        depthwise = layers.DepthwiseConv2d(
            kernel_size=layer.kernel_size,
            stride=layer.stride,
            padding=layer.padding,
            bias=False,
            channel_multiplier=layer.channel_multiplier,
        )
        pointwise = layers.Conv2d(layer.out_channels, 1, bias=layer.bias)
        return nn.Sequential(module(depthwise, *inputs), module(pointwise, depthwise.output(*inputs)))
    if kind in _MODULES:
        with torch.device("meta"):
            return _MODULES[kind](layer, *inputs).eval()
    if kind == "Upsample" and len(inputs) == 2:
        if layer.size is not None or layer.scale_factor is not None:
            raise ValueError(layer)
        return lambda x, like: nn.functional.interpolate(
            x, like.shape[2:], mode=layer.mode, align_corners=layer.align_corners
        )
    if kind in _FUNCTIONS:
        return _FUNCTIONS[kind](layer)
    arguments = {
        field: getattr(layer, field) for field in type(layer).__struct_fields__ if field not in Layer.__struct_fields__
    }
    for prefix, field in _INPUT_FIELD.items():
        if kind.startswith(prefix) and arguments[field] is None:
            arguments[field] = inputs[0][-1] if field in _LAST_AXIS else inputs[0][0]
    if kind in ("MultiheadAttention", "RNN", "LSTM", "GRU"):
        arguments["batch_first"] = True
    on_cpu = device == "cpu" or (device is None and kind.startswith(LENIENT_ON_META))
    with nullcontext() if on_cpu else torch.device("meta"):
        built = getattr(nn, kind)(**arguments).eval()
    if kind == "MultiheadAttention":
        built.forward = attention(built)
    if kind in ("RNN", "LSTM", "GRU"):
        recurrent = built.forward
        built.forward = lambda x: recurrent(x)[0]
    if kind.startswith("MaxUnpool"):
        unpool = built.forward
        built.forward = lambda x: unpool(x, torch.zeros(x.shape, dtype=torch.int64, device=x.device))
    return built


def attention(built: nn.MultiheadAttention) -> Callable[..., Any]:
    """Self-attention for one input, and the module's own products instead of its fused kernel, which is not counted."""
    forward = type(built).forward

    def call(*inputs: torch.Tensor) -> torch.Tensor:
        q, k, v = inputs * 3 if len(inputs) == 1 else inputs
        return forward(built, q, k, v, need_weights=True)[0]

    return call


@dataclass(frozen=True)
class Observed:
    """What torch says of one layer; the names of its tensors where it has a module of that kind."""

    output: Shape
    parameters: dict[str, Shape]
    buffers: dict[str, Shape]
    macs: int
    named: bool

    @property
    def figures(self) -> Figures:
        return Figures(self.output, _elements(self.parameters), _elements(self.buffers), self.macs)


def _elements(tensors: dict[str, Shape]) -> int:
    return sum(map(prod, tensors.values()))


class Counter(TorchDispatchMode):
    """Multiply-accumulates by the rules of torch's own counter, without its decompositions and its tables."""

    def __init__(self) -> None:
        super().__init__()
        self.flops = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        rule = flop_registry.get(func._overloadpacket)
        if rule is not None:
            self.flops += rule(*args, **(kwargs or {}), out_val=found)
        return found

    def get_total_flops(self) -> int:
        return self.flops


def observe(layer: Layer, *inputs: Shape, batch: int = 1, device: str | None = None) -> Observed:
    """One layer on a batch of samples. Raises what torch raises.

    The device is the meta device, unless its kernels accept what cannot be run; with ``"cpu"`` there are values
    everywhere, and the counter is a light one; with ``"meta"`` there are none in any case.
    """
    built = module(layer, *inputs, device=device)
    where = device or ("cpu" if type(layer).__name__.startswith(LENIENT_ON_META) else "meta")
    is_module, kind = isinstance(built, nn.Module), type(layer).__name__
    if is_module and where == "cpu" and kind not in vars(nn):
        built = built.to_empty(device="cpu")
    dtype = torch.int64 if isinstance(layer, layers.Embedding) else torch.float32
    tensors = [torch.zeros((batch, *shape), device=where, dtype=dtype) for shape in inputs]
    counter: Any = Counter() if device == "cpu" else FlopCounterMode(display=False)
    with counter, torch.no_grad():
        output = built(*tensors)
    if output.shape[:1] != (batch,):
        raise ValueError(f"of a batch of {batch} comes {tuple(output.shape)}")
    return Observed(
        tuple(output.shape[1:]),
        {name: tuple(tensor.shape) for name, tensor in built.named_parameters()} if is_module else {},
        {name: tuple(tensor.shape) for name, tensor in built.named_buffers()} if is_module else {},
        counter.get_total_flops() // 2 // batch,
        kind in vars(nn) or kind == "DepthwiseConv2d",
    )


def run(layer: Layer, *inputs: Shape) -> Figures:
    """One layer on one sample. Raises what torch raises."""
    return observe(layer, *inputs).figures


def run_network(nodes: list[tuple[str, Layer, tuple[str, ...]]], input_shape: Shape) -> dict[str, Figures]:
    """Every layer of a network, given as name, layer and the names it reads, in the order of that list."""
    shapes = {"input": input_shape}
    figures = {}
    for name, layer, inputs in nodes:
        figures[name] = run(layer, *(shapes[source] for source in inputs))
        shapes[name] = figures[name].output
    return figures
