"""What a convention may count, of a few layers by hand; and how differences are called."""

from types import SimpleNamespace

import pytest

from cnncalc import Network, analyze, layers
from cnncalc.analysis.convention import Rule, quantities
from cnncalc.analysis.quantities import QUANTITIES, value_of
from cnncalc.analysis.reconcile import described, parts, reconciled
from cnncalc.layers.base import Operations


def visit(layer, *shapes):
    inputs = {f"x{n}": shape for n, shape in enumerate(shapes)}
    named = type(layer)(**{f: getattr(layer, f) for f in layer.__struct_fields__} | {"inputs": tuple(inputs)})
    return analyze(Network(input=inputs, layers=[named])).layers[0].visit


CONV = visit(layers.Conv2d(6, (2, 3), stride=2, padding=1, groups=2), (4, 9, 7))
"""⌊(9 − 2 + 2)/2⌋ + 1 = 5 and (7 − 3 + 2)/2 + 1 = 4: 6×5×4 of 2·2·3 weights and a bias each."""
OF_CONV = {
    "mac": 120 * 12,
    "add": 120,
    "mul": 0,
    "compare": 0,
    "div": 0,
    "exp": 0,
    "input": 252,
    "inputs": 252,
    "output": 120,
    "channels": 4,
    "positions": 20,
    "axes": 2,
    "params": 78,
    "weights": 72,
    "buffers": 0,
    "taps": 6,
    "kernel": 6,
    "kernel_in_full": 1,
    "groups": 2,
    "size": 1,
    "filters": 3,
    "filters_again": 1,
    "out_channels": 6,
    "input_positions": 63,
    "odd_padding": 0,
    "even_positions": 20,
    "stated_size": 0,
    "window_positions": 20,
    "rows": 36,
    "passes_on": 0,
    "used": 1,
    "one": 1,
    "ratio": 5 * 4,  # 9 % 5 + 1 = 5, 7 % 4 + 1 = 4
}


def test_every_quantity_of_a_convolution():
    assert {name: value(CONV) for name, (_, value) in QUANTITIES.items()} == OF_CONV
    assert quantities() == {name: meaning for name, (meaning, _) in QUANTITIES.items()}


