"""Explanations in Markdown with LaTeX mathematics, as notebooks, GitHub and Pandoc set it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnncalc.homework.document import Block, Document, Equation, Given, Heading, Paragraph
from cnncalc.homework.reduction import lines as working
from cnncalc.report.notation import Latex

_LATEX = Latex()


def markdown(document: Document) -> str:
    """The explanation in Markdown."""
    parts = [f"# {markdown_text(document.title)}"]
    for block in document.blocks:
        parts += _block(block)
    return "\n\n".join(parts)


def markdown_text(text: str) -> str:
    """Words with Markdown's and HTML's own characters escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~])", r"\\\1", text)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {markdown_text(block.text)}"
    elif isinstance(block, Paragraph):
        text = markdown_text(block.text)
        yield {"source": f"*{text}*", "why": f"- {text}"}.get(block.kind, text)
    elif isinstance(block, Equation):
        yield equation(block)
    elif isinstance(block, Given):
        rows = [
            f"- ${_LATEX.symbol(name)} = {_LATEX.value(number.value)}$: {markdown_text(text)}"
            for name, number, text in block.rows
        ]
        yield "\n".join([f"**{markdown_text(block.title)}**\n", *rows])
    else:
        rows = [f"| {markdown_text(name)} | {_cells(equations)} |" for name, equations in block.rows]
        yield "\n".join(["| | |", "|---|---|", *rows])


def equation(block: Equation) -> str:
    """The formula, the values put in, the arithmetic and the result, aligned at their equals signs."""
    left, *right = sides(block)
    body = " \\\\\n".join(f"{left if position == 0 else ''} &= {side}" for position, side in enumerate(right))
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def sides(block: Equation) -> list[str]:
    """The left side in LaTeX, and all that it is equal to, the result with its note last."""
    number = block.number
    found = [_LATEX.text(block.symbol) if block.is_word else _LATEX.symbol(block.symbol)]
    if number.operator or number.name:
        found.append(_LATEX.expression(number, named=True))
    found += [_LATEX.expression(line, named=False) for line in working(number)]
    found.append(_LATEX.value(number.value))
    found = [side for position, side in enumerate(found) if position == 0 or side != found[position - 1]]
    if block.note:
        found[-1] += rf" \quad {_LATEX.text(block.note)}"
    return found


def _cells(equations: tuple[Equation, ...]) -> str:
    texts = []
    for each in equations:
        sides = [_LATEX.symbol(each.symbol)]
        if each.number.operator:
            sides.append(_LATEX.expression(each.number, named=False))
        texts.append(f"${' = '.join([*sides, _LATEX.value(each.number.value)])}$ {markdown_text(each.note)}".rstrip())
    return ", ".join(texts)
