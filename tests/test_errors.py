"""What errors say: one harmless line of bounded length, with the nearest valid name."""

import pytest

from cnncalc.errors import CnncalcError, SpecError, nearest


@pytest.mark.parametrize(
    ("name", "valid", "found"),
    [
        ("conv9", ["conv1", "pool1"], "conv1"),
        ("CONV2D", ["Conv2d", "Conv3d"], "Conv2d"),
        ("layer1.0.conv1", ["layer1.0.conv2.0", "layer1.0.conv1.0", "layer1.0.conv1.1"], "layer1.0.conv1.0"),
        ("Layer1", ["conv1", "layer1.0.conv1"], "layer1.0.conv1"),
    ],
)
def test_the_nearest_name(name, valid, found):
    assert nearest(name, valid) == f"; did you mean '{found}'?"


@pytest.mark.parametrize("name", ["", "something else"])
def test_nothing_is_near(name):
    assert nearest(name, ["conv1", ".hidden"]) == ""


def test_an_error_is_one_harmless_line():
    error = SpecError("a\x1b[31mb\nc\u202ed", where="$.x\x07", source="net\u200b.json")
    assert str(error) == "net\ufffd.json: $.x\ufffd: a\ufffd[31mb c\ufffdd"
    assert str(error.within("other.json")) == str(error)


def test_an_error_does_not_repeat_all_of_a_long_text():
    text = str(CnncalcError(f"expected values, found {'9' * 10**5!r}, which is too long"))
    assert text.startswith("expected values, found '999")
    assert text.endswith("999', which is too long")
    assert len(text) < 2100
