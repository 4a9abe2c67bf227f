"""How far a command has come: a live bar on standard error, where that is a terminal, of what takes over a second."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import Any

from cnncalc.cli.verbosity import quiet

_PATIENCE = 1.0
"""The seconds before anything is shown."""


class Progress:
    """How far a command has come; shows nothing by itself."""

    def look(self, text: str) -> None:
        """Say what is being worked at."""

    def reach(self, text: str, done: int, total: int) -> None:
        """So much of the whole is done, and this comes next."""


class _Live(Progress):
    """A bar of rich's that is begun when patience is at an end."""

    def __init__(self, description: str) -> None:
        from rich import progress as bars
        from rich.console import Console

        columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TextColumn("{task.fields[at]}"))
        self._bar = bars.Progress(
            *columns,
            bars.TimeElapsedColumn(),
            console=Console(stderr=True, markup=False),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task(description, total=None, at="")
        self._lock = Lock()
        self._ended = False
        self._timer = Timer(_PATIENCE, self._begin)
        self._timer.daemon = True
        self._timer.start()

    def _begin(self) -> None:
        with self._lock:
            if not self._ended:
                self._bar.start()

    def end(self) -> None:
        """Take the bar away."""
        self._timer.cancel()
        with self._lock:
            self._ended = True
            self._bar.stop()

    def look(self, text: str) -> None:
        self._update(at=text)

    def reach(self, text: str, done: int, total: int) -> None:
        self._update(at=text, completed=done, total=total)

    def _update(self, **fields: Any) -> None:
        self._bar.update(self._task, **fields)


@contextmanager
def progress(description: str) -> Iterator[Progress]:
    """A bar that vanishes at the end."""
    if quiet() or sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Progress()
        return
    bar = _Live(description)
    try:
        yield bar
    finally:
        bar.end()
