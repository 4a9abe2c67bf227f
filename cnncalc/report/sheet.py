"""Which rows and columns a report shows, before any format is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from cnncalc.analysis import Analysis, ReceptiveField, Row, Totals
from cnncalc.analysis.folding import Folded, folded
from cnncalc.analysis.vocabulary import HEADINGS, QUANTITIES, spelled, unknown_quantity
from cnncalc.errors import CnncalcError, nearest
from cnncalc.layers.base import shape_text
from cnncalc.report.fields import jump_text, of_inputs, padding_text, size_text, start_text
from cnncalc.report.numbers import abbreviated, exact, percent, settings_text

AnyRow: TypeAlias = "Row | Folded"


class Column(Struct, frozen=True):
    """A column: its heading, and the value of a row, which is text or a count.

    A share is a count whose ``of`` is the total that it is a part of.
    """

    key: str
    heading: str
    value: Callable[[AnyRow, Analysis], Any]
    quantity: str = ""
    share: bool = False

    def total(self, analysis: Analysis) -> int | None:
        """The sum over all layers of a quantity's column."""
        if not self.quantity:
            return None
        if self.quantity in Totals.__struct_fields__:
            found: int = getattr(analysis.totals, self.quantity)
        else:
            found = sum([self.value(row, analysis) for row in analysis.layers])
        return found


def _quantity(key: str, heading: str, quantity: str = "") -> Column:
    name = quantity or key
    return Column(key, heading, lambda row, _: getattr(row, name), quantity=name, share=bool(quantity))


def _field(key: str, heading: str, text: Callable[[ReceptiveField], str]) -> Column:
    return Column(key, heading, lambda row, analysis: of_inputs(analysis.receptive_fields(_last(row).name), text))


def _last(row: AnyRow) -> Row:
    """The layer whose output a row's is."""
    return row.last if isinstance(row, Folded) else row


def _settings(row: AnyRow) -> str:
    return row.kinds if isinstance(row, Folded) else settings_text(row.layer)


def _layer(row: AnyRow) -> str:
    """The type and the settings in one, ``Conv2d 3×3 p1`` or ``3 layers: 2 Conv2d, 1 ReLU``."""
    return f"{row.type}{':' if isinstance(row, Folded) else ''} {_settings(row)}".rstrip()


def _operation(key: str, heading: str, name: str) -> Column:
    return Column(key, heading, lambda row, analysis: analysis.batch * getattr(row.operations, name), quantity=key)


COLUMNS = {
    column.key: column
    for column in (
        Column("network", "network", lambda _, analysis: analysis.name),
        Column("name", "name", lambda row, _: row.name),
        Column("type", "type", lambda row, _: row.type),
        Column("settings", "settings", lambda row, _: _settings(row)),
        Column("layer", "layer", lambda row, _: _layer(row)),
        Column("inputs", "inputs", lambda row, _: " ".join(row.inputs)),
        Column("output", "output", lambda row, _: shape_text(row.output_shape)),
        _quantity("params", "params"),
        _quantity("buffers", "buffers"),
        _quantity("macs", HEADINGS["macs"]),
        _quantity("flops", HEADINGS["flops"]),
        _quantity("activations", "activations"),
        _quantity("params_share", "% params", "params"),
        _quantity("macs_share", "% MACs", "macs"),
        _quantity("flops_share", "% FLOPs", "flops"),
        _operation("additions", "adds", "add"),
        _operation("multiplications", "muls", "mul"),
        _operation("comparisons", "cmps", "compare"),
        _operation("divisions", "divs", "div"),
        _operation("transcendental", "exps", "exp"),
        _field("receptive_field", HEADINGS["receptive_field"], size_text),
        _field("jump", "jump", jump_text),
        _field("start", "start", start_text),
        _field("receptive_field_padding", "padding", padding_text),
    )
}
"""Every column that a report can show."""

