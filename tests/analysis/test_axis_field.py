"""Fields along one axis through a relation, beside another and in another shape, against each unit on its own."""

from fractions import Fraction
from itertools import product
from math import lcm

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reading_oracle import KINDS, fields, hull, inside, read_by, relations, sees

from cnncalc.analysis.axis_field import UNRESOLVED, AxisField, Budget, along_axes, in_other_shape, is_plain, union
from cnncalc.analysis.regions import aligned_axes
from cnncalc.layers.reading import Everything, Listed, Placed, Rearranged, Sliding, Spread, each

PIXELS = 10**6
"""More than any of these fields sees."""


def through(field, along, size, count, pixels=PIXELS):
    """The field through a relation, from the second axis of a tensor to the first of its transpose."""
    on_second = AxisField(
        1, field.firsts, field.sizes, field.shift, field.everything, field.finite, covers=field.covers
    )
    found = along_axes(on_second, (each(1), along), pixels, (2, size), (count, 2), Budget(10**6))
    assert found.axis == 0
    assert not found.lost
    return found


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100)
@given(st.data())
def test_a_field_through_a_relation_is_what_the_units_read_see_together(kind, data):
    along, size, count = data.draw(relations(kind))
    field = data.draw(fields(size))
    found = through(field, along, size, count)
    assert (found.everything, found.partly) == (None, False)
    ends = field.finite or along.bounded
    for unit in range(count if ends or isinstance(along, Listed) else count + 12):
        taps = read_by(along, unit)
        if ends:  # what repeats goes on beyond the borders
            taps = inside(taps, along.border if along.border == "clamp" else "nothing", size)
        expected = hull(sees(field, tap) for tap in taps)
        assert found.edges(unit) == sees(found, unit) == expected
        assert found.centre(unit) == (None if expected is None else Fraction(sum(expected) + 1, 2))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100)
@given(st.data(), st.booleans(), st.booleans())
def test_a_layer_covers_the_input_where_its_first_and_last_units_read_the_ends(kind, data, covers, repeats):
    along, size, count = data.draw(relations(kind))
    field = AxisField(0, (0, 1), (1, 1), 2, covers=covers) if repeats else AxisField(0, (0,), (1,), covers=covers)
    found = through(field, along, size, count, size)
    assert found.covers == (covers and 0 in read_by(along, 0) and size - 1 in read_by(along, count - 1))
    pooled = along_axes(found, (Everything(), Everything()), size, (count, 2), (1,), Budget(10**6))
    assert pooled == AxisField(None, everything=pooled.everything)
    assert (pooled.everything == (0, size - 1)) == found.covers
    assert (pooled.everything is UNRESOLVED) == (not found.covers)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100)
@given(st.data(), st.booleans())
def test_units_that_read_nothing_do_not_see_what_all_see(kind, data, beside):
    along, size, count = data.draw(relations(kind))
    field = AxisField(0, (0,), (1,), everything=(3, 8)) if beside else AxisField(None, everything=(3, 8))
    found = along_axes(field, (along,), PIXELS, (size,), (count,), Budget(10**6))
    nothing = any(not inside(read_by(along, unit), along.border, size) for unit in range(count))
    assert found.everything == (3, 8)
    if isinstance(along, Sliding) and along.dilation == 1 and along.border == "nothing":
        assert found.partly == nothing
    if isinstance(along, Spread):
        assert found.partly
    elif not isinstance(along, Placed):
        assert found.partly or not nothing


def test_a_pool_over_one_axis_leaves_places_along_another():
    """A normalisation along an axis: units keep their places and see all of it besides."""
    field = AxisField(1, (0,), (1,), covers=True)
    found = along_axes(field, (each(1), Everything(0)), 9, (2, 9), (9, 2), Budget(100))
    assert (found.axis, found.everything, found.edges(4)) == (0, (0, 8), (4, 4))
    seen = AxisField(1, (0,), (1,), everything=(0, 8))
    assert along_axes(seen, (each(0), Everything()), 9, (2, 9), (2,), Budget(100)).everything == (0, 8)
    for partly in (AxisField(1, (0,), (1,), everything=(0, 8), partly=True), field):
        assert not along_axes(partly, (each(0), Everything(1)), 9, (2, 9), (2, 9), Budget(100)).partly


