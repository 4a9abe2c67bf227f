"""The question asked backwards: which hyper-parameters make this output of that input."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, product
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.arithmetic import equal
from cnncalc.arithmetic.ranges import UNDECIDED, Range, Undecided, UndecidedError
from cnncalc.design.general_form import general_form, letter
from cnncalc.design.rarity import rarity
from cnncalc.design.search import Box, TooMuchWorkError, count, solutions
from cnncalc.errors import CnncalcError, SpecError, nearest
from cnncalc.layers import Layer
from cnncalc.layers.base import LARGEST_SIZE, Operations, elements
from cnncalc.spec.layer_text import UNKNOWN, LayerForm, Place, form_from_text
from cnncalc.spec.reading import convert, plain, types_of

Sizes: TypeAlias = Sequence[int | None]
"""The sizes of a sample, channels first; None where a size is open."""

INPUT = "input"
_MOST_BOXES = 25_000
_MOST_POINTS = 50_000
_SMALLEST_RANGE = 8
_LOWS = (1, 0, -1, -16)
_HIGHS = (1, 16)
"""Where the types of hyper-parameters begin and end, as far as these are not larger than the sizes."""


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
    """All solutions within ``ranges``, as boxes of values; the ranges ``narrowed`` had to be made smaller."""

    form: LayerForm
    input: tuple[int | None, ...]
    output: tuple[int | None, ...]
    ranges: dict[str, tuple[int, int]]
    boxes: tuple[Box, ...]
    narrowed: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many solutions there are within the ranges."""
        return count(self.boxes)

    @cached_property
    def general(self) -> list[str]:
        """What every solution meets, within the ranges or not, as inequalities; see :mod:`.general_form`."""
        if None in self.input or not self.form.open:
            return []
        return general_form(self.form, [size for size in self.input if size is not None], self.output)

    def at_stride(self, stride: int) -> list[str]:
        """The same for one stride, where the stride is open for all axes."""
        fields = self.form.fields | {"stride": stride}
        return replace(self, form=LayerForm(self.form.kind, fields)).general

    def letters(self) -> dict[str, str]:
        """What each open number is called in the inequalities."""
        return {_name(place): letter(place) for place in self.form.open}

    def best(self, most: int = 20) -> list[Solution]:
        """The first solutions in order of :func:`~cnncalc.design.rarity.rarity`, each checked once more.

        Of more than 50,000 solutions those in the corner of each box where its values are small are put in order.
        """
        extent = max((high - low for low, high in self.ranges.values()), default=0)
        while count(self._corners(extent)) > _MOST_POINTS:
            extent //= 2
        ranked = []
        for box in self._corners(extent):
            for point in product(*(range(low, high + 1) for low, high in box)):
                sizes, layer = self._filled(point)
                ranked.append((rarity(layer, sizes), point))
        kept = heapq.nsmallest(most, ranked)
        if not kept:
            return []
        found = [(rank, point, self._solution(point)) for rank, point in ranked if rank <= kept[-1][0] + 1]
        found.sort(key=lambda entry: (entry[0] + (not entry[2].exact), sum(map(abs, entry[1])), entry[1]))
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

    def _filled(self, values: Sequence[Any]) -> tuple[tuple[Any, ...], Layer]:
        return _filled(self.form, self.input, values)

    def _solution(self, point: tuple[int, ...]) -> Solution:
        sizes, layer = self._filled(point)
        kind = type(layer)
        layer = convert(plain(layer), kind, kind.__name__, kind.__name__)
        for check in layer.checks(sizes):
            assert check.holds is True, check.explain()
        output = layer.output(sizes)
        assert len(output) == len(self.output)
        assert all(size == wanted for size, wanted in zip(output, self.output, strict=True) if wanted is not None)
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
    input: Sizes,
    output: Sizes | Literal["same"],
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
    form = _without_unasked(form, arriving, output)
    wanted = (None, *arriving[1:]) if output == "same" else _sizes(output, "output")
    places = [*form.open, *((INPUT, axis) for axis, size in enumerate(arriving) if size is None)]
    if not places:
        raise CnncalcError(f"nothing is open: write ? for what {kind} should be asked for")
    largest = max([size for size in (*arriving, *wanted) if size is not None], default=1)
    names = [_name(place) for place in places]
    stated = dict(ranges or {})
    for name in stated:
        if name not in names:
            raise CnncalcError(f"no open number is called {name!r}{nearest(name, names)}; there is {', '.join(names)}")
    bounds = {
        name: stated.get(name) or _bounds(form, place, largest) for name, place in zip(names, places, strict=True)
    }
    for name, (low, high) in bounds.items():
        if not -LARGEST_SIZE <= low <= high <= LARGEST_SIZE:
            raise CnncalcError(f"the range of {name} should go from a least to a greatest number, found {low}:{high}")
    condition = _Condition(form, arriving, wanted)
    condition.raise_if_hopeless([Range(low, high) for low, high in bounds.values()])
    found = _found(bounds, condition)
    searched = bounds
    cap = _SMALLEST_RANGE
    while found is None or searched is not bounds:
        tried = {name: ends if name in stated else (ends[0], min(ends[1], cap)) for name, ends in bounds.items()}
        boxes = None if tried in (searched, bounds) else _found(tried, condition)
        if boxes is None:
            break
        found, searched = boxes, tried
        cap *= 2
    if found is None:
        raise CnncalcError("that is too much to look at; state smaller ranges, or fewer ?")
    narrowed = tuple(name for name in names if searched[name] != bounds[name])
    return Solved(form, arriving, wanted, searched, found, narrowed)


