"""Where specs are found and how their text is read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cnncalc.errors import SpecError, nearest
from cnncalc.spec.network import Network, network_from

LARGEST_FILE = 64 * 2**20
"""The most bytes of a spec that are read."""


def load(spec: str | os.PathLike[str]) -> Network:
    """The network of a spec: a JSON file's path, or the name of a shipped spec such as ``"alexnet"``.

    Raises SpecError with the place where the spec cannot be read.
    """
    source = os.fspath(spec)
    path = _shipped_path(source) if source in shipped_names() else Path(source)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SpecError(_not_found(source), source=source) from None
    except IsADirectoryError:
        raise SpecError("this is a directory, expected a JSON file", source=source) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SpecError(f"cannot be read: {reason.lower()}", source=source) from None
    return loads(data, source=source)


def loads(text: str | bytes, source: str = "") -> Network:
    """The network of a spec's text; ``source`` names it in errors. Raises SpecError."""
    if isinstance(text, bytes):
        if len(text) > LARGEST_FILE:
            raise SpecError(f"larger than {LARGEST_FILE // 2**20} MiB, too large for a spec", source=source)
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise SpecError(f"not a text file (byte {error.start} is not UTF-8)", source=source) from None
    return network_from(_parse(text, source), source)


def shipped_names() -> list[str]:
    """The names of the specs that come with cnncalc."""
    return sorted(path.stem for path in _shipped_directory().glob("*.json"))


def _shipped_directory() -> Path:
    """Inside the package where it was installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "specs"
    return inside if inside.is_dir() else package.parent / "specs"


def _shipped_path(name: str) -> Path:
    return _shipped_directory() / f"{name}.json"


def _not_found(source: str) -> str:
    path = Path(source)
    if path.suffix or path.parent != Path():
        try:
            neighbours = [str(path.parent / other.name) for other in path.parent.iterdir()]
        except OSError:
            neighbours = []
        return f"no such file{nearest(source, [*neighbours, *shipped_names()])}"
    hint = nearest(source, shipped_names()) or f"; the shipped specs are {', '.join(shipped_names())}"
    return f"no such file and no shipped spec of that name{hint}"


def _parse(text: str, source: str) -> object:
    """The JSON document, with repeated keys and NaN refused."""
    repeated: list[tuple[dict[str, Any], str]] = []
    constants: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            keys = [key for key, _ in pairs]
            repeated.append((result, next(key for key in keys if keys.count(key) > 1)))
        return result

    def constant(name: str) -> float:
        constants.append(name)
        return float(name)

    try:
        document = json.loads(text, object_pairs_hook=collect, parse_constant=constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise SpecError(f"not valid JSON: {error.msg[0].lower()}{error.msg[1:]}", where=where, source=source) from None
    except RecursionError:
        raise SpecError("nested too deeply", source=source) from None
    except ValueError:
        raise SpecError("holds a number with too many digits", source=source) from None
    if repeated:
        owner, key = repeated[0]
        raise SpecError(f"the key {json.dumps(key)} is given twice", where=_place(document, owner), source=source)
    if constants:
        network_from(document, source)
        raise SpecError(f"{constants[0]} is not a number that JSON knows", source=source)
    return document


def _place(document: object, wanted: object) -> str:
    """The place of one object in a document."""
    places: list[tuple[str, object]] = [("$", document)]
    while places:
        where, value = places.pop()
        if value is wanted:
            return where
        if isinstance(value, dict):
            places += [(f"{where}.{key}", item) for key, item in value.items()]
        elif isinstance(value, list):
            places += [(f"{where}[{index}]", item) for index, item in enumerate(value)]
    return "$"
