"""Resampling and shuffles."""

from __future__ import annotations

from typing import Any

from cnncalc import layers
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.maps import image, once
from cnncalc.pytorch.importing.operators.normalizations import of_channels
from cnncalc.pytorch.importing.sizes import columns, varies
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying

_LINEAR = {"linear": 1, "bilinear": 2, "trilinear": 3}


@translates("interpolate", "upsample", "upsample_nearest", "upsample_bilinear", varying=True)
def interpolate(
    net: Net,
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
    net.fix(f"an interpolation to {'×'.join(str(sizes[0]) for sizes in target)}")
    layer = layers.Upsample(size=once(tuple(sizes[0] for sizes in target)), **options)
    return net.forced(layer, x, shapes=net.results[0])


def _is_varying(value: Any) -> bool:
    return isinstance(value, Varying) or (isinstance(value, tuple) and any(isinstance(v, Varying) for v in value))


def _factor(own: tuple[int, ...], target: tuple[int, ...]) -> float | None:
    """What a size is multiplied by in every trace."""
    first = target[0] / own[0]
    return first if all(int(size * first) == wanted for size, wanted in zip(own, target, strict=True)) else None


@translates("pixel_shuffle")
def pixel_shuffle(net: Net, x: Value, upscale_factor: int) -> Value:
    return net.layer(layers.PixelShuffle(upscale_factor), image(net, x, 2))


@translates("pixel_unshuffle")
def pixel_unshuffle(net: Net, x: Value, downscale_factor: int) -> Value:
    return net.layer(layers.PixelUnshuffle(downscale_factor), image(net, x, 2))


@translates("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(net: Net, x: Value, groups: int) -> Value:
    return net.layer(layers.ChannelShuffle(groups), of_channels(net, x))
