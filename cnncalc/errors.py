"""What cnncalc says when it cannot go on: one sentence, with the place, what was found and what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

_MOST_CANDIDATES = 2000

HIDDEN = (
    "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e"
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff"
)
"""Characters that are not seen but act on a terminal or on what stands beside them, for a regular expression:
controls, escape sequences' first characters, those of no width, those that turn the direction, halves of characters.
"""
_HIDDEN_IN_A_LINE = re.compile(f"[{HIDDEN}]")
_HIDDEN_IN_LINES = re.compile(f"(?![\\n\\t])[{HIDDEN}]")


class CnncalcError(Exception):
    """Bad input or usage. The text is one sentence for a person; the command line prints it and exits with status 2."""

    def __init__(self, message: str) -> None:
        super().__init__(harmless(message))


class SpecError(CnncalcError):
    """A spec that cannot be read or analysed.

    ``source`` is the file or name that it came from ("" for a network built in Python), ``where`` the place in it
    (``$.layers[3].kernel_size`` or ``line 4, column 7``; "" for the whole), ``message`` the sentence.
    """

    def __init__(self, message: str, *, where: str = "", source: str = "") -> None:
        super().__init__(message)
        self.message = harmless(message)
        self.where = harmless(where)
        self.source = harmless(source)

    def within(self, source: str) -> SpecError:
        """The same error with the spec named that it is about."""
        return SpecError(self.message, where=self.where, source=self.source or source)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.where, self.message) if part)


def harmless(text: str, *, lines: bool = False) -> str:
    """A text in which every hidden character is shown as the replacement character, blanks as a space; of several
    ``lines`` the line ends and tabs stay.

    >>> harmless("a\\x1b[31mb\\nc")
    'a�[31mb c'
    """
    pattern = _HIDDEN_IN_LINES if lines else _HIDDEN_IN_A_LINE
    return pattern.sub(lambda match: " " if match[0].isspace() else "\N{REPLACEMENT CHARACTER}", text)


def printable(name: str) -> str:
    """A file's name as it can stand in a sentence."""
    return name if name and name.isprintable() else repr(name)


def nearest(name: str, valid: Iterable[str]) -> str:
    """``; did you mean 'Conv2d'?`` for the closest valid name, or "" where none is close.

    The name of a block, such as ``layer1.0``, is closest to its first layer.
    """
    import difflib

    candidates = islice(valid, _MOST_CANDIDATES)
    by_lowercase = {candidate.lower(): candidate for candidate in candidates if candidate != name}
    inside = (candidate for candidate in by_lowercase if name and candidate.startswith(f"{name.lower()}."))
    close = list(islice(inside, 1)) or difflib.get_close_matches(name.lower(), by_lowercase, n=1)
    return f"; did you mean '{by_lowercase[close[0]]}'?" if close else ""
