"""Sums, means, extremes and other figures over axes."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import prod
from cnncalc.layers.axes import has_axis, with_sizes
from cnncalc.layers.base import Axis, Check, Kept, Layer, Operations, Shape, TorchCall, sample_axis
from cnncalc.layers.reading import Everything, Reading, Until, along_one, each


class Reduction(Layer, frozen=True):
    """What they share: the axes ``dim``, which count the batch as axis 0, become one element or vanish."""

    dim: Axis | Annotated[tuple[Axis, ...], Meta(min_length=1)] = (-2, -1)
    keepdim: bool = False

    def checks(self, x: Shape) -> Iterator[Check]:
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        for dim in dims:
            yield has_axis(dim, x)
        yield Check(len(set(self._axes(x))) == len(dims), "dim", "an axis is named twice among {}", (list(dims),))

    def output(self, x: Shape) -> Shape:
        axes = self._axes(x)
        if self.keepdim:
            return tuple(1 if axis in axes else size for axis, size in enumerate(x))
        return tuple(size for axis, size in enumerate(x) if axis not in axes)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axes = self._axes(x)
        kept = [axis for axis in range(len(x)) if self.keepdim or axis not in axes]
        along = (Everything() if axis in axes else each(kept.index(axis)) for axis in range(len(x)))
        return ((tuple(along),),)

    def _axes(self, x: Shape) -> list[int]:
        return [sample_axis(dim, x) for dim in (self.dim if isinstance(self.dim, tuple) else (self.dim,))]


class Mean(Reduction, frozen=True):
    """The mean over axes: an addition for each element but the first of each, and a division (``torch.mean``)."""

    keeps: ClassVar[Kept] = ()

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        means = prod(output)
        return Operations(add=prod(x) - means, div=means)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.mean", self._hyper_parameters())


class Max(Reduction, frozen=True):
    """The largest over axes: a comparison for each element but the first of each (``torch.amax``)."""

    keeps: ClassVar[Kept] = ("inputs", "output")

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(compare=prod(x) - prod(output))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.amax", self._hyper_parameters())


class Sum(Reduction, frozen=True):
    """The sum over axes: an addition for each element but the first of each (``torch.sum``)."""

    keeps: ClassVar[Kept] = ()

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(add=prod(x) - prod(output))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.sum", self._hyper_parameters())


class Min(Max, frozen=True):
    """The smallest over axes: a comparison for each element but the first of each (``torch.amin``)."""

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.amin", self._hyper_parameters())


class Product(Reduction, frozen=True):
    """The product over axes: a multiplication for each element but the first of each (``torch.prod``)."""

    keeps: ClassVar[Kept] = ("inputs", "output")

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mul=prod(x) - prod(output))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.product", self._hyper_parameters())


class ArgMax(Max, frozen=True):
    """The place of the largest along an axis: a comparison for each element but the first (``torch.argmax``)."""

    keeps: ClassVar[Kept] = ()

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.argmax", self._hyper_parameters())


class Variance(Reduction, frozen=True):
    """The variance over axes (``torch.var``).

    The mean is a sum and a division; then a subtraction and a square an element, a sum and a division.
    """

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        count, figures = prod(x), prod(output)
        return Operations(add=3 * count - 2 * figures, mul=count, div=2 * figures)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.var", self._hyper_parameters())


class StandardDeviation(Variance, frozen=True):
    """The root of the variance over axes (``torch.std``)."""

    keeps: ClassVar[Kept] = ("inputs", "output")

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return super().operations(x, output=output) + Operations(exp=prod(output))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.std", self._hyper_parameters())


class Norm(Reduction, frozen=True):
    """The Euclidean norm over axes: a square an element, the additions, a root (``torch.linalg.vector_norm``)."""

    keeps: ClassVar[Kept] = ("inputs", "output")

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mul=prod(x), add=prod(x) - prod(output), exp=prod(output))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.linalg.vector_norm", self._hyper_parameters())


class LogSumExp(Reduction, frozen=True):
    """The logarithm of the sum of exponentials over axes (``torch.logsumexp``)."""

    keeps: ClassVar[Kept] = ("inputs", "output")

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(exp=prod(x) + prod(output), add=prod(x) - prod(output))

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.logsumexp", self._hyper_parameters())


class CumulativeSum(Layer, frozen=True):
    """Along axis ``dim`` the sum of all up to each: an addition for each but the first (``torch.cumsum``)."""

    dim: Axis = 1
    keeps: ClassVar[Kept] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axis(self.dim, x)

    def output(self, x: Shape) -> Shape:
        return x

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        axis = sample_axis(self.dim, x)
        return Operations(add=prod(x) - prod(with_sizes(x, axis)))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        axis = sample_axis(self.dim, x)
        return ((along_one(axis, Until(axis, x[axis]), len(x)),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.cumsum", self._hyper_parameters())
