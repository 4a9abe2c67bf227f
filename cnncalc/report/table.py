"""The report that a person reads at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from cnncalc.analysis import CONVENTIONS, Analysis, Row, Totals
from cnncalc.layers.base import shape_text
from cnncalc.report.grid import Cell, Track, grid, width_of
from cnncalc.report.numbers import exact, percent
from cnncalc.report.sheet import COLUMNS, Column, Sheet

_NARROWEST_BAR = 3
_WIDEST_BAR = 10
_NARROWEST_NAME = 14
_NARROWEST_LAYER = 17
_PERCENT = len(">99.9%")
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_ASCII = str.maketrans({"×": "x", "−": "-", "·": "*", "–": "-", "…": "...", "▏": "|"})


def show(sheet: Sheet, console: Console) -> None:
    """Print the table of layers, the totals, where they sit by kind of layer, and the notes."""
    analysis = sheet.analysis
    printer = _Printer(console)
    sample = shape_text(analysis.input)
    printer.line(f"{analysis.name}: input {sample}, batch {analysis.batch}", style="bold")
    printer.table(printer.layers(sheet))
    if len(sheet.rows) < len(analysis.layers):
        printer.line(f"{len(sheet.rows)} of {len(analysis.layers)} layers; the totals are those of all.", style="dim")
    totals = analysis.totals
    figures = f"{exact(totals.params)} params, {exact(totals.macs)} MACs, {exact(totals.flops)} FLOPs"
    printer.line(f"Exactly {figures}, {exact(totals.activations)} activations, {exact(totals.buffers)} buffers.")
    convention = CONVENTIONS[analysis.convention]
    printer.line(f"FLOPs by the convention {convention.name}: {convention.description}.", style="dim")
    if totals.params or totals.macs:
        console.print()
        printer.table(printer.kinds(analysis))
    if analysis.warnings:
        console.print()
    for warning in analysis.warnings:
        text = Text(printer.printable(f"note  {warning.layer}: {warning.message}"))
        text.stylize("yellow", 0, 4)
        console.print(text)


class _Printer:
    """Prints in the characters that the console's encoding has."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.unicode = console.encoding.lower().startswith("utf")

    def printable(self, text: str) -> str:
        """The text in characters that the console has."""
        if self.unicode:
            return text
        return text.translate(_ASCII).encode(self.console.encoding, "replace").decode(self.console.encoding)

    def line(self, text: str, style: str = "") -> None:
        self.console.print(Text(self.printable(text), style))

    def table(self, text: Text) -> None:
        """Print what is already laid out."""
        self.console.print(text, no_wrap=True, overflow="ignore", crop=False)

    def bar(self, part: int, whole: int, width: int) -> str:
        """A share as a bar, never empty where there is something."""
        if not part or not whole:
            return ""
        if not self.unicode:
            return "#" * max(1, round(width * part / whole))
        full, eighths = divmod(max(1, round(8 * width * part / whole)), 8)
        return "█" * full + _EIGHTHS[eighths].strip()

    def layers(self, sheet: Sheet) -> Text:
        """The layers, laid out for the console's width."""
        layout = _layout(sheet, self.console.width)
        columns = layout.sheet.columns
        heading = [self._cell(layout.heading(column), "bold") for column in columns]
        rows = [[self._figure(layout, column, row) for column in columns] for row in sheet.rows]
        total = [self._cell("" if column.share else sheet.total_text(column), "bold") for column in columns]
        return grid([heading, *rows, total], layout.tracks, layout.gap)

    def _figure(self, layout: _Layout, column: Column, row: Row) -> Cell:
        text, value = layout.sheet.text(column, row), column.value(row)
        if column.share:
            picture = self.bar(value, column.total(layout.sheet.analysis.totals) or 0, layout.bar)
            text = f"{text:>{_PERCENT}} {picture}" if layout.percent else picture
        return self._cell(text, "" if value else "dim")

    def kinds(self, analysis: Analysis) -> Text:
        """Where parameters and multiply-accumulates sit by kind of layer, most multiply-accumulates first."""
        totals = analysis.totals
        groups = analysis.by_type()
        counted = {kind: group for kind, group in groups.items() if group[1].params or group[1].macs}
        ordered = sorted(counted.items(), key=lambda item: item[1][1].macs, reverse=True)
        others = [count for kind, (count, _) in groups.items() if kind not in counted]
        if others:
            ordered.append((f"{len(others)} other{'s' if len(others) > 1 else ''}", (sum(others), Totals())))
        bar = _WIDEST_BAR if self.console.width < 100 else 2 * _WIDEST_BAR
        rows = [[self._cell(text, "bold") for text in ("by type", "layers", "params", "", "MACs", "")]]
        for kind, (count, sums) in ordered:
            texts = [kind, str(count)]
            for part, whole in ((sums.params, totals.params), (sums.macs, totals.macs)):
                texts += [percent(part, whole), self.bar(part, whole, bar)]
            rows.append([self._cell(text, "dim" if text == "0%" else "") for text in texts])
        widths = [width_of([row[position].text for row in rows]) for position in range(6)]
        tracks = [
            Track(max(width, bar) if position in (3, 5) else width, position in (1, 2, 4))
            for position, width in enumerate(widths)
        ]
        return grid(rows, tracks, gap=2)

    def _cell(self, text: str, style: str = "") -> Cell:
        return Cell(self.printable(text), style)


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
        return column.heading if self.percent or not column.share else column.heading[: self.bar]


def _layout(sheet: Sheet, width: int) -> _Layout:
    """The roomiest layout that fits.

    First with percentages beside bars of ten characters, then with ever shorter bars alone, then with kind and settings
    in one column. Where even that is too wide, names wrap, and then the texts beside them.
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
    for key, least in (("name", _NARROWEST_NAME), ("layer", _NARROWEST_LAYER)):
        for position, column in enumerate(columns):
            if column.key == key:
                saved = min(excess, max(widths[position] - least, 0))
                widths[position] -= saved
                excess -= saved
    return _Layout(candidate, False, _NARROWEST_BAR, _tracks(columns, widths, _NARROWEST_BAR))


def _tracks(columns: Sequence[Column], widths: Sequence[int], share: int) -> tuple[Track, ...]:
    return tuple(
        Track(share) if column.share else Track(width, right=bool(column.quantity))
        for column, width in zip(columns, widths, strict=True)
    )


def _text_width(sheet: Sheet, column: Column) -> int:
    return width_of([column.heading, sheet.total_text(column), *(sheet.text(column, row) for row in sheet.rows)])


def _merged(sheet: Sheet) -> Sheet:
    """The sheet with kind and settings, where they stand side by side, in one column."""
    keys = [column.key for column in sheet.columns]
    for position in range(len(keys) - 1):
        if keys[position : position + 2] == ["type", "settings"]:
            columns = (*sheet.columns[:position], COLUMNS["layer"], *sheet.columns[position + 2 :])
            return Sheet(sheet.analysis, sheet.rows, columns, sheet.exact)
    return sheet
