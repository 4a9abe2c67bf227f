"""What commands share about reading a SPEC and options that describe its input."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

import click

from cnncalc.errors import SpecError, printable
from cnncalc.layers.base import LARGEST_SIZE
from cnncalc.spec import Network, load, loads
from cnncalc.spec.loading import LARGEST_FILE
from cnncalc.spec.python_spec import is_python_spec

STDIN = "-"


Input: TypeAlias = "tuple[int, ...] | dict[str, tuple[int, ...]] | None"
_MODULE_SPEC = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d][\w.]*(\(.*\))?", re.DOTALL)


def read_spec(spec: str, input: Input = None) -> Network:
    """The network of a SPEC argument; a PyTorch module is traced at ``input`` where that is given. Raises SpecError."""
    if is_module_spec(spec):
        from cnncalc.pytorch import network_of

        return network_of(spec, input)
    if spec != STDIN:
        return load(spec)
    if sys.stdin is None:
        raise SpecError("it is closed", source=source_name(spec))
    return loads(sys.stdin.buffer.read(LARGEST_FILE + 1), source=source_name(spec))


def is_module_spec(spec: str) -> bool:
    """Whether a SPEC names a PyTorch module as ``package.module:attribute``, and not a file."""
    return bool(_MODULE_SPEC.fullmatch(spec)) and not is_python_spec(spec) and not os.path.exists(spec)


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


class ShapeParameter(click.ParamType[tuple[str, tuple[int, ...]]]):
    """A shape such as ``3,224,224`` or ``3x224x224``, with an input's name before it where there are several."""

    name = "shape"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[int, ...]]:
        name, equals, text = value.rpartition("=")
        if not re.fullmatch(r"\d{1,10}([,x×]\d{1,10})*", text, re.ASCII) or bool(equals) != bool(name):
            self.fail(f"expected sizes such as 3,224,224, found {value!r}", param, ctx)
        sizes = tuple(int(size) for size in re.split(r"[,x×]", text))
        if not all(1 <= size <= LARGEST_SIZE for size in sizes):
            self.fail(f"expected sizes of 1 to {LARGEST_SIZE}, found {value!r}", param, ctx)
        return name, sizes


class QuantitiesParameter(click.ParamType[tuple[str, ...]]):
    """Quantities with commas between; ``receptive_field``, as targets and JSON have it, is ``receptive-field``."""

    name = "quantities"

    def __init__(self, names: Sequence[str]) -> None:
        self.names = click.Choice(names)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        found = [self.names.convert(name.strip().replace("_", "-"), param, ctx) for name in value.split(",")]
        return tuple(dict.fromkeys(found))

    def get_metavar(self, *context: Any, **named: Any) -> str | None:
        return self.names.get_metavar(*context, **named)


def input_shape(shapes: Sequence[tuple[str, tuple[int, ...]]]) -> Input:
    """The shape of the one input, or those of several by name; None where the spec's own are meant."""
    if not shapes:
        return None
    if len(shapes) == 1 and not shapes[0][0]:
        return shapes[0][1]
    if not all(name for name, _ in shapes):
        raise click.UsageError("--input is given several times, each needs its input's name: --input image=3,224,224")
    return dict(shapes)


input_option = click.option(
    "--input",
    "shapes",
    type=ShapeParameter(),
    multiple=True,
    metavar="[NAME=]SHAPE",
    help="Shape of one sample, such as 3,224,224; with its name where a network has several inputs.",
)
set_option = click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A value for a variable of the spec."
)
