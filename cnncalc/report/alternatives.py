"""The other forms of a layer, as a person and as a program reads them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnncalc.design.alternatives import Alternative
from cnncalc.layers.base import shape_text
from cnncalc.report.compared import ratio_text
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import abbreviated, settings_text
from cnncalc.report.records import Records
from cnncalc.report.table import prose

_NARROWEST = 16


def alternatives_lines(name: str, found: Sequence[Alternative], width: int) -> list[Line]:
    """A row a form with its cost beside that of the layer, and what each form is."""
    first = found[0].analysis
    shapes = f"{shape_text(first.layers[0].input_shapes[0])} → {shape_text(first.layers[-1].output_shape)}"
    lines = prose(f"{name}: {first.layers[0].type} {shapes}, batch {first.batch}", width, "bold")
    heading = ["form", "layers", "params", "", "MACs", "", "activations", "field"]
    rows = [[_short(each), *_figures(each, found[0])] for each in found]
    rows = [[each.name, *row] for each, row in zip(found, rows, strict=True)]
    widths = [width_of(texts) for texts in zip(heading, *rows, strict=True)]
    widths[1] = max(min(widths[1], width - sum(widths) + widths[1] - len(widths) + 1), _NARROWEST)
    tracks = [Track(column, right=place > 1) for place, column in enumerate(widths)]
    body = [[Span(text) for text in row] for row in rows]
    lines += grid([[Span(text, "bold") for text in heading], *body], tracks, gap=1)
    meanings = [[Span(each.name), Span(each.meaning)] for each in found[1:] if each.meaning]
    if len(found) == 1:
        return lines + prose("No other form makes an output of this shape.", width)
    names = width_of([each.name for each in found])
    return [*lines, [], *grid(meanings, [Track(names), Track(max(width - names - 2, 24))], gap=2)]


def alternatives_document(name: str, found: Sequence[Alternative]) -> dict[str, Any]:
    """The same as plain data, each form as a spec."""
    import msgspec

    return {
        "layer": name,
        "convention": found[0].analysis.convention,
        "batch": found[0].analysis.batch,
        "alternatives": [
            {
                "name": each.name,
                "meaning": each.meaning,
                "totals": each.analysis.totals.to_dict(),
                "receptive_field": list(each.field),
                "spec": msgspec.json.decode(each.network.to_json()),
            }
            for each in found
        ],
    }


def alternatives_table(found: Sequence[Alternative]) -> Records:
    """A row a form."""
    rows = []
    for each in found:
        totals = each.analysis.totals
        field = "×".join("?" if size is None else str(size) for size in each.field)
        counts = (totals.params, totals.macs, totals.flops, totals.activations)
        rows.append((each.name, _short(each), *counts, field))
    return Records(("form", "layers", "params", "macs", "flops", "activations", "receptive_field"), rows)


def _short(each: Alternative) -> str:
    """``3×3 p1 g64 → 64, 1×1 → 128``, without what all of them share; equal layers once with a factor."""
    texts = []
    for row in each.analysis.layers:
        settings = settings_text(row.layer).replace(" no bias", "")
        texts.append(f"{settings} → {row.output_shape[0]}")
    counted = dict.fromkeys(texts)
    return ", ".join(text if texts.count(text) == 1 else f"{texts.count(text)} of {text}" for text in counted)


def _figures(each: Alternative, first: Alternative) -> list[str]:
    totals, whole = each.analysis.totals, first.analysis.totals
    figures = []
    for value, of in ((totals.params, whole.params), (totals.macs, whole.macs)):
        figures += [abbreviated(value), f"{ratio_text(Fraction(value, of))}×"]
    field = "×".join("?" if size is None else str(size) for size in each.field)
    return [*figures, abbreviated(totals.activations), field]
