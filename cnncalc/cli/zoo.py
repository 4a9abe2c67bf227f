"""``cnncalc zoo``."""

from __future__ import annotations

import sys
from functools import partial

import click

from cnncalc.analysis import Analysis, analyze
from cnncalc.analysis.published import explained
from cnncalc.cli.help import Command
from cnncalc.cli.options import printed
from cnncalc.cli.output import show, tables
from cnncalc.cli.progress import progress
from cnncalc.spec import Network, load, shipped_names


@click.command("zoo", cls=Command)
@click.option(
    "--check",
    is_flag=True,
    help="Compare every expected total and published figure; exit status 1 where one does not come out.",
)
@printed("text", "json", "csv", "markdown")
def command(check: bool, form: str) -> None:
    """List the networks that come with cnncalc: year, parameters, multiply-accumulates, and ImageNet top-1 accuracy
    where the source states it.

    \b
    Examples:
      cnncalc zoo
      cnncalc zoo --format csv
      cnncalc zoo --check
    """
    networks, analyses, names = {}, {}, shipped_names()
    with progress("analysing") as bar:
        for done, name in enumerate(names):
            bar.reach(name, done, len(names))
            networks[name] = load(name)
            analyses[name] = analyze(networks[name])
    if check:
        _check(networks, analyses, form)
    from cnncalc.report import zoo as reports

    table = reports.zoo_table(networks, analyses)
    show(
        form,
        text=partial(reports.zoo_lines, networks, analyses),
        json=table.as_objects,
        **tables(table),
    )


def _check(networks: dict[str, Network], analyses: dict[str, Analysis], form: str) -> None:
    """A line a spec, with what is expected of it and what came out; leaves with the exit status."""
    from cnncalc.report import zoo as reports

    checked = {name: _wrong(networks[name], analysis) for name, analysis in analyses.items()}
    table = reports.checked_table(networks, analyses, checked)
    show(
        form,
        text=partial(reports.checked_lines, networks, analyses, checked),
        json=table.as_objects,
        **tables(table),
    )
    sys.exit(1 if any(checked.values()) else 0)


def _wrong(network: Network, analysis: Analysis) -> list[str]:
    """What does not come out as the spec says."""
    wrong = [warning.message for warning in analysis.warnings if warning.code == "unexpected-total"]
    for found in explained(network):
        if not found.as_stated:
            stated = found.published
            wrong.append(f"{stated.figure} is printed ({stated.source}), {stated.convention} gives {found.figure:,}")
    return wrong
