"""What a tool may do with an input, whatever it is: take it, or refuse it in one sentence, soon, in little memory."""

from __future__ import annotations

import re
import signal
import time
import traceback
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import click

from cnncalc.errors import CnncalcError, sentence

SECONDS = 1.0
"""The most time of the processor that an input may take."""
_LOOKS = 3
"""How often an input that took longer is tried again: other processes on the machine make a second long."""
_LONGEST_MESSAGE = 6_000


class ContradictionError(AssertionError):
    """A figure that another way to come by it does not give."""


class TooSlow(BaseException):
    """Not an Exception, so that nothing on the way takes it for bad input."""


@dataclass(frozen=True)
class Verdict:
    """What became of one input: ``fault`` is empty where all is well."""

    accepted: bool
    seconds: float
    fault: str = ""


def judged(run: Callable[[bytes], object], data: bytes, seconds: float = SECONDS) -> Verdict:
    """The verdict on one input."""
    for _ in range(_LOOKS):
        start = time.process_time()
        accepted, fault = _tried(run, data, seconds)
        verdict = Verdict(accepted, time.process_time() - start, fault)
        if verdict.seconds < seconds:
            return verdict
    return Verdict(verdict.accepted, verdict.seconds, verdict.fault or f"took {verdict.seconds:.1f} s of CPU")


def _tried(run: Callable[[bytes], object], data: bytes, seconds: float) -> tuple[bool, str]:
    try:
        with _time_limit(seconds), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.filterwarnings("ignore", "Using padding='same' with even kernel", UserWarning)  # PyTorch's own
            try:
                run(data)
                accepted, fault = True, ""
            except (CnncalcError, click.ClickException) as error:
                accepted = False
                fault = unclear(told(error))
    except TooSlow as error:
        return False, f"took more than {seconds} s of CPU, at {_place(error)}"
    except Exception as error:
        return False, f"{type(error).__name__}: {str(error)[:300]}, at {_place(error)}"
    if caught:
        return accepted, f"{caught[0].category.__name__}: {caught[0].message}"
    return accepted, fault


def told(error: Exception) -> str:
    """What a user is told of an error; the command line shortens what click says, as cnncalc's own errors are."""
    return sentence(error.format_message()) if isinstance(error, click.ClickException) else str(error)


def unclear(message: str) -> str:
    """What is wrong with a sentence of an error; empty where nothing is."""
    if not message.strip():
        return "an empty message"
    if len(message) > _LONGEST_MESSAGE:
        return f"a message of {len(message)} characters: {message[:200]}"
    raw = raw_controls(message)
    return f"a message with {raw}: {message[:300]!r}" if raw else ""


_TAKES_EFFECT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def raw_controls(text: str, allowed: str = "") -> str:
    """The first character that does something to a terminal instead of being shown; empty where there is none."""
    for match in _TAKES_EFFECT.finditer(text):
        if match[0] not in allowed:
            return f"{unicodedata.name(match[0], 'a control character')} ({match[0]!r})"
    return ""


def _place(error: BaseException) -> str:
    """The last place of the package that was at work."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/cnncalc/" in frame.filename]
    frames = frames or list(traceback.extract_tb(error.__traceback__))
    return f"{frames[-1].filename.rpartition('/cnncalc/')[2]}:{frames[-1].lineno}" if frames else "?"


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def stop(signal_number: int, frame: FrameType | None) -> Any:
        raise TooSlow

    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
