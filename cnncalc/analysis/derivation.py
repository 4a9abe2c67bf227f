"""The working of a receptive field: layer by layer along the branch that sees most, by the formulas themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cnncalc.analysis.analysis import Analysis
from cnncalc.analysis.axis_field import AxisField, Budget, Edges, is_plain
from cnncalc.analysis.receptive_field import through
from cnncalc.analysis.rows import Row
from cnncalc.arithmetic.recording import TEXTBOOK, Recorded
from cnncalc.layers.formulas import effective_kernel, field_first, field_jump, field_size
from cnncalc.layers.reading import Along, Everything, Rearranged, Sliding

MOST_PHASES = 1024
"""The most units that are looked at one by one, of those that a relation treats in turn."""
_MOST_WORK = 100_000


class FieldStep(Struct, frozen=True):
    """What a layer makes of the field before it: size r, jump j and first pixel a, each as worked, and a remark."""

    layer: str
    size: str = ""
    jump: str = ""
    first: str = ""
    remark: str = ""


def derivation(analysis: Analysis, layer: str, source: str, axis: int) -> list[FieldStep]:
    """The steps to a layer's field along one pixel axis of an input, where they change it."""
    steps = []
    for row, branch in reversed(_path(analysis, layer, source, axis)):
        before = analysis.fields.seen[row.inputs[branch]][source][axis]
        steps += _steps(analysis, row, branch, before, source, axis)
    return steps


def _path(analysis: Analysis, layer: str, source: str, axis: int) -> list[tuple[Row, int]]:
    """The layers from this one back to the input, each with the branch that sees most."""
    path = []
    while layer not in analysis.inputs:
        row = analysis.row(layer)
        branch = widest_branch(analysis, row, source, axis)
        path.append((row, branch))
        layer = row.inputs[branch]
    return path


def widest_branch(analysis: Analysis, row: Row, source: str, axis: int) -> int:
    """The position of the input through which a layer sees most along one pixel axis of an input of the network."""
    if len(row.inputs) == 1:
        return 0
    extents = _extents(analysis, row, source, axis)
    return extents.index(max(extents))


def _extents(analysis: Analysis, row: Row, source: str, axis: int) -> list[int]:
    """How much a unit of a layer sees through each of its inputs; −1 of one that does not see that source."""
    found = []
    for name, x, reading in zip(row.inputs, row.input_shapes, row.layer.reads(*row.input_shapes), strict=True):
        seen = analysis.fields.seen[name]
        kept = {source: seen[source]} if source in seen else {}
        field = through(reading, kept, analysis.inputs, x, row.output_shape, Budget(_MOST_WORK)).get(source)
        found.append(_extent(field[axis]) if field else -1)
    return found


def _extent(field: AxisField) -> int:
    """How much a unit sees, everything above all."""
    return max(field.sizes, default=0) if field.everything is None else 2**63


def _steps(analysis: Analysis, row: Row, branch: int, before: AxisField, source: str, axis: int) -> list[FieldStep]:
    after = analysis.fields.seen[row.name][source][axis]
    steps: list[FieldStep] = []
    reading = row.layer.reads(*row.input_shapes)[branch]
    if after.everything is not None and after.axis is None:
        if before.everything == after.everything and before.axis is None:
            return []
        return [_all_along(row.name, after.everything)]
    if before.everything is not None:
        return []
    if before.axis is not None:
        for step in reading:
            if isinstance(step, Rearranged) or before.axis is None:
                break
            steps += _worked(row.name, step[before.axis], before, after)
    if len(row.inputs) > 1 and not after.everything:
        sizes = _extents(analysis, row, source, axis)
        seen = [f"{name} {size}" for name, size in zip(row.inputs, sizes, strict=True) if size >= 0]
        if len(set(sizes)) > 1 or sizes[0] != _extent(after):
            steps.append(
                FieldStep(row.name, remark=f"all of its branches together, {', '.join(seen)}: r = {_r(after)}")
            )
    return steps


