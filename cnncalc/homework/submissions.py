"""Answer files: JSON, CSV or filled-in Markdown tables, to answers by student and question.

Nothing in a file is run. What a file may hold is bounded, and what cannot be read raises one clear error.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from cnncalc.errors import CnncalcError, printable
from cnncalc.homework.quantities import find_quantity
from cnncalc.spec.loading import contents, unreadable

LARGEST_FILE = 16 * 2**20
MOST_ANSWERS = 20_000
LONGEST_CELL = 2_000
_LONGEST_NAME = 100
_MOST_COLUMNS = 500


class SubmissionError(CnncalcError):
    """A file of answers that cannot be read: its name, the place in it, and why."""


class Entry(Struct, frozen=True):
    """One answer as it stands in a file: its question, as a reference or as layer and quantity, the text and the place.

    ``layer`` and ``quantity`` are None where the reference says it all (``conv1.params``, or a question's name).
    """

    text: str
    where: str
    reference: str | None = None
    layer: str | None = None
    quantity: str | None = None


class Submission(Struct, frozen=True):
    """One student's answers, and what the file says besides (``spec``, ``input``)."""

    student: str
    source: str
    entries: tuple[Entry, ...]
    about: dict[str, Any] = {}


def read_submissions(path: str) -> list[Submission]:
    """The submissions in a file: one, or one a student where it has a column of students.

    The suffix says which format it is; without a known one the text does. Raises SubmissionError.
    """
    source = printable(path)
    try:
        data = contents(path, LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SubmissionError(f"{source}: no such file") from None
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{source}: {unreadable(error)}") from None
    try:
        return submissions_from(data, source, Path(path).suffix.lower(), Path(path).stem)
    except SubmissionError as error:
        raise SubmissionError(f"{source}: {error}") from None


def submissions_from(data: bytes, source: str, suffix: str, student: str) -> list[Submission]:
    """The submissions in a file's bytes; ``student`` where it names none. Raises SubmissionError without the name."""
    if len(data) > LARGEST_FILE:
        raise SubmissionError(f"larger than {LARGEST_FILE // 2**20} MiB, too large for answers")
    text = _decoded(data)
    form = _FORMATS.get(suffix) or _guessed(text)
    about, rows = form(text)
    found: dict[str, list[Entry]] = {}
    for name, entry in rows:
        found.setdefault(clean_name(name or str(about.get("student") or student)), []).append(entry)
    if not found:
        raise SubmissionError("holds no answers")
    return [Submission(name, source, tuple(entries), about) for name, entries in found.items()]


def clean_name(name: str) -> str:
    """A student's name in one line of ordinary length, without control characters."""
    text = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(text.split())[:_LONGEST_NAME] or "unnamed"


def _decoded(data: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 with its mark, or in the Chinese encoding that spreadsheets write."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SubmissionError("not a text file in UTF-8")


_Rows = Iterator[tuple[str, Entry]]


def _json(text: str) -> tuple[dict[str, Any], _Rows]:
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SubmissionError(f"{place}: not valid JSON: {error.msg[0].lower()}{error.msg[1:]}") from None
    except RecursionError:
        raise SubmissionError("nested too deeply") from None
    if isinstance(document, list):
        return {}, _json_entries(document, "$")
    if not isinstance(document, dict):
        raise SubmissionError("$: expected an object of answers")
    answers, where = document.get("answers"), "$.answers"
    if answers is None and "layers" in document:
        answers, where = (
            [*_listed(document["layers"]), {"layer": "total", **_object(document.get("totals"))}],
            "$.layers",
        )
    about = {key: value for key, value in document.items() if key not in ("answers", "layers", "totals")}
    if answers is None:
        answers, where, about = document, "$", {}
        about = {key: answers[key] for key in ("student", "name", "spec", "key") if isinstance(answers.get(key), str)}
        answers = {key: value for key, value in document.items() if key not in about}
    about.setdefault("student", about.get("name"))
    return about, _json_entries(answers, where)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _json_entries(answers: Any, where: str) -> _Rows:
    if isinstance(answers, dict):
        for key, value in _limited(answers.items()):
            if isinstance(value, dict):
                for quantity, answer in _limited(value.items()):
                    place = f"{where}.{key}.{quantity}"
                    yield "", Entry(_text(answer, place), place, layer=key, quantity=quantity)
            else:
                yield "", Entry(_text(value, f"{where}.{key}"), f"{where}.{key}", reference=key)
        return
    if not isinstance(answers, list):
        raise SubmissionError(f"{where}: expected an object or a list of answers")
    for index, item in enumerate(_limited(answers)):
        place = f"{where}[{index}]"
        if not isinstance(item, dict):
            raise SubmissionError(f"{place}: expected an object with a question and an answer")
        cells = {str(key): _text(value, place) for key, value in item.items() if _is_answer(value)}
        yield from _row(list(cells), list(cells.values()), place)


def _is_answer(value: Any) -> bool:
    return not isinstance(value, dict) and not (
        isinstance(value, list) and any(isinstance(v, (list, dict)) for v in value)
    )


def _limited(items: Any) -> Any:
    if len(items) > MOST_ANSWERS:
        raise SubmissionError(f"more than {MOST_ANSWERS:,} answers")
    return items


def _text(value: Any, where: str) -> str:
    """An answer's text; numbers keep the spelling that they have in the file, which the parser was told to leave."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return f"({', '.join(value)})"
    if isinstance(value, (str, bool)):
        return str(value)
    raise SubmissionError(f"{where}: expected a number, a text or a list of sizes")


def _csv(text: str) -> tuple[dict[str, Any], _Rows]:
    about: dict[str, Any] = {}
    lines = text.splitlines()
    first = 0
    while first < len(lines) and (not lines[first].strip(" ,;\t") or lines[first].lstrip('" ').startswith("#")):
        match = _ABOUT.match(lines[first])
        if match:
            about[_ABOUT_NAMES[match[1].lower()]] = match[2].strip(' ,;\t"')
        elif re.match(r'["\s]*#\s*[,;\t]', lines[first]):
            break
        first += 1
    body = "\n".join(lines[first:])
    header = lines[first] if first < len(lines) else ""
    delimiter = max(",;\t|", key=header.count)
    try:
        rows = _csv_rows(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=False))
        return about, _table(rows, first + 1, delimiter)
    except csv.Error as error:
        raise SubmissionError(f"not valid CSV: {error}") from None


def _csv_rows(reader: Iterator[list[str]]) -> list[list[str]]:
    rows = []
    for row in reader:
        rows.append(row)
        if len(rows) > MOST_ANSWERS:
            raise SubmissionError(f"more than {MOST_ANSWERS:,} rows")
    return rows


def _markdown(text: str) -> tuple[dict[str, Any], _Rows]:
    about: dict[str, Any] = {}
    tables: list[tuple[int, list[list[str]]]] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        match = _ABOUT.match(lines[index])
        if match:
            about.setdefault(_ABOUT_NAMES[match[1].lower()], match[2].strip().strip("*_` "))
        ruled = index + 1 < len(lines) and re.fullmatch(r"\s*\|?(\s*:?-+:?\s*\|?)+\s*", lines[index + 1][:LONGEST_CELL])
        if "|" in lines[index] and ruled:
            rows = [_pipes(lines[index])]
            start, index = index + 1, index + 2
            while index < len(lines) and "|" in lines[index] and len(rows) <= MOST_ANSWERS:
                rows.append(_pipes(lines[index]))
                index += 1
            tables.append((start, rows))
        else:
            index += 1
    written = list(_written_answers(lines))
    if not tables and not written:
        raise SubmissionError("holds no table, and no line that begins with Answer:")

    def entries() -> _Rows:
        for start, rows in tables:
            yield from _table(rows, start, "|")
        yield from written

    return about, entries()


def _written_answers(lines: Sequence[str]) -> _Rows:
    """The answers of a sheet: a line ``Answer: …`` under a heading ``Question 3``, or one that names what is asked."""
    reference = ""
    for number, line in enumerate(lines[: 10 * MOST_ANSWERS], start=1):
        heading = _HEADING.match(line[:LONGEST_CELL])
        answer = _ANSWER.match(line[:LONGEST_CELL])
        if heading:
            reference = heading[1] or heading[2] or heading[3].strip()
        elif answer and reference:
            yield "", Entry(_BLANKS.sub("", answer[1]).strip(), f"line {number}", reference=reference)


_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?:(?:Question|Exercise)\s+(\w+)|第\s*(\w+?)\s*题|(.+))", re.IGNORECASE)
_ANSWER = re.compile(r"[\s*_>-]{0,8}(?:Answer|答案|答)[\s*_]{0,4}[:：][\s*_]{0,4}(.*)", re.IGNORECASE)
_BLANKS = re.compile(r"…+|\.{4,}|_{3,}|\*\*")


def _pipes(line: str) -> list[str]:
    line = line.strip()
    cells = re.split(r"(?<!\\)\|", line.removeprefix("|").removesuffix("|"))
    return [re.sub(r"\\([\\`*_\[\]<>|~])", r"\1", cell).strip().strip("*`").strip() for cell in cells]


_ABOUT_NAMES = {
    **dict.fromkeys(("student", "name", "姓名", "学生", "学号"), "student"),
    **dict.fromkeys(("spec", "network", "网络"), "spec"),
    "key": "key",
}
_ABOUT = re.compile(
    rf"[\s#>*_\-\"]{{0,20}}({'|'.join(_ABOUT_NAMES)})[\s*_]{{0,5}}[:：][\s*_]{{0,5}}(.{{1,300}})", re.IGNORECASE
)

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


def _table(rows: Sequence[Sequence[str]], first_line: int, delimiter: str) -> _Rows:
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
        yield from _row(header, cells, f"line {first_line + index}")


def _row(header: Sequence[str], cells: Sequence[str], where: str) -> _Rows:
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


_FORMATS = {
    ".json": _json,
    ".csv": _csv,
    ".tsv": _csv,
    ".md": _markdown,
    ".markdown": _markdown,
}


def _guessed(text: str) -> Any:
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _json
    return _markdown if re.search(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*\|", text[:100_000], re.MULTILINE) else _csv


def about_shape(about: Mapping[str, Any]) -> Any:
    """The ``input`` that a file states, as sizes."""
    stated = about.get("input")
    if isinstance(stated, list) and all(isinstance(size, str) and size.isdigit() for size in stated):
        return [int(size) for size in stated]
    return None
