"""The nearest valid name."""

import pytest

from cnncalc.errors import nearest


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
