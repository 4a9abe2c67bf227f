"""The same targets with atheris, which keeps the inputs that reach new lines: ``python tests/fuzz/coverage_guided.py
"layer text" -max_total_time=60``. Atheris is not among the test requirements: ``pip install atheris``.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import atheris
from fuzz.oracle import judged

_TIMES = 20.0
"""Instrumented code is several times slower, which says nothing of an input."""


def main() -> None:
    with atheris.instrument_imports(include=["cnncalc"]):
        from fuzz.targets import TARGETS

        target = next(target for target in TARGETS if target.name == sys.argv[1])
        for data in target.seeds():
            judged(target.run, data, _TIMES)

    def one_input(data: bytes) -> None:
        fault = judged(target.run, data, _TIMES).fault
        if fault:
            raise AssertionError(fault)

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() < 0.5:
            changed: bytes = atheris.Mutate(data, most)
            return changed
        try:
            return target.change(rng, data)[:most]
        except (ValueError, IndexError, RecursionError):
            return data

    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(target.seeds()):
            Path(corpus, str(number)).write_bytes(data)
        atheris.Setup([sys.argv[0], *sys.argv[2:], "-max_len=6000", corpus], one_input, custom_mutator=mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
