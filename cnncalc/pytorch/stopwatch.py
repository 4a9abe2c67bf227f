"""Timing pieces of work on a device: its own events on CUDA, synchronised clocks elsewhere, caches flushed between."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from cnncalc.pytorch.device import cache_bytes, synchronize

_UNKNOWN_CACHE = 32 * 2**20
_FLUSHES = 3
_LARGEST_FLUSH = 512 * 2**20
WARM_UP = 3


class Stopwatch:
    """Times work on one device."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        size = min(_FLUSHES * (cache_bytes(device) or _UNKNOWN_CACHE), _LARGEST_FLUSH)
        self.filler = torch.ones(size // 4, device=device)

    def flush(self) -> None:
        """Fill the caches with other numbers, which must be written back before anything takes their place."""
        self.filler.add_(1.0)

    def seconds(
        self,
        work: Callable[[int], Any],
        repeats: int,
        *,
        cold: bool,
        before: Callable[[], Any] = lambda: None,
        warm_up: int = WARM_UP,
    ) -> list[float]:
        """The seconds of each of ``repeats`` runs of ``work``, which is told its number, after some that do not count.

        ``cold`` flushes the caches before each; otherwise each begins when the device has nothing else to do.
        ``before`` is called before each and not timed.
        """
        for number in range(warm_up):
            before()
            work(number)
        synchronize(self.device)
        timed = self._by_events if self.device.type == "cuda" else self._by_clock
        return timed(work, repeats, cold, before)

    def _by_clock(self, work: Callable[[int], Any], repeats: int, cold: bool, before: Callable[[], Any]) -> list[float]:
        found = []
        for number in range(repeats):
            before()
            if cold:
                self.flush()
            synchronize(self.device)
            start = time.perf_counter()
            kept = work(number)
            synchronize(self.device)
            found.append(time.perf_counter() - start)
            del kept
        return found

    def _by_events(
        self, work: Callable[[int], Any], repeats: int, cold: bool, before: Callable[[], Any]
    ) -> list[float]:
        """Between two events on the device; the flush before each run hides how long it takes to launch it."""
        events = []
        for number in range(repeats):
            before()
            if cold:
                self.flush()
            else:
                synchronize(self.device)
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
            start.record()
            work(number)
            end.record()
            events.append((start, end))
        synchronize(self.device)
        return [start.elapsed_time(end) / 1000 for start, end in events]
