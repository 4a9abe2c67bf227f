"""The comparison with PyTorch: that it agrees where it should, and that a wrong engine is found out."""

import pytest
import torch
from cases import ANY_CASE, as_list, legal, one_layer, stated
from hypothesis import assume, given, settings
from strategies import any_networks, networks

from cnncalc import Network, analyze, layers, load
from cnncalc.layers.base import Operations, Parameter
from cnncalc.pytorch import verify


@settings(max_examples=200)
@given(ANY_CASE)
def test_any_layer_agrees(case):
    layer, inputs = case
    inputs = as_list(inputs)
    assume(legal(layer, inputs) and all(map(len, inputs)))
    verification = verify(one_layer(layer, *inputs), batch=2)
    assert verification.agrees or "Expected more than 1" in verification.whole.error, verification.different


@settings(max_examples=40)
@given(networks())
def test_generated_networks_agree(case):
    verification = verify(stated(*case))
    assert verification.agrees, verification.different
    assert not verification.unknown("macs")


@settings(max_examples=40)
@given(any_networks())
def test_pixels_of_generated_networks(case):
    """Where PyTorch takes no statistics of a single value it cannot tell; elsewhere it must agree."""
    assume(case[0])
    verification = verify(stated(*case), receptive_field=True)
    for layer in verification.layers:
        compared = layer.quantities["receptive_field"]
        assert compared.agrees is not False, (layer.name, compared)
    if not any(layer.error for layer in verification.layers):
        # places and choices are numbers even of what is none; powers, logarithms and variances of one may be none
        dark = ("MaxUnpool", "ArgMax", "Compare", "Where", "Power", "Function", "Variance", "StandardDeviation")
        undecided = any(type(layer).__name__.startswith(dark) for _, layer, _ in case[0])
        assert undecided or not verification.unknown("receptive_field")


KINDS_WITHOUT_A_STRATEGY = [
    (layers.PositionBias(), (3, 4, 5)),
    (layers.LayerScale(), (3, 4, 5)),
    (layers.Maxout(2), (6, 4, 5)),
    (layers.Subsampling2d(2), (3, 6, 8)),
    (layers.Subsampling2d((2, 3), stride=1, bias=False), (3, 6, 8)),
    (
        layers.ConnectedConv2d(kernel_size=(2, 3), table=[[0, 2], [1], [2, 0], [0, 1, 2]], stride=2, padding=1),
        (3, 9, 8),
    ),
    (layers.LocallyConnected2d(kernel_size=(3, 2), out_channels=4, padding=1, stride=(1, 2)), (2, 6, 7)),
    (layers.MaxUnpool2d(3, stride=1, padding=1), (2, 5, 4)),
    *((layers.Function(function), (2, 3)) for function in ("compare", "isnan", "isfinite", "logical_not", "floor")),
]


@pytest.mark.parametrize(("layer", "shape"), KINDS_WITHOUT_A_STRATEGY, ids=lambda value: type(value).__name__)
def test_kinds_that_torch_has_not(layer, shape):
    verification = verify(one_layer(layer, shape), batch=2, receptive_field=True)
    assert verification.agrees, verification.different


@pytest.mark.parametrize("name", ["lenet5", "transposed", "text_cnn", "residual_projection", "inception_module"])
def test_pixels_of_shipped_networks(name):
    verification = verify(load(name), receptive_field=True)
    assert verification.agrees
    assert not verification.unknown("receptive_field")


WRONG = {
    "output_shape": ("output", lambda self, x: (self.out_channels + 1, *self.positions(x))),
    "params": ("parameters", lambda self, x: (Parameter("weight", (self.out_channels, x[0], 1, 1)),)),
    "buffers": ("buffers", lambda self, x: (Parameter("running_mean", (3,)),)),
    "macs": ("operations", lambda self, x, *, output: Operations(mac=5)),
}


@pytest.mark.parametrize("quantity", WRONG)
def test_a_wrong_formula_is_found_out(monkeypatch, quantity):
    monkeypatch.setattr(layers.Conv2d, *WRONG[quantity])
    network = Network(input=[3, 8, 8], layers=[layers.ReLU(), layers.Conv2d(4, 3, name="wrong"), layers.ReLU()])
    verification = verify(network)
    wrong = next(layer for layer in verification.layers if layer.name == "wrong")
    assert [key for key, compared in wrong.quantities.items() if compared.agrees is False] == [quantity]
    assert verification.layers[0].agrees
    assert not verification.agrees


def test_parameters_are_compared_by_name_and_shape(monkeypatch):
    monkeypatch.setattr(layers.Linear, "parameters", lambda self, x: (Parameter("weight", (x[0], self.out_features)),))
    (layer,) = verify(Network(input=[3], layers=[layers.Linear(2, bias=False)])).layers
    compared = layer.quantities["params"]
    assert (compared.cnncalc, compared.torch, compared.agrees) == (6, 6, False)
    assert "weight 2×3" in compared.remark


def test_wrong_pixels_are_found_out_and_the_right_ones_shown(monkeypatch):
    network = Network(input=[1, 20, 24], layers=[layers.Conv2d(2, 5, name="c"), layers.MaxPool2d(2, name="p")])
    right = verify(network, receptive_field=True).layers
    own = layers.Conv2d.slides
    monkeypatch.setattr(layers.Conv2d, "slides", lambda self: own(layers.Conv2d(2, 3)))
    wrong = verify(network, receptive_field=True).layers
    for before, after in zip(right, wrong, strict=True):
        truth, found = before.quantities["receptive_field"], after.quantities["receptive_field"]
        assert truth.agrees is True
        assert found.agrees is False
        assert found.torch == truth.torch
        assert found.cnncalc != truth.torch


def test_what_torch_refuses_is_a_difference():
    network = Network(
        input=[3, 1], layers=[layers.Identity(), layers.BatchNorm1d(track_running_stats=False, name="bn")]
    )
    verification = verify(network)
    assert verification.layers[0].agrees
    assert "Expected more than 1 value" in verification.layers[1].error
    assert [found.name for found in verification.different] == ["bn", "whole"]


def test_what_torch_s_counter_cannot_count_is_said(monkeypatch):
    """A layer that works with operators that the counter has no rule for."""
    network = Network(input=[4], layers=[layers.Linear(3, name="odd"), layers.Linear(2)])
    monkeypatch.setattr(torch.nn.Linear, "forward", lambda self, x: (x[:, None] * self.weight).sum(2) + self.bias)
    verification = verify(network)
    compared = verification.layers[0].quantities["macs"]
    assert (compared.cnncalc, compared.torch, compared.agrees) == (12, None, None)
    assert "no rule for any of aten.add, aten.mul, aten.sum" in compared.remark
    assert verification.whole.quantities["macs"].agrees is None


def test_words_and_attention():
    network = Network(
        input=[6],
        layers=[layers.Embedding(50, 8), layers.MultiheadAttention(2), layers.ReLU(), layers.Mean(1)],
    )
    verification = verify(network, batch=3, receptive_field=True)
    assert verification.agrees
    assert verification.layers[1].quantities["macs"].torch == 3 * (4 * 6 * 8 * 8 + 2 * 6 * 6 * 8)
    assert analyze(network, batch=3).totals.macs == verification.whole.quantities["macs"].torch
