"""Activation functions, and Dropout, which does nothing at inference."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import prod
from cnncalc.layers.base import Axis, Check, Layer, Operations, Shape, sample_axis


class Elementwise(Layer, frozen=True):
    """A function of each element by itself: ``[*M] → [*M]``, at ``per_element`` operations each."""

    per_element: ClassVar[Operations]

    def output(self, x: Shape) -> Shape:
        return x

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return self.per_element.times(prod(x))


class Identity(Elementwise, frozen=True):
    """``x``, unchanged."""

    per_element: ClassVar[Operations] = Operations()


class Dropout(Elementwise, frozen=True):
    """``x`` at inference, which is what is counted; in training a share ``p`` of the elements becomes zero."""

    p: Annotated[float, Meta(ge=0, le=1)] = 0.5
    per_element: ClassVar[Operations] = Operations()


class ReLU(Elementwise, frozen=True):
    """``max(0, x)``: a comparison."""

    per_element: ClassVar[Operations] = Operations(compare=1)


class LeakyReLU(Elementwise, frozen=True):
    """``x`` where positive, else ``negative_slope · x``: a comparison and a multiplication."""

    negative_slope: float = 0.01
    per_element: ClassVar[Operations] = Operations(compare=1, mul=1)


class Sigmoid(Elementwise, frozen=True):
    """``1 / (1 + exp(−x))``: an exponential, an addition and a division."""

    per_element: ClassVar[Operations] = Operations(exp=1, add=1, div=1)


class Tanh(Elementwise, frozen=True):
    """``tanh(x)``: one transcendental function."""

    per_element: ClassVar[Operations] = Operations(exp=1)


class Softmax(Layer, frozen=True):
    """``exp(x_i) / Σ exp(x_j)`` along axis ``dim``: an exponential and a division an element, and the sums' additions.

    Source: PyTorch documentation, ``torch.nn.Softmax``; ``dim`` counts the batch as axis 0.
    """

    dim: Axis = 1

    def checks(self, x: Shape) -> Iterator[Check]:
        inside = 0 <= sample_axis(self.dim, x) < len(x)
        yield Check(inside, "dim", "axis {} is not an axis of a sample of {}; axis 0 is the batch", (self.dim, x))

    def output(self, x: Shape) -> Shape:
        return x

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        axis = sample_axis(self.dim, x)
        count, sums = prod(x), prod(x[:axis] + x[axis + 1 :])
        return Operations(exp=count, add=count - sums, div=count)
