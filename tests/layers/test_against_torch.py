"""Generated layers against PyTorch: legal where it is legal, with its shapes, parameters, buffers and MACs."""

from math import prod

import pytest
import torch_oracle
from hypothesis import assume, event, given, settings
from strategies import adaptive_pools, batch_norms, convolutions, merges, networks, others, pools

from cnncalc import SpecError, analyze, layers
from cnncalc.layers import LAYERS, Layer
from cnncalc.layers.base import elements
from cnncalc.spec import Network


def ours(layer: Layer, *inputs: tuple[int, ...]) -> torch_oracle.Figures | None:
    """What the layer says of itself, or None where one of its checks fails."""
    for check in layer.checks(*inputs):
        if not check.holds:
            assert check.explain()
            return None
    output = layer.output(*inputs)
    operations = layer.operations(*inputs, output=output)
    params, buffers = (elements(tensors) for tensors in (layer.parameters(*inputs), layer.buffers(*inputs)))
    return torch_oracle.Figures(output, params, buffers, operations.mac)


def agree(layer: Layer, *inputs: tuple[int, ...]) -> None:
    try:
        expected = torch_oracle.run(layer, *inputs)
    except (RuntimeError, ValueError, IndexError, AssertionError, TypeError):
        expected = None
    event("legal" if expected else "illegal")
    assert ours(layer, *inputs) == expected


@settings(max_examples=3000)
@given(convolutions())
def test_convolutions(case):
    agree(*case)


@settings(max_examples=3000)
@given(pools())
def test_pools(case):
    agree(*case)


@settings(max_examples=500)
@given(adaptive_pools())
def test_adaptive_pools(case):
    agree(*case)


@settings(max_examples=500)
@given(batch_norms())
def test_batch_norms(case):
    layer, sample = case
    # torch refuses to take statistics of a single value; with more samples in the batch the same layer is legal
    assume(layer.track_running_stats or prod(sample[1:]) > 1)
    # and it does not look at num_features where it has nothing of that size
    assume(layer.affine or layer.track_running_stats or layer.num_features in (None, sample[0]))
    agree(layer, sample)


@settings(max_examples=1500)
@given(others())
def test_other_layers(case):
    layer, sample = case
    # what works along the batch is no layer of one sample
    assume(all(getattr(layer, axis, 1) != -len(sample) - 1 for axis in ("dim", "start_dim", "end_dim")))
    agree(layer, sample)


@settings(max_examples=1000)
@given(merges())
def test_merges(case):
    layer, inputs = case
    agree(layer, *inputs)


@settings(max_examples=400)
@given(networks())
def test_networks(case):
    """Random graphs of random layers, run by torch layer by layer."""
    nodes, input_shape = case
    expected = torch_oracle.run_network(nodes, input_shape)
    stated = [type(layer)(**{**fields(layer), "name": name, "inputs": inputs}) for name, layer, inputs in nodes]
    analysis = analyze(Network(input=input_shape, layers=stated))
    found = {
        row.name: torch_oracle.Figures(row.output_shape, row.params, row.buffers, row.macs) for row in analysis.layers
    }
    assert found == expected
    assert analysis.totals.macs == sum(figures.macs for figures in expected.values())


def fields(layer: Layer) -> dict[str, object]:
    return {field: getattr(layer, field) for field in type(layer).__struct_fields__}


def test_every_kind_is_generated():
    """A kind that no strategy makes would be tested by nothing here."""
    generated = {"Conv", "MaxPool", "AvgPool", "AdaptiveAvgPool", "AdaptiveMaxPool", "BatchNorm", "LocalResponseNorm"}
    generated |= {"Flatten", "Linear", "Softmax", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Dropout", "Identity"}
    generated |= {"Add", "Concat"}
    assert {kind.__name__.rstrip("123d") if kind.__name__[-2:-1].isdigit() else kind.__name__ for kind in LAYERS} == (
        generated
    )


@pytest.mark.parametrize("sample", [(3,), (3, 4)])
def test_a_windowed_layer_refuses_other_ranks(sample):
    network = Network(input=sample, layers=[layers.Conv2d(4, 1)])
    with pytest.raises(SpecError, match=r"Conv2d takes an input of 3 axes, \[C, H, W\]; what arrives is"):
        analyze(network)
