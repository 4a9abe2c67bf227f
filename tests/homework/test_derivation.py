"""Derivations against the report in ints, and their printed working against Python's own arithmetic."""

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from independent import agrees_throughout
from msgspec.structs import replace
from strategies import (
    adaptive_pools,
    any_networks,
    arrangements,
    attentions,
    batch_norms,
    convolutions,
    fits,
    folds,
    images,
    merges,
    more_activations,
    more_norms,
    more_pools,
    networks,
    others,
    paddings,
    pools,
    recurrents,
    transposed_convolutions,
)

import cnncalc
from cnncalc import CnncalcError, Network, analyze, layers, load
from cnncalc.analysis import shipped_conventions
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.derivation import QUANTITIES, derive, derive_total
from cnncalc.spec import shipped_names

COUNTS = ("params", "buffers", "macs", "flops", "activations")
FIELDS = {"receptive_field": "size", "jump": "jump", "start": "start"}


def agree(analysis, layer):
    """That every derivation of a layer has the value that the report has, and can be computed again."""
    row = analysis.row(layer)
    assert tuple(derivation.value for derivation in derive(analysis, layer, "output")) == row.output_shape
    for quantity in COUNTS:
        assert [derivation.value for derivation in derive(analysis, layer, quantity)] == [getattr(row, quantity)]
    assert derive(analysis, layer, "weight_bytes")[0].value == 4 * row.params
    assert derive(analysis, layer, "activation_bytes")[0].value == 4 * row.activations
    fields = analysis.receptive_fields(layer)
    for quantity, name in FIELDS.items():
        derived = {(found.source, found.axis): found.value for found in derive(analysis, layer, quantity)}
        reported = {
            (source, axis): value
            for source, field in fields.items()
            for axis, value in enumerate(getattr(field, name))
            if value is not None
        }
        assert derived == reported
    for quantity in QUANTITIES:
        for derivation in derive(analysis, layer, quantity):
            assert agrees_throughout(derivation.number), derivation


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_specs(name):
    analysis = analyze(load(name))
    different = {(replace(row.layer, name=None), row.input_shapes): row.name for row in analysis.layers}
    for layer in list(different.values())[:: 1 + len(different) // 30]:
        agree(analysis, layer)
    for quantity in COUNTS:
        assert derive_total(analysis, quantity).value == getattr(analysis.totals, quantity)


@settings(max_examples=50)
@given(st.one_of(networks(), any_networks()))
def test_generated_networks(case):
    nodes, shape = case
    named = [replace(layer, name=name, inputs=inputs) for name, layer, inputs in nodes] or [layers.ReLU(name="relu")]
    analysis = analyze(Network(input=shape, layers=named), batch=3)
    for row in analysis.layers:
        agree(analysis, row.name)
    assert derive_total(analysis, "macs").value == analysis.totals.macs


def one_layer(layer, *shapes, **options):
    """The analysis of a network of one layer."""
    inputs = {f"x{position}": shape for position, shape in enumerate(shapes, start=1)}
    network = Network(input=inputs, layers=[replace(layer, name="layer", inputs=tuple(inputs))])
    return analyze(network, **options)


@settings(max_examples=250)
@given(
    st.one_of(
        *(convolutions(), pools(), adaptive_pools(), batch_norms(), others(), merges(), transposed_convolutions()),
        *(paddings(), more_pools(), more_norms(), arrangements(), images(), folds(), more_activations(), attentions()),
        recurrents(),
    )
)
def test_every_kind_of_layer(case):
    layer, shapes = case
    shapes = shapes if isinstance(shapes, list) else [shapes]
    if all(shapes) and fits(layer, *shapes):
        agree(one_layer(layer, *shapes), "layer")


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.LocallyConnected2d(out_channels=4, kernel_size=3, padding=1), (2, 7, 9)),
        (layers.ConnectedConv2d(kernel_size=5, table=((0, 1), (1, 2), (0, 1, 2))), (3, 14, 14)),
        (layers.Subsampling2d(kernel_size=2), (6, 28, 28)),
        (layers.Maxout(pieces=3), (12, 5)),
        (layers.PositionBias(), (1, 19, 19)),
        (layers.LayerScale(), (8, 4, 4)),
    ],
)
def test_kinds_that_torch_has_not(layer, shape):
    agree(one_layer(layer, shape), "layer")


def symbols(layer, shape, quantity):
    return [derivation.number.symbols() for derivation in derive(one_layer(layer, shape), "layer", quantity)]


