"""``cnncalc rf``."""

from __future__ import annotations

import json

import click

from cnncalc.analysis import Analysis, analyze
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.report import sheet as sheets

_COLUMNS = ("name", "layer", "output", *sheets.FIELDS)


class Place(click.ParamType[tuple[int, ...]]):
    """A position such as ``3,5``, one number an axis."""

    name = "place"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        numbers = value.split(",")
        if not all(number.isascii() and number.isdigit() and len(number) <= 10 for number in numbers):
            self.fail(f"expected positions such as 3,5, found {value!r}", param, ctx)
        return tuple(map(int, numbers))


@click.command("rf")
@click.argument("spec")
@click.argument("layer", required=False)
@click.option(
    "--unit", type=Place(), metavar="ROW,COLUMN", help="A unit of LAYER, counted from 0; else the middle one."
)
@click.option("--pixel", type=Place(), metavar="ROW,COLUMN", help="Say which units of LAYER see this pixel.")
@click.option("--coverage", is_flag=True, help="Say how many pixels of the box contribute.")
@click.option("--svg", "drawing", type=click.Path(dir_okay=False), help="Draw the box into this file.")
@input_option
@click.option("--of", "source", metavar="NAME", help="The input to draw, or of --pixel, where there are several.")
@set_option
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    spec: str,
    layer: str | None,
    unit: tuple[int, ...] | None,
    pixel: tuple[int, ...] | None,
    coverage: bool,
    drawing: str | None,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    source: str | None,
    settings: tuple[str, ...],
    form: str,
) -> None:
    """Print the receptive field of every layer of SPEC; with LAYER, its working and what one of its units sees.

    The field is the pixels that a unit sees, jump the pixels between neighbouring units, start the centre of the first
    one (pixel i spans [i, i + 1]), padding how far the first and last fields reach beyond the input.

    \b
    Examples:
      cnncalc rf vgg16
      cnncalc rf alexnet conv2
      cnncalc rf alexnet pool5 --unit 0,5 --svg box.svg
      cnncalc rf dilated dilation4 --coverage
      cnncalc rf alexnet conv2 --pixel 100,100
    """
    wanted = {"--unit": unit, "--pixel": pixel, "--coverage": coverage or None, "--svg": drawing, "--of": source}
    alone = [option for option, value in wanted.items() if value is not None]
    if layer is None and alone:
        raise click.UsageError(f"{alone[0]} is about one layer; name it behind the spec")
    if pixel is not None and (unit is not None or coverage or drawing):
        raise click.UsageError("--pixel asks which units see a pixel; leave --unit, --coverage and --svg away")
    network = read_spec(spec, input_shape(shapes))
    try:
        analysis = analyze(network, input_shape(shapes), variables=variables(settings))
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    if source is not None and source not in analysis.inputs:
        raise CnncalcError(f'the network has no input "{source}"; its inputs: {", ".join(analysis.inputs)}')
    if layer is None:
        _all_layers(analysis, form)
    elif pixel is not None:
        _seeing(analysis, layer, pixel, source, form)
    else:
        _one_layer(analysis, layer, unit, source, form, coverage=coverage, drawing=drawing)


def _all_layers(analysis: Analysis, form: str) -> None:
    chosen = sheets.sheet(analysis, _COLUMNS)
    if form == "json":
        document = analysis.to_dict()
        keys = ("name", "type", "output_shape", "receptive_field")
        rows = [{key: row[key] for key in keys} for row in document["layers"]]
        notes = [note for note in document["warnings"] if note["code"] == "misaligned-branches"]
        _print({"name": analysis.name, "input": document["input"], "layers": rows, "warnings": notes})
        return
    from cnncalc.report.table import fields_table
    from cnncalc.report.table import notes as note_lines
    from cnncalc.report.terminal import terminal_width, write

    width = terminal_width()
    unaligned = [warning for warning in analysis.warnings if warning.code == "misaligned-branches"]
    write([*fields_table(chosen, width), *note_lines(unaligned, width)])


def _seeing(analysis: Analysis, layer: str, pixel: tuple[int, ...], source: str | None, form: str) -> None:
    from cnncalc.report.sight import seeing_text

    units = analysis.units_seeing(layer, pixel, source)
    if form == "json":
        regions = [[list(positions) for positions in region] for region in units]
        _print({"name": analysis.name, "layer": layer, "pixel": list(pixel), "units": regions})
        return
    from cnncalc.report.table import prose
    from cnncalc.report.terminal import terminal_width, write

    write(prose(seeing_text(analysis, layer, pixel, units), terminal_width()))


def _one_layer(
    analysis: Analysis,
    layer: str,
    unit: tuple[int, ...] | None,
    source: str | None,
    form: str,
    *,
    coverage: bool,
    drawing: str | None,
) -> None:
    from cnncalc.report.sight import caption, document, field_lines, sight_lines

    sights = analysis.sees(layer, unit)
    if source is not None:
        sights = {name: sight for name, sight in sights.items() if name == source}
        if not sights:
            raise CnncalcError(f"{layer} sees nothing of {source}")
    if drawing is not None:
        from cnncalc.report.files import write_whole
        from cnncalc.report.svg import svg

        if not sights:
            raise CnncalcError(f"{layer} sees nothing that could be drawn")
        if len(sights) > 1:
            raise CnncalcError(f"{layer} sees {len(sights)} inputs; name the one to draw with --of")
        (sight,) = sights.values()
        write_whole(drawing, svg(sight, f"What {layer} sees", caption(analysis, sight)))
    if form == "json":
        _print(document(analysis, layer, sights))
        return
    from cnncalc.report.terminal import terminal_width, write

    width = terminal_width()
    lines = field_lines(analysis, layer, width, sights)
    for sight in sights.values():
        lines += [[], *sight_lines(analysis, sight, width, coverage=coverage)]
    write(lines)


def _print(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
