"""Reshaping by what it means: which axes are joined, cut or kept, told from the shapes of two traces."""

from __future__ import annotations

from math import prod

from cnncalc import layers
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.sizes import Columns, Sizes, columns, varies
from cnncalc.pytorch.importing.values import DeclinedError, Value


def aligned(before: Columns, after: Columns) -> list[tuple[list[int], list[int]]]:
    """The smallest groups of neighbouring axes, on both sides, that hold the same elements in every trace."""
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    traces = range(len((before or after)[0])) if before or after else range(0)
    while i < len(before) or j < len(after):
        ours, theirs = [], []
        if i < len(before):
            ours.append(i)
            i += 1
        if j < len(after):
            theirs.append(j)
            j += 1
        while True:
            products = [(prod(before[a][t] for a in ours), prod(after[a][t] for a in theirs)) for t in traces]
            unlike = next(((a, b) for a, b in products if a != b), None)
            if unlike is None:
                break
            if unlike[0] < unlike[1] and i < len(before):
                ours.append(i)
                i += 1
            elif unlike[0] > unlike[1] and j < len(after):
                theirs.append(j)
                j += 1
            else:
                raise DeclinedError("shapes without a common structure")
        groups.append((ours, theirs))
    return groups


def rearranged(net: Net, x: Value, shapes: tuple[Sizes, ...]) -> Value:
    """The tensor in other shapes, its elements in their order. Raises DeclinedError."""
    batch, kept = _batch_after(x, shapes)
    target = Value(shapes, batch, kept, x.times, x.node, x.stored)
    if x.is_constant:
        return target
    if target.samples == x.samples and x.node is not None:
        return target
    return net.placed(_layers(net, x, target), target)


def _batch_after(x: Value, shapes: tuple[Sizes, ...]) -> tuple[int | None, bool]:
    if x.batch is None:
        return None, False
    before = [prod(shape[: x.batch]) for shape in x.shapes]
    for axis in range(len(shapes[0])):
        if [prod(shape[:axis]) for shape in shapes] == before and all(
            shape[axis] % times == 0 for shape, times in zip(shapes, x.times, strict=True)
        ):
            return axis, any(shape[axis] != times for shape, times in zip(shapes, x.times, strict=True))
    raise DeclinedError("the batch is no longer in one place")


def _layers(net: Net, x: Value, target: Value) -> Value:
    node = net.as_data(x)
    before, after = columns(x.samples), columns(target.samples)
    varying = [axis for axis, sizes in enumerate(after) if varies(sizes)]
    groups = aligned(before, after)
    changed = [(ours, theirs) for ours, theirs in groups if not len(ours) == len(theirs) == 1]
    if len(changed) == 1 and len(changed[0][0]) > 1 and len(changed[0][1]) == 1:
        ours = changed[0][0]
        end = -1 if ours[-1] == len(before) - 1 else ours[-1] + 1
        return net.sample_layer(layers.Flatten(start_dim=ours[0] + 1, end_dim=end), node)
    if not after:
        return net.sample_layer(layers.Squeeze(), node)
    if len(after) == 1 < len(before):
        return net.sample_layer(layers.Flatten(), node)
    if len(varying) <= 1:
        open_axis = varying[0] if varying else None
        shape = tuple(-1 if axis == open_axis else sizes[0] for axis, sizes in enumerate(after))
        return net.sample_layer(layers.Reshape(shape=shape), node)
    if all(sum(axis in varying for axis in theirs) <= 1 for _, theirs in changed):
        return _by_groups(net, node, after, changed, varying)
    return _like_another(net, node, after, varying)


def _by_groups(
    net: Net, node: Value, after: Columns, changed: list[tuple[list[int], list[int]]], varying: list[int]
) -> Value:
    """One group of axes after the other, from the last to the first, so that the numbers of those before stay."""
    for ours, theirs in reversed(changed):
        if not ours:
            first = _insertion(changed, theirs)
            for axis in theirs:
                node = net.sample_layer(layers.Unsqueeze(dim=first + axis - theirs[0] + 1), node)
            continue
        if len(ours) > 1:
            node = net.sample_layer(layers.Flatten(start_dim=ours[0] + 1, end_dim=ours[-1] + 1), node)
        if not theirs:
            node = net.sample_layer(layers.Squeeze(dim=ours[0] + 1), node)
        elif len(theirs) > 1:
            sizes = tuple(-1 if axis in varying else after[axis][0] for axis in theirs)
            node = net.sample_layer(layers.Unflatten(dim=ours[0] + 1, unflattened_size=sizes), node)
    return node


def _insertion(changed: list[tuple[list[int], list[int]]], theirs: list[int]) -> int:
    """Where new axes of size 1 go that no axis before stands for: behind all of them."""
    gone = sum(len(ours) - len(others) for ours, others in changed if others != theirs)
    return theirs[0] + gone


def _like_another(net: Net, node: Value, after: Columns, varying: list[int]) -> Value:
    """Sizes that a tensor before it has, such as a map's height and width, by which tokens become a map again."""
    for left_open in (None, *varying):
        wanted = [after[axis] for axis in varying if axis != left_open]
        for other, axes in net.with_sizes(wanted):
            shape = tuple(
                -1 if axis == left_open else 0 if axis in varying else sizes[0] for axis, sizes in enumerate(after)
            )
            layer = layers.ReshapeLike(shape=shape, axes=tuple(axis + 1 for axis in axes))
            return net.sample_layer(layer, node, other)
    net.fix(f"a reshape to {'×'.join(str(sizes[0]) for sizes in after)}")
    return net.sample_layer(layers.Reshape(shape=tuple(sizes[0] for sizes in after)), node)
