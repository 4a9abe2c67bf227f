"""``cnncalc check-budget``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import network_options, printed
from cnncalc.cli.output import show, tables
from cnncalc.cli.specs import Shapes, analysis_of
from cnncalc.design.budget import check_budget, limits_of
from cnncalc.design.limits import QUANTITIES


def _limit_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--max-params 5M``, ``--min-receptive-field 195`` and so on."""
    for side, word in (("min", "least"), ("max", "most")):
        for quantity, meaning in reversed(QUANTITIES.items()):
            option = f"--{side}-{quantity.replace('_', '-')}"
            text = f"The {word} {quantity}: {meaning}." if side == "max" else f"The {word} {quantity}."
            function = click.option(option, metavar="NUMBER", help=text)(function)
    return function


@click.command("check-budget", cls=Command)
@click.argument("spec", shell_complete=complete.specs)
@_limit_options
@network_options
@printed("text", "json", "csv", "markdown")
def command(
    spec: str,
    shapes: Shapes,
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
    analysis = analysis_of(spec, shapes, settings, batch=batch, convention=convention)
    budget = check_budget(analysis, limits)
    from cnncalc.report.budgeted import budget_document, budget_lines, budget_table

    show(
        form,
        text=partial(budget_lines, budget),
        json=partial(budget_document, budget),
        **tables(budget_table(budget)),
    )
    return 0 if budget.kept else 1
