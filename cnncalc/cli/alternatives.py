"""``cnncalc alternatives``."""

from __future__ import annotations

from functools import partial

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import network_options, printed
from cnncalc.cli.output import say, show, tables
from cnncalc.cli.specs import Shapes, analysis_of, is_layer
from cnncalc.errors import CnncalcError, nearest
from cnncalc.layers import Layer
from cnncalc.layers.base import Shape


@click.command("alternatives", cls=Command)
@click.argument("spec", shell_complete=complete.specs)
@click.argument("layer", required=False, shell_complete=complete.layers)
@click.option("--form", "chosen", metavar="NAME", help="Print this form alone, as a spec.")
@network_options
@printed("text", "json", "csv", "markdown")
def command(
    spec: str,
    layer: str | None,
    chosen: str | None,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
) -> None:
    """Print what a convolution, LAYER of SPEC, would cost in other forms that make an output of the same shape:
    depthwise separable, grouped, bottleneck, factorised, a stack of 3×3, dilated.

    A SPEC that is one layer needs no LAYER.

    \b
    Examples:
      cnncalc alternatives vgg16 features.2
      cnncalc alternatives "Conv2d(64, 7, padding=3, bias=False)" --input 64,56,56
      cnncalc alternatives alexnet conv2 --form stack
      cnncalc alternatives r3d_18 layer1.0.conv1.0
    """
    from cnncalc.design.alternatives import alternatives

    name, found, arriving = _chosen(spec, layer, shapes, settings)
    forms = alternatives(found, arriving, batch=batch, convention=convention, name=name)
    if chosen is not None:
        by_name = {each.name: each for each in forms}
        if chosen not in by_name:
            hint = nearest(chosen, by_name) or f"; there are {', '.join(by_name)}"
            raise CnncalcError(f"no form of {name} is named {chosen!r}{hint}")
        say(by_name[chosen].network.to_json())
        return
    from cnncalc.report.alternatives import alternatives_document, alternatives_lines, alternatives_table

    show(
        form,
        text=partial(alternatives_lines, name, forms),
        json=partial(alternatives_document, name, forms),
        **tables(alternatives_table(forms)),
    )


def _chosen(spec: str, layer: str | None, shapes: Shapes, settings: tuple[str, ...]) -> tuple[str, Layer, Shape]:
    """The layer's name, the layer, and the shape that it reads."""
    if layer is None and not is_layer(spec):
        raise click.UsageError("name a layer behind the spec, or state a layer such as 'Conv2d(64, 7)'")
    row = analysis_of(spec, shapes, settings).row(layer or "layer")
    return layer or spec, row.layer, row.input_shapes[0]
