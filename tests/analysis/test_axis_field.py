"""Fields along one axis through a relation, beside another and in another shape, against each unit on its own."""

from fractions import Fraction
from itertools import product
from math import lcm

import numpy
import pytest
from msgspec.structs import replace
from reading_oracle import SMALL_RELATIONS, hull, inside, read_by, sees, some_fields

from cnncalc.analysis import axis_field
from cnncalc.analysis.axis_field import UNRESOLVED, AxisField, Budget, along_axes, in_other_shape, is_plain, union
from cnncalc.analysis.regions import aligned_axes
from cnncalc.arithmetic.integers import Integers
from cnncalc.layers.reading import Everything, Placed, Rearranged, Sliding, Spread, Until, each

PIXELS = 10**6
"""More than any of these fields sees."""


def through(field, along, size, count, pixels=PIXELS):
    """The field through a relation, from the second axis of a tensor to the first of its transpose."""
    found = along_axes(replace(field, axis=1), (each(1), along), pixels, (2, size), (count, 2), Budget(10**6))
    assert found.axis == 0
    assert not found.lost
    return found


@pytest.mark.parametrize("kind", SMALL_RELATIONS)
def test_a_field_through_a_relation_is_what_the_units_read_see_together(kind):
    for along, size, count in SMALL_RELATIONS[kind]:
        for field in some_fields(size):
            found = through(field, along, size, count)
            assert (found.everything, found.partly) == (None, False)
            same = isinstance(along, Sliding) and (along.kernel, along.stride, along.before, count) == (1, 1, 0, size)
            ends = field.finite or along.bounded or (field.extent is not None and not same)
            assert found.finite == ends
            assert found.shift == 0 or not ends
            for unit in range(count if ends else count + 12):
                taps = read_by(along, unit)
                if ends:  # what repeats goes on beyond the borders
                    taps = inside(taps, along.border, size)
                expected = hull(sees(field, tap) for tap in taps)
                assert found.edges(unit) == sees(found, unit) == expected, (along, size, count, field, unit)
                assert found.centre(unit) == (None if expected is None else Fraction(sum(expected) + 1, 2))
            if field.jump is not None and not along.bounded:
                assert found.jump * along.period == field.jump * along.shift
                period = len(field.firsts)
                turns = next(n for n in range(1, period + 1) if n * along.shift % period == 0)
                assert len(found.firsts) == turns * along.period  # no more than until it repeats


@pytest.mark.parametrize("kind", SMALL_RELATIONS)
def test_a_layer_covers_the_input_where_its_first_and_last_units_read_the_ends(kind):
    plain, two = ({"firsts": (0,), "sizes": (1,)}, {"firsts": (0, 1), "sizes": (1, 1), "shift": 2})
    for along, size, count in SMALL_RELATIONS[kind]:
        both = 0 in read_by(along, 0) and size - 1 in read_by(along, count - 1)
        for runs, covers in product((plain, two), (False, True)):
            found = through(AxisField(0, **runs, covers=covers), along, size, count, size)
            assert found.covers == (covers and both), (along, size, count)
            pooled = along_axes(found, (Everything(), Everything()), size, (count, 2), (1,), Budget(10**6))
            assert pooled == AxisField(None, everything=pooled.everything)
            assert (pooled.everything == (0, size - 1)) == found.covers
            assert (pooled.everything is UNRESOLVED) == (not found.covers)


@pytest.mark.parametrize("kind", SMALL_RELATIONS)
def test_units_that_read_nothing_do_not_see_what_all_see(kind):
    """Told of windows, of which it is known where they fit; of what is spread and of pieces it is feared."""
    for along, size, count in SMALL_RELATIONS[kind]:
        nothing = any(not inside(read_by(along, unit), along.border, size) for unit in range(count))
        for field in (AxisField(0, (0,), (1,), everything=(3, 8)), AxisField(None, everything=(3, 8))):
            found = along_axes(field, (along,), PIXELS, (size,), (count,), Budget(10**6))
            assert found.everything == (3, 8)
            if isinstance(along, Sliding):
                feared = along.border == "nothing" and along.dilation > size and along.before > 0
                assert found.partly == (nothing or feared), (along, size, count)
            elif not isinstance(along, Placed):  # that others stand beside is told by what merges them
                assert found.partly == (kind == "spread") >= nothing


