"""What a person wants to see of a sweep that is too large to look at, gathered piece by piece in flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy

from cnncalc.design.block import Block, joined
from cnncalc.design.pareto import front
from cnncalc.design.points import present
from cnncalc.design.sweep import Sweep
from cnncalc.errors import CnncalcError, nearest

_MOST_SENTENCES = 10_000
_SHOWN_BESIDE = 4000
"""About how many points that are not on a front are kept to be drawn."""


class Ordered:
    """A column by which points are ordered; the largest come first where ``largest``."""

    def __init__(self, text: str, asked: Sweep) -> None:
        self.largest = text.startswith("-")
        self.name = text.removeprefix("-")
        known = [*asked.names, *(quantity.name for quantity in asked.quantities)]
        if self.name not in known:
            hint = nearest(self.name, known) or f"; the columns are {', '.join(known)}"
            raise CnncalcError(f"no column is named {self.name!r}{hint}")

    def column(self, block: Block) -> Any:
        """Numbers of which the least come first, for points that all have one."""
        values = (block.variables | block.quantities)[self.name]
        if values is None:
            return numpy.zeros(len(block), dtype=numpy.int64)
        values = values.astype(numpy.int64) if values.dtype == bool else values
        return -values if self.largest else values


class Survey:
    """Counts of points, the first rows by an order, a Pareto front, and some of the other points to draw beside it.

    ``without`` has at how many legal points there is no value of what points are chosen by: it is not known of a layer,
    or the layer is not there.
    """

    def __init__(self, asked: Sweep, sort: str | None, objectives: Sequence[str], top: int | None) -> None:
        self.asked = asked
        self.sort = None if sort is None else Ordered(sort, asked)
        self.objectives = [Ordered(name, asked) for name in objectives]
        self.top = top
        self.points = self.legal = self.met = 0
        self.reasons: Counter[str] = Counter()
        self.without: Counter[str] = Counter()
        chosen_by = [*(each.name for each in self.objectives), *([self.sort.name] if self.sort else [])]
        self._chosen_by = dict.fromkeys([*(asked.condition.names if asked.condition else ()), *chosen_by])
        self.rows: Block | None = None
        self.beside: Block | None = None
        self._every = 1

    def add(self, block: Block, met: Block) -> None:
        """Take in a piece, and those of its points that meet the condition."""
        legal = block.legal()
        self.points += len(block)
        self.legal += int(legal.sum())
        for name in self._chosen_by:
            self.without[name] += int((legal & ~_known(block, name)).sum())
        counts = numpy.bincount(block.reasons[~legal], minlength=len(block.sentences)) if not legal.all() else ()
        for place in numpy.flatnonzero(counts).tolist():
            sentence = block.sentences[place]
            if sentence not in self.reasons and len(self.reasons) >= _MOST_SENTENCES:
                sentence = sentence.partition('": ')[0] + '": does not hold'
            self.reasons[sentence] += int(counts[place])
        met = (met if legal.all() else met.take(met.legal())).without_reasons()
        self.met += len(met)
        chosen = met
        for ordered in [*self.objectives, *([self.sort] if self.sort else [])]:
            chosen = chosen.take(_known(chosen, ordered.name))
        if self.objectives:
            self._draw(chosen)
        self.rows = self._ranked(chosen if self.rows is None else joined([self.rows, chosen]))

    def _ranked(self, rows: Block) -> Block:
        """The front, or the first rows, of some."""
        if self.objectives:
            rows = rows.take(front([ordered.column(rows) for ordered in self.objectives]))
        if self.sort is not None:
            rows = rows.take(numpy.argsort(self.sort.column(rows), kind="stable"))
        return rows if self.objectives or self.top is None else rows.take(slice(0, self.top))

    def _draw(self, chosen: Block) -> None:
        """Keep every so many-th point."""
        some = chosen.take(slice(0, None, self._every))
        self.beside = some if self.beside is None else joined([self.beside, some])
        while len(self.beside) > 2 * _SHOWN_BESIDE:
            self._every *= 2
            self.beside = self.beside.take(slice(0, None, 2))


def _known(block: Block, name: str) -> Any:
    """Which points have a value in a column."""
    values = (block.variables | block.quantities)[name]
    if values is None:
        return numpy.zeros(len(block), dtype=bool)
    return present(values)
