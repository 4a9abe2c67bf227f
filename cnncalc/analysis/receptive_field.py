"""The receptive field of every layer on every input, from one walk with the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.analysis.alignment import Misalignment, Seen, differences
from cnncalc.analysis.axis_field import UNRESOLVED, AxisField, Budget, along_axes, in_other_shape, union
from cnncalc.analysis.regions import aligned_axes
from cnncalc.analysis.sight import Layers, pixel_axes, reach
from cnncalc.layers.base import Shape
from cnncalc.layers.reading import Reading, Rearranged, shapes_along

_MOST_WORK = 300_000
"""How many units and readings of theirs one walk looks at one by one; a second or two."""
_VISIT = 8
"""What a layer on the way to the input costs, in those."""


class ReceptiveField(Struct, frozen=True):
    """What one unit of a layer sees of an input, along each of its pixel axes (all but the channels).

    ``size`` is in pixels, padding included, the largest where units differ and ``smallest`` the smallest; ``jump`` how
    many pixels lie between neighbouring units; ``start`` the centre of the first unit's field, where pixel i spans
    [i, i + 1]; ``padding`` how far the fields of the first and the last unit reach beyond the input. Where ``whole``, a
    unit sees all that the layer sees, whatever its place. None is what has no value or could not be followed.
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
        output = row.output_shape
        readings = row.layer.reads(*row.input_shapes)
        if len(readings) == 1 and not readings[0]:
            seen[row.name] = seen[row.inputs[0]]
            continue
        found = leading = through(readings[0], seen[row.inputs[0]], inputs, row.input_shapes[0], output, budget)
        for position, reading in enumerate(readings[1:], start=1):
            branch = through(reading, seen[row.inputs[position]], inputs, row.input_shapes[position], output, budget)
            if branch is not leading:
                misaligned += differences(row, leading, branch, position)
                found = _united(found, branch, inputs, output, budget)
        for fields in found.values():
            for field in fields:
                if field.everything is UNRESOLVED:
                    found = _resolved(found, layers, row.name, budget)
                    break
        seen[row.name] = found
    return Fields(seen, tuple(misaligned))


def _resolved(seen: Seen, layers: Layers, layer: str, budget: Budget) -> Seen:
    """The fields with what all of the layer's units together see, exactly, where a unit sees everything."""
    if not budget.spend(_VISIT):
        lost = AxisField(None, lost=True)
        return {
            name: tuple(lost if field.everything is UNRESOLVED else field for field in fields)
            for name, fields in seen.items()
        }
    edges, visited = reach(layers, layer)
    budget.spend(_VISIT * visited)
    return {
        name: tuple(
            replace(field, everything=edge) if field.everything is UNRESOLVED else field
            for field, edge in zip(fields, edges[name], strict=True)
        )
        for name, fields in seen.items()
        if name in edges
    }


def through(reading: Reading, seen: Seen, inputs: Mapping[str, Shape], x: Shape, output: Shape, budget: Budget) -> Seen:
    """What is seen through a reading of a layer that sees this."""
    if not reading:
        return seen
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


def _figures(field: AxisField, size: int, output: Shape) -> tuple[object, ...]:
    jump: Fraction | int | None = field.jump
    if jump is not None and jump.denominator == 1:
        jump = int(jump)
    if field.everything is not None:
        first, last = field.everything
        extent = last - first + 1
        return extent, jump, first + extent / 2, (0, 0), True, extent
    if field.lost or field.axis is None:
        return None, None, None, None, False, None
    count = output[field.axis] if field.extent is None else field.extent
    padding = _beyond(field, count, size)
    start = field.centre(0)
    return max(field.sizes), jump, None if start is None else float(start), padding, False, min(field.sizes)


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
