"""What each kind of layer says it reads, unit by unit, against PyTorch's gradients."""

from itertools import product
from math import prod

import pytest
import torch
from cases import as_list
from gradient_oracle import function, per_axis
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layers.examples import EXAMPLES
from strategies import LAYER_CASES, fits

from cnncalc import layers
from cnncalc.analysis.regions import read
from cnncalc.layers.reading import NOTHING, Everything, each

NO_GRADIENT = (layers.Embedding, layers.IndexSelect, layers.HeldTensors, layers.LearnedTensor, layers.ConstantTensor)
"""Kinds that take whole numbers, or read nothing at all."""

ATTENTION = (layers.MultiheadAttention, layers.ScaledDotProductAttention)


def taps(layer):
    return prod(per_axis(layer.kernel_size, 2))


OUTPUTS_TOGETHER = {
    layers.Unfold: (0, taps),
    layers.PixelUnshuffle: (0, lambda layer: layer.downscale_factor**2),
    layers.Windows: (-1, lambda layer: layer.size),
    **dict.fromkeys(
        (layers.RNN, layers.LSTM, layers.GRU), (1, lambda layer: layer.hidden_size * (1 + layer.bidirectional))
    ),
}
"""Kinds that say of so many neighbouring units along an axis what they read together."""
INPUTS_TOGETHER = {layers.Fold: taps, layers.PixelShuffle: lambda layer: layer.upscale_factor**2}
"""Kinds that say of so many neighbouring channels of the input that a unit reads some."""
TENSORS = [case for case in LAYER_CASES if case.__name__ != "tensors"]


def mask(regions, shape):
    found = torch.zeros(shape, dtype=torch.bool)
    for region in regions:
        found[torch.meshgrid(*(torch.tensor(list(axis), dtype=torch.long) for axis in region), indexing="ij")] = True
    return found


def told_with(layer, unit):
    """A unit, and those of which it is not told apart."""
    together = [slice(at, at + 1) for at in unit]
    if type(layer) in OUTPUTS_TOGETHER:
        axis, count = OUTPUTS_TOGETHER[type(layer)]
        first = unit[axis] // count(layer) * count(layer)
        together[axis] = slice(first, first + count(layer))
    return tuple(together)


def depended_on(layer, gradient, x):
    if gradient is None:
        return torch.zeros(x, dtype=torch.bool)
    found = gradient[0] != 0
    if type(layer) in INPUTS_TOGETHER:
        count = INPUTS_TOGETHER[type(layer)](layer)
        found = found.unflatten(0, (-1, count)).any(1).repeat_interleave(count, 0)
    return found


def compare(layer, inputs, units):
    """What is read of each input, and what PyTorch's output depends on, for some units."""
    output = tuple(layer.output(*inputs))
    torch.manual_seed(0)
    tensors = [(torch.rand((1, *x), dtype=torch.float64) + 0.5).requires_grad_() for x in inputs]
    made = function(layer, *inputs)(*tensors)[0]
    readings = layer.reads(*inputs)
    for unit in units(output):
        gradients = torch.autograd.grad(
            made[told_with(layer, unit)].sum(), tensors, retain_graph=True, allow_unused=True
        )
        for reading, x, gradient in zip(readings, inputs, gradients, strict=True):
            place = tuple(range(at, at + 1) for at in unit)
            found = mask(read(reading, place, x, output) if reading else [place], x)
            assert torch.equal(found, depended_on(layer, gradient, x))


@pytest.mark.parametrize("cases", TENSORS, ids=lambda strategy: strategy.__name__)
def test_every_input_of_every_kind(cases):
    @settings(max_examples=40)
    @given(cases(), st.randoms(use_true_random=False))
    def check(case, random):
        layer, inputs = case[0], as_list(case[1])
        assume(not isinstance(layer, NO_GRADIENT) and 0 not in map(len, inputs))
        assume(fits(layer, *inputs) and max(map(prod, inputs)) < 3000)
        # the weight of a single key is 1, whatever it is
        assume(inputs[-1][-2:-1] != (1,) or not isinstance(layer, ATTENTION))
        compare(
            layer,
            inputs,
            lambda output: {
                tuple(0 for _ in output),
                tuple(size - 1 for size in output),
                tuple(map(random.randrange, output)),
            },
        )

    check()


