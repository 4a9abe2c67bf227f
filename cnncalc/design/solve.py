"""The question asked backwards: which hyper-parameters make this output of that input."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Literal

from msgspec import Struct

from cnncalc.design.question import Question, Sizes
from cnncalc.design.rarity import rarity
from cnncalc.design.search import Box, TooMuchWorkError, count, solutions
from cnncalc.errors import CnncalcError, nearest
from cnncalc.layers import Layer
from cnncalc.layers.base import LARGEST_SIZE, Operations, elements
from cnncalc.spec.layer_text import UNKNOWN, LayerForm, form_from_text
from cnncalc.spec.reading import convert, plain

_MOST_BOXES = 25_000
_MOST_POINTS = 50_000
_SMALLEST_RANGE = 8


class Solution(Struct, frozen=True):
    """A layer that makes the output: its values in the open places, and what it costs a sample.

    ``exact`` says that no window was rounded away.
    """

    values: dict[str, int]
    layer: Layer
    input: tuple[int, ...]
    output: tuple[int, ...]
    params: int
    operations: Operations
    exact: bool


class Solved(Struct, frozen=True, dict=True):
    """All solutions within ``ranges``, as boxes of values.

    The ranges ``narrowed`` had to be made smaller; ``reasons`` say what of the output cannot be within the ranges.
    """

    question: Question
    ranges: dict[str, tuple[int, int]]
    boxes: tuple[Box, ...]
    narrowed: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many solutions there are within the ranges."""
        return count(self.boxes)

    @cached_property
    def general(self) -> list[str]:
        """What every solution meets, within the ranges or not, as inequalities; see :mod:`.general_form`."""
        return self.question.general()

    def at_stride(self, stride: int) -> list[str]:
        """The same for one stride, where the stride is open for all axes."""
        return self.question.with_field("stride", stride).general()

    def symbols(self) -> dict[str, str]:
        """What each open number is called in the inequalities."""
        return dict(zip(self.ranges, self.question.symbols, strict=True))

    def best(self, most: int = 20) -> list[Solution]:
        """The first solutions in order of :func:`~cnncalc.design.rarity.rarity`, each checked once more.

        Of equally common ones those that divide exactly come first, then those of small values.

        Of more than 50,000 solutions those in the corner of each box where its values are small are put in order.
        """
        extent = max((high - low for low, high in self.ranges.values()), default=0)
        while count(self._corners(extent)) > _MOST_POINTS:
            extent //= 2
        ranked = []
        for box in self._corners(extent):
            for point in product(*(range(low, high + 1) for low, high in box)):
                sizes, layer = self.question.filled(point)
                ranked.append((rarity(layer, sizes), point))
        kept = heapq.nsmallest(most, ranked)
        if not kept:
            return []
        found = [(rank, point, self._solution(point)) for rank, point in ranked if rank <= kept[-1][0]]
        found.sort(key=lambda entry: (entry[0], not entry[2].exact, sum(map(abs, entry[1])), entry[1]))
        return [solution for _, _, solution in found[:most]]

    def __iter__(self) -> Iterator[Solution]:
        """Every solution, checked once more, in no particular order."""
        for box in self.boxes:
            for point in product(*(range(low, high + 1) for low, high in box)):
                yield self._solution(point)

    def _values(self, layer: Layer, point: tuple[int, ...]) -> dict[str, int]:
        """The values by the names of their places; of a hyper-parameter as the layer has it, true and false too."""
        return {name: getattr(layer, name, value) for name, value in zip(self.ranges, point, strict=True)}

    def _corners(self, extent: int) -> list[Box]:
        return [tuple((low, min(high, low + extent)) for low, high in box) for box in self.boxes]

    def _solution(self, point: tuple[int, ...]) -> Solution:
        sizes, layer = self.question.filled(point)
        kind = type(layer)
        layer = convert(plain(layer), kind, kind.__name__, kind.__name__)
        for check in layer.checks(sizes):
            assert check.holds is True, check.explain()
        output = layer.output(sizes)
        wanted = self.question.output
        assert all(size == need for size, need in zip(output, wanted, strict=True) if need is not None)
        return Solution(
            self._values(layer, point),
            layer,
            sizes,
            output,
            elements(layer.parameters(sizes)),
            layer.operations(sizes, output=output),
            all(note.code != "inexact-division" for note in layer.notes(sizes)),
        )


