"""Layers on sizes and hyper-parameters that are arrays, as a sweep has them, against each point by itself."""

import numpy
import pytest
from layers.examples import EXAMPLES

from cnncalc import layers
from cnncalc.arithmetic import single

POINTS = 3


def at(number, point):
    """An array's number at one point; lists and shapes part by part."""
    if isinstance(number, numpy.ndarray):
        return number[point].item()
    return tuple(at(part, point) for part in number) if isinstance(number, tuple) else number


def said(layer, *inputs):
    """Whether its conditions hold, and what follows from the shapes."""
    for check in layer.checks(*inputs):
        if not numpy.all(check.holds):
            return None
    output = layer.output(*inputs)
    work = layer.operations(*inputs, output=output)
    tensors = [(tensor.name, tensor.shape) for tensor in (*layer.parameters(*inputs), *layer.buffers(*inputs))]
    costs = tuple(getattr(work, name) for name in work.__struct_fields__)
    return tuple(output), tuple(tensors), costs, layer.least_read(*inputs)


DECIDED = [case for case in EXAMPLES if not isinstance(case[0], layers.Squeeze)]
"""Where the axes of the output depend on the sizes, a sweep tells its points apart first."""


@pytest.mark.parametrize("case", DECIDED, ids=lambda case: type(case[0]).__name__)
def test_sizes_that_are_arrays(case):
    layer, *inputs = case
    many = [tuple(numpy.array([size] * POINTS) for size in x) for x in inputs]
    found = said(layer, *many)
    assert all(at(found, point) == said(layer, *inputs) for point in range(POINTS))


SWEPT = [
    (layers.Conv2d(6, numpy.array([1, 3, 5]), padding=(numpy.array([0, 1, 2]), 1)), (4, 9, 8)),
    (layers.Conv2d(numpy.array([2, 4, 6]), 3, groups=2, stride=numpy.array([1, 2, 3])), (4, numpy.array([7, 8, 9]), 8)),
    (layers.Conv1d(4, 3, dilation=numpy.array([1, 2, 3])), (numpy.array([1, 2, 3]), 9)),
    (layers.ConvTranspose2d(6, numpy.array([1, 3, 5]), stride=numpy.array([1, 2, 3])), (4, 9, 8)),
    (layers.MaxPool2d(numpy.array([1, 2, 3]), ceil_mode=True), (4, 9, numpy.array([8, 9, 10]))),
    (layers.AvgPool2d(3, stride=numpy.array([1, 2, 3]), padding=1), (4, 9, 8)),
    (layers.Linear(numpy.array([1, 2, 3])), (4, 9)),
    (layers.BatchNorm2d(), (numpy.array([1, 2, 3]), 4, 4)),
    (layers.GroupNorm(2), (numpy.array([2, 4, 6]), 4, 4)),
    (layers.ZeroPad2d(numpy.array([-1, 0, 2])), (2, 4, 5)),
    (layers.PadToMultiple(4), (2, numpy.array([3, 4, 5]), 5)),
    (layers.SamePad(3, numpy.array([1, 2, 3])), (2, 7, 8)),
    (layers.Upsample(scale_factor=2.0, mode="bilinear"), (2, numpy.array([3, 4, 5]), 5)),
    (layers.AdaptiveAvgPool2d(3), (2, numpy.array([3, 4, 5]), 5)),
    (layers.Slice(-2, None, dim=2), (2, numpy.array([1, 4, 5]))),
    (layers.Chunk(3, 1, dim=2), (2, numpy.array([4, 5, 6]))),
    (layers.Einsum("ab,bc->ac"), (2, numpy.array([1, 4, 5])), (numpy.array([1, 4, 5]), 3)),
    (layers.MatMul(), (2, numpy.array([1, 4, 5])), (numpy.array([1, 4, 5]), 3)),
    (layers.Add(), (2, numpy.array([1, 4, 5])), (2, 1)),
]


@pytest.mark.parametrize("case", SWEPT, ids=lambda case: type(case[0]).__name__)
def test_hyper_parameters_that_are_arrays(case):
    layer, *inputs = case
    found = said(layer, *inputs)
    for point in range(POINTS):
        fields = {name: at(getattr(layer, name), point) for name in layer.__struct_fields__}
        assert at(found, point) == said(type(layer)(**fields), *at(tuple(inputs), point))


def test_windows_of_arrays_are_read_as_they_are():
    (slide,) = layers.MaxPool1d(numpy.array([1, 2, 3])).slides()
    assert slide.kernel.tolist() == slide.stride.tolist() == [1, 2, 3]
    (slide,) = layers.Conv1d(1, numpy.array([1, 2, 3])).slides()
    assert (slide.kernel.tolist(), single(slide.stride)) == ([1, 2, 3], 1)
