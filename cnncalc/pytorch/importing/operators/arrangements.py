"""What only arranges, repeats or joins elements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnncalc import layers
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
    return joined(net, [unsqueezed(net, part, dim) for part in tensors], dim)


def unsqueezed(net: Net, x: Value, dim: int) -> Value:
    shapes = tuple((*shape[:dim], 1, *shape[dim:]) for shape in x.shapes)
    batch = x.batch
    if batch is not None and dim <= batch:
        batch += 1
    target = replace(x, shapes=shapes, batch=batch)
    if x.is_constant:
        return target
    axis = target.sample_index(dim)
    return net.placed(net.sample_layer(layers.Unsqueeze(dim=axis + 1), x), target)


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
