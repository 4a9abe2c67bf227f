"""AlexNet at many points of six free variables: a sweep in arrays against loops of torchinfo and of cnncalc.analyze.

The variables are the filters of the five convolutions and the size of square inputs; a sweep computes five totals at
each point. The three take turns in one process, on one core. torchinfo is asked on the meta device about a module built
for the point, as its loop has to; all three must give the same parameters. Then the peak of resident memory of sweeps
of ever more points, streamed, each in a process of its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import time
from itertools import islice

from machine import describe
from msgspec.structs import replace

import cnncalc
from cnncalc.design.sweep import Sweep

FILTERS = ("c1", "c2", "c3", "c4", "c5")
VALUES = tuple(range(16, 16 * 33, 16))
SIZES = range(96, 352, 32)


def network() -> cnncalc.Network:
    """AlexNet with a variable for the filters of each convolution."""
    alexnet = cnncalc.load("alexnet")
    names = iter(FILTERS)
    layers = [
        replace(layer, out_channels=next(names)) if isinstance(layer, cnncalc.Conv2d) else layer
        for layer in alexnet.layers
    ]
    variables = dict(zip(FILTERS, (64, 192, 384, 256, 256), strict=True))
    return cnncalc.Network(name="AlexNet", input=alexnet.input, variables=variables, layers=layers)


def sweep(points: int) -> Sweep:
    """A sweep of at least so many points: as few values of each variable as give them."""
    count = next(n for n in range(1, len(VALUES) + 1) if n ** len(FILTERS) * len(SIZES) >= points)
    return Sweep(network(), dict.fromkeys(FILTERS, VALUES[:count]) | {"input": SIZES})


def torchinfo_params(point: dict[str, int]) -> int:
    import torch
    import torchinfo
    from networks import alexnet

    with torch.device("meta"):
        module = alexnet([point[name] for name in FILTERS])
    shape = (1, 3, point["input"], point["input"])
    params: int = torchinfo.summary(module, shape, device="meta", verbose=0).total_params
    return params


def analyzed_params(ours: cnncalc.Network, point: dict[str, int]) -> int:
    variables = {name: point[name] for name in FILTERS}
    return cnncalc.analyze(ours, (3, point["input"], point["input"]), variables=variables).totals.params


def streamed(points: int) -> tuple[int, float]:
    """How many points a streamed sweep had, and the seconds for it."""
    asked = sweep(points)
    start, count = time.perf_counter(), 0
    for block in asked.blocks():
        count += len(block)
    return count, time.perf_counter() - start


def compare(rounds: int) -> None:
    import torch

    torch.set_num_threads(1)
    ours, asked, chosen = network(), sweep(1_000_000), random.Random(1)  # noqa: S311 - which points are compared
    whole = asked.block(next(islice(asked.pieces(), 1)))
    torchinfo_params(dict.fromkeys(FILTERS, 16) | {"input": 224})
    speeds: list[tuple[float, float, float]] = []
    for _ in range(rounds):
        places = [chosen.randrange(len(whole)) for _ in range(24)]
        points = [{name: int(values[place]) for name, values in whole.variables.items()} for place in places]
        params = [int(whole.quantities["params"][place]) for place in places]
        start = time.perf_counter()
        assert [torchinfo_params(point) for point in points[:6]] == params[:6]
        theirs = 6 / (time.perf_counter() - start)
        start = time.perf_counter()
        assert [analyzed_params(ours, point) for point in points] == params
        one_by_one = len(points) / (time.perf_counter() - start)
        count, seconds = streamed(1_000_000)
        speeds.append((count / seconds, one_by_one, theirs))
    sweeps, ints, peers = (statistics.median(column) for column in zip(*speeds, strict=True))
    print(f"points a second on one core, median of {rounds} rounds in turn")
    print(f"  cnncalc sweep, {asked.count:,} points  {sweeps:>12,.0f}")
    print(f"  cnncalc.analyze, one by one      {ints:>12,.0f}")
    print(f"  torchinfo, meta device           {peers:>12,.0f}")
    for name, place in (("torchinfo", 2), ("cnncalc.analyze", 1)):
        ratios = sorted(speed[0] / speed[place] for speed in speeds)
        print(f"ratio sweep / {name}: {statistics.median(ratios):,.0f} (from {ratios[0]:,.0f} to {ratios[-1]:,.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=float, default=1e8, help="points of the largest sweep whose memory is taken")
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        count, seconds = streamed(options.memory)
        print(count, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        return
    print((__doc__ or "").splitlines()[0])
    print(describe("cnncalc", "numpy", "torch", "torchinfo"))
    compare(options.rounds)
    print("peak of resident memory of a streamed sweep, a process each")
    points, peaks = 100_000, []
    while points <= options.largest:
        command = [sys.executable, __file__, "--memory", str(points)]
        count, seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        print(f"  {int(count):>11,} points  {peak:>4} MiB  {int(count) / float(seconds):>12,.0f} points a second")
        peaks.append(int(peak))
        points *= 10
    print(f"ratio of peak memory at the most points to the fewest: {peaks[-1] / peaks[0]:.2f}")


if __name__ == "__main__":
    main()
