"""What an analysis says in words and as plain data, by hand from the documented contract, and what analyze refuses."""

import re

import numpy
import pytest
from msgspec.structs import replace

import cnncalc
from cnncalc import CnncalcError, Network, SpecError, analyze, load
from cnncalc.layers import Opaque
from cnncalc.spec.network import Expected

NO_WORK = {"mac": 0, "add": 0, "mul": 0, "compare": 0, "div": 0, "exp": 0}


def test_every_field_of_the_plain_data():
    """Two samples of 1×3×3 through a 2×2 kernel without bias, then 8 numbers through 3×8 frozen weights and 3 biases.

    The convolution: 2·2·(2·2·1) MACs a sample; each of its units sees 2 pixels, one further on for each unit.
    """
    layers = [
        cnncalc.Conv2d(2, 2, bias=False, name="conv"),
        cnncalc.Flatten(name="flat"),
        cnncalc.Linear(3, frozen=True, name="fc"),
    ]
    network = Network(name="two", input=[1, 3, 3], layers=layers)
    conv, flat, fc = analyze(network, batch=2).to_dict()["layers"]
    assert conv == {
        "name": "conv",
        "type": "Conv2d",
        "inputs": ["input"],
        "output_shape": [2, 2, 2],
        "params": 2 * 4,
        "buffers": 0,
        "macs": 2 * 32,
        "flops": 2 * 64,
        "activations": 2 * 8,
        "operations": NO_WORK | {"mac": 2 * 32},
        "receptive_field": {
            "size": [2, 2],
            "jump": [1, 1],
            "start": [1.0, 1.0],
            "padding": [[0, 0], [0, 0]],
            "whole": [False, False],
            "smallest": [2, 2],
        },
    }
    assert (flat["output_shape"], flat["flops"], "frozen_params" in flat) == ([8], 0, False)
    assert fc == {
        "name": "fc",
        "type": "Linear",
        "inputs": ["flat"],
        "output_shape": [3],
        "params": 3 * 8 + 3,
        "buffers": 0,
        "macs": 2 * 24,
        "flops": 2 * (2 * 24 + 3),
        "activations": 2 * 3,
        "operations": NO_WORK | {"mac": 2 * 24, "add": 2 * 3},
        "frozen_params": 3 * 8 + 3,
        "receptive_field": {
            "size": [3, 3],
            "jump": [None, None],
            "start": [1.5, 1.5],
            "padding": [[0, 0], [0, 0]],
            "whole": [True, True],
            "smallest": [3, 3],
        },
    }
    document = analyze(network, batch=2).to_dict()
    assert list(document) == ["name", "convention", "unit", "batch", "input", "layers", "totals", "warnings"]
    assert [document[key] for key in ("name", "convention", "unit", "batch", "input")] == [
        *("two", "cnncalc", "FLOPs", 2),
        [1, 3, 3],
    ]
    assert document["totals"] == {
        "params": 35,
        "buffers": 0,
        "macs": 112,
        "flops": 230,
        "activations": 38,
        "frozen_params": 27,
        "trainable_params": 8,
    }
    assert document["warnings"] == []


def test_what_is_not_known_is_null_and_named():
    stack = [Opaque(operator="theirs", name="one"), Opaque(operator="theirs", macs=5, name="two"), cnncalc.ReLU()]
    document = analyze(Network(input=[8], layers=stack)).to_dict()
    one, two, relu = document["layers"]
    assert [(row["unknown"], row["macs"], row["flops"]) for row in (one, two)] == [
        (["macs", "flops"], None, None),
        (["flops"], 5, None),
    ]
    assert "unknown" not in relu
    assert document["partial"] == ["macs", "flops"]


