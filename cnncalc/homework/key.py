"""What is asked: a key with its questions, or a network of which anything may be asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from cnncalc.errors import CnncalcError, nearest
from cnncalc.homework.context import Context
from cnncalc.homework.entries import Entry
from cnncalc.homework.quantities import QUANTITIES, TOTAL, WHOLE, find_quantity, quantity_named


class Question(Struct, frozen=True):
    """A quantity of a layer, or of the whole network (``layer`` None), for so many points."""

    id: str
    context: Context
    layer: str | None
    quantity: str
    points: float = 1.0
    text: str | dict[str, str] = ""

    @property
    def about(self) -> str:
        """``conv1.params``, or ``total.params``."""
        return f"{self.layer or WHOLE}.{self.quantity}"

    def text_in(self, language: str) -> str:
        """The question in words, "" where the key has none."""
        if isinstance(self.text, dict):
            return self.text.get(language) or next(iter(self.text.values()), "")
        return self.text


class Key(Struct, frozen=True, dict=True):
    """The questions, in their order; none where any question about the network of ``context`` may be answered.

    ``doubts`` are answers that the key states itself and that are not right.
    """

    title: str
    context: Context | None
    questions: dict[str, Question] = {}
    doubts: tuple[str, ...] = ()

    def question(self, entry: Entry) -> Question:
        """The question that an entry of a file answers. Raises CnncalcError where there is none."""
        key = (entry.reference, entry.layer, entry.quantity)
        if key not in self._known:
            self._known[key] = self._found(entry)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[str | None, ...], Question]:
        return {}

    def _found(self, entry: Entry) -> Question:
        reference = entry.reference if entry.quantity is None else None
        if reference is None:
            return self._about(entry.layer or WHOLE, entry.quantity or "")
        for ids, name in ((self._by_id, reference.strip().casefold()), (self._by_bare_id, _bare(reference))):
            if name in ids:
                return ids[name]
        problem = None
        for layer, quantity in _split(reference):
            try:
                return self._about(layer, quantity)
            except CnncalcError as error:
                problem = problem or error
        if problem is None or self.questions:
            raise self._unknown(reference)
        raise problem

    def _unknown(self, reference: str) -> CnncalcError:
        before = reference.rpartition(".")[0]
        layers = self.context.analysis.layers[:1] if self.context else ()
        open_names = [f"{before}.{name}" for name in QUANTITIES] if before else []
        names = list(self.questions) or open_names or [*(f"{row.name}.params" for row in layers), "total.macs"]
        hint = nearest(reference, names) or f"; there are {', '.join(names[:8])}"
        return CnncalcError(f"there is no question {reference[:60]!r}{hint}")

    def _about(self, layer: str, quantity: str) -> Question:
        asked = quantity_named(quantity)
        if self.context is None:
            raise CnncalcError("the key has questions of its own only")
        name = layer_named(self.context, layer)
        listed = [
            question
            for question in self.questions.values()
            if (question.layer, question.quantity) == (name, asked.name)
        ]
        if self.questions:
            if not listed:
                raise CnncalcError(f"{name or WHOLE}.{asked.name} is not asked")
            return listed[0]
        return answerable(Question(f"{name or WHOLE}.{asked.name}", self.context, name, asked.name))

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {name.casefold(): question for name, question in self.questions.items()}

    @cached_property
    def _by_bare_id(self) -> dict[str, Question]:
        bare = {name: _bare(name) for name in self.questions}
        often = Counter(bare.values())
        return {bare[name]: question for name, question in self.questions.items() if often[bare[name]] == 1}


def _bare(name: str) -> str:
    """A question's name as ``1b`` where ``Q1b``, ``1(b)``, ``Question 1.b`` or ``第1b题`` is written."""
    text = name.casefold()
    word = re.match(r"\W*(?:questions?|exercise|problem|task|no|nr|q|题目?|问题|第)(?=[\W\d])", text)
    return re.sub(r"\W|_|题$", "", text[word.end() :] if word else text)


def answerable(question: Question) -> Question:
    """The question, where it has an answer. Raises CnncalcError for a field on several inputs, or one that is lost."""
    if question.context.figure(question.quantity, question.layer) is None:
        raise CnncalcError(f"{question.about} is not one figure here, so it cannot be graded")
    return question


def _split(reference: str) -> Iterator[tuple[str, str]]:
    """The ways to read ``conv1.params`` or ``params of conv1`` as layer and quantity; a quantity alone is the total."""
    text = reference.strip()[:200]
    if find_quantity(text):
        yield WHOLE, text
    for separator in re.finditer(r"[\s./:,_-]+", text):
        before, after = text[: separator.start()], text[separator.end() :]
        if find_quantity(after):
            yield before, after
        if find_quantity(before):
            yield re.sub(r"^of\s+(?:the\s+)?(?:layer\s+)?", "", after), before


def layer_named(context: Context, name: str) -> str | None:
    """The layer of that name, whatever its case; None for the whole network."""
    rows = [row.name for row in context.analysis.layers]
    if name in rows:
        return name
    folded = name.strip().casefold()
    alike = [row for row in rows if row.casefold() == folded]
    if len(alike) == 1:
        return alike.pop()
    if folded in TOTAL:
        return None
    context.analysis.row(name.strip()[:100])
    return None
