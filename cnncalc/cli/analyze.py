"""``cnncalc analyze``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import network_options, printed, top_option
from cnncalc.cli.output import show
from cnncalc.cli.specs import Shapes, analysis_of, source_name
from cnncalc.cli.verbosity import noted, timed
from cnncalc.errors import CnncalcError
from cnncalc.report import sheet as sheets
from cnncalc.report.terminal import terminal_width

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis

_WIDE = 120


@click.command("analyze", cls=Command)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete.specs)
@click.option(
    "--columns",
    metavar="COLUMN,…",
    shell_complete=complete.columns,
    help=f"With commas between: {', '.join(sheets.COLUMNS)}.",
)
@click.option(
    "--sort",
    metavar="COLUMN",
    shell_complete=complete.column,
    help="Order by a column, counts from the largest; --top by macs.",
)
@top_option()
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    metavar="INTEGER",
    help="Fold layers with so many parts of their names in common.",
)
@click.option("--operations", is_flag=True, help="Show each class of operations in a column of its own.")
@click.option("--exact", is_flag=True, help="Print every digit where a format abbreviates.")
@network_options
@printed("text", "json", "csv", "markdown", "latex")
def command(
    specs: tuple[str, ...],
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

    Several SPECs are printed one after the other: in JSON as a list, elsewhere with a column that names the network.

    \b
    Examples:
      cnncalc analyze alexnet
      cnncalc analyze resnet18 --input 3,288,288 --batch 32
      cnncalc analyze mobilenet_v2 --set width=0.5
      cnncalc analyze vgg16 --top 5 --columns name,params,params_share --sort params
      cnncalc analyze my_network.json --format json
      cnncalc analyze resnet50 --convention fvcore
      cnncalc analyze alexnet vgg16 --format csv
      cnncalc analyze torchvision.models:resnet50 --depth 2
    """
    if columns is not None and form == "json":
        raise click.UsageError("--columns chooses the columns of a table; JSON has all figures")
    default: tuple[str, ...] = sheets.PLAIN if form == "csv" else sheets.DEFAULT
    if form == "text" and terminal_width() >= _WIDE:
        default = sheets.WIDE
    if operations:
        default = sheets.OPERATIONS
    if len(specs) > 1 and form not in ("text", "json"):
        default = ("network", *default)
    keys = default if columns is None else tuple(key.strip() for key in columns.split(","))
    for key in keys if sort is None else (*keys, sort):
        sheets.column_named(key)
    order = "macs" if top and not sort else sort
    with timed("analysing"):
        analyses = _analyses(specs, shapes, settings, batch, convention)
    if form != "json":
        analyses = _told_apart(analyses)
    chosen = [
        sheets.sheet(analysis, keys, sort=order, top=top, exact=exact, depth=depth) for analysis in analyses.values()
    ]

    def lines(width: int) -> Any:
        from cnncalc.report.table import table

        found = table(chosen[0], width, noted())
        for sheet in chosen[1:]:
            found += [[], [], *table(sheet, width, noted())]
        return found

    others = ("json", "csv", "markdown", "latex")
    show(form, text=lines, **{other: partial(_text, chosen, other) for other in others})


def _analyses(
    specs: Sequence[str], shapes: Shapes, settings: tuple[str, ...], batch: int, convention: str
) -> dict[str, Analysis]:
    """The analysis of each SPEC. What is wrong with any of them is told, and the last of it raised as CnncalcError."""
    if len(set(specs)) < len(specs):
        raise click.UsageError("the same SPEC is named twice")
    found: dict[str, Analysis] = {}
    wrong: list[CnncalcError] = []
    for spec in specs:
        try:
            found[spec] = analysis_of(spec, shapes, settings, batch=batch, convention=convention)
        except CnncalcError as error:
            wrong.append(error)
    *others, last = {str(error): error for error in wrong}.values() or [None]
    for other in others:
        click.echo(f"Error: {other}", err=True)
    if last:
        raise last
    return found


def _told_apart(analyses: dict[str, Analysis]) -> dict[str, Analysis]:
    """The analyses, with the SPEC behind the names of networks that are called alike."""
    names = [analysis.name for analysis in analyses.values()]
    return {
        spec: replace(each, name=f"{each.name} ({source_name(spec)})") if names.count(each.name) > 1 else each
        for spec, each in analyses.items()
    }


def _text(chosen: Sequence[sheets.Sheet], form: str) -> str:
    from cnncalc.report import text

    found: str = getattr(text, f"as_{form}")(*chosen)
    return found
