"""Input sizes at which every window fits a whole number of times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.design.variables import SQUARE, bind, place_of
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.evaluate import evaluate
from cnncalc.graph import build_graph_of
from cnncalc.spec.network import Network


def exact_sizes(network: Network, low: int = 1, high: int = 512, variable: str = SQUARE) -> list[int]:
    """The sizes from ``low`` to ``high`` at which a network can be built and no layer's division leaves a rest.

    ``variable`` is ``"input"``, for all pixel axes at once, or the letter of one. Raises CnncalcError where it is none.

    >>> import cnncalc
    >>> exact_sizes(cnncalc.load("alexnet_2012"), 200, 300)
    [227, 259, 291]
    """
    place = place_of(network, variable)
    if not place.sizes:
        raise CnncalcError(f"{variable!r} is no size of an input")
    found = []
    for size in range(low, high + 1):
        bound, _ = bind(network, {variable: place}, {variable: size}, 1)
        try:
            walk = evaluate(build_graph_of(network, bound), bound.inputs.values())
        except SpecError:
            continue
        notes = (note.code for visit in walk for note in visit.node.layer.notes(*visit.inputs))
        if "inexact-division" not in notes:
            found.append(size)
    return found


def progressions(numbers: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Ascending numbers as runs of equal distance: first, last and distance; of one number alone the distance is 0."""
    start = 0
    while start < len(numbers):
        end = start + 1
        if end < len(numbers):
            distance = numbers[end] - numbers[start]
            while end + 1 < len(numbers) and numbers[end + 1] - numbers[end] == distance:
                end += 1
            if end - start >= 2:
                yield numbers[start], numbers[end], distance
                start = end + 1
                continue
        yield numbers[start], numbers[start], 0
        start += 1
