"""Questions on layers, drawn from a network and varied, with figures that come out whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.analysis import Analysis, analyze
from cnncalc.errors import SpecError
from cnncalc.homework.derivation import derive, derive_total
from cnncalc.layers import Layer
from cnncalc.layers.base import Shape
from cnncalc.spec import Network
from cnncalc.spec.network import INPUT

if TYPE_CHECKING:
    from cnncalc.analysis import Row

ASKED = ("output", "params", "macs", "flops", "activations", "receptive_field", "weight_bytes")
"""What is asked, in turn."""
TOTALS = ("params", "macs")
_CHOICES: dict[str, tuple[int, ...]] = {
    "kernel_size": (1, 2, 3, 5, 7, 11),
    "stride": (1, 1, 2, 3, 4),
    "padding": (0, 0, 1, 2, 3),
    "dilation": (1, 1, 1, 2),
    "groups": (1, 1, 1, 2),
    "out_channels": (6, 10, 16, 20, 32, 48, 64, 96, 128),
    "out_features": (10, 84, 100, 120, 256, 1000),
}
"""The hyper-parameters that are varied, where a layer states them as one number."""
_CHANNELS = (1, 3, 6, 16, 32, 64)
_SIDES = (12, 14, 16, 27, 28, 32, 33, 55, 56, 64, 112, 224, 227)
_FEATURES = (84, 120, 400, 512, 4096)
_MOST_TRIES = 60
_LONGEST_CHAIN = 8
_MOST_LISTED = 12


class Question(Struct, frozen=True):
    """What is asked: a quantity of a layer, or of the whole network where ``layer`` is "".

    ``analysis`` is of a network of no more than what the question is about: one layer, a chain of windows, or a small
    network as it is. ``wording`` is the question in words, where it has some of its own.
    """

    analysis: Analysis
    network: Network
    layer: str
    quantity: str
    wording: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What distinguishes it from other questions, names apart."""
        layers = tuple(replace(row.layer, name=None, inputs=None) for row in self.analysis.layers)
        return (layers, tuple(self.analysis.inputs.values()), self.quantity, bool(self.layer))

    @property
    def answer(self) -> Any:
        """The right figure: a shape for ``output``, else an int."""
        if not self.layer:
            return derive_total(self.analysis, self.quantity).value
        if self.quantity == "output":
            return self.analysis.row(self.layer).output_shape
        return derive(self.analysis, self.layer, self.quantity)[0].value


def draw(network: Network, seed: int, count: int, quantities: Sequence[str] = ASKED) -> list[Question]:
    """``count`` different questions on a network, the same for the same seed; fewer where there are no more to ask."""
    random = Random(seed)  # noqa: S311
    analysis = analyze(network)
    kinds = _representatives(analysis)
    found: dict[tuple[object, ...], Question] = {}
    turns = [quantity for quantity in quantities if quantity in ASKED]
    random.shuffle(turns)
    while turns and len(found) < count:
        quantity = turns.pop(0)
        for _ in range(_MOST_TRIES):
            question = _question(network, analysis, kinds, quantity, random)
            if question is not None and question.identity not in found:
                found[question.identity] = question
                turns.append(quantity)
                break
    return list(found.values())


def _representatives(analysis: Analysis) -> list[Row]:
    """One of each kind of layer that is stated alike, so that a network's many twins do not crowd out the others."""
    different = {(type(row.layer), replace(row.layer, name=None, inputs=None)): row for row in analysis.layers}
    return list(different.values())


def _question(
    network: Network, analysis: Analysis, kinds: Sequence[Row], quantity: str, random: Random
) -> Question | None:
    if quantity == "receptive_field":
        return _on_a_field(analysis, random)
    if quantity in TOTALS and len(analysis.layers) <= _MOST_LISTED and random.random() < 1 / 8:
        whole = all(map(_comes_out_whole, analysis.layers))
        return Question(analysis, network, "", quantity) if whole and getattr(analysis.totals, quantity) else None
    row = random.choice(kinds)
    as_it_is = random.random() < 1 / 3
    varied = (row.layer, row.input_shapes) if as_it_is else _varied(row, random)
    return None if varied is None else _on_one_layer(row.name, *varied, quantity)


