"""Values as a person writes them."""

from fractions import Fraction

import pytest

from cnncalc import CnncalcError
from cnncalc.design.values import values_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("16:64:16", [16, 32, 48, 64]),
        ("16:63:16", [16, 32, 48]),
        ("1:3", [1, 2, 3]),
        ("3:1:-1", [3, 2, 1]),
        ("1,2,8:16:4,2", [1, 2, 8, 12, 16]),
        ("0.1:0.3:0.1", [Fraction(1, 10), Fraction(1, 5), Fraction(3, 10)]),
        ("1:16:*2", [1, 2, 4, 8, 16]),
        ("true,false", [True, False]),
        ("1e3", [1000]),
        ("5:5", [5]),
    ],
)
def test_values(text, values):
    found = values_of(text)
    assert found == values
    assert list(map(type, found)) == list(map(type, values))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected values such as"),
        ("a", "expected values such as 16:256:16, 1,2,4 or 0.25:1:0.25, found 'a'"),
        ("1:2:3:4", "a range is FIRST:LAST or FIRST:LAST:STEP"),
        ("1:9:0", "never gets from 1 to 9"),
        ("9:1", "never gets from 9 to 1"),
        ("1:9:*1", "multiplies by 1 from 1, which does not grow"),
        ("1:1e12", "are more than 1,000,000 values"),
        (f"0.2{'9' * 5000}:1:9", "has more decimals than a value may have"),
        ("1e999", r"1e999 is more than 1e\+18"),
    ],
)
def test_what_is_wrong_with_values(text, sentence):
    with pytest.raises(CnncalcError, match=sentence.replace("*", r"\*")):
        values_of(text)