def _all_along(layer: str, edges: Edges) -> FieldStep:
    first, last = edges
    return FieldStep(layer, remark=f"all along the axis: r = {last - first + 1}, pixels {first} to {last}")


def _r(field: AxisField) -> str:
    if field.lost or not field.sizes:
        return "?"
    least, most = min(field.sizes), max(field.sizes)
    return str(most) if least == most else f"{least} to {most}"


def _worked(layer: str, along: Along | Everything, before: AxisField, after: AxisField) -> list[FieldStep]:
    if isinstance(along, Everything):
        if after.everything is None or before.everything == after.everything:
            return []
        return [_all_along(layer, after.everything)]
    if isinstance(along, Sliding) and is_plain(before):
        return _slid(layer, along, before)
    if isinstance(along, Sliding) and along == Sliding(along.axis):
        return []
    spans = [along.taps(phase) for phase in looked_at(along)]
    extents = [span(taps) for taps in spans if taps]
    if not extents or (extents == [1] * along.period and along.shift == along.period):
        return []
    step = (
        ""
        if before.jump is None or after.jump is None
        else f"j = {before.jump}·{along.shift}/{along.period} = {after.jump}"
    )
    most = max(extents)
    if not is_plain(before):
        reads = f"a unit reads {most}" if min(extents) == most else f"a unit reads {min(extents)} to {most}"
        return [FieldStep(layer, f"r = {_r(after)}", step, remark=f"{reads} of the units before it")]
    number: Any = Recorded
    widest = field_size(number(before.sizes[0], "r"), number(most, "K"), number(before.shift, "j"))
    amount = "" if min(extents) == most and len(extents) == len(spans) else "the widest of its units; others see less"
    return [FieldStep(layer, _equation("r", widest), step, remark=amount)]


def looked_at(along: Along) -> Sequence[int]:
    """The phases of a relation, or the first ones of many and the last, among which are the least and the most."""
    return range(along.period) if along.period <= MOST_PHASES else (*range(MOST_PHASES), along.period - 1)


def span(taps: Sequence[int]) -> int:
    """From the first to the last, without a look at those between where they are evenly spaced."""
    return abs(taps[-1] - taps[0]) + 1 if isinstance(taps, range) else max(taps) - min(taps) + 1


def _slid(layer: str, along: Sliding, before: AxisField) -> list[FieldStep]:
    """A window's working. Nothing is said of one that changes nothing."""
    if along.kernel == along.stride == 1 and not along.before:
        return []
    number: Any = Recorded
    r, j, a = number(before.sizes[0], "r"), number(before.shift, "j"), number(before.firsts[0], "a")
    size, jump, first = slide(along, r, j, a)
    remarks = [f"K' = {step.figures(TEXTBOOK)} = {step.value}" for step in size.steps() if step is not size]
    steps = [FieldStep(layer, remark=remark) for remark in remarks]
    return [*steps, FieldStep(layer, _equation("r", size), _equation("j", jump), _equation("a", first))]


def slide(along: Sliding, r: Any, j: Any, a: Any) -> tuple[Any, Any, Any]:
    """Size, jump and first pixel behind a window over units that have these, recorded with the window's symbols."""
    number: Any = Recorded
    kernel = effective_kernel(number(along.kernel, "K"), number(along.dilation, "D") if along.dilation > 1 else 1)
    return (
        field_size(r, kernel, j),
        field_jump(j, number(along.stride, "S")),
        field_first(a, number(along.before, "P"), j),
    )


def _equation(name: str, number: Any) -> str:
    return f"{name} = {number.figures(TEXTBOOK)} = {number.value}".replace("-", "−")


def worked_alike(
    analysis: Analysis, layer: str, source: str, axes: Sequence[int]
) -> list[tuple[list[int], list[FieldStep]]]:
    """The derivations along several axes, those that are the same word for word together."""
    alike: list[tuple[list[int], list[FieldStep]]] = []
    for axis in axes:
        steps = derivation(analysis, layer, source, axis)
        for together, same in alike:
            if same == steps:
                together.append(axis)
                break
        else:
            alike.append(([axis], steps))
    return alike
