"""A run of the fuzzer: ``python tests/fuzz/run.py --inputs 1000000 --seed 1 --write tests/fuzz/results.md``.

All inputs are tried in one process at a time, a fork of this one, so that memory and time can be bounded from outside
and a crash costs one input. What is found is printed as it is found, and at the end as a table.
"""

from __future__ import annotations

import argparse
import gc
import mmap
import os
import pickle
import platform
import resource
import signal
import struct
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # a fork has none of its parent's threads, for which PyTorch would wait
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fuzz.oracle import SECONDS, judged
from fuzz.targets import TARGETS, Target

_ROUND = 50_000
"""Inputs of all targets before the next ones of the first; those of a target are tried in one fork."""
_MEMORY = 1_500 * 2**20
"""Bytes of addresses that a fork may take beyond those that it has."""
_HANG, _STUCK = 30.0, 600.0
"""Seconds of CPU, and by the clock, after which a fork that does not get on with its input is ended."""
_KEPT = 20
"""How many inputs of one kind of fault are kept."""


@dataclass
class Tally:
    """What became of one target's inputs."""

    accepted: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_input: bytes = b""
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Portion:
    """What a fork tells of its inputs."""

    tally: Tally
    faults: list[tuple[int, str, bytes]]
    growth: int
    """Bytes of memory that it took at most beyond those with which it began."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--inputs", type=int, default=100_000, help="how many inputs in all")
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--target", action="append", help="these targets only")
    arguments.add_argument("--write", type=Path, help="write the table into this file")
    arguments.add_argument("--faults", type=Path, help="keep the inputs that show a fault in this directory")
    chosen = arguments.parse_args()
    targets = [target for target in TARGETS if not chosen.target or target.name in chosen.target]
    whole = sum(target.share for target in targets)
    counts = {target.name: -(-chosen.inputs * target.share // whole) for target in targets}
    for target in targets:
        target.seeds()
    _warm(targets)
    gc.collect()
    gc.freeze()
    tallies = {target.name: Tally() for target in targets}
    peak = 0
    started = time.time()
    reached = dict.fromkeys(counts, 0)
    rounds = -(-chosen.inputs // _ROUND)
    for done in range(1, rounds + 1):
        for target in targets:
            tally = tallies[target.name]
            stop = counts[target.name] * done // rounds
            while reached[target.name] < stop:
                portion, reached[target.name] = _portion(target, chosen.seed, reached[target.name], stop)
                peak = max(peak, portion.growth)
                _add(tally, portion.tally)
                for number, fault, data in portion.faults:
                    _report(target, number, fault, data, tally, chosen.faults)
        print(f"{sum(reached.values()):,} of {sum(counts.values()):,} inputs", flush=True)
    for target in targets:
        tally = tallies[target.name]
        print(f"{target.name}: {tally.accepted} taken, {tally.refused} refused, {sum(tally.faults.values())} faults, "
              f"slowest {tally.slowest:.2f} s, {tally.seconds:.0f} s in all", flush=True)  # fmt: skip
    lines = _table(tallies, chosen.seed, peak, time.time() - started)
    print("\n".join(lines))
    if chosen.write:
        chosen.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(1 if any(tally.faults for tally in tallies.values()) else 0)


def _warm(targets: list[Target]) -> None:
    """Import what the targets use, so that no input pays for that."""
    from fuzz.figures import check_against_torch

    from cnncalc import analyze, load

    check_against_torch(analyze(load("resnet18")))
    for target in targets:
        for number in range(len(target.seeds())):
            judged(target.run, target.input("warm", number), 60)
    gc.callbacks.clear()  # hypothesis, which has drawn the layers, has one in which an interruption would be lost


def _most_resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _portion(target: Target, seed: str, start: int, stop: int) -> tuple[Portion, int]:
    """The inputs from one number to another in a fork; how far it came where it did not end by itself."""
    place = mmap.mmap(-1, 8)
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _bound_memory()
        portion = _tried(target, seed, start, stop, place)
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(portion, pipe)
        os._exit(0)
    os.close(writer)
    watched = _watch(child, place, reader)
    reached: int = struct.unpack("q", place[:8])[0]
    if isinstance(watched, Portion):
        return watched, stop
    data = target.input(seed, reached)
    return Portion(Tally(refused=1), [(reached, watched, data)], 0), reached + 1


def _bound_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        most = pages * resource.getpagesize() + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _tried(target: Target, seed: str, start: int, stop: int, place: mmap.mmap) -> Portion:
    tally, faults, before = Tally(), [], _most_resident()
    for number in range(start, stop):
        place[:8] = struct.pack("q", number)
        data = target.input(seed, number)
        verdict = judged(target.run, data)
        tally.accepted += verdict.accepted
        tally.refused += not verdict.accepted
        tally.seconds += verdict.seconds
        if verdict.seconds > tally.slowest:
            tally.slowest, tally.slowest_input = verdict.seconds, data
        if verdict.fault:
            faults.append((number, verdict.fault, data))
    return Portion(tally, faults, _most_resident() - before)


def _watch(child: int, place: mmap.mmap, reader: int) -> Portion | str:
    """What a fork tells, or why it could not."""
    os.set_blocking(reader, False)
    told, last, since, began = b"", -1, 0.0, 0.0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        while piece := _piece(reader):
            told += piece
        if ended:
            break
        number, spent = struct.unpack("q", place[:8])[0], _cpu_seconds(child)
        if number != last:
            last, since, began = number, spent, time.monotonic()
        elif spent - since > _HANG or time.monotonic() - began > _STUCK:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(reader)
            return f"hangs for more than {_HANG:.0f} s of CPU, or waits for something for {_STUCK:.0f} s"
        time.sleep(0.05)
    os.close(reader)
    if os.waitstatus_to_exitcode(status) or not told:
        return f"ends the process with status {os.waitstatus_to_exitcode(status)}"
    portion: Portion = pickle.loads(told)
    return portion


def _piece(reader: int) -> bytes:
    try:
        return os.read(reader, 1 << 16)
    except BlockingIOError:
        return b""


def _cpu_seconds(child: int) -> float:
    try:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _add(tally: Tally, more: Tally) -> None:
    tally.accepted += more.accepted
    tally.refused += more.refused
    tally.seconds += more.seconds
    if more.slowest > tally.slowest:
        tally.slowest, tally.slowest_input = more.slowest, more.slowest_input


def _report(target: Target, number: int, fault: str, data: bytes, tally: Tally, folder: Path | None) -> None:
    kind = fault.rpartition(", at ")[2] if ", at " in fault else fault[:60]
    tally.faults[kind] += 1
    if tally.faults[kind] > _KEPT:
        return
    if tally.faults[kind] <= 3:
        print(f"FAULT {target.name} {number}: {fault}\n      {data[:300]!r}", flush=True)
    if folder:
        folder.mkdir(exist_ok=True)
        (folder / f"{target.name.replace(' ', '-')}-{number}").write_bytes(data)


def _table(tallies: dict[str, Tally], seed: str, peak: int, wall: float) -> list[str]:
    from cnncalc import __version__

    whole = sum(tally.accepted + tally.refused for tally in tallies.values())
    faults = sum(sum(tally.faults.values()) for tally in tallies.values())
    slowest = max(tallies.values(), key=lambda tally: tally.slowest)
    lines = [
        "# A long run of the fuzzer",
        "",
        f"{whole:,} inputs, seed {seed}: {faults or 'no'} fault{'' if faults == 1 else 's'}. cnncalc {__version__}, "
        f"Python {platform.python_version()}. Each input may take {SECONDS:g} s of CPU and {_MEMORY / 2**20:,.0f} MiB.",
        "",
        "| target | inputs | taken | refused | mean | slowest | faults |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, tally in tallies.items():
        count = tally.accepted + tally.refused
        lines.append(
            f"| {name} | {count:,} | {tally.accepted / count:.1%} | {tally.refused / count:.1%} "
            f"| {1e3 * tally.seconds / count:.2f} ms | {tally.slowest:.2f} s | {sum(tally.faults.values())} |"
        )
    spent = sum(tally.seconds for tally in tallies.values())
    shown = slowest.slowest_input[:100].decode("utf-8", "replace").translate(_VISIBLE)
    lines += [
        "",
        f"{spent:,.0f} s of CPU, {wall:,.0f} s by the clock. The memory of a process of some thousand "
        f"inputs grew by at most {peak / 2**20:,.0f} MiB.",
        f"The slowest input took {slowest.slowest:.2f} s of CPU ({len(slowest.slowest_input):,} bytes); it begins "
        f"``{shown}``.",
    ]
    return lines


_VISIBLE: Any = {number: "␀" if not number else " " for number in range(32)} | {0x60: "'", 0x7F: " "}


if __name__ == "__main__":
    main()
