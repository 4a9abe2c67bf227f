"""The wrong figures that mistakes lead to: of a layer, of a network's total, and by mistakes made in layers before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct, structs

from cnncalc.analysis import Analysis, Row
from cnncalc.arithmetic import prod
from cnncalc.arithmetic.recording import Recorded
from cnncalc.errors import CnncalcError
from cnncalc.evaluate import Evaluated
from cnncalc.graph import Node
from cnncalc.homework import cost_mistakes, size_mistakes
from cnncalc.homework.context import Context
from cnncalc.homework.field_mistakes import JUMP, SIZE, FieldTask, field_values
from cnncalc.homework.quantities import Figure
from cnncalc.homework.task import ACTIVATIONS, CATALOGUE, FLOPS, MACS, OUTPUT, PARAMS, Mistake, Task
from cnncalc.layers.base import Shape
from cnncalc.layers.formulas import effective_kernel
from cnncalc.layers.reading import Sliding

__all__ = ["Candidate", "Candidates", "Finding", "cost_mistakes", "size_mistakes"]

_SUMMED = (PARAMS, MACS, FLOPS, ACTIVATIONS)
_MEMORY: Mapping[str, tuple[str, ...]] = {
    "weight_bytes": (PARAMS,),
    "activation_bytes": (ACTIVATIONS,),
    "memory": (PARAMS, ACTIVATIONS),
}
_MOST_ANCESTORS = 64
_MOST_LAYERS_IN_PAIRS = 80
_MOST_DETAILS = 3
_COMMON = 3
"""How rare a mistake may be to be looked for in other layers and beside another mistake."""
_THROUGHOUT, _BEFORE, _KIND, _ALONE, _PAIR = 0.5, 1.5, 1.0, 1.5, 4.0
"""What is added to a mistake's rank where it is made throughout, in one layer before, in layers of one kind, in one
layer of a total, and together with another.
"""
_NOT_CARRIED = frozenset(("input-for-output", "not-flattened", "concatenation-as-sum", "sum-as-concatenation"))
_INPUTS = {224: 227, 227: 224, 28: 32, 32: 28}
"""Input sizes that are taken for each other: AlexNet's, whose paper says 224 where its sizes need 227, and LeNet-5's,
whose digits of 28 are padded to 32.
"""


class Finding(Struct, frozen=True):
    """A mistake that was made: its name, what its sentence needs to know, and the layer or kind of layer where it was
    made ("" for the one that was asked about, or for all).
    """

    name: str
    detail: str = ""
    place: str = ""


class Candidate(Struct, frozen=True):
    """A wrong figure with the mistakes that lead to it, the lower ``rank`` the likelier, and its expressions.

    ``before`` says that the layer itself is worked out correctly, from sizes that a mistake before it made wrong.
    """

    figure: Figure
    findings: tuple[Finding, ...]
    rank: float
    workings: tuple[Recorded, ...] = ()
    before: bool = False


class Candidates:
    """The wrong figures of one question; those of one mistake first, all worked out once and kept.

    With an ``analysis`` of somebody's own sizes, of mistakes made in the layer itself on top of those.
    """

    def __init__(self, context: Context, layer: str | None, quantity: str, analysis: Analysis | None = None) -> None:
        self.context = context
        self.layer = layer
        self.quantity = quantity
        self.analysis = analysis or context.analysis
        self.on_top = analysis is not None
        self.truth = context.figure(quantity, layer, self.analysis)

    @cached_property
    def singles(self) -> tuple[Candidate, ...]:
        """The figures of one mistake, each figure and mistake once, likeliest first."""
        return self._sorted(self._singles())

    @cached_property
    def pairs(self) -> tuple[Candidate, ...]:
        """The figures of two mistakes together of which each changes something."""
        return self._sorted(self._pairs())

    def _sorted(self, found: Iterable[Candidate]) -> tuple[Candidate, ...]:
        kept: dict[tuple[Figure, tuple[Finding, ...]], Candidate] = {}
        for candidate in sorted(found, key=lambda candidate: candidate.rank):
            if candidate.figure != self.truth and _possible(candidate.figure):
                kept.setdefault((candidate.figure, candidate.findings), candidate)
        return tuple(kept.values())

    def _singles(self) -> Iterator[Candidate]:
        if self.quantity in (SIZE, JUMP):
            yield from self._of_fields()
        elif self.quantity in _MEMORY:
            yield from self._of_memory(self._parts(lambda part: part.singles))
        elif self.quantity in _SUMMED and self.layer is None:
            yield from self._of_totals()
            yield from self._by_other_sizes()
        elif self.quantity in (OUTPUT, *_SUMMED):
            name = self.layer or self.analysis.layers[-1].name
            yield from self._of_layer(self.analysis.row(name))
            yield from self._by_other_sizes()
        yield from self._of_others()

    def _pairs(self) -> Iterator[Candidate]:
        if self.on_top:
            return
        if self.quantity in _MEMORY:
            yield from self._of_memory(self._parts(lambda part: part.pairs))
        elif self.quantity in _SUMMED and self.layer is None:
            if len(self.analysis.layers) <= _MOST_LAYERS_IN_PAIRS:
                yield from self._pairs_of_totals()
        elif self.quantity in (OUTPUT, *_SUMMED):
            name = self.layer or self.analysis.layers[-1].name
            yield from self._pairs_of_layer(self.analysis.row(name))

    def _of_layer(self, row: Row) -> Iterator[Candidate]:
        for mistake, task in self._tasks(self._task(row), CATALOGUE.values()):
            yield _candidate(task, (Finding(mistake.name, task.detail),), mistake.rank)

    def _pairs_of_layer(self, row: Row) -> Iterator[Candidate]:
        task = self._task(row)
        mistakes = [m for m in CATALOGUE.values() if self.quantity in m.quantities and m.rank <= _COMMON]
        for place, first in enumerate(mistakes):
            for _, once in self._tasks(task, [first]):
                if once.figure is not None or once.value() == self.truth:
                    continue
                for second, twice in self._tasks(once, mistakes[place + 1 :]):
                    if twice.value() != once.value() and twice.value() != self._alone(row, second):
                        findings = (Finding(first.name, once.detail), Finding(second.name, twice.detail))
                        yield _candidate(twice, findings, first.rank + second.rank + _PAIR)

    def _alone(self, row: Row, mistake: Mistake) -> Figure:
        """What a mistake leads to by itself, in the first way in which it is made."""
        kept: dict[tuple[str, str], Figure] = self.__dict__.setdefault("alone", {})
        key = (row.name, mistake.name)
        if key not in kept:
            kept[key] = next((task.value() for _, task in self._tasks(self._task(row), [mistake])), None)
        return kept[key]

    def _task(self, row: Row) -> Task:
        return Task(self.analysis, row.name, self.quantity, row.visit)

    def _tasks(self, task: Task, mistakes: Iterable[Mistake]) -> Iterator[tuple[Mistake, Task]]:
        for mistake in mistakes:
            if task.quantity in mistake.quantities:
                for made in mistake.alter(task):
                    yield mistake, made

    # Totals: what a mistake changes in each layer, added up over all, over those of a kind, or of one alone.

    def _of_totals(self) -> Iterator[Candidate]:
        right = {row.name: getattr(row, self.quantity) for row in self.analysis.layers}
        total = self.truth
        assert isinstance(total, int)
        for mistake in CATALOGUE.values():
            if self.quantity not in mistake.quantities:
                continue
            for changes in self._changes(mistake, right):
                yield from _summed(mistake.name, mistake.rank, total, changes, self.analysis)
        yield from self._left_out(total, right)

    def _changes(self, mistake: Mistake, right: Mapping[str, int]) -> list[dict[str, tuple[int, str]]]:
        """For each way in which a mistake is made, the change that it makes in each layer where it makes any, and what
        its sentence needs to know.
        """
        ways: list[dict[str, tuple[int, str]]] = []
        for row in self.analysis.layers:
            for way, (_, task) in enumerate(self._tasks(self._task(row), [mistake])):
                value: Any = task.value()
                if value != right[row.name]:
                    ways += [{} for _ in range(way + 1 - len(ways))]
                    ways[way][row.name] = (value - right[row.name], task.detail)
        return [way for way in ways if way]

    def _left_out(self, total: int, right: Mapping[str, int]) -> Iterator[Candidate]:
        kinds: dict[str, int] = {}
        for row in self.analysis.layers:
            kinds[row.type] = kinds.get(row.type, 0) + right[row.name]
        for kind, amount in kinds.items():
            yield Candidate(total - amount, (Finding("kind-left-out", place=kind),), 2)
            yield Candidate(amount, (Finding("one-kind-only", place=kind),), 3)
        for name, amount in right.items():
            yield Candidate(total - amount, (Finding("layer-left-out", place=name),), 3)
            yield Candidate(total + amount, (Finding("layer-twice", place=name),), 5)
            yield Candidate(amount, (Finding("one-layer-only", place=name),), 5)
        if self.quantity == ACTIVATIONS:
            elements = self.context.batch * sum(map(prod, self.analysis.inputs.values()))
            yield Candidate(total + elements, (Finding("input-counted"),), 2)
            weighted = sum(right[row.name] for row in self.analysis.layers if row.params)
            yield Candidate(weighted, (Finding("only-with-weights"),), 2)

    def _pairs_of_totals(self) -> Iterator[Candidate]:
        mistakes = [m for m in CATALOGUE.values() if self.quantity in m.quantities and m.rank <= _COMMON]
        rows = self.analysis.layers
        right = [getattr(row, self.quantity) for row in rows]
        for place, first in enumerate(mistakes):
            firsts = [self._made(self._task(row), first) for row in rows]
            once = sum([task.value() for task in firsts])
            if once == sum(right):
                continue
            for second in mistakes[place + 1 :]:
                seconds = [self._made(task, second) for task in firsts]
                twice = sum([task.value() for task in seconds])
                if twice not in (once, sum(right)):
                    changed = [(a, b) for a, b in zip(firsts, seconds, strict=True) if a is not b]
                    findings = (
                        Finding(first.name, _together(task.detail for task in firsts)),
                        Finding(second.name, _together(b.detail for a, b in changed if b.detail != a.detail)),
                    )
                    yield Candidate(twice, findings, first.rank + second.rank + _PAIR)

    def _made(self, task: Task, mistake: Mistake) -> Any:
        """The task with a mistake in the first way in which it is made, or as it is."""
        if task.figure is not None:
            return task
        return next((made for _, made in self._tasks(task, [mistake])), task)

    # Sizes that a mistake made wrong in layers before, or in the input.

    def _by_other_sizes(self) -> Iterator[Candidate]:
        if self.on_top:
            return
        last = self.layer or self.analysis.layers[-1].name
        behind = [row.name for row in self.analysis.layers].index(last)
        for finding, rank, analysis, first in other_analyses(self.context):
            if first < behind or self.layer is None:
                figure = self.context.figure(self.quantity, self.layer, analysis)
                yield Candidate(figure, (finding,), rank, before=True)

    # Receptive fields.

    def _of_fields(self) -> Iterator[Candidate]:
        layer = self.layer or self.analysis.layers[-1].name
        if len(self.analysis.inputs) != 1 or not isinstance(self.truth, tuple):
            return
        for mistake, place, figure, workings in field_values(FieldTask(self.analysis, layer, self.quantity)):
            rank = mistake.rank + (_ALONE if place else 0)
            yield Candidate(figure, (Finding(mistake.name, place=place),), rank, tuple(workings))
        other = JUMP if self.quantity == SIZE else SIZE
        yield Candidate(self.context.figure(other, layer), (Finding(f"{other.replace('_', '-')}-given"),), 1)
        strides = _own(self.analysis, layer)
        if not strides:
            return
        if self.quantity == JUMP:
            yield Candidate(strides[-1][1], (Finding("own-stride-only"),), 2)
            sums = tuple(map(sum, zip(*(stride for _, stride in strides), strict=True)))
            yield Candidate(sums, (Finding("strides-added"),), 3)
        else:
            yield Candidate(strides[-1][0], (Finding("own-kernel-only"),), 2)
            products = tuple(map(prod, zip(*(kernel for kernel, _ in strides), strict=True)))
            yield Candidate(products, (Finding("kernels-multiplied"),), 3)
            added = tuple(map(sum, zip(*(kernel for kernel, _ in strides), strict=True)))
            yield Candidate(added, (Finding("kernels-added"),), 3)

    # Memory, as so many bytes a value.

    def _parts(self, chosen: Any) -> dict[str, tuple[Candidate, ...]]:
        return {
            base: chosen(Candidates(self.context, self.layer, base, self.analysis)) for base in _MEMORY[self.quantity]
        }

    def _of_memory(self, parts: Mapping[str, tuple[Candidate, ...]]) -> Iterator[Candidate]:
        width = self.context.width
        counts = {base: self.context.figure(base, self.layer, self.analysis) for base in parts}
        right: Any = sum(counts.values())
        for base, candidates in parts.items():
            for candidate in candidates:
                if isinstance(candidate.figure, int):
                    yield structs.replace(candidate, figure=width * (right - counts[base] + candidate.figure))
        if any(len(candidate.findings) > 1 for candidates in parts.values() for candidate in candidates):
            return
        yield Candidate(right, (Finding("values-for-bytes", str(width)),), 1)
        yield Candidate(8 * width * right, (Finding("bits-for-bytes"),), 2)
        for size in (2, 4, 8):
            yield Candidate(size * right, (Finding("other-width", f"{size}"),), 3)
        yield Candidate(2 * width * right, (Finding("memory-doubled"),), 4)
        for other in _MEMORY:
            if other != self.quantity:
                yield Candidate(self.context.figure(other, self.layer), (Finding("other-memory", other),), 2)

    # What is asked of something else.

    def _of_others(self) -> Iterator[Candidate]:
        if self.on_top:
            return
        if self.context.batch > 1 and isinstance(self.truth, int):
            yield Candidate(self.truth * self.context.batch, (Finding("batch-multiplied"),), 2)
            if self.truth % self.context.batch == 0:
                yield Candidate(self.truth // self.context.batch, (Finding("batch-forgotten"),), 1)
        if self.layer is None:
            return
        summed = 0
        seen: set[Figure] = set()
        for row in self.analysis.layers:
            figure = self.context.figure(self.quantity, row.name, self.analysis)
            if isinstance(figure, int):
                summed += figure
            if row.name == self.layer:
                if isinstance(figure, int):
                    yield Candidate(summed, (Finding("running-total"),), 4)
            elif figure and figure not in seen:
                seen.add(figure)
                yield Candidate(figure, (Finding("another-layer", place=row.name),), 6)
        if isinstance(self.truth, int):
            yield Candidate(self.context.figure(self.quantity, None, self.analysis), (Finding("total-given"),), 4)


def other_analyses(context: Context) -> list[tuple[Finding, float, Analysis, int]]:
    """The network with sizes that a mistake makes wrong, throughout or in one layer, or with another input; with each
    the place of the first layer whose output is wrong. Kept with the context.
    """
    kept: dict[str, Any] = context.__dict__
    if "others" not in kept:
        kept["others"] = list(_others(context))
    found: list[tuple[Finding, float, Analysis, int]] = kept["others"]
    return found


def _others(context: Context) -> Iterator[tuple[Finding, float, Analysis, int]]:
    analysis = context.analysis
    for sizes in _other_inputs(context):
        try:
            other = context.analysed(network=context.network.with_input(sizes[1]))
        except CnncalcError:
            continue
        yield Finding("other-input", f"{sizes[0]}"), 2, other, -1
    places = {row.name: place for place, row in enumerate(analysis.layers)}
    for mistake in CATALOGUE.values():
        if OUTPUT not in mistake.quantities or mistake.rank > _COMMON or mistake.name in _NOT_CARRIED:
            continue
        outputs = {row.name: _output_under(mistake, analysis, row.visit) for row in analysis.layers}
        wrong = {name: made for name, made in outputs.items() if made and made[0] != analysis.row(name).output_shape}
        if not wrong:
            continue
        if len(wrong) > 1:
            everywhere = _made_throughout(context, mistake)
            if everywhere is not None:
                first = min(places[name] for name in wrong)
                detail = _together(detail for _, detail in wrong.values())
                yield Finding(mistake.name, detail), mistake.rank + _THROUGHOUT, everywhere, first
        for name, (shape, detail) in list(wrong.items())[:_MOST_ANCESTORS]:
            try:
                other = context.with_outputs({name: shape})
            except CnncalcError:
                continue
            yield Finding(mistake.name, detail, name), mistake.rank + _BEFORE, other, places[name]


def _other_inputs(context: Context) -> Iterator[tuple[str, Shape]]:
    shape = context.network.input
    if isinstance(shape, tuple) and len(shape) > 1 and len(set(shape[1:])) == 1 and shape[1] in _INPUTS:
        size = _INPUTS[shape[1]]
        yield str(size), (shape[0], *(size,) * (len(shape) - 1))


def _output_under(mistake: Mistake, analysis: Analysis, visit: Evaluated) -> tuple[Shape, str] | None:
    """What a layer makes under a mistake, in the first way in which it is made; None where it cannot be made."""
    task = Task(analysis, visit.node.name, OUTPUT, visit)
    for made in mistake.alter(task):
        figure = made.value()
        if isinstance(figure, tuple) and _possible(figure):
            return figure, made.detail
        break
    return None


def _made_throughout(context: Context, mistake: Mistake) -> Analysis | None:
    """The network where every layer's output is made under a mistake; None where some layer does not fit then."""
    analysis = context.analysis

    def made(node: Node, inputs: tuple[Shape, ...]) -> Shape:
        layer = node.layer
        output = layer.output(*inputs)
        visit = Evaluated(
            node,
            inputs,
            output,
            layer.parameters(*inputs),
            layer.buffers(*inputs),
            layer.operations(*inputs, output=output),
        )
        found = _output_under(mistake, analysis, visit)
        return output if found is None else found[0]

    try:
        return context.analysed(made)
    except CnncalcError:
        return None


