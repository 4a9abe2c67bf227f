"""The command line in a fresh process, as a person runs it."""

import os
import signal
import subprocess
import sys


def cnncalc(*arguments, text=None, env=None, cwd=None):
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "cnncalc", *map(str, arguments)],
        input=text,
        capture_output=True,
        encoding="utf-8",
        env=environment | {"PYTHONIOENCODING": "utf-8"} | (env or {}),
        cwd=cwd,
        timeout=60,
    )


def heed_signals():
    """For a process to be interrupted: what the tests run in may ignore Ctrl-C or hang-ups, as jobs in the background
    do, and processes inherit that.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
