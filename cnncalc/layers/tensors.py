"""Tensors that are no layer's weights, and operators of which only the shapes are known."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta, field

from cnncalc.arithmetic import equal
from cnncalc.layers.axes import have_axes
from cnncalc.layers.base import (
    Axis,
    Buffer,
    Check,
    Kept,
    Layer,
    Name,
    NonNegative,
    Note,
    Operations,
    Parameter,
    Shape,
    TorchCall,
    sample_axis,
    shape_text,
)
from cnncalc.layers.reading import NOTHING, SAME, Everything, Reading

Sizes: TypeAlias = Annotated[tuple[NonNegative, ...], Meta(max_length=16)]


class Source(Layer, frozen=True):
    """A tensor of a stated shape that depends on no input. What it is said to read gives it its place, nothing else."""

    shape: Sizes
    keeps: ClassVar[Kept] = ()
    makes_activations: ClassVar[bool] = False

    def output(self, x: Shape) -> Shape:
        return self.shape

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (NOTHING,)


class LearnedTensor(Source, frozen=True):
    """A learned tensor that is data itself, such as a class token or a position embedding.

    Source: PyTorch documentation, ``torch.nn.Parameter``.
    """

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", self.shape),)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module()


class ConstantTensor(Source, frozen=True):
    """A tensor that is not learned: a buffer, where it is ``stored``, or numbers made on the way.

    A size of 0 in ``shape`` is that of what it reads along the next of ``axes``, which count the batch as axis 0.
    """

    stored: bool = False
    axes: Annotated[tuple[Axis, ...], Meta(max_length=16)] = ()

    def checks(self, x: Shape) -> Iterator[Check]:
        yield from have_axes(self.axes, x, "axes")
        zeros = len(self.axes) in (0, self.shape.count(0))
        yield Check(zeros, "axes", "{} has another number of zeros than axes", (list(self.shape),))

    def output(self, x: Shape) -> Shape:
        taken = iter(self.axes)
        if not self.axes:
            return self.shape
        return tuple(x[sample_axis(next(taken), x)] if size == 0 else size for size in self.shape)

    def buffers(self, x: Shape) -> tuple[Buffer, ...]:
        return (Buffer("value", self.shape),) if self.stored else ()

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module(shape=self.output(x), axes=())


class HeldTensors(Layer, frozen=True):
    """Parameters and buffers of a module that no layer has as its own, such as a head's that only training uses."""

    held_parameters: dict[Name, Sizes] = field(default_factory=dict)
    held_buffers: dict[Name, Sizes] = field(default_factory=dict)
    keeps: ClassVar[Kept] = ()
    makes_activations: ClassVar[bool] = False

    def output(self, x: Shape) -> Shape:
        return (0,)

    def settings(self) -> dict[str, object]:
        return {"held": ", ".join((*self.held_parameters, *self.held_buffers))}

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return tuple(Parameter(name, shape) for name, shape in self.held_parameters.items())

    def buffers(self, x: Shape) -> tuple[Buffer, ...]:
        return tuple(Buffer(name, shape) for name, shape in self.held_buffers.items())

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return (NOTHING,)

    def torch_call(self, x: Shape) -> TorchCall:
        return self._own_module()


class Opaque(Layer, frozen=True):
    """An ``operator`` that is not known, with its shapes as they were recorded.

    Without ``output_shape`` the output has the shape of the first input; with it the layer holds for inputs of
    ``input_shapes`` only. ``macs`` are its multiply-accumulates where they were counted. What is not known makes totals
    partial. Every element of the output is taken to read everything.
    """

    operator: Name
    output_shape: Sizes | None = None
    input_shapes: Annotated[tuple[Sizes, ...], Meta(max_length=64)] | None = None
    macs: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    held_parameters: dict[Name, Sizes] = field(default_factory=dict)
    free: bool = False
    """Whether it only moves or selects elements, so that it has no arithmetic."""
    most_inputs: ClassVar[int | None] = None

    def settings(self) -> dict[str, object]:
        return {"operator": self.operator}

    def unknown(self) -> tuple[str, ...]:
        if self.free:
            return ()
        return ("flops",) if self.macs is not None else ("macs", "flops")

    def checks(self, *inputs: Shape) -> Iterator[Check]:
        if self.output_shape is not None and self.input_shapes is not None:
            message = "{} is not known to cnncalc; what it makes was recorded for inputs of {} only, not {}"
            values = (self.operator, *(", ".join(map(shape_text, shapes)) for shapes in (self.input_shapes, inputs)))
            yield Check(len(inputs) == len(self.input_shapes), "input_shapes", message, values)
            for shape, stated in zip(inputs, self.input_shapes, strict=True):
                same = len(shape) == len(stated)
                yield Check(same, "input_shapes", message, values)
                for size, recorded in zip(shape, stated, strict=True):
                    yield Check(equal(size, recorded), "input_shapes", message, values)

    def output(self, *inputs: Shape) -> Shape:
        return inputs[0] if self.output_shape is None else self.output_shape

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        return tuple(Parameter(name, shape) for name, shape in self.held_parameters.items())

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        return Operations(mac=self.macs or 0)

    def reads(self, *inputs: Shape) -> tuple[Reading, ...]:
        return tuple((tuple(Everything() for _ in x),) if x else SAME for x in inputs)

    def notes(self, *inputs: Shape) -> Iterator[Note]:
        if self.unknown():
            missing = "its MACs and other operations are" if self.macs is None else "its operations besides MACs are"
            message = f"{self.operator} is an operator that cnncalc does not know: {missing} not in the totals"
            yield Note("unknown-operator", message)

    def torch_call(self, *inputs: Shape) -> TorchCall:
        arguments = {"operator": self.operator, "shape": self.output(*inputs), "held_parameters": self.held_parameters}
        return TorchCall("cnncalc.pytorch.modules.Opaque", arguments)
