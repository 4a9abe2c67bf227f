"""``cnncalc measure``."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import click

from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import batch_option, input_option, printed, set_option, variables
from cnncalc.cli.output import show
from cnncalc.cli.progress import progress
from cnncalc.cli.specs import Shapes, about, input_shape, read_spec
from cnncalc.errors import SpecError
from cnncalc.pytorch.measurement import Measurement, Settings, load_measurement
from cnncalc.pytorch.ratios import changes

_DTYPES = ("float32", "tf32", "float16", "bfloat16")


@click.command("measure", cls=Command)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete.specs)
@click.option("--device", default="auto", metavar="NAME", show_default=True, help="The device: auto, cuda, mps or cpu.")
@click.option("--dtype", type=click.Choice(_DTYPES), default="float32", show_default=True, help="The numbers' type.")
@click.option(
    "--mode", type=click.Choice(("inference", "training")), default="inference", show_default=True, help="What is run."
)
@click.option("--channels-last", is_flag=True, help="Keep the channels last in memory.")
@click.option("--compile", "compiled", is_flag=True, help="Run the whole through torch.compile.")
@click.option("--cuda-graph", is_flag=True, help="Run the whole as a CUDA graph.")
@click.option(
    "--repeats",
    type=click.IntRange(2, 100_000),
    default=20,
    show_default=True,
    metavar="INTEGER",
    help="Runs that are timed.",
)
@click.option(
    "--threads", type=click.IntRange(1, 1024), metavar="INTEGER", help="Threads of the CPU, else as PyTorch chooses."
)
@click.option(
    "--against",
    type=click.Path(dir_okay=False),
    help="Compare with the file that --output wrote of another run; exit status 1 if slower.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 10),
    default=0.05,
    show_default=True,
    metavar="SHARE",
    help="The share by which --against lets it be slower.",
)
@input_option
@set_option
@batch_option
@printed(
    *("text", "json"), output="Write the measurement into this file, as JSON for --against, beside what is printed."
)
def command(
    specs: tuple[str, ...],
    device: str,
    dtype: str,
    mode: str,
    channels_last: bool,
    compiled: bool,
    cuda_graph: bool,
    repeats: int,
    threads: int | None,
    against: str | None,
    tolerance: float,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    form: str,
    output: str | None,
) -> None:
    """Measure how long SPEC takes on the device at hand, each layer by itself and the whole in one piece.

    Every layer's time stands beside the shortest that the device could need, by a large matrix product and a large copy
    that are measured in the same run. Several SPECs are run in turn and compared with the first.

    \b
    Examples:
      cnncalc measure resnet18
      cnncalc measure resnet50 --device cuda --dtype bfloat16 --batch 64 --channels-last
      cnncalc measure mobilenet_v2 resnet18 --repeats 50
      cnncalc measure alexnet -o before.json
      cnncalc measure alexnet --against before.json
    """
    how = Settings(
        device=device,
        dtype=dtype,
        mode="training" if mode == "training" else "inference",
        channels_last=channels_last,
        compile=compiled,
        cuda_graph=cuda_graph,
        repeats=repeats,
        threads=threads,
    )
    if len(specs) > 1:
        if output or against:
            raise click.UsageError("--output and --against are about one SPEC")
        if len(set(specs)) < len(specs):
            raise click.UsageError("the same SPEC is named twice")
        _compare(specs, shapes, settings, batch, how, form)
        return
    saved = load_measurement(against) if against else None
    measurement = _measure(specs[0], shapes, settings, batch, how)
    if output:
        from cnncalc.report.files import write_whole

        write_whole(output, f"{measurement.to_json().decode()}\n")
    changed = changes(saved, measurement, tolerance) if saved else ()

    def lines(width: int) -> Any:
        from cnncalc.report.measured import changes_lines, measurement_lines

        found = measurement_lines(measurement, width)
        return [*found, [], *changes_lines(changed, width)] if changed else found

    show(form, text=lines, json=lambda: measurement.to_json().decode())
    sys.exit(1 if changed and changed[-1].verdict == "slower" else 0)


def _measure(
    spec: str,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    how: Settings,
) -> Measurement:
    from cnncalc.pytorch import measure

    network = read_spec(spec, input_shape(shapes))
    try:
        with progress(network.name) as bar:
            return measure(
                network,
                input_shape(shapes),
                batch=batch,
                variables=variables(settings),
                settings=how,
                progress=bar.reach,
            )
    except SpecError as error:
        raise about(spec, error) from None


def _compare(
    specs: tuple[str, ...],
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    how: Settings,
    form: str,
) -> None:
    from cnncalc.pytorch import compare

    networks = {spec: (read_spec(spec, input_shape(shapes)), input_shape(shapes)) for spec in specs}
    with progress("in turn") as bar:
        compared = compare(networks, batch=batch, variables=variables(settings), settings=how, progress=bar.reach)
    from cnncalc.report.measured import compared_lines

    show(form, text=partial(compared_lines, compared), json=lambda: compared.to_json().decode())
