"""What is read along an axis, and sets of elements, against sets that are written out one by one."""

import math
from itertools import pairwise, product

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_oracle import SMALL_RELATIONS, inside, read_by

from cnncalc import CnncalcError, layers
from cnncalc.analysis import regions
from cnncalc.layers.reading import (
    NOTHING,
    Binned,
    Dealt,
    Everything,
    Grouped,
    Placed,
    Rearranged,
    Resampled,
    Sliding,
    Spread,
    Until,
    each,
)


def some_of(draw, size: int):
    return regions.indices(draw(st.sets(st.integers(0, size - 1)))) if draw(st.booleans()) else range(size)


def sets_of(size: int):
    """Sets of every sort on an axis of so many: single ones, runs, evenly spaced ones and others."""
    everything = range(size)
    yield from (everything[first:behind] for first in range(size + 1) for behind in range(first, size + 1))
    yield from (everything[first::step] for first in range(2) for step in (2, 3))
    yield from (tuple(place for place in everything if place not in left) for left in ({1}, {0, 2}, {1, 2, 4}))


@pytest.mark.parametrize("kind", SMALL_RELATIONS)
def test_what_is_read_and_what_is_made_along_an_axis(kind):
    for along, size, count in SMALL_RELATIONS[kind]:
        read = [inside(read_by(along, unit), along.border, size) for unit in range(count)]
        for units in sets_of(count):
            found = regions.read_along(along, regions.indices(units), size)
            expected = regions.indices(set().union(*(read[unit] for unit in units)))
            assert (found, list(found)) == (expected, sorted(expected)), (along, units, size)
        for elements in sets_of(size):
            found = list(regions.made_along(along, regions.indices(elements), size, count))
            expected = [unit for unit in range(count) if not read[unit].isdisjoint(elements)]
            assert found == expected, (along, elements, size)


def test_evenly_spaced_numbers_are_a_range():
    for chosen in product((False, True), repeat=7):
        ordered = [place for place, taken in zip(range(-3, 4), chosen, strict=True) if taken]
        found = regions.indices(ordered[::-1])
        assert list(found) == ordered
        steps = {after - before for before, after in pairwise(ordered)}
        assert isinstance(found, range) == (len(steps) < 2)
    assert regions.indices([4]) == regions.indices([4, 4]) == range(4, 5)
    assert regions.indices([4]).step == 1


def test_one_set_holds_another():
    some = [
        *map(regions.indices, sets_of(8)),
        range(5, 3),
        range(1, 8, 3),
        range(2, 8, 5),
        (0, 2, 3),
        (0, 3, 5, 6),
        (0, 2, 3, 6),
    ]
    for outer, inner in product(some, repeat=2):
        assert regions.contains(outer, inner) == (set(inner) <= set(outer)), (outer, inner)


def test_long_sets_are_not_searched_through():
    """Nothing is listed that a run says shorter, and what is listed is looked up."""
    far = 10**12
    assert regions.contains(range(far), range(0, far, 2))
    assert regions.contains(range(1, far, 2), range(1, far, 6))
    assert not regions.contains(range(far - 1), range(far))
    assert not regions.contains(range(0, far, 4), range(0, far, 6))
    assert regions.indices({0, 1, far}) == (0, 1, far)
    squares = tuple(number * number for number in range(100_000))
    assert regions.contains(squares, squares)
    assert regions.read_along(each(0), range(far), 5) == range(5)
    padded = Sliding(0, before=1, at_border="clamp")
    assert regions.made_along(padded, range(5, 6), far, far + 2) == range(6, 7)
    assert regions.made_along(padded, range(far - 1, far), far, far + 2) == range(far, far + 2)


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


class Long:
    """Elements that nobody should look at one by one."""

    def __len__(self):
        return 10**12

    def __iter__(self):
        raise AssertionError("too many to look at")


def test_elements_of_one_region_are_not_looked_at():
    assert regions.count([]) == 0
    assert regions.count([(Long(), range(3))]) == 3 * 10**12
    assert regions.count([(range(2), Long()), (range(5, 6), Long())]) == 3 * 10**12
    assert regions.count([()]) == regions.count([(), ()]) == 1  # a single number


def test_two_sets_are_joined():
    for one, other in product(map(regions.indices, sets_of(7)), repeat=2):
        found = [(one,)] if one else []
        regions.add(found, (other,))
        if set(one) | set(other):
            assert found == [(regions.indices({*one, *other}),)], (one, other)


