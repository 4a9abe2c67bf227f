"""Explanations as plain data: every formula, its working and its figure."""

from __future__ import annotations

from typing import Any

from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.document import Block, Document, Equation, Given, Heading, Paragraph
from cnncalc.homework.reduction import lines as working
from cnncalc.report.notation import Notation

_TEXT = Notation()


def document_data(document: Document) -> dict[str, Any]:
    """The title, the language and the blocks in order, each with its kind."""
    return {"title": document.title, "language": document.language, "blocks": list(map(_block, document.blocks))}


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text, "level": block.level}
    if isinstance(block, Paragraph):
        return {"kind": block.kind, "text": block.text}
    if isinstance(block, Equation):
        return {"kind": "equation", **_equation(block)}
    if isinstance(block, Given):
        rows = [{"symbol": name, "value": _value(number), "text": text} for name, number, text in block.rows]
        return {"kind": "given", "text": block.title, "rows": rows}
    layers = [{"name": name, "equations": list(map(_equation, equations))} for name, equations in block.rows]
    return {"kind": "layers", "rows": layers}


def _equation(equation: Equation) -> dict[str, Any]:
    """The formula in symbols, where there is one, the lines of the working, and the figure."""
    number = equation.number
    formula = _TEXT.expression(number, named=True) if number.operator or number.name else None
    steps = [_TEXT.expression(line, named=False) for line in working(number)]
    figures = {"symbol": equation.symbol, "formula": formula, "steps": steps, "value": _value(number)}
    return figures | ({"note": equation.note} if equation.note else {})


def _value(number: Recorded) -> int | str:
    """The figure; in words where it is no whole number."""
    return number.value if isinstance(number.value, int) else _TEXT.value(number.value)
