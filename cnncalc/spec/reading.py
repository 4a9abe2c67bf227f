"""Plain data, as JSON holds it, to a spec's items and back."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from functools import cache, partial
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from cnncalc.arithmetic import holds_throughout, is_single, single
from cnncalc.errors import SpecError
from cnncalc.layers import LAYERS_BY_NAME, Layer
from cnncalc.spec.complaints import complaint, missing_type, quote, unknown_field, unknown_type
from cnncalc.spec.expressions import CONSTANTS, FUNCTIONS, ExpressionError, names_in
from cnncalc.spec.items import CONTAINERS, PLACE, Block, Container, Item, Parallel, Residual, Use

DEEPEST = 32
"""How deep items may nest."""
MOST_NAMES = 1000
"""How many variables or blocks a spec may have, and parameters a block."""

_RESERVED = {"in_channels", *CONSTANTS, *FUNCTIONS}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def convert(document: Mapping[str, Any], struct: Any, where: str, title: str) -> Any:
    """A document as a struct. Raises SpecError with the place."""
    try:
        return msgspec.convert(document, struct)
    except msgspec.ValidationError as error:
        raise complaint(error, dict(document), struct, where, title) from None
    except UnicodeEncodeError:
        raise SpecError("holds half of a character (a lone surrogate)", where=where) from None


def items_from(documents: Any, where: str, blocks: Mapping[str, object], depth: int = 0) -> tuple[Item, ...]:
    """A list of layers, containers and uses of blocks. Raises SpecError."""
    if not isinstance(documents, (list, tuple)):
        raise SpecError(f"expected a list of layers, found {quote(documents)}", where=where)
    if depth > DEEPEST:
        raise SpecError(f"nested more than {DEEPEST} deep", where=where)
    return tuple([_item(item, f"{where}[{index}]", blocks, depth) for index, item in enumerate(documents)])


def block_from(document: Any, where: str, blocks: Mapping[str, object]) -> Block:
    """A block's definition. Raises SpecError."""
    if isinstance(document, Block):
        document = plain(document)
    if not isinstance(document, dict):
        raise SpecError(f"expected a block, an object with layers, found {quote(document)}", where=where)
    for field in document:
        if field not in Block.__struct_fields__:
            raise unknown_field("a block", field, Block, where)
    if "layers" not in document:
        raise SpecError('a block needs "layers"', where=where)
    parameters = document.get("parameters", {})
    if not isinstance(parameters, dict):
        raise SpecError(f"expected an object of parameters, found {quote(parameters)}", where=f"{where}.parameters")
    if len(parameters) > MOST_NAMES:
        raise SpecError(f"more than {MOST_NAMES} parameters", where=f"{where}.parameters")
    for name, default in parameters.items():
        if name in ("type", *PLACE):
            raise SpecError(f'a parameter cannot be named "{name}"', where=f"{where}.parameters")
        check_name(name, f"{where}.parameters")
        if default is not None:
            check_number(default, f"{where}.parameters.{name}")
    return Block(items_from(document["layers"], f"{where}.layers", blocks), parameters)


def check_name(name: object, where: str) -> None:
    """That a name can be used in an expression. Raises SpecError."""
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name) or len(name) > 100:
        raise SpecError(f"{quote(name)} cannot be a name; names are letters, digits and underscores", where=where)
    if name in _RESERVED or keyword.iskeyword(name):
        raise SpecError(f"{quote(name)} cannot be a name here, it has a meaning in expressions", where=where)


def check_number(value: object, where: str) -> None:
    """That a value is a number, true or false, or an expression. Raises SpecError."""
    if isinstance(value, str):
        check_expression(value, where)
    elif not isinstance(value, (int, float)) or value != value or abs(value) > 10**18:
        raise SpecError(f"expected a number or an expression, found {quote(value)}", where=where)


def check_expression(text: str, where: str) -> None:
    """That a text is an expression. Raises SpecError."""
    try:
        names_in(text)
    except ExpressionError as error:
        raise SpecError(f"{quote(text)}: {error}", where=where) from None


def expressions_of(layer: Layer) -> dict[str, Any]:
    """The fields of a layer that hold expressions, which stand where its kind wants something else than that text."""
    found: dict[str, Any] = {}
    for field in layer.__struct_fields__:
        value = getattr(layer, field)
        if type(value) is str:
            if field not in PLACE and not _is_text(type(layer), field, value):
                found[field] = value
        elif type(value) is tuple and field not in PLACE and _has_expression(type(layer), field, value):
            found[field] = value
    return found


