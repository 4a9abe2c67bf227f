"""What a source prints of a network, beside what its convention gives: which layers make the figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import cast

from msgspec import Struct

from cnncalc.analysis.analysis import Analysis, analyze
from cnncalc.analysis.convention import Rule
from cnncalc.analysis.reconcile import BIASES, MACS, Difference, described, parts
from cnncalc.analysis.rows import Row
from cnncalc.errors import CnncalcError, SpecError, nearest
from cnncalc.spec.network import Network, Published

EXACT, ROUNDED, CUT_OFF, DIFFERENT = "exact", "rounded", "cut off", "different"
_MULTIPLES = {"Ki": 1024, "Mi": 1024**2}
_FEWEST_DIGITS = 2


class Explained(Struct, frozen=True):
    """A printed figure and what its convention gives, ``figure``, to which ``parts`` add up.

    ``agreement`` is ``exact``, ``rounded``, ``cut off`` (after the printed digits, two or more) or ``different``.
    """

    published: Published
    unit: str
    figure: int
    agreement: str
    parts: tuple[Difference, ...]

    @property
    def as_stated(self) -> bool:
        """Whether it comes out, or is known not to."""
        return (self.agreement == DIFFERENT) == bool(self.published.disagrees)


def explained(network: Network) -> tuple[Explained, ...]:
    """Every figure that the spec says is published. Raises SpecError with its place where that cannot be counted."""
    found = []
    for position, published in enumerate(network.published):
        try:
            found.append(_explained(network, published))
        except SpecError as error:
            raise SpecError(str(error), where=f"$.published[{position}]") from None
        except CnncalcError as error:
            raise SpecError(str(error), where=f"$.published[{position}].convention") from None
    return tuple(found)


def agreement(figure: int, stated: str) -> str:
    """How a count and a printed figure agree.

    >>> [agreement(3_857_973_248, stated) for stated in ("3857973248", "3.86e9", "3.8e9", "4.1e9")]
    ['exact', 'rounded', 'cut off', 'different']
    """
    multiple = _MULTIPLES.get(stated[-2:], 1)
    printed = Decimal(stated[:-2] if multiple > 1 else stated)
    if printed * multiple == figure:
        return EXACT
    step = Decimal(1).scaleb(int(printed.as_tuple().exponent))
    steps = Decimal(figure) / multiple / step
    if steps.to_integral_value(ROUND_HALF_UP) * step == printed:
        return ROUNDED
    digits = len(printed.as_tuple().digits)
    if digits >= _FEWEST_DIGITS and steps.to_integral_value(ROUND_DOWN) * step == printed:
        return CUT_OFF
    return DIFFERENT


def _explained(network: Network, published: Published) -> Explained:
    base = analyze(network, convention=published.convention)
    found = base
    if published.variables or published.input:
        found = analyze(network, published.input, variables=published.variables, convention=published.convention)
    before, figure = (sum(int(row.flops) for row in _of(analysis, published.layers)) for analysis in (base, found))
    made_of = _by_kind(base, _of(base, published.layers))
    if found is not base:
        made_of.append(Difference(figure - before, f"with {_settings(network, published)}"))
    assert sum(part.amount for part in made_of) == figure
    return Explained(published, found.counted.unit, figure, agreement(figure, published.figure), tuple(made_of))


def _of(analysis: Analysis, names: Sequence[str]) -> Sequence[Row]:
    """The layers that a figure is of: some, those of containers, or all."""
    return [row for name in names for row in _named(analysis, name)] if names else analysis.layers


def _named(analysis: Analysis, layer: str) -> Sequence[Row]:
    rows = [row for row in analysis.layers if row.name == layer or row.name.startswith(f"{layer}.")]
    if not rows:
        raise SpecError(
            f"no layer or container is named {layer!r}{nearest(layer, [row.name for row in analysis.layers])}"
        )
    return rows


def _by_kind(analysis: Analysis, rows: Sequence[Row]) -> list[Difference]:
    """What each kind of layer contributes, in the network's order: multiply-accumulates, biases, the rest."""
    amounts: dict[tuple[str, str], int] = {}
    layers: Counter[tuple[str, str]] = Counter()
    for row in rows:
        rule = analysis.counted.rule(row.visit)
        for part, amount in enumerate(parts(row, rule)):
            if amount:
                words = {MACS: "multiply-accumulates", BIASES: "additions of biases"}.get(part)
                key = (row.type, words or cast(Rule, rule).note or described(rule))
                amounts[key] = amounts.get(key, 0) + amount
                layers[key] += 1
    return [Difference(amount, f"{layers[key]} {key[0]}: {key[1]}") for key, amount in amounts.items()]


def _settings(network: Network, published: Published) -> str:
    """What is other than in the spec, such as ``stride_in=1 instead of 3``."""
    words = [f"{name}={value} instead of {network.variables[name]}" for name, value in published.variables.items()]
    if published.input:
        words.append(f"input {'×'.join(map(str, published.input))}")
    return ", ".join(words)
