"""The wrong figures of a question and how likely each is, put down by hand."""

import pytest

from cnncalc import (
    Add,
    BatchNorm2d,
    Conv2d,
    DepthwiseConv2d,
    Flatten,
    Linear,
    LocallyConnected2d,
    MaxPool2d,
    Network,
    ReLU,
    SeparableConv2d,
)
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
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
