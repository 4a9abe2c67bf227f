"""Two mistakes that are made together: in a layer, throughout, and in one count of a memory."""

import pytest

from cnncalc import BatchNorm2d, Conv1d, Conv2d, DepthwiseConv2d, Flatten, Linear, MaxPool2d, Network, ReLU
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.task import CATALOGUE

NORMED = Network(
    input=(3, 32, 32),
    layers=[Conv2d(4, 3, name="a"), BatchNorm2d(name="norm"), Conv2d(4, 3, name="b"), Flatten(), Linear(10, name="fc")],
)
"""112 + 8 + 148 + 31,370 = 31,638 parameters; 3,600 + 3,600 + 3,136 + 3,136 + 10 = 13,482 activations."""


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


def test_two_mistakes_about_a_memory():
    """Of one of its counts, as about the count itself."""
    counted = Candidates(Context(NORMED), "a", "params").pairs
    stored = Candidates(Context(NORMED), "a", "weight_bytes").pairs
    assert [(pair.findings, pair.figure, pair.rank) for pair in stored] == [
        (pair.findings, 4 * pair.figure, pair.rank) for pair in counted
    ]
