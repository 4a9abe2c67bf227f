"""What follows from sizes that a mistake before made wrong, put down by hand."""

import pytest

from cnncalc import Add, Concat, Conv1d, Conv2d, Flatten, Linear, MaxPool2d, Multiply, Network
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context

LAYERS = [
    Conv2d(2, 5, padding=2, name="c"),
    MaxPool2d(kernel_size=3, stride=2, name="p"),
    Conv2d(3, 3, name="d"),
    Flatten(name="f"),
    Linear(10, name="fc"),
]
NETWORK = Network(input=(1, 28, 28), layers=LAYERS)
"""28, ⌊25/2⌋ + 1 = 13, 11, 3·121 = 363, and 3,640 parameters of fc."""


def before(network, layer, quantity):
    """Figure and rank of each mistake before a layer, by its name, its detail and the layer where it is made."""
    found = {}
    for candidate in Candidates(Context(network), layer, quantity).singles:
        if candidate.before:
            (finding,) = candidate.findings
            found[finding.name, finding.detail, finding.place] = (candidate.figure, candidate.rank)
    return found


def of_features(features):
    return features * 10 + 10


OTHER = {
    ("other-input", "32", ""): (3 * 13 * 13, 2),  # 32, 15, 13
    ("forgot-plus-one", "", ""): (3 * 9 * 9, 1.5),  # 27, 12, 9
    ("same-assumed", "0", ""): (3 * 14 * 14, 3.5),  # 28, 14, 14
    ("channels-kept", "", ""): (11 * 11, 3.5),  # one channel throughout
    ("forgot-padding", "2", "c"): (3 * 9 * 9, 2.5),  # 24, 11, 9
    ("padding-once", "", "c"): (3 * 10 * 10, 3.5),  # 26, 12, 10
    ("forgot-plus-one", "", "p"): (3 * 10 * 10, 2.5),
    ("forgot-plus-one", "", "d"): (3 * 10 * 10, 2.5),
    ("ceiling-for-floor", "", "p"): (3 * 12 * 12, 2.5),  # 14, 12
    ("stride-ignored", "2", "p"): (3 * 24 * 24, 3.5),  # 26, 24
    ("stride-is-kernel", "", "p"): (3 * 7 * 7, 4.5),  # ⌊25/3⌋ + 1 = 9, 7
    ("same-assumed", "0", "p"): (3 * 12 * 12, 4.5),
    ("same-assumed", "0", "d"): (3 * 13 * 13, 4.5),
    ("channels-kept", "", "d"): (2 * 11 * 11, 4.5),
    ("flatten-forgot-channels", "", "f"): (11 * 11, 2.5),
    ("flatten-one-side", "", "f"): (3 * 11, 4.5),
    ("flatten-channels-only", "", "f"): (3, 4.5),
    ("pooling-skipped", "", "p"): (3 * 26 * 26, 4.5),
}


def test_the_parameters_of_the_last_layer():
    assert before(NETWORK, "fc", "params") == {
        mistake: (of_features(features), rank) for mistake, (features, rank) in OTHER.items()
    }


def test_the_total():
    """52 + 57 + 3,640 = 3,749; where a channel is kept throughout, d has 1·9·3 + 3 = 30."""
    found = before(NETWORK, None, "params")
    assert found.pop(("channels-kept", "", "c")) == (3749 - 27, 4.5)
    assert found.pop(("channels-kept", "", "")) == (52 + 30 + of_features(121), 3.5)
    assert found.pop(("pooling-channels", "", "p")) == (3749 - 27, 3.5)
    assert found == {
        mistake: (52 + 57 + of_features(features), rank)
        for mistake, (features, rank) in OTHER.items()
        if mistake != ("channels-kept", "", "")
    }


