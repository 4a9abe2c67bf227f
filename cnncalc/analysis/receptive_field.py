"""The receptive field of every layer on every input, from one walk with the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.analysis.alignment import Misalignment, differences
from cnncalc.analysis.axis_field import UNRESOLVED, AxisField, Budget, Edges, Seen, along_axes, in_other_shape, union
from cnncalc.analysis.regions import aligned_axes
from cnncalc.analysis.rows import Row
from cnncalc.analysis.sight import Layers, pixel_axes, reach
from cnncalc.arithmetic import Number
from cnncalc.layers.base import Shape
from cnncalc.layers.reading import NOTHING, Along, Reading, Rearranged, shapes_along

_MOST_WORK = 300_000
"""How many units and readings of theirs one walk looks at one by one; a second or two."""
_VISIT = 8
_MOST_UNITS = 65_536
"""What a layer on the way to the input costs, in those."""


class ReceptiveField(Struct, frozen=True):
    """What one unit of a layer sees of an input, along each of its pixel axes (all but the channels).

    ``size`` is in pixels, padding included, the largest where units differ and ``smallest`` the smallest; ``jump`` how
    many pixels lie between neighbouring units; ``start`` the centre of the first unit's field, where pixel i spans
    [i, i + 1]; ``padding`` how far the fields of the first and the last unit reach beyond the input. Where ``whole``, a
    unit sees all that the layer sees, whatever its place. None is what has no value or could not be followed, such as
    ``smallest`` where some units may see nothing of what others see the whole of.
    """

    size: tuple[int | None, ...]
    jump: tuple[Fraction | int | None, ...]
    start: tuple[float | None, ...]
    padding: tuple[tuple[int, int] | None, ...]
    whole: tuple[bool, ...]
    smallest: tuple[int | None, ...]

    def to_dict(self) -> dict[str, list[Any]]:
        """The field as plain data, as ``cnncalc analyze --format json`` prints it; fractional jumps as floats."""
        return {
            "size": list(self.size),
            "jump": [float(jump) if isinstance(jump, Fraction) else jump for jump in self.jump],
            "start": list(self.start),
            "padding": [None if sides is None else list(sides) for sides in self.padding],
            "whole": list(self.whole),
            "smallest": list(self.smallest),
        }


class Fields(Struct, frozen=True):
    """The fields of all layers, by name, and the branches that do not align."""

    seen: dict[str, Seen]
    misaligned: tuple[Misalignment, ...]


def follow(layers: Layers) -> Fields:
    """Walk over the layers once. What would take too long to follow is lost, not guessed."""
    inputs, budget = layers.inputs, Budget(_MOST_WORK)
    seen: dict[str, Seen] = {
        name: {name: tuple([AxisField(axis, (0,), (1,), covers=True) for axis in pixel_axes(shape)])}
        for name, shape in inputs.items()
    }
    misaligned: list[Misalignment] = []
    for row in layers.rows:
        visit = row.visit
        readings = visit.node.layer.reads(*visit.inputs)
        if len(readings) == 1 and not readings[0]:
            seen[row.name] = seen[row.inputs[0]]
            continue
        found = leading = _read(row, 0, readings, seen, layers, budget)
        for position in range(1, len(readings)):
            branch = _read(row, position, readings, seen, layers, budget)
            misaligned += differences(row, leading, branch, position)
            found = _united(found, branch, inputs, visit.output, budget)
        seen[row.name] = found
    return Fields(seen, tuple(misaligned))


def _read(
    row: Row, position: int, readings: Sequence[Reading], seen: Mapping[str, Seen], layers: Layers, budget: Budget
) -> Seen:
    """What a layer sees through one of its inputs, exactly where it sees everything of it."""
    source, reading = row.inputs[position], readings[position]
    visit = row.visit
    found = through(reading, seen[source], layers.inputs, visit.inputs[position], visit.output, budget)
    if len(readings) > 1 and _apart(reading, [seen[name] for name in row.inputs]):
        found = {
            name: tuple([replace(field, partly=True) if field.everything else field for field in fields])
            for name, fields in found.items()
        }
    for fields in found.values():
        for field in fields:
            if field.everything is UNRESOLVED:
                return _resolved(found, row.name if len(readings) == 1 else source, layers, budget)
    return found


def _resolved(found: Seen, whole: str, layers: Layers, budget: Budget) -> Seen:
    """The fields with what all units of a layer together see in the place of what was left open."""
    edges = layers.reached.get(whole)
    if edges is None and budget.spend(_VISIT):
        edges, visited = reach(layers, whole)
        layers.reached[whole] = edges
        budget.spend(_VISIT * visited)
    if edges is None:
        lost = AxisField(None, lost=True)
        return {
            name: tuple(lost if field.everything is UNRESOLVED else field for field in fields)
            for name, fields in found.items()
        }
    return {
        name: tuple(
            replace(field, everything=edge) if field.everything is UNRESOLVED else field
            for field, edge in zip(fields, edges[name], strict=True)
        )
        for name, fields in found.items()
        if name in edges
    }


def _apart(reading: Reading, seen: Sequence[Seen]) -> bool:
    """Whether a layer has this input in some of its places only, so that not all of its units see what this sees.

    ``seen`` is what each of its inputs sees. Places along the channels matter only where they are those of pixels.
    """
    driven = {field.axis for branch in seen for fields in branch.values() for field in fields}
    return any(
        isinstance(along, Along) and along.bounded and (along.axis > 0 or 0 in driven)
        for step in reading
        if not isinstance(step, Rearranged)
        for along in step
    )


def through(reading: Reading, seen: Seen, inputs: Mapping[str, Shape], x: Shape, output: Shape, budget: Budget) -> Seen:
    """What is seen through a reading of a layer that sees this."""
    if not reading:
        return seen
    if reading == NOTHING:
        return {}
    shapes = shapes_along(reading, x, output) if len(reading) > 1 else (x, output)
    found = {}
    for name, fields in seen.items():
        pixels = inputs[name] if len(inputs[name]) == 1 else inputs[name][1:]
        for step, before, after in zip(reading, shapes, shapes[1:], strict=False):
            if isinstance(step, Rearranged):
                groups = list(aligned_axes(step.before, step.after))
                fields = tuple([in_other_shape(field, groups, step) for field in fields])
            else:
                fields = tuple(
                    [
                        along_axes(field, step, size, before, after, budget)
                        for field, size in zip(fields, pixels, strict=True)
                    ]
                )
        found[name] = fields
    return found


def _united(a: Seen, b: Seen, inputs: Mapping[str, Shape], output: Shape, budget: Budget) -> Seen:
    """What is seen through either of two branches."""
    united = a | b
    for name in a.keys() & b.keys():
        sizes = [inputs[name][axis] for axis in pixel_axes(inputs[name])]
        united[name] = tuple(
            [
                one if one is other or one == other else union(one, other, size, output, budget)
                for one, other, size in zip(a[name], b[name], sizes, strict=True)
            ]
        )
    return united


def summed_up(fields: Sequence[AxisField], input_shape: Shape, output: Shape) -> ReceptiveField:
    """The fields along all pixel axes of an input in one."""
    sizes = [input_shape[axis] for axis in pixel_axes(input_shape)]
    columns = zip(*(_figures(field, size, output) for field, size in zip(fields, sizes, strict=True)), strict=True)
    return ReceptiveField(*columns)


def _figures(field: AxisField, size: int, output: Shape) -> tuple[Any, ...]:
    jump: Fraction | int | None = field.jump
    full = field.everything == (0, size - 1)
    if field.lost:
        return None, None, None, None, False, None
    if field.everything is not None and (full or field.axis is None):
        first, last = field.everything
        extent = last - first + 1
        if field.partly:
            return extent, jump, None, (0, 0), False, None
        return extent, jump, first + extent / 2, (0, 0), True, extent
    assert field.axis is not None
    count = output[field.axis] if field.extent is None else field.extent
    if field.everything is not None:
        return _beside(field, field.everything, count, size, jump)
    sizes = _sizes(field, count)
    start = field.centre(0)
    return max(sizes), jump, None if start is None else float(start), _beyond(field, count, size), False, min(sizes)


def size_and_jump(field: AxisField, size: Number, output: Shape) -> tuple[Number | None, Number | Fraction | None]:
    """The first two of the figures, with whatever numbers a layer's shapes hold."""
    if field.everything is not None or field.axis is None:
        extent, jump, *_ = _figures(field, size, output)
        return extent, jump
    return max(_sizes(field, output[field.axis] if field.extent is None else field.extent)), field.jump


