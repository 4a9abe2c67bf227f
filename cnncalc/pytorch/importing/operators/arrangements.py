"""What only arranges, repeats or chooses elements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.arrangement import rearranged
from cnncalc.pytorch.importing.broadcasting import adapted, joined
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.sizes import columns, varies
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying


@translates("view", "reshape", "flatten", "unflatten", "reshape_as", "view_as", "ravel", "_unsafe_view", varying=True)
@translates("_reshape_alias", "view_copy", "_unsafe_index", varying=True)
def reshape(net: Net, x: Value, *rest: Any, **named: Any) -> Value:
    """Another shape, whose meaning is told from the shapes themselves."""
    return rearranged(net, x, net.results[0])


@translates("squeeze", "unsqueeze", varying=True)
def squeeze(net: Net, x: Value, *rest: Any, **named: Any) -> Value:
    return rearranged(net, x, net.results[0])


@translates("permute", "transpose", "t", "swapaxes", "swapdims", "movedim", "moveaxis", "T", "mT", "H", "mH", "adjoint")
def permute(net: Net, x: Value, *dims: Any, **named: Any) -> Value:
    order = list(range(x.ndim))
    dims = dims or tuple(named.values())
    if len(dims) == 1 and isinstance(dims[0], tuple):
        dims = dims[0]
    if net.operator == "permute":
        order = [dim % x.ndim for dim in dims]
    elif net.operator in ("movedim", "moveaxis"):
        sources, targets = (d if isinstance(d, tuple) else (d,) for d in dims)
        rest = [axis for axis in order if axis not in [s % x.ndim for s in sources]]
        placed = dict(zip([t % x.ndim for t in targets], [s % x.ndim for s in sources], strict=True))
        order = [placed[axis] if axis in placed else rest.pop(0) for axis in order]
    elif net.operator == "T":
        order = order[::-1]
    elif x.ndim >= 2:
        a, b = (dims[0] % x.ndim, dims[1] % x.ndim) if dims else (x.ndim - 2, x.ndim - 1)
        order[a], order[b] = order[b], order[a]
    return permuted(net, x, order)


def permuted(net: Net, x: Value, order: list[int]) -> Value:
    """The axes in another order, the batch's among them."""
    shapes = tuple(tuple(shape[axis] for axis in order) for shape in x.shapes)
    batch = None if x.batch is None else order.index(x.batch)
    if x.is_constant:
        return replace(x, shapes=shapes, batch=batch)
    own = [x.sample_index(axis) for axis in order if axis != x.batch or x.kept]
    if own == list(range(len(own))):
        node = x if x.node is not None else net.as_data(x)
        return replace(x, shapes=shapes, batch=batch, node=node.node, stored=None)
    made = net.sample_layer(layers.Permute(dims=(0, *(axis + 1 for axis in own))), x)
    return net.at(made, batch, x.kept, x.times or net.times)


@translates("expand", "expand_as", "broadcast_to", varying=True)
def expand(net: Net, x: Value, *rest: Any, **named: Any) -> Value:
    shapes = net.results[0]
    ndim = len(shapes[0])
    batch, kept, times = x.batch, x.kept, x.times or net.times
    if batch is not None:
        batch += ndim - x.ndim
    own = [(1,) * len(shapes)] * (ndim - x.ndim) + columns(x.shapes)
    if batch is None:
        for axis, (before, after) in enumerate(zip(own, columns(shapes), strict=True)):
            if after == net.times and all(size == 1 for size in before) and len(set(net.times)) > 1:
                batch, kept, times = axis, False, net.times
                break
    if x.is_constant:
        return Value(shapes, batch, kept, times)
    target = Value(shapes, batch, kept, times)
    node = adapted(net, x, ndim, batch, kept)
    if node.samples == target.samples:
        return replace(target, node=node.node)
    wanted = columns(target.samples)
    changed = [axis for axis, (a, b) in enumerate(zip(columns(node.samples), wanted, strict=True)) if a != b]
    if not any(varies(wanted[axis]) for axis in changed):
        sizes = tuple(sizes[0] if axis in changed else -1 for axis, sizes in enumerate(wanted))
        return net.placed(net.sample_layer(layers.Expand(sizes=sizes), node), target)
    for other, axes in net.with_sizes(wanted):
        if axes == list(range(len(wanted))) and len(other.samples[0]) == len(wanted):
            return net.placed(net.sample_layer(layers.ExpandAs(), node, other), target)
    net.fix(f"an expansion to {'×'.join(str(sizes[0]) for sizes in wanted)}")
    sizes = tuple(sizes[0] if axis in changed else -1 for axis, sizes in enumerate(wanted))
    return net.forced(layers.Expand(sizes=sizes), replace(x, node=node.node), shapes=shapes)


