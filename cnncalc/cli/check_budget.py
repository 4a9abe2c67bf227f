"""``cnncalc check-budget``."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from cnncalc.analysis import analyze
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.design.budget import check_budget, limits_of
from cnncalc.design.limits import QUANTITIES
from cnncalc.errors import SpecError
from cnncalc.layers.base import LARGEST_SIZE


def _limit_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--max-params 5M``, ``--min-receptive-field 195`` and so on."""
    for side, word in (("min", "least"), ("max", "most")):
        for quantity, meaning in reversed(QUANTITIES.items()):
            option = f"--{side}-{quantity.replace('_', '-')}"
            name = quantity.replace("_", " ")
            text = f"The {word} {name}: {meaning}." if side == "max" else f"The {word} {name}."
            function = click.option(option, metavar="NUMBER", help=text)(function)
    return function


@click.command("check-budget")
@click.argument("spec")
@_limit_options
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", default="cnncalc", show_default=True, help="What counts as FLOPs; `cnncalc conventions`.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    spec: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
    **bounds: str | None,
) -> int:
    """Check that SPEC keeps to limits; exit status 1 where it does not, with what broke them and by how much.

    A NUMBER may be written 5000000, 5e6 or 5M; memory also 64MB or 64MiB.

    \b
    Examples:
      cnncalc check-budget mobilenet_v2 --max-params 5M --max-macs 300M
      cnncalc check-budget alexnet --min-receptive-field 195 --max-memory 256MiB
      cnncalc check-budget net.json --batch 32 --max-memory 8GB --format json
    """
    limits = limits_of(bounds)
    if not limits:
        raise click.UsageError("name at least one limit, such as --max-params 5M")
    network = read_spec(spec, input_shape(shapes))
    try:
        analysis = analyze(
            network, input_shape(shapes), batch=batch, variables=variables(settings), convention=convention
        )
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    budget = check_budget(analysis, limits)
    if form == "json":
        from cnncalc.report.budgeted import budget_document

        click.echo(json.dumps(budget_document(budget), ensure_ascii=False, indent=2))
    else:
        from cnncalc.report.budgeted import budget_lines
        from cnncalc.report.terminal import terminal_width, write

        write(budget_lines(budget, terminal_width()))
    return 0 if budget.kept else 1
