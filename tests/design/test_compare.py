"""Networks side by side."""

from fractions import Fraction

import pytest

from cnncalc import CnncalcError, analyze, compare, load, loads
from cnncalc.report.compared import compared_document, compared_markdown, ratio_text, sentences


def comparison_of(*specs):
    return compare(*(analyze(load(spec)) for spec in specs))


def test_the_lectures_exercise_in_words():
    """The lectures' exercise on time and space complexity: 3.6 times fewer weights and multiply-accumulates."""
    comparison = comparison_of("complexity_3x3", "complexity_bottleneck")
    assert comparison.figures["params"] == (589_824, 163_840)
    assert comparison.figures["macs"] == (5_898_240_000, 1_638_400_000)
    assert comparison.figures["activations"] == (2_560_000, 3_200_000)
    (sentence,) = sentences(comparison)
    assert sentence == (
        "Beside A, B takes 3.6× fewer parameters and MACs for 1.25× the activations and 1.04× the memory; "
        "both see 3 pixels."
    )


def test_three_3x3_against_one_7x7():
    """27·C² against 49·C²: Simonyan and Zisserman (2014), section 2.3, "81% more"."""
    figures = comparison_of("stack_three_3x3", "one_7x7").figures
    assert Fraction(*reversed(figures["params"])) == Fraction(49, 27)
    assert figures["receptive_field"] == (7, 7)


def test_layers_correspond_by_name_then_by_kind():
    (pairs,) = comparison_of("complexity_3x3", "complexity_bottleneck").pairs
    assert [(pair.ours and pair.ours.name, pair.theirs and pair.theirs.name) for pair in pairs] == [
        (None, "reduce"),
        ("conv", "conv"),
    ]
    first = loads(
        """{"input": [3, 8, 8], "layers": [{"name": "p", "type": "Conv2d", "out_channels": 4, "kernel_size": 3},
        {"name": "q", "type": "ReLU"}, {"name": "end", "type": "Flatten"}]}"""
    )
    second = loads(
        """{"input": [3, 8, 8], "layers": [{"name": "r", "type": "Conv2d", "out_channels": 5, "kernel_size": 3},
        {"name": "s", "type": "BatchNorm2d"}, {"name": "t", "type": "ReLU"}, {"name": "end", "type": "Flatten"}]}"""
    )
    (pairs,) = compare(analyze(first), analyze(second)).pairs
    names = [(pair.ours and pair.ours.name, pair.theirs and pair.theirs.name) for pair in pairs]
    assert names == [("p", "r"), (None, "s"), ("q", "t"), ("end", "end")]
    assert pairs[0].changed == ("output_shape", "params", "macs", "flops", "activations")
    assert pairs[1].changed == ("only",)


def test_every_layer_of_both_stands_once_and_in_order():
    comparison = comparison_of("resnet18", "resnet50", "alexnet")
    for analysis, pairs in zip(comparison.analyses[1:], comparison.pairs, strict=True):
        ours = [pair.ours.name for pair in pairs if pair.ours]
        theirs = [pair.theirs.name for pair in pairs if pair.theirs]
        assert ours == [row.name for row in comparison.analyses[0].layers]
        assert theirs == [row.name for row in analysis.layers]


def test_a_network_is_like_itself():
    comparison = comparison_of("resnet18", "resnet18")
    assert all(not pair.changed for pair in comparison.pairs[0])
    assert sentences(comparison) == ["Beside A, B takes as much of everything; both see 435 pixels."]


def test_figures_of_different_conventions_are_not_compared():
    network = load("alexnet")
    with pytest.raises(CnncalcError, match="different conventions cannot be compared: cnncalc, thop"):
        compare(analyze(network), analyze(network, convention="thop"))
    with pytest.raises(CnncalcError, match="found an object of type Network"):
        compare(network, network)
    with pytest.raises(CnncalcError, match="needs two networks or more"):
        compare(analyze(network))


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Fraction(18, 5), "3.6"),
        (Fraction(5, 4), "1.25"),
        (Fraction(49, 27), "1.81"),
        (Fraction(1), "1"),
        (Fraction(1001, 1000), "1.001"),
        (Fraction(124, 10), "12.4"),
        (Fraction(123456, 100), "1,235"),
        (Fraction(1, 8), "0.13"),
    ],
)
def test_ratios(ratio, text):
    assert ratio_text(ratio) == text


def test_documents():
    comparison = comparison_of("one_7x7", "stack_three_3x3")
    document = compared_document(comparison)
    assert document["convention"] == "cnncalc"
    assert document["networks"][1]["totals"]["params"] == 110_592
    assert document["networks"][1]["ratios"]["params"] == 110_592 / 200_704
    assert len(document["layers"][0]) == 3
    assert "| params | 200,704 | 110,592 |" in compared_markdown(comparison)
