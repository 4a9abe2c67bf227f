"""The report that a person reads at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cnncalc.analysis import Analysis, Totals, Warning
from cnncalc.layers.base import shape_text
from cnncalc.report.grid import Line, Span, Track, fold, grid, width_of
from cnncalc.report.numbers import exact, percent
from cnncalc.report.sheet import COLUMNS, AnyRow, Column, Sheet

_NARROWEST_BAR = 3
_WIDEST_BAR = 10
_NARROWEST = {"inputs": 16, "name": 14, "layer": 17, "settings": 12, "output": 12}
_NARROWEST |= {"receptive_field": 12, "receptive_field_padding": 8}
"""The texts that may wrap, in the order in which they do, and how narrow they may become."""
_PERCENT = len(">99.9%")
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def fields_table(sheet: Sheet, width: int) -> list[Line]:
    """The layers in columns, without totals."""
    lines = prose(f"{sheet.analysis.name}: input {input_text(sheet.analysis)}", width, "bold")
    lines += _layers(sheet, width)
    if len(sheet.rows) < len(sheet.analysis.layers):
        lines += prose(f"{len(sheet.rows)} of {len(sheet.analysis.layers)} layers.", width, "dim")
    return lines


def table(sheet: Sheet, width: int) -> list[Line]:
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
        lines += [[], *_kinds(analysis, _WIDEST_BAR if width < 100 else 2 * _WIDEST_BAR)]
    return lines + notes(analysis.warnings, width)


def _least(analysis: Analysis, quantity: str) -> str:
    """What stands before a total that lacks what is not known."""
    return "at least " if quantity in analysis.partial else ""


def _frozen(totals: Totals) -> str:
    return f" ({exact(totals.frozen_params)} of them frozen)" if totals.frozen_params else ""


def notes(warnings: Sequence[Warning], width: int) -> list[Line]:
    """What a reader should know, a paragraph each, behind an empty line."""
    lines: list[Line] = [[]] if warnings else []
    for warning in warnings:
        about = f"{warning.layer}: " if warning.layer else ""
        first, *more = fold(f"note  {about}{warning.message}", width)
        lines += [[Span(first[:4], "yellow"), Span(first[4:])], *([Span(piece)] for piece in more)]
    return lines


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
    return grid([heading, *rows, *totals], layout.tracks, layout.gap)


def _figure(layout: _Layout, column: Column, row: AnyRow) -> Span:
    text, value = layout.sheet.text(column, row), layout.sheet.value(column, row)
    if column.share:
        picture = _bar(value, column.total(layout.sheet.analysis) or 0, layout.bar)
        text = f"{text:>{_PERCENT}} {picture}".rstrip() if layout.percent else picture
    return Span(text, "" if value else "dim")


def _kinds(analysis: Analysis, bar: int) -> list[Line]:
    """Where parameters and multiply-accumulates sit by kind of layer, most multiply-accumulates first."""
    totals = analysis.totals
    groups = analysis.by_type()
    counted = {kind: group for kind, group in groups.items() if group[1].params or group[1].macs}
    ordered = sorted(counted.items(), key=lambda item: item[1][1].macs, reverse=True)
    others = [count for kind, (count, _) in groups.items() if kind not in counted]
    if others:
        ordered.append((f"{len(others)} other{'s' if len(others) > 1 else ''}", (sum(others), Totals())))
    rows = [[Span(text, "bold") for text in ("by type", "layers", "params", "", "MACs", "")]]
    for kind, (count, sums) in ordered:
        texts = [kind, str(count)]
        for part, whole in ((sums.params, totals.params), (sums.macs, totals.macs)):
            texts += [percent(part, whole), _bar(part, whole, bar)]
        rows.append([Span(text, "dim" if text == "0%" else "") for text in texts])
    widths = [width_of([row[position].text for row in rows]) for position in range(len(rows[0]))]
    widths[3] = max(widths[3], bar)
    tracks = [Track(width, right=position in (1, 2, 4)) for position, width in enumerate(widths)]
    return grid(rows, tracks, gap=2)


class _Layout(Struct, frozen=True):
    """Which columns a table has and how wide, how long its bars are, and whether percentages stand beside them."""

    sheet: Sheet
    percent: bool
    bar: int
    tracks: tuple[Track, ...]

    @property
    def gap(self) -> int:
        return 2 if self.percent else 1

    def heading(self, column: Column) -> str:
        heading = self.sheet.heading(column)
        return heading if self.percent or not column.share else heading[: self.bar]


def _layout(sheet: Sheet, width: int) -> _Layout:
    """The roomiest layout that fits.

    First with percentages beside bars of ten characters, then with ever shorter bars alone, then with kind and settings
    in one column. Where even that is too wide, names wrap, then the texts beside them, and at last the shares go.
    """
    for candidate in (sheet, _merged(sheet)):
        columns = candidate.columns
        widths = [0 if column.share else _text_width(candidate, column) for column in columns]
        shares = sum(column.share for column in columns)
        room = width - sum(widths) - len(columns)
        roomy = _PERCENT + 1 + _WIDEST_BAR
        if room - len(columns) >= shares * roomy:
            return _Layout(candidate, True, _WIDEST_BAR, _tracks(columns, widths, roomy))
        if room >= shares * _NARROWEST_BAR:
            bar = min(_WIDEST_BAR, room // shares) if shares else 0
            return _Layout(candidate, False, bar, _tracks(columns, widths, bar))
    excess = shares * _NARROWEST_BAR - room
    for key, least in _NARROWEST.items():
        for position, column in enumerate(columns):
            if column.key == key:
                saved = min(excess, max(widths[position] - least, 0))
                widths[position] -= saved
                excess -= saved
    if excess and len(columns) > shares > 0:
        return _layout(_without_shares(candidate), width)
    return _Layout(candidate, False, _NARROWEST_BAR, _tracks(columns, widths, _NARROWEST_BAR))


def _tracks(columns: Sequence[Column], widths: Sequence[int], share: int) -> tuple[Track, ...]:
    return tuple(
        Track(share) if column.share else Track(width, right=bool(column.quantity))
        for column, width in zip(columns, widths, strict=True)
    )


def _text_width(sheet: Sheet, column: Column) -> int:
    return width_of([sheet.heading(column), sheet.total_text(column), *(sheet.text(column, row) for row in sheet.rows)])


def _without_shares(sheet: Sheet) -> Sheet:
    columns = tuple(column for column in sheet.columns if not column.share)
    return Sheet(sheet.analysis, sheet.rows, columns, sheet.exact)


def _merged(sheet: Sheet) -> Sheet:
    """The sheet with kind and settings, where they stand side by side, in one column."""
    keys = [column.key for column in sheet.columns]
    if "layer" in keys:
        return sheet
    for position in range(len(keys) - 1):
        if keys[position : position + 2] == ["type", "settings"]:
            columns = (*sheet.columns[:position], COLUMNS["layer"], *sheet.columns[position + 2 :])
            return Sheet(sheet.analysis, sheet.rows, columns, sheet.exact)
    return sheet
