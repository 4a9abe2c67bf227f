"""Peak memory of shipped networks, inference and training, as predicted and as PyTorch's allocator saw it.

What is predicted: weights, values until their last reader, in training what the backward pass keeps and gradients. What
is not: the workspaces of convolutions, which the library chooses.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from latency import imagenet_networks
from machine import write_table

import cnncalc
from cnncalc.pytorch.device import device_name
from cnncalc.pytorch.measurement import Settings
from cnncalc.pytorch.measuring import peak_memory
from cnncalc.pytorch.subject import Subject


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--output", type=Path, help="a Markdown file; otherwise standard output")
    options = parser.parse_args()
    rows, device = [], torch.device("cpu")
    for name in options.networks or imagenet_networks():
        cells = [name]
        for mode in ("inference", "training"):
            settings = Settings(device=options.device, mode=mode)  # type: ignore[arg-type]
            subject = Subject(cnncalc.load(name), None, options.batch, None, settings)
            device = subject.device
            memory = peak_memory(subject, subject.whole())
            seen = memory.measured or 0
            cells += [f"{memory.predicted / 1e6:.1f}", f"{seen / 1e6:.1f}", f"{memory.predicted / seen:.3f}"]
        rows.append(cells)
        print(*cells, flush=True)
    heading = [
        "network",
        *(f"{mode}, {what}" for mode in ("inference", "training") for what in ("MB", "seen", "ratio")),
    ]
    lines = [
        f"# Peak memory on {device_name(device)}, PyTorch {torch.__version__}, float32, batch {options.batch}",
        "",
        "`python benchmarks/memory.py`: predicted MB, those that the allocator saw, and their ratio.",
    ]
    write_table(lines, heading, rows, options.output)


if __name__ == "__main__":
    main()