def test_what_was_lost_is_found_again_only_behind_a_pool_over_everything():
    lost = AxisField(None, lost=True)
    assert along_axes(lost, (each(0), Everything()), 9, (2, 9), (2,), Budget(100)) == lost
    assert along_axes(lost, (Everything(1), Everything()), 9, (2, 9), (2,), Budget(100)) == lost
    whole = along_axes(lost, (Everything(), Everything()), 9, (2, 9), (2,), Budget(100))
    assert (whole.axis, whole.lost, whole.everything) == (None, False, UNRESOLVED)


def test_another_axis_that_is_not_there_everywhere_is_told():
    """Rows of padding see nothing of what all columns see."""
    field = AxisField(0, (0,), (1,), everything=(0, 8))
    padded = along_axes(field, (each(0), Sliding(1, 1, 1, 1)), 9, (2, 9), (2, 11), Budget(100))
    assert padded.partly
    assert not along_axes(field, (each(0), Sliding(1, 3, 1, 1)), 9, (2, 9), (2, 9), Budget(100)).partly
    longer = along_axes(field, (each(0), Sliding(1)), 9, (2, 9), (2, 10), Budget(100))
    assert longer.partly


@settings(max_examples=600)
@given(fields(), fields(), st.data())
def test_two_branches_together(a, b, data):
    a = AxisField(0, a.firsts, a.sizes, a.shift, finite=a.finite, covers=data.draw(st.booleans()))
    b = AxisField(0, b.firsts, b.sizes, b.shift, finite=b.finite, covers=data.draw(st.booleans()))
    found = union(a, b, PIXELS, (12,), Budget(10**4))
    assert not found.lost
    assert found.covers == (a.covers or b.covers)
    assert [found.edges(unit) for unit in range(12)] == [hull((sees(a, unit), sees(b, unit))) for unit in range(12)]
    if not (a.finite or b.finite) and Fraction(a.shift, len(a.firsts)) == Fraction(b.shift, len(b.firsts)):
        assert not found.finite
        assert found.jump == a.jump == b.jump
        assert found.edges(100) == hull((sees(a, 100), sees(b, 100)))
        assert len(found.firsts) == lcm(len(a.firsts), len(b.firsts))
    assert found.jump is None or not found.finite


@settings(max_examples=300)
@given(fields(3), fields(3), st.booleans())
def test_two_branches_of_several_axes_in_one(a, b, alike):
    """Positions of a flattened 2×3×2, of which the middle axis has the places."""
    in_row = {"inner": 2, "extent": 3}
    a = AxisField(0, a.firsts, a.sizes, a.shift, finite=a.finite, **in_row)
    b = AxisField(0, b.firsts, b.sizes, b.shift, finite=b.finite, **(in_row if alike else {"inner": 1, "extent": 2}))
    found = union(a, b, PIXELS, (12,), Budget(10**4))
    assert [found.edges(unit) for unit in range(12)] == [hull((sees(a, unit), sees(b, unit))) for unit in range(12)]
    assert ((found.inner, found.extent) == (2, 3)) == alike


EVERYTHING = st.sampled_from([None, (2, 5), (0, 9), (4, 7)])