def solve(
    layer: str | LayerForm,
    input: Sequence[int | None],
    output: Sequence[int | None] | Literal["same"],
    ranges: Mapping[str, tuple[int, int]] | None = None,
) -> Solved:
    """Every whole number that can stand in a layer's open places so that it makes ``output`` of ``input``.

    ``layer`` is a text such as ``"Conv2d(kernel_size=?, stride=?, padding=1)"``; what the kind needs and the text
    leaves out is open as well, and so are sizes of None in ``input``. A size of None in ``output`` may be anything;
    ``"same"`` asks for the input's sizes behind the channels. ``ranges`` are the least and greatest values to look at,
    by the places' names; otherwise they go up to the largest size in question, and are made smaller where that is too
    much to look at. Raises CnncalcError where nothing can be asked.

    >>> solved = solve("Conv2d(kernel_size=5, padding=?, dilation=2)", (64, 28, 28), "same")
    >>> [solution.values["padding"] for solution in solved]
    [4]
    """
    form = form_from_text(layer) if isinstance(layer, str) else layer
    kind = form.kind.__name__
    if form.kind.least_inputs != 1:
        raise CnncalcError(f"{kind} takes {form.kind.least_inputs} inputs; solve asks about layers of one")
    arriving = _sizes(input, "input")
    wanted: Sizes = (None, *arriving[1:]) if output == "same" else _sizes(output, "output")
    question = Question(_with_known_channels(form, arriving, "same" if output == "same" else wanted), arriving, wanted)
    names = question.names
    if not names:
        raise CnncalcError(f"nothing is open: write ? for what {kind} should be asked for")
    stated = dict(ranges or {})
    for name in stated:
        if name not in names:
            raise CnncalcError(f"no open number is called {name!r}{nearest(name, names)}; there is {', '.join(names)}")
    bounds = {
        name: stated.get(name) or question.bounds(place) for name, place in zip(names, question.places, strict=True)
    }
    for name, (low, high) in bounds.items():
        if not -LARGEST_SIZE <= low <= high <= LARGEST_SIZE:
            raise CnncalcError(f"the range of {name} should go from a least to a greatest number, found {low}:{high}")
    for name, place in zip(names, question.places, strict=True):
        for end in bounds[name]:
            if not question.allows(place, end):
                raise CnncalcError(f"the range of {name} goes beyond what {kind} takes: {end}")
    reasons = tuple(question.out_of_reach(tuple(bounds.values())))
    searched, boxes = (bounds, ()) if reasons else _searched(question, bounds, stated)
    narrowed = tuple(name for name in names if searched[name] != bounds[name])
    return Solved(question, searched, boxes, narrowed, reasons)


def _searched(
    question: Question, bounds: dict[str, tuple[int, int]], stated: Mapping[str, object]
) -> tuple[dict[str, tuple[int, int]], tuple[Box, ...]]:
    """All solutions within ranges: those asked for, or, where that is too much, the largest powers of two that are not.

    Raises CnncalcError where even the smallest are too much to look at.
    """
    boxes = _found(question, bounds)
    if boxes is not None:
        return bounds, boxes
    best = None
    cap = _SMALLEST_RANGE
    while True:
        ranges = {name: ends if name in stated else (ends[0], min(ends[1], cap)) for name, ends in bounds.items()}
        repeated = ranges == bounds or (best is not None and ranges == best[0])
        boxes = None if repeated else _found(question, ranges)
        if boxes is None:
            break
        best = ranges, boxes
        cap *= 2
    if best is None:
        raise CnncalcError("that is too much to look at; state smaller ranges, or fewer ?")
    return best


def _found(question: Question, ranges: dict[str, tuple[int, int]]) -> tuple[Box, ...] | None:
    """All solutions within ranges; None where that is too much to look at."""
    try:
        return tuple(solutions(tuple(ranges.values()), question, _MOST_BOXES))
    except TooMuchWorkError:
        return None


def _with_known_channels(form: LayerForm, arriving: Sizes, output: Sizes | Literal["same"]) -> LayerForm:
    """The form with the channels that the output states, or that it keeps, where the text leaves them out and asks for
    something else.
    """
    others_open = len(form.open) > 1 or None in arriving
    if form.fields.get("out_channels") is not UNKNOWN or not others_open:
        return form
    wanted = arriving[0] if output == "same" else next(iter(output), None)
    return form if wanted is None else LayerForm(form.kind, form.fields | {"out_channels": wanted})


def _sizes(sizes: Sequence[int | None], title: str) -> Sizes:
    found = tuple(sizes)
    if not found or not all(size is None or 1 <= size <= LARGEST_SIZE for size in found):
        raise CnncalcError(f"the {title} should be sizes of 1 to {LARGEST_SIZE}, found {found}")
    return found
