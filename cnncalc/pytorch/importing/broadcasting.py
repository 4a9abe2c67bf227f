"""Tensors of different ranks brought together, as PyTorch broadcasts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.arrangement import rearranged
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.sizes import Sizes
from cnncalc.pytorch.importing.values import DeclinedError, Value, with_batch


def together(net: Net, *values: Value) -> tuple[list[Value], int | None, bool, Sizes]:
    """The values with samples of one rank, and where the batch of their result is. Raises DeclinedError."""
    ndim = max(value.ndim for value in values)
    values = tuple(_rebatched(net, value, values, ndim) for value in values)
    batched = [value for value in values if value.batch is not None and value.times == net.times]
    if not batched:
        return [adapted(net, value, ndim, None, False) for value in values], None, False, net.times
    places = {ndim - value.ndim + value.batch for value in batched if value.batch is not None}
    if len(places) > 1:
        raise DeclinedError("batches on different axes")
    place, kept = places.pop(), any(value.kept for value in batched)
    return [adapted(net, value, ndim, place, kept) for value in values], place, kept, net.times


def _rebatched(net: Net, value: Value, others: Sequence[Value], ndim: int) -> Value:
    """A constant whose size goes with the batch of what it meets, as one for each sample."""
    if value.batch is not None or not value.is_constant:
        return value
    for other in others:
        if other.batch is not None and other.times == net.times:
            own = other.batch + ndim - other.ndim - (ndim - value.ndim)
            if own >= 0 and all(
                mine[own] == theirs[other.batch] != 1 for mine, theirs in zip(value.shapes, other.shapes, strict=True)
            ):
                return replace(value, batch=own, kept=other.kept, times=net.times)
    return value


def adapted(net: Net, value: Value, ndim: int, place: int | None, kept: bool) -> Value:
    """A value whose samples have all axes of a result of ``ndim`` axes with the batch at ``place``."""
    own = value.batch is not None and value.times == net.times
    samples: list[Sizes] = []
    for shape, times in zip(value.shapes, value.times or net.times, strict=True):
        full = (*(1,) * (ndim - len(shape)), *shape)
        if place is not None:
            size = full[place] // times if own else full[place]
            if not own and size != 1 and not kept:
                raise DeclinedError("a tensor that differs from sample to sample, of unknown samples")
            full = (*full[:place], *((size,) if kept else ()), *full[place + 1 :])
        samples.append(full)
    wanted = tuple(samples)
    if value.node is None:
        if all(sample == wanted[0] for sample in wanted):
            return net.as_data(value, wanted[0])
        value = net.as_data(value)
        return (
            Value(wanted, None, False, net.times, value.node)
            if value.samples == wanted
            else _reshaped(net, value, wanted)
        )
    if value.samples == wanted:
        return Value(wanted, None, False, net.times, value.node)
    return _reshaped(net, value, wanted)


def _reshaped(net: Net, value: Value, wanted: tuple[Sizes, ...]) -> Value:
    plain = Value(value.samples, None, False, net.times, value.node)
    return rearranged(net, plain, wanted)


def merged(net: Net, layer: Layer, *values: Value) -> Value:
    """A layer of several inputs, element by element. Raises DeclinedError."""
    nodes, place, kept, times = together(net, *values)
    made = net.sample_layer(layer, *nodes)
    if place is None:
        return made
    shapes = tuple(with_batch(sample, place, kept, count) for sample, count in zip(made.shapes, times, strict=True))
    return Value(shapes, place, kept, times, made.node)


def joined(net: Net, values: Sequence[Value], dim: int) -> Value:
    """Values one behind the other along an axis."""
    ndim = values[0].ndim
    dim = dim + ndim if dim < 0 else dim
    batched = [value for value in values if value.batch is not None and value.times == net.times]
    if not batched:
        nodes, place, kept = [adapted(net, value, ndim, None, False) for value in values], None, False
    else:
        place, kept = batched[0].batch, any(value.kept for value in batched)
        if any(value.batch != place for value in batched) or dim == place:
            raise DeclinedError("joined along the batch")
        nodes = [adapted(net, _spread(net, value, place, batched[0]), ndim, place, kept) for value in values]
    axis = dim - 1 if place is not None and not kept and dim > place else dim
    made = nodes[0] if len(nodes) == 1 else net.sample_layer(layers.Concat(dim=axis + 1), *nodes)
    if place is None:
        return made
    shapes = tuple(with_batch(sample, place, kept, count) for sample, count in zip(made.shapes, net.times, strict=True))
    return Value(shapes, place, kept, net.times, made.node)


def _spread(net: Net, value: Value, place: int | None, lead: Value) -> Value:
    """A tensor without a batch, which has the sizes of one, as the same for each sample."""
    if value.batch is None and place is not None and value.is_constant:
        return replace(value, batch=place, kept=lead.kept, times=net.times)
    return value
