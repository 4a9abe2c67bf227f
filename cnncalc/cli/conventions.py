"""``cnncalc conventions``."""

from __future__ import annotations

from functools import partial

import click

from cnncalc.analysis import convention_named, shipped_conventions
from cnncalc.analysis.convention import quantities
from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import printed
from cnncalc.cli.output import show, tables
from cnncalc.report.records import Records


@click.command("conventions", cls=Command)
@click.argument("name", required=False, shell_complete=complete.conventions)
@click.option("--terms", is_flag=True, help="List what the rules of a convention of your own may count.")
@printed("text", "json", "csv", "markdown")
def command(name: str | None, terms: bool, form: str) -> None:
    """List the conventions of counting that come with cnncalc; with NAME, or a .toml file, its rules.

    \b
    Examples:
      cnncalc conventions
      cnncalc conventions thop
      cnncalc conventions --format csv
    """
    from cnncalc.report import conventions as reports

    if terms:
        if name is not None:
            raise click.UsageError("--terms is of all conventions; leave NAME away")
        meanings = quantities()
        table = Records(("name", "meaning"), list(meanings.items()))
        show(
            form,
            text=partial(reports.terms_lines, meanings),
            json=lambda: meanings,
            **tables(table),
        )
        return
    if name is None:
        found = [convention_named(each) for each in shipped_conventions()]
        table = reports.conventions_table(found)
        lines = partial(reports.conventions_lines, found)
    else:
        found = [convention_named(name)]
        table = reports.rules_table(found[0])
        lines = partial(reports.rules_lines, found[0])
    documents = [reports.convention_document(each, rules=name is not None) for each in found]
    show(
        form,
        text=lines,
        json=lambda: documents if name is None else documents[0],
        **tables(table),
    )
