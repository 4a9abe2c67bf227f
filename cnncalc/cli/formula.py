"""``cnncalc formula``."""

from __future__ import annotations

import json
from typing import Any

import click

from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.layers.base import LARGEST_SIZE

_FORMATS = ("text", "latex", "python", "json")


@click.command("formula")
@click.argument("spec")
@click.option(
    "--symbols",
    metavar="H,W,N,width",
    help="Sizes of the input, input (square), N (batch) and variables of the spec; else all that may be symbols.",
)
@click.option(
    "--quantity",
    default="macs",
    show_default=True,
    help="params, buffers, macs, flops, activations, output or receptive-field, with commas between.",
)
@click.option("--layer", help="Of this layer; all for each layer in turn.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option("--assume", type=click.Choice(("divisible",)), help="Drop the floors, and say where that is exact.")
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", default="cnncalc", show_default=True, help="What counts as FLOPs; `cnncalc conventions`.")
def command(
    spec: str,
    symbols: str | None,
    quantity: str,
    layer: str | None,
    form: str,
    assume: str | None,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    convention: str,
) -> None:
    """Print figures of SPEC as closed formulas in symbols, exact wherever they hold; and what each symbol costs.

    \b
    Examples:
      cnncalc formula alexnet
      cnncalc formula mobilenet_v2 --quantity params --symbols width
      cnncalc formula resnet18 --symbols H,W --layer layer2.0.conv1 --quantity output
      cnncalc formula vgg16 --symbols input --assume divisible
      cnncalc formula dcgan --symbols width --format python
    """
    try:
        from cnncalc.design.formula import Derivation, expanded_names
        from cnncalc.design.growth import divisible
    except ModuleNotFoundError as missing:
        if missing.name != "sympy":
            raise
        raise CnncalcError('formulas need SymPy, which is not there: pip install "cnncalc[formula]"') from None

    network = read_spec(spec, input_shape(shapes))
    names = None if symbols is None else [name.strip() for name in symbols.split(",")]
    try:
        shape, values = input_shape(shapes), variables(settings)
        network = network.with_input(shape) if shape is not None else network
        network = network.with_variables(**values) if values else network
        derivation = Derivation(network, names, batch=batch, convention=convention)
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    layers = [row.name for row in derivation.rows] if layer == "all" else [layer]
    asked = [
        name for one in layers for each in quantity.split(",") for name in expanded_names(derivation, each.strip(), one)
    ]
    unknown = [f"{row.name}.{quantity}" for row in derivation.rows for quantity in row.unknown]
    gaps = [name for name in asked if name in unknown] if layer == "all" else []
    formulas = [derivation.formula(name) for name in asked if name not in gaps]
    if layer != "all" and (form != "latex" or len(formulas) == 1):
        formulas = [found.renumbered() for found in formulas]
    formulas = [divisible(found) for found in formulas] if assume else formulas
    if form == "json":
        click.echo(json.dumps([_document(found) for found in formulas], ensure_ascii=False, indent=2))
        return
    from cnncalc.report import formulas as reports

    if form != "text":
        click.echo(getattr(reports, f"{form}_text")(formulas))
        return
    from cnncalc.report.table import prose
    from cnncalc.report.terminal import terminal_width, write

    width = terminal_width()
    lines = []
    if layer == "all":
        lines += reports.layer_lines(formulas, width)
    for position, found in enumerate(formulas if layer != "all" else ()):
        lines += [[]] if position else []
        lines += reports.formula_lines(found, width)
    if gaps:
        lines += [[], *prose(f"not known: {', '.join(gaps)}", width)]
    if derivation.left_out:
        left = ", ".join(derivation.left_out)
        lines += [[], *prose(f"not symbols, since they decide how the network is built: {left}", width)]
    write(lines)


def _document(formula: Any) -> dict[str, Any]:
    from cnncalc.report.symbolic import python

    return {
        "quantity": formula.quantity,
        "formula": python(formula.short),
        "sizes": {str(name): python(size) for name, size in formula.sizes.items()},
        "here": {name: value if isinstance(value, int) else float(value) for name, value in formula.here.items()},
        "value": formula.value if isinstance(formula.value, int) else str(formula.value),
        "conditions": [python(condition) for condition in formula.conditions],
    }
