"""Layers that merge several inputs into one."""

from collections.abc import Iterator
from functools import reduce
from typing import ClassVar

from cnncalc.arithmetic import equal, prod
from cnncalc.layers.axes import broadcast, broadcasts, has_axis, repeated, with_sizes
from cnncalc.layers.base import Axis, Check, Kept, Layer, Operations, Shape, TorchCall, sample_axis
from cnncalc.layers.reading import Placed, Reading, along_one


class Merge(Layer, frozen=True):
    """Inputs merged element by element, at ``per_merge`` operations an element for each input but the first.

    The inputs have as many axes as each other; along an axis of size 1 an input is repeated, as PyTorch broadcasts.
    """

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = None
    per_merge: ClassVar[Operations]
    keeps: ClassVar[Kept] = ()

    def checks(self, *inputs: Shape) -> Iterator[Check]:
        message = "{} takes inputs of one shape (an axis of size 1 fits any); what arrives is {} and {}"
        so_far, *others = inputs
        for other in others:
            values = (type(self).__name__, so_far, other)
            yield Check(len(other) == len(so_far), "inputs", message, values)
            for a, b in zip(so_far, other, strict=True):
                yield Check(broadcasts(a, b), "inputs", message, values)
            so_far = broadcast(so_far, other)

    def output(self, *inputs: Shape) -> Shape:
        return reduce(broadcast, inputs)

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        return self.per_merge.times((len(inputs) - 1) * prod(output))

    def reads(self, *inputs: Shape) -> tuple[Reading, ...]:
        """Each input in its place; the one element of an axis that is repeated, by all."""
        output = self.output(*inputs)
        return tuple(repeated(x, output) for x in inputs)

    def torch_call(self, *inputs: Shape) -> TorchCall:
        return TorchCall(f"cnncalc.pytorch.functions.{type(self).__name__.lower()}", {})


class Add(Merge, frozen=True):
    """The sum of the inputs."""

    per_merge: ClassVar[Operations] = Operations(add=1)


class Subtract(Merge, frozen=True):
    """The first input less the second."""

    most_inputs: ClassVar[int | None] = 2
    per_merge: ClassVar[Operations] = Operations(add=1)


class Multiply(Merge, frozen=True):
    """The product of the inputs, as squeeze-and-excitation scales its channels.

    Source: Hu, Shen and Sun, "Squeeze-and-Excitation Networks" (2018), equation 4.
    """

    keeps: ClassVar[Kept] = ("inputs",)
    per_merge: ClassVar[Operations] = Operations(mul=1)


class Maximum(Merge, frozen=True):
    """The largest of the inputs."""

    keeps: ClassVar[Kept] = ("inputs",)
    per_merge: ClassVar[Operations] = Operations(compare=1)


class Minimum(Merge, frozen=True):
    """The smallest of the inputs."""

    keeps: ClassVar[Kept] = ("inputs",)
    per_merge: ClassVar[Operations] = Operations(compare=1)


class Divide(Merge, frozen=True):
    """The first input by the second."""

    most_inputs: ClassVar[int | None] = 2
    keeps: ClassVar[Kept] = ("inputs",)
    per_merge: ClassVar[Operations] = Operations(div=1)


class Compare(Merge, frozen=True):
    """How two inputs compare, element by element."""

    most_inputs: ClassVar[int | None] = 2
    per_merge: ClassVar[Operations] = Operations(compare=1)


class Where(Merge, frozen=True):
    """The second input where the first holds, else the third: a choice an element. Source: ``torch.where``."""

    least_inputs: ClassVar[int] = 3
    most_inputs: ClassVar[int | None] = 3
    keeps: ClassVar[Kept] = ("mask",)
    per_merge: ClassVar[Operations] = Operations(compare=1)

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        return self.per_merge.times(prod(output))


class Average(Merge, frozen=True):
    """The mean of the inputs: their sum, and a division an element."""

    per_merge: ClassVar[Operations] = Operations(add=1)

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        return super().operations(*inputs, output=output) + Operations(div=prod(output))


class Concat(Layer, frozen=True):
    """The inputs one behind the other along axis ``dim``, as ``torch.cat`` does; ``dim`` counts the batch as axis 0."""

    dim: Axis = 1
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = None
    keeps: ClassVar[Kept] = ()

    def checks(self, *inputs: Shape) -> Iterator[Check]:
        first, *others = inputs
        axis = sample_axis(self.dim, first)
        yield has_axis(self.dim, first)
        message = "Concat takes inputs that differ along axis {} only; what arrives is {} and {}"
        for other in others:
            yield Check(len(other) == len(first), "inputs", message, (self.dim, first, other))
            for position, (size, expected) in enumerate(zip(other, first, strict=True)):
                if position != axis:
                    yield Check(equal(size, expected), "inputs", message, (self.dim, first, other))

    def output(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        axis = sample_axis(self.dim, first)
        return with_sizes(first, axis, sum(shape[axis] for shape in inputs))

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        return Operations()

    def reads(self, *inputs: Shape) -> tuple[Reading, ...]:
        joined = sample_axis(self.dim, inputs[0])
        readings, offset = [], 0
        for x in inputs:
            readings.append((along_one(joined, Placed(joined, offset), len(x)),))
            offset += x[joined]
        return tuple(readings)

    def torch_call(self, *inputs: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.concat", {"dim": self.dim})
