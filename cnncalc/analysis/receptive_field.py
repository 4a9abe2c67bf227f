"""The receptive field of every layer: what its units see of the network's inputs, from one walk with the data.

Along an axis of an input, the units of a layer look at runs of pixels that repeat: unit ``q·period + phase`` sees
``sizes[phase]`` pixels (0 for none) from ``firsts[phase] + q·shift`` on, as if the input went on for ever. Most layers
have one phase; transposed convolutions and interpolation have more. Beside that a unit may see everything, through a
global pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.analysis.regions import aligned_axes
from cnncalc.analysis.sight import pixel_axes, reach
from cnncalc.layers.base import Shape
from cnncalc.layers.formulas import effective_kernel, field_first, field_jump, field_size
from cnncalc.layers.reading import Along, Axes, Everything, Reading, Rearranged, Sliding, shapes_along

if TYPE_CHECKING:
    from cnncalc.analysis.analysis import Row

_MOST_PHASES = 65_536
_MOST_TAPS = 1_000_000
"""The most units that are looked at one by one, and the most of what they read."""

Edges: TypeAlias = tuple[int, int]
"""The first and the last of a run of pixels."""


class AxisField(Struct, frozen=True, gc=False):
    """What the units along a layer's axis ``axis`` see of one axis of an input; with no axis, all see ``everything``.

    ``finite`` fields repeat nothing: there is a phase for each unit. ``everything`` is what each unit sees besides;
    ``lost`` says that the places could not be followed; ``covers`` that the first unit surely sees the input's first
    pixel, and the last its last. Where an axis holds several axes in row-major order, position t
    is unit ``t // inner % extent``.
    """

    axis: int | None
    firsts: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    shift: int = 1
    everything: Edges | None = None
    finite: bool = False
    lost: bool = False
    covers: bool = False
    inner: int = 1
    extent: int | None = None

    def edges(self, unit: int) -> Edges | None:
        """The first and the last pixel that a unit sees in its own place, padding included; None for none."""
        if self.extent is not None:
            unit = unit // self.inner % self.extent
        quotient, phase = divmod(unit, len(self.firsts))
        if not self.sizes[phase]:
            return None
        first = self.firsts[phase] + quotient * self.shift
        return first, first + self.sizes[phase] - 1


Seen: TypeAlias = dict[str, tuple[AxisField, ...]]
"""For each input that a layer sees, its field along each of the input's pixel axes."""

_UNRESOLVED: Edges = (1, 0)
_NOTHING: Edges = (0, -1)


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


class Misalignment(Struct, frozen=True):
    """Two branches of a layer whose centres differ by ``offset`` pixels along a pixel axis of an input, the second's
    less the first's; None where their jumps differ, so that they drift apart.
    """

    layer: str
    source: str
    axis: int
    branches: tuple[str, str]
    offset: Fraction | None
    jumps: tuple[Fraction, Fraction]


class Fields(Struct, frozen=True):
    """The fields of all layers, by name, and the branches that do not align."""

    seen: dict[str, Seen]
    misaligned: tuple[Misalignment, ...]


def follow(inputs: Mapping[str, Shape], rows: Sequence[Row]) -> Fields:
    """Walk over the layers once."""
    seen: dict[str, Seen] = {
        name: {name: tuple([AxisField(axis, (0,), (1,), covers=True) for axis in pixel_axes(shape)])}
        for name, shape in inputs.items()
    }
    misaligned: list[Misalignment] = []
    for row in rows:
        output = row.output_shape
        readings = row.layer.reads(*row.input_shapes)
        if len(readings) == 1 and not readings[0]:
            seen[row.name] = seen[row.inputs[0]]
            continue
        found = leading = _through(readings[0], seen[row.inputs[0]], inputs, row.input_shapes[0], output)
        for position, reading in enumerate(readings[1:], start=1):
            branch = _through(reading, seen[row.inputs[position]], inputs, row.input_shapes[position], output)
            if branch is not leading:
                misaligned += _differences(row, leading, branch, position)
                found = _united(found, branch, inputs, output)
        for fields in found.values():
            for field in fields:
                if field.everything is _UNRESOLVED:
                    found = _resolved(found, inputs, rows, row.name)
                    break
        seen[row.name] = found
    return Fields(seen, tuple(misaligned))


