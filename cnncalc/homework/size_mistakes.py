"""Mistakes about the sizes of outputs, and with them about everything that is computed from sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import structs

from cnncalc.arithmetic import ceil_div, prod
from cnncalc.homework import alterations as alter
from cnncalc.homework.binding import axis_symbols
from cnncalc.homework.task import ACTIVATIONS, FLOPS, MACS, OUTPUT, Task, mistake
from cnncalc.layers.base import Shape, per_axis
from cnncalc.layers.formulas import window_output
from cnncalc.layers.reading import Rearranged, Sliding, Spread

SIZED = (OUTPUT, MACS, FLOPS, ACTIVATIONS)


@mistake("forgot-padding", SIZED, 1)
def _forgot_padding(task: Task) -> Iterator[Task]:
    layer: Any = task.layer
    if hasattr(layer, "padding"):
        yield told(task.with_settings(padding=0), layer.padding)


@mistake("padding-once", SIZED, 2)
def _padding_once(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.padded_once)


@mistake("forgot-plus-one", SIZED, 1)
def _forgot_plus_one(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.without_one)


@mistake("ceiling-for-floor", SIZED, 1)
def _ceiling_for_floor(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.rounded_up)


@mistake("floor-for-ceiling", SIZED, 1)
def _floor_for_ceiling(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "ceil_mode"):
        yield task.with_settings(ceil_mode=False)


@mistake("stride-ignored", SIZED, 2)
def _stride_ignored(task: Task) -> Iterator[Task]:
    layer: Any = task.layer
    if hasattr(layer, "stride"):
        stride = layer.stride if layer.stride is not None else layer.kernel_size
        yield told(task.with_settings(stride=1), stride)


@mistake("stride-is-kernel", SIZED, 3)
def _stride_is_kernel(task: Task) -> Iterator[Task]:
    layer: Any = task.layer
    if hasattr(layer, "stride") and not task.visit.parameters:
        yield task.with_settings(stride=layer.kernel_size)


@mistake("dilation-ignored", SIZED, 1)
def _dilation_ignored(task: Task) -> Iterator[Task]:
    layer: Any = task.layer
    if hasattr(layer, "dilation"):
        yield told(task.with_settings(dilation=1), layer.dilation)


@mistake("dilated-kernel-too-large", SIZED, 4)
def _dilated_kernel(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.spread_kernel)


@mistake("kernel-not-subtracted", SIZED, 5)
def _kernel_not_subtracted(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.without_kernel)


@mistake("same-assumed", (OUTPUT,), 3)
def _same_assumed(task: Task) -> Iterator[Task]:
    windows = task.windows()
    if windows:
        sizes = tuple(ceil_div(task.input[w.axis], w.stride) for w in windows)
        yield told(task.with_figure((task.of(OUTPUT)[0], *sizes)), getattr(task.layer, "padding", 0))


@mistake("channels-kept", (OUTPUT,), 3)
def _channels_kept(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "out_channels"):
        yield task.with_figure((task.input[0], *task.of(OUTPUT)[1:]))


@mistake("pooling-channels", (OUTPUT, ACTIVATIONS), 2)
def _pooling_channels(task: Task) -> Iterator[Task]:
    """The channels divided as the sides are."""
    for window in task.windows() if not task.visit.parameters else ():
        channels, *sides = task.of(OUTPUT)
        yield _with_shape(task, (channels // window.stride, *sides))


@mistake("depth-lost", (OUTPUT,), 3)
def _depth_lost(task: Task) -> Iterator[Task]:
    output = task.of(OUTPUT)
    if len(output) == 4 and task.relations(Sliding):
        yield task.with_figure((output[0], *output[2:]))


@mistake("channels-multiplied", (OUTPUT,), 4)
def _channels_multiplied(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "out_channels"):
        output = task.of(OUTPUT)
        yield task.with_figure((output[0] * task.input[0], *output[1:]))


@mistake("height-width-exchanged", (OUTPUT,), 3)
def _height_width(task: Task) -> Iterator[Task]:
    output = task.of(OUTPUT)
    if len(output) >= 3:
        yield task.with_figure((*output[:-2], output[-1], output[-2]))


@mistake("channels-height-exchanged", (OUTPUT,), 5)
def _channels_height(task: Task) -> Iterator[Task]:
    output = task.of(OUTPUT)
    if len(output) == 3:
        yield task.with_figure((output[1], output[0], *output[2:]))


@mistake("flatten-forgot-channels", (OUTPUT, ACTIVATIONS), 1)
def _flatten_forgot_channels(task: Task) -> Iterator[Task]:
    if task.relations(Rearranged):
        yield task.with_alteration(alter.left_out("C"))


@mistake("flatten-one-side", (OUTPUT, ACTIVATIONS), 3)
def _flatten_one_side(task: Task) -> Iterator[Task]:
    if task.relations(Rearranged):
        yield task.with_alteration(alter.left_out("W"))


@mistake("flatten-channels-only", (OUTPUT, ACTIVATIONS), 3)
def _flatten_channels_only(task: Task) -> Iterator[Task]:
    if task.relations(Rearranged):
        yield task.with_alteration(alter.left_out(*axis_symbols(len(task.input))[1:]))


@mistake("not-flattened", (OUTPUT,), 3)
def _not_flattened(task: Task) -> Iterator[Task]:
    if task.relations(Rearranged):
        yield task.with_figure(task.input)


@mistake("transposed-as-convolution", (OUTPUT,), 2)
def _transposed_as_convolution(task: Task) -> Iterator[Task]:
    layer = task.layer
    if task.relations(Spread) and hasattr(layer, "out_channels"):
        _, *sizes = task.input
        fields = ("kernel_size", "stride", "padding", "dilation")
        sides = [per_axis(getattr(layer, field), len(sizes)) for field in fields]
        yield task.with_figure((task.of(OUTPUT)[0], *map(window_output, sizes, *sides)))


@mistake("forgot-output-padding", SIZED, 2)
def _forgot_output_padding(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "output_padding"):
        yield task.with_settings(output_padding=0)


@mistake("transposed-forgot-minus-one", SIZED, 3)
def _transposed_forgot_minus_one(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.whole_input_spread)


@mistake("transposed-forgot-plus-one", (OUTPUT,), 3)
def _transposed_forgot_plus_one(task: Task) -> Iterator[Task]:
    """Of the formula as PyTorch's documentation writes it, ``(M − 1)·S − 2·P + D·(K − 1) + OP + 1``."""
    if task.relations(Spread) and hasattr(task.layer, "out_channels"):
        channels, *sides = task.of(OUTPUT)
        yield task.with_figure((channels, *(side - 1 for side in sides)))


