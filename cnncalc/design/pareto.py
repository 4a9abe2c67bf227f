"""The points that no other point beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy


def front(columns: Sequence[Any]) -> Any:
    """Which points are on the Pareto front, as a mask: no other is at most as large in every column and smaller in one.

    Equal points are on it together. Source: Kung, Luccio and Preparata, "On Finding the Maxima of a Set of Vectors"
    (1975), whose sweep in order of the first column is used for two.
    """
    ranks = [numpy.unique(column, return_inverse=True)[1].reshape(-1) for column in columns]
    count = len(ranks[0])
    if not count:
        return numpy.zeros(0, dtype=bool)
    order = numpy.lexsort(ranks[::-1])
    if len(ranks) == 1:
        return ranks[0] == ranks[0].min()
    return _of_two(ranks, order) if len(ranks) == 2 else _of_many(ranks, order)


def _of_two(ranks: Sequence[Any], order: Any) -> Any:
    """In order of the first, those whose second is less than all before, and those equal to such a one."""
    first, second = (rank[order] for rank in ranks)
    before = numpy.concatenate([[second.max() + 1], numpy.minimum.accumulate(second)[:-1]])
    best = second < before
    leader = numpy.maximum.accumulate(numpy.where(best, numpy.arange(len(order)), 0))
    chosen = numpy.zeros(len(order), dtype=bool)
    chosen[order] = (first == first[leader]) & (second == second[leader])
    return chosen


def _of_many(ranks: Sequence[Any], order: Any) -> Any:
    """The first in order is beaten by none; those that it beats are left out, and so on."""
    table = numpy.stack([rank[order] for rank in ranks], axis=1)
    left = numpy.arange(len(order))
    chosen = numpy.zeros(len(order), dtype=bool)
    while len(left):
        rest = table[left]
        equal = (rest == rest[0]).all(axis=1)
        chosen[order[left[equal]]] = True
        left = left[~(rest >= rest[0]).all(axis=1)]
    return chosen
