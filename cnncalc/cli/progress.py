"""A live progress bar on standard error, where that is a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """How far a command has come; does nothing unless a bar is shown."""

    def look(self, text: str) -> None:
        """Say what is being worked at."""

    def reach(self, text: str, done: int, total: int) -> None:
        """So much of the whole is done, and this comes next."""


@contextmanager
def progress(description: str) -> Iterator[Progress]:
    """A bar that vanishes at the end."""
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
        task = bar.add_task(description, total=None, at="")

        class Live(Progress):
            def look(self, text: str) -> None:
                bar.update(task, at=text)

            def reach(self, text: str, done: int, total: int) -> None:
                bar.update(task, at=text, completed=done, total=total)

        yield Live()
