"""``cnncalc explain``."""

from __future__ import annotations

from functools import partial

import click

from cnncalc.analysis import analyze
from cnncalc.analysis.vocabulary import listed
from cnncalc.cli import complete
from cnncalc.cli.help import Command
from cnncalc.cli.options import joined, lang_option, network_options, printed, quantity_option
from cnncalc.cli.output import show_document
from cnncalc.cli.specs import Shapes, about, analysis_of, is_layer, layer_network
from cnncalc.errors import SpecError
from cnncalc.homework.document import Document, Paragraph
from cnncalc.homework.explanation import DEFAULT, QUANTITIES, call_text, explain
from cnncalc.homework.messages import messages


@click.command("explain", cls=Command)
@click.argument("spec", shell_complete=complete.specs)
@click.argument("layer", required=False, shell_complete=complete.layers)
@quantity_option(QUANTITIES, unstated=f"all but {listed([name for name in QUANTITIES if name not in DEFAULT], 'and')}")
@lang_option
@network_options
@printed("text", "json", "markdown", "latex", "html")
def command(
    spec: str,
    layer: str | None,
    quantities: tuple[tuple[str, ...], ...],
    language: str,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
    form: str,
) -> None:
    """Show the working of every figure of SPEC's LAYER: the formula, the values put in, the arithmetic, and why.

    Without LAYER, every layer in short, and the totals; of a SPEC that is one layer, that one.

    \b
    Examples:
      cnncalc explain alexnet conv1
      cnncalc explain "Conv2d(10, 5, stride=1, padding=2)" --input 3,32,32
      cnncalc explain vgg16 --quantity params
      cnncalc explain lenet5 C3 --quantity params --lang zh
      cnncalc explain resnet18 layer1.0.conv1 --format html -o conv1.html
    """
    chosen = joined(quantities) or DEFAULT
    if is_layer(spec):
        document = _single_layer(spec, layer, chosen, language, shapes, settings, batch, convention)
    else:
        analysis = analysis_of(spec, shapes, settings, batch=batch, convention=convention)
        document = explain(analysis, layer, chosen, language)
    from cnncalc.report.explained_json import document_data

    show_document(form, document, json=partial(document_data, document))


def _single_layer(
    text: str,
    layer: str | None,
    quantities: tuple[str, ...],
    language: str,
    shapes: Shapes,
    settings: tuple[str, ...],
    batch: int,
    convention: str,
) -> Document:
    if layer is not None or settings:
        raise click.UsageError("a single layer has no further layers and no variables; leave LAYER and --set away")
    if not shapes:
        raise click.UsageError("a single layer needs the shape that arrives, such as --input 3,32,32")
    arriving = {name or f"input{position or ''}": shape for position, (name, shape) in enumerate(shapes)}
    network, read = layer_network(text, arriving)
    try:
        analysis = analyze(network, batch=batch, convention=convention)
    except SpecError as error:
        raise about(text, error) from None
    document = explain(analysis, "layer", quantities, language)
    say = messages(language)
    blocks = document.blocks
    if read.in_torch_order and "nn." not in text:
        first = next(iter(arriving.values()))[0]
        remark = Paragraph(say("explain.read_torch", first=first, call=call_text(read.layer)))
        blocks = (blocks[0], remark, *blocks[1:])
    return Document(language, network.name, blocks)
