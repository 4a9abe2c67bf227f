"""The largest network within a budget, as a person and as a program reads it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnncalc.analysis.vocabulary import heading
from cnncalc.design.exact_sizes import progressions
from cnncalc.design.largest import Largest, Outcome, Value
from cnncalc.design.limits import Limit
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import exact, percent
from cnncalc.report.records import Records
from cnncalc.report.table import prose


def largest_lines(name: str, found: Largest, width: int) -> list[Line]:
    """The value, what it comes to, and what the next one would break."""
    target = " and ".join(map(str, found.limits))
    superlative = "smallest" if found.smallest else "largest"
    span = f"{number_text(found.low)} to {number_text(found.high)}"
    steps = "" if found.step == 1 else f" in steps of {number_text(found.step)}"
    lines = prose(f"{name}: the {superlative} {found.variable} with {target}, from {span}{steps}", width, "bold")
    if found.best is None:
        return lines + prose(_looked(found), width)
    outcomes = [found.best] if found.beyond is None else [found.best, found.beyond]
    head = [found.variable, *map(heading, found.best.figures), ""]
    rows = [[number_text(o.value), *map(exact, o.figures.values()), _verdict(o)] for o in outcomes]
    columns = enumerate(zip(head, *rows, strict=True))
    tracks = [Track(width_of(texts), right=place <= len(found.best.figures)) for place, texts in columns]
    body = [[Span(text) for text in row] for row in rows]
    lines += grid([[Span(text, "bold") for text in head], *body], tracks, gap=2)
    return lines + prose(_looked(found), width)


def largest_document(name: str, found: Largest) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "name": name,
        "variable": found.variable,
        "target": [str(limit) for limit in found.limits],
        "range": [_number(found.low), _number(found.high), _number(found.step)],
        "smallest": found.smallest,
        "best": _outcome_document(found.best),
        "beyond": _outcome_document(found.beyond),
    }


def largest_table(found: Largest) -> Records:
    """A row for the best value and one for the next, which breaks the limits."""
    outcomes = [each for each in (found.best, found.beyond) if each is not None]
    quantities = dict.fromkeys(limit.quantity for limit in found.limits)
    rows = [
        (_number(each.value), *(each.figures[name] for name in quantities), "; ".join(map(str, each.broken)))
        for each in outcomes
    ]
    return Records((found.variable, *quantities, "breaks"), rows)


def exact_lines(name: str, variable: str, sizes: list[int], low: int, high: int, width: int) -> list[Line]:
    """The input sizes that divide exactly, those of equal distance together."""
    lines = prose(f"{name}: {variable} sizes from {low} to {high} that divide exactly in every layer", width, "bold")
    if not sizes:
        return lines + prose("None does.", width)
    runs = [
        str(first) if not distance else f"{first}, {first + distance}, … {last} (every {distance})"
        for first, last, distance in progressions(sizes)
    ]
    return lines + prose("; ".join(runs) + f": {len(sizes)} in all.", width)


def excess_text(limit: Limit, value: int) -> str:
    """``5,013,504 is 13,504 (0.3%) over``."""
    excess = limit.excess(value)
    side = "under" if limit.at_least else "over"
    if not excess:
        return f"{limit.quantity} is the bound itself"
    share = percent(int(excess), int(limit.bound)) if limit.bound else ""
    return f"{limit.quantity} {number_text(excess)}{f' ({share})' if share else ''} {side}"


def number_text(value: Value) -> str:
    """A number with its decimals, or as a fraction where these have no end."""
    if isinstance(value, int):
        return exact(value)
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return f"{float(value):,}" if denominator == 1 else str(value)


def _looked(found: Largest) -> str:
    """That no better value fits, and how that is known."""
    best = found.best.value if found.best else None
    if best is None:
        count = int((found.high - found.low) // found.step) + 1
        subject = f"None of the {exact(count)} values fits"
    else:
        count = int((best - found.low if found.smallest else found.high - best) // found.step)
        end, side = (found.low, "smaller") if found.smallest else (found.high, "larger")
        verb = "fits" if found.beyond else "can be built and fits"
        subject = f"None of the {exact(count)} {side} values to {number_text(end)} {verb}"
    if not count:
        return "This is the end of the range; state --range to look beyond it."
    if found.looked >= count:
        return f"{subject}: each was looked at by itself."
    alone = f"{exact(found.looked)} looked at by itself, the others " if found.looked == 1 else ""
    alone = alone or (f"{exact(found.looked)} looked at by themselves, the others " if found.looked else "")
    return f"{subject}: {alone}ruled out together by what ranges of them cost at least."


def _verdict(outcome: Outcome) -> str:
    return "; ".join(excess_text(limit, outcome.figures[limit.quantity]) for limit in outcome.broken) or "fits"


def _outcome_document(outcome: Outcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    broken = [
        {"limit": str(limit), "by": _number(limit.excess(outcome.figures[limit.quantity]))} for limit in outcome.broken
    ]
    return {"value": _number(outcome.value), "figures": outcome.figures, "breaks": broken}


def _number(value: int | Fraction) -> int | float:
    return value if isinstance(value, int) else float(value)
