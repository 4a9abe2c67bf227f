"""A class's grades: a table for a spreadsheet, and a summary for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.homework.classroom import Tally, Unreadable
from cnncalc.homework.feedback import finding_text, points_text, question_text
from cnncalc.homework.grading import CARRIED, MISSING, RIGHT, UNREADABLE, WRONG, Paper
from cnncalc.homework.messages import Messages
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.table import prose
from cnncalc.report.text import csv_text

VERDICTS = (RIGHT, CARRIED, WRONG, UNREADABLE, MISSING)
_NARROWEST_QUESTION = 12
_MOST_MISTAKES = 3


def as_csv(papers: Sequence[Paper], unreadable: Sequence[Unreadable], tallies: Sequence[Tally]) -> str:
    """One row a student: points, verdicts counted, the points of each question and the mistakes found; a row for each
    file that could not be read.
    """
    questions = [tally.question.id for tally in tallies]
    rows: list[list[object]] = [[*("student", "file", "points", "of"), *VERDICTS, *questions, "mistakes", "problem"]]
    for paper in papers:
        earned = {result.question.id: points_text(result.points) for result in paper.results}
        counts = [sum(result.verdict == verdict for result in paper.results) for verdict in VERDICTS]
        mistakes = [
            f"{result.question.id}: {' + '.join(finding.name for finding in result.diagnoses.found[0].findings)}"
            for result in paper.results
            if result.diagnoses.found
        ]
        problem = "; ".join(f"{where}: {problem}" for where, problem in paper.unmatched)
        rows.append(
            [
                paper.student,
                paper.source,
                points_text(paper.points),
                points_text(paper.most),
                *counts,
                *(earned.get(question, "") for question in questions),
                "; ".join(mistakes),
                problem,
            ]
        )
    blank = [""] * (2 + len(VERDICTS) + len(questions) + 1)
    rows += [["", file.path, *blank, file.problem] for file in unreadable]
    return f"{csv_text(rows)}\n"


def summary_lines(papers: Sequence[Paper], tallies: Sequence[Tally], say: Messages, width: int) -> list[Line]:
    """Which question, what became of it, and below it the commonest mistakes, how often each."""
    points = sum(paper.points for paper in papers) / len(papers)
    most = max(paper.most for paper in papers)
    text = say("grade.summary", count=len(papers), points=points_text(points), most=points_text(most))
    lines: list[Line] = [*prose(text, width, "bold"), []]
    used = [verdict for verdict in VERDICTS if any(tally.verdicts.get(verdict) for tally in tallies)]
    head = [say("grade.question"), *(say(f"grade.verdict_{verdict}") for verdict in used)]
    rows = [[Span(text, "bold") for text in head]]
    for tally in tallies:
        counts = [tally.verdicts.get(verdict, 0) for verdict in used]
        rows.append([Span(question_text(tally.question, say)), *(Span(str(count or "·")) for count in counts)])
    counted = [Track(width_of([row[column].text for row in rows]), right=True) for column in range(1, len(used) + 1)]
    room = width - sum(track.width for track in counted) - 2 * len(used)
    first = min(width_of([row[0].text for row in rows]), max(room, _NARROWEST_QUESTION))
    tracks = [Track(first), *counted]
    lines += grid(rows[:1], tracks, gap=2)
    for row, tally in zip(rows[1:], tallies, strict=True):
        lines += grid([row], tracks, gap=2)
        lines += _mistakes(tally, say, width)
    return lines


def _mistakes(tally: Tally, say: Messages, width: int) -> list[Line]:
    """The commonest mistakes of a question, a line each or more."""
    rows = [
        [Span(f"{count}×"), Span(say("grade.and").join(finding_text(finding, say) for finding in findings), "dim")]
        for findings, count in tally.mistakes[:_MOST_MISTAKES]
    ]
    others = sum(count for _, count in tally.mistakes[_MOST_MISTAKES:])
    if others:
        rows.append([Span(f"{others}×"), Span(say("grade.others"), "dim")])
    tracks = [Track(5, right=True), Track(max(width - 7, 20))]
    return grid(rows, tracks, gap=2)
