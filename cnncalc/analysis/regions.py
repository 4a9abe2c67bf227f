"""Exact sets of elements, and what a layer makes of them: which it reads for some, and which are made of some.

Along one axis a set is a ``range`` where it can be, else a sorted tuple. A region is the product of one set an axis; a
set of elements is a list of regions, of which none holds another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain, pairwise, product
from math import prod
from typing import TypeAlias

from cnncalc.errors import CnncalcError
from cnncalc.layers.base import Shape
from cnncalc.layers.reading import NOTHING, Along, Axes, Everything, Reading, Rearranged, shapes_along

Indices: TypeAlias = "range | tuple[int, ...]"
Region: TypeAlias = tuple[Indices, ...]

_MOST_INDICES = 1_000_000
_MOST_REGIONS = 512


def whole(shape: Shape) -> Region:
    """Every element of a tensor."""
    return tuple(map(range, shape))


def indices(values: Iterable[int]) -> Indices:
    """A set of numbers as a range where they are evenly spaced."""
    ordered = sorted(set(values))
    if not ordered:
        return range(0)
    step = ordered[1] - ordered[0] if len(ordered) > 1 else 1
    even = range(ordered[0], ordered[-1] + 1, step)
    return even if len(even) == len(ordered) and list(even) == ordered else tuple(ordered)


def contains(outer: Indices, inner: Indices) -> bool:
    """Whether all of ``inner`` are among ``outer``."""
    if isinstance(outer, range):
        if isinstance(inner, range):
            inner = (*inner[:2], *inner[-1:])  # the others lie between, as far apart as the first two
        return all(index in outer for index in inner)
    return set(outer).issuperset(inner)


def _joined(a: Indices, b: Indices) -> Indices:
    if isinstance(a, range) and isinstance(b, range) and a.step == b.step == 1:
        first, second = sorted((a, b), key=lambda found: found.start)
        if second.start <= first.stop:
            return range(first.start, max(first.stop, second.stop))
    _bounded(len(a) + len(b))
    return indices((*a, *b))


def _bounded(count: int) -> None:
    if count > _MOST_INDICES:
        raise CnncalcError(f"more than {_MOST_INDICES:,} elements would have to be followed one by one")


def _sums(first: range, second: range) -> Indices:
    """Every sum of an element of one and an element of the other."""
    fine, coarse = sorted((first, second), key=lambda run: (len(run) == 1, run.step))
    if len(coarse) > 1 and (coarse.step % fine.step or coarse.step > fine.step * len(fine)):
        _bounded(len(fine) * len(coarse))
        return indices(a + b for a in fine for b in coarse)
    return range(fine[0] + coarse[0], fine[-1] + coarse[-1] + 1, fine.step)


def _within(found: Indices, size: int) -> Indices:
    """Those of some elements that an axis has."""
    if isinstance(found, range):
        return range(max(found.start, found.start % found.step), min(found.stop, size), found.step)
    return indices(index for index in found if 0 <= index < size)


def brought_inside(found: Indices, border: str, size: int) -> Indices:
    """What stands for elements of which some lie outside of an axis."""
    inside = _within(found, size)
    if border == "nothing" or len(inside) == len(found):
        return inside
    if border == "reflect":
        _bounded(len(found))
        return indices(min(abs(index), 2 * (size - 1) - index) for index in found)
    for end in (found[0], found[-1]):
        nearest = min(max(end, 0), size - 1)
        inside = _joined(inside, range(nearest, nearest + 1))
    return inside


@lru_cache(maxsize=4096)
def _seamless(along: Along) -> bool:
    """Whether neighbouring elements of the output read neighbouring or common elements, without holes."""
    _bounded(along.period)
    spans = [taps_of(along, unit) for unit in range(along.period if along.bounded else along.period + 1)]
    runs = [span for span in spans if isinstance(span, range) and span and len(span) == span[-1] - span[0] + 1]
    edges = [(run[0], run[-1]) for run in runs]
    return len(edges) == len(spans) and all(a[0] <= b[0] <= a[1] + 1 and a[1] <= b[1] for a, b in pairwise(edges))


def taps_of(along: Along, unit: int) -> Indices:
    """What one element of the output reads; what is listed as it is listed."""
    quotient, phase = divmod(unit, along.period)
    taps, moved = along.taps(phase), quotient * along.shift
    if isinstance(taps, range):
        return range(taps.start + moved, taps.stop + moved, taps.step)
    return tuple(taps)  # listed for each unit by itself


def read_along(along: Along, units: Indices, size: int) -> Indices:
    """The elements of an axis of ``size`` that some elements of the output's axis read."""
    if not units:
        return units
    found: Indices
    taps = along.taps(0)
    if along.period == 1 and isinstance(units, range) and isinstance(taps, range):
        firsts = range(units[0] * along.shift, units[-1] * along.shift + 1, units.step * along.shift)
        found = _sums(firsts, taps)
    elif isinstance(units, range) and units.step == 1 and _seamless(along):
        found = range(taps_of(along, units[0])[0], taps_of(along, units[-1])[-1] + 1)
    else:
        _bounded(len(units))
        read_by_each = [taps_of(along, unit) for unit in units]
        _bounded(sum(map(len, read_by_each)))
        found = indices(chain.from_iterable(read_by_each))
    return brought_inside(found, along.border, size)


