"""The figures of all layers of a network with their arithmetic in short, and how they add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.derivation import derive, derive_total
from cnncalc.homework.document import Block, Document, Equation, Heading, Paragraph, Rows
from cnncalc.homework.figures import bytes_text, heading, shapes_text
from cnncalc.homework.messages import Messages
from cnncalc.layers.base import shape_text

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis, Row

_MOST_TERMS = 40
"""The most layers whose sum is written out; more of them are read off the rows."""


def overview(analysis: Analysis, quantities: Sequence[str], say: Messages) -> Document:
    """All layers in short, a section a quantity, and the totals."""
    shapes = shapes_text(tuple(analysis.inputs.values()))
    title = say("explain.network_title", network=analysis.name, input=shapes)
    blocks: list[Block] = []
    for quantity in quantities:
        blocks.append(Heading(heading(analysis, quantity, say)))
        blocks += _all_layers(analysis, quantity, say)
    return Document(say.language, title, tuple(blocks))


def _all_layers(analysis: Analysis, quantity: str, say: Messages) -> Iterator[Block]:
    """A line a layer, and the total where there is one."""
    rows = []
    for row in analysis.layers:
        derivations = derive(analysis, row.name, quantity)
        if quantity not in ("output", "receptive_field") and not derivations[0].value:
            continue
        if quantity == "receptive_field" and _sees_as_before(analysis, row):
            continue
        equations: list[Equation] = []
        for found in derivations:
            tree = found.number.derivation or found.number
            worked = quantity != "output" or tree.operator
            if worked and any(tree.figures() == other.number.figures() for other in equations):
                continue
            if quantity != "output" or tree.operator or found.axis == 0:
                equations.append(Equation(found.symbol, tree))
        if quantity == "output":
            note = "→ " + shape_text(row.output_shape)
            equations = (
                [*equations[:-1], Equation(equations[-1].symbol, equations[-1].number, note=note)] if equations else []
            )
        rows.append((row.name, tuple(equations)))
    if rows:
        yield Rows(tuple(rows))
    if quantity in ("output", "receptive_field"):
        return
    without = len(analysis.layers) - len(rows)
    if without and rows:
        yield Paragraph(say("explain.layers_without", count=without))
    total = derive_total(analysis, quantity)
    if 1 < len(rows) <= _MOST_TERMS:
        yield Paragraph(say("explain.sum"))
    note = bytes_text(total.value) if total.symbol == "bytes" else ""
    shown = total.number if 1 < len(rows) <= _MOST_TERMS else Recorded(total.value)
    yield Equation(say("explain.total"), shown, is_word=True, note=note)
    if quantity == "flops":
        convention = analysis.counted
        yield Paragraph(say("explain.convention", name=convention.name, description=convention.description), "why")


def _with_shape(equations: list[Equation], shape: str) -> list[Equation]:
    """The equations with the whole shape behind the last."""
    if not equations:
        return []
    last = equations[-1]
    return [*equations[:-1], Equation(last.symbol, last.number, note=f"→ {shape}")]


def _sees_as_before(analysis: Analysis, row: Row) -> bool:
    """Whether a layer's units see as much as those of the layer that it reads, and no window was worked out."""
    if len(row.inputs) > 1 or row.inputs[0] in analysis.inputs:
        return False
    before, after = (analysis.receptive_fields(name) for name in (row.inputs[0], row.name))
    return {name: field.size for name, field in before.items()} == {name: field.size for name, field in after.items()}
