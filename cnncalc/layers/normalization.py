"""Normalisation layers."""

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.arithmetic import prod
from cnncalc.layers.base import Buffer, Check, Layer, Operations, Parameter, Positive, Shape, agrees


class BatchNorm(Layer, frozen=True):
    """Batch normalisation of ``[C, *M]``: two parameters a channel (``affine``), and running statistics as buffers.

    At inference the running statistics and the affine map fold into one scale and one shift an element. Without running
    statistics PyTorch normalises by those of the batch, also at inference: then the mean (an addition an element, a
    division a channel), the variance (a subtraction, a multiplication and an addition an element, a division a channel)
    and its root (an addition, a root and a division a channel) come before the scale, here as for a batch of one.
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
        channels = x[0]
        statistics = Operations(add=3 * count - channels, mul=count, div=3 * channels, exp=channels)
        return statistics + Operations(mul=count) + (Operations(mul=count, add=count) if self.affine else Operations())


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
