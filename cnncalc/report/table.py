"""The report that a person reads at the terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from cnncalc.analysis import Analysis, Totals, Warning
from cnncalc.analysis.folding import Folded
from cnncalc.layers.base import shape_text
from cnncalc.report.grid import Line, Span, Track, fold, grid, width_of
from cnncalc.report.numbers import exact, percent
from cnncalc.report.sheet import COLUMNS, AnyRow, Column, Sheet

Noted: TypeAlias = Literal["never", "once", "each"]
"""Whether notes are printed: not at all, what concerns several layers once, or a note a layer."""
_NARROWEST_BAR = 3
_NARROWEST_TEXT = 8
_WIDEST_BAR = 10
_ROOMY = 100
_WIDEST_KINDS = 33
"""The list of what a row of many layers has may wrap, before shares are left out."""
_NARROWEST = {
    "inputs": 16,
    "name": 14,
    "layer": 17,
    "settings": 12,
    "output": 12,
    "receptive_field": 12,
    "receptive_field_padding": 8,
}
"""The texts that may wrap, in the order in which they do, and how narrow they may become."""
_DISPENSABLE = (
    *("receptive_field", "receptive_field_padding", "start", "flops", "inputs", "jump"),
    *("settings", "type", "layer", "params", "output"),
)
"""The columns that are left out of a table that is still too wide, in this order."""
_DISPENSABLE_OF_FIELDS = ("layer", "field_padding", "start", "output", "jump")
"""The same where nothing is counted, so that the table is about receptive fields."""
_MOST_NAMES = 8
_PERCENT = len(">99.9%")
_NUMBER = re.compile(r"\d[\d,.]*")
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def fields_table(sheet: Sheet, width: int) -> list[Line]:
    """The layers in columns, without totals."""
    lines = prose(f"{sheet.analysis.name}: input {input_text(sheet.analysis)}", width, "bold")
    lines += _layers(sheet, width)
    if len(sheet.rows) < len(sheet.analysis.layers):
        lines += prose(f"{len(sheet.rows)} of {len(sheet.analysis.layers)} layers.", width, "dim")
    return lines


def table(sheet: Sheet, width: int, noted: Noted = "once") -> list[Line]:
    """The layers and their totals, where they sit by kind of layer, and the notes, in lines of ``width`` cells."""
    analysis, totals = sheet.analysis, sheet.analysis.totals
    convention = analysis.counted
    by = "" if convention.name == "cnncalc" else f" by {convention.name}"
    figure = f"{_least(analysis, 'flops')}{exact(totals.flops)} {convention.unit}{by}"
    exactly = (
        f"Exactly {exact(totals.params)} params{_frozen(totals)}, "
        f"{_least(analysis, 'macs')}{exact(totals.macs)} MACs, {figure}, "
        f"{exact(totals.activations)} activations, {exact(totals.buffers)} buffer elements."
    )
    lines = prose(f"{analysis.name}: input {input_text(analysis)}, batch {analysis.batch}", width, "bold")
    lines += _layers(sheet, width)
    if len(sheet.rows) < len(analysis.layers):
        all_layers, rows = f"{len(analysis.layers)} layers", len(sheet.rows)
        shown = f"{rows} of {all_layers}; the totals are those of all."
        if sheet.folded:
            shown = f"{all_layers} in {rows} rows."
        lines += prose(shown, width, "dim")
    lines += prose(exactly, width)
    lines += prose(f"{convention.unit} by the convention {convention.name}: {convention.description}.", width, "dim")
    if totals.params or totals.macs:
        lines += [[], *_kinds(analysis, width)]
    return lines + notes(analysis.warnings if noted != "never" else (), width, each=noted == "each")


def _least(analysis: Analysis, quantity: str) -> str:
    """What stands before a total that lacks what is not known."""
    return "at least " if quantity in analysis.partial else ""


def _frozen(totals: Totals) -> str:
    return f" ({exact(totals.frozen_params)} of them frozen)" if totals.frozen_params else ""


def notes(warnings: Sequence[Warning], width: int, *, each: bool = False) -> list[Line]:
    """What a reader should know, a paragraph each, behind an empty line; what is true of several layers, but for its
    numbers, is said of the first, with the names of the others, unless ``each`` is wanted.
    """
    alike: dict[object, list[Warning]] = {}
    for place, warning in enumerate(warnings):
        pattern = place if each or not warning.layer else (warning.code, _NUMBER.sub("#", warning.message))
        alike.setdefault(pattern, []).append(warning)
    lines: list[Line] = [[]] if warnings else []
    for first, *others in alike.values():
        about = f"{first.layer}: " if first.layer else ""
        start, *more = fold(f"note  {about}{first.message}{_likewise(first, others)}", width)
        lines += [[Span(start[:4], "yellow"), Span(start[4:])], *([Span(piece)] for piece in more)]
    return lines


def _likewise(first: Warning, others: Sequence[Warning]) -> str:
    if not others:
        return ""
    names = ", ".join(other.layer for other in others[:_MOST_NAMES])
    more = f" and {len(others) - _MOST_NAMES} more" if len(others) > _MOST_NAMES else ""
    same = all(other.message == first.message for other in others)
    return f"; likewise in {names}{more}" if same else f"; likewise, with other numbers (-v has them), in {names}{more}"


def input_text(analysis: Analysis) -> str:
    """The shape of the input, or of each of several by name."""
    if isinstance(analysis.input, dict):
        return ", ".join(f"{name} {shape_text(shape)}" for name, shape in analysis.input.items())
    return shape_text(analysis.input)


def prose(text: str, width: int, style: str = "") -> list[Line]:
    """A sentence in lines of at most ``width`` cells."""
    return [[Span(piece, style)] for piece in fold(text, width)]


def _bar(part: int, whole: int, width: int) -> str:
    """A share as a bar, never empty where there is something."""
    if not part or not whole:
        return ""
    full, eighths = divmod(max(1, round(8 * width * part / whole)), 8)
    return "█" * full + _EIGHTHS[eighths].strip()


def _layers(sheet: Sheet, width: int) -> list[Line]:
    layout = _layout(sheet, width)
    columns = layout.sheet.columns
    heading = [Span(layout.heading(column), "bold") for column in columns]
    rows = [[_figure(layout, column, row) for column in columns] for row in sheet.rows]
    total = [Span("" if column.share else layout.sheet.total_text(column), "bold") for column in columns]
    totals = [total] if any(column.quantity for column in columns) else []
    lines = grid([heading, *rows, *totals], layout.tracks, layout.gap)
    gone = [sheet.heading(column) for column in layout.left_out if not column.share]
    return lines + (prose(f"Too narrow for {', '.join(gone)}.", width, "dim") if gone else [])


def _figure(layout: _Layout, column: Column, row: AnyRow) -> Span:
    text, value = layout.sheet.text(column, row), layout.sheet.value(column, row)
    if column.share:
        picture = _bar(value, column.total(layout.sheet.analysis) or 0, layout.bar)
        text = f"{text:>{_PERCENT}} {picture}".rstrip() if layout.percent else picture
    return Span(text, "" if value else "dim")


def _kinds(analysis: Analysis, width: int) -> list[Line]:
    """Where parameters and multiply-accumulates sit by kind of layer, most multiply-accumulates first."""
    totals = analysis.totals
    groups = analysis.by_type()
    counted = {kind: group for kind, group in groups.items() if group[1].params or group[1].macs}
    ordered = sorted(counted.items(), key=lambda item: item[1][1].macs, reverse=True)
    others = [count for kind, (count, _) in groups.items() if kind not in counted]
    if others:
        ordered.append((f"{len(others)} other{'s' if len(others) > 1 else ''}", (sum(others), Totals())))
    figures = [("by type", "layers", "params", "MACs")]
    for kind, (count, sums) in ordered:
        shares = percent(sums.params, totals.params), percent(sums.macs, totals.macs)
        figures.append((kind, str(count), *shares))
    widths = [width_of([row[position] for row in figures]) for position in range(4)]
    if width < _NARROWEST_TEXT + sum(widths[1:]) + 3:
        tracks = [Track(max(1, width - widths[3] - 1)), Track(widths[3], right=True)]
        return grid([[Span(row[0]), Span(row[3])] for row in figures], tracks, gap=1)
    gap = 2 if width >= sum(widths) + 2 * 3 else 1
    room = (width - sum(widths) - gap * 5) // 2
    bar = 0 if room < _NARROWEST_BAR else min(room, _WIDEST_BAR if width < _ROOMY else 2 * _WIDEST_BAR)
    bars = [("", "")]
    bars += [(_bar(s.params, totals.params, bar), _bar(s.macs, totals.macs, bar)) for _, (_, s) in ordered]
    rows = []
    for place, ((kind, number, params, macs), (params_bar, macs_bar)) in enumerate(zip(figures, bars, strict=True)):
        texts = (kind, number, params, params_bar, macs, macs_bar) if bar else (kind, number, params, macs)
        rows.append([Span(text, "bold" if place == 0 else "dim" if text == "0%" else "") for text in texts])
    tracks = [Track(max(min(widths[0], width - sum(widths[1:]) - 3 * gap), _NARROWEST_TEXT))]
    tracks += [Track(size, right=True) for size in widths[1:]]
    if bar:
        tracks[3:3] = [Track(bar)]
        tracks.append(Track(bar))
    return grid(rows, tracks, gap)


class _Layout(Struct, frozen=True):
    """Which columns a table has and how wide, how long its bars are, and whether percentages stand beside them."""

    sheet: Sheet
    percent: bool
    bar: int
    tracks: tuple[Track, ...]
    left_out: Sequence[Column] = ()

    @property
    def gap(self) -> int:
        return 2 if self.percent else 1

    def heading(self, column: Column) -> str:
        return self.sheet.heading(column)


def _layout(sheet: Sheet, width: int) -> _Layout:
    """The roomiest layout that fits.

    First with percentages beside bars of ten characters, then with ever shorter bars alone, as long as their headings
    at least, then with kind and settings in one column, then without the shares, the last of them last. Where even that
    is too wide, names wrap, then the texts beside them, and at last columns are left out.
    """
    for candidate, most in _roomier(sheet):
        columns = candidate.columns
        widths = [0 if column.share else _text_width(candidate, column, most) for column in columns]
        headings = [width_of([candidate.heading(column)]) for column in columns if column.share]
        room = width - sum(widths) - len(columns) + 1
        roomy = _PERCENT + 1 + _WIDEST_BAR
        if room - len(columns) + 1 >= len(headings) * roomy:
            return _Layout(candidate, True, _WIDEST_BAR, _tracks(columns, widths, roomy))
        if room >= sum(max(_NARROWEST_BAR, heading) for heading in headings):
            share = max([*headings, min(_WIDEST_BAR, room // len(headings))]) if headings else 0
            if share * len(headings) <= room:
                return _Layout(candidate, False, share, _tracks(columns, widths, share))
    return _wrapped(candidate, widths, width)


def _roomier(sheet: Sheet) -> Iterator[tuple[Sheet, int]]:
    """What takes less and less room, with the most cells for what stands in one row of many layers."""
    yield sheet, sys.maxsize
    sheet = _merged(sheet)
    yield sheet, sys.maxsize
    yield sheet, _WIDEST_KINDS
    while shares := [column for column in sheet.columns if column.share]:
        rest = [column for column in sheet.columns if column is not shares[0]]
        if not rest:
            return
        sheet = sheet.with_columns(rest)
        yield sheet, _WIDEST_KINDS


def _wrapped(sheet: Sheet, widths: list[int], width: int) -> _Layout:
    """The layout in which texts take several lines, and that leaves columns out where that is not enough."""
    columns, widths = list(sheet.columns), list(widths)
    left_out: list[Column] = []
    narrow = dict(zip((column.key for column in columns), widths, strict=True))

    def excess() -> int:
        return sum(narrow.values()) + len(narrow) - 1 - width

    def wrap(least: dict[str, int]) -> None:
        for key in least:
            if key in narrow:
                narrow[key] -= max(0, min(excess(), narrow[key] - least[key]))

    wrap(_NARROWEST)
    for key in _DISPENSABLE if any(column.quantity for column in columns) else _DISPENSABLE_OF_FIELDS:
        if excess() > 0 and key in narrow and len(narrow) > 2:
            del narrow[key]
            left_out.append(COLUMNS[key])
            wrap(_NARROWEST)
    wrap(dict.fromkeys(_NARROWEST, _NARROWEST_TEXT))
    kept = [column for column in columns if column not in left_out]
    return _Layout(sheet.with_columns(kept), False, 0, _tracks(kept, [narrow[c.key] for c in kept], 0), left_out)


def _tracks(columns: Sequence[Column], widths: Sequence[int], share: int) -> tuple[Track, ...]:
    return tuple(
        Track(share) if column.share else Track(width, right=bool(column.quantity))
        for column, width in zip(columns, widths, strict=True)
    )


def _text_width(sheet: Sheet, column: Column, most: int) -> int:
    texts = (sheet.text(column, row) for row in sheet.rows)
    widest = width_of([sheet.heading(column), sheet.total_text(column), *texts])
    is_list = column.key in ("layer", "settings") and any(isinstance(row, Folded) for row in sheet.rows)
    return min(widest, most) if is_list else widest


def _merged(sheet: Sheet) -> Sheet:
    """The sheet with kind and settings, where they stand side by side, in one column."""
    keys = [column.key for column in sheet.columns]
    if "layer" in keys:
        return sheet
    for position in range(len(keys) - 1):
        if keys[position : position + 2] == ["type", "settings"]:
            columns = (*sheet.columns[:position], COLUMNS["layer"], *sheet.columns[position + 2 :])
            return sheet.with_columns(columns)
    return sheet
