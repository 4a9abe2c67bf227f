"""One layer, drawn, against PyTorch: whether it is legal, and every figure where it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from random import Random
from typing import Any

import torch_oracle
from cases import as_list, one_layer
from differential import plain
from differential.departures import departure

from cnncalc import CnncalcError, analyze
from cnncalc.analysis import Row
from cnncalc.layers import Layer

Shape = tuple[int, ...]

REFUSALS = (
    *(RuntimeError, ValueError, IndexError, AssertionError, TypeError, OverflowError, ZeroDivisionError),
    *(AttributeError, MemoryError),
)
"""What torch raises for what it does not take."""
BATCH = 5
"""No number of channels that is drawn often, so that a batch is not taken for one sample."""
_LARGEST_NUMBER = 64
_MOST_ELEMENTS = 60_000
_MOST_MACS = 400_000
_MOST_TO_MAKE_SURE = 1000
"""How many times larger a case may be that the meta device takes, and cnncalc does not: its kernels are lenient."""

_STRATEGIES = plain.load()


@dataclass(frozen=True)
class Case:
    """A layer and the shapes of its inputs."""

    layer: Layer
    shapes: tuple[Shape, ...]

    @property
    def kind(self) -> str:
        return type(self.layer).__name__

    @property
    def fields(self) -> dict[str, Any]:
        own = (name for name in self.layer.__struct_fields__ if name not in Layer.__struct_fields__)
        return {name: getattr(self.layer, name) for name in own}

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.fields.items() if value != self._default(name))
        return f"{self.kind}({given}) on {', '.join(map(str, self.shapes))}"

    def _default(self, name: str) -> Any:
        fields, defaults = self.layer.__struct_fields__, self.layer.__struct_defaults__
        place = fields.index(name) - len(fields) + len(defaults)
        return defaults[place] if place >= 0 else NotImplemented


@dataclass(frozen=True)
class Said:
    """What cnncalc or torch says of a case: its figures, or why there are none."""

    output: Shape = ()
    parameters: dict[str, Shape] = field(default_factory=dict)
    buffers: dict[str, Shape] = field(default_factory=dict)
    macs: int = 0
    named: bool = True
    refusal: str = ""


def cases() -> plain.Strategy:
    """Every kind of layer, half of them with values in places where they may not belong."""
    every = plain.one_of(*(make() for make in _STRATEGIES.LAYER_CASES))
    return plain.one_of(every, _STRATEGIES.altered(every)).map(lambda case: Case(case[0], tuple(as_list(case[1]))))


def ours(case: Case) -> Said:
    """What ``analyze`` says, by the way that a spec goes."""
    try:
        (row,) = analyze(one_layer(case.layer, *case.shapes)).layers
    except CnncalcError as error:
        return Said(refusal=str(error))
    return said(row)


def said(row: Row) -> Said:
    """What a report says of a layer."""
    parameters, buffers = (
        {tensor.name: tuple(tensor.shape) for tensor in tensors}
        for tensors in (row.visit.parameters, row.visit.buffers)
    )
    return Said(row.output_shape, parameters, buffers, row.macs)


def theirs(case: Case, batch: int, device: str) -> Said:
    """What torch says on a device."""
    try:
        seen = torch_oracle.observe(case.layer, *case.shapes, batch=batch, device=device)
    except REFUSALS as error:
        return Said(refusal=f"{type(error).__name__}: {(str(error).strip() or '.').splitlines()[0]}")
    if not prod(seen.output) and case.kind != "HeldTensors":
        return Said(refusal="a tensor of no elements")
    return Said(seen.output, seen.parameters, seen.buffers, seen.macs, seen.named)


def device_for(case: Case, said: Said) -> str:
    """The real device for what is small, or cannot become large; the meta device for the rest, and for an LSTM, which
    is one kernel on the CPU and comes apart into products only there.
    """
    if case.kind == "LSTM":
        return "meta"
    if any(number > _LARGEST_NUMBER for number in _numbers((case.shapes, *case.fields.values()))):
        return "meta"
    return "cpu" if _is_small(case.shapes, said, 1) else "meta"


def _is_small(shapes: tuple[Shape, ...], said: Said, times: int) -> bool:
    elements = sum(map(prod, (*shapes, said.output, *said.parameters.values())))
    return BATCH * elements <= _MOST_ELEMENTS * times and said.macs <= _MOST_MACS * times


def _numbers(value: Any) -> list[int]:
    if isinstance(value, (tuple, list)):
        return [number for part in value for number in _numbers(part)]
    return [abs(value)] if isinstance(value, int) else []


@dataclass(frozen=True)
class Verdict:
    """What became of a case. ``differs`` names what is not equal; ``departure`` why that is meant to be so."""

    case: Case
    device: str
    legal: bool
    differs: str = ""
    departure: str = ""
    counted: bool = False
    detail: str = ""


def compare(case: Case, batch: int = BATCH, device: str | None = None) -> Verdict:
    """A case by cnncalc and by torch."""
    try:
        own = ours(case)
    except Exception as error:
        return Verdict(case, "", False, f"cnncalc raises {type(error).__name__}", detail=str(error))
    device = device or device_for(case, own)
    try:
        torch_s = theirs(case, batch, device)
        if (
            device == "meta"
            and own.refusal
            and not torch_s.refusal
            and _is_small(case.shapes, torch_s, _MOST_TO_MAKE_SURE)
        ):
            device, torch_s = "cpu", theirs(case, batch, "cpu")
    except torch_oracle.BeyondError:
        return Verdict(case, "", False)
    differs = difference(own, torch_s)
    why = departure(case, own, torch_s, device) if differs else ""
    legal = not own.refusal and not torch_s.refusal
    return Verdict(
        case, device, legal, differs, why, legal and torch_s.macs > 0, f"{_words(own)}; torch: {_words(torch_s)}"
    )


def difference(own: Said, torch_s: Said) -> str:
    """The first thing in which they differ, or ""."""
    if bool(own.refusal) != bool(torch_s.refusal):
        return "refused by cnncalc alone" if own.refusal else "refused by torch alone"
    if own.refusal:
        return ""
    for name in ("output", "macs"):
        if getattr(own, name) != getattr(torch_s, name):
            return name
    for name in ("parameters", "buffers"):
        a, b = getattr(own, name), getattr(torch_s, name)
        if a != b if torch_s.named else sum(map(prod, a.values())) != sum(map(prod, b.values())):
            return name
    return ""


def _words(said: Said) -> str:
    if said.refusal:
        return said.refusal
    return f"{said.output}, {said.macs} MACs, {said.parameters or 'no parameters'}, {said.buffers or 'no buffers'}"


def drawn(seed: int, chunk: int, count: int) -> list[Case]:
    """The cases of a chunk."""
    random, strategy = Random(f"layers {seed} {chunk}"), cases()
    return [strategy.sample(random) for _ in range(count)]
