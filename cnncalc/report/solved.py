"""The solutions of a question asked backwards, as a person and as a program reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins

from cnncalc.design.solve import Solution, Solved
from cnncalc.layers.base import shape_text
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import abbreviated, exact
from cnncalc.report.records import Records
from cnncalc.report.table import prose

_MOST_STRIDES = 4


def solved_lines(solved: Solved, best: list[Solution], width: int) -> list[Line]:
    """A row a solution, then how many there are and what all of them meet."""
    kind = solved.question.form.kind.__name__
    asked = f"{kind}: {_sizes(solved.question.input)} → {_sizes(solved.question.output)}"
    lines = prose(asked, width, "bold")
    if best:
        lines += _table(solved, best, width)
    within = ", ".join(f"{name} {low} to {high}" for name, (low, high) in solved.ranges.items())
    if not solved.count:
        because = f": of the output {'; '.join(solved.reasons)}" if solved.reasons else ""
        lines += prose(f"No solution within {within}{because}.", width)
    else:
        shown = f"{len(best)} of " if len(best) < solved.count else ""
        plural = "solution" if solved.count == 1 else "solutions, the common ones first"
        lines += prose(f"{shown}{exact(solved.count)} {plural}, within {within}.", width)
    if solved.narrowed:
        lines += prose(
            f"The ranges of {', '.join(solved.narrowed)} were made smaller to look at everything in them.", width
        )
    return lines + _general(solved, best, width)


def solved_document(solved: Solved, best: list[Solution]) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "type": solved.question.form.kind.__name__,
        "input": list(solved.question.input),
        "output": list(solved.question.output),
        "ranges": {name: list(ends) for name, ends in solved.ranges.items()},
        "narrowed": list(solved.narrowed),
        "count": solved.count,
        "reasons": list(solved.reasons),
        "general": solved.general,
        "solutions": [
            {
                "values": to_builtins(solution.values),
                "input": list(solution.input),
                "output": list(solution.output),
                "params": solution.params,
                "macs": solution.operations.mac,
                "exact": solution.exact,
            }
            for solution in best
        ],
    }


def solved_table(solved: Solved, best: Sequence[Solution]) -> Records:
    """A row a solution."""
    rows = [
        (
            *each.values.values(),
            *map(shape_text, (each.input, each.output)),
            each.params,
            each.operations.mac,
            each.exact,
        )
        for each in best
    ]
    return Records((*solved.ranges, "input", "output", "params", "macs", "divisible"), rows)


def _sizes(sizes: tuple[int | None, ...]) -> str:
    return "×".join("?" if size is None else str(size) for size in sizes)


def _table(solved: Solved, best: list[Solution], width: int) -> list[Line]:
    """A row a solution; where names would take too much room, their letters in the inequalities stand for them."""
    names = list(solved.ranges)
    rows = [[*map(_value, solution.values.values())] for solution in best]
    columns: dict[str, list[str]] = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    if None in solved.question.output:
        columns["output"] = [shape_text(solution.output) for solution in best]
    if not all(solution.exact for solution in best):
        columns["divides"] = ["exactly" if solution.exact else "" for solution in best]
    for heading, counts in (
        ("params", [solution.params for solution in best]),
        ("MACs", [solution.operations.mac for solution in best]),
    ):
        if any(counts):
            columns[heading] = [abbreviated(number) for number in counts]
    tracks = [
        Track(width_of([heading, *texts]), right=heading not in ("divides", "output"))
        for heading, texts in columns.items()
    ]
    headings = list(columns)
    if sum(track.width + 2 for track in tracks) - 2 > width:
        symbols = solved.symbols()
        headings = [symbols.get(heading, heading) for heading in headings]
        tracks = [
            Track(width_of([heading, *texts]), track.right)
            for heading, texts, track in zip(headings, columns.values(), tracks, strict=True)
        ]
    heading_row = [Span(heading, "bold") for heading in headings]
    body = [[Span(text) for text in texts] for texts in zip(*columns.values(), strict=True)]
    return grid([heading_row, *body], tracks, gap=2)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _general(solved: Solved, best: list[Solution], width: int) -> list[Line]:
    """What every solution meets, and what that comes to at the strides that were listed."""
    if not solved.general:
        return []
    together = " and ".join(solved.general)
    letters = [f"{symbol} is {name}" for name, symbol in solved.symbols().items() if symbol != name]
    where = f", where {', '.join(letters)}" if letters else ""
    subject = "Every solution meets" if best else "A solution would have to meet"
    lines = prose(f"{subject} {together}{where}.", width)
    strides = sorted({solution.values["stride"] for solution in best}) if "stride" in solved.ranges else []
    for stride in strides[:_MOST_STRIDES]:
        lines += prose(f"With stride {stride}: {' and '.join(solved.at_stride(stride))}.", width)
    return lines
