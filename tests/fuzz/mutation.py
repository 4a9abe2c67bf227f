"""Inputs made worse: documents by their structure, texts by their words, bytes by themselves.

Each function takes a random generator and a sound input, and gives one with a few faults; nothing else decides them.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

NUMBERS = (
    *(0, 1, -1, 2, 3, 7, 64, 255, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**63, 2**64, 10**18, 10**19, 10**30, -(2**31)),
    *(0.5, -0.0, 1.0, 1e-300, 1e300, 1.5, 0.1, float("inf"), float("-inf"), float("nan")),
)
WORDS = (
    *("", " ", "\n", "\t", "\0", "a" * 300, "\N{RIGHT-TO-LEFT OVERRIDE}abc", "\u200b", "\ufeff", "e\u0301", "名", "😀"),
    *(
        "\ud800",
        "\x1b[31m",
        "\x1b]0;t\x07",
        "[red]",
        "[/red]",
        "[bold",
        "{index}",
        "{",
        "}",
        "{}",
        "{1/0}",
        "{0}",
        "%s",
    ),
    *(
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(1)",
        "'",
        '"',
        "\\",
        "`",
        "$",
        "../..",
        "/dev/null",
        "nul",
        "~",
        "*",
        "?",
    ),
    *(
        "input",
        "in_channels",
        "index",
        "same",
        "valid",
        "true",
        "null",
        "None",
        "nan",
        "1e9",
        "0x10",
        "1_000",
        "٣",
        "²",
    ),
    *("width * 2", "width / 0", "2 ** 64", "9" * 30, "9" * 5000, "((((1))))", "-" * 90 + "1", "1 if 1 else 1/0"),
    *(
        "make_divisible(8, 0)",
        "min(1)",
        "round(0.5)",
        "in_channels // 2",
        "not 1",
        "1 < 2 < 3",
        "1 and 0",
        "x.y",
        "f()",
    ),
)
_PIECES = (
    "0 1 2 9 99999999999999999999 . , ; : + - * / // % ** = == != < <= > >= ( ) [ ] { } ? ! @ # $ & | ~ ^ _ \\ ' \" ` "
    "and or not if else in is lambda None True False true false nan inf e E 1e5 1e400 0.1 .5 5. 1_0 0x1f 0b1 "
    "x X × − ÷ · ² ³ ≈ ≤ ≥ ½ % M k K G Ki Mi MB MiB B bytes params macs flops min max ceil floor round make_divisible "
    "( -1 ** 99 %0 //0 /0 \t \n \r\n \0 \ufeff \u2028 \u200b \u202e \x1b[0m é 中 ，； （ ） 、 😀"
)
PIECES = tuple(_PIECES.split(" "))
_KINDS_NAMED = (
    "Conv1d Conv2d Conv3d ConvTranspose2d MaxPool2d AvgPool2d AdaptiveAvgPool2d LPPool2d FractionalMaxPool2d Linear "
    "BatchNorm2d GroupNorm LayerNorm Flatten Unflatten Reshape Permute Upsample PixelShuffle Fold Unfold Add Concat "
    "MatMul Einsum Embedding MultiheadAttention Dropout ReLU Softmax ZeroPad2d Slice Chunk Split Sequential Repeat "
    "Residual Parallel Nonsense"
)
_KINDS = tuple(_KINDS_NAMED.split())
_MOST_BYTES = 20_000


def text_of(document: Any) -> bytes:
    """A document as JSON; a lone surrogate stays an escape, NaN stays NaN."""
    return json.dumps(document).encode()


def document_text(rng: random.Random, text: bytes) -> bytes:
    """A JSON text with a few faults in its structure, and now and then in its bytes."""
    if rng.random() < 0.1:
        return byte_text(rng, text)
    document = json.loads(text)
    with suppress(RecursionError):  # of what is nested too deeply for a copy, there is none
        for _ in range(_faults(rng)):
            document = _changed(rng, document)
    data = text_of(document)
    if rng.random() < 0.05:
        data = _repeated_key(rng, data)
    return data if rng.random() < 0.95 else byte_text(rng, data)


def _faults(rng: random.Random) -> int:
    count = 1
    while count < 8 and rng.random() < 0.35:
        count += 1
    return count


def _changed(rng: random.Random, document: Any) -> Any:
    """The document with one fault, at a place of its choice."""
    places = list(_places(document))
    if not places:
        return _value(rng)
    holder, key = rng.choice(places)
    rng.choice(_FAULTS)(rng, holder, key, places)
    return document


def _places(document: Any) -> Any:
    """Every value's holder and the key in it."""
    pending = [document]
    while pending:
        holder = pending.pop()
        keys: Any = (
            holder.keys() if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        )
        for key in keys:
            yield holder, key
            if isinstance(holder[key], (dict, list)):
                pending.append(holder[key])


def _value(rng: random.Random) -> Any:
    makers: tuple[Callable[[], Any], ...] = (
        lambda: rng.choice(NUMBERS),
        lambda: rng.choice(NUMBERS),
        lambda: rng.choice(WORDS),
        lambda: rng.choice((True, False, None, [], {}, [[]], [None], {"": None})),
        lambda: rng.choice(_KINDS),
        lambda: [rng.choice(NUMBERS) for _ in range(rng.randrange(5))],
        lambda: rng.randrange(1, 12),
    )
    return rng.choice(makers)()


