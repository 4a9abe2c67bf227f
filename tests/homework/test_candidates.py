"""The wrong figures of a question and how likely each is, put down by hand."""

from math import prod
from typing import NamedTuple

import pytest

from cnncalc import (
    Add,
    BatchNorm2d,
    Conv1d,
    Conv2d,
    DepthwiseConv2d,
    Flatten,
    Linear,
    LocallyConnected2d,
    LocalResponseNorm,
    MaxPool2d,
    Network,
    ReLU,
    SeparableConv2d,
    Softmax,
)
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.task import CATALOGUE
from cnncalc.homework.total_candidates import together

NORMED = Network(
    input=(3, 32, 32),
    layers=[Conv2d(4, 3, name="a"), BatchNorm2d(name="norm"), Conv2d(4, 3, name="b"), Flatten(), Linear(10, name="fc")],
)
"""112 + 8 + 148 + 31,370 = 31,638 parameters; 3,600 + 3,600 + 3,136 + 3,136 + 10 = 13,482 activations."""
LONG = Network(input=(4, 9, 9), layers=[*(Conv2d(4, 3, padding=1, name=f"c{n}") for n in range(5)), ReLU(name="relu")])
"""148 parameters each, 740."""


def singles(network, layer, quantity, *names, **context):
    """Each figure of one mistake, with its rank, by the mistake's name, detail and place."""
    found = {}
    for candidate in Candidates(Context(network, **context), layer, quantity).singles:
        (finding,) = candidate.findings
        if finding.name in names and not candidate.before:
            found.setdefault((finding.name, finding.detail or finding.place), (candidate.figure, candidate.rank))
    return found


LEFT_OUT = ("kind-left-out", "one-kind-only", "layer-left-out", "layer-twice", "one-layer-only")


def test_layers_left_out_of_a_small_network():
    """What is alone of its kind is sooner forgotten; batch norm has a mistake of its own."""
    assert singles(NORMED, None, "params", *LEFT_OUT) == {
        ("kind-left-out", "Conv2d"): (31_378, 2),
        ("one-kind-only", "Conv2d"): (260, 3),
        ("layer-left-out", "a"): (31_526, 3),
        ("layer-left-out", "b"): (31_490, 3),
        ("layer-left-out", "fc"): (268, 2),
        ("layer-twice", "a"): (31_750, 5),
        ("layer-twice", "norm"): (31_646, 5),
        ("layer-twice", "b"): (31_786, 5),
        ("layer-twice", "fc"): (63_008, 5),
        ("one-layer-only", "a"): (112, 3),
        ("one-layer-only", "norm"): (8, 3),
        ("one-layer-only", "b"): (148, 3),
        ("one-layer-only", "fc"): (31_370, 3),
    }


def test_layers_left_out_of_a_longer_network():
    """One layer is less easily taken for the whole; what comes to the same is told once."""
    assert singles(LONG, None, "params", *LEFT_OUT) == {
        **{("layer-left-out", f"c{n}"): (592, 3) for n in range(5)},
        **{("layer-twice", f"c{n}"): (888, 5) for n in range(5)},
        ("one-layer-only", "c0"): (148, 5),
    }


def test_kinds_of_several_layers():
    """Of two kinds, one left out is the other one alone; batch norms are left out one by one only."""
    layers = [Conv2d(4, 3, name="a"), BatchNorm2d(name="n"), Conv2d(4, 3, name="b"), BatchNorm2d(name="m")]
    found = singles(Network(input=(3, 9, 9), layers=layers), None, "params", *LEFT_OUT)
    assert found == {
        ("kind-left-out", "Conv2d"): (16, 2),
        **{("layer-left-out", name): (276 - amount, 3) for name, amount in PARAMS.items()},
        **{("layer-twice", name): (276 + amount, 5) for name, amount in PARAMS.items()},
        **{("one-layer-only", name): (PARAMS[name], 3) for name in ("a", "n", "b")},
    }
    two = Network(input=(3, 9, 9), layers=[*layers[::2], Linear(5, name="x"), Linear(6, name="y")])
    found = singles(two, None, "params", "kind-left-out", "one-kind-only")
    assert found == {("kind-left-out", "Conv2d"): (30 + 36, 2), ("kind-left-out", "Linear"): (112 + 148, 2)}


