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
from cnncalc.homework.task import Mistake, Task, mistakes_about

MISTAKES = (size_mistakes, cost_mistakes)
"""The modules of single layers' mistakes, which put them into the catalogue when they are imported."""


def task_of(asked: Asked, row: Row) -> Task:
    """A layer's figure as it is to be worked out."""
    return Task(asked.analysis, row.name, asked.quantity, row.visit)


def tasks(task: Task, mistakes: Iterable[Mistake]) -> Iterator[tuple[Mistake, Task]]:
    """The task under each of the mistakes, in every way in which it is made."""
    for mistake in mistakes:
        for made in mistake.alter(structs.replace(task, detail="")):
            yield mistake, made


def layer_singles(asked: Asked, row: Row) -> Iterator[Candidate]:
    """The figures of one mistake."""
    for mistake, task in tasks(task_of(asked, row), mistakes_about(asked.quantity)):
        if mistake.throughout and not task.figure:
            continue
        yield _candidate(task, (Finding(mistake.name, task.detail),), mistake.rank)


def unrounded_sizes(asked: Asked) -> tuple[int | Fraction, ...]:
    """A layer's sizes before they are rounded; those of its axes that are whole, too."""
    task = task_of(asked, asked.analysis.row(asked.layer_or_last)).with_alteration(unrounded)
    return tuple(number.value for number in task.workings())


def layer_pairs(asked: Asked, row: Row) -> Iterator[Candidate]:
    """The figures of two mistakes together of which each changes something."""
    task = task_of(asked, row)
    mistakes = mistakes_about(asked.quantity, COMMON)
    alone: dict[str, set[Figure]] = {mistake.name: set() for mistake in mistakes}
    for mistake, made in tasks(task, mistakes):
        alone[mistake.name].add(made.value())
    for place, first in enumerate(mistakes):
        altered = [once for _, once in tasks(task, [first]) if once.figure is None and once.value() != asked.truth]
        for once in altered:
            for second, twice in tasks(once, mistakes[place + 1 :]):
                if twice.value() not in {once.value(), *alone[second.name]}:
                    findings = (Finding(first.name, once.detail), Finding(second.name, twice.detail))
                    yield _candidate(twice, findings, first.rank + second.rank + TOGETHER)


def _candidate(task: Task, findings: tuple[Finding, ...], rank: float) -> Candidate:
    workings = () if task.figure is not None else task.workings()
    return Candidate(task.value(), findings, rank, workings)
