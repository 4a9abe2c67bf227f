"""``cnncalc conventions``."""

from __future__ import annotations

import click

from cnncalc.analysis import Convention, convention_named, shipped_conventions
from cnncalc.analysis.convention import quantities
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.terminal import terminal_width, write


@click.command("conventions")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the conventions of counting that come with cnncalc; with NAME, or a .toml file, its rules.

    \b
    Examples:
      cnncalc conventions
      cnncalc conventions thop
    """
    write(_listed(terminal_width()) if name is None else _rules(convention_named(name), terminal_width()))


def _listed(width: int) -> list[Line]:
    found = [convention_named(name) for name in shipped_conventions()]
    texts = [("convention", "version", "counts"), *((c.name, c.version, f"{c.unit}: {c.description}") for c in found)]
    columns = [width_of([row[column] for row in texts]) for column in (0, 1)]
    tracks = [Track(columns[0]), Track(columns[1]), Track(max(width - sum(columns) - 4, 24))]
    rows = [[Span(text, "bold" if row == 0 else "") for text in row_texts] for row, row_texts in enumerate(texts)]
    lines = grid(rows, tracks, gap=2)
    meanings = [[Span(name), Span(meaning)] for name, meaning in quantities().items()]
    head = [[], [Span("What a rule may count, alone or as a product such as output*taps:", "bold")]]
    least = width_of([row[0].text for row in meanings])
    return [*lines, *head, *grid(meanings, [Track(least), Track(max(width - least - 2, 24))], gap=2)]


def _rules(convention: Convention, width: int) -> list[Line]:
    read = f"read from {convention.tool} {convention.version}: {convention.source}" if convention.tool else ""
    lines: list[Line] = []
    for text, style in ((f"{convention.unit} by {convention.name}: {convention.description}", "bold"), (read, "dim")):
        lines += grid([[Span(text, style)]], [Track(width)], gap=0) if text else []
    rows = [[Span(text, "bold") for text in ("kinds", "where", "counts")]]
    notes: list[str] = []
    for rule in convention.rules:
        count = " + ".join(term if times == 1 else f"{times}·{term}" for term, times in rule.count.items()) or "0"
        mark = ""
        if rule.unknown:
            count, mark = "no figure", "‡"
        elif rule.defect:
            mark = "†"
        if mark and f"{mark} {rule.unknown or rule.defect}" not in notes:
            notes.append(f"{mark} {rule.unknown or rule.defect}")
        where = ", ".join(f"{name}={str(value).lower()}" for name, value in rule.when.items())
        rows.append([Span(", ".join(rule.kinds)), Span(where), Span(f"{count}{mark}".replace("+ -", "− "))])
    third = (width - 4) // 3
    tracks = [Track(min(third, width_of([row[column].text for row in rows]))) for column in (0, 1)]
    tracks.append(Track(max(width - tracks[0].width - tracks[1].width - 4, 20)))
    lines += grid(rows, tracks, gap=2)
    for note in notes:
        lines += grid([[Span(f"{note}.", "yellow")]], [Track(width)], gap=0)
    return lines