def test_a_pool_over_one_axis_leaves_places_along_another():
    """A normalisation along an axis: units keep their places and see all of it besides."""
    field = AxisField(1, (0,), (1,), covers=True)
    found = along_axes(field, (each(1), Everything(0)), 9, (2, 9), (9, 2), Budget(100))
    assert (found.axis, found.everything, found.edges(4)) == (0, (0, 8), (4, 4))
    seen = AxisField(1, (0,), (1,), everything=(0, 8))
    assert along_axes(seen, (each(0), Everything()), 9, (2, 9), (2,), Budget(100)).everything == (0, 8)
    for partly in (AxisField(1, (0,), (1,), everything=(0, 8), partly=True), field):
        assert not along_axes(partly, (each(0), Everything(1)), 9, (2, 9), (2, 9), Budget(100)).partly


@pytest.mark.parametrize("field", [AxisField(None, lost=True), AxisField(None, everything=(2, 5), partly=True)])
def test_what_was_lost_is_found_again_only_behind_a_pool_over_everything(field):
    """And so is what only some units see: the one unit behind the pool sees what all of them see together."""
    assert along_axes(field, (each(0), Everything()), 9, (2, 9), (2,), Budget(100)) == field
    assert along_axes(field, (Everything(1), Everything()), 9, (2, 9), (2,), Budget(100)) == field
    whole = along_axes(field, (Everything(), Everything()), 9, (2, 9), (1,), Budget(100))
    assert whole == AxisField(None, everything=UNRESOLVED)
    sure = AxisField(None, everything=(2, 5))
    assert along_axes(sure, (Everything(), Everything()), 9, (2, 9), (1,), Budget(100)) == sure


def test_units_in_padding_do_not_see_what_all_see_though_places_are_lost():
    lost = AxisField(None, everything=(0, 8), lost=True)
    padded = along_axes(lost, (each(0), Sliding(1, 1, 1, 1)), 9, (2, 9), (2, 11), Budget(100))
    assert padded == replace(lost, partly=True)
    assert union(padded, AxisField(1, (0,), (1,)), 9, (2, 11), Budget(100)) == AxisField(None, lost=True)


def test_the_ends_are_seen_only_where_that_is_known():
    pooled = along_axes(AxisField(0, (0,), (9,)), (Everything(),), 9, (1,), (1,), Budget(0))
    assert pooled.everything is UNRESOLVED


def test_another_axis_that_is_not_there_everywhere_is_told():
    """Rows of padding see nothing of what all columns see."""
    field = AxisField(0, (0,), (1,), everything=(0, 8))
    padded = along_axes(field, (each(0), Sliding(1, 1, 1, 1)), 9, (2, 9), (2, 11), Budget(100))
    assert padded.partly
    assert not along_axes(field, (each(0), Sliding(1, 3, 1, 1)), 9, (2, 9), (2, 9), Budget(100)).partly
    longer = along_axes(field, (each(0), Sliding(1)), 9, (2, 9), (2, 10), Budget(100))
    assert longer.partly


def test_two_branches_together():
    for a, b in product([field for field in some_fields(12) if field.extent is None], repeat=2):
        for covers, other in product((False, True), repeat=2):
            found = union(replace(a, covers=covers), replace(b, covers=other), PIXELS, (12,), Budget(10**4))
            assert not found.lost
            assert found.covers == (covers or other)
            edges = [hull((sees(a, unit), sees(b, unit))) for unit in range(12)]
            assert [found.edges(unit) for unit in range(12)] == edges
        repeats = a.jump is not None and a.jump == b.jump
        assert found.finite == (not repeats)
        assert found.jump == (a.jump if repeats else None)
        assert len(found.firsts) == (lcm(len(a.firsts), len(b.firsts)) if repeats else 12)
        assert found.edges(100) == hull((sees(a, 100), sees(b, 100))) if repeats else found.shift == 0


