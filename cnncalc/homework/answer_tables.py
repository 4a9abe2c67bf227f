"""Tables of answers under headings, whatever format they were read from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnncalc.homework.entries import LONGEST_CELL, Entries, Entry, SubmissionError
from cnncalc.homework.quantities import find_quantity

_MOST_COLUMNS = 500

_ROLES = {
    **dict.fromkeys(("layer", "layername", "层", "层名", "name"), "layer"),
    **dict.fromkeys(("quantity", "what", "ask", "asked", "量", "所求", "求"), "quantity"),
    **dict.fromkeys(("answer", "youranswer", "value", "result", "solution", "答案", "你的答案", "回答"), "answer"),
    **dict.fromkeys(("question", "questionid", "id", "no", "nr", "number", "q", "题号", "题目", "item"), "reference"),
    **dict.fromkeys(("student", "studentname", "studentid", "姓名", "学生", "学号", "email"), "student"),
}
_IGNORED = frozenset(
    ("type", "settings", "points", "score", "inputs", "input", "timestamp", "类型", "备注", "分值", "notes")
)


def _role(heading: str) -> str | None:
    if heading.strip() == "#":
        return "reference"
    return _ROLES.get(re.sub(r"[\W_]", "", heading.lower()))


def table(rows: Sequence[Sequence[str]], first_line: int, delimiter: str) -> Entries:
    """The answers in a table under a heading; two or three columns without one are question and answer."""
    rows = [row for row in rows if any(cell.strip() for cell in row)] if len(rows) < 3 else rows
    if not rows:
        return
    header = [cell.strip() for cell in rows[0]]
    if len(header) > _MOST_COLUMNS:
        raise SubmissionError(f"more than {_MOST_COLUMNS} columns")
    start = 1
    roles = [_role(heading) for heading in header]
    if not any(roles) and len(header) in (2, 3):
        header = ["question", "answer"] if len(header) == 2 else ["layer", "quantity", "answer"]
        start = 0
    elif not any(roles) and not any(map(find_quantity, header)):
        raise SubmissionError(f"line {first_line}: no column is headed layer, question or answer")
    for index, row in enumerate(rows[start:], start=start):
        if not any(cell.strip() for cell in row):
            continue
        cells = list(row)
        if len(cells) > len(header):
            if _role(header[-1]) != "answer":
                extra = f"{len(cells)} cells under {len(header)} headings; an answer with a comma needs quotes"
                if any(cell.strip() for cell in cells[len(header) :]):
                    raise SubmissionError(f"line {first_line + index}: {extra}")
            else:
                cells[len(header) - 1 :] = [delimiter.join(cells[len(header) - 1 :])]
        yield from entries_of(header, cells, f"line {first_line + index}")


def entries_of(header: Sequence[str], cells: Sequence[str], where: str) -> Entries:
    """The answers of one row: one under "answer", or one under each heading that names a quantity or a question."""
    named: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for heading, cell in zip(header, cells, strict=False):
        role = _role(heading)
        text = cell.strip()
        if len(text) > LONGEST_CELL:
            text = text[:LONGEST_CELL]
        if role and role not in named:
            named[role] = text
        elif heading:
            others.append((heading, text))
    student = named.get("student", "")
    if "answer" in named:
        quantity, layer = named.get("quantity"), named.get("layer")
        reference = named.get("reference") if not quantity else None
        if reference is None and quantity is None:
            raise SubmissionError(f"{where}: an answer needs a question, or a layer and a quantity")
        yield student, Entry(named["answer"], where, reference, layer, quantity)
        return
    for heading, text in others:
        if find_quantity(heading) and "layer" in named:
            yield student, Entry(text, where, layer=named["layer"], quantity=heading)
        elif "layer" not in named and re.sub(r"[\W_]", "", heading.lower()) not in _IGNORED:
            yield student, Entry(text, where, reference=heading)
