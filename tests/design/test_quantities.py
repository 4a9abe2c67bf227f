"""Figures by their names: the same ones everywhere, and why some cannot be had."""

import pytest

from cnncalc import analyze, load, loads, sweep
from cnncalc.analysis.vocabulary import QUANTITIES, heading, unknown_quantity
from cnncalc.cli.options import QuantitiesParameter
from cnncalc.design import limits
from cnncalc.design.limits import value_in
from cnncalc.design.quantities import OF_THE_NETWORK, quantity_named
from cnncalc.errors import CnncalcError
from cnncalc.homework import explanation, questions
from cnncalc.homework import quantities as answers
from cnncalc.report.sheet import COLUMNS


def test_no_room_has_a_name_of_its_own():
    named = [limits.QUANTITIES, OF_THE_NETWORK, explanation.QUANTITIES, questions.ASKED, answers.QUANTITIES]
    for names in named:
        assert set(names) <= set(QUANTITIES)
    assert set(COLUMNS) & set(QUANTITIES) == {
        *("output", "params", "buffers", "macs", "flops", "activations", "receptive_field", "jump", "start")
    }
    assert {"params", "buffers", "macs", "flops", "activations"} < analyze(load("lenet5")).to_dict()["totals"].keys()


def test_the_receptive_field_of_a_network_is_that_of_its_budget():
    for name, sizes in (("alexnet", [96, 224]), ("lenet5", [32, 40]), ("squeezenet1_0", [64, 224])):
        frame = sweep(load(name), {"input": sizes}, quantities=["receptive_field", "macs"])
        for size, field in zip(sizes, frame["receptive_field"], strict=True):
            channels = analyze(load(name)).input[0]
            assert field == value_in(analyze(load(name), (channels, size, size)), "receptive_field"), (name, size)


def test_a_field_that_depends_on_a_variable():
    """3 + 2·(k − 1) for two kernels: worked by hand."""
    text = """{"input": [3, 32, 32], "variables": {"k": 3}, "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3, "stride": 2},
        {"type": "Conv2d", "out_channels": 4, "kernel_size": "k"}]}"""
    frame = sweep(loads(text), {"k": [1, 3, 5]}, quantities=["receptive_field", "receptive_field.H"])
    assert list(frame["receptive_field"]) == list(frame["receptive_field.H"]) == [3, 7, 11]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("conv1.memory", "memory depends on"),
        ("conv1.receptive_field", "receptive_field has a size an axis; name one"),
        ("output", "output is a shape, not one number; name a size of it"),
        ("receptive_feld", "no quantity is named 'receptive_feld'; did you mean 'receptive_field'?"),
        ("field.H", "no layer is named 'field'"),
    ],
)
def test_what_a_sweep_has_not(name, sentence):
    with pytest.raises(CnncalcError) as raised:
        quantity_named(name, ["conv1", "pool1"], ["input"])
    assert sentence in str(raised.value)


def test_a_refusal_says_where_else_it_is():
    for name in QUANTITIES:
        assert "here there are params" in str(unknown_quantity(name, ["params"])) or name == "params"
    assert str(unknown_quantity("parms", ["params", "macs"])) == "no quantity is named 'parms'; did you mean 'params'?"


def test_hyphens_and_capitals_are_forgiven():
    assert QuantitiesParameter(["receptive_field", "macs"]).convert("Receptive-Field, MACs", None, None) == (
        *("receptive_field", "macs"),
    )


def test_headings():
    assert [heading(name) for name in ("macs", "conv1.flops", "conv1.H")] == ["MACs", "conv1.FLOPs", "conv1.H"]