def test_two_branches_of_several_axes_in_one():
    """Positions of a flattened 2×3×2, of which an axis has the places."""
    a, b, c = ((0,), (2,)), ((3, 0), (1, 4)), ((5, 1, 2), (0, 2, 1))
    rows = [{"inner": 2, "extent": 3}, {"inner": 1, "extent": 2}, {"inner": 6, "extent": 2}, {"inner": 2, "extent": 6}]
    for one, other, row, beside in product((a, b, c), (a, b, c), rows, [*rows, {}]):
        first, second = AxisField(0, *one, 4, **row), AxisField(0, *other, 4, **beside)
        for found in (
            union(first, second, PIXELS, (12,), Budget(10**4)),
            union(second, first, PIXELS, (12,), Budget(10**4)),
        ):
            edges = [hull((sees(first, unit), sees(second, unit))) for unit in range(12)]
            assert [found.edges(unit) for unit in range(12)] == edges
            alike = row == beside
            assert (found.inner, found.extent) == ((row["inner"], row["extent"]) if alike else (1, None))
            assert found.finite == (not alike or len(one[0]) != len(other[0]))


EVERYTHING = (None, (2, 5), (0, 9), (4, 7), (3, 4))


def seen_by_branch():
    """What a branch may see on an axis of 10 pixels: in its own place along an axis or none, and besides."""
    for axis, everything, partly, lost in product((0, 1, None), EVERYTHING, (False, True), (False, True)):
        if lost:
            if axis is None:
                yield AxisField(None, everything=everything, lost=True, partly=partly)
        elif axis is not None:
            yield AxisField(axis, (1 + axis,), (2,), everything=everything, partly=partly and everything is not None)
        elif everything is not None:
            yield AxisField(None, everything=everything, partly=partly)


def test_what_all_units_see_through_two_branches():
    """Nothing is claimed that some unit does not see, and no place that only one branch has is forgotten."""
    for a, b in product(seen_by_branch(), repeat=2):
        b = replace(b, firsts=tuple(first + 2 for first in b.firsts))
        found = union(a, b, 10, (6, 6), Budget(100))
        sure = hull(field.everything for field in (a, b) if not field.partly)
        assert found.everything == sure, (a, b)
        assert not found.partly
        placed = [field for field in (a, b) if field.axis is not None]
        whole = sure == (0, 9)
        some = [field.everything for field in (a, b) if field.partly]
        unsure = (
            a.lost or b.lost or len({f.axis for f in placed}) > 1 or any(hull((sure, part)) != sure for part in some)
        )
        assert found.lost == (unsure and not whole)
        if not found.lost:
            assert found.axis == (placed[0].axis if placed else None)
            if len({field.axis for field in placed}) < 2:
                own = [hull(sees(field, unit) for field in placed) for unit in range(6)]
                assert not placed or [found.edges(unit) for unit in range(6)] == own


BY_PHASE = AxisField(0, (0, 4), (1, 2), 8)
FINITE = AxisField(0, (0, 1, 2), (1, 1, 1), 0, finite=True)
IN_ROW = AxisField(0, (0, 4), (1, 2), 8, inner=2, extent=2)


@pytest.mark.parametrize(
    ("followed", "work"),
    [
        # for each unit of a period one and two more for its window
        (lambda budget: along_axes(BY_PHASE, (Sliding(0, 3),), PIXELS, (9,), (7,), budget), 2 * (3 + 2)),
        (lambda budget: along_axes(BY_PHASE, (Spread(0, 3, 3, 0),), PIXELS, (9,), (27,), budget), 6 * (1 + 2)),
        (lambda budget: along_axes(FINITE, (Sliding(0, 2),), PIXELS, (3,), (2,), budget), 2 * (2 + 2)),
        (lambda budget: along_axes(BY_PHASE, (Until(0, 900),), PIXELS, (900,), (900,), budget), 900 * (1 + 2)),
        (lambda budget: union(BY_PHASE, AxisField(0, (0,) * 3, (3,) * 3, 12), PIXELS, (9,), budget), 6),
        (lambda budget: union(BY_PHASE, AxisField(0, (0,), (3,)), PIXELS, (9,), budget), 9),
        (lambda budget: union(IN_ROW, replace(IN_ROW, shift=7, firsts=(1,), sizes=(1,)), PIXELS, (8,), budget), 2),
        (lambda budget: union(IN_ROW, BY_PHASE, PIXELS, (8,), budget), 8),
    ],
)
def test_work_is_bounded(followed, work):
    budget = Budget(work)
    assert not followed(budget).lost
    assert budget.left == 0
    assert followed(Budget(work - 1)) == AxisField(None, lost=True)


