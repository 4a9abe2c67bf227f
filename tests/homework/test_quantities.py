"""What may be asked: the figure of each quantity, of a layer and of the whole, and the names that are none."""

import pytest

from cnncalc import CnncalcError, Network, analyze, layers
from cnncalc.homework.quantities import QUANTITIES, TOTAL, find_quantity, quantity_named

NETWORK = Network(
    input=(3, 9, 9),
    layers=[layers.Conv2d(4, 3, stride=2, name="c"), layers.BatchNorm2d(name="n"), layers.Flatten(name="f")],
)
"""4×4×4 of 4·27 + 4 = 112 parameters and 108·16 = 1,728 MACs; 8 parameters and 9 buffers of the normalisation."""
FIGURES = {
    # of c, n and the whole; FLOPs are two a MAC and one a bias, and two a value that is normalised
    "output": ((4, 4, 4), (4, 4, 4), (64,)),
    "params": (112, 8, 120),
    "buffers": (0, 9, 9),
    "macs": (1728, 0, 1728),
    "flops": (2 * 1728 + 64, 128, 2 * 1728 + 64 + 128),
    "activations": (64, 64, 192),
    "receptive_field": ((3, 3), (3, 3), (3, 3)),
    "jump": ((2, 2), (2, 2), (2, 2)),
    "weight_bytes": (2 * 112, 2 * 8, 2 * 120),
    "activation_bytes": (2 * 64, 2 * 64, 2 * 192),
    "space": (112 + 64, 8 + 64, 120 + 192),
    "total_bytes": (2 * 176, 2 * 72, 2 * 312),
}


@pytest.mark.parametrize("name", QUANTITIES)
def test_figures(name):
    """Of values of two bytes."""
    analysis = analyze(NETWORK)
    assert tuple(QUANTITIES[name].of(analysis, layer, 2) for layer in ("c", "n", None))[:2] == FIGURES[name][:2]
    if name not in ("receptive_field", "jump"):
        assert QUANTITIES[name].of(analysis, None, 2) == FIGURES[name][2]


@pytest.mark.parametrize(
    ("network", "field", "jump"),
    [
        # the last layer's, which is what is asked of the whole
        (Network(input=(3, 9, 9), layers=[layers.Conv2d(4, 3, stride=2)]), (3, 3), (2, 2)),
        (Network(input=(3, 9, 9), layers=[layers.Conv2d(4, 3, stride=2), layers.MaxPool2d(2)]), (5, 5), (4, 4)),
        # half a pixel apart along one axis only
        (Network(input=(3, 9, 9), layers=[layers.Upsample(scale_factor=(1, 2))]), (1, 1), None),
        # two units of two pixels, and half their distance
        (
            Network(
                input=(3, 9, 9), layers=[layers.Conv2d(4, 2, stride=2), layers.ConvTranspose2d(3, 4, 2, padding=1)]
            ),
            *((4, 4), (1, 1)),
        ),
        # units half a pixel apart have no jump in pixels
        (Network(input=(3, 9, 9), layers=[layers.Upsample(scale_factor=2)]), (1, 1), None),
        # windows of an adaptive pool differ
        (Network(input=(3, 5, 5), layers=[layers.AdaptiveAvgPool2d(3)]), (3, 3), None),
        # a field on each of two inputs is not one
        (Network(input={"a": (1, 4), "b": (1, 4)}, layers=[layers.Add(inputs=["a", "b"])]), None, None),
    ],
)
def test_fields(network, field, jump):
    analysis = analyze(network)
    assert QUANTITIES["receptive_field"].of(analysis, None, 4) == field
    assert QUANTITIES["jump"].of(analysis, None, 4) == jump
    for name in ("receptive_field", "jump"):
        assert {type(size) for size in QUANTITIES[name].of(analysis, None, 4) or ()} <= {int}


def test_what_a_quantity_is_and_what_its_units_may_measure():
    kinds = {"output": "shape", "receptive_field": "axes", "jump": "axes"}
    assert {name: quantity.kind for name, quantity in QUANTITIES.items()} == dict.fromkeys(QUANTITIES, "count") | kinds
    measures = {key: {"", "bytes"} for key in ("weight_bytes", "activation_bytes", "total_bytes")}
    measures |= {key: {"", "count", "MACs", "FLOPs"} for key in ("macs", "flops")}
    assert {name: set(quantity.measures) for name, quantity in QUANTITIES.items()} == (
        {key: {"", "count"} for key in QUANTITIES} | measures
    )
    assert all(name == quantity.name for name, quantity in QUANTITIES.items())


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        *(("num params", "params"), ("number of params", "params"), ("total params", "params")),
        *(("number of total params", "params"), ("num_total_macs", "macs"), ("total num params", "params")),
        *(("Receptive-Field", "receptive_field"), ("paramsum", None), ("totals", None)),
    ],
)  # fmt: skip
def test_what_may_stand_before_a_name(heading, name):
    found = find_quantity(heading)
    assert (found and found.name) == name


def test_words_for_the_whole_network():
    words = "total totals sum network all whole overall 合计 总计 整个网络 全部"
    assert words.split() == list(TOTAL)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parms", "no quantity is named 'parms'; did you mean 'params'?"),
        ("zzz", f"no quantity is named 'zzz'; the quantities are {', '.join(QUANTITIES)}"),
        ("z" * 101, f"no quantity is named '{'z' * 100}'; the quantities are {', '.join(QUANTITIES)}"),
    ],
)
def test_a_quantity_that_there_is_not(text, message):
    with pytest.raises(CnncalcError) as caught:
        quantity_named(text)
    assert str(caught.value) == message


def test_a_hundred_characters_of_a_name_count():
    assert quantity_named("params" + " " * 94 + "z").name == "params"
    with pytest.raises(CnncalcError, match=r"^no quantity is named"):
        quantity_named("params" + " " * 93 + "z")


WORDS = {
    "output": "output|Output shape|shape|size|output_size|feature map|输出|输出尺寸",
    "params": "params|# params|Total params|num_params|Number of parameters|param|parameter|weights|参数|参数量"
    "|参数个数",
    "buffers": "buffers|buffer",
    "macs": "MACs|MAC|MAdds|mult-adds|multiply-accumulates|multiplications|乘加|乘加次数",
    "flops": "FLOPs|FLOP|operations|浮点运算次数",
    "activations": "activations|activation|neurons|output elements|units|神经元|神经元个数|激活",
    "receptive_field": "receptive_field|RF|field|Receptive field|receptive field size|r|感受野",
    "jump": "jump|j|cumulative stride|effective stride|步幅积",
    "weight_bytes": "weight_bytes|param memory|param bytes|parameter memory|weight memory|model size|参数内存",
    "activation_bytes": "activation_bytes|activation memory|activation bytes|feature memory|激活内存",
    "space": "space|space complexity|空间复杂度",
    "total_bytes": "total_bytes|memory|bytes|内存",
}
"""The headings of torchinfo's, Keras's, fvcore's and thop's tables, and the words of the lectures and textbooks."""


@pytest.mark.parametrize(("name", "word"), [(name, word) for name in WORDS for word in WORDS[name].split("|")])
def test_words_for_quantities(name, word):
    for written in (word, word.upper(), word.replace(" ", "_")):
        assert find_quantity(written).name == name


def test_every_quantity_has_words():
    assert list(WORDS) == list(QUANTITIES)
