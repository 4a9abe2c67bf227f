"""``cnncalc formula``."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import network_options, printed
from cnncalc.cli.output import show
from cnncalc.cli.specs import Shapes, about, network_at
from cnncalc.errors import CnncalcError, SpecError, missing


@click.command("formula", cls=Command)
@click.argument("spec", shell_complete=complete.specs)
@click.option(
    "--symbols",
    metavar="H,W,N,width",
    help="Sizes of the input, input (square), N (batch) and variables of the spec; else all that may be symbols.",
)
@click.option(
    "--quantity",
    default="macs",
    show_default=True,
    metavar="QUANTITY,…",
    help="With commas between: params, buffers, frozen_params, macs, flops or activations; output or receptive_field, "
    "each axis by itself; or as `sweep` has them: H, receptive_field.H, jump.H, conv1.macs.",
)
@click.option(
    "--layer", metavar="NAME", shell_complete=complete.layers, help="Of this layer; all for each layer in turn."
)
@click.option("--divisible", is_flag=True, help="Drop the floors, and say where that is exact.")
@network_options
@printed("text", "json", "latex", "python")
def command(
    spec: str,
    symbols: str | None,
    quantity: str,
    layer: str | None,
    divisible: bool,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
) -> None:
    """Print figures of SPEC as closed formulas in symbols, exact wherever they hold; and what each symbol costs.

    \b
    Examples:
      cnncalc formula alexnet
      cnncalc formula mobilenet_v2 --quantity params --symbols width
      cnncalc formula resnet18 --symbols H,W --layer layer2.0.conv1 --quantity output
      cnncalc formula vgg16 --symbols input --divisible
      cnncalc formula dcgan --symbols width --format python
    """
    try:
        from cnncalc.design.formula import Derivation, expanded_names
        from cnncalc.design.growth import divisible as without_floors
    except ModuleNotFoundError as error:
        if error.name != "sympy":
            raise
        raise CnncalcError(missing("SymPy", "formula", error)) from None

    network = network_at(spec, shapes, settings)
    names = None if symbols is None else [name.strip() for name in symbols.split(",")]
    try:
        derivation = Derivation(network, names, batch=batch, convention=convention)
    except SpecError as error:
        raise about(spec, error) from None
    layers = [row.name for row in derivation.rows] if layer == "all" else [layer]
    asked = [
        name for one in layers for each in quantity.split(",") for name in expanded_names(derivation, each.strip(), one)
    ]
    unknown = [f"{row.name}.{quantity}" for row in derivation.rows for quantity in row.unknown]
    gaps = [name for name in asked if name in unknown] if layer == "all" else []
    formulas = [derivation.formula(name) for name in asked if name not in gaps]
    if layer != "all" and (form != "latex" or len(formulas) == 1):
        formulas = [found.renumbered() for found in formulas]
    formulas = [without_floors(found) for found in formulas] if divisible else formulas
    from cnncalc.report import formulas as reports

    def lines(width: int) -> Any:
        found = reports.layer_lines(formulas, width) if layer == "all" else reports.separate_lines(formulas, width)
        return [*found, *reports.gaps_lines(gaps, derivation.left_out, width)]

    show(
        form,
        text=lines,
        json=lambda: [_document(found) for found in formulas],
        latex=partial(reports.latex_text, formulas),
        python=partial(reports.python_text, formulas),
    )


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
