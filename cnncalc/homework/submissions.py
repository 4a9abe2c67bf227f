"""Answer files: JSON, CSV or filled-in Markdown tables, to answers by student and question.

Nothing in a file is run. What a file may hold is bounded, and what cannot be read raises one clear error.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from msgspec import Struct

from cnncalc.errors import printable
from cnncalc.homework.answer_files import form_of
from cnncalc.homework.entries import Entry, SubmissionError
from cnncalc.spec.loading import contents, unreadable

_MEBIBYTES = 16
LARGEST_FILE = _MEBIBYTES * 2**20
_LONGEST_NAME = 100


class Submission(Struct, frozen=True):
    """One student's answers, and what the file says besides (``spec``, ``input``)."""

    student: str
    source: str
    entries: tuple[Entry, ...]
    about: dict[str, Any] = {}


def read_submissions(path: str) -> list[Submission]:
    """The submissions in a file: one, or one a student where it has a column of students.

    The suffix says which format it is; without a known one the text does. Raises SubmissionError.
    """
    source = printable(path)
    try:
        data = contents(path, LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SubmissionError(f"{source}: no such file") from None
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{source}: {unreadable(error)}") from None
    try:
        return submissions_from(data, source, Path(path).suffix.lower(), Path(path).stem)
    except SubmissionError as error:
        raise SubmissionError(f"{source}: {error}") from None


def submissions_from(data: bytes, source: str, suffix: str, student: str) -> list[Submission]:
    """The submissions in a file's bytes; ``student`` where it names none. Raises SubmissionError without the name."""
    if len(data) > LARGEST_FILE:
        raise SubmissionError(f"larger than {_MEBIBYTES} MiB, too large for answers")
    text = _decoded(data)
    about, rows = form_of(suffix, text)(text)
    found: dict[str, list[Entry]] = {}
    for name, entry in rows:
        found.setdefault(clean_name(name or str(about.get("student") or student)), []).append(entry)
    if not found:
        raise SubmissionError("holds no answers")
    return [Submission(name, source, tuple(entries), about) for name, entries in found.items()]


def clean_name(name: str) -> str:
    """A student's name in one line of ordinary length, without control characters."""
    text = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(text.split())[:_LONGEST_NAME] or "unnamed"


def _decoded(data: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 with its mark, or in what spreadsheets write: GB 18030 in Chinese, or else
    Windows-1252, in which ``×`` is one byte.
    """
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise SubmissionError("not a text file in UTF-8")


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a]")
"""What a text does not hold. The escape character is let through, and taken out where it would be shown."""
