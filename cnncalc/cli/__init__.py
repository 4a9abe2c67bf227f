"""The command line: one file a command, each imported when it is run."""

from __future__ import annotations

import gc
import signal
import sys
from types import FrameType
from typing import NoReturn

_OBJECTS_BEFORE_A_COLLECTION = 50_000
_INTERRUPTED = 128 + signal.SIGINT


def main() -> NoReturn:
    """Run the command that the arguments name, and exit with its status; interrupted, with 130.

    Importing makes many objects and hardly any garbage, so the collector runs rarely.
    """
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION, 20, 100)
    try:
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _leave)
        from cnncalc.cli.running import run

        status = run()
    except KeyboardInterrupt:
        status = _INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(status)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """End as an exception does, so that files half written and processes begun are cleared away."""
    sys.exit(128 + number)
