"""Measurements as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.layers.base import shape_text
from cnncalc.pytorch.measurement import MeasuredLayer, Measurement, Settings, Timing
from cnncalc.pytorch.ratios import Change, Comparison
from cnncalc.report.grid import Line, Span, fitted, width_of
from cnncalc.report.table import prose

_VERDICTS = {"compute-bound": "green", "memory-bound": "cyan", "overhead-bound": "yellow"}
_CHANGES = {"slower": "bold red", "faster": "green", "": ""}
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def seconds_text(seconds: float) -> str:
    """``3.21 ms``: three significant digits."""
    for factor, unit in _UNITS:
        if abs(seconds) >= factor * 0.9995 or unit == "ns":
            return f"{_three(seconds / factor)} {unit}"
    return f"{seconds} s"


def rate_text(rate: float) -> str:
    """``45.2G``: three significant digits and a decimal prefix; nothing for none."""
    if not rate:
        return ""
    for factor, prefix in _PREFIXES:
        if rate >= factor * 0.9995:
            return _three(rate / factor) + prefix
    return _three(rate)


def _apart(rate: float) -> str:
    """``45.2 G``: as in front of a unit."""
    text = rate_text(rate) or "0"
    return f"{text[:-1]} {text[-1]}" if text[-1:].isalpha() else f"{text} "


def measurement_lines(measurement: Measurement, width: int) -> list[Line]:
    """The layers with their times, rates and bounds, the whole, the memory, and what is to be known of the run."""
    settings, ceilings, whole = measurement.settings, measurement.ceilings, measurement.whole
    inputs = ", ".join(f"{name} {shape_text(shape)}" for name, shape in measurement.input.items())
    title = f"{measurement.name}: {inputs}, batch {measurement.batch}, {settings_text(settings)}"
    lines = prose(title, width, "bold")
    where = measurement.environment
    lines += prose(f"On {where['device']}, PyTorch {where['torch']}.", width)
    seen = (
        f"Ceilings of this device, just measured: {_apart(ceilings.flops)}FLOP/s, {_apart(ceilings.bytes)}B/s, "
        f"{seconds_text(ceilings.overhead)} a call."
    )
    lines += [*prose(seen, width), *_layer_table(measurement.layers, width)]
    lines += prose(
        f"whole  {_timing_text(whole.latency)}, {rate_text(whole.samples_per_second)} samples/s"
        + (f", {_apart(whole.flops_per_second)}FLOP/s" if whole.flops_per_second else "")
        + (f", {_three(whole.ratio)} times its bound of {seconds_text(whole.bound)}" if whole.ratio else ""),
        width,
        "bold",
    )
    more = "more" if whole.gap >= 0 else "less"
    apart = f"{seconds_text(abs(whole.gap))} {more} than its layers by themselves, {seconds_text(whole.sum_of_layers)}"
    lines += prose(f"       {apart}", width)
    memory = whole.memory
    measured = "not measured" if memory.measured is None else f"{_bytes_text(memory.measured)} measured"
    at = f", most at {memory.at}" if settings.mode == "inference" else ""
    lines += prose(
        f"memory {measured} ({memory.method}), {_bytes_text(memory.predicted)} predicted, of which weights "
        f"{_bytes_text(memory.weights)}{at}",
        width,
    )
    for note in measurement.notes:
        lines += prose(f"note  {note}", width, "yellow")
    return lines


def compared_lines(compared: Comparison, width: int) -> list[Line]:
    """The networks that were run in turn, with their ratios to the first."""
    settings = compared.settings
    title = f"Run in turn, {settings.repeats} rounds, batch {compared.batch}, {settings_text(settings)}"
    lines = prose(title, width, "bold")
    lines += prose(f"On {compared.environment['device']}, PyTorch {compared.environment['torch']}.", width)
    first = compared.networks[0].name
    rows = [[Span(text, "bold") for text in ("network", "median", "quartiles", "samples/s", f"× {first}", "quartiles")]]
    for network in compared.networks:
        ratio = network.ratio
        texts = (
            *(network.name, seconds_text(network.latency.median), _quartiles(network.latency)),
            *(rate_text(network.samples_per_second), f"{ratio.median:.3f}", f"{ratio.low:.3f}–{ratio.high:.3f}"),
        )
        rows.append([Span(text) for text in texts])
    return lines + fitted(rows, [False, True, False, True, True, False], width, {0: 12, 5: 7, 2: 7})


def changes_lines(changes: Sequence[Change], width: int) -> list[Line]:
    """What is slower or faster than in a saved measurement; the whole comes last."""
    rows = [[Span(text, "bold") for text in ("", "before", "now", "ratio", "quartiles", "")]]
    for change in changes:
        if change.verdict or change is changes[-1]:
            texts = (
                *(change.name, seconds_text(change.before), seconds_text(change.now), f"{change.ratio:.3f}"),
                *(f"{change.low:.3f}–{change.high:.3f}", change.verdict),
            )
            rows.append([Span(text, _CHANGES[change.verdict]) for text in texts])
    alike = len(changes) - len(rows) + 1
    lines = fitted(rows, [False, True, True, True, False, False], width, {0: 12})
    return [*lines, *(prose(f"{alike} layers take as long as before.", width, "dim") if alike else [])]


def settings_text(settings: Settings) -> str:
    """What is not as usual, and the number type and mode always."""
    flags = {
        "channels last": settings.channels_last,
        "compiled": settings.compile,
        "CUDA graph": settings.cuda_graph,
    }
    return ", ".join([settings.dtype, settings.mode, *(name for name, value in flags.items() if value)])


def _layer_table(layers: Sequence[MeasuredLayer], width: int) -> list[Line]:
    heading = ("name", "type", "median", "±", "share", "FLOP/s", "B/s", "FLOP/B", "bound", "ratio", "limit")
    rows = [[Span(text, "bold") for text in heading]]
    for layer in layers:
        texts = (
            *(layer.name, layer.type, seconds_text(layer.latency.median), f"{layer.latency.spread / 2:.0%}"),
            *(f"{layer.share:.1%}", rate_text(layer.flops_per_second), rate_text(layer.bytes_per_second)),
            *("" if not layer.intensity else _three(layer.intensity), seconds_text(layer.bound) if layer.bound else ""),
            *("" if layer.ratio is None else _three(layer.ratio), layer.verdict.removesuffix("-bound")),
        )
        rows.append([*map(Span, texts[:-1]), Span(texts[-1], _VERDICTS[layer.verdict])])
    rights = [False, False, *[True] * 8, False]
    for column in (1, 7 - 1):
        if sum(width_of([row[each].text for row in rows]) + 1 for each in range(len(rights))) > width + 1:
            rows, rights = [[*row[:column], *row[column + 1 :]] for row in rows], rights[:column] + rights[column + 1 :]
    return fitted(rows, rights, width, {0: 12})


def _timing_text(timing: Timing) -> str:
    return f"{seconds_text(timing.median)} ({_quartiles(timing)} in {timing.repeats} runs)"


def _quartiles(timing: Timing) -> str:
    return f"{seconds_text(timing.low)}–{seconds_text(timing.high)}"


def _bytes_text(count: int) -> str:
    """``247 MB``: three significant digits and a decimal prefix, MB being 10^6 bytes."""
    return f"{_apart(count)}B"


def _three(number: float) -> str:
    """Three significant digits without an exponent."""
    if abs(number) >= 99.95:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 9.995 else f"{number:.2f}"
