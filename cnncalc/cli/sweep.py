"""``cnncalc sweep``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.layers.base import LARGEST_SIZE

if TYPE_CHECKING:
    from cnncalc.design.block import Block
    from cnncalc.design.files import Writer
    from cnncalc.design.points import Points
    from cnncalc.design.survey import Survey
    from cnncalc.design.sweep import Sweep

_FORMATS = ("table", "csv", "json")


class Count(click.ParamType[int]):
    """A whole number that may be written as 1e6."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            found = float(value)
        except ValueError:
            found = 0
        if not 1 <= found <= 2**62 or found != int(found):
            self.fail(f"expected a whole number such as 1000 or 1e6, found {value!r}", param, ctx)
        return int(value) if str(value).isdigit() else int(found)


@click.command("sweep")
@click.argument("spec")
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="NAME=VALUES",
    help="A variable of the spec, H, W, input (square) or batch, with its values: 16:256:16 (the end included), 1,2,4.",
)
@click.option(
    "--quantity", help="What to compute, with commas between: params, conv1.macs, conv1.H, field.H; else totals."
)
@click.option("--where", metavar="CONDITION", help='Keep points that meet it: "params < 5e6 and macs < 3e8".')
@click.option(
    "--pareto", metavar="A,B", help="Keep the points that no other beats, least first; -A where more is better."
)
@click.option("--sort", metavar="COLUMN", help="Order by a column, the least first; -COLUMN the largest first.")
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, help="Rows to print.")
@click.option("--sample", type=Count(), help="So many different points, taken at random.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the sample.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write all rows to this .csv or .parquet file.")
@click.option("--html", type=click.Path(dir_okay=False), help="Draw the points of --pareto into this HTML file.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", default="cnncalc", show_default=True, help="What counts as FLOPs; `cnncalc conventions`.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to compute with.")
def command(
    spec: str,
    varied: tuple[str, ...],
    quantity: str | None,
    where: str | None,
    pareto: str | None,
    sort: str | None,
    top: int,
    sample: int | None,
    seed: int,
    output: str | None,
    html: str | None,
    form: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    jobs: int,
) -> None:
    """Compute SPEC at every combination of some values: totals, figures of layers, and where it cannot be built.

    Interrupted with -o, the same command goes on where it was.

    \b
    Examples:
      cnncalc sweep mobilenet_v2 --vary width=0.25:1.5:0.25 --vary input=128:256:32
      cnncalc sweep dcgan --vary width=16:256:16 --where "params < 5e6 and macs < 3e8"
      cnncalc sweep mobilenet_v2 --vary width=0.5:2:0.1 --vary H=96:320 --where "macs < 3e8" --pareto -params,-H
      cnncalc sweep densenet121 --vary growth=8:64 --vary H=64:512 --sample 1e6 --seed 1 -o points.csv
    """
    from cnncalc.design.survey import Survey
    from cnncalc.design.sweep import Sweep

    objectives = [name.strip() for name in pareto.split(",")] if pareto else []
    if html and len(objectives) < 2:
        raise click.UsageError("--html draws two figures; name them with --pareto, such as --pareto params,macs")
    shown = [name.strip() for name in quantity.split(",")] if quantity else None
    network = read_spec(spec, input_shape(shapes))
    try:
        shape, values = input_shape(shapes), variables(settings)
        network = network.with_input(shape) if shape is not None else network
        network = network.with_variables(**values) if values else network
        also = [name.removeprefix("-") for name in [*objectives, *([sort] if sort else [])]]
        asked = Sweep(
            network,
            _varied(varied),
            shown,
            batch=batch,
            convention=convention,
            where=where,
            also=also,
            sample=sample,
            seed=seed,
        )
    except SpecError as error:
        raise error.within(source_name(spec)) from None
    survey = Survey(asked, sort, objectives, None if output and (sort or objectives) else top)
    _run(asked, survey, output, jobs)
    if html:
        from cnncalc.report.files import write_whole
        from cnncalc.report.sweeps import html_page

        write_whole(html, html_page(survey))
    _print(survey, form, top, output)


def _varied(settings: Sequence[str]) -> dict[str, Sequence[Any]]:
    from cnncalc.design.values import values_of

    found: dict[str, Sequence[Any]] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name or not text.strip():
            raise click.UsageError(f"--vary takes NAME=VALUES, such as width=16:256:16, found {setting!r}")
        if name in found:
            raise click.UsageError(f"--vary {name} is given twice; commas join values: {name}=1,2,8:64:8")
        try:
            found[name] = values_of(text)
        except CnncalcError as error:
            raise click.UsageError(f"--vary {name}: {error}") from None
    return found


def _run(asked: Sweep, survey: Survey, output: str | None, jobs: int) -> None:
    """Compute all pieces, and write them where an output is named; of a front or in order, only at the end."""
    from cnncalc.design.ahead import ahead
    from cnncalc.design.files import writer

    whole = bool(survey.objectives or survey.sort)
    file = (
        writer(output, asked, f"{survey.sort and survey.sort.name}{[o.name for o in survey.objectives]}")
        if output
        else None
    )
    done = file.progress if file is not None and not whole else None
    if done is not None and done.pieces:
        click.echo(f"going on behind {done.points:,} of {asked.count:,} points", err=True)
    try:
        bar: Any = nullcontext()
        if sys.stderr is not None and sys.stderr.isatty():
            bar = click.progressbar(length=asked.count, file=sys.stderr, label="points", show_pos=True)
        with bar as progress:
            if done is not None and progress is not None:
                progress.update(done.points)
            pieces = islice(asked.pieces(), done.pieces if done else 0, None)
            for block, met, rows in ahead(partial(_computed, asked, None if whole else file), pieces, jobs):
                survey.add(block, met)
                if file is not None and not whole:
                    file.write(rows, len(block))
                if progress is not None:
                    progress.update(len(block))
        if file is not None:
            _finish(file, survey, whole)
    except KeyboardInterrupt:
        note = "; nothing is written"
        if done is not None:
            note = f" behind {done.points:,} of {asked.count:,} points; the same command goes on there"
        click.echo(f"interrupted{note}", err=True)
        raise click.Abort from None


def _computed(asked: Sweep, file: Writer | None, piece: Points) -> tuple[Block, Block, Any]:
    """A piece, what of it meets the condition, and its rows as they are written."""
    block = asked.block(piece)
    met = asked.kept(block)
    return block, met, None if file is None else file.rows(met)


def _finish(file: Writer, survey: Survey, whole: bool) -> None:
    if whole and survey.rows is not None:
        file.write(file.rows(survey.rows), survey.points)
    file.finish()


def _print(survey: Survey, form: str, top: int, output: str | None) -> None:
    from cnncalc.report import sweeps

    if form != "table":
        click.echo(getattr(sweeps, f"as_{form}")(survey, top))
        return
    from cnncalc.report.terminal import terminal_width, write

    write(sweeps.lines(survey, top, terminal_width(), output))
