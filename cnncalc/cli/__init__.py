"""The command line: one file a command, each imported when it is run."""

from __future__ import annotations

import gc
import os
import sys

_OBJECTS_BEFORE_A_COLLECTION = 50_000


def main() -> None:
    """Run the command that the arguments name; exit status 2 and one sentence where it cannot be done.

    Importing makes many objects and hardly any garbage, so the collector runs rarely.
    """
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION, 20, 100)
    import click

    from cnncalc.cli.commands import commands
    from cnncalc.errors import CnncalcError, sentence

    try:
        status = commands(prog_name="cnncalc", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        _fail(help_wanted.format_message(), prefix="")
    except (CnncalcError, click.ClickException) as error:
        _fail(sentence(error.format_message()) if isinstance(error, click.ClickException) else str(error))
    except OSError as error:
        _fail(f"{_named(error)}cannot write: {(error.strerror or str(error)).lower()}")
    except click.Abort:
        sys.exit(130)
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _named(error: OSError) -> str:
    from cnncalc.errors import printable

    return "" if error.filename is None else f"{printable(str(error.filename))}: "


def _fail(message: str, prefix: str = "Error: ") -> None:
    """Say it on standard error and leave; what is still to be written would fail again at exit, so it goes nowhere."""
    import click

    click.echo(f"{prefix}{message}", err=True)
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(2)
