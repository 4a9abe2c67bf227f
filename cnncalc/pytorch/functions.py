"""What PyTorch code writes as an expression, as functions of batches of tensors."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

from cnncalc.layers import SamePad


def add(first: Tensor, *others: Tensor) -> Tensor:
    return reduce(operator.add, others, first)


def subtract(first: Tensor, second: Tensor) -> Tensor:
    return first - second


def multiply(first: Tensor, *others: Tensor) -> Tensor:
    return reduce(operator.mul, others, first)


def maximum(first: Tensor, *others: Tensor) -> Tensor:
    return reduce(torch.maximum, others, first)


def average(first: Tensor, *others: Tensor) -> Tensor:
    return add(first, *others) / (1 + len(others))


def concat(*inputs: Tensor, dim: int) -> Tensor:
    return torch.cat(inputs, dim)


def reshape(x: Tensor, shape: Sequence[int]) -> Tensor:
    return x.reshape(x.shape[0], *shape)


def squeeze(x: Tensor, dim: int | None) -> Tensor:
    """Without axis ``dim``, or without any of size 1 but the batch."""
    if dim is not None:
        return x.squeeze(dim)
    return x.reshape(x.shape[0], *(size for size in x.shape[1:] if size != 1))


def cut(x: Tensor, start: int, stop: int | None, step: int, dim: int) -> Tensor:
    """Every ``step``-th element along an axis, as Python slices."""
    axis = dim % x.dim()
    return x[(slice(None),) * axis + (slice(start, stop, step),)]


def chunk(x: Tensor, chunks: int, index: int, dim: int) -> Tensor:
    return x.chunk(chunks, dim)[index]


def split(x: Tensor, split_size: int | tuple[int, ...], index: int, dim: int) -> Tensor:
    sizes = list(split_size) if isinstance(split_size, tuple) else split_size
    piece: Tensor = torch.split(x, sizes, dim)[index]
    return piece


def divide(first: Tensor, second: Tensor) -> Tensor:
    return first / second


def minimum(first: Tensor, *others: Tensor) -> Tensor:
    return reduce(torch.minimum, others, first)


def compare(first: Tensor, second: Tensor) -> Tensor:
    return (first > second).to(first.dtype)


def where(condition: Tensor, first: Tensor, second: Tensor) -> Tensor:
    return torch.where(condition > 0, first, second)


def scale(x: Tensor, factor: float) -> Tensor:
    return x * factor


def shift(x: Tensor, value: float) -> Tensor:
    return x + value


def clamp(x: Tensor, min: float | None, max: float | None) -> Tensor:
    return x if min is None and max is None else x.clamp(min, max)


def applied(x: Tensor, function: str) -> Tensor:
    """A function of each element."""
    found: Tensor = getattr(torch, function)(x)
    return found


def decided(x: Tensor, function: str) -> Tensor:
    """1 where something is so of an element, else 0, in the element's type."""
    found: Tensor = x > 0 if function == "compare" else getattr(torch, function)(x)
    return found.to(x.dtype)


def einsum(a: Tensor, b: Tensor, equation: str) -> Tensor:
    """A sum of products of samples; the batch gets a letter of its own."""
    letter = next(chr(code) for code in range(ord("a"), ord("z") + 1) if chr(code) not in equation)
    inputs, _, output = equation.partition("->")
    first, _, second = inputs.partition(",")
    return torch.einsum(f"{letter}{first},{letter}{second}->{letter}{output}", a, b)


def reshape_like(x: Tensor, like: Tensor, shape: Sequence[int], axes: Sequence[int]) -> Tensor:
    taken = iter(axes)
    return x.reshape(x.shape[0], *(like.shape[next(taken)] if size == 0 else size for size in shape))


def expand(x: Tensor, sizes: Sequence[int]) -> Tensor:
    return x.expand(-1, *sizes)


def expand_as(x: Tensor, like: Tensor) -> Tensor:
    return x.expand_as(like)


def tile(x: Tensor, repeats: Sequence[int]) -> Tensor:
    return x.repeat(1, *repeats)


def index_select(x: Tensor, indices: Tensor, dim: int) -> Tensor:
    """The elements that the indices of the first sample list."""
    axis = dim % x.dim()
    wanted = indices[0].long().reshape(-1).clamp(0, x.shape[axis] - 1)
    return x.index_select(axis, wanted).reshape(*x.shape[:axis], *indices.shape[1:], *x.shape[axis + 1 :])


def windows(x: Tensor, dim: int, size: int, step: int) -> Tensor:
    return x.unfold(dim, size, step)


def crop(x: Tensor, like: Tensor, start: int, dim: int, other_dim: int | None) -> Tensor:
    return x.narrow(dim, start, like.shape[dim if other_dim is None else other_dim])


def product(x: Tensor, dim: int | Sequence[int], keepdim: bool) -> Tensor:
    for axis in sorted((d % x.dim() for d in ([dim] if isinstance(dim, int) else dim)), reverse=True):
        x = x.prod(axis, keepdim)
    return x


def argmax(x: Tensor, dim: int | Sequence[int], keepdim: bool) -> Tensor:
    if isinstance(dim, int) or len(dim) == 1:
        return x.argmax(dim if isinstance(dim, int) else dim[0], keepdim)
    return x.amax(tuple(dim), keepdim)


def pad_axes(x: Tensor, padding: Sequence[int], mode: str, value: float) -> Tensor:
    if mode == "constant":
        return torch.nn.functional.pad(x, list(padding), mode, value)
    return torch.nn.functional.pad(x, list(padding), mode)


def same_pad(
    x: Tensor,
    kernel_size: int | tuple[int, ...],
    stride: int | tuple[int, ...],
    dilation: int | tuple[int, ...],
    value: float,
) -> Tensor:
    layer = SamePad(kernel_size=kernel_size, stride=stride, dilation=dilation, value=value)
    totals = layer.totals(tuple(x.shape[1:]))
    sides = [side for total in reversed(totals) for side in (total // 2, total - total // 2)]
    return torch.nn.functional.pad(x, sides, value=value)


def pad_like(x: Tensor, like: Tensor) -> Tensor:
    totals = [wanted - size for size, wanted in zip(x.shape[2:], like.shape[2:], strict=True)]
    return torch.nn.functional.pad(x, [side for total in reversed(totals) for side in (total // 2, total - total // 2)])


def pad_to_multiple(x: Tensor, multiple: int, dims: Sequence[int]) -> Tensor:
    axes = {dim % x.dim() for dim in dims}
    sides = [
        side for axis in reversed(range(x.dim())) for side in (0, -x.shape[axis] % multiple if axis in axes else 0)
    ]
    return torch.nn.functional.pad(x, sides)


def resize_like(x: Tensor, like: Tensor, mode: str, align_corners: bool | None) -> Tensor:
    return torch.nn.functional.interpolate(x, size=like.shape[2:], mode=mode, align_corners=align_corners)
