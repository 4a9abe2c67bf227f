"""``cnncalc reconcile``."""

from __future__ import annotations

import json

import click
from msgspec import to_builtins

from cnncalc.analysis import Analysis, analyze, shipped_conventions
from cnncalc.analysis.reconcile import reconciled
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import SpecError
from cnncalc.layers.base import LARGEST_SIZE


@click.command("reconcile")
@click.argument("spec")
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", "names", multiple=True, help="A convention to explain, or a .toml file; may be repeated.")
@click.option("--from", "base", default="cnncalc", show_default=True, help="The convention to start from.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    spec: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    names: tuple[str, ...],
    base: str,
    form: str,
) -> None:
    """Explain why tools give different costs for SPEC: from one convention's figure to each other's, as a sum.

    \b
    Examples:
      cnncalc reconcile alexnet
      cnncalc reconcile resnet50 --convention thop --convention fvcore
      cnncalc reconcile resnet50 --from macs --set stride_in=1
    """
    network = read_spec(spec, input_shape(shapes))

    def under(name: str) -> Analysis:
        return analyze(network, input_shape(shapes), batch=batch, variables=variables(settings), convention=name)

    try:
        start = under(base)
        rows = [reconciled(start, under(name)) for name in names or shipped_conventions() if name != base]
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    if form == "json":
        document = {"name": start.name, "batch": batch, "from": base, "figure": start.totals.flops}
        click.echo(json.dumps(document | {"conventions": to_builtins(rows)}, ensure_ascii=False, indent=2))
        return
    from cnncalc.report.reconciled import reconciled_lines
    from cnncalc.report.terminal import terminal_width, write

    write(reconciled_lines(start, rows, terminal_width()))
