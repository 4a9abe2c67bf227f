"""A layer's text whose arguments without a name may stand in PyTorch's order, ``Conv2d(3, 10, 5)``.

Only the arguments' names are decided on here; the text is read by :mod:`cnncalc.spec.layer_text`, as data.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from msgspec import Struct

from cnncalc.errors import SpecError
from cnncalc.layers import LAYERS_BY_NAME, Layer
from cnncalc.layers.base import Shape
from cnncalc.spec.layer_text import LONGEST_TEXT, layer_from_text
from cnncalc.spec.python_text import tree_of

_CALL = re.compile(r"\s*([A-Za-z_][\w.]*)\s*\((.*\)\s*$)?", re.DOTALL)
_PREFIX = re.compile(r"\s*(torch\.)?nn\.")
_ELSEWHERE: dict[str, tuple[int, int | None]] = {
    "in_channels": (0, 0),
    "in_features": (0, -1),
    "num_features": (0, 0),
    "embed_dim": (0, -1),
    "num_channels": (1, 0),
    "input_size": (0, -1),
    "norm_type": (0, None),
}
"""What stands elsewhere among PyTorch's arguments: its position there, and the axis of the input that it must agree
with. Most is what PyTorch wants to be told of the input and a spec need not; what is not has None."""


class ReadLayer(Struct, frozen=True):
    """A layer, and whether its arguments were read in PyTorch's order, where ours would have been possible, too."""

    layer: Layer
    in_torch_order: bool


def is_layer_text(text: str) -> bool:
    """Whether a text is a layer with its arguments, and no file or name; a kind with a bracket is meant as one."""
    match = _CALL.match(text)
    if match is None or ".py:" in text:
        return False
    return match[2] is not None or match[1].rpartition(".")[2] in LAYERS_BY_NAME


def read_layer(text: str, input_shape: Shape) -> ReadLayer:
    """The layer that a text such as ``Conv2d(10, 5, padding=2)`` means for an input.

    Arguments without a name stand in the order of the kind's fields (``out_channels, kernel_size, stride, …``).
    PyTorch's order, which begins with ``in_channels``, is taken where the kind's name begins with ``nn.``, where only
    that gives a layer, or where there is one argument more than the kind must have and the first is the number of
    channels that arrive. Raises SpecError.
    """
    prefix = _PREFIX.match(text)
    plain = text[prefix.end() :] if prefix else text
    theirs = _in_torch_order(plain)
    if theirs is None:
        return ReadLayer(layer_from_text(plain), False)
    if prefix:
        return ReadLayer(layer_from_text(theirs.text), False)
    ours, other = _layer(plain), _layer(theirs.text)
    if other is not None and (ours is None or theirs.tells(input_shape)):
        return ReadLayer(other, ours is not None)
    return ReadLayer(ours or layer_from_text(plain), False)


class _Relabelled(Struct, frozen=True):
    """A layer's text with its arguments named in PyTorch's order, and how many numbers it states for sure."""

    text: str
    stated: object
    axis: int | None
    is_full: bool

    def tells(self, input_shape: Shape) -> bool:
        """Whether PyTorch's order explains the text better: a number more than needed, which is what arrives."""
        arriving = None if self.axis is None or not input_shape else input_shape[self.axis]
        return self.is_full and arriving is not None and self.stated == arriving


def _in_torch_order(text: str) -> _Relabelled | None:
    """The text as PyTorch would mean it; None where that makes no difference, or it is no layer's text."""
    call = _call(text)
    kind = LAYERS_BY_NAME.get(call.func.id) if call and isinstance(call.func, ast.Name) else None
    if call is None or kind is None:
        return None
    ours = [field for field in kind.__struct_fields__ if field not in Layer.__struct_fields__]
    stated = next((field for field in ours if field in _ELSEWHERE), None)
    named = {keyword.arg for keyword in call.keywords}
    if stated is None or stated in named or len(call.args) <= _ELSEWHERE[stated][0] or len(call.args) > len(ours):
        return None
    position, axis = _ELSEWHERE[stated]
    order = _order(ours, stated, position)
    keywords = [ast.keyword(field, value) for field, value in zip(order, call.args, strict=False)]
    relabelled = ast.unparse(ast.Call(call.func, [], [*keywords, *call.keywords]))
    required = ours[: len(kind.__struct_fields__) - len(kind.__struct_defaults__)]
    given = len(call.args) + sum(field in named for field in required)
    value = call.args[position]
    return _Relabelled(relabelled, getattr(value, "value", None), axis, given > len(required))


def _order(ours: Sequence[str], stated: str, position: int) -> list[str]:
    order = [field for field in ours if field != stated]
    order.insert(position, stated)
    return order


def _call(text: str) -> ast.Call | None:
    if len(text) > LONGEST_TEXT:
        return None
    tree = tree_of(text)
    starred = isinstance(tree, ast.Call) and any(isinstance(argument, ast.Starred) for argument in tree.args)
    return tree if isinstance(tree, ast.Call) and not starred else None


def _layer(text: str) -> Layer | None:
    try:
        return layer_from_text(text)
    except SpecError:
        return None