@pytest.mark.parametrize(
    ("layer", "shapes", "found"),
    [
        (layers.MaxPool2d(3), [(4, 9, 7)], {"kernel": 3, "kernel_in_full": 0, "taps": 9, "ratio": 3 * 2}),
        (layers.MaxPool1d(3), [(4, 9)], {"kernel": 3, "kernel_in_full": 1, "taps": 3, "ratio": 3, "axes": 1}),
        (layers.MaxPool2d(1), [(4, 9, 7)], {"kernel_in_full": 1, "taps": 1, "ratio": 1}),
        (layers.Conv2d(6, 2, padding="same"), [(4, 9, 7)], {"axes": 2}),
        (layers.Linear(5), [(7,)], {"axes": 0, "positions": 1, "channels": 7, "taps": 1, "kernel": 1, "weights": 35}),
        (layers.Add(), [(4, 9), (4, 9)], {"input": 36, "inputs": 72, "output": 36, "groups": 1, "filters": 4}),
        (layers.BatchNorm2d(), [(4, 9, 7)], {"params": 8, "buffers": 9, "weights": 4, "rows": 36, "size": 1}),
        (layers.LayerNorm((9, 7)), [(4, 9, 7)], {"rows": 4}),
        (layers.ReLU(), [(4, 9, 7)], {
            "taps": 1, "kernel": 1, "kernel_in_full": 1, "odd_padding": 0, "even_positions": 63, "window_positions": 63,
            "stated_size": 0, "size": 1, "groups": 1, "ratio": 1, "filters_again": 4, "rows": 36,
        }),
        (layers.Add(), [(4, 9, 7), (4, 1, 7)], {
            "input": 252, "inputs": 280, "channels": 4, "input_positions": 63, "window_positions": 63, "rows": 36,
            "ratio": 1,
        }),
        (layers.Add(), [(4, 9, 7), (1, 9, 1)], {"rows": 36, "channels": 4, "input": 252}),
        (layers.MaxPool2d(3), [(4, 9, 7)], {"window_positions": 3 * 2}),
        (layers.Conv2d(6, 3, stride=2, padding=1), [(4, 9, 7)], {"window_positions": 5 * 4}),
        (layers.Conv2d(6, 4, padding="same"), [(4, 9, 7)], {"window_positions": 63}),
        (layers.Conv2d(6, 4, padding="valid"), [(4, 9, 7)], {"window_positions": 6 * 4}),
        (layers.Einsum("ij,ij->"), [(3, 4), (3, 4)], {"axes": 0, "positions": 1, "out_channels": 1, "output": 1}),
        (layers.LayerNorm(7), [(4, 9, 7)], {"rows": 36}),
        (layers.LocalResponseNorm(3), [(4, 9, 7)], {"size": 3, "input_positions": 63}),
        (layers.Upsample(size=20), [(4, 9, 7)], {"stated_size": 20}),
        (layers.Upsample(size=(20, 11)), [(4, 9, 7)], {"stated_size": 220}),
        (layers.Upsample(scale_factor=2), [(4, 9, 7)], {"stated_size": 0}),
        (layers.Conv2d(6, (4, 3), padding="same"), [(4, 9, 7)], {"odd_padding": 1, "even_positions": 8 * 7}),
        (layers.Conv2d(6, 2, padding="same"), [(4, 9, 7)], {"odd_padding": 1, "even_positions": 8 * 6}),
        (layers.Conv2d(6, 2, padding="same", dilation=2), [(4, 9, 7)], {"odd_padding": 0, "even_positions": 63}),
        (layers.Conv2d(6, 2, padding="valid"), [(4, 9, 7)], {"odd_padding": 0, "even_positions": 48}),
        (layers.ConvTranspose2d(6, 3, stride=2, padding=1), [(4, 9, 7)], {"window_positions": 5 * 4, "positions": 221}),
        (layers.ConvTranspose2d(6, 3, dilation=2), [(4, 9, 7)], {"window_positions": 5 * 3, "groups": 1}),
    ],
)  # fmt: skip
def test_quantities_of_other_layers(layer, shapes, found):
    seen = visit(layer, *shapes)
    assert {name: QUANTITIES[name][1](seen) for name in found} == found


def test_products_of_quantities():
    assert value_of("output*taps")(CONV) == 720
    assert value_of("one")(CONV) == 1
    assert value_of("channels * groups*axes")(CONV) == 16


@pytest.mark.parametrize(
    ("count", "words"),
    [
        ({"input": 2}, "2 an input element"),
        ({"output": 1}, "1 an output element"),
        ({"channels": 3, "params": 1}, "3 a channel, 1 a parameter"),
        ({"mac": 1, "add": 2}, "1 a multiply-accumulate, 2 an addition"),
        ({"mul": 1, "exp": 4}, "1 a multiplication, 4 an exponential"),
        ({"output*taps": 1, "output": -1}, "1 an output·taps, −1 an output element"),
        ({"rows": 2}, "2 a rows"),
        ({"mac": 0, "exp": 1}, "0 a multiply-accumulate, 1 an exponential"),
        ({"mac": -2, "add": -1}, "−2 a multiply-accumulate, −1 an addition"),
        ({}, ""),
    ],
)
def test_what_a_rule_counts_in_words(count, words):
    assert described(Rule(("*",), count)) == words
    assert described(None) == ""


SMALL = Network(
    input=[4, 9, 7],
    layers=[
        *(layers.Conv2d(6, 3), layers.BatchNorm2d(), layers.ReLU(), layers.MaxPool2d(2), layers.Flatten()),
        *(layers.Linear(5), layers.ConvTranspose2d(3, 2, inputs=("maxpool2d_1",), bias=False)),
    ],
)
"""210·36 and 210; 420 of the norm; 210; 6×3×2 windows of 3 comparisons, 108; 5·36 and 5, which no output depends on;
6·6·3·4 = 432.
"""


