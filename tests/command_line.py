"""The command line in a fresh process, as a person runs it."""

import os
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
