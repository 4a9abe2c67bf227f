"""Tables of plain values."""

import csv
import io

from cnncalc.report.records import Records

TABLE = Records(
    ("name", "params", "fits", "note"), [("a|b", 1234567, True, None), ("=SUM(A1)", None, False, 'say "x", y')]
)


def test_csv_is_read_back():
    rows = list(csv.DictReader(io.StringIO(TABLE.as_csv())))
    assert rows == [
        {"name": "a|b", "params": "1234567", "fits": "true", "note": ""},
        {"name": "'=SUM(A1)", "params": "", "fits": "false", "note": 'say "x", y'},
    ]


def test_markdown_has_numbers_at_the_right():
    assert TABLE.as_markdown().splitlines() == [
        "| name | params | fits | note |",
        "|:---|---:|:---|:---|",
        "| a\\|b | 1,234,567 | true |  |",
        '| =SUM(A1) |  | false | say "x", y |',
    ]


def test_objects():
    assert TABLE.as_objects()[0] == {"name": "a|b", "params": 1234567, "fits": True, "note": None}


def test_an_empty_table_has_its_head():
    empty = Records(("a", "b"), [])
    assert empty.as_csv() == "a,b"
    assert empty.as_markdown() == "| a | b |\n|:---|:---|"
