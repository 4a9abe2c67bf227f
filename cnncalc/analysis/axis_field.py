"""What the units along one axis of a layer see of one axis of an input, and what becomes of it layer by layer.

The units look at runs of pixels that repeat: unit ``q·period + phase`` sees ``sizes[phase]`` pixels (0 for none) from
``firsts[phase] + q·shift`` on, as if the input went on for ever. Most layers have one phase; transposed convolutions
and interpolation have more. Beside that a unit may see everything, through a global pool.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.analysis.regions import brought_inside, taps_of
from cnncalc.arithmetic import quotient
from cnncalc.layers.base import Shape
from cnncalc.layers.formulas import effective_kernel, field_first, field_jump, field_size
from cnncalc.layers.reading import Along, Axes, Everything, Rearranged, Sliding, Until

_FURTHEST = 10**15
"""Where no pixel is any more; what lies beyond is lost."""
_MOST_PHASES = 65_536
"""The most units of one layer that are looked at one by one."""

Edges: TypeAlias = tuple[int, int]
"""The first and the last of a run of pixels."""

UNRESOLVED: Edges = (1, 0)
"""Stands for everything that a layer sees, as long as it is not known what that is."""


class Budget(Struct):
    """How much more may be looked at one by one, so that no spec takes long."""

    left: int

    def spend(self, amount: int) -> bool:
        """Take some of it; whether there was enough left."""
        self.left -= amount
        return self.left >= 0


class AxisField(Struct, frozen=True, gc=False):
    """What the units along a layer's axis ``axis`` see of one axis of an input; with no axis, all see ``everything``.

    ``finite`` fields repeat nothing: there is a phase for each unit. ``everything`` is what each unit sees besides;
    ``lost`` says that the places could not be followed, so that there is no axis; ``covers`` that the first unit surely
    sees the input's first pixel, and the last its last; ``partly`` that some units see nothing. Where an axis holds
    several axes in row-major order, position t is unit ``t // inner % extent``.
    """

    axis: int | None
    firsts: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    shift: int = 1
    everything: Edges | None = None
    finite: bool = False
    lost: bool = False
    covers: bool = False
    partly: bool = False
    inner: int = 1
    extent: int | None = None

    @property
    def jump(self) -> Fraction | None:
        """How many pixels lie between neighbouring units; None where they have no such distance."""
        if self.axis is None or self.finite or self.extent is not None:
            return None
        jump: Fraction = quotient(self.shift, len(self.firsts))
        return jump

    def centre(self, unit: int) -> Fraction | None:
        """The middle of what a unit sees in its own place, where pixel i spans [i, i + 1]; None of nothing."""
        edges = self.edges(unit)
        return None if edges is None else quotient(edges[0] + edges[1] + 1, 2)

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


def along_axes(field: AxisField, axes: Axes, pixels: int, x: Shape, output: Shape, budget: Budget) -> AxisField:
    """The field along an axis of so many pixels, read so from a shape into another."""
    if field.everything is not None:
        reads = zip(axes, x, strict=True)
        if not all(isinstance(other, Everything) or _reads_always(other, size, output) for other, size in reads):
            field = replace(field, partly=True)
    if field.axis is None:
        pooled = (field.lost or field.partly) and all(other.axis is None for other in axes)
        return AxisField(None, everything=UNRESOLVED) if pooled else field
    along = axes[field.axis]
    if isinstance(along, Everything):
        everything = (0, pixels - 1) if field.covers or field.everything == (0, pixels - 1) else UNRESOLVED
        if along.axis is not None:
            return replace(field, axis=along.axis, everything=everything, partly=False)
        return AxisField(None, everything=everything)
    size, count = x[field.axis], output[along.axis]
    if type(along) is Sliding:
        if along.kernel == along.stride == 1 and not along.before and size == count:
            return replace(field, axis=along.axis)
        if is_plain(field):
            return _slid(field, along, size, count)
    return _composed(field, along, size, count, budget)


def _slid(field: AxisField, along: Sliding, size: int, count: int) -> AxisField:
    """The field through a window, where every unit sees as much."""
    (first,), (extent,) = field.firsts, field.sizes
    first = field_first(first, along.before, field.shift)
    extent = field_size(extent, effective_kernel(along.kernel, along.dilation), field.shift)
    shift = field_jump(field.shift, along.stride)
    if not _near(first, extent, shift):
        return _lost(field)
    covers = field.covers & _reads_both_ends(along, size, count)
    return AxisField(along.axis, (first,), (extent,), shift, field.everything, covers=covers, partly=field.partly)


def _lost(field: AxisField) -> AxisField:
    """What remains where places could not be followed."""
    return AxisField(None, everything=field.everything, lost=True, partly=field.partly)


def _near(first: int, size: int, shift: int) -> bool:
    """Whether there may be pixels where units look."""
    return -_FURTHEST < first < _FURTHEST and size < _FURTHEST and shift < _FURTHEST


def _reads_always(along: Along, size: int, output: Shape) -> bool:
    """Whether every output element surely reads an element that is there."""
    if not isinstance(along, Sliding) or along.border != "nothing":
        return along.always
    last = (output[along.axis] - 1) * along.stride - along.before
    behind = effective_kernel(along.kernel, along.dilation) - 1
    return along.before <= behind and last < size and (along.before <= 0 or along.dilation <= size)


def _reads_both_ends(along: Along, size: int, count: int) -> bool:
    """Whether the first output element reads the first input element, and the last the last."""
    return _reads(along, 0, 0) & _reads(along, count - 1, size - 1)


def _reads(along: Along, unit: int, element: int) -> bool:
    """Whether an output element reads an element."""
    if type(along) is Sliding and along.dilation == 1:
        place = element - unit * along.stride + along.before
        return (place >= 0) & (place < along.kernel)
    return element in taps_of(along, unit)


def _composed(field: AxisField, along: Along, size: int, count: int, budget: Budget) -> AxisField:
    """The field through a relation of any kind, phase by phase, from an axis of ``size`` to one of ``count``."""
    period = len(field.firsts)
    finite = field.finite or along.bounded or field.extent is not None
    phases, shift = count, 0
    if not finite:
        common = gcd(along.shift, period)
        phases, shift = along.period * (period // common), field.shift * (along.shift // common)
    if phases > _MOST_PHASES:
        return _lost(field)
    grows = isinstance(along, Until)
    seen: list[Edges | None] = []
    edges = None
    for unit in range(phases):
        taps = taps_of(along, unit)[-1:] if grows else taps_of(along, unit)
        if not budget.spend(len(taps) + 2):
            return _lost(field)
        read = brought_inside(taps, along.border, size) if finite else taps
        edges = _together([edges if grows else None, *map(field.edges, read)])
        seen.append(edges)
    covers = field.covers & _reads_both_ends(along, size, count)
    firsts, sizes = _runs(seen)
    if not all(_near(first, extent, shift) for first, extent in zip(firsts, sizes, strict=True)):
        return _lost(field)
    return AxisField(along.axis, firsts, sizes, shift, field.everything, finite, covers=covers, partly=field.partly)


def _together(seen: Iterable[Edges | None]) -> Edges | None:
    """The edges of what several see together, each of which may see nothing."""
    edges = [edge for edge in seen if edge is not None]
    if not edges:
        return None
    lows, highs = zip(*edges, strict=True)
    return min(lows), max(highs)


def _runs(seen: Iterable[Edges | None]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first pixels and the sizes of what units see."""
    runs = [(0, 0) if edges is None else (edges[0], edges[1] - edges[0] + 1) for edges in seen]
    return tuple([first for first, _ in runs]), tuple([size for _, size in runs])


