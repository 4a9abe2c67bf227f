"""``cnncalc solve``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import ShapeParameter, batch_option, convention_option, printed, set_option, top_option
from cnncalc.cli.output import show, tables
from cnncalc.cli.specs import Shapes, about, network_at
from cnncalc.errors import SpecError

_NAMED = re.compile(r"([\w\[\]]+)=(-?\d{1,10}):(-?\d{1,10})", re.ASCII)
_STEPPED = re.compile(r"(\d{1,10}(?:\.\d{1,9})?):(\d{1,10}(?:\.\d{1,9})?)(?::(\d{1,10}(?:\.\d{1,9})?))?", re.ASCII)


class WantedShape(ShapeParameter):
    """A shape in which ``?`` stands for any size; or ``same`` as the input's."""

    def __init__(self) -> None:
        super().__init__(open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "same":
            return value
        name, sizes = super().convert(value, param, ctx)
        if name:
            self.fail(f"an output has no name, found {value!r}", param, ctx)
        return sizes


@click.command("solve", cls=Command)
@click.argument("what", metavar="LAYER|SPEC", shell_complete=complete.specs)
@click.option(
    "--output-shape",
    "wanted",
    type=WantedShape(),
    metavar="SHAPE|same",
    help="What LAYER should make of --input, with a ? where any size will do; same for a size of the input's.",
)
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="RANGE",
    help="The values to look at: NAME=LOW:HIGH for a ? of LAYER, LOW:HIGH or LOW:HIGH:STEP with --for.",
)
@top_option(10)
@click.option("--for", "variable", metavar="NAME", help="A variable of SPEC, input, one axis (H), or batch.")
@click.option("--target", metavar="LIMITS", help="What SPEC may cost: params <= 5M and macs < 3e8.")
@click.option("--smallest", is_flag=True, help="Look for the smallest value that meets the target, not the largest.")
@click.option("--divisible", is_flag=True, help="List the input sizes that divide exactly in every layer of SPEC.")
@click.option(
    "--input",
    "shapes",
    type=ShapeParameter(open=True),
    multiple=True,
    metavar="[NAME=]SHAPE",
    help="Shape of one sample, such as 3,224,224; with its name where a network has several inputs; of a LAYER "
    "also with a ? where any size will do.",
)
@set_option
@batch_option
@convention_option
@printed("text", "json", "csv", "markdown")
def command(
    what: str,
    wanted: Any,
    ranges: tuple[str, ...],
    top: int,
    variable: str | None,
    target: str | None,
    smallest: bool,
    divisible: bool,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
) -> int:
    """Ask backwards: what may stand for each ? of a LAYER so that it makes --output-shape of --input, the common
    solutions first; or the largest value of one variable of SPEC that meets a --target.

    A target limits params, buffers, macs, flops, activations, memory (bytes) or receptive_field; limits are joined by
    `and`. Exit status 1 where there is no solution.

    \b
    Examples:
      cnncalc solve "Conv2d(kernel_size=?, stride=?, padding=?)" --input 3,224,224 --output-shape 64,55,55
      cnncalc solve "Conv2d(kernel_size=5, dilation=2, padding=?)" --input 64,28,28 --output-shape same
      cnncalc solve "MaxPool2d(3, 2)" --input 64,?,? --output-shape 64,27,27
      cnncalc solve mobilenet_v2 --for width --range 0.1:2:0.05 --target "params <= 5M and macs <= 300M"
      cnncalc solve resnet18 --for batch --target "memory <= 8GB"
      cnncalc solve alexnet_2012 --for input --divisible
    """
    if variable is None:
        if target is not None or smallest or divisible or settings:
            raise click.UsageError(
                "--target, --smallest, --divisible and --set are about a SPEC; name a variable with --for"
            )
        if len(shapes) != 1 or wanted is None:
            raise click.UsageError("a LAYER needs --input and --output-shape; a SPEC needs --for")
        return _layer(what, shapes[0][1], wanted, ranges, top, form)
    if wanted is not None:
        raise click.UsageError("--output-shape is about a LAYER; leave it or --for away")
    if divisible == (target is not None):
        raise click.UsageError("--for needs either --target or --divisible")
    if len(ranges) > 1:
        raise click.UsageError("--for takes one --range")
    if any(None in shape for _, shape in shapes):
        raise click.UsageError("--input of a SPEC takes no ?")
    steps = _stepped(ranges[0]) if ranges else ()
    network = network_at(what, shapes, settings)
    try:
        if divisible:
            return _divisible(network, variable, steps, form)
        return _largest(network, variable, target or "", steps, smallest, batch, convention, form)
    except SpecError as error:
        raise about(what, error) from None


def _layer(what: str, arriving: Any, wanted: Any, ranges: Sequence[str], top: int, form: str) -> int:
    from cnncalc.design.solve import solve
    from cnncalc.report.solved import solved_document, solved_lines, solved_table

    solved = solve(what, arriving, wanted, dict(map(_named, ranges)))
    best = solved.best(top)
    show(
        form,
        text=partial(solved_lines, solved, best),
        json=partial(solved_document, solved, best),
        **tables(solved_table(solved, best)),
    )
    return 0 if best else 1


def _largest(
    network: Any, variable: str, target: str, steps: Any, smallest: bool, batch: int, convention: str, form: str
) -> int:
    from cnncalc.design.largest import largest
    from cnncalc.report.largest import largest_document, largest_lines, largest_table

    named = dict(zip(("low", "high", "step"), steps, strict=False))
    found = largest(network, variable, target, **named, smallest=smallest, batch=batch, convention=convention)
    name = network.name
    show(
        form,
        text=partial(largest_lines, name, found),
        json=partial(largest_document, name, found),
        **tables(largest_table(found)),
    )
    return 1 if found.best is None else 0


def _divisible(network: Any, variable: str, steps: Any, form: str) -> int:
    from cnncalc.design.exact_sizes import exact_sizes
    from cnncalc.report.largest import exact_lines
    from cnncalc.report.records import Records

    if len(steps) > 2 or any(end != int(end) for end in steps):
        raise click.UsageError("--divisible looks at every whole number of --range LOW:HIGH")
    low, high = map(int, steps or (1, 512))
    sizes = exact_sizes(network, low, high, variable)
    show(
        form,
        text=partial(exact_lines, network.name, variable, sizes, low, high),
        json=lambda: {"name": network.name, "variable": variable, "range": [low, high], "sizes": sizes},
        **tables(Records((variable,), [(size,) for size in sizes])),
    )
    return 0 if sizes else 1


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
