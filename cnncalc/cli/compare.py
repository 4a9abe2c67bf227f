"""``cnncalc compare``."""

from __future__ import annotations

import json

import click

from cnncalc.analysis import Analysis, analyze
from cnncalc.cli.specs import ShapeParameter, input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import SpecError
from cnncalc.layers.base import LARGEST_SIZE

Shapes = tuple[tuple[str, tuple[int, ...]], ...]


@click.command("compare")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC SPEC…")
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option(
    "--convention", default="cnncalc", show_default=True, help="What counts as FLOPs, for all; `cnncalc conventions`."
)
@click.option("--all", "all_layers", is_flag=True, help="Show the layers that are alike, too.")
@click.option("--format", "form", type=click.Choice(("table", "json", "markdown")), default="table", show_default=True)
def command(
    specs: tuple[str, ...],
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    all_layers: bool,
    form: str,
) -> None:
    """Put networks side by side: totals, ratios, and layer by layer what changed.

    A SPEC may be followed by settings of its own: @width=0.5 for a variable, @input=3x192x192, @batch=8.

    \b
    Examples:
      cnncalc compare complexity_3x3 complexity_bottleneck
      cnncalc compare resnet18 resnet34 resnet50
      cnncalc compare mobilenet_v2 mobilenet_v2@width=0.5@input=3x160x160
      cnncalc compare one_7x7 stack_three_3x3 --format markdown
    """
    from cnncalc.design.compare import compare

    if len(specs) < 2:
        raise click.UsageError("a comparison needs two SPECs or more")
    comparison = compare(*(_analysis(spec, shapes, settings, batch, convention) for spec in specs))
    if form == "json":
        from cnncalc.report.compared import compared_document

        click.echo(json.dumps(compared_document(comparison), ensure_ascii=False, indent=2))
    elif form == "markdown":
        from cnncalc.report.compared import compared_markdown

        click.echo(compared_markdown(comparison))
    else:
        from cnncalc.report.compared import compared_lines
        from cnncalc.report.terminal import terminal_width, write

        write(compared_lines(comparison, terminal_width(), all_layers=all_layers))


def _analysis(text: str, shapes: Shapes, settings: tuple[str, ...], batch: int, convention: str) -> Analysis:
    """The analysis of one side, whose own settings go before those of all."""
    spec, *own = text.split("@")
    for setting in own:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"expected @NAME=VALUE behind {spec}, found @{setting}")
        if name == "input":
            shapes = (ShapeParameter().convert(value, None, None),)
        elif name == "batch":
            size: click.ParamType[int] = click.IntRange(1, LARGEST_SIZE)
            batch = size(value) or batch
        else:
            settings = (*settings, setting)
    network = read_spec(spec, input_shape(shapes))
    try:
        return analyze(network, input_shape(shapes), batch=batch, variables=variables(settings), convention=convention)
    except SpecError as error:
        raise error.within(source_name(spec)) from None
