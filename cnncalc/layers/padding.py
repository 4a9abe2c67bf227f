"""Padding as a layer of its own."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar

from msgspec import Meta

from cnncalc.arithmetic import minimum
from cnncalc.layers.base import LARGEST_SIZE, Check, Kept, Layer, Operations, Shape, of_rank
from cnncalc.layers.reading import Border, Reading, Sliding, each
from cnncalc.layers.window import AXES, LETTERS

Side: TypeAlias = Annotated[int, Meta(ge=-LARGEST_SIZE, le=LARGEST_SIZE)]
Sides1: TypeAlias = Side | Annotated[tuple[Side, ...], Meta(min_length=2, max_length=2)]
Sides2: TypeAlias = Side | Annotated[tuple[Side, ...], Meta(min_length=4, max_length=4)]
Sides3: TypeAlias = Side | Annotated[tuple[Side, ...], Meta(min_length=6, max_length=6)]
Sides = TypeVar("Sides")
"""One padding for all sides, or one a side in PyTorch's order: left, right, top, bottom, front, back."""


class Pad(Layer, Generic[Sides], frozen=True):
    """``[C, *M]`` with elements added at each side; a negative padding takes some away.

    Source: PyTorch documentation, ``torch.nn.ZeroPad2d`` and its relatives.
    """

    padding: Sides
    rank: ClassVar[int]
    border: ClassVar[Border] = "nothing"
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank(type(self).__name__, x, self.rank + 1, LETTERS[self.rank])
        for (axis, _), size, (before, after) in zip(AXES[self.rank], x[1:], self._sides(), strict=True):
            yield from self._side_checks(axis, size, before, after)
            cropped = minimum(before, 0) + minimum(after, 0)
            message = "nothing is left of the {} of {} with padding {} and {}"
            yield Check(
                (size + before + after >= 1) & (size + cropped >= 0), "padding", message, (axis, size, before, after)
            )

    def output(self, x: Shape) -> Shape:
        return (x[0], *(size + before + after for size, (before, after) in zip(x[1:], self._sides(), strict=True)))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        sides = enumerate(self._sides(), start=1)
        return (((each(0), *(Sliding(axis, before=side, at_border=self.border) for axis, (side, _) in sides)),),)

    def _sides(self) -> list[tuple[int, int]]:
        """The padding before and behind each axis, in the order of the shape; PyTorch's begins with the last axis."""
        flat: Any = self.padding if isinstance(self.padding, tuple) else (self.padding,) * (2 * self.rank)
        return [(flat[position], flat[position + 1]) for position in range(2 * self.rank - 2, -1, -2)]

    def _side_checks(self, axis: str, size: int, before: int, after: int) -> Iterator[Check]:
        yield from ()


class ZeroPad1d(Pad[Sides1], frozen=True):
    """Zeros around ``[C, L]``."""

    rank: ClassVar[int] = 1


class ZeroPad2d(Pad[Sides2], frozen=True):
    """Zeros around ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class ZeroPad3d(Pad[Sides3], frozen=True):
    """Zeros around ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3


class ConstantPad(Pad[Sides], frozen=True):
    """One ``value`` around the input."""

    value: float = 0.0


class ConstantPad1d(ConstantPad[Sides1], frozen=True):
    """A constant around ``[C, L]``."""

    rank: ClassVar[int] = 1


class ConstantPad2d(ConstantPad[Sides2], frozen=True):
    """A constant around ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class ConstantPad3d(ConstantPad[Sides3], frozen=True):
    """A constant around ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3


class ReflectionPad(Pad[Sides], frozen=True):
    """The input mirrored at its borders, so that no padding may reach its size."""

    keeps: ClassVar[Kept] = ("inputs",)
    border: ClassVar[Border] = "reflect"

    def _side_checks(self, axis: str, size: int, before: int, after: int) -> Iterator[Check]:
        message = "a reflection of {} and {} does not fit into the {} of {}"
        yield Check((before < size) & (after < size), "padding", message, (before, after, axis, size))


class ReflectionPad1d(ReflectionPad[Sides1], frozen=True):
    """Reflection around ``[C, L]``."""

    rank: ClassVar[int] = 1


class ReflectionPad2d(ReflectionPad[Sides2], frozen=True):
    """Reflection around ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class ReflectionPad3d(ReflectionPad[Sides3], frozen=True):
    """Reflection around ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3


class ReplicationPad(Pad[Sides], frozen=True):
    """The border's elements repeated around the input."""

    keeps: ClassVar[Kept] = ("inputs",)
    border: ClassVar[Border] = "clamp"


class ReplicationPad1d(ReplicationPad[Sides1], frozen=True):
    """The border's elements repeated around ``[C, L]``."""

    rank: ClassVar[int] = 1


class ReplicationPad2d(ReplicationPad[Sides2], frozen=True):
    """The border's elements repeated around ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class ReplicationPad3d(ReplicationPad[Sides3], frozen=True):
    """The border's elements repeated around ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3