def test_several_inputs_are_named_in_the_plain_data():
    layers = [cnncalc.Conv1d(1, 3, inputs=["a"], name="conv"), cnncalc.Linear(4, inputs=["b"], name="linear")]
    layers.append(cnncalc.Flatten(name="flat", inputs=["conv"]))
    layers.append(cnncalc.Concat(inputs=["flat", "linear"], name="both", dim=1))
    document = analyze(Network(input={"a": (1, 9), "b": (5,)}, layers=layers)).to_dict()
    assert document["input"] == {"a": [1, 9], "b": [5]}
    assert [{name: field["size"] for name, field in row["receptive_field"].items()} for row in document["layers"]] == [
        {"a": [3]},
        {"b": [5]},
        {"a": [3]},
        {"a": [3], "b": [5]},
    ]


def test_what_a_layer_that_depends_on_nothing_sees_is_null():
    layers = [
        cnncalc.layers.LearnedTensor(shape=[4], inputs=["input"], name="own"),
        cnncalc.Add(inputs=["input", "own"]),
    ]
    rows = analyze(Network(input=[4], layers=layers)).to_dict()["layers"]
    assert [row["receptive_field"] is None for row in rows] == [True, False]


def words(analysis, code):
    return [(it.layer, it.message) for it in analysis.warnings if it.code == code]


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, " (and in 1 layer more)"), (3, " (and in 2 layers more)")])
def test_what_is_not_known_is_said_once(count, more):
    stack = [Opaque(operator="theirs", name=f"o{place}") for place in range(count)]
    (note,) = stack[0].notes((8,))
    assert words(analyze(Network(input=[8], layers=stack)), note.code) == [("o0", f"{note.message}{more}")]


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, " (and 1 layer more)"), (3, " (and 2 layers more)")])
def test_a_defect_of_a_convention_is_said_once(count, more):
    stack = [cnncalc.ConvTranspose2d(1, 2, name=f"up{place}") for place in range(count)]
    analysis = analyze(Network(input=[1, 4, 4], layers=[cnncalc.ReLU(), *stack]), convention="thop")
    ((layer, message),) = words(analysis, "convention-defect")
    assert (layer, message.split(": ")[0]) == ("up0", f"thop's defect, not a choice{more}")
    relu, *ups = analysis.to_dict()["layers"]
    assert {up["defect"] for up in ups} == {message.split(": ", 1)[1]}
    assert "defect" not in relu


@pytest.mark.parametrize("batch", [1, 3])
def test_totals_that_the_spec_does_not_expect_are_notes(batch):
    """18 weights a kernel without bias: 18 parameters, and 18 MACs at each of 2·2 places of one sample."""
    layers = [cnncalc.Conv2d(2, 3, bias=False)]
    for expected, said in [
        ({"params": 18, "macs": 72}, []),
        ({"params": 19}, [("", "the spec expects 19 params in all, found 18")]),
        ({"macs": 12_345}, [("", "the spec expects 12,345 macs in all, found 72")]),
    ]:
        network = Network(input=[1, 4, 4], layers=layers, expected=Expected(**expected))
        assert words(analyze(network, batch=batch), "unexpected-total") == said
    partial = Network(input=[8], layers=[Opaque(operator="theirs")], expected=Expected(params=1, macs=2))
    assert words(analyze(partial), "unexpected-total") == [("", "the spec expects 1 params in all, found 0")]


def test_branches_that_do_not_align_are_a_warning():
    layers = [
        cnncalc.Conv2d(1, 3, name="conv"),
        cnncalc.layers.ZeroPad2d([0, 2, 0, 2], name="pad"),
        cnncalc.Add(inputs=["input", "pad"], name="add"),
    ]
    ((layer, message),) = words(analyze(Network(input=[1, 6, 6], layers=layers)), "misaligned-branches")
    assert layer == "add"
    assert "input" in message


IMPORTED = Network(input=[3, 8, 8], layers=[cnncalc.Conv2d(4, 3), cnncalc.Flatten()], fixed=("flatten to 144",))
TOO_SMALL = r'\$.layers\[0\].*"conv2d_1"'


def test_what_holds_for_one_input_alone_is_said():
    assert words(analyze(IMPORTED), "fixed-size") == [("", "fixed at import: flatten to 144")]
    assert words(analyze(load("lenet")), "fixed-size") == []


