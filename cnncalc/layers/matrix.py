"""Products of two inputs that both depend on the data."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import Number, equal, prod, where
from cnncalc.layers.axes import broadcast, broadcasts, repeated_axes
from cnncalc.layers.base import Check, Layer, Operations, Shape, TorchCall
from cnncalc.layers.reading import Everything, Reading, each


class MatMul(Layer, frozen=True):
    """The matrix product of ``[*, L, E]`` and ``[*, E, M]`` → ``[*, L, M]``; leading axes of size 1 are repeated.

    ``L·E·M`` multiply-accumulates for each pair of matrices. Source: PyTorch documentation, ``torch.matmul``.
    """

    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    def checks(self, a: Shape, b: Shape) -> Iterator[Check]:
        message = "matrices of {} and {} cannot be multiplied"
        yield Check(len(a) == len(b) >= 2, "inputs", message, (a, b))
        yield Check(equal(a[-1], b[-2]), "inputs", message, (a, b))
        for m, n in zip(a[:-2], b[:-2], strict=True):
            yield Check(broadcasts(m, n), "inputs", message, (a, b))

    def output(self, a: Shape, b: Shape) -> Shape:
        return (*broadcast(a[:-2], b[:-2]), a[-2], b[-1])

    def operations(self, a: Shape, b: Shape, *, output: Shape) -> Operations:
        return Operations(mac=prod(output) * a[-1])

    def reads(self, a: Shape, b: Shape) -> tuple[Reading, ...]:
        """A row of the first and a column of the second."""
        rows, everything = len(a) - 2, Everything()
        leading = self.output(a, b)[:-2]
        of_first = (*repeated_axes(a[:-2], leading), each(rows), everything)
        of_second = (*repeated_axes(b[:-2], leading), everything, each(rows + 1))
        return ((of_first,), (of_second,))

    def torch_call(self, a: Shape, b: Shape) -> TorchCall:
        return TorchCall("torch.matmul", {})


class Einsum(Layer, frozen=True):
    """A sum of products of two inputs over the letters that the output has not: ``"hld,hmd->hlm"``.

    One multiply-accumulate for each combination of the letters that both products and sum run over; without a letter to
    sum over, or with one thing to sum, a multiplication each. A letter of one input alone that is summed over is summed
    first. The batch has no letter, and a letter has one size: none of 1 is stretched.
    Source: PyTorch documentation, ``torch.einsum``.
    """

    equation: Annotated[str, Meta(pattern="^[A-Za-z]*,[A-Za-z]*->[A-Za-z]*$", max_length=100)]
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = 2

    def _letters(self) -> tuple[str, str, str]:
        inputs, _, output = self.equation.partition("->")
        first, _, second = inputs.partition(",")
        return first, second, output

    def _sizes(self, a: Shape, b: Shape) -> dict[str, Number]:
        first, second, _ = self._letters()
        return dict(zip(first + second, (*a, *b), strict=True))

    def checks(self, a: Shape, b: Shape) -> Iterator[Check]:
        first, second, output = self._letters()
        message = "{} does not fit inputs of {} and {}"
        values = (self.equation, a, b)
        yield Check(len(first) == len(a) and len(second) == len(b), "equation", message, values)
        distinct = all(len(set(letters)) == len(letters) for letters in (first, second, output))
        yield Check(distinct and set(output) <= set(first + second), "equation", message, values)
        sizes = self._sizes(a, b)
        for letter, size in zip(first + second, (*a, *b), strict=True):
            yield Check(equal(size, sizes[letter]), "equation", message, values)

    def output(self, a: Shape, b: Shape) -> Shape:
        sizes = self._sizes(a, b)
        return tuple(sizes[letter] for letter in self._letters()[2])

    def operations(self, a: Shape, b: Shape, *, output: Shape) -> Operations:
        first, second, kept = self._letters()
        sizes = self._sizes(a, b)
        alone = (set(first) ^ set(second)) - set(kept)
        sums = [
            prod(shape) - prod([sizes[letter] for letter in letters if letter not in alone])
            for letters, shape in ((first, a), (second, b))
            if alone & set(letters)
        ]
        added = Operations(add=sum(sums))
        count = prod([size for letter, size in sizes.items() if letter not in alone])
        contracted = prod([sizes[letter] for letter in first if letter in second and letter not in kept])
        mac = where(equal(contracted, 1), 0, count)
        return added + Operations(mac=mac, mul=count - mac)

    def reads(self, a: Shape, b: Shape) -> tuple[Reading, ...]:
        """Along each letter of the output the element in its place, along the others everything."""
        *inputs, output = self._letters()
        return tuple(
            (tuple(each(output.index(letter)) if letter in output else Everything() for letter in letters),)
            for letters in inputs
        )

    def torch_call(self, a: Shape, b: Shape) -> TorchCall:
        return TorchCall("cnncalc.pytorch.functions.einsum", self._hyper_parameters())
