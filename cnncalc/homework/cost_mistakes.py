"""Mistakes about parameters, multiply-accumulates, FLOPs and activations."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import convention_named, shipped_conventions
from cnncalc.arithmetic import prod
from cnncalc.homework import alterations as alter
from cnncalc.homework.binding import axis_symbols
from cnncalc.homework.size_mistakes import told
from cnncalc.homework.task import ACTIVATIONS, FLOPS, MACS, PARAMS, Task, mistake
from cnncalc.layers.base import elements, per_axis, weight_and_bias
from cnncalc.layers.reading import Sliding

COSTS = (PARAMS, MACS, FLOPS)
_WORK = (MACS, FLOPS)


@mistake("forgot-bias", (PARAMS, FLOPS), 1, "the bias was left out", "漏算了偏置")
def _forgot_bias(task: Task) -> Iterator[Task]:
    if getattr(task.layer, "bias", False) is True:
        yield task.with_settings(bias=False)


@mistake("bias-added", (PARAMS, FLOPS), 1, "a bias was counted; this layer has none", "多算了偏置；这一层没有偏置")
def _bias_added(task: Task) -> Iterator[Task]:
    if getattr(task.layer, "bias", True) is False:
        yield task.with_settings(bias=True)


@mistake("one-bias", (PARAMS,), 2, "one bias was counted for the whole layer; there is one a filter", "整层只算了一个偏置；应为每个卷积核（神经元）一个")
def _one_bias(task: Task) -> Iterator[Task]:
    yield task.with_alteration(alter.one_bias)


@mistake(
    "bias-a-kernel",
    (PARAMS,),
    5,
    "a bias was counted for each input channel of each filter; a filter has one in all",
    "给每个卷积核的每个输入通道都算了偏置；每个卷积核只有一个偏置",
)
def _bias_a_kernel(task: Task) -> Iterator[Task]:
    if getattr(task.layer, "bias", False) is True and task.inputs and hasattr(task.layer, "kernel_size"):
        bare = task.with_settings(bias=False).of(PARAMS)
        yield task.with_figure(bare + task.inputs[0][0] * (task.of(PARAMS) - bare))


@mistake("bias-an-input", (PARAMS,), 5, "a bias was counted for each input; there is one for each output", "给每个输入算了偏置；应为每个输出一个")
def _bias_an_input(task: Task) -> Iterator[Task]:
    if getattr(task.layer, "bias", False) is True and task.inputs:
        bare = task.with_settings(bias=False).of(PARAMS)
        features = task.inputs[0][-1] if hasattr(task.layer, "out_features") else task.inputs[0][0]
        yield task.with_figure(bare + features)


@mistake("groups-ignored", COSTS, 1, "the groups were ignored: a filter sees {detail} of the input's channels", "忽略了分组：每个卷积核只看到 {detail} 个输入通道")
def _groups_ignored(task: Task) -> Iterator[Task]:
    groups = getattr(task.layer, "groups", 1)
    if groups > 1:
        yield told(task.with_settings(groups=1), f"{task.inputs[0][0] // groups}")


@mistake(
    "depthwise-as-ordinary",
    COSTS,
    1,
    "a depthwise filter sees one channel; it was counted as an ordinary convolution",
    "逐通道（depthwise）卷积的每个核只看一个通道；这里按普通卷积计算了",
)
def _depthwise_as_ordinary(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "channel_multiplier"):
        yield task.with_alteration(alter.squared("C"))


@mistake(
    "forgot-input-channels", COSTS, 1, "the input's {detail} channels were left out; a filter has weights for each", "漏乘了输入通道数 {detail}；每个卷积核对每个输入通道都有权重"
)
def _forgot_input_channels(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "out_channels"):
        yield told(task.with_alteration(alter.left_out("Cin")), task.inputs[0][0])


@mistake("input-channels-twice", COSTS, 4, "the input's channels were multiplied in twice", "输入通道数乘了两次")
def _input_channels_twice(task: Task) -> Iterator[Task]:
    if hasattr(task.layer, "out_channels"):
        yield task.with_alteration(alter.squared("Cin"))


@mistake("one-filter", COSTS, 2, "this is one filter's; the layer has {detail}", "这只是一个卷积核的；该层有 {detail} 个")
def _one_filter(task: Task) -> Iterator[Task]:
    for symbol in ("out_channels", "out_features"):
        count = getattr(task.layer, symbol, 1)
        if count > 1:
            yield told(task.with_alteration(alter.put({"Cout": 1, "Nout": 1})), count)


@mistake("kernel-once", COSTS, 2, "the kernel's size was multiplied in once, not along both axes", "核的大小只乘了一次，应为 K × K")
def _kernel_once(task: Task) -> Iterator[Task]:
    if task.visit.parameters:
        yield task.with_alteration(alter.one_of_each("K"))


@mistake("forgot-kernel", COSTS, 4, "the kernel's size was left out", "漏乘了核的大小")
def _forgot_kernel(task: Task) -> Iterator[Task]:
    if task.visit.parameters:
        yield task.with_alteration(alter.left_out("K"))


@mistake("pooling-weights", (PARAMS,), 2, "a pooling layer was given weights; it has none", "给池化层算了权重；池化层没有参数")
def _pooling_weights(task: Task) -> Iterator[Task]:
    kernel = getattr(task.layer, "kernel_size", None)
    if kernel is None or task.visit.parameters or not task.relations(Sliding):
        return
    channels, *axes = task.inputs[0]
    sides = per_axis(kernel, len(axes))
    for filters, seen in ((channels, channels), (channels, 1), (1, 1)):
        for bias in ((filters,), None):
            yield task.with_figure(elements(weight_and_bias((filters, seen, *sides), bias)))


@mistake("norm-forgotten", (PARAMS,), 2, "the normalisation's scale and shift were left out", "漏算了归一化层的缩放和平移参数")
def _norm_forgotten(task: Task) -> Iterator[Task]:
    if task.visit.buffers and task.visit.parameters:
        yield task.with_figure(0)


@mistake(
    "running-statistics-counted",
    (PARAMS,),
    1,
    "the running mean and variance were counted; they are kept, not learned",
    "把滑动均值和方差也算作参数了；它们不是学习得到的",
)
def _running_statistics(task: Task) -> Iterator[Task]:
    buffers = task.visit.buffers
    if buffers and task.visit.parameters:
        yield task.with_figure(task.of(PARAMS) + elements(buffer for buffer in buffers if buffer.shape))
        yield task.with_figure(task.of(PARAMS) + elements(buffers))


@mistake("one-a-channel", (PARAMS,), 3, "one parameter a channel was counted; there is a scale and a shift", "每个通道只算了一个参数；应为缩放和平移两个")
def _one_a_channel(task: Task) -> Iterator[Task]:
    if task.visit.buffers and len(task.visit.parameters) > 1:
        yield task.with_figure(elements(task.visit.parameters[:1]))


@mistake(
    "weights-not-shared",
    (PARAMS,),
    3,
    "weights were counted for every position of the output; a convolution shares them",
    "给每个输出位置都算了权重；卷积的权重是共享的",
)
def _weights_not_shared(task: Task) -> Iterator[Task]:
    macs = task.of(MACS)
    if macs and hasattr(task.layer, "kernel_size"):
        yield task.with_figure(macs // task.analysis.batch)
        yield task.with_figure((macs + task.of(ACTIVATIONS)) // task.analysis.batch)


@mistake("flops-for-macs", (MACS,), 1, "these are FLOPs, 2 for each multiply-accumulate", "这是 FLOPs（每次乘加算 2 次运算）；题目问的是乘加次数")
def _flops_for_macs(task: Task) -> Iterator[Task]:
    macs = task.of(MACS)
    yield task.with_figure(2 * macs)
    if macs:
        yield task.with_figure(task.of(FLOPS))


@mistake("macs-for-flops", (FLOPS,), 1, "these are multiply-accumulates; each is two operations", "这是乘加次数；每次乘加是两次运算")
def _macs_for_flops(task: Task) -> Iterator[Task]:
    yield task.with_figure(task.of(MACS))


@mistake("bias-additions-counted", (MACS,), 2, "the additions of the bias were counted; they are no multiply-accumulates", "把加偏置也算进去了；加偏置不是乘加")
def _bias_additions_counted(task: Task) -> Iterator[Task]:
    if getattr(task.layer, "bias", False) is True:
        yield task.with_figure(task.of(MACS) + task.of(ACTIVATIONS))


@mistake(
    "one-addition-less",
    (FLOPS,),
    3,
    "a sum of n products was taken as n − 1 additions; the first is added, too, in a multiply-accumulate",
    "n 个乘积求和按 n − 1 次加法计算了；按乘加计为 n 次",
)
def _one_addition_less(task: Task) -> Iterator[Task]:
    macs = task.of(MACS)
    if macs:
        yield task.with_figure(2 * macs - task.of(ACTIVATIONS))


@mistake(
    "input-size-in-cost",
    _WORK,
    1,
    "the input's size was multiplied in; a filter is applied once at each position of the output",
    "乘的是输入的尺寸；应乘输出的尺寸（每个输出位置运算一次）",
)
def _input_size_in_cost(task: Task) -> Iterator[Task]:
    if task.of(MACS) and task.relations(Sliding):
        symbols = axis_symbols(len(task.inputs[0]))[1:]
        sizes = {f"{symbol}'": size for symbol, size in zip(symbols, task.inputs[0][1:], strict=True)}
        yield task.with_alteration(alter.put(sizes))


@mistake(
    "positions-forgotten",
    _WORK,
    2,
    "the positions of the output were left out; these are the weights, each used once",
    "漏乘了输出的位置数；这只是权重个数",
)
def _positions_forgotten(task: Task) -> Iterator[Task]:
    if task.relations(Sliding):
        yield task.with_alteration(alter.left_out(*_positions(task)))


@mistake("one-side-of-output", _WORK, 4, "only one side of the output was multiplied in", "输出的高和宽只乘了一个")
def _one_side_of_output(task: Task) -> Iterator[Task]:
    if task.relations(Sliding):
        yield task.with_alteration(alter.left_out(_positions(task)[-1]))


def _positions(task: Task) -> tuple[str, ...]:
    return tuple(f"{symbol}'" for symbol in axis_symbols(len(task.inputs[0]))[1:])


@mistake("one-channel", (ACTIVATIONS,), 1, "these are the units of one channel; there are {detail}", "这只是一个通道的神经元个数；共有 {detail} 个通道")
def _one_channel(task: Task) -> Iterator[Task]:
    output = task.of("output")
    if len(output) > 1:
        yield told(task.with_figure(task.analysis.batch * prod(output[1:])), output[0])


@mistake("channels-only", (ACTIVATIONS,), 4, "this is the number of channels", "这是通道数")
def _channels_only(task: Task) -> Iterator[Task]:
    yield task.with_figure(task.of("output")[0] if task.of("output") else None)


@mistake("another-convention", (FLOPS,), 4, "this is what {detail}", "按另一种约定计算：{detail}")
def _another_convention(task: Task) -> Iterator[Task]:
    for name in shipped_conventions():
        convention = convention_named(name)
        rule = convention.rule(task.visit)
        if name != task.analysis.convention:
            count = rule.value(task.visit) * convention.samples(task.analysis.batch) if rule else 0
            yield told(task.with_figure(count), f"{name} counts ({convention.description})")


_CONFUSED = {
    PARAMS: (MACS, FLOPS, ACTIVATIONS),
    MACS: (PARAMS, ACTIVATIONS),
    FLOPS: (PARAMS, ACTIVATIONS),
    ACTIVATIONS: (PARAMS, MACS, FLOPS),
}


@mistake("another-quantity", (PARAMS, MACS, FLOPS, ACTIVATIONS), 5, "this is the number of {detail}", "这是 {detail} 的个数")
def _another_quantity(task: Task) -> Iterator[Task]:
    for quantity in _CONFUSED[task.quantity]:
        figure = task.of(quantity)
        if figure:
            yield told(task.with_figure(figure), quantity)
