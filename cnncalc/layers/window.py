"""Layers that slide a window over their input: what convolutions and pools share, for any number of axes."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar

from msgspec import Meta, Struct

from cnncalc.arithmetic import Number, equal, is_single, maximum, prod
from cnncalc.layers.axes import AXES, of_rank
from cnncalc.layers.base import Check, Layer, NonNegative, Note, Positive, Shape, elements, per_axis
from cnncalc.layers.formulas import (
    ceil_window_output,
    effective_kernel,
    window_output,
    window_reads,
    window_remainder,
    window_span,
)
from cnncalc.layers.reading import Sliding

Positive1: TypeAlias = Positive | Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=1)]
Positive2: TypeAlias = Positive | Annotated[tuple[Positive, ...], Meta(min_length=2, max_length=2)]
Positive3: TypeAlias = Positive | Annotated[tuple[Positive, ...], Meta(min_length=3, max_length=3)]
NonNegative1: TypeAlias = NonNegative | Annotated[tuple[NonNegative, ...], Meta(min_length=1, max_length=1)]
NonNegative2: TypeAlias = NonNegative | Annotated[tuple[NonNegative, ...], Meta(min_length=2, max_length=2)]
NonNegative3: TypeAlias = NonNegative | Annotated[tuple[NonNegative, ...], Meta(min_length=3, max_length=3)]

Sizes = TypeVar("Sizes")
"""One positive size for all axes, or one an axis."""
Paddings = TypeVar("Paddings")
"""One padding for all axes, or one an axis."""

ONE: Any = 1
ZERO: Any = 0
"""Defaults that fit hyper-parameters of any number of axes."""

_MOST_ENUMERATED = 1_000_000
"""The most elements that are looked at one by one for a note."""


class Window(Struct, frozen=True, gc=False):
    """A window along one axis; ``padding`` elements are added on each side."""

    kernel: Number
    stride: Number = 1
    padding: Number = 0
    dilation: Number = 1


def windows_along(rank: int, *sides: Any) -> tuple[Window, ...]:
    """One window an axis, from a kernel, a stride, a padding and a dilation, each given once or one an axis."""
    for side in sides:
        if type(side) is tuple:
            return tuple(map(Window, *(per_axis(side, rank) for side in sides)))
    return (Window(*sides),) * rank


def as_slides(windows: Iterable[Window]) -> tuple[Sliding, ...]:
    """Windows, one an axis, as what one output element reads along each."""
    sliding = enumerate(windows, start=1)
    return tuple([Sliding(axis, w.kernel, w.stride, w.padding, w.dilation) for axis, w in sliding])


def slides_along(rank: int, *sides: Any) -> tuple[Sliding, ...]:
    """The same windows as what one output element reads along each axis; those of ints are kept, since networks repeat
    theirs.
    """
    plain = all(is_single(part) for side in sides for part in per_axis(side, 1))
    return _kept_slides(rank, *sides) if plain else _slides(rank, *sides)


def _slides(rank: int, *sides: Any) -> tuple[Sliding, ...]:
    return as_slides(windows_along(rank, *sides))


_kept_slides = lru_cache(maxsize=1024)(_slides)


def divided(groups: Number, inputs: Number, outputs: Number) -> Iterator[Check]:
    """That the channels on both sides of a grouped convolution can be divided into its groups."""
    message = "{} {} channels cannot be divided into {} groups"
    yield Check(equal(inputs % groups, 0), "groups", message, (inputs, "input", groups))
    yield Check(equal(outputs % groups, 0), "groups", message, (outputs, "output", groups))


class Windowed(Layer, frozen=True):
    """A layer whose output has one element a channel for each position of its windows."""

    rank: ClassVar[int]

    def windows(self) -> tuple[Window, ...] | None:
        """One window an axis; None where the padding is whatever keeps the input's size."""
        raise NotImplementedError

    def ceiling(self) -> bool:
        """Whether a last, incomplete window counts (``ceil_mode``)."""
        return False

    def settings(self) -> dict[str, Any]:
        settings = super().settings()
        settings["kernel_size"] = per_axis(settings["kernel_size"], self.rank)
        return settings

    def positions(self, x: Shape) -> Shape:
        """The number of window positions along each axis."""
        windows = self.windows()
        return x[1:] if windows is None else self._counts(x, windows)

    def _counts(self, x: Shape, windows: tuple[Window, ...]) -> Shape:
        rule = ceil_window_output if self.ceiling() else window_output
        sizes = zip(x[1:], windows, strict=True)
        return tuple([rule(size, w.kernel, w.stride, w.padding, w.dilation) for size, w in sizes])

    def slides(self) -> tuple[Sliding, ...]:
        """The windows as what one output element reads along each axis."""
        return as_slides(self.windows() or ())

    def least_read(self, x: Shape) -> tuple[Number, ...]:
        """Only what some window reaches, less all the padding."""
        least = []
        for size, slide, count in zip(x[1:], self.slides(), self.positions(x), strict=True):
            behind = (count - 1) * slide.stride + effective_kernel(slide.kernel, slide.dilation) - slide.before - size
            reached = window_reads(slide.kernel, slide.stride, slide.dilation, count)
            least.append(maximum(reached - slide.before - maximum(behind, 0), 0))
        return (x[0] * prod(least), elements(self.parameters(x)))

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank(type(self).__name__, x, self.rank)
        windows = self.windows()
        if windows is not None:
            counts = self._counts(x, windows)
            for (axis, _), size, w, count in zip(AXES[self.rank], x[1:], windows, counts, strict=True):
                yield Check(
                    count >= 1,
                    "kernel_size",
                    "a kernel of {} (dilation {}) does not fit into the {} of {} with padding {} on each side",
                    (w.kernel, w.dilation, axis, size, w.padding),
                )

    def notes(self, x: Shape) -> Iterator[Note]:
        axes_by_window: dict[tuple[int, Window], list[tuple[str, str]]] = {}
        for axis, size, w in zip(AXES[self.rank], x[1:], self.windows() or (), strict=False):
            if window_remainder(size, w.kernel, w.stride, w.padding, w.dilation):
                axes_by_window.setdefault((size, w), []).append(axis)
        if axes_by_window:
            sentences = (_division(size, w, axes, self.ceiling()) for (size, w), axes in axes_by_window.items())
            yield Note("inexact-division", "; ".join(sentences))


