"""Pooling over sliding windows."""

from collections.abc import Iterator
from itertools import count
from typing import Any, ClassVar, Generic

from cnncalc.arithmetic import prod
from cnncalc.layers.axes import AXES, of_rank
from cnncalc.layers.base import Check, Kept, Layer, Operations, Shape, TorchCall, per_axis
from cnncalc.layers.formulas import transposed_output
from cnncalc.layers.reading import Reading, Spread, each
from cnncalc.layers.window import (
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


class Pool(Windowed, Generic[Sizes], frozen=True):
    """What the pools share: ``[C, *M] → [C, *positions]``; the stride is the kernel's size unless stated.

    The operations are those of whole windows, padding included, as a convolution's multiply-accumulates are.
    Source: PyTorch documentation, ``torch.nn.MaxPool2d`` and ``torch.nn.AvgPool2d``.
    """

    kernel_size: Sizes
    stride: Sizes | None = None
    wants_whole_kernel: ClassVar[bool] = False

    def windows(self) -> tuple[Window, ...]:
        stride = self.kernel_size if self.stride is None else self.stride
        return windows_along(self.rank, self.kernel_size, stride, *self._padding_and_dilation())

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from super().checks(x)
        for (axis, _), size, w in zip(AXES[self.rank], x[1:], self.windows(), strict=True):
            if self.wants_whole_kernel:
                small = "a kernel of {} is larger than the {} of {}, which this kind does not take, padded or not"
                yield Check(size >= w.kernel, "kernel_size", small, (w.kernel, axis, size))
            message = "padding {} along the {} is more than half of a kernel of {}"
            yield Check(2 * w.padding <= w.kernel, "padding", message, (w.padding, axis, w.kernel))

    def output(self, x: Shape) -> Shape:
        return (x[0], *self.positions(x))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return self._window_operations().times(prod(output))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((each(0), *self.slides()),),)

    def _padding_and_dilation(self) -> tuple[Any, Any]:
        return (0, 1)

    def _window_operations(self) -> Operations:
        raise NotImplementedError


class MaxPool(Pool[Sizes], Generic[Sizes, Paddings], frozen=True):
    """The largest element of each window: a comparison for each element but the first."""

    padding: Paddings = ZERO
    dilation: Sizes = ONE
    ceil_mode: bool = False
    keeps: ClassVar[Kept] = ("inputs", "places")

    def ceiling(self) -> bool:
        return self.ceil_mode

    def _padding_and_dilation(self) -> tuple[Any, Any]:
        return (self.padding, self.dilation)

    def _window_operations(self) -> Operations:
        return Operations(compare=prod(per_axis(self.kernel_size, self.rank)) - 1)


class AvgPool(Pool[Sizes], Generic[Sizes, Paddings], frozen=True):
    """The mean of each window: an addition for each element but the first, and a division."""

    padding: Paddings = ZERO
    ceil_mode: bool = False
    count_include_pad: bool = True

    def ceiling(self) -> bool:
        return self.ceil_mode

    def _padding_and_dilation(self) -> tuple[Any, Any]:
        return (self.padding, 1)

    def _window_operations(self) -> Operations:
        return Operations(add=prod(per_axis(self.kernel_size, self.rank)) - 1, div=1)


class LPPool(Pool[Sizes], frozen=True):
    """The ``norm_type``-th root of the sum of powers of each window: a power an element, the additions, and a root.

    Source: PyTorch documentation, ``torch.nn.LPPool2d``; it takes no padding.
    """

    ceil_mode: bool = False
    norm_type: float = 2.0

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from super().checks(x)
        root = (self.norm_type < 0) | (self.norm_type > 0)
        yield Check(root, "norm_type", "there is no root of degree {}", (self.norm_type,))

    def ceiling(self) -> bool:
        return self.ceil_mode

    def _window_operations(self) -> Operations:
        taps = prod(per_axis(self.kernel_size, self.rank))
        return Operations(exp=taps + 1, add=taps - 1)


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
    wants_whole_kernel: ClassVar[bool] = True


class LPPool1d(LPPool[Positive1], frozen=True):
    """Power-average pooling over ``[C, L]``."""

    rank: ClassVar[int] = 1

    def torch_call(self, x: Shape) -> TorchCall:
        """With the kernel as a number, since PyTorch multiplies by it as it is."""
        return self._torch_module(kernel_size=per_axis(self.kernel_size, 1)[0])


class LPPool2d(LPPool[Positive2], frozen=True):
    """Power-average pooling over ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class LPPool3d(LPPool[Positive3], frozen=True):
    """Power-average pooling over ``[C, D, H, W]``, which PyTorch computes by AvgPool3d and its rule."""

    rank: ClassVar[int] = 3
    wants_whole_kernel: ClassVar[bool] = True


class MaxUnpool(Layer, Generic[Sizes, Paddings], frozen=True):
    """Maxima put back where a MaxPool of the same settings took them, ``[C, *M] → [C, *sizes]``, zeros elsewhere.

    The size is ``(M − 1)·S − 2P + K``. Source: PyTorch documentation, ``torch.nn.MaxUnpool2d``, whose second input, the
    places of the maxima, is no edge of the graph.
    """

    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Paddings = ZERO
    rank: ClassVar[int]
    keeps: ClassVar[Kept] = ("places",)

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank(type(self).__name__, x, self.rank)
        for size in self.output(x)[1:]:
            yield Check(size >= 1, "padding", "nothing is left of {}", (x,))

    def output(self, x: Shape) -> Shape:
        return (x[0], *map(transposed_output, x[1:], *self._sides()))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """A maximum may have come from any place of its window."""
        return (((each(0), *map(Spread, count(1), *self._sides())),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.modules.MaxUnpool", self._hyper_parameters() | {"rank": self.rank})

    def _sides(self) -> list[tuple[int, ...]]:
        """Kernel, stride and padding, each along every axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        return [per_axis(side, self.rank) for side in (self.kernel_size, stride, self.padding)]


class MaxUnpool1d(MaxUnpool[Positive1, NonNegative1], frozen=True):
    """Unpooling to ``[C, L]``."""

    rank: ClassVar[int] = 1


class MaxUnpool2d(MaxUnpool[Positive2, NonNegative2], frozen=True):
    """Unpooling to ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class MaxUnpool3d(MaxUnpool[Positive3, NonNegative3], frozen=True):
    """Unpooling to ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3
