"""What commands share about reading a SPEC."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import click

from cnncalc.cli.options import variables
from cnncalc.cli.progress import make_way, progress
from cnncalc.cli.verbosity import timed
from cnncalc.errors import SpecError, printable
from cnncalc.spec import Network, load, loads
from cnncalc.spec.loading import LARGEST_FILE
from cnncalc.spec.python_spec import is_python_spec

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis
    from cnncalc.spec.torch_order import ReadLayer

STDIN = "-"


Input: TypeAlias = "tuple[int, ...] | dict[str, tuple[int, ...]] | None"
Shapes: TypeAlias = "Sequence[tuple[str, tuple[int, ...]]]"
_MODULE_SPEC = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d][\w.]*(\(.*\))?", re.DOTALL)


def read_spec(spec: str, input: Input = None) -> Network:
    """The network of a SPEC argument; a PyTorch module is traced at ``input`` where that is given, and a layer by
    itself reads it. Raises SpecError.
    """
    with progress(f"reading {source_name(spec)}"), timed(f"reading {place_of(spec)}"):
        return _read(spec, input)


def place_of(spec: str) -> str:
    """Where a SPEC stands: a network that comes with cnncalc in its file."""
    from cnncalc.spec.loading import shipped_place

    return shipped_place(spec) or source_name(spec)


def _read(spec: str, input: Input) -> Network:
    if is_layer(spec):
        if input is None:
            raise click.UsageError("a layer by itself needs the shape that arrives, such as --input 3,32,32")
        return layer_network(spec, input if isinstance(input, dict) else {"input": input})[0]
    if is_module_spec(spec):
        from cnncalc.pytorch import network_of

        return network_of(spec, input)
    if spec != STDIN:
        return load(spec)
    if sys.stdin is None:
        raise SpecError("it is closed", source=source_name(spec))
    make_way(for_good=sys.stdin.isatty())
    return loads(sys.stdin.buffer.read(LARGEST_FILE + 1), source=source_name(spec))


def network_at(spec: str, shapes: Shapes, settings: Sequence[str]) -> Network:
    """The network of a SPEC at the values of ``--input`` and ``--set``. Raises SpecError."""
    shape, values = input_shape(shapes), variables(settings)
    network = read_spec(spec, shape)
    try:
        network = network.with_input(shape) if shape is not None else network
        return network.with_variables(**values) if values else network
    except SpecError as error:
        raise about(spec, error) from None


def analysis_of(
    spec: str, shapes: Shapes, settings: Sequence[str], *, batch: int = 1, convention: str = "cnncalc"
) -> Analysis:
    """The analysis of a SPEC at the values of the options. Raises SpecError."""
    from cnncalc.analysis import analyze

    shape = input_shape(shapes)
    network = read_spec(spec, shape)
    try:
        return analyze(network, shape, batch=batch, variables=variables(settings), convention=convention)
    except SpecError as error:
        raise about(spec, error) from None


def layer_network(text: str, arriving: Mapping[str, tuple[int, ...]]) -> tuple[Network, ReadLayer]:
    """A network of the one layer, called ``layer``, that a text states; and the layer as it was read."""
    from msgspec.structs import replace

    from cnncalc.spec.torch_order import read_layer

    try:
        read = read_layer(text, next(iter(arriving.values())))
    except SpecError as error:
        raise SpecError(error.message, source=printable(text)) from None
    placed = replace(read.layer, name="layer", inputs=tuple(arriving))
    shapes = arriving["input"] if list(arriving) == ["input"] else dict(arriving)
    return Network(name=type(read.layer).__name__, input=shapes, layers=(placed,)), read


def about(spec: str, error: SpecError) -> SpecError:
    """An error with the SPEC named that it is about; of a layer by itself there are no places in a file to name."""
    if is_layer(spec):
        return SpecError(error.message, source=source_name(spec))
    return error.within(source_name(spec))


def is_layer(spec: str) -> bool:
    """Whether a SPEC is a layer with its arguments, as ``Conv2d(64, 3)``."""
    if "(" not in spec:
        return False
    from cnncalc.spec.torch_order import is_layer_text

    return is_layer_text(spec)


def is_module_spec(spec: str) -> bool:
    """Whether a SPEC names a PyTorch module as ``package.module:attribute``, and not a file."""
    return bool(_MODULE_SPEC.fullmatch(spec)) and not is_python_spec(spec) and not os.path.exists(spec)


def source_name(spec: str) -> str:
    """How errors call a SPEC argument."""
    return "standard input" if spec == STDIN else printable(spec)


def input_shape(shapes: Shapes) -> Input:
    """The shape of the one input, or those of several by name; None where the spec's own are meant."""
    if not shapes:
        return None
    if len(shapes) == 1 and not shapes[0][0]:
        return shapes[0][1]
    if not all(name for name, _ in shapes):
        raise click.UsageError("--input is given several times, each needs its input's name: --input image=3,224,224")
    return dict(shapes)
