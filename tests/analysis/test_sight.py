"""What units see, and which units see a pixel, against PyTorch's gradients, in every layer of generated networks."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest
import torch
from gradient_oracle import Dependencies
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import any_networks, fits, folds, images

from cnncalc import CnncalcError, Network, analyze, layers, load
from cnncalc.analysis.axis_field import AxisField
from cnncalc.analysis.regions import read
from cnncalc.analysis.sight import pixel_axes, reach, sights

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
        (layers.LSTM(3), (6, 4)),
        (layers.GRU(2, bidirectional=True), (5, 3)),
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


@pytest.mark.parametrize(("kernel", "padding", "stride"), [((3, 5), (1, 4), (1, 1)), ((2, 3), (3, 2), (3, 2))])
def test_the_share_in_padding_of_every_unit(kernel, padding, stride):
    """Of kernel × kernel places of a window on 4×5 pixels, place by place; some windows have padding alone."""
    shape = (4, 5)
    conv = layers.Conv2d(1, kernel, padding=padding, stride=stride)
    analysis = analyze(Network(input=[1, *shape], layers=[conv]))
    for unit in product(*map(range, analysis.layers[0].output_shape[1:])):
        first = [index * s - p for index, s, p in zip(unit, stride, padding, strict=True)]
        window = list(product(*(range(f, f + k) for f, k in zip(first, kernel, strict=True))))
        inside = [place for place in window if all(0 <= i < size for i, size in zip(place, shape, strict=True))]
        (sight,) = analysis.sees("conv2d_1", unit).values()
        assert sight.in_padding == 1 - Fraction(len(inside), len(window))
        assert sight.contributing == len(inside)
        rows, columns = ({place[axis] for place in inside} for axis in (0, 1))
        assert sight.size == (len(rows), len(columns))
        assert sight.coverage == (1 if inside else None)
        assert sight.box == (((min(rows), max(rows)), (min(columns), max(columns))) if inside else None)


def test_where_the_field_is_not_followed_nothing_is_said_of_padding():
    stack = [layers.AdaptiveAvgPool1d(1), layers.ZeroPad1d(1)]
    for unit, seen in ((0, ()), (1, ((range(8),),)), (2, ())):
        (sight,) = analyze(Network(input=[1, 8], layers=stack)).sees("zeropad1d_1", (unit,)).values()
        assert (sight.field, sight.in_padding, sight.regions) == (None, None, seen)


@pytest.mark.parametrize(
    ("shape", "middle"), [((7,), (3,)), ((2, 7), (3,)), ((2, 7, 6), (3, 3)), ((3, 1, 4, 5), (0, 2, 2))]
)
def test_the_middle_unit_unless_stated(shape, middle):
    (sight,) = analyze(Network(input=shape, layers=[layers.ReLU()])).sees("relu_1").values()
    assert sight.unit == middle
    assert sight.box == tuple((index, index) for index in middle)
    assert sight.pixels == (shape if len(shape) == 1 else shape[1:])
    assert (sight.layer, sight.input, sight.field) == ("relu_1", "input", sight.box)


def test_the_field_of_a_unit_that_sees_everything_besides_its_own_place():
    """A 3×3 with padding beside a global pool of 8 pixels: the first unit's field begins before the input."""
    stack = [
        layers.Conv1d(1, 3, padding=1, name="own"),
        layers.AdaptiveAvgPool1d(1, inputs=["input"], name="all"),
        layers.Add(inputs=["own", "all"], name="sum"),
    ]
    analysis = analyze(Network(input=[1, 8], layers=stack))
    fields = [analysis.sees("sum", (unit,))["input"].field for unit in (0, 1, 6, 7)]
    assert fields == [((-1, 7),), ((0, 7),), ((0, 7),), ((0, 8),)]


@pytest.mark.parametrize(
    ("field", "seen"),
    [
        (AxisField(1, (-2,), (5,), 3), (4, 8)),
        (AxisField(1, (-2,), (5,), 3, everything=(6, 7)), (4, 8)),
        (AxisField(1, (-2,), (5,), 3, everything=(1, 9)), (1, 9)),
        (AxisField(None, everything=(3, 5)), (3, 5)),
        (AxisField(None, everything=(3, 5), lost=True), None),
        (AxisField(None, everything=(3, 5), partly=True), None),
        (AxisField(None, lost=True), None),
        (AxisField(1, (0,), (0,)), None),
        # along the channels, of which all are looked at together
        (AxisField(0, (0,), (1,)), None),
    ],
)
def test_the_field_of_a_unit_along_an_axis(field, seen):
    """Unit 2 of an axis whose first unit sees 5 pixels from −2 on, the next 3 further on each."""
    analysis = analyze(Network(input=[3, 12], layers=[layers.ReLU()]))
    (sight,) = sights(analysis._in_order, {"input": (field,)}, analysis.row("relu_1"), (2,)).values()
    assert sight.field == (None if seen is None else (seen,))


def test_one_number_a_sample_has_no_units():
    analysis = analyze(Network(input=[6], layers=[layers.Sum(1, name="sum")]))
    assert analysis.sees("sum")["input"].box == ((0, 5),)
    with pytest.raises(CnncalcError, match=r"^sum has one number a sample and no units to choose from$"):
        analysis.sees("sum", (0,))


def test_all_units_of_a_layer_together_and_how_many_layers_lie_between():
    """Behind the 3×3 of stride 4 on 10×10 are windows at 0 and 4, which end at 6; the ReLU is on another branch."""
    stack = [
        layers.Conv2d(1, 3, stride=4, name="conv"),
        layers.ReLU(inputs=["input"], name="aside"),
        layers.Add(inputs=["conv", "conv"], name="twice"),
        layers.Flatten(name="flat"),
    ]
    analysis = analyze(Network(input=[1, 10, 10], layers=stack, outputs=["flat", "aside"]))
    assert reach(analysis._in_order, "flat") == ({"input": ((0, 6), (0, 6))}, 3)
    assert reach(analysis._in_order, "input") == ({"input": ((0, 9), (0, 9))}, 0)


def test_a_unit_of_one_axis_takes_one_number():
    analysis = analyze(Network(input=[2, 8], layers=[layers.Conv1d(3, 1)]))
    with pytest.raises(CnncalcError) as error:
        analysis.sees("conv1d_1", (1, 2, 3))
    assert str(error.value) == "a unit of conv1d_1, whose output is 3×8, takes 1 number or 2, found 3"
    with pytest.raises(CnncalcError, match=r"^a pixel of an input 2×8 takes 1 number, found 2$"):
        analysis.units_seeing("conv1d_1", (1, 2))
    features = analyze(Network(input=[4], layers=[layers.Linear(3)]))
    with pytest.raises(CnncalcError, match=r"^a unit of linear_1, whose output is 3, takes 1 number, found 2$"):
        features.sees("linear_1", (1, 2))
    assert features.units_seeing("linear_1", (3,)) == ((range(3),),)


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
        ("conv2", (0, -1), None, "the input has no pixel 0,-1; its pixels are counted from 0 to 223,223"),
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
