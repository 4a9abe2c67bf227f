"""Chains of 1,000, 10,000 and 100,000 layers: the cost of a layer stays flat."""

from __future__ import annotations

import json
import statistics
import time

from machine import describe

import cnncalc

LENGTHS = (1_000, 10_000, 100_000)


def spec(length: int) -> str:
    """Convolution, batch norm and ReLU in turn, as text."""
    kinds = (
        {"type": "Conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1},
        {"type": "BatchNorm2d"},
        {"type": "ReLU"},
    )
    return json.dumps({"input": [16, 32, 32], "layers": [kinds[index % 3] for index in range(length)]})


def microseconds_a_layer(length: int) -> tuple[float, float]:
    """Reading the text, and analysing it."""
    text = spec(length)
    start = time.perf_counter()
    network = cnncalc.loads(text)
    loaded = time.perf_counter()
    analysis = cnncalc.analyze(network)
    analysed = time.perf_counter()
    assert len(analysis.layers) == length
    return (loaded - start) / length * 1e6, (analysed - loaded) / length * 1e6


def main() -> None:
    print((__doc__ or "").splitlines()[0])
    print(describe("cnncalc"))
    microseconds_a_layer(1_000)
    rounds = [[microseconds_a_layer(length) for length in LENGTHS] for _ in range(5)]
    print("microseconds a layer, median of 5 rounds in turn")
    print("    layers  reading  analysing")
    medians = []
    for position, length in enumerate(LENGTHS):
        reading, analysing = (
            statistics.median(column) for column in zip(*(row[position] for row in rounds), strict=True)
        )
        medians.append(analysing)
        print(f"{length:>10,}  {reading:7.1f}  {analysing:9.1f}")
    print(f"ratio of a layer's cost at {LENGTHS[-1]:,} to {LENGTHS[0]:,}: {medians[-1] / medians[0]:.2f}")


if __name__ == "__main__":
    main()
