"""What commands share about reading a SPEC and options that describe its input."""

from __future__ import annotations

import re
import sys
from typing import Any

import click

from cnncalc.spec import Network, load, loads
from cnncalc.spec.loading import LARGEST_FILE

STDIN = "-"


def read_spec(spec: str) -> Network:
    """The network of a SPEC argument. Raises SpecError."""
    if spec == STDIN:
        return loads(sys.stdin.buffer.read(LARGEST_FILE + 1), source="standard input")
    return load(spec)


def variables(settings: tuple[str, ...]) -> dict[str, int | float | str]:
    """The values of ``--set NAME=VALUE``: numbers, or expressions over the variables before them."""
    found: dict[str, int | float | str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not value:
            raise click.UsageError(f"--set takes NAME=VALUE, such as width=32, found {setting!r}")
        found[name.strip()] = value.strip()
    return found


class ShapeParameter(click.ParamType[tuple[int, ...]]):
    """A shape such as ``3,224,224`` or ``3x224x224``."""

    name = "shape"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        if not re.fullmatch(r"\d{1,10}([,x×]\d{1,10})*", value, re.ASCII):
            self.fail(f"expected sizes such as 3,224,224, found {value!r}", param, ctx)
        return tuple(int(size) for size in re.split(r"[,x×]", value))
