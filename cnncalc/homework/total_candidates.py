"""The wrong totals of a network: mistakes made in all layers, in those of a kind or in one, and layers left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import structs

from cnncalc.analysis import Analysis, Row
from cnncalc.arithmetic import prod
from cnncalc.homework.findings import COMMON, IN_A_KIND, IN_ONE, TOGETHER, Asked, Candidate, Finding
from cnncalc.homework.layer_candidates import task_of, tasks
from cnncalc.homework.task import ACTIVATIONS, Mistake, Task, mistakes_about
from cnncalc.layers.base import per_axis

_MOST_LAYERS_IN_PAIRS = 80
_MOST_DETAILS = 3
_WINDOW = ("kernel_size", "stride", "padding", "dilation")
_FEW_LAYERS = 4
"""In how small a network one layer is easily taken for the whole."""


def total_singles(asked: Asked) -> Iterator[Candidate]:
    """What a mistake changes in each layer, added up over all, over those of a kind, or of one alone."""
    right = {row.name: getattr(row, asked.quantity) for row in asked.analysis.layers}
    total: Any = asked.truth
    for mistake in mistakes_about(asked.quantity):
        for changes in _changes(asked, mistake, right):
            yield from _summed(mistake, total, changes, asked.analysis)
    yield from _left_out(asked, total, right)
    yield from _separable_as_ordinary(asked, total, right)


def total_pairs(asked: Asked) -> Iterator[Candidate]:
    """Two mistakes that are both made throughout, of which each changes something."""
    if len(asked.analysis.layers) > _MOST_LAYERS_IN_PAIRS:
        return
    right = [_Part(task_of(asked, row), getattr(row, asked.quantity)) for row in asked.analysis.layers]
    alone = [(mistake, _made(mistake, right)) for mistake in mistakes_about(asked.quantity, COMMON)]
    for place, (first, once) in enumerate(alone):
        if _sum(once) == asked.truth:
            continue
        for second, other in alone[place + 1 :]:
            twice = _made(second, once)
            if _sum(twice) not in (_sum(once), _sum(other)):
                findings = (Finding(first.name, _changed(right, once)), Finding(second.name, _changed(once, twice)))
                yield Candidate(_sum(twice), findings, first.rank + second.rank + TOGETHER)


class _Part(NamedTuple):
    """A layer's part of a total."""

    task: Task
    amount: int


def _made(mistake: Mistake, parts: Sequence[_Part]) -> list[_Part]:
    """A mistake made in every part."""
    return [_altered(mistake, part) for part in parts]


def _altered(mistake: Mistake, part: _Part) -> _Part:
    """A part under a mistake, in the first way in which it changes anything; one that left its formula behind stays."""
    ways = tasks(part.task, [mistake]) if part.task.figure is None else ()
    amounts: Any = ((made, made.value()) for _, made in ways)
    return next((_Part(made, amount) for made, amount in amounts if amount != part.amount), part)


def _sum(parts: Sequence[_Part]) -> int:
    return sum(part.amount for part in parts)


def _changed(before: Sequence[_Part], after: Sequence[_Part]) -> str:
    """What a mistake's sentence needs to know of the parts that it changes."""
    return together(is_.task.detail for was, is_ in zip(before, after, strict=True) if is_ is not was)


def together(details: Iterable[str]) -> str:
    """What sentences on several layers need to know, in one."""
    different = list(dict.fromkeys(filter(None, details)))
    return ", ".join(different[:_MOST_DETAILS]) + (", …" if len(different) > _MOST_DETAILS else "")


def _changes(asked: Asked, mistake: Mistake, right: Mapping[str, int]) -> Iterable[dict[str, tuple[int, str]]]:
    """For each way in which a mistake is made, the change that it makes in each layer where it makes any, and what its
    sentence needs to know.
    """
    ways: defaultdict[int, dict[str, tuple[int, str]]] = defaultdict(dict)
    for row in asked.analysis.layers:
        for way, (_, task) in enumerate(tasks(task_of(asked, row), [mistake])):
            value: Any = task.value()
            if value != right[row.name]:
                ways[way][row.name] = (value - right[row.name], task.detail)
    return ways.values()


