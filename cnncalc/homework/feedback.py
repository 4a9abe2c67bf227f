"""What became of a student's answers, as a page in one language for any renderer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnncalc.analysis import Analysis
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.context import BYTES
from cnncalc.homework.derivation import QUANTITIES as DERIVED
from cnncalc.homework.derivation import Derivation, derive
from cnncalc.homework.diagnosis import Diagnosis
from cnncalc.homework.document import Block, Document, Equation, Heading, Paragraph
from cnncalc.homework.figures import bytes_text
from cnncalc.homework.findings import Finding
from cnncalc.homework.grading import CARRIED, MISSING, RIGHT, UNREADABLE, WRONG, Graded, Paper
from cnncalc.homework.key import Question
from cnncalc.homework.messages import Messages, messages
from cnncalc.homework.quantities import Figure
from cnncalc.layers.base import shape_text

MARKS = {RIGHT: "✓", CARRIED: "→", WRONG: "✗", UNREADABLE: "?", MISSING: "–"}
_LONGEST_QUOTE = 80


def feedback(paper: Paper, language: str = "en", *, answers: bool = True) -> Document:
    """A page for a student: what is wrong and why, then what is right; ``answers``: whether right figures are told."""
    say = messages(language)
    title = say("grade.title", student=paper.student, points=points_text(paper.points), most=points_text(paper.most))
    blocks: list[Block] = [Paragraph(say("grade.lead", source=paper.source))] if paper.source else []
    for result in paper.results:
        if result.verdict != RIGHT:
            blocks += _section(result, say, answers)
    right = [result for result in paper.results if result.verdict == RIGHT]
    if right:
        blocks.append(Heading(say("grade.right", count=len(right))))
        blocks += [Paragraph(_right(result, say)) for result in right]
    if paper.unmatched:
        blocks.append(Heading(say("grade.unmatched")))
        blocks += [Paragraph(f"{where}: {problem}") for where, problem in paper.unmatched]
    return Document(language, title, tuple(blocks))


def points_text(points: float) -> str:
    """``9.5``, and no ``.0`` behind whole points."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def question_text(question: Question, say: Messages) -> str:
    """``conv1, parameters``, with the question's name before it where it has one."""
    layer = question.layer or say("grade.network")
    about = f"{layer}: {say(f'quantity.{question.quantity}')}"
    return about if question.id in (question.about, about) else f"{question.id}. {about}"


def figure_text(figure: Figure, quantity: str) -> str:
    """``34,944``, ``96×55×55``, and of memory also in larger units."""
    if figure is None:
        return "?"
    if isinstance(figure, tuple):
        return shape_text(figure)
    if quantity in ("total_bytes", "weight_bytes", "activation_bytes") and bytes_text(figure):
        return f"{figure:,} ({bytes_text(figure)})"
    return f"{figure:,}"


def finding_text(finding: Finding, say: Messages) -> str:
    """What was done wrong, in a clause, and where."""
    key = f"mistake.{finding.name}"
    wanted = say.placeholders(key)
    detail = finding.detail
    if finding.name in ("another-quantity", "other-memory"):
        detail = _within(say(f"quantity.{detail}"))
    values = {name: value for name, value in (("detail", detail), ("place", finding.place)) if name in wanted}
    sentence = say(key, **values)
    if finding.place and "place" not in wanted:
        return say("grade.in", sentence=sentence, place=finding.place)
    return sentence


def diagnosis_text(diagnosis: Diagnosis, say: Messages) -> str:
    """The mistakes of one explanation in one clause."""
    return say("grade.and").join(finding_text(finding, say) for finding in diagnosis.findings)


def remark_text(name: str, say: Messages) -> str:
    """A word on how a right answer is written."""
    return say(f"remark.{name}")


def sources_text(sources: Sequence[tuple[str, str]], say: Messages) -> str:
    """The student's own figures from which another follows."""
    return say("grade.list").join(
        say(
            "grade.of",
            quantity=_within(say(f"quantity.{quantity}")),
            layer=layer if layer != "total" else say("grade.network"),
        )
        for layer, quantity in sources
    )


def _within(heading: str) -> str:
    """A heading's words within a sentence."""
    return heading[:1].lower() + heading[1:] if heading[1:2].islower() else heading


def _section(result: Graded, say: Messages, answers: bool) -> Iterator[Block]:
    question = result.question
    earned = f"{points_text(result.points)}/{points_text(question.points)}"
    yield Heading(f"{MARKS[result.verdict]} {question_text(question, say)} ({earned})")
    if text := question.text_in(say.language):
        yield Paragraph(text)
    if result.verdict == MISSING:
        yield Paragraph(say("grade.missing"))
    else:
        yield Paragraph(say("grade.wrote", text=quoted(result.text)))
    if result.earlier:
        yield Paragraph(say("grade.earlier", texts=_earlier(result, say)), "why")
    yield from (Paragraph(_sentence(remark_text(name, say), say), "why") for name in result.remarks)
    if result.verdict == UNREADABLE:
        yield Paragraph(_sentence(say("grade.unreadable", problem=result.problem), say), "why")
    elif result.verdict == CARRIED:
        yield Paragraph(say("grade.carried", sources=sources_text(result.sources, say)), "why")
        if answers and result.own is not None and question.quantity == "output":
            yield from _workings(_derivations(question, result.own), note=MARKS[CARRIED])
    elif result.verdict == WRONG:
        yield from _why(result, say, answers)
    if answers:
        yield Paragraph(say("grade.expected", figure=figure_text(result.expected, question.quantity)))
        yield from _workings(_derivations(question, question.context.analysis))