def made_along(along: Along, elements: Indices, size: int, count: int) -> Indices:
    """Those of ``count`` elements of the output's axis that read some elements of an axis of ``size``."""
    period, shift = along.period, along.shift
    ends = (range(1), range(count - 1, count))
    if len(elements) == size and _seamless(along) and all(read_along(along, end, size) for end in ends):
        return range(count)
    phases = range(min(period, count))
    _bounded(max(len(phases), len(elements)))
    reads = [(phase, along.taps(phase)) for phase in phases]
    reached = {*elements, *_standing_for(along, elements, size, count)}
    _bounded(sum(len(taps) for _, taps in reads) * len(reached))
    units = {
        (element - tap) // shift * period + phase
        for phase, taps in reads
        for tap in taps
        for element in reached
        if (element - tap) % shift == 0
    }
    return indices(unit for unit in units if 0 <= unit < count)


def _standing_for(along: Along, elements: Indices, size: int, count: int) -> Iterator[int]:
    """The places outside of an axis at which some of its elements are read instead."""
    if along.border == "nothing":
        return
    lowest = min(taps_of(along, unit)[0] for unit in range(count)[: along.period])
    highest = max(taps_of(along, unit)[-1] for unit in range(count)[-along.period :])
    before, behind = range(lowest, 0), range(size, highest + 1)
    _bounded(len(before) + len(behind))
    for place in (*before, *behind):
        if contains(elements, brought_inside((place,), along.border, size)):
            yield place


def aligned_axes(before: Shape, after: Shape) -> Iterator[tuple[list[int], list[int]]]:
    """The fewest axes at a time that hold the same elements in both shapes; axes of size 1 stand alone."""
    left = [axis for axis, size in enumerate(before) if size != 1]
    right = [axis for axis, size in enumerate(after) if size != 1]
    yield from (([axis], []) for axis, size in enumerate(before) if size == 1)
    yield from (([], [axis]) for axis, size in enumerate(after) if size == 1)
    while left:
        ours, theirs = [left.pop(0)], [right.pop(0)]
        while (a := prod(before[axis] for axis in ours)) != (b := prod(after[axis] for axis in theirs)):
            ours.append(left.pop(0)) if a < b else theirs.append(right.pop(0))
        yield ours, theirs


