"""In one process: analysing ResNet-18 from its loaded spec against torchinfo on its built module (meta device).

Neither side's loading or building is counted, nor what each prints to the terminal. cnncalc keeps the graph of a
network with it; the first analysis, which makes it, stands beside.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import networks
import torch
import torchinfo
from machine import describe

import cnncalc


def seconds(run: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    print((__doc__ or "").splitlines()[0])
    print(describe("cnncalc", "torch", "torchinfo"))
    network = cnncalc.load("resnet18")
    with torch.device("meta"):
        module = networks.resnet18()

    def ours() -> int:
        return cnncalc.analyze(network).totals.params

    def with_notes() -> int:
        return len(cnncalc.analyze(network).warnings)

    def theirs() -> int:
        return torchinfo.summary(module, (1, 3, 224, 224), device="meta", verbose=0).total_params

    assert ours() == theirs() == 11_689_512

    def first() -> float:
        fresh = cnncalc.load("resnet18")
        return seconds(lambda: cnncalc.analyze(fresh), 1)

    pairs = [(seconds(ours, 40), seconds(theirs, 1), seconds(with_notes, 40), first()) for _ in range(rounds)]
    ratios = sorted(theirs / ours for ours, theirs, _, _ in pairs)
    ours_ms, theirs_ms, notes_ms, first_ms = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"ResNet-18, median of {rounds} rounds in turn")
    print(f"  cnncalc.analyze                 {ours_ms:.2f} ms")
    print(f"  the same, notes put into words  {notes_ms:.2f} ms")
    print(f"  the first analysis              {first_ms:.2f} ms")
    print(f"  torchinfo.summary               {theirs_ms:.1f} ms")
    print(f"ratio torchinfo / cnncalc: {statistics.median(ratios):.1f} (from {ratios[0]:.1f} to {ratios[-1]:.1f})")


if __name__ == "__main__":
    main()
