"""Padding as a layer of its own."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

from msgspec import Meta

from cnncalc.arithmetic import Number, ceil_div, minimum
from cnncalc.layers.axes import AXES, have_axes, of_rank
from cnncalc.layers.base import (
    LARGEST_SIZE,
    Axis,
    Check,
    Kept,
    Layer,
    Operations,
    Positive,
    Shape,
    TorchCall,
    per_axis,
    sample_axis,
)
from cnncalc.layers.formulas import same_total
from cnncalc.layers.reading import NOTHING, Along, Border, Listed, Reading, Sliding, each

Side: TypeAlias = Annotated[int, Meta(ge=-LARGEST_SIZE, le=LARGEST_SIZE)]
Sides1: TypeAlias = Side | Annotated[tuple[Side, ...], Meta(min_length=2, max_length=2)]
Sides2: TypeAlias = Side | Annotated[tuple[Side, ...], Meta(min_length=4, max_length=4)]
Sides3: TypeAlias = Side | Annotated[tuple[Side, ...], Meta(min_length=6, max_length=6)]
Sides = TypeVar("Sides")
"""One padding for all sides, or one a side in PyTorch's order: left, right, top, bottom, front, back."""


def something_left(size: Number, before: Number, after: Number, border: Border) -> bool:
    """Whether padding leaves something; no more may be taken away than there is, unless the border is continued."""
    left: bool = size + before + after >= 1
    return left & (size + minimum(before, 0) + minimum(after, 0) >= 0) if border == "nothing" else left


def reflects(size: Number, before: Number, after: Number, border: Border) -> bool:
    """Whether an axis is long enough for its reflections."""
    return (before < size) & (after < size) if border == "reflect" else True


class Pad(Layer, Generic[Sides], frozen=True):
    """``[C, *M]`` with elements added at each side; a negative padding takes some away.

    Source: PyTorch documentation, ``torch.nn.ZeroPad2d`` and its relatives.
    """

    padding: Sides
    rank: ClassVar[int]
    border: ClassVar[Border] = "nothing"
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank(type(self).__name__, x, self.rank)
        for (axis, _), size, (before, after) in zip(AXES[self.rank], x[1:], self._sides(), strict=True):
            message = "nothing is left of the {} of {} with padding {} and {}"
            yield Check(
                something_left(size, before, after, self.border), "padding", message, (axis, size, before, after)
            )
            message = "a reflection of {} and {} does not fit into the {} of {}"
            fits = reflects(size, before, after, self.border)
            yield Check(fits, "padding", message, (before, after, axis, size))

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
        return list(zip(flat[::2], flat[1::2], strict=True))[::-1]


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


class PadAxes(Layer, frozen=True):
    """Elements added at both ends of the last axes, whichever they are, in PyTorch's order: the last axis first.

    A negative number takes elements away; ``"circular"`` continues with the other end. Source: PyTorch documentation,
    ``torch.nn.functional.pad``.
    """

    padding: Annotated[tuple[Side, ...], Meta(min_length=2, max_length=16)]
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant"
    value: float = 0.0

    @property
    def keeps(self) -> Kept:
        """The input where its border is continued."""
        return ("inputs",) if self.mode in _BORDERS else ()

    def checks(self, x: Shape) -> Iterator[Check]:
        message = "{} are not two paddings for each of the last axes of {}"
        fits = len(self.padding) % 2 == 0 and len(self.padding) <= 2 * len(x)
        yield Check(fits, "padding", message, (list(self.padding), x))
        if self.mode != "constant":
            known = len(self.padding) <= 6 and len(self.padding) in (2 * len(x), 2 * len(x) - 2)
            unknown = "mode {} pads all axes of a sample or all but the first, at most 3; found {} paddings for {}"
            yield Check(known, "padding", unknown, (self.mode, len(self.padding), x))
        border = _BORDERS.get(self.mode, "nothing")
        for size, (before, after) in zip(x, self._sides(x), strict=True):
            left = "nothing is left of {} with padding {}"
            yield Check(something_left(size, before, after, border), "padding", left, (x, list(self.padding)))
            fits = reflects(size, before, after, border)
            if self.mode == "circular":
                fits = (before <= size) & (after <= size)
            yield Check(
                fits, "padding", "{} is too short for padding {} in mode {}", (x, list(self.padding), self.mode)
            )

    def output(self, x: Shape) -> Shape:
        return tuple(size + before + after for size, (before, after) in zip(x, self._sides(x), strict=True))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        sizes = enumerate(zip(x, self._sides(x), strict=True))
        return ((tuple(self._along(axis, size, *sides) for axis, (size, sides) in sizes),),)

    def _along(self, axis: int, size: int, before: int, after: int) -> Along:
        if self.mode == "circular" and (before or after):
            return Listed(axis, tuple(((place - before) % size,) for place in range(size + before + after)))
        return Sliding(axis, before=before, at_border=_BORDERS.get(self.mode, "nothing"))

    def _sides(self, x: Shape) -> list[tuple[int, int]]:
        pairs = list(zip(self.padding[::2], self.padding[1::2], strict=True))
        return [(0, 0)] * (len(x) - len(pairs)) + pairs[::-1]

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.pad_axes", self._hyper_parameters())