def _division(size: int, w: Window, axes: list[tuple[str, str]], ceiling: bool) -> str:
    """What happens where ``(M − K + 2P)/S`` is not a whole number, as a lecture would say it."""
    from cnncalc.arithmetic.recording import TEXTBOOK, Recorded

    numbers: Any = map(Recorded, (size, w.kernel, w.padding, w.dilation))
    span: Any = window_span(*numbers)
    where = " and ".join(axis for axis, _ in axes)
    first, *_ = span.steps()
    extent = f"K' = {first.figures(TEXTBOOK)} = {first.value}, " if w.dilation > 1 else ""
    division = f"({span.figures(TEXTBOOK)})/{w.stride} = {_decimal(span.value, w.stride)} is not whole"
    quotient = f"{where}: {extent}{division}"
    complete = window_output(size, w.kernel, w.stride, w.padding, w.dilation)
    if not ceiling:
        return f"{quotient}, floor {complete - 1}, + 1 = {complete}, {_unread(size, w, complete, axes)}"
    output = ceil_window_output(size, w.kernel, w.stride, w.padding, w.dilation)
    result = f"{quotient}, ceil_mode takes the ceiling {complete}, + 1 = {complete + 1}, "
    if output <= complete:
        dropped = f"less the last window, which would begin behind the input: {output}"
        return f"{result}{dropped}, {_unread(size, w, output, axes)}"
    missing = w.stride - window_remainder(size, w.kernel, w.stride, w.padding, w.dilation)
    return f"{result}the last window reaches {_amount(missing, axes)} past the {'padded ' if w.padding else ''}input"


def _unread(size: int, w: Window, count: int, axes: list[tuple[str, str]]) -> str:
    """How much of the padded input no window reads: the end, and what lies between the windows and their taps."""
    unread = size + 2 * w.padding - window_reads(w.kernel, w.stride, w.dilation, count)
    plural = "are" if unread > 1 or len(axes) > 1 else "is"
    sentence = f"{_amount(unread, axes)} of the {'padded ' if w.padding else ''}input {plural} never read"
    if not w.padding or count * w.kernel > _MOST_ENUMERATED:
        return sentence
    read = {start * w.stride + tap * w.dilation - w.padding for start in range(count) for tap in range(w.kernel)}
    lost = size - sum(0 <= position < size for position in read)
    if not lost:
        return f"{sentence} (padding only)"
    return f"{sentence} ({_amount(lost, axes)} of the input itself)"


def _amount(count: int, axes: list[tuple[str, str]]) -> str:
    return " and ".join(f"one {unit}" if count == 1 else f"{count} {unit}s" for _, unit in axes)


def _decimal(dividend: int, divisor: int) -> str:
    """A quotient to three decimals without a float, with an ellipsis where there are more."""
    sign = "−" if dividend < 0 else ""
    whole, rest = divmod(abs(dividend), divisor)
    decimals, more = divmod(rest * 1000, divisor)
    return f"{sign}{whole}.{decimals:03d}…" if more else f"{sign}{whole}.{decimals:03d}".rstrip("0")
