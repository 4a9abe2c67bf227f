"""Explanations as an HTML page that needs nothing besides itself: formulas in MathML, colours for light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from cnncalc.homework.document import Block, Document, Equation, Given, Heading, Paragraph
from cnncalc.homework.reduction import lines as working
from cnncalc.report.notation import MathML

_MATHML = MathML()
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #e3e7ee; --page: #f6f7fa; --card: #ffffff;
  --accent: #2458c6; --tint: #eef3fd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf2; --soft: #9aa6b8; --line: #2c3442; --page: #12161d; --card: #1a202a; --accent: #8db4ff;
    --tint: #1f2a3d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 17px/1.6 "Source Sans 3", "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
    sans-serif; }
main { max-width: 54rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.5rem 1.2rem;
  margin: 1.25rem 0; }
h2 { font-size: 1.15rem; margin: 0 0 .6rem; color: var(--accent); }
h3 { font-size: 1rem; margin: 1rem 0 .4rem; }
p { margin: .45rem 0; }
.lead { color: var(--soft); margin: 0 0 1rem; overflow-wrap: anywhere; }
.why { border-left: 3px solid var(--accent); background: var(--tint); padding: .3rem .8rem; margin: .35rem 0;
  border-radius: 0 6px 6px 0; }
.source { color: var(--soft); font-size: .85rem; margin-top: .8rem; }
.scroll { overflow-x: auto; }
math { font-size: 1.1rem; font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math, serif; }
table { border-collapse: collapse; }
table.equation td { padding: .2rem .3rem; vertical-align: middle; white-space: nowrap; }
table.equation td:first-child { text-align: right; }
table.equation tr.result td:last-child { font-weight: 600; }
table.equation tr.result mn { font-weight: 700; }
.note { color: var(--soft); padding-left: .6rem; font-weight: 400; }
table.given td { padding: .12rem .9rem .12rem 0; }
table.given td:last-child { color: var(--soft); }
table.rows { width: 100%; }
table.rows td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
table.rows td:first-child { font-weight: 600; width: 1%; }
table.rows td span + span:not(.note) { margin-left: 1.6rem; }
table.rows tr:last-child td { border-bottom: 0; }
@media print { body { background: none; } section { break-inside: avoid; } }
"""


def html(document: Document) -> str:
    """The explanation as a page."""
    head = (
        f'<!doctype html>\n<html lang="{escape(document.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
    parts = [f"<h1>{escape(document.title)}</h1>"]
    is_open = False
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 2:
            parts.append("</section>\n<section>" if is_open else "<section>")
            is_open = True
        parts += _block(block, lead=not is_open)
    return head + "\n".join(parts) + ("\n</section>" if is_open else "") + "\n</main>\n</body>\n</html>"


def _block(block: Block, *, lead: bool) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    elif isinstance(block, Paragraph):
        kind = "lead" if lead else block.kind
        yield f'<p class="{kind}">{escape(block.text)}</p>'
    elif isinstance(block, Equation):
        yield f'<div class="scroll">{_equation(block)}</div>'
    elif isinstance(block, Given):
        rows = "".join(
            f"<tr><td>{_math(_MATHML.symbol(name) + '<mo>=</mo>' + _MATHML.value(number.value))}</td>"
            f"<td>{escape(text)}</td></tr>"
            for name, number, text in block.rows
        )
        yield f'<section><h2>{escape(block.title)}</h2><table class="given">{rows}</table></section>'
    else:
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{''.join(map(_cell, equations))}</td></tr>"
            for name, equations in block.rows
        )
        yield f'<div class="scroll"><table class="rows">{rows}</table></div>'


def _math(content: str) -> str:
    return f'<math display="inline" displaystyle="true"><mrow>{content}</mrow></math>'


def _equation(block: Equation) -> str:
    number = block.number
    sides = []
    if number.operator or number.name:
        sides.append(_MATHML.expression(number, named=True))
    sides += [_MATHML.expression(line, named=False) for line in working(number)]
    sides.append(_MATHML.value(number.value))
    sides = [side for position, side in enumerate(sides) if position == 0 or side != sides[position - 1]]
    left = escape(block.symbol) if block.is_word else _math(_MATHML.symbol(block.symbol))
    rows = []
    for position, side in enumerate(sides):
        last = position == len(sides) - 1
        note = f'<span class="note">{escape(block.note)}</span>' if last and block.note else ""
        kind = ' class="result"' if last else ""
        rows.append(f"<tr{kind}><td>{'' if position else left}</td><td>=</td><td>{_math(side)}{note}</td></tr>")
    return f'<table class="equation">{"".join(rows)}</table>'


def _cell(equation: Equation) -> str:
    number = equation.number
    sides = [_MATHML.symbol(equation.symbol)]
    if number.operator:
        sides.append(_MATHML.expression(number, named=False))
    content = "<mo>=</mo>".join([*sides, _MATHML.value(number.value)])
    note = f'<span class="note">{escape(equation.note)}</span>' if equation.note else ""
    return f"<span>{_math(content)}{note}</span>"
