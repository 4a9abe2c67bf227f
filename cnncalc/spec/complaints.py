"""What is wrong with a document, said so that its author can mend it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from cnncalc.errors import SpecError, nearest

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
_MOST_NAMES = 12


def complaint(
    error: msgspec.ValidationError, document: dict[str, Any], struct: type[msgspec.Struct], where: str, title: str
) -> SpecError:
    """The SpecError for msgspec's finding about a document at ``where``, which should be a ``struct``."""
    finding, _, inner = str(error).partition(" - at `")
    inner = inner.rstrip("`").removeprefix("$")
    title = f'"{inner[1:]}"' if inner else title
    match = re.fullmatch(r"Object contains unknown field `(.*)`", finding, re.DOTALL)
    if match:
        return unknown_field(title, match[1], _nested(struct, inner), where + inner)
    match = re.fullmatch(r"Object missing required field `(\w+)`", finding)
    if match:
        return SpecError(f'{title} needs "{match[1]}"', where=where + inner)
    expected = _expected(finding, struct, inner)
    place, found = _place(str(error), document, struct, inner)
    return SpecError(f"expected {expected}, found {quote(found)}", where=where + place)


def unknown_field(title: str, field: str, struct: type[msgspec.Struct], where: str) -> SpecError:
    """The error for a field that an object does not have."""
    names = struct.__struct_fields__
    hint = nearest(field, names) or f"; it has {', '.join(names)}"
    return SpecError(f"{title} has no field {quote(field)}{hint}", where=where)


def unknown_type(kind: object, where: str, known: Sequence[str]) -> SpecError:
    """The error for a layer of a type that does not exist."""
    hint = nearest(kind, known) if isinstance(kind, str) else ""
    hint = hint or f"; the types are {listed(known)}"
    return SpecError(f"unknown layer type {quote(kind)}{hint}", where=f"{where}.type")


def listed(names: Collection[str]) -> str:
    """The first of many names, and how many more there are."""
    shown = ", ".join(islice(names, _MOST_NAMES))
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more, which `cnncalc schema` lists" if more > 0 else shown


def missing_type(document: object, where: str) -> SpecError:
    """The error for something among the layers that does not say which type it is."""
    if isinstance(document, dict):
        return SpecError('a layer needs "type", such as "Conv2d"', where=where)
    return SpecError(f"expected a layer, an object with a type, found {quote(document)}", where=where)


def quote(value: object) -> str:
    """A value as JSON writes it, shortened and in one line."""
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        text = f"<{type(value).__name__}>"
    if isinstance(value, float) and text == "null":
        text = str(value)
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _expected(finding: str, struct: type[msgspec.Struct], inner: str) -> str:
    """What msgspec expected, in words."""
    if finding.startswith("Invalid enum value"):
        options = _options(get_type_hints(struct)[inner[1:]])
        words = [word for option in options if get_origin(option) is Literal for word in get_args(option)]
        return "one of " + ", ".join(f'"{word}"' for word in words) + (" or whole numbers" if int in options else "")
    if "matching regex" in finding:
        stated = _extra(_hint(struct, inner), "words")
        return stated or "text in one line, not blank and without control characters"
    bound = re.fullmatch(r"Expected `(\w+)` (of length )?(<=|>=|<|>) (\S+)", finding)
    if bound:
        kind, length, sign, limit = bound.groups()
        least = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}[sign]
        if not length:
            return f"{_WORDS[kind]} of {least} {limit}"
        one, more = ("character", "characters") if kind == "str" else ("entry", "entries")
        return f"{_WORDS[kind]} of {least} {limit} {one if limit == '1' else more}"
    types = re.match(r"Expected `([^`]*)`", finding)
    if types:
        return " or ".join(_WORDS.get(name, name) for name in types[1].split(" | "))
    return f"something else ({finding})"


def _nested(struct: type[msgspec.Struct], inner: str) -> type[msgspec.Struct]:
    """The struct of an object inside a document, such as ``.expected`` or ``.published[2]``."""
    return next((option for option in _options(_hint(struct, inner)) if hasattr(option, "__struct_fields__")), struct)


def _hint(struct: type[msgspec.Struct], inner: str) -> Any:
    """The type of the field at a place, with its annotations; that of a list's members for ``[2]``."""
    hint: Any = struct
    for field in re.findall(r"\.(\w+)", inner):
        owner = next((option for option in _options(hint) if hasattr(option, "__struct_fields__")), struct)
        hint = get_type_hints(owner, include_extras=True).get(field, struct)
    return hint


def _options(hint: Any) -> list[Any]:
    """A type and those that it is made of, outermost first."""
    return [hint, *(part for argument in get_args(hint) for part in _options(argument))]


def _extra(hint: Any, key: str) -> str:
    """What a type's annotation says under that name; empty where it says nothing."""
    metas = [option for option in _options(hint) if isinstance(option, msgspec.Meta)]
    found: str = next((meta.extra[key] for meta in metas if meta.extra and key in meta.extra), "")
    return found


def _place(finding: str, document: dict[str, Any], struct: type[msgspec.Struct], inner: str) -> tuple[str, Any]:
    """The place of a finding, with the name of an object's entry where msgspec writes ``[...]``, and what is there."""
    field, among, rest = inner.partition("[...]")
    entries = _lookup(document, field) if among else None
    if not isinstance(entries, dict):
        return inner, _lookup(document, inner)
    every = dict(entries)
    try:
        for name, entry in every.items():
            entries.clear()
            entries[name] = entry
            try:
                msgspec.convert(document, struct)
            except msgspec.ValidationError as error:
                if str(error) == finding:
                    return f"{field}.{name}{rest}", _lookup(entry, rest)
    finally:
        entries.clear()
        entries.update(every)
    return inner, _lookup(document, inner)


def _lookup(document: Any, inner: str) -> Any:
    """The value at a place such as ``.stride[1]``; None where there is none."""
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", inner):
        try:
            document = document[key] if key else document[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return document
