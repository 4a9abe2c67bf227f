"""Fully connected layers."""

from collections.abc import Iterator

from cnncalc.arithmetic import prod
from cnncalc.layers.axes import has_axes
from cnncalc.layers.base import (
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
from cnncalc.layers.formulas import weight_macs
from cnncalc.layers.reading import Everything, Reading, each


class Linear(Layer, frozen=True):
    """A linear map of the last axis: ``[*M, in_features] → [*M, out_features]``, weight ``out × in``, a bias term each.

    Source: PyTorch documentation, ``torch.nn.Linear``.
    """

    out_features: Positive
    bias: bool = True
    in_features: Positive | None = None

    def checks(self, x: Shape) -> Iterator[Check]:
        yield has_axes("Linear", x)
        yield agrees(self.in_features, x[-1], "in_features")

    def output(self, x: Shape) -> Shape:
        return (*x[:-1], self.out_features)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return weight_and_bias(self._weight(x), (self.out_features,) if self.bias else None)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations(mac=weight_macs(x[:-1], self._weight(x)), add=prod(output) if self.bias else 0)

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (((*map(each, range(len(x) - 1)), Everything()),),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._torch_module(in_features=x[-1])

    def _weight(self, x: Shape) -> Shape:
        return (self.out_features, x[-1])
