"""What a measurement found, as values that are written and read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cnncalc.analysis.roofline import Ceilings, Mode, Verdict
from cnncalc.errors import CnncalcError, printable


class Timing(Struct, frozen=True):
    """Seconds of several runs: the median, the quartiles, the fastest, and how many there were."""

    median: float
    low: float
    high: float
    best: float
    repeats: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """Quartiles by linear interpolation between the runs in order."""
        ordered = sorted(seconds)
        return cls(quantile(ordered, 0.5), quantile(ordered, 0.25), quantile(ordered, 0.75), ordered[0], len(ordered))

    @property
    def spread(self) -> float:
        """The distance of the quartiles as a share of the median."""
        return (self.high - self.low) / self.median if self.median else 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of some values in order lies, between two of them by linear interpolation."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


class Settings(Struct, frozen=True, kw_only=True):
    """How a network is run.

    ``repeats`` are the runs of each layer and of the whole that are timed; ``threads`` those of the CPU, None for as
    many as PyTorch takes.
    """

    device: str = "auto"
    dtype: str = "float32"
    mode: Mode = "inference"
    channels_last: bool = False
    compile: bool = False
    cuda_graph: bool = False
    repeats: int = 20
    threads: int | None = None


class MeasuredLayer(Struct, frozen=True):
    """A layer run by itself, its inputs and weights not in a cache.

    Rates are of the ``flops`` and ``bytes`` that are needed at least; ``ratio`` is the median over the bound, None
    where nothing need be done.
    """

    name: str
    type: str
    output_shape: tuple[int, ...]
    latency: Timing
    share: float
    flops: int
    bytes: int
    flops_per_second: float
    bytes_per_second: float
    intensity: float | None
    bound: float
    ratio: float | None
    verdict: Verdict


class PeakMemory(Struct, frozen=True):
    """Bytes at once: as predicted, of which weights, and as the allocator saw it; None where it cannot be asked."""

    predicted: int
    weights: int
    at: str
    measured: int | None
    method: str


class MeasuredWhole(Struct, frozen=True):
    """The network run in one piece, over and over. ``gap`` is its median less the sum of the layers'."""

    latency: Timing
    samples_per_second: float
    flops: int
    flops_per_second: float
    bound: float
    ratio: float | None
    sum_of_layers: float
    gap: float
    memory: PeakMemory


class Measurement(Struct, frozen=True):
    """A network measured on a device; ``notes`` are what a reader should know of this run."""

    name: str
    input: dict[str, tuple[int, ...]]
    batch: int
    settings: Settings
    environment: dict[str, Any]
    ceilings: Ceilings
    layers: tuple[MeasuredLayer, ...]
    whole: MeasuredWhole
    notes: tuple[str, ...]
    version: int = 1

    def to_json(self) -> bytes:
        """The measurement as ``cnncalc measure --format json`` prints it and ``--output`` writes it."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)

    def save(self, path: str | Path) -> None:
        Path(path).write_bytes(self.to_json() + b"\n")


def load_measurement(path: str | Path) -> Measurement:
    """A measurement from a file that ``--save`` wrote. Raises CnncalcError where it is none."""
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=Measurement)
    except OSError as error:
        raise CnncalcError(f"{printable(str(path))}: {(error.strerror or str(error)).lower()}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CnncalcError(f"{printable(str(path))}: not a measurement of cnncalc's: {error}") from None
