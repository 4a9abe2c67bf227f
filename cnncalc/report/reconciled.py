"""Conventions reconciled, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cnncalc.analysis import Analysis
from cnncalc.analysis.published import DIFFERENT, EXACT, ROUNDED, Explained
from cnncalc.analysis.reconcile import Reconciled
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import exact
from cnncalc.report.table import input_text, prose
from cnncalc.spec import Network

if TYPE_CHECKING:
    from cnncalc.pytorch.peers import Run

_VERDICTS = {EXACT: "exactly", ROUNDED: "rounded", DIFFERENT: "which does not come out"}


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


def unknown_lines(unknown: Mapping[str, str], width: int) -> list[Line]:
    """Which conventions have no figure, and why."""
    lines: list[Line] = [[]] if unknown else []
    for name, reason in unknown.items():
        lines += prose(f"no figure by {name}: {reason}.", width, "yellow")
    return lines


def published_lines(network: Network, figures: Sequence[Explained], width: int) -> list[Line]:
    """A paragraph a printed figure of the whole network, with the layers that make it; a line a figure of a few."""
    if not figures:
        return prose(f"{network.name}: its spec names no published figure.", width)
    lines = prose(f"{network.name}: published figures, of one sample", width, "bold")
    shown = [exact(figure.figure) for figure in figures]
    shown += [_amount(part.amount) for figure in figures if not figure.published.layers for part in figure.parts]
    first = width_of(shown)
    tracks = [Track(first, right=True), Track(max(width - first - 2, 20))]
    table = ""
    for figure in figures:
        stated = figure.published
        rows = _whole(figure) if not stated.layers else [(exact(figure.figure), _stated(figure), "")]
        rows += [("", stated.note, "dim"), ("", stated.disagrees, "yellow")]
        if not stated.layers or stated.source != table:
            lines.append([])
        if stated.layers and stated.source != table:
            lines += prose(stated.source, width, "bold")
        table = stated.source if stated.layers else ""
        for amount, text, style in rows:
            lines += grid([[Span(amount, style), Span(text, style)]], tracks, gap=2) if text else []
    return lines


def _whole(figure: Explained) -> list[tuple[str, str, str]]:
    parts = [(_amount(part.amount), part.label, "") for part in figure.parts]
    return [(exact(figure.figure), _stated(figure), "bold"), *parts, ("", figure.published.source, "dim")]


def _stated(figure: Explained) -> str:
    """``MACs by macs; printed 3.8e9 FLOPs, cut off``."""
    stated = figure.published
    where = f" of {', '.join(stated.layers)}" if stated.layers else ""
    verdict = _VERDICTS.get(figure.agreement, figure.agreement)
    unit = figure.unit if figure.unit == stated.convention else f"{figure.unit} by {stated.convention}"
    return f"{unit}{where}; printed {f'{stated.figure} {stated.called}'.strip()}, {verdict}"


def _amount(amount: int) -> str:
    return _signed(amount).removeprefix("+")


def run_lines(name: str, batch: int, runs: Sequence[Run], width: int) -> list[Line]:
    """A line a convention: what it predicts, what its tool reports, and whether that is the same; then why not."""
    lines = prose(f"{name}: batch {batch}, each tool run on the network as a PyTorch module", width, "bold")
    rows = [("convention", "installed", "predicted", "reported", "")]
    reasons: dict[str, list[str]] = {}
    for run in runs:
        predicted, reported = ("" if figure is None else exact(figure) for figure in (run.predicted, run.reported))
        difference = ""
        if run.predicted is not None and run.reported is not None and run.predicted != run.reported:
            difference = f" by {_signed(run.reported - run.predicted)}"
        rows.append((run.convention, run.installed, predicted, reported, f"{run.outcome}{difference}"))
        if run.reason:
            reasons.setdefault(f"{run.outcome}: {run.reason}", []).append(run.convention)
        if run.installed and run.rules_of not in ("", run.installed):
            reasons.setdefault(f"its rules were read from version {run.rules_of}", []).append(run.convention)
    widths = [width_of([row[column] for row in rows]) for column in range(4)]
    tracks = [Track(size, right=column in (2, 3)) for column, size in enumerate(widths)]
    tracks.append(Track(max(width - sum(widths) - 8, 13)))
    styles = {"differs": "red", "failed": "yellow", "not predicted": "yellow"}
    for index, row in enumerate(rows):
        style = "bold" if index == 0 else styles.get(runs[index - 1].outcome, "")
        lines += grid([[Span(text, style) for text in row]], tracks, gap=2)
    for reason, conventions in reasons.items():
        lines += prose(f"{', '.join(conventions)}: {reason.rstrip('.')}.", width, "yellow")
    return lines


def _signed(amount: int) -> str:
    return f"+{exact(amount)}" if amount > 0 else f"−{exact(-amount)}"
