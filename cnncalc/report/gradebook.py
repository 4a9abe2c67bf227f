"""A class's grades: a table for a spreadsheet, and a summary for the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from cnncalc.homework.classroom import Tally, Unreadable
from cnncalc.homework.feedback import finding_text, points_text, question_text
from cnncalc.homework.grading import CARRIED, MISSING, RIGHT, UNREADABLE, WRONG, Paper
from cnncalc.homework.messages import Messages
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.table import prose
from cnncalc.report.text import no_formula

VERDICTS = (RIGHT, CARRIED, WRONG, UNREADABLE, MISSING)
_NARROWEST_QUESTION = 12
_NARROWEST_MISTAKES = 20


def as_csv(papers: Sequence[Paper], unreadable: Sequence[Unreadable], tallies: Sequence[Tally]) -> str:
    """One row a student: points, verdicts counted, the points of each question and the mistakes found; a row for each
    file that could not be read.
    """
    questions = [tally.question.id for tally in tallies]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*("student", "file", "points", "of"), *VERDICTS, *map(no_formula, questions), "mistakes", "problem"])
    for paper in papers:
        earned = {result.question.id: points_text(result.points) for result in paper.results}
        counts = [sum(result.verdict == verdict for result in paper.results) for verdict in VERDICTS]
        mistakes = [
            f"{result.question.id}: {' + '.join(finding.name for finding in result.diagnoses.found[0].findings)}"
            for result in paper.results
            if result.diagnoses.found
        ]
        problem = "; ".join(f"{where}: {problem}" for where, problem in paper.unmatched)
        writer.writerow(
            [
                no_formula(paper.student),
                no_formula(paper.source),
                points_text(paper.points),
                points_text(paper.most),
                *counts,
                *(earned.get(question, "") for question in questions),
                no_formula("; ".join(mistakes)),
                no_formula(problem),
            ]
        )
    blank = [""] * (2 + len(VERDICTS) + len(questions) + 1)
    for file in unreadable:
        writer.writerow(["", no_formula(file.path), *blank, no_formula(file.problem)])
    return buffer.getvalue()


def summary_lines(papers: Sequence[Paper], tallies: Sequence[Tally], say: Messages, width: int) -> list[Line]:
    """Which question, what became of it, and which mistakes how often."""
    points = sum(paper.points for paper in papers) / len(papers)
    most = max(paper.most for paper in papers)
    text = say("grade.summary", count=len(papers), points=points_text(points), most=points_text(most))
    lines: list[Line] = [*prose(text, width, "bold"), []]
    used = [verdict for verdict in VERDICTS if any(tally.verdicts.get(verdict) for tally in tallies)]
    head = [say("grade.question"), *(say(f"grade.verdict_{verdict}") for verdict in used), say("grade.mistakes")]
    rows = [[Span(text, "bold") for text in head]]
    for tally in tallies:
        mistakes = "; ".join(
            f"{count}× {say('grade.and').join(finding_text(finding, say) for finding in findings)}"
            for findings, count in tally.mistakes
        )
        counts = [str(tally.verdicts.get(verdict, 0)) for verdict in used]
        rows.append([Span(question_text(tally.question, say)), *map(Span, counts), Span(mistakes)])
    counted = [Track(width_of([row[column].text for row in rows]), right=True) for column in range(1, len(used) + 1)]
    left = width - sum(track.width for track in counted) - 2 * (len(used) + 1)
    first = max(min(width_of([row[0].text for row in rows]), left // 2), _NARROWEST_QUESTION)
    tracks = [Track(first), *counted, Track(max(left - first, _NARROWEST_MISTAKES))]
    return lines + grid(rows, tracks, gap=2)
