"""From the tape to layers: each call by its translation, else by the operators below it, else as one not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.sizes import Sizes
from cnncalc.pytorch.importing.tape import Call, Ref, Tape
from cnncalc.pytorch.importing.traces import paired
from cnncalc.pytorch.importing.translations import translation_of
from cnncalc.pytorch.importing.trees import leaves
from cnncalc.pytorch.importing.unknown import opaque
from cnncalc.pytorch.importing.values import DeclinedError, Value, Varying


class Lowering:
    """The value of each tensor of the tape, and the network so far."""

    def __init__(self, tapes: Sequence[Tape], pairs: dict[int, int], known: dict[int, Value], times: Sizes) -> None:
        self.tapes = tapes
        self.pairs = pairs
        self.times = times
        self.values = known
        self.net = Net(times, list(known.values()), tapes[0].frame)
        self.counted = 0

    def run(self) -> None:
        """Lower every call of the tape."""
        net = self.net
        for calls in zip(*(tape.calls for tape in self.tapes), strict=True):
            self.lower(calls)
            first = calls[0]
            if first.macs:
                touched = [self.value(ref) for ref in leaves((first.arguments, first.named, first.results), Ref)]
                batched = any(
                    (value.batch is not None and value.times == self.times) or net.depends_on_samples(value)
                    for value in touched
                )
                self.counted += first.macs // self.times[0] if batched else first.macs

    def lower(self, calls: tuple[Call, ...]) -> None:
        """Lower one call, in all of its traces."""
        call, net = calls[0], self.net
        net.frame, net.operator, net.where, net.fixed = call.frame, call.name.strip("_"), call.where, ""
        refs = list(leaves(call.results, Ref))
        arguments, named, is_varying = self._arguments(calls)
        used = list(leaves((arguments, named), Value))
        if call.name == "__setitem__" and isinstance(call.arguments[0], Ref):
            if not all(value.is_constant for value in used):
                target = call.arguments[0]
                data = net.as_data(self.value(target))
                self._leave_opaque(calls, [target], [data, *used])
            return
        if not refs:
            return
        if all(value.is_constant for value in used) and not call.macs:
            for ref in refs:
                self.values[ref.index] = self._constant(ref)
            return
        before = len(net.steps)
        translation = translation_of(call.name, is_varying)
        if translation is not None:
            net.results = tuple(self.shapes(ref) for ref in refs)
            try:
                found = translation(net, *arguments, **named)
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
                net.undo(before)
            else:
                return
        pairs = self._inner_pairs(calls) if call.inner else None
        if pairs is not None:
            self.pairs = pairs
            for inner in zip(*(each.inner for each in calls), strict=True):
                self.lower(inner)
            self._resolve(refs)
        else:
            self._leave_opaque(calls, refs, used)

    def _leave_opaque(self, calls: tuple[Call, ...], refs: list[Ref], used: list[Value]) -> None:
        floating = [self.tapes[0].floating[ref.index] for ref in refs]
        found = opaque(self.net, calls, [self.shapes(ref) for ref in refs], floating, used)
        self.values.update(zip([ref.index for ref in refs], found, strict=True))

    def _inner_pairs(self, calls: tuple[Call, ...]) -> dict[int, int] | None:
        """The tensors of the operators below a call, trace by trace; None where those are not the same."""
        if len(calls) == 1:
            return self.pairs
        return paired(calls[0].inner, calls[1].inner, self.pairs)

    def _accept(self, refs: list[Ref], found: Any, call: Call, before: int) -> None:
        """Take the values of a translation, once their shapes and multiply-accumulates are those that were recorded."""
        net, values = self.net, list(leaves(found, Value))
        if len(values) != len(refs):
            raise DeclinedError("another number of results")
        for ref, value in zip(refs, values, strict=True):
            if value.shapes != self.shapes(ref):
                raise DeclinedError(f"{call.name}: {value.shapes} for {self.shapes(ref)}")
        macs = net.macs_since(before)
        if macs != call.macs and any(value.batch is not None and value.times == self.times for value in values):
            for step in net.steps[before:]:
                step.batched = True  # a tensor repeated for each sample is worked on once a sample
            macs = net.macs_since(before)
        for step in net.steps[before:] if net.fixed else ():
            step.fixed = net.fixed
        if macs != call.macs:
            raise DeclinedError(f"{call.name}: {macs} multiply-accumulates for {call.macs}")
        for ref, value in zip(refs, values, strict=True):
            self.values[ref.index] = value

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
        return Value(shapes, self.net.batch_axis(shapes), False, self.times)

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
