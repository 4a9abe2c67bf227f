"""What the units along one axis of a layer see of one axis of an input, and what becomes of it layer by layer.

The units look at runs of pixels that repeat: unit ``q·period + phase`` sees ``sizes[phase]`` pixels (0 for none) from
``firsts[phase] + q·shift`` on, as if the input went on for ever. Most layers have one phase; transposed convolutions
and interpolation have more. Beside that a unit may see everything, through a global pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

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
_NOTHING: Edges = (0, -1)


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
    ``lost`` says that the places could not be followed; ``covers`` that the first unit surely sees the input's first
    pixel, and the last its last; ``partly`` that some units see nothing. Where an axis holds several axes in row-major
    order, position t is unit ``t // inner % extent``.
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
        if self.axis is None or self.lost or self.finite or self.extent is not None:
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
    if field.lost:
        whole = all(other.axis is None for other in axes)
        return AxisField(None, everything=UNRESOLVED) if whole else field
    if field.everything is not None and not field.partly:
        reads = zip(axes, x, strict=True)
        if not all(isinstance(other, Everything) or _reads_always(other, size, output) for other, size in reads):
            field = replace(field, partly=True)
    if field.axis is None:
        return field
    along = axes[field.axis]
    if type(along) is Sliding and is_plain(field):
        return _slid(field, along, x[field.axis], output[along.axis])
    if isinstance(along, Everything):
        everything = (0, pixels - 1) if field.covers or field.everything == (0, pixels - 1) else UNRESOLVED
        if along.axis is not None:
            return replace(field, axis=along.axis, everything=everything, partly=False)
        return AxisField(None, everything=everything)
    if x[field.axis] == output[along.axis] and along == Sliding(along.axis):
        return replace(field, axis=along.axis)
    return _composed(field, along, x[field.axis], output[along.axis], budget)


def _slid(field: AxisField, along: Sliding, size: int, count: int) -> AxisField:
    """The field through a window, where every unit sees as much."""
    if along.kernel == along.stride == 1 and not along.before and size == count:
        return field if along.axis == field.axis else replace(field, axis=along.axis)
    first = field_first(field.firsts[0], along.before, field.shift)
    extent = field_size(field.sizes[0], effective_kernel(along.kernel, along.dilation), field.shift)
    shift = field_jump(field.shift, along.stride)
    if not (-_FURTHEST < first < _FURTHEST and extent < _FURTHEST and shift < _FURTHEST):
        return AxisField(None, everything=field.everything, lost=True)
    covers = field.covers & _reads_both_ends(along, size, count)
    return AxisField(along.axis, (first,), (extent,), shift, field.everything, covers=covers, partly=field.partly)


def _reads_always(along: Along, size: int, output: Shape) -> bool:
    """Whether every output element surely reads an element that is there."""
    if isinstance(along, Sliding):
        if along.kernel == along.stride == 1 and not along.before:
            return output[along.axis] <= size
        last = (output[along.axis] - 1) * along.stride - along.before
        behind = effective_kernel(along.kernel, along.dilation) - 1
        ends = along.before <= behind and last < size
        return ends and (along.dilation == 1 or (along.before == 0 and last + behind < size))
    return along.always


def _reads_both_ends(along: Along, size: int, count: int) -> bool:
    """Whether the first output element reads the first input element, and the last the last."""
    if type(along) is Sliding and along.dilation == 1:
        behind = size - 1 - (count - 1) * along.stride + along.before
        return (along.before >= 0) & (along.before < along.kernel) & (behind >= 0) & (behind < along.kernel)
    quotient, phase = divmod(count - 1, along.period)
    return (0 in along.taps(0)) & (size - 1 - quotient * along.shift in along.taps(phase))


def _composed(field: AxisField, along: Along, size: int, count: int, budget: Budget) -> AxisField:
    """The field through a relation of any kind, phase by phase, from an axis of ``size`` to one of ``count``."""
    period = len(field.firsts)
    finite = field.finite or along.bounded or field.extent is not None
    phases, shift = count, 0
    if not finite:
        phases = along.period * (period // gcd(along.shift, period))
        shift = field.shift * (along.shift * (phases // along.period)) // period
    lost = AxisField(None, everything=field.everything, lost=True)
    if phases > _MOST_PHASES:
        return lost
    grows = isinstance(along, Until)
    firsts: list[int] = []
    sizes: list[int] = []
    for unit in range(phases):
        quotient, phase = divmod(unit, along.period)
        taps = along.taps(phase)[-1:] if grows else along.taps(phase)
        if period == 1 and not finite and len(taps) > 1:
            taps = (taps[0], taps[-1]) if isinstance(taps, range) else (min(taps), max(taps))
        if not budget.spend(len(taps) + 2):
            return lost
        read = [quotient * along.shift + tap for tap in taps]
        if finite:
            read = [max(min(tap, size - 1), 0) if along.border == "clamp" else tap for tap in read]
            read = [tap for tap in read if 0 <= tap < size]
        edges = [edge for edge in map(field.edges, read) if edge is not None]
        if grows and sizes and sizes[-1]:
            edges.append((firsts[-1], firsts[-1] + sizes[-1] - 1))
        low, high = min(edges, default=_NOTHING)[0], max((high for _, high in edges), default=_NOTHING[1])
        firsts.append(low)
        sizes.append(high - low + 1)
    covers = field.covers & _reads_both_ends(along, size, count)
    if max(map(abs, firsts)) > _FURTHEST or max(sizes) > _FURTHEST or shift > _FURTHEST:
        return lost
    runs = (tuple(firsts), tuple(sizes))
    return AxisField(along.axis, *runs, shift, field.everything, finite, covers=covers, partly=field.partly)


def in_other_shape(field: AxisField, groups: Sequence[tuple[list[int], list[int]]], step: Rearranged) -> AxisField:
    """The field along the axis that its own becomes, is put into, or is taken out of again."""
    if field.axis is None or field.lost:
        return field
    ours, theirs = next(group for group in groups if field.axis in group[0])
    if not theirs:
        return AxisField(None, everything=UNRESOLVED)
    if len(ours) == len(theirs) == 1:
        return replace(field, axis=theirs[0])
    if len(theirs) == 1 and field.extent is None:
        inner = prod([step.before[axis] for axis in ours[ours.index(field.axis) + 1 :]])
        return replace(field, axis=theirs[0], inner=inner, extent=step.before[field.axis])
    if len(ours) == 1 and field.extent is not None:
        for position, axis in enumerate(theirs):
            inner = prod([step.after[later] for later in theirs[position + 1 :]])
            if inner == field.inner and step.after[axis] == field.extent:
                return replace(field, axis=axis, inner=1, extent=None)
    return AxisField(None, everything=field.everything, lost=True)


def union(a: AxisField, b: AxisField, size: int, output: Shape, budget: Budget) -> AxisField:
    """What a unit sees that sees both, of an input's axis of ``size`` pixels."""
    simple = a.shift == b.shift and is_plain(a) and is_plain(b) and not (a.partly or b.partly)
    if simple and a.axis == b.axis and a.everything == b.everything:
        first = min(a.firsts[0], b.firsts[0])
        behind = max(a.firsts[0] + a.sizes[0], b.firsts[0] + b.sizes[0])
        covers = a.covers | b.covers
        return AxisField(a.axis, (first,), (behind - first,), a.shift, a.everything, covers=covers)
    seen = [field.everything for field in (a, b) if field.everything is not None and not field.partly]
    everything = (min(low for low, _ in seen), max(high for _, high in seen)) if seen else None
    if everything == (0, size - 1):
        placed = next((field for field in (a, b) if field.axis is not None), a)
        if a.lost or b.lost or a.axis is None or b.axis is None or a.axis != b.axis:
            return replace(placed, everything=everything, lost=False, partly=False)
    partly = [field.everything for field in (a, b) if field.everything is not None and field.partly]
    beyond = any(not everything or low < everything[0] or everything[1] < high for low, high in partly)
    if a.lost or b.lost or beyond:
        return AxisField(None, everything=everything, lost=True)
    if a.axis is None or b.axis is None:
        return replace(b if a.axis is None else a, everything=everything, partly=False)
    if a.axis != b.axis:
        return AxisField(None, everything=everything, lost=True)
    alike = (a.inner, a.extent) == (b.inner, b.extent)
    count = a.extent if alike and a.extent is not None else output[a.axis]
    finite = a.finite or b.finite or not alike or not _same_jump(a, b)
    phases = count if finite else lcm(len(a.firsts), len(b.firsts))
    if phases > _MOST_PHASES or not budget.spend(phases):
        return AxisField(None, everything=everything, lost=True)
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
        a.axis, *phases_of, shift, everything, finite, covers=a.covers | b.covers, inner=inner, extent=extent
    )


def is_plain(field: AxisField) -> bool:
    """Whether every unit sees as many pixels, each as far from the next."""
    return not field.finite and field.extent is None and len(field.firsts) == 1 and bool(field.sizes[0])


def _same_jump(a: AxisField, b: AxisField) -> bool:
    return a.shift * len(b.firsts) == b.shift * len(a.firsts)