@pytest.mark.parametrize(
    "case",
    [case for case in EXAMPLES if not isinstance(case[0], (*NO_GRADIENT, layers.Upsample))],
    ids=lambda case: type(case[0]).__name__,
)
def test_examples(case):
    layer, *inputs = case
    compare(layer, inputs, lambda output: list(product(*map(range, output)))[:: prod(output) // 12 or 1])


@pytest.mark.parametrize("case", [case for case in EXAMPLES if isinstance(case[0], layers.Upsample)])
def test_resampling_element_by_element(case):
    """Images of which one element is not 0: PyTorch's backward kernels copy where its forward ones do not."""
    layer, x, *like = case
    output, count = layer.output(x, *like), prod(x[1:])
    images = torch.eye(count, dtype=torch.float64).view(count, 1, *x[1:])
    made = function(layer, x, *like)(images, *(torch.zeros(1, *shape) for shape in like))
    seen = (made.abs() > 1e-9).view(*x[1:], *output[1:])
    (reading, *others) = layer.reads(x, *like)
    assert others == [NOTHING for _ in like]
    for place in product(*map(range, output[1:])):
        unit = tuple(range(at, at + 1) for at in (1, *place))
        assert torch.equal(mask(read(reading, unit, x, output), x)[1], seen[(..., *place)])


@pytest.mark.parametrize(
    ("layer", "x", "whole"),
    [
        (layers.Softmax(2), (4, 6, 3), {1}),
        (layers.LogSoftmax(-3), (4, 6, 3), {0}),
        (layers.BatchNorm2d(track_running_stats=False), (4, 6, 3), {1, 2}),
        (layers.InstanceNorm1d(), (4, 6), {1}),
        (layers.GroupNorm(2), (4, 6, 3), {1, 2}),
        (layers.LayerNorm(), (4, 6, 3), {2}),
        (layers.RMSNorm((6, 3)), (4, 6, 3), {1, 2}),
        (layers.GRU(3, bidirectional=True), (5, 4), {0}),
        (layers.MultiheadAttention(2), (5, 4), {0}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_sees_all_of_an_axis_and_has_its_own_place_there(layer, x, whole):
    """A normalisation, unlike a pool, has a unit for each element that it is taken of."""
    ((along,),) = layer.reads(x)
    places = {axis: step.axis for axis, step in enumerate(along) if isinstance(step, Everything)}
    assert {axis: place for axis, place in places.items() if place is not None} == {axis: axis for axis in whole}


@pytest.mark.parametrize(
    ("layer", "x"),
    [
        (layers.Mean((1, 2), keepdim=True), (4, 6, 3)),
        (layers.AdaptiveAvgPool2d(1), (4, 6, 3)),
        (layers.Linear(4), (5, 4)),
        (layers.Conv2d(4, 1), (4, 6, 3)),
        (layers.LSTM(4), (5, 4)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_sees_all_of_an_axis_and_has_no_place_there(layer, x):
    ((along,),) = layer.reads(x)
    assert {step.axis for step in along if isinstance(step, Everything)} == {None}


def test_an_axis_that_is_not_padded_is_read_in_its_place():
    for mode in ("constant", "circular"):
        assert layers.PadAxes((1, 1), mode=mode).reads((3, 5))[0][0][0] == each(0)
        assert layers.PadAxes((0, 1, 0, 0), mode=mode).reads((3, 5))[0][0][0] == each(0)


def test_an_axis_that_is_not_repeated_is_read_in_its_place():
    assert layers.Tile((1, 2)).reads((3, 5))[0][0][0] == each(0)


def test_words_and_listed_elements():
    """Each vector is that of one word; which elements are listed is not known, so each may be any of its axis."""
    assert [
        read(reading, (range(1, 2), range(2, 3), range(3)), (2, 3), (2, 3, 4))
        for reading in layers.Embedding(9, 4).reads((2, 3))
    ] == [[(range(1, 2), range(2, 3))]]
    x, indices = (2, 5, 3), (4, 6)
    for dim, unit, expected in (
        (1, (3, 5, 2, 1), (range(2), range(2, 3), range(1, 2))),
        (2, (1, 3, 5, 2), (range(1, 2), range(5), range(2, 3))),
        (-1, (1, 4, 3, 5), (range(1, 2), range(4, 5), range(3))),
    ):
        layer = layers.IndexSelect(dim)
        of_first, of_second = layer.reads(x, indices)
        place = tuple(range(at, at + 1) for at in unit)
        assert read(of_first, place, x, layer.output(x, indices)) == [expected]
        assert read(of_second, place, indices, layer.output(x, indices)) == []


@pytest.mark.parametrize("layer", [layers.LearnedTensor((3,)), layers.ConstantTensor((2, 2)), layers.HeldTensors()])
def test_what_depends_on_no_input(layer):
    (reading,) = layer.reads((4, 5))
    assert read(reading, tuple(map(range, layer.output((4, 5)))), (4, 5), layer.output((4, 5))) == []


def test_an_unknown_operator_reads_everything():
    readings = layers.Opaque(operator="theirs", output_shape=(3,)).reads((4, 5), (6,))
    found = [read(reading, (range(1),), x, (3,)) for reading, x in zip(readings, ((4, 5), (6,)), strict=True)]
    assert found == [[(range(4), range(5))], [(range(6),)]]


def test_which_pixels_a_pixel_taken_apart_is():
    """Each channel of ``PixelUnshuffle(2)`` has of every 2×2 square one pixel, which of it is not told."""
    layer = layers.PixelUnshuffle(2)
    ((groups, rows, columns),) = layer.reads((1, 6, 8))[0]
    assert list(groups.taps(3)) == [0]
    for relation in (rows, columns):
        assert [{relation.shift * place + tap for tap in relation.taps(0)} for place in range(3)] == [
            *({0, 1}, {2, 3}, {4, 5}),
        ]


def test_one_sample_of_aligned_corners_is_the_first():
    """PyTorch, ``area_pixel_compute_scale``: 0 where the output has one element."""
    layer = layers.Upsample(size=1, mode="linear", align_corners=True)
    line = torch.tensor([[[5.0, 7, 8, 9]]])
    assert torch.nn.functional.interpolate(line, size=1, mode="linear", align_corners=True).item() == 5
    ((_, relation),) = layer.reads((1, 4))[0]
    assert list(relation.taps(0)) == [0]


def test_the_border_of_replication_stands_for_what_is_outside():
    for rank in (1, 2, 3):
        (step,) = getattr(layers, f"ReplicationPad{rank}d")(1).reads((2, *(4,) * rank))[0]
        assert [relation.border for relation in step] == ["nothing", *["clamp"] * rank]
