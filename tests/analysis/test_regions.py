"""What is read along an axis, and sets of elements, against sets that are written out one by one."""

import math
from itertools import pairwise, product

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_oracle import KINDS, inside, read_by, relations

from cnncalc import CnncalcError
from cnncalc.analysis import regions
from cnncalc.layers.reading import NOTHING, Dealt, Everything, Rearranged, Sliding, each


def some_of(draw, size: int):
    return regions.indices(draw(st.sets(st.integers(0, size - 1)))) if draw(st.booleans()) else range(size)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100)
@given(st.data())
def test_what_is_read_along_an_axis(kind, data):
    along, size, count = data.draw(relations(kind))
    units = some_of(data.draw, count)
    expected = set().union(*(inside(read_by(along, unit), along.border, size) for unit in units))
    found = regions.read_along(along, units, size)
    assert found == regions.indices(expected)
    assert list(found) == sorted(expected)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100)
@given(st.data())
def test_what_is_made_along_an_axis(kind, data):
    along, size, count = data.draw(relations(kind))
    elements = some_of(data.draw, size)
    expected = {u for u in range(count) if inside(read_by(along, u), along.border, size) & set(elements)}
    assert list(regions.made_along(along, elements, size, count)) == sorted(expected)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(st.data())
def test_a_relation_that_always_reads_something_does(kind, data):
    """``always`` is of an axis that goes on for ever."""
    along, _size, count = data.draw(relations(kind))
    assert not along.always or all(read_by(along, unit) for unit in range(count))


@given(st.sets(st.integers(-9, 9)))
def test_evenly_spaced_numbers_are_a_range(values):
    found = regions.indices(values)
    ordered = sorted(values)
    assert list(found) == ordered
    steps = {after - before for before, after in pairwise(ordered)}
    assert isinstance(found, range) == (len(steps) < 2)


INDICES = st.sets(st.integers(0, 12)).map(regions.indices) | st.builds(range, st.integers(0, 6), st.integers(0, 13))


@given(INDICES, INDICES)
def test_one_set_holds_another(outer, inner):
    assert regions.contains(outer, inner) == (set(inner) <= set(outer))


def elements_of(found) -> set[tuple[int, ...]]:
    return set().union(*(product(*region) for region in found)) if found else set()


@st.composite
def boxes(draw):
    axes = draw(st.integers(1, 3))
    one = st.sets(st.integers(0, 4), min_size=1).map(regions.indices)
    return draw(st.lists(st.tuples(*[one] * axes), min_size=1, max_size=6))


@settings(max_examples=400)
@given(boxes())
def test_a_set_of_regions_holds_what_was_added_and_none_twice(added):
    found = []
    for region in added:
        regions.add(found, region)
    expected = elements_of(added)
    assert elements_of(found) == expected
    assert regions.count(found) == regions.count(added) == len(expected)
    for one, other in product(found, repeat=2):
        assert one is other or not elements_of([one]) <= elements_of([other])
        assert one is other or sum(a != b for a, b in zip(one, other, strict=True)) > 1  # else they were joined
    edges = zip(*expected, strict=True)
    assert regions.hull(found) == tuple((min(axis), max(axis)) for axis in edges)


def test_nothing_has_no_elements():
    assert regions.count([]) == 0


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_neighbours_are_one_range(gap):
    found = [(range(3, 6),)]
    regions.add(found, (range(3 - 2 - gap, 3 - gap),))
    assert elements_of(found) == {(place,) for place in (*range(1 - gap, 3 - gap), *range(3, 6))}
    assert isinstance(found[0][0], range) == (gap == 0)


SHAPES = [
    ((2, 3, 4), (6, 4)),
    ((2, 3, 4), (2, 12)),
    ((6, 4), (2, 3, 2, 2)),
    ((24,), (2, 3, 4)),
    ((2, 3, 4), (24,)),
    ((4, 6), (8, 3)),
    ((1, 4, 1, 3), (4, 3, 1)),
    ((4, 3), (3, 4)),
    ((2, 2, 3), (2, 2, 3)),
]


