"""Many points in one walk: each graph that they lead to is built and walked once, with arrays.

Where points decide how the network is built, or which way Python code goes, they are told apart and go on by
themselves. Where a layer's condition fails at some points, these are put aside with their reason and the walk goes on;
what it computes for them is thrown away, and where that cannot be computed, the others go on without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy
from msgspec import Struct

from cnncalc.analysis.convention import Convention
from cnncalc.analysis.rows import Row, row_of
from cnncalc.arithmetic.integers import Integers
from cnncalc.arithmetic.ratios import Ratio
from cnncalc.arithmetic.undecided import Undecided
from cnncalc.design.points import Points, fractions, places_of
from cnncalc.design.variables import Place, bind
from cnncalc.errors import SpecError
from cnncalc.evaluate import evaluate
from cnncalc.graph import Graph, Node, build_graph_of
from cnncalc.layers.base import Check, Shape
from cnncalc.spec.network import Network

_MOST_SENTENCES = 500
"""How many sentences on one condition, with different numbers, are worth telling apart."""


class Setting(Struct, frozen=True):
    """What a sweep holds fixed: the network, what the varied names stand for, the batch and the convention."""

    network: Network
    places: Mapping[str, Place]
    batch: int
    convention: Convention


class Group(Struct, frozen=True):
    """Points that lead to one graph, or for which none can be built, with the reason."""

    points: Points
    graph: Graph | None
    reason: str = ""


Finish: TypeAlias = Callable[[tuple[Row, ...], dict[str, Shape], Graph, Any], Any]
"""What is worked out of the rows of a walk, the shapes of the inputs, the graph and the batch."""


class Walked(Struct, frozen=True):
    """Points with what was worked out; ``reasons`` has for each point -1 or the place of its sentence."""

    points: Points
    found: Any = None
    reasons: Any = None
    sentences: tuple[str, ...] = ()


def groups(setting: Setting, points: Points) -> Iterator[Group]:
    """The points apart by the graphs that they lead to."""
    waiting = [points]
    while waiting:
        part = waiting.pop()
        bound, _ = bind(setting.network, setting.places, part.bound(), setting.batch)
        try:
            yield Group(part, build_graph_of(setting.network, bound))
        except Undecided as undecided:
            waiting += reversed(part.split(undecided.labels))
        except SpecError as error:
            yield Group(part, None, str(error))


def walk(setting: Setting, group: Group, finish: Finish) -> Iterator[Walked]:
    """What ``finish`` makes of every layer's figures at the points of a group.

    Those that are told apart on the way come one part after the other; where no point is legal, nothing is found.
    """
    waiting = [group]
    while waiting:
        part = waiting.pop()
        if part.graph is None:
            reasons = numpy.zeros(part.points.count, dtype=numpy.int64)
            yield Walked(part.points, None, reasons, (part.reason,))
            continue
        bound, batch = bind(setting.network, setting.places, part.points.bound(), setting.batch)
        failures = _Failures()
        try:
            visits = evaluate(part.graph, bound.inputs.values(), failures)
            rows = tuple([row_of(visit, batch, setting.convention) for visit in visits])
            found = finish(rows, bound.inputs, part.graph, batch)
        except Exception as problem:
            if failures.found:
                legal, illegal = _apart(part.points, failures.legal())
                reasons, sentences = failures.reasons(part.points)
                yield Walked(illegal, None, reasons[places_of(illegal.numbers(), part.points.numbers())], sentences)
                waiting += reversed(list(groups(setting, legal))) if legal else []
            elif isinstance(problem, Undecided):
                pieces = part.points.split(problem.labels)
                waiting += [found for piece in reversed(pieces) for found in groups(setting, piece)]
            elif isinstance(problem, SpecError):
                waiting.append(Group(part.points, None, str(problem)))
            else:
                raise
            continue
        yield Walked(part.points, found, *(failures.reasons(part.points) if failures.found else ()))


def _apart(points: Points, legal: Any) -> tuple[Points | None, Points]:
    """The points at which something holds, and those at which it does not."""
    if not legal.any():
        return None, points
    illegal, holding = points.split(legal)
    return holding, illegal


class _NowhereError(Exception):
    """A condition that fails at all points, on which those after it rely."""


class _Failures:
    """Collects which conditions fail, and at which points."""

    def __init__(self) -> None:
        self.found: list[tuple[Any, Node, Check]] = []

    def __call__(self, node: Node, check: Check, inputs: tuple[Shape, ...]) -> None:
        holds: Any = check.holds
        if holds.mask.all():
            return
        self.found.append((holds.mask, node, check))
        if not holds.mask.any():
            raise _NowhereError

    def legal(self) -> Any:
        """Where no condition fails, broadcast along axes."""
        masks: Any = self.found[0][0]
        for mask, _, _ in self.found[1:]:
            masks = masks & mask
        return masks

    def reasons(self, points: Points) -> tuple[Any, tuple[str, ...]]:
        """For each point -1, or the place of the sentence on the first condition that fails there; the sentences."""
        reasons = numpy.full(points.count, -1, dtype=numpy.int64)
        sentences: list[str] = []
        for mask, node, check in self.found:
            failing = numpy.flatnonzero((reasons < 0) & ~points.spread(mask))
            if len(failing):
                found, which = _explained(points, node, check, failing)
                reasons[failing] = which + len(sentences)
                sentences += found
        return reasons, tuple(sentences)


def _explained(points: Points, node: Node, check: Check, failing: Any) -> tuple[list[str], Any]:
    """Sentences on a condition with the numbers of the points that fail it, and which is whose."""
    arrays = [each for value in check.values for each in _arrays(value)]
    if not arrays:
        return [_sentence(node, check, check.values)], numpy.zeros(len(failing), dtype=numpy.int64)
    columns = numpy.stack([points.spread(array)[failing] for array in arrays], axis=1)
    try:
        rows, which = numpy.unique(columns, axis=0, return_inverse=True)
    except TypeError:
        return [_sentence(node, check, check.values)], numpy.zeros(len(failing), dtype=numpy.int64)
    if len(rows) > _MOST_SENTENCES:
        return [_sentence(node, check, check.values)], numpy.zeros(len(failing), dtype=numpy.int64)
    sentences = []
    for row in rows.tolist():
        numbers = iter(row)
        sentences.append(_sentence(node, check, tuple(_filled(value, numbers) for value in check.values)))
    return sentences, which.reshape(-1)


def _arrays(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [array for part in value for array in _arrays(part)]
    return [value.array] if isinstance(value, Integers) else []


def _filled(value: Any, numbers: Iterator[int]) -> Any:
    """A value with the numbers of one point in the place of arrays, in the order of :func:`_arrays`."""
    if isinstance(value, (tuple, list)):
        return type(value)(_filled(part, numbers) for part in value)
    return next(numbers) if isinstance(value, Integers) else value


def _sentence(node: Node, check: Check, values: tuple[Any, ...]) -> str:
    where = f"{node.where}.{check.field}" if check.field else node.where
    explained = Check(False, check.field, check.message, values).explain()
    return str(SpecError(f'"{node.name}": {explained}', where=where))


def column(points: Points, number: Any) -> Any:
    """A number at each point, in order; None stays None."""
    if number is None:
        return None
    if isinstance(number, Ratio):
        a, b = (points.spread(getattr(side, "array", side)) for side in (number.numerator, number.denominator))
        return fractions(a, b)
    if isinstance(number, Integers):
        return points.spread(number.array)
    kind = numpy.int64 if isinstance(number, int) and abs(number) < 2**63 else object
    return numpy.full(points.count, number, dtype=kind)