def _found(ranges: dict[str, tuple[int, int]], condition: _Condition) -> tuple[Box, ...] | None:
    """All solutions within ranges; None where that is too much to look at."""
    try:
        return tuple(solutions(tuple(ranges.values()), condition, _MOST_BOXES))
    except TooMuchWorkError:
        return None


class _Condition(Struct, frozen=True):
    """Whether a layer takes the input and makes the output, asked of numbers or of ranges."""

    form: LayerForm
    input: tuple[int | None, ...]
    output: tuple[int | None, ...]

    def __call__(self, values: Sequence[Any]) -> bool | Undecided:
        sizes, layer = _filled(self.form, self.input, values)
        settled = True
        for check in layer.checks(sizes):
            if check.holds is False:
                return False
            settled &= check.holds is True
        made = layer.output(sizes)
        if len(made) != len(self.output):
            return False
        for size, wanted in zip(made, self.output, strict=True):
            if wanted is not None:
                same = equal(size, wanted)
                if same is False:
                    return False
                settled &= same is True
        return settled or UNDECIDED

    def raise_if_hopeless(self, values: Sequence[Any]) -> None:
        """Raise CnncalcError where the input or the number of sizes cannot fit, whatever the open numbers are."""
        sizes, layer = _filled(self.form, self.input, values)
        kind = self.form.kind.__name__
        try:
            for check in layer.checks(sizes):
                if check.holds is False and not any(isinstance(value, Range) for value in check.values):
                    raise CnncalcError(check.explain())
            made = len(layer.output(sizes))
        except (UndecidedError, TypeError, IndexError, ValueError):
            return
        if made != len(self.output):
            raise CnncalcError(f"{kind} makes an output of {made} sizes, but {len(self.output)} are wanted")


def _filled(form: LayerForm, input: Sizes, values: Sequence[Any]) -> tuple[tuple[Any, ...], Layer]:
    """The shape that arrives, and the layer, with values in their open places, the layer's first."""
    count = len(form.open)
    own = [
        value if isinstance(value, Range) or types_of(form.kind, field) != {bool} else bool(value)
        for (field, _), value in zip(form.open, islice(values, count), strict=True)
    ]
    remaining = iter(values[count:])
    return tuple(next(remaining) if size is None else size for size in input), form.filled(own)


def _without_unasked(form: LayerForm, arriving: Sizes, output: Sizes | Literal["same"]) -> LayerForm:
    """The form with the channels that the output states, or that it keeps, where the text leaves them out."""
    if form.fields.get("out_channels") is not UNKNOWN:
        return form
    wanted = arriving[0] if output == "same" else next(iter(output), None)
    return form if wanted is None else LayerForm(form.kind, form.fields | {"out_channels": wanted})


def _bounds(form: LayerForm, place: Place, largest: int) -> tuple[int, int]:
    """The values that a place allows, up to the largest size in question."""
    field = place[0]
    if field == INPUT:
        return 1, max(4 * largest, _SMALLEST_RANGE)
    if types_of(form.kind, field) == {bool}:
        return 0, 1
    low = min([low for low in (*_LOWS, -largest) if _allows(form, place, low)], default=1)
    high = max([high for high in (*_HIGHS, largest) if _allows(form, place, high)], default=low)
    return low, max(high, low)


def _allows(form: LayerForm, place: Place, value: int) -> bool:
    """Whether the type of a hyper-parameter allows a value."""
    _, layer = _filled(form, (), [value if other == place else 1 for other in form.open])
    try:
        convert(plain(layer), form.kind, "", "")
    except SpecError:
        return False
    return True


def _sizes(sizes: Sizes, title: str) -> tuple[int | None, ...]:
    found = tuple(sizes)
    if not found or not all(size is None or 1 <= size <= LARGEST_SIZE for size in found):
        raise CnncalcError(f"the {title} should be sizes of 1 to {LARGEST_SIZE}, found {found}")
    return found


def _name(place: Place) -> str:
    field, index = place
    return field if index is None else f"{field}[{index}]"
