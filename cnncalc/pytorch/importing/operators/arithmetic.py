"""Sums, products and functions, of tensors and of tensors with numbers."""

from __future__ import annotations

from typing import Any

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.broadcasting import merged
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying


def number(value: Any) -> float:
    """A plain number, as it was in the first trace where it goes with the size of the input."""
    if isinstance(value, Varying):
        value = value.values[0]
    if isinstance(value, bool):
        return float(value)
    found = float(value)
    if found != found:
        return 0.0
    return max(min(found, 1e300), -1e300)


def _scaled(net: Net, x: Value, factor: Any) -> Value:
    return x if number(factor) == 1 else net.layer(layers.Scale(factor=number(factor)), x)


@translates("add", "__add__", "__radd__", "__iadd__", varying=True)
def add(net: Net, a: Any, b: Any, alpha: Any = 1, out: Any = None) -> Value:
    if not isinstance(a, Value):
        a, b = b, a
    if not isinstance(b, Value):
        return net.layer(layers.Shift(value=number(b)), a)
    return merged(net, layers.Add(), a, _scaled(net, b, alpha))


@translates("sub", "subtract", "__sub__", "__isub__", varying=True)
def sub(net: Net, a: Any, b: Any, alpha: Any = 1, out: Any = None) -> Value:
    if not isinstance(b, Value):
        return net.layer(layers.Shift(value=-number(b)), a)
    if not isinstance(a, Value):
        return rsub(net, b, a)
    return merged(net, layers.Subtract(), a, _scaled(net, b, alpha))


@translates("rsub", "__rsub__", varying=True)
def rsub(net: Net, a: Value, b: Any, alpha: Any = 1) -> Value:
    if isinstance(b, Value):
        return merged(net, layers.Subtract(), b, a)
    return net.layer(layers.Shift(value=number(b)), net.layer(layers.Function(function="neg"), a))


@translates("mul", "multiply", "__mul__", "__rmul__", "__imul__", varying=True)
def mul(net: Net, a: Any, b: Any, out: Any = None) -> Value:
    if not isinstance(a, Value):
        a, b = b, a
    if not isinstance(b, Value):
        return net.layer(layers.Scale(factor=number(b)), a)
    return merged(net, layers.Multiply(), a, b)


@translates("div", "divide", "true_divide", "__truediv__", "__itruediv__", "__div__", varying=True)
def div(net: Net, a: Any, b: Any, rounding_mode: str | None = None, out: Any = None) -> Value:
    if not isinstance(a, Value):
        return reciprocal(net, b, a)
    if not isinstance(b, Value):
        found = net.layer(layers.Scale(factor=1 / number(b)), a)
    else:
        found = merged(net, layers.Divide(), a, b)
    return net.layer(layers.Function(function="floor"), found) if rounding_mode else found


@translates("__rdiv__", "__rtruediv__", varying=True)
def reciprocal(net: Net, a: Value, b: Any = 1) -> Value:
    return _scaled(net, net.layer(layers.Function(function="reciprocal"), a), b)


@translates("floor_divide", "__floordiv__", varying=True)
def floor_divide(net: Net, a: Any, b: Any) -> Value:
    return div(net, a, b, rounding_mode="floor")


@translates("pow", "__pow__", "float_power", varying=True)
def power(net: Net, a: Any, b: Any) -> Value:
    if not isinstance(a, Value):
        return net.layer(layers.Function(function="exp2"), b)
    if isinstance(b, Value):
        return merged(net, layers.Multiply(), net.layer(layers.Function(function="log"), a), b)
    return net.layer(layers.Power(exponent=number(b)), a)


@translates("__rpow__")
def rpow(net: Net, a: Value, b: Any) -> Value:
    return net.layer(layers.Function(function="exp2"), a)


_MERGES: dict[str, Layer] = {
    "maximum": layers.Maximum(),
    "minimum": layers.Minimum(),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor"), layers.Compare()),
    **dict.fromkeys(
        ("__and__", "__or__", "__xor__", "bitwise_and", "bitwise_or", "remainder", "fmod"), layers.Compare()
    ),
    **dict.fromkeys(("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__mod__", "atan2"), layers.Compare()),
}


def _register_merge(name: str, layer: Layer) -> None:
    @translates(name, varying=True)
    def merge(net: Net, a: Any, b: Any, *rest: Any, **named: Any) -> Value:
        if isinstance(a, Value) and isinstance(b, Value):
            return merged(net, layer, a, b)
        x = a if isinstance(a, Value) else b
        if layer == layers.Maximum():
            return net.layer(layers.Clamp(min=number(b)), x)
        if layer == layers.Minimum():
            return net.layer(layers.Clamp(max=number(b)), x)
        return net.layer(layers.Function(function="compare"), x)


