"""Batches for a network or a layer, of numbers or of indices as it takes them."""

from __future__ import annotations

import torch
from torch import Tensor

from cnncalc.analysis import Analysis
from cnncalc.layers.base import TorchCall


def empty(shape: tuple[int, ...], call: TorchCall | None, device: torch.device | str) -> Tensor:
    """A batch of zeros, which are valid indices too, for a layer that PyTorch calls so."""
    dtype = torch.int64 if call is not None and call.below is not None else torch.get_default_dtype()
    return torch.zeros(shape, dtype=dtype, device=device)


def index_limits(analysis: Analysis) -> dict[str, int]:
    """The inputs that are indices, by name, each with what it stays below: those of which an embedding's are made."""
    limits: dict[str, int] = {}
    for row in reversed(analysis.layers):
        below = row.layer.torch_call(*row.input_shapes).below
        if below is None:
            below = limits.get(row.name)
        if below is not None:
            for name in row.inputs:
                limits[name] = min(below, limits.get(name, below))
    return {name: limits[name] for name in analysis.inputs if name in limits}


def batches(
    analysis: Analysis,
    batch: int,
    device: torch.device | str,
    dtype: torch.dtype,
    generator: torch.Generator | None = None,
) -> list[Tensor]:
    """A random batch of each of the network's inputs, never zeros: normal numbers, or indices."""
    limits = index_limits(analysis)
    return [
        random_batch((batch, *shape), limits.get(name), device, dtype, generator)
        for name, shape in analysis.inputs.items()
    ]


def random_batch(
    size: tuple[int, ...],
    below: int | None,
    device: torch.device | str,
    dtype: torch.dtype,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Normal numbers, or where ``below`` is stated, indices below it."""
    if torch.device(device).type == "meta":
        return torch.empty(size, device=device, dtype=dtype if below is None else torch.int64)
    if below is not None:
        return torch.randint(below, size, generator=generator, device=device)
    return torch.randn(size, generator=generator, device=device, dtype=dtype)
