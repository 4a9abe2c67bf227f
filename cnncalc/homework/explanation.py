"""The explanation of a layer's figures, or of a network's totals, as a document in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cnncalc.analysis.alignment import axis_names
from cnncalc.analysis.recorded_fields import field_path, recorded_fields
from cnncalc.analysis.vocabulary import unknown_quantity
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework import reasons
from cnncalc.homework.binding import SYMBOLS, Bound
from cnncalc.homework.derivation import Derivation, bound_layer, derive
from cnncalc.homework.document import Block, Document, Equation, Given, Heading, Paragraph, Rows
from cnncalc.homework.figures import bytes_text, decimal_text, heading, shapes_text
from cnncalc.homework.messages import Messages, messages
from cnncalc.homework.overview import overview
from cnncalc.homework.sources import cited, source_of
from cnncalc.layers.base import shape_text
from cnncalc.layers.formulas import field_size, tensor_bytes, weight_macs

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis, Row
    from cnncalc.layers import Layer

QUANTITIES = (
    *("output", "params", "buffers", "macs", "flops", "activations", "receptive_field"),
    *("weight_bytes", "activation_bytes", "space"),
)
"""What can be explained."""
BYTES_OF = ("weight_bytes", "activation_bytes")
DEFAULT = ("output", "params", "macs", "flops", "activations", "receptive_field")
_LONGEST_VALUE = 60


def explain(
    analysis: Analysis, layer: str | None = None, quantities: Sequence[str] = DEFAULT, language: str = "en"
) -> Document:
    """How the figures of a layer come about, or those of all layers and their totals where none is named.

    Raises CnncalcError for an unknown layer, quantity or language.

    >>> import cnncalc
    >>> document = cnncalc.explain(cnncalc.analyze(cnncalc.load("alexnet")), "conv1", ["params"])
    >>> [block.number for block in document.blocks if hasattr(block, "number")]
    [3*11*11 + 1 = 364, 64*3*11*11 + 64 = 23296]
    """
    for quantity in quantities:
        if quantity not in QUANTITIES:
            raise unknown_quantity(quantity, QUANTITIES)
    say = messages(language)
    if layer is None:
        return overview(analysis, quantities, say)
    row = analysis.row(layer)
    title = say("explain.title", network=analysis.name, layer=layer)
    section = _LayerSections(analysis, row, say)
    blocks = [block for quantity in quantities for block in section.of(quantity)]
    return Document(language, title, (*section.introduction(blocks), *blocks))


def call_text(layer: Layer) -> str:
    """A layer as Python writes it, with what is stated of it: ``Conv2d(out_channels=10, kernel_size=5)``."""
    fields, defaults = layer.__struct_fields__, layer.__struct_defaults__
    required = len(fields) - len(defaults)
    stated = [
        f"{field}={_short(repr(value))}"
        for position, field in enumerate(fields)
        if field not in ("name", "inputs", "when", "functional")
        and ((value := getattr(layer, field)) != defaults[position - required] or position < required)
    ]
    return f"{type(layer).__name__}({', '.join(stated)})"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else "…"


class _LayerSections:
    """The sections on one layer. What one section has worked out, the next takes as known."""

    def __init__(self, analysis: Analysis, row: Row, say: Messages) -> None:
        self.analysis, self.row, self.say = analysis, row, say
        self.bound: Bound = bound_layer(analysis, row)
        self.known: set[str] = set()
        self.worked: set[str] = set()
        self.alike: list[Recorded] = []

    def introduction(self, blocks: Sequence[Block]) -> Iterator[Block]:
        """The layer as it stands there, and the symbols that the sections use."""
        inputs = shapes_text(self.row.input_shapes)
        output = shape_text(self.row.output_shape)
        yield Paragraph(self.say("explain.layer", kind=call_text(self.row.layer), input=inputs, output=output))
        numbers = [block.number for block in blocks if isinstance(block, Equation)] + self.alike
        names = {part.name for number in numbers for part in number.parts() if part.name}
        rows = tuple(entry for entry in self._symbols() if entry[0] in names)
        if rows:
            yield Given(self.say("explain.given"), rows)

    def _symbols(self) -> Iterator[tuple[str, Recorded, str]]:
        """Each symbol of the layer with its value and its meaning."""
        for shape in self.bound.recorded.inputs:
            for size in shape:
                number: Any = size
                key = f"axis.{number.name.partition('_')[0]}"
                yield number.name, number, self.say(key if self.say.has(key) else "axis.other")
        for field in SYMBOLS:
            value: Any = getattr(self.bound.recorded.node.layer, field, None)
            shown: dict[str, Any] = {}
            for number in value if isinstance(value, tuple) else (value,):
                if isinstance(number, Recorded):
                    shown.setdefault(number.name, number)
            for name, number in shown.items():
                yield name, number, f"{self.say(f'given.{field}')} ({field})"
        if self.analysis.batch > 1:
            yield "B", Recorded(self.analysis.batch), self.say("axis.B")
        yield "b", Recorded(4), self.say("axis.b")

    def of(self, quantity: str) -> Iterator[Block]:
        """The section on one quantity."""
        yield Heading(heading(self.analysis, quantity, self.say))
        if quantity == "receptive_field":
            yield from self._field()
            return
        derivations = derive(self.analysis, self.row.name, quantity)
        if quantity == "output":
            yield from self._sizes(derivations)
        else:
            if quantity == "params" and (number := reasons.per_filter(self.bound)) is not None:
                yield Equation(self.say("explain.per_filter"), number, is_word=True)
            yield from self._count(derivations[0])
        yield from (Paragraph(text, "why") for text in dict.fromkeys(self._reasons(quantity, derivations)))
        source = self._source(quantity) if quantity == "output" or derivations[0].value else ""
        if source:
            yield Paragraph(self.say("explain.source", source=cited(source, self.say)), "source")

    def _source(self, key: str) -> str:
        """Where the rule was read."""
        if key in ("activations", "space"):
            return ""
        if key == "flops":
            convention = self.analysis.counted
            return convention.source or f"cnncalc/conventions/{convention.name}.toml"
        if key in BYTES_OF:
            return source_of(tensor_bytes)
        slides = key == "macs" and hasattr(self.row.layer, "kernel_size")
        return source_of(weight_macs if slides else type(self.row.layer))

    def _reasons(self, key: str, derivations: Sequence[Derivation]) -> Iterator[str]:
        row, bound, say = self.row, self.bound, self.say
        if key == "output":
            return reasons.output_reasons(row, bound, derivations, say)
        if key == "params":
            return reasons.params_reasons(row, bound, say)
        if key == "buffers":
            return reasons.buffers_reasons(row, say)
        if key == "macs":
            return reasons.macs_reasons(self.analysis, row, bound, say)
        if key == "flops":
            return reasons.flops_reasons(self.analysis, row, say)
        if key == "space":
            return reasons.space_reasons(self.analysis, say)
        return iter([say("why.bytes" if key in BYTES_OF else "why.activations")])

    def _sizes(self, derivations: Sequence[Derivation]) -> Iterator[Block]:
        """The sizes along each axis."""
        for found in derivations:
            tree = found.number.derivation or found.number
            yield from self._steps(tree)
            yield self._step(found.symbol, tree)

    def _count(self, found: Derivation) -> Iterator[Block]:
        if found.quantity == "macs":
            self.known.add("MAC")
        yield from self._steps(found.number)
        tree = found.number.derivation or found.number
        yield Equation(found.symbol, tree, note=bytes_text(found.value) if found.symbol == "bytes" else "")

    def _steps(self, number: Recorded) -> Iterator[Block]:
        """The intermediate results that are not known yet."""
        for part in number.parts():
            if part.derivation is not None and part is not number and part.name not in self.known:
                yield self._step(part.name, part.derivation)

    def _step(self, symbol: str, tree: Recorded) -> Equation:
        """An intermediate result; one that is worked out as another was is not worked out again."""
        self.known.add(symbol)
        if tree.operator and symbol.endswith("'") and tree.figures() in self.worked:
            self.alike.append(tree)
            return Equation(symbol, Recorded(tree.value), note=self.say("explain.likewise"))
        self.worked.add(tree.figures())
        key = f"operations.{symbol}"
        return Equation(symbol, tree, note=self.say(key) if self.say.has(key) else "")

    def _field(self) -> Iterator[Block]:
        fields = self.analysis.receptive_fields(self.row.name)
        if not fields:
            yield Paragraph(self.say("explain.nothing"))
        for source, field in fields.items():
            if len(self.analysis.inputs) > 1:
                yield Heading(self.say("explain.on_input", input=source), 3)
            names = axis_names(len(field.size))
            for axes in self._alike(source, len(field.size)):
                if len(names) > len(axes):
                    along = self.say("explain.and").join(names[axis] for axis in axes)
                    yield Heading(self.say("explain.along", axes=along), 3)
                yield from self._field_along(source, axes[0], whole=field.whole[axes[0]])
        yield Paragraph(self.say("explain.source", source=cited(source_of(field_size), self.say)), "source")

    def _alike(self, source: str, rank: int) -> list[list[int]]:
        """The axes along which the field is worked out with the same figures together."""
        together: dict[str, list[int]] = {}
        for axis in range(rank):
            path = field_path(self.analysis, self.row.name, source, axis)
            text = repr([(name, numbers.size, numbers.jump, numbers.first) for name, numbers in path])
            together.setdefault(text, []).append(axis)
        return list(together.values())

    def _field_along(self, source: str, axis: int, *, whole: bool) -> Iterator[Block]:
        say = self.say
        numbers = recorded_fields(self.analysis, self.row.name, source, axis)
        if numbers.size is None:
            yield Paragraph(say("why.field_lost"), "why")
            return
        rows = []
        before: Any = None
        kept = False
        for name, step in field_path(self.analysis, self.row.name, source, axis):
            if step.size is not None and step.size is not before and step.size.operator:
                equations = [
                    Equation(symbol, number) for symbol, number in (("r", step.size), ("j", step.jump)) if number
                ]
                rows.append((name, tuple(equations)))
            kept = step.size is before
            before = step.size
        if whole:
            yield Equation("r", numbers.size)
            yield Paragraph(say("why.field_whole"), "why")
            return
        if not rows:
            yield Equation("r", numbers.size)
            if kept or numbers.size.value == 1:
                yield Paragraph(say("why.field_same"), "why")
            return
        if len(rows) > 1 or rows[-1][0] != self.row.name:
            yield Paragraph(say("explain.from_pixel"))
            yield Rows(tuple(rows))
        if rows[-1][0] == self.row.name:
            for part in numbers.size.parts(within=True):
                if part.derivation is not None and part.name == "K'":
                    yield Equation("K'", part.derivation)
            yield Equation("r'", numbers.size)
            if numbers.jump is not None:
                yield Equation("j'", numbers.jump)
        elif kept:
            yield Paragraph(say("why.field_same"), "why")
        else:
            yield Equation("r'", numbers.size)
        yield Paragraph(say("explain.field_rules"), "why")
        yield Paragraph(say("why.field"), "why")
        if numbers.start is not None and numbers.first is not None:
            key = "why.start_padding" if numbers.first.value < 0 else "why.start"
            first = str(numbers.first.value).replace("-", "−")
            yield Paragraph(say(key, first=first, start=decimal_text(numbers.start.value)), "why")
