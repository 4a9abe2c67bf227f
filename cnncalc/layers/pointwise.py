"""Arithmetic on each element by itself: with a number, by a function, or between limits."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from cnncalc.arithmetic import equal, prod
from cnncalc.layers.activation import Elementwise
from cnncalc.layers.axes import has_axis, with_sizes
from cnncalc.layers.base import Axis, Check, Kept, Layer, Operations, Shape, TorchCall, sample_axis
from cnncalc.layers.reading import Listed, Reading, along_one


class Scale(Elementwise, frozen=True):
    """``factor · x``: a multiplication (a division by a number is one by its reciprocal)."""

    factor: float
    keeps: ClassVar[Kept] = ()
    per_element: ClassVar[Operations] = Operations(mul=1)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.scale", self._hyper_parameters())


class Shift(Elementwise, frozen=True):
    """``x + value``: an addition."""

    value: float
    keeps: ClassVar[Kept] = ()
    per_element: ClassVar[Operations] = Operations(add=1)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.shift", self._hyper_parameters())


class Power(Elementwise, frozen=True):
    """``x ** exponent``: a square is a multiplication, any other power one transcendental function."""

    exponent: float
    per_element: ClassVar[Operations] = Operations(exp=1)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        one = Operations(mul=1) if self.exponent == 2 else self.per_element
        return one.times(prod(x))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.pow", self._hyper_parameters())


class Clamp(Elementwise, frozen=True):
    """``x`` kept between ``min`` and ``max``: a comparison for each limit. Source: ``torch.clamp``."""

    min: float | None = None
    max: float | None = None

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        limits = (self.min is not None) + (self.max is not None)
        return Operations(compare=limits).times(prod(x))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.clamp", self._hyper_parameters())


class Function(Elementwise, frozen=True):
    """A function of one number, by PyTorch's name for it.

    What costs one transcendental function, a division, a multiplication or a comparison is counted so; a change of
    sign or of type costs nothing.
    """

    # fmt: off
    function: Literal[
        "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "sin", "cos", "tan", "sinh", "cosh",
        "asin", "acos", "atan", "erf", "erfinv", "exp2", "reciprocal", "square", "abs", "sign", "neg", "floor",
        "ceil", "round", "trunc", "frac", "logical_not", "isnan", "isfinite", "compare",
    ]
    # fmt: on

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return _COSTS.get(self.function, Operations(exp=1)).times(prod(x))

    def torch_call(self, x: Shape) -> TorchCall:
        name = "decided" if self.function in _DECISIONS else "applied"
        return TorchCall(f"cnncalc.pytorch.functions.{name}", self._hyper_parameters())


_DECISIONS = ("compare", "isnan", "isfinite", "logical_not")
_COSTS = {"reciprocal": Operations(div=1), "square": Operations(mul=1), "neg": Operations()}
_COSTS |= dict.fromkeys(("abs", "sign", *_DECISIONS), Operations(compare=1))
_COSTS |= dict.fromkeys(("floor", "ceil", "round", "trunc", "frac"), Operations(compare=1))


class SELU(Elementwise, frozen=True):
    """``λ·ELU(x)``: a comparison, an exponential, a subtraction, two multiplications.

    Source: Klambauer et al., "Self-Normalizing Neural Networks" (2017); ``torch.nn.SELU``.
    """

    per_element: ClassVar[Operations] = Operations(compare=1, exp=1, add=1, mul=2)


class CELU(Elementwise, frozen=True):
    """``max(0, x) + min(0, α·(exp(x/α) − 1))``, as an ELU with a division. Source: ``torch.nn.CELU``."""

    alpha: float = 1.0
    per_element: ClassVar[Operations] = Operations(compare=1, exp=1, add=1, mul=1, div=1)

    def checks(self, x: Shape) -> Iterator[Check]:
        yield Check((self.alpha < 0) | (self.alpha > 0), "alpha", "CELU divides by alpha, which is {}", (self.alpha,))


class Softsign(Elementwise, frozen=True):
    """``x / (1 + |x|)``: a comparison, an addition, a division."""

    per_element: ClassVar[Operations] = Operations(compare=1, add=1, div=1)


class LogSigmoid(Elementwise, frozen=True):
    """``−log(1 + exp(−x))``: two transcendental functions and an addition."""

    per_element: ClassVar[Operations] = Operations(exp=2, add=1)


class Hardtanh(Elementwise, frozen=True):
    """``x`` kept between ``min_val`` and ``max_val``: two comparisons."""

    min_val: float = -1.0
    max_val: float = 1.0
    per_element: ClassVar[Operations] = Operations(compare=2)

    def checks(self, x: Shape) -> Iterator[Check]:
        message = "max_val {} is not above min_val {}"
        yield Check(self.max_val > self.min_val, "max_val", message, (self.max_val, self.min_val))


class GLU(Layer, frozen=True):
    """The first half of axis ``dim`` times the sigmoid of the second: an element costs a sigmoid and a product.

    Source: Dauphin et al., "Language Modeling with Gated Convolutional Networks" (2017); ``torch.nn.GLU``.
    """

    dim: Axis = -1

    def checks(self, x: Shape) -> Iterator[Check]:
        axis = sample_axis(self.dim, x)
        yield has_axis(self.dim, x)
        yield Check(equal(x[axis] % 2, 0), "dim", "{} elements along axis {} have no two halves", (x[axis], self.dim))

    def output(self, x: Shape) -> Shape:
        axis = sample_axis(self.dim, x)
        return with_sizes(x, axis, x[axis] // 2)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(exp=1, add=1, div=1, mul=1).times(prod(output))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """Of both halves the element in its place."""
        axis = sample_axis(self.dim, x)
        half = x[axis] // 2
        table = tuple((index, index + half) for index in range(half))
        return ((along_one(axis, Listed(axis, table), len(x)),),)