PARAMS = {"a": 112, "n": 8, "b": 148, "m": 8}


def test_layers_left_out_of_two():
    two = Network(input=(3, 8, 8), layers=[Conv2d(2, 3, name="a"), Flatten(), Linear(5, name="fc")])
    assert singles(two, None, "params", *LEFT_OUT) == {
        ("layer-left-out", "a"): (365, 2),  # 72·5 + 5
        ("layer-left-out", "fc"): (56, 2),  # 2·27 + 2
        ("layer-twice", "a"): (477, 5),
        ("layer-twice", "fc"): (786, 5),
    }
    one = Network(input=(3, 8, 8), layers=[Conv2d(2, 3, name="a")])
    assert singles(one, None, "params", *LEFT_OUT) == {("layer-twice", "a"): (112, 5)}


def test_totals_of_activations():
    assert singles(NORMED, None, "activations", "input-counted", "only-with-weights", batch=2) == {
        ("input-counted", ""): (2 * (13_482 + 3 * 32 * 32), 2),
        ("only-with-weights", ""): (2 * (13_482 - 3136), 2),
    }
    assert singles(NORMED, None, "params", "input-counted", "only-with-weights") == {}


MEMORIES = ("values-for-bytes", "bits-for-bytes", "other-width", "memory-doubled", "other-memory")


def test_memory():
    """Of a's 112 parameters in 2 bytes each."""
    assert singles(NORMED, "a", "weight_bytes", *MEMORIES, width=2) == {
        ("values-for-bytes", "2"): (112, 1),
        ("bits-for-bytes", ""): (16 * 112, 2),
        ("other-width", "4"): (4 * 112, 3),
        ("other-width", "8"): (8 * 112, 3),
        ("memory-doubled", ""): (4 * 112, 4),
        ("other-memory", "activation_bytes"): (2 * 3600, 2),
        ("other-memory", "total_bytes"): (2 * 3712, 2),
    }


def test_memory_of_two_counts():
    """That a layer is left out of one of them only is rarer by 2."""
    assert singles(NORMED, None, "total_bytes", "layer-left-out", "one-kind-only", "forgot-bias", "input-counted") == {
        ("layer-left-out", "fc"): (4 * (268 + 13_482), 4),
        ("layer-left-out", "a"): (4 * (31_526 + 13_482), 5),
        ("layer-left-out", "b"): (4 * (31_490 + 13_482), 5),
        ("layer-left-out", "flatten_1"): (4 * (31_638 + 13_482 - 3136), 4),
        ("one-kind-only", "Conv2d"): (4 * (260 + 13_482), 5),
        ("forgot-bias", ""): (4 * (31_638 - 18 + 13_482), 1),
        ("forgot-bias", "a"): (4 * (31_638 - 4 + 13_482), 2.5),
        ("forgot-bias", "b"): (4 * (31_638 - 4 + 13_482), 2.5),
        ("forgot-bias", "fc"): (4 * (31_638 - 10 + 13_482), 2.5),
        ("forgot-bias", "Conv2d"): (4 * (31_638 - 8 + 13_482), 2),
        ("forgot-bias", "Linear"): (4 * (31_638 - 10 + 13_482), 2),
        ("input-counted", ""): (4 * (31_638 + 13_482 + 3072), 2),
    }


def test_space():
    found = singles(NORMED, "a", "space", "another-quantity", "forgot-bias", *MEMORIES)
    assert found == {
        ("another-quantity", "params"): (112, 2),
        ("another-quantity", "activations"): (3600, 2),
        ("another-quantity", "macs"): (100_800, 5),  # 108·900, of the parameters for which they are taken
        ("another-quantity", "flops"): (201_600, 5),
        ("forgot-bias", ""): (3708, 1),
    }


def test_a_layer_left_out_of_the_only_count_is_as_rare_as_of_that():
    assert singles(NORMED, None, "weight_bytes", "layer-left-out") == {
        ("layer-left-out", "a"): (4 * 31_526, 3),
        ("layer-left-out", "b"): (4 * 31_490, 3),
        ("layer-left-out", "fc"): (4 * 268, 2),
    }
    doubled = singles(NORMED, None, "total_bytes", "layer-twice", "one-layer-only")
    assert doubled["layer-twice", "a"] == (4 * (31_750 + 13_482), 7)
    assert doubled["one-layer-only", "a"] == (4 * (112 + 13_482), 5)


