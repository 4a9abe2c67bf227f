"""Layers that change the resolution without weights."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from cnncalc.arithmetic import equal, prod, scaled
from cnncalc.layers.axes import of_rank
from cnncalc.layers.base import Check, Kept, Layer, Operations, Positive, Shape, TorchCall, per_axis
from cnncalc.layers.reading import NOTHING, Along, Dealt, Grouped, Reading, Resampled, Sliding, each

Factor = Annotated[float, Meta(gt=0, le=1024)]

_TAPS = {"nearest": 1, "nearest-exact": 1, "linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4}
_NEIGHBOURS = dict.fromkeys(("linear", "bilinear", "trilinear"), (0, 1)) | {"bicubic": (1, 2)}
_NEIGHBOURS |= {"nearest": (0, 0), "nearest-exact": (0, 0)}
"""How many elements are read before and behind the one below an element's place."""
_FINEST = 1_000_000
"""The largest denominator that a factor is taken to have; PyTorch computes with 24 binary digits."""
_RANKS = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}


class Upsample(Layer, frozen=True):
    """Resampling of ``[C, *M]`` to a ``size``, by a ``scale_factor``, rounded down, or to the size of a second input.

    Nearest costs nothing; the others cost a multiplication for each of the neighbours that an element is made of (2 an
    axis, bicubic 4) and an addition for each but the first. Source: PyTorch documentation, ``torch.nn.Upsample``.
    """

    size: Positive | Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=3)] | None = None
    scale_factor: Factor | Annotated[tuple[Factor, ...], Meta(min_length=1, max_length=3)] | None = None
    mode: Literal["nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic"] = "nearest"
    align_corners: bool | None = None
    keeps: ClassVar[Kept] = ()
    most_inputs: ClassVar[int | None] = 2

    def checks(self, x: Shape, like: Shape | None = None) -> Iterator[Check]:
        stated = (self.size is not None) + (self.scale_factor is not None) + (like is not None)
        yield Check(stated == 1, "size", "Upsample takes either a size, a scale_factor or a second input")
        if like is not None:
            yield Check(len(like) == len(x), "inputs", "the size of {} is none for {}", (like, x))
        rank = _RANKS.get(self.mode, len(x) - 1)
        yield Check(1 <= rank <= 3, "", "Upsample takes [C] and one to three axes more; what arrives is {}", (x,))
        yield of_rank(f"Upsample in mode {self.mode}", x, rank)
        for name in ("size", "scale_factor"):
            value = getattr(self, name)
            fits = not isinstance(value, tuple) or len(value) == len(x) - 1
            yield Check(fits, name, "{} has another number of axes than {}", (name, x))
        plain = self.align_corners is None or self.mode in _RANKS
        yield Check(plain, "align_corners", "align_corners has no meaning in mode {}", (self.mode,))
        for size in self.output(x, like)[1:]:
            yield Check(size >= 1, "scale_factor", "nothing is left of {}", (x,))

    def output(self, x: Shape, like: Shape | None = None) -> Shape:
        if like is not None:
            return (x[0], *like[1:])
        if self.size is not None:
            return (x[0], *per_axis(self.size, len(x) - 1))
        factors = per_axis(self.scale_factor, len(x) - 1)
        return (x[0], *(scaled(size, factor) for size, factor in zip(x[1:], factors, strict=True)))

    def operations(self, x: Shape, like: Shape | None = None, *, output: Shape) -> Operations:
        neighbours = _TAPS[self.mode] ** (len(x) - 1)
        if neighbours == 1:
            return Operations()
        return Operations(mul=neighbours, add=neighbours - 1).times(prod(output))

    def reads(self, x: Shape, like: Shape | None = None) -> tuple[Reading, ...]:
        """The neighbours of each element's place: its centre's, or with ``align_corners`` between the corners'."""
        output = self.output(x, like)
        factors = per_axis(self.scale_factor, len(x) - 1)
        sizes = zip(x[1:], output[1:], factors, strict=True)
        plane = len(x) == 3
        own = ((each(0), *(self._along(axis, *along, plane) for axis, along in enumerate(sizes, start=1))),)
        return (own,) if like is None else (own, NOTHING)

    def torch_call(self, x: Shape, like: Shape | None = None) -> TorchCall:
        if like is not None:
            return TorchCall(
                "cnncalc.pytorch.functions.resize_like", {"mode": self.mode, "align_corners": self.align_corners}
            )
        return self._torch_module()

    def _along(self, axis: int, size: int, output: int, factor: float | None, plane: bool) -> Along:
        """Where element i lies: at ``i·M/n`` (nearest), ``(i + 1/2)·M/n`` (nearest-exact), that less 1/2, or
        ``i·(M − 1)/(n − 1)`` (align_corners); ``n/M`` is the scale factor where that is given.

        Source: PyTorch, ``aten/src/ATen/native/UpSample.h``; it copies where the size stays, whatever the factor, and
        for nearest in 2-D where it doubles.
        """
        before, behind = _NEIGHBOURS[self.mode]
        if self._copied(size, output, plane):
            return Resampled(axis, size, output)
        if self.align_corners:
            if size == 1:
                return Grouped(axis, 1, output)
            return Resampled(axis, size - 1, max(output - 1, 1), 0, before, behind)
        step = Fraction(size, output) if factor is None else Fraction(1 / factor).limit_denominator(_FINEST)
        down, up = step.numerator, step.denominator
        if self.mode == "nearest":
            return Resampled(axis, down, up)
        return Resampled(axis, 2 * down, 2 * up, down if self.mode == "nearest-exact" else down - up, before, behind)

    def _copied(self, size: int, output: int, plane: bool) -> bool:
        """Whether PyTorch goes by the sizes and not by the factor."""
        if self.mode == "nearest":
            return plane and output in (size, 2 * size)
        return output == size and self.mode in ("linear", "bilinear", "trilinear")


