"""Normalisation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnncalc import layers
from cnncalc.pytorch.importing.arrangement import rearranged
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value


def of_channels(net: Net, x: Value) -> Value:
    """A tensor whose first axis is the batch; of one without batch, a first axis of size 1 stands for it."""
    if x.batch is None and all(shape[0] == 1 for shape in x.shapes):
        samples = tuple(shape[1:] for shape in x.shapes)
        plain = Value(x.samples, None, False, net.times, x.node, x.stored)
        node = rearranged(net, plain, samples).node
        return replace(x, batch=0, kept=False, times=(1,) * len(x.shapes), node=node, stored=None)
    if not x.whole:
        raise DeclinedError("the first axis is not the batch alone")
    return x


@translates("batch_norm")
def batch_norm(
    net: Net,
    x: Value,
    running_mean: Value | None = None,
    running_var: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    cudnn_enabled: bool | None = None,
) -> Value:
    if cudnn_enabled is not None:  # torch.batch_norm, which has the weights first
        running_mean, running_var, weight, bias = weight, bias, running_mean, running_var
    settings = {
        "eps": float(eps),
        "momentum": None if momentum is None else float(momentum),
        "affine": weight is not None,
        "track_running_stats": not training,
    }
    tensors = {"weight": weight, "bias": bias}
    if not training:
        tensors |= {"running_mean": running_mean, "running_var": running_var}
    elif running_mean is not None:
        raise DeclinedError("statistics that are kept but not used")
    if x.batch == 0 and x.kept and x.times == net.times and not training:
        return _of_every_map(net, x, settings, tensors)
    x = of_channels(net, x)
    return net.layer(_by_rank(x, "BatchNorm")(**settings), x, tensors=tensors)


def _of_every_map(net: Net, x: Value, settings: dict[str, Any], tensors: dict[str, Value | None]) -> Value:
    """The batch norm of several maps of each sample, which lie one behind the other along the batch."""
    swapped = (0, 2, 1, *range(3, x.ndim + 1))
    turned = net.sample_layer(layers.Permute(dims=swapped), x)
    kind = getattr(layers, f"BatchNorm{max(x.ndim - 1, 1)}d", None)
    if kind is None:
        raise DeclinedError("more than three axes")
    made = net.sample_layer(kind(**settings), turned)
    net.steps[-1].tensors = {name: value for name, value in tensors.items() if value is not None}
    back = net.sample_layer(layers.Permute(dims=swapped), made)
    return net.at(back, 0, True, net.times)


@translates("native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "cudnn_batch_norm")
def native_batch_norm(
    net: Net, x: Value, weight: Any = None, bias: Any = None, mean: Any = None, var: Any = None, *rest: Any
) -> tuple[Value, ...]:
    training = bool(rest[0]) if rest and isinstance(rest[0], bool) else False
    found = batch_norm(net, x, mean, var, weight, bias, training)
    return (found, *(Value(shapes, None, False, net.times) for shapes in net.results[1:]))


@translates("instance_norm")
def instance_norm(
    net: Net,
    x: Value,
    running_mean: Value | None = None,
    running_var: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    cudnn_enabled: bool | None = None,
) -> Value:
    if cudnn_enabled is not None:  # torch.instance_norm, which has the weights first
        running_mean, running_var, weight, bias = weight, bias, running_mean, running_var
    x = of_channels(net, x)
    layer = _by_rank(x, "InstanceNorm")(
        eps=float(eps), momentum=momentum, affine=weight is not None, track_running_stats=not use_input_stats
    )
    tensors = {"weight": weight, "bias": bias, "running_mean": running_mean, "running_var": running_var}
    return net.layer(layer, x, tensors=tensors)


def _by_rank(x: Value, kind: str) -> Any:
    rank = max(x.ndim - 2, 1)
    if not 1 <= rank <= 3:
        raise DeclinedError("more than three axes")
    return getattr(layers, f"{kind}{rank}d")


@translates("layer_norm")
def layer_norm(
    net: Net,
    x: Value,
    normalized_shape: Any,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Value:
    shape = _trailing(x, normalized_shape)
    layer = layers.LayerNorm(
        shape, eps=float(eps), elementwise_affine=weight is not None, bias=bias is not None or weight is None
    )
    return net.layer(layer, x, tensors={"weight": weight, "bias": bias})


@translates("native_layer_norm")
def native_layer_norm(
    net: Net, x: Value, normalized_shape: Any, weight: Any, bias: Any, eps: float
) -> tuple[Value, ...]:
    found = layer_norm(net, x, normalized_shape, weight, bias, eps)
    return (found, *(Value(shapes, None, False, net.times) for shapes in net.results[1:]))


def _trailing(x: Value, normalized_shape: Any) -> int | tuple[int, ...]:
    shape = normalized_shape if isinstance(normalized_shape, tuple) else (normalized_shape,)
    if x.batch is not None and x.batch >= x.ndim - len(shape):
        raise DeclinedError("normalised along the batch")
    return shape[0] if len(shape) == 1 else tuple(shape)


@translates("rms_norm", "_fused_rms_norm")
def rms_norm(net: Net, x: Value, normalized_shape: Any, weight: Value | None = None, eps: float | None = None) -> Value:
    shape = _trailing(x, normalized_shape)
    layer = layers.RMSNorm(shape, eps=None if eps is None else float(eps), elementwise_affine=weight is not None)
    return net.layer(layer, x, tensors={"weight": weight})


@translates("group_norm")
def group_norm(
    net: Net,
    x: Value,
    num_groups: int,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Value:
    layer = layers.GroupNorm(num_groups, eps=float(eps), affine=weight is not None)
    return net.layer(layer, of_channels(net, x), tensors={"weight": weight, "bias": bias})


@translates("native_group_norm")
def native_group_norm(
    net: Net, x: Value, weight: Any, bias: Any, n: Any, c: Any, hw: Any, group: int, eps: float
) -> tuple[Value, ...]:
    found = group_norm(net, x, group, weight, bias, eps)
    return (found, *(Value(shapes, None, False, net.times) for shapes in net.results[1:]))


@translates("local_response_norm")
def local_response_norm(
    net: Net, x: Value, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Value:
    layer = layers.LocalResponseNorm(size=size, alpha=float(alpha), beta=float(beta), k=float(k))
    return net.layer(layer, of_channels(net, x))
