"""``cnncalc analyze``."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from cnncalc.cli.help import Command
from cnncalc.cli.options import network_options, printed, top_option
from cnncalc.cli.output import show
from cnncalc.cli.specs import Shapes, analysis_of
from cnncalc.report import sheet as sheets
from cnncalc.report.terminal import terminal_width

_WIDE = 120


@click.command("analyze", cls=Command)
@click.argument("spec")
@click.option(
    "--columns", metavar="COLUMN,…", help=f"Columns to show, with commas between: {', '.join(sheets.COLUMNS)}."
)
@click.option(
    "--sort", metavar="COLUMN", help="Sort by a column, counts from the largest; by macs where --top is given."
)
@top_option()
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    metavar="INTEGER",
    help="Fold layers whose names have this many parts in common.",
)
@click.option("--operations", is_flag=True, help="Show each class of operations in a column of its own.")
@click.option("--exact", is_flag=True, help="Print every digit where a format abbreviates.")
@network_options
@printed("text", "json", "csv", "markdown", "latex")
def command(
    spec: str,
    columns: str | None,
    sort: str | None,
    top: int | None,
    depth: int | None,
    operations: bool,
    exact: bool,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
) -> None:
    """Print output shape, parameters, MACs, FLOPs and activations of every layer of SPEC, with totals.

    \b
    Examples:
      cnncalc analyze alexnet
      cnncalc analyze resnet18 --input 3,288,288 --batch 32
      cnncalc analyze mobilenet_v2 --set width=0.5
      cnncalc analyze vgg16 --top 5 --columns name,params,params_share --sort params
      cnncalc analyze my_network.json --format json
      cnncalc analyze resnet50 --convention fvcore
      cnncalc analyze torchvision.models:resnet50 --depth 2
    """
    if columns is not None and form == "json":
        raise click.UsageError("--columns chooses the columns of a table; JSON has all figures")
    default: tuple[str, ...] = sheets.PLAIN if form == "csv" else sheets.DEFAULT
    if form == "text" and terminal_width() >= _WIDE:
        default = sheets.WIDE
    if operations:
        default = sheets.OPERATIONS
    keys = default if columns is None else tuple(key.strip() for key in columns.split(","))
    for key in keys if sort is None else (*keys, sort):
        sheets.column_named(key)
    analysis = analysis_of(spec, shapes, settings, batch=batch, convention=convention)
    chosen = sheets.sheet(analysis, keys, sort="macs" if top and not sort else sort, top=top, exact=exact, depth=depth)

    def lines(width: int) -> Any:
        from cnncalc.report.table import table

        return table(chosen, width)

    others = ("json", "csv", "markdown", "latex")
    show(form, text=lines, **{other: partial(_text, chosen, other) for other in others})


def _text(chosen: sheets.Sheet, form: str) -> str:
    from cnncalc.report import text

    found: str = getattr(text, f"as_{form}")(chosen)
    return found
