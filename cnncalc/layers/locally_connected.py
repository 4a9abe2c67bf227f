"""Relatives of the convolution that PyTorch has not: fewer connections, or weights that are shared less."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import prod
from cnncalc.layers.base import (
    Check,
    NonNegative,
    Operations,
    Parameter,
    Positive,
    Shape,
    TorchCall,
    per_axis,
    weight_and_bias,
)
from cnncalc.layers.formulas import weight_macs
from cnncalc.layers.pooling import Pool
from cnncalc.layers.reading import CHANNELS, Grouped, Listed, Reading
from cnncalc.layers.window import NonNegative2, Positive2, Window, Windowed, windows_along


class Windowed2d(Windowed, frozen=True):
    """What these share: a kernel that slides over ``[C, H, W]``."""

    kernel_size: Positive2
    stride: Positive2 = 1
    padding: NonNegative2 = 0
    bias: bool = True
    rank: ClassVar[int] = 2

    def windows(self) -> tuple[Window, ...]:
        return windows_along(2, self.kernel_size, self.stride, self.padding)

    def _kernel(self) -> tuple[int, ...]:
        return per_axis(self.kernel_size, 2)


class DepthwiseConv2d(Windowed2d, frozen=True):
    """A convolution of each channel by itself, ``[C, H, W] → [C·m, *positions]``: a Conv2d with C groups.

    Source: Howard et al., "MobileNets" (2017), section 3.1; Chollet, "Xception" (2017).
    """

    channel_multiplier: Positive = 1

    def output(self, x: Shape) -> Shape:
        return (x[0] * self.channel_multiplier, *self.positions(x))

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return weight_and_bias(self._weight(x), self.output(x)[:1] if self.bias else None)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mac=weight_macs(output[1:], self._weight(x)), add=prod(output) if self.bias else 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((Grouped(0, 1, self.channel_multiplier), *self.slides()),),)

    def torch_call(self, x: Shape) -> TorchCall:
        given = self._hyper_parameters()
        channels = {"in_channels": x[0], "out_channels": x[0] * given.pop("channel_multiplier"), "groups": x[0]}
        return TorchCall("torch.nn.Conv2d", given | channels)

    def _weight(self, x: Shape) -> Shape:
        return (x[0] * self.channel_multiplier, 1, *self._kernel())


class SeparableConv2d(Windowed2d, frozen=True, kw_only=True):
    """A depthwise convolution and a 1×1 convolution of its output, with one bias at the end.

    Source: Howard et al., "MobileNets" (2017), section 3.1; Chollet, "Xception" (2017), figure 4.
    """

    out_channels: Positive
    channel_multiplier: Positive = 1

    def output(self, x: Shape) -> Shape:
        return (self.out_channels, *self.positions(x))

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        depthwise, pointwise = self._weights(x)
        weights = (Parameter("depthwise.weight", depthwise), Parameter("pointwise.weight", pointwise))
        return (*weights, Parameter("pointwise.bias", (self.out_channels,))) if self.bias else weights

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        depthwise, pointwise = (weight_macs(output[1:], weight) for weight in self._weights(x))
        return Operations(mac=depthwise + pointwise, add=prod(output) if self.bias else 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((CHANNELS, *self.slides()),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module(in_channels=x[0])

    def _weights(self, x: Shape) -> tuple[Shape, Shape]:
        between = x[0] * self.channel_multiplier
        return (between, 1, *self._kernel()), (self.out_channels, between, 1, 1)


class LocallyConnected2d(Windowed2d, frozen=True, kw_only=True):
    """A convolution whose filters have weights of their own at every position; the bias, too, is one an output element.

    Source: the lectures' comparison of full connection, local connection and shared weights; Taigman et al.,
    "DeepFace" (2014), section 3.
    """

    out_channels: Positive

    def output(self, x: Shape) -> Shape:
        return (self.out_channels, *self.positions(x))

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return weight_and_bias(self._weight(x), self.output(x) if self.bias else None)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mac=prod(self._weight(x)), add=prod(output) if self.bias else 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((CHANNELS, *self.slides()),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module(in_channels=x[0], positions=self.positions(x))

    def _weight(self, x: Shape) -> Shape:
        return (*self.positions(x), self.out_channels, x[0], *self._kernel())


class ConnectedConv2d(Windowed2d, frozen=True, kw_only=True):
    """A convolution with a connection table: output map i reads only the input maps ``table[i]``, counted from 0.

    Source: LeCun, Bottou, Bengio and Haffner (1998), table I, layer C3 of LeNet-5.
    """

    table: Annotated[tuple[Annotated[tuple[NonNegative, ...], Meta(min_length=1)], ...], Meta(min_length=1)]

    def settings(self) -> dict[str, object]:
        return super().settings() | {"table": f"{sum(map(len, self.table))} pairs"}

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from super().checks(x)
        for row, maps in enumerate(self.table):
            largest = max(maps)
            message = "output map {} reads input map {}, but only {} arrive, counted from 0"
            yield Check(largest < x[0], "table", message, (row, largest, x[0]))
            twice = "output map {} reads an input map twice: {}"
            yield Check(len(set(maps)) == len(maps), "table", twice, (row, ", ".join(map(str, maps))))

    def output(self, x: Shape) -> Shape:
        return (len(self.table), *self.positions(x))

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return weight_and_bias(self._weight(), (len(self.table),) if self.bias else None)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mac=weight_macs(output[1:], self._weight()), add=prod(output) if self.bias else 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((Listed(0, self.table), *self.slides()),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module()

    def _weight(self) -> Shape:
        return (sum(map(len, self.table)), *self._kernel())


class Subsampling2d(Pool[Positive2], frozen=True):
    """LeNet-5's trainable subsampling: a window's sum times one coefficient a map, plus one bias a map.

    The stride is the kernel's size unless stated. Source: LeCun, Bottou, Bengio and Haffner (1998), section II.B,
    layers S2 and S4.
    """

    bias: bool = True
    rank: ClassVar[int] = 2

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        coefficient = Parameter("coefficient", (x[0],))
        return (coefficient, Parameter("bias", (x[0],))) if self.bias else (coefficient,)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module(num_channels=x[0])

    def _window_operations(self) -> Operations:
        return Operations(mul=1, add=prod(per_axis(self.kernel_size, 2)) - 1 + self.bias)
