"""Whole command lines in this process: exit status, standard output and error, and the files that are left."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import click
from fuzz.corpus import ROOT
from fuzz.figures import check_json
from fuzz.oracle import ContradictionError, raw_controls

from cnncalc.errors import CnncalcError

_NOT_RUN = ("measure", "verify", "import")
"""Commands that build and run PyTorch modules, which takes longer than a second whatever is asked."""
_MOST_ARGUMENTS = 40
_OUTPUTS = ("out.csv", "out.html", "out.svg", "pages", "out.parquet", "grades.csv", "feedback/", "feedback")


@cache
def _folder() -> Path:
    """The directory in which commands run, with a few files to read."""
    import atexit

    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(dir=memory, prefix="cnncalc-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, source in (("residual.json", "docs/residual.json"), ("answers.csv", "docs/grading/dan.csv")):
        shutil.copy(ROOT / source, folder / name)
    return folder


def arguments_of(data: bytes) -> list[str]:
    """The arguments of a command line, as :mod:`fuzz.corpus` writes them."""
    return [part.decode("utf-8", "surrogateescape") for part in data.partition(b"\0\0")[0].split(b"\0")]


def is_run(arguments: list[str]) -> bool:
    """Whether a command line runs no code, and writes nowhere but into its directory."""
    from cnncalc.cli.specs import is_module_spec

    if set(arguments) & set(_NOT_RUN) or len(arguments) > _MOST_ARGUMENTS:
        return False
    if any(
        ".py" in argument or is_module_spec(argument) or is_module_spec(argument.partition("=")[2])
        for argument in arguments
    ):
        return False
    for place, argument in enumerate(arguments):
        if argument.startswith(("-o", "--out", "--fe")):
            name = argument.partition("=")[2] or "".join(arguments[place + 1 : place + 2])
            if name not in _OUTPUTS or argument not in ("-o", "--output", "--feedback"):
                return False
    return not {"--jobs", "--run"} & {argument.partition("=")[0] for argument in arguments}


def command_line(data: bytes) -> None:
    """A command line and the file that it may read."""
    content = data.partition(b"\0\0")[2]
    arguments = arguments_of(data)
    if not is_run(arguments):
        raise CnncalcError("not run")
    folder = _folder()
    for name in ("fuzz.json", "fuzz.csv", "fuzz.md", "fuzz.toml"):
        (folder / name).write_bytes(content)
    before = set(os.listdir(folder))
    status, output, errors = _run(arguments, content, folder)
    left = set(os.listdir(folder)) - before
    for name in left:
        shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()
    if status not in (0, 1, 2):
        raise ContradictionError(f"exit status {status!r}")
    if status == 2 and left:
        raise ContradictionError(f"exit status 2, and {sorted(left)} is left")
    if any(name.startswith(".") or name.endswith((".new", ".partial")) for name in left):
        raise ContradictionError(f"half a file is left: {sorted(left)}")
    if raw := raw_controls(output, allowed="\n\t") or raw_controls(errors, allowed="\n"):
        raise ContradictionError(f"prints {raw}")
    form = arguments[arguments.index("--format") + 1 :][:1] if "--format" in arguments else []
    if status < 2 and form == ["json"] and not {"-h", "--help"} & set(arguments):
        check_json(output)
    if status == 2:
        if not errors.strip():
            raise ContradictionError("exit status 2 without a word")
        raise click.ClickException(errors.splitlines()[-1])


def _run(arguments: list[str], content: bytes, folder: Path) -> tuple[Any, str, str]:
    from cnncalc.cli import main

    kept = sys.argv, sys.stdin, sys.stdout, sys.stderr, os.getcwd()
    with tempfile.TemporaryFile("w+b") as output:
        sys.argv = ["cnncalc", *arguments]
        sys.stdin = io.TextIOWrapper(io.BytesIO(content), "utf-8", errors="surrogateescape")
        sys.stdout = os.fdopen(os.dup(output.fileno()), "w", encoding="utf-8", errors="strict")
        sys.stderr = io.StringIO()
        os.chdir(folder)
        status: Any = None
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        finally:
            errors = sys.stderr.getvalue()
            sys.stdout.close()
            sys.argv, sys.stdin, sys.stdout, sys.stderr = kept[:4]
            os.chdir(kept[4])
        output.seek(0)
        return status, output.read().decode("utf-8", "surrogateescape"), errors