def test_a_layer_between():
    """No mistake of the layer itself or behind it."""
    assert before(NETWORK, "d", "output") == {
        ("other-input", "32", ""): ((3, 13, 13), 2),
        ("forgot-plus-one", "", ""): ((3, 9, 9), 1.5),
        ("same-assumed", "0", ""): ((3, 14, 14), 3.5),
        ("channels-kept", "", ""): ((1, 11, 11), 3.5),
        ("forgot-padding", "2", "c"): ((3, 9, 9), 2.5),
        ("padding-once", "", "c"): ((3, 10, 10), 3.5),
        ("forgot-plus-one", "", "p"): ((3, 10, 10), 2.5),
        ("ceiling-for-floor", "", "p"): ((3, 12, 12), 2.5),
        ("stride-ignored", "2", "p"): ((3, 24, 24), 3.5),
        ("stride-is-kernel", "", "p"): ((3, 7, 7), 4.5),
        ("same-assumed", "0", "p"): ((3, 12, 12), 4.5),
        ("pooling-skipped", "", "p"): ((3, 26, 26), 4.5),
    }
    assert before(NETWORK, "c", "output") == {("other-input", "32", ""): ((2, 32, 32), 2)}


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        *(((1, 28, 28), 32), ((1, 32, 32), 28), ((3, 224, 224), 227), ((3, 227, 227), 224), ((3, 28), 32)),
        *(((1, 28, 32), None), ((3, 30, 30), None), ((28,), None), ((28, 30, 30), None)),
    ],
)
def test_inputs_that_are_taken_for_each_other(shape, size):
    network = Network(input=shape, layers=[Linear(5, name="fc")])
    found = before(network, "fc", "output")
    other = (*(shape[0], *(size,) * (len(shape) - 1))[:-1], 5) if size else None
    expected = other is not None and other != (*shape[:-1], 5)
    assert found == ({("other-input", str(size), ""): (other, 2)} if expected else {})


def test_sizes_that_do_not_fit_are_not_followed():
    """fc says how many features it takes; the rest of the network goes on."""
    fixed = Network(input=(1, 28, 28), layers=[*LAYERS[:-1], Linear(10, in_features=363, name="fc")])
    assert before(fixed, "fc", "params") == {}
    assert ("channels-kept", "", "c") in before(fixed, None, "params")
    assert len(before(fixed, None, "params")) == 2


def test_sizes_below_one_are_not_followed():
    small = Network(input=(1, 3, 3), layers=[Conv2d(2, 3, padding=1, name="c"), Conv2d(2, 3, name="d")])
    assert before(small, "d", "output") == {}
    assert {place for _, _, place in before(small, None, "macs")} <= {"c", "d", ""}
    assert ("forgot-plus-one", "", "d") not in before(small, None, "macs")


def test_a_total_with_other_sizes_of_the_last_layer():
    """Of a layer's own mistakes only those of sizes that no count has: 2·26·26 + 3·24·24, with a channel less each."""
    network = Network(input=(1, 30, 30), layers=[Conv2d(2, 5, name="a"), Conv2d(3, 3, name="b")])
    found = before(network, None, "activations")
    assert found["channels-kept", "", "b"] == (2 * 26 * 26 + 2 * 24 * 24, 4.5)
    assert ("channels-kept", "", "b") not in before(network, "b", "activations")


def test_a_network_whose_input_has_a_name():
    named = Network(input={"image": (1, 28, 28)}, layers=[Conv2d(2, 5, name="c", inputs=("image",))])
    assert before(named, "c", "output") == {("other-input", "32", ""): ((2, 28, 28), 2)}
    line = Network(input=(1, 28), layers=[Conv1d(2, 5, name="c")])
    assert before(line, "c", "output") == {("other-input", "32", ""): ((2, 28), 2)}
    oblong = Network(input=(1, 30, 28), layers=[Conv2d(2, 5, name="c")])
    assert before(oblong, "c", "output") == {}
    two = {"image": (1, 28, 28), "mask": (1, 28, 28)}
    masked = [Multiply(inputs=("image", "mask"), name="m"), Conv2d(2, 5, name="c")]
    assert before(Network(input=two, layers=masked), "c", "output") == {}


@pytest.mark.parametrize(
    ("merge", "channels"), [(Concat(inputs=("a", "b"), name="m"), 4), (Add(inputs=("a", "b"), name="m"), 2)]
)
def test_branches_put_together_otherwise_are_not_followed(merge, channels):
    """What is concatenated is not taken to be added on the way to another layer, nor the other way round."""
    first = [Conv2d(2, 3, name="a", inputs=("input",)), Conv2d(2, 3, name="b", inputs=("input",))]
    network = Network(input=(2, 9, 9), layers=[*first, merge, Conv2d(5, 1, name="c"), Flatten(name="f"), Linear(3)])
    assert Candidates(Context(network), "c", "params").truth == 5 * channels + 5
    assert before(network, "c", "params") == {}
    assert {name for name, _, _ in before(network, None, "params")} == {
        *("forgot-plus-one", "same-assumed", "channels-kept", "flatten-forgot-channels", "flatten-one-side"),
        "flatten-channels-only",
    }


def test_a_mistake_in_one_of_many_layers_is_looked_for_in_the_first_64():
    chain = [Conv1d(1, 2, padding=1, name=f"c{n}") for n in range(65)]
    network = Network(input=(1, 9), layers=[*chain, Conv1d(1, 1, name="last")])
    found = [place for name, _, place in before(network, "last", "output") if name == "padding-once"]
    assert found == ["", *(f"c{n}" for n in range(64))]
