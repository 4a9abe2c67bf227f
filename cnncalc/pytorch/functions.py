"""What PyTorch code writes as an expression, as functions of batches of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor


def add(first: Tensor, *others: Tensor) -> Tensor:
    return reduce(torch.add, others, first)


def subtract(first: Tensor, second: Tensor) -> Tensor:
    return first - second


def multiply(first: Tensor, *others: Tensor) -> Tensor:
    return reduce(torch.mul, others, first)


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
