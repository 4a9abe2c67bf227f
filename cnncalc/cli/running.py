"""One run of the command line, from the arguments to an exit status."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

import click

from cnncalc.cli.commands import PipeClosedError, commands
from cnncalc.errors import CnncalcError, printable, sentence

_BAD_INPUT = 2
_INTERRUPTED = 130
_READER_LEFT = 141
"""What a shell reports of a program that the closing of its pipe ends, as ``head`` ends most programs before it."""


def run() -> int:
    """The exit status of the command that the arguments name; 2 and one sentence where it cannot be done."""
    if sys.stdout is None:
        return _failed("standard output is closed")
    _prepare_output()
    if "_CNNCALC_COMPLETE" in os.environ:
        return _complete()
    try:
        status = commands(prog_name="cnncalc", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        return _failed(help_wanted.format_message(), prefix="")
    except (CnncalcError, click.ClickException) as error:
        return _failed(sentence(_complaint(error)) if isinstance(error, click.ClickException) else str(error))
    except (BrokenPipeError, PipeClosedError):
        _drop(sys.stdout)
        return _READER_LEFT
    except OSError as error:
        name = "" if error.filename is None else f"{printable(str(error.filename))}: "
        return _failed(f"{name}cannot write: {(error.strerror or str(error)).lower()}")
    except click.Abort:
        return _INTERRUPTED
    return status if isinstance(status, int) else 0


def _complaint(error: click.ClickException) -> str:
    """What click has to say in the form of all other errors: the place, what is wrong there, the nearest valid name."""
    if isinstance(error, click.NoSuchOption):
        hint = f"; did you mean '{error.possibilities[0]}'?" if error.possibilities else ""
        return f"no such option {error.option_name!r}{hint}"
    text = " ".join(error.format_message().split())
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter) and error.param:
        place = error.param.opts[-1] if isinstance(error.param, click.Option) else error.param.human_readable_name
        return f"{place}: {error.message}".removesuffix(".")
    return f"{text[:1].lower()}{text[1:]}".removesuffix(".")


def _complete() -> int:
    """Answer a shell that asks what may come next. What is wrong with a half-written line is nothing to tell there."""
    with suppress(Exception):
        commands(prog_name="cnncalc", standalone_mode=False)
    return 0


def _prepare_output() -> None:
    """Characters that the encoding lacks become ``?``; unbuffered output (``PYTHONUNBUFFERED``), of which Python drops
    what the system does not take in one go, gets a buffer.
    """
    output = sys.stdout
    if not isinstance(output, io.TextIOWrapper):
        return
    if isinstance(output.buffer, io.RawIOBase):
        buffer = io.BufferedWriter(output.buffer)
        sys.stdout = io.TextIOWrapper(buffer, output.encoding, "replace", line_buffering=output.line_buffering)
    else:
        output.reconfigure(errors="replace")


def _failed(message: str, prefix: str = "Error: ") -> int:
    """The status of a failure, which is told on standard error."""
    try:
        click.echo(f"{prefix}{message}", err=True)
    except OSError:
        _drop(sys.stderr)
    _drop(sys.stdout)
    return _BAD_INPUT


def _drop(stream: TextIO | None) -> None:
    """What is still to be written there would fail again at exit, so it goes nowhere."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