def test_symbols_are_those_of_the_textbooks():
    conv = layers.Conv2d(10, 5, stride=1, padding=2)
    (_, height, _) = derive(one_layer(conv, (3, 32, 32)), "layer", "output")
    assert height.number.name == height.symbol == "H'"
    assert height.number.derivation.symbols() == "(H - K + 2*P)//S + 1"
    assert symbols(conv, (3, 32, 32), "params") == ["Cout*Cin*K*K + Cout"]
    assert symbols(conv, (3, 32, 32), "macs") == ["H'*W'*Cout*Cin*K*K"]


def test_axes_that_differ_have_symbols_of_their_own():
    conv = layers.Conv2d(10, (5, 3), groups=2, dilation=(1, 2), bias=False)
    assert symbols(conv, (4, 32, 32), "params") == ["Cout*(Cin//G)*K_H*K_W"]
    width = derive(one_layer(conv, (4, 32, 32)), "layer", "output")[2].number
    assert [step.symbols() for step in width.steps()] == ["D_W*(K_W - 1) + 1", "(W - K' + 2*P)//S + 1"]


def test_weights_of_their_own_at_every_position_are_counted_with_the_output_size():
    assert symbols(layers.LocallyConnected2d(out_channels=4, kernel_size=3), (2, 7, 7), "params") == [
        "H'*W'*Cout*Cin*K*K + Cout*H'*W'"
    ]


def test_the_recorded_formula_is_the_closed_form():
    """What is printed in symbols, put into sympy, has the value of the report for other numbers, too."""
    (derivation,) = derive(one_layer(layers.Conv2d(6, 3, groups=2), (4, 9, 9)), "layer", "params")
    text = derivation.number.symbols().replace("//", "/")
    point = {"Cout": 32, "Cin": 16, "G": 2, "K": 5}
    network = Network(input=(16, 9, 9), layers=[layers.Conv2d(32, 5, groups=2)])
    assert sympy.sympify(text).subs(point) == analyze(network).totals.params


def test_a_mistake_is_a_change_of_the_one_tree():
    """AlexNet's first layer with the ceiling for the floor, and without the padding."""
    analysis = analyze(load("alexnet"))
    (derivation,) = derive(analysis, "conv1", "macs")

    def ceiling(part):
        return Recorded.apply("ceil", *part.operands) if part.operator == "//" else None

    def unpadded(part):
        return Recorded(0, "P") if part.name == "P" else None

    assert derivation.number.rewritten(ceiling).value == 56 * 56 * 64 * 3 * 11 * 11
    assert derivation.number.rewritten(unpadded).value == 54 * 54 * 64 * 3 * 11 * 11
    assert derivation.value == 55 * 55 * 64 * 3 * 11 * 11


def test_a_receptive_field_goes_back_to_the_pixel():
    (field, _) = derive(analyze(load("vgg16")), "features.30", "receptive_field")
    assert field.value == 212

    def without_strides(part):
        return part.operands[0] if part.operator == "*" and part.operands[1].name == "S" else None

    assert field.number.rewritten(without_strides).value == 1 + 13 * 2 + 5


@pytest.mark.parametrize("convention", shipped_conventions())
def test_flops_by_every_convention(convention):
    for name in ("alexnet", "lenet5", "mobilenet_v2", "convnext_tiny", "unet", "shufflenet_v2_x1_0"):
        try:
            analysis = analyze(load(name), batch=2, convention=convention)
        except CnncalcError:  # a convention may have no figure for a kind of layer
            continue
        different = {(replace(row.layer, name=None), row.input_shapes): row for row in analysis.layers}
        for row in different.values():
            (derivation,) = derive(analysis, row.name, "flops")
            assert derivation.value == row.flops
            assert agrees_throughout(derivation.number)


def test_long_chains_are_no_recursion():
    chain = [layers.Conv2d(1, 3, padding=1) for _ in range(1000)]
    analysis = analyze(Network(input=(1, 8, 8), layers=chain))
    (field, _) = derive(analysis, analysis.layers[-1].name, "receptive_field")
    assert field.value == 2001
    assert len(list(field.number.steps())) == 2 * 1000 - 1
    total = derive_total(analysis, "params").number
    assert total.figures() == " + ".join(["10"] * 1000)


def test_unknown_quantities_have_a_hint():
    analysis = analyze(load("lenet"))
    with pytest.raises(CnncalcError, match="did you mean 'params'"):
        derive(analysis, "conv1", "parms")
    with pytest.raises(CnncalcError, match="no total is named 'output'"):
        derive_total(analysis, "output")


def test_pixels_see_themselves():
    analysis = analyze(cnncalc.loads('{"input": [3, 8, 8], "layers": [{"type": "ReLU"}]}'))
    assert [derivation.value for derivation in derive(analysis, "relu_1", "receptive_field")] == [1, 1]
