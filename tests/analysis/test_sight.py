"""What units see, and which units see a pixel, against PyTorch's gradients, in every layer of generated networks."""

from itertools import product
from math import prod

import pytest
import torch
from gradient_oracle import Dependencies
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import any_networks, fits, folds, images

from cnncalc import CnncalcError, Network, analyze, layers, load
from cnncalc.analysis.regions import read
from cnncalc.analysis.sight import pixel_axes

BORDERS = ("Replication", "Reflection", "Upsample")
"""Kinds that read the border's elements where a field goes beyond it."""


def network(nodes, input_shape):
    stated = []
    for name, layer, inputs in nodes:
        fields = {field: getattr(layer, field) for field in type(layer).__struct_fields__}
        stated.append(type(layer)(**fields | {"name": name, "inputs": inputs}))
    return Network(input=input_shape, layers=stated)


def mask(regions, shape):
    """Regions as an array of yes and no."""
    found = torch.zeros(shape, dtype=torch.bool)
    for region in regions:
        found[torch.meshgrid(*(torch.tensor(list(axis), dtype=torch.long) for axis in region), indexing="ij")] = True
    return found


def pixels(shape):
    return tuple(shape[axis] for axis in pixel_axes(shape))


def same_as_the_gradient(analysis, dependencies, layer, unit):
    """The very pixels, their number and their box; what is seen is given back."""
    shape = analysis.input
    (sight,) = analysis.sees(layer, unit).values() or [None]
    output = analysis.row(layer).output_shape
    channels = (slice(None),) * (len(output) - len(unit))
    expected = dependencies.pixels(layer, (*channels, *unit))
    assert torch.equal(mask(sight.regions, pixels(shape)), expected)
    assert sight.contributing == int(expected.sum())
    if not expected.any():
        assert sight.box is None
        return sight
    places = expected.nonzero()
    assert sight.box == tuple(zip(places.min(0).values.tolist(), places.max(0).values.tolist(), strict=True))
    assert sight.coverage * prod(sight.size) == int(expected.sum())
    return sight


@settings(max_examples=700)
@given(any_networks(), st.randoms(use_true_random=False))
def test_what_a_unit_sees_is_what_its_gradient_says(case, random):
    nodes, shape = case
    assume(nodes)
    analysis, dependencies = analyze(network(nodes, shape)), Dependencies(nodes, shape)
    unclipped = not any(type(row.layer).__name__.startswith(BORDERS) for row in analysis.layers)
    for row in analysis.layers:
        if not analysis.fields.seen[row.name]:
            continue
        place = tuple(random.randrange(size) for size in row.output_shape)
        channels = 1 if len(row.output_shape) > 1 else 0
        one_channel = bool(channels) and random.random() < 0.3
        sight = same_as_the_gradient(analysis, dependencies, row.name, place if one_channel else place[channels:])
        if sight.box is not None and sight.field is not None and unclipped:
            inside = zip(sight.box, sight.field, strict=True)
            assert all(low <= first and last <= high for (first, last), (low, high) in inside)


@settings(max_examples=400)
@given(any_networks(), st.randoms(use_true_random=False))
def test_the_units_that_see_a_pixel_are_those_whose_tangent_moves(case, random):
    nodes, shape = case
    assume(nodes)
    analysis, dependencies = analyze(network(nodes, shape)), Dependencies(nodes, shape)
    pixel = tuple(random.randrange(size) for size in pixels(shape))
    for row in analysis.layers:
        found = mask(analysis.units_seeing(row.name, pixel), row.output_shape)
        assert torch.equal(found, dependencies.units(row.name, pixel))


