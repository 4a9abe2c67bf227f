"""One layer as a line of text, ``Conv2d(10, 5, padding=2)``, in which a ``?`` may stand for what is not known.

The text is parsed, never run: a kind's name and literals, in the order and under the names of the kind's own fields.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from cnncalc.errors import SpecError, nearest
from cnncalc.layers import LAYERS_BY_NAME, Layer
from cnncalc.spec.complaints import listed, quote, unknown_field
from cnncalc.spec.python_text import tree_of
from cnncalc.spec.reading import convert, types_of

LONGEST_TEXT = 1000
"""The most characters of a layer's text."""

_PYTORCH_PREFIX = re.compile(r"\s*(torch\.)?nn\.")
_MARK = "unknown_"


class Unknown:
    """What a ``?`` stands for."""

    def __repr__(self) -> str:
        return "?"


UNKNOWN = Unknown()

Place: TypeAlias = tuple[str, int | None]
"""A hyper-parameter, and the index of its axis where it is given one an axis."""


class LayerForm(Struct, frozen=True, dict=True):
    """A layer with places left open: ``fields`` hold checked values, and :data:`UNKNOWN` where there is none."""

    kind: type[Layer]
    fields: dict[str, Any]

    @cached_property
    def open(self) -> tuple[Place, ...]:
        """The places that are not known, in the text's order."""
        return tuple(self._open())

    def _open(self) -> Iterator[Place]:
        for field, value in self.fields.items():
            if value is UNKNOWN:
                yield field, None
            elif isinstance(value, tuple):
                yield from ((field, index) for index, part in enumerate(value) if part is UNKNOWN)

    def filled(self, values: Sequence[Any]) -> Layer:
        """The layer with numbers of any kind in the open places, in their order; they are not checked."""
        remaining = iter(values)
        fields = {}
        for field, value in self.fields.items():
            if value is UNKNOWN:
                value = next(remaining)
            elif isinstance(value, tuple) and UNKNOWN in value:
                value = tuple(next(remaining) if part is UNKNOWN else part for part in value)
            fields[field] = value
        return self.kind(**fields)


def layer_from_text(text: str) -> Layer:
    """The layer that a text describes. Raises SpecError where it is none, or a value is not known or not allowed.

    >>> layer = layer_from_text("Conv2d(10, 5, padding=2)")
    >>> layer.out_channels, layer.kernel_size, layer.padding
    (10, 5, 2)
    """
    kind, fields = _parsed(text)
    for field, value in fields.items():
        if value is UNKNOWN or (isinstance(value, tuple) and UNKNOWN in value):
            raise SpecError("expected a value, found ?", where=f"{kind.__name__}.{field}")
    layer: Layer = convert({"type": kind.__name__} | fields, kind, kind.__name__, kind.__name__)
    return layer


def form_from_text(text: str) -> LayerForm:
    """The layer that a text describes, with ``?`` for what is not known; so is what the kind needs and the text leaves
    out. Raises SpecError.

    >>> form_from_text("Conv2d(kernel_size=3, stride=?)").open
    (('stride', None), ('out_channels', None))
    """
    kind, fields = _parsed(text)
    needed = [field.name for field in msgspec.structs.fields(kind) if field.required]
    fields |= {field: UNKNOWN for field in needed if field not in fields}
    form = LayerForm(kind, fields)
    stand_ins = {field: _stand_in(kind, field, value) for field, value in fields.items()}
    checked = convert({"type": kind.__name__} | stand_ins, kind, kind.__name__, kind.__name__)
    for field, value in fields.items():
        if value is not UNKNOWN and not (isinstance(value, tuple) and UNKNOWN in value):
            fields[field] = getattr(checked, field)
    return form


def _stand_in(kind: type[Layer], field: str, value: Any) -> Any:
    """A value of the right type in each open place, so that all else can be checked."""
    if value is not UNKNOWN:
        return tuple(1 if part is UNKNOWN else part for part in value) if isinstance(value, tuple) else value
    types = types_of(kind, field) - {str, float}
    if types and field not in Layer.__struct_fields__ and (bool not in types or types == {bool}):
        return True if types == {bool} else 1
    raise SpecError(f"{kind.__name__}.{field} is no whole number that could be looked for; state it")


def _parsed(text: str) -> tuple[type[Layer], dict[str, Any]]:
    """The kind of layer and its fields, not yet checked."""
    if len(text) > LONGEST_TEXT:
        raise SpecError(f"the text of a layer is longer than {LONGEST_TEXT} characters")
    prefix = _PYTORCH_PREFIX.match(text)
    if prefix:
        own = quote(text[prefix.end() :])
        raise SpecError(f"expected a layer such as {own}, without {prefix[0].strip()} and in_channels first")
    call = _call(text)
    name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ast.unparse(call)
    if name not in LAYERS_BY_NAME:
        hint = nearest(name, LAYERS_BY_NAME) or f"; the kinds are {listed(LAYERS_BY_NAME)}"
        raise SpecError(f"no kind of layer is named {quote(name)}{hint}")
    kind = LAYERS_BY_NAME[name]
    if not isinstance(call, ast.Call):
        return kind, {}
    positional = [field for field in kind.__match_args__ if field not in Layer.__struct_fields__]
    if len(call.args) > len(positional):
        message = f"{name} takes at most {len(positional)} values without a name: {', '.join(positional)}"
        raise SpecError(f"{message}; found {len(call.args)}")
    given = [*zip(positional, call.args, strict=False), *((keyword.arg, keyword.value) for keyword in call.keywords)]
    fields: dict[str, Any] = {}
    for field, node in given:
        if field is None or field not in kind.__struct_fields__:
            raise unknown_field(name, field or "**", kind, "")
        if field in fields:
            raise SpecError(f"{name} is given {field} twice")
        fields[field] = _literal(node, f"{name}.{field}")
    return kind, fields


def _call(text: str) -> ast.Call | ast.Name:
    """The text as a call, or as the name alone."""
    tree = tree_of(text.replace("?", _MARK))
    if isinstance(tree, ast.Name) or (isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name)):
        return tree
    raise SpecError(f"expected a layer such as Conv2d(10, 5, padding=2), found {quote(text)}")


def _literal(node: ast.expr, where: str) -> Any:
    if isinstance(node, ast.Name) and node.id == _MARK:
        return UNKNOWN
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_literal(part, where) for part in node.elts)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        found = ast.unparse(node).replace(_MARK, "?")
    raise SpecError(f"expected a plain value, found {quote(found)}", where=where)
