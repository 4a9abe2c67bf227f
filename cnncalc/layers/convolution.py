"""Convolutions."""

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, Literal

from cnncalc.arithmetic import equal, prod
from cnncalc.layers.base import (
    Check,
    Operations,
    Parameter,
    Positive,
    Shape,
    TorchCall,
    agrees,
    per_axis,
    weight_and_bias,
)
from cnncalc.layers.formulas import same_padding, weight_macs
from cnncalc.layers.reading import Reading, Sliding, grouped_channels
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
    divided,
    slides_along,
    windows_along,
)


class Convolution(Windowed, Generic[Sizes, Paddings], frozen=True):
    """A convolution over any number of axes: ``[Cin, *M] → [Cout, *positions]``.

    ``padding="same"`` keeps the input's size (stride 1 only), ``"valid"`` pads nothing. The weight is
    ``Cout × Cin/G × *K``, the bias one term a filter. Source: PyTorch documentation, ``torch.nn.Conv2d``.
    """

    out_channels: Positive
    kernel_size: Sizes
    stride: Sizes = ONE
    padding: Paddings | Literal["same", "valid"] = ZERO
    dilation: Sizes = ONE
    groups: Positive = 1
    bias: bool = True
    in_channels: Positive | None = None

    def windows(self) -> tuple[Window, ...] | None:
        return None if self.padding == "same" else windows_along(self.rank, *self._sides())

    def slides(self) -> tuple[Sliding, ...]:
        if self.padding != "same":
            return slides_along(self.rank, *self._sides())
        sides = zip(per_axis(self.kernel_size, self.rank), per_axis(self.dilation, self.rank), strict=True)
        return tuple(
            Sliding(axis, kernel, 1, same_padding(kernel, dilation), dilation)
            for axis, (kernel, dilation) in enumerate(sides, start=1)
        )

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from super().checks(x)
        yield agrees(self.in_channels, x[0], "in_channels")
        yield from divided(self.groups, x[0], self.out_channels)
        if self.padding == "same":
            for stride in per_axis(self.stride, self.rank):
                yield Check(equal(stride, 1), "stride", 'padding "same" needs stride 1, found {}', (stride,))

    def output(self, x: Shape) -> Shape:
        return (self.out_channels, *self.positions(x))

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return weight_and_bias(self._weight(x), (self.out_channels,) if self.bias else None)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mac=weight_macs(output[1:], self._weight(x)), add=prod(output) if self.bias else 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        channels = grouped_channels(self.groups, x[0], self.out_channels)
        return (((channels, *self.slides()),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._torch_module(in_channels=x[0])

    def _sides(self) -> tuple[Any, ...]:
        """Kernel, stride, padding and dilation, each once or one an axis."""
        return (self.kernel_size, self.stride, 0 if self.padding == "valid" else self.padding, self.dilation)

    def _weight(self, x: Shape) -> Shape:
        return (self.out_channels, x[0] // self.groups, *per_axis(self.kernel_size, self.rank))


class Conv1d(Convolution[Positive1, NonNegative1], frozen=True):
    """A convolution over ``[C, L]``."""

    rank: ClassVar[int] = 1


class Conv2d(Convolution[Positive2, NonNegative2], frozen=True):
    """A convolution over ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class Conv3d(Convolution[Positive3, NonNegative3], frozen=True):
    """A convolution over ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3
