"""Transposed convolutions."""

from collections.abc import Iterator
from itertools import count
from typing import ClassVar, Generic

from cnncalc.arithmetic import prod
from cnncalc.layers.axes import AXES, of_rank
from cnncalc.layers.base import (
    Check,
    Layer,
    Operations,
    Parameter,
    Positive,
    Shape,
    TorchCall,
    agrees,
    per_axis,
    weight_and_bias,
)
from cnncalc.layers.formulas import transposed_output, weight_macs
from cnncalc.layers.reading import Reading, Spread, grouped_channels
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
    divided,
)


class TransposedConvolution(Layer, Generic[Sizes, Paddings], frozen=True):
    """A transposed convolution over any number of axes: ``[Cin, *M] → [Cout, *sizes]``.

    The weight is ``Cin × Cout/G × *K``, and each of its elements is used once at each *input* position. Source: PyTorch
    documentation, ``torch.nn.ConvTranspose2d``; Dumoulin and Visin (2016), section 4.
    """

    out_channels: Positive
    kernel_size: Sizes
    stride: Sizes = ONE
    padding: Paddings = ZERO
    output_padding: Paddings = ZERO
    groups: Positive = 1
    bias: bool = True
    dilation: Sizes = ONE
    in_channels: Positive | None = None
    rank: ClassVar[int]

    def settings(self) -> dict[str, object]:
        return super().settings() | {"kernel_size": per_axis(self.kernel_size, self.rank)}

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank(type(self).__name__, x, self.rank)
        yield agrees(self.in_channels, x[0], "in_channels")
        yield from divided(self.groups, x[0], self.out_channels)
        small = "output_padding {} is smaller than neither stride {} nor dilation {}"
        tall = "the output along the {} would have {} elements"
        for (axis, _), size, extra, stride, dilation in zip(
            AXES[self.rank],
            self.output(x)[1:],
            per_axis(self.output_padding, self.rank),
            per_axis(self.stride, self.rank),
            per_axis(self.dilation, self.rank),
            strict=True,
        ):
            fits = (extra < stride) | (extra < dilation)
            yield Check(fits, "output_padding", small, (extra, stride, dilation))
            yield Check(size >= 1, "padding", tall, (axis, size))

    def output(self, x: Shape) -> Shape:
        sides = (self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation)
        per_side = (per_axis(side, self.rank) for side in sides)
        return (self.out_channels, *map(transposed_output, x[1:], *per_side))

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return weight_and_bias(self._weight(x), (self.out_channels,) if self.bias else None)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mac=weight_macs(x[1:], self._weight(x)), add=prod(output) if self.bias else 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        channels = grouped_channels(self.groups, x[0], self.out_channels)
        sides = (self.kernel_size, self.stride, self.padding, self.dilation)
        along = map(Spread, count(1), *(per_axis(side, self.rank) for side in sides))
        return (((channels, *along),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._torch_module(in_channels=x[0])

    def _weight(self, x: Shape) -> Shape:
        return (x[0], self.out_channels // self.groups, *per_axis(self.kernel_size, self.rank))


class ConvTranspose1d(TransposedConvolution[Positive1, NonNegative1], frozen=True):
    """A transposed convolution over ``[C, L]``."""

    rank: ClassVar[int] = 1


class ConvTranspose2d(TransposedConvolution[Positive2, NonNegative2], frozen=True):
    """A transposed convolution over ``[C, H, W]``."""

    rank: ClassVar[int] = 2


class ConvTranspose3d(TransposedConvolution[Positive3, NonNegative3], frozen=True):
    """A transposed convolution over ``[C, D, H, W]``."""

    rank: ClassVar[int] = 3