def _unravelled(flat: AbstractSet[int], sizes: Sequence[int]) -> list[Region]:
    """Positions in row-major order as regions of some axes."""
    if len(sizes) == 1:
        return [(indices(flat),)]
    inner = prod(sizes[1:])
    rows: dict[int, set[int]] = {}
    for position in flat:
        rows.setdefault(position // inner, set()).add(position % inner)
    alike: dict[frozenset[int], list[int]] = {}
    for row, rest in rows.items():
        alike.setdefault(frozenset(rest), []).append(row)
    return [(indices(found), *region) for rest, found in alike.items() for region in _unravelled(rest, sizes[1:])]


def rearranged(region: Region, before: Shape, after: Shape) -> Iterator[Region]:
    """The same elements as regions of another shape."""
    parts: list[list[dict[int, Indices]]] = []
    for ours, theirs in aligned_axes(before, after):
        sizes = [after[axis] for axis in theirs]
        if len(ours) == len(theirs) == 1:
            found: list[Region] = [tuple(region[axis] for axis in ours)]
        elif all(len(region[axis]) == before[axis] for axis in ours):
            found = [whole(tuple(sizes))]
        else:
            _bounded(prod(len(region[axis]) for axis in ours))
            flat = {0}
            for axis in ours:
                flat = {position * before[axis] + index for position in flat for index in region[axis]}
            found = _unravelled(flat, sizes)
        parts.append([dict(zip(theirs, piece, strict=True)) for piece in found])
    for chosen in product(*parts):
        by_axis = {axis: found for piece in chosen for axis, found in piece.items()}
        yield tuple(by_axis[axis] for axis in range(len(after)))


def read(reading: Reading, region: Region, x: Shape, output: Shape) -> list[Region]:
    """What a region of a layer's output reads of an input of shape ``x``."""
    if reading == NOTHING:
        return []
    regions = [region]
    shapes = shapes_along(reading, x, output)
    for step, before in zip(reversed(reading), reversed(shapes[:-1]), strict=True):
        if isinstance(step, Rearranged):
            regions = [piece for found in regions for piece in rearranged(found, step.after, step.before)]
        else:
            regions = [_read_axes(step, found, before) for found in regions]
    return [found for found in regions if all(found)]


def _read_axes(axes: Axes, region: Region, x: Shape) -> Region:
    return tuple(
        [
            range(size) if isinstance(along, Everything) else read_along(along, region[along.axis], size)
            for along, size in zip(axes, x, strict=True)
        ]
    )


def made(reading: Reading, region: Region, x: Shape, output: Shape) -> list[Region]:
    """What of a layer's output reads something of a region of an input of shape ``x``."""
    if reading == NOTHING:
        return []
    regions = [region]
    shapes = shapes_along(reading, x, output)
    for step, before, after in zip(reading, shapes, shapes[1:], strict=False):
        if isinstance(step, Rearranged):
            regions = [piece for found in regions for piece in rearranged(found, step.before, step.after)]
        else:
            regions = [_made_axes(step, found, before, after) for found in regions]
    return [found for found in regions if all(found)]


def _made_axes(axes: Axes, region: Region, x: Shape, output: Shape) -> Region:
    found: list[Indices] = [range(size) for size in output]
    for along, elements, size in zip(axes, region, x, strict=True):
        if isinstance(along, Along):
            found[along.axis] = made_along(along, elements, size, output[along.axis])
    return tuple(found)


def add(regions: list[Region], region: Region) -> None:
    """Add a region to a set, joined with another where they differ along one axis only.

    Raises CnncalcError for too many that cannot be joined.
    """
    for other in regions:
        if all(map(contains, other, region)):
            return
    regions[:] = [other for other in regions if not all(map(contains, region, other))]
    for other in regions:
        unlike = [axis for axis, found in enumerate(region) if found != other[axis]]
        if len(unlike) == 1:
            (axis,) = unlike
            add(regions, (*region[:axis], _joined(other[axis], region[axis]), *region[axis + 1 :]))
            return
    if len(regions) >= _MOST_REGIONS:
        raise CnncalcError(f"what is seen falls into more than {_MOST_REGIONS:,} pieces")
    regions.append(region)


def count(regions: Sequence[Region]) -> int:
    """How many elements a set has, each counted once though several regions may hold it."""
    if not regions:
        return 0
    first, *others = regions
    if not others or not first:
        return prod(map(len, first))
    holders: Counter[tuple[Region, ...]] = Counter()
    for value in set().union(*(region[0] for region in regions)):
        holders[tuple(region[1:] for region in regions if value in region[0])] += 1
    return sum(times * count(held) for held, times in holders.items())


def hull(regions: Iterable[Region]) -> tuple[tuple[int, int], ...]:
    """The first and the last element along each axis."""
    edges = [[(found[0], found[-1]) for found in region] for region in regions]
    return tuple((min(low for low, _ in axis), max(high for _, high in axis)) for axis in zip(*edges, strict=True))
