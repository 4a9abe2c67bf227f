"""Explanations and exercise sheets as a LaTeX article."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.homework.document import Block, Document, Equation, Given, Heading, Paragraph
from cnncalc.report.explained_markdown import sides
from cnncalc.report.notation import Latex, latex_text

_LATEX = Latex()
_MATHS = {"×": r"\times", "−": "-", "·": r"\cdot", "→": r"\to", "γ": r"\gamma", "β": r"\beta", "Σ": r"\Sigma"}
_MATHS |= {"⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "≈": r"\approx"}
_UNICODE = str.maketrans(
    {character: rf"\ensuremath{{{command}}}" for character, command in _MATHS.items()}
    | {character: rf"\textsuperscript{{{digit}}}" for digit, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {"…": r"\ldots{}"}
)


def latex(document: Document) -> str:
    """The whole document; Chinese needs XeLaTeX or LuaLaTeX and the ctex package, English any engine."""
    packages = r"\usepackage{amsmath,longtable}"
    if document.language == "zh":
        packages += "\n" + r"\usepackage{ctex}"
    body = "\n\n".join(text for block in document.blocks for text in _block(block))
    return "\n".join(
        [
            r"\documentclass[11pt,a4paper]{article}",
            packages,
            r"\setlength{\parindent}{0pt}",
            r"\setlength{\parskip}{6pt}",
            r"\begin{document}",
            rf"\section*{{{_text(document.title)}}}",
            "",
            body,
            "",
            r"\end{document}",
        ]
    )


def _text(text: str) -> str:
    return latex_text(text).translate(_UNICODE)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield rf"\{'subsection' if block.level == 2 else 'subsubsection'}*{{{_text(block.text)}}}"
    elif isinstance(block, Paragraph):
        yield rf"{{\small {_text(block.text)}}}" if block.kind == "source" else _text(block.text)
    elif isinstance(block, Equation):
        left, *right = sides(block)
        lines = " \\\\\n".join(f"{left if position == 0 else ''} &= {side}" for position, side in enumerate(right))
        yield f"\\begin{{align*}}\n{lines.translate(_UNICODE)}\n\\end{{align*}}"
    elif isinstance(block, Given):
        rows = [
            rf"${_LATEX.symbol(name)} = {_LATEX.value(number.value)}$ & {_text(text)} \\"
            for name, number, text in block.rows
        ]
        yield rf"\subsection*{{{_text(block.title)}}}"
        yield "\n".join([r"\begin{longtable}{@{}ll@{}}", *rows, r"\end{longtable}"])
    else:
        rows = [rf"{_text(name)} & {_cells(equations)} \\" for name, equations in block.rows]
        yield "\n".join([r"\begin{longtable}{@{}ll@{}}", *rows, r"\end{longtable}"])


def _cells(equations: tuple[Equation, ...]) -> str:
    texts = []
    for each in equations:
        parts = [_LATEX.symbol(each.symbol)]
        if each.number.operator:
            parts.append(_LATEX.expression(each.number, named=False))
        texts.append(f"${' = '.join([*parts, _LATEX.value(each.number.value)])}$ {_text(each.note)}".rstrip())
    return r" \quad ".join(texts)
