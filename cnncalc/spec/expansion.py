"""Containers, blocks, variables and conditions worked out: a network as a plain list of named layers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from cnncalc.arithmetic import ceil_div, is_single, single
from cnncalc.errors import SpecError, nearest
from cnncalc.layers import LAYERS_BY_NAME, Layer
from cnncalc.layers.base import Shape, shape_text
from cnncalc.spec.complaints import quote
from cnncalc.spec.drafts import Advice, Drafts, Reference, Source, Step, UnknownNameError
from cnncalc.spec.expressions import ExpressionError, value_of
from cnncalc.spec.items import Container, Item, Parallel, Repeat, Residual, Sequential, Use
from cnncalc.spec.network import INPUT, Network
from cnncalc.spec.reading import expressions_of, made, types_of, words_of

MOST_STEPS = 200_000
"""The most items that are looked at while a spec is expanded."""

MOST_WORK = 1_000_000
"""The most characters of expressions that are worked out, with them values of parameters and entries of lists."""

DEEPEST_EXPANSION = 60
"""How deep blocks and containers may stand in each other."""

_BRACES = re.compile(r"\{([^{}]*)\}")


class _Scope(Struct, frozen=True):
    """Where items stand: the prefix of their names, the next number for those without, and the block's input."""

    prefix: str
    numbers: Iterator[int]
    block_input: tuple[Source, ...]
    blocks: tuple[str, ...] = ()


class _Names(Mapping[str, Any]):
    """What an expression may name: variables, parameters, repeat indices, and the channels that arrive."""

    def __init__(self, values: dict[str, Any], channels: Callable[[], Any]) -> None:
        self.values_by_name = values
        self.channels = channels

    def __getitem__(self, name: str) -> Any:
        return self.channels() if name == "in_channels" else self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self.values_by_name, "in_channels"))

    def __len__(self) -> int:
        return len(self.values_by_name) + 1


class Bound(Struct, frozen=True):
    """Numbers of any kind of :mod:`cnncalc.arithmetic` in the place of a network's inputs' sizes and variables."""

    inputs: dict[str, Shape]
    variables: dict[str, Any] = {}


def expand(network: Network, bound: Bound | None = None) -> tuple[list[Step], tuple[str, ...]]:
    """The layers of a network as they are written, and the names of its outputs, kept with it. Raises SpecError.

    With other numbers bound nothing is kept, and Undecided is raised where they decide what is built.
    """
    if bound is not None:
        expansion = _Expansion(network, bound)
        return expansion.steps(), expansion.drafts.outputs(network.outputs)
    kept = network.__dict__
    if "expansion" not in kept:
        expansion = _Expansion(network, Bound(network.inputs))
        kept["expansion"] = (expansion.steps(), expansion.drafts.outputs(network.outputs))
    expanded: tuple[list[Step], tuple[str, ...]] = kept["expansion"]
    return expanded


def variables_of(network: Network) -> dict[str, Any]:
    """What each variable of a network is: an int, a Fraction or a bool. Raises SpecError."""
    expansion = _Expansion(network, Bound(network.inputs))
    expansion.read_variables()
    return expansion.variables


