"""``cnncalc reconcile``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import click
from msgspec import to_builtins

from cnncalc.analysis import Analysis, analyze, convention_named, shipped_conventions
from cnncalc.analysis.convention import UnknownFigureError
from cnncalc.analysis.published import explained
from cnncalc.analysis.reconcile import Reconciled, reconciled
from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import batch_option, input_option, printed, set_option, variables
from cnncalc.cli.output import show
from cnncalc.cli.progress import progress
from cnncalc.cli.specs import Shapes, about, input_shape, read_spec
from cnncalc.errors import SpecError
from cnncalc.spec import Network


@click.command("reconcile", cls=Command)
@click.argument("spec", shell_complete=complete.specs)
@click.option(
    "--from",
    "base",
    default="cnncalc",
    show_default=True,
    metavar="NAME",
    shell_complete=complete.conventions,
    help="The convention to start from.",
)
@click.option(
    "--to",
    "names",
    multiple=True,
    metavar="NAME",
    shell_complete=complete.conventions,
    help="A convention to arrive at, by its name or a .toml file; repeatable; those of tools unless stated.",
)
@click.option("--published", is_flag=True, help="Explain only the figures that the spec says are published.")
@click.option(
    "--run",
    is_flag=True,
    help="Run the tools that are installed on the network as a PyTorch module; exit status 1 where one reports "
    "another figure than its convention predicts.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 86_400),
    default=300,
    show_default=True,
    metavar="INTEGER",
    help="Time for each tool with --run.",
)
@input_option
@set_option
@batch_option
@printed("text", "json")
def command(
    spec: str,
    base: str,
    names: tuple[str, ...],
    published: bool,
    run: bool,
    seconds: int,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    form: str,
) -> None:
    """Explain why tools give different costs for SPEC: from one convention's figure to each other's, as a sum; and
    which layers make the figures that papers print.

    \b
    Examples:
      cnncalc reconcile alexnet
      cnncalc reconcile resnet50 --published
      cnncalc reconcile resnet50 --to thop --to fvcore
      cnncalc reconcile resnet50 --from macs --set stride_in=1
      cnncalc reconcile alexnet --run
    """
    if published and (run or names):
        raise click.UsageError("--published stands alone; --run and --to are of tools")
    network = read_spec(spec, input_shape(shapes))
    at: dict[str, Any] = {"input": input_shape(shapes), "batch": batch, "variables": variables(settings)}
    try:
        if run:
            _run(network, at, names, seconds, form)
            return
        figures = () if names else explained(network)
        start, rows, unknown = (analyze(network), [], {}) if published else _differences(network, at, names, base)
    except SpecError as error:
        raise about(spec, error) from None

    def document() -> Any:
        found: dict[str, Any] = {"name": start.name}
        if not published:
            found |= {"batch": batch, "from": base, "figure": int(start.totals.flops)}
            found |= {"conventions": to_builtins(rows), "unknown": unknown}
        return found | {"published": to_builtins(figures)}

    def lines(width: int) -> Any:
        from cnncalc.report.reconciled import published_lines, reconciled_lines, unknown_lines

        found = [] if published else [*reconciled_lines(start, rows, width), *unknown_lines(unknown, width)]
        if figures or published:
            found += [*([[]] if found else []), *published_lines(network, figures, width)]
        return found

    show(form, text=lines, json=document)


def _differences(
    network: Network, at: dict[str, Any], names: Sequence[str], base: str
) -> tuple[Analysis, list[Reconciled], dict[str, str]]:
    """The first analysis, what leads from it to the others, and why some conventions have no figure."""
    start = analyze(network, **at, convention=base)
    rows, unknown = [], {}
    for name in names or _tools(start.counted.quantity):
        if name == base:
            continue
        try:
            rows.append(reconciled(start, analyze(network, **at, convention=name)))
        except UnknownFigureError as error:
            unknown[name] = str(error)
    return start, rows, unknown


def _tools(quantity: str) -> list[str]:
    """The conventions of tools that count what the first one counts."""
    shipped = [convention_named(name) for name in shipped_conventions()]
    return [convention.name for convention in shipped if convention.tool and convention.quantity == quantity]


def _run(network: Network, at: dict[str, Any], names: Sequence[str], seconds: int, form: str) -> None:
    from cnncalc.pytorch.peers import DIFFERS, RUNNABLE, run_tools
    from cnncalc.report.reconciled import run_lines

    batch = at["batch"]
    with progress("running") as bar:
        runs = list(run_tools(network, **at, conventions=names or RUNNABLE, seconds=seconds, progress=bar.look))
    show(
        form,
        text=partial(run_lines, network.name, batch, runs),
        json=lambda: {"name": network.name, "batch": batch, "runs": to_builtins(runs)},
    )
    sys.exit(1 if any(run.outcome == DIFFERS for run in runs) else 0)