def test_neighbouring_runs_are_joined_at_once(ten):
    for first in (80, 50, 30):
        found = [(range(30, 80),)]
        regions.add(found, (range(first - 50, first),))
        assert found == [(range(first - 50, 80),)]
        found = [(range(first - 50, first),)]
        regions.add(found, (range(30, 80),))
        assert found == [(range(first - 50, 80),)]


SHAPES = [
    ((2, 3, 4), (6, 4)),
    ((2, 3, 4), (2, 12)),
    ((6, 4), (2, 3, 2, 2)),
    ((24,), (2, 3, 4)),
    ((2, 3, 4), (24,)),
    ((4, 6), (8, 3)),
    ((1, 4, 1, 3), (4, 3, 1)),
    ((4, 3, 1), (1, 4, 1, 3)),
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


REFUSED = "more than 1,000,000 elements would have to be followed one by one"


def test_what_lies_in_padding_reads_nothing():
    """The corners of an image, of which no part of a region may be empty."""
    window = ((Everything(), Sliding(1, 1, 1, 2), Sliding(2, 1, 1, 2)),)
    x, output = (3, 5, 5), (2, 9, 9)
    assert regions.read(window, (range(2), range(2), range(9)), x, output) == []
    assert regions.read(window, (range(2), range(9), range(7, 9)), x, output) == []
    assert regions.read(window, (range(2), range(3), range(6, 9)), x, output) == [(range(3), range(1), range(4, 5))]
    strided = ((Everything(), Sliding(1, 1, 4), Sliding(2, 1, 4)),)
    assert regions.made(strided, (range(3), range(1, 4), range(5)), x, (2, 2, 2)) == []
    assert regions.made(strided, (range(1), range(5), range(1, 4)), x, (2, 2, 2)) == []
    assert regions.made(strided, (range(1), range(5), range(1, 5)), x, (2, 2, 2)) == [(range(2), range(2), range(1, 2))]


def test_what_cannot_be_followed_one_by_one_is_refused():
    """Bounds that keep a spec from taking long; a million elements are still followed."""
    many = 10**6
    unread = Spread(0, 1, 100, 50)
    assert not regions.made_along(unread, range(many), 2 * many, 10)
    with pytest.raises(CnncalcError, match=f"^{REFUSED}$"):
        regions.made_along(unread, range(many + 1), 2 * many, 10)
    with pytest.raises(CnncalcError, match=f"^{REFUSED}$"):
        regions.add([(range(0, 2 * many, 2),)], (range(1, 4, 2),))


def test_pieces_that_cannot_be_joined_are_bounded():
    found = []
    for place in range(512):
        regions.add(found, (range(place, place + 1), range(place, place + 1)))
    with pytest.raises(CnncalcError, match=r"^what is seen falls into more than 512 pieces$"):
        regions.add(found, (range(512, 513), range(512, 513)))
    assert len(found) == 512
    regions.add(found, (range(513), range(513)))
    assert found == [(range(513), range(513))]


@pytest.fixture
def ten(monkeypatch):
    """No more than ten elements are followed one by one."""
    monkeypatch.setattr(regions, "_MOST_INDICES", 10)
    regions._seamless.cache_clear()
    yield
    regions._seamless.cache_clear()


@pytest.mark.parametrize(
    ("along", "units", "size"),
    [
        (Sliding(0, 3, 2, 1), range(50), 100),
        (Sliding(0, 1, 3), range(50), 150),
        (Sliding(0, 50, 1, 0, 2), range(1), 100),
        (Sliding(0, 2, 3, 0, 3), range(50), 153),
        (Sliding(0, 50, 4, 0, 2), range(2), 150),  # 0, 2 … 98 and 4, 6 … 102
        (Sliding(0, 2, 1), range(0, 50, 2), 60),  # windows side by side
        (Sliding(0, 20, 2, 0, 2), range(0, 40, 20), 100),
        (Sliding(0, 3, 1, 1, 1, "clamp"), range(50), 50),
        (Sliding(0, 3, 1, 5, 1, "clamp"), range(60), 50),
        (Sliding(0, 1, 1, 2, 1, "reflect"), range(2, 52), 60),
        (Placed(0, 3), range(50), 40),
        (Until(0, 10), range(10), 10),
        (Until(0, 10), range(3, 8), 10),
        (Grouped(0, 2, 3), range(60), 40),
        (Grouped(0, 1, 10), range(30), 3),
        (Binned(0, 16, 5), range(5), 16),
        (Spread(0, 3, 2, 1), range(60), 30),
        (Resampled(0, 1, 3, -1, 0, 1), range(60), 20),
        (Resampled(0, 3, 1), range(0, 50, 10), 200),
        (Dealt(0, 2, 1), range(2), 2),
    ],
)
def test_what_a_run_of_units_reads_is_said_at_once(ten, along, units, size):
    found = regions.read_along(along, units, size)
    assert isinstance(found, range)
    assert set(found) == set().union(*(inside(read_by(along, unit), along.border, size) for unit in units))


@pytest.mark.parametrize(
    ("along", "size", "count"),
    [
        (Sliding(0, 3, 2, 1), 100, 50),
        (Sliding(0, 3, 1, 1, 1, "clamp"), 50, 50),
        (Sliding(0, 1, 1, 1, 1, "reflect"), 50, 52),
        (Placed(0, 0), 40, 40),
        (Until(0, 10), 10, 10),
        (Grouped(0, 2, 3), 40, 60),
        (Grouped(0, 1, 10), 3, 30),
        (Binned(0, 46, 9), 46, 9),
        (Spread(0, 3, 2, 1), 30, 59),
        (Resampled(0, 1, 3, -1, 0, 1), 20, 60),
    ],
)
def test_all_elements_make_all_units_at_once(ten, along, size, count):
    assert all(inside(read_by(along, unit), along.border, size) for unit in range(count))
    assert regions.made_along(along, range(size), size, count) == range(count)


@pytest.mark.parametrize(
    ("followed", "one_more"),
    [
        # elements of both sets; of each sum; that are mirrored; units; elements that each reads
        (lambda n: regions.add([(range(0, 10, 2),)], (range(1, 2 * n, 2),)), (5, 6)),
        (lambda n: regions.read_along(Sliding(0, 2, 3, 0, 2), range(n), 60), (5, 6)),
        (lambda n: regions.read_along(Sliding(0, 1, 1, 1, 1, "reflect"), range(n), 60), (10, 11)),
        (lambda n: regions.read_along(Spread(0, 1, 100, 50), (0, *range(2, n + 1)), 60), (10, 11)),
        (lambda n: regions.read_along(Grouped(0, 5, 2), range(0, 3 * n, 3), 60), (2, 3)),
        (lambda n: regions.read_along(Grouped(0, 2, n), range(6 * n), 12), (10, 11)),
        # units of a period; elements; each with each tap; with those that they stand for; places that others stand for
        (lambda n: regions.made_along(Spread(0, 1, 100, 0), range(1), 60, n), (10, 11)),
        (lambda n: regions.made_along(Spread(0, 1, 100, 50), range(n), 60, 10), (10, 11)),
        (lambda n: regions.made_along(Sliding(0, 2), range(0, 2 * n, 2), 60, 60), (5, 6)),
        (lambda n: regions.made_along(Sliding(0, 1, 1, n, 1, "clamp"), range(1), 60, 60), (9, 10)),
        (lambda n: regions.made_along(Sliding(0, 1, 1, n, 1, "clamp"), range(5, 6), 60, 60), (10, 11)),
        (lambda n: regions.made_along(Sliding(0, 1, 1, 5, 1, "clamp"), range(5, 6), 60, 60 + n), (10, 11)),
        # an element at each place of axes that are put into one
        (lambda n: list(regions.rearranged((range(2), range(n)), (4, 6), (24,))), (5, 6)),
    ],
)
def test_how_many_are_followed_one_by_one(ten, followed, one_more):
    most, more = one_more
    followed(most)
    with pytest.raises(CnncalcError, match=r"^more than 10 elements would have to be followed one by one$"):
        followed(more)


@pytest.mark.parametrize(
    ("region", "before", "after", "expected"),
    [
        ((range(30), range(2)), (60, 4), (60, 2, 2), [(range(30), range(1), range(2))]),
        ((range(4), range(6), range(3)), (4, 6, 9), (24, 9), [(range(24), range(3))]),
    ],
)
def test_axes_that_stay_or_are_whole_are_not_listed(ten, region, before, after, expected):
    assert list(regions.rearranged(region, before, after)) == expected


def test_sums_of_all_up_to_each_are_not_written_out():
    """Of 100,000 the pairs of what is summed and what it is summed for would be five billion."""
    size = 100_000
    (reading,) = layers.CumulativeSum(dim=2).reads((2, size))
    assert regions.read(reading, (range(2), range(size)), (2, size), (2, size)) == [(range(2), range(size))]
    assert regions.read(reading, (range(2), range(7, 9)), (2, size), (2, size)) == [(range(2), range(9))]
