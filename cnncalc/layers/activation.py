"""Activation functions, and Dropout, which does nothing at inference."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from cnncalc.arithmetic import equal, prod
from cnncalc.layers.axes import has_axes, has_axis, with_sizes
from cnncalc.layers.base import (
    Axis,
    Check,
    Kept,
    Layer,
    Operations,
    Parameter,
    Positive,
    Shape,
    TorchCall,
    View,
    sample_axis,
)
from cnncalc.layers.reading import SAME, Everything, Grouped, Reading, along_one, each

_SAME = (SAME,)


class Elementwise(Layer, frozen=True):
    """A function of each element by itself: ``[*M] → [*M]``, at ``per_element`` operations each."""

    per_element: ClassVar[Operations]

    def output(self, x: Shape) -> Shape:
        return x

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return self.per_element.times(prod(x))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return _SAME


class Identity(Elementwise, frozen=True):
    """``x``, unchanged."""

    is_view: ClassVar[View] = True
    keeps: ClassVar[Kept] = ()
    per_element: ClassVar[Operations] = Operations()


class Dropout(Elementwise, frozen=True):
    """``x`` at inference, which is what is counted; in training a share ``p`` of the elements becomes zero."""

    p: Annotated[float, Meta(ge=0, le=1)] = 0.5
    inplace: bool = False
    is_view: ClassVar[View] = "at inference"
    keeps: ClassVar[Kept] = ("mask",)
    per_element: ClassVar[Operations] = Operations()


class ReLU(Elementwise, frozen=True):
    """``max(0, x)``: a comparison."""

    inplace: bool = False
    keeps: ClassVar[Kept] = ("output",)
    per_element: ClassVar[Operations] = Operations(compare=1)


class LeakyReLU(Elementwise, frozen=True):
    """``x`` where positive, else ``negative_slope · x``: a comparison and a multiplication."""

    negative_slope: float = 0.01
    inplace: bool = False
    per_element: ClassVar[Operations] = Operations(compare=1, mul=1)


class Sigmoid(Elementwise, frozen=True):
    """``1 / (1 + exp(−x))``: an exponential, an addition and a division."""

    keeps: ClassVar[Kept] = ("output",)
    per_element: ClassVar[Operations] = Operations(exp=1, add=1, div=1)


class Tanh(Elementwise, frozen=True):
    """``tanh(x)``: one transcendental function."""

    keeps: ClassVar[Kept] = ("output",)
    per_element: ClassVar[Operations] = Operations(exp=1)


class Softmax(Layer, frozen=True):
    """``exp(x_i) / Σ exp(x_j)`` along axis ``dim``: an exponential and a division an element, and the sums' additions.

    Source: PyTorch documentation, ``torch.nn.Softmax``; ``dim`` counts the batch as axis 0.
    """

    dim: Axis = 1
    keeps: ClassVar[Kept] = ("output",)

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axis(self.dim, x)

    def output(self, x: Shape) -> Shape:
        return x

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        axis = sample_axis(self.dim, x)
        count, sums = prod(x), prod(with_sizes(x, axis))
        return Operations(exp=count, add=count - sums, div=count)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        return ((along_one(axis, Everything(axis), len(x)),),)


class LogSoftmax(Softmax, frozen=True):
    """``x_i − log Σ exp(x_j)`` along axis ``dim``: an exponential and a subtraction an element, sums, logarithms.

    Source: PyTorch documentation, ``torch.nn.LogSoftmax``.
    """

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        axis = sample_axis(self.dim, x)
        count, sums = prod(x), prod(with_sizes(x, axis))
        return Operations(exp=count + sums, add=2 * count - sums)


class ReLU6(Elementwise, frozen=True):
    """``min(max(0, x), 6)``: two comparisons."""

    inplace: bool = False
    per_element: ClassVar[Operations] = Operations(compare=2)


class ELU(Elementwise, frozen=True):
    """``x`` where positive, else ``α·(exp(x) − 1)``: a comparison, an exponential, a subtraction, a multiplication."""

    alpha: float = 1.0
    inplace: bool = False
    per_element: ClassVar[Operations] = Operations(compare=1, exp=1, add=1, mul=1)


class GELU(Elementwise, frozen=True):
    """``x/2 · (1 + erf(x/√2))``: three multiplications, an addition and one transcendental function."""

    approximate: Literal["none", "tanh"] = "none"
    per_element: ClassVar[Operations] = Operations(mul=3, add=1, exp=1)


class SiLU(Elementwise, frozen=True):
    """``x / (1 + exp(−x))``: an exponential, an addition and a division."""

    inplace: bool = False
    per_element: ClassVar[Operations] = Operations(exp=1, add=1, div=1)


class Hardsigmoid(Elementwise, frozen=True):
    """``ReLU6(x + 3) / 6``: an addition, two comparisons, a division."""

    inplace: bool = False
    per_element: ClassVar[Operations] = Operations(add=1, compare=2, div=1)


class Hardswish(Elementwise, frozen=True):
    """``x · ReLU6(x + 3) / 6``: an addition, two comparisons, a multiplication, a division."""

    inplace: bool = False
    per_element: ClassVar[Operations] = Operations(add=1, compare=2, mul=1, div=1)


class Softplus(Elementwise, frozen=True):
    """``log(1 + exp(β·x)) / β``: a multiplication, an exponential, an addition, a logarithm, a division."""

    beta: float = 1.0
    threshold: float = 20.0
    per_element: ClassVar[Operations] = Operations(mul=1, exp=2, add=1, div=1)


class Mish(Elementwise, frozen=True):
    """``x · tanh(log(1 + exp(x)))``: three transcendental functions, an addition, a multiplication."""

    inplace: bool = False
    per_element: ClassVar[Operations] = Operations(exp=3, add=1, mul=1)


class StochasticDepth(Elementwise, frozen=True):
    """``x`` at inference; in training the branch that ends here is left out with probability ``p``.

    Source: Huang et al., "Deep Networks with Stochastic Depth" (2016); ``torchvision.ops.StochasticDepth``.
    """

    p: Annotated[float, Meta(ge=0, le=1)] = 0.5
    mode: Literal["batch", "row"] = "row"
    is_view: ClassVar[View] = "at inference"
    keeps: ClassVar[Kept] = ()
    per_element: ClassVar[Operations] = Operations()

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module()


class PReLU(Elementwise, frozen=True):
    """``x`` where positive, else ``a·x`` with a learned slope, one for all or one a channel.

    Source: PyTorch documentation, ``torch.nn.PReLU``.
    """

    num_parameters: Positive = 1
    per_element: ClassVar[Operations] = Operations(compare=1, mul=1)

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axes("PReLU", x)
        fits = equal(self.num_parameters, 1) | equal(self.num_parameters, x[0])
        message = "{} slopes fit neither all channels as one nor the {} channels that arrive"
        yield Check(fits, "num_parameters", message, (self.num_parameters, x[0]))

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", (self.num_parameters,)),)


class PositionBias(Elementwise, frozen=True):
    """``x + b`` with a learned term for each element, as AlphaGo's last convolution has one a position.

    Source: Silver et al., "Mastering the game of Go with deep neural networks and tree search" (2016), Methods.
    """

    keeps: ClassVar[Kept] = ()
    per_element: ClassVar[Operations] = Operations(add=1)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("bias", x),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module(shape=x)


class LayerScale(Elementwise, frozen=True):
    """``γ·x`` with a learned factor for each channel.

    Source: Touvron et al., "Going deeper with Image Transformers" (2021), equation 4.
    """

    per_element: ClassVar[Operations] = Operations(mul=1)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("gamma", x[:1]),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module(num_channels=x[0])


class Maxout(Layer, frozen=True):
    """The largest of each ``pieces`` neighbouring channels: ``[C, *M] → [C/pieces, *M]``.

    Source: Goodfellow et al., "Maxout Networks" (2013), section 3.
    """

    pieces: Positive
    keeps: ClassVar[Kept] = ("inputs", "output")

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axes("Maxout", x)
        message = "{} channels cannot be divided into groups of {}"
        yield Check(equal(x[0] % self.pieces, 0), "pieces", message, (x[0], self.pieces))

    def output(self, x: Shape) -> Shape:
        return (x[0] // self.pieces, *x[1:])

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(compare=prod(x) - prod(output))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((Grouped(0, self.pieces), *map(each, range(1, len(x)))),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module()
