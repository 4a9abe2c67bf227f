"""How far a command has come: a bar on standard error, where that is a terminal, once a command takes over a second.

Every command has it; what a command does in steps, it reports with ``progress``. Threads do no more than draw.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock, Timer
from typing import Any

import click

_PATIENCE = 1.0
"""The seconds before anything is shown."""
_BAR = "cnncalc.progress"
"""Where a click context keeps the bar."""


class Progress:
    """How far a command has come; shows nothing by itself."""

    def look(self, text: str) -> None:
        """Say what is being worked at."""

    def reach(self, text: str, done: int, total: int) -> None:
        """So much of the whole is done, and this comes next."""


class _Bar(Progress):
    """A bar of rich's, which is imported and begun when patience is at an end."""

    def __init__(self, description: str) -> None:
        self._state: dict[str, Any] = {"description": description, "at": "", "completed": 0, "total": None}
        self._lock = RLock()
        self._shown: Any = None
        self._timer: Timer | None = None
        self._wait()

    def _wait(self) -> None:
        """Begin after a while."""
        self._timer = Timer(_PATIENCE, self._begin)
        self._timer.daemon = True
        self._timer.start()

    def end(self, *, for_good: bool = True) -> None:
        """Take the bar away, for some time or for good."""
        with self._lock:
            if self._timer is None:
                return
            self._timer.cancel()
            self._timer = None
            if self._shown is not None:
                self._shown.stop()
            self._shown = None
        if not for_good:
            self._wait()

    def look(self, text: str) -> None:
        self.update(at=text)

    def reach(self, text: str, done: int, total: int) -> None:
        self.update(at=text, completed=done, total=total)

    def update(self, **fields: Any) -> dict[str, Any]:
        """Change what is shown; what was."""
        with self._lock:
            before = dict(self._state)
            self._state.update(fields)
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], **self._state)
        return before

    def _begin(self) -> None:
        from rich import progress as bars
        from rich.console import Console

        columns = (bars.TextColumn("{task.description}", markup=False), bars.BarColumn())
        with self._lock:
            if self._timer is None:
                return
            self._shown = bars.Progress(
                *columns,
                bars.TextColumn("{task.fields[at]}", markup=False),
                bars.TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._shown.add_task(**self._state)
            self._shown.start()


@contextmanager
def bar_beside(command: str) -> Iterator[None]:
    """A bar that vanishes at the end, while a command runs."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    bar = click.get_current_context().meta[_BAR] = _Bar(command)
    try:
        yield
    finally:
        bar.end()


@contextmanager
def progress(description: str) -> Iterator[Progress]:
    """What is done in steps, shown on the command's bar where there is one."""
    bar = _bar()
    if bar is None:
        yield Progress()
        return
    before = bar.update(description=description, at="", completed=0, total=None)
    try:
        yield bar
    finally:
        bar.update(**before)


def make_way(*, for_good: bool = False) -> None:
    """Take the bar away, since something else is to be printed; ``for_good`` where a person is to be asked."""
    bar = _bar()
    if bar is not None:
        bar.end(for_good=for_good)


def _bar() -> _Bar | None:
    context = click.get_current_context(silent=True)
    bar: _Bar | None = None if context is None else context.meta.get(_BAR)
    return bar
