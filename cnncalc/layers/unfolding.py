"""Windows taken out of a tensor, and put together again."""

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.arithmetic import equal, prod
from cnncalc.layers.axes import has_axis, of_rank, with_sizes
from cnncalc.layers.base import (
    Axis,
    Check,
    Kept,
    Layer,
    Operations,
    Positive,
    Shape,
    TorchCall,
    View,
    per_axis,
    sample_axis,
)
from cnncalc.layers.formulas import window_output
from cnncalc.layers.reading import Grouped, Reading, Rearranged, Sliding, Spread, along_one
from cnncalc.layers.shaping import Arrangement
from cnncalc.layers.window import NonNegative2, Positive2


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
