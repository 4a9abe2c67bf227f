"""From the tape to layers: each call by its translation, else by the operators below it, else as one not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from cnncalc import layers
from cnncalc.layers import Layer
from cnncalc.pytorch.importing.arrangement import columns, rearranged, subsequence
from cnncalc.pytorch.importing.tape import Call, Frame, Ref, Tape
from cnncalc.pytorch.importing.traces import paired
from cnncalc.pytorch.importing.trees import refs_in, values_in
from cnncalc.pytorch.importing.unknown import opaque
from cnncalc.pytorch.importing.values import DeclinedError, Sizes, Step, Value, Varying, with_batch

Translation = Callable[..., Any]
TRANSLATIONS: dict[str, Translation] = {}
TAKES_VARYING: set[str] = set()
_MOST_SEARCHED = 400


Translated = TypeVar("Translated", bound=Translation)


def translates(*names: str, varying: bool = False) -> Callable[[Translated], Translated]:
    """Registers a function as the translation of PyTorch's functions, methods or operators of these names.

    It takes the lowering and the call's arguments, with a :class:`Value` in the place of each tensor, and gives the
    values of the results. ``varying`` says that it copes with arguments that differ between traces.
    """

    def register(function: Translated) -> Translated:
        for name in names:
            TRANSLATIONS[name] = function
            if varying:
                TAKES_VARYING.add(name)
        return function

    return register


class Lowering:
    """The steps so far, and the value of each tensor of the tape."""

    def __init__(self, tapes: Sequence[Tape], pairs: dict[int, int], known: dict[int, Value], times: Sizes) -> None:
        self.tapes = tapes
        self.pairs = pairs
        self.times = times
        self.values = known
        self.steps: list[Step] = []
        self.by_node: dict[int | str, Value] = {v.node: v for v in known.values() if v.node is not None}
        self.data_nodes: dict[tuple[str, Sizes], Value] = {}
        self.frame: Frame = tapes[0].frame
        self.operator = self.where = ""
        self.results: tuple[tuple[Sizes, ...], ...] = ()
        self.fixed = ""
        self.counted = 0

    def run(self) -> None:
        """Lower every call of the tape."""
        for calls in zip(*(tape.calls for tape in self.tapes), strict=True):
            self.lower(calls)
            macs = calls[0].macs
            if macs:
                touched = [self.value(ref) for ref in refs_in((calls[0].arguments, calls[0].named, calls[0].results))]
                batched = any(
                    (value.batch is not None and value.times == self.times) or self.depends_on_samples(value)
                    for value in touched
                )
                self.counted += macs // self.times[0] if batched else macs

    def lower(self, calls: tuple[Call, ...]) -> None:
        """Lower one call, in all of its traces."""
        call = calls[0]
        self.frame, self.operator, self.where = call.frame, call.name.strip("_"), call.where
        refs = list(refs_in(call.results))
        arguments, named, is_varying = self._arguments(calls)
        used = list(values_in((arguments, named)))
        if call.name == "__setitem__" and isinstance(call.arguments[0], Ref):
            if not all(value.is_constant for value in used):
                target = call.arguments[0]
                self.values[target.index] = self.as_data(self.value(target))
                opaque(self, calls, [target], [self.values[target.index], *used])
            return
        if not refs:
            return
        if all(value.is_constant for value in used) and not call.macs:
            for ref in refs:
                self.values[ref.index] = self._constant(ref)
            return
        before = len(self.steps)
        translation = TRANSLATIONS.get(call.name) or TRANSLATIONS.get(_plain_name(call.name))
        self.fixed = ""
        if translation is not None and (
            not is_varying or call.name in TAKES_VARYING or _plain_name(call.name) in TAKES_VARYING
        ):
            self.results = tuple(self.shapes(ref) for ref in refs)
            try:
                found = translation(self, *arguments, **named)
                self._accept(refs, found, call, before)
            except (
                DeclinedError,
                TypeError,
                ValueError,
                IndexError,
                AttributeError,
                KeyError,
                ZeroDivisionError,
            ):
                self._undo(before)
            else:
                return
        pairs = self._inner_pairs(calls) if call.inner else None
        if pairs is not None:
            self.pairs = pairs
            for inner in zip(*(each.inner for each in calls), strict=True):
                self.lower(inner)
            self._resolve(refs)
        else:
            opaque(self, calls, refs, used)

    def _inner_pairs(self, calls: tuple[Call, ...]) -> dict[int, int] | None:
        """The tensors of the operators below a call, trace by trace; None where those are not the same."""
        if len(calls) == 1:
            return self.pairs
        return paired(calls[0].inner, calls[1].inner, self.pairs)

    def _accept(self, refs: list[Ref], found: Any, call: Call, before: int) -> None:
        """Take the values of a translation, once their shapes and multiply-accumulates are those that were recorded."""
        values = list(values_in(found))
        if len(values) != len(refs):
            raise DeclinedError("another number of results")
        for ref, value in zip(refs, values, strict=True):
            if value.shapes != self.shapes(ref):
                raise DeclinedError(f"{call.name}: {value.shapes} for {self.shapes(ref)}")
        macs = self._macs_since(before)
        if macs != call.macs and any(value.batch is not None and value.times == self.times for value in values):
            for step in self.steps[before:]:
                step.batched = True  # a tensor repeated for each sample is worked on once a sample
            macs = self._macs_since(before)
        for step in self.steps[before:] if self.fixed else ():
            step.fixed = self.fixed
        if macs != call.macs:
            raise DeclinedError(f"{call.name}: {macs} multiply-accumulates for {call.macs}")
        for ref, value in zip(refs, values, strict=True):
            self.values[ref.index] = value

    def _macs_since(self, before: int) -> int:
        """The multiply-accumulates of the steps from that one on, for the whole batch."""
        return sum(
            step.layer.operations(*self._step_inputs(step), output=step.samples[0]).mac
            * (self.times[0] if step.batched else 1)
            for step in self.steps[before:]
        )

    def _step_inputs(self, step: Step) -> list[Sizes]:
        return [self.by_node[node].samples[0] for node in step.inputs]

    def _undo(self, before: int) -> None:
        for index in range(before, len(self.steps)):
            self.by_node.pop(index, None)
        del self.steps[before:]
        self.data_nodes = {key: value for key, value in self.data_nodes.items() if int(str(value.node)) < before}

    def _resolve(self, refs: list[Ref]) -> None:
        """The results of a call from those of the operators below it."""
        for ref in refs:
            if ref.index not in self.values:
                same = self.tapes[0].alias.get(ref.index)
                while same is not None and same not in self.values:
                    same = self.tapes[0].alias.get(same)
                self.values[ref.index] = self.values[same] if same is not None else self._constant(ref)

    def shapes(self, ref: Ref) -> tuple[Sizes, ...]:
        if len(self.tapes) == 1:
            return (self.tapes[0].shapes[ref.index],)
        first, second = self.tapes
        return first.shapes[ref.index], second.shapes[self.pairs[ref.index]]

    def value(self, ref: Ref) -> Value:
        if ref.index not in self.values:
            self.values[ref.index] = self._constant(ref)
        return self.values[ref.index]

    def _constant(self, ref: Ref) -> Value:
        """A tensor of numbers made on the way, for a batch where its size goes with the batch."""
        shapes = self.shapes(ref)
        batch = self.batch_axis(shapes)
        return Value(shapes, batch, False, self.times)

    def batch_axis(self, shapes: tuple[Sizes, ...]) -> int | None:
        """The first axis whose size is the number of samples in every trace."""
        if len(set(self.times)) < len(self.times) or len(self.times) < 2:
            return None
        return next((axis for axis, sizes in enumerate(columns(shapes)) if sizes == self.times), None)

    def _arguments(self, calls: tuple[Call, ...]) -> tuple[list[Any], dict[str, Any], bool]:
        found: list[bool] = []
        arguments = [self._merged(parts, found) for parts in zip(*(call.arguments for call in calls), strict=True)]
        named = {key: self._merged(tuple(call.named[key] for call in calls), found) for key in calls[0].named}
        return arguments, named, bool(found)

    def _merged(self, parts: tuple[Any, ...], found: list[bool]) -> Any:
        """An argument of all traces as one: a value for tensors, and what differs as Varying."""
        first = parts[0]
        if isinstance(first, Ref):
            return self.value(first)
        if isinstance(first, tuple):
            if any(not isinstance(part, tuple) or len(part) != len(first) for part in parts):
                found.append(True)
                return Varying(parts)
            return tuple([self._merged(piece, found) for piece in zip(*parts, strict=True)])
        if isinstance(first, slice):
            return slice(
                *(self._merged(tuple(getattr(p, field) for p in parts), found) for field in ("start", "stop", "step"))
            )
        if isinstance(first, (int, float)) and not isinstance(first, bool):
            if any(part != first for part in parts[1:]):
                found.append(True)
                return Varying(parts)
            return first
        return first

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
        index = len(self.steps)
        batched = any(self.depends_on_samples(value) for value in nodes)
        self.steps.append(
            Step(layer, tuple(v.node for v in nodes if v.node is not None), self.frame, self.operator,
                 samples=tuple(outputs), batched=batched)
        )  # fmt: skip
        lead = nodes[0]
        shapes = tuple(outputs)
        found = Value(shapes, None, False, lead.times or self.times, index)
        self.by_node[index] = found
        return found

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
        index = len(self.steps)
        step = Step(layer, (node.node,), self.frame, self.operator, samples=target.samples)
        step.batched = self.depends_on_samples(node)
        self.steps.append(step)
        self.by_node[index] = Value(target.samples, None, False, self.times, index)
        return replace(target, node=index)

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
        index = len(self.steps)
        samples = value.samples if shape is None else (wanted,) * len(self.times)
        of_samples = value.batch is not None and value.times == self.times
        step = Step(made, (source,), self.frame, "constant", samples=samples, batched=of_samples)
        step.stored = value.stored
        self.steps.append(step)
        found = Value(samples, None, False, self.times, index)
        if value.batch is not None and shape is None:
            found = replace(value, node=index)
        self.by_node[index] = replace(found, shapes=samples, batch=None, kept=False)
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

    first_input: str = "input"

    def fix(self, what: str) -> None:
        """Note that something of this call holds for the traced size only."""
        self.fixed = what

    def prune(self, outputs: Sequence[int | str]) -> list[int | str]:
        """Drop what costs nothing, has no tensors and is read by nobody, such as places of maxima; the outputs anew."""
        used = {node for node in outputs if isinstance(node, int)}
        kept: list[int] = []
        for index in range(len(self.steps) - 1, -1, -1):
            step = self.steps[index]
            idle = isinstance(step.layer, layers.Opaque) and step.layer.free and not step.tensors
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

    def rearranged(self, x: Value, shapes: tuple[Sizes, ...]) -> Value:
        return rearranged(self, x, shapes)


def _plain_name(name: str) -> str:
    """The name of a function that works in place or by an operator sign, as that of its like."""
    if name.startswith("__") and name.endswith("__"):
        return name
    return name.rstrip("_") if name.endswith("_") else name.lstrip("_") if name.startswith("_") else name
