"""The network so far: the layers that the calls before have become, and how a translation adds to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.sizes import Sizes, columns, subsequence
from cnncalc.pytorch.importing.tape import Frame
from cnncalc.pytorch.importing.values import DeclinedError, Step, Value, with_batch

_MOST_SEARCHED = 400


class Net:
    """The steps so far, what each makes, and the call that is being translated.

    Of the call there are its ``frame``, the name of its ``operator``, ``where`` that is at home, the shapes of its
    ``results`` in every trace, and in ``fixed`` what of it holds for the traced size only.
    """

    def __init__(self, times: Sizes, inputs: Sequence[Value], frame: Frame) -> None:
        self.times = times
        self.steps: list[Step] = []
        self.by_node: dict[int | str, Value] = {value.node: value for value in inputs if value.node is not None}
        self.first_input = next(iter(self.by_node))
        self.data_nodes: dict[tuple[str, Sizes], Value] = {}
        self.frame = frame
        self.operator = self.where = ""
        self.results: tuple[tuple[Sizes, ...], ...] = ()
        self.fixed = ""

    def add(self, step: Step) -> Value:
        """Add a step; the samples that it makes."""
        index = len(self.steps)
        self.steps.append(step)
        self.by_node[index] = Value(step.samples, None, False, self.times, index)
        return self.by_node[index]

    def sample_layer(self, layer: Layer, *values: Value) -> Value:
        """Add a layer, given the values with the samples that it reads; its output has the batch as the first does.

        Raises DeclinedError where a layer does not take these inputs.
        """
        nodes = [self.as_data(value) for value in values]
        outputs = []
        for trace in range(len(self.times)):
            inputs = [value.samples[trace] for value in nodes]
            for check in layer.checks(*inputs):
                if check.holds is not True:
                    raise DeclinedError(check.explain())
            outputs.append(tuple(layer.output(*inputs)))
        batched = any(self.depends_on_samples(value) for value in nodes)
        read = tuple(value.node for value in nodes if value.node is not None)
        return self.add(Step(layer, read, self.frame, self.operator, samples=tuple(outputs), batched=batched))

    def depends_on_samples(self, value: Value) -> bool:
        """Whether there is one of a value for each sample, and not one for all."""
        return isinstance(value.node, str) or (value.node is not None and self.steps[value.node].batched)

    def layer(
        self,
        layer: Layer,
        *values: Value,
        batch: int | str | None = "same",
        tensors: dict[str, Value | None] | None = None,
    ) -> Value:
        """Add a layer whose output has the batch where its first input has it, or on axis ``batch``."""
        made = self.sample_layer(layer, *values)
        if tensors:
            self.steps[-1].tensors = {name: value for name, value in tensors.items() if value is not None}
        lead = next((value for value in values if value.batch is not None), values[0])
        axis = lead.batch if batch == "same" else batch
        return self.at(made, axis if isinstance(axis, int) else None, lead.kept, lead.times)

    def at(self, made: Value, batch: int | None, kept: bool, times: Sizes) -> Value:
        """What a layer has made, as a tensor with its batch on an axis."""
        shapes = tuple(with_batch(sample, batch, kept, count) for sample, count in zip(made.shapes, times, strict=True))
        return Value(shapes, batch, kept, times, made.node)

    def placed(self, made: Value, target: Value) -> Value:
        """What a layer has made as the tensor that it should be. Raises DeclinedError where it is not in some trace."""
        if made.shapes != target.samples:
            raise DeclinedError(f"{made.shapes} for {target.samples}")
        return replace(target, node=made.node, stored=None)

    def forced(self, layer: Layer, x: Value, shapes: tuple[Sizes, ...] = (), samples: tuple[Sizes, ...] = ()) -> Value:
        """A layer that is right in the first trace alone, which is noted; its shapes are as they were recorded."""
        target = replace(x, shapes=shapes, stored=None) if shapes else Value(samples, None, False, self.times)
        node = self.as_data(x)
        for check in layer.checks(node.samples[0]):
            if check.holds is not True:
                raise DeclinedError(check.explain())
        if tuple(layer.output(node.samples[0])) != target.samples[0] or node.node is None:
            raise DeclinedError("another shape")
        batched = self.depends_on_samples(node)
        step = Step(layer, (node.node,), self.frame, self.operator, samples=target.samples, batched=batched)
        return replace(target, node=self.add(step).node)

    def as_data(self, value: Value, shape: Sizes | None = None) -> Value:
        """A value that a layer makes: a stored tensor or a constant gets one, in another shape if wanted."""
        if value.node is not None:
            return value
        wanted = value.samples[0] if shape is None else shape
        key = (value.stored.name if value.stored else f"%{id(value)}", wanted)
        if key in self.data_nodes:
            return self.data_nodes[key]
        made: Layer
        source: int | str = self.first_input
        if value.stored is None:
            made = layers.ConstantTensor(shape=wanted)
            if shape is None and any(sample != wanted for sample in value.samples):
                made, source = self._constant_like(value)
        elif value.stored.is_parameter:
            made = layers.LearnedTensor(shape=wanted)
        else:
            made = layers.ConstantTensor(shape=wanted, stored=True)
        samples = value.samples if shape is None else (wanted,) * len(self.times)
        of_samples = value.batch is not None and value.times == self.times
        step = Step(made, (source,), self.frame, "constant", samples=samples, batched=of_samples)
        step.stored = value.stored
        found = self.add(step)
        if value.batch is not None and shape is None:
            found = replace(value, node=found.node)
        self.data_nodes[key] = found
        return found

    def _constant_like(self, value: Value) -> tuple[Layer, int | str]:
        """A constant whose sizes are those of something before it, and what that is."""
        sizes = columns(value.samples)
        varying = [column for column in sizes if any(size != column[0] for size in column)]
        if 0 not in value.samples[0]:
            for other, axes in self.with_sizes(varying):
                shape = tuple(0 if column in varying else column[0] for column in sizes)
                node = other.node if other.node is not None else self.first_input
                return layers.ConstantTensor(shape=shape, axes=tuple(axis + 1 for axis in axes)), node
        self.fix("a constant of the input's size")
        return layers.ConstantTensor(shape=value.samples[0]), self.first_input

    def fix(self, what: str) -> None:
        """Note that something of this call holds for the traced size only."""
        self.fixed = what

    def with_sizes(self, wanted: list[Sizes]) -> Iterator[tuple[Value, list[int]]]:
        """The values before that have these sizes along some axes, in their order, the latest first."""
        for count, step in enumerate(reversed(self.steps)):
            if count > _MOST_SEARCHED:
                break
            if not step.batched:
                continue
            axes = subsequence(wanted, columns(step.samples))
            if axes is not None:
                index = len(self.steps) - 1 - count
                yield Value(step.samples, None, False, self.times, index), axes
        for node, value in self.by_node.items():
            if isinstance(node, str):
                axes = subsequence(wanted, columns(value.samples))
                if axes is not None:
                    yield Value(value.samples, None, False, self.times, node), axes

    def batch_axis(self, shapes: tuple[Sizes, ...]) -> int | None:
        """The first axis whose size is the number of samples in every trace."""
        if len(set(self.times)) < len(self.times) or len(self.times) < 2:
            return None
        return next((axis for axis, sizes in enumerate(columns(shapes)) if sizes == self.times), None)

    def macs_since(self, before: int) -> int:
        """The multiply-accumulates of the steps from that one on, for the whole batch."""
        return sum(
            step.layer.operations(*self.inputs_of(step), output=step.samples[0]).mac
            * (self.times[0] if step.batched else 1)
            for step in self.steps[before:]
        )

    def inputs_of(self, step: Step) -> list[Sizes]:
        return [self.by_node[node].samples[0] for node in step.inputs]

    def undo(self, before: int) -> None:
        """Take back all steps from that one on."""
        for index in range(before, len(self.steps)):
            self.by_node.pop(index, None)
        del self.steps[before:]
        self.data_nodes = {key: value for key, value in self.data_nodes.items() if int(str(value.node)) < before}

    def prune(self, outputs: Sequence[int | str]) -> list[int | str]:
        """Drop what nobody reads and costs nothing, such as places of maxima; the outputs anew."""
        used = {node for node in outputs if isinstance(node, int)}
        kept: list[int] = []
        for index in range(len(self.steps) - 1, -1, -1):
            step = self.steps[index]
            idle = step.beside or (isinstance(step.layer, layers.Opaque) and step.layer.free and not step.tensors)
            if idle and index not in used:
                continue
            kept.append(index)
            used |= {node for node in step.inputs if isinstance(node, int)}
            used |= {value.node for value in step.tensors.values() if isinstance(value.node, int)}
        places: dict[int | str, int] = {index: place for place, index in enumerate(reversed(kept))}
        if len(places) == len(self.steps):
            return list(outputs)
        self.steps = [self.steps[index] for index in reversed(kept)]
        for step in self.steps:
            step.inputs = tuple(places.get(node, node) for node in step.inputs)
            step.tensors = {
                name: value if value.node is None else replace(value, node=places.get(value.node, value.node))
                for name, value in step.tensors.items()
            }
        self.by_node = {
            places.get(node, node): replace(value, node=places.get(node, node))
            for node, value in self.by_node.items()
            if isinstance(node, str) or node in places
        }
        self.data_nodes = {}
        return [places.get(node, node) for node in outputs]