def test_an_imported_network_says_why_another_input_does_not_fit():
    with pytest.raises(SpecError) as raised:
        analyze(IMPORTED, [3, 2, 2])
    advice = "; this network was imported at another input, and is fixed to it: flatten to 144"
    assert raised.value.message.endswith(advice)
    assert raised.value.where == "$.layers[0].kernel_size"
    with pytest.raises(SpecError) as raised:
        analyze(Network(input=[3, 8, 8], layers=IMPORTED.layers), [3, 2, 2])
    assert "imported" not in str(raised.value)
    unfit = Network(input=[3, 2, 2], layers=IMPORTED.layers, fixed=IMPORTED.fixed)
    with pytest.raises(SpecError) as raised:
        analyze(unfit)
    assert "imported" not in str(raised.value)


def test_only_networks_are_analysed():
    with pytest.raises(SpecError, match=re.escape("expected a Network, found 'alexnet'; cnncalc.load reads one")):
        analyze("alexnet")


@pytest.mark.parametrize("batch", [True, 0, -1, 2**31, 1.5, "3", None])
def test_a_batch_is_a_whole_number(batch):
    with pytest.raises(SpecError, match=re.escape(f"expected a batch size of 1 to 2147483647, found {batch!r}")):
        analyze(load("lenet"), batch=batch)


@pytest.mark.parametrize("batch", [1, 2**31 - 1, numpy.int64(7)])
def test_a_batch_may_be_any_whole_number(batch):
    analysis = analyze(load("lenet"), batch=batch)
    assert type(analysis.batch) is int
    assert type(analysis.totals.macs) is int
    assert analysis.totals.macs == int(batch) * analyze(load("lenet")).totals.macs


def test_variables_of_the_spec_take_other_values():
    assert analyze(load("vgg16"), variables={"classes": 10}).layers[-1].output_shape == (10,)


def test_a_layer_that_is_not_there_is_refused_with_the_nearest():
    analysis = analyze(load("alexnet"))
    with pytest.raises(CnncalcError, match="no layer is named 'conv_1'; did you mean 'conv1'"):
        analysis.row("conv_1")
    last = analysis.layers[-1].name
    with pytest.raises(CnncalcError, match=f"no layer is named 'zzzzzzzz'; the last one is '{last}'"):
        analysis.row("zzzzzzzz")


def test_units_are_asked_of_one_input_of_several():
    layers = [
        cnncalc.Conv1d(1, 3, inputs=["a"], name="of_a"),
        cnncalc.Conv1d(1, 1, inputs=["b"], name="of_b"),
        cnncalc.Add(inputs=["of_a", "of_b"], name="add"),
    ]
    analysis = analyze(Network(input={"a": (1, 9), "b": (1, 7)}, layers=layers))
    for name, expected in (("a", {2, 3, 4}), ("b", {4})):
        regions = analysis.units_seeing("add", [4], name)
        assert {unit for region in regions for unit in region[-1]} == expected


def test_figures_in_chosen_symbols():
    """6 kernels of 5×5 on one channel of two samples: 150 MACs each at (H − 4)·(W − 4) places."""
    analysis = analyze(Network(input=[1, 32, 32], layers=[cnncalc.Conv2d(6, 5, bias=False)]), batch=2)
    assert {symbol.name for symbol in analysis.formula().free_symbols} >= {"H", "W"}
    macs = analysis.formula("macs", ["H"])
    (height,) = macs.free_symbols
    assert [macs.subs(height, value) for value in (5, 32)] == [2 * 150 * 28, 2 * 150 * 28 * 28]
    assert analysis.formula() == analysis.formula("macs")


def test_formulas_are_derived_from_the_network():
    analysis = analyze(load("lenet"))
    with pytest.raises(CnncalcError, match="made without its network, from which formulas are derived"):
        replace(analysis, network=None).formula()
    assert words(replace(analysis, network=None), "fixed-size") == []