def _replace(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    holder[key] = _value(rng)


def _nudge(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    """A number near the one that stands there, or a text with a changed piece."""
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, (int, float)):
        holder[key] = rng.choice(
            (value + 1, value - 1, -value, value * 2, str(value), [value], [value, value], value / 2)
        )
    elif isinstance(value, str):
        holder[key] = word_text(rng, value)
    else:
        holder[key] = _value(rng)


def _vary(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    """Another small whole number where one stands, so that many documents stay sound and have other figures."""
    numbers = [(other, place) for other, place in places if type(other[place]) is int]
    if numbers:
        other, place = rng.choice(numbers)
        other[place] = rng.choice((0, 1, 1, 2, 2, 3, 4, 5, 6, 8, 9, 16, -1))


def _remove(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    del holder[key]


def _swap(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    other, place = rng.choice(places)
    if not _within(other, holder[key]) and not _within(holder, other[place]):
        holder[key], other[place] = other[place], holder[key]


def _copy(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    other, place = rng.choice(places)
    if len(text_of(other[place])) < _MOST_BYTES:
        holder[key] = copy.deepcopy(other[place])


def _rename(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    if isinstance(holder, dict):
        others = [place for other, place in places if isinstance(other, dict)]
        holder[rng.choice((rng.choice(others), rng.choice(WORDS), str(key)[:-1], f"{key}s"))] = holder.pop(key)


def _double(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    """One member of a list several times, or a field of another name."""
    if isinstance(holder, list):
        count = rng.choice((1, 1, 2, 20))
        if len(text_of(holder[key])) * count < _MOST_BYTES:
            holder[key:key] = [copy.deepcopy(holder[key]) for _ in range(count)]
    else:
        holder[rng.choice(WORDS)] = copy.deepcopy(holder[key])


def _deepen(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    for _ in range(rng.choice((1, 1, 2, 40, 400))):
        holder[key] = [holder[key]] if rng.random() < 0.7 else {"layers": holder[key]}


def _kind(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    """Another kind of layer, with the hyper-parameters of the one that stood there."""
    if isinstance(holder, dict):
        holder["type" if "type" in holder else key] = rng.choice(_KINDS)


def _cut(rng: random.Random, holder: Any, key: Any, places: Any) -> None:
    """The end of a list away, so that large documents become small ones."""
    lists = [other[place] for other, place in places if isinstance(other[place], list) and len(other[place]) > 1]
    if lists:
        chosen = max(lists, key=len)
        del chosen[rng.randrange(1, len(chosen)) :]


_FAULTS = (
    *[_vary] * 8,
    _replace,
    _replace,
    _nudge,
    _nudge,
    _nudge,
    _remove,
    _swap,
    _copy,
    _rename,
    _double,
    _deepen,
    _kind,
    _cut,
)


def _within(wanted: Any, document: Any) -> bool:
    """Whether a list or an object is a part of another."""
    return document is wanted or any(holder is wanted or holder[key] is wanted for holder, key in _places(document))


def _repeated_key(rng: random.Random, data: bytes) -> bytes:
    places = [place for place in range(len(data)) if data[place : place + 1] == b"{"]
    if not places:
        return data
    place = rng.choice(places) + 1
    return data[:place] + b'"type": "ReLU", "type": 3, ' + data[place:]


def word_text(rng: random.Random, text: str) -> str:
    """A text with a few pieces put in, left out, doubled or exchanged."""
    for _ in range(_faults(rng)):
        start = rng.randrange(len(text) + 1)
        stop = min(len(text), start + rng.choice((0, 0, 1, 1, 2, 5, 20)))
        piece = rng.choice(PIECES) if rng.random() < 0.8 else rng.choice(WORDS)
        middle = rng.choice(("", piece, piece, text[start:stop] * rng.choice((2, 3, 50)), text[stop:][:8]))
        text = text[:start] + middle + text[stop:]
    return text[:_MOST_BYTES]


def word_bytes(rng: random.Random, text: bytes) -> bytes:
    """:func:`word_text` of a text in UTF-8; a half of a character is kept as it is."""
    return word_text(rng, text.decode("utf-8", "replace")).encode("utf-8", "surrogatepass")


def byte_text(rng: random.Random, data: bytes) -> bytes:
    """Bytes of which a few are others, missing, doubled or in another encoding."""
    chance = rng.random()
    if chance < 0.1:
        return _encoded(rng, data)
    changed = bytearray(data)
    for _ in range(_faults(rng)):
        start = rng.randrange(len(changed) + 1)
        stop = min(len(changed), start + rng.choice((0, 1, 1, 2, 4, 64)))
        piece = bytes(
            rng.choice((rng.randrange(256), 0, 34, 91, 123, 0xFF, 0xC3)) for _ in range(rng.choice((0, 1, 1, 3)))
        )
        changed[start:stop] = rng.choice((piece, piece, bytes(changed[start:stop]) * rng.choice((2, 30)), b""))
    return bytes(changed[:_MOST_BYTES]) if rng.random() < 0.9 else bytes(changed[: rng.randrange(len(changed) + 1)])


def _encoded(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "gb18030", "cp1252"))
    if rng.random() < 0.3:
        text = text.replace("\n", rng.choice(("\r\n", "\r", "\u2028", "\n\n")))
    return text.encode(encoding, "replace")[:_MOST_BYTES]


def joined(rng: random.Random, texts: Sequence[bytes]) -> bytes:
    """The beginning of one text with the end of another."""
    first, second = rng.choice(texts), rng.choice(texts)
    return first[: rng.randrange(len(first) + 1)] + second[rng.randrange(len(second) + 1) :]
