"""Numbers as people read them."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import Conv2d, Conv3d, Dropout, MaxPool2d
from cnncalc.report.numbers import abbreviated, percent, settings_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10.0k"),
        (61_100_840, "61.1M"),
        (714_188_480, "714M"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (999_999_999, "1.00G"),
        (15_470_264_320, "15.5G"),
        (16_000_000_000, "16.0G"),
        (10**20, "100E"),
        (10**21, "1.00e21"),
        (123_456 * 10**40, "1.23e45"),
    ],
)
def test_abbreviated(count, text):
    assert abbreviated(count) == text


@given(st.integers(10_000, 10**20))
def test_abbreviations_are_right_to_three_digits(count):
    text = abbreviated(count)
    assert len(text) <= 6
    value = Decimal(text[:-1]) * 1000 ** ("kMGTPE".index(text[-1]) + 1)
    digit = Decimal(10) ** (len(str(count)) - 3)
    assert value == (Decimal(count) / digit).quantize(Decimal(1), ROUND_HALF_UP) * digit


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0%"),
        (1, 10_000, "<0.1%"),
        (1, 3, "33.3%"),
        (2, 3, "66.7%"),
        (9_999, 10_000, ">99.9%"),
        (10, 10, "100.0%"),
        (0, 0, ""),
    ],
)
def test_a_share_never_says_nothing_or_all_where_it_is_not(part, whole, text):
    assert percent(part, whole) == text


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Conv2d(64, 11, stride=4, padding=2), "11×11 s4 p2"),
        (Conv2d(64, (1, 3), stride=(2, 1), padding=(0, 1), groups=4, bias=False), "1×3 s2×1 p0×1 g4 no bias"),
        (Conv2d(64, 3, padding="same", dilation=(2, 2)), "3×3 same d2"),
        (Conv3d(8, 3), "3×3×3"),
        (MaxPool2d(3, stride=2, ceil_mode=True), "3×3 s2 ceil_mode"),
        (Dropout(), ""),
        (Dropout(p=0.2), "p=0.2"),
    ],
)
def test_settings_in_short(layer, text):
    assert settings_text(layer) == text
