"""The networks that come with cnncalc, as a person and as a program reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnncalc.analysis import Analysis
from cnncalc.report.grid import Line, Span, Track, fold, grid, width_of
from cnncalc.report.numbers import abbreviated
from cnncalc.report.records import Records
from cnncalc.report.table import prose
from cnncalc.spec import Network

_NARROWEST_NETWORK = 14
_NARROWEST_SOURCE = 20
"""Where a source has less room than that, it is left out."""


def zoo_lines(networks: Mapping[str, Network], analyses: Mapping[str, Analysis], width: int) -> list[Line]:
    """A line a network; sources where there is room for them."""
    rows = [[Span(text, "bold") for text in ("spec", "network", "year", "params", "MACs", "top-1", "source")]]
    for name, network in networks.items():
        totals = analyses[name].totals
        top1 = "" if network.top1 is None else f"{network.top1:.1f}%"
        counts = (abbreviated(totals.params), abbreviated(totals.macs))
        texts = [name, network.name, str(network.year or ""), *counts, top1]
        rows.append([*map(Span, texts), Span(_source(network), "dim")])
    widths = [width_of([row[column].text for row in rows]) for column in range(6)]
    room = width - sum(widths) - 2 * 6
    if room < _NARROWEST_SOURCE:
        rows = [row[:6] for row in rows]
        widths[1] = max(_NARROWEST_NETWORK, width - sum(widths) + widths[1] - 2 * 5)
    else:
        widths.append(room)
        for row in rows[1:]:
            row[6] = Span(fold(row[6].text, room)[0], "dim")
    return grid(rows, [Track(wide, right=column in (3, 4, 5)) for column, wide in enumerate(widths)], gap=2)


def zoo_table(networks: Mapping[str, Network], analyses: Mapping[str, Analysis]) -> Records:
    """A row a network, in exact figures."""
    rows = [
        (
            *(name, network.name, network.year or None),
            *(analyses[name].totals.params, analyses[name].totals.macs),
            *(network.top1, _source(network)),
        )
        for name, network in networks.items()
    ]
    return Records(("spec", "name", "year", "params", "macs", "top1", "source"), rows)


def checked_lines(
    networks: Mapping[str, Network], analyses: Mapping[str, Analysis], wrong: Mapping[str, Sequence[str]], width: int
) -> list[Line]:
    """A line a spec with what came out, or what should have."""
    lines = []
    for name, analysis in analyses.items():
        figures = f"{analysis.totals.params:,} params, {analysis.totals.macs:,} MACs"
        found = figures if networks[name].expected else f"nothing is expected of it ({figures})"
        lines.append([Span(f"{'✗' if wrong[name] else '✓'} {name}: {'; '.join(wrong[name]) or found}")])
    kept = sum(not each for each in wrong.values())
    return [*lines, *prose(f"{kept} of {len(analyses)} specs give what is expected of them", width)]


def checked_table(
    networks: Mapping[str, Network], analyses: Mapping[str, Analysis], wrong: Mapping[str, Sequence[str]]
) -> Records:
    """A row a spec, with whether it gives what is expected of it."""
    rows = [
        (name, not wrong[name], analysis.totals.params, analysis.totals.macs, "; ".join(wrong[name]))
        for name, analysis in analyses.items()
    ]
    return Records(("spec", "as_expected", "params", "macs", "problem"), rows)


def _source(network: Network) -> str:
    return network.source.split(", in the layout")[0]
