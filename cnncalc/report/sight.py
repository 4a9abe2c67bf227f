"""What one unit of a layer sees, and how its receptive field comes about, as a person reads it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod
from typing import Any

from cnncalc.analysis import Analysis, ReceptiveField, Sight
from cnncalc.analysis.alignment import axis_names
from cnncalc.analysis.derivation import FieldStep, worked_alike
from cnncalc.analysis.regions import Indices, Region, count
from cnncalc.layers.base import shape_text
from cnncalc.report.fields import jump_text, padding_text, size_text, start_text
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import settings_text
from cnncalc.report.picture import picture
from cnncalc.report.table import Noted, input_text, notes, prose

_WIDEST_PICTURE = 64
_HIGHEST_PICTURE = 24
_RULES = "r ← r + (K − 1)·j pixels seen, j ← j·S pixels between units, a ← a − P·j first pixel"


def heading(analysis: Analysis, layer: str) -> str:
    """``AlexNet, conv2: Conv2d 5×5 p2, output 192×27×27, input 3×224×224``."""
    row = analysis.row(layer)
    kind = f"{row.type} {settings_text(row.layer)}".rstrip()
    return f"{analysis.name}, {layer}: {kind}, output {shape_text(row.output_shape)}, input {input_text(analysis)}"


def field_lines(
    analysis: Analysis, layer: str, width: int, sources: Collection[str], noted: Noted = "once"
) -> list[Line]:
    """The layer's receptive field on some of the inputs, and its working, layer by layer."""
    lines = prose(heading(analysis, layer), width, "bold")
    fields = analysis.receptive_fields(layer)
    if not fields:
        return [*lines, *prose("It depends on no input.", width)]
    for source, field in ((source, field) for source, field in fields.items() if source in sources):
        if len(analysis.inputs) > 1:
            lines += [[], *prose(f"On the input {source}:", width, "bold")]
        lines += prose(_sentence(field), width)
        axes = range(len(field.size))
        names = axis_names(len(field.size))
        for together, steps in worked_alike(analysis, layer, source, axes):
            along = " and ".join(names[axis] for axis in together)
            lines += [[], *prose(f"How, along the {along}:", width, "bold"), *_working(steps, width)]
    if noted == "never":
        return lines
    return lines + notes(
        [warning for warning in analysis.warnings if warning.layer == layer], width, each=noted == "each"
    )


def _sentence(field: ReceptiveField) -> str:
    if all(field.whole):
        sizes = "×".join(map(str, field.size))
        return f"Every unit sees all that the layer sees of the input: {sizes} pixels, whatever its place."
    if None in field.size:
        return "Its units' places could not be followed through the layers before it; what one unit sees is exact."
    jump = jump_text(field)
    apart = f"neighbouring units are {jump} pixel{'' if jump == '1' else 's'} apart, " if jump != "–" else ""
    blind = None in field.start
    start = "the first one sees nothing" if blind else f"the first one is centred at {start_text(field)}"
    padding = padding_text(field)
    reach = f"; the fields reach {padding} pixels into padding" if padding != "0" else ""
    return f"A unit sees {size_text(field)} pixels; {apart}{start}{reach}."


def _working(steps: Sequence[FieldStep], width: int) -> list[Line]:
    if not steps:
        return prose("Nothing before it widens the field of a pixel: r = 1, j = 1.", width)
    rows = [[Span(step.layer), Span(step.size), Span(step.jump), Span(step.first)] for step in steps]
    worked = [row for row, step in zip(rows, steps, strict=True) if step.size]
    widths = [width_of([row[column].text for row in (rows if column == 0 else worked)]) for column in range(4)]
    widths[0] = min(widths[0], max(12, width - sum(widths[1:]) - 6))
    tracks = [Track(max(size, 1)) for size in widths]
    lines = prose(_RULES, width, "dim")
    for row, step in zip(rows, steps, strict=True):
        name = step.layer
        beside = max(1, width - widths[0] - 2)
        if step.size and sum(widths) + 6 <= width:
            lines += grid([row], tracks, gap=2)
        elif step.size:
            equations = "  ".join(filter(None, (step.size, step.jump, step.first)))
            lines += grid([[Span(name), Span(equations)]], [tracks[0], Track(beside)], gap=2)
        if step.remark:
            name = "" if step.size else name
            lines += grid([[Span(name), Span(step.remark)]], [tracks[0], Track(beside)], gap=2)
    return lines


