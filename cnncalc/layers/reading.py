"""What one output element of a layer reads of an input, axis by axis: the rules that receptive fields follow from.

A layer's ``reads`` gives a :data:`Reading` for each input. Along an axis, the same few relations cover every kind: a
window that slides, its transpose, bins, interpolation, groups, or everything. They speak of the axis alone, as if it
went on for ever; ``border`` says what is read where an index lies outside of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Literal, TypeAlias

from msgspec import Struct

from cnncalc.arithmetic import Number, gcd
from cnncalc.layers.formulas import (
    adaptive_first,
    adaptive_last,
    effective_kernel,
    transposed_taps,
)

Border: TypeAlias = Literal["nothing", "clamp", "reflect"]


class Everything(Struct, frozen=True, gc=False):
    """All of an input's axis. ``axis`` names the output's axis along which an element also has a place of its own in
    the input, as in a normalisation; None where it has none, as behind a global pool.
    """

    axis: int | None = None


class Along(Struct, frozen=True, gc=False):
    """An input's axis read along the output's axis ``axis``.

    Output element ``q·period + phase`` reads the elements ``q·shift + tap`` for the ``taps`` of that phase.
    """

    axis: int
    bounded: ClassVar[bool] = False
    """Whether there is no more of the same: elements outside of the input, or units behind the first period."""
    always: ClassVar[bool] = True
    """Whether every element of the output reads an element that is there."""

    @property
    def border(self) -> Border:
        return "nothing"

    @property
    def period(self) -> int:
        return 1

    @property
    def shift(self) -> int:
        return 1

    def taps(self, phase: int) -> Sequence[int]:
        """What the element ``phase`` of the output's first period reads."""
        raise NotImplementedError


class Sliding(Along, frozen=True, gc=False):
    """A window: element i reads ``i·stride − before + k·dilation`` for each of the kernel's k.

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016).
    """

    kernel: Number = 1
    stride: Number = 1
    before: Number = 0
    dilation: Number = 1
    at_border: Border = "nothing"

    @property
    def border(self) -> Border:
        return self.at_border

    @property
    def shift(self) -> int:
        return self.stride

    def taps(self, phase: int) -> range:
        return range(-self.before, effective_kernel(self.kernel, self.dilation) - self.before, self.dilation)


class Placed(Along, frozen=True, gc=False):
    """A piece of a longer axis, behind ``offset`` elements of others: element i reads ``i − offset``."""

    offset: int
    bounded: ClassVar[bool] = True

    def taps(self, phase: int) -> range:
        return range(-self.offset, 1 - self.offset)


class Until(Along, frozen=True, gc=False):
    """All up to its own place, of an axis of ``size`` elements: element i reads the elements 0 to i."""

    size: int
    bounded: ClassVar[bool] = True

    @property
    def period(self) -> int:
        return self.size

    def taps(self, phase: int) -> range:
        return range(phase + 1)


class Spread(Along, frozen=True, gc=False):
    """The transpose of a window, which writes where the window would read: every ``stride`` elements one input element
    more. Source: Dumoulin and Visin (2016), section 4.
    """

    kernel: int
    stride: int
    before: int
    dilation: int = 1
    always: ClassVar[bool] = False

    @property
    def period(self) -> int:
        return self.stride

    def taps(self, phase: int) -> Sequence[int]:
        return transposed_taps(phase, self.kernel, self.stride, self.before, self.dilation)


class Binned(Along, frozen=True, gc=False):
    """The windows of an adaptive pool of ``size`` elements to ``output``."""

    size: int
    output: int

    @property
    def period(self) -> int:
        return self.output

    @property
    def shift(self) -> int:
        return self.size

    def taps(self, phase: int) -> range:
        return range(adaptive_first(phase, self.size, self.output), adaptive_last(phase, self.size, self.output) + 1)


class Resampled(Along, frozen=True, gc=False):
    """Interpolation: element i lies at ``(numerator·i + offset)/denominator`` of the input, with a positive numerator.

    Where that is not whole, ``before`` elements before the one below it and ``behind`` elements behind that are read
    with it. The border's element stands for those outside.
    """

    numerator: int
    denominator: int
    offset: int = 0
    before: int = 0
    behind: int = 0

    @property
    def border(self) -> Border:
        return "clamp"

    @property
    def period(self) -> int:
        return self.denominator // gcd(self.numerator, self.denominator)

    @property
    def shift(self) -> int:
        return self.numerator // gcd(self.numerator, self.denominator)

    def taps(self, phase: int) -> range:
        place, rest = divmod(self.numerator * phase + self.offset, self.denominator)
        return range(place - self.before, place + self.behind + 1) if rest else range(place, place + 1)


class Grouped(Along, frozen=True, gc=False):
    """Groups: each element of a group of ``outputs`` reads all ``inputs`` elements of its group."""

    inputs: int = 1
    outputs: int = 1

    @property
    def period(self) -> int:
        return self.outputs

    @property
    def shift(self) -> int:
        return self.inputs

    def taps(self, phase: int) -> range:
        return range(self.inputs)


class Listed(Along, frozen=True, gc=False):
    """Element i reads the elements that row i of the table lists, in whatever order."""

    table: tuple[tuple[int, ...], ...]
    bounded: ClassVar[bool] = True

    @property
    def period(self) -> int:
        return len(self.table)

    def taps(self, phase: int) -> tuple[int, ...]:
        return self.table[phase]


class Dealt(Along, frozen=True, gc=False):
    """The elements of ``hands`` equal runs in turn, one of each: the first of every run, then the second of every run.

    Each run has ``run`` elements.
    """

    hands: int
    run: int

    @property
    def period(self) -> int:
        return self.hands

    def taps(self, phase: int) -> range:
        return range(phase * self.run, phase * self.run + 1)


class Rearranged(Struct, frozen=True, gc=False):
    """The same elements, in the same order, in another shape."""

    before: tuple[int, ...]
    after: tuple[int, ...]


Axes: TypeAlias = tuple[Along | Everything, ...]
"""For each axis of what is read, how."""
Reading: TypeAlias = tuple[Axes | Rearranged, ...]
"""What is done to an input, step by step; no step where every element reads the one in its own place."""

SAME: Reading = ()
NOTHING: Reading = ((),)
"""How an input is read of which only the shape matters."""
CHANNELS = Everything()
"""All input channels, as a convolution of one group reads them."""


def grouped_channels(groups: int, inputs: int, outputs: int) -> Along | Everything:
    """The channels that a convolution of so many groups reads: those of its group, all where there is only one."""
    return CHANNELS if groups == 1 else Grouped(0, inputs // groups, outputs // groups)


@lru_cache
def each(axis: int) -> Sliding:
    """One element read in its own place along the output's axis ``axis``."""
    return Sliding(axis)


def along_one(axis: int, along: Along | Everything, axes: int) -> Axes:
    """One of so many axes read in some way, and along the others each element in its own place."""
    return tuple(along if other == axis else each(other) for other in range(axes))


def shapes_along(reading: Reading, x: tuple[int, ...], output: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The shape before each step of a reading, and behind the last."""
    shapes = [x]
    for step, following in zip(reading, (*reading[1:], None), strict=True):
        if isinstance(step, Rearranged):
            shapes.append(step.after)
        else:
            shapes.append(following.before if isinstance(following, Rearranged) else output)
    return shapes
