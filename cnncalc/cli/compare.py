"""``cnncalc compare``."""

from __future__ import annotations

from functools import partial

import click

from cnncalc.analysis import Analysis
from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import ShapeParameter, batch_type, network_options, printed
from cnncalc.cli.output import show
from cnncalc.cli.specs import Shapes, analysis_of


@click.command("compare", cls=Command)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC SPEC…", shell_complete=complete.specs)
@click.option("--all-layers", is_flag=True, help="Show the layers that are alike, too.")
@network_options
@printed("text", "json", "csv", "markdown")
def command(
    specs: tuple[str, ...],
    all_layers: bool,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
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
    from cnncalc.report import compared as reports

    show(
        form,
        text=partial(reports.compared_lines, comparison, all_layers=all_layers),
        json=partial(reports.compared_document, comparison),
        csv=lambda: reports.compared_table(comparison).as_csv(),
        markdown=partial(reports.compared_markdown, comparison),
    )


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
            batch = batch_type(value) or batch
        else:
            settings = (*settings, setting)
    return analysis_of(spec, shapes, settings, batch=batch, convention=convention)
