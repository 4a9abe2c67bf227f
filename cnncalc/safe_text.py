"""Texts from files and arguments made safe to show: on a terminal, and in a spreadsheet."""

from __future__ import annotations

import json
import re
from typing import Any

HIDDEN = (
    "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e"
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff"
)
"""Characters that are not seen but act on a terminal or on what stands beside them, for a regular expression: controls,
those of escape sequences among them, what has no width, what turns the direction, halves of characters.
"""
_HIDDEN = re.compile(f"[{HIDDEN}]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A text in one line in which every hidden character is shown as the replacement character, blanks as a space.

    >>> harmless("a\\x1b[31mb\\nc")
    'a�[31mb c'
    """
    return _HIDDEN.sub(lambda match: " " if match[0].isspace() else "\N{REPLACEMENT CHARACTER}", text)


def json_text(document: Any) -> str:
    """Plain data as JSON in which hidden characters are escapes, so that it can be shown and is the same document.

    >>> json_text(["a\\u202eb", "é"])
    '[\\n  "a\\\\u202eb",\\n  "é"\\n]'
    """
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _HIDDEN.sub(lambda match: "\n" if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text)


def no_formula(text: str) -> str:
    """A CSV cell's text, quoted where a spreadsheet would run it as a formula.

    >>> no_formula("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
