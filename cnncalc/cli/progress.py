"""A live progress bar on standard error, where that is a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """How far a command has come; does nothing unless a bar is shown."""

    def look(self, text: str) -> None:
        """Say what is being worked at."""

    def advance(self) -> None:
        """One step is done."""


@contextmanager
def progress(total: int | None, description: str) -> Iterator[Progress]:
    """A bar of ``total`` steps, None where their number is not known, which vanishes at the end."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield Progress()
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TextColumn("{task.fields[at]}"))
    console = Console(stderr=True)
    with bars.Progress(
        *columns,
        bars.TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        task = bar.add_task(description, total=total, at="")

        class Live(Progress):
            def look(self, text: str) -> None:
                bar.update(task, at=text)

            def advance(self) -> None:
                bar.advance(task)

        yield Live()
