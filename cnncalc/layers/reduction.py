"""Means and maxima over axes."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import prod
from cnncalc.layers.base import Axis, Check, Kept, Layer, Operations, Shape, TorchCall, sample_axis
from cnncalc.layers.reading import Everything, Reading, each


class Reduction(Layer, frozen=True):
    """What they share: the axes ``dim``, which count the batch as axis 0, become one element or vanish."""

    dim: Axis | Annotated[tuple[Axis, ...], Meta(min_length=1)] = (-2, -1)
    keepdim: bool = False

    def checks(self, x: Shape) -> Iterator[Check]:
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        for dim in dims:
            message = "axis {} is not an axis of a sample of {}; axis 0 is the batch"
            yield Check(0 <= sample_axis(dim, x) < len(x), "dim", message, (dim, x))
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
