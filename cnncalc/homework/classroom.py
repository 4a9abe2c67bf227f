"""A class: every student's paper, what could not be read, and which mistakes were made how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from cnncalc.homework.entries import SubmissionError
from cnncalc.homework.findings import Finding
from cnncalc.homework.grading import Grader, Paper
from cnncalc.homework.key import Question
from cnncalc.homework.submissions import Submission, read_submissions


class Unreadable(Struct, frozen=True):
    """A file that could not be read, and why."""

    path: str
    problem: str


class Tally(Struct, frozen=True):
    """What a class made of one question: how often each verdict, and how often each mistake, the commonest first.

    A wrong answer that several mistakes explain counts as its likeliest one.
    """

    question: Question
    verdicts: dict[str, int]
    mistakes: tuple[tuple[tuple[Finding, ...], int], ...]


def grade_class(
    paths: Iterable[str], grader: Grader, read: Callable[[str], list[Submission]] = read_submissions
) -> Iterator[Paper | Unreadable]:
    """The papers in each file, or why a file could not be read, one after another."""
    for path in paths:
        try:
            for submission in read(path):
                yield grader.grade(submission)
        except SubmissionError as error:
            yield Unreadable(path, str(error))


def tallies(papers: Sequence[Paper]) -> list[Tally]:
    """The questions in the order in which they are met, with what was made of them."""
    questions: dict[str, Question] = {}
    verdicts: dict[str, Counter[str]] = {}
    mistakes: dict[str, Counter[tuple[Finding, ...]]] = {}
    for paper in papers:
        for result in paper.results:
            name = result.question.id
            questions.setdefault(name, result.question)
            verdicts.setdefault(name, Counter())[result.verdict] += 1
            found = mistakes.setdefault(name, Counter())
            if result.diagnoses.found:
                found[result.diagnoses.found[0].findings] += 1
    return [
        Tally(question, verdicts[name], tuple(mistakes[name].most_common())) for name, question in questions.items()
    ]
