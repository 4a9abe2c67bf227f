"""The most memory that a piece of work held at once, as PyTorch's allocator saw it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from cnncalc.pytorch.device import synchronize


def peak_bytes(device: torch.device, work: Callable[[], Any], held: int, before: int) -> tuple[int | None, str]:
    """The peak while ``work`` is done, and how it is known; None where PyTorch does not tell.

    On CUDA the allocator counts by itself: its peak, less the ``before`` that was allocated before the network was. On
    the CPU the profiler reports each allocation, so that its peak comes on top of what was ``held`` already.
    """
    if device.type == "cuda":
        synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        work()
        synchronize(device)
        return torch.cuda.max_memory_allocated(device) - before, "torch.cuda.max_memory_allocated"
    if device.type == "cpu":
        with _without_chatter(), torch.autograd.profiler.profile(profile_memory=True, use_kineto=True) as profile:
            kept = work()
        del kept
        results: Any = profile.kineto_results
        changes = [event for event in results.events() if event.name() == "[memory]"]
        live = most = 0
        for change in sorted(changes, key=lambda event: event.start_ns()):
            live += change.nbytes()
            most = max(most, live)
        return held + most, "allocations seen by torch.profiler"
    return None, f"PyTorch keeps no peak on {device.type}"


@contextmanager
def _without_chatter() -> Iterator[None]:
    """The profiler writes about itself to the standard error of the process, past Python."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
