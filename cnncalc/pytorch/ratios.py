"""Networks measured in turn, and a measurement against one that was saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from cnncalc.errors import CnncalcError
from cnncalc.pytorch.measurement import Measurement, Settings, Timing


class Contender(Struct, frozen=True):
    """A network among several that were run in turn; ``ratio`` is its seconds over the first's in the same round."""

    name: str
    latency: Timing
    samples_per_second: float
    ratio: Timing


class Comparison(Struct, frozen=True):
    """Networks run in turn, A B A B, so that a machine that slows down slows all of them."""

    batch: int
    settings: Settings
    environment: dict[str, Any]
    networks: tuple[Contender, ...]

    @classmethod
    def of(
        cls, seconds: Mapping[str, Sequence[float]], batch: int, settings: Settings, environment: dict[str, Any]
    ) -> Comparison:
        """From the seconds of each round of each network; the first is what the others are compared with."""
        base = next(iter(seconds.values()))
        contenders = []
        for name, own in seconds.items():
            latency = Timing.of(own)
            ratio = Timing.of([mine / first for mine, first in zip(own, base, strict=True)])
            contenders.append(Contender(name, latency, batch / latency.median, ratio))
        return cls(batch, settings, environment, tuple(contenders))

    def to_json(self) -> bytes:
        """The comparison as ``cnncalc measure A B --format json`` prints it."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


class Change(Struct, frozen=True):
    """A layer, or the whole, now and in a saved measurement, in seconds.

    ``ratio`` is now over then, ``low`` and ``high`` what it is between the quartiles of both. ``verdict`` is "slower"
    or "faster" where the quartiles do not meet and the medians are further apart than was tolerated, else empty.
    """

    name: str
    before: float
    now: float
    ratio: float
    low: float
    high: float
    verdict: str

    @classmethod
    def of(cls, name: str, before: Timing, now: Timing, tolerance: float) -> Change:
        ratio = now.median / before.median
        verdict = ""
        if now.low > before.high and ratio > 1 + tolerance:
            verdict = "slower"
        elif now.high < before.low and ratio < 1 / (1 + tolerance):
            verdict = "faster"
        return cls(name, before.median, now.median, ratio, now.low / before.high, now.high / before.low, verdict)


def changes(before: Measurement, now: Measurement, tolerance: float) -> tuple[Change, ...]:
    """Each layer now against then, and the whole, which comes last.

    Raises CnncalcError where the two are not of the same layers, batch and settings.
    """
    own = {"batch": now.batch, "input": now.input} | structs.asdict(now.settings)
    theirs = {"batch": before.batch, "input": before.input} | structs.asdict(before.settings)
    for name in own:
        if name not in ("device", "repeats") and own[name] != theirs[name]:
            raise CnncalcError(f"the saved measurement has {name} {theirs[name]}, this one {own[name]}")
    for part in ("device", "torch"):
        if before.environment.get(part) != now.environment.get(part):
            raise CnncalcError(
                f"the saved measurement was made with another {part}: {before.environment.get(part)}, "
                f"not {now.environment.get(part)}"
            )
    if [layer.name for layer in before.layers] != [layer.name for layer in now.layers]:
        raise CnncalcError(f"the saved measurement is of other layers ({before.name}) than this one ({now.name})")
    found = [
        Change.of(then.name, then.latency, layer.latency, tolerance)
        for then, layer in zip(before.layers, now.layers, strict=True)
    ]
    return (*found, Change.of("whole", before.whole.latency, now.whole.latency, tolerance))