def sight_lines(analysis: Analysis, sight: Sight, width: int, *, coverage: bool) -> list[Line]:
    """The box of pixels that a unit sees, what of its field lies in padding, and a picture of both."""
    names = axis_names(len(sight.pixels))
    of_input = f" of {sight.input}" if len(analysis.inputs) > 1 else ""
    unit = f"Unit {','.join(map(str, sight.unit))}" if sight.unit else "It"
    if sight.box is None:
        return prose(f"{unit} sees nothing{of_input} but padding.", width)
    spans = " and ".join(f"{name} {low} to {high}" for name, (low, high) in zip(names, sight.box, strict=True))
    text = f"{unit} sees pixels{of_input} from {spans}: {'×'.join(map(str, sight.size))}."
    if sight.field is not None and sight.in_padding:
        whole = "×".join(str(high - low + 1) for low, high in sight.field)
        beyond = ", ".join(f"{low} to {high}".replace("-", "−") for low, high in sight.field)
        text += f" Its field is {whole} ({beyond}), {share(sight.in_padding)} of it in padding."
    if coverage:
        of_box = f"of the box's {prod(sight.size):,} pixels"
        text += f" {sight.contributing:,} {of_box} contribute, {share(sight.coverage or 0)}."
    drawn = picture(sight, min(width, _WIDEST_PICTURE), _HIGHEST_PICTURE)
    *cells, legend = drawn
    return [*prose(text, width), [], *cells, *prose("".join(span.text for span in legend), width, "dim")]


def share(part: Any) -> str:
    """A share in percent to one decimal, never all or nothing where it is neither."""
    percent = float(part) * 100
    if 0 < percent < 0.05:
        return "<0.1%"
    if 99.95 < percent < 100:
        return ">99.9%"
    return f"{percent:.1f}%".replace(".0%", "%")


def seeing_text(analysis: Analysis, layer: str, pixel: Sequence[int], units: Sequence[Region]) -> str:
    """Which units of a layer see a pixel."""
    row = analysis.row(layer)
    place = ",".join(map(str, pixel))
    if not units:
        return f"No unit of {layer} sees pixel {place}."
    channels = 1 if len(row.output_shape) > 1 else 0
    positions = [region[channels:] for region in units]
    total = prod(row.output_shape[channels:])
    if not row.output_shape:
        return f"Pixel {place} is seen by {layer}."
    places = "; ".join(", ".join(map(_positions, region)) for region in dict.fromkeys(positions))
    return f"Pixel {place} is seen by {_distinct(positions):,} of {total:,} units of {layer}: {places}."


def _distinct(regions: Sequence[Region]) -> int:
    return count(list(dict.fromkeys(regions)))


def _positions(found: Indices) -> str:
    if len(found) == 1:
        return str(found[0])
    if isinstance(found, range):
        return f"{found[0]} to {found[-1]}" + (f" by {found.step}" if found.step > 1 else "")
    shown = ", ".join(map(str, found[:8]))
    return f"{{{shown}{', …' if len(found) > 8 else ''}}}"


def document(analysis: Analysis, layer: str, sights: dict[str, Sight]) -> dict[str, Any]:
    """What a unit sees as plain data."""
    return {
        "name": analysis.name,
        "layer": layer,
        "inputs": {
            source: {
                "unit": list(sight.unit),
                "pixels": list(sight.pixels),
                "box": None if sight.box is None else [list(edges) for edges in sight.box],
                "field": None if sight.field is None else [list(edges) for edges in sight.field],
                "in_padding": None if sight.in_padding is None else float(sight.in_padding),
                "contributing": sight.contributing,
                "coverage": None if sight.coverage is None else float(sight.coverage),
            }
            for source, sight in sights.items()
        },
    }


def caption(analysis: Analysis, sight: Sight) -> str:
    """The line below a drawing."""
    unit = ",".join(map(str, sight.unit))
    box = "nothing" if sight.box is None else "×".join(map(str, sight.size))
    return f"{analysis.name}, {sight.layer}, unit {unit}: {box} of {'×'.join(map(str, sight.pixels))} pixels"