class _Expansion:
    def __init__(self, network: Network, bound: Bound) -> None:
        self.network = network
        self.bound = bound.variables
        self.drafts = Drafts(bound.inputs)
        self.variables: dict[str, Any] = {}
        self.merges: Counter[str] = Counter()
        self.count = 0
        self.work = 0
        self.depth = 0
        self.entries: dict[int, int] = {}

    def read_variables(self) -> None:
        values = self.variables
        for name, value in self.network.variables.items():
            value = self.bound.get(name, value)
            values[name] = self._number(value, _Names(values, _no_channels), f"$.variables.{name}")

    def steps(self) -> list[Step]:
        self.read_variables()
        values = self.variables
        first = (next(iter(self.network.inputs)),)
        counter = iter(range(len(self.network.layers) + MOST_STEPS))
        own = first if INPUT in self.network.inputs else ()
        self._sequence(self.network.layers, _Scope("", counter, own), values, first, "$.layers")
        if not self.drafts.drafts:
            raise SpecError("the network is empty: no layer is left of it", where="$.layers")
        return self.drafts.steps()

    def _sequence(
        self, items: tuple[Item, ...], scope: _Scope, values: dict[str, Any], arriving: tuple[Source, ...], where: str
    ) -> tuple[Source, ...]:
        for index, item in enumerate(items):
            arriving = self._item(item, scope, values, arriving, f"{where}[{index}]")
        return arriving

    def _item(
        self, item: Item, scope: _Scope, values: dict[str, Any], arriving: tuple[Source, ...], where: str
    ) -> tuple[Source, ...]:
        self._count(where)
        read = arriving
        if item.inputs is not None:
            read = tuple(
                Reference(name, scope.prefix, f"{where}.inputs[{position}]", scope.block_input)
                for position, name in enumerate(item.inputs)
            )
        names = _Names(values, lambda: self._channels(read, where))
        if item.when is not True and not self._condition(item.when, names, where):
            return arriving
        name = item.name
        if name is not None and "{" in name:
            name = _BRACES.sub(lambda match: self._numeral(match[1], names, f"{where}.name"), name)
        if isinstance(item, Layer):
            return self._layer(item, name, scope, names, read, where)
        inner = scope
        if name is not None:
            inner = _Scope(f"{scope.prefix}{name}.", iter(range(MOST_STEPS)), scope.block_input, scope.blocks)
        self.depth += 1
        if self.depth > DEEPEST_EXPANSION:
            raise SpecError(
                f"blocks and containers stand more than {DEEPEST_EXPANSION} deep in each other", where=where
            )
        result = _EXPANDERS[type(item)](self, item, inner, names, read, where)
        self.depth -= 1
        if name is not None:
            self.drafts.place(scope.prefix + name, result[0], where)
        return result

    def _count(self, where: str) -> None:
        """Keep the work bounded. Raises SpecError where it is not."""
        self.count += 1
        if self.count > MOST_STEPS:
            self._bound(0, where)

    def _bound(self, more: int, where: str) -> None:
        """Raises SpecError where so many more are too many."""
        if self.count + more > MOST_STEPS:
            raise SpecError(f"the spec expands to more than {MOST_STEPS} layers and containers", where=where)

    def _spend(self, work: int, where: str) -> None:
        """Keep what is worked out bounded, too, which a few lines can ask for many times. Raises SpecError."""
        self.work += work
        if self.work > MOST_WORK:
            raise SpecError("the spec takes too much arithmetic: long expressions or lists, too often", where=where)

    def _layer(
        self, layer: Layer, name: str | None, scope: _Scope, names: _Names, read: tuple[Source, ...], where: str
    ) -> tuple[Source, ...]:
        if id(layer) not in self.entries:
            self.entries[id(layer)] = sum(map(_entries, (getattr(layer, field) for field in layer.__struct_fields__)))
        self._spend(self.entries[id(layer)], where)
        expressions = expressions_of(layer)
        if expressions:
            found = {field: self._field(layer, field, value, names, where) for field, value in expressions.items()}
            stated = {field: getattr(layer, field) for field in layer.__struct_fields__ if field != "when"}
            layer = made(type(layer), stated, found, where)
        if name is not None:
            name = scope.prefix + name
        elif scope.prefix:
            name = f"{scope.prefix}{next(scope.numbers)}"
        weights = tuple(
            Reference(other, scope.prefix, f"{where}.weights[{position}]", scope.block_input)
            for position, other in enumerate(layer.weights or ())
        )
        return self.drafts.emit(name, layer, read, where, weights=weights)

    def _sequential(
        self, item: Sequential, scope: _Scope, names: _Names, read: tuple[Source, ...], where: str
    ) -> tuple[Source, ...]:
        return self._sequence(item.layers, scope, names.values_by_name, read, f"{where}.layers")

    def _repeat(
        self, item: Repeat, scope: _Scope, names: _Names, read: tuple[Source, ...], where: str
    ) -> tuple[Source, ...]:
        times = single(self._number(item.times, names, f"{where}.times"))
        if not isinstance(times, int) or isinstance(times, bool) or not 0 <= times <= MOST_STEPS:
            found = quote(times) if times == item.times else f"{times} (from {quote(item.times)})"
            raise SpecError(f"expected a whole number of 0 to {MOST_STEPS}, found {found}", where=f"{where}.times")
        self._bound(times * (1 + len(item.layers)), where)
        named = item.name is not None
        lone = len(item.layers) == 1 and isinstance(item.layers[0], Layer) and item.layers[0].name is None
        for index in range(times):
            self._count(where)
            copy = scope
            if named and not lone:
                prefix = f"{scope.prefix}{next(scope.numbers)}."
                copy = _Scope(prefix, iter(range(MOST_STEPS)), scope.block_input, scope.blocks)
            values = names.values_by_name | {item.index: index}
            read = self._sequence(item.layers, copy, values, read, f"{where}.layers")
        return read

    def _residual(
        self, item: Residual, scope: _Scope, names: _Names, read: tuple[Source, ...], where: str
    ) -> tuple[Source, ...]:
        values = names.values_by_name
        body = self._sequence(item.body, scope, values, read, f"{where}.body")
        shortcut = self._sequence(item.shortcut, scope, values, read, f"{where}.shortcut")
        advice = _missing_projection if shortcut == read else None
        return self._merge(item.merge, scope, (*body, *shortcut), where, advice)

    def _parallel(
        self, item: Parallel, scope: _Scope, names: _Names, read: tuple[Source, ...], where: str
    ) -> tuple[Source, ...]:
        values = names.values_by_name
        ends: list[Any] = []
        if isinstance(item.branches, dict):
            for name, items in item.branches.items():
                inner = _Scope(f"{scope.prefix}{name}.", iter(range(MOST_STEPS)), scope.block_input, scope.blocks)
                ends += self._sequence(items, inner, values, read, f"{where}.branches.{name}")
                self.drafts.place(scope.prefix + name, ends[-1], where)
        else:
            for index, items in enumerate(item.branches):
                ends += self._sequence(items, scope, values, read, f"{where}.branches[{index}]")
        return self._merge(item.merge, scope, tuple(ends), where)

    def _merge(
        self,
        kind: str,
        scope: _Scope,
        read: tuple[Source, ...],
        where: str,
        advice: Advice | None = None,
    ) -> tuple[Source, ...]:
        name = scope.prefix + kind.lower() if scope.prefix else None
        while name in self.drafts.places:
            plain = scope.prefix + kind.lower()
            self.merges[plain] += 1
            name = f"{plain}{self.merges[plain] + 1}"
        return self.drafts.emit(name, LAYERS_BY_NAME[kind](), read, where, advice)

    def _use(self, item: Use, scope: _Scope, names: _Names, read: tuple[Source, ...], where: str) -> tuple[Source, ...]:
        if item.block in scope.blocks:
            chain = " → ".join((*scope.blocks[scope.blocks.index(item.block) :], item.block))
            raise SpecError(f"the block uses itself: {chain}", where=where)
        block = self.network.blocks[item.block]
        for name in item.arguments:
            if name not in block.parameters:
                known = ", ".join(block.parameters) or "none"
                hint = nearest(name, block.parameters) or f"; its parameters: {known}"
                raise SpecError(f'the block {item.block} has no parameter "{name}"{hint}', where=f"{where}.{name}")
        values = dict(self.variables)
        inner_names = _Names(values, names.channels)
        self._spend(len(block.parameters), where)
        for name, default in block.parameters.items():
            if name in item.arguments:
                values[name] = self._number(item.arguments[name], names, f"{where}.{name}")
            elif default is None:
                raise SpecError(f'the block {item.block} needs "{name}"', where=where)
            else:
                values[name] = self._number(default, inner_names, f"$.blocks.{item.block}.parameters.{name}")
        inner = _Scope(scope.prefix, scope.numbers, read, (*scope.blocks, item.block))
        return self._sequence(block.layers, inner, values, read, f"$.blocks.{item.block}.layers")

    def _number(self, value: Any, names: Mapping[str, Any], where: str) -> Any:
        """The value of a number or an expression: exact, and an int where it is whole."""
        if isinstance(value, str):
            self._spend(len(value), where)
        try:
            found = value_of(value, names) if isinstance(value, str) else value
            return _exact(found)
        except ExpressionError as error:
            raise SpecError(f"{quote(value)} has no value: {error}", where=where) from None

    def _numeral(self, text: str, names: _Names, where: str) -> str:
        """The digits of an expression inside a name."""
        found = single(self._number(text, names, where))
        if not isinstance(found, int) or isinstance(found, bool):
            raise SpecError(f"{quote(text)} is not a whole number, as a part of a name must be", where=where)
        return str(found)

    def _condition(self, condition: bool | str, names: _Names, where: str) -> bool:
        return bool(self._number(condition, names, f"{where}.when"))

    def _field(self, layer: Layer, field: str, value: Any, names: _Names, where: str) -> Any:
        """A hyper-parameter whose expressions are worked out, as a document would state it."""
        if isinstance(value, tuple):
            return tuple(None if part is None else self._field(layer, field, part, names, where) for part in value)
        try:
            found = self._number(value, names, f"{where}.{field}")
        except SpecError as error:
            words = "".join(f', "{word}"' for word in sorted(words_of(type(layer), field)))
            raise SpecError(error.message + (f"; its words:{words[1:]}" if words else ""), where=error.where) from None
        if not is_single(found):
            if types_of(type(layer), field) >= {int}:
                return found
            found = single(found)
        return found if isinstance(found, (bool, int)) else float(found)

    def _channels(self, read: tuple[Source, ...], where: str) -> Any:
        """The number of channels of what arrives at a place, from the shapes of what comes before it."""
        try:
            source = self.drafts.resolved(read[0])
            shape = self.drafts.shape(source, where)
        except UnknownNameError as error:
            raise SpecError(f"in_channels is not known here yet: {error.message}", where=where) from None
        if isinstance(read[0], Reference):
            self.drafts.early[read[0]] = source
        if not shape:
            raise SpecError("in_channels is not known here: what arrives is a single number a sample", where=where)
        return shape[0]


