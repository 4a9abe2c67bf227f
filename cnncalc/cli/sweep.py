"""``cnncalc sweep``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import jobs_option, network_options, printed, seed_option, top_option
from cnncalc.cli.output import show
from cnncalc.cli.progress import progress
from cnncalc.cli.specs import Shapes, about, network_at
from cnncalc.cli.verbosity import remark, tell
from cnncalc.errors import CnncalcError, SpecError

if TYPE_CHECKING:
    from cnncalc.design.block import Block
    from cnncalc.design.files import Writer
    from cnncalc.design.points import Points
    from cnncalc.design.survey import Survey
    from cnncalc.design.sweep import Sweep
    from cnncalc.report.grid import Line

_ROWS = (".csv", ".parquet")
"""The suffixes of files that hold all rows."""


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


@click.command("sweep", cls=Command)
@click.argument("spec", shell_complete=complete.specs)
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="NAME=VALUES",
    help="A variable of the spec, H, W, input (square) or batch, with its values: 16:256:16 (the end included), 1,2,4.",
)
@click.option(
    "--quantity",
    metavar="QUANTITY,…",
    help="With commas between: params, buffers, frozen_params, macs, flops, activations, memory or receptive_field; of "
    "a layer conv1.macs, conv1.H, conv1.receptive_field.H, conv1.jump.H; params, buffers, macs, flops and activations "
    "unless stated.",
)
@click.option("--where", metavar="CONDITION", help='Keep points that meet it: "params < 5e6 and macs < 3e8".')
@click.option(
    "--pareto", metavar="A,B", help="Keep the points that no other beats, least first; -A where more is better."
)
@click.option("--sort", metavar="COLUMN", help="Order by a column, the least first; -COLUMN the largest first.")
@click.option("--sample", type=Count(), help="So many different points, taken at random.")
@top_option(20)
@seed_option
@jobs_option
@network_options
@printed(
    *("text", "json", "csv", "markdown", "html"),
    output="Write all rows into this .csv or .parquet file, piece by piece, so that the same command goes on where it "
    "was interrupted; into any other, what would be printed.",
    beside=_ROWS,
)
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
    jobs: int,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
    output: str | None,
) -> None:
    """Compute SPEC at every combination of some values: totals, figures of layers, and where it cannot be built.

    --format html draws the points of --pareto as a page.

    \b
    Examples:
      cnncalc sweep mobilenet_v2 --vary width=0.25:1.5:0.25 --vary input=128:256:32
      cnncalc sweep dcgan --vary width=16:256:16 --where "params < 5e6 and macs < 3e8"
      cnncalc sweep mobilenet_v2 --vary width=0.5:2:0.1 --vary H=96:320 --where "macs < 3e8" --pareto -params,-H
      cnncalc sweep densenet121 --vary growth=8:64 --vary H=64:512 --sample 1e6 -o points.csv
    """
    from cnncalc.design.survey import Survey
    from cnncalc.design.sweep import Sweep

    objectives = [name.strip() for name in pareto.split(",")] if pareto else []
    if form == "html" and len(objectives) < 2:
        raise click.UsageError("a page draws two figures; name them with --pareto, such as --pareto params,macs")
    shown = [name.strip() for name in quantity.split(",")] if quantity else None
    network = network_at(spec, shapes, settings)
    try:
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
        raise about(spec, error) from None
    survey = Survey(asked, sort, objectives, None if output and (sort or objectives) else top)
    _run(asked, survey, output, jobs)
    from cnncalc.report import sweeps

    show(
        form,
        text=partial(_lines, survey, top, output),
        json=partial(sweeps.as_json, survey, top),
        csv=partial(sweeps.as_csv, survey, top),
        markdown=partial(sweeps.as_markdown, survey, top),
        html=partial(sweeps.html_page, survey),
    )


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
        remark(f"going on behind {done.points:,} of {asked.count:,} points")
    try:
        with progress("computing") as bar:
            points = done.points if done is not None else 0
            pieces = islice(asked.pieces(), done.pieces if done else 0, None)
            with closing(ahead(partial(_computed, asked, None if whole else file), pieces, jobs)) as computed:
                for block, met, rows in computed:
                    bar.reach(f"{points:,} of {asked.count:,} points", points, asked.count)
                    points += len(block)
                    survey.add(block, met)
                    if file is not None and not whole:
                        file.write(rows, len(block))
        if file is not None:
            _finish(file, survey, whole)
    except KeyboardInterrupt:
        note = "; nothing is written"
        if done is not None:
            note = f" behind {done.points:,} of {asked.count:,} points; the same command goes on there"
        tell(f"interrupted{note}")
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


def _lines(survey: Survey, top: int, output: str | None, width: int) -> list[Line]:
    from cnncalc.report.sweeps import lines

    return lines(survey, top, width, output)
