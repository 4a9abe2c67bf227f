"""Modules for the kinds of layer that PyTorch has not, and for functions, which thus have names in the network too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from cnncalc.layers.base import per_axis


class Function(nn.Module):
    """A function of tensors with fixed further arguments, shown as the kind of layer that it is."""

    def __init__(self, function: Callable[..., Tensor], arguments: Mapping[str, Any], kind: str) -> None:
        super().__init__()
        self.function = function
        self.arguments = dict(arguments)
        self.kind = kind

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.function(*inputs, **self.arguments)

    def _get_name(self) -> str:
        return self.kind

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.arguments.items())


class StochasticDepth(nn.Module):
    """In training, zero instead of ``x`` with probability ``p``, for single samples or the whole batch; else ``x``.

    What is kept is scaled by ``1/(1 − p)``.
    """

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.p:
            return x
        count = x.shape[0] if self.mode == "row" else 1
        kept = torch.rand((count, *(1,) * (x.dim() - 1)), device=x.device) >= self.p
        return x * kept / (1 - self.p) if self.p < 1 else x * 0

    def extra_repr(self) -> str:
        return f"p={self.p}, mode={self.mode}"


class PositionBias(nn.Module):
    """A learned term for each element of a sample of ``shape``."""

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(tuple(shape)))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias


class LayerScale(nn.Module):
    """A learned factor a channel, small at first as in the paper."""

    def __init__(self, num_channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((num_channels,), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return x * _per_channel(self.gamma, x)


class Maxout(nn.Module):
    """The largest of each ``pieces`` neighbouring channels."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        return torch.unflatten(x, 1, (-1, self.pieces)).amax(2)


