"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress

from cnncalc.errors import CnncalcError, printable

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 80


def write_whole(path: str, text: str, *, mark: bool = False) -> None:
    """Write a text in UTF-8 in one step, so that no reader ever sees half of it; ``mark`` begins it with a BOM, by
    which spreadsheets know UTF-8. A link stays one, a file that was there keeps its permissions, and what is no
    ordinary file, such as ``/dev/stdout``, is written to. What UTF-8 has not, as in the names of some files, becomes a
    question mark. Raises CnncalcError where it cannot be written.
    """
    encoding = "utf-8-sig" if mark else "utf-8"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "w", encoding=encoding, errors="replace", newline="") as file:
                file.write(text)
            return
        target = os.path.realpath(path)
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        temporary = os.path.join(os.path.dirname(target), f".cnncalc-{os.urandom(8).hex()}")
        try:
            with open(temporary, "x", encoding=encoding, errors="replace", newline="") as file:
                file.write(text)
            if os.path.exists(target):
                os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
            os.replace(temporary, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CnncalcError(f"{printable(path)}: cannot be written: {reason}") from None


def make_folder(path: str) -> None:
    """Make a folder unless it is there. Raises CnncalcError."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CnncalcError(f"{printable(path)}: cannot be made: {reason}") from None


def file_names() -> Callable[[str], str]:
    """A function from names to file names without a suffix that any system takes, each given only once."""
    given: set[str] = set()

    def name_of(name: str) -> str:
        base = re.sub(r"[^\w-]+", "_", name).strip("_")[:_LONGEST] or "unnamed"
        if _RESERVED.fullmatch(base):
            base = f"_{base}"
        candidate, number = base, 1
        while candidate.casefold() in given:
            number += 1
            candidate = f"{base}-{number}"
        given.add(candidate.casefold())
        return candidate

    return name_of
