"""Sums, means, extremes and other figures over axes."""

from __future__ import annotations

from typing import Any

from cnncalc import layers
from cnncalc.pytorch.importing.broadcasting import merged
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value

_KINDS = {
    "mean": layers.Mean,
    "sum": layers.Sum,
    "amax": layers.Max,
    "amin": layers.Min,
    "prod": layers.Product,
    "var": layers.Variance,
    "std": layers.StandardDeviation,
    "logsumexp": layers.LogSumExp,
    "argmax": layers.ArgMax,
    "argmin": layers.ArgMax,
    "any": layers.Max,
    "all": layers.Max,
    "nanmean": layers.Mean,
}


def reduced(net: Net, kind: Any, x: Value, dim: Any, keepdim: bool) -> Value:
    """A figure over axes, whose batch moves to the left where axes before it go. Raises DeclinedError."""
    dims = tuple(range(x.ndim)) if dim is None or dim == () else dim if isinstance(dim, tuple) else (dim,)
    dims = tuple(axis + x.ndim if axis < 0 else axis for axis in dims)
    axes = tuple(x.axis(axis) for axis in dims)
    batch = x.batch
    if batch is not None and not keepdim:
        batch -= sum(axis < batch for axis in dims)
    layer = kind(dim=axes[0] if len(axes) == 1 else axes, keepdim=bool(keepdim))
    return net.layer(layer, x, batch=batch)


def _register(name: str, kind: Any) -> None:
    @translates(name)
    def call(net: Net, x: Value, dim: Any = None, keepdim: Any = False, keepdims: Any = False, **named: Any) -> Value:
        if "axis" in named:
            dim = named["axis"]
        if name in ("var", "std") and isinstance(dim, bool):
            dim = None
        keep = keepdim if isinstance(keepdim, bool) else False
        return reduced(net, kind, x, dim, keep or bool(keepdims))


for _name, _kind in _KINDS.items():
    _register(_name, _kind)


@translates("var_mean", "std_mean")
def var_mean(net: Net, x: Value, dim: Any = None, keepdim: bool = False, **named: Any) -> tuple[Value, Value]:
    return reduced(net, layers.Variance, x, dim, keepdim), reduced(net, layers.Mean, x, dim, keepdim)


@translates("max", "min")
def extreme(net: Net, x: Value, dim: Any = None, keepdim: bool = False, **named: Any) -> Any:
    largest = net.operator == "max"
    if isinstance(dim, Value):
        return merged(net, layers.Maximum() if largest else layers.Minimum(), x, dim)
    found = reduced(net, layers.Max if largest else layers.Min, x, dim, keepdim)
    return found if dim is None else (found, found)


@translates("norm", "linalg_vector_norm", "vector_norm", "linalg_norm", "frobenius_norm")
def norm(net: Net, x: Value, p: Any = 2, dim: Any = None, keepdim: bool = False, *rest: Any, **named: Any) -> Value:
    order = named.get("ord", p)
    if order not in (2, 2.0, "fro", None):
        raise DeclinedError("a norm that is not Euclidean")
    return reduced(net, layers.Norm, x, dim, keepdim)


@translates("cumsum")
def cumsum(net: Net, x: Value, dim: int, **named: Any) -> Value:
    return net.layer(layers.CumulativeSum(dim=x.axis(dim)), x)
