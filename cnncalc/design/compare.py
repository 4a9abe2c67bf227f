"""Networks side by side: what they cost in all, and layer by layer where they correspond."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from msgspec import Struct

from cnncalc.analysis import Analysis, Row
from cnncalc.design.limits import unknown_of, value_in
from cnncalc.errors import CnncalcError

COMPARED = ("params", "buffers", "macs", "flops", "activations", "memory", "receptive_field")
"""The quantities that are put side by side, in this order."""

_MOST_BY_KIND = 2000
"""The most layers of a network that are aligned by their kinds; longer ones only by name."""


class Pair(Struct, frozen=True):
    """A layer of the first network and the one that corresponds to it; None on the side that has none."""

    ours: Row | None
    theirs: Row | None

    @property
    def changed(self) -> tuple[str, ...]:
        """What differs between the two: ``"only"`` where one is missing, else any of ``type``, ``settings``,
        ``output_shape`` and the quantities of rows.
        """
        if self.ours is None or self.theirs is None:
            return ("only",)
        one, other = self.ours, self.theirs
        found = [
            field
            for field in ("type", "output_shape", "params", "buffers", "macs", "flops", "activations")
            if getattr(one, field) != getattr(other, field)
        ]
        if one.type == other.type and one.layer.settings() != other.layer.settings():
            found.insert(0, "settings")
        return tuple(found)


class Comparison(Struct, frozen=True):
    """The analyses, each quantity's value in each, and for every network but the first its layers beside the first's.

    All are counted under one convention.
    """

    analyses: tuple[Analysis, ...]
    figures: dict[str, tuple[int | None, ...]]
    pairs: tuple[tuple[Pair, ...], ...]

    @property
    def convention(self) -> str:
        """The convention of all."""
        return self.analyses[0].convention


def compare(*analyses: Analysis) -> Comparison:
    """Two or more analysed networks, each against the first.

    Layers correspond by name where names are shared, in order; those between them by their kinds. Raises CnncalcError
    for fewer than two, and where they are counted under different conventions.

    >>> import cnncalc
    >>> specs = ("complexity_3x3", "complexity_bottleneck")
    >>> comparison = compare(*(cnncalc.analyze(cnncalc.load(spec)) for spec in specs))
    >>> comparison.figures["macs"], comparison.figures["activations"]
    ((5898240000, 1638400000), (2560000, 3200000))
    """
    unlike = next((found for found in analyses if not isinstance(found, Analysis)), None)
    if unlike is not None:
        kind = type(unlike).__name__
        raise CnncalcError(f"expected what cnncalc.analyze makes of a network, found an object of type {kind}")
    if len(analyses) < 2:
        raise CnncalcError("a comparison needs two networks or more")
    conventions = {analysis.convention: analysis.counted for analysis in analyses}
    if len(conventions) > 1 or any(analysis.counted != analyses[0].counted for analysis in analyses):
        names = ", ".join(conventions)
        raise CnncalcError(f"figures of different conventions cannot be compared: {names}; analyse all under one")
    figures = {
        quantity: tuple(None if unknown_of(each.layers, quantity) else value_in(each, quantity) for each in analyses)
        for quantity in COMPARED
    }
    first, *others = analyses
    return Comparison(tuple(analyses), figures, tuple(aligned(first.layers, other.layers) for other in others))


def aligned(ours: Sequence[Row], theirs: Sequence[Row]) -> tuple[Pair, ...]:
    """The layers of two networks in order, those that correspond together."""
    pairs: list[Pair] = []
    for mine, other in _matched([row.name for row in ours], [row.name for row in theirs]):
        block, others = ours[mine], theirs[other]
        if len(block) == len(others) == 1 and block[0].name == others[0].name:
            pairs.append(Pair(block[0], others[0]))
        elif max(len(block), len(others)) <= _MOST_BY_KIND:
            pairs += _by_kind(block, others)
        else:
            pairs += [*(Pair(row, None) for row in block), *(Pair(None, row) for row in others)]
    return tuple(pairs)


def _by_kind(ours: Sequence[Row], theirs: Sequence[Row]) -> list[Pair]:
    """Layers without common names, together where their kinds follow each other alike."""
    pairs: list[Pair] = []
    for mine, other in _matched([row.type for row in ours], [row.type for row in theirs]):
        block, others = ours[mine], theirs[other]
        if len(block) == len(others) == 1 and block[0].type == others[0].type:
            pairs.append(Pair(block[0], others[0]))
        else:
            pairs += [*(Pair(row, None) for row in block), *(Pair(None, row) for row in others)]
    return pairs


def _matched(ours: Sequence[Any], theirs: Sequence[Any]) -> list[tuple[slice, slice]]:
    """Two sequences cut into pieces that stand beside each other: equal entries one by one, the rest between them."""
    pieces: list[tuple[slice, slice]] = []
    for tag, start, end, other_start, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += [
                (slice(start + step, start + step + 1), slice(other_start + step, other_start + step + 1))
                for step in range(end - start)
            ]
        else:
            pieces.append((slice(start, end), slice(other_start, other_end)))
    return pieces
