"""Wrong receptive fields and jumps, as a loop tabulates them that makes the mistake."""

from math import prod
from typing import NamedTuple

import pytest

from cnncalc import Add, Conv1d, Conv2d, Flatten, Linear, LocalResponseNorm, MaxPool2d, Network, ReLU, Softmax
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context


class Step(NamedTuple):
    """A layer with a window as a student tabulates it."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    pools: bool = False


ON_THE_WAY = {
    # what a layer adds to r and multiplies j by, of its kernel's extent k and the window s; and how common that is
    "field-forgot-strides": (1, lambda k, s, j: (k - 1, s.stride)),
    "field-kernel-times-jump": (1, lambda k, s, j: (k * j, s.stride)),
    "field-kernel-added": (1, lambda k, s, j: (k, s.stride)),
    "field-own-stride-first": (2, lambda k, s, j: ((k - 1) * j * s.stride, s.stride)),
    "field-own-stride-only": (3, lambda k, s, j: ((k - 1) * s.stride, s.stride)),
    "field-dilation-ignored": (1, lambda k, s, j: ((s.kernel - 1) * j, s.stride)),
    "field-pooling-left-out": (1, lambda k, s, j: (0 if s.pools else (k - 1) * j, s.stride)),
    "field-pooling-ignored": (2, lambda k, s, j: (0, 1) if s.pools else ((k - 1) * j, s.stride)),
    "field-layer-left-out": (3, lambda k, s, j: (0, s.stride)),
    "field-stride-left-out": (3, lambda k, s, j: ((k - 1) * j, 1)),
    "field-from-zero": (2, lambda k, s, j: ((k - 1) * j, s.stride)),
}
THROUGHOUT_ONLY = ("kernel-times-jump", "kernel-added", "pooling-left-out", "pooling-ignored", "from-zero")


def tabulated(steps, name="", place=""):
    """Size and jump as a student works them out, layer by layer, who makes a mistake in one of the layers or in all."""
    r, j = (0 if name == "field-from-zero" else 1), 1
    for layer, step in steps.items():
        extent = step.dilation * (step.kernel - 1) + 1
        more, times = (extent - 1) * j, step.stride
        if (extent, times) == (1, 1):
            continue  # no window along this axis
        if name and place in ("", layer):
            more, times = ON_THE_WAY[name][1](extent, step, j)
        r, j = r + more, j * times
    return {"receptive_field": r, "jump": j}


def of_axes(height, width, quantity):
    """All wrong figures of a stack of windows, given along both axes, by the mistake and where it is made."""
    both = (height, width)
    right = {asked: tuple(tabulated(steps)[asked] for steps in both) for asked in ("receptive_field", "jump")}
    found = {}
    for name, (rank, _) in ON_THE_WAY.items():
        for place in ("", *(() if name.removeprefix("field-") in THROUGHOUT_ONLY else height)):
            figure = tuple(tabulated(steps, name, place)[quantity] for steps in both)
            found[name, place] = (figure, rank + 1.5 * bool(place))
    extents = [[step.dilation * (step.kernel - 1) + 1 for step in steps.values()] for steps in both]
    strides = [[step.stride for step in steps.values()] for steps in both]
    if quantity == "jump":
        found["receptive-field-given", ""] = (right["receptive_field"], 1)
        found["own-stride-only", ""] = (tuple(each[-1] for each in strides), 2)
        found["strides-added", ""] = (tuple(map(sum, strides)), 3)
    else:
        found["jump-given", ""] = (right["jump"], 1)
        found["own-kernel-only", ""] = (tuple(each[-1] for each in extents), 2)
        found["kernels-multiplied", ""] = (tuple(map(prod, extents)), 3)
        found["kernels-added", ""] = (tuple(map(sum, extents)), 3)
    return {key: told for key, told in found.items() if told[0] != right[quantity] and min(told[0]) > 0}


def fields(network, layer, quantity):
    found = {}
    for candidate in Candidates(Context(network), layer, quantity).singles:
        (finding,) = candidate.findings
        if finding.name != "another-layer":
            found[finding.name, finding.place] = (candidate.figure, candidate.rank)
            assert finding.detail == ""
            if candidate.workings:
                assert tuple(number.value for number in candidate.workings) == candidate.figure
            assert bool(candidate.workings) == (finding.name in ON_THE_WAY)
    return found


def stack(**steps):
    """Layers along both axes: of their kernels, strides and dilations, a tuple where the axes differ."""
    made = []
    for name, (kernel, stride, dilation, pools) in steps.items():
        settings = {"kernel_size": kernel, "stride": stride, "dilation": dilation, "name": name}
        made.append(MaxPool2d(**settings) if pools else Conv2d(1, **settings))
    return made


def along(axis, **steps):
    return {
        name: Step(*(each[axis] if isinstance(each, tuple) else each for each in step)) for name, step in steps.items()
    }


ONE_POOL = {"a": Step(3, 2), "pool": Step(2, 2, 1, True), "b": Step(3), "c": Step(3, 1, 2)}
"""r: 1 + 2·1 = 3, 3 + 1·2 = 5, 5 + 2·4 = 13, 13 + 4·4 = 29; j: 2, 4, 4, 4."""
TWO_POOLS = {"a": Step(3), "p": Step(2, 2, 1, True), "b": Step(5, 3, 2), "q": Step(3, 2, 1, True), "c": Step(2)}
UNLIKE = {
    "a": Step((1, 3), (1, 2)),
    "p": Step((3, 2), (1, 2), 1, True),
    "b": Step((5, 3), (2, 1), (2, 1)),
    "q": Step((3, 1), (2, 1), 1, True),
    "c": Step((3, 4), 1, (1, 3)),
}
"""With layers that are none along one of the axes."""


@pytest.mark.parametrize("quantity", ["receptive_field", "jump"])
@pytest.mark.parametrize("steps", [ONE_POOL, TWO_POOLS, UNLIKE])
def test_receptive_fields_and_jumps(steps, quantity):
    """As a loop works them out; what is no window between them changes nothing."""
    height, width = along(0, **steps), along(1, **steps)
    expected = of_axes(height, width, quantity)
    layers = stack(**steps)
    network = Network(input=(1, 64, 64), layers=[*layers, ReLU(name="relu")])
    last = list(steps)[-1]
    assert fields(network, last, quantity) == expected
    assert fields(network, None, quantity) == expected
    between = [*layers[:2], Softmax(dim=1), LocalResponseNorm(3), *layers[2:], Flatten(name="flat"), Linear(2)]
    assert fields(Network(input=(1, 64, 64), layers=between), last, quantity) == expected


WRITTEN = {
    "field-forgot-strides": "r + K' - 1 = 6 + 5 - 1",
    "field-kernel-times-jump": "r + K'*j = 20 + 5*4",
    "field-kernel-added": "r + K' = 9 + 5",
    "field-own-stride-first": "r + (K' - 1)*j*1 = 17 + (5 - 1)*4*1",
    "field-own-stride-only": "r + (K' - 1)*1 = 9 + (5 - 1)*1",
    "field-dilation-ignored": "r + (K' - 1)*j = 13 + (3 - 1)*4",
    "field-pooling-left-out": "r + (K' - 1)*j = 11 + (5 - 1)*4",
    "field-pooling-ignored": "r + (K' - 1)*j = 7 + (5 - 1)*2",
    "field-layer-left-out": "r = 1",
    "field-stride-left-out": "r + (K' - 1)*j = 6 + (5 - 1)*1",
    "field-from-zero": "r + (K' - 1)*j = 12 + (5 - 1)*4",
}


def test_how_a_field_with_a_mistake_is_written():
    network = Network(input=(1, 64, 64), layers=stack(**ONE_POOL))
    found = {
        candidate.findings[0].name: candidate.workings[0]
        for candidate in reversed(Candidates(Context(network), "c", "receptive_field").singles)
        if candidate.workings
    }
    assert {name: f"{number.symbols()} = {number.figures()}" for name, number in found.items()} == WRITTEN
    (extent,) = [step for step in found["field-dilation-ignored"].steps() if "D" in step.symbols()]
    assert f"{extent.symbols()} = {extent.figures()}" == "D*(K - 1) + 1 = 1*(3 - 1) + 1"


def test_the_field_of_the_first_layer():
    network = Network(input=(1, 64, 64), layers=stack(**ONE_POOL))
    assert fields(network, "a", "receptive_field")["field-from-zero", ""] == ((2, 2), 2)


def test_the_field_behind_what_has_no_jump():
    """A flattened map sees what its layer sees; a question without a figure has no wrong ones."""
    network = Network(input=(1, 64, 64), layers=[*stack(**TWO_POOLS), Flatten(name="flat"), Linear(2, name="fc")])
    height = along(0, **TWO_POOLS)
    expected = {key: told for key, told in of_axes(height, height, "receptive_field").items() if key[0] != "jump-given"}
    assert fields(network, "flat", "receptive_field") == expected
    assert fields(network, "flat", "jump") == {}
    assert {name for name, _ in fields(network, "fc", "receptive_field")} == {
        *("own-kernel-only", "kernels-multiplied", "kernels-added"),
    }


def test_a_field_of_one_input_of_several_and_of_no_window():
    two = {"x": (1, 9, 9), "y": (1, 9, 9)}
    stems = [Conv2d(1, 3, name="a", inputs=("x",)), Conv2d(1, 3, name="b", inputs=("y",)), Add(inputs=("a", "b"))]
    assert fields(Network(input=two, layers=stems), "b", "receptive_field") == {}
    alone = Network(input=(1, 9, 9), layers=[ReLU(name="relu"), Conv2d(1, 3, name="a")])
    assert fields(alone, "relu", "receptive_field") == {}
    assert fields(alone, "a", "jump") == {("receptive-field-given", ""): ((3, 3), 1)}


def test_a_field_of_two_branches_from_zero():
    """3 and 5 give 5, and 5 + 2 = 7; who starts from 0 has one less."""
    branches = [
        *(Conv2d(1, 3, padding=1, name="a"), Conv2d(1, 5, padding=2, name="b", inputs=("input",))),
        *(Add(name="add", inputs=("a", "b")), Conv2d(1, 3, name="c")),
    ]
    found = fields(Network(input=(1, 9, 9), layers=branches), "c", "receptive_field")
    assert found["field-from-zero", ""] == ((6, 6), 2)


def test_a_mistake_in_one_of_many_layers_is_looked_for_in_the_last_64():
    """Of those that have windows, up to the layer that is asked about."""
    chain = [Conv1d(1, 2, name=f"c{n}") for n in range(66)]
    network = Network(input=(1, 140), layers=[*chain[:-2], ReLU(name="x"), ReLU(name="y"), *chain[-2:]])
    left_out = [place for name, place in fields(network, "c64", "receptive_field") if name == "field-layer-left-out"]
    assert left_out == ["", *(f"c{n}" for n in range(1, 65))]