for _name, _layer in _MERGES.items():
    _register_merge(_name, _layer)

_FUNCTIONS = (
    *("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "sin", "cos", "tan", "sinh", "cosh"),
    *("asin", "acos", "atan", "erf", "erfinv", "exp2", "square", "abs", "sign", "neg", "floor", "ceil", "round"),
    *("trunc", "frac", "logical_not", "isnan", "isfinite", "reciprocal"),
)
_SPELT = {"absolute": "abs", "negative": "neg", "__neg__": "neg", "__invert__": "logical_not", "fix": "trunc"}
_SPELT |= {"bitwise_not": "logical_not", "__abs__": "abs", "special_erf": "erf", "arccos": "acos", "arcsin": "asin"}
_SPELT |= {"sgn": "sign", "nan_to_num": "compare", "isinf": "isnan", "arctan": "atan", "special_expm1": "expm1"}


def _register_function(name: str, function: Any) -> None:
    @translates(name)
    def call(net: Net, x: Value, *rest: Any, **named: Any) -> Value:
        return net.layer(layers.Function(function=function), x)


for _name in _FUNCTIONS:
    _register_function(_name, _name)
for _name, _function in _SPELT.items():
    _register_function(_name, _function)


@translates("clamp", "clip")
def clamp(net: Net, x: Value, min: Any = None, max: Any = None) -> Value:
    if isinstance(min, Value) or isinstance(max, Value):
        found = x
        if isinstance(min, Value):
            found = merged(net, layers.Maximum(), found, min)
        if isinstance(max, Value):
            found = merged(net, layers.Minimum(), found, max)
        return found
    low, high = (None if limit is None else number(limit) for limit in (min, max))
    return net.layer(layers.Clamp(min=low, max=high), x)


@translates("clamp_min")
def clamp_min(net: Net, x: Value, min: Any) -> Value:
    return clamp(net, x, min=min)


@translates("clamp_max")
def clamp_max(net: Net, x: Value, max: Any) -> Value:
    return clamp(net, x, max=max)


@translates("threshold")
def threshold(net: Net, x: Value, *rest: Any, **named: Any) -> Value:
    return net.layer(layers.Function(function="compare"), x)


@translates("masked_fill")
def masked_fill(net: Net, x: Value, mask: Value, value: Any) -> Value:
    if mask.is_constant:
        return net.layer(layers.Function(function="compare"), x)
    return merged(net, layers.Compare(), x, mask)


@translates("where")
def where(net: Net, condition: Value, a: Any = None, b: Any = None) -> Value:
    if not isinstance(a, Value) or not isinstance(b, Value):
        x = next((part for part in (a, b) if isinstance(part, Value)), None)
        if x is None:
            return net.layer(layers.Function(function="compare"), condition)
        return masked_fill(net, x, condition, 0)
    return merged(net, layers.Where(), condition, a, b)


@translates("addcmul")
def addcmul(net: Net, x: Value, a: Value, b: Value, *, value: Any = 1) -> Value:
    return merged(net, layers.Add(), x, _scaled(net, merged(net, layers.Multiply(), a, b), value))


@translates("addcdiv")
def addcdiv(net: Net, x: Value, a: Value, b: Value, *, value: Any = 1) -> Value:
    return merged(net, layers.Add(), x, _scaled(net, merged(net, layers.Divide(), a, b), value))


@translates("lerp")
def lerp(net: Net, a: Value, b: Value, weight: Any) -> Value:
    difference = merged(net, layers.Subtract(), b, a)
    moved = (
        merged(net, layers.Multiply(), difference, weight)
        if isinstance(weight, Value)
        else _scaled(net, difference, weight)
    )
    return merged(net, layers.Add(), a, moved)


@translates("copy", "copy_")
def copy(net: Net, x: Value, source: Any, *rest: Any) -> Value:
    if isinstance(source, Value) and source.shapes == x.shapes:
        return source
    raise DeclinedError("a copy into another shape")


@translates(
    "fill", "zero", "zeros_like", "ones_like", "full_like", "empty_like", "rand_like", "randn_like", varying=True
)
@translates(
    "new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "normal", "uniform", "bernoulli", varying=True
)
def constant(net: Net, x: Value, *rest: Any, **named: Any) -> Value:
    """Numbers that no input decides, in a shape that one may."""
    shapes = net.results[0]
    return Value(shapes, net.batch_axis(shapes), False, net.times)
