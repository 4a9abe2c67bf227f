"""What takes pieces of a tensor: parts, slices and indices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.arrangements import unsqueezed
from cnncalc.pytorch.importing.sizes import columns, varies
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying


def piece(net: Net, layer: Layer, x: Value, shapes: Any) -> Value:
    """A part of a tensor, which has the batch where the whole has it."""
    if x.is_constant:
        return replace(x, shapes=shapes)
    return net.placed(net.sample_layer(layer, x), replace(x, shapes=shapes, stored=None))


@translates("chunk", "tensor_split_into")
def chunk(net: Net, x: Value, chunks: int, dim: int = 0) -> tuple[Value, ...]:
    axis = x.axis(dim)
    return tuple(piece(net, layers.Chunk(chunks, index, axis), x, shapes) for index, shapes in enumerate(net.results))


@translates("split", "split_with_sizes", "tensor_split", varying=True)
def split(net: Net, x: Value, sizes: Any = None, dim: int = 0, **named: Any) -> tuple[Value, ...]:
    sizes = named.get("split_size_or_sections", named.get("split_size", sizes))
    axis = x.axis(dim)
    place = dim % x.ndim
    found = []
    if net.operator == "tensor_split" or _is_varying(sizes):
        sizes = tuple(shapes[0][place] for shapes in net.results)
        per_trace = [[shapes[trace][place] for shapes in net.results] for trace in range(len(x.shapes))]
        if any(own != per_trace[0] for own in per_trace):
            if all(max(own) - min(own) < len(own) for own in per_trace):
                return _halves(net, x, axis)
            net.fix(f"a split into {', '.join(map(str, sizes))}")
            return tuple(
                net.forced(layers.Split(sizes, index, axis), x, shapes=shapes)
                for index, shapes in enumerate(net.results)
            )
    for index, shapes in enumerate(net.results):
        found.append(piece(net, layers.Split(sizes, index, axis), x, shapes))
    return tuple(found)


def _halves(net: Net, x: Value, axis: int) -> tuple[Value, ...]:
    """Pieces that go with the size of the input, where they are equal."""
    count = len(net.results)
    return tuple(piece(net, layers.Chunk(count, index, axis), x, shapes) for index, shapes in enumerate(net.results))


def _is_varying(value: Any) -> bool:
    return isinstance(value, Varying) or (isinstance(value, tuple) and any(isinstance(v, Varying) for v in value))


@translates("unbind", varying=True)
def unbind(net: Net, x: Value, dim: int = 0) -> tuple[Value, ...]:
    return tuple(select(net, x, dim, index) for index in range(len(net.results)))


@translates("select")
def select(net: Net, x: Value, dim: int, index: Any) -> Value:
    dim = dim % x.ndim
    if isinstance(index, Varying):
        raise DeclinedError("an index that goes with the size of the input")
    part = _sliced(net, x, dim, index, None if index == -1 else index + 1, 1)
    return _squeezed(net, part, dim)


def _squeezed(net: Net, x: Value, dim: int) -> Value:
    shapes = tuple((*shape[:dim], *shape[dim + 1 :]) for shape in x.shapes)
    batch = x.batch
    if batch is not None and dim < batch:
        batch -= 1
    target = replace(x, shapes=shapes, batch=batch, stored=None)
    if x.is_constant:
        return target
    axis = x.sample_index(dim)
    return net.placed(net.sample_layer(layers.Squeeze(dim=axis + 1), x), target)


@translates("narrow", varying=True)
def narrow(net: Net, x: Value, dim: int, start: Any, length: Any) -> Value:
    starts, lengths = _bounds(net, start, 0), _bounds(net, length, 0)
    stops = tuple(a + b for a, b in zip(starts, lengths, strict=True))
    return _sliced(net, x, dim % x.ndim, _one(starts), _one(stops), 1)


def _bounds(net: Net, value: Any, default: int) -> tuple[int, ...]:
    if isinstance(value, Varying):
        return value.values
    return (default if value is None else value,) * len(net.times)


def _one(values: tuple[int, ...]) -> Any:
    return Varying(values) if varies(values) else values[0]


@translates("slice", varying=True)
def slice_(net: Net, x: Value, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Value:
    return _sliced(net, x, dim % x.ndim, start, end, step)


def _sliced(net: Net, x: Value, dim: int, start: Any, stop: Any, step: Any) -> Value:
    """A slice along an axis; bounds that go with the size are counted from its end where that is the same."""
    if isinstance(step, Varying):
        raise DeclinedError("a step that goes with the size of the input")
    step = 1 if step is None else step
    sizes = columns(x.shapes)[dim]
    starts, stops = _bounds(net, start, 0), _bounds(net, stop, 2**62)
    ranges = [range(*slice(a, b, step).indices(size)) for a, b, size in zip(starts, stops, sizes, strict=True)]
    shapes = tuple((*shape[:dim], len(found), *shape[dim + 1 :]) for shape, found in zip(x.shapes, ranges, strict=True))
    if shapes == x.shapes and step == 1:
        return x
    if x.is_constant:
        return replace(x, shapes=shapes)
    axis = x.axis(dim)
    ends = tuple(min(stop, size) for stop, size in zip(stops, sizes, strict=True))
    first, last = _relative(starts, sizes), _relative(ends, sizes, end=True)
    if first is not None and last != "?":
        return piece(net, layers.Slice(first, last, step, axis), x, shapes)
    if not varies(starts) and starts[0] >= 0 and step == 1:
        counts = tuple(len(found) for found in ranges)
        for other, axes in net.with_sizes([counts]):
            plain = Value(x.samples, None, False, net.times, x.node)
            layer = layers.Crop(start=starts[0], dim=axis, other_dim=axes[0] + 1)
            made = net.sample_layer(layer, plain, other)
            return net.placed(made, replace(x, shapes=shapes, stored=None))
    net.fix(f"a slice from {starts[0]} to {ends[0]}")
    return net.forced(layers.Slice(starts[0], ends[0], step, axis), x, shapes=shapes)


def _relative(bounds: tuple[int, ...], sizes: tuple[int, ...], end: bool = False) -> Any:
    """A bound as a number from the beginning or, negative, from the end; None where it goes otherwise with the size.

    The end of the axis is None for a stop; what cannot be said is None for a start and "?" for a stop.
    """
    if end and bounds == sizes:
        return None
    if not varies(bounds):
        return bounds[0]
    back = tuple(bound - size for bound, size in zip(bounds, sizes, strict=True))
    if not varies(back) and back[0] < 0:
        return back[0]
    return "?" if end else None


@translates("__getitem__", varying=True)
def getitem(net: Net, x: Value, index: Any) -> Value:
    parts = list(index) if isinstance(index, tuple) else [index]
    used = sum(part is not None and part is not Ellipsis for part in parts)
    if Ellipsis in [part for part in parts if not isinstance(part, Value)]:
        place = next(i for i, part in enumerate(parts) if part is Ellipsis)
        parts[place : place + 1] = [slice(None)] * (x.ndim - used)
    if any(isinstance(part, (bool, Varying, list)) for part in parts):
        raise DeclinedError("an index of another kind")
    tensors = [part for part in parts if isinstance(part, Value)]
    if len(tensors) > 1 or (tensors and any(isinstance(part, int) for part in parts)):
        raise DeclinedError("indices along several axes")
    dim, found = 0, x
    for part in parts:
        if part is None:
            found = unsqueezed(net, found, dim)
            dim += 1
        elif isinstance(part, int):
            if dim == found.batch:
                raise DeclinedError("one sample of the batch")
            found = select(net, found, dim, part)
        elif isinstance(part, Value):
            found = chosen(net, found, dim, part)
            dim += part.ndim
        else:
            if part != slice(None):
                if dim == found.batch and not found.kept:
                    raise DeclinedError("some samples of the batch")
                found = _sliced(net, found, dim, part.start, part.stop, part.step)
            dim += 1
    return found


def chosen(net: Net, x: Value, dim: int, indices: Value) -> Value:
    if indices.batch is not None or dim == x.batch:
        raise DeclinedError("indices that differ from sample to sample")
    shapes = tuple(
        (*shape[:dim], *chosen, *shape[dim + 1 :]) for shape, chosen in zip(x.shapes, indices.shapes, strict=True)
    )
    batch = x.batch if x.batch is None or x.batch < dim else x.batch + indices.ndim - 1
    if shapes != net.results[0]:
        raise DeclinedError("a mask")
    if x.is_constant:
        return replace(x, shapes=shapes, batch=batch)
    made = net.sample_layer(layers.IndexSelect(dim=x.axis(dim)), x, indices)
    return net.placed(made, replace(x, shapes=shapes, batch=batch, stored=None))


@translates("index_select")
def index_select(net: Net, x: Value, dim: int, index: Value) -> Value:
    return chosen(net, x, dim % x.ndim, index)


@translates("index")
def index(net: Net, x: Value, indices: Any) -> Value:
    return getitem(net, x, tuple(slice(None) if part is None else part for part in indices))


@translates("__setitem__")
def setitem(net: Net, x: Value, index: Any, value: Any) -> Any:
    raise DeclinedError("elements put into a tensor")
