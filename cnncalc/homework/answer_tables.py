"""Tables of answers under headings, whatever format they were read from."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.homework.entries import LONGEST_CELL, Entries, Entry, SubmissionError
from cnncalc.homework.quantities import bare, find_quantity

_MOST_COLUMNS = 500
_MOST_TITLES = 20
"""How many rows may stand above a table's heading."""
_NAMED = frozenset(("student", "name", "姓名", "学生", "学号"))

_ROLES = {
    **dict.fromkeys(("layer", "layername", "层", "层名", "name"), "layer"),
    **dict.fromkeys(("quantity", "what", "ask", "asked", "量", "所求", "求"), "quantity"),
    **dict.fromkeys(("answer", "youranswer", "value", "result", "solution", "答案", "你的答案", "回答"), "answer"),
    **dict.fromkeys(("question", "questionid", "id", "no", "nr", "number", "q", "题号", "题目", "item"), "reference"),
    **dict.fromkeys(("student", "studentname", "fullname", "username", "studentid"), "student"),
    **dict.fromkeys(("姓名", "学生", "学号", "email", "emailaddress"), "student"),
}
_IGNORED = frozenset(
    ("type", "settings", "points", "score", "inputs", "input", "timestamp", "类型", "备注", "分值", "notes")
)


def _role(heading: str) -> str | None:
    if heading.strip() == "#":
        return "reference"
    return _ROLES.get(bare(heading))


def table(rows: Sequence[Sequence[str]], first_line: int, delimiter: str) -> Entries:
    """The answers in a table under a heading, which may have titles above it; two or three columns without one are
    question and answer. A student or a layer holds for the rows below that leave it blank, as merged cells do.
    """
    if not any(cell.strip() for row in rows for cell in row):
        return
    top, titled = _heading(rows)
    header = [cell.strip() for cell in rows[top]]
    while header and not header[-1]:
        header.pop()
    if len(header) > _MOST_COLUMNS:
        raise SubmissionError(f"more than {_MOST_COLUMNS} columns")
    start = top + 1
    roles = _roles_in(header)
    if not any(roles) and len(header) in (2, 3):
        roles = ["reference", "answer"] if len(header) == 2 else ["layer", "quantity", "answer"]
        start = top
    elif not any(roles) and not any(map(find_quantity, header)):
        raise SubmissionError(f"line {first_line}: no column is headed layer, question or answer")
    merged = _Merged(roles, titled)
    for index, row in enumerate(rows[start:], start=start):
        if not any(cell.strip() for cell in row):
            continue
        cells = list(row)
        last = len(header) - 1
        if any(cell.strip() for cell in cells[len(header) :]):
            if roles[-1] != "answer":
                extra = f"{len(cells)} cells under {len(header)} headings; an answer with a comma needs quotes"
                raise SubmissionError(f"line {first_line + index}: {extra}")
            cells[last:] = [delimiter.join(cells[last:]).rstrip(f"{delimiter} ")]
        for student, entry in entries_of(header, merged.filled(cells), f"line {first_line + index}", roles):
            yield student or titled, entry


def _heading(rows: Sequence[Sequence[str]]) -> tuple[int, str]:
    """Which row is the heading, and the student whom a title above it names."""
    for index, row in enumerate(rows[:_MOST_TITLES]):
        roles = [_role(cell) for cell in row]
        if "answer" in roles or ("layer" in roles and any(map(find_quantity, row))):
            titles = [[cell.strip() for cell in title if cell.strip()] for title in rows[:index]]
            named = [title[1] for title in titles if len(title) == 2 and title[0].strip(":：").lower() in _NAMED]
            return index, named[0] if named else ""
    return 0, ""


def _roles_in(header: Sequence[str]) -> list[str | None]:
    """What each column holds. "Name" is a student's where no column tells of layers, and one column names students."""
    roles = [_role(heading) for heading in header]
    if "answer" not in roles and not any(map(find_quantity, header)):
        roles = ["student" if heading.lower() == "name" else role
                 for role, heading in zip(roles, header, strict=True)]  # fmt: skip
    students = [place for place, role in enumerate(roles) if role == "student"]
    chosen = next((place for place in students if "name" in header[place].lower()), students[0] if students else None)
    return ["ignored" if role == "student" and place != chosen else role for place, role in enumerate(roles)]


class _Merged:
    """Rows of which some leave a student or a layer to the row above."""

    def __init__(self, roles: Sequence[str | None], student: str) -> None:
        self.places = {role: place for place, role in enumerate(roles)}
        self.student, self.layer = student, ""
        self.answered: set[tuple[str, str, str]] = set()

    def filled(self, cells: list[str]) -> list[str]:
        """The row with what is merged into it. A layer's quantity that is there already is another's, the network's."""
        student, layer, quantity = (self.places.get(role) for role in ("student", "layer", "quantity"))
        if student is not None and student < len(cells):
            if cells[student].strip() and cells[student] != self.student:
                self.student, self.layer = cells[student], ""
            cells[student] = self.student
        if layer is not None and quantity is not None and max(layer, quantity) < len(cells):
            asked = cells[quantity].strip().lower()
            if cells[layer].strip():
                self.layer = cells[layer]
            elif (self.student, self.layer, asked) not in self.answered:
                cells[layer] = self.layer
            self.answered.add((self.student, cells[layer], asked))
        return cells


def entries_of(
    header: Sequence[str], cells: Sequence[str], where: str, roles: Sequence[str | None] | None = None
) -> Entries:
    """The answers of one row: one under "answer", or one under each heading that names a quantity or a question."""
    named: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for heading, cell, role in zip(header, cells, roles or _roles_in(header), strict=False):
        text = cell.strip()[:LONGEST_CELL]
        if role:
            named.setdefault(role, text)
        elif heading:
            others.append((heading, text))
    student = named.get("student", "")
    if "answer" in named:
        quantity, layer = named.get("quantity"), named.get("layer")
        reference = named.get("reference") if not quantity else None
        if reference is None and quantity is None:
            raise SubmissionError(f"{where}: an answer needs a question, or a layer and a quantity")
        yield student, Entry(named["answer"], where, reference, layer, None if reference else quantity)
        return
    for heading, text in others:
        if find_quantity(heading) and "layer" in named:
            yield student, Entry(text, where, layer=named["layer"], quantity=heading)
        elif "layer" not in named and bare(heading) not in _IGNORED:
            yield student, Entry(text, where, reference=heading)
