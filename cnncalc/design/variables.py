"""What may vary, or be a symbol: the variables of a spec, the sizes of its inputs, and the batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cnncalc.errors import CnncalcError, nearest
from cnncalc.layers.base import LARGEST_SIZE, Shape
from cnncalc.spec.expansion import Bound
from cnncalc.spec.network import Network

AXIS_LETTERS = {1: "C", 2: "CL", 3: "CHW", 4: "CDHW"}
"""For each number of axes, a letter an axis."""
SQUARE = "input"
BATCH = ("batch", "N")


class Place(Struct, frozen=True):
    """What a name stands for: a variable of the spec, sizes of an input, or the batch."""

    variable: str = ""
    sizes: tuple[tuple[str, int], ...] = ()
    batch: bool = False


def letters(shape: Sequence[Any]) -> str:
    """A letter for each axis of a shape; digits where it has more axes than have letters."""
    return AXIS_LETTERS.get(len(shape), "0123456789"[: len(shape)])


def known_names(network: Network) -> list[str]:
    """All names of what may vary."""
    single = len(network.inputs) == 1
    sizes = [
        letter if single else f"{name}.{letter}" for name, shape in network.inputs.items() for letter in letters(shape)
    ]
    return list(dict.fromkeys([*network.variables, SQUARE, *sizes, *BATCH]))


def place_of(network: Network, name: str) -> Place:
    """What a name stands for; a variable of the spec goes before sizes of that letter. Raises CnncalcError."""
    if name in network.variables:
        return Place(variable=name)
    if name in BATCH:
        return Place(batch=True)
    if name == SQUARE:
        axes = [
            (source, axis)
            for source, shape in network.inputs.items()
            for axis in range(1 if len(shape) > 1 else 0, len(shape))
        ]
        return Place(sizes=tuple(axes))
    source, _, letter = name.rpartition(".")
    if not source and len(network.inputs) == 1:
        (source,) = network.inputs
    shape = network.inputs.get(source, ())
    if len(letter) == 1 and letter in letters(shape):
        return Place(sizes=((source, letters(shape).index(letter)),))
    known = known_names(network)
    hint = nearest(name, known) or f"; what may vary is {', '.join(known)}"
    raise CnncalcError(f"nothing is named {name!r} that may vary{hint}")


def check_names(network: Network, names: Iterable[str]) -> dict[str, Place]:
    """Each name's place. Raises CnncalcError where one is not known, or where two are about the same."""
    places: dict[str, Place] = {}
    taken: dict[Any, str] = {}
    for name in names:
        place = place_of(network, name)
        for part in place.sizes or (place.variable or BATCH[0],):
            if part in taken:
                raise CnncalcError(f"{taken[part]} and {name} are about the same; vary one of them")
            taken[part] = name
        places[name] = place
    return places


def check_values(network: Network, name: str, values: Iterable[Any]) -> None:
    """That sizes and batches are whole numbers that a report takes. Raises CnncalcError."""
    if place_of(network, name).variable:
        return
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_SIZE:
            raise CnncalcError(f"{name} takes whole numbers of 1 to {LARGEST_SIZE}, found {value}")


def bind(network: Network, places: Mapping[str, Place], numbers: Mapping[str, Any], batch: Any) -> tuple[Bound, Any]:
    """The numbers in their places, and the batch."""
    inputs: dict[str, Shape] = dict(network.inputs)
    variables = {}
    for name, number in numbers.items():
        place = places[name]
        if place.variable:
            variables[place.variable] = number
        elif place.batch:
            batch = number
        for source, axis in place.sizes:
            shape = inputs[source]
            inputs[source] = (*shape[:axis], number, *shape[axis + 1 :])
    return Bound(inputs, variables), batch
