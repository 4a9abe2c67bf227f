"""Convolutions, pools, padding and resampling."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Any

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.arrangement import columns, varies
from cnncalc.pytorch.importing.lowering import Lowering, translates
from cnncalc.pytorch.importing.operators.arithmetic import number
from cnncalc.pytorch.importing.operators.normalizations import of_channels
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying


def once(sides: Any, rank: int = 0) -> Any:
    """One number where it is the same along all axes."""
    if not isinstance(sides, tuple):
        return sides
    if len(sides) == 1 or (sides and len(set(sides)) == 1):
        return sides[0]
    return sides


def _ranked(kind: str, rank: int) -> Any:
    if not 1 <= rank <= 3:
        raise DeclinedError("more than three axes")
    return getattr(layers, f"{kind}{rank}d")


def image(net: Lowering, x: Value, rank: int) -> Value:
    """A tensor of a batch, channels and ``rank`` axes. Raises DeclinedError for anything else."""
    x = of_channels(net, x)
    if x.ndim != rank + 2:
        raise DeclinedError("a single sample without a batch")
    return x


Lift = Callable[[Any, int], Any]
"""A hyper-parameter along all axes, given what it is along an axis that a layer leaves alone."""


def on_maps(
    net: Lowering,
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


@translates("conv1d", "conv2d", "conv3d")
def conv(
    net: Lowering,
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Value:
    rank = weight.ndim - 2
    _of_weights(net, weight, bias)
    out_channels, _, *kernel = weight.shapes[0]
    same_padded(net, input, tuple(kernel), stride, dilation)

    def make(axes: int, lift: Lift) -> Layer:
        layer: Layer = _ranked("Conv", axes)(
            out_channels=out_channels,
            kernel_size=lift(tuple(kernel), 1),
            stride=lift(stride, 1),
            padding=padding if isinstance(padding, str) else lift(padding, 0),
            dilation=lift(dilation, 1),
            groups=groups,
            bias=bias is not None,
        )
        return layer

    return on_maps(net, input, rank, make, {"weight": weight, "bias": bias})


def _of_weights(net: Lowering, *tensors: Value | None) -> None:
    if any(tensor is not None and net.depends_on_samples(tensor) for tensor in tensors):
        raise DeclinedError("weights that differ from sample to sample")


@translates("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(
    net: Lowering,
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Value:
    rank = weight.ndim - 2
    x = image(net, input, rank)
    _of_weights(net, weight, bias)
    _, per_group, *kernel = weight.shapes[0]
    layer = _ranked("ConvTranspose", rank)(
        out_channels=per_group * groups,
        kernel_size=once(tuple(kernel)),
        stride=once(stride),
        padding=once(padding),
        output_padding=once(output_padding),
        groups=groups,
        bias=bias is not None,
        dilation=once(dilation),
    )
    return net.layer(layer, x, tensors={"weight": weight, "bias": bias})


@translates("convolution", "_convolution")
def convolution(
    net: Lowering,
    x: Value,
    weight: Value,
    bias: Value | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
    *rest: Any,
) -> Value:
    if transposed:
        return conv_transpose(net, x, weight, bias, stride, padding, output_padding, groups, dilation)
    return conv(net, x, weight, bias, stride, padding, dilation, groups)


def _rank_of(net: Lowering) -> int:
    name = net.operator
    return next(int(letter) for letter in name if letter.isdigit())


def _whole(x: Value, sides: Any, rank: int) -> bool:
    """Whether a window is as large as the map in every trace, so that it means all of it."""
    sizes = columns(x.shapes)[2:]
    parts = sides.values if isinstance(sides, Varying) else None
    if parts is not None:
        per_trace = [part if isinstance(part, tuple) else (part,) * rank for part in parts]
        return [tuple(column) for column in zip(*per_trace, strict=True)] == sizes
    if not isinstance(sides, tuple):
        sides = (sides,) * rank
    if len(sides) == 1:
        sides = sides * rank
    found = [side.values if isinstance(side, Varying) else (side,) * len(x.shapes) for side in sides]
    return any(varies(tuple(values)) for values in found) and [tuple(values) for values in found] == sizes


def _plain(*arguments: Any) -> None:
    for part in arguments:
        if isinstance(part, Varying) or (isinstance(part, tuple) and any(isinstance(p, Varying) for p in part)):
            raise DeclinedError("a window that goes with the size of the input")


@translates(
    "max_pool1d", "max_pool2d", "max_pool3d", "max_pool2d_with_indices", "max_pool3d_with_indices", varying=True
)
@translates("max_pool1d_with_indices", varying=True)
def max_pool(
    net: Lowering,
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    rank = _rank_of(net)
    if input.ndim == rank + 2 and _whole(input, kernel_size, rank):
        found = net.layer(_ranked("AdaptiveMaxPool", rank)(1), image(net, input, rank))
    else:
        _plain(kernel_size, stride, padding, dilation)
        same_padded(net, input, kernel_size, kernel_size if stride in (None, ()) else stride, dilation)

        def make(axes: int, lift: Lift) -> Layer:
            layer: Layer = _ranked("MaxPool", axes)(
                kernel_size=lift(kernel_size, 1),
                stride=_stride(stride, kernel_size, lift),
                padding=lift(padding, 0),
                dilation=lift(dilation, 1),
                ceil_mode=bool(ceil_mode),
            )
            return layer

        found = on_maps(net, input, rank, make)
    return found if len(net.results) == 1 else (found, found)


def _stride(stride: Any, kernel: Any, lift: Lift | None = None) -> Any:
    if stride in (None, ()) or once(stride) == once(kernel):
        return None
    return once(stride) if lift is None else lift(stride, 1)


@translates("avg_pool1d", "avg_pool2d", "avg_pool3d", varying=True)
def avg_pool(
    net: Lowering,
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> Value:
    rank = _rank_of(net)
    if input.ndim == rank + 2 and _whole(input, kernel_size, rank):
        return net.layer(_ranked("AdaptiveAvgPool", rank)(1), image(net, input, rank))
    _plain(kernel_size, stride, padding)
    same_padded(net, input, kernel_size, kernel_size if stride in (None, ()) else stride, 1)

    def make(axes: int, lift: Lift) -> Layer:
        layer: Layer = _ranked("AvgPool", axes)(
            kernel_size=lift(kernel_size, 1),
            stride=_stride(stride, kernel_size, lift),
            padding=lift(padding, 0),
            ceil_mode=bool(ceil_mode),
            count_include_pad=bool(count_include_pad),
        )
        return layer

    return on_maps(net, input, rank, make)


@translates("lp_pool1d", "lp_pool2d", "lp_pool3d")
def lp_pool(
    net: Lowering, input: Value, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Value:
    rank = _rank_of(net)
    layer = _ranked("LPPool", rank)(
        kernel_size=once(kernel_size),
        stride=_stride(stride, kernel_size),
        ceil_mode=bool(ceil_mode),
        norm_type=float(norm_type),
    )
    return net.layer(layer, image(net, input, rank))


@translates(*(f"adaptive_{kind}_pool{rank}d" for kind in ("avg", "max") for rank in (1, 2, 3)), varying=True)
@translates(*(f"_adaptive_avg_pool{rank}d" for rank in (2, 3)), varying=True)
@translates(*(f"adaptive_max_pool{rank}d_with_indices" for rank in (1, 2, 3)), varying=True)
def adaptive_pool(net: Lowering, input: Value, output_size: Any, return_indices: bool = False) -> Any:
    rank = _rank_of(net)
    kind = "AdaptiveAvgPool" if "avg" in net.operator else "AdaptiveMaxPool"
    x = image(net, input, rank)
    sizes = columns(net.results[0])[2:]
    targets: list[int | None] = []
    for size, own in zip(sizes, columns(x.shapes)[2:], strict=True):
        if varies(size):
            if size != own:
                raise DeclinedError("a target that goes with the size of the input")
            targets.append(None)
        else:
            targets.append(size[0])
    found = net.layer(_ranked(kind, rank)(once(tuple(targets))), x)
    return found if len(net.results) == 1 else (found, found)


@translates("max_unpool1d", "max_unpool2d", "max_unpool3d")
def max_unpool(
    net: Lowering,
    input: Value,
    indices: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Value:
    rank = _rank_of(net)
    layer = _ranked("MaxUnpool", rank)(
        kernel_size=once(kernel_size), stride=_stride(stride, kernel_size), padding=once(padding)
    )
    return net.layer(layer, image(net, input, rank))


@translates("pad", "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "replication_pad2d", varying=True)
def pad(net: Lowering, input: Value, pad: Any, mode: Any = "constant", value: Any = 0) -> Value:
    """Padding; where it goes with the size of the input, as what it was at first, which the network may put right."""
    x = input
    if not isinstance(mode, str):
        mode, value = "constant", mode
    before = columns(x.shapes)
    after = columns(net.results[0])
    if isinstance(pad, Varying):
        sides = pad.values[0]
        net.freeze(f"a padding of {', '.join(map(str, sides))}")
    else:
        sides = tuple(side.values[0] if isinstance(side, Varying) else side for side in pad)
        if any(isinstance(side, Varying) for side in pad):
            net.freeze(f"a padding of {', '.join(map(str, sides))}")
    sides = tuple(map(int, sides))
    if not any(sides) and before == after:
        return x
    trailing = len(sides) // 2
    if x.batch is not None and x.batch >= x.ndim - trailing:
        cut = 2 * (x.ndim - 1 - x.batch)
        if any(sides[cut:]):
            raise DeclinedError("padded along the batch")
        sides = sides[:cut]
    if net.frozen and not any(sides[::2]) and mode == "constant":
        multiple = _multiple(before, after)
        if multiple is not None:
            net.frozen = ""
            dims = tuple(x.axis(axis) for axis, (a, b) in enumerate(zip(before, after, strict=True)) if a != b)
            return net.layer(layers.PadToMultiple(multiple, dims), x)
    if net.frozen and x.whole and mode == "constant":
        found = _padded_like(net, x, before, after, sides)
        if found is not None:
            return found
    layer = _padding(x, sides, mode, 0.0 if value is None else number(value))
    return net.forced(layer, x, shapes=net.results[0]) if net.frozen else net.layer(layer, x)


def _padded_like(
    net: Lowering,
    x: Value,
    before: list[tuple[int, ...]],
    after: list[tuple[int, ...]],
    sides: tuple[int, ...],
) -> Value | None:
    """A padding to the size of another map, half of it before, as U-Nets do with what they upsample."""
    halves = [(b[0] - a[0]) // 2 for a, b in zip(before[2:], after[2:], strict=True)]
    if before[:2] != after[:2] or list(sides[::2])[::-1] != halves[-len(sides) // 2 :]:
        return None
    for other, axes in net.with_sizes(after[2:]):
        if axes == list(range(1, x.ndim - 1)) and len(other.samples[0]) == x.ndim - 1:
            plain = Value(x.samples, None, False, net.times, x.node)
            net.frozen = ""
            return net.at(net.sample_layer(layers.PadLike(), plain, other), x.batch, x.kept, x.times)
    return None


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


def same_padded(net: Lowering, x: Value, kernel: Any, stride: Any, dilation: Any) -> Value:
    """A padding before a window that goes with the size as TensorFlow's 'SAME' does, as that; else as it is."""
    if not isinstance(x.node, int) or not net.steps[x.node].frozen or len(net.steps[x.node].inputs) != 1:
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
    step.layer, step.frozen = layer, ""
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