@pytest.mark.parametrize(
    ("base", "other", "start", "differences"),
    [
        ("cnncalc", "macs", 2 * 8172 + 953, [
            (-8172, "a multiply-accumulate as 1 instead of 2"), (-420, "BatchNorm2d: not counted"),
            (-215, "additions of biases: not counted of Conv2d, Linear"), (-210, "ReLU: not counted"),
            (-108, "MaxPool2d: not counted"),
        ]),
        ("macs", "conv-macs", 8172, [(-180, "multiply-accumulates of Linear: not counted")]),
        ("macs", "fvcore", 8172, [
            (420, "BatchNorm2d: 2 an input element"), (-180, "multiply-accumulates of Linear: not counted"),
        ]),
        ("macs", "thop", 8172, [
            (840, "BatchNorm2d: 4 an input element"),
        ]),
        ("conv-macs", "connections", 7992, [
            (215, "additions of biases"), (180, "a multiply-accumulate as 1 instead of 0"),
        ]),
    ],
)  # fmt: skip
def test_differences_by_name(base, other, start, differences):
    found = reconciled(analyze(SMALL, convention=base), analyze(SMALL, convention=other))
    assert found.start == start
    stated = [(difference.amount, difference.label) for difference in found.differences if not difference.defect]
    assert stated == differences


def test_a_difference_that_is_a_mistake():
    """thop takes the transposed convolution's 72 weights at its 4×3 positions, not at the 3×2 of its input."""
    found = reconciled(analyze(SMALL, convention="macs"), analyze(SMALL, convention="thop"))
    (wrong,) = [difference for difference in found.differences if difference.defect]
    assert (wrong.amount, wrong.label) == (72 * 12 - 72 * 6, "ConvTranspose2d: weights at output positions")


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ({"mac": 10, "add": 3}, (20, 9, 100)),
        ({"add": 3}, (0, 0, 129)),
        ({"mac": 10}, (20, 0, 109)),
        *(({"mac": 10, "add": 3, other: 1}, (20, 0, 109)) for other in ("mul", "compare", "div", "exp")),
    ],
)
def test_a_count_in_three_parts(work, expected):
    """Additions are those of biases where a layer has only multiply-accumulates beside them."""
    rule = SimpleNamespace(count={"mac": 2, "add": 3, "output": 1}, value=lambda visit: 129)
    assert parts(SimpleNamespace(operations=Operations(**work), visit=None), rule) == expected
    assert parts(SimpleNamespace(operations=Operations(**work), visit=None), None) == (0, 0, 0)


def test_two_conventions_of_one_sample():
    """Whatever the batch, nothing is left out of one of them that the other one has."""
    of_batches = [
        reconciled(*(analyze(SMALL, batch=batch, convention=name) for name in ("ptflops", "ptflops-aten")))
        for batch in (1, 3)
    ]
    assert of_batches[0] == of_batches[1]
    assert of_batches[0].differences


@pytest.mark.parametrize(
    ("base", "other", "label", "amount"),
    [("pycls", "ptflops-aten", "1 sample of 3", -2), ("ptflops-aten", "pycls", "3 samples and not 1", 2)],
)
def test_a_batch_that_is_left_out(base, other, label, amount):
    found = reconciled(analyze(SMALL, batch=3, convention=base), analyze(SMALL, batch=3, convention=other))
    assert [(d.amount, d.label, d.defect) for d in found.differences] == [(amount * 8387, label, "")]
    assert {type(number) for number in (found.start, found.figure, found.differences[0].amount)} == {int}
    one = reconciled(analyze(SMALL, convention=base), analyze(SMALL, convention=other))
    assert one.differences == ()
    assert (one.convention, one.unit, one.figure) == (other, analyze(SMALL, convention=other).counted.unit, 8387)
