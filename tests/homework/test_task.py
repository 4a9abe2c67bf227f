"""One figure of one layer: its formula, altered or left behind, and what is kept of it."""

import pytest

from cnncalc import AvgPool2d, Concat, Conv2d, Flatten, Network, ReLU
from cnncalc.homework import alterations as alter
from cnncalc.homework.context import Context
from cnncalc.homework.cost_mistakes import _conventions_of
from cnncalc.homework.findings import COMMON, Asked, is_possible
from cnncalc.homework.other_sizes import other_analyses
from cnncalc.homework.task import CATALOGUE, Task, mistakes_about
from cnncalc.layers.reading import Placed, Rearranged, Sliding

NETWORK = Network(
    input=(3, 9, 11),
    layers=[
        *(Conv2d(4, (3, 5), stride=(1, 2), name="conv"), AvgPool2d(2, name="pool"), ReLU(name="relu")),
        *(Concat(inputs=("pool", "relu"), name="both"), Flatten(name="flat")),
    ],
)
"""9 − 3 + 1 = 7 and (11 − 5)/2 + 1 = 4; 180 weights and 4 biases."""
CONTEXT = Context(NETWORK)


def task(layer, quantity):
    return Task(CONTEXT.analysis, layer, quantity, CONTEXT.analysis.row(layer).visit)


def test_figures_and_their_expressions():
    conv = task("conv", "params")
    assert (conv.value(), conv.of("output"), conv.of("macs")) == (184, (4, 7, 4), 180 * 28)
    assert [number.value for number in task("conv", "output").workings()] == [4, 7, 4]
    assert task("conv", "output").workings()[2].derivation.symbols() == "(W - K_W + 2*P)//S_W + 1"
    assert conv.with_settings(bias=False).with_figure(7).value() == 7
    assert conv.with_layer(Conv2d(2, 3)).value() == 2 * 27 + 2


def test_alterations_are_made_one_after_the_other():
    conv = task("conv", "params").with_alteration(alter.left_out("Cin")).with_alteration(alter.put({"Cout": 1}))
    assert conv.value() == 15 + 1
    assert conv.of("macs") == 15 * 28


def test_how_the_output_reads_the_first_input():
    assert [along.kernel for along in task("conv", "output").relations(Sliding)] == [3, 5]
    assert [along.offset for along in task("both", "output").relations(Placed)] == [0]
    assert len(task("flat", "output").relations(Rearranged)) == 1
    windows = {name: [each.kernel for each in task(name, "output").windows()] for name in ("conv", "pool", "both")}
    assert windows == {"conv": [3, 5], "pool": [2, 2], "both": []}
    assert task("both", "output").input == (4, 3, 2)


def test_what_is_worked_out_once_is_kept():
    conv = task("conv", "flops")
    assert conv.workings()[0] is task("conv", "flops").workings()[0]
    assert task("conv", "macs").workings()[0] is not conv.workings()[0]
    assert CONTEXT.analysis is CONTEXT.analysis
    assert other_analyses(CONTEXT) is other_analyses(CONTEXT)
    assert _conventions_of(CONTEXT.analysis) is _conventions_of(CONTEXT.analysis)


def test_what_a_question_supposes():
    assert (CONTEXT.batch, CONTEXT.convention, CONTEXT.width, CONTEXT.image) == (1, "cnncalc", 4, (3, 9, 11))
    assert CONTEXT.figure("weight_bytes", "conv") == 4 * 184
    two = Network(input={"x": (3, 4), "y": (3, 4)}, layers=[Concat(inputs=("x", "y"))])
    assert Context(two).image == ()
    assert Context(Network(input={"x": (3, 4)}, layers=[ReLU(inputs=("x",))])).image == (3, 4)
    assert Context(NETWORK, batch=2, convention="macs").analysis.totals.flops == 2 * 180 * 28


def test_the_layer_that_is_asked_about():
    asked = Asked(CONTEXT, CONTEXT.analysis, None, "output", (56,))
    assert (asked.layer_or_last, asked.on_top) == ("flat", False)
    assert Asked(CONTEXT, CONTEXT.analysis, "conv", "output", (4, 7, 4)).layer_or_last == "conv"


@pytest.mark.parametrize(
    ("figure", "expected"),
    [((1, 2), True), ((1, 0), False), ((1, -1), False), (0, True), (1, True), (-1, False), (None, False)],
)
def test_which_figures_can_be_answers(figure, expected):
    assert is_possible(figure) is expected


def test_mistakes_by_quantity_and_how_common_they_are():
    for quantity in ("output", "params", "macs", "flops", "activations"):
        every = mistakes_about(quantity)
        assert every == [mistake for mistake in CATALOGUE.values() if quantity in mistake.quantities]
        assert mistakes_about(quantity, COMMON) == [mistake for mistake in every if mistake.rank in (1, 2, 3)]
        assert {3, 4} <= {mistake.rank for mistake in every}
    assert all(CATALOGUE[name].name == name for name in CATALOGUE)
    assert {name for name, mistake in CATALOGUE.items() if mistake.throughout} == {
        *("flops-for-macs", "macs-for-flops", "another-convention", "another-quantity"),
    }