def _sizes(field: AxisField, count: int) -> tuple[int, ...]:
    """How much the units of an axis of so many see, each of those that differ."""
    return field.sizes if count >= len(field.sizes) else field.sizes[:count]


def _beside(field: AxisField, everything: Edges, count: int, size: int, jump: Fraction | int | None) -> tuple[Any, ...]:
    """The figures of units that see something in common and each something in its own place."""
    if count > _MOST_UNITS or field.partly:
        return None, None, None, None, False, None
    edges = []
    for unit in range(count):
        low, high = field.edges(unit * field.inner) or everything
        edges.append((min(low, everything[0]), max(high, everything[1])))
    sizes = [high - low + 1 for low, high in edges]
    padding = (max(0, -min(low for low, _ in edges)), max(0, max(high for _, high in edges) - size + 1))
    return max(sizes), jump, (edges[0][0] + edges[0][1] + 1) / 2, padding, False, min(sizes)


def _beyond(field: AxisField, count: int, size: int) -> tuple[int, int]:
    """How far the fields of ``count`` units reach beyond an axis of ``size`` pixels, before and behind."""
    period = len(field.firsts)
    turns, last = divmod(count - 1, period)
    runs = [
        (first, first + extent + (turns if phase <= last else turns - 1) * field.shift)
        for phase, (first, extent) in enumerate(zip(field.firsts, field.sizes, strict=True))
        if extent and phase < count
    ]
    if not runs:
        return 0, 0
    return max(0, -min(first for first, _ in runs)), max(0, max(behind for _, behind in runs) - size)
