"""Conventions of counting, as a person and as a program reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import to_builtins

from cnncalc.analysis import Convention
from cnncalc.analysis.convention import Rule
from cnncalc.report.grid import Line, Span, Track, fold, grid, width_of
from cnncalc.report.records import Records
from cnncalc.report.table import prose

_NARROWEST = 24


def conventions_lines(conventions: Sequence[Convention], width: int) -> list[Line]:
    """A line a convention, as much of its sentence as there is room for."""
    rows = [("name", "unit", "counts"), *((each.name, each.unit, each.description) for each in conventions)]
    widths = [width_of([row[column] for row in rows]) for column in range(2)]
    room = max(width - sum(widths) - 2 * 2, _NARROWEST)
    cut = [[*row[:2], _in_short(row[2], room)] for row in rows]
    body = [[Span(text, "" if place else "bold") for text in texts] for place, texts in enumerate(cut)]
    return [
        *grid(body, [*map(Track, widths), Track(room)], gap=2),
        *prose("`cnncalc conventions NAME` prints the rules of one.", width, "dim"),
    ]


def terms_lines(meanings: Mapping[str, str], width: int) -> list[Line]:
    """What a rule may count."""
    rows = [[Span(name), Span(meaning)] for name, meaning in meanings.items()]
    names = width_of([row[0].text for row in rows])
    return [
        *prose("What a rule may count, alone or as a product such as output*taps:", width, "bold"),
        *grid(rows, [Track(names), Track(max(width - names - 2, _NARROWEST))], gap=2),
    ]


def rules_lines(convention: Convention, width: int) -> list[Line]:
    """What it counts, where that was read, its rules and their notes."""
    read = f"read from {convention.tool} {convention.version}: {convention.source}" if convention.tool else ""
    lines = prose(f"{convention.unit} by {convention.name}: {convention.description}", width, "bold")
    lines += prose(read, width, "dim") if read else []
    rows = [[Span(text, "bold") for text in _RULES]]
    notes: list[str] = []
    for rule in convention.rules:
        mark, note = _mark(rule)
        if mark and f"{mark} {note}" not in notes:
            notes.append(f"{mark} {note}")
        kinds, where, counts = _rule(rule)
        rows.append([Span(kinds), Span(where), Span(f"{counts}{mark}".replace("+ -", "− "))])
    third = (width - 4) // 3
    tracks = [Track(min(third, width_of([row[column].text for row in rows]))) for column in (0, 1)]
    tracks.append(Track(max(width - tracks[0].width - tracks[1].width - 4, 20)))
    lines += grid(rows, tracks, gap=2)
    for text in notes:
        lines += prose(f"{text}.", width, "yellow")
    return lines


def conventions_table(conventions: Sequence[Convention]) -> Records:
    """A row a convention."""
    return Records(
        ("name", "version", "unit", "counts"),
        [(each.name, each.version, each.unit, each.description) for each in conventions],
    )


def rules_table(convention: Convention) -> Records:
    """A row a rule."""
    return Records((*_RULES, "note"), [(*_rule(rule), _mark(rule)[1]) for rule in convention.rules])


def convention_document(convention: Convention, *, rules: bool) -> dict[str, Any]:
    """The same as plain data, the keys as in a convention's file."""
    document: dict[str, Any] = to_builtins(convention)
    return document if rules else {key: value for key, value in document.items() if key != "rules"}


_RULES = ("kinds", "where", "counts")


def _rule(rule: Rule) -> tuple[str, str, str]:
    count = " + ".join(term if times == 1 else f"{times}·{term}" for term, times in rule.count.items()) or "0"
    where = ", ".join(f"{name}={str(value).lower()}" for name, value in rule.when.items())
    return ", ".join(rule.kinds), where, "no figure" if rule.unknown else count


def _mark(rule: Rule) -> tuple[str, str]:
    """The mark of a rule that has no figure, or that is a tool's defect, and why."""
    return ("‡", rule.unknown) if rule.unknown else ("†", rule.defect) if rule.defect else ("", "")


def _in_short(text: str, room: int) -> str:
    """As much of a text as there is room for."""
    first, *more = fold(text, room)
    return f"{fold(text, room - 1)[0].rstrip(',;:')}…" if more else first
