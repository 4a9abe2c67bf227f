"""The receptive fields of all layers as expressions, each from that of the layer before it on the widest branch."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any

from msgspec import Struct

from cnncalc.analysis.analysis import Analysis
from cnncalc.analysis.axis_field import is_plain
from cnncalc.analysis.derivation import looked_at, slide, span, widest_branch
from cnncalc.analysis.rows import Row
from cnncalc.arithmetic import settled
from cnncalc.arithmetic.recording import Recorded
from cnncalc.layers.formulas import field_middle, field_size
from cnncalc.layers.reading import Along, Rearranged, Sliding


class FieldNumbers(Struct, frozen=True):
    """Size r, jump j, first pixel a and start s along one axis, with their expressions; None of what has no value.

    In each, ``r``, ``j`` and ``a`` are settled numbers with the expressions of the layer before it. What no window
    makes (a global pool's field, that of several branches together) is a number without an expression.
    """

    size: Recorded | None = None
    jump: Recorded | None = None
    first: Recorded | None = None
    start: Recorded | None = None
    before: str = ""
    """The layer, or the input, that these were worked out from."""


def recorded_fields(analysis: Analysis, layer: str, source: str, axis: int) -> FieldNumbers:
    """The figures of :meth:`Analysis.receptive_fields` along one pixel axis of an input, with their expressions."""
    reported = analysis.receptive_fields(layer)[source]
    found = _all(analysis, source, axis)[layer]
    size = _agreed(found.size, reported.size[axis], "r")
    start = None
    if size is not None and found.first is not None:
        first, extent = settled(found.first, "a"), settled(size, "r")  # type: ignore[arg-type]
        start = field_middle(first, extent) / 2
    where = reported.start[axis]
    return FieldNumbers(
        size,
        _agreed(found.jump, reported.jump[axis], "j"),
        found.first,
        _agreed(start, None if where is None else Fraction(where), "s"),  # type: ignore[arg-type]
    )


def field_path(analysis: Analysis, layer: str, source: str, axis: int) -> list[tuple[str, FieldNumbers]]:
    """The layers from the input to this one along the widest branch, each with its numbers."""
    numbers = _all(analysis, source, axis)
    path = []
    while layer not in analysis.inputs:
        path.append((layer, numbers[layer]))
        layer = numbers[layer].before
    return path[::-1]


def _agreed(number: Recorded | None, reported: Any, symbol: str) -> Recorded | None:
    """The number as worked, or as reported where the walk knows better."""
    if reported is None:
        return None
    if number is not None and number.value == reported:
        return number
    whole = isinstance(reported, Fraction) and reported.denominator == 1
    return Recorded(int(reported) if whole else reported, symbol)


def _all(analysis: Analysis, source: str, axis: int) -> dict[str, FieldNumbers]:
    """The numbers of every layer, kept with the analysis."""
    kept = analysis.__dict__.setdefault("recorded_fields", {})
    if (source, axis) not in kept:
        pixel = FieldNumbers(Recorded(1, "r"), Recorded(1, "j"), Recorded(0, "a"))
        numbers = dict.fromkeys(analysis.inputs, FieldNumbers()) | {source: pixel}
        for row in analysis.layers:
            seen = analysis.fields.seen[row.name]
            numbers[row.name] = _behind(analysis, row, numbers, source, axis) if source in seen else FieldNumbers()
        kept[source, axis] = numbers
    found: dict[str, FieldNumbers] = kept[source, axis]
    return found


def _behind(analysis: Analysis, row: Row, numbers: dict[str, FieldNumbers], source: str, axis: int) -> FieldNumbers:
    """The numbers behind a layer, where they are those that its field has."""
    branch = widest_branch(analysis, row, source, axis)
    before = analysis.fields.seen[row.inputs[branch]].get(source)
    after = analysis.fields.seen[row.name][source][axis]
    if before is None or after.lost or not after.sizes:
        return FieldNumbers(before=row.inputs[branch])
    size, jump, first = _worked(row, branch, numbers[row.inputs[branch]], before[axis].axis)
    return FieldNumbers(
        _agreed(size, max(after.sizes), "r"),
        _agreed(jump, after.jump, "j"),
        _agreed(first, after.firsts[0], "a") if is_plain(after) else None,
        before=row.inputs[branch],
    )


def _worked(row: Row, branch: int, before: FieldNumbers, axis: int | None) -> tuple[Any, Any, Any]:
    size, jump, first = before.size, before.jump, before.first
    for step in row.layer.reads(*row.input_shapes)[branch]:
        if size is None or axis is None:
            return None, None, None
        if isinstance(step, Rearranged):
            return size, jump, first
        along = step[axis]
        if not isinstance(along, Along):
            return None, None, None
        axis = along.axis
        if along == Sliding(axis):
            continue
        if jump is None:
            return None, None, None
        r, j = settled(size, "r"), settled(jump, "j")  # type: ignore[arg-type]
        if isinstance(along, Sliding):
            size, jump, first = slide(along, r, j, Recorded(0, "a") if first is None else settled(first, "a"))  # type: ignore[arg-type]
        elif not all(along.taps(phase) == range(phase, phase + 1) for phase in looked_at(along)):
            size, jump, first = _resampled(along, r, j)
    return size, jump, first


def _resampled(along: Along, r: Any, j: Any) -> tuple[Any, Any, Any]:
    """Behind a relation with several phases, by the one that reads most."""
    common = gcd(along.shift, along.period)
    spans = [along.taps(phase) for phase in looked_at(along)]
    widest = max((span(taps) for taps in spans if taps), default=0)
    number: Any = Recorded
    jump = j * number(along.shift // common) / number(along.period // common)
    return (field_size(r, number(widest), j) if widest else None), jump, None
