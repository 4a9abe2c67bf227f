"""``cnncalc solve``."""

from __future__ import annotations

import json
import re
from typing import Any

import click

from cnncalc.design.solve import solve

_SIZES = re.compile(r"(\d{1,10}|\?)([,x×](\d{1,10}|\?))*", re.ASCII)
_RANGE = re.compile(r"(?:(?P<name>[\w\[\]]+)=)?(?P<low>-?\d{1,10}):(?P<high>-?\d{1,10})", re.ASCII)


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
@click.argument("layer")
@click.option("--input", "arriving", type=OpenShape(same=False), required=True, metavar="SHAPE", help="What arrives.")
@click.option(
    "--output", "wanted", type=OpenShape(same=True), required=True, metavar="SHAPE|same", help="What should come out."
)
@click.option("--range", "ranges", multiple=True, metavar="NAME=LOW:HIGH", help="The values to look at for one ?.")
@click.option("--top", type=click.IntRange(min=1), default=10, show_default=True, help="Show this many solutions.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    layer: str,
    arriving: tuple[int | None, ...],
    wanted: Any,
    ranges: tuple[str, ...],
    top: int,
    form: str,
) -> int:
    """List what may stand for each ? of a LAYER so that it makes --output of --input, the common solutions first.

    Exit status 1 where nothing may.

    \b
    Examples:
      cnncalc solve "Conv2d(kernel_size=?, stride=?, padding=?)" --input 3,224,224 --output 64,55,55
      cnncalc solve "Conv2d(kernel_size=5, dilation=2, padding=?)" --input 64,28,28 --output same
      cnncalc solve "ConvTranspose2d(kernel_size=4, stride=?, padding=?)" --input 64,7,7 --output 32,14,14
      cnncalc solve "MaxPool2d(3, 2)" --input 64,?,? --output 64,27,27
    """
    from cnncalc.report.solved import solved_document, solved_lines
    from cnncalc.report.terminal import terminal_width, write

    solved = solve(layer, arriving, wanted, dict(map(_range, ranges)))
    best = solved.best(top)
    if form == "json":
        click.echo(json.dumps(solved_document(solved, best), ensure_ascii=False, indent=2))
    else:
        write(solved_lines(solved, best, terminal_width()))
    return 0 if best else 1


def _range(text: str) -> tuple[str, tuple[int, int]]:
    match = _RANGE.fullmatch(text)
    if not match or not match["name"]:
        raise click.UsageError(f"--range takes NAME=LOW:HIGH, such as kernel_size=1:11, found {text!r}")
    return match["name"], (int(match["low"]), int(match["high"]))