def in_other_shape(field: AxisField, groups: Sequence[tuple[list[int], list[int]]], step: Rearranged) -> AxisField:
    """The field along the axis that its own becomes, is put into, or is taken out of again."""
    if field.axis is None:
        return field
    ours, theirs = next(group for group in groups if field.axis in group[0])
    if not theirs:
        return AxisField(None, everything=UNRESOLVED)
    if len(theirs) == 1:
        (axis,) = theirs
        if len(ours) == 1:
            return replace(field, axis=axis)
        if field.extent is None:
            inner = prod([step.before[later] for later in ours[ours.index(field.axis) + 1 :]])
            return replace(field, axis=axis, inner=inner, extent=step.before[field.axis])
    elif len(ours) == 1:
        for position, axis in enumerate(theirs):
            inner = prod([step.after[later] for later in theirs[position + 1 :]])
            if inner == field.inner and step.after[axis] == field.extent:
                return replace(field, axis=axis, inner=1, extent=None)
    return _lost(field)


def union(a: AxisField, b: AxisField, size: int, output: Shape, budget: Budget) -> AxisField:
    """What a unit sees that sees both, of an input's axis of ``size`` pixels."""
    alike = (a.axis, a.shift, a.everything) == (b.axis, b.shift, b.everything)
    if alike and is_plain(a) and is_plain(b) and not a.partly:  # as most are
        (one,), (other,), (size_of_one,), (size_of_other,) = a.firsts, b.firsts, a.sizes, b.sizes
        first, behind = min(one, other), max(one + size_of_one, other + size_of_other)
        return AxisField(a.axis, (first,), (behind - first,), a.shift, a.everything, covers=a.covers | b.covers)
    everything = _together(field.everything for field in (a, b) if not field.partly)
    lost = AxisField(None, everything=everything, lost=True)
    whole = everything == (0, size - 1)
    if not whole and (a.lost or b.lost or _together((a.everything, b.everything)) != everything):
        return lost
    if a.axis is None or b.axis is None or (whole and a.axis != b.axis):
        return replace(b if a.axis is None else a, everything=everything, lost=False, partly=False)
    if a.axis != b.axis:
        return lost
    same_row = (a.inner, a.extent) == (b.inner, b.extent)
    inner, extent = (a.inner, a.extent) if same_row else (1, None)
    finite = a.finite or not same_row or a.shift * len(b.firsts) != b.shift * len(a.firsts)
    phases = lcm(len(a.firsts), len(b.firsts))
    if finite:
        phases = output[a.axis] if extent is None else extent
    if phases > _MOST_PHASES or not budget.spend(phases):
        return lost
    firsts, sizes = _runs(_together((a.edges(unit * inner), b.edges(unit * inner))) for unit in range(phases))
    shift = 0 if finite else a.shift * (phases // len(a.firsts))
    return AxisField(
        a.axis, firsts, sizes, shift, everything, finite, covers=a.covers | b.covers, inner=inner, extent=extent
    )


def is_plain(field: AxisField) -> bool:
    """Whether every unit sees as many pixels, each as far from the next."""
    return not field.finite and field.extent is None and len(field.firsts) == 1 and field.sizes != (0,)