def _why(result: Graded, say: Messages, answers: bool) -> Iterator[Block]:
    found = result.diagnoses.found
    if not found and not result.remarks:
        yield Paragraph(say("grade.no_guess"), "why")
    if result.sources:
        yield Paragraph(say("grade.on_top", sources=sources_text(result.sources, say)), "why")
    if len(found) > 1:
        yield Paragraph(say("grade.several"))
    for diagnosis in found:
        yield Paragraph(_sentence(diagnosis_text(diagnosis, say), say), "why")
    if result.diagnoses.more:
        yield Paragraph(say("grade.more", count=result.diagnoses.more))
    if answers and len(found) == 1:
        yield from _own_working(result, found[0])


def _own_working(result: Graded, diagnosis: Diagnosis) -> Iterator[Block]:
    """How the student's figure comes about, by the formula as the mistake alters it."""
    derivations = _derivations(result.question, result.question.context.analysis)
    numbers = [number for number in diagnosis.workings if number.operator or number.derivation is not None]
    right = [d for d in derivations if d.number.operator or d.number.derivation is not None]
    if len(numbers) != len(right):
        return
    shown: set[str] = set()
    for derivation, number in zip(right, numbers, strict=True):
        tree = _tree(number)
        if tree.value != derivation.value and tree.figures() not in shown and len(tree.parts(within=True)) <= 60:
            shown.add(tree.figures())
            yield Equation(_symbol(derivation), tree, note=MARKS[WRONG])


def _tree(number: Recorded) -> Recorded:
    return number if number.derivation is None else number.derivation


def _symbol(derivation: Derivation) -> str:
    """What the figure is called; ``r'`` where ``r`` is that of the layer before, on the other side of the equation."""
    before = any(part.name == derivation.symbol for part in _tree(derivation.number).parts(within=True))
    return f"{derivation.symbol}'" if before else derivation.symbol


def _derivations(question: Question, analysis: Analysis) -> list[Derivation]:
    """The working of a layer's figure; none of a whole network's."""
    if question.layer is None or question.quantity not in DERIVED:
        return []
    if question.quantity in ("weight_bytes", "activation_bytes") and question.context.width != BYTES:
        return []
    return list(derive(analysis, question.layer, question.quantity))


def _workings(derivations: Sequence[Derivation], note: str = "") -> Iterator[Block]:
    """The expressions, what is alike along several axes once."""
    alike: dict[str, Derivation] = {}
    for derivation in derivations:
        tree = _tree(derivation.number)
        if tree.operator:
            alike.setdefault(tree.figures(), derivation)
    yield from (Equation(_symbol(found), _tree(found.number), note=note) for found in alike.values())


def _right(result: Graded, say: Messages) -> str:
    notes = [remark_text(name, say) for name in result.remarks]
    notes += [say("grade.earlier_right", texts=_earlier(result, say))] if result.earlier else []
    remarks = "; ".join(notes)
    line = f"{MARKS[RIGHT]} {question_text(result.question, say)} = {quoted(result.text)}"
    return f"{line} ({remarks})" if remarks else line


def _earlier(result: Graded, say: Messages) -> str:
    """The answers that another one to the same question stands behind."""
    return say("grade.list").join(quoted(text) for text in result.earlier)


def quoted(text: str) -> str:
    """An answer as written, in one line of bounded length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[: _LONGEST_QUOTE - 1]}…"


def _sentence(clause: str, say: Messages) -> str:
    """A clause as a sentence."""
    text = clause[:1].upper() + clause[1:]
    return text if text.endswith((".", "。", "?", "？")) else text + say("grade.stop")


def paper_document(paper: Paper, *, answers: bool = True) -> dict[str, Any]:
    """A paper as plain data, as ``cnncalc check --format json`` prints it; no right figures without ``answers``."""
    return {
        "student": paper.student,
        "source": paper.source,
        "points": paper.points,
        "most": paper.most,
        "results": [_result_document(result, answers) for result in paper.results],
        "unmatched": [{"where": where, "problem": problem} for where, problem in paper.unmatched],
    }


def _result_document(result: Graded, answers: bool) -> dict[str, Any]:
    question = result.question
    expected = list(result.expected) if isinstance(result.expected, tuple) else result.expected
    return {
        "question": question.id,
        "layer": question.layer,
        "quantity": question.quantity,
        "answer": result.text,
        "verdict": result.verdict,
        "expected": expected if answers else None,
        "points": result.points,
        "of": question.points,
        "remarks": list(result.remarks),
        "mistakes": [
            [{"name": f.name, "detail": f.detail, "where": f.place} for f in diagnosis.findings]
            for diagnosis in result.diagnoses.found
        ],
        "sources": [f"{layer}.{quantity}" for layer, quantity in result.sources],
        "problem": result.problem,
        "earlier": list(result.earlier),
    }
