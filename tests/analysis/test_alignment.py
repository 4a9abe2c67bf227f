"""Branches that look at different places, against the centres of their units one by one, and in words."""

from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from reading_oracle import sees, some_fields

from cnncalc.analysis import alignment
from cnncalc.analysis.alignment import Misalignment, alignment_messages, axis_names, decimal_text, differences
from cnncalc.analysis.axis_field import AxisField


def found_between(one, other, count):
    row = SimpleNamespace(name="sum", inputs=("a", "b", "c"), output_shape=(1, count))
    apart = AxisField(None, everything=(0, 3))
    return list(differences(row, {"x": (apart, one), "y": (one,)}, {"x": (apart, other), "z": (other,)}, 2))


def test_units_are_as_far_apart_as_their_centres():
    turns = [
        AxisField(0, (0, 5), (1, 1), 2),
        AxisField(0, (0, 0, 9), (1, 1, 1), 3),
        AxisField(0, (0, 5), (1, 0), 2),
        AxisField(0, (0, 5), (0, 1), 2),
    ]
    plain = [AxisField(0, (first,), (size,), 2) for first, size in ((3, 1), (1, 5), (1, 1), (0, 3), (2, 4))]
    plain.append(AxisField(0, (0,), (3,), 3))
    for one, other in product([*some_fields(12), *turns, *plain], repeat=2):
        one, other = replace(one, axis=1), replace(other, axis=1)
        for count in (1, 2, 5, 12):
            found = found_between(one, other, count)
            if one.jump is None or other.jump is None:
                assert found == []
                continue
            jumps = tuple(Fraction(field.shift, len(field.firsts)) for field in (one, other))
            edges = [(sees(one, unit), sees(other, unit)) for unit in range(count)]
            apart = [Fraction(sum(theirs) - sum(ours), 2) for ours, theirs in edges if ours and theirs]
            offsets = (min(apart, default=0), max(apart, default=0))
            if jumps[0] != jumps[1] and count > 1:
                offsets = None
            expected = [Misalignment("sum", "x", 1, ("a", "c"), offsets, jumps)]
            assert found == ([] if offsets == (0, 0) else expected), (one, other, count)


def test_units_are_compared_up_to_a_number_of_them(monkeypatch):
    """In turns of three and of two the third units are 2 pixels apart, and the fourth one pixel the other way."""
    one, other = AxisField(1, (0,) * 3, (1,) * 3, 3), AxisField(1, (0, 0), (1, 1), 2)
    assert found_between(one, other, 100)[0].offsets == (-1, 2)
    monkeypatch.setattr(alignment, "_MOST_UNITS", 3)
    assert found_between(one, other, 100)[0].offsets == (0, 2)


ONE, OTHER = AxisField(1, (0,), (3,), 2), AxisField(1, (1,), (3,), 2)


def test_the_least_branches_that_do_not_align():
    assert len(found_between(ONE, OTHER, 4)) == 1
    assert found_between(ONE, ONE, 4) == []


def test_each_axis_is_looked_at():
    row = SimpleNamespace(name="sum", inputs=("a", "b"), output_shape=(4, 4))
    everywhere = AxisField(1, (0,), (3,), 2, everything=(0, 3))
    alike = AxisField(1, (0,), (3,), 2)  # equal to the first, but not the same
    for aside in ((ONE, ONE), (ONE, alike), (everywhere, OTHER)):
        (found,) = differences(row, {"x": (aside[0], ONE)}, {"x": (aside[1], OTHER)}, 1)
        assert (found.axis, found.offsets) == (1, (1, 1))


@pytest.mark.parametrize(
    "other",
    [
        AxisField(0, (1,), (3,), 2),
        AxisField(1, (1,), (3,), 2, everything=(0, 3)),
        AxisField(None, lost=True),
        AxisField(None, everything=(0, 3)),
    ],
    ids=["along another axis", "sees everything", "lost", "has no place"],
)
def test_what_has_no_place_of_its_own_is_not_compared(other):
    assert found_between(ONE, other, 4) == found_between(other, ONE, 4) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(3), "3"),
        (Fraction(-4), "-4"),
        (Fraction(0), "0"),
        (12_345_678, "12345678"),
        (-2_000_000, "-2000000"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-1, 2), "-0.5"),
        (Fraction(-7, 2), "-3.5"),
        (2.5, "2.5"),
        (Fraction(2**61 + 1, 2), "1152921504606846976.5"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(-5, 4), "-1.25"),
    ],
)
def test_numbers_in_decimals(number, text):
    assert decimal_text(number) == text


def test_axes_have_the_names_of_the_field():
    assert [list(axis_names(count)) for count in (1, 2, 3)] == [
        ["length"],
        ["height", "width"],
        ["depth", "height", "width"],
    ]
    assert list(axis_names(4)) == ["axis 0", "axis 1", "axis 2", "axis 3"]


def said(offsets, *, axes=(0,), pixels=(9, 9), inputs=("x",), jumps=(2, 2)):
    found = [Misalignment("sum", "x", axis, ("a", "b"), offsets, jumps) for axis in axes]
    return list(alignment_messages(found, dict.fromkeys(inputs, pixels)))


@pytest.mark.parametrize(
    ("offsets", "amount"),
    [
        ((1, 1), "1 pixel behind"),
        ((-1, -1), "1 pixel before"),
        ((Fraction(1, 2), Fraction(1, 2)), "0.5 pixels behind"),
        ((Fraction(-1, 2), Fraction(-1, 2)), "0.5 pixels before"),
        ((-2, -2), "2 pixels before"),
        ((-1, Fraction(1, 2)), "from 1 pixel before to 0.5 pixels behind"),
        ((0, 1), "from on to 1 pixel behind"),
    ],
)
def test_how_far_branches_are_apart_in_words(offsets, amount):
    expected = f'along the height the units of "b" are centred {amount} those of "a"'
    assert said(offsets) == [("sum", expected)]


def test_axes_that_are_alike_share_a_sentence():
    (one,) = said((1, 1), axes=(0, 1))
    assert one[1].startswith("along the height and width the units")
    (named,) = said((1, 1), axes=(1,), inputs=("x", "y"))
    assert named[1].startswith('along the width of "x" the units')
    (drift,) = said(None, jumps=(Fraction(2), Fraction(5, 2)))
    assert drift[1] == (
        'along the height the units of its branches drift apart: those of "a" are 2 pixels apart, those of "b" 5/2'
    )
    different = [
        Misalignment("sum", "x", axis, ("a", "b"), (offset, offset), (2, 2)) for axis, offset in ((0, 1), (1, 2))
    ]
    assert len(list(alignment_messages(different, {"x": (9, 9)}))) == 2
    drifting = Misalignment("sum", "x", 0, ("a", "b"), None, (2, 3))
    assert len(list(alignment_messages([drifting, *different], {"x": (9, 9)}))) == 3