@settings(max_examples=300)
@given(st.one_of(images(), folds()))
def test_layers_whose_channels_are_not_told_apart(case):
    layer, shape = case
    assume(fits(layer, shape))
    nodes = [("layer0", layer, ("input",))]
    analysis, dependencies = analyze(network(nodes, shape)), Dependencies(nodes, shape)
    output = analysis.layers[0].output_shape
    ends = ((0,) * (len(output) - 1), tuple(size - 1 for size in output[1:]), tuple(size // 2 for size in output[1:]))
    for place in ends:
        expected = dependencies.pixels("layer0", (slice(None), *place))
        sights = analysis.sees("layer0", place)
        found = mask(sights["input"].regions if sights else (), pixels(shape))
        assert torch.equal(found, expected)


@pytest.mark.parametrize(
    ("name", "layer", "units"),
    [
        ("alexnet", "pool5", [(0, 0), (3, 2), (5, 5)]),
        ("alexnet", "fc8", [(7,)]),
        ("dilated", "dilation4", [(32, 32), (0, 63)]),
        ("transposed", None, [(3, 4)]),
        ("inception_module", None, [(5, 5), (0, 13)]),
        ("residual_projection", None, [(1, 2)]),
        ("dcgan", "main.6", [(5, 6)]),
        ("text_cnn", "words4.1", [(3,)]),
        ("lenet5", "C3", [(0, 4), (15, 9, 9)]),
    ],
)
def test_shipped_networks(name, layer, units):
    analysis = analyze(load(name))
    layer = layer or analysis.layers[-1].name
    nodes = [(row.name, row.layer, row.inputs) for row in analysis.layers]
    nodes = nodes[: 1 + [row.name for row in analysis.layers].index(layer)]
    dependencies = Dependencies(nodes, analysis.input)
    for unit in units:
        same_as_the_gradient(analysis, dependencies, layer, unit)


TABLE = ((0, 1), (1, 2), (2,))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.LocallyConnected2d(out_channels=2, kernel_size=3, stride=2), (2, 8, 7)),
        (layers.ConnectedConv2d(kernel_size=3, table=TABLE), (3, 6, 6)),
        (layers.Maxout(2), (6, 3, 3)),
        (layers.Subsampling2d(2), (2, 7, 6)),
        (layers.LocalResponseNorm(3), (6, 3, 3)),
        (layers.LocalResponseNorm(4), (6, 3, 3)),
        (layers.MultiheadAttention(2), (5, 4)),
        (layers.PositionBias(), (2, 3, 3)),
        (layers.LayerScale(), (2, 3, 3)),
        (layers.ChannelShuffle(3), (12, 2, 2)),
        (layers.GroupNorm(2), (4, 3, 3)),
        (layers.InstanceNorm2d(), (2, 3, 3)),
        (layers.Softmax(2), (2, 3, 3)),
        (layers.Max((1, 2)), (2, 3, 3)),
        (layers.ReflectionPad2d(3), (1, 5, 4)),
        (layers.ReplicationPad3d((1, 2, 0, 1, 2, 0)), (1, 3, 3, 2)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_unit_of_a_kind(layer, shape):
    nodes = [("layer0", layer, ("input",))]
    analysis, dependencies = analyze(network(nodes, shape)), Dependencies(nodes, shape)
    for unit in product(*map(range, analysis.layers[0].output_shape)):
        same_as_the_gradient(analysis, dependencies, "layer0", unit)


def test_attention_of_three_inputs():
    """Row 1 of the output sees row 1 of the queries, all keys and all values; column 2 only that of the values."""
    shapes = {"q": (3, 4), "k": (5, 4), "v": (5, 6)}
    readings = layers.ScaledDotProductAttention().reads(*shapes.values())
    unit = (range(1, 2), range(2, 3))
    regions = [read(reading, unit, x, (3, 6)) for reading, x in zip(readings, shapes.values(), strict=True)]
    assert regions == [[(range(1, 2), range(4))], [(range(5), range(4))], [(range(5), range(2, 3))]]


def test_words_keep_their_places():
    stack = [layers.Embedding(100, 8), layers.Permute((0, 2, 1)), layers.Conv1d(4, 3)]
    analysis = analyze(Network(input=[20], layers=stack))
    (field,) = analysis.receptive_fields(analysis.layers[-1].name).values()
    assert (field.size, field.jump) == ((3,), (1,))


def test_every_kind_says_what_it_reads():
    assert [kind.__name__ for kind in layers.LAYERS if kind.reads is layers.Layer.reads] == []


def test_the_gridding_holes_of_stacked_dilation():
    """Three 3×3 with dilation 2 see every other pixel of a 13×13 box: 7×7 of them."""
    stack = [layers.Conv2d(1, 3, padding="same", dilation=2, name=f"conv{i}") for i in range(3)]
    (sight,) = analyze(Network(input=[1, 32, 32], layers=stack)).sees("conv2").values()
    assert sight.size == (13, 13)
    assert sight.contributing == 7 * 7


def test_parallel_strips_make_a_cross():
    """A 1×3 beside a 3×1 see a cross of 5 pixels in a box of 9."""
    branches = [
        layers.Conv2d(1, (1, 3), padding=(0, 1), name="row", inputs=("input",)),
        layers.Conv2d(1, (3, 1), padding=(1, 0), name="column", inputs=("input",)),
        layers.Add(name="sum", inputs=("row", "column")),
    ]
    (sight,) = analyze(Network(input=[1, 9, 9], layers=branches)).sees("sum", (4, 4)).values()
    assert (sight.size, sight.contributing) == ((3, 3), 5)


def test_how_much_lies_in_padding():
    """The first unit of a 3×3 with padding 1 has 5 of its 9 places in padding."""
    analysis = analyze(Network(input=[1, 9, 9], layers=[layers.Conv2d(1, 3, padding=1, name="conv")]))
    (sight,) = analysis.sees("conv", (0, 0)).values()
    assert sight.box == ((0, 1), (0, 1))
    assert sight.field == ((-1, 1), (-1, 1))
    assert sight.in_padding * 9 == 5


@pytest.mark.parametrize(
    ("unit", "complaint"),
    [
        ((27, 0), "conv2 has no unit 27,0; its units are counted from 0 to 26,26"),
        ((1,), "a unit of conv2, whose output is 192×27×27, takes 2 numbers or 3, found 1"),
        ((192, 0, 0), "conv2 has no unit 192,0,0; its units are counted from 0 to 191,26,26"),
        ((-1, 0), "conv2 has no unit -1,0; its units are counted from 0 to 26,26"),
    ],
)
def test_units_that_are_not_there(unit, complaint):
    with pytest.raises(CnncalcError) as error:
        analyze(load("alexnet")).sees("conv2", unit)
    assert str(error.value) == complaint


@pytest.mark.parametrize(
    ("layer", "pixel", "source", "complaint"),
    [
        ("conv9", (0, 0), None, "no layer is named 'conv9'; did you mean 'conv5'?"),
        ("conv2", (224, 0), None, "the input has no pixel 224,0; its pixels are counted from 0 to 223,223"),
        ("conv2", (1,), None, "a pixel of an input 3×224×224 takes 2 numbers, found 1"),
        ("conv2", (1, 1), "image", 'the network has no input "image"; its inputs: input'),
    ],
)
def test_pixels_that_are_not_there(layer, pixel, source, complaint):
    with pytest.raises(CnncalcError) as error:
        analyze(load("alexnet")).units_seeing(layer, pixel, source)
    assert str(error.value) == complaint


def test_a_pixel_of_one_of_several_inputs():
    stack = [
        layers.Conv1d(1, 3, name="a", inputs=("left",)),
        layers.ZeroPad1d((-1, -1), name="b", inputs=("right",)),
        layers.Add(name="sum", inputs=("a", "b")),
    ]
    analysis = analyze(Network(input={"left": [1, 6], "right": [1, 6]}, layers=stack))
    assert analysis.units_seeing("sum", (2,), "left") == ((range(1), range(3)),)
    assert analysis.units_seeing("sum", (2,), "right") == ((range(1), range(1, 2)),)
    with pytest.raises(CnncalcError, match="several inputs; name the one of the pixel: left, right"):
        analysis.units_seeing("sum", (2,))