@pytest.mark.parametrize(
    ("layer", "quantity", "truth", "name", "figure"),
    [
        ("fc", "params", 27 * 27 * 4 * 10 + 10, "forgot-bias", 27 * 27 * 4 * 10),
        ("fc", "total_bytes", 4 * (29_170 + 10), "forgot-bias", 4 * (29_160 + 10)),
        ("fc", "total_bytes", 4 * (29_170 + 10), "values-for-bytes", 29_180),
        ("fc", "total_bytes", 4 * (29_170 + 10), "other-memory", 4 * 29_170),
        ("b", "output", (4, 27, 27), "channels-multiplied", (16, 27, 27)),
    ],
)
def test_mistakes_on_top_of_own_sizes(layer, quantity, truth, name, figure):
    """Who has 29×29 behind the first layer goes on with 27×27: what is made of that, and nothing of other layers."""
    context = Context(NORMED)
    candidates = Candidates(context, layer, quantity, context.with_outputs({"a": (4, 29, 29)}))
    assert candidates.truth == truth
    found = {candidate.findings[0].name: candidate.figure for candidate in reversed(candidates.singles)}
    assert found[name] == figure
    assert not found.keys() & {"another-layer", "running-total", "total-given"}
    assert not any(candidate.before for candidate in candidates.singles)
    assert candidates.pairs == ()


@pytest.mark.parametrize(("quantity", "paired"), [("output", True), ("receptive_field", False), ("buffers", False)])
def test_pairs_of_what_is_no_sum(quantity, paired):
    """A size of the whole network is that of its last layer."""
    network = Network(input=(3, 20, 20), layers=[Conv2d(4, 3, name="a"), Conv2d(4, 3, stride=2, padding=1, name="b")])
    whole = Candidates(Context(network), None, quantity).pairs
    assert bool(whole) == paired
    assert whole == Candidates(Context(network), "b", quantity).pairs


def test_two_mistakes_about_a_memory():
    """Of one of its counts, as about the count itself."""
    counted = Candidates(Context(NORMED), "a", "params").pairs
    stored = Candidates(Context(NORMED), "a", "weight_bytes").pairs
    assert [(pair.findings, pair.figure, pair.rank) for pair in stored] == [
        (pair.findings, 4 * pair.figure, pair.rank) for pair in counted
    ]


OTHERS = ("batch-multiplied", "batch-forgotten", "running-total", "another-layer", "total-given")


def test_figures_of_others():
    assert singles(NORMED, "b", "params", *OTHERS) == {
        ("running-total", ""): (268, 4),
        ("another-layer", "a"): (112, 6),
        ("another-layer", "norm"): (8, 6),
        ("another-layer", "fc"): (31_370, 6),
        ("total-given", ""): (31_638, 4),
    }
    assert singles(LONG, "c1", "output", *OTHERS) == {}
    assert singles(NORMED, "b", "output", *OTHERS) == {
        ("another-layer", "a"): ((4, 30, 30), 6),
        ("another-layer", "flatten_1"): ((3136,), 6),
        ("another-layer", "fc"): ((10,), 6),
    }
    assert singles(NORMED, None, "params", *OTHERS) == {}


def test_the_batch():
    """2·3,600 and 112 parameters, which 2 divides, and 31,370·3, where it does not matter."""
    assert singles(NORMED, "a", "activations", *OTHERS[:2], batch=2) == {
        ("batch-multiplied", ""): (14_400, 2),
        ("batch-forgotten", ""): (3600, 1),
    }
    assert singles(NORMED, "a", "params", *OTHERS[:2], batch=3) == {("batch-multiplied", ""): (336, 2)}
    assert singles(NORMED, "a", "output", *OTHERS[:2], batch=2) == {}
    assert singles(NORMED, "a", "params", *OTHERS[:2]) == {}


def pairs(network, layer, quantity):
    return {
        tuple((finding.name, finding.detail) for finding in candidate.findings): (candidate.figure, candidate.rank)
        for candidate in Candidates(Context(network), layer, quantity).pairs
    }


