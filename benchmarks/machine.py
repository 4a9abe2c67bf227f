"""What the figures were taken on, in a line."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path


def describe(*packages: str) -> str:
    model = "unknown processor"
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), model)
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def write_table(
    lines: Iterable[str], heading: Sequence[str], rows: Iterable[Sequence[str]], output: Path | None
) -> None:
    """A Markdown table under some lines, into a file or on standard output."""
    table = [heading, ["---"] * len(heading), *rows]
    text = "\n".join([*lines, "", *("| " + " | ".join(cells) + " |" for cells in table)]) + "\n"
    if output:
        output.write_text(text)
    else:
        print(text)
