"""``cnncalc alternatives``."""

from __future__ import annotations

import json

import click

from cnncalc.analysis import analyze
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import CnncalcError, SpecError, nearest
from cnncalc.layers import Layer
from cnncalc.layers.base import LARGEST_SIZE, Shape


@click.command("alternatives")
@click.argument("spec", metavar="SPEC|LAYER")
@click.argument("layer", required=False)
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", default="cnncalc", show_default=True, help="What counts as FLOPs; `cnncalc conventions`.")
@click.option("--spec", "chosen", metavar="FORM", help="Print this form as a spec, to paste.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    spec: str,
    layer: str | None,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    chosen: str | None,
    form: str,
) -> None:
    """Print what a convolution, LAYER of SPEC, would cost in other forms that make an output of the same shape:
    depthwise separable, grouped, bottleneck, factorised, a stack of 3×3, dilated.

    Instead of a SPEC and the name of a layer, a layer itself may be given, with --input.

    \b
    Examples:
      cnncalc alternatives vgg16 features.2
      cnncalc alternatives "Conv2d(64, 7, padding=3, bias=False)" --input 64,56,56
      cnncalc alternatives alexnet conv2 --spec stack
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
        click.echo(by_name[chosen].network.to_json())
    elif form == "json":
        from cnncalc.report.alternatives import alternatives_document

        click.echo(json.dumps(alternatives_document(name, forms), ensure_ascii=False, indent=2))
    else:
        from cnncalc.report.alternatives import alternatives_lines
        from cnncalc.report.terminal import terminal_width, write

        write(alternatives_lines(name, forms, terminal_width()))


def _chosen(
    spec: str, layer: str | None, shapes: tuple[tuple[str, tuple[int, ...]], ...], settings: tuple[str, ...]
) -> tuple[str, Layer, Shape]:
    """The layer's name, the layer, and the shape that it reads."""
    shape = input_shape(shapes)
    if layer is None:
        if "(" not in spec:
            raise click.UsageError("name a layer behind the spec, or state a layer such as 'Conv2d(64, 7)'")
        from cnncalc.spec.layer_text import layer_from_text

        if not isinstance(shape, tuple):
            raise click.UsageError("a layer by itself needs --input, the shape that arrives")
        return spec, layer_from_text(spec), shape
    network = read_spec(spec, shape)
    try:
        row = analyze(network, shape, variables=variables(settings)).row(layer)
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    return layer, row.layer, row.input_shapes[0]