def _resolved(seen: Seen, inputs: Mapping[str, Shape], rows: Sequence[Row], layer: str) -> Seen:
    """The fields with what all of the layer's units together see, exactly, where a unit sees everything."""
    edges = reach(inputs, rows, layer)
    return {
        name: tuple(
            replace(field, everything=edge) if field.everything is _UNRESOLVED else field
            for field, edge in zip(fields, edges[name], strict=True)
        )
        for name, fields in seen.items()
        if name in edges
    }


def _through(reading: Reading, seen: Seen, inputs: Mapping[str, Shape], x: Shape, output: Shape) -> Seen:
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
                fields = tuple([_rearranged(field, groups, step) for field in fields])
            else:
                fields = tuple(
                    [_along(field, step, size, before, after) for field, size in zip(fields, pixels, strict=True)]
                )
        found[name] = fields
    return found


def _along(field: AxisField, axes: Axes, pixels: int, x: Shape, output: Shape) -> AxisField:
    """The field along an axis of so many pixels, read so from a shape into another."""
    if field.axis is None:
        return field
    along = axes[field.axis]
    if type(along) is Sliding and _plain(field):
        if along.kernel == along.stride == 1 and not along.before:
            return field if along.axis == field.axis else replace(field, axis=along.axis)
        shift = field.shift
        return AxisField(
            along.axis,
            (field_first(field.firsts[0], along.before, shift),),
            (field_size(field.sizes[0], effective_kernel(along.kernel, along.dilation), shift),),
            field_jump(shift, along.stride),
            field.everything,
            covers=field.covers and _reads_both_ends(along, x[field.axis], output[along.axis]),
        )
    if isinstance(along, Everything):
        if field.lost and not all(isinstance(other, Everything) for other in axes):
            return field
        everything = (0, pixels - 1) if field.covers or field.everything == (0, pixels - 1) else _UNRESOLVED
        if along.axis is not None and not field.lost:
            return replace(field, axis=along.axis, everything=everything)
        return AxisField(None, everything=everything)
    if field.lost or along == Sliding(along.axis):
        return replace(field, axis=along.axis)
    return _composed(field, along, x[field.axis], output[along.axis])


def _reads_both_ends(along: Along, size: int, count: int) -> bool:
    """Whether the first output element reads the first input element, and the last the last."""
    if type(along) is Sliding and along.dilation == 1:
        behind = size - 1 - (count - 1) * along.stride + along.before
        return 0 <= along.before < along.kernel and 0 <= behind < along.kernel
    quotient, phase = divmod(count - 1, along.period)
    return 0 in along.taps(0) and size - 1 - quotient * along.shift in along.taps(phase)


