"""A budget and what became of it, as a person and as a program reads it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnncalc.design.budget import Budget, Item, explained
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import exact, percent
from cnncalc.report.records import Records
from cnncalc.report.table import input_text, prose


def budget_lines(budget: Budget, width: int) -> list[Line]:
    """A row a limit, then what broke it, by how much, and which layers cost most."""
    analysis = budget.analysis
    lines = prose(f"{analysis.name}: input {input_text(analysis)}, batch {analysis.batch}", width, "bold")
    heading = ["", "limit", "found", "used"]
    rows = [["✓" if item.kept else "✗", str(item.limit), exact(item.value), _used(item)] for item in budget.items]
    tracks = [Track(width_of(texts), right=place > 1) for place, texts in enumerate(zip(heading, *rows, strict=True))]
    body = [
        [Span(text, "" if item.kept else "red") for text in row] for row, item in zip(rows, budget.items, strict=True)
    ]
    lines += grid([[Span(text, "bold") for text in heading], *body], tracks, gap=2)
    for item in budget.broken:
        lines += prose(explained(item), width)
    return lines


def budget_document(budget: Budget) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "name": budget.analysis.name,
        "convention": budget.analysis.convention,
        "batch": budget.analysis.batch,
        "kept": budget.kept,
        "limits": [
            {
                "quantity": item.limit.quantity,
                "at_least": item.limit.at_least,
                "bound": _number(item.limit.bound),
                "value": item.value,
                "kept": item.kept,
                "excess": _number(item.limit.excess(item.value)),
                "layers": [{"name": name, "value": value} for name, value in item.layers],
            }
            for item in budget.items
        ],
    }


def budget_table(budget: Budget) -> Records:
    """A row a limit."""
    rows = [
        (item.limit.quantity, "min" if item.limit.at_least else "max", _number(item.limit.bound), item.value, item.kept)
        for item in budget.items
    ]
    return Records(("quantity", "limit", "bound", "value", "kept"), rows)


def _used(item: Item) -> str:
    """How much of what it may be a quantity is; nothing of what it must be."""
    return "" if item.limit.at_least else percent(item.value, int(item.limit.bound))


def _number(value: int | Fraction) -> int | float:
    return value if isinstance(value, int) else float(value)
