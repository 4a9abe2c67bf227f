"""Conventions reconciled, as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analysis import Analysis
from cnncalc.analysis.reconcile import Reconciled
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import exact
from cnncalc.report.table import input_text, prose


def reconciled_lines(start: Analysis, rows: Sequence[Reconciled], width: int) -> list[Line]:
    """A paragraph a convention: its figure, and what makes it of the first one's."""
    base = start.counted
    lines = prose(f"{start.name}: input {input_text(start)}, batch {start.batch}", width, "bold")
    figure = f"{exact(start.totals.flops)} {base.unit} by {base.name}: {base.description}."
    lines += prose(figure, width)
    amounts = [_signed(difference.amount) for row in rows for difference in row.differences]
    figures = [exact(row.figure) for row in rows]
    first = width_of([*amounts, *figures])
    tracks = [Track(first, right=True), Track(max(width - first - 2, 20))]
    defects: dict[str, str] = {}
    for row in rows:
        version = f" {row.version}" if row.version else ""
        title = f"{row.unit} by {row.convention}{version}"
        lines.append([])
        lines += grid([[Span(exact(row.figure), "bold"), Span(title, "bold")]], tracks, gap=2)
        for difference in row.differences:
            label = f"{difference.label}†" if difference.defect else difference.label
            lines += grid([[Span(_signed(difference.amount)), Span(label)]], tracks, gap=2)
            if difference.defect:
                defects.setdefault(difference.defect, row.convention)
        if not row.differences:
            lines += grid([[Span("0"), Span(f"the same as {base.name}")]], tracks, gap=2)
    if defects:
        lines.append([])
    for defect, name in defects.items():
        lines += prose(f"† {name}: {defect}.", width, "yellow")
    return lines


def _signed(amount: int) -> str:
    return f"+{exact(amount)}" if amount > 0 else f"−{exact(-amount)}"