def _composed(field: AxisField, along: Along, size: int, count: int) -> AxisField:
    """The field through a relation of any kind, phase by phase, from an axis of ``size`` to one of ``count``."""
    period = len(field.firsts)
    finite = field.finite or along.bounded or field.extent is not None
    phases, shift = count, 0
    if not finite:
        phases = along.period * (period // gcd(along.shift, period))
        shift = field.shift * (along.shift * (phases // along.period)) // period
    lost = AxisField(along.axis, everything=field.everything, lost=True)
    if phases > _MOST_PHASES:
        return lost
    firsts: list[int] = []
    sizes: list[int] = []
    work = 0
    for unit in range(phases):
        quotient, phase = divmod(unit, along.period)
        taps = along.taps(phase)
        if period == 1 and not finite and len(taps) > 1:
            taps = (min(taps), max(taps))
        work += len(taps)
        if work > _MOST_TAPS:
            return lost
        read = [quotient * along.shift + tap for tap in taps]
        if finite:
            read = [max(min(tap, size - 1), 0) if along.border == "clamp" else tap for tap in read]
            read = [tap for tap in read if 0 <= tap < size]
        edges = [edge for edge in map(field.edges, read) if edge is not None]
        low, high = min(edges, default=_NOTHING)[0], max((high for _, high in edges), default=_NOTHING[1])
        firsts.append(low)
        sizes.append(high - low + 1)
    covers = field.covers and _reads_both_ends(along, size, count)
    return AxisField(along.axis, tuple(firsts), tuple(sizes), shift, field.everything, finite, covers=covers)


def _rearranged(field: AxisField, groups: Sequence[tuple[list[int], list[int]]], step: Rearranged) -> AxisField:
    """The field along the axis that its own becomes, is put into, or is taken out of again."""
    if field.axis is None:
        return field
    ours, theirs = next(group for group in groups if field.axis in group[0])
    if not theirs:
        return AxisField(None, everything=field.everything if field.covers and field.everything else _UNRESOLVED)
    if len(ours) == len(theirs) == 1:
        return replace(field, axis=theirs[0])
    if not field.lost and len(theirs) == 1 and field.extent is None:
        inner = prod([step.before[axis] for axis in ours[ours.index(field.axis) + 1 :]])
        return replace(field, axis=theirs[0], inner=inner, extent=step.before[field.axis])
    if not field.lost and len(ours) == 1 and field.extent is not None:
        for position, axis in enumerate(theirs):
            inner = prod([step.after[later] for later in theirs[position + 1 :]])
            if inner == field.inner and step.after[axis] == field.extent:
                return replace(field, axis=axis, inner=1, extent=None)
    return AxisField(theirs[0], everything=field.everything, lost=True)


def _united(a: Seen, b: Seen, inputs: Mapping[str, Shape], output: Shape) -> Seen:
    """What is seen through either of two branches."""
    united = a | b
    for name in a.keys() & b.keys():
        sizes = [inputs[name][axis] for axis in pixel_axes(inputs[name])]
        united[name] = tuple(
            [
                one if one is other or one == other else _union(one, other, size, output)
                for one, other, size in zip(a[name], b[name], sizes, strict=True)
            ]
        )
    return united


def _union(a: AxisField, b: AxisField, size: int, output: Shape) -> AxisField:
    simple = a.shift == b.shift and _plain(a) and _plain(b)
    if simple and a.axis == b.axis and a.everything == b.everything:
        first = min(a.firsts[0], b.firsts[0])
        behind = max(a.firsts[0] + a.sizes[0], b.firsts[0] + b.sizes[0])
        covers = a.covers or b.covers
        return AxisField(a.axis, (first,), (behind - first,), a.shift, a.everything, covers=covers)
    everything = a.everything
    if a.everything != b.everything:
        full = (0, size - 1)
        everything = full if full in (a.everything, b.everything) else _UNRESOLVED
    if a.axis is None or b.axis is None:
        return replace(b if a.axis is None else a, everything=everything or _UNRESOLVED)
    if a.lost or b.lost or a.axis != b.axis:
        return AxisField(a.axis, everything=everything, lost=True)
    alike = (a.inner, a.extent) == (b.inner, b.extent)
    count = a.extent if alike and a.extent is not None else output[a.axis]
    finite = a.finite or b.finite or not alike or not _same_jump(a, b)
    phases = count if finite else lcm(len(a.firsts), len(b.firsts))
    if phases > _MOST_PHASES:
        return AxisField(a.axis, everything=everything, lost=True)
    step = a.inner if alike else 1
    firsts, sizes = [], []
    for unit in range(phases):
        edges = [edge for edge in (a.edges(unit * step), b.edges(unit * step)) if edge is not None]
        low, high = min(edges, default=_NOTHING)[0], max((high for _, high in edges), default=_NOTHING[1])
        firsts.append(low)
        sizes.append(high - low + 1)
    shift = 0 if finite else a.shift * (phases // len(a.firsts))
    inner, extent = (a.inner, a.extent) if alike else (1, None)
    phases_of = (tuple(firsts), tuple(sizes))
    return AxisField(
        a.axis, *phases_of, shift, everything, finite, covers=a.covers or b.covers, inner=inner, extent=extent
    )


def _plain(field: AxisField) -> bool:
    """Whether every unit sees as many pixels, each as far from the next."""
    return not field.finite and field.extent is None and len(field.firsts) == 1 and bool(field.sizes[0])


def _same_jump(a: AxisField, b: AxisField) -> bool:
    return a.shift * len(b.firsts) == b.shift * len(a.firsts)


def _differences(row: Row, a: Seen, b: Seen, position: int) -> Iterator[Misalignment]:
    """Where the units of a branch look at other places than those of the first."""
    for name in a.keys() & b.keys():
        for axis, (one, other) in enumerate(zip(a[name], b[name], strict=True)):
            if one is other or one.axis is None or other.axis != one.axis or one.finite or other.finite:
                continue
            if one.shift == other.shift and _plain(one) and _plain(other):
                offset = 2 * (other.firsts[0] - one.firsts[0]) + other.sizes[0] - one.sizes[0]
                if not offset:
                    continue
            if one.lost or other.lost or (one.inner, one.extent) != (other.inner, other.extent):
                continue
            branches = (row.inputs[0], row.inputs[position])
            jumps = (Fraction(one.shift, len(one.firsts)), Fraction(other.shift, len(other.firsts)))
            if jumps[0] != jumps[1] and row.output_shape[one.axis] > 1:
                yield Misalignment(row.name, name, axis, branches, None, jumps)
                continue
            units = range(min(row.output_shape[one.axis], lcm(len(one.firsts), len(other.firsts))))
            offsets = [_centre(other, unit) - _centre(one, unit) for unit in units if _sees(one, unit, other)]
            furthest = max(offsets, key=abs, default=Fraction(0))
            if furthest:
                yield Misalignment(row.name, name, axis, branches, furthest, jumps)


def _sees(a: AxisField, unit: int, b: AxisField) -> bool:
    return a.edges(unit) is not None and b.edges(unit) is not None


def _centre(field: AxisField, unit: int) -> Fraction:
    edges = field.edges(unit)
    assert edges is not None
    return Fraction(edges[0] + edges[1] + 1, 2)


def summed_up(fields: Sequence[AxisField], input_shape: Shape, output: Shape) -> ReceptiveField:
    """The fields along all pixel axes of an input in one."""
    sizes = [input_shape[axis] for axis in pixel_axes(input_shape)]
    columns = zip(*(_figures(field, size, output) for field, size in zip(fields, sizes, strict=True)), strict=True)
    return ReceptiveField(*columns)


def _figures(field: AxisField, size: int, output: Shape) -> tuple[object, ...]:
    jump: Fraction | int | None = None
    if field.axis is not None and not field.lost and not field.finite and field.extent is None:
        exact = Fraction(field.shift, len(field.firsts))
        jump = int(exact) if exact.denominator == 1 else exact
    if field.everything is not None:
        first, last = field.everything
        extent = last - first + 1
        return extent, jump, first + extent / 2, (0, 0), True, extent
    if field.lost or field.axis is None:
        return None, None, None, None, False, None
    count = output[field.axis] if field.extent is None else field.extent
    near = min(len(field.firsts), count)
    step = field.inner
    ends = [field.edges(unit * step) for unit in (*range(near), *range(max(near, count - near), count))]
    seen = [edge for edge in ends if edge is not None]
    padding = (max(0, *(-low for low, _ in seen)), max(0, *(high - size + 1 for _, high in seen))) if seen else (0, 0)
    start = None if ends[0] is None else float(_centre(field, 0))
    return max(field.sizes), jump, start, padding, False, min(field.sizes)
