"""Relations between the axes of a layer's input and output, element by element."""

import pytest
from reading_oracle import SMALL_RELATIONS, read_by

from cnncalc.layers.reading import (
    CHANNELS,
    Along,
    Everything,
    Grouped,
    Placed,
    Rearranged,
    Resampled,
    Sliding,
    Spread,
    Until,
    along_one,
    each,
    grouped_channels,
    shapes_along,
)


@pytest.mark.parametrize("kind", SMALL_RELATIONS)
def test_what_is_read_repeats_with_the_period(kind):
    for along, _size, count in SMALL_RELATIONS[kind]:
        for unit in range(count if along.bounded else count + along.period):
            turns, phase = divmod(unit, along.period)
            assert {turns * along.shift + tap for tap in along.taps(phase)} == read_by(along, unit), (along, unit)
            assert along.taps(phase) or not along.always, (along, unit)
        assert along.always == (kind != "spread")
        assert along.bounded == (kind in ("place", "until", "list"))


def test_only_interpolation_and_padding_read_something_in_the_place_of_what_is_not_there():
    borders = {kind: {along.border for along, _, _ in found} for kind, found in SMALL_RELATIONS.items()}
    assert borders.pop("slide") == {"nothing", "clamp"}
    assert (borders.pop("resample"), borders.pop("reflect")) == ({"clamp"}, {"reflect"})
    assert set().union(*borders.values()) == {"nothing"}


def test_the_least_that_is_said_of_a_relation():
    assert Sliding(2) == each(2) == Sliding(2, kernel=1, stride=1, before=0, dilation=1, at_border="nothing")
    assert each(9).axis == 9
    with pytest.raises(NotImplementedError):
        Along(0).taps(0)
    assert Everything().axis is None
    assert Resampled(1, 2, 3) == Resampled(1, 2, 3, offset=0, before=0, behind=0)  # the nearest
    assert Grouped(1) == Grouped(1, inputs=1, outputs=1)
    assert Spread(1, 3, 2, 1) == Spread(1, 3, 2, 1, dilation=1)


def test_channels_of_groups():
    """PyTorch: ``groups`` convolutions side by side, each of its part of the channels."""
    assert grouped_channels(1, 6, 4) == CHANNELS == Everything(None)
    assert grouped_channels(2, 6, 4) == Grouped(0, 3, 2)
    assert grouped_channels(6, 6, 12) == Grouped(0, 1, 2)


def test_one_axis_is_read_in_its_own_way():
    assert along_one(1, Until(1, 5), 3) == (each(0), Until(1, 5), each(2))
    assert along_one(0, Placed(0, 2), 1) == (Placed(0, 2),)


def test_shapes_between_the_steps_of_a_reading():
    axes, mid = (each(0),), (2, 6)
    into, out_of = Rearranged((2, 2, 3), mid), Rearranged(mid, (12,))
    assert shapes_along((axes,), (4,), (5,)) == [(4,), (5,)]
    assert shapes_along((into,), (2, 2, 3), mid) == [(2, 2, 3), mid]
    assert shapes_along((into, axes), (2, 2, 3), (5,)) == [(2, 2, 3), mid, (5,)]
    assert shapes_along((axes, out_of), (9,), (12,)) == [(9,), mid, (12,)]
    assert shapes_along((into, axes, out_of), (2, 2, 3), (12,)) == [(2, 2, 3), mid, mid, (12,)]
