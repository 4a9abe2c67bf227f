"""One figure of one layer as somebody works it out: the layer, what arrives at it, and how its formula is altered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Any, TypeVar

from msgspec import Struct, structs

from cnncalc.analysis import Analysis
from cnncalc.arithmetic.recording import Recorded
from cnncalc.evaluate import Evaluated
from cnncalc.homework.alterations import Alteration, altered
from cnncalc.homework.derivation import derive
from cnncalc.homework.quantities import Figure
from cnncalc.layers import Layer
from cnncalc.layers.base import Shape
from cnncalc.layers.reading import Sliding

OUTPUT, PARAMS, MACS, FLOPS, ACTIVATIONS = "output", "params", "macs", "flops", "activations"
Relation = TypeVar("Relation")


class Task(Struct, frozen=True):
    """A figure to be worked out: what of which layer.

    ``visit`` is the layer with its inputs, as somebody sees them; ``alterations`` are made to the formula, one after
    the other. ``figure`` stands where the formula is left behind altogether; ``detail`` goes into the mistake's
    sentence.
    """

    analysis: Analysis
    layer_name: str
    quantity: str
    visit: Evaluated
    alterations: tuple[Alteration, ...] = ()
    figure: Figure = None
    detail: str = ""

    @property
    def layer(self) -> Layer:
        """The layer, with hyper-parameters as somebody sees them."""
        return self.visit.node.layer

    @property
    def inputs(self) -> tuple[Shape, ...]:
        """The shapes that arrive, of one sample."""
        return self.visit.inputs

    @property
    def input(self) -> Shape:
        """The shape that arrives, or the first of several."""
        return self.inputs[0]

    def relations(self, kind: type[Relation]) -> list[Relation]:
        """How the output reads the first input, as far as it does so in relations of one kind."""
        steps = self.layer.reads(*self.inputs)[0]
        parts = [part for step in steps for part in (step if isinstance(step, tuple) else (step,))]
        return [part for part in parts if isinstance(part, kind)]

    def windows(self) -> list[Sliding]:
        """The windows along the axes behind the channels; none of a layer without a kernel."""
        slides = self.relations(Sliding) if hasattr(self.layer, "kernel_size") else []
        return [window for window in slides if window.axis > 0]

    def with_settings(self, **settings: Any) -> Task:
        """The same with other hyper-parameters."""
        return self.with_layer(structs.replace(self.layer, **settings))

    def with_layer(self, layer: Layer) -> Task:
        """The same of another layer on the same inputs."""
        node = structs.replace(self.visit.node, layer=layer)
        return structs.replace(self, visit=structs.replace(self.visit, node=node))

    def with_alteration(self, alteration: Alteration) -> Task:
        """The same by an altered formula."""
        return structs.replace(self, alterations=(*self.alterations, alteration))

    def with_figure(self, figure: Figure) -> Task:
        """The same with a figure that is not the formula's."""
        return structs.replace(self, figure=figure)

    def of(self, quantity: str) -> Any:
        """Another figure of the layer under the same mistakes: an int, or for ``output`` a shape."""
        return structs.replace(self, quantity=quantity).value()

    def workings(self) -> tuple[Recorded, ...]:
        """The figure's expressions: for ``output`` one an axis, else one. What the layer's own rules make is kept."""
        kept: dict[Any, tuple[Recorded, ...]] = self.analysis.__dict__.setdefault("workings", {})
        key = (self.layer, self.inputs, self.quantity)
        if key not in kept:
            row = structs.replace(self.analysis.row(self.layer_name), visit=self.visit)
            derivations = derive(structs.replace(self.analysis, layers=(row,)), self.layer_name, self.quantity)
            kept[key] = tuple(derivation.number for derivation in derivations)
        numbers = kept[key]
        for alteration in self.alterations:
            numbers = tuple(altered(number, alteration) for number in numbers)
        return numbers

    def value(self) -> Figure:
        """The figure: a shape for ``output``, else a count."""
        if self.figure is not None:
            return self.figure
        if self.quantity == OUTPUT:
            return tuple(number.value for number in self.workings())
        (number,) = self.workings()
        return number.value


class Mistake(Struct, frozen=True):
    """A mistake that people make: how it alters a task, of which quantities it can be one, and how common it is.
    Its sentence is ``mistake.NAME`` in the catalogues of messages.

    ``alter`` yields the task as somebody has it who makes the mistake, in every way in which it is made, and nothing
    where it cannot be made of the layer. ``rank`` is 1 for the commonest. One that is ``throughout`` takes all layers
    of a network for something else, never one of them.
    """

    name: str
    quantities: tuple[str, ...]
    rank: int
    alter: Callable[[Task], Iterable[Task]]
    throughout: bool = False


CATALOGUE: dict[str, Mistake] = {}
"""Every mistake by its name."""


def mistakes_about(quantity: str, rarest: float = inf) -> list[Mistake]:
    """The mistakes that can be made about a quantity, those that are no rarer than so."""
    return [each for each in CATALOGUE.values() if quantity in each.quantities and each.rank <= rarest]


def mistake(
    name: str, quantities: tuple[str, ...], rank: int, *, throughout: bool = False
) -> Callable[[Callable[[Task], Iterable[Task]]], Callable[[Task], Iterable[Task]]]:
    """Puts a function that alters tasks into the catalogue."""

    def enter(alter: Callable[[Task], Iterable[Task]]) -> Callable[[Task], Iterable[Task]]:
        CATALOGUE[name] = Mistake(name, quantities, rank, alter, throughout)
        return alter

    return enter
