"""The wrong figures that a question's mistakes lead to, worked out once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import structs

from cnncalc.analysis import Analysis
from cnncalc.homework.context import Context
from cnncalc.homework.field_candidates import field_singles
from cnncalc.homework.field_mistakes import JUMP, SIZE
from cnncalc.homework.findings import Asked, Candidate, Finding, is_possible
from cnncalc.homework.layer_candidates import layer_pairs, layer_singles
from cnncalc.homework.other_sizes import by_other_sizes
from cnncalc.homework.quantities import Figure
from cnncalc.homework.task import ACTIVATIONS, FLOPS, MACS, PARAMS
from cnncalc.homework.total_candidates import total_pairs, total_singles

_SUMMED = (PARAMS, MACS, FLOPS, ACTIVATIONS)
_MEMORY: Mapping[str, tuple[str, ...]] = {
    "weight_bytes": (PARAMS,),
    "activation_bytes": (ACTIVATIONS,),
    "total_bytes": (PARAMS, ACTIVATIONS),
    "space": (PARAMS, ACTIVATIONS),
}
_LEFT_OUT = ("layer-left-out", "kind-left-out", "layer-twice", "one-layer-only", "one-kind-only")
_IN_ONE_PART = 2.0
"""How much rarer it is that a layer is left out of one count only of several."""


class Candidates:
    """The wrong figures of one question.

    With an ``analysis`` of somebody's own sizes, of mistakes made in the layer itself on top of those.
    """

    def __init__(self, context: Context, layer: str | None, quantity: str, analysis: Analysis | None = None) -> None:
        on_top = analysis is not None
        analysis = analysis or context.analysis
        self.asked = Asked(context, analysis, layer, quantity, context.figure(quantity, layer, analysis), on_top)

    @property
    def truth(self) -> Figure:
        """The right figure, from the sizes that it is worked out from."""
        return self.asked.truth

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
            if candidate.figure != self.truth and is_possible(candidate.figure):
                kept.setdefault((candidate.figure, candidate.findings), candidate)
        return tuple(kept.values())

    def _singles(self) -> Iterator[Candidate]:
        asked = self.asked
        if asked.quantity in (SIZE, JUMP):
            yield from field_singles(asked)
        elif asked.quantity in _MEMORY:
            parts = self._parts(lambda part: part.singles)
            yield from self._in_bytes(parts)
            yield from self._of_space() if asked.quantity == "space" else self._of_memory()
        else:
            if asked.quantity in _SUMMED and asked.layer is None:
                yield from total_singles(asked)
            else:
                yield from layer_singles(asked, asked.analysis.row(asked.layer_or_last))
            if not asked.on_top:
                yield from by_other_sizes(asked)
        if not asked.on_top:
            yield from self._of_others()

    def _pairs(self) -> Iterator[Candidate]:
        asked = self.asked
        if asked.on_top:
            return
        if asked.quantity in _MEMORY:
            yield from self._in_bytes(self._parts(lambda part: part.pairs))
        elif asked.quantity in _SUMMED and asked.layer is None:
            yield from total_pairs(asked)
        else:
            yield from layer_pairs(asked, asked.analysis.row(asked.layer_or_last))

    def _parts(self, chosen: Callable[[Candidates], tuple[Candidate, ...]]) -> dict[str, tuple[Candidate, ...]]:
        """The candidates of each count that a memory is made of."""
        context, layer = self.asked.context, self.asked.layer
        analysis = self.asked.analysis if self.asked.on_top else None
        return {base: chosen(Candidates(context, layer, base, analysis)) for base in _MEMORY[self.asked.quantity]}

    def _in_bytes(self, parts: Mapping[str, tuple[Candidate, ...]]) -> Iterator[Candidate]:
        """One count of the memory wrong, the other right, as so many bytes a value."""
        counts = self._counts()
        for base, candidates in parts.items():
            for candidate in candidates:
                figure: Any = candidate.figure
                values = sum(counts.values()) - counts[base] + figure
                width = 1 if self.asked.quantity == "space" else self.asked.context.width
                rarer = _IN_ONE_PART if len(parts) > 1 and candidate.findings[0].name in _LEFT_OUT else 0.0
                yield structs.replace(candidate, figure=width * values, rank=candidate.rank + rarer)

    def _counts(self) -> dict[str, Any]:
        asked = self.asked
        return {base: asked.context.figure(base, asked.layer, asked.analysis) for base in _MEMORY[asked.quantity]}

    def _of_space(self) -> Iterator[Candidate]:
        for part, count in self._counts().items():
            yield Candidate(count, (Finding("another-quantity", part),), 2)

    def _of_memory(self) -> Iterator[Candidate]:
        values: int = sum(self._counts().values())
        width = self.asked.context.width
        yield Candidate(values, (Finding("values-for-bytes", str(width)),), 1)
        yield Candidate(8 * width * values, (Finding("bits-for-bytes"),), 2)
        for size in (2, 4, 8):
            yield Candidate(size * values, (Finding("other-width", str(size)),), 3)
        yield Candidate(2 * width * values, (Finding("memory-doubled"),), 4)
        for other in _MEMORY:
            if other not in (self.asked.quantity, "space"):
                figure = self.asked.context.figure(other, self.asked.layer, self.asked.analysis)
                yield Candidate(figure, (Finding("other-memory", other),), 2)

    def _of_others(self) -> Iterator[Candidate]:
        """The figure of another layer, of several or of the whole, and of one sample or all."""
        asked, truth = self.asked, self.truth
        batch = asked.context.batch
        if isinstance(truth, int):
            yield Candidate(truth * batch, (Finding("batch-multiplied"),), 2)
            if truth % batch == 0:
                yield Candidate(truth // batch, (Finding("batch-forgotten"),), 1)
        if asked.layer is None:
            return
        summed = 0
        seen: set[Figure] = set()
        for row in asked.context.analysis.layers:
            figure = asked.context.figure(asked.quantity, row.name)
            if isinstance(figure, int):
                summed += figure
            if row.name == asked.layer:
                if isinstance(figure, int):
                    yield Candidate(summed, (Finding("running-total"),), 4)
            elif figure and figure not in seen:
                seen.add(figure)
                yield Candidate(figure, (Finding("another-layer", place=row.name),), 6)
        if isinstance(truth, int):
            yield Candidate(asked.context.figure(asked.quantity, None), (Finding("total-given"),), 4)
