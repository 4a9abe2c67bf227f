"""Limits on what a network costs: ``params <= 5M and macs < 3e8 and receptive_field >= 195``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cnncalc.analysis.liveness import inference_memory
from cnncalc.analysis.receptive_field import follow, size_and_jump
from cnncalc.analysis.sight import Layers, pixel_axes
from cnncalc.analysis.vocabulary import QUANTITIES as MEANINGS
from cnncalc.analysis.vocabulary import unknown_quantity
from cnncalc.arithmetic import total
from cnncalc.errors import CnncalcError
from cnncalc.graph import Graph, build_graph
from cnncalc.layers.base import Shape

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis, Row

QUANTITIES = {name: MEANINGS[name] for name in ("params", "buffers", "macs", "flops", "activations", "memory")} | {
    "receptive_field": "pixels along the shorter axis, of the last layer whose units do not all see everything"
}
"""What may be limited, and what it means."""

_PREFIXES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_DIGITS = r"(\d[\d_,]{0,30}(?:\.\d{1,20})?(?:[eE]\+?\d{1,2})?|\.\d{1,20})"
_NUMBER = re.compile(_DIGITS + r"\s*([kKMGTP]?|[KMGT]i)(B?)", re.ASCII)
_LIMIT = re.compile(r"\s*([A-Za-z_]\w{0,60})\s*(<=|>=|<|>|≤|≥)\s*(.+?)\s*", re.ASCII | re.DOTALL)
_LONGEST = 1000


class Limit(Struct, frozen=True):
    """That a quantity is at most, or at least, a bound; ``strict`` where it must not be the bound itself."""

    quantity: str
    bound: int | Fraction
    at_least: bool = False
    strict: bool = False

    def holds(self, value: Any) -> Any:
        """Whether a value keeps to it."""
        if self.at_least:
            return value > self.bound if self.strict else value >= self.bound
        return value < self.bound if self.strict else value <= self.bound

    def excess(self, value: int) -> int | Fraction:
        """By how much a value breaks it; 0 where it does not, and where it only is the bound that it must not be."""
        return max(self.bound - value if self.at_least else value - self.bound, 0)

    def __str__(self) -> str:
        sign = (">" if self.at_least else "<") + ("" if self.strict else "=")
        return f"{self.quantity} {sign} {self.bound if isinstance(self.bound, int) else float(self.bound):,}"


def limits_from(text: str) -> tuple[Limit, ...]:
    """The limits of a text, joined by ``and``. Raises CnncalcError.

    >>> [str(limit) for limit in limits_from("params <= 5M and memory < 1.5 MiB")]
    ['params <= 5,000,000', 'memory < 1,572,864']
    """
    if len(text) > _LONGEST:
        raise CnncalcError(f"a target of more than {_LONGEST} characters")
    found = []
    for part in re.split(r"\band\b", text):
        match = _LIMIT.fullmatch(part)
        if not match:
            raise CnncalcError(f"expected a target such as params <= 5e6 and macs <= 3e8, found {text!r}")
        name, sign, bound = match.groups()
        found.append(limit(name, bound, at_least=sign in (">", ">=", "≥"), strict=sign in "<>"))
    return tuple(found)


def limit(quantity: str, bound: str | int | float | Fraction, *, at_least: bool = False, strict: bool = False) -> Limit:
    """A limit of a quantity by its name; the bound may be a text such as ``5M``. Raises CnncalcError."""
    if quantity not in QUANTITIES:
        raise unknown_quantity(quantity, QUANTITIES)
    return Limit(quantity, number_from(bound, quantity), at_least, strict)


def number_from(bound: str | int | float | Fraction, quantity: str) -> int | Fraction:
    """A bound as an exact number: ``5e6``, ``5M``, and of memory ``64MB`` or ``64MiB``. Raises CnncalcError."""
    if isinstance(bound, str):
        match = _NUMBER.fullmatch(bound.strip())
        if not match or (match[3] and quantity != "memory"):
            example = "64MiB" if quantity == "memory" else "5e6 or 5M"
            raise CnncalcError(f"{quantity}: expected a number such as {example}, found {bound!r}")
        exact = Fraction(match[1].replace("_", "").replace(",", "")) * (_PREFIXES | _BINARY)[match[2]]
    elif isinstance(bound, bool) or not isinstance(bound, (int, float, Fraction)) or not 0 <= bound < float("inf"):
        raise CnncalcError(f"{quantity}: expected a number, found {bound!r}")
    else:
        exact = Fraction(bound)
    return exact.numerator if exact.denominator == 1 else exact


def value_of_quantity(quantity: str, rows: Sequence[Row], inputs: Mapping[str, Shape], batch: Any, graph: Graph) -> Any:
    """A quantity of the whole network, from the figures of its layers with whatever numbers they hold.

    Raises CnncalcError where it is not known of a layer.
    """
    unknown = unknown_of(rows, quantity)
    if unknown:
        raise CnncalcError(f"{quantity} is not known of {', '.join(map(repr, unknown))}, and so not of the whole")
    if quantity == "memory":
        return inference_memory(rows, inputs, graph, batch).bytes()
    if quantity == "receptive_field":
        return least_field(rows, inputs)
    return total([getattr(row, quantity) for row in rows])


def unknown_of(rows: Sequence[Row], quantity: str) -> tuple[str, ...]:
    """The layers of which a quantity is not known."""
    return tuple(row.name for row in rows if quantity in row.unknown)


def value_in(analysis: Analysis, quantity: str) -> int:
    """A quantity of an analysed network. Raises CnncalcError where it is not known of a layer."""
    assert analysis.network is not None
    graph = build_graph(analysis.network)
    found: int = value_of_quantity(quantity, analysis.layers, analysis.inputs, analysis.batch, graph)
    return found


def least_field(rows: Sequence[Row], inputs: Mapping[str, Shape]) -> Any:
    """The receptive field along the shorter axis, of the last layer whose units do not all see everything; of the first
    input. Where all units of all layers see everything, its size.
    """
    name, shape = next(iter(inputs.items()))
    pixels = [shape[axis] for axis in pixel_axes(shape)]
    by_name = {row.name: place for place, row in enumerate(rows)}
    seen = follow(Layers(dict(inputs), tuple(rows), by_name)).seen
    for row in reversed(rows):
        axes = seen[row.name].get(name)
        if axes and all(axis.everything is None and axis.axis is not None and not axis.lost for axis in axes):
            sizes = [size_and_jump(axis, size, row.output_shape)[0] for axis, size in zip(axes, pixels, strict=True)]
            return min(size for size in sizes if size is not None)
    return min(pixels)
