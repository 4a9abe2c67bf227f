"""Whether a network keeps to a budget, what breaks it, and which layers cost most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from cnncalc.analysis import Analysis, Row, analyze
from cnncalc.design.limits import QUANTITIES, Limit, limit, value_in
from cnncalc.errors import CnncalcError, nearest
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network

MOST_LAYERS = 5
"""How many of the layers that cost most are named."""


class Item(Struct, frozen=True):
    """A limit, the network's value, and the layers that it comes from, those that cost most first."""

    limit: Limit
    value: int
    layers: tuple[tuple[str, int], ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the value keeps to the limit."""
        return bool(self.limit.holds(self.value))


class Budget(Struct, frozen=True):
    """The limits with what became of them."""

    analysis: Analysis
    items: tuple[Item, ...]

    @property
    def kept(self) -> bool:
        """Whether all limits are kept."""
        return all(item.kept for item in self.items)

    @property
    def broken(self) -> tuple[Item, ...]:
        """The limits that are not kept."""
        return tuple(item for item in self.items if not item.kept)


def check_budget(analysis: Analysis, limits: Sequence[Limit]) -> Budget:
    """An analysed network against limits. Raises CnncalcError where there are none."""
    if not limits:
        raise CnncalcError("a budget needs at least one limit")
    return Budget(analysis, tuple(_item(analysis, each) for each in limits))


def limits_of(names: Mapping[str, Any]) -> tuple[Limit, ...]:
    """The limits of options such as ``max_params=5e6`` or ``min_receptive_field=195``; None is no limit.

    Raises CnncalcError for other names.
    """
    found = []
    for name, bound in names.items():
        side, _, quantity = name.partition("_")
        if side not in ("max", "min") or quantity not in QUANTITIES:
            known = [f"max_{quantity}" for quantity in QUANTITIES] + [f"min_{quantity}" for quantity in QUANTITIES]
            raise CnncalcError(f"no limit is named {name!r}{nearest(name, known) or f'; such as {known[0]}'}")
        if bound is not None:
            found.append(limit(quantity, bound, at_least=side == "min"))
    return tuple(found)


def assert_budget(
    network: Network,
    input: Any = None,
    *,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    convention: str = "cnncalc",
    **limits: int | float | str | Fraction | None,
) -> None:
    """Fail a test where a network breaks a budget: ``max_params=5e6, max_macs="300M", min_receptive_field=195``.

    Any quantity of :data:`~cnncalc.design.limits.QUANTITIES` may be limited from above (``max_``) and below (``min_``).
    Raises AssertionError with what broke the budget, by how much, and the layers that cost most; CnncalcError for
    limits that are none.

    >>> import cnncalc
    >>> cnncalc.assert_budget(cnncalc.load("mobilenet_v2"), max_params="5M", max_macs="320M", min_receptive_field=195)
    """
    __tracebackhide__ = True
    analysis = analyze(network, input, batch=batch, variables=variables, convention=convention)
    budget = check_budget(analysis, limits_of(limits))
    if not budget.kept:
        raise AssertionError("\n".join([f"{analysis.name} breaks its budget", *map(explained, budget.broken)]))


def explained(item: Item) -> str:
    """``params <= 1,000,000: 3,504,872, which is 2,504,872 (250.5%) over; most in classifier.1 (1,281,000), …``."""
    excess = item.limit.excess(item.value)
    by = f"{excess if isinstance(excess, int) else float(excess):,}"
    percent = 100 * Fraction(excess) / Fraction(item.limit.bound) if item.limit.bound else Fraction(0)
    share = f" ({f'{float(percent):,.1f}' if percent >= Fraction(1, 10) else '<0.1'}%)" if percent else ""
    side = "under" if item.limit.at_least else "over"
    layers = ", ".join(f"{name} ({value:,})" for name, value in item.layers)
    text = f"{item.limit}: {item.value:,}, which is {by}{share} {side}"
    return f"{text}; most in {layers}" if layers else text


def _item(analysis: Analysis, each: Limit) -> Item:
    value = value_in(analysis, each.quantity)
    if each.holds(value) or each.at_least:
        return Item(each, value)
    return Item(each, value, tuple(_costliest(analysis.layers, each.quantity)))


def _costliest(rows: Sequence[Row], quantity: str) -> list[tuple[str, int]]:
    """The layers with the most of a quantity that is a sum over layers; of others none."""
    if quantity not in Row.__struct_fields__:
        return []
    ranked = sorted(rows, key=lambda row: -getattr(row, quantity))[:MOST_LAYERS]
    return [(row.name, getattr(row, quantity)) for row in ranked if getattr(row, quantity)]
