"""Padding, by numbers or with the size of the input."""

from __future__ import annotations

from math import gcd
from typing import Any

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.arithmetic import number
from cnncalc.pytorch.importing.operators.maps import once
from cnncalc.pytorch.importing.sizes import columns
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying


@translates("pad", "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "replication_pad2d", varying=True)
def pad(net: Net, input: Value, pad: Any, mode: Any = "constant", value: Any = 0) -> Value:
    """Padding; where it goes with the size of the input, as what it was at first, which the network may put right."""
    x = input
    if not isinstance(mode, str):
        mode, value = "constant", mode
    before = columns(x.shapes)
    after = columns(net.results[0])
    if isinstance(pad, Varying):
        sides = pad.values[0]
        net.fix(f"a padding of {', '.join(map(str, sides))}")
    else:
        sides = tuple(side.values[0] if isinstance(side, Varying) else side for side in pad)
        if any(isinstance(side, Varying) for side in pad):
            net.fix(f"a padding of {', '.join(map(str, sides))}")
    sides = tuple(map(int, sides))
    if not any(sides) and before == after:
        return x
    trailing = len(sides) // 2
    if x.batch is not None and x.batch >= x.ndim - trailing:
        cut = 2 * (x.ndim - 1 - x.batch)
        if any(sides[cut:]):
            raise DeclinedError("padded along the batch")
        sides = sides[:cut]
    if net.fixed and not any(sides[::2]) and mode == "constant":
        multiple = _multiple(before, after)
        if multiple is not None:
            net.fixed = ""
            dims = tuple(x.axis(axis) for axis, (a, b) in enumerate(zip(before, after, strict=True)) if a != b)
            return net.layer(layers.PadToMultiple(multiple, dims), x)
    if net.fixed and x.whole and mode == "constant" and _in_the_middle(before, after, sides):
        found = padded_to(net, x, after[2:])
        if found is not None:
            net.fixed = ""
            return found
    layer = _padding(x, sides, mode, 0.0 if value is None else number(value))
    return net.forced(layer, x, shapes=net.results[0]) if net.fixed else net.layer(layer, x)


def padded_to(net: Net, x: Value, target: list[tuple[int, ...]]) -> Value | None:
    """A map in the middle of zeros, of the size of another map, where there is one whose size goes with the target."""
    for other, axes in net.with_sizes(target):
        if axes == list(range(1, x.ndim - 1)) and len(other.samples[0]) == x.ndim - 1:
            plain = Value(x.samples, None, False, net.times, x.node)
            return net.at(net.sample_layer(layers.PadLike(), plain, other), x.batch, x.kept, x.times)
    return None


def _in_the_middle(before: list[tuple[int, ...]], after: list[tuple[int, ...]], sides: tuple[int, ...]) -> bool:
    """Whether half of the padding is before, as U-Nets do with what they upsample."""
    halves = [(b[0] - a[0]) // 2 for a, b in zip(before[2:], after[2:], strict=True)]
    return before[:2] == after[:2] and list(sides[::2])[::-1] == halves[-len(sides) // 2 :]


def _multiple(before: list[tuple[int, ...]], after: list[tuple[int, ...]]) -> int | None:
    """The least number of which every padded axis is the next multiple, in every trace."""
    padded = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    pairs = [pair for a, b in padded for pair in zip(a, b, strict=True)]
    common = gcd(*(size for _, size in pairs))
    return next(
        (
            multiple
            for multiple in range(2, common + 1)
            if common % multiple == 0 and all(-(-size // multiple) * multiple == wanted for size, wanted in pairs)
        ),
        None,
    )


def same_padded(net: Net, x: Value, kernel: Any, stride: Any, dilation: Any) -> Value:
    """A padding before a window that goes with the size as TensorFlow's 'SAME' does, as that; else as it is."""
    if not isinstance(x.node, int) or not net.steps[x.node].fixed or len(net.steps[x.node].inputs) != 1:
        return x
    step = net.steps[x.node]
    rank = x.ndim - 2
    sides = [
        tuple(s) if isinstance(s, tuple) and len(s) == rank else (once(s),) * rank for s in (kernel, stride, dilation)
    ]
    source = net.by_node[step.inputs[0]].samples
    window, step_size, spread = (once(s) for s in sides)
    padded_with = getattr(step.layer, "value", 0.0)
    layer = layers.SamePad(kernel_size=window, stride=step_size, dilation=spread, value=padded_with)
    if len(source[0]) != rank + 1 or any(layer.output(a) != b for a, b in zip(source, step.samples, strict=True)):
        return x
    before = [total // 2 for total in layer.totals(source[0])]
    if [getattr(reading, "before", 0) for reading in step.layer.reads(source[0])[0][0][1:]] != before:
        return x
    step.layer, step.fixed = layer, ""
    return x


def _padding(x: Value, sides: tuple[int, ...], mode: str, value: float) -> Layer:
    while len(sides) > 2 and not any(sides[-2:]):
        sides = sides[:-2]
    rank = x.ndim - 2
    kinds = {"reflect": "ReflectionPad", "replicate": "ReplicationPad"}
    kinds["constant"] = "ConstantPad" if value else "ZeroPad"
    if x.whole and 1 <= rank <= 3 and mode in kinds and len(sides) <= 2 * rank:
        padding = (*sides, *(0,) * (2 * rank - len(sides)))
        named = {"value": value} if mode == "constant" and value else {}
        found: Layer = getattr(layers, f"{kinds[mode]}{rank}d")(once(padding), **named)
        return found
    return layers.PadAxes(padding=sides, mode=mode, value=value)  # type: ignore[arg-type]
