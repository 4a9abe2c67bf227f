"""A student's answers against the right figures: right, wrong and why, or consistent with an error made before."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct, structs

from cnncalc.analysis import Analysis
from cnncalc.errors import CnncalcError
from cnncalc.homework.answers import AnswerError, parse
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.carried import Own, consequences, is_known_from, own_analysis, own_figure, read_back
from cnncalc.homework.diagnosis import Diagnoses, diagnose
from cnncalc.homework.entries import SubmissionError
from cnncalc.homework.key import Key, Question
from cnncalc.homework.matching import Reading, has_too_many_sizes, is_coarse, match, reading_of
from cnncalc.homework.quantities import QUANTITIES, WHOLE, Figure
from cnncalc.homework.submissions import Submission
from cnncalc.layers.base import Shape

MOST_UNMATCHED = 500
"""The most answers of one paper to questions that there are not; with more, it is a paper on something else."""
MOST_DIAGNOSED = 300
"""The most wrong answers of one paper for which the mistake is looked for."""
RIGHT, CARRIED, WRONG, UNREADABLE, MISSING = "right", "carried", "wrong", "unreadable", "missing"


class Graded(Struct, frozen=True):
    """One question's answer and what became of it.

    ``expected`` is the right figure, ``remarks`` are on how a right answer is written, ``diagnoses`` the mistakes that
    explain a wrong one. ``sources`` are the layers and quantities from whose wrong figures it follows: of an answer
    carried forward, or of a mistake made on top of one. ``problem`` says why an answer cannot be read. ``own`` is the
    analysis with a student's own sizes from which a size follows. ``earlier`` are other answers to the same question,
    which do not count.
    """

    question: Question
    text: str
    verdict: str
    expected: Figure
    points: float = 0.0
    remarks: tuple[str, ...] = ()
    diagnoses: Diagnoses = Diagnoses()
    sources: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    own: Analysis | None = None
    earlier: tuple[str, ...] = ()


class Paper(Struct, frozen=True):
    """A student's whole work: every question, the points, and the entries of the file that answer none."""

    student: str
    source: str
    results: tuple[Graded, ...]
    unmatched: tuple[tuple[str, str], ...] = ()

    @property
    def points(self) -> float:
        return sum(result.points for result in self.results)

    @property
    def most(self) -> float:
        """The points that there are."""
        return sum(result.question.points for result in self.results)

    @property
    def all_right(self) -> bool:
        return all(result.verdict == RIGHT for result in self.results)


