"""Where a rule was read, from its own docstring, which is the one place that says so."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import Any

from cnncalc.homework.messages import Messages, messages

_SOURCE = re.compile(r"Source: (.+?)(?:\n\n|\Z)", re.DOTALL)


def source_of(rule: Any) -> str:
    """The source that a formula's or a layer kind's docstring names, its parents' where it names none; else ""."""
    for owner in rule.__mro__ if inspect.isclass(rule) else (rule,):
        match = _SOURCE.search(inspect.cleandoc(owner.__doc__ or ""))
        if match:
            return " ".join(match[1].replace("``", "").split()).rstrip(".")
    return ""


def cited(source: str, say: Messages) -> str:
    """A source in a language: titles, which stand in quotes, and authors as they are printed; what leads to the place
    in the words that the sentences under ``cite`` have for it, the longest first as they stand there.
    """
    english = messages()
    pieces = re.split('("[^"]*")', source)
    for key, template in english.texts.items():
        if key.startswith("cite."):
            wanted = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[\\w.-]*\\w)", re.escape(template))
            told = partial(_told, say, key)
            pieces[::2] = [piece if "://" in piece else re.sub(wanted, told, piece) for piece in pieces[::2]]
    return "".join(pieces)


def _told(say: Messages, key: str, found: re.Match[str]) -> str:
    return say(key, **found.groupdict())
