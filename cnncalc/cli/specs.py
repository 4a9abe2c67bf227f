"""What commands share about reading a SPEC and options that describe its input."""

from __future__ import annotations

import re
import sys
from typing import Any

import click

from cnncalc.errors import SpecError, printable
from cnncalc.layers.base import LARGEST_SIZE
from cnncalc.spec import Network, load, loads
from cnncalc.spec.loading import LARGEST_FILE

STDIN = "-"


def read_spec(spec: str) -> Network:
    """The network of a SPEC argument. Raises SpecError."""
    if spec != STDIN:
        return load(spec)
    if sys.stdin is None:
        raise SpecError("it is closed", source=source_name(spec))
    return loads(sys.stdin.buffer.read(LARGEST_FILE + 1), source=source_name(spec))


def source_name(spec: str) -> str:
    """How errors call a SPEC argument."""
    return "standard input" if spec == STDIN else printable(spec)


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
        sizes = tuple(int(size) for size in re.split(r"[,x×]", value))
        if not all(1 <= size <= LARGEST_SIZE for size in sizes):
            self.fail(f"expected sizes of 1 to {LARGEST_SIZE}, found {value!r}", param, ctx)
        return sizes