def made(kind: type[Layer], stated: dict[str, Any], found: dict[str, Any], where: str) -> Layer:
    """A layer whose expressions are worked out. Raises SpecError where a value is not one that its field takes, and
    Undecided where some points of a sweep have one that it takes and others not.
    """
    title = kind.__name__
    stand_ins = {field: tuple([_plain(part) for part in _parts(value)]) for field, value in found.items()}
    wide = [(f, place) for f, value in found.items() for place, part in enumerate(_parts(value)) if not is_single(part)]

    def fields(values: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
        return {field: parts if isinstance(found[field], tuple) else parts[0] for field, parts in values.items()}

    def layer_with(field: str, place: int, value: Any) -> Layer:
        parts = stand_ins[field]
        changed = stand_ins | {field: (*parts[:place], value, *parts[place + 1 :])}
        layer: Layer = convert({"type": title} | stated | fields(changed), kind, where, title)
        return layer

    def takes(field: str, place: int, value: Any) -> bool:
        try:
            layer_with(field, place, value)
        except SpecError:
            return False
        return True

    for field, place in wide:
        part = _parts(found[field])[place]
        if not holds_throughout(part, partial(takes, field, place)):
            layer_with(field, place, single(part))
    layer: Layer = convert({"type": title} | stated | fields(stand_ins), kind, where, title)
    return msgspec.structs.replace(layer, **{field: found[field] for field, _ in wide}) if wide else layer


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _plain(part: Any) -> Any:
    """A number as it is, and 1, which every field takes, for what is none yet."""
    return part if is_single(part) else 1


def types_of(kind: type[Layer], field: str) -> set[type]:
    """The plain types that a field takes."""
    return _kinds_of(kind, field)[0]


def words_of(kind: type[Layer], field: str) -> set[str]:
    """The words that a field takes besides numbers, such as ``"same"``."""
    return _kinds_of(kind, field)[1]


def plain(value: Any) -> Any:
    """An item or a block as plain data, without the fields that are at their defaults; other values as they are."""
    if isinstance(value, Use):
        return {"type": value.block} | value.arguments | _stated(value, Container)
    if isinstance(value, (Layer, Container)):
        return {"type": type(value).__name__} | _stated(value, type(value))
    if isinstance(value, Block):
        return _stated(value, Block)
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return value


def _stated(value: msgspec.Struct, struct: type[msgspec.Struct]) -> dict[str, Any]:
    defaults = _defaults(struct)
    stated = {}
    for field in struct.__struct_fields__:
        part = getattr(value, field)
        if field not in defaults or type(part) is not type(defaults[field]) or part != defaults[field]:
            stated[field] = plain(part)
    return stated


@cache
def _defaults(struct: type[msgspec.Struct]) -> dict[str, Any]:
    required = (msgspec.NODEFAULT,)
    fields = msgspec.structs.fields(struct)
    found = {f.name: f.default if f.default not in required else f.default_factory for f in fields if not f.required}
    return {name: default() if callable(default) else default for name, default in found.items()}


def _item(document: Any, where: str, blocks: Mapping[str, object], depth: int) -> Item:
    if isinstance(document, (Layer, Container)):
        document = plain(document)
    if not isinstance(document, dict) or "type" not in document:
        raise missing_type(document, where)
    kind = document["type"]
    if isinstance(kind, str) and kind in LAYERS_BY_NAME:
        return _layer(document, LAYERS_BY_NAME[kind], where)
    if not isinstance(kind, str) or (kind not in CONTAINERS and kind not in blocks):
        raise unknown_type(kind, where, [*LAYERS_BY_NAME, *CONTAINERS, *blocks])
    place = _place(document, where)
    rest = {key: value for key, value in document.items() if key not in ("type", *PLACE)}
    if kind not in CONTAINERS:
        for name, value in rest.items():
            check_name(name, where)
            check_number(value, f"{where}.{name}")
        return Use(kind, rest, **place)
    return _container(CONTAINERS[kind], rest, place, where, blocks, depth)


def _container(
    kind: type[Container],
    rest: dict[str, Any],
    place: dict[str, Any],
    where: str,
    blocks: Mapping[str, object],
    depth: int,
) -> Item:
    title = kind.__name__
    for field in rest:
        if field not in kind.__struct_fields__:
            raise unknown_field(title, field, kind, f"{where}")
    for required in msgspec.structs.fields(kind):
        if required.required and required.name not in rest:
            raise SpecError(f'{title} needs "{required.name}"', where=where)
    for field in ("layers", "body", "shortcut"):
        if field in rest:
            rest[field] = items_from(rest[field], f"{where}.{field}", blocks, depth + 1)
    if "branches" in rest:
        rest["branches"] = _branches(rest["branches"], f"{where}.branches", blocks, depth + 1)
    if "times" in rest:
        check_number(rest["times"], f"{where}.times")
    if "index" in rest:
        check_name(rest["index"], f"{where}.index")
    if kind in (Residual, Parallel):
        merges = [name for name, layer in LAYERS_BY_NAME.items() if layer.merges()]
        if rest.get("merge", merges[0]) not in merges:
            found = quote(rest["merge"])
            raise SpecError(f"expected one of {', '.join(merges)}, found {found}", where=f"{where}.merge")
    made: Any = kind
    item: Item = made(**rest, **place)
    return item


def _branches(documents: Any, where: str, blocks: Mapping[str, object], depth: int) -> Any:
    if isinstance(documents, dict):
        for name in documents:
            convert({"name": name}, Container, where, "a branch")
        return {name: items_from(items, f"{where}.{name}", blocks, depth) for name, items in documents.items()}
    if not isinstance(documents, (list, tuple)):
        raise SpecError(f"expected a list or an object of branches, found {quote(documents)}", where=where)
    return tuple([items_from(items, f"{where}[{index}]", blocks, depth) for index, items in enumerate(documents)])


def _place(document: dict[str, Any], where: str) -> dict[str, Any]:
    """An item's own name, inputs and condition, checked."""
    place = {field: document[field] for field in PLACE if field in document}
    if isinstance(place.get("when"), str):
        check_expression(place["when"], f"{where}.when")
    checked = convert(place, Container, where, str(document["type"]))
    return {field: getattr(checked, field) for field in PLACE}


def _layer(document: dict[str, Any], kind: type[Layer], where: str) -> Layer:
    """A layer, whose hyper-parameters may be expressions; those are only checked to be such."""
    expressions = {
        field: value
        for field, value in document.items()
        if field not in ("type", *PLACE) and field in kind.__struct_fields__ and _has_expression(kind, field, value)
    }
    if isinstance(document.get("when"), str):
        check_expression(document["when"], f"{where}.when")
    layer: Layer
    if not expressions:
        layer = convert(document, kind, where, kind.__name__)
        return layer
    for field, value in expressions.items():
        for text in value if isinstance(value, Sequence) and not isinstance(value, str) else [value]:
            if isinstance(text, str):
                check_expression(text, f"{where}.{field}")
    stand_ins = {field: _stand_in(kind, field, value) for field, value in expressions.items()}
    layer = convert(document | stand_ins, kind, where, kind.__name__)
    kept = {field: value if isinstance(value, str) else tuple(value) for field, value in expressions.items()}
    return msgspec.structs.replace(layer, **kept)


def _has_expression(kind: type[Layer], field: str, value: Any) -> bool:
    if isinstance(value, str):
        return not _is_text(kind, field, value)
    texts = isinstance(value, (list, tuple)) and any(isinstance(part, str) for part in value)
    return texts and str not in _kinds_of(kind, field)[0]


def _is_text(kind: type[Layer], field: str, value: str) -> bool:
    """Whether a field of a kind takes that text as it is; where it takes only words, every text is one, if unknown."""
    types, words = _kinds_of(kind, field)
    return value in words or str in types or not types


def _stand_in(kind: type[Layer], field: str, value: Any) -> Any:
    """A value of the right type in the place of an expression, so that all else can be checked."""
    if isinstance(value, str):
        return True if _kinds_of(kind, field)[0] == {bool} else 1
    return [1 if isinstance(part, str) else part for part in value]


@cache
def _kinds_of(kind: type[Layer], field: str) -> tuple[set[type], set[str]]:
    """The plain types that a field takes, and the words."""
    types: set[type] = set()
    words: set[str] = set()
    pending = [get_type_hints(kind)[field]]
    while pending:
        hint = pending.pop()
        if get_origin(hint) is Literal:
            words |= set(get_args(hint))
        elif get_args(hint):
            pending += get_args(hint)
        elif hint is not NoneType:
            types.add(hint)
    return types, words
