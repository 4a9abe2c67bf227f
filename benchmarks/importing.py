"""Importing torchvision's ResNet-152 against torchinfo's summary of it, both on the meta device.

Building the module is on neither side. Analysing what was imported, at its own size and at another, stands beside.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torchinfo
from machine import describe

import cnncalc

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import torchvision_models


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    print((__doc__ or "").splitlines()[0])
    print(describe("cnncalc", "torch", "torchinfo"))
    with torch.device("meta"):
        module = torchvision_models.torchvision().models.resnet152().eval()
    shape = (3, 224, 224)
    network = cnncalc.from_torch(module, shape)
    assert cnncalc.analyze(network).totals.params == sum(p.numel() for p in module.parameters())

    def theirs() -> object:
        return torchinfo.summary(module, (1, *shape), device="meta", verbose=0)

    theirs()
    rows = [
        (
            seconds(lambda: cnncalc.from_torch(module, shape)),
            seconds(theirs),
            seconds(lambda: cnncalc.analyze(network)),
            seconds(lambda: cnncalc.analyze(network, (3, 288, 288))),
        )
        for _ in range(rounds)
    ]
    ratios = sorted(ours / theirs for ours, theirs, _, _ in rows)
    ours_ms, theirs_ms, own_ms, other_ms = (1000 * statistics.median(column) for column in zip(*rows, strict=True))
    print(f"ResNet-152, {len(network.layers)} layers, median of {rounds} rounds in turn")
    print(f"  cnncalc.from_torch                     {ours_ms:.0f} ms")
    print(f"  torchinfo.summary                      {theirs_ms:.0f} ms")
    print(f"  cnncalc.analyze of what was imported   {own_ms:.1f} ms")
    print(f"  the same at 3×288×288, checked anew    {other_ms:.1f} ms")
    print(f"ratio cnncalc / torchinfo: {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
