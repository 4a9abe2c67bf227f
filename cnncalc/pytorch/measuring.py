"""A network's latency on the device at hand, layer by layer and in one piece, against what the device can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from cnncalc.analysis import Row
from cnncalc.analysis.roofline import Ceilings, Work, layer_work, whole_work
from cnncalc.pytorch.allocations import peak_bytes
from cnncalc.pytorch.ceilings import highest, measured_ceilings
from cnncalc.pytorch.device import configured, environment
from cnncalc.pytorch.measurement import (
    MeasuredLayer,
    MeasuredWhole,
    Measurement,
    PeakMemory,
    Settings,
    Timing,
)
from cnncalc.pytorch.ratios import Comparison
from cnncalc.pytorch.stopwatch import WARM_UP, Stopwatch
from cnncalc.pytorch.subject import Subject
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network

Progress = Callable[[str, int, int], None]
"""Called with what is run next, how much is done and how much there is."""

_NOISY = 0.2


def measured(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None,
    batch: int,
    variables: Mapping[str, Number] | None,
    settings: Settings,
    progress: Progress,
) -> Measurement:
    """See :func:`cnncalc.pytorch.measure`."""
    with configured(settings.dtype, settings.threads):
        subject = Subject(network, input, batch, variables, settings)
        analysis = subject.analysis
        total = len(analysis.layers) + 4
        progress("memory", 0, total)
        run = subject.whole()
        memory = peak_memory(subject, run)
        watch = Stopwatch(subject.device)
        progress("ceilings", 1, total)
        ceilings = measured_ceilings(watch, subject.dtype)
        timings: list[Timing] = []
        for index, row in enumerate(analysis.layers):
            progress(row.name, 2 + index, total)
            timings.append(_layer(subject, watch, row, index))
        progress("the whole", total - 2, total)
        with subject.running("the network"):
            whole = Timing.of(watch.seconds(run, settings.repeats, cold=False, before=subject.clear))
        progress("ceilings", total - 1, total)
        ceilings = highest(ceilings, measured_ceilings(watch, subject.dtype))
        where = environment(subject.device)
    layers = _layers(subject, timings, ceilings)
    found = _whole(subject, whole, layers, ceilings, memory)
    notes = tuple(_notes(subject, layers, found))
    return Measurement(analysis.name, analysis.inputs, batch, settings, where, ceilings, layers, found, notes)


def in_turn(
    networks: Mapping[str, tuple[Network, Sequence[int] | Mapping[str, Sequence[int]] | None]],
    batch: int,
    variables: Mapping[str, Number] | None,
    settings: Settings,
    progress: Progress,
) -> Comparison:
    """See :func:`cnncalc.pytorch.compare`."""
    with configured(settings.dtype, settings.threads):
        subjects = {
            name: Subject(network, input, batch, variables, settings) for name, (network, input) in networks.items()
        }
        runs = {name: subject.whole() for name, subject in subjects.items()}
        device = next(iter(subjects.values())).device
        watch = Stopwatch(device)
        seconds: dict[str, list[float]] = {name: [] for name in subjects}
        for number in range(settings.repeats):
            progress(f"round {number + 1}", number, settings.repeats)
            for name, subject in subjects.items():
                with subject.running(name):
                    warm_up = 0 if number else WARM_UP
                    seconds[name] += watch.seconds(runs[name], 1, cold=False, before=subject.clear, warm_up=warm_up)
        where = environment(device)
    return Comparison.of(seconds, batch, settings, where)


def peak_memory(subject: Subject, run: Callable[[int], object]) -> PeakMemory:
    """Predicted and seen, after two runs in which libraries set themselves up."""
    element = subject.element
    with subject.running("the network"):
        for number in range(2):
            subject.clear()
            run(number)
        subject.clear()
        module = subject.module
        tensors = [*module.parameters(), *module.buffers(), *subject.inputs[0]]
        held = sum(tensor.nbytes for tensor in tensors)
        others = sum(tensor.nbytes for tensors in subject.inputs[1:] for tensor in tensors)
        peak, method = peak_bytes(subject.device, lambda: run(0), held, subject.allocated_before + others)
        subject.clear()
    memory = subject.memory
    return PeakMemory(memory.bytes(element), memory.tensors * element, memory.layer, peak, method)


def _layer(subject: Subject, watch: Stopwatch, row: Row, index: int) -> Timing:
    with subject.running(f'"{row.name}"'):
        run, clear = subject.layer(row, index)
        return Timing.of(watch.seconds(run, subject.settings.repeats, cold=True, before=clear))


def _layers(subject: Subject, timings: Sequence[Timing], ceilings: Ceilings) -> tuple[MeasuredLayer, ...]:
    total = sum(timing.median for timing in timings)
    found = []
    for row, timing in zip(subject.analysis.layers, timings, strict=True):
        work = layer_work(row, subject.analysis.batch, subject.element, subject.settings.mode, first=subject.first(row))
        bound = ceilings.bound(work)
        found.append(
            MeasuredLayer(
                name=row.name,
                type=row.type,
                output_shape=row.output_shape,
                latency=timing,
                share=timing.median / total,
                flops=work.flops,
                bytes=work.bytes,
                flops_per_second=work.flops / timing.median,
                bytes_per_second=work.bytes / timing.median,
                intensity=work.intensity,
                bound=bound,
                ratio=timing.median / bound if bound else None,
                verdict=ceilings.verdict(work),
            )
        )
    return tuple(found)


def _whole(
    subject: Subject, timing: Timing, layers: Sequence[MeasuredLayer], ceilings: Ceilings, memory: PeakMemory
) -> MeasuredWhole:
    analysis = subject.analysis
    work: Work = whole_work(analysis, subject.element, subject.settings.mode, ceilings.cache)
    bound = ceilings.bound(work)
    apart = sum(layer.latency.median for layer in layers)
    return MeasuredWhole(
        latency=timing,
        samples_per_second=analysis.batch / timing.median,
        flops=work.flops,
        flops_per_second=work.flops / timing.median,
        bound=bound,
        ratio=timing.median / bound if bound else None,
        sum_of_layers=apart,
        gap=timing.median - apart,
        memory=memory,
    )


def _notes(subject: Subject, layers: Sequence[MeasuredLayer], whole: MeasuredWhole) -> Iterator[str]:
    """What a reader should know of this run before trusting it."""
    settings = subject.settings
    if settings.device == "auto" and subject.device.type == "cpu":
        yield "no accelerator is here, so this is the CPU"
    if settings.compile or settings.cuda_graph:
        how = "compiled" if settings.compile else "recorded as a CUDA graph"
        yield f"the whole is {how}; the layers are run by themselves and are not"
    beaten = [layer.name for layer in layers if layer.ratio is not None and layer.ratio < 1]
    if beaten:
        names = ", ".join(beaten[:4]) + (f" and {len(beaten) - 4} more" if len(beaten) > 4 else "")
        yield (
            f"{names}: faster than the bound, so the ceilings were measured too low (a busy machine), or the algorithm "
            "multiplies less than is counted (Winograd, FFT, padding left out)"
        )
    if whole.latency.spread > _NOISY:
        yield f"the quartiles of the whole lie {whole.latency.spread:.0%} of its median apart: the machine was busy"
