"""Generated layers against PyTorch: legal where it is legal, with its shapes, parameters, buffers and MACs."""

from math import prod
from random import Random

import pytest
import torch_oracle
from differential import plain
from hypothesis import assume, event, given, settings
from layers.examples import EXAMPLES
from strategies import (
    adaptive_pools,
    arrangements,
    attentions,
    batch_norms,
    convolutions,
    folds,
    images,
    merges,
    more_activations,
    more_norms,
    more_pools,
    networks,
    of_two,
    others,
    paddings,
    pointwise,
    pools,
    recurrents,
    repeating,
    same_paddings,
    transposed_convolutions,
)

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
    if expected and not prod(expected.output):
        expected = None  # torch makes tensors of nothing, which no network wants
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


@pytest.mark.parametrize(
    ("cases", "examples"),
    [
        (transposed_convolutions(), 1500),
        (paddings(), 800),
        (more_pools(), 600),
        (more_norms(), 600),
        (arrangements(), 1500),
        (images(), 1200),
        (folds(), 150),
        (more_activations(), 300),
        (attentions(), 200),
        (recurrents(), 200),
        (pointwise(), 150),
        (repeating(), 500),
        (same_paddings(), 150),
        (of_two(), 150),
    ],
    ids=lambda value: str(value).split("(")[0],
)
def test_further_layers(cases, examples):
    @settings(max_examples=examples)
    @given(cases)
    def check(case):
        layer, inputs = case
        shapes = inputs if isinstance(inputs, list) else [inputs]
        # what works along the batch, or takes statistics of single values, is no layer of one sample
        dims = getattr(layer, "dim", getattr(layer, "dims", None))
        for dim in dims if isinstance(dims, tuple) else (dims,):
            assume(dim is None or dim > 0 or dim + len(shapes[0]) + isinstance(layer, layers.Unsqueeze) >= 0)
        # torch takes a batch of another rank for a sample
        of_images = layers.PixelShuffle | layers.PixelUnshuffle | layers.Unfold
        assume(
            len(shapes[0]) == 3 or not isinstance(layer, of_images | layers.DepthwiseConv2d | layers.SeparableConv2d)
        )
        if isinstance(layer, layers.GroupNorm):
            assume(prod(shapes[0][1:]) > 1)
        # torch stretches a size of 1 to that of the same letter elsewhere
        if isinstance(layer, layers.Einsum):
            letters = layer.equation.split("->")[0].replace(",", "")
            sizes = [{s for it, s in zip(letters, sum(shapes, ()), strict=True) if it == letter} for letter in letters]
            assume(not any(1 in found and len(found) > 1 for found in sizes))
        agree(layer, *shapes)

    check()


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: type(case[0]).__name__)
def test_examples(case):
    layer, *inputs = case
    assert ours(layer, *inputs) == torch_oracle.run(layer, *inputs)


def test_every_kind_is_generated():
    """A kind that no strategy makes would be tested by nothing here."""
    strategies, random = plain.load().LAYER_CASES, Random(1)
    kinds = {type(make().sample(random)[0]).__name__ for make in strategies for _ in range(2000)}
    assert kinds == {kind.__name__ for kind in LAYERS}


@pytest.mark.parametrize("sample", [(3,), (3, 4)])
def test_a_windowed_layer_refuses_other_ranks(sample):
    network = Network(input=sample, layers=[layers.Conv2d(4, 1)])
    with pytest.raises(SpecError, match=r"Conv2d takes an input of 3 axes, \[C, H, W\]; what arrives is"):
        analyze(network)
