"""More layers that only arrange, repeat or choose elements: those that PyTorch code writes as functions."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import Number, equal, prod
from cnncalc.layers.axes import broadcast, has_axis, repeated, with_sizes
from cnncalc.layers.base import Axis, Check, NonNegative, Positive, Shape, TorchCall, sample_axis
from cnncalc.layers.formulas import window_output
from cnncalc.layers.reading import NOTHING, Along, Everything, Listed, Reading, Rearranged, Sliding, along_one, each
from cnncalc.layers.shaping import Arrangement, Rearrangement

_Size = Annotated[int, Meta(ge=-1, le=2**31 - 1)]


class Unflatten(Rearrangement, frozen=True):
    """Axis ``dim`` cut into axes of ``sizes``, of which one may be −1, to be worked out.

    Source: PyTorch documentation, ``torch.nn.Unflatten``.
    """

    dim: Axis
    unflattened_size: Annotated[tuple[_Size, ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        axis = sample_axis(self.dim, x)
        yield has_axis(self.dim, x)
        open_axes = self.unflattened_size.count(-1)
        message = "{} has a 0, or more than one −1"
        sound = open_axes <= 1 and 0 not in self.unflattened_size
        yield Check(sound, "unflattened_size", message, (list(self.unflattened_size),))
        known = prod([size for size in self.unflattened_size if size != -1])
        fits = equal(x[axis] % known, 0) if open_axes else equal(x[axis], known)
        message = "{} elements along axis {} cannot be cut into {}"
        yield Check(fits, "unflattened_size", message, (x[axis], self.dim, list(self.unflattened_size)))

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        known = prod([size for size in self.unflattened_size if size != -1])
        cut = (x[axis] // known if size == -1 else size for size in self.unflattened_size)
        return with_sizes(x, axis, *cut)


class ReshapeLike(Arrangement, frozen=True):
    """The first input in another ``shape``, some of whose sizes are those of the second input.

    A size may be −1, to be worked out, or 0: it is then that of the second input along the next of ``axes``, which
    count the batch as axis 0.
    """

    shape: Annotated[tuple[_Size, ...], Meta(min_length=1, max_length=8)]
    axes: Annotated[tuple[Axis, ...], Meta(min_length=1, max_length=8)]
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    def checks(self, x: Shape, like: Shape) -> Iterator[Check]:
        message = "{} has {} zeros for {} axes, or more than one −1"
        sound = self.shape.count(0) == len(self.axes) and self.shape.count(-1) <= 1
        yield Check(sound, "shape", message, (list(self.shape), self.shape.count(0), len(self.axes)))
        for axis in self.axes:
            yield has_axis(axis, like, "axes")
        known = prod([size for size in self._sizes(like) if size is not None])
        fits = equal(prod(x) % known, 0) if -1 in self.shape else equal(prod(x), known)
        yield Check(fits, "shape", "the elements of {} do not fit into {} with the sizes of {}", (x, self.shape, like))

    def output(self, x: Shape, like: Shape) -> Shape:
        sizes = self._sizes(like)
        known = prod([size for size in sizes if size is not None])
        return tuple(prod(x) // known if size is None else size for size in sizes)

    def reads(self, x: Shape, like: Shape) -> tuple[Reading, ...]:
        return ((Rearranged(x, self.output(x, like)),), NOTHING)

    def _sizes(self, like: Shape) -> list[Number | None]:
        taken = iter(self.axes)
        return [
            like[sample_axis(next(taken), like)] if size == 0 else None if size == -1 else size for size in self.shape
        ]

    def torch_call(self, x: Shape, like: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.reshape_like", self._hyper_parameters())


class Expand(Arrangement, frozen=True):
    """Axes of size 1 repeated to ``sizes``, one an axis of the sample, −1 for as it is. Source: ``torch.expand``."""

    sizes: Annotated[tuple[_Size, ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        message = "{} cannot be expanded to {}"
        yield Check(len(x) == len(self.sizes), "sizes", message, (x, list(self.sizes)))
        for size, wanted in zip(x, self.sizes, strict=True):
            yield Check(wanted == -1 or equal(size, 1) | equal(size, wanted), "sizes", message, (x, list(self.sizes)))

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
        return broadcast(x, like)

    def reads(self, x: Shape, like: Shape) -> tuple[Reading, ...]:
        return (repeated(x, self.output(x, like)), NOTHING)

    def torch_call(self, x: Shape, like: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.expand_as", {})


class Tile(Arrangement, frozen=True):
    """The sample ``repeats`` times along each of its axes, one behind the other. Source: ``torch.tile``."""

    repeats: Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=8)]

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

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axis(self.dim, x)

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        return with_sizes(x, axis, x[axis] * self.repeats)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        table = tuple((index // self.repeats,) for index in range(x[axis] * self.repeats))
        return ((along_one(axis, Listed(axis, table), len(x)),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.repeat_interleave", self._hyper_parameters())


class Reordering(Arrangement, frozen=True):
    """What these share: the elements along some axes in another order."""

    def output(self, x: Shape) -> Shape:
        return x

    def checks(self, x: Shape) -> Iterator[Check]:
        for dim in self._places(x):
            yield has_axis(dim, x, "dims")

    def _places(self, x: Shape) -> dict[int, int]:
        """For each axis that changes, which element comes first; negative where they run backwards."""
        raise NotImplementedError

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        along: list[Along] = [each(axis) for axis in range(len(x))]
        for dim, first in self._places(x).items():
            axis = sample_axis(dim, x)
            size = x[axis]
            step = -1 if first < 0 else 1
            along[axis] = Listed(axis, tuple(((first + step * index) % size,) for index in range(size)))
        return ((tuple(along),),)


class Roll(Reordering, frozen=True):
    """The elements moved on by ``shifts`` along the axes ``dims``, those that leave coming in again at the other end.

    Source: PyTorch documentation, ``torch.roll``.
    """

    shifts: Annotated[tuple[Annotated[int, Meta(ge=-(2**31), le=2**31)], ...], Meta(min_length=1, max_length=8)]
    dims: Annotated[tuple[Axis, ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        yield Check(len(self.shifts) == len(self.dims), "shifts", "Roll takes a shift for each of its axes")
        yield from super().checks(x)

    def _places(self, x: Shape) -> dict[int, int]:
        places: dict[int, int] = {}
        for shift, dim in zip(self.shifts, self.dims, strict=True):
            axis = sample_axis(dim, x)
            size = x[axis] if 0 <= axis < len(x) else 1
            places[dim] = -shift % size
        return places

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.roll", self._hyper_parameters())


class Flip(Reordering, frozen=True):
    """The elements backwards along the axes ``dims``. Source: PyTorch documentation, ``torch.flip``."""

    dims: Annotated[tuple[Axis, ...], Meta(min_length=1, max_length=8)]

    def _places(self, x: Shape) -> dict[int, int]:
        return dict.fromkeys(self.dims, -1)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.flip", self._hyper_parameters())


class IndexSelect(Arrangement, frozen=True):
    """The elements along axis ``dim`` that the second input lists, which takes that axis's place.

    Which they are depends on the data, so that each is taken to read all of the axis. Source: PyTorch documentation,
    ``torch.index_select``.
    """

    dim: Axis = 1
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    def checks(self, x: Shape, indices: Shape) -> Iterator[Check]:
        yield has_axis(self.dim, x)

    def output(self, x: Shape, indices: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        return with_sizes(x, axis, *indices)

    def reads(self, x: Shape, indices: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        places = [a if a < axis else a - 1 + len(indices) for a in range(len(x))]
        along = tuple(Everything() if a == axis else each(place) for a, place in enumerate(places))
        return ((along,), NOTHING)

    def torch_call(self, x: Shape, indices: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.index_select", self._hyper_parameters())


class Windows(Arrangement, frozen=True):
    """Every window of ``size`` elements along axis ``dim``, ``step`` apart, its elements along a new last axis.

    Source: PyTorch documentation, ``torch.Tensor.unfold``.
    """

    dim: Axis
    size: Positive
    step: Positive

    def checks(self, x: Shape) -> Iterator[Check]:
        axis = sample_axis(self.dim, x)
        yield has_axis(self.dim, x)
        yield Check(x[axis] >= self.size, "size", "windows of {} do not fit into {}", (self.size, x))

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        return (*with_sizes(x, axis, window_output(x[axis], self.size, self.step)), self.size)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """Of a window as a whole; which of its elements one is, is not told apart."""
        axis = sample_axis(self.dim, x)
        return ((along_one(axis, Sliding(axis, self.size, self.step), len(x)),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.windows", self._hyper_parameters())


class Crop(Arrangement, frozen=True):
    """As many elements of the first input, from ``start`` on along axis ``dim``, as the second input has there."""

    start: NonNegative = 0
    dim: Axis = 1
    other_dim: Axis | None = None
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    def _other(self) -> int:
        return self.dim if self.other_dim is None else self.other_dim

    def checks(self, x: Shape, like: Shape) -> Iterator[Check]:
        axis, other = sample_axis(self.dim, x), sample_axis(self._other(), like)
        yield has_axis(self.dim, x)
        yield has_axis(self._other(), like)
        message = "{} elements from {} on are not there along axis {} of {}"
        yield Check(x[axis] >= like[other] + self.start, "dim", message, (like[other], self.start, self.dim, x))

    def output(self, x: Shape, like: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        return with_sizes(x, axis, like[sample_axis(self._other(), like)])

    def reads(self, x: Shape, like: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        return ((along_one(axis, Sliding(axis, 1, 1, -self.start), len(x)),), NOTHING)

    def torch_call(self, x: Shape, like: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.crop", self._hyper_parameters())
