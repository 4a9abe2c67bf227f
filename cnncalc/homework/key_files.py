"""Keys as JSON objects, and specs as keys without questions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from cnncalc.errors import CnncalcError, nearest, printable
from cnncalc.homework.answer_files import from_json
from cnncalc.homework.answers import parse
from cnncalc.homework.context import BYTES, Context
from cnncalc.homework.key import Key, Question, answerable, layer_named
from cnncalc.homework.matching import match, reading_of
from cnncalc.homework.quantities import QUANTITIES, WHOLE, quantity_named
from cnncalc.layers.base import LARGEST_SIZE, shape_text
from cnncalc.safe_text import harmless
from cnncalc.spec import Network, load
from cnncalc.spec.loading import LARGEST_FILE, contents, exercise_place, unreadable
from cnncalc.spec.network import network_from

MOST_QUESTIONS = 1000
_SETTINGS = ("spec", "network", "input", "variables", "batch", "convention", "bytes")
_OF_A_KEY = ("title", "title_zh", "name", "student", "questions", "answers", *_SETTINGS)
_OF_A_QUESTION = ("id", "layer", "quantity", "points", "answer", "question", "text", *_SETTINGS)


def read_key(name: str) -> Key:
    """The key in a JSON file; a spec, by its file or name, is a key without questions. Raises CnncalcError."""
    document = _document(exercise_place(name) or name)
    if document is None:
        network = load(name)
        return Key(network.name, Context(network))
    return key_from(document, printable(name), os.path.dirname(name))


def is_key(name: str) -> bool:
    """Whether a name is that of a key or a spec rather than of a file of answers."""
    if os.path.splitext(name)[1].lower() in (".csv", ".tsv", ".md", ".markdown"):
        return False
    document = _document(name)
    if document is None:
        return True
    return "questions" in document or (set(_OF_A_KEY).issuperset(document) and "answers" not in document)


def is_solved(name: str) -> bool:
    """Whether a file has the answers to a network that it names: a key, where papers stand beside it."""
    document = _document(name) or {}
    return "answers" in document and ("spec" in document or "network" in document)


def _document(name: str) -> dict[str, Any] | None:
    """The JSON object of a file that is no spec; None for whatever else there is under that name."""
    if not name.lower().endswith(".json"):
        return None
    try:
        data = contents(name, LARGEST_FILE)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CnncalcError(f"{printable(name)}: {unreadable(error)}") from None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or (
        "layers" in document and not {"questions", "spec", "network", "answers"} & document.keys()
    ):
        return None
    return document


def key_from(document: Mapping[str, Any], source: str = "", folder: str = "") -> Key:
    """The key that a JSON object describes. Raises CnncalcError naming the place in it.

    >>> key = key_from({"spec": "lenet5", "questions": [{"layer": "C1", "quantity": "params", "points": 2}]})
    >>> key.questions["1"].about, key.questions["1"].points
    ('C1.params', 2.0)
    """
    root = f"{source}: $" if source else "$"
    _known(document, _OF_A_KEY, root, "a key")
    asked = document.get("questions", [])
    if isinstance(asked, dict):
        asked = [{"id": name, **_object(question, f"{root}.questions")} for name, question in asked.items()]
    if not isinstance(asked, list) or len(asked) > MOST_QUESTIONS:
        raise CnncalcError(f"{root}.questions: expected a list of at most {MOST_QUESTIONS:,} questions")
    stated = {name: document[name] for name in _SETTINGS if name in document}
    kept: dict[str, Context] = {}
    context = _context(stated, root, folder, kept) if "spec" in stated or "network" in stated else None
    if context is None and not asked:
        raise CnncalcError(f'{root}: a key needs "spec", or questions that have one')
    title = document.get("title") or document.get("name") or (context.network.name if context else source)
    key = Key(harmless(str(title)), context)
    questions: dict[str, Question] = {}
    doubts: list[str] = []
    for index, item in enumerate(asked):
        where = f"{root}.questions[{index}]"
        question = _question(_object(item, where), stated, where, folder, kept, index + 1)
        if question.id in questions:
            raise CnncalcError(f"{where}.id: there are two questions {question.id!r}")
        questions[question.id] = question
        doubts += _doubts(question, item.get("answer"), f"{where}.answer")
    if not asked and "answers" in document:
        for _, entry in from_json(json.dumps({"answers": document["answers"]}))[1]:
            found = key.question(entry)
            questions[found.id] = found
            doubts += _doubts(found, entry.text, f"{root}{entry.where.removeprefix('$')}")
    return Key(key.title, context, questions, tuple(doubts))


def _object(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise CnncalcError(f"{where}: expected an object")
    return item


def _known(document: Mapping[str, Any], names: tuple[str, ...], where: str, title: str) -> None:
    for name in document:
        if name not in names:
            hint = nearest(name, names) or f"; it has {', '.join(names)}"
            raise CnncalcError(f"{where}: {title} has no field {name[:60]!r}{hint}")


def _question(
    item: dict[str, Any], stated: Mapping[str, Any], where: str, folder: str, kept: dict[str, Context], number: int
) -> Question:
    _known(item, _OF_A_QUESTION, where, "a question")
    settings = {**stated, **{name: item[name] for name in _SETTINGS if name in item}}
    if "spec" not in settings and "network" not in settings:
        raise CnncalcError(f'{where}: a question needs "spec", or the key one for all')
    context = _context(settings, where, folder, kept)
    if not isinstance(item.get("quantity"), str):
        raise CnncalcError(f'{where}: a question needs "quantity", such as "params"')
    points = item.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, (int, float)) or not 0 <= points <= 1_000_000:
        raise CnncalcError(f"{where}.points: expected a number of at least 0, found {points!r}")
    try:
        quantity = quantity_named(item["quantity"])
        layer = layer_named(context, str(item.get("layer") or WHOLE))
    except CnncalcError as error:
        raise CnncalcError(f"{where}: {error}") from None
    text = item.get("question", item.get("text", ""))
    text = {language: str(words) for language, words in text.items()} if isinstance(text, dict) else str(text)
    question = Question(harmless(str(item.get("id", number))), context, layer, quantity.name, float(points), text)
    try:
        return answerable(question)
    except CnncalcError as error:
        raise CnncalcError(f"{where}: {error}") from None


def _doubts(question: Question, answer: Any, where: str) -> Iterator[str]:
    """That an answer which the key states is not the right one, which is graded by all the same."""
    if answer is None:
        return
    quantity = QUANTITIES[question.quantity]
    truth = question.context.figure(question.quantity, question.layer)
    text = f"({', '.join(map(str, answer))})" if isinstance(answer, list) else str(answer)
    try:
        agrees = match(reading_of(parse(text), quantity, question.context.image).final, quantity, truth) is not None
    except CnncalcError:
        agrees = False
    if not agrees:
        right = shape_text(truth) if isinstance(truth, tuple) else f"{truth:,}"
        yield f"{where}: {harmless(text[:60])} is not right, {question.about} is {right}; that is what is graded by"


def _context(settings: Mapping[str, Any], where: str, folder: str, kept: dict[str, Context]) -> Context:
    """What a question supposes; those that suppose the same share it, and all that is worked out about it."""
    identity = json.dumps(settings, default=str)
    if identity in kept:
        return kept[identity]
    network = _network(settings, where, folder)
    batch, width = settings.get("batch", 1), settings.get("bytes", BYTES)
    for name, number, most in (("batch", batch, LARGEST_SIZE), ("bytes", width, 64)):
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
            raise CnncalcError(f"{where}.{name}: expected a whole number of 1 to {most}, found {number!r}")
    try:
        if settings.get("variables"):
            network = network.with_variables(**_object(settings["variables"], f"{where}.variables"))
        if "input" in settings:
            network = network.with_input(settings["input"])
        convention = str(settings.get("convention", "cnncalc"))
        context = Context(network, batch, convention, width)
        context.analysis  # noqa: B018
    except CnncalcError as error:
        raise CnncalcError(f"{where}: {error}") from None
    kept[identity] = context
    return context


def _network(settings: Mapping[str, Any], where: str, folder: str) -> Network:
    spec = settings.get("spec", settings.get("network"))
    if isinstance(spec, dict):
        return network_from(spec, f"{where}.spec")
    if not isinstance(spec, str):
        raise CnncalcError(f"{where}.spec: expected a spec, or the name of one, found {str(spec)[:60]!r}")
    beside = os.path.join(folder, spec)
    if spec.endswith(".json") and os.path.exists(beside):
        return load(beside)
    if ".py" in spec:
        raise CnncalcError(f"{where}.spec: a key names a JSON spec, or one that comes with cnncalc, not Python code")
    return load(spec)