@mistake("concatenation-as-sum", (OUTPUT,), 3)
def _concatenation_as_sum(task: Task) -> Iterator[Task]:
    if len(task.inputs) > 1:
        for shape in task.inputs:
            yield task.with_figure(shape)


@mistake("sum-as-concatenation", (OUTPUT,), 3)
def _sum_as_concatenation(task: Task) -> Iterator[Task]:
    if len(task.inputs) > 1 and len({len(shape) for shape in task.inputs}) == 1:
        yield task.with_figure((sum(shape[0] for shape in task.inputs), *task.input[1:]))


@mistake("pooling-skipped", (OUTPUT, ACTIVATIONS), 3)
def _pooling_skipped(task: Task) -> Iterator[Task]:
    if _is_pooling(task):
        yield _with_shape(task, task.input)


def _is_pooling(task: Task) -> bool:
    """Whether a layer without parameters makes maps smaller."""
    is_window = hasattr(task.layer, "kernel_size") or hasattr(task.layer, "output_size")
    return is_window and not task.visit.parameters and not task.relations(Rearranged)


@mistake("input-for-output", (OUTPUT, ACTIVATIONS), 4)
def _input_for_output(task: Task) -> Iterator[Task]:
    if not _is_pooling(task):
        yield _with_shape(task, task.input)


def _with_shape(task: Task, shape: Shape) -> Task:
    """The task with a shape in the place of the output's: itself, or its number of elements."""
    return task.with_figure(shape if task.quantity == OUTPUT else task.analysis.batch * prod(shape))


def told(task: Task, value: object) -> Task:
    """The task with a hyper-parameter's own value for its detail."""
    return structs.replace(task, detail="×".join(map(str, value)) if isinstance(value, tuple) else str(value))
