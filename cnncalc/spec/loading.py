"""Where specs are found and how their text is read."""

from __future__ import annotations

import json
import os
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from os import path
from typing import Any

from cnncalc.errors import SpecError, nearest, printable
from cnncalc.spec.expansion import expand
from cnncalc.spec.network import Network, network_from
from cnncalc.spec.python_spec import is_python_spec, load_python

LARGEST_FILE = 64 * 2**20
"""The most bytes of a spec that are read."""


_EXERCISES = "exercises"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def load(spec: str | os.PathLike[str]) -> Network:
    """The network of a spec: a JSON file's path, or the name of a shipped spec such as ``"alexnet"``.

    ``"net.py:network"`` and ``"net.py:make(width=32)"`` run a Python file and take the network that it makes.
    Raises SpecError with the place where the spec cannot be read.

    >>> import cnncalc
    >>> network = cnncalc.load("alexnet")
    >>> network.name, network.input, len(network.layers)
    ('AlexNet', (3, 224, 224), 22)
    """
    name = os.fspath(spec)
    if is_python_spec(name):
        return load_python(name)
    source = printable(name)
    place = shipped_place(name) or name
    try:
        data = contents(place, LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SpecError(_not_found(name), source=source) from None
    except IsADirectoryError:
        raise SpecError("this is a directory, expected a JSON file", source=source) from None
    except (OSError, ValueError) as error:
        raise SpecError(unreadable(error), source=source) from None
    return loads(data, source=source)


def contents(place: str, most: int) -> bytes:
    """The first ``most`` bytes of a file. Raises OSError, or ValueError for a name that no file can have."""
    with open(place, "rb", opener=_open_without_waiting) as file:
        return file.read(most)


def unreadable(error: OSError | ValueError) -> str:
    """Why a file cannot be read, in a clause."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {reason.lower()}"


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark, as some shells of Windows write what is sent to a file.

    Raises UnicodeDecodeError.
    """
    return data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")


def loads(text: str | bytes, source: str = "") -> Network:
    """The network of a spec's text, expanded; ``source`` names it in errors. Raises SpecError.

    >>> import cnncalc
    >>> network = cnncalc.loads('{"input": [784], "layers": [{"type": "Linear", "out_features": 10}]}')
    >>> cnncalc.analyze(network).totals.params
    7850
    """
    if isinstance(text, bytes):
        if len(text) > LARGEST_FILE:
            raise SpecError(f"larger than {LARGEST_FILE // 2**20} MiB, too large for a spec", source=source)
        try:
            text = decoded(text)
        except UnicodeDecodeError as error:
            encoding = error.encoding.upper()
            raise SpecError(f"not a text file (byte {error.start} is not {encoding})", source=source) from None
    network = network_from(_parse(text, source), source)
    try:
        expand(network)
    except SpecError as error:
        raise error.within(source) from None
    return network


def shipped_names() -> list[str]:
    """The names of the specs that come with cnncalc.

    >>> import cnncalc
    >>> [name for name in cnncalc.shipped_names() if name.startswith("resnet")]
    ['resnet101', 'resnet152', 'resnet18', 'resnet34', 'resnet50']
    """
    return sorted(name.removesuffix(".json") for name in os.listdir(_shipped_directory()) if name.endswith(".json"))


def shipped_place(name: str) -> str | None:
    """Where the spec of that name that comes with cnncalc lies; None where there is none."""
    return path.join(_shipped_directory(), f"{name}.json") if name in shipped_names() else None


def exercise_names() -> list[str]:
    """The names of the exercise sheets that come with cnncalc: ``exercises/complexity``."""
    files = os.listdir(path.join(_shipped_directory(), _EXERCISES))
    return sorted(f"{_EXERCISES}/{name.removesuffix('.json')}" for name in files if name.endswith(".json"))


def exercise_place(name: str) -> str | None:
    """Where the exercise sheet of that name lies; None where there is none."""
    return path.join(_shipped_directory(), f"{name}.json") if name in exercise_names() else None


def _shipped_directory() -> str:
    """Inside the package where it was installed, beside it in a checkout."""
    package = path.dirname(path.dirname(path.abspath(__file__)))
    inside = path.join(package, "specs")
    return inside if path.isdir(inside) else path.join(path.dirname(package), "specs")


def _open_without_waiting(name: str, flags: int) -> int:
    """Opens a named pipe that nothing writes to as an empty file, where an ordinary open would wait for ever."""
    descriptor = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    os.set_blocking(descriptor, True)
    return descriptor


def _not_found(source: str) -> str:
    if source in exercise_names():
        return f"this is an exercise sheet, no spec; `cnncalc quiz {source}` prints it"
    if path.islink(source):
        return "a symbolic link that leads to no file"
    folder, suffix = path.dirname(source), path.splitext(source)[1]
    if not folder and not suffix:
        hint = nearest(source, shipped_names()) or f"; the shipped specs are {', '.join(shipped_names())}"
        return f"no such file and no shipped spec of that name{hint}"
    try:
        neighbours = [path.join(folder, name) for name in os.listdir(folder or ".")]
    except OSError:
        neighbours = []
    return f"no such file{nearest(source, [*neighbours, *shipped_names()])}"


def _parse(text: str, source: str) -> object:
    """The JSON document, with repeated keys and NaN refused."""
    if not text.strip():
        raise SpecError("it is empty, expected a JSON object", source=source)
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
        reason = f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at")
        raise SpecError(f"not valid JSON: {reason}", where=where, source=source) from None
    except RecursionError:
        raise SpecError("nested too deeply", source=source) from None
    except ValueError:
        raise SpecError("holds a number with too many digits", source=source) from None
    if _SURROGATE.search(text):
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise SpecError("holds half of a character (a lone surrogate)", source=source) from None
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
