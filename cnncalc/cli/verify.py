"""``cnncalc verify``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from cnncalc.cli.progress import progress
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import SpecError
from cnncalc.layers.base import LARGEST_SIZE
from cnncalc.spec import Network, load, shipped_names

if TYPE_CHECKING:
    from cnncalc.pytorch.comparison import Verification

Look = Callable[[str], None]


@click.command("verify")
@click.argument("spec", required=False)
@click.option("--all", "every", is_flag=True, help="Verify every network that comes with cnncalc.")
@click.option("--receptive-field", is_flag=True, help="Also which pixels the middle unit of each layer depends on.")
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    spec: str | None,
    every: bool,
    receptive_field: bool,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    form: str,
) -> None:
    """Compare SPEC, layer by layer, with what PyTorch does: output shapes, parameters, buffers and MACs.

    Exit status 1 on any difference. Layers are run on PyTorch's meta device, which computes no values, so that it takes
    no time; with --receptive-field the network is run on the CPU, once for every side of every box.

    \b
    Examples:
      cnncalc verify alexnet
      cnncalc verify resnet50 --input 3,288,288 --batch 32
      cnncalc verify lenet5 --receptive-field
      cnncalc verify --all
    """
    if every == (spec is not None):
        raise click.UsageError("name one SPEC, or all that come with cnncalc by --all")
    if every and (shapes or settings):
        raise click.UsageError("--input and --set are about one network; leave them away with --all")

    def run(network: Network, look: Look) -> Verification:
        from cnncalc.pytorch import verify

        return verify(
            network,
            input_shape(shapes),
            batch=batch,
            variables=variables(settings),
            receptive_field=receptive_field,
            progress=look,
        )

    if spec is None:
        names = shipped_names()
        verifications = []
        with progress("verifying") as bar:
            for done, name in enumerate(names):
                bar.reach(name, done, len(names))
                verifications.append(run(load(name), lambda layer: None))
        _print_all(dict(zip(names, verifications, strict=True)), form)
    else:
        network = read_spec(spec, input_shape(shapes))
        try:
            with progress(network.name) as bar:
                verifications = [run(network, bar.look)]
        except SpecError as error:
            raise error.within(source_name(spec)) from None
        _print(verifications[0], form)
    sys.exit(0 if all(verification.agrees for verification in verifications) else 1)


def _print(verification: Verification, form: str) -> None:
    from cnncalc.report.verified import verification_document, verification_lines

    if form == "json":
        click.echo(json.dumps(verification_document(verification), ensure_ascii=False, indent=2))
        return
    from cnncalc.report.terminal import terminal_width, write

    write(verification_lines(verification, terminal_width()))


def _print_all(verifications: dict[str, Verification], form: str) -> None:
    """A line a network, and behind them the table of each that differs."""
    from cnncalc.report.verified import compared_text, verdict, verification_document, verification_lines

    if form == "json":
        documents = {name: verification_document(each) for name, each in verifications.items()}
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    from cnncalc.report.table import prose
    from cnncalc.report.terminal import terminal_width, write

    width = terminal_width()
    sentences = {name: verdict(each) for name, each in verifications.items()}
    lines = [line for name, text in sentences.items() for line in prose(f"{text[0]} {name}: {text[2:]}", width)]
    for each in verifications.values():
        if not each.agrees:
            lines += [[], *verification_lines(each, width)]
    agreeing = sum(each.agrees for each in verifications.values())
    total = f"{agreeing} of {len(verifications)} networks agree: {compared_text(next(iter(verifications.values())))}."
    write([*lines, *prose(total, width, "bold")])
