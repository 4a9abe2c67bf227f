"""``--quiet`` and ``--verbose``, which every command has, with one meaning: quiet prints the result and errors alone,
without notes and progress; verbose tells on standard error what is read and how long it takes, and has a note for each
layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

import click

from cnncalc.cli.progress import make_way

if TYPE_CHECKING:
    from cnncalc.report.table import Noted

_VERBOSITY = "cnncalc.verbosity"
_QUIET, _NORMAL, _VERBOSE = -1, 0, 1


def _state(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    stated = _VERBOSE if parameter.name == "verbose" else _QUIET
    if context.meta.setdefault(_VERBOSITY, stated) != stated:
        raise click.UsageError("--quiet and --verbose exclude each other")


def verbosity_options() -> list[click.Parameter]:
    """The two options."""
    texts = {
        "quiet": "The result and errors alone, without notes and progress.",
        "verbose": "A note for each layer; what is read and how long it takes, on standard error.",
    }
    return [
        click.Option(
            [f"-{name[0]}", f"--{name}"], is_flag=True, expose_value=False, is_eager=True, callback=_state, help=text
        )
        for name, text in texts.items()
    ]


def quiet() -> bool:
    """Whether only results and errors are wanted."""
    return _verbosity() == _QUIET


def noted() -> Noted:
    """Which notes are wanted."""
    verbosity = _verbosity()
    return "never" if verbosity == _QUIET else "each" if verbosity == _VERBOSE else "once"


def remark(text: str) -> None:
    """Say something on standard error that is neither result nor error, unless it is to be quiet."""
    if not quiet():
        tell(text)


def tell(text: str) -> None:
    """Say something on standard error, where the progress stands."""
    make_way()
    click.echo(text, err=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Tell how long something took, where more is to be told."""
    start = perf_counter()
    yield
    if _verbosity() == _VERBOSE:
        tell(f"{what}: {1000 * (perf_counter() - start):,.1f} ms")


def _verbosity() -> int:
    context = click.get_current_context(silent=True)
    return _NORMAL if context is None else context.meta.get(_VERBOSITY, _NORMAL)
