"""``cnncalc reconcile``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click
from msgspec import to_builtins

from cnncalc.analysis import Analysis, analyze, convention_named, shipped_conventions
from cnncalc.analysis.convention import UnknownFigureError
from cnncalc.analysis.published import explained
from cnncalc.analysis.reconcile import Reconciled, reconciled
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import SpecError
from cnncalc.layers.base import LARGEST_SIZE
from cnncalc.spec import Network


@click.command("reconcile")
@click.argument("spec")
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", "names", multiple=True, help="A convention to explain, or a .toml file; may be repeated.")
@click.option("--from", "base", default="cnncalc", show_default=True, help="The convention to start from.")
@click.option("--published", is_flag=True, help="Explain only the figures that the spec says are published.")
@click.option(
    "--run",
    is_flag=True,
    help="Run the tools that are installed on the network as a PyTorch module; exit status 1 where one reports "
    "another figure than its convention predicts.",
)
@click.option(
    "--seconds", type=click.IntRange(1, 86_400), default=300, show_default=True, help="Time for each tool with --run."
)
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    spec: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    names: tuple[str, ...],
    base: str,
    published: bool,
    run: bool,
    seconds: int,
    form: str,
) -> None:
    """Explain why tools give different costs for SPEC: from one convention's figure to each other's, as a sum; and
    which layers make the figures that papers print.

    \b
    Examples:
      cnncalc reconcile alexnet
      cnncalc reconcile resnet50 --published
      cnncalc reconcile resnet50 --convention thop --convention fvcore
      cnncalc reconcile resnet50 --from macs --set stride_in=1
      cnncalc reconcile alexnet --run
    """
    if published and (run or names):
        raise click.UsageError("--published stands alone; --run and --convention are of tools")
    network = read_spec(spec, input_shape(shapes))
    at: dict[str, Any] = {"input": input_shape(shapes), "batch": batch, "variables": variables(settings)}
    try:
        if run:
            _run(network, at, names, seconds, form)
            return
        figures = () if names else explained(network)
        start, rows, unknown = (analyze(network), [], {}) if published else _differences(network, at, names, base)
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    if form == "json":
        document: dict[str, Any] = {"name": start.name}
        if not published:
            document |= {"batch": batch, "from": base, "figure": int(start.totals.flops)}
            document |= {"conventions": to_builtins(rows), "unknown": unknown}
        click.echo(json.dumps(document | {"published": to_builtins(figures)}, ensure_ascii=False, indent=2))
        return
    from cnncalc.report.reconciled import published_lines, reconciled_lines, unknown_lines
    from cnncalc.report.terminal import terminal_width, write

    width = terminal_width()
    lines = [] if published else [*reconciled_lines(start, rows, width), *unknown_lines(unknown, width)]
    if figures or published:
        lines += [*([[]] if lines else []), *published_lines(network, figures, width)]
    write(lines)


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
    from cnncalc.report.terminal import terminal_width, write

    runs = list(run_tools(network, **at, conventions=names or RUNNABLE, seconds=seconds))
    if form == "json":
        click.echo(json.dumps({"name": network.name, "batch": at["batch"], "runs": to_builtins(runs)}, indent=2))
    else:
        write(run_lines(network.name, at["batch"], runs, terminal_width()))
    sys.exit(1 if any(run.outcome == DIFFERS for run in runs) else 0)
