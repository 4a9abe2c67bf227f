"""Normalisation layers."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import Number, equal, prod
from cnncalc.layers.axes import has_axes
from cnncalc.layers.base import (
    Buffer,
    Check,
    Layer,
    Operations,
    Parameter,
    Positive,
    Shape,
    TorchCall,
    agrees,
    weight_and_bias,
)
from cnncalc.layers.reading import SAME, Everything, Grouped, Reading, Sliding, each


def normalised(count: Number, groups: Number, *, scale: bool, shift: bool) -> Operations:
    """The work of normalising ``count`` elements by the mean and variance of each of ``groups`` groups of them.

    The mean: a sum and a division a group. The variance: a subtraction and a square an element, a sum and a division a
    group. The factor: an addition of ε, a root and a division a group. Then a multiplication an element, and where
    there is one, the affine map: a multiplication for the scale, an addition for the shift.
    """
    statistics = Operations(add=3 * count - groups, mul=count, div=3 * groups, exp=groups)
    return statistics + Operations(mul=count + (count if scale else 0), add=count if shift else 0)


class BatchNorm(Layer, frozen=True):
    """Batch normalisation of ``[C, *M]``: two parameters a channel (``affine``), and running statistics as buffers.

    At inference the running statistics and the affine map fold into one scale and one shift an element. Without running
    statistics PyTorch normalises by those of the batch, also at inference; that is counted as for a batch of one.
    Source: Ioffe and Szegedy, "Batch Normalization" (2015); PyTorch documentation, ``torch.nn.BatchNorm2d``.
    """

    eps: float = 1e-5
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True
    num_features: Positive | None = None

    ranks: ClassVar[tuple[int, ...]]
    letters: ClassVar[str]

    def checks(self, x: Shape) -> Iterator[Check]:
        yield Check(
            len(x) in self.ranks,
            "",
            "{} takes an input of the form {}; what arrives is {}",
            (type(self).__name__, self.letters, x),
        )
        yield agrees(self.num_features, x[0], "num_features")
        yield from self._own_checks(x)

    def _own_checks(self, x: Shape) -> Iterator[Check]:
        """That the root is one of a number above 0, as PyTorch wants it where the variance may be 0."""
        small = "eps is {}, expected a number of at least 0, and above 0 without running statistics"
        fits = self.eps >= 0 if self.track_running_stats else self.eps > 0
        yield Check(fits, "eps", small, (self.eps,))

    def output(self, x: Shape) -> Shape:
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", (x[0],)), Parameter("bias", (x[0],))) if self.affine else ()

    def buffers(self, x: Shape) -> tuple[Buffer, ...]:
        if not self.track_running_stats:
            return ()
        return (Buffer("running_mean", (x[0],)), Buffer("running_var", (x[0],)), Buffer("num_batches_tracked", ()))

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        count = prod(x)
        if self.track_running_stats:
            return Operations(mul=count, add=count)
        return normalised(count, x[0], scale=self.affine, shift=self.affine)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """Statistics of its own are taken of the whole of a channel."""
        if self.track_running_stats:
            return (SAME,)
        return (((each(0), *map(Everything, range(1, len(x)))),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._torch_module(num_features=x[0])


class BatchNorm1d(BatchNorm, frozen=True):
    """Batch normalisation of ``[C]`` or ``[C, L]``."""

    ranks: ClassVar[tuple[int, ...]] = (1, 2)
    letters: ClassVar[str] = "[C] or [C, L]"


class BatchNorm2d(BatchNorm, frozen=True):
    """Batch normalisation of ``[C, H, W]``."""

    ranks: ClassVar[tuple[int, ...]] = (3,)
    letters: ClassVar[str] = "[C, H, W]"


class BatchNorm3d(BatchNorm, frozen=True):
    """Batch normalisation of ``[C, D, H, W]``."""

    ranks: ClassVar[tuple[int, ...]] = (4,)
    letters: ClassVar[str] = "[C, D, H, W]"


class LocalResponseNorm(Layer, frozen=True):
    """Normalisation across ``size`` neighbouring channels, ``b = a / (k + α/n · Σ a²)^β``, of ``[C, *M]``.

    An element costs a square and a multiplication by α, the ``size − 1`` additions and the division of the mean, the
    addition of k, a power and a division. Source: Krizhevsky, Sutskever and Hinton (2012), section 3.3; PyTorch
    documentation, ``torch.nn.LocalResponseNorm``.
    """

    size: Positive
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def checks(self, x: Shape) -> Iterator[Check]:
        message = "LocalResponseNorm takes channels and at least one more axis; what arrives is {}"
        yield Check(len(x) >= 2, "", message, (x,))

    def output(self, x: Shape) -> Shape:
        return x

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mul=2, add=self.size, div=2, exp=1).times(prod(x))

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((Sliding(0, self.size, 1, self.size // 2), *map(each, range(1, len(x)))),),)


class InstanceNorm(BatchNorm, frozen=True):
    """Normalisation of each channel of each sample by its own mean and variance; PyTorch's defaults learn nothing.

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization" (2016); PyTorch documentation,
    ``torch.nn.InstanceNorm2d``.
    """

    affine: bool = False
    track_running_stats: bool = False

    def _own_checks(self, x: Shape) -> Iterator[Check]:
        """That there is more than one element to take the statistics of."""
        several = True if self.track_running_stats else prod(x[1:]) > 1
        message = "{} of {} would take the mean and the variance of single elements"
        yield Check(several, "", message, (type(self).__name__, x))


class InstanceNorm1d(InstanceNorm, frozen=True):
    """Instance normalisation of ``[C, L]``."""

    ranks: ClassVar[tuple[int, ...]] = (2,)
    letters: ClassVar[str] = "[C, L]"


class InstanceNorm2d(InstanceNorm, frozen=True):
    """Instance normalisation of ``[C, H, W]``."""

    ranks: ClassVar[tuple[int, ...]] = (3,)
    letters: ClassVar[str] = "[C, H, W]"


class InstanceNorm3d(InstanceNorm, frozen=True):
    """Instance normalisation of ``[C, D, H, W]``."""

    ranks: ClassVar[tuple[int, ...]] = (4,)
    letters: ClassVar[str] = "[C, D, H, W]"


class GroupNorm(Layer, frozen=True):
    """Normalisation of ``num_groups`` groups of channels of a sample; two parameters a channel.

    Source: Wu and He, "Group Normalization" (2018); PyTorch documentation, ``torch.nn.GroupNorm``.
    """

    num_groups: Positive
    eps: float = 1e-5
    affine: bool = True
    num_channels: Positive | None = None

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axes("GroupNorm", x)
        yield agrees(self.num_channels, x[0], "num_channels")
        message = "{} channels cannot be divided into {} groups"
        yield Check(equal(x[0] % self.num_groups, 0), "num_groups", message, (x[0], self.num_groups))

    def output(self, x: Shape) -> Shape:
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", (x[0],)), Parameter("bias", (x[0],))) if self.affine else ()

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return normalised(prod(x), self.num_groups, scale=self.affine, shift=self.affine)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        together = x[0] // self.num_groups
        return (((Grouped(0, together, together), *map(Everything, range(1, len(x)))),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._torch_module(num_channels=x[0])


class TrailingNorm(Layer, frozen=True):
    """Normalisation over the last axes, of sizes ``normalized_shape`` (the last axis unless stated)."""

    normalized_shape: Positive | Annotated[tuple[Positive, ...], Meta(min_length=1)] | None = None

    def checks(self, x: Shape) -> Iterator[Check]:
        shape = self._shape(x)
        message = "normalized_shape {} is not the end of what arrives, {}"
        yield Check(len(shape) <= len(x), "normalized_shape", message, (shape, x))
        for stated, size in zip(shape, x[-len(shape) :], strict=True):
            yield Check(equal(stated, size), "normalized_shape", message, (shape, x))

    def output(self, x: Shape) -> Shape:
        return x

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        apart = len(x) - len(self._shape(x))
        return ((tuple(each(axis) if axis < apart else Everything(axis) for axis in range(len(x))),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._torch_module(normalized_shape=self._shape(x))

    def _shape(self, x: Shape) -> Shape:
        if self.normalized_shape is None:
            return x[-1:]
        return self.normalized_shape if isinstance(self.normalized_shape, tuple) else (self.normalized_shape,)

    def _groups(self, x: Shape) -> Number:
        return prod(x[: len(x) - len(self._shape(x))])


class LayerNorm(TrailingNorm, frozen=True):
    """Normalisation by mean and variance over the last axes.

    Source: Ba, Kiros and Hinton, "Layer Normalization" (2016); PyTorch documentation, ``torch.nn.LayerNorm``.
    """

    eps: float = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        if not self.elementwise_affine:
            return ()
        return weight_and_bias(self._shape(x), self._shape(x) if self.bias else None)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        affine = self.elementwise_affine
        return normalised(prod(x), self._groups(x), scale=affine, shift=affine and self.bias)


class RMSNorm(TrailingNorm, frozen=True):
    """Division by the root of the mean square over the last axes, and a learned scale.

    An element costs a square, its addition to the sum and a multiplication; a group two divisions, an addition of ε and
    a root. Source: Zhang and Sennrich (2019); PyTorch documentation, ``torch.nn.RMSNorm``.
    """

    eps: float | None = None
    elementwise_affine: bool = True

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", self._shape(x)),) if self.elementwise_affine else ()

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        count, groups = prod(x), self._groups(x)
        return Operations(mul=(3 if self.elementwise_affine else 2) * count, add=count, div=2 * groups, exp=groups)
