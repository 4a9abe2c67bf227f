"""The options that commands share, each declared once: one name, one type and one text wherever it is offered."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from cnncalc.analysis.vocabulary import listed, spelled, unknown_quantity
from cnncalc.cli import complete
from cnncalc.cli.output import OUTPUT, SUFFIXES
from cnncalc.errors import CnncalcError, nearest, printable
from cnncalc.layers.base import LARGEST_SIZE

F = TypeVar("F", bound=Callable[..., Any])

_SYNONYMS = {"table": "text", "md": "markdown", "tex": "latex", "txt": "text", "py": "python"}
"""What else people call a format."""


class ShapeParameter(click.ParamType[tuple[str, tuple[Any, ...]]]):
    """A shape such as ``3,224,224`` or ``3x224x224``, with an input's name before it where there are several; a size
    may be ``?`` where a question leaves it ``open``.
    """

    name = "shape"

    def __init__(self, *, open: bool = False) -> None:
        self.open = open

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[Any, ...]]:
        name, equals, text = value.rpartition("=")
        size = r"(\d{1,10}|\?)" if self.open else r"\d{1,10}"
        if not re.fullmatch(rf"{size}([,x×]{size})*", text, re.ASCII) or bool(equals) != bool(name):
            more = ", a ? where any will do" if self.open else ""
            self.fail(f"expected sizes such as 3,224,224{more}, found {value!r}", param, ctx)
        sizes = tuple(None if size == "?" else int(size) for size in re.split(r"[,x×]", text))
        if not all(size is None or 1 <= size <= LARGEST_SIZE for size in sizes):
            self.fail(f"expected sizes of 1 to {LARGEST_SIZE}, found {value!r}", param, ctx)
        return name, sizes


class QuantitiesParameter(click.ParamType[tuple[str, ...]]):
    """Quantities with commas between, of those that a command has."""

    name = "quantities"

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        found = list(dict.fromkeys(map(spelled, value.split(","))))
        for name in found:
            if name not in self.names:
                raise unknown_quantity(name, self.names)
        return tuple(found)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return complete.with_commas(self.names, incomplete)


class FormatParameter(click.Choice[str]):
    """A format by its name, or by what else people call it."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = _SYNONYMS.get(value, value)
        if found not in self.choices:
            hint = nearest(found, self.choices) or f"; the formats are {', '.join(self.choices)}"
            self.fail(f"there is no format {value!r} here{hint}", param, ctx)
        return str(found)


input_option = click.option(
    "--input",
    "shapes",
    type=ShapeParameter(),
    multiple=True,
    metavar="[NAME=]SHAPE",
    help="Shape of one sample, such as 3,224,224; with its name where a network has several inputs.",
)
set_option = click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A value for a variable of the spec; repeatable."
)
batch_type = click.IntRange(1, LARGEST_SIZE)
batch_option = click.option(
    "--batch",
    type=batch_type,
    default=1,
    show_default=True,
    metavar="INTEGER",
    help="Samples in a batch.",
)
convention_text = "What counts as FLOPs: a name that `cnncalc conventions` lists, or a .toml file."
convention_option = click.option(
    "--convention",
    default="cnncalc",
    show_default=True,
    metavar="NAME",
    shell_complete=complete.conventions,
    help=convention_text,
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="INTEGER",
    help="Processes to compute with.",
)


seed_option = click.option(
    "--seed",
    type=click.IntRange(0, 2**63),
    default=1,
    show_default=True,
    metavar="INTEGER",
    help="Of what is drawn at random: the same seed, the same draw.",
)


def network_options(function: F) -> F:
    """``--input``, ``--set``, ``--batch`` and ``--convention``, in this order."""
    for option in (convention_option, batch_option, set_option, input_option):
        function = option(function)
    return function


def top_option(default: int | None = None) -> Callable[[F], F]:
    """``--top``, how many rows of many are shown."""
    return click.option(
        "--top",
        type=click.IntRange(min=1),
        default=default,
        show_default=default is not None,
        metavar="INTEGER",
        help="Show this many rows, the first of their order.",
    )


def quantity_option(names: Sequence[str], *, unstated: str) -> Callable[[F], F]:
    """``--quantity``, of the names that a command has; ``unstated`` says what is meant without it."""
    return click.option(
        "--quantity",
        "quantities",
        type=QuantitiesParameter(names),
        multiple=True,
        metavar="QUANTITY,…",
        help=f"With commas between: {listed(names)}; {unstated} unless stated.",
    )


def lang_option(function: F) -> F:
    """``--lang``, where sentences are written for students."""
    from cnncalc.homework.messages import languages

    option = click.option(
        "--lang",
        "language",
        type=click.Choice(languages()),
        default="en",
        show_default=True,
        help="The language of the sentences.",
    )
    return option(function)


def printed(*forms: str, output: str = "", beside: Sequence[str] = ()) -> Callable[[F], F]:
    """``--format`` of the forms that a command has, and ``--output``, into which goes what would be printed: in the
    first form, unless another is stated or the file's suffix says another.

    ``output`` is the text of an option that writes something else beside what is printed, whose path the command gets
    as ``output``: into any file, or only into those of the suffixes ``beside``.
    """

    def add(function: F) -> F:
        function = _output_option(output, beside)(function)
        return _format_option(forms, by_suffix=not output or bool(beside))(function)

    return add


def output_option(function: F) -> F:
    """``--output`` alone, where there is one format."""
    return _output_option()(function)


def _format_option(forms: Sequence[str], *, by_suffix: bool) -> Callable[[F], F]:
    def chosen(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
        path = context.meta.get(OUTPUT)
        if value is not None or path is None:
            return value or forms[0]
        suffix = os.path.splitext(path)[1].lower()
        meant = SUFFIXES.get(suffix, "") if suffix else forms[0]
        if meant not in forms:
            found = f"{suffix} is the suffix of no format here" if not meant else f"there is no format {meant} here"
            raise CnncalcError(f"{printable(path)}: {found}; state one with --format: {', '.join(forms)}")
        return meant

    otherwise = f"else by the suffix of --output, or {forms[0]}" if by_suffix else f"else {forms[0]}"
    return click.option(
        "--format",
        "form",
        type=FormatParameter(forms),
        callback=chosen,
        help=f"What to print; {otherwise}.",
    )


def _output_option(product: str = "", beside: Sequence[str] = ()) -> Callable[[F], F]:
    def named(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
        if value is None or value == "-":
            return None
        folder = os.path.dirname(value) or "."
        if not os.path.isdir(folder):
            raise CnncalcError(f"{printable(value)}: cannot be written: there is no such directory")
        if product and (not beside or value.lower().endswith(tuple(beside))):
            return value
        context.meta[OUTPUT] = value
        return None

    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, allow_dash=True),
        is_eager=True,
        callback=named,
        expose_value=bool(product),
        help=product or "Write into this file, whole or not at all, what would be printed.",
    )


def variables(settings: Sequence[str]) -> dict[str, int | float | str]:
    """The values of ``--set NAME=VALUE``: numbers, or expressions over the variables before them."""
    found: dict[str, int | float | str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not value:
            raise click.UsageError(f"--set takes NAME=VALUE, such as width=32, found {setting!r}")
        found[name.strip()] = value.strip()
    return found


def joined(quantities: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The quantities of a ``--quantity`` that is given several times, each once."""
    return tuple(dict.fromkeys(name for names in quantities for name in names))


def alone(given: Mapping[str, Any]) -> list[str]:
    """The names of the options that were given, of these."""
    return [option for option, value in given.items() if value]
