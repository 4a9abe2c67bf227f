"""What operators on maps share: batches of maps, and hyper-parameters along their axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.normalizations import of_channels
from cnncalc.pytorch.importing.values import DeclinedError, Value


def once(sides: Any, rank: int = 0) -> Any:
    """One number where it is the same along all axes."""
    if not isinstance(sides, tuple):
        return sides
    if len(sides) == 1 or (sides and len(set(sides)) == 1):
        return sides[0]
    return sides


def ranked(kind: str, rank: int) -> Any:
    if not 1 <= rank <= 3:
        raise DeclinedError("more than three axes")
    return getattr(layers, f"{kind}{rank}d")


def image(net: Net, x: Value, rank: int) -> Value:
    """A tensor of a batch, channels and ``rank`` axes. Raises DeclinedError for anything else."""
    x = of_channels(net, x)
    if x.ndim != rank + 2:
        raise DeclinedError("a single sample without a batch")
    return x


Lift = Callable[[Any, int], Any]
"""A hyper-parameter along all axes, given what it is along an axis that a layer leaves alone."""


def on_maps(
    net: Net,
    x: Value,
    rank: int,
    make: Callable[[int, Lift], Layer],
    tensors: dict[str, Value | None] | None = None,
) -> Value:
    """A layer of ``[C, *M]`` on what may be several maps of each sample, one behind the other along the batch.

    Of those the maps become an axis of their own behind the channels, along which the layer of one axis more has
    windows of 1. Raises DeclinedError where there are too many axes.
    """
    if not x.kept or x.batch != 0 or x.times != net.times:
        return net.layer(make(rank, lambda side, neutral: once(side)), image(net, x, rank), tensors=tensors)
    if x.ndim != rank + 2:
        raise DeclinedError("another number of axes")

    def lifted(side: Any, neutral: int) -> Any:
        plain = side if isinstance(side, tuple) else (side,) * rank
        return once((neutral, *(plain * rank if len(plain) == 1 else plain)))

    swapped = (0, 2, 1, *range(3, rank + 3))
    turned = net.sample_layer(layers.Permute(dims=swapped), x)
    made = net.sample_layer(make(rank + 1, lifted), turned)
    if tensors:
        net.steps[-1].tensors = {name: value for name, value in tensors.items() if value is not None}
    back = net.sample_layer(layers.Permute(dims=swapped), made)
    return net.at(back, 0, True, net.times)


def stride_of(stride: Any, kernel: Any, lift: Lift | None = None) -> Any:
    if stride in (None, ()) or once(stride) == once(kernel):
        return None
    return once(stride) if lift is None else lift(stride, 1)
