"""Receptive fields of every layer of ResNet-152 against the shapes themselves.

The shapes are one walk over the layers that asks each for its checks and its output, and for nothing else; the fields
are one walk more. The whole analysis, with parameters and operations, stands beside.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from machine import describe

import cnncalc
from cnncalc.analysis.receptive_field import follow
from cnncalc.analysis.sight import Layers
from cnncalc.evaluate import raise_unless
from cnncalc.graph import build_graph


def seconds(run: Callable[[], object], times: int = 20) -> float:
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41)
    rounds = parser.parse_args().rounds
    print((__doc__ or "").splitlines()[0])
    print(describe("cnncalc"))
    network = cnncalc.load("resnet152")
    graph = build_graph(network)
    analysis = cnncalc.analyze(network)

    places = {row.name: place for place, row in enumerate(analysis.layers)}
    layers = Layers(analysis.inputs, analysis.layers, places)

    def shapes() -> list[tuple[int, ...]]:
        found = list(network.inputs.values())
        for node in graph.nodes:
            inputs = tuple([found[source] for source in node.sources])
            for check in node.layer.checks(*inputs):
                if check.holds is not True:
                    raise_unless(node, check, inputs)
            found.append(node.layer.output(*inputs))
        return found

    def fields() -> object:
        return follow(layers)

    assert shapes()[1:] == [row.output_shape for row in analysis.layers]
    assert analysis.receptive_fields("layer4.2.add")["input"].size == (1451, 1451)
    trios = [(seconds(shapes), seconds(fields), seconds(lambda: cnncalc.analyze(network))) for _ in range(rounds)]
    ratios = sorted(fields / shapes for shapes, fields, _ in trios)
    shapes_ms, fields_ms, analysis_ms = (1000 * statistics.median(column) for column in zip(*trios, strict=True))
    print(f"{len(analysis.layers)} layers, median of {rounds} rounds in turn")
    print(f"  shapes            {shapes_ms:.2f} ms")
    print(f"  receptive fields  {fields_ms:.2f} ms")
    print(f"  cnncalc.analyze   {analysis_ms:.2f} ms")
    print(f"ratio fields / shapes: {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
