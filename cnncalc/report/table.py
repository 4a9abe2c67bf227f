"""The report that a person reads at the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnncalc.analysis import CONVENTIONS, Analysis, Totals
from cnncalc.layers.base import shape_text
from cnncalc.report.numbers import exact, percent
from cnncalc.report.sheet import COLUMNS, Column, Sheet

_NARROWEST_BAR = 3
_WIDEST_BAR = 10
_NARROWEST_NAME = 12
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_ASCII = str.maketrans({"×": "x", "−": "-", "·": "*", "–": "-", "…": "...", "▏": "|"})


def show(sheet: Sheet, console: Console) -> None:
    """Print the table of layers, the totals, where they sit by kind of layer, and the notes."""
    analysis = sheet.analysis
    printer = _Printer(console)
    sample = shape_text(analysis.input)
    printer.line(f"{analysis.name}: input {sample}, batch {analysis.batch}", style="bold")
    console.print(printer.layers(sheet))
    if len(sheet.rows) < len(analysis.layers):
        printer.line(f"{len(sheet.rows)} of {len(analysis.layers)} layers; the totals are those of all.", style="dim")
    totals = analysis.totals
    figures = f"{exact(totals.params)} params, {exact(totals.macs)} MACs, {exact(totals.flops)} FLOPs"
    printer.line(f"Exactly {figures}, {exact(totals.activations)} activations, {exact(totals.buffers)} buffers.")
    convention = CONVENTIONS[analysis.convention]
    printer.line(f"FLOPs by the convention {convention.name}: {convention.description}.", style="dim")
    if totals.params or totals.macs:
        console.print()
        console.print(printer.kinds(analysis))
    if analysis.warnings:
        console.print()
    for warning in analysis.warnings:
        text = printer.text(f"note  {warning.layer}: {warning.message}")
        text.stylize("yellow", 0, 4)
        console.print(text)


class _Printer:
    """Rich renderables in the characters that the console's encoding has."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.unicode = console.encoding.lower().startswith("utf")

    def text(self, content: str, style: str = "") -> Text:
        if not self.unicode:
            content = content.translate(_ASCII).encode(self.console.encoding, "replace").decode(self.console.encoding)
        return Text(content, style)

    def line(self, content: str, style: str = "") -> None:
        self.console.print(self.text(content, style))

    def bar(self, part: int, whole: int, width: int) -> str:
        """A share as a bar, never empty where there is something."""
        if not part or not whole:
            return ""
        if not self.unicode:
            return "#" * max(1, round(width * part / whole))
        full, eighths = divmod(max(1, round(8 * width * part / whole)), 8)
        return "█" * full + _EIGHTHS[eighths].strip()

    def layers(self, sheet: Sheet) -> Table:
        """The widest table that fits.

        First with percentages beside bars of ten characters, then with ever shorter bars alone, then with kind and
        settings in one column. Where even that is too wide, names wrap, and only then the other text.
        """
        bars = range(_WIDEST_BAR, _NARROWEST_BAR - 1, -1)
        merged = _merged(sheet)
        candidates = [(sheet, True, _WIDEST_BAR), *((each, False, bar) for each in (sheet, merged) for bar in bars)]
        for candidate, figures, bar in candidates:
            table = self._table(candidate, figures=figures, bar=bar)
            excess = self._width(table) - self.console.width
            if excess <= 0:
                return table
        longest = max((len(row.name) for row in sheet.rows), default=0)
        if longest - excess >= _NARROWEST_NAME:
            for position, column in enumerate(merged.columns):
                table.columns[position].no_wrap = column.key != "name"
        return table

    def _width(self, table: Table) -> int:
        """The width of a table on a console that is wide enough."""
        return self.console.measure(table, options=self.console.options.update(width=100_000)).maximum

    def _table(self, sheet: Sheet, *, figures: bool, bar: int) -> Table:
        table = Table(box=None, padding=(0, 1 if not figures else 2, 0, 0), header_style="bold", show_footer=True)
        for column in sheet.columns:
            self._add_column(table, sheet, column, figures=figures, bar=bar)
        for row in sheet.rows:
            cells = []
            for column in sheet.columns:
                text, value = sheet.text(column, row), column.value(row)
                if column.share:
                    picture = self.bar(value, column.total(sheet.analysis.totals) or 0, bar)
                    text = f"{text:>6} {picture}" if figures else picture
                cells.append(self.text(text, "" if value else "dim"))
            table.add_row(*cells)
        return table

    def _add_column(self, table: Table, sheet: Sheet, column: Column, *, figures: bool, bar: int) -> None:
        heading = column.heading
        if column.share:
            heading = f"{heading:<{7 + bar}}" if figures else heading.removeprefix("% ")[:bar].ljust(bar)
        table.add_column(
            self.text(heading),
            footer=self.text("" if column.share else sheet.total_text(column), "bold"),
            justify="right" if column.quantity and not column.share else "left",
            no_wrap=bool(column.quantity),
            overflow="fold",
        )

    def kinds(self, analysis: Analysis) -> Table:
        """Where parameters and multiply-accumulates sit by kind of layer, most multiply-accumulates first."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("by type")
        for heading in ("layers", "params", "", "MACs", ""):
            table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
        totals = analysis.totals
        groups = analysis.by_type()
        counted = {kind: group for kind, group in groups.items() if group[1].params or group[1].macs}
        ordered = sorted(counted.items(), key=lambda item: item[1][1].macs, reverse=True)
        others = [count for kind, (count, _) in groups.items() if kind not in counted]
        if others:
            ordered.append((f"{len(others)} other{'s' if len(others) > 1 else ''}", (sum(others), Totals())))
        width = _WIDEST_BAR if self.console.width < 100 else 2 * _WIDEST_BAR
        for kind, (count, sums) in ordered:
            cells = [kind, str(count)]
            for part, whole in ((sums.params, totals.params), (sums.macs, totals.macs)):
                cells += [percent(part, whole), self.bar(part, whole, width)]
            table.add_row(*(self.text(cell, "dim" if cell == "0%" else "") for cell in cells))
        return table


def _merged(sheet: Sheet) -> Sheet:
    """The sheet with kind and settings, where they stand side by side, in one column."""
    keys = [column.key for column in sheet.columns]
    for position in range(len(keys) - 1):
        if keys[position : position + 2] == ["type", "settings"]:
            columns = (*sheet.columns[:position], COLUMNS["layer"], *sheet.columns[position + 2 :])
            return Sheet(sheet.analysis, sheet.rows, columns, sheet.exact)
    return sheet