DEFAULT = ("name", "type", "settings", "output", "params", "macs", "flops", "params_share", "macs_share")
WIDE = (*DEFAULT[:4], "receptive_field", *DEFAULT[4:])
"""The columns of a table that has room for them."""
OPERATIONS = (
    *("name", "type", "macs", "additions", "multiplications", "comparisons", "divisions", "transcendental", "flops"),
)
"""The columns that keep classes of operations apart."""
FIELDS = ("receptive_field", "jump", "start", "receptive_field_padding")
PLAIN = ("name", "type", "settings", "inputs", "output", "params", "buffers", "macs", "flops", "activations", *FIELDS)
"""The columns of formats for machines."""


class Sheet(Struct, frozen=True):
    """The chosen rows and columns of an analysis."""

    analysis: Analysis
    rows: Sequence[AnyRow]
    columns: tuple[Column, ...]
    exact: bool = False

    @property
    def folded(self) -> bool:
        """Whether its rows hold every layer, several in one."""
        return sum(len(row.rows) if isinstance(row, Folded) else 1 for row in self.rows) == len(self.analysis.layers)

    def text(self, column: Column, row: AnyRow) -> str:
        """A cell as a person reads it."""
        if column.quantity in row.unknown:
            return "" if column.share else "?"
        text = self._text(column, self.value(column, row))
        return f"{text}†" if column.key == "flops" and row.defect else text

    def heading(self, column: Column) -> str:
        """What stands above a column; counts of a convention other than cnncalc's bear its name."""
        if column.quantity == "flops" and self.analysis.convention != "cnncalc":
            return column.heading.replace("FLOPs", self.analysis.convention)
        return column.heading

    def value(self, column: Column, row: AnyRow) -> Any:
        """What a cell shows: text or a count."""
        return column.value(row, self.analysis)

    def total_text(self, column: Column) -> str:
        """The cell below a column: the whole network's total, whichever rows are shown."""
        if column.key == "network":
            return self.analysis.name
        if not column.quantity and column is next((each for each in self.columns if each.key != "network"), None):
            return "total"
        total = column.total(self.analysis)
        if total is None:
            return ""
        least = "≥" if column.quantity in self.analysis.partial and not column.share else ""
        return f"{least}{self._text(column, total)}"

    def with_columns(self, columns: Sequence[Column]) -> Sheet:
        """The same rows in other columns."""
        return Sheet(self.analysis, self.rows, tuple(columns), self.exact)

    def _text(self, column: Column, value: Any) -> str:
        if column.share:
            whole = column.total(self.analysis)
            return percent(value, whole or 0)
        if isinstance(value, int):
            return exact(value) if self.exact else abbreviated(value)
        return str(value)


def column_named(key: str) -> Column:
    """The column of that name. Raises CnncalcError with the nearest or all names."""
    if key not in COLUMNS and spelled(key) in QUANTITIES:
        raise unknown_quantity(key, COLUMNS)
    if key not in COLUMNS:
        hint = nearest(key, COLUMNS) or f"; the columns are {', '.join(COLUMNS)}"
        raise CnncalcError(f'no column is named "{key}"{hint}')
    return COLUMNS[key]


def sheet(
    analysis: Analysis,
    columns: Sequence[str] = DEFAULT,
    *,
    sort: str | None = None,
    top: int | None = None,
    exact: bool = False,
    depth: int | None = None,
) -> Sheet:
    """The sheet of an analysis: its rows as the network runs them, or sorted by a column (counts from the largest), the
    first ``top`` of them; with a ``depth`` those whose names have that many parts in common in one row. Raises
    CnncalcError for an unknown column.
    """
    chosen = tuple(column_named(key) for key in columns)
    rows: Sequence[AnyRow] = analysis.layers if depth is None else folded(analysis, depth)
    if sort is not None:
        column = column_named(sort)
        rows = sorted(rows, key=lambda row: column.value(row, analysis), reverse=bool(column.quantity))
    return Sheet(analysis, rows if top is None else rows[:top], chosen, exact)
