"""The JSON Schema of specs, generated from the layer classes, so that an editor completes and checks a spec."""

from __future__ import annotations

from typing import Any

import msgspec

from cnncalc.layers import LAYERS
from cnncalc.layers.hyper_parameters import MEANINGS
from cnncalc.spec.items import CONTAINERS, PLACE, Container
from cnncalc.spec.network import Heading

_EXPRESSION = {"$ref": "#/$defs/expression"}
_ITEMS = {"type": "array", "items": {"$ref": "#/$defs/item"}}
_NUMBERS = {"type": "object", "additionalProperties": {"anyOf": [{"type": ["number", "boolean"]}, _EXPRESSION]}}


def spec_schema() -> dict[str, Any]:
    """The schema, of draft 2020-12."""
    (*_, heading), definitions = msgspec.json.schema_components((*LAYERS, Heading), ref_template="#/$defs/{name}")
    del heading
    kinds = {layer.__name__: _explained(_with_expressions(definitions[layer.__name__])) for layer in LAYERS}
    place = {field: kinds["Identity"]["properties"][field] for field in PLACE}
    containers = {name: _container(name, kind, place) for name, kind in CONTAINERS.items()}
    taken = [*kinds, *containers]
    use = {
        "description": "A block of this spec's own; the other fields are its arguments.",
        "type": "object",
        "properties": {"type": {"type": "string", "not": {"enum": taken}}, **place},
        "required": ["type"],
    }
    item = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"type": "string", "examples": taken}},
        "allOf": [_when_type(name) for name in taken]
        + [{"if": {"properties": {"type": {"not": {"enum": taken}}}}, "then": {"$ref": "#/$defs/use"}}],
    }
    block = {
        "type": "object",
        "properties": {
            "parameters": {
                "type": "object",
                "additionalProperties": {"anyOf": [{"type": ["number", "boolean", "null"]}, _EXPRESSION]},
            },
            "layers": _ITEMS,
        },
        "required": ["layers"],
        "additionalProperties": False,
    }
    top = definitions.pop("Heading")
    own = {
        "$schema": {"type": "string"},
        "variables": _NUMBERS,
        "blocks": {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
        "layers": _ITEMS | {"minItems": 1},
    }
    expression = {"type": "string", "description": 'Arithmetic over variables, such as "width * 2".'}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A network for cnncalc",
        "type": "object",
        "properties": top["properties"] | own,
        "required": ["input", "layers"],
        "additionalProperties": False,
        "$defs": {
            "Expected": _without_example(definitions["Expected"]),
            "Published": _without_example(definitions["Published"]),
            "expression": expression,
            "block": block,
            "item": item,
            "use": use,
        }
        | containers
        | kinds,
    }


def _explained(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a layer, in which each hyper-parameter has its meaning."""
    fields = {
        name: field | {"description": MEANINGS[name]} if name in MEANINGS else field
        for name, field in schema["properties"].items()
    }
    return schema | {"properties": fields}


def _without_example(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object, with what its docstring says in words alone."""
    return schema | {"description": schema["description"].partition(">>>")[0].rstrip()}


def _when_type(name: str) -> dict[str, Any]:
    return {"if": {"properties": {"type": {"const": name}}}, "then": {"$ref": f"#/$defs/{name}"}}


def _container(name: str, kind: type[Container], place: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {
        "layers": _ITEMS,
        "body": _ITEMS,
        "shortcut": _ITEMS,
        "branches": {"anyOf": [{"type": "array", "items": _ITEMS}, {"type": "object", "additionalProperties": _ITEMS}]},
        "times": {"anyOf": [{"type": "integer", "minimum": 0}, _EXPRESSION]},
        "index": {"type": "string"},
        "merge": {"enum": [layer.__name__ for layer in LAYERS if layer.merges()]},
    }
    fields = [field for field in kind.__struct_fields__ if field not in PLACE]
    required = [field.name for field in msgspec.structs.fields(kind) if field.required]
    return {
        "description": " ".join((kind.__doc__ or "").split("\n\n")[0].split()),
        "type": "object",
        "properties": {"type": {"const": name}} | {field: own[field] for field in fields} | place,
        "required": ["type", *required],
        "additionalProperties": False,
    }


def _with_expressions(schema: Any) -> Any:
    """The schema of a layer, in which an expression may stand for each number and each truth value."""
    if isinstance(schema, list):
        return [_with_expressions(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in ("integer", "number", "boolean"):
        default = {"default": schema["default"]} if "default" in schema else {}
        bare = {key: value for key, value in schema.items() if key != "default"}
        return {"anyOf": [bare, _EXPRESSION]} | default
    return {key: value if key in ("default", "enum") else _with_expressions(value) for key, value in schema.items()}
