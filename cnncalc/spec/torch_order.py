"""One layer as Python writes it, ``Conv2d(10, 5, stride=1, padding=2)``, read as data and never run."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from cnncalc.errors import SpecError, nearest
from cnncalc.layers import LAYERS_BY_NAME, Layer
from cnncalc.layers.base import Shape
from cnncalc.spec.items import PLACE
from cnncalc.spec.reading import convert

_LONGEST = 10_000
_CALL = re.compile(r"\s*[A-Za-z_][\w.]*\s*\(.*\)\s*", re.DOTALL)
_ARRIVING = {
    "in_channels": (0, 0),
    "in_features": (0, -1),
    "num_features": (0, 0),
    "embed_dim": (0, -1),
    "num_channels": (1, 0),
}
"""What PyTorch wants to be told of the input and a spec need not: the position that it has among PyTorch's arguments,
and the axis of the input that it must agree with."""


class ReadLayer(Struct, frozen=True):
    """A layer, and whether its positional arguments were read in PyTorch's order, where that differs from ours."""

    layer: Layer
    in_torch_order: bool


def is_layer_text(text: str) -> bool:
    """Whether a text is a layer with its arguments, and no file or name."""
    return _CALL.fullmatch(text) is not None and ".py:" not in text


def read_layer(text: str, input_shape: Shape) -> ReadLayer:
    """The layer that a text such as ``Conv2d(10, 5, padding=2)`` means for an input.

    Positional arguments stand in the order of the class's fields (``out_channels, kernel_size, stride, …``). PyTorch's
    order, which begins with ``in_channels``, is taken where the name begins with ``nn.``, or where there is one
    argument more than the kind must have and the first is the number of channels that arrive. Raises SpecError.
    """
    call = _parsed(text)
    name = ast.unparse(call.func)
    kind = LAYERS_BY_NAME.get(name.rpartition(".")[2])
    if kind is None or name.rpartition(".")[0] not in ("", "nn", "torch.nn", "cnncalc", "layers"):
        raise SpecError(f"no kind of layer is named {name!r}{nearest(name.rpartition('.')[2], LAYERS_BY_NAME)}")
    positional = [_value(argument) for argument in call.args]
    keywords = {str(keyword.arg): _value(keyword.value) for keyword in call.keywords}
    ours = [field for field in kind.__struct_fields__ if field not in (*PLACE, "functional")]
    theirs = _torch_order(ours)
    in_torch_order = theirs != ours and _is_torch_order(name, kind, positional, keywords, ours, theirs, input_shape)
    return ReadLayer(_made(kind, positional, keywords, theirs if in_torch_order else ours), in_torch_order)


def _parsed(text: str) -> ast.Call:
    if len(text) > _LONGEST:
        raise SpecError(f"a layer of more than {_LONGEST:,} characters is too long")
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it is nested too deeply, or holds a null character"
        raise SpecError(f"a layer is written like Conv2d(10, 5, stride=1), found {text!r}: {reason}") from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, (ast.Name, ast.Attribute)):
        raise SpecError(f"a layer is written like Conv2d(10, 5, stride=1), found {text!r}")
    if any(isinstance(argument, ast.Starred) for argument in call.args) or None in [k.arg for k in call.keywords]:
        raise SpecError(f"stars have no meaning here, found {text!r}")
    return call


def _value(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, RecursionError, MemoryError, TypeError):
        shown = ast.unparse(node)
        raise SpecError(f"expected a number, a tuple, a text or True or False, found {shown[:60]}") from None
    return tuple(value) if isinstance(value, list) else value


def _torch_order(ours: Sequence[str]) -> list[str]:
    order = [field for field in ours if field not in _ARRIVING]
    for field in ours:
        if field in _ARRIVING:
            order.insert(_ARRIVING[field][0], field)
    return order


def _is_torch_order(
    name: str,
    kind: type[Layer],
    positional: Sequence[Any],
    keywords: Mapping[str, Any],
    ours: Sequence[str],
    theirs: Sequence[str],
    input_shape: Shape,
) -> bool:
    stated = next(field for field in theirs if field in _ARRIVING)
    if stated in keywords or len(positional) <= _ARRIVING[stated][0]:
        return False
    if "nn" in name.split(".")[:-1]:
        return True
    fits = _fits(kind, positional, keywords, theirs)
    if not _fits(kind, positional, keywords, ours):
        return fits
    required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    position, axis = _ARRIVING[stated]
    arriving = input_shape[axis] if input_shape else None
    given = len(positional) + sum(field in keywords for field in ours[:required])
    return given > required and positional[position] == arriving and fits


def _fits(kind: type[Layer], positional: Sequence[Any], keywords: Mapping[str, Any], order: Sequence[str]) -> bool:
    try:
        _made(kind, positional, keywords, order)
    except SpecError:
        return False
    return True


def _made(kind: type[Layer], positional: Sequence[Any], keywords: Mapping[str, Any], order: Sequence[str]) -> Layer:
    title = kind.__name__
    if len(positional) > len(order):
        raise SpecError(f"{title} takes at most {len(order)} arguments ({', '.join(order)}), found {len(positional)}")
    values = dict(zip(order, positional, strict=False))
    for field, value in keywords.items():
        if field not in order:
            hint = nearest(field, order) or f"; it has {', '.join(order)}"
            raise SpecError(f"{title} has no {field!r}{hint}")
        if field in values:
            raise SpecError(f"{title}: {field} is given twice")
        values[field] = value
    layer: Layer = convert(values | {"type": title}, kind, "", title)
    return layer
