"""A formula with its sizes, its conditions and how it grows, for a terminal, a paper or a program."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any

import sympy

from cnncalc.design.closed_form import Formula
from cnncalc.design.conditions import strongest
from cnncalc.design.growth import growths, leading_term
from cnncalc.design.quantities import TOTALS
from cnncalc.report.grid import Line, Span, Track, fold, grid, width_of
from cnncalc.report.symbolic import latex, latex_condition, python, text


def formula_lines(formula: Formula, width: int, *, growth: bool = True) -> list[Line]:
    """The formula, the sizes that it names, where it holds, and what each symbol costs."""
    lines = _equation(formula.quantity, text(formula.short), width, "bold")
    for name, size in formula.sizes.items():
        lines += _equation(f"  {name}", text(size), width, "")
    if not formula.short.is_number:
        lines += _prose(_here(formula), width, "dim")
    lines += _where([formula], width)
    if growth and formula.quantity.rpartition(".")[2] in TOTALS and not formula.short.is_number:
        lines += [[], *_growth(formula, width)]
    return lines


def layer_lines(formulas: Sequence[Formula], width: int) -> list[Line]:
    """A line a layer, and below them the sizes that they name and where they hold. Figures that are 0 are left out."""
    shown = [formula for formula in formulas if formula.short != 0]
    names = width_of([formula.quantity for formula in shown])
    lines: list[Line] = []
    for formula in shown:
        lines += _equation(formula.quantity.ljust(names), text(formula.short), width, "")
    sizes = {name: size for formula in shown for name, size in formula.sizes.items()}
    lines += [[]] if sizes else []
    for name, size in sizes.items():
        lines += _equation(f"  {name}", text(size), width, "")
    return [*lines, *_where(shown, width)]


def separate_lines(formulas: Sequence[Formula], width: int) -> list[Line]:
    """Each formula as :func:`formula_lines` has it, with an empty line between."""
    lines: list[Line] = []
    for position, formula in enumerate(formulas):
        lines += [*([[]] if position else []), *formula_lines(formula, width)]
    return lines


def gaps_lines(unknown: Sequence[str], left_out: Sequence[str], width: int) -> list[Line]:
    """Which figures are not known, and which names could be no symbols."""
    lines: list[Line] = []
    if unknown:
        lines += [[], *_prose(f"not known: {', '.join(unknown)}", width, "")]
    if left_out:
        left = ", ".join(left_out)
        lines += [[], *_prose(f"not symbols, since they decide how the network is built: {left}", width, "")]
    return lines


def _here(formula: Formula) -> str:
    """The figure at the values of the spec, by the symbols that it depends on."""
    names = {found.name for found in formula.expression.free_symbols}
    here = ", ".join(f"{name} = {value}" for name, value in formula.here.items() if name in names)
    return f"{formula.value:,} at {here}" + ("" if formula.holds() else ", where the formula does not hold")


def _where(formulas: Sequence[Formula], width: int) -> list[Line]:
    conditions = _conditions(formulas)
    sentences = [text(condition) for condition in conditions if condition != sympy.true]
    sentences += ["every size is at least 1"] if len(sentences) < len(conditions) else []
    return _prose(f"where {'; '.join(sentences)}", width, "dim") if sentences else []


def _conditions(formulas: Sequence[Formula]) -> list[Any]:
    """The conditions of some formulas, each once, with the names of their sizes."""
    named = {size: name for formula in formulas for name, size in formula.sizes.items()}
    conditions = strongest([condition for formula in formulas for condition in formula.conditions])
    return [condition.xreplace(named) for condition in conditions]


def _equation(name: str, right: str, width: int, style: str) -> list[Line]:
    """A name and what it is, folded behind the equals sign at the signs of the sum."""
    head = f"{name} = "
    pieces = _broken(right, max(width - len(head), 24))
    return [[Span(head if index == 0 else " " * len(head), style), Span(piece)] for index, piece in enumerate(pieces)]


def _broken(sum_text: str, width: int) -> list[str]:
    """A sum in lines, each of which begins with a sign."""
    lines = [""]
    for term in sum_text.replace(" + ", "\n+ ").replace(" − ", "\n− ").split("\n"):
        joined = f"{lines[-1]} {term}" if lines[-1] else term
        if len(joined) > width and lines[-1]:
            lines.append(term)
        else:
            lines[-1] = joined
    return [piece for line in lines for piece in fold(line, width)]


def _prose(sentence: str, width: int, style: str) -> list[Line]:
    return grid([[Span(sentence, style)]], [Track(width)], gap=0)


def _growth(formula: Formula, width: int) -> list[Line]:
    rows = [[Span(head, "bold") for head in ("symbol", "here", "1% more costs", "one more costs", "grows with")]]
    for found in growths(formula):
        if found.symbol not in formula.expression.free_symbols:
            continue
        rows.append(
            [
                Span(found.symbol.name),
                Span(str(found.here)),
                Span(_percent(found.elasticity)),
                Span(_about(found.slope)),
                Span(_power(found.symbol.name, found.degree)),
            ]
        )
    tracks = [Track(width_of([row[place].text for row in rows]), right=0 < place < 4) for place in range(5)]
    lines = grid(rows, tracks, gap=2)
    leading = leading_term(formula)
    if leading is not None:
        lines += [[], *_prose(f"for large values {formula.quantity} ≈ {text(leading)}", width, "")]
    return lines


def _percent(share: float) -> str:
    """With two decimals, or two digits where those are zero."""
    digits = 2 if abs(share) >= 0.01 or not share else 1 - floor(log10(abs(share)))
    return f"{share:+.{digits}f}%".replace("-", "−")


def _about(slope: float) -> str:
    digits = f"{slope:,.0f}" if abs(slope) >= 10 or slope == int(slope) else f"{slope:,.2f}"
    return digits.replace("-", "−")


def _power(name: str, degree: Any) -> str:
    if degree is None:
        return ""
    return "" if degree == 0 else text(sympy.Symbol(name) ** int(degree))


def latex_text(formulas: Sequence[Formula]) -> str:
    """The formulas as one aligned block, below them the sizes that they name and where they hold."""
    lines = [rf"\mathrm{{{_escaped(formula.quantity)}}} &= {latex(formula.short)}" for formula in formulas]
    sizes = {name: size for formula in formulas for name, size in formula.sizes.items()}
    lines += [f"{latex(name)} &= {latex(size)}" for name, size in sizes.items()]
    conditions = [condition for condition in _conditions(formulas) if condition != sympy.true]
    heads = [r"\text{where } & ", *["& "] * len(conditions)]
    lines += [head + latex_condition(condition) for head, condition in zip(heads, conditions, strict=False)]
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"


def _escaped(name: str) -> str:
    return name.replace("_", r"\_").replace(" ", r"\ ")


def python_text(formulas: Sequence[Formula]) -> str:
    """A Python function for each formula; its arguments default to the values at the reference point."""
    functions = []
    for formula in formulas:
        body = [f"    {name} = {python(size)}" for name, size in formula.sizes.items()]
        body.append(f"    return {python(formula.short)}")
        arguments = ", ".join(f"{_identifier(name)}={_literal(value)}" for name, value in formula.here.items())
        where = "; ".join(map(python, formula.conditions))
        head = [f"def {_identifier(formula.quantity)}({arguments}):"]
        head += [f'    """Holds where {where}."""'] if where else []
        functions.append("\n".join([*head, *body]))
    code = "\n\n\n".join(functions)
    imports = [
        line
        for word, line in (("Fraction(", "from fractions import Fraction"), ("gcd(", "from math import gcd"))
        if word in code
    ]
    return "\n".join(imports) + ("\n\n\n" if imports else "") + code


def _identifier(name: str) -> str:
    found = "".join(character if character.isalnum() else "_" for character in name)
    return found if not found[:1].isdigit() else f"_{found}"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"Fraction({value.numerator}, {value.denominator})"