def test_plain_fields_are_no_work():
    plain = AxisField(0, (0,), (3,))
    assert not along_axes(plain, (Sliding(0, 3, 2, 1),), PIXELS, (9,), (5,), Budget(0)).lost
    assert not along_axes(BY_PHASE, (each(0),), PIXELS, (9,), (9,), Budget(0)).lost
    assert union(plain, AxisField(0, (2,), (3,)), PIXELS, (9,), Budget(0)) == AxisField(0, (0,), (5,))


def test_no_more_units_than_so_many_are_told_apart(monkeypatch):
    """65,536, of whatever a budget allows."""
    for count, lost in ((65_536, False), (65_537, True)):
        assert (
            along_axes(AxisField(0, (0,), (1,)), (Spread(0, 1, count, 0),), 9, (3,), (9,), Budget(10**9)).lost == lost
        )
    monkeypatch.setattr(axis_field, "_MOST_PHASES", 12)
    for count, lost in ((12, False), (13, True)):
        budget = Budget(10**9)
        assert along_axes(BY_PHASE, (Placed(0, 0),), PIXELS, (count,), (count,), budget).lost == lost
        assert along_axes(AxisField(0, (0,), (1,)), (Spread(0, 1, count, 0),), PIXELS, (3,), (9,), budget).lost == lost
        assert union(BY_PHASE, AxisField(0, (0,), (3,)), PIXELS, (count,), budget).lost == lost


@pytest.mark.parametrize(
    ("reached", "runs"),
    [
        (lambda far: (AxisField(0, (0,), (1,)), Sliding(0, 2, far)), 1),
        (lambda far: (AxisField(0, (0,), (1,)), Sliding(0, far)), 1),
        (lambda far: (AxisField(0, (1,), (1,)), Sliding(0, 1, 1, far + 1)), 1),
        (lambda far: (AxisField(0, (1,), (1,)), Sliding(0, 1, 1, 1 - far)), 1),
        (lambda far: (AxisField(0, (0, 0), (1, 1), far), Sliding(0, 1, 1, 2)), 2),
        (lambda far: (AxisField(0, (0, 0), (far, 1)), Sliding(0, 1, 1, 2)), 2),
        (lambda far: (AxisField(0, (0, 0), (1, far)), Sliding(0, 1, 1, 2)), 2),
        (lambda far: (AxisField(0, (far, 0), (1, 1), 0), Sliding(0, 1, 1, 2)), 2),
        (lambda far: (AxisField(0, (0, -far), (1, 1), 0), Sliding(0, 1, 1, 2)), 2),
    ],
)
def test_what_lies_beyond_all_pixels_is_lost(reached, runs):
    field, along = reached(10**15 - 1)
    within = along_axes(field, (along,), PIXELS, (10**9,), (5,), Budget(10**4))
    assert not within.lost
    assert len(within.firsts) == runs
    field, along = reached(10**15)
    assert along_axes(field, (along,), PIXELS, (10**9,), (5,), Budget(10**4)) == AxisField(None, lost=True)


@pytest.mark.parametrize("everything", [None, (2, 5)])
@pytest.mark.parametrize("partly", [False, True])
def test_what_all_see_besides_stays_where_places_are_lost(everything, partly):
    rest = {"everything": everything, "partly": partly}
    lost = AxisField(None, lost=True, **rest)
    plain, two, row = (replace(field, **rest) for field in (AxisField(0, (0,), (1,)), BY_PHASE, IN_ROW))
    for field, work in ((plain, 99), (two, 99), (row, 0)):
        assert along_axes(field, (Sliding(0, 2, 10**15),), PIXELS, (9,), (1,), Budget(work)) == lost
    assert moved(plain, (2, 6), (3, 4)) == lost


