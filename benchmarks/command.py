"""The whole command `cnncalc analyze alexnet` against a fresh process that asks torchinfo the same (meta device).

CPU time (user + system) of whole processes, in turn; both sides may write and read compiled bytecode. Into a pipe the
table is printed without rich.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from machine import describe

HERE = Path(__file__).parent
OURS = [str(Path(sys.executable).with_name("cnncalc")), "analyze", "alexnet"]
THEIRS = [
    sys.executable,
    "-c",
    "import torch, torchinfo, networks\n"
    "with torch.device('meta'):\n    module = networks.alexnet()\n"
    "torchinfo.summary(module, (1, 3, 224, 224), device='meta')\n",
]
COLOURED = [*OURS]
EMPTY = [sys.executable, "-c", "import click, msgspec, rich.console, rich.table"]


def cpu_seconds(command: list[str]) -> float:
    """The CPU time of one run, which must succeed and print."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(HERE)
    if command is COLOURED:
        environment["FORCE_COLOR"] = "1"
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    assert command is EMPTY or b"61,100,840" in output
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    print((__doc__ or "").splitlines()[0])
    print(describe("cnncalc", "torch", "torchinfo"))
    commands = (OURS, THEIRS, EMPTY, COLOURED)
    for command in commands:
        cpu_seconds(command)
    times = [[cpu_seconds(command) for command in commands] for _ in range(runs)]
    ours, theirs, empty, coloured = (statistics.median(column) for column in zip(*times, strict=True))
    ratios = sorted(row[1] / row[0] for row in times)
    print(f"CPU seconds of a whole process, median of {runs} runs in turn")
    print(f"  cnncalc analyze alexnet              {ours:.3f}")
    print(f"  the same in colour, through rich     {coloured:.3f}")
    print(f"  torchinfo, AlexNet, meta device      {theirs:.3f}")
    print(f"  importing click, msgspec, rich only  {empty:.3f}")
    print(f"ratio torchinfo / cnncalc: {statistics.median(ratios):.1f} (from {ratios[0]:.1f} to {ratios[-1]:.1f})")


if __name__ == "__main__":
    main()
