"""``cnncalc schema``."""

from __future__ import annotations

import json

import click

from cnncalc.spec.schema import spec_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of specs, with which an editor completes and checks them.

    \b
    Example:
      cnncalc schema > spec.schema.json
    """
    click.echo(json.dumps(spec_schema(), indent=2, ensure_ascii=False))
