"""``cnncalc verify``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import batch_option, input_option, printed, set_option, variables
from cnncalc.cli.output import show
from cnncalc.cli.progress import progress
from cnncalc.cli.specs import Shapes, about, input_shape, read_spec
from cnncalc.errors import SpecError
from cnncalc.spec import Network, load, shipped_names

if TYPE_CHECKING:
    from cnncalc.pytorch.comparison import Verification

Look = Callable[[str], None]


@click.command("verify", cls=Command)
@click.argument("spec", required=False, shell_complete=complete.specs)
@click.option("--all", "every", is_flag=True, help="Verify every network that comes with cnncalc.")
@click.option("--receptive-field", is_flag=True, help="Also which pixels the middle unit of each layer depends on.")
@input_option
@set_option
@batch_option
@printed("text", "json")
def command(
    spec: str | None,
    every: bool,
    receptive_field: bool,
    shapes: Shapes,
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
            raise about(spec, error) from None
        _print(verifications[0], form)
    sys.exit(0 if all(verification.agrees for verification in verifications) else 1)


def _print(verification: Verification, form: str) -> None:
    from cnncalc.report.verified import verification_document, verification_lines

    show(form, text=partial(verification_lines, verification), json=partial(verification_document, verification))


def _print_all(verifications: dict[str, Verification], form: str) -> None:
    from cnncalc.report.verified import all_lines, verification_document

    show(
        form,
        text=partial(all_lines, verifications),
        json=lambda: {name: verification_document(each) for name, each in verifications.items()},
    )
