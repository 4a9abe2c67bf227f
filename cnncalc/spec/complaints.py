"""What msgspec finds wrong with a document, said so that its author can mend it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from cnncalc.errors import SpecError, nearest
from cnncalc.layers import LAYERS_BY_NAME

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_LONGEST_QUOTE = 60


def complaint(
    error: msgspec.ValidationError, document: object, structs: Mapping[str, type[msgspec.Struct]], source: str
) -> SpecError:
    """The SpecError for msgspec's first finding; ``structs`` says which type stands where, beside the layers."""
    finding, _, place = str(error).partition(" - at `")
    where = place.rstrip("`") or "$"
    found = _lookup(document, where)
    struct = structs.get(where) or _layer_type(found)
    match = re.fullmatch(r"Object contains unknown field `(.*)`", finding, re.DOTALL)
    if match and struct:
        field = match[1]
        names = struct.__struct_fields__
        hint = nearest(field, names) or f"; it has {', '.join(names)}"
        return SpecError(f"{_title(struct)} has no field {quote(field)}{hint}", where=where, source=source)
    match = re.fullmatch(r"Object missing required field `(\w+)`", finding)
    if match and match[1] == "type":
        return SpecError('a layer needs a "type", such as "Conv2d"', where=where, source=source)
    if match:
        subject = _title(struct) if struct else "this object"
        return SpecError(f'{subject} needs "{match[1]}"', where=where, source=source)
    if finding.startswith("Invalid value") and where.endswith(".type"):
        hint = nearest(str(found), LAYERS_BY_NAME) or f"; the types are {', '.join(LAYERS_BY_NAME)}"
        return SpecError(f"unknown layer type {quote(found)}{hint}", where=where, source=source)
    expected = _expected(finding, document, where)
    return SpecError(f"expected {expected}, found {quote(found)}", where=where, source=source)


def quote(value: object) -> str:
    """A value as JSON writes it, shortened."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=lambda odd: f"<{type(odd).__name__}>")
    except (TypeError, ValueError):
        text = f"<{type(value).__name__}>"
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _expected(finding: str, document: object, where: str) -> str:
    if finding.startswith("Invalid enum value"):
        return _choices(document, where)
    if "matching regex" in finding:
        return "text in one line without control characters"
    bound = re.fullmatch(r"Expected `(\w+)` (of length )?(<=|>=) (\S+)", finding)
    if bound:
        kind, length, sign, limit = bound.groups()
        least = "at least" if sign == ">=" else "at most"
        if not length:
            return f"{_WORDS[kind]} of {least} {limit}"
        one, more = ("character", "characters") if kind == "str" else ("entry", "entries")
        return f"{_WORDS[kind]} of {least} {limit} {one if limit == '1' else more}"
    types = re.match(r"Expected `([^`]*)`", finding)
    if types:
        return " or ".join(_WORDS.get(name, name) for name in types[1].split(" | "))
    return f"something else ({finding})"


def _choices(document: object, where: str) -> str:
    """The words that a field accepts."""
    owner, _, field = where.rpartition(".")
    struct = _layer_type(_lookup(document, owner))
    hint = get_type_hints(struct)[field] if struct else None
    words = [word for option in get_args(hint) if get_origin(option) is Literal for word in get_args(option)]
    return "one of " + ", ".join(f'"{word}"' for word in words) + ", or numbers"


def _layer_type(found: object) -> type[msgspec.Struct] | None:
    kind = found.get("type") if isinstance(found, dict) else None
    return LAYERS_BY_NAME.get(kind) if isinstance(kind, str) else None


def _title(struct: type[msgspec.Struct]) -> str:
    return struct.__name__ if struct.__name__ in LAYERS_BY_NAME else f"a spec's {struct.__name__.lower()}"


def _lookup(document: Any, where: str) -> Any:
    """The value at a place such as ``$.layers[3].stride``; None where there is none."""
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", where):
        try:
            document = document[key] if key else document[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return document
