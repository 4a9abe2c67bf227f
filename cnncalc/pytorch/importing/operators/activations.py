"""Activation functions, and what does nothing at inference."""

from __future__ import annotations

from typing import Any

from cnncalc import layers
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value

_PLAIN = {
    "relu": layers.ReLU(),
    "sigmoid": layers.Sigmoid(),
    "tanh": layers.Tanh(),
    "relu6": layers.ReLU6(),
    "silu": layers.SiLU(),
    "mish": layers.Mish(),
    "hardsigmoid": layers.Hardsigmoid(),
    "hardswish": layers.Hardswish(),
    "selu": layers.SELU(),
    "softsign": layers.Softsign(),
    "logsigmoid": layers.LogSigmoid(),
    "log_sigmoid": layers.LogSigmoid(),
}


def _register(name: str, layer: layers.Layer) -> None:
    @translates(name)
    def plain(net: Net, x: Value, inplace: bool = False) -> Value:
        return net.layer(layer, x)


for _name, _layer in _PLAIN.items():
    _register(_name, _layer)


@translates("leaky_relu")
def leaky_relu(net: Net, x: Value, negative_slope: float = 0.01, inplace: bool = False) -> Value:
    return net.layer(layers.LeakyReLU(negative_slope=float(negative_slope)), x)


@translates("elu")
def elu(net: Net, x: Value, alpha: float = 1.0, *rest: Any, **named: Any) -> Value:
    return net.layer(layers.ELU(alpha=float(alpha)), x)


@translates("celu")
def celu(net: Net, x: Value, alpha: float = 1.0, inplace: bool = False) -> Value:
    return net.layer(layers.CELU(alpha=float(alpha)), x)


@translates("gelu")
def gelu(net: Net, x: Value, approximate: str = "none") -> Value:
    return net.layer(layers.GELU(approximate=approximate), x)  # type: ignore[arg-type]


@translates("softplus")
def softplus(net: Net, x: Value, beta: float = 1.0, threshold: float = 20.0) -> Value:
    return net.layer(layers.Softplus(beta=float(beta), threshold=float(threshold)), x)


@translates("hardtanh")
def hardtanh(net: Net, x: Value, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Value:
    if (min_val, max_val) == (0.0, 6.0):
        return net.layer(layers.ReLU6(), x)
    return net.layer(layers.Hardtanh(min_val=float(min_val), max_val=float(max_val)), x)


@translates("glu")
def glu(net: Net, x: Value, dim: int = -1) -> Value:
    return net.layer(layers.GLU(dim=x.axis(dim)), x)


@translates("prelu")
def prelu(net: Net, x: Value, weight: Value) -> Value:
    if not x.whole:
        raise DeclinedError("PReLU of channels that are not the first axis")
    return net.layer(layers.PReLU(num_parameters=weight.shapes[0][0]), x, tensors={"weight": weight})


@translates("softmax", "_softmax", "_safe_softmax")
def softmax(net: Net, x: Value, dim: int | None = None, *rest: Any, **named: Any) -> Value:
    if dim is None:
        dim = 0 if x.ndim in (0, 1, 3) else 1
    return net.layer(layers.Softmax(dim=x.axis(dim)), x)


@translates("log_softmax", "_log_softmax")
def log_softmax(net: Net, x: Value, dim: int | None = None, *rest: Any, **named: Any) -> Value:
    if dim is None:
        dim = 0 if x.ndim in (0, 1, 3) else 1
    return net.layer(layers.LogSoftmax(dim=x.axis(dim)), x)


@translates(
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout", "feature_dropout"
)
def dropout(net: Net, x: Value, p: float = 0.5, training: bool = False, inplace: bool = False) -> Value:
    if x.is_constant:
        return x
    return net.layer(layers.Dropout(p=float(p)), x)


@translates(
    *("contiguous", "clone", "detach", "alias", "to", "_to_copy", "type_as", "float", "half", "double", "bfloat16"),
    *("long", "int", "bool", "data", "requires_grad", "lift_fresh", "positive", "real", "native_dropout", "conj"),
    *("resolve_conj", "resolve_neg", "byte", "short", "char", "view_as_real_copy", "pin_memory", "identity"),
)
def same(net: Net, x: Value, *rest: Any, **named: Any) -> Value:
    """What gives the same numbers, perhaps of another type."""
    return x
