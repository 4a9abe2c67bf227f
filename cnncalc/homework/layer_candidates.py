"""The wrong figures of one layer, by the catalogue's mistakes made in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec import structs

from cnncalc.analysis import Row
from cnncalc.homework import cost_mistakes, size_mistakes
from cnncalc.homework.alterations import unrounded
from cnncalc.homework.findings import COMMON, TOGETHER, Asked, Candidate, Finding
from cnncalc.homework.quantities import Figure
from cnncalc.homework.task import CATALOGUE, Mistake, Task

__all__ = [
    "common_mistakes",
    "cost_mistakes",
    "layer_pairs",
    "layer_singles",
    "size_mistakes",
    "task_of",
    "tasks",
    "unrounded_sizes",
]


def task_of(asked: Asked, row: Row) -> Task:
    """A layer's figure as it is to be worked out."""
    return Task(asked.analysis, row.name, asked.quantity, row.visit)


def tasks(task: Task, mistakes: Iterable[Mistake]) -> Iterator[tuple[Mistake, Task]]:
    """The task under each of the mistakes, in every way in which it is made."""
    for mistake in mistakes:
        if task.quantity in mistake.quantities:
            for made in mistake.alter(structs.replace(task, detail="")):
                yield mistake, made


def common_mistakes(quantity: str) -> list[Mistake]:
    """The mistakes that are looked for together."""
    return [m for m in CATALOGUE.values() if quantity in m.quantities and m.rank <= COMMON]


def layer_singles(asked: Asked, row: Row) -> Iterator[Candidate]:
    """The figures of one mistake."""
    for mistake, task in tasks(task_of(asked, row), CATALOGUE.values()):
        if mistake.throughout and not task.figure:
            continue
        yield _candidate(task, (Finding(mistake.name, task.detail),), mistake.rank)


def unrounded_sizes(asked: Asked) -> tuple[Fraction, ...]:
    """A layer's sizes before they are rounded; those of its axes that are whole, too."""
    task = task_of(asked, asked.analysis.row(asked.layer_or_last)).with_alteration(unrounded)
    return tuple(Fraction(number.value) for number in task.workings())


def layer_pairs(asked: Asked, row: Row) -> Iterator[Candidate]:
    """The figures of two mistakes together of which each changes something."""
    task = task_of(asked, row)
    mistakes = common_mistakes(asked.quantity)
    alone: dict[str, Figure] = {}
    for mistake, made in tasks(task, mistakes):
        alone.setdefault(mistake.name, made.value())
    for place, first in enumerate(mistakes):
        for _, once in tasks(task, [first]):
            if once.figure is not None or once.value() == asked.truth:
                continue
            for second, twice in tasks(once, mistakes[place + 1 :]):
                if twice.value() not in (once.value(), alone.get(second.name)):
                    findings = (Finding(first.name, once.detail), Finding(second.name, twice.detail))
                    yield _candidate(twice, findings, first.rank + second.rank + TOGETHER)


def _candidate(task: Task, findings: tuple[Finding, ...], rank: float) -> Candidate:
    workings = () if task.figure is not None else task.workings()
    return Candidate(task.value(), findings, rank, workings)
