"""``cnncalc analyze``."""

from __future__ import annotations

import click

from cnncalc.analysis import analyze
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import SpecError
from cnncalc.layers.base import LARGEST_SIZE
from cnncalc.report import sheet as sheets
from cnncalc.report.terminal import terminal_width

_WIDE = 120
_FORMATS = ("table", "json", "csv", "markdown", "latex")


@click.command("analyze")
@click.argument("spec")
@input_option
@set_option
@click.option(
    "--batch",
    type=click.IntRange(1, LARGEST_SIZE),
    default=1,
    show_default=True,
    help="Samples in a batch; multiplies costs.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option("--columns", help=f"Columns to show, with commas between: {', '.join(sheets.COLUMNS)}.")
@click.option("--sort", help="Sort the layers by a column, counts from the largest.")
@click.option("--top", type=click.IntRange(min=1), help="Show this many layers, by --sort or else by macs.")
@click.option("--depth", type=click.IntRange(min=1), help="Fold layers whose names have this many parts in common.")
@click.option("--convention", default="cnncalc", show_default=True, help="What counts as FLOPs; `cnncalc conventions`.")
@click.option("--operations", is_flag=True, help="Show each class of operations in a column of its own.")
@click.option("--exact", is_flag=True, help="Print every digit where a format abbreviates.")
def command(
    spec: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    form: str,
    columns: str | None,
    sort: str | None,
    top: int | None,
    depth: int | None,
    convention: str,
    operations: bool,
    exact: bool,
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
    if form == "table" and terminal_width() >= _WIDE:
        default = sheets.WIDE
    if operations:
        default = sheets.OPERATIONS
    keys = default if columns is None else tuple(key.strip() for key in columns.split(","))
    for key in keys if sort is None else (*keys, sort):
        sheets.column_named(key)
    network = read_spec(spec, input_shape(shapes))
    try:
        analysis = analyze(
            network, input_shape(shapes), batch=batch, variables=variables(settings), convention=convention
        )
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    chosen = sheets.sheet(analysis, keys, sort="macs" if top and not sort else sort, top=top, exact=exact, depth=depth)
    if form == "table":
        from cnncalc.report.table import table
        from cnncalc.report.terminal import write

        write(table(chosen, terminal_width()))
    else:
        from cnncalc.report import text

        click.echo(getattr(text, f"as_{form}")(chosen))
