"""The lectures' own exercises: sheets whose questions and answers stand in ``specs/exercises``, a key each."""

from __future__ import annotations

import json
from typing import Any

from cnncalc.errors import CnncalcError, nearest
from cnncalc.homework.key import Question as Asked
from cnncalc.homework.key_files import key_from
from cnncalc.homework.questions import Question
from cnncalc.homework.quiz import Quiz
from cnncalc.spec.loading import exercise_names, exercise_place


def is_exercise(name: str) -> bool:
    """Whether a name is that of an exercise sheet that comes with cnncalc, or is meant to be one."""
    return name.startswith("exercises/") and not name.endswith(".json")


def load_exercise(name: str, language: str = "en") -> Quiz:
    """The exercise sheet of that name, such as ``exercises/complexity``. Raises CnncalcError with the nearest name.

    >>> [question.answer for question in load_exercise("exercises/sharing").questions]
    [20, 74]
    """
    place = exercise_place(name)
    if place is None:
        names = exercise_names()
        hint = nearest(name, names) or f"; there are {', '.join(names)}"
        raise CnncalcError(f"no exercise sheet is named {name!r}{hint}")
    with open(place, encoding="utf-8") as file:
        document = json.load(file)
    key = key_from(document, name)
    wordings = {entry["id"]: entry["question"] for entry in document["questions"]}
    questions = tuple(_question(asked, wordings[asked.id], language) for asked in key.questions.values())
    title = document.get(f"title_{language}", key.title)
    return Quiz(title, None, questions, language)


def _question(asked: Asked, wordings: dict[str, Any], language: str) -> Question:
    wording = wordings.get(language, wordings["en"])
    return Question(asked.context.analysis, asked.context.network, asked.layer or "", asked.quantity, wording)
