"""Every benchmark of this machine's own speed, one after the other, and a table of what they found.

What each prints goes to `results/NAME.txt`, its ratios to the table `results/summary.md`, which the README quotes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from machine import describe, write_table

HERE = Path(__file__).parent
PROGRAMS = ("command", "in_process", "importing", "sweep", "chain", "receptive_fields")


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    rows = []
    for name in PROGRAMS:
        command = [sys.executable, HERE / f"{name}.py"]
        printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        (HERE / "results" / f"{name}.txt").write_text(printed)
        print(printed)
        title, *lines = printed.splitlines()
        found = "<br>".join(line.removeprefix("ratio ") for line in lines if line.startswith("ratio "))
        rows.append([title.removesuffix("."), found, f"[{name}.py](benchmarks/{name}.py)"])
    write_table(
        [describe("cnncalc", "numpy", "torch", "torchinfo")],
        ["what is compared", "ratio", "program"],
        rows,
        HERE / "results" / "summary.md",
    )


if __name__ == "__main__":
    main()
