"""Pooling over sliding windows."""

from collections.abc import Iterator
from typing import ClassVar, Generic

from cnncalc.arithmetic import prod
from cnncalc.layers.base import Check, Operations, Shape, per_axis
from cnncalc.layers.window import (
    AXES,
    ONE,
    ZERO,
    NonNegative1,
    NonNegative2,
    NonNegative3,
    Paddings,
    Positive1,
    Positive2,
    Positive3,
    Sizes,
    Window,
    Windowed,
    windows_along,
)


class Pool(Windowed, Generic[Sizes, Paddings], frozen=True):
    """What the pools share: ``[C, *M] → [C, *positions]``; the stride is the kernel's size unless stated.

    The operations are those of whole windows, padding included, as a convolution's multiply-accumulates are.
    Source: PyTorch documentation, ``torch.nn.MaxPool2d`` and ``torch.nn.AvgPool2d``.
    """

    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Paddings = ZERO
    ceil_mode: bool = False

    def windows(self) -> tuple[Window, ...]:
        stride = self.kernel_size if self.stride is None else self.stride
        return windows_along(self.rank, self.kernel_size, stride, self.padding, self._dilation())

    def ceiling(self) -> bool:
        return self.ceil_mode

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from super().checks(x)
        for (axis, _), w in zip(AXES[self.rank], self.windows(), strict=True):
            message = "padding {} along the {} is more than half of a kernel of {}"
            yield Check(2 * w.padding <= w.kernel, "padding", message, (w.padding, axis, w.kernel))

    def output(self, x: Shape) -> Shape:
        return (x[0], *self.positions(x))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return self._window_operations().times(prod(output))

    def _dilation(self) -> Sizes:
        return ONE  # type: ignore[no-any-return]

    def _window_operations(self) -> Operations:
        raise NotImplementedError


class MaxPool(Pool[Sizes, Paddings], frozen=True):
    """The largest element of each window: a comparison for each element but the first."""

    dilation: Sizes = ONE

    def _dilation(self) -> Sizes:
        return self.dilation

    def _window_operations(self) -> Operations:
        return Operations(compare=prod(per_axis(self.kernel_size, self.rank)) - 1)


class AvgPool(Pool[Sizes, Paddings], frozen=True):
    """The mean of each window: an addition for each element but the first, and a division."""

    count_include_pad: bool = True

    def _window_operations(self) -> Operations:
        return Operations(add=prod(per_axis(self.kernel_size, self.rank)) - 1, div=1)


class MaxPool1d(MaxPool[Positive1, NonNegative1], frozen=True):
    """Maximum pooling over ``[C, L]``."""

    rank: ClassVar[int] = 1


class MaxPool2d(MaxPool[Positive2, NonNegative2], frozen=True):
    """Maximum pooling over ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class MaxPool3d(MaxPool[Positive3, NonNegative3], frozen=True):
    """Maximum pooling over ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3


class AvgPool1d(AvgPool[Positive1, NonNegative1], frozen=True):
    """Average pooling over ``[C, L]``."""

    rank: ClassVar[int] = 1


class AvgPool2d(AvgPool[Positive2, NonNegative2], frozen=True):
    """Average pooling over ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class AvgPool3d(AvgPool[Positive3, NonNegative3], frozen=True):
    """Average pooling over ``[C, D, H, W]``; PyTorch's wants every axis as large as the kernel, padding not counted."""

    rank: ClassVar[int] = 3

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from super().checks(x)
        for (axis, _), size, w in zip(AXES[self.rank], x[1:], self.windows(), strict=True):
            message = "a kernel of {} is larger than the {} of {}, which AvgPool3d does not take, padded or not"
            yield Check(size >= w.kernel, "kernel_size", message, (w.kernel, axis, size))