def places(found, shape) -> list[int]:
    """Positions in memory, in row-major order, one for each time that a region holds it."""
    numbered = numpy.arange(math.prod(shape)).reshape(shape)
    return sorted(int(numbered[element]) for region in found for element in product(*region))


@settings(max_examples=300)
@given(st.sampled_from(SHAPES), st.data())
def test_the_same_elements_in_another_shape(shapes, data):
    before, after = shapes
    region = tuple(some_of(data.draw, size) for size in before)
    assert places(regions.rearranged(region, before, after), after) == places([region], before)
    if all(region):
        made = regions.made((Rearranged(before, after),), region, before, after)
        read = regions.read((Rearranged(after, before),), region, after, before)
        assert places(made, after) == places(read, after) == places([region], before)


@pytest.mark.parametrize(("before", "after"), SHAPES)
def test_axes_are_aligned_by_the_fewest_at_a_time(before, after):
    found = list(regions.aligned_axes(before, after))
    for shape, side in ((before, 0), (after, 1)):
        assert sorted(axis for group in found for axis in group[side]) == list(range(len(shape)))
    for ours, theirs in found:
        assert math.prod(before[axis] for axis in ours) == math.prod(after[axis] for axis in theirs)
        parts = [
            {math.prod(shape[axis] for axis in group[:n]) for n in range(1, len(group))}
            for shape, group in ((before, ours), (after, theirs))
        ]
        assert not parts[0] & parts[1]
        assert 1 not in [*(before[axis] for axis in ours), *(after[axis] for axis in theirs)] or len(ours + theirs) == 1


@settings(max_examples=300)
@given(st.data())
def test_regions_through_a_layer_of_several_steps(data):
    """A window along one axis and all of another, transposed, and then put into one row."""
    rows, columns, kernel, stride = (data.draw(st.integers(1, 4)) for _ in range(4))
    size = (rows - 1) * stride + kernel
    x, mid, output = (3, size, columns), (columns, rows), (columns * rows,)
    reading = ((Everything(), Sliding(1, kernel, stride), each(0)), Rearranged(mid, output))
    seen = {
        (column * rows + row,): {(channel, row * stride + tap, column) for channel in range(3) for tap in range(kernel)}
        for column in range(columns)
        for row in range(rows)
    }
    units = (some_of(data.draw, output[0]),)
    assert elements_of(regions.read(reading, units, x, output)) == set().union(*(seen[(u,)] for u in units[0]))
    region = tuple(some_of(data.draw, extent) or range(extent) for extent in x)
    expected = {unit for unit, read in seen.items() if read & elements_of([region])}
    assert elements_of(regions.made(reading, region, x, output)) == expected
    assert regions.read(NOTHING, units, x, output) == regions.made(NOTHING, region, x, output) == []


def test_what_cannot_be_followed_one_by_one_is_refused():
    """Bounds that keep a spec from taking long; a million elements are still followed."""
    many = range(0, 2_000_000, 2)
    far = Dealt(0, 2, 10**6)
    assert len(regions.read_along(far, range(10**6), 2 * 10**6)) == 10**6
    with pytest.raises(CnncalcError, match="more than 1,000,000 elements would have to be followed one by one"):
        regions.read_along(far, range(10**6 + 1), 2 * 10**6)
    with pytest.raises(CnncalcError, match="more than 1,000,000 elements"):
        regions.add([(many,)], (range(1, 4, 2),))
    found = []
    for place in range(512):
        regions.add(found, (range(place, place + 1), range(place, place + 1)))
    with pytest.raises(CnncalcError, match="what is seen falls into more than 512 pieces"):
        regions.add(found, (range(512, 513), range(512, 513)))
    assert len(found) == 512
