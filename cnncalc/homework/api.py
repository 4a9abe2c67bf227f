"""Grading from Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.homework.context import BYTES, Context
from cnncalc.homework.entries import Entry
from cnncalc.homework.grading import Grader, Paper
from cnncalc.homework.key import Key
from cnncalc.homework.key_files import key_from, read_key
from cnncalc.homework.submissions import Submission
from cnncalc.spec import Network


def grade(
    key: Network | Mapping[str, Any] | str,
    answers: Mapping[str, Any],
    *,
    batch: int = 1,
    convention: str = "cnncalc",
    width: int = BYTES,
    carry: float = 0.0,
    student: str = "student",
) -> Paper:
    """The answers to a key, or about a network, with the mistakes that explain the wrong ones.

    ``key`` is a Network, the object of a key, or the file or name of either; ``answers`` has a text, a number or a
    shape for each question (``"conv1.params"``, ``"total.macs"``, or a question's name in the key). ``batch``,
    ``convention`` and ``width`` (bytes of a value) are those of a Network; a key says its own. ``carry`` is the share
    of the points for an answer that follows correctly from a wrong one before. Raises CnncalcError for a key that is
    not sound.

    >>> import cnncalc
    >>> paper = cnncalc.grade(cnncalc.load("alexnet_2012"), {"conv1.output": "55x55x96", "conv1.params": 34848})
    >>> [(result.question.id, result.verdict) for result in paper.results]
    [('conv1.output', 'right'), ('conv1.params', 'wrong')]
    >>> paper.results[1].diagnoses.found[0].findings[0].name
    'forgot-bias'
    """
    if isinstance(key, Network):
        found = Key(key.name, Context(key, batch, convention, width))
    else:
        found = read_key(key) if isinstance(key, str) else key_from(key, "key")
    entries = tuple(Entry(_text(answer), name, reference=name) for name, answer in answers.items())
    return Grader(found, carry).grade(Submission(student, "", entries))


def _text(answer: Any) -> str:
    return f"({', '.join(map(str, answer))})" if isinstance(answer, (list, tuple)) else str(answer)