@settings(max_examples=500)
@given(EVERYTHING, EVERYTHING, *[st.sampled_from([0, 0, 1, None])] * 2, *[st.booleans()] * 4)
def test_what_all_units_see_through_two_branches(one, other, axis, other_axis, partly, other_partly, lost, other_lost):
    """Nothing is claimed that some unit does not see, and no place that only one branch has is forgotten."""
    a = AxisField(axis, *(((1,), (2,)) if axis is not None else ()), everything=one, partly=partly and one is not None)
    b = AxisField(
        other_axis,
        *(((3,), (2,)) if other_axis is not None else ()),
        everything=other,
        partly=other_partly and other is not None,
    )
    assume(not (a.axis is None and a.everything is None) and not (b.axis is None and b.everything is None))
    if lost:
        a = AxisField(None, everything=one, lost=True, partly=a.partly)
    if other_lost:
        b = AxisField(None, everything=other, lost=True, partly=b.partly)
    found = union(a, b, 10, (6, 6), Budget(100))
    sure = hull(field.everything for field in (a, b) if not field.partly)
    assert found.everything == sure
    assert not found.partly
    placed = [field for field in (a, b) if field.axis is not None]
    whole = sure == (0, 9)
    some = [field.everything for field in (a, b) if field.partly]
    unsure = a.lost or b.lost or len({f.axis for f in placed}) > 1 or any(hull((sure, part)) != sure for part in some)
    assert found.lost == (unsure and not whole)
    if not found.lost and not whole:
        assert found.axis == (placed[0].axis if placed else None)
        for unit in range(6):
            own = hull(sees(field, unit) for field in placed)
            assert (found.edges(unit) if found.axis is not None else None) == own


def test_work_is_bounded():
    field, many = AxisField(0, (0, 4), (1, 2), 8), 70_000
    assert along_axes(field, (Sliding(0, 3),), PIXELS, (9,), (7,), Budget(0)).lost
    assert union(field, AxisField(0, (0,), (3,)), PIXELS, (9,), Budget(8)).lost
    assert not union(field, AxisField(0, (0,), (3,)), PIXELS, (9,), Budget(9)).lost
    assert union(field, AxisField(0, (0,), (3,)), PIXELS, (many,), Budget(10**9)).lost
    assert along_axes(field, (Placed(0, 0),), PIXELS, (many,), (many,), Budget(10**9)).lost
    assert not along_axes(field, (Placed(0, 0),), PIXELS, (many,), (60_000,), Budget(10**9)).lost


@pytest.mark.parametrize(
    ("field", "along"),
    [
        (AxisField(0, (0,), (1,), 10**9), Sliding(0, 2, 10**9)),
        (AxisField(0, (0,), (1,), 10**9), Sliding(0, 10**9)),
        (AxisField(0, (0,), (1,), 10**9), Sliding(0, 1, 1, 10**9)),
        (AxisField(0, (0,), (1,), 10**9), Sliding(0, 1, 1, -(10**9))),
        (AxisField(0, (0, 1), (1, 1), 10**9), Sliding(0, 3, 10**9)),
        (AxisField(0, (0, 1), (1, 1), 10**9), Sliding(0, 3, 1, 10**9)),
    ],
)
def test_what_lies_beyond_all_pixels_is_lost(field, along):
    found = along_axes(field, (along,), PIXELS, (10**9,), (5,), Budget(10**4))
    assert found.lost
    assert found.axis is None


SHAPE = (2, 3, 4)


@pytest.mark.parametrize("axis", range(3))
def test_an_axis_put_into_a_row_and_taken_out_again(axis):
    field = AxisField(axis, (5, 0), (2, 3), 7, everything=(0, 1))
    flat = moved(field, SHAPE, (24,))
    for position, index in enumerate(product(*map(range, SHAPE))):
        assert flat.edges(position) == sees(field, index[axis])
    assert (flat.axis, flat.everything, flat.jump) == (0, (0, 1), None)
    assert moved(flat, (24,), SHAPE) == field
    assert moved(field, SHAPE, (1, 2, 3, 1, 4)).axis == (1, 2, 4)[axis]
    other = moved(flat, (24,), (6, 4))
    assert other == (AxisField(1, (5, 0), (2, 3), 7, everything=(0, 1)) if axis == 2 else lost_of(field))
    assert moved(flat, (24,), (4, 6)) == lost_of(field)
    assert moved(field, SHAPE, (4, 6)) == lost_of(field)


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
        (AxisField(0, (0,), (3,), 4, lost=True), True, None),
    ],
)
def test_where_units_have_one_distance(field, plain, jump):
    assert field.jump == jump
    assert plain is None or is_plain(field) == plain