class PixelShuffle(Layer, frozen=True):
    """``[C·r², H, W] → [C, H·r, W·r]``.

    Source: Shi et al., "Real-Time Single Image and Video Super-Resolution" (2016); ``torch.nn.PixelShuffle``.
    """

    upscale_factor: Positive
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank("PixelShuffle", x, 2)
        square = self.upscale_factor * self.upscale_factor
        yield Check(equal(x[0] % square, 0), "upscale_factor", "{} channels cannot be divided by {}", (x[0], square))

    def output(self, x: Shape) -> Shape:
        r = self.upscale_factor
        return (x[0] // (r * r), x[1] * r, x[2] * r)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """Of each group of r² channels as a whole; which of them an element is, is not told apart."""
        r = self.upscale_factor
        return (((Grouped(0, r * r), Grouped(1, 1, r), Grouped(2, 1, r)),),)


class PixelUnshuffle(Layer, frozen=True):
    """``[C, H·r, W·r] → [C·r², H, W]``. Source: PyTorch documentation, ``torch.nn.PixelUnshuffle``."""

    downscale_factor: Positive
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank("PixelUnshuffle", x, 2)
        for size in x[1:]:
            whole = equal(size % self.downscale_factor, 0)
            yield Check(whole, "downscale_factor", "{} cannot be divided by {}", (size, self.downscale_factor))

    def output(self, x: Shape) -> Shape:
        r = self.downscale_factor
        return (x[0] * r * r, x[1] // r, x[2] // r)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """Of each r² channels as a whole, an r×r square; which of it a channel is, is not told apart."""
        r = self.downscale_factor
        return (((Grouped(0, 1, r * r), Sliding(1, r, r), Sliding(2, r, r)),),)


class ChannelShuffle(Layer, frozen=True):
    """The channels of ``groups`` groups in turn: the shape stays.

    Source: Zhang et al., "ShuffleNet" (2018), figure 1; ``torch.nn.ChannelShuffle``.
    """

    groups: Positive
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        several = "ChannelShuffle takes channels and at least one more axis; what arrives is {}"
        yield Check(len(x) >= 2, "", several, (x,))
        message = "{} channels cannot be divided into {} groups"
        yield Check(equal(x[0] % self.groups, 0), "groups", message, (x[0], self.groups))

    def output(self, x: Shape) -> Shape:
        return x

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((Dealt(0, self.groups, x[0] // self.groups), *map(each, range(1, len(x)))),),)