def test_windows_at_the_points_of_a_sweep_are_followed_at_once():
    """Numbers with a value at each point; what comes out has those of each point by itself."""
    columns = {
        "kernel": (2, 3, 5, 3, 4),
        "stride": (1, 2, 3, 2, 1),
        "before": (0, 1, 2, 5, 3),
        "size": (7, 9, 8, 6, 4),
        "count": (6, 5, 3, 8, 5),
        "first": (0, -2, 4, 0, 1),
        "extent": (1, 3, 2, 4, 9),
        "shift": (1, 2, 1, 3, 4),
    }

    def at(points):
        kernel, stride, before, size, count, first, extent, shift = points
        field = AxisField(0, (first,), (extent,), shift, covers=True)
        return along_axes(field, (Sliding(0, kernel, stride, before),), 20, (size,), (count,), Budget(0))

    found = at([Integers.of(numpy.array(column)) for column in columns.values()])
    each_alone = [at(point) for point in zip(*columns.values(), strict=True)]
    assert len({field.covers for field in each_alone}) == 2
    for numbers, single in (
        (found.firsts[0].array, [field.firsts[0] for field in each_alone]),
        (found.sizes[0].array, [field.sizes[0] for field in each_alone]),
        (found.shift.array, [field.shift for field in each_alone]),
        (found.covers.mask, [field.covers for field in each_alone]),
    ):
        assert numbers.tolist() == single


SHAPE = (2, 3, 4)


@pytest.mark.parametrize("axis", range(3))
def test_an_axis_put_into_a_row_and_taken_out_again(axis):
    field = AxisField(axis, (5, 0), (2, 3), 7, everything=(0, 1))
    flat = moved(field, SHAPE, (24,))
    for position, index in enumerate(product(*map(range, SHAPE))):
        assert flat.edges(position) == sees(field, index[axis])
    assert (flat.axis, flat.everything, flat.jump) == (0, (0, 1), None)
    assert moved(flat, (24,), SHAPE) == field
    assert moved(flat, (24,), (1, 24)) == replace(flat, axis=1)
    assert moved(field, SHAPE, (1, 2, 3, 1, 4)) == replace(field, axis=(1, 2, 4)[axis])
    assert moved(replace(field, axis=axis + 1), (5, *SHAPE), (5, 24)) == replace(flat, axis=1)


@pytest.mark.parametrize("axis", range(3))
def test_places_are_lost_where_axes_are_cut_otherwise(axis):
    field = AxisField(axis, (5, 0), (2, 3), 7, everything=(0, 1))
    flat = moved(field, SHAPE, (24,))
    for after in ((4, 6), (8, 3), (12, 2)):
        assert moved(flat, (24,), after) == lost_of(field)
        assert moved(field, SHAPE, after) == lost_of(field)
    assert moved(flat, (24, 5), (120,)) == lost_of(field)  # a row within a row
    assert moved(AxisField(0, (5, 0), (2, 3), 7), (24,), (6, 4)) == AxisField(None, lost=True)
    assert moved(flat, (24, 5), (30, 4)) == lost_of(field)
    assert moved(flat, (24,), (6, 4)) == (replace(field, axis=1) if axis == 2 else lost_of(field))


def test_an_axis_of_one_element_goes_and_all_see_what_it_saw():
    gone = moved(AxisField(1, (5,), (2,)), (2, 1, 3), (2, 3))
    assert (gone.axis, gone.everything, gone.lost) == (None, UNRESOLVED, False)
    for field in (AxisField(None, everything=(0, 3)), AxisField(None, lost=True)):
        assert moved(field, (2, 1, 3), (2, 3)) is field


def moved(field, before, after):
    return in_other_shape(field, list(aligned_axes(before, after)), Rearranged(before, after))


def lost_of(field):
    return AxisField(None, everything=field.everything, lost=True)


@pytest.mark.parametrize(
    ("field", "plain", "jump"),
    [
        (AxisField(0, (0,), (3,), 4), True, 4),
        (AxisField(0, (0,), (0,), 4), False, 4),
        (AxisField(0, (0, 1), (1, 1), 3), False, Fraction(3, 2)),
        (AxisField(0, (0,), (3,), 0, finite=True), False, None),
        (AxisField(0, (0,), (3,), 4, inner=2, extent=5), False, None),
        (AxisField(None, everything=(0, 3)), None, None),
    ],
)
def test_where_units_have_one_distance(field, plain, jump):
    assert field.jump == jump
    assert plain is None or is_plain(field) == plain
