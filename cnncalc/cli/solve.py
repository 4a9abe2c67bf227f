"""``cnncalc solve``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import click

from cnncalc.cli.specs import read_spec, set_option, source_name, variables
from cnncalc.errors import SpecError
from cnncalc.layers.base import LARGEST_SIZE

_SIZES = re.compile(r"(\d{1,10}|\?)([,x×](\d{1,10}|\?))*", re.ASCII)
_NAMED = re.compile(r"([\w\[\]]+)=(-?\d{1,10}):(-?\d{1,10})", re.ASCII)
_STEPPED = re.compile(r"(\d{1,10}(?:\.\d{1,9})?):(\d{1,10}(?:\.\d{1,9})?)(?::(\d{1,10}(?:\.\d{1,9})?))?", re.ASCII)


class OpenShape(click.ParamType[Any]):
    """A shape such as ``3,224,224`` in which ``?`` stands for any size; or ``same``, where that has a meaning."""

    name = "shape"

    def __init__(self, *, same: bool) -> None:
        self.same = same

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if self.same and value == "same":
            return value
        if not _SIZES.fullmatch(value):
            self.fail(f"expected sizes such as 64,55,55, a ? where any will do, found {value!r}", param, ctx)
        return tuple(None if size == "?" else int(size) for size in re.split(r"[,x×]", value))


@click.command("solve")
@click.argument("what", metavar="LAYER|SPEC")
@click.option(
    "--input",
    "arriving",
    type=OpenShape(same=False),
    metavar="SHAPE",
    help="What arrives, ? where any size may: 3,224,224.",
)
@click.option(
    "--output", "wanted", type=OpenShape(same=True), metavar="SHAPE|same", help="What LAYER should make of it."
)
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="RANGE",
    help="The values to look at: NAME=LOW:HIGH for a ? of LAYER, LOW:HIGH or LOW:HIGH:STEP with --for.",
)
@click.option("--top", type=click.IntRange(min=1), default=10, show_default=True, help="Show this many solutions.")
@click.option("--for", "variable", metavar="NAME", help="A variable of SPEC, input, one axis (H), or batch.")
@click.option("--target", metavar="LIMITS", help="What SPEC may cost: params <= 5M and macs < 3e8.")
@click.option("--smallest", is_flag=True, help="Look for the smallest value that meets the target, not the largest.")
@click.option("--exact", is_flag=True, help="List the input sizes that divide exactly in every layer of SPEC.")
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", default="cnncalc", show_default=True, help="What counts as FLOPs; `cnncalc conventions`.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    what: str,
    arriving: tuple[int | None, ...] | None,
    wanted: Any,
    ranges: tuple[str, ...],
    top: int,
    variable: str | None,
    target: str | None,
    smallest: bool,
    exact: bool,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
) -> int:
    """Ask backwards: what may stand for each ? of a LAYER so that it makes --output of --input, the common solutions
    first; or the largest value of one variable of SPEC that meets a --target.

    A target limits params, buffers, macs, flops, activations, memory (bytes) or receptive_field; limits are joined by
    `and`. Exit status 1 where there is no solution.

    \b
    Examples:
      cnncalc solve "Conv2d(kernel_size=?, stride=?, padding=?)" --input 3,224,224 --output 64,55,55
      cnncalc solve "Conv2d(kernel_size=5, dilation=2, padding=?)" --input 64,28,28 --output same
      cnncalc solve "MaxPool2d(3, 2)" --input 64,?,? --output 64,27,27
      cnncalc solve mobilenet_v2 --for width --range 0.1:2:0.05 --target "params <= 5M and macs <= 300M"
      cnncalc solve resnet18 --for batch --target "memory <= 8GB"
      cnncalc solve alexnet_2012 --for input --exact
    """
    if variable is None:
        if target is not None or smallest or exact or settings:
            raise click.UsageError(
                "--target, --smallest, --exact and --set are about a SPEC; name a variable with --for"
            )
        if arriving is None or wanted is None:
            raise click.UsageError("a LAYER needs --input and --output; a SPEC needs --for")
        return _layer(what, arriving, wanted, ranges, top, form)
    if wanted is not None:
        raise click.UsageError("--output is about a LAYER; leave it or --for away")
    if exact == (target is not None):
        raise click.UsageError("--for needs either --target or --exact")
    if len(ranges) > 1:
        raise click.UsageError("--for takes one --range")
    if arriving is not None and None in arriving:
        raise click.UsageError("--input of a SPEC takes no ?")
    steps = _stepped(ranges[0]) if ranges else ()
    try:
        shape = None if arriving is None else tuple(size for size in arriving if size is not None)
        network = read_spec(what, shape).with_variables(**variables(settings))
        if shape is not None:
            network = network.with_input(shape)
        if exact:
            return _exact(network, variable, steps, form)
        return _largest(network, variable, target or "", steps, smallest, batch, convention, form)
    except SpecError as error:
        raise error.within(source_name(what)) from None


def _layer(what: str, arriving: Any, wanted: Any, ranges: Sequence[str], top: int, form: str) -> int:
    from cnncalc.design.solve import solve
    from cnncalc.report.solved import solved_document, solved_lines

    solved = solve(what, arriving, wanted, dict(map(_named, ranges)))
    best = solved.best(top)
    if form == "json":
        _print(solved_document(solved, best))
    else:
        from cnncalc.report.terminal import terminal_width, write

        write(solved_lines(solved, best, terminal_width()))
    return 0 if best else 1


def _largest(
    network: Any, variable: str, target: str, steps: Any, smallest: bool, batch: int, convention: str, form: str
) -> int:
    from cnncalc.design.largest import largest
    from cnncalc.report.largest import largest_document, largest_lines

    named = dict(zip(("low", "high", "step"), steps, strict=False))
    found = largest(network, variable, target, **named, smallest=smallest, batch=batch, convention=convention)
    if form == "json":
        _print(largest_document(network.name, found))
    else:
        from cnncalc.report.terminal import terminal_width, write

        write(largest_lines(network.name, found, terminal_width()))
    return 1 if found.best is None else 0


def _exact(network: Any, variable: str, steps: Any, form: str) -> int:
    from cnncalc.design.exact_sizes import exact_sizes
    from cnncalc.report.largest import exact_lines

    if len(steps) > 2 or any(end != int(end) for end in steps):
        raise click.UsageError("--exact looks at every whole number of --range LOW:HIGH")
    low, high = map(int, steps or (1, 512))
    sizes = exact_sizes(network, low, high, variable)
    if form == "json":
        _print({"name": network.name, "variable": variable, "range": [low, high], "sizes": sizes})
    else:
        from cnncalc.report.terminal import terminal_width, write

        write(exact_lines(network.name, variable, sizes, low, high, terminal_width()))
    return 0 if sizes else 1


def _print(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _named(text: str) -> tuple[str, tuple[int, int]]:
    match = _NAMED.fullmatch(text)
    if not match:
        raise click.UsageError(
            f"--range takes NAME=LOW:HIGH for a ? of a layer, such as kernel_size=1:11, found {text!r}"
        )
    return match[1], (int(match[2]), int(match[3]))


def _stepped(text: str) -> tuple[Fraction, ...]:
    match = _STEPPED.fullmatch(text)
    if not match:
        raise click.UsageError(
            f"--range takes LOW:HIGH or LOW:HIGH:STEP with --for, such as 0.1:2:0.05, found {text!r}"
        )
    return tuple(Fraction(end) for end in match.groups() if end is not None)
