"""Layers that take some of their elements, or all in another order."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import ceil_div, equal, maximum, minimum
from cnncalc.layers.axes import has_axis, have_axes, with_sizes
from cnncalc.layers.base import Axis, Check, NonNegative, Positive, Shape, TorchCall, View, sample_axis
from cnncalc.layers.reading import NOTHING, Along, Everything, Listed, Reading, Sliding, along_one, each
from cnncalc.layers.shaping import Arrangement


class Slice(Arrangement, frozen=True):
    """Elements ``start`` to ``stop`` (left out) along axis ``dim``, as Python slices."""

    start: int = 0
    stop: int | None = None
    step: Positive = 1
    dim: Axis = 1

    def checks(self, x: Shape) -> Iterator[Check]:
        axis = sample_axis(self.dim, x)
        yield has_axis(self.dim, x)
        yield Check(self._count(x[axis]) >= 1, "stop", "nothing is left of {} along axis {}", (x, self.dim))

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        return with_sizes(x, axis, self._count(x[axis]))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.cut", self._hyper_parameters())

    def _count(self, size: int) -> int:
        stop = size if self.stop is None else self._position(self.stop, size)
        return ceil_div(stop - self._position(self.start, size), self.step)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        return cut(x, axis, self._position(self.start, x[axis]), self.step)

    @staticmethod
    def _position(bound: int, size: int) -> int:
        """A bound within the axis: negative ones count from the end, those outside are the end that they pass."""
        return minimum(bound, size) if bound >= 0 else maximum(size + bound, 0)


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


class Chunk(Arrangement, frozen=True):
    """Piece ``index``, counted from 0, of axis ``dim`` cut into ``chunks`` pieces, of which the last may be smaller.

    Source: PyTorch documentation, ``torch.chunk``.
    """

    chunks: Positive
    index: NonNegative
    dim: Axis = 1

    def checks(self, x: Shape) -> Iterator[Check]:
        axis = sample_axis(self.dim, x)
        yield has_axis(self.dim, x)
        pieces = ceil_div(x[axis], ceil_div(x[axis], self.chunks))
        yield Check(self.index < pieces, "index", "there is no piece {} of {}, only {}", (self.index, x[axis], pieces))

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        piece = ceil_div(x[axis], self.chunks)
        return with_sizes(x, axis, minimum(piece, x[axis] - self.index * piece))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        return cut(x, axis, self.index * ceil_div(x[axis], self.chunks))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.chunk", self._hyper_parameters())


class Split(Arrangement, frozen=True):
    """Piece ``index``, counted from 0, of axis ``dim`` cut into pieces of the sizes ``split_size``.

    Source: PyTorch documentation, ``torch.split``.
    """

    split_size: Positive | Annotated[tuple[Positive, ...], Meta(min_length=1)]
    index: NonNegative
    dim: Axis = 1

    def checks(self, x: Shape) -> Iterator[Check]:
        axis = sample_axis(self.dim, x)
        yield has_axis(self.dim, x)
        if isinstance(self.split_size, tuple):
            message = "pieces of {} do not make up the {} of axis {}"
            whole = equal(sum(self.split_size), x[axis])
            yield Check(whole, "split_size", message, (list(self.split_size), x[axis], self.dim))
            pieces = len(self.split_size)
        else:
            pieces = ceil_div(x[axis], self.split_size)
        yield Check(self.index < pieces, "index", "there is no piece {} of {}, only {}", (self.index, x[axis], pieces))

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        if isinstance(self.split_size, tuple):
            piece = self.split_size[self.index]
        else:
            piece = minimum(self.split_size, x[axis] - self.index * self.split_size)
        return with_sizes(x, axis, piece)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        pieces = self.split_size
        start = sum(pieces[: self.index]) if isinstance(pieces, tuple) else self.index * pieces
        return cut(x, sample_axis(self.dim, x), start)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.split", self._hyper_parameters())


class IndexSelect(Arrangement, frozen=True):
    """The elements along axis ``dim`` that the second input lists, which takes that axis's place.

    Which they are depends on the data, so that each is taken to read all of the axis. Source: PyTorch documentation,
    ``torch.index_select``.
    """

    dim: Axis = 1
    is_view: ClassVar[View] = False
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


class Reordering(Arrangement, frozen=True):
    """What these share: the elements along some axes in another order."""

    is_view: ClassVar[View] = False

    def output(self, x: Shape) -> Shape:
        return x

    def _places(self, x: Shape) -> dict[int, int]:
        """For each axis that changes, which element comes first; negative where they run backwards."""
        raise NotImplementedError

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        along: list[Along] = [each(axis) for axis in range(len(x))]
        for axis, first in self._places(x).items():
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
        yield from have_axes(self.dims, x, "dims")

    def _places(self, x: Shape) -> dict[int, int]:
        places: dict[int, int] = {}
        for shift, dim in zip(self.shifts, self.dims, strict=True):
            axis = sample_axis(dim, x)
            places[axis] = (places.get(axis, 0) - shift) % x[axis]
        return places

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.roll", self._hyper_parameters())


class Flip(Reordering, frozen=True):
    """The elements backwards along the axes ``dims``. Source: PyTorch documentation, ``torch.flip``."""

    dims: Annotated[tuple[Axis, ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from have_axes(self.dims, x, "dims")
        once = len({sample_axis(dim, x) for dim in self.dims}) == len(self.dims)
        yield Check(once, "dims", "an axis is named twice among {}", (list(self.dims),))

    def _places(self, x: Shape) -> dict[int, int]:
        return {sample_axis(dim, x): -1 for dim in self.dims}

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.flip", self._hyper_parameters())


def cut(x: Shape, axis: int, start: int, step: int = 1) -> tuple[Reading, ...]:
    """What a layer reads that takes every ``step``-th element of one axis, from ``start`` on."""
    return ((along_one(axis, Sliding(axis, 1, step, -start), len(x)),),)