_BORDERS: dict[str, Border] = {"reflect": "reflect", "replicate": "clamp"}


class SamePad(Layer, frozen=True):
    """What TensorFlow's ``'SAME'`` adds around ``[C, *M]``, so that a window has ``⌈M/S⌉`` positions along each axis.

    In all ``(⌈M/S⌉ − 1)·S + K' − M`` or nothing, half of it before, rounded down. The padding so depends on the size.
    Source: TensorFlow documentation, ``tf.nn``, "Notes on padding".
    """

    kernel_size: Positive | Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=3)]
    stride: Positive | Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=3)] = 1
    dilation: Positive | Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=3)] = 1
    value: float = 0.0
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        yield Check(2 <= len(x) <= 4, "", "SamePad takes [C] and one to three axes more; what arrives is {}", (x,))
        for field in ("kernel_size", "stride", "dilation"):
            side = getattr(self, field)
            fits = not isinstance(side, tuple) or len(side) == len(x) - 1
            yield Check(fits, field, "{} has another number of axes than {}", (field, x))

    def output(self, x: Shape) -> Shape:
        return (x[0], *(size + total for size, total in zip(x[1:], self.totals(x), strict=True)))

    def totals(self, x: Shape) -> tuple[Number, ...]:
        """What is added along each axis in all."""
        sides = (per_axis(side, len(x) - 1) for side in (self.kernel_size, self.stride, self.dilation))
        return tuple(map(same_total, x[1:], *sides))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        totals = enumerate(self.totals(x), start=1)
        return (((each(0), *(Sliding(axis, before=total // 2) for axis, total in totals)),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.same_pad", self._hyper_parameters())


class PadToMultiple(Layer, frozen=True):
    """Zeros behind the axes ``dims``, as many as make each a multiple of ``multiple``; the batch counts as axis 0.

    Windows that must divide a map need it, as those of Liu et al., "Swin Transformer" (2021), section 3.2.
    """

    multiple: Positive
    dims: Annotated[tuple[Axis, ...], Meta(min_length=1, max_length=8)] = (-2, -1)
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        return have_axes(self.dims, x, "dims")

    def output(self, x: Shape) -> Shape:
        axes = {sample_axis(dim, x) for dim in self.dims}
        whole = self.multiple
        return tuple(ceil_div(size, whole) * whole if axis in axes else size for axis, size in enumerate(x))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return ((tuple(map(each, range(len(x)))),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.pad_to_multiple", self._hyper_parameters())


class PadLike(Layer, frozen=True):
    """Zeros around ``[C, *M]`` up to the sizes of the second input, half of them before, rounded down.

    A second input that is smaller takes elements away. Source: Ronneberger, Fischer and Brox, "U-Net" (2015), whose
    skip connections need maps of one size.
    """

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape, like: Shape) -> Iterator[Check]:
        yield Check(len(x) == len(like) >= 2, "inputs", "{} cannot be padded to {}", (x, like))

    def output(self, x: Shape, like: Shape) -> Shape:
        return (x[0], *like[1:])

    def operations(self, x: Shape, like: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape, like: Shape) -> tuple[Reading, ...]:
        sizes = enumerate(zip(x[1:], like[1:], strict=True), start=1)
        return (((each(0), *(Sliding(axis, before=(wanted - size) // 2) for axis, (size, wanted) in sizes)),), NOTHING)

    def torch_call(self, x: Shape, like: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.pad_like", {})
