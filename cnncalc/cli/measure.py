"""``cnncalc measure``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cnncalc.cli.progress import progress
from cnncalc.cli.specs import input_option, input_shape, read_spec, set_option, source_name, variables
from cnncalc.errors import CnncalcError, SpecError, printable
from cnncalc.layers.base import LARGEST_SIZE
from cnncalc.pytorch.measurement import Measurement, Settings, load_measurement
from cnncalc.pytorch.ratios import changes

_DTYPES = ("float32", "tf32", "float16", "bfloat16")


@click.command("measure")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--device", default="auto", show_default=True, help="auto, cuda, cuda:1, mps or cpu.")
@click.option("--dtype", type=click.Choice(_DTYPES), default="float32", show_default=True, help="The numbers' type.")
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--mode", type=click.Choice(("inference", "training")), default="inference", show_default=True)
@click.option("--channels-last", is_flag=True, help="Keep the channels last in memory.")
@click.option("--compile", "compiled", is_flag=True, help="Run the whole through torch.compile.")
@click.option("--cuda-graph", is_flag=True, help="Run the whole as a CUDA graph.")
@click.option("--repeats", type=click.IntRange(2, 100_000), default=20, show_default=True, help="Runs that are timed.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads of the CPU, else as PyTorch chooses.")
@input_option
@set_option
@click.option("--save", type=click.Path(dir_okay=False), help="Write the measurement into this file, as JSON.")
@click.option("--against", type=click.Path(dir_okay=False), help="Compare with a saved one; exit status 1 if slower.")
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 10),
    default=0.05,
    show_default=True,
    help="The share by which --against lets it be slower.",
)
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    specs: tuple[str, ...],
    device: str,
    dtype: str,
    batch: int,
    mode: str,
    channels_last: bool,
    compiled: bool,
    cuda_graph: bool,
    repeats: int,
    threads: int | None,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    save: str | None,
    against: str | None,
    tolerance: float,
    form: str,
) -> None:
    """Measure how long SPEC takes on the device at hand, each layer by itself and the whole in one piece.

    Every layer's time stands beside the shortest that the device could need, by a large matrix product and a large copy
    that are measured in the same run. Several SPECs are run in turn and compared with the first.

    \b
    Examples:
      cnncalc measure resnet18
      cnncalc measure resnet50 --device cuda --dtype bfloat16 --batch 64 --channels-last
      cnncalc measure mobilenet_v2 resnet18 --repeats 50
      cnncalc measure alexnet --save before.json
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
        if save or against:
            raise click.UsageError("--save and --against are about one SPEC")
        if len(set(specs)) < len(specs):
            raise click.UsageError("the same SPEC is named twice")
        _compare(specs, shapes, settings, batch, how, form)
        return
    if save and not Path(save).parent.is_dir():
        raise CnncalcError(f"{printable(save)}: there is no such directory")
    saved = load_measurement(against) if against else None
    measurement = _measure(specs[0], shapes, settings, batch, how)
    if save:
        from cnncalc.report.files import write_whole

        write_whole(save, f"{measurement.to_json().decode()}\n")
    changed = changes(saved, measurement, tolerance) if saved else ()
    if form == "json":
        click.echo(measurement.to_json())
    else:
        from cnncalc.report.measured import changes_lines, measurement_lines
        from cnncalc.report.terminal import terminal_width, write

        width = terminal_width()
        lines = measurement_lines(measurement, width)
        write([*lines, [], *changes_lines(changed, width)] if changed else lines)
    sys.exit(1 if changed and changed[-1].verdict == "slower" else 0)


def _measure(
    spec: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
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
        raise error.within(source_name(spec)) from None


def _compare(
    specs: tuple[str, ...],
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    how: Settings,
    form: str,
) -> None:
    from cnncalc.pytorch import compare

    networks = {spec: (read_spec(spec, input_shape(shapes)), input_shape(shapes)) for spec in specs}
    with progress("in turn") as bar:
        compared = compare(networks, batch=batch, variables=variables(settings), settings=how, progress=bar.reach)
    if form == "json":
        click.echo(compared.to_json())
        return
    from cnncalc.report.measured import compared_lines
    from cnncalc.report.terminal import terminal_width, write

    write(compared_lines(compared, terminal_width()))
