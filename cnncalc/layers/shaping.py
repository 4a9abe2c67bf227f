"""Layers that only arrange their elements anew."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import ceil_div, equal, maximum, minimum, prod
from cnncalc.layers.axes import has_axis, of_rank, with_sizes
from cnncalc.layers.base import (
    Axis,
    Check,
    Kept,
    Layer,
    NonNegative,
    Operations,
    Positive,
    Shape,
    TorchCall,
    View,
    per_axis,
    sample_axis,
)
from cnncalc.layers.formulas import window_output
from cnncalc.layers.reading import Grouped, Reading, Rearranged, Sliding, Spread, along_one, each
from cnncalc.layers.window import NonNegative2, Positive2


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


class Reshape(Rearrangement, frozen=True):
    """The elements of a sample in another ``shape``, in which one size may be −1, to be worked out.

    Source: PyTorch documentation, ``torch.reshape``; the batch stays as it is.
    """

    shape: Annotated[tuple[Annotated[int, Meta(ge=-1, le=2**31 - 1)], ...], Meta(min_length=1, max_length=8)]

    def checks(self, x: Shape) -> Iterator[Check]:
        open_axes = self.shape.count(-1)
        yield Check(open_axes <= 1 and 0 not in self.shape, "shape", "{} has a 0, or more than one −1", (self.shape,))
        known = prod([size for size in self.shape if size != -1])
        fits = equal(prod(x) % known, 0) if open_axes else equal(prod(x), known)
        yield Check(fits, "shape", "the {} elements of {} do not fit into {}", (prod(x), x, self.shape))

    def output(self, x: Shape) -> Shape:
        known = prod([size for size in self.shape if size != -1])
        return tuple(prod(x) // known if size == -1 else size for size in self.shape)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.reshape", self._hyper_parameters())


class Permute(Arrangement, frozen=True):
    """The axes in another order: ``dims`` as PyTorch's, with the batch, axis 0, first. Source: ``torch.permute``."""

    dims: Annotated[tuple[Annotated[int, Meta(ge=-16, le=16)], ...], Meta(min_length=1)]

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


def cut(x: Shape, axis: int, start: int, step: int = 1) -> tuple[Reading, ...]:
    """What a layer reads that takes every ``step``-th element of one axis, from ``start`` on."""
    return ((along_one(axis, Sliding(axis, 1, step, -start), len(x)),),)


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
        start, stop = (self._position(bound, size) for bound in (self.start, size if self.stop is None else self.stop))
        return maximum(ceil_div(stop - start, self.step), 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        return cut(x, axis, self._position(self.start, x[axis]), self.step)

    @staticmethod
    def _position(bound: int, size: int) -> int:
        """A bound within the axis: negative ones count from the end, those outside are the end that they pass."""
        return minimum(bound, size) if bound is size or bound >= 0 else maximum(size + bound, 0)


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


class Unfold(Arrangement, frozen=True):
    """Every window of ``[C, H, W]`` as a column: ``[C·K·K, positions]``.

    Source: PyTorch documentation, ``torch.nn.Unfold``.
    """

    kernel_size: Positive2
    dilation: Positive2 = 1
    padding: NonNegative2 = 0
    stride: Positive2 = 1
    is_view: ClassVar[View] = False

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank("Unfold", x, 2)
        for count in self._positions(x):
            yield Check(count >= 1, "kernel_size", "the kernel does not fit into {}", (x,))

    def output(self, x: Shape) -> Shape:
        return (x[0] * prod(per_axis(self.kernel_size, 2)), prod(self._positions(x)))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """Of a column as a whole; its rows, one for each tap, are not told apart."""
        taps = prod(per_axis(self.kernel_size, 2))
        windows = (Grouped(0, 1, taps), *map(Sliding, (1, 2), *self._sides()))
        return ((windows, Rearranged((x[0] * taps, *self._positions(x)), self.output(x))),)

    def _positions(self, x: Shape) -> Shape:
        return tuple(map(window_output, x[1:], *self._sides()))

    def _sides(self) -> list[tuple[int, ...]]:
        """Kernel, stride, padding and dilation, each along both axes."""
        return [per_axis(side, 2) for side in (self.kernel_size, self.stride, self.padding, self.dilation)]


class Fold(Layer, frozen=True):
    """Columns summed back into an image: ``[C·K·K, positions] → [C, *output_size]``, an addition for each element read.

    Source: PyTorch documentation, ``torch.nn.Fold``.
    """

    output_size: Positive2
    kernel_size: Positive2
    dilation: Positive2 = 1
    padding: NonNegative2 = 0
    stride: Positive2 = 1
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        message = "Fold takes an input of 2 axes, [C·K·K, positions]; what arrives is {}"
        yield Check(len(x) == 2, "", message, (x,))
        taps = prod(per_axis(self.kernel_size, 2))
        yield Check(equal(x[0] % taps, 0), "kernel_size", "{} rows cannot be divided by {} taps", (x[0], taps))
        counts = self._positions()
        for count in counts:
            yield Check(count >= 1, "kernel_size", "the kernel does not fit into {}", (per_axis(self.output_size, 2),))
        message = "{} columns arrive, the windows on {} are {}"
        values = (x[1], per_axis(self.output_size, 2), prod(counts))
        yield Check(equal(x[1], prod(counts)), "output_size", message, values)

    def output(self, x: Shape) -> Shape:
        return (x[0] // prod(per_axis(self.kernel_size, 2)), *per_axis(self.output_size, 2))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(add=prod(x))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """Of a column as a whole; its rows, one for each tap, are not told apart."""
        taps = prod(per_axis(self.kernel_size, 2))
        windows = (Grouped(0, taps), *map(Spread, (1, 2), *self._sides()))
        return ((Rearranged(x, (x[0], *self._positions())), windows),)

    def _positions(self) -> Shape:
        return tuple(map(window_output, per_axis(self.output_size, 2), *self._sides()))

    def _sides(self) -> list[tuple[int, ...]]:
        """Kernel, stride, padding and dilation, each along both axes."""
        return [per_axis(side, 2) for side in (self.kernel_size, self.stride, self.padding, self.dilation)]