@translates("repeat", "tile", varying=True)
def repeat(net: Net, x: Value, *sizes: Any, **named: Any) -> Value:
    if len(sizes) == 1 and isinstance(sizes[0], tuple):
        sizes = sizes[0]
    ndim = len(sizes)
    if ndim < x.ndim:
        sizes = (*(1,) * (x.ndim - ndim), *sizes)
        ndim = x.ndim
    shapes = net.results[0]
    own = [(1,) * len(shapes)] * (ndim - x.ndim) + columns(x.shapes)
    batch = None if x.batch is None else x.batch + ndim - x.ndim
    kept, times = x.kept, x.times or net.times
    if batch is None:
        for axis, (before, after) in enumerate(zip(own, columns(shapes), strict=True)):
            if after == net.times and all(size == 1 for size in before) and len(set(net.times)) > 1:
                batch, kept, times = axis, False, net.times
                sizes = tuple(1 if position == axis else size for position, size in enumerate(sizes))
                break
    if x.is_constant:
        return Value(shapes, batch, kept, times)
    if any(isinstance(size, Varying) for size in sizes):
        single = [set(column) == {1} for column in own]
        if not all(size == 1 or alone for size, alone in zip(sizes, single, strict=True)):
            raise DeclinedError("repeated as the size of the input says")
        return expand(net, x)
    if batch is not None and x.batch is not None and sizes[batch] != 1:
        raise DeclinedError("repeated along the batch")
    node = adapted(net, x, ndim, batch, kept)
    own_sizes = tuple(size for axis, size in enumerate(sizes) if axis != batch or kept)
    target = Value(shapes, batch, kept, times)
    if all(size == 1 for size in own_sizes):
        return replace(target, node=node.node)
    return net.placed(net.sample_layer(layers.Tile(repeats=own_sizes), node), target)


@translates("repeat_interleave")
def repeat_interleave(net: Net, x: Value, repeats: Any, dim: int | None = None, **named: Any) -> Value:
    if not isinstance(repeats, int) or dim is None:
        raise DeclinedError("repeated one by one")
    return net.layer(layers.RepeatInterleave(repeats, x.axis(dim)), x)


@translates("cat", "concat", "concatenate")
def cat(net: Net, tensors: Any, dim: int = 0, **named: Any) -> Value:
    dim = named.get("axis", dim)
    parts = [part for part in tensors if part.ndim != 1 or part.shapes[0][0] != 0]
    return joined(net, parts, dim)


@translates("stack")
def stack(net: Net, tensors: Any, dim: int = 0, **named: Any) -> Value:
    ndim = tensors[0].ndim + 1
    dim = dim + ndim if dim < 0 else dim
    return joined(net, [_unsqueezed(net, part, dim) for part in tensors], dim)


def _unsqueezed(net: Net, x: Value, dim: int) -> Value:
    shapes = tuple((*shape[:dim], 1, *shape[dim:]) for shape in x.shapes)
    batch = x.batch
    if batch is not None and dim <= batch:
        batch += 1
    target = replace(x, shapes=shapes, batch=batch)
    if x.is_constant:
        return target
    axis = target.sample_index(dim)
    return net.placed(net.sample_layer(layers.Unsqueeze(dim=axis + 1), x), target)


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
            found = _unsqueezed(net, found, dim)
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


@translates("roll")
def roll(net: Net, x: Value, shifts: Any, dims: Any = None) -> Value:
    shifts = shifts if isinstance(shifts, tuple) else (shifts,)
    dims = dims if isinstance(dims, tuple) else (dims,)
    layer = layers.Roll(shifts=tuple(shifts), dims=tuple(x.axis(dim) for dim in dims))
    return net.layer(layer, x)


@translates("flip")
def flip(net: Net, x: Value, *dims: Any) -> Value:
    if len(dims) == 1 and isinstance(dims[0], tuple):
        dims = dims[0]
    return net.layer(layers.Flip(dims=tuple(x.axis(dim) for dim in dims)), x)


@translates("meshgrid", "broadcast_tensors", "atleast_1d", varying=True)
def several(net: Net, *tensors: Any, **named: Any) -> Any:
    raise DeclinedError("taken apart")


@translates("__setitem__")
def setitem(net: Net, x: Value, index: Any, value: Any) -> Any:
    raise DeclinedError("elements put into a tensor")
