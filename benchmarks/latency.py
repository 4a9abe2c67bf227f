"""Latency of all shipped ImageNet networks on a device, beside a plain loop over the same module and the roofline.

The plain loop is written here, with nothing of cnncalc's stopwatch, and runs in turn with it. With --layers each layer
is measured too, and the least ratio of any to its bound is shown: below 1 the bound would be wrong.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import torch
from machine import write_table

import cnncalc
from cnncalc.pytorch import measure
from cnncalc.pytorch.device import configured, environment, synchronize
from cnncalc.pytorch.measurement import Measurement, Settings
from cnncalc.pytorch.measuring import peak_memory
from cnncalc.pytorch.stopwatch import Stopwatch
from cnncalc.pytorch.subject import Subject
from cnncalc.spec import shipped_names

HEADING = (
    "network",
    "params",
    "MACs",
    "median ms",
    "quartiles",
    "images/s",
    "GFLOP/s",
    "by a plain loop",
    "memory, predicted / seen MB",
    "least ratio of a layer",
)


def imagenet_networks() -> list[str]:
    found = []
    for name in shipped_names():
        network = cnncalc.load(name)
        shape = network.input
        colour = isinstance(shape, tuple) and len(shape) == 3 and shape[0] == 3 and min(shape[1:]) >= 224
        if colour and cnncalc.analyze(network).layers[-1].output_shape == (1000,):
            found.append(name)
    return found


def plain_loop(subject: Subject, rounds: int) -> list[float]:
    seconds = []
    (x,) = subject.inputs[0]
    with torch.no_grad():
        for _ in range(rounds):
            synchronize(subject.device)
            start = time.perf_counter()
            subject.module(x)
            synchronize(subject.device)
            seconds.append(time.perf_counter() - start)
    return seconds


def row(name: str, batch: int, settings: Settings, layers: Measurement | None) -> list[str]:
    with configured(settings.dtype, settings.threads):
        subject = Subject(cnncalc.load(name), None, batch, None, settings)
        run, watch = subject.whole(), Stopwatch(subject.device)
        memory = peak_memory(subject, run)
        ours, plain = [], []
        for _ in range(settings.repeats):
            ours += watch.seconds(run, 1, cold=False, warm_up=0)
            plain += plain_loop(subject, 1)
    totals = subject.analysis.totals
    median = statistics.median(ours)
    low, _, high = statistics.quantiles(ours, n=4, method="inclusive")
    ratio = statistics.median(a / b for a, b in zip(ours, plain, strict=True))
    seen = "not seen" if memory.measured is None else f"{memory.measured / 1e6:.1f}"
    least = min((layer.ratio, layer.name) for layer in layers.layers if layer.ratio) if layers else None
    return [
        *(name, f"{totals.params / 1e6:.1f}M", f"{totals.macs / batch / 1e9:.2f}G", f"{1000 * median:.1f}"),
        *(f"{1000 * low:.1f}–{1000 * high:.1f}", f"{batch / median:.1f}", f"{2 * totals.macs / median / 1e9:.1f}"),
        *(f"{ratio:.3f}", f"{memory.predicted / 1e6:.1f} / {seen}"),
        f"{least[0]:.2f} ({least[1]})" if least else "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--layers", action="store_true")
    parser.add_argument("--output", type=Path, help="a Markdown file; otherwise standard output")
    options = parser.parse_args()
    settings = Settings(
        device=options.device,
        dtype=options.dtype,
        repeats=options.repeats,
        threads=options.threads,
        compile=options.compile,
        channels_last=options.channels_last,
    )
    rows = []
    for name in options.networks or imagenet_networks():
        layers = measure(cnncalc.load(name), batch=options.batch, settings=settings) if options.layers else None
        rows.append(row(name, options.batch, settings, layers))
        print(*rows[-1], flush=True)
    with configured(options.dtype, options.threads):
        subject = Subject(cnncalc.load("lenet"), None, 1, None, settings)
        where = environment(subject.device)
    flags = [flag for flag in ("compile", "channels_last") if getattr(settings, flag)]
    title = f"{where['device']}, PyTorch {where['torch']}, {options.dtype}, batch {options.batch}"
    lines = [
        f"# {', '.join([title, *flags])}",
        "",
        f"`python benchmarks/latency.py`, {options.repeats} rounds in turn with a plain loop over the same module.",
        "GFLOP/s at 2 FLOPs a multiply-accumulate. Memory: weights and live values.",
    ]
    write_table(lines, HEADING, rows, options.output)


if __name__ == "__main__":
    main()
