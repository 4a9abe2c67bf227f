"""Random layers and networks against PyTorch, in chunks that a seed and a number draw again. See README.md."""

from __future__ import annotations

import argparse
import gc
import resource
import signal
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

_MEMORY = 8 << 30
_LONGEST = 30
"""The seconds of processor time that one case may take before it is written down as one that took too long."""
_INITIAL = ("kaiming_uniform_", "xavier_uniform_", "xavier_normal_", "uniform_", "normal_", "constant_")


class LateError(BaseException):
    """A case took too long; not for those to catch that look for what is raised otherwise."""


def _late(*_: Any) -> None:
    raise LateError


def prepare() -> None:
    """One thread, a bound on memory, no fused kernels that torch's counter does not know, no initial weights."""
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.backends.cuda.enable_flash_sdp(False)
    torch.backends.mha.set_fastpath_enabled(False)
    for name in _INITIAL:
        setattr(torch.nn.init, name, lambda tensor, *_, **__: tensor)
    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGPROF, _late)


def run(what: Any, ledger: Any, chunks: range, kinds: set[str], out: Path | None) -> None:
    """Every case of some chunks, written down after each."""
    from differential.ledger import Clock, state

    ledger.states = list(dict.fromkeys([*ledger.states, state()]))
    for chunk in chunks:
        with Clock(ledger):
            for number, case in enumerate(what.drawn(ledger.seed, chunk, ledger.each)):
                if kinds and case.kind not in kinds:
                    continue
                signal.setitimer(signal.ITIMER_PROF, _LONGEST)
                try:
                    what.examine(case, number, chunk, ledger)
                except LateError:
                    ledger.disagree(f"{case.kind}: longer than {_LONGEST} s", chunk, str(case), "")
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)
        gc.collect()
        ledger.chunks = chunk + 1
        if out:
            ledger.save(out)


def main() -> None:
    """Run some chunks and print what disagrees, the shortest first; or write the results of runs."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("what", choices=("layers", "networks", "results"))
    parser.add_argument("runs", nargs="*", type=Path, help="for results: the JSON files of the runs to write down")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chunks", type=int, default=1, help="how many chunks, from the first on")
    parser.add_argument("--chunk", type=int, help="this chunk alone")
    parser.add_argument("--each", type=int, default=2000, help="cases a chunk")
    parser.add_argument("--kinds", default="", help="only these kinds, with commas between")
    parser.add_argument("--out", type=Path, help="the JSON file in which the run is kept, and gone on with")
    asked = parser.parse_args()
    from differential.ledger import Ledger

    if asked.what == "results":
        from differential.results import text

        print(text([Ledger.load(path) for path in asked.runs]), end="")
        return
    prepare()
    what = import_module("differential.layer_run" if asked.what == "layers" else "differential.network_run")
    kept = asked.out and asked.out.exists()
    ledger = Ledger.load(asked.out) if kept else Ledger(asked.what, asked.seed, asked.each)
    chunks = range(ledger.chunks, asked.chunks) if asked.chunk is None else range(asked.chunk, asked.chunk + 1)
    run(what, ledger, chunks, set(filter(None, asked.kinds.split(","))), asked.out)
    for key, found in sorted(ledger.disagreements.items(), key=lambda item: len(item[1]["case"])):
        print(f"{found['count']}× {key}\n   {found['case']}  (chunk {found['chunk']})\n   {found['detail']}")
    print(f"{sum(row['cases'] for row in ledger.rows.values())} cases, {ledger.seconds:.0f} s of processor time")


if __name__ == "__main__":
    main()
