"""A layer with open numbers, what arrives at it, and what it should make of that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.arithmetic import equal
from cnncalc.arithmetic.ranges import UNDECIDED, Maybe, Range, UndecidedError, ends
from cnncalc.arithmetic.recording import Recorded
from cnncalc.design.general_form import conditions, letter
from cnncalc.design.variables import letters
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.layers import Layer
from cnncalc.spec.layer_text import LayerForm, Place
from cnncalc.spec.reading import convert, plain, types_of

Sizes: TypeAlias = tuple[int | None, ...]
"""The sizes of a sample, channels first; None where a size is open."""

INPUT = "input"
_LOWS = (1, 0, -1, -16)
_HIGHS = (1, 16)
"""Where the types of hyper-parameters begin and end, as far as these are not larger than the sizes."""
_LARGER_INPUTS = 4
"""How many times larger than the largest size in question an open size of the input may be."""


class Question(Struct, frozen=True, dict=True):
    """What should stand in the open places of a layer and of its input so that it makes an output.

    Numbers of any kind can be tried in the places, in the order of ``places``; asked as a condition, a question says
    whether they are a solution.
    """

    form: LayerForm
    input: Sizes
    output: Sizes

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The layer's open places, then those of the input."""
        return (*self.form.open, *((INPUT, axis) for axis, size in enumerate(self.input) if size is None))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """A name for each place: ``stride``, ``kernel_size[0]``, and a letter for a size of the input: ``H``."""
        axes = letters(self.input)
        return tuple(
            axes[index or 0] if field == INPUT else field if index is None else f"{field}[{index}]"
            for field, index in self.places
        )

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """What each place is called in inequalities."""
        return tuple(
            name if place[0] == INPUT else letter(place) for place, name in zip(self.places, self.names, strict=True)
        )

    @cached_property
    def _flags(self) -> tuple[bool, ...]:
        """Which of the layer's open places take true and false."""
        return tuple(types_of(self.form.kind, field) == {bool} for field, _ in self.form.open)

    def filled(self, values: Sequence[Any]) -> tuple[tuple[Any, ...], Layer]:
        """What arrives, and the layer, with values in the open places; they are not checked."""
        count = len(self._flags)
        own = [
            bool(value) if flag and isinstance(value, int) else value
            for flag, value in zip(self._flags, values[:count], strict=True)
        ]
        remaining = iter(values[count:])
        return tuple([next(remaining) if size is None else size for size in self.input]), self.form.filled(own)

    def __call__(self, values: Sequence[Any]) -> bool | Maybe:
        """Whether the layer takes the input and makes the output, asked of numbers or of ranges."""
        sizes, layer = self.filled(values)
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

    def bounds(self, place: Place) -> tuple[int, int]:
        """The values that a place allows, up to the largest size in question."""
        largest = max([size for size in (*self.input, *self.output) if size is not None], default=1)
        field = place[0]
        if field == INPUT:
            return 1, _LARGER_INPUTS * largest
        if types_of(self.form.kind, field) == {bool}:
            return 0, 1
        low = min([low for low in (*_LOWS, -largest) if self.allows(place, low)], default=1)
        high = max([high for high in (*_HIGHS, largest) if self.allows(place, high)], default=low)
        return low, max(high, low)

    def allows(self, place: Place, value: int) -> bool:
        """Whether the type of a hyper-parameter, or of a size, allows a value."""
        if place[0] == INPUT:
            return value >= 1
        if types_of(self.form.kind, place[0]) == {bool}:
            return value in (0, 1)
        _, layer = self.filled([value if other == place else 1 for other in self.places])
        try:
            convert(plain(layer), self.form.kind, "", "")
        except SpecError:
            return False
        return True

    def out_of_reach(self, ranges: Sequence[tuple[int, int]]) -> list[str]:
        """Which sizes of the output cannot be as wanted anywhere within ranges, and how far they go.

        Raises CnncalcError where the input, or the number of sizes, cannot fit whatever the open numbers are.
        """
        sizes, layer = self.filled([Range(low, high) if low < high else low for low, high in ranges])
        try:
            for check in layer.checks(sizes):
                if check.holds is False and not any(isinstance(value, Range) for value in check.values):
                    raise CnncalcError(check.explain())
            made = layer.output(sizes)
        except (UndecidedError, TypeError, IndexError, ValueError):
            return []
        if len(made) != len(self.output):
            kind = self.form.kind.__name__
            raise CnncalcError(f"{kind} makes an output of {len(made)} sizes, but {len(self.output)} are wanted")
        found = []
        for axis, (size, wanted) in enumerate(zip(made, self.output, strict=True)):
            low, high = ends(size)
            if wanted is not None and not low <= wanted <= high:
                bound = f"at most {high}" if wanted > high else f"at least {low}"
                found.append(f"{letters(self.output)[axis]} is {low if low == high else bound}, not {wanted}")
        return found

    def general(self) -> list[str]:
        """What every solution meets, as inequalities; an axis whose formula is no plain sum or quotient is left out."""
        if not self.places:
            return []
        sizes, layer = self.filled([Recorded(1, symbol) for symbol in self.symbols])
        return conditions(layer, sizes, self.output)

    def with_field(self, field: str, value: Any) -> Question:
        """The same question with one hyper-parameter known."""
        return replace(self, form=LayerForm(self.form.kind, self.form.fields | {field: value}))
