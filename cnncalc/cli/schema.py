"""``cnncalc schema``."""

from __future__ import annotations

import click

from cnncalc.cli.help import Command
from cnncalc.cli.options import output_option
from cnncalc.cli.output import show
from cnncalc.spec.schema import spec_schema


@click.command("schema", cls=Command)
@output_option
def command() -> None:
    """Print the JSON Schema of specs, with which an editor completes and checks them.

    \b
    Examples:
      cnncalc schema -o spec.schema.json
    """
    show("json", json=spec_schema)
