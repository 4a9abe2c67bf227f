"""Mistakes about parameters, multiply-accumulates, FLOPs and activations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnncalc.analysis import Analysis, convention_named, shipped_conventions
from cnncalc.arithmetic import prod
from cnncalc.homework import alterations as alter
from cnncalc.homework.binding import axis_symbols
from cnncalc.homework.size_mistakes import told
from cnncalc.homework.task import ACTIVATIONS, FLOPS, MACS, OUTPUT, PARAMS, Task, mistake
from cnncalc.layers import Conv2d
from cnncalc.layers.base import elements, per_axis, weight_and_bias
from cnncalc.layers.reading import Sliding, Spread

COSTS = (PARAMS, MACS, FLOPS)
_WORK = (MACS, FLOPS)


@mistake("forgot-bias", (PARAMS, FLOPS), 1)
def _forgot_bias(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "bias"):
        yield task.with_settings(bias=False)


@mistake("bias-added", (PARAMS, FLOPS), 1)
def _bias_added(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "bias"):
        yield task.with_settings(bias=True)


@mistake("one-bias", (PARAMS,), 2)
def _one_bias(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.one_bias)


@mistake("bias-a-kernel", (PARAMS,), 5)
def _bias_a_kernel(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "bias") and hasattr(task.layer, "kernel_size"):
        bare = task.with_settings(bias=False).of(PARAMS)
        yield task.with_figure(bare + task.input[0] * (task.of(PARAMS) - bare))


@mistake("bias-an-input", (PARAMS,), 5)
def _bias_an_input(task: Task) -> Iterator[Task]:
    if getattr(task.layer, "bias", False):
        bare = task.with_settings(bias=False).of(PARAMS)
        features = task.input[-1] if hasattr(task.layer, "out_features") else task.input[0]
        yield task.with_figure(bare + features)


@mistake("groups-ignored", COSTS, 1)
def _groups_ignored(task: Task) -> Iterator[Task]:
    layer: Any = task.layer
    if hasattr(layer, "groups"):
        yield told(task.with_settings(groups=1), task.input[0] // layer.groups)


@mistake("one-group", COSTS, 3)
def _one_group(task: Task) -> Iterator[Task]:
    """Groups that also share the filters among them, as if each made all the output's channels of one group."""
    layer: Any = task.layer
    if hasattr(layer, "groups") and layer.groups < layer.out_channels:
        right = task.of(task.quantity)
        yield told(task.with_figure(right // layer.groups), layer.groups)
        if task.quantity == PARAMS:
            weights = elements(task.visit.parameters[:1])
            yield told(task.with_figure(weights // layer.groups + right - weights), layer.groups)


@mistake("table-ignored", COSTS, 1)
def _table_ignored(task: Task) -> Iterator[Task]:
    """Every map connected to every map before it, where LeNet-5's table leaves connections out."""
    table = getattr(task.layer, "table", None)
    if table:
        everything = tuple(range(task.input[0]))
        yield told(task.with_settings(table=tuple(everything for _ in table)), sum(map(len, table)))


@mistake("depthwise-as-ordinary", COSTS, 1)
def _depthwise_as_ordinary(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "channel_multiplier"):
        shared = {name: getattr(task.layer, name) for name in ("kernel_size", "stride", "padding", "bias")}
        yield task.with_layer(Conv2d(task.of(OUTPUT)[0], **shared))


@mistake("forgot-input-channels", COSTS, 1)
def _forgot_input_channels(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "out_channels"):
        yield told(task.with_alteration(alter.left_out("Cin")), task.input[0])


@mistake("input-channels-twice", COSTS, 4)
def _input_channels_twice(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.squared("Cin"))


@mistake("one-filter", COSTS, 2)
def _one_filter(task: Task) -> Iterator[Task]:
    for symbol in ("out_channels", "out_features"):
        if hasattr(task.layer, symbol):
            yield told(task.with_alteration(alter.put({"Cout": 1, "Nout": 1})), getattr(task.layer, symbol))


@mistake("kernel-once", COSTS, 2)
def _kernel_once(task: Task) -> Iterator[Task]:
    if task.visit.parameters:
        yield task.with_alteration(alter.one_of_each("K"))


@mistake("kernel-of-two-axes", (PARAMS, MACS), 2)
def _kernel_of_two_axes(task: Task) -> Iterator[Task]:
    """``K·K`` as in images, where the kernel has one axis or three."""
    rank = len(task.input) - 1
    if rank not in (1, 3):
        return
    side = per_axis(getattr(task.layer, "kernel_size", 1), rank)[0]
    right = task.of(task.quantity)
    weights = elements(task.visit.parameters[:1])
    scaled = weights if task.quantity == PARAMS else right
    changed = scaled * side if rank == 1 else scaled // side
    yield told(task.with_figure(changed + right - scaled), rank)


@mistake("forgot-kernel", COSTS, 4)
def _forgot_kernel(task: Task) -> Iterator[Task]:
    if task.visit.parameters:
        yield task.with_alteration(alter.left_out("K"))


@mistake("pooling-weights", (PARAMS,), 2)
def _pooling_weights(task: Task) -> Iterator[Task]:
    windows = task.windows()
    if task.visit.parameters or not windows:
        return
    channels = task.input[0]
    sides = [window.kernel for window in windows]
    for filters, seen in ((channels, channels), (channels, 1), (1, 1)):
        for bias in ((filters,), None):
            yield task.with_figure(elements(weight_and_bias((filters, seen, *sides), bias)))


@mistake("norm-forgotten", (PARAMS,), 2)
def _norm_forgotten(task: Task) -> Iterator[Task]:
    if _is_norm(task):
        yield task.with_figure(0)


def _is_norm(task: Task) -> bool:
    """Whether a layer has statistics of its own beside a scale and a shift."""
    return all((task.visit.buffers, task.visit.parameters))


@mistake("affine-added", (PARAMS,), 1)
def _affine_added(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "affine"):
        yield task.with_settings(affine=True)


@mistake("parameters-overlooked", (PARAMS,), 3)
def _parameters_overlooked(task: Task) -> Iterator[Task]:
    if not _is_norm(task):
        yield task.with_figure(0)


@mistake("running-statistics-counted", (PARAMS,), 1)
def _running_statistics(task: Task) -> Iterator[Task]:
    buffers = task.visit.buffers
    if _is_norm(task):
        yield task.with_figure(task.of(PARAMS) + elements(buffer for buffer in buffers if buffer.shape))
        yield task.with_figure(task.of(PARAMS) + elements(buffers))


@mistake("one-a-channel", (PARAMS,), 3)
def _one_a_channel(task: Task) -> Iterator[Task]:
    if _is_norm(task):
        yield task.with_figure(elements(task.visit.parameters[:1]))


@mistake("norm-not-shared", (PARAMS,), 3)
def _norm_not_shared(task: Task) -> Iterator[Task]:
    if _is_norm(task):
        positions = prod(task.input[1:])
        yield task.with_figure(task.of(PARAMS) * positions)
        yield task.with_figure(len(task.visit.parameters) * positions)


@mistake("norm-one-pair", (PARAMS,), 3)
def _norm_one_pair(task: Task) -> Iterator[Task]:
    if _is_norm(task):
        yield task.with_figure(len(task.visit.parameters))


@mistake("weights-not-shared", (PARAMS,), 3)
def _weights_not_shared(task: Task) -> Iterator[Task]:
    macs = task.of(MACS)
    if macs and hasattr(task.layer, "kernel_size"):
        yield task.with_figure(macs // task.analysis.batch)
        yield task.with_figure((macs + task.of(ACTIVATIONS)) // task.analysis.batch)


@mistake("flops-for-macs", (MACS,), 1, throughout=True)
def _flops_for_macs(task: Task) -> Iterator[Task]:
    macs = task.of(MACS)
    yield task.with_figure(2 * macs)
    yield task.with_figure(task.of(FLOPS))


@mistake("macs-for-flops", (FLOPS,), 1, throughout=True)
def _macs_for_flops(task: Task) -> Iterator[Task]:
    yield task.with_figure(task.of(MACS))


@mistake("bias-additions-counted", (MACS,), 2)
def _bias_additions_counted(task: Task) -> Iterator[Task]:
    if getattr(task.layer, "bias", False):
        yield task.with_figure(task.of(MACS) + task.of(ACTIVATIONS))


@mistake("one-addition-less", (FLOPS,), 3)
def _one_addition_less(task: Task) -> Iterator[Task]:
    macs = task.of(MACS)
    if macs:
        yield task.with_figure(2 * macs - task.of(ACTIVATIONS))


@mistake("input-size-in-cost", _WORK, 1)
def _input_size_in_cost(task: Task) -> Iterator[Task]:
    if task.of(MACS) and task.relations(Sliding):
        yield task.with_alteration(alter.put(dict(zip(_positions(task), task.input[1:], strict=True))))


@mistake("output-size-in-cost", _WORK, 1)
def _output_size_in_cost(task: Task) -> Iterator[Task]:
    if task.of(MACS) and task.relations(Spread):
        sizes = dict(zip(axis_symbols(len(task.input))[1:], task.of(OUTPUT)[1:], strict=True))
        yield task.with_alteration(alter.put(sizes | {f"{symbol}'": size for symbol, size in sizes.items()}))


@mistake("positions-forgotten", _WORK, 2)
def _positions_forgotten(task: Task) -> Iterator[Task]:
    if task.relations(Sliding):
        yield task.with_alteration(alter.left_out(*_positions(task)))


@mistake("one-side-of-output", _WORK, 4)
def _one_side_of_output(task: Task) -> Iterator[Task]:
    if task.relations(Sliding):
        yield task.with_alteration(alter.left_out(_positions(task)[-1]))


@mistake("depth-of-output-forgotten", _WORK, 2)
def _depth_of_output_forgotten(task: Task) -> Iterator[Task]:
    if task.relations(Sliding) and len(task.input) == 4:
        yield task.with_alteration(alter.left_out(_positions(task)[0]))


def _positions(task: Task) -> tuple[str, ...]:
    return tuple(f"{symbol}'" for symbol in axis_symbols(len(task.input))[1:])


@mistake("one-channel", (ACTIVATIONS,), 1)
def _one_channel(task: Task) -> Iterator[Task]:
    output = task.of(OUTPUT)
    if len(output) > 1:
        yield told(task.with_figure(task.analysis.batch * prod(output[1:])), output[0])


@mistake("side-from-filters", (ACTIVATIONS,), 4)
def _side_from_filters(task: Task) -> Iterator[Task]:
    """As in the figure of Krizhevsky, Sutskever and Hinton (2012), whose first layer has 55·48·96 neurons."""
    output = task.of(OUTPUT)
    if len(output) > 2:
        side, odd = divmod(output[0], 2)
        if not odd:
            yield told(task.with_figure(task.analysis.batch * prod((*output[:-1], side))), side)


@mistake("channels-only", (ACTIVATIONS,), 4)
def _channels_only(task: Task) -> Iterator[Task]:
    output = task.of(OUTPUT)
    if output:
        yield task.with_figure(output[0])


@mistake("another-convention", (FLOPS,), 4, throughout=True)
def _another_convention(task: Task) -> Iterator[Task]:
    for name in _conventions_of(task.analysis):
        convention = convention_named(name)
        rule = convention.rule(task.visit)
        count = rule.value(task.visit) * convention.samples(task.analysis.batch) if rule else 0
        yield told(task.with_figure(count), name)


def _conventions_of(analysis: Analysis) -> tuple[str, ...]:
    """The conventions that have a figure for every layer. Kept with the analysis."""
    kept: dict[str, Any] = analysis.__dict__
    if "conventions_of_all" not in kept:
        rules = {
            name: [convention_named(name).rule(row.visit) for row in analysis.layers] for name in shipped_conventions()
        }
        kept["conventions_of_all"] = tuple(
            name for name, found in rules.items() if not any(rule and rule.unknown for rule in found)
        )
    names: tuple[str, ...] = kept["conventions_of_all"]
    return names


_CONFUSED = {
    PARAMS: (MACS, FLOPS, ACTIVATIONS),
    MACS: (PARAMS, ACTIVATIONS),
    FLOPS: (PARAMS, ACTIVATIONS),
    ACTIVATIONS: (PARAMS, MACS, FLOPS),
}


@mistake("another-quantity", (PARAMS, MACS, FLOPS, ACTIVATIONS), 5, throughout=True)
def _another_quantity(task: Task) -> Iterator[Task]:
    for quantity in _CONFUSED[task.quantity]:
        yield told(task.with_figure(task.of(quantity)), quantity)