def test_two_mistakes_throughout():
    """Without biases and input channels 4·9 + 8 + 4·9 + 31,360; 4 ranks are added to the two."""
    found = pairs(NORMED, None, "params")
    assert found[("forgot-bias", ""), ("forgot-input-channels", "3, 4")] == (31_440, 6)
    assert found[("forgot-bias", ""), ("running-statistics-counted", "")] == (31_628, 6)  # 31,620 + 2·4
    assert found[("forgot-input-channels", "3, 4"), ("one-filter", "4, 10")] == (10 + 10 + 8 + 3137, 7)
    assert found[("one-bias", ""), ("norm-forgotten", "")][0] == 31_638 - 3 - 3 - 9 - 8
    assert all(figure != 31_638 for figure, _ in found.values())


def test_two_mistakes_in_a_layer():
    found = pairs(NORMED, "a", "params")
    assert found[("forgot-bias", ""), ("forgot-input-channels", "3")] == (36, 6)
    assert found[("forgot-input-channels", "3"), ("one-filter", "4")] == (10, 7)
    assert all(figure not in (112, 108) for figure, _ in found.values())
    # of one filter the bias is one in any case; figures that leave the formula behind are not altered further
    assert (("one-bias", ""), ("one-filter", "4")) not in found
    assert not {first for (first, _), _ in found} & {"weights-not-shared", "parameters-overlooked"}
    # what the sentence of the first needs to know is not said of the second
    assert found[("forgot-input-channels", "3"), ("kernel-once", "")] == (4 * 3 + 4, 7)


DEEP = [DepthwiseConv2d(3, name="deep"), Conv2d(6, 3, groups=2, name="grouped"), Conv2d(6, 1, bias=False, name="point")]
MIXED = Network(
    input=(4, 12, 12), layers=[*DEEP, BatchNorm2d(name="norm"), MaxPool2d(2), Flatten(), Linear(7, name="fc")]
)
QUESTIONS = [
    *((layer, quantity) for layer in ("deep", "grouped", "fc") for quantity in ("params", "macs", "flops")),
    *((None, quantity) for quantity in ("params", "macs", "flops", "activations")),
    *(("grouped", "output"), ("point", "params"), ("norm", "params")),
]


@pytest.mark.parametrize(("layer", "quantity"), QUESTIONS)
def test_each_of_two_mistakes_changes_something(layer, quantity):
    """Two different ones, no two of them twice, neither rarer than 3; and not what one of them comes to (in a total
    the first way in which it is made).
    """
    candidates = Candidates(Context(MIXED), layer, quantity)
    alone = {}
    for single in candidates.singles:
        if not single.findings[0].place:
            alone.setdefault(single.findings[0].name, []).append(single.figure)
    seen = set()
    for pair in candidates.pairs:
        first, second = (finding.name for finding in pair.findings)
        seen.add((first, second))
        ways = [alone.get(name, [])[: 1 if layer is None else None] for name in (first, second)]
        assert pair.figure not in {*ways[0], *ways[1], candidates.truth}
        assert pair.rank == CATALOGUE[first].rank + CATALOGUE[second].rank + 4
        assert max(CATALOGUE[first].rank, CATALOGUE[second].rank) <= 3
    assert not seen & {(second, first) for first, second in seen}
    assert seen or layer in ("fc", "point", "norm")
    left_behind = {one.findings[0].name for one in candidates.singles if not one.workings and not one.before}
    assert layer is None or not {first for first, _ in seen} & left_behind


@pytest.mark.parametrize("quantity", ["output", "params", "macs", "flops", "activations"])
def test_expressions_lead_to_the_figure(quantity):
    """Those of an altered formula; a figure that leaves the formula behind has none."""
    candidates = Candidates(Context(MIXED), "grouped", quantity)
    for candidate in (*candidates.singles, *candidates.pairs):
        worked = tuple(number.value for number in candidate.workings)
        assert worked in ((), candidate.figure if isinstance(candidate.figure, tuple) else (candidate.figure,))
    worked = {candidate.findings[0].name for candidate in candidates.singles if candidate.workings}
    assert ("forgot-plus-one" if quantity != "params" else "forgot-bias") in worked
    assert not worked & {"another-quantity", "channels-kept", "weights-not-shared", "another-layer", "one-channel"}


def test_how_many_layers_are_looked_at_for_two_mistakes():
    def network(layers):
        return Network(input=(1, 90), layers=[Conv1d(2, 2, name="a"), *(ReLU() for _ in range(layers - 1))])

    assert Candidates(Context(network(80)), None, "params").pairs
    assert Candidates(Context(network(81)), None, "params").pairs == ()


