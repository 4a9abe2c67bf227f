"""What a sweep found: counts, the first rows, a front with its picture, and why points are illegal."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from cnncalc.analysis.vocabulary import heading
from cnncalc.design.block import ILLEGAL, Block
from cnncalc.design.frame import frame
from cnncalc.design.survey import Survey
from cnncalc.errors import CnncalcError
from cnncalc.report.grid import Line, Span, Track, grid, width_of
from cnncalc.report.numbers import abbreviated, exact
from cnncalc.report.records import Records
from cnncalc.report.scatter import scatter
from cnncalc.report.table import prose
from cnncalc.safe_text import json_text, no_formula

_MOST_REASONS = 3
_HEIGHT = 18


def lines(survey: Survey, top: int, width: int, output: str | None) -> list[Line]:
    """All of it for a terminal."""
    asked, rows = survey.asked, survey.rows
    count = len(rows) if rows is not None else 0
    head = f"{asked.setting.network.name}: {_points_text(survey.points)}"
    head += f", {survey.points - survey.legal:,} of them illegal" if survey.legal < survey.points else ""
    head += f", {survey.met:,} where {asked.condition.text}" if asked.condition else ""
    head += f"; {count:,} on the front" if survey.objectives else ""
    found = prose(head, width, "bold")
    if rows is not None and count:
        table = rows.take(slice(0, top))
        found += _table(table, survey, width)
        if count > top or (not survey.objectives and survey.met > len(table)):
            total = count if survey.objectives else survey.met
            found += prose(f"{len(table)} of {total:,} rows; --top shows more", width, "dim")
    if len(survey.objectives) > 1 and count and survey.beside is not None:
        found += [[], *_picture(survey, width)]
    for name, times in (+survey.without).items():
        why = "it is not known of a layer, or the layer is not there"
        found += prose(f"{name} has no value at {_points_text(times)}, left out: {why}", width, "yellow")
    if survey.reasons:
        found.append([])
        reasons = _by_layer(survey)
        for times, sentence, alike in reasons[:_MOST_REASONS]:
            such = ", such as" if alike else ""
            found += prose(f"illegal  {_points_text(times)}{such}: {sentence}", width, "yellow")
        if len(reasons) > _MOST_REASONS:
            found += prose(f"and {len(reasons) - _MOST_REASONS:,} reasons more", width, "dim")
    if output:
        found += [[], *prose(f"written to {output}", width)]
    return found


def _by_layer(survey: Survey) -> list[tuple[int, str, bool]]:
    """How many points each condition makes illegal, a sentence, and whether there are others with other numbers."""
    alike: dict[str, list[tuple[str, int]]] = {}
    for sentence, times in survey.reasons.most_common():
        alike.setdefault(sentence.partition('": ')[0], []).append((sentence, times))
    found = [(sum(times for _, times in those), those[0][0], len(those) > 1) for those in alike.values()]
    return sorted(found, key=lambda reason: -reason[0])


def _table(rows: Block, survey: Survey, width: int) -> list[Line]:
    names = [*survey.asked.names, *(name for name in _shown(survey) if name not in survey.asked.names)]
    columns = rows.variables | rows.quantities
    head = [[Span(heading(name), "bold") for name in names]]
    values = [[None] * len(rows) if columns[name] is None else columns[name] for name in names]
    for number in (exact, abbreviated):
        cells = head + [[Span(_text(value, number)) for value in row] for row in zip(*values, strict=True)]
        tracks = [Track(width_of([row[place].text for row in cells]), right=True) for place in range(len(names))]
        if sum(track.width + 2 for track in tracks) - 2 <= width:
            break
    return grid(cells, tracks, gap=2)


def _shown(survey: Survey) -> list[str]:
    """The quantities that were asked for, and those that rows are chosen or ordered by."""
    also = [ordered.name for ordered in (*survey.objectives, *([survey.sort] if survey.sort else []))]
    return list(dict.fromkeys([*survey.asked.shown, *also]))


def _text(value: Any, number: Callable[[int], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
    return str(bool(value)).lower() if str(value) in ("True", "False") else number(int(value))


def _picture(survey: Survey, width: int) -> list[Line]:
    first, second = survey.objectives[:2]
    x, y, best, _ = _points(survey)
    return scatter(x, y, best, (first.name, second.name), min(width, 100), _HEIGHT)


def _points_text(count: int) -> str:
    return f"{count:,} point{'' if count == 1 else 's'}"


def _points(survey: Survey) -> tuple[list[float], list[float], list[bool], list[Block]]:
    """The points to draw, those of the front last."""
    assert survey.rows is not None
    assert survey.beside is not None
    blocks = [survey.beside, survey.rows]
    columns = [block.variables | block.quantities for block in blocks]
    x, y = ([float(v) for found in columns for v in found[each.name]] for each in survey.objectives[:2])
    return x, y, [False] * len(survey.beside) + [True] * len(survey.rows), blocks


def html_page(survey: Survey) -> str:
    """The points over two figures as a page. Raises CnncalcError where there are none."""
    from cnncalc.report.scatter_html import page

    if survey.rows is None or not len(survey.rows):
        raise CnncalcError("no point is left to draw")
    _, _, best, blocks = _points(survey)
    names = [*survey.asked.names, *_shown(survey)]
    rows = [
        {name: _plain((block.variables | block.quantities)[name][place]) for name in names}
        for block in blocks
        for place in range(len(block))
    ]
    first, second = survey.objectives[:2]
    name = survey.asked.setting.network.name
    caption = f"{survey.points:,} points, {survey.met:,} of them counted, {len(survey.rows):,} on the front"
    if survey.asked.condition:
        caption += f"; where {survey.asked.condition.text}"
    return page(f"{name}: {second.name} over {first.name}", caption, rows, best, (first.name, second.name))


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return float(value)
    return bool(value) if str(value) in ("True", "False") else int(value)


def _frame(survey: Survey, top: int) -> Any:
    if survey.rows is None:
        raise CnncalcError("no point is left")
    return frame(survey.rows.take(slice(0, top)), survey.asked).drop(columns=ILLEGAL, errors="ignore")


def as_csv(survey: Survey, top: int) -> str:
    """The first rows as CSV."""
    rows = _frame(survey, top)
    text: str = rows.to_csv(index=False, header=list(map(no_formula, rows.columns)), lineterminator="\n")
    return text.rstrip("\n")


def as_markdown(survey: Survey, top: int) -> str:
    """The first rows as a table, exact."""
    rows = json.loads(_frame(survey, top).to_json(orient="values"))
    names = [*survey.asked.names, *(name for name in _shown(survey) if name not in survey.asked.names)]
    return Records(tuple(map(heading, names)), rows).as_markdown()


def as_json(survey: Survey, top: int) -> str:
    """The counts and the first rows as one object."""
    rows: Sequence[Any] = json.loads(_frame(survey, top).to_json(orient="records"))
    counts = {"points": survey.points, "legal": survey.legal, "met": survey.met}
    document = {"name": survey.asked.setting.network.name, **counts, "rows": rows, "illegal": dict(survey.reasons)}
    return json_text(document)
