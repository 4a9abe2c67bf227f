"""What a layer must do at the least, and which limit that meets first."""

from math import prod

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import convolutions, pools

from cnncalc import Network, analyze, layers, load
from cnncalc.analysis.roofline import Ceilings, Work, layer_work, whole_work

CEILINGS = Ceilings(flops=100e9, bytes=10e9, overhead=5e-6)


def work_of(layer, shape, batch=1, mode="inference", **options):
    (row,) = analyze(Network(input=shape, layers=[layer]), batch=batch).layers
    return layer_work(row, batch, 4, mode, **options)


def test_a_convolution_by_hand():
    """AlexNet's second: 192 filters of 64×5×5 on 64×27×27, padding 2, two samples."""
    work = work_of(layers.Conv2d(192, 5, padding=2), (64, 27, 27), batch=2)
    weights, output, input = 192 * 64 * 25 + 192, 192 * 27 * 27, 64 * 27 * 27
    assert work == Work(2 * 2 * 192 * 64 * 25 * 27 * 27, 4 * (weights + 2 * input), 4 * 2 * output)
    assert work.intensity == pytest.approx(work.flops / work.bytes)


def test_a_linear_layer_in_training_by_hand():
    """Forwards a product; backwards one for each gradient, of which the first layer needs one."""
    weights, macs = 10 * 4 + 4, 3 * 10 * 4
    read, written = weights + 3 * 10 + 3 * 4, 3 * 4 + weights
    assert work_of(layers.Linear(4), (10,), 3, "training") == Work(6 * macs, 4 * read, 4 * (written + 3 * 10))
    assert work_of(layers.Linear(4), (10,), 3, "training", first=True) == Work(4 * macs, 4 * read, 4 * written)


def test_what_moves_nothing_and_what_reads_only_a_part():
    assert work_of(layers.Flatten(), (8, 4, 4)) == Work(0, 0)
    assert work_of(layers.Dropout(), (8, 4, 4)) == Work(0, 0)
    assert work_of(layers.Dropout(), (8, 4, 4), mode="training") == Work(0, 4 * 256, 4 * 256)
    assert work_of(layers.Conv2d(1, 1, stride=2, bias=False), (1, 8, 8)).bytes == 4 * (16 + 1 + 16)
    assert work_of(layers.Embedding(1000, 8), (5,)).bytes == 4 * (5 + 8 + 5 * 8)
    assert work_of(layers.BatchNorm2d(), (3, 2, 2)).bytes == 4 * (12 + 6 + 7 + 12)


@settings(max_examples=300)
@given(st.one_of(convolutions(), pools()))
def test_no_more_is_read_than_pytorch_reads(case):
    """Elements of the input that have a gradient, in a sum over windows of the same settings."""
    layer, shape = case
    if not all(check.holds for check in layer.checks(shape)):
        return
    rank = len(shape) - 1
    x = torch.ones((1, 1, *shape[1:]), requires_grad=True)
    kernel = layer.kernel_size if isinstance(layer.kernel_size, tuple) else (layer.kernel_size,) * rank
    if hasattr(layer, "out_channels"):
        weight = torch.ones((1, 1, *kernel))
        function = getattr(torch.nn.functional, f"conv{rank}d")
        output = function(x, weight, None, layer.stride, layer.padding, layer.dilation)
    else:
        if getattr(layer, "dilation", 1) not in (1, (1,) * rank) or rank == 3:
            return  # AvgPool has no dilation, and AvgPool3d refuses what MaxPool3d takes
        average = getattr(torch.nn, f"AvgPool{rank}d")
        output = average(layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)(x)
    (gradient,) = torch.autograd.grad(output.sum(), x)
    assert layer.least_read(shape)[0] <= shape[0] * int((gradient != 0).sum())


@settings(max_examples=200)
@given(st.one_of(convolutions(), pools()))
def test_what_some_window_reaches_less_all_the_padding(case):
    """Element by element of the padded axes, of which those before and behind the input are taken off."""
    layer, shape = case
    assume(all(check.holds for check in layer.checks(shape)))
    least = shape[0]
    for size, slide, count in zip(shape[1:], layer.slides(), layer.output(shape)[1:], strict=True):
        taps = range(0, slide.kernel * slide.dilation, slide.dilation)
        reached = {window * slide.stride + tap for window in range(count) for tap in taps}
        behind = max(max(reached) + 1 - slide.before - size, 0)
        least *= max(len(reached) - slide.before - behind, 0)
    parameters = sum(prod(tensor.shape) for tensor in layer.parameters(shape))
    assert layer.least_read(shape) == (least, parameters)


def test_bounds_and_verdicts():
    compute, memory, nothing = Work(10**9, 10**6), Work(10**6, 10**9), Work(10, 10)
    assert CEILINGS.bound(compute) == pytest.approx(10e-3)
    assert CEILINGS.bound(memory) == pytest.approx(100e-3)
    assert CEILINGS.bound(nothing) == pytest.approx(1e-9)
    verdicts = [CEILINGS.verdict(work) for work in (compute, memory, nothing, Work(0, 0))]
    assert verdicts == ["compute-bound", "memory-bound", "overhead-bound", "overhead-bound"]
    written = Work(0, 10**6, 10**9)
    assert CEILINGS.bound(written) == pytest.approx(0.1e-3)  # all of it may stay in a cache of unknown size
    assert Ceilings(100e9, 10e9, 5e-6, cache=10**8).bound(written) == pytest.approx(0.1e-3 + 90e-3)
    ridge = Work(10 * 10**9, 10**9)  # as many FLOPs a byte as the ceilings have
    assert CEILINGS.bound(ridge) == ridge.flops / CEILINGS.flops == ridge.bytes / CEILINGS.bytes


def test_the_whole_moves_what_no_cache_holds():
    analysis = analyze(load("alexnet"))
    bytes_used = 4 * (61_100_840 + 3 * 224 * 224)
    assert whole_work(analysis, 4, "inference", 10**6) == Work(2 * 714_188_480, bytes_used - 10**6)
    assert whole_work(analysis, 4, "inference", 10**12).bytes == 0
    assert whole_work(analysis, 4, "inference", None).bytes == 0
