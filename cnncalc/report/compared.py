"""Networks side by side, as a person and as a program reads them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnncalc.analysis import Analysis, Row
from cnncalc.analysis.vocabulary import heading
from cnncalc.design.compare import Comparison, Pair
from cnncalc.layers.base import shape_text
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import abbreviated, exact, settings_text
from cnncalc.report.records import Records
from cnncalc.report.table import input_text, prose
from cnncalc.report.text import markdown_text

_WORDS = {"params": "parameters", "macs": "MACs", "activations": "activations", "memory": "memory"}


def compared_lines(comparison: Comparison, width: int, *, all_layers: bool = False) -> list[Line]:
    """The totals side by side, what they come to in words, and the layers that differ."""
    lines: list[Line] = []
    for letter, analysis in zip(_letters(comparison), comparison.analyses, strict=True):
        settings = "".join(f", {name} {value}" for name, value in _own_settings(comparison, analysis).items())
        title = f"{letter}  {analysis.name}: input {input_text(analysis)}, batch {analysis.batch}{settings}"
        lines += prose(title, width, "bold")
    lines += [[], *_totals(comparison)]
    lines += [[], *(line for sentence in sentences(comparison) for line in prose(sentence, width))]
    if len(comparison.analyses) == 2 or all_layers:
        for letter, pairs in zip(_letters(comparison)[1:], comparison.pairs, strict=True):
            lines += [[], *_layers(pairs, letter, width, all_layers=all_layers)]
    convention = comparison.analyses[0].counted
    return lines + prose(f"{convention.unit} by the convention {convention.name}.", width, "dim")


def sentences(comparison: Comparison) -> list[str]:
    """What each takes beside the first: ``B takes 3.6× fewer parameters and MACs for 1.25× the activations``."""
    found = []
    for place in range(1, len(comparison.analyses)):
        fewer: dict[str, list[str]] = {}
        more: dict[str, list[str]] = {}
        same = []
        for quantity, word in _WORDS.items():
            ours, theirs = comparison.figures[quantity][0], comparison.figures[quantity][place]
            if ours is None or theirs is None:
                continue
            if ours == theirs:
                same += [word] if ours else []
            elif not ours or not theirs:
                (more if theirs else fewer).setdefault("", []).append(word)
            elif theirs < ours:
                fewer.setdefault(f"{ratio_text(Fraction(ours, theirs))}× fewer", []).append(word)
            else:
                more.setdefault(f"{ratio_text(Fraction(theirs, ours))}× the", []).append(word)
        saved = _joined([f"{times or 'no'} {_joined(words)}" for times, words in fewer.items()])
        paid = _joined([f"{times} {_joined(words)}".strip() for times, words in more.items()])
        letter = _letters(comparison)[place]
        field, other = comparison.figures["receptive_field"][0], comparison.figures["receptive_field"][place]
        sight = f"both see {field} pixels" if field == other else f"it sees {other} pixels, A {field}"
        alike = f", as many {_joined(same)}" if same and (saved or paid) else ""
        takes = f"{saved} for {paid}" if saved and paid else saved or paid or "as much of everything"
        found.append(f"Beside A, {letter} takes {takes.replace('fewer memory', 'less memory')}{alike}; {sight}.")
    return found


def compared_document(comparison: Comparison) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "convention": comparison.convention,
        "unit": comparison.analyses[0].counted.unit,
        "networks": [
            {
                "name": analysis.name,
                "input": {name: list(shape) for name, shape in analysis.inputs.items()},
                "batch": analysis.batch,
                "variables": _variables(analysis),
                "totals": {quantity: values[place] for quantity, values in comparison.figures.items()},
                "ratios": {
                    quantity: _ratio(values[0], values[place]) for quantity, values in comparison.figures.items()
                },
            }
            for place, analysis in enumerate(comparison.analyses)
        ],
        "words": sentences(comparison),
        "layers": [
            [
                {"a": _row_document(pair.ours), "b": _row_document(pair.theirs), "changed": list(pair.changed)}
                for pair in pairs
            ]
            for pairs in comparison.pairs
        ],
    }


def compared_markdown(comparison: Comparison) -> str:
    """The totals as a table, and the sentences."""
    names = [markdown_text(analysis.name) for analysis in comparison.analyses]
    rows = [(heading(quantity), *map(_known, values)) for quantity, values in comparison.figures.items()]
    table = Records(("", *(analysis.name for analysis in comparison.analyses)), rows).as_markdown()
    letters = ", ".join(f"{letter} is {name}" for letter, name in zip(_letters(comparison), names, strict=True))
    return "\n".join([table, "", f"{letters}.", *sentences(comparison)])


def compared_table(comparison: Comparison) -> Records:
    """A row a network, its totals in columns."""
    analyses = comparison.analyses
    columns = ("name", "input", "batch", *comparison.figures)
    rows = [
        (
            analysis.name,
            input_text(analysis),
            analysis.batch,
            *(values[place] for values in comparison.figures.values()),
        )
        for place, analysis in enumerate(analyses)
    ]
    return Records(columns, rows)


def ratio_text(ratio: Fraction) -> str:
    """``3.6``, ``1.25``, ``12.4``: three digits, rounded half up; more where it would round to 1."""
    digits = 2 if ratio < 10 else 1 if ratio < 100 else 0
    while round(ratio, digits) == 1 != ratio and digits < 6:
        digits += 1
    scaled = (ratio * 10**digits + Fraction(1, 2)) // 1
    text = f"{scaled // 10**digits:,}"
    decimals = f"{scaled % 10**digits:0{digits}d}".rstrip("0") if digits else ""
    return f"{text}.{decimals}" if decimals else text


def _own_settings(comparison: Comparison, analysis: Analysis) -> dict[str, Any]:
    """The values of variables in which networks of one name differ."""
    alike = [_variables(other) for other in comparison.analyses if other.name == analysis.name]
    return {
        name: value for name, value in _variables(analysis).items() if any(other.get(name) != value for other in alike)
    }


def _variables(analysis: Analysis) -> dict[str, Any]:
    """The variables of the spec with their values, as they are stated."""
    return {} if analysis.network is None else dict(analysis.network.variables)


def _ratio(ours: int | None, theirs: int | None) -> float | None:
    return theirs / ours if ours and theirs is not None else None


def _known(value: int | None) -> int | str:
    return "not known" if value is None else value


def _exact(value: int | None) -> str:
    return "not known" if value is None else exact(value)


def _letters(comparison: Comparison) -> list[str]:
    return [chr(ord("A") + place) if place < 26 else str(place + 1) for place in range(len(comparison.analyses))]


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _totals(comparison: Comparison) -> list[Line]:
    letters = _letters(comparison)
    head = ["", *letters, *(f"{letter}/A" for letter in letters[1:])]
    rows = []
    for quantity, values in comparison.figures.items():
        if any(values):
            known = [(values[0], value) for value in values[1:]]
            ratios = [f"{ratio_text(Fraction(value, of))}×" if of and value is not None else "" for of, value in known]
            rows.append([heading(quantity), *map(_exact, values), *ratios])
    tracks = [Track(width_of(texts), right=place > 0) for place, texts in enumerate(zip(head, *rows, strict=True))]
    return grid([[Span(text, "bold") for text in head], *([Span(text) for text in row] for row in rows)], tracks, gap=2)


def _layers(pairs: Sequence[Pair], letter: str, width: int, *, all_layers: bool) -> list[Line]:
    """The layers that differ, and how many are alike."""
    shown = [pair for pair in pairs if all_layers or pair.changed]
    alike = len(pairs) - len(shown)
    head = ["layer", "A", letter, "params A", letter, "MACs A", letter]
    rows = []
    for pair in shown:
        names = [row.name for row in (pair.ours, pair.theirs) if row is not None]
        sides = [_layer_text(pair.ours), _layer_text(pair.theirs)]
        if not pair.changed or (sides[0] == sides[1] and sides[0]):
            sides[1] = "the same"
        counts = [
            "" if row is None else "?" if quantity in row.unknown else abbreviated(getattr(row, quantity))
            for quantity in ("params", "macs")
            for row in (pair.ours, pair.theirs)
        ]
        rows.append([" / ".join(dict.fromkeys(names)), *sides, *counts])
    if not rows:
        return prose(f"All {alike} layers are alike.", width)
    widths = [width_of(texts) for texts in zip(head, *rows, strict=True)]
    room = width - sum(widths[3:]) - 6
    widths[0] = min(widths[0], max(room // 4, 8))
    for place in (1, 2):
        widths[place] = min(widths[place], max((room - widths[0]) // 2, 10))
    tracks = [Track(column, right=place > 2) for place, column in enumerate(widths)]
    body = [[Span(text) for text in row] for row in rows]
    lines = grid([[Span(text, "bold") for text in head], *body], tracks, gap=1)
    others = f"{alike} other layer{' is' if alike == 1 else 's are'} alike."
    return lines + (prose(others, width, "dim") if alike else [])


def _layer_text(row: Row | None) -> str:
    if row is None:
        return "–"
    return f"{row.type} {settings_text(row.layer)}".rstrip() + f" {shape_text(row.output_shape)}"


def _row_document(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    fields = ("name", "type", "params", "buffers", "macs", "flops", "activations")
    figures = {field: None if field in row.unknown else getattr(row, field) for field in fields}
    return figures | {"output_shape": list(row.output_shape)}
