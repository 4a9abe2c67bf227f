"""One answer as it stands in a file, and what a file may hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from cnncalc.errors import CnncalcError

MOST_ANSWERS = 20_000
LONGEST_CELL = 2_000


class SubmissionError(CnncalcError):
    """A file of answers that cannot be read: its name, the place in it, and why."""


class Entry(Struct, frozen=True):
    """One answer as it stands in a file: its question, as a reference or as layer and quantity, the text and the place.

    ``layer`` and ``quantity`` are None where the reference says it all (``conv1.params``, or a question's name).
    """

    text: str
    where: str
    reference: str | None = None
    layer: str | None = None
    quantity: str | None = None


Entries: TypeAlias = Iterator[tuple[str, Entry]]
"""Answers, each with the student's name ("" where it is not beside the answer)."""