class SeparableConv2d(nn.Module):
    """A depthwise convolution without bias and a 1×1 convolution of its output."""

    def __init__(self, in_channels: int, out_channels: int, channel_multiplier: int, bias: bool, **window: Any) -> None:
        super().__init__()
        between = in_channels * channel_multiplier
        self.depthwise = nn.Conv2d(in_channels, between, groups=in_channels, bias=False, **window)
        self.pointwise = nn.Conv2d(between, out_channels, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.pointwise(self.depthwise(x))
        return output


class LocallyConnected2d(nn.Module):
    """A convolution whose filters have weights of their own at every one of ``positions``."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int],
        padding: int | tuple[int, int],
        bias: bool,
        positions: tuple[int, int],
    ) -> None:
        super().__init__()
        self.windows = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
        self.weight = _uniform((*positions, out_channels, in_channels, *per_axis(kernel_size, 2)), axes=3)
        self.bias = nn.Parameter(torch.zeros(out_channels, *positions)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        columns = nn.functional.unfold(x, **self.windows).permute(2, 1, 0)
        height, width, out_channels = self.weight.shape[:3]
        products = torch.bmm(self.weight.reshape(height * width, out_channels, -1), columns)
        output = torch.unflatten(products.permute(2, 1, 0), 2, (height, width))
        return output if self.bias is None else output + self.bias


class ConnectedConv2d(nn.Module):
    """A convolution with a connection table, as a grouped convolution for each number of maps that output maps read."""

    def __init__(
        self,
        table: Sequence[Sequence[int]],
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int],
        padding: int | tuple[int, int],
        bias: bool,
    ) -> None:
        super().__init__()
        self.table = [list(maps) for maps in table]
        self.windows = {"stride": stride, "padding": padding}
        self.weight = _uniform((sum(map(len, table)), *per_axis(kernel_size, 2)), axes=0)
        self.bias = nn.Parameter(torch.zeros(len(table))) if bias else None
        order = sorted(range(len(table)), key=lambda row: len(table[row]))
        self.alike = [list(rows) for _, rows in groupby(order, key=lambda row: len(table[row]))]
        self.places = [order.index(row) for row in range(len(table))]

    def forward(self, x: Tensor) -> Tensor:
        starts = [sum(map(len, self.table[:row])) for row in range(len(self.table))]
        outputs = []
        for rows in self.alike:
            maps = [source for row in rows for source in self.table[row]]
            pairs = [starts[row] + index for row in rows for index in range(len(self.table[row]))]
            weight = torch.unflatten(self.weight[pairs], 0, (len(rows), -1))
            bias = None if self.bias is None else self.bias[rows]
            outputs.append(nn.functional.conv2d(x[:, maps], weight, bias, groups=len(rows), **self.windows))
        return torch.cat(outputs, 1)[:, self.places]


class Subsampling2d(nn.Module):
    """A window's sum times a coefficient a map, plus a bias a map; the mean of the window at first."""

    def __init__(
        self,
        num_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None,
        bias: bool,
    ) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size, stride, divisor_override=1)
        self.coefficient = nn.Parameter(torch.full((num_channels,), 1 / prod(per_axis(kernel_size, 2))))
        self.bias = nn.Parameter(torch.zeros(num_channels)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        sums: Tensor = self.pool(x)
        scaled = sums * _per_channel(self.coefficient, sums)
        return scaled if self.bias is None else scaled + _per_channel(self.bias, scaled)


class MultiheadAttention(nn.MultiheadAttention):
    """PyTorch's, with the batch first, that takes one input for queries, keys and values, and returns no weights."""

    def __init__(self, num_heads: int, bias: bool, embed_dim: int) -> None:
        super().__init__(embed_dim, num_heads, bias=bias, batch_first=True)

    def forward(self, *inputs: Tensor) -> Tensor:  # type: ignore[override]
        q, k, v = inputs * 3 if len(inputs) == 1 else inputs
        output: Tensor = super().forward(q, k, v, need_weights=False)[0]
        return output


class RNN(nn.RNN):
    """PyTorch's, with the batch first and without the last states."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(batch_first=True, **settings)

    def forward(self, input: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(input)[0]


class LSTM(nn.LSTM):
    """PyTorch's, with the batch first and without the last states."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(batch_first=True, **settings)

    def forward(self, input: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(input)[0]


class GRU(nn.GRU):
    """PyTorch's, with the batch first and without the last states."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(batch_first=True, **settings)

    def forward(self, input: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(input)[0]


class MaxUnpool(nn.Module):
    """Each maximum put into the first place of its window that is inside the output, zeros elsewhere.

    PyTorch's own takes the places as a second input, which is no edge of the graph.
    """

    def __init__(self, rank: int, **window: Any) -> None:
        super().__init__()
        self.unpool: nn.Module = getattr(nn, f"MaxUnpool{rank}d")(**window)
        self.sides = [per_axis(getattr(self.unpool, side), rank) for side in ("kernel_size", "stride", "padding")]

    def forward(self, x: Tensor) -> Tensor:
        places = torch.zeros(x.shape[2:], dtype=torch.int64, device=x.device)
        for axis, (count, kernel, stride, padding) in enumerate(zip(x.shape[2:], *self.sides, strict=True)):
            size = (count - 1) * stride - 2 * padding + kernel
            firsts = (torch.arange(count, device=x.device) * stride - padding).clamp(0, size - 1)
            places = places * size + firsts.reshape(-1, *(1,) * (places.dim() - axis - 1))
        output: Tensor = self.unpool(x, places.expand(x.shape).contiguous())
        return output


def _per_channel(values: Tensor, x: Tensor) -> Tensor:
    """One value a channel, in a shape that fits a batch ``x``."""
    return values.reshape(-1, *(1,) * (x.dim() - 2))


def _uniform(shape: tuple[int, ...], axes: int) -> nn.Parameter:
    """A weight as PyTorch draws those of a convolution, whose axes from ``axes`` on make up one output element."""
    bound = prod(shape[axes:]) ** -0.5
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))


class LearnedTensor(nn.Module):
    """A learned tensor, the same for every sample."""

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(tuple(shape)))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight.expand(x.shape[0], *self.weight.shape).clone()


class ConstantTensor(nn.Module):
    """A tensor that is not learned, the same for every sample; a buffer where it is ``stored``."""

    value: Tensor

    def __init__(self, shape: Sequence[int], stored: bool, axes: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("value", torch.zeros(tuple(shape)), persistent=stored)
        self.stored = stored
        if not stored:
            self.value = self._buffers.pop("value")  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Tensor:
        return self.value.to(x.device).expand(x.shape[0], *self.value.shape)


def _hold(module: nn.Module, name: str, tensor: Tensor) -> None:
    """Give a module a tensor by any name, also by one with dots, which is that of a tensor of a part of it."""
    *parts, own = name.split(".")
    for part in parts:
        module = module._modules.setdefault(part, nn.Module())  # type: ignore[assignment]
    if isinstance(tensor, nn.Parameter):
        module._parameters[own] = tensor
    else:
        module._buffers[own] = tensor


class HeldTensors(nn.Module):
    """Parameters and buffers that nothing uses."""

    def __init__(self, held_parameters: Mapping[str, Sequence[int]], held_buffers: Mapping[str, Sequence[int]]) -> None:
        super().__init__()
        for name, shape in held_parameters.items():
            _hold(self, name, nn.Parameter(torch.zeros(tuple(shape))))
        for name, shape in held_buffers.items():
            _hold(self, name, torch.zeros(tuple(shape)))

    def forward(self, x: Tensor) -> Tensor:
        return x.new_zeros((x.shape[0], 0))


class Opaque(nn.Module):
    """An operator that is not known: zeros in its shape, and its parameters."""

    def __init__(self, operator: str, shape: Sequence[int], held_parameters: Mapping[str, Sequence[int]]) -> None:
        super().__init__()
        self.operator = operator
        self.shape = tuple(shape)
        for name, own in held_parameters.items():
            _hold(self, name, nn.Parameter(torch.zeros(tuple(own))))

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0].new_zeros((inputs[0].shape[0], *self.shape))

    def extra_repr(self) -> str:
        return self.operator
