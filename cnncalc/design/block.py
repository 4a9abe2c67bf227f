"""Some points of a sweep with what was found there, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
from msgspec import Struct, structs

ILLEGAL = "illegal"
"""The column of the reasons."""


class Block(Struct, frozen=True):
    """Some points of a sweep: their numbers, columns of variables and quantities, and for each -1 or its reason.

    A column of a quantity is None where it has no value at any of these points; at illegal points it means nothing.
    """

    numbers: Any
    variables: dict[str, Any]
    quantities: dict[str, Any]
    reasons: Any
    sentences: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def without_reasons(self) -> Block:
        """Legal points, for which no sentences are kept."""
        return structs.replace(self, sentences=())

    def legal(self) -> Any:
        """At which points the network can be built."""
        return self.reasons < 0

    def take(self, chosen: Any) -> Block:
        """Those of the points that a mask or an index names."""
        return Block(
            self.numbers[chosen],
            {name: values[chosen] for name, values in self.variables.items()},
            {name: None if values is None else values[chosen] for name, values in self.quantities.items()},
            self.reasons[chosen],
            self.sentences,
        )


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks one behind the other, their sentences told apart."""
    sentences: dict[str, int] = {}
    reasons = []
    for block in blocks:
        places = [sentences.setdefault(sentence, len(sentences)) for sentence in block.sentences]
        table = numpy.array([*places, -1], dtype=numpy.int64)
        reasons.append(table[block.reasons])
    first = blocks[0]
    return Block(
        numpy.concatenate([block.numbers for block in blocks]),
        {name: numpy.concatenate([block.variables[name] for block in blocks]) for name in first.variables},
        {name: _column([block.quantities[name] for block in blocks], blocks) for name in first.quantities},
        numpy.concatenate(reasons),
        tuple(sentences),
    )


def _column(parts: Sequence[Any], blocks: Sequence[Block]) -> Any:
    """A quantity of several blocks; where some have no value for it, None stands at their points."""
    if all(part is None for part in parts):
        return None
    illegal = [part is None and not block.legal().any() for part, block in zip(parts, blocks, strict=True)]
    filled = []
    for part, block, ignored in zip(parts, blocks, illegal, strict=True):
        if part is None:
            part = numpy.zeros(len(block), dtype=numpy.int64) if ignored else numpy.full(len(block), None, dtype=object)
        filled.append(part)
    return numpy.concatenate(filled)
