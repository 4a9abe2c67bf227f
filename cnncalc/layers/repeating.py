"""Layers that repeat their elements."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import equal
from cnncalc.layers.axes import has_axis, repeated, with_sizes
from cnncalc.layers.base import Axis, Check, Positive, Shape, TorchCall, View, sample_axis
from cnncalc.layers.reading import NOTHING, Along, Grouped, Listed, Reading, along_one, each
from cnncalc.layers.shaping import Arrangement, SizeOrOpen


class Expand(Arrangement, frozen=True):
    """Axes of size 1 repeated to ``sizes``, one an axis of the sample, −1 for as it is. Source: ``torch.expand``."""

    sizes: Annotated[tuple[SizeOrOpen, ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        message = "{} cannot be expanded to {}"
        yield Check(len(x) == len(self.sizes), "sizes", message, (x, list(self.sizes)))
        for size, wanted in zip(x, self.sizes, strict=True):
            fits = (equal(size, 1) & (wanted >= 1)) | equal(size, wanted)
            yield Check(wanted == -1 or fits, "sizes", message, (x, list(self.sizes)))

    def output(self, x: Shape) -> Shape:
        return tuple(size if wanted == -1 else wanted for size, wanted in zip(x, self.sizes, strict=True))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (repeated(x, self.output(x)),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.expand", self._hyper_parameters())


class ExpandAs(Arrangement, frozen=True):
    """The first input's axes of size 1 repeated to the sizes of the second. Source: ``torch.Tensor.expand_as``."""

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    def checks(self, x: Shape, like: Shape) -> Iterator[Check]:
        message = "{} cannot be expanded to {}"
        yield Check(len(x) == len(like), "inputs", message, (x, like))
        for size, wanted in zip(x, like, strict=True):
            yield Check(equal(size, 1) | equal(size, wanted), "inputs", message, (x, like))

    def output(self, x: Shape, like: Shape) -> Shape:
        return like

    def reads(self, x: Shape, like: Shape) -> tuple[Reading, ...]:
        return (repeated(x, like), NOTHING)

    def torch_call(self, x: Shape, like: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.expand_as", {})


class Tile(Arrangement, frozen=True):
    """The sample ``repeats`` times along each of its axes, one behind the other. Source: ``torch.tile``."""

    repeats: Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=8)]
    is_view: ClassVar[View] = False

    def checks(self, x: Shape) -> Iterator[Check]:
        message = "{} repeats for the axes of {}"
        yield Check(len(x) == len(self.repeats), "repeats", message, (len(self.repeats), x))

    def output(self, x: Shape) -> Shape:
        return tuple(size * times for size, times in zip(x, self.repeats, strict=True))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        def along(axis: int, size: int, times: int) -> Along:
            table = tuple((index,) for index in range(size)) * times
            return each(axis) if times == 1 else Listed(axis, table)

        return ((tuple(map(along, range(len(x)), x, self.repeats)),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.tile", self._hyper_parameters())


class RepeatInterleave(Arrangement, frozen=True):
    """Each element along axis ``dim`` ``repeats`` times over. Source: ``torch.repeat_interleave``."""

    repeats: Positive
    dim: Axis = 1
    is_view: ClassVar[View] = False

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axis(self.dim, x)

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        return with_sizes(x, axis, x[axis] * self.repeats)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        return ((along_one(axis, Grouped(axis, 1, self.repeats), len(x)),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.repeat_interleave", self._hyper_parameters())