def test_only_the_layers_that_change_are_told():
    """A layer of one input channel loses none by forgetting them."""
    one = Network(input=(1, 9, 9), layers=[Conv2d(3, 3, name="a"), Conv2d(5, 3, name="b")])
    found = pairs(one, None, "params")
    assert found[("forgot-bias", ""), ("forgot-input-channels", "3")] == (3 * 9 + 5 * 9, 6)
    assert found[("forgot-input-channels", "3"), ("one-filter", "3, 5")] == (9 + 1 + 9 + 1, 7)

    first = Network(input=(3, 9, 9), layers=[Conv2d(1, 3, name="a"), Conv2d(5, 3, name="b")])
    assert pairs(first, None, "params")[("forgot-input-channels", "3"), ("one-filter", "5")] == (9 + 1 + 9 + 1, 7)


def test_one_addition_less_is_of_multiply_accumulates():
    """7×7 of 27 products for 2 filters, and 98 rectifiers as they are: (2·27 − 1)·98 + 98."""
    network = Network(input=(3, 9, 9), layers=[Conv2d(2, 3), ReLU()])
    assert singles(network, None, "flops", "one-addition-less") == {("one-addition-less", ""): (53 * 98 + 98, 3)}


@pytest.mark.parametrize(
    ("layers", "shape", "figure"),
    [
        ([Conv2d(3, 3, groups=3, bias=False), Conv2d(64, 1, bias=False)], (3, 9, 9), 1728),  # 64·3·9
        ([Conv2d(3, 3, groups=3, bias=False), BatchNorm2d(), Conv2d(64, 1, bias=False)], (3, 9, 9), None),
        ([Conv2d(3, 3, groups=3, bias=False), ReLU(), Conv2d(64, (1, 1), bias=False)], (3, 9, 9), 1728),
        ([Conv2d(3, 3, groups=3, bias=False), Conv2d(63, 1, groups=3, bias=False)], (3, 9, 9), None),
        ([Conv2d(3, 3, groups=3, bias=False), Conv2d(64, 3, bias=False)], (3, 9, 9), None),
        ([Conv2d(4, 3, groups=2, bias=False), Conv2d(64, 1, bias=False)], (4, 9, 9), None),
        ([Conv2d(4, 3, bias=False), Conv2d(64, 1, bias=False)], (1, 9, 9), None),
        ([Conv2d(64, 1, bias=False)], (3, 9, 9), None),
        ([MaxPool2d(kernel_size=2), Conv2d(64, 1, bias=False)], (3, 9, 9), None),
        ([Conv2d(3, 3, groups=3, bias=False), Conv2d(64, (1, 3), bias=False)], (3, 9, 9), None),
        ([Conv2d(2, 3, groups=2, bias=False), Conv2d(64, 1, bias=False)], (2, 9, 9), 64 * 2 * 9),
        ([DepthwiseConv2d(3, bias=False), ReLU(), MaxPool2d(3), Conv2d(8, 1, bias=False)], (3, 9, 9), 8 * 27),
        ([SeparableConv2d(3, out_channels=4, bias=False), Conv2d(8, 1, bias=False)], (3, 9, 9), None),
        ([LocallyConnected2d(3, out_channels=4, bias=False), Conv2d(8, 1, bias=False)], (2, 9, 9), None),
        ([DepthwiseConv2d(3, bias=False, name="d"), Add(inputs=("d", "d")), Conv2d(8, 1)], (3, 9, 9), None),
        ([DepthwiseConv2d(3, bias=False), Linear(8)], (3, 9, 9), None),
        ([ReLU(), ReLU(), Conv2d(8, 1)], (3, 9, 9), None),
        ([Conv2d(3, 3, groups=3, bias=False), MaxPool2d(kernel_size=1)], (3, 9, 9), None),
    ],
)
def test_a_separable_convolution(layers, shape, figure):
    found = singles(Network(input=shape, layers=layers), None, "params", "separable-as-ordinary")
    assert found == ({("separable-as-ordinary", ""): (figure, 2)} if figure else {})
    assert singles(Network(input=shape, layers=layers), None, "activations", "separable-as-ordinary") == {}