def _summed(
    name: str, rank: float, total: int, changes: Mapping[str, tuple[int, str]], analysis: Analysis
) -> Iterator[Candidate]:
    """A mistake made in all layers where it changes something, in those of each kind, and in each of them alone."""
    yield _over(name, "", rank, total, list(changes.values()))
    kinds: dict[str, list[tuple[int, str]]] = {}
    for layer, change in changes.items():
        kinds.setdefault(analysis.row(layer).type, []).append(change)
        if len(changes) > 1:
            yield _over(name, layer, rank + _ALONE, total, [change])
    if len(kinds) > 1:
        for kind, within in kinds.items():
            yield _over(name, kind, rank + _KIND, total, within)


def _over(name: str, place: str, rank: float, total: int, changes: Sequence[tuple[int, str]]) -> Candidate:
    finding = Finding(name, _together([detail for _, detail in changes]), place)
    return Candidate(total + sum(change for change, _ in changes), (finding,), rank)


def _together(details: Iterable[str]) -> str:
    """What sentences on several layers need to know, in one."""
    different = list(dict.fromkeys(filter(None, details)))
    return ", ".join(different[:_MOST_DETAILS]) + (", …" if len(different) > _MOST_DETAILS else "")


def _candidate(task: Task, findings: tuple[Finding, ...], rank: float) -> Candidate:
    workings = () if task.figure is not None else task.workings()
    return Candidate(task.value(), findings, rank, workings)


def _possible(figure: Figure) -> bool:
    """Whether a figure can be an answer: no size below 1, nothing negative."""
    if isinstance(figure, tuple):
        return all(size >= 1 for size in figure)
    return figure is not None and figure >= 0


def _own(analysis: Analysis, layer: str) -> list[tuple[Shape, Shape]]:
    """The kernel's extent and the stride of every layer up to this one that has windows, one an axis."""
    found = []
    for row in analysis.layers:
        steps = row.layer.reads(*row.input_shapes)[0] if hasattr(row.layer, "kernel_size") else ()
        windows = [
            along for step in steps if isinstance(step, tuple) for along in step if isinstance(along, Sliding) and along.axis
        ]
        if windows:
            kernels = tuple(effective_kernel(along.kernel, along.dilation) for along in windows)
            found.append((kernels, tuple(along.stride for along in windows)))
        if row.name == layer:
            break
    return found