def _on_one_layer(name: str, layer: Layer, inputs: Sequence[Shape], quantity: str) -> Question | None:
    """A question on a layer by itself; None where nothing is to be worked out, or something is to be rounded."""
    names = ["input"] if len(inputs) == 1 else [f"input{position}" for position in range(1, len(inputs) + 1)]
    placed = replace(layer, name=name.rpartition(".")[2], inputs=tuple(names))
    try:
        network = Network(name=type(layer).__name__, input=dict(zip(names, inputs, strict=True)), layers=(placed,))
        analysis = analyze(network)
    except SpecError:
        return None
    (row,) = analysis.layers
    if not _comes_out_whole(row):
        return None
    worked = [derivation.number for derivation in derive(analysis, row.name, quantity)]
    if not any(part.operator for number in worked for part in number.parts()):
        return None
    return Question(analysis, network, row.name, quantity)


def _comes_out_whole(row: Row) -> bool:
    return not any(note.code == "inexact-division" for note in row.layer.notes(*row.input_shapes))


def _varied(row: Row, random: Random) -> tuple[Layer, tuple[Shape, ...]] | None:
    """The layer with other numbers, and another input that it takes."""
    stated = {field: getattr(row.layer, field, None) for field in _CHOICES}
    varying = [field for field, value in stated.items() if type(value) is int]
    if not varying or len(row.input_shapes) != 1:
        return None
    (arriving,) = row.input_shapes
    changes: dict[str, Any] = {field: random.choice(_CHOICES[field]) for field in varying}
    if getattr(row.layer, "in_channels", None) is not None:
        changes["in_channels"] = None
    kernel = changes.get("kernel_size")
    if kernel is not None and (changes.get("padding", 0) >= kernel or kernel < changes.get("dilation", 1)):
        return None
    layer = replace(row.layer, **changes)
    if len(arriving) == 1:
        return layer, ((random.choice(_FEATURES),),)
    side = random.choice(_SIDES)
    shape = (random.choice(_CHANNELS), *(side for _ in arriving[1:]))
    return layer, (shape,)


def _on_a_field(analysis: Analysis, random: Random) -> Question | None:
    """A question on the receptive field at the end of a chain of layers, each reading the one before it."""
    chain = list(_chain(analysis))
    ends = [position for position, row in enumerate(chain) if _widens(row)]
    if not ends or len(analysis.inputs) > 1:
        return None
    end = random.choice(ends[1:_LONGEST_CHAIN] or ends)
    shape = next(iter(analysis.inputs.values()))
    layers = [row.layer for row in chain[: end + 1] if _widens(row)]
    if random.random() < 1 / 2:
        varying = random.randrange(len(layers))
        changed = {
            field: random.choice(_CHOICES[field])
            for field in ("kernel_size", "stride")
            if _states(layers[varying], field)
        }
        layers[varying] = replace(layers[varying], **changed)
    names = [row.name.replace(".", "_") for row in chain[: end + 1] if _widens(row)]
    placed = [replace(layer, name=name, inputs=None) for layer, name in zip(layers, names, strict=True)]
    try:
        network = Network(name=analysis.name, input=shape, layers=(*placed,))
        found = analyze(network)
    except SpecError:
        return None
    field = found.receptive_fields(names[-1]).get(INPUT)
    (worked, *_) = derive(found, names[-1], "receptive_field") or [None]
    if field is None or worked is None or not worked.number.operator or len(set(field.size)) > 1:
        return None
    if worked.value > min(found.inputs[INPUT][-len(field.size) :]) or any(type(jump) is not int for jump in field.jump):
        return None
    return Question(found, network, names[-1], "receptive_field")


def _chain(analysis: Analysis) -> Iterator[Row]:
    """The layers from the input on, as long as each reads the one before it alone."""
    before = next(iter(analysis.inputs))
    for row in analysis.layers:
        if row.inputs != (before,):
            return
        yield row
        before = row.name


def _widens(row: Row) -> bool:
    return hasattr(row.layer, "kernel_size") and len(row.output_shape) == len(row.input_shapes[0])


def _states(layer: Layer, field: str) -> bool:
    return type(getattr(layer, field, None)) is int
