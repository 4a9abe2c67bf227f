"""Exercise sheets with their keys, as documents in one language and as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cnncalc.errors import CnncalcError
from cnncalc.homework.document import Block, Document, Equation, Heading, Paragraph, Rows
from cnncalc.homework.explanation import explain
from cnncalc.homework.figures import shapes_text
from cnncalc.homework.messages import Messages, messages
from cnncalc.homework.questions import ASKED, Question, draw
from cnncalc.layers import Layer
from cnncalc.layers.base import shape_text
from cnncalc.spec import Network

_PLACE = ("name", "inputs", "when", "functional")
_ARRIVING = ("in_channels", "in_features", "num_features", "num_channels", "embed_dim")
_ALWAYS = ("stride", "padding", "bias")
"""What is said of a layer though it be as PyTorch has it by default."""
_DOTS = "…" * 12


class Quiz(Struct, frozen=True):
    """A sheet: its title, the seed that it was drawn with (None for one that was not), and its questions."""

    title: str
    seed: int | None
    questions: tuple[Question, ...]
    language: str = "en"

    def text(self, position: int) -> str:
        """The question at a position (from 0) in words."""
        return question_text(self.questions[position], messages(self.language))

    def sheet(self, *, key: bool = False) -> Document:
        """The questions, and with ``key`` the answers with their working on a page of their own behind them."""
        say = messages(self.language)
        drawn = "" if self.seed is None else say("quiz.drawn", seed=self.seed)
        blocks: list[Block] = [Paragraph(say("quiz.instructions", drawn=drawn))]
        for number in range(1, len(self.questions) + 1):
            blocks.append(Heading(say("quiz.question", number=number)))
            blocks.append(Paragraph(self.text(number - 1)))
            blocks.append(Paragraph(say("quiz.answer_line", line=_DOTS)))
        if key:
            blocks += self._key(say)
        return Document(self.language, self.title, tuple(blocks))

    def _key(self, say: Messages) -> Iterator[Block]:
        for number, question in enumerate(self.questions, start=1):
            yield Heading(say("quiz.key", number=number, answer=answer_text(question)))
            yield from (block for block in self.working(number - 1) if isinstance(block, (Equation, Rows)))

    def working(self, position: int) -> tuple[Block, ...]:
        """How the answer comes about, and why."""
        question = self.questions[position]
        blocks = explain(question.analysis, question.layer or None, (question.quantity,), self.language).blocks
        start = next(place for place, block in enumerate(blocks) if isinstance(block, Heading))
        return blocks[start + 1 :]

    def to_dict(self, *, key: bool = False) -> dict[str, Any]:
        """The sheet as plain data, which ``cnncalc check`` takes as a key; the answers only with ``key``."""
        questions = []
        for position, question in enumerate(self.questions):
            entry: dict[str, Any] = {"id": str(position + 1), "question": self.text(position)}
            entry |= {"layer": question.layer or "total", "quantity": question.quantity}
            if question.analysis.convention != "cnncalc":
                entry["convention"] = question.analysis.convention
            if key:
                answer = question.answer
                entry["answer"] = list(answer) if isinstance(answer, tuple) else answer
            entry["network"] = json.loads(question.network.to_json())
            questions.append(entry)
        return {"title": self.title, "questions": questions}


def make_quiz(
    network: Network, *, seed: int = 0, questions: int = 10, language: str = "en", quantities: Sequence[str] = ASKED
) -> Quiz:
    """An exercise sheet on the kinds of layer that a network has, the same for the same seed.

    Layers are asked about as they stand there and with other numbers; every division comes out whole. Raises
    CnncalcError where a network has nothing to ask.

    >>> import cnncalc
    >>> quiz = cnncalc.make_quiz(cnncalc.load("alexnet"), seed=5, questions=2)
    >>> print(quiz.text(1).partition(". ")[0])
    An input of 256×13×13 arrives at the layer MaxPool2d with a kernel of 3×3, stride 2 and padding 0
    """
    say = messages(language)
    drawn = draw(network, seed, questions, quantities)
    if not drawn:
        raise CnncalcError(
            f"{network.name} has nothing to ask about: none of its layers computes {', '.join(quantities)}"
        )
    return Quiz(say("quiz.title", network=network.name), seed, tuple(drawn), language)


def question_text(question: Question, say: Messages) -> str:
    """A question in words, with all that is needed to answer it."""
    if question.wording:
        return question.wording
    rows = question.analysis.layers
    if len(rows) == 1:
        (row,) = rows
        subject = say("quiz.layer", layer=layer_text(row.layer, say), input=shapes_text(row.input_shapes))
    else:
        layers = say("quiz.semicolon").join(f"{row.name}: {layer_text(row.layer, say)}" for row in rows)
        shapes = shapes_text(tuple(question.analysis.inputs.values()))
        key = "quiz.beginning" if question.layer else "quiz.network"
        subject = say(key, network=question.network.name, input=shapes, layers=layers)
    alone = "_alone" if question.quantity == "receptive_field" and len(rows) == 1 else ""
    whole = "" if question.layer else "total_"
    asked = say(f"ask.{whole}{question.quantity}{alone}", layer=question.layer)
    return say("quiz.whole", subject=subject, asked=asked)


def layer_text(layer: Layer, say: Messages) -> str:
    """A layer in words: ``Conv2d with 10 filters, a kernel of 5×5, stride 1, padding 2 and a bias``."""
    settings: Any = layer
    fields = msgspec.structs.fields(layer)
    parts = []
    for field, default in ((field.name, field.default) for field in fields if field.name not in _PLACE):
        value = getattr(layer, field)
        if field in _ARRIVING or (value == default and field not in _ALWAYS):
            continue
        if field == "stride" and value is None:
            value = settings.kernel_size
        if isinstance(value, bool):
            key = f"setting.{field}_{str(value).lower()}"
            parts.append(say(key) if say.has(key) else f"{field}={value}")
            continue
        if field == "kernel_size":
            value = value if isinstance(value, tuple) else (value,) * settings.rank
        shown = shape_text(value) if field == "kernel_size" else value
        key = f"setting.{field}"
        parts.append(say(key, value=shown) if say.has(key) else f"{field}={shown}"[:80])
    kind = type(layer).__name__
    comma = say("explain.comma")
    listed = say("quiz.last").join(filter(None, (comma.join(parts[:-1]), *parts[-1:])))
    return say("quiz.with" if parts else "quiz.without", kind=kind, settings=listed)


def answer_text(question: Question) -> str:
    """The right figure as one writes it: ``10×32×32``, ``1,516``."""
    answer = question.answer
    return shape_text(answer) if isinstance(answer, tuple) else f"{answer:,}"
