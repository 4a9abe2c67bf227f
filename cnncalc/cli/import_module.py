"""``cnncalc import``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import click

from cnncalc.cli.help import Command
from cnncalc.cli.options import input_option, output_option
from cnncalc.cli.output import OUTPUT, say
from cnncalc.cli.progress import progress
from cnncalc.cli.specs import Shapes, input_shape, is_module_spec
from cnncalc.cli.verbosity import remark, timed
from cnncalc.errors import CnncalcError, printable
from cnncalc.layers import Layer
from cnncalc.spec.items import Item


@click.command("import", cls=Command)
@click.argument("module")
@click.option("--name", metavar="TEXT", help="What the network is called; as the module unless stated.")
@input_option
@output_option
def command(module: str, name: str | None, shapes: Shapes) -> None:
    """Write the spec of a PyTorch MODULE, given as package.module:attribute, with arguments if need be.

    Importing runs the code of that package and builds the model, without weights. The forward pass is followed on the
    meta device, at inference. What holds for this input alone is said, and stands in the spec under "fixed".

    \b
    Examples:
      cnncalc import torchvision.models:resnet50 -o resnet50.json
      cnncalc import "torchvision.models:resnet18(num_classes=10)" --input 3,288,288
      cnncalc import my_package.nets:TwoInputs --input left=3,64,64 --input right=3,64,64
    """
    if not is_module_spec(module):
        found = printable(module)
        raise CnncalcError(
            f"expected a module as package.module:attribute, such as torchvision.models:resnet50, found {found}"
        )
    from cnncalc.pytorch import network_of

    with progress(f"importing {printable(module)}"), timed(f"importing {printable(module)}"):
        network = network_of(module, input_shape(shapes), name)
    say(network.to_json())
    if (output := click.get_current_context().meta.get(OUTPUT)) is not None:
        remark(f"{printable(output)}: {len(network.layers)} layers")
    for sentence in network.fixed:
        remark(f"note  fixed: {sentence}")
    for operator in unknown_operators(network.layers):
        remark(f"note  not known: {operator}, so that the totals are partial")


def unknown_operators(layers: Iterable[Item]) -> list[str]:
    """The operators of which a quantity is not known, each once, with how many layers."""
    unknown = [layer for layer in layers if isinstance(layer, Layer) and layer.unknown()]
    counts = Counter(str(layer.settings().get("operator", type(layer).__name__)) for layer in unknown)
    return [f"{operator} ({count} layer{'s' if count > 1 else ''})" for operator, count in counts.items()]
