"""Convolutions, and windows taken apart and put together."""

from __future__ import annotations

from typing import Any

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.maps import Lift, image, on_maps, once, ranked
from cnncalc.pytorch.importing.operators.normalizations import of_channels
from cnncalc.pytorch.importing.operators.padding import same_padded
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value


@translates("conv1d", "conv2d", "conv3d")
def conv(
    net: Net,
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
        layer: Layer = ranked("Conv", axes)(
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


def _of_weights(net: Net, *tensors: Value | None) -> None:
    if any(tensor is not None and net.depends_on_samples(tensor) for tensor in tensors):
        raise DeclinedError("weights that differ from sample to sample")


@translates("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(
    net: Net,
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
    layer = ranked("ConvTranspose", rank)(
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
    net: Net,
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


@translates("unfold")
def unfold(net: Net, x: Value, kernel_size: Any, dilation: Any = 1, padding: Any = None, stride: Any = None) -> Value:
    if net.where != "torch.nn.functional":  # Tensor.unfold(dimension, size, step)
        if not isinstance(padding, int) or stride is not None:
            raise DeclinedError("another function of that name")
        axis = x.axis(kernel_size)
        return net.layer(layers.Windows(dim=axis, size=dilation, step=padding), x)
    layer = layers.Unfold(once(kernel_size), once(dilation), once(padding or 0), once(1 if stride is None else stride))
    return net.layer(layer, image(net, x, 2))


@translates("fold")
def fold(
    net: Net, x: Value, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Value:
    layer = layers.Fold(once(output_size), once(kernel_size), once(dilation), once(padding), once(stride))
    return net.layer(layer, of_channels(net, x))
