"""Explanations on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnncalc.homework.document import Block, Document, Equation, Given, Heading, Paragraph, Rows
from cnncalc.homework.reduction import lines as working
from cnncalc.report.grid import Line, Span, Track, fold, grid, width_of
from cnncalc.report.notation import Notation

_TEXT = Notation()
_INDENT = 2
_WIDEST_NAME = 28
_CHINESE = "\u2e80-\u9fff\uf900-\ufaff"
_MARKS = "\u3001-\u301f\uff00-\uff65"
_WORD = re.compile(rf"(?:[{_CHINESE}]|[^\s{_CHINESE}]+)[{_MARKS}]*\s*")


def document_lines(document: Document, width: int) -> list[Line]:
    """The explanation in lines of at most ``width`` cells."""
    found = [[Span(piece, "bold")] for piece in fold(document.title, width)]
    before: Block | None = None
    for block in document.blocks:
        if _apart(before, block):
            found.append([])
        found += _block(block, width)
        before = block
    return found


def _apart(before: Block | None, block: Block) -> bool:
    if before is None or isinstance(before, Heading):
        return False
    return not (isinstance(block, Paragraph) and isinstance(before, Paragraph))


def _block(block: Block, width: int) -> Iterator[Line]:
    if isinstance(block, Heading):
        yield from ([Span(piece, "bold cyan" if block.level == 2 else "bold")] for piece in fold(block.text, width))
    elif isinstance(block, Paragraph):
        bullet, style = ("- ", "") if block.kind == "why" else ("", "dim" if block.kind == "source" else "")
        for position, piece in enumerate(folded(block.text, width - len(bullet))):
            yield [Span((bullet if position == 0 else " " * len(bullet)) + piece, style)]
    elif isinstance(block, Equation):
        yield from _equation(block, width)
    elif isinstance(block, Given):
        rows = [[Span(f"{name} = {_TEXT.value(number.value)}"), Span(text)] for name, number, text in block.rows]
        yield [Span(block.title, "bold")]
        widest = width_of([row[0].text for row in rows])
        for line in grid(rows, [Track(widest), Track(max(width - widest - 4, 10))], gap=2):
            yield [Span(" " * _INDENT), *line]
    else:
        yield from _rows(block, width)


def folded(text: str, width: int) -> list[str]:
    """A text in lines, broken at spaces and between Chinese characters, but before no mark of punctuation."""
    pieces = [""]
    for word in _WORD.findall(text):
        joined = pieces[-1] + word
        if width_of([joined.rstrip()]) <= width:
            pieces[-1] = joined
        else:
            pieces += fold(word, width)
    return [piece.rstrip() for piece in pieces if piece.strip()]


def _equation(block: Equation, width: int) -> Iterator[Line]:
    """The formula, then the values put in and what they come to, each behind an equals sign below the first."""
    number = block.number
    sides = []
    if number.operator or number.name:
        formula = _TEXT.expression(number, named=True)
        sides.append([formula])
    chain = [_TEXT.expression(line, named=False) for line in working(number)]
    result = _TEXT.value(number.value)
    if chain and sides and chain[0] == sides[0][0]:
        sides = []
    note = f"  ({block.note})" if block.note else ""
    sides.append([*(chain if chain[-1:] != [result] else chain[:-1]), result + note])
    left = block.symbol
    room = max(width - _INDENT - width_of([left]) - 3, 20)
    lines = [line for side in sides for line in _joined(side, room)]
    for position, (text, begins) in enumerate(lines, start=1):
        shown = _result(text, note) if position == len(lines) else [Span(text)]
        yield [Span(" " * _INDENT + left + (" = " if begins else "   ")), *shown]
        left = " " * width_of([block.symbol])


def _result(text: str, note: str) -> list[Span]:
    """The last line, whose figure stands out."""
    note = note if note and text.endswith(note) else ""
    head, equals, figure = text.removesuffix(note).rpartition(" = ")
    return [Span(head + equals), Span(figure, "bold"), Span(note, "dim")]


def _joined(parts: list[str], room: int) -> list[tuple[str, bool]]:
    """The parts of a chain of equations in as few lines as they fit, broken before an equals sign where that is
    possible; with each line whether an equals sign stands before it.
    """
    texts = [parts[0]]
    for part in parts[1:]:
        joined = f"{texts[-1]} = {part}"
        if width_of([joined]) <= room:
            texts[-1] = joined
        else:
            texts.append(part)
    return [(piece, position == 0) for text in texts for position, piece in enumerate(fold(text, room))]


def _rows(block: Rows, width: int) -> Iterator[Line]:
    names = min(width_of([name for name, _ in block.rows]), _WIDEST_NAME, width // 3)
    rows = [[Span(name), Span("   ".join(map(short, equations)))] for name, equations in block.rows]
    for line in grid(rows, [Track(names), Track(max(width - names - 4, 20))], gap=2):
        yield [Span(" " * _INDENT), *line]


def short(equation: Equation, notation: Notation = _TEXT) -> str:
    """An equation on one line: the values put in, and the result."""
    number = equation.number
    result = notation.value(number.value)
    figures = f"{notation.expression(number, named=False)} = {result}" if number.operator else result
    return f"{equation.symbol} = {figures}" + (f" {equation.note}" if equation.note else "")
