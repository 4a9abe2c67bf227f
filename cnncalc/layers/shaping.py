"""Layers that only arrange their elements anew."""

from collections.abc import Iterator

from cnncalc.arithmetic import prod
from cnncalc.layers.base import Axis, Check, Layer, Operations, Shape, sample_axis


class Flatten(Layer, frozen=True):
    """Axes ``start_dim`` to ``end_dim`` made into one; both count the batch as axis 0, which stays apart.

    Source: PyTorch documentation, ``torch.nn.Flatten``.
    """

    start_dim: Axis = 1
    end_dim: Axis = -1

    def checks(self, x: Shape) -> Iterator[Check]:
        start, end = sample_axis(self.start_dim, x), sample_axis(self.end_dim, x)
        message = "axis {} is not an axis of a sample of {}; axis 0 is the batch"
        yield Check(0 <= start < len(x), "start_dim", message, (self.start_dim, x))
        yield Check(0 <= end < len(x), "end_dim", message, (self.end_dim, x))
        behind = "end_dim {} comes before start_dim {} in a sample of {}"
        yield Check(start <= end, "end_dim", behind, (self.end_dim, self.start_dim, x))

    def output(self, x: Shape) -> Shape:
        start, end = sample_axis(self.start_dim, x), sample_axis(self.end_dim, x)
        return (*x[:start], prod(x[start : end + 1]), *x[end + 1 :])

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()
