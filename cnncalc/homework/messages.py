"""Sentences in the languages of ``cnncalc/messages``, one file a language."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from msgspec import Struct

from cnncalc.errors import CnncalcError, nearest

_FOLDER = Path(__file__).parent.parent / "messages"


class Messages(Struct, frozen=True):
    """The sentences of one language by their keys, such as ``why.floor``."""

    language: str
    texts: dict[str, str]

    def __call__(self, key: str, **values: Any) -> str:
        """The sentence with values in its placeholders. Raises KeyError for a key that is not there."""
        return self.texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a sentence of that key."""
        return key in self.texts

    def placeholders(self, key: str) -> frozenset[str]:
        """The names of a sentence's placeholders."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.texts[key]) if name)


def languages() -> tuple[str, ...]:
    """The languages that there are sentences in, by their codes."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@lru_cache
def messages(language: str = "en") -> Messages:
    """The sentences of a language. Raises CnncalcError for one that is not there."""
    if language not in languages():
        hint = nearest(language, languages()) or f"; the languages are {', '.join(languages())}"
        raise CnncalcError(f"there are no sentences in {language!r}{hint}")
    tables = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    texts = {f"{table}.{key}": text for table, entries in tables.items() for key, text in entries.items()}
    return Messages(language, texts)