def test_the_work_of_a_separable_convolution():
    """As one convolution with the stride of the first, 64·27 at 4×4 positions."""
    stack = [Conv2d(3, 3, stride=2, groups=3, bias=False), ReLU(), Conv2d(64, 1, bias=False)]
    found = singles(Network(input=(3, 9, 9), layers=stack), None, "macs", "separable-as-ordinary")
    assert found == {("separable-as-ordinary", ""): (64 * 27 * 16, 2)}


def test_details_of_several_layers():
    assert together(["3", "", "4", "3"]) == "3, 4"
    assert together(["1", "2", "3"]) == "1, 2, 3"
    assert together(["1", "2", "3", "4"]) == "1, 2, 3, …"
    assert together([""]) == ""


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


KINDS = {"a": "Conv2d", "b": "Conv2d", "norm": "BatchNorm2d", "fc": "Linear"}
CHANGES = [
    ("forgot-bias", 1, "", {"a": -4, "b": -4, "fc": -10}),
    ("one-bias", 2, "", {"a": -3, "b": -3, "norm": -3, "fc": -9}),
    ("bias-a-kernel", 5, "", {"a": 3 * 4 - 4, "b": 4 * 4 - 4}),
    ("bias-an-input", 5, "", {"a": 3 - 4, "fc": 3136 - 10}),  # b has as many inputs as outputs
    ("forgot-input-channels", 1, "3, 4", {"a": 36 - 108, "b": 36 - 144}),
    ("input-channels-twice", 4, "", {"a": 324 - 108, "b": 576 - 144}),
    ("one-filter", 2, "4, 10", {"a": 28 - 112, "b": 37 - 148, "fc": 3137 - 31_370}),
    ("kernel-once", 2, "", {"a": 36 - 108, "b": 48 - 144}),
    ("forgot-kernel", 4, "", {"a": 12 - 108, "b": 16 - 144}),
    ("norm-forgotten", 2, "", {"norm": -8}),
    ("parameters-overlooked", 3, "", {"a": -112, "b": -148, "fc": -31_370}),
    ("running-statistics-counted", 1, "", {"norm": 8}),
    ("running-statistics-counted", 1, "", {"norm": 9}),
    ("one-a-channel", 3, "", {"norm": -4}),
    ("norm-not-shared", 3, "", {"norm": 8 * 900 - 8}),
    ("norm-not-shared", 3, "", {"norm": 2 * 900 - 8}),
    ("norm-one-pair", 3, "", {"norm": 2 - 8}),
    ("weights-not-shared", 3, "", {"a": 108 * 900 - 112, "b": 144 * 784 - 148}),
    ("weights-not-shared", 3, "", {"a": 112 * 900 - 112, "b": 148 * 784 - 148}),
    ("another-quantity", 5, "macs", {"": 108 * 900 + 144 * 784 + 31_360 - 31_638}),
    ("another-quantity", 5, "activations", {"": 13_482 - 31_638}),
]
"""Each mistake in a layer of NORMED, as it changes the number of parameters."""
DETAILS = {
    ("forgot-input-channels", "a"): "3",
    ("forgot-input-channels", "b"): "4",
    **{("one-filter", place): "4" for place in ("a", "b", "Conv2d")},
    **{("one-filter", place): "10" for place in ("fc", "Linear")},
}


def test_a_total_with_a_mistake_in_all_layers_in_those_of_a_kind_or_in_one():
    expected = set()
    for name, rank, detail, changes in CHANGES:
        expected.add((name, detail, "", 31_638 + sum(changes.values()), rank))
        kinds = {KINDS[layer] for layer in changes if layer}
        for kind in kinds if len(kinds) > 1 else ():
            change = sum(change for layer, change in changes.items() if KINDS[layer] == kind)
            expected.add((name, DETAILS.get((name, kind), ""), kind, 31_638 + change, rank + 1))
        for layer, change in changes.items() if len(changes) > 1 else ():
            expected.add((name, DETAILS.get((name, layer), ""), layer, 31_638 + change, rank + 1.5))
    found = {
        (finding.name, finding.detail, finding.place, candidate.figure, candidate.rank)
        for candidate in Candidates(Context(NORMED), None, "params").singles
        for finding in candidate.findings
        if not candidate.before and finding.name in {name for name, *_ in CHANGES} and finding.detail != "flops"
    }
    assert found == expected