_LINEAR = {"linear": 1, "bilinear": 2, "trilinear": 3}


@translates("interpolate", "upsample", "upsample_nearest", "upsample_bilinear", varying=True)
def interpolate(
    net: Lowering,
    input: Value,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Value:
    if net.operator == "upsample_bilinear":
        mode, align_corners = "bilinear", True
    x = image(net, input, input.ndim - 2)
    if mode in ("area", "lanczos") or antialias:
        raise DeclinedError("a way of resampling that is not known")
    options: dict[str, Any] = {"mode": mode}
    if align_corners is not None and mode not in ("nearest", "nearest-exact"):
        options["align_corners"] = align_corners
    target = columns(net.results[0])[2:]
    own = columns(x.shapes)[2:]
    factors = [_factor(own_size, size) for own_size, size in zip(own, target, strict=True)]
    if size is None and scale_factor is not None and not _is_varying(scale_factor) and not recompute_scale_factor:
        factor = once(scale_factor if isinstance(scale_factor, tuple) else (scale_factor,))
        factor = tuple(map(float, factor)) if isinstance(factor, tuple) else float(factor)
        return net.layer(layers.Upsample(scale_factor=factor, **options), x)
    if not any(varies(sizes) for sizes in target):
        return net.layer(layers.Upsample(size=once(tuple(sizes[0] for sizes in target)), **options), x)
    for other, axes in net.with_sizes(target):
        if axes == list(range(1, len(target) + 1)) and len(other.samples[0]) == len(target) + 1:
            plain = Value(x.samples, None, False, net.times, x.node)
            made = net.sample_layer(layers.Upsample(**options), plain, other)
            return net.at(made, x.batch, x.kept, x.times)
    if all(factor is not None for factor in factors):
        factor = once(tuple(factor for factor in factors if factor is not None))
        return net.layer(layers.Upsample(scale_factor=factor, **options), x)
    net.freeze(f"an interpolation to {'×'.join(str(sizes[0]) for sizes in target)}")
    layer = layers.Upsample(size=once(tuple(sizes[0] for sizes in target)), **options)
    return net.forced(layer, x, shapes=net.results[0])


def _is_varying(value: Any) -> bool:
    return isinstance(value, Varying) or (isinstance(value, tuple) and any(isinstance(v, Varying) for v in value))


def _factor(own: tuple[int, ...], target: tuple[int, ...]) -> float | None:
    """What a size is multiplied by in every trace."""
    first = target[0] / own[0]
    return first if all(int(size * first) == wanted for size, wanted in zip(own, target, strict=True)) else None


@translates("pixel_shuffle")
def pixel_shuffle(net: Lowering, x: Value, upscale_factor: int) -> Value:
    return net.layer(layers.PixelShuffle(upscale_factor), image(net, x, 2))


@translates("pixel_unshuffle")
def pixel_unshuffle(net: Lowering, x: Value, downscale_factor: int) -> Value:
    return net.layer(layers.PixelUnshuffle(downscale_factor), image(net, x, 2))


@translates("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(net: Lowering, x: Value, groups: int) -> Value:
    return net.layer(layers.ChannelShuffle(groups), of_channels(net, x))


@translates("unfold")
def unfold(
    net: Lowering, x: Value, kernel_size: Any, dilation: Any = 1, padding: Any = None, stride: Any = None
) -> Value:
    if net.where != "torch.nn.functional":  # Tensor.unfold(dimension, size, step)
        if not isinstance(padding, int) or stride is not None:
            raise DeclinedError("another function of that name")
        axis = x.axis(kernel_size)
        return net.layer(layers.Windows(dim=axis, size=dilation, step=padding), x)
    layer = layers.Unfold(once(kernel_size), once(dilation), once(padding or 0), once(1 if stride is None else stride))
    return net.layer(layer, image(net, x, 2))


@translates("fold")
def fold(
    net: Lowering, x: Value, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Value:
    layer = layers.Fold(once(output_size), once(kernel_size), once(dilation), once(padding), once(stride))
    return net.layer(layer, of_channels(net, x))
