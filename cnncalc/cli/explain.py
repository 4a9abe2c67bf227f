"""``cnncalc explain``."""

from __future__ import annotations

import click

from cnncalc.analysis import Analysis, analyze
from cnncalc.cli.specs import (
    QuantitiesParameter,
    input_option,
    input_shape,
    read_spec,
    set_option,
    source_name,
    variables,
)
from cnncalc.errors import SpecError
from cnncalc.homework.document import Document, Paragraph
from cnncalc.homework.explanation import DEFAULT, QUANTITIES, call_text, explain
from cnncalc.homework.messages import languages, messages
from cnncalc.layers.base import LARGEST_SIZE
from cnncalc.spec import Network
from cnncalc.spec.torch_order import is_layer_text, read_layer

_FORMATS = ("text", "markdown", "latex", "html")

lang_option = click.option(
    "--lang", "language", type=click.Choice(languages()), default="en", show_default=True, help="The language."
)


@click.command("explain")
@click.argument("spec")
@click.argument("layer", required=False)
@click.option(
    "--quantity",
    "quantities",
    type=QuantitiesParameter(QUANTITIES),
    multiple=True,
    help="What to explain, with commas between; all but buffers, memory and space unless stated.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@lang_option
@input_option
@set_option
@click.option("--batch", type=click.IntRange(1, LARGEST_SIZE), default=1, show_default=True, help="Samples in a batch.")
@click.option("--convention", default="cnncalc", show_default=True, help="What counts as FLOPs; `cnncalc conventions`.")
def command(
    spec: str,
    layer: str | None,
    quantities: tuple[tuple[str, ...], ...],
    form: str,
    language: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    convention: str,
) -> None:
    """Show the working of every figure of SPEC's LAYER: the formula, the values put in, the arithmetic, and why.

    Without LAYER, every layer in short, and the totals. SPEC may be a single layer with its arguments, in the order of
    cnncalc's or of PyTorch's; it needs --input.

    \b
    Examples:
      cnncalc explain alexnet conv1
      cnncalc explain "Conv2d(10, 5, stride=1, padding=2)" --input 3,32,32
      cnncalc explain vgg16 --quantity params
      cnncalc explain lenet5 C3 --quantity params --lang zh
      cnncalc explain resnet18 layer1.0.conv1 --format html > conv1.html
    """
    chosen = tuple(dict.fromkeys(name for names in quantities for name in names)) or DEFAULT
    if is_layer_text(spec):
        document = _single_layer(spec, layer, chosen, language, shapes, settings, batch, convention)
    else:
        network = read_spec(spec, input_shape(shapes))
        try:
            analysis = analyze(
                network, input_shape(shapes), batch=batch, variables=variables(settings), convention=convention
            )
        except SpecError as error:
            raise error.within(source_name(spec)) from None
        document = explain(analysis, layer, chosen, language)
    write_document(document, form)


def _single_layer(
    text: str,
    layer: str | None,
    quantities: tuple[str, ...],
    language: str,
    shapes: tuple[tuple[str, tuple[int, ...]], ...],
    settings: tuple[str, ...],
    batch: int,
    convention: str,
) -> Document:
    if layer is not None or settings:
        raise click.UsageError("a single layer has no further layers and no variables; leave LAYER and --set away")
    if not shapes:
        raise click.UsageError("a single layer needs the shape that arrives, such as --input 3,32,32")
    arriving = {name or f"input{position or ''}": shape for position, (name, shape) in enumerate(shapes)}
    try:
        read = read_layer(text, next(iter(arriving.values())))
        name = type(read.layer).__name__
        from msgspec.structs import replace

        placed = replace(read.layer, name="layer", inputs=tuple(arriving))
        analysis: Analysis = analyze(
            Network(name=name, input=arriving, layers=(placed,)), batch=batch, convention=convention
        )
    except SpecError as error:
        raise SpecError(error.message, source=text) from None
    document = explain(analysis, "layer", quantities, language)
    say = messages(language)
    blocks = document.blocks
    if read.in_torch_order and "nn." not in text:
        first = next(iter(arriving.values()))[0]
        remark = Paragraph(say("explain.read_torch", first=first, call=call_text(read.layer)))
        blocks = (blocks[0], remark, *blocks[1:])
    return Document(language, name, blocks)


def write_document(document: Document, form: str) -> None:
    """Print a document in one of the formats."""
    if form == "text":
        from cnncalc.report.explained import document_lines
        from cnncalc.report.terminal import terminal_width, write

        write(document_lines(document, terminal_width()))
    elif form == "latex":
        from cnncalc.report.explained_latex import latex

        click.echo(latex(document))
    elif form == "markdown":
        from cnncalc.report.explained_markdown import markdown

        click.echo(markdown(document))
    else:
        from cnncalc.report.explained_html import html

        click.echo(html(document))
