"""Pools and what undoes them."""

from __future__ import annotations

from typing import Any

from cnncalc.layers import Layer
from cnncalc.layers.base import shape_text
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.maps import Lift, image, on_maps, once, ranked, stride_of
from cnncalc.pytorch.importing.operators.padding import padded_to, same_padded
from cnncalc.pytorch.importing.sizes import columns, varies
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying


def _rank_of(net: Net) -> int:
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
    net: Net,
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
        found = net.layer(ranked("AdaptiveMaxPool", rank)(1), image(net, input, rank))
    else:
        _plain(kernel_size, stride, padding, dilation)
        same_padded(net, input, kernel_size, kernel_size if stride in (None, ()) else stride, dilation)

        def make(axes: int, lift: Lift) -> Layer:
            layer: Layer = ranked("MaxPool", axes)(
                kernel_size=lift(kernel_size, 1),
                stride=stride_of(stride, kernel_size, lift),
                padding=lift(padding, 0),
                dilation=lift(dilation, 1),
                ceil_mode=bool(ceil_mode),
            )
            return layer

        found = on_maps(net, input, rank, make)
    return found if len(net.results) == 1 else (found, found)


@translates("avg_pool1d", "avg_pool2d", "avg_pool3d", varying=True)
def avg_pool(
    net: Net,
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
        return net.layer(ranked("AdaptiveAvgPool", rank)(1), image(net, input, rank))
    _plain(kernel_size, stride, padding)
    same_padded(net, input, kernel_size, kernel_size if stride in (None, ()) else stride, 1)

    def make(axes: int, lift: Lift) -> Layer:
        layer: Layer = ranked("AvgPool", axes)(
            kernel_size=lift(kernel_size, 1),
            stride=stride_of(stride, kernel_size, lift),
            padding=lift(padding, 0),
            ceil_mode=bool(ceil_mode),
            count_include_pad=bool(count_include_pad),
        )
        return layer

    return on_maps(net, input, rank, make)


@translates("lp_pool1d", "lp_pool2d", "lp_pool3d")
def lp_pool(
    net: Net, input: Value, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Value:
    rank = _rank_of(net)
    layer = ranked("LPPool", rank)(
        kernel_size=once(kernel_size),
        stride=stride_of(stride, kernel_size),
        ceil_mode=bool(ceil_mode),
        norm_type=float(norm_type),
    )
    return net.layer(layer, image(net, input, rank))


@translates(*(f"adaptive_{kind}_pool{rank}d" for kind in ("avg", "max") for rank in (1, 2, 3)), varying=True)
@translates(*(f"_adaptive_avg_pool{rank}d" for rank in (2, 3)), varying=True)
@translates(*(f"adaptive_max_pool{rank}d_with_indices" for rank in (1, 2, 3)), varying=True)
def adaptive_pool(net: Net, input: Value, output_size: Any, return_indices: bool = False) -> Any:
    rank = _rank_of(net)
    kind = "AdaptiveAvgPool" if "avg" in net.operator else "AdaptiveMaxPool"
    x = image(net, input, rank)
    sizes = columns(net.results[0])[2:]
    targets: list[int | None] = []
    for size, own in zip(sizes, columns(x.shapes)[2:], strict=True):
        kept = size == own and rank > 1  # PyTorch has no word for it along a single axis
        if varies(size) and not kept:
            net.fix(f"a pool to {shape_text(tuple(column[0] for column in sizes))}")
        targets.append(None if varies(size) and kept else size[0])
    layer = ranked(kind, rank)(tuple(targets) if None in targets else once(tuple(targets)))
    found = net.forced(layer, x, shapes=net.results[0]) if net.fixed else net.layer(layer, x)
    return found if len(net.results) == 1 else (found, found)


@translates("max_unpool1d", "max_unpool2d", "max_unpool3d", varying=True)
def max_unpool(
    net: Net,
    input: Value,
    indices: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Value:
    rank = _rank_of(net)
    layer = ranked("MaxUnpool", rank)(
        kernel_size=once(kernel_size), stride=stride_of(stride, kernel_size), padding=once(padding)
    )
    made = net.layer(layer, image(net, input, rank))
    if made.shapes == net.results[0]:
        return made
    found = padded_to(net, made, columns(net.results[0])[2:])
    if found is None:
        raise DeclinedError("unpooled to a size of its own")
    return found
