"""``cnncalc rf``."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from cnncalc.analysis import Analysis
from cnncalc.analysis.vocabulary import listed
from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import input_option, printed, set_option
from cnncalc.cli.output import show
from cnncalc.cli.specs import Shapes, analysis_of
from cnncalc.cli.verbosity import noted
from cnncalc.errors import CnncalcError
from cnncalc.report import sheet as sheets

_COLUMNS = ("name", "layer", "output", *sheets.FIELDS)
_ALL_LAYERS = ("text", "json", "csv", "markdown")
_ONE_LAYER = ("text", "json", "svg")
_PIXEL = ("text", "json")


class Place(click.ParamType[tuple[int, ...]]):
    """A position such as ``3,5``, one number an axis."""

    name = "place"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        numbers = value.split(",")
        if not all(number.isascii() and number.isdigit() and len(number) <= 10 for number in numbers):
            self.fail(f"expected positions such as 3,5, found {value!r}", param, ctx)
        return tuple(map(int, numbers))


@click.command("rf", cls=Command)
@click.argument("spec", shell_complete=complete.specs)
@click.argument("layer", required=False, shell_complete=complete.layers)
@click.option(
    "--unit", type=Place(), metavar="ROW,COLUMN", help="A unit of LAYER, counted from 0; else the middle one."
)
@click.option("--pixel", type=Place(), metavar="ROW,COLUMN", help="Say which units of LAYER see this pixel.")
@click.option("--coverage", is_flag=True, help="Say how many pixels of the box contribute.")
@click.option("--of", "source", metavar="NAME", help="The input that is seen, where there are several.")
@input_option
@set_option
@printed("text", "json", "csv", "markdown", "svg")
def command(
    spec: str,
    layer: str | None,
    unit: tuple[int, ...] | None,
    pixel: tuple[int, ...] | None,
    coverage: bool,
    source: str | None,
    shapes: Shapes,
    settings: tuple[str, ...],
    form: str,
) -> None:
    """Print the receptive field of every layer of SPEC; with LAYER, its working and what one of its units sees.

    The field is the pixels that a unit sees, jump the pixels between neighbouring units, start the centre of the first
    one (pixel i spans [i, i + 1]), padding how far the first and last fields reach beyond the input.
    The format svg draws what a unit of LAYER sees.

    \b
    Examples:
      cnncalc rf vgg16
      cnncalc rf alexnet conv2
      cnncalc rf alexnet pool5 --unit 0,5 -o box.svg
      cnncalc rf dilated dilation4 --coverage
      cnncalc rf alexnet conv2 --pixel 100,100
    """
    wanted = {"--unit": unit, "--pixel": pixel, "--coverage": coverage or None, "--of": source}
    alone = [option for option, value in wanted.items() if value is not None]
    if layer is None and alone:
        raise click.UsageError(f"{alone[0]} is about one layer; name it behind the spec")
    if pixel is not None and (unit is not None or coverage):
        raise click.UsageError("--pixel asks which units see a pixel; leave --unit and --coverage away")
    possible = _ALL_LAYERS if layer is None else _ONE_LAYER if pixel is None else _PIXEL
    if form not in possible:
        about = "all layers" if layer is None else "one layer" if pixel is None else "a pixel"
        raise click.UsageError(f"there is no {form} of {about}, but {listed(possible, 'and')}")
    analysis = analysis_of(spec, shapes, settings)
    if source is not None and source not in analysis.inputs:
        raise CnncalcError(f'the network has no input "{source}"; its inputs: {", ".join(analysis.inputs)}')
    if layer is None:
        _all_layers(analysis, form)
    elif pixel is not None:
        _seeing(analysis, layer, pixel, source, form)
    else:
        _one_layer(analysis, layer, unit, source, form, coverage=coverage)


def _all_layers(analysis: Analysis, form: str) -> None:
    from cnncalc.report import text

    chosen = sheets.sheet(analysis, _COLUMNS)
    unaligned = [warning for warning in analysis.warnings if warning.code == "misaligned-branches"]

    def document() -> Any:
        whole = analysis.to_dict()
        keys = ("name", "type", "output_shape", "receptive_field")
        rows = [{key: row[key] for key in keys} for row in whole["layers"]]
        notes = [note for note in whole["warnings"] if note["code"] == "misaligned-branches"]
        return {"name": analysis.name, "input": whole["input"], "layers": rows, "warnings": notes}

    def lines(width: int) -> Any:
        from cnncalc.report.table import fields_table, notes

        wanted = noted()
        shown = () if wanted == "never" else unaligned
        return [*fields_table(chosen, width), *notes(shown, width, each=wanted == "each")]

    show(
        form,
        text=lines,
        json=document,
        csv=partial(text.as_csv, chosen),
        markdown=partial(text.as_markdown, chosen),
    )


def _seeing(analysis: Analysis, layer: str, pixel: tuple[int, ...], source: str | None, form: str) -> None:
    units = analysis.units_seeing(layer, pixel, source)
    regions = [[list(positions) for positions in region] for region in units]

    def lines(width: int) -> Any:
        from cnncalc.report.sight import seeing_text
        from cnncalc.report.table import prose

        return prose(seeing_text(analysis, layer, pixel, units), width)

    show(
        form,
        text=lines,
        json=lambda: {"name": analysis.name, "layer": layer, "pixel": list(pixel), "units": regions},
    )


def _one_layer(
    analysis: Analysis,
    layer: str,
    unit: tuple[int, ...] | None,
    source: str | None,
    form: str,
    *,
    coverage: bool,
) -> None:
    from cnncalc.report.sight import caption, document, field_lines, sight_lines

    sights = analysis.sees(layer, unit)
    if source is not None:
        sights = {name: sight for name, sight in sights.items() if name == source}
        if not sights:
            raise CnncalcError(f"{layer} sees nothing of {source}")

    def lines(width: int) -> Any:
        found = field_lines(analysis, layer, width, sights, noted())
        for sight in sights.values():
            found += [[], *sight_lines(analysis, sight, width, coverage=coverage)]
        return found

    def drawing() -> str:
        from cnncalc.report.svg import svg

        if not sights:
            raise CnncalcError(f"{layer} sees nothing that could be drawn")
        if len(sights) > 1:
            raise CnncalcError(f"{layer} sees {len(sights)} inputs; name the one to draw with --of")
        (sight,) = sights.values()
        return svg(sight, f"What {layer} sees", caption(analysis, sight))

    show(form, text=lines, json=partial(document, analysis, layer, sights), svg=drawing)
