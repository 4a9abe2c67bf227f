"""Pooling to a stated output size."""

from collections.abc import Iterator
from itertools import count
from typing import Annotated, ClassVar, Generic, TypeAlias, TypeVar

from msgspec import Meta

from cnncalc.arithmetic import prod
from cnncalc.layers.axes import of_rank
from cnncalc.layers.base import Check, Kept, Layer, Operations, Positive, Shape, per_axis
from cnncalc.layers.formulas import adaptive_reads
from cnncalc.layers.reading import Along, Binned, Everything, Reading, each
from cnncalc.layers.window import Positive1

Target1: TypeAlias = Positive1
Target2: TypeAlias = Positive | Annotated[tuple[Positive | None, ...], Meta(min_length=2, max_length=2)]
Target3: TypeAlias = Positive | Annotated[tuple[Positive | None, ...], Meta(min_length=3, max_length=3)]
Target = TypeVar("Target")
"""One output size for all axes, or one an axis, where None keeps the input's (in 2-D and 3-D, as in PyTorch)."""


class AdaptivePool(Layer, Generic[Target], frozen=True):
    """What the adaptive pools share: ``[C, *M] → [C, *output_size]``, through windows of varying size.

    Source: PyTorch documentation, ``torch.nn.AdaptiveAvgPool2d`` and ``torch.nn.AdaptiveMaxPool2d``.
    """

    output_size: Target
    rank: ClassVar[int]

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_rank(type(self).__name__, x, self.rank)

    def output(self, x: Shape) -> Shape:
        targets = per_axis(self.output_size, self.rank)
        return (x[0], *(size if target is None else target for size, target in zip(x[1:], targets, strict=True)))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        def bins(axis: int, size: int, output: int) -> Along | Everything:
            return Everything() if output == 1 else Binned(axis, size, output)

        return (((each(0), *map(bins, count(1), x[1:], self.output(x)[1:])),),)

    def _reads(self, x: Shape, output: Shape) -> int:
        """How many elements all windows read together."""
        return x[0] * prod([adaptive_reads(size, target) for size, target in zip(x[1:], output[1:], strict=True)])


class AdaptiveAvgPool(AdaptivePool[Target], frozen=True):
    """The mean of each window: an addition for each element but the first, and a division."""

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        means = prod(output)
        return Operations(add=self._reads(x, output) - means, div=means)


class AdaptiveMaxPool(AdaptivePool[Target], frozen=True):
    """The largest element of each window: a comparison for each element but the first."""

    keeps: ClassVar[Kept] = ("inputs", "places")

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(compare=self._reads(x, output) - prod(output))


class AdaptiveAvgPool1d(AdaptiveAvgPool[Target1], frozen=True):
    """Average pooling of ``[C, L]`` to a stated size."""

    rank: ClassVar[int] = 1


class AdaptiveAvgPool2d(AdaptiveAvgPool[Target2], frozen=True):
    """Average pooling of ``[C, H, W]`` to a stated size."""

    rank: ClassVar[int] = 2


class AdaptiveAvgPool3d(AdaptiveAvgPool[Target3], frozen=True):
    """Average pooling of ``[C, D, H, W]`` to a stated size."""

    rank: ClassVar[int] = 3


class AdaptiveMaxPool1d(AdaptiveMaxPool[Target1], frozen=True):
    """Maximum pooling of ``[C, L]`` to a stated size."""

    rank: ClassVar[int] = 1


class AdaptiveMaxPool2d(AdaptiveMaxPool[Target2], frozen=True):
    """Maximum pooling of ``[C, H, W]`` to a stated size."""

    rank: ClassVar[int] = 2


class AdaptiveMaxPool3d(AdaptiveMaxPool[Target3], frozen=True):
    """Maximum pooling of ``[C, D, H, W]`` to a stated size."""

    rank: ClassVar[int] = 3
