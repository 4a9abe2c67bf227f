"""The layers of an analysis folded by the beginnings of their names, as modules hold them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from msgspec import Struct, structs

from cnncalc.analysis.analysis import Analysis
from cnncalc.analysis.rows import Row, Totals
from cnncalc.layers.base import Operations, Shape


class Folded(Struct, frozen=True):
    """Layers whose names begin alike, in one row: sums, what they read from outside, what the last of them makes."""

    name: str
    rows: tuple[Row, ...]
    inputs: tuple[str, ...]
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    frozen_params: int

    @property
    def type(self) -> str:
        return f"{len(self.rows)} layers"

    @property
    def kinds(self) -> str:
        """How many of which kinds: ``3 Conv2d, 3 BatchNorm2d``, the most frequent first."""
        counts = Counter(row.type for row in self.rows).most_common()
        return ", ".join(f"{count} {kind}" for kind, count in counts)

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @property
    def output_shape(self) -> Shape:
        return self.last.output_shape

    @property
    def operations(self) -> Operations:
        return sum([row.operations for row in self.rows], start=Operations())

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(quantity for row in self.rows for quantity in row.unknown))

    @property
    def defect(self) -> str:
        return next((row.defect for row in self.rows if row.defect), "")

    def to_dict(self) -> dict[str, Any]:
        """The group as plain data."""
        totals = {name: int(getattr(self, name)) for name in Totals.__struct_fields__}
        return {
            "name": self.name,
            "type": "group",
            "layers": [row.name for row in self.rows],
            "inputs": list(self.inputs),
            "output_shape": list(self.output_shape),
            **totals,
            **({"unknown": list(self.unknown)} if self.unknown else {}),
        }


def folded(analysis: Analysis, depth: int) -> list[Row | Folded]:
    """The layers with those in one row whose names have the first ``depth`` parts in common, in order of appearance."""
    groups: dict[str, list[Row]] = {}
    for row in analysis.layers:
        groups.setdefault(".".join(row.name.split(".")[:depth]), []).append(row)
    home = {row.name: prefix for prefix, rows in groups.items() for row in rows}
    found: list[Row | Folded] = []
    for prefix, rows in groups.items():
        if len(rows) == 1:
            found.append(rows[0])
            continue
        outside = (name for row in rows for name in row.inputs if home.get(name) != prefix)
        totals = structs.asdict(Totals.of(rows, analysis.convention))
        read = tuple(dict.fromkeys(home.get(name, name) for name in outside))
        found.append(Folded(prefix, tuple(rows), read, **totals))
    return found
