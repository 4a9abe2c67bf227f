"""The formats of files of answers: JSON, CSV, and Markdown with tables or ``Answer:`` lines.

Each reader takes a text and gives what the file says of itself, and its answers.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import Any, TypeAlias

from cnncalc.homework.answer_tables import entries_of, table
from cnncalc.homework.entries import LONGEST_CELL, MOST_ANSWERS, Entries, Entry, SubmissionError

MOST_LINES = 10 * MOST_ANSWERS
_MOST_TABLES = 1_000
_MOST_GUESSED_FROM = 100_000

Reader: TypeAlias = Callable[[str], tuple[dict[str, Any], Entries]]


def from_json(text: str) -> tuple[dict[str, Any], Entries]:
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        reason = f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at")
        raise SubmissionError(f"{place}: not valid JSON: {reason}") from None
    except RecursionError:
        raise SubmissionError("nested too deeply") from None
    if isinstance(document, list):
        return {}, _papers(document) if any("answers" in _object(item) for item in document) else _json_entries(
            document, "$"
        )
    if not isinstance(document, dict):
        raise SubmissionError("$: expected an object of answers")
    answers, where = document.get("answers"), "$.answers"
    if answers is None and "layers" in document:
        totals = dict(_object(document.get("totals")), layer="total")
        answers, where = [*_listed(document["layers"]), totals], "$.layers"
    about = {key: value for key, value in document.items() if key not in ("answers", "layers", "totals")}
    if answers is None:
        answers, where, about = document, "$", {}
        about = {key: answers[key] for key in ("student", "name", "spec", "key") if isinstance(answers.get(key), str)}
        answers = {key: value for key, value in document.items() if key not in about}
    about.setdefault("student", about.get("name"))
    if isinstance(about.get("spec"), dict):
        about["spec"] = _with_numbers(text)["spec"]
    return about, _json_entries(answers, where)


def _papers(documents: list[Any]) -> Entries:
    """The answers of several students, an object each."""
    for index, item in enumerate(_limited(documents)):
        document = _object(item)
        student = document.get("student", document.get("name"))
        if not isinstance(student, str) or not student:
            raise SubmissionError(f'$[{index}]: one of several papers needs a "student"')
        for _, entry in _json_entries(document.get("answers"), f"$[{index}].answers"):
            yield student, entry


def _with_numbers(text: str) -> Any:
    """The document with its numbers as numbers, as a spec within it needs them."""
    try:
        return json.loads(text)
    except ValueError:
        raise SubmissionError("holds a number with too many digits") from None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _json_entries(answers: Any, where: str) -> Entries:
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
        cells = {key: _text(value, place) for key, value in item.items() if _is_answer(value)}
        yield from entries_of(list(cells), list(cells.values()), place)


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


def from_csv(text: str) -> tuple[dict[str, Any], Entries]:
    about: dict[str, Any] = {}
    lines = _lines(text)
    first = 0
    while first < len(lines):
        match = _ABOUT.match(lines[first])
        is_remark = lines[first].lstrip('" ').startswith("#") or _SEPARATOR.match(lines[first])
        if lines[first].strip(" ,;\t") and not match and not is_remark:
            break
        if match:
            about[_ABOUT_NAMES[match[1].lower()]] = match[2].strip(' ,;\t"')
        elif re.match(r'["\s]*#\s*[,;\t]', lines[first]):
            break
        first += 1
    body = "\n".join(lines[first:])
    header, _, _ = body.partition("\n")
    told = _SEPARATOR.match(lines[0]) if lines else None
    delimiter = told[1] if told else max(",;\t|，；", key=header.count)
    try:
        rows = _csv_rows(csv.reader(io.StringIO(body), delimiter=delimiter, strict=False))
        return about, table(rows, first + 1, delimiter)
    except csv.Error as error:
        raise SubmissionError(f"not valid CSV: {error}") from None


def _csv_rows(reader: Iterator[list[str]]) -> list[list[str]]:
    rows = []
    for row in reader:
        rows.append(row)
        if len(rows) > MOST_ANSWERS:
            raise SubmissionError(f"more than {MOST_ANSWERS:,} rows")
    return rows


def from_markdown(text: str) -> tuple[dict[str, Any], Entries]:
    about: dict[str, Any] = {}
    tables: list[tuple[int, list[list[str]]]] = []
    lines = _lines(text)
    index = 0
    while index < len(lines):
        match = _ABOUT.match(lines[index])
        if match:
            about.setdefault(_ABOUT_NAMES[match[1].lower()], match[2].strip().strip("*_` "))
        if "|" in lines[index] and index + 1 < len(lines) and _is_rule(lines[index + 1]):
            below = list(takewhile(lambda line: "|" in line, lines[index + 2 :]))
            if len(below) > MOST_ANSWERS:
                raise SubmissionError(f"more than {MOST_ANSWERS:,} rows")
            tables.append((index + 1, [_pipes(lines[index]), [], *map(_pipes, below)]))
            index += len(below) + 2
            if len(tables) > _MOST_TABLES:
                raise SubmissionError(f"more than {_MOST_TABLES:,} tables")
        else:
            index += 1
    written = list(_written_answers(lines))
    if not tables and not written:
        raise SubmissionError("holds no table, and no line that begins with Answer:")

    def entries() -> Entries:
        for start, rows in tables:
            yield from table(rows, start, "|")
        yield from written

    return about, entries()


def _written_answers(lines: Sequence[str]) -> Entries:
    """The answers of a sheet: a line ``Answer: …`` under a heading ``Question 3``, or one that names what is asked."""
    reference = ""
    for number, line in enumerate(lines, start=1):
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
    cells = re.split(r"(?<!\\)\|", line.removeprefix("|"))
    return [re.sub(r"\\([\\`*_\[\]<>|~])", r"\1", cell).strip().strip("*`").strip() for cell in cells]


_ABOUT_NAMES = {
    **dict.fromkeys(("student", "name", "姓名", "学生", "学号"), "student"),
    **dict.fromkeys(("spec", "network", "网络"), "spec"),
    "key": "key",
}
_ABOUT = re.compile(
    rf"[\s#>*_\-\"]{{0,20}}({'|'.join(_ABOUT_NAMES)})[\s*_]{{0,5}}[:：][\s*_]{{0,5}}(.{{1,300}})", re.IGNORECASE
)


_SEPARATOR = re.compile(r"sep=([,;\t|])[,;\t|\s]*$", re.IGNORECASE)
"""The line by which spreadsheets tell each other what stands between cells."""

_FORMATS = {
    ".json": from_json,
    ".csv": from_csv,
    ".tsv": from_csv,
    ".md": from_markdown,
    ".markdown": from_markdown,
}


def form_of(suffix: str, text: str) -> Reader:
    """The reader of a format, by a file's suffix, or else by what its text looks like."""
    if suffix in _FORMATS and not (text.lstrip()[:1] == "{" and _FORMATS[suffix] is from_csv):
        return _FORMATS[suffix]
    if text.lstrip()[:1] in ("{", "["):
        return from_json
    lines = text[:_MOST_GUESSED_FROM].splitlines()
    is_markdown = any(("|" in line and _is_rule(line)) or _ANSWER.match(line) for line in lines)
    return from_markdown if is_markdown else from_csv


def _is_rule(line: str) -> bool:
    """Whether a line is the rule below a table's heading, ``|---|:-:|``."""
    return "-" in line and set(line) <= set("|:- \t")


def _lines(text: str) -> list[str]:
    """The lines of a file of no more lines than may be."""
    if text.count("\n") > MOST_LINES:
        raise SubmissionError(f"more than {MOST_LINES:,} lines")
    return text.splitlines()
