"""Recurrent layers, which go along a sequence step by step."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from cnncalc.arithmetic import prod
from cnncalc.layers.axes import of_axes
from cnncalc.layers.base import (
    Check,
    Layer,
    Operations,
    Parameter,
    Positive,
    Shape,
    TorchCall,
    agrees,
    elements,
)
from cnncalc.layers.formulas import weight_macs
from cnncalc.layers.reading import Along, Axes, Everything, Reading, Until

_MOST_LAYERS = 1000
"""Each has tensors of its own, and one number in a spec must not ask for millions of them."""


class Recurrent(Layer, frozen=True):
    """``num_layers`` of cells one upon the other along a sequence ``[L, E]`` → ``[L, hidden_size]``, the states at zero
    before the first step; with ``bidirectional`` also backwards, ``[L, 2·hidden_size]``.

    Each gate has weights ``H × E`` for what arrives and ``H × H`` for the state before, and with ``bias`` two biases,
    as cuDNN has them; layers above read the ``H`` or ``2H`` values of the one below. Each weight is used once a step.
    """

    hidden_size: Positive
    num_layers: Annotated[int, Meta(ge=1, le=_MOST_LAYERS)] = 1
    bias: bool = True
    bidirectional: bool = False
    input_size: Positive | None = None

    gates: ClassVar[int]

    def checks(self, x: Shape) -> Iterator[Check]:
        yield of_axes(type(self).__name__, x, "L, E")
        yield agrees(self.input_size, x[1], "input_size")

    def output(self, x: Shape) -> Shape:
        return (x[0], self._directions() * self.hidden_size)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        rows = self.gates * self.hidden_size
        biases = (("bias_ih", (rows,)), ("bias_hh", (rows,))) if self.bias else ()
        found = []
        for layer in range(self.num_layers):
            width = x[1] if layer == 0 else self._directions() * self.hidden_size
            tensors = (("weight_ih", (rows, width)), ("weight_hh", (rows, self.hidden_size)), *biases)
            for direction in ("", "_reverse")[: self._directions()]:
                found += [Parameter(f"{name}_l{layer}{direction}", shape) for name, shape in tensors]
        return tuple(found)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        tensors = self.parameters(x)
        weights = elements(tensor for tensor in tensors if len(tensor.shape) == 2)
        biases = elements(tensor for tensor in tensors if len(tensor.shape) == 1)
        units = self.num_layers * prod(output)
        return Operations(mac=weight_macs(x[:1], (weights,)), add=x[0] * biases) + self.per_unit().times(units)

    def per_unit(self) -> Operations:
        """What one unit does in one step besides the products with its weights and their biases."""
        raise NotImplementedError

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        """All steps up to its own, with all their features; of both directions, all steps."""
        steps: Along | Everything = Everything(0) if self.bidirectional else Until(0, x[0])
        axes: Axes = (steps, Everything())
        return ((axes,),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module(input_size=x[1])

    def _directions(self) -> int:
        return 2 if self.bidirectional else 1


class RNN(Recurrent, frozen=True):
    """Elman's: ``h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh)``, or with a ReLU in the place of the tanh.

    Source: PyTorch documentation, ``torch.nn.RNN``; Elman, "Finding Structure in Time" (1990).
    """

    nonlinearity: Literal["tanh", "relu"] = "tanh"

    gates: ClassVar[int] = 1

    def per_unit(self) -> Operations:
        return Operations(exp=1) if self.nonlinearity == "tanh" else Operations(compare=1)


class LSTM(Recurrent, frozen=True):
    """Four gates: ``c' = σ(f)·c + σ(i)·tanh(g)`` and ``h' = σ(o)·tanh(c')``.

    A unit's step has three sigmoids of an exponential, an addition and a division each, two tanh, three products and a
    sum. Source: PyTorch documentation, ``torch.nn.LSTM``; Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997);
    Gers, Schmidhuber and Cummins, "Learning to Forget" (2000).
    """

    gates: ClassVar[int] = 4

    def per_unit(self) -> Operations:
        return Operations(exp=5, add=4, div=3, mul=3)


class GRU(Recurrent, frozen=True):
    """Three gates: ``n = tanh(W_in·x + b_in + σ(r)·(W_hn·h + b_hn))`` and ``h' = (1 − σ(z))·n + σ(z)·h``.

    A unit's step has two sigmoids of an exponential, an addition and a division each, a tanh, three products, two sums
    and a difference. Source: PyTorch documentation, ``torch.nn.GRU``; Cho et al., "Learning Phrase Representations
    using RNN Encoder–Decoder for Statistical Machine Translation" (2014).
    """

    gates: ClassVar[int] = 3

    def per_unit(self) -> Operations:
        return Operations(exp=3, add=5, div=2, mul=3)
