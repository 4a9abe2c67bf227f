"""What a device can do, seen in the same run: a large product of matrices, large copies, and next to nothing."""

from __future__ import annotations

import torch
from torch import nn

from cnncalc.analysis.roofline import Ceilings
from cnncalc.pytorch.device import cache_bytes
from cnncalc.pytorch.stopwatch import Stopwatch

_SIDES = {"cuda": 8192, "mps": 4096, "cpu": 1024}
_BYTES = {"cuda": 2**30, "mps": 2**28, "cpu": 2**26}
_REPEATS = 7
_ROWS = 4096
_TRIAL = 512
_LONGEST = 1.0
"""The side of a first product, and the seconds that a large one may take, since some number types are slow."""


def measured_ceilings(watch: Stopwatch, dtype: torch.dtype) -> Ceilings:
    """The best of several runs each, since a ceiling is what nothing goes beyond.

    The matrices are random, since zeros take less
    power and so run faster than numbers do.
    """
    device = watch.device
    size = _BYTES[device.type]
    flops = _product(watch, _TRIAL, dtype)
    if 2 * _SIDES[device.type] ** 3 / flops < _LONGEST:
        flops = max(flops, _product(watch, _SIDES[device.type], dtype))
    memory = _moving(watch, size)
    one, least = torch.randn(1, device=device, dtype=dtype), nn.ReLU()
    with torch.no_grad():
        overhead = sorted(watch.seconds(lambda _: least(one), 4 * _REPEATS, cold=True))
    return Ceilings(flops, memory, overhead[len(overhead) // 2], cache_bytes(device))


def _product(watch: Stopwatch, side: int, dtype: torch.dtype) -> float:
    """FLOP/s of a product of two square matrices, 2 a multiply-accumulate."""
    a, b = (torch.randn((side, side), device=watch.device, dtype=dtype) for _ in range(2))
    product = torch.empty_like(a)
    return 2 * side**3 / min(watch.seconds(lambda _: torch.mm(a, b, out=product), _REPEATS, cold=False))


def _moving(watch: Stopwatch, size: int) -> float:
    """Bytes/s of a copy, which reads and writes, or of a sum or a matrix by a vector, which read, of ``size`` bytes."""
    source = torch.randn((_ROWS, size // 4 // _ROWS), device=watch.device)
    target, vector = torch.empty_like(source), torch.randn(source.shape[1], device=watch.device)
    copy = min(watch.seconds(lambda _: target.copy_(source), _REPEATS, cold=True))
    total = min(watch.seconds(lambda _: source.sum(), _REPEATS, cold=True))
    product = min(watch.seconds(lambda _: torch.mv(source, vector), _REPEATS, cold=True))
    return max(2 * size / copy, size / total, size / product)


def highest(first: Ceilings, second: Ceilings) -> Ceilings:
    """What was seen at one time or the other, since a machine may be busy at one of them."""
    return Ceilings(
        max(first.flops, second.flops),
        max(first.bytes, second.bytes),
        min(first.overhead, second.overhead),
        first.cache,
    )