def _summed(
    mistake: Mistake, total: int, changes: Mapping[str, tuple[int, str]], analysis: Analysis
) -> Iterator[Candidate]:
    """A mistake made in all layers where it changes something, in those of each kind, and in each of them alone."""
    name, rank = mistake.name, mistake.rank
    yield _over(name, "", rank, total, list(changes.values()))
    if mistake.throughout:
        return
    kinds: dict[str, list[tuple[int, str]]] = {}
    for layer, change in changes.items():
        kinds.setdefault(analysis.row(layer).type, []).append(change)
        if len(changes) > 1:
            yield _over(name, layer, rank + IN_ONE, total, [change])
    if len(kinds) > 1:
        for kind, within in kinds.items():
            yield _over(name, kind, rank + IN_A_KIND, total, within)


def _over(name: str, place: str, rank: float, total: int, changes: Sequence[tuple[int, str]]) -> Candidate:
    finding = Finding(name, together([detail for _, detail in changes]), place)
    return Candidate(total + sum(change for change, _ in changes), (finding,), rank)


def _separable_as_ordinary(asked: Asked, total: int, right: Mapping[str, int]) -> Iterator[Candidate]:
    """Each depthwise convolution and the 1×1 after it as the one convolution that they stand for."""
    rows = {row.name: row for row in asked.analysis.layers}

    def before(row: Row) -> Row | None:
        source, *others = row.inputs
        return None if others else rows.get(source)

    changes = []
    for row in filter(_is_pointwise, asked.analysis.layers):
        first = before(row)
        while first is not None and not first.params:
            first = before(first)
        if first is not None and _is_depthwise(first):
            settings = {name: getattr(first.layer, name) for name in _WINDOW if hasattr(first.layer, name)}
            visit = structs.replace(row.visit, inputs=first.visit.inputs)
            task: Any = structs.replace(task_of(asked, row), visit=visit).with_settings(**settings)
            changes.append(task.value() - right[row.name] - right[first.name])
    if asked.quantity != ACTIVATIONS:
        yield Candidate(total + sum(changes), (Finding("separable-as-ordinary"),), 2)


def _is_depthwise(row: Row) -> bool:
    layer: Any = row.layer
    if hasattr(layer, "channel_multiplier"):
        return not hasattr(layer, "out_channels")
    return hasattr(layer, "groups") and 1 < layer.groups == row.input_shapes[0][0]


def _is_pointwise(row: Row) -> bool:
    layer: Any = row.layer
    return hasattr(layer, "groups") and layer.groups == 1 and set(per_axis(layer.kernel_size, 1)) == {1}


def _left_out(asked: Asked, total: int, right: Mapping[str, int]) -> Iterator[Candidate]:
    """Kinds and layers that were left out, or that alone were counted. What comes to the same is told once."""
    kinds: dict[str, list[Row]] = {}
    for row in asked.analysis.layers:
        if right[row.name]:
            kinds.setdefault(row.type, []).append(row)
    counted = sum(map(len, kinds.values()))
    for kind, (row, *others) in kinds.items():
        amount = sum(right[each.name] for each in kinds[kind])
        if others and len(kinds) > 1 and not row.visit.buffers:
            yield Candidate(total - amount, (Finding("kind-left-out", place=kind),), 2)
        if others and len(kinds) > 2:
            yield Candidate(amount, (Finding("one-kind-only", place=kind),), 3)
    few = counted <= _FEW_LAYERS
    alone: set[int] = set()
    for rows in kinds.values():
        for row in rows:
            amount = right[row.name]
            if counted > 1 and (len(rows) > 1 or not row.visit.buffers):
                yield Candidate(total - amount, (Finding("layer-left-out", place=row.name),), 3 if len(rows) > 1 else 2)
            yield Candidate(total + amount, (Finding("layer-twice", place=row.name),), 5)
            if counted > 2 and amount not in alone:
                alone.add(amount)
                yield Candidate(amount, (Finding("one-layer-only", place=row.name),), 3 if few else 5)
    if asked.quantity == ACTIVATIONS:
        elements = asked.context.batch * sum(map(prod, asked.analysis.inputs.values()))
        yield Candidate(total + elements, (Finding("input-counted"),), 2)
        weighted = sum(right[row.name] for row in asked.analysis.layers if row.params)
        yield Candidate(weighted, (Finding("only-with-weights"),), 2)
