"""The wrong figures of a question and how likely each is, put down by hand."""

import pytest

from cnncalc import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU
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


FIELDS = Network(
    input=(1, 64, 64),
    layers=[
        Conv2d(1, 3, stride=2, name="a"),
        MaxPool2d(kernel_size=2, name="pool"),
        Conv2d(1, 3, name="b"),
        Conv2d(1, 3, dilation=2, name="c"),
    ],
)
"""r: 1 + 2·1 = 3, 3 + 1·2 = 5, 5 + 2·4 = 13, 13 + 4·4 = 29; j: 2, 4, 4, 4."""


def fields(quantity):
    found = {}
    for candidate in Candidates(Context(FIELDS), "c", quantity).singles:
        (finding,) = candidate.findings
        assert len(set(candidate.figure)) == 1
        found[finding.name, finding.place] = (candidate.figure[0], candidate.rank)
    return {key: value for key, value in found.items() if key[0] != "another-layer"}


def test_receptive_fields():
    assert fields("receptive_field") == {
        ("field-forgot-strides", ""): (1 + 2 + 1 + 2 + 4, 1),
        ("field-kernel-times-jump", ""): (1 + 3 + 2 * 2 + 3 * 4 + 5 * 4, 1),
        ("field-kernel-added", ""): (1 + 3 + 2 + 3 + 5, 1),
        ("field-own-stride-first", ""): (1 + 2 * 2 + 1 * 4 + 2 * 4 + 4 * 4, 2),
        ("field-own-stride-only", ""): (1 + 2 * 2 + 1 * 2 + 2 + 4, 3),
        ("field-dilation-ignored", ""): (13 + 2 * 4, 1),
        ("field-pooling-left-out", ""): (29 - 2, 1),
        ("field-pooling-ignored", ""): (3 + 2 * 2 + 4 * 2, 2),
        ("field-layer-left-out", ""): (1, 3),
        ("field-stride-left-out", ""): (1 + 2 + 1 + 2 + 4, 3),
        ("field-from-zero", ""): (28, 2),
        ("field-forgot-strides", "pool"): (29 - 1, 2.5),
        ("field-forgot-strides", "b"): (29 - 6, 2.5),
        ("field-forgot-strides", "c"): (29 - 12, 2.5),
        ("field-own-stride-first", "a"): (29 + 2, 3.5),
        ("field-own-stride-first", "pool"): (29 + 2, 3.5),
        ("field-own-stride-only", "a"): (29 + 2, 4.5),
        ("field-own-stride-only", "b"): (29 - 6, 4.5),
        ("field-own-stride-only", "c"): (29 - 12, 4.5),
        ("field-dilation-ignored", "c"): (29 - 8, 2.5),
        ("field-layer-left-out", "a"): (29 - 2, 4.5),
        ("field-layer-left-out", "pool"): (29 - 2, 4.5),
        ("field-layer-left-out", "b"): (29 - 8, 4.5),
        ("field-layer-left-out", "c"): (13, 4.5),
        ("field-stride-left-out", "a"): (3 + 1 + 2 * 2 + 4 * 2, 4.5),
        ("field-stride-left-out", "pool"): (3 + 2 + 2 * 2 + 4 * 2, 4.5),
        ("jump-given", ""): (4, 1),
        ("own-kernel-only", ""): (5, 2),
        ("kernels-multiplied", ""): (3 * 2 * 3 * 5, 3),
        ("kernels-added", ""): (3 + 2 + 3 + 5, 3),
    }


def test_jumps():
    assert fields("jump") == {
        ("field-pooling-ignored", ""): (2, 2),
        ("field-stride-left-out", ""): (1, 3),
        ("field-stride-left-out", "a"): (2, 4.5),
        ("field-stride-left-out", "pool"): (2, 4.5),
        ("receptive-field-given", ""): (29, 1),
        ("own-stride-only", ""): (1, 2),
        ("strides-added", ""): (2 + 2 + 1 + 1, 3),
    }


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
