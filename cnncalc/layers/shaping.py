"""Layers that arrange their elements in other axes."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta

from cnncalc.arithmetic import Number, equal, prod
from cnncalc.layers.axes import has_axis, have_axes, with_sizes
from cnncalc.layers.base import LARGEST_SIZE, Axis, Check, Kept, Layer, Operations, Shape, TorchCall, View, sample_axis
from cnncalc.layers.reading import NOTHING, Reading, Rearranged, each

SizeOrOpen: TypeAlias = Annotated[int, Meta(ge=-1, le=LARGEST_SIZE)]
"""A size, or −1 for one that is left open."""


def stated(sizes: tuple[int, ...]) -> int:
    """The product of the sizes that are not left open."""
    return prod([size for size in sizes if size != -1])


class Arrangement(Layer, frozen=True):
    """What these share: no element is computed, nor moved unless the input is not contiguous."""

    is_view: ClassVar[View] = True
    keeps: ClassVar[Kept] = ()

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        return Operations()


class Rearrangement(Arrangement, frozen=True):
    """What these share: the elements stay in their order."""

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return ((Rearranged(x, self.output(x)),),)


class Flatten(Rearrangement, frozen=True):
    """Axes ``start_dim`` to ``end_dim`` made into one; both count the batch as axis 0, which stays apart.

    Source: PyTorch documentation, ``torch.nn.Flatten``.
    """

    start_dim: Axis = 1
    end_dim: Axis = -1

    def checks(self, x: Shape) -> Iterator[Check]:
        start, end = sample_axis(self.start_dim, x), sample_axis(self.end_dim, x)
        yield has_axis(self.start_dim, x, "start_dim")
        yield has_axis(self.end_dim, x, "end_dim")
        behind = "end_dim {} comes before start_dim {} in a sample of {}"
        yield Check(start <= end, "end_dim", behind, (self.end_dim, self.start_dim, x))

    def output(self, x: Shape) -> Shape:
        start, end = sample_axis(self.start_dim, x), sample_axis(self.end_dim, x)
        return (*x[:start], prod(x[start : end + 1]), *x[end + 1 :])


class Unflatten(Rearrangement, frozen=True):
    """Axis ``dim`` cut into axes of ``sizes``, of which one may be −1, to be worked out.

    Source: PyTorch documentation, ``torch.nn.Unflatten``.
    """

    dim: Axis
    unflattened_size: Annotated[tuple[SizeOrOpen, ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        axis = sample_axis(self.dim, x)
        yield has_axis(self.dim, x)
        open_axes = self.unflattened_size.count(-1)
        message = "{} has a 0, or more than one −1"
        sound = open_axes <= 1 and 0 not in self.unflattened_size
        yield Check(sound, "unflattened_size", message, (list(self.unflattened_size),))
        known = stated(self.unflattened_size)
        fits = equal(x[axis] % known, 0) if open_axes else equal(x[axis], known)
        message = "{} elements along axis {} cannot be cut into {}"
        yield Check(fits, "unflattened_size", message, (x[axis], self.dim, list(self.unflattened_size)))

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        known = stated(self.unflattened_size)
        cut = (x[axis] // known if size == -1 else size for size in self.unflattened_size)
        return with_sizes(x, axis, *cut)


class Reshape(Rearrangement, frozen=True):
    """The elements of a sample in another ``shape``, in which one size may be −1, to be worked out.

    Source: PyTorch documentation, ``torch.reshape``; the batch stays as it is.
    """

    shape: Annotated[tuple[SizeOrOpen, ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        open_axes = self.shape.count(-1)
        yield Check(open_axes <= 1 and 0 not in self.shape, "shape", "{} has a 0, or more than one −1", (self.shape,))
        known = stated(self.shape)
        fits = equal(prod(x) % known, 0) if open_axes else equal(prod(x), known)
        yield Check(fits, "shape", "the {} elements of {} do not fit into {}", (prod(x), x, self.shape))

    def output(self, x: Shape) -> Shape:
        known = stated(self.shape)
        return tuple(prod(x) // known if size == -1 else size for size in self.shape)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.reshape", self._hyper_parameters())


class ReshapeLike(Arrangement, frozen=True):
    """The first input in another ``shape``, some of whose sizes are those of the second input.

    A size may be −1, to be worked out, or 0: it is then that of the second input along the next of ``axes``, which
    count the batch as axis 0.
    """

    shape: Annotated[tuple[SizeOrOpen, ...], Meta(min_length=1, max_length=8)]
    axes: Annotated[tuple[Axis, ...], Meta(min_length=1, max_length=8)]
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    def checks(self, x: Shape, like: Shape) -> Iterator[Check]:
        message = "{} has {} zeros for {} axes, or more than one −1"
        sound = self.shape.count(0) == len(self.axes) and self.shape.count(-1) <= 1
        yield Check(sound, "shape", message, (list(self.shape), self.shape.count(0), len(self.axes)))
        yield from have_axes(self.axes, like, "axes")
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


class Permute(Arrangement, frozen=True):
    """The axes in another order: ``dims`` as PyTorch's, with the batch, axis 0, first. Source: ``torch.permute``."""

    dims: Annotated[tuple[Axis, ...], Meta(min_length=1)]

    def checks(self, x: Shape) -> Iterator[Check]:
        axes = [sample_axis(dim, x) for dim in self.dims]
        fits = axes[0] == -1 and sorted(axes) == list(range(-1, len(x)))
        yield Check(fits, "dims", "{} does not name each axis of {} once, the batch first", (list(self.dims), x))

    def output(self, x: Shape) -> Shape:
        return tuple(x[sample_axis(dim, x)] for dim in self.dims[1:])

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        order = [sample_axis(dim, x) for dim in self.dims[1:]]
        return ((tuple(each(order.index(axis)) for axis in range(len(x))),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.permute", self._hyper_parameters())


class Squeeze(Rearrangement, frozen=True):
    """Axes of size 1 left out: axis ``dim``, which counts the batch, or all of them. Source: ``torch.squeeze``."""

    dim: Axis | None = None

    def checks(self, x: Shape) -> Iterator[Check]:
        if self.dim is not None:
            yield has_axis(self.dim, x)

    def output(self, x: Shape) -> Shape:
        wanted = None if self.dim is None else sample_axis(self.dim, x)
        return tuple(size for axis, size in enumerate(x) if size != 1 or (wanted is not None and axis != wanted))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.squeeze", self._hyper_parameters())


class Unsqueeze(Rearrangement, frozen=True):
    """A new axis of size 1 before axis ``dim``, which counts the batch as axis 0. Source: ``torch.unsqueeze``."""

    dim: Axis

    def checks(self, x: Shape) -> Iterator[Check]:
        yield Check(0 <= self._axis(x) <= len(x), "dim", "an axis {} cannot be added to a sample of {}", (self.dim, x))

    def output(self, x: Shape) -> Shape:
        return (*x[: self._axis(x)], 1, *x[self._axis(x) :])

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.unsqueeze", self._hyper_parameters())

    def _axis(self, x: Shape) -> int:
        return sample_axis(self.dim, (*x, 1))
