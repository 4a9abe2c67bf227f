"""``cnncalc zoo``."""

from __future__ import annotations

import sys

import click

from cnncalc.analysis import Analysis, analyze
from cnncalc.analysis.published import explained
from cnncalc.report.grid import Span, Track, fold, grid, width_of
from cnncalc.report.numbers import abbreviated
from cnncalc.report.terminal import terminal_width, write
from cnncalc.spec import Network, load, shipped_names

_NARROWEST_NETWORK = 14
_NARROWEST_SOURCE = 20
"""Where a source has less room than that, it is left out."""


@click.command("zoo")
@click.option(
    "--check",
    is_flag=True,
    help="Compare every expected total and published figure; exit status 1 where one does not come out.",
)
def command(check: bool) -> None:
    """List the networks that come with cnncalc: year, parameters, multiply-accumulates, and ImageNet top-1 accuracy
    where the source states it.

    \b
    Examples:
      cnncalc zoo
      cnncalc zoo --check
    """
    networks = {name: load(name) for name in shipped_names()}
    analyses = {name: analyze(network) for name, network in networks.items()}
    if check:
        _check(networks, analyses)
        return
    rows = [[Span(text, "bold") for text in ("spec", "network", "year", "params", "MACs", "top-1", "source")]]
    for name, network in networks.items():
        totals = analyses[name].totals
        top1 = "" if network.top1 is None else f"{network.top1:.1f}%"
        texts = [
            name,
            network.name,
            str(network.year or ""),
            abbreviated(totals.params),
            abbreviated(totals.macs),
            top1,
        ]
        rows.append([*map(Span, texts), Span(network.source.split(", in the layout")[0], "dim")])
    widths = [width_of([row[column].text for row in rows]) for column in range(6)]
    room = terminal_width() - sum(widths) - 2 * 6
    if room < _NARROWEST_SOURCE:
        rows = [row[:6] for row in rows]
        widths[1] = max(_NARROWEST_NETWORK, terminal_width() - sum(widths) + widths[1] - 2 * 5)
    else:
        widths.append(room)
        for row in rows[1:]:
            row[6] = Span(fold(row[6].text, room)[0], "dim")
    write(grid(rows, [Track(width, right=column in (3, 4, 5)) for column, width in enumerate(widths)], gap=2))


def _check(networks: dict[str, Network], analyses: dict[str, Analysis]) -> None:
    """A line a spec, with what is expected of it and what came out."""
    failed = 0
    for name, analysis in analyses.items():
        expected = networks[name].expected
        wrong = [warning.message for warning in analysis.warnings if warning.code == "unexpected-total"]
        for found in explained(networks[name]):
            if not found.as_stated:
                stated = found.published
                wrong.append(
                    f"{stated.figure} is printed ({stated.source}), {stated.convention} gives {found.figure:,}"
                )
        failed += bool(wrong)
        figures = f"{analysis.totals.params:,} params, {analysis.totals.macs:,} MACs"
        verdict = "; ".join(wrong) if wrong else figures if expected else f"nothing is expected of it ({figures})"
        click.echo(f"{'✗' if wrong else '✓'} {name}: {verdict}")
    click.echo(f"{len(analyses) - failed} of {len(analyses)} specs give what is expected of them")
    sys.exit(1 if failed else 0)
