"""The layers of a network while it is expanded: what they are called, what they read, and the shapes they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.arithmetic import left_open
from cnncalc.errors import SpecError, nearest
from cnncalc.layers import Layer
from cnncalc.layers.base import Shape
from cnncalc.spec.complaints import quote
from cnncalc.spec.network import INPUT

Source: TypeAlias = Any
"""What a layer reads: the position of a draft, the name of a network input, or a Reference."""

Advice: TypeAlias = Callable[[tuple[Shape, ...]], str]
"""What to say besides where the inputs of a layer do not fit, from their shapes."""


LONGEST_NAME = 1000
"""The most characters of a layer's full name."""

MOST_READS = 500_000
"""The most inputs that all layers may have together."""


class Step(Struct, frozen=True, gc=False):
    """One layer of the expanded network: its name, what it reads by name, and its place in the spec."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    where: str
    advice: Advice | None = None


class Reference(Struct, frozen=True, gc=False):
    """A name that a layer reads, as its spec writes it, to be found from the scope outwards."""

    name: str
    scope: str
    where: str
    block_input: tuple[Source, ...]


class UnknownNameError(SpecError):
    """A name that is not there, or not yet."""


class Draft(Struct, gc=False):
    """A layer that is not fully named yet."""

    name: str | None
    layer: Layer
    sources: tuple[Source, ...]
    where: str
    advice: Advice | None = None
    weights: tuple[Source, ...] = ()


class Drafts:
    """All drafts so far, and the names of layers and containers."""

    def __init__(self, inputs: Mapping[str, Shape]) -> None:
        self.inputs = inputs
        self.drafts: list[Draft] = []
        self.places: dict[str, Source] = {}
        self.stated_at: dict[str, str] = {}
        self.shapes: dict[Source, Shape] = dict(inputs)
        self.final: dict[str, Source] = {}
        self.early: dict[Reference, Source] = {}
        self.reads = 0

    def emit(
        self,
        name: str | None,
        layer: Layer,
        read: tuple[Source, ...],
        where: str,
        advice: Advice | None = None,
        weights: tuple[Source, ...] = (),
    ) -> tuple[Source, ...]:
        """Add a layer; its position, as what the next one reads. Raises SpecError where its name is taken, or where
        layers read more than a network may.

        ``weights`` are the layers whose tensors it uses.
        """
        self.reads += len(read) + len(weights)
        if self.reads > MOST_READS:
            raise SpecError(f"the layers have more than {MOST_READS} inputs in all", where=where)
        position = len(self.drafts)
        self.drafts.append(Draft(name, layer, read, where, advice, weights))
        if name is not None:
            self.place(name, position, where)
        return (position,)

    def place(self, name: str, source: Source, where: str) -> None:
        """Give a name to what a layer or a container makes. Raises SpecError where the name is taken."""
        if name in self.inputs or name.rpartition(".")[2] == INPUT:
            own = name == INPUT and name in self.inputs
            kind = "the network's own input" if own else "what a block or the network reads"
            raise SpecError(f'a layer cannot be named "{name}", which is {kind}', where=f"{where}.name")
        if len(name) > LONGEST_NAME:
            raise SpecError(f"its full name has more than {LONGEST_NAME} characters", where=f"{where}.name")
        if name in self.places:
            raise SpecError(f'the name "{name}" is taken by {self.stated_at[name]}', where=f"{where}.name")
        self.places[name] = source
        self.stated_at[name] = where

    def shape(self, source: Source, where: str) -> Shape:
        """The shape that a layer makes, worked out once, and without recursion since chains are long.

        Raises SpecError where it cannot be known yet, or where a layer's inputs do not fit.
        """
        pending = [source]
        opened: set[Any] = set()
        while pending:
            current = pending[-1]
            if current in self.shapes:
                pending.pop()
                continue
            draft = self.drafts[current]
            needed = [self.resolved(each) for each in draft.sources]
            missing = [each for each in needed if each not in self.shapes]
            if not opened.isdisjoint(missing):
                raise SpecError("in_channels is not known here: layers read each other in a circle", where=where)
            if missing:
                opened.add(current)
                pending += missing
                continue
            opened.discard(current)
            check_count(draft.name, draft.layer, draft.sources, draft.where)
            inputs = tuple(self.shapes[each] for each in needed)
            for check in draft.layer.checks(*inputs):
                if check.holds is not True and not left_open(check.holds) and not check.holds:
                    raise SpecError(f"{quote(draft.name)}: {check.explain()}", where=draft.where)
            self.shapes[current] = draft.layer.output(*inputs)
        return self.shapes[source]

    def resolved(self, source: Source) -> Any:
        """A reference as the position of a draft or the name of a network input; others as they are."""
        seen = []
        while isinstance(source, Reference):
            if source in seen:
                raise SpecError(f'"{source.name}" leads in a circle to itself', where=source.where)
            seen.append(source)
            source = self._find(source)
        return source

    def _find(self, reference: Reference) -> Any:
        scope = reference.scope
        while True:
            if scope + reference.name in self.places:
                return self.places[scope + reference.name]
            if not scope:
                break
            scope = scope[: scope.rstrip(".").rfind(".") + 1]
        if reference.name == INPUT and len(reference.block_input) == 1:
            return reference.block_input[0]
        if reference.name == INPUT and reference.block_input:
            several = f'"{INPUT}" is not one thing here, {len(reference.block_input)} arrive'
            raise SpecError(several, where=reference.where)
        if reference.name in self.final:
            return self.final[reference.name]
        if reference.name in self.inputs:
            return reference.name
        known = [*self.inputs, *self.places]
        message = f'nothing is named "{reference.name}" here{nearest(reference.name, known)}'
        raise UnknownNameError(message, where=reference.where)

    def _final_names(self) -> list[str]:
        """Each layer's name; one without a name of its own has its kind and a number."""
        counts: Counter[str] = Counter()
        names = []
        for draft in self.drafts:
            name = draft.name
            while name is None:
                kind = type(draft.layer).__name__.lower()
                counts[kind] += 1
                candidate = f"{kind}_{counts[kind]}"
                name = None if candidate in self.places or candidate in self.inputs else candidate
            names.append(name)
        return names

    def steps(self) -> list[Step]:
        """The drafts with all their names. Raises SpecError for names that are not there."""
        names = self._final_names()
        self.final = {name: position for position, name in enumerate(names)}
        for reference, source in self.early.items():
            if self.resolved(reference) != source:
                message = f'"{reference.name}" means another layer further down than the one that in_channels is of'
                raise SpecError(message, where=reference.where)
        steps = []
        for name, draft in zip(names, self.drafts, strict=True):
            read = tuple([self._source_name(source, names) for source in draft.sources])
            check_count(name, draft.layer, read, draft.where)
            layer = self._sharing(draft, names) if draft.weights else draft.layer
            steps.append(Step(name, layer, read, draft.where, draft.advice))
        return steps

    def _sharing(self, draft: Draft, names: list[str]) -> Layer:
        """A layer with the full names of those whose weights it uses. Raises SpecError for what is no layer."""
        found = []
        for source in draft.weights:
            position = self.resolved(source)
            if not isinstance(position, int):
                raise SpecError(f'"{source.name}" is an input and has no weights', where=source.where)
            if self.drafts[position] is draft:
                raise SpecError("a layer cannot share its own weights with itself", where=source.where)
            found.append(names[position])
        return replace(draft.layer, weights=tuple(found))

    def outputs(self, stated: Sequence[str] | None) -> tuple[str, ...]:
        """The names of the network's outputs: as stated, a container for its last layer; otherwise the last layer.

        To be asked for after the steps. Raises SpecError for names that are not there.
        """
        names = list(self.final)
        if stated is None:
            return (names[-1],)
        references = [Reference(name, "", f"$.outputs[{index}]", ()) for index, name in enumerate(stated)]
        return tuple(self._source_name(reference, names) for reference in references)

    def _source_name(self, source: Source, names: list[str]) -> str:
        found = self.resolved(source)
        return names[found] if isinstance(found, int) else str(found)


def check_count(name: str | None, layer: Layer, sources: Sequence[Source], where: str) -> None:
    """That a layer reads as many inputs as its kind takes. Raises SpecError."""
    least, most = layer.least_inputs, layer.most_inputs
    if len(sources) < least or (most is not None and len(sources) > most):
        takes = f"{'at least ' if most != least else ''}{least} input{'' if least == 1 else 's'}"
        kind = type(layer).__name__
        found = ", ".join(sources) if all(isinstance(source, str) for source in sources) else ""
        subject = f'"{name}" ({kind})' if name else kind
        message = f"{subject} takes {takes}, found {len(sources)}{f': {found}' if found else ''}"
        raise SpecError(message, where=where)