class Grader:
    """Grades papers against one key; what a question's mistakes lead to is worked out once for all papers.

    ``carry`` is the share of a question's points that an answer gets which follows correctly from wrong ones before.
    """

    def __init__(self, key: Key, carry: float = 0.0) -> None:
        self.key = key
        self.carry = carry
        self._candidates: dict[tuple[int, str | None, str], Candidates] = {}
        self._on_own: dict[tuple[object, ...], Candidates] = {}

    def grade(self, submission: Submission) -> Paper:
        """One student's answers, question by question in the key's order; of several answers to one the last counts.

        A key without questions asks what is answered. Raises SubmissionError where hardly any answer is to a question.
        """
        answered: dict[str, tuple[Question, str]] = {}
        earlier: dict[str, list[str]] = defaultdict(list)
        unmatched = []
        for entry in submission.entries:
            try:
                question = self.key.question(entry)
            except CnncalcError as error:
                unmatched.append((entry.where, str(error)))
                if len(unmatched) > MOST_UNMATCHED:
                    problem = f"more than {MOST_UNMATCHED} answers to no question of this key; {entry.where}: {error}"
                    raise SubmissionError(f"{submission.source}: {problem}") from None
                continue
            if not entry.text.strip():
                continue
            _, before = answered.get(question.id, (question, entry.text))
            if before.strip() != entry.text.strip():
                earlier[question.id].append(before)
            answered[question.id] = (question, entry.text)
        order = list(self.key.questions.values()) or [question for question, _ in answered.values()]
        read = {name: _read(question, text) for name, (question, text) in answered.items()}
        own = self._own(answered, read)
        results: list[Graded] = []
        wrong = 0
        for question in order:
            if question.id in answered:
                text, reading = answered[question.id][1], read[question.id]
                graded = self._graded(question, text, reading, own[id(question.context)], seek=wrong < MOST_DIAGNOSED)
            else:
                graded = Graded(question, "", MISSING, self.candidates(question).truth)
            wrong += graded.verdict == WRONG
            results.append(structs.replace(graded, earlier=tuple(earlier[question.id])))
        return Paper(submission.student, submission.source, tuple(results), tuple(unmatched))

    def candidates(self, question: Question) -> Candidates:
        """The wrong figures of a question, kept for all papers."""
        key = (id(question.context), question.layer, question.quantity)
        if key not in self._candidates:
            self._candidates[key] = Candidates(question.context, question.layer, question.quantity)
        return self._candidates[key]

    def _own(self, answered: dict[str, tuple[Question, str]], read: dict[str, Reading | str]) -> dict[int, Own]:
        """What a student states, network by network."""
        found: dict[int, Own] = defaultdict(lambda: Own({}, set()))
        for name, (question, _) in answered.items():
            reading = read[name]
            if not isinstance(reading, Reading):
                continue
            own = found[id(question.context)]
            truth = self.candidates(question).truth
            figure = own_figure(reading.final, question, truth)
            key = (question.layer or WHOLE, question.quantity)
            if figure is not None:
                own.figures[key] = figure
                if match(reading.final, QUANTITIES[question.quantity], truth) is None:
                    own.wrong.add(key)
        return found

    def _graded(self, question: Question, text: str, reading: Reading | str, own: Own, *, seek: bool) -> Graded:
        candidates = self.candidates(question)
        expected = candidates.truth
        if isinstance(reading, str):
            return Graded(question, text, UNREADABLE, expected, problem=reading)
        quantity = QUANTITIES[question.quantity]
        found = next((m for part in (reading.final, *reading.after) if (m := match(part, quantity, expected))), None)
        if found is not None:
            slip = ("slip",) if _slipped(reading, question, expected) else ()
            remarks = (*reading.remarks, *found.remarks, *slip)
            return Graded(question, text, RIGHT, expected, question.points, remarks)
        if is_coarse(reading.final):
            return Graded(question, text, WRONG, expected, remarks=("coarse",))
        for consequence in consequences(question, own):
            if match(reading.final, quantity, consequence.figure):
                points = self.carry * question.points
                sources, analysis = consequence.sources, consequence.analysis
                return Graded(question, text, CARRIED, expected, points, sources=sources, own=analysis)
        if not seek:
            return Graded(question, text, WRONG, expected, remarks=("many-wrong",))
        diagnoses, sources = self._on_top(question, reading, own)
        if not diagnoses.found:
            diagnoses, sources = diagnose(reading, candidates, known_from=is_known_from(question, own)), ()
        too_many = not diagnoses.found and has_too_many_sizes(reading.final, quantity, expected)
        remarks = ("too-many-sizes",) if too_many else ()
        return Graded(question, text, WRONG, expected, remarks=remarks, diagnoses=diagnoses, sources=sources)

    def _on_top(self, question: Question, reading: Reading, own: Own) -> tuple[Diagnoses, tuple[tuple[str, str], ...]]:
        """The mistake that explains a layer's figure as one worked out from a student's own sizes."""
        if question.layer is None:
            return Diagnoses(), ()
        before = read_back(question.context.analysis, question.layer)
        shapes: dict[str, Shape] = {
            name: figure for (name, asked), figure in own.figures.items() if asked == "output" and name in before
        }
        wrong = tuple((name, "output") for name in shapes if (name, "output") in own.wrong)
        for analysis in own_analysis(question.context, shapes, question.layer) if wrong else ():
            arriving = analysis.row(question.layer).input_shapes
            key = (id(question.context), question.layer, question.quantity, arriving)
            if key not in self._on_own:
                self._on_own[key] = Candidates(question.context, question.layer, question.quantity, analysis)
            if self._on_own[key].truth != self.candidates(question).truth:
                return diagnose(reading, self._on_own[key]), wrong
        return Diagnoses(), ()


def _read(question: Question, text: str) -> Reading | str:
    """What an answer says, or why it cannot be read."""
    try:
        return reading_of(parse(text), QUANTITIES[question.quantity], question.context.image)
    except AnswerError as error:
        return str(error)


def _slipped(reading: Reading, question: Question, expected: Figure) -> bool:
    """Whether the working before a right answer does not come to it."""
    quantity = QUANTITIES[question.quantity]
    return quantity.kind == "count" and any(
        working.amounts and match(working, quantity, expected) is None for working in reading.working
    )