_EXPANDERS: dict[type[Container], Callable[..., tuple[Source, ...]]] = {
    Sequential: _Expansion._sequential,
    Repeat: _Expansion._repeat,
    Residual: _Expansion._residual,
    Parallel: _Expansion._parallel,
    Use: _Expansion._use,
}


def _entries(value: Any) -> int:
    """How many entries a list has, and the lists in it."""
    return len(value) + sum(map(_entries, value)) if isinstance(value, tuple) else 0


def _exact(value: Any) -> Any:
    """A float as the decimal fraction that it is written as, and as an int where it is whole."""
    if not is_single(value):
        return value
    if isinstance(value, float):
        from fractions import Fraction

        value = Fraction(repr(value))
    return value.numerator if getattr(value, "denominator", 0) == 1 and not isinstance(value, bool) else value


def _no_channels() -> Any:
    raise ExpressionError("in_channels is not known among the variables")


def _missing_projection(inputs: tuple[Shape, ...]) -> str:
    """What an identity shortcut lacks whose shape is not that of the body's output."""
    body, shortcut = inputs
    if len(body) != len(shortcut) or len(body) < 2 or body == shortcut:
        return ""
    strides = [ceil_div(before, after) for before, after in zip(shortcut[1:], body[1:], strict=True)]
    stride = strides[0] if len(set(strides)) == 1 else strides
    kind = f"Conv{len(body) - 1}d"
    projection = {"type": kind, "out_channels": body[0], "kernel_size": 1, "stride": stride, "bias": False}
    text = msgspec.json.encode([projection]).decode()
    return (
        f"; the identity shortcut of {shape_text(shortcut)} does not fit a body of {shape_text(body)}, "
        f'give it a 1×1: "shortcut": {text}'
    )
