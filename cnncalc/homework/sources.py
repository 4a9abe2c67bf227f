"""Where a rule was read, from its own docstring, which is the one place that says so."""

from __future__ import annotations

import inspect
import re
from typing import Any

_SOURCE = re.compile(r"Source: (.+?)(?:\n\n|\Z)", re.DOTALL)


def source_of(rule: Any) -> str:
    """The source that a formula's or a layer kind's docstring names, its parents' where it names none; else ""."""
    for owner in rule.__mro__ if inspect.isclass(rule) else (rule,):
        match = _SOURCE.search(inspect.cleandoc(owner.__doc__ or ""))
        if match:
            return " ".join(match[1].replace("``", "").split()).rstrip(".")
    return ""
