"""Files of answers in every format, and files that nobody should send."""

import json

import pytest

from cnncalc.errors import printable
from cnncalc.homework.entries import MOST_ANSWERS, SubmissionError
from cnncalc.homework.submissions import read_submissions, submissions_from


def read(text, suffix, student="file"):
    data = text if isinstance(text, bytes) else text.encode()
    return submissions_from(data, "source", suffix, student)


def entries(text, suffix):
    """What each entry answers and its text, of the one student in a file."""
    (submission,) = read(text, suffix)
    return [
        (entry.reference if entry.quantity is None else (entry.layer, entry.quantity), entry.text)
        for entry in submission.entries
    ]


LONG = [(("conv1", "output"), "96x55x55"), (("conv1", "params"), "34,944")]

SAME = {
    ".csv": [
        'layer,quantity,answer\nconv1,output,96x55x55\nconv1,params,"34,944"\n',
        "layer,quantity,answer\nconv1,output,96x55x55\nconv1,params,34,944\n",
        "Layer;Quantity;Your answer\r\nconv1;output;96x55x55\r\nconv1;params;34,944\r\n",
        "layer\tquantity\tanswer\nconv1\toutput\t96x55x55\nconv1\tparams\t34,944",
        'conv1,output,96x55x55\nconv1,params,"34,944"\n',
        "层,量,答案\nconv1,output,96x55x55\nconv1,params,34,944\n",
        'layer,output,params\nconv1,96x55x55,"34,944"\n',
        '\ufefflayer,type,output,params\nconv1,Conv2d,96x55x55,"34,944"\n',
    ],
    ".md": [
        "| layer | output | params |\n|:--|--:|--:|\n| conv1 | 96x55x55 | 34,944 |\n",
        "# Homework\n\nlayer | type | output | params\n--- | --- | --- | ---\n"
        "`conv1` | Conv2d | 96x55x55 | **34,944**\n",
        "| layer | quantity | answer |\n|---|---|---|\n| conv1 | output | 96x55x55 |\n\ntext\n\n"
        "| layer | quantity | answer |\n|---|---|---|\n| conv1 | params | 34,944 |\n",
    ],
    ".json": [
        json.dumps({"answers": {"conv1": {"output": "96x55x55", "params": "34,944"}}}),
        json.dumps({"conv1": {"output": "96x55x55", "params": "34,944"}}),
        json.dumps(
            [
                {"layer": "conv1", "quantity": "output", "answer": "96x55x55"},
                {"layer": "conv1", "quantity": "params", "answer": "34,944"},
            ]
        ),
        json.dumps({"layers": [{"name": "conv1", "type": "Conv2d", "output": "96x55x55", "params": "34,944"}]}),
    ],
}


@pytest.mark.parametrize(("suffix", "text"), [(suffix, text) for suffix, texts in SAME.items() for text in texts])
def test_the_same_answers_in_every_format(suffix, text):
    assert entries(text, suffix) == LONG
    if suffix != ".csv" or "layer" in text:
        assert entries(text, "") == LONG


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".csv", "question,answer\nq1,55x55\nq2,416"),
        (".csv", "q1,55x55\nq2,416"),
        (".csv", "#,answer\nq1,55x55\nq2,416"),
        (".csv", "题号,答案\nq1,55x55\nq2,416"),
        (".json", '{"answers": {"q1": "55x55", "q2": 416}}'),
        (".json", '{"q1": "55x55", "q2": 416}'),
        (".json", '[{"id": "q1", "answer": "55x55"}, {"id": "q2", "answer": 416}]'),
        (".md", "| question | answer |\n|-|-|\n| q1 | 55x55 |\n| q2 | 416 |"),
        (".md", "## q1\n\nHow large?\n\nAnswer: 55x55\n\n## q2\n\n**Answer:** 416\n"),
        (".md", "## Question q1\n\nAnswer: 55x55……\n\n## 第 q2 题\n\n答：416 ____\n"),
    ],
)
def test_answers_by_question(suffix, text):
    assert entries(text, suffix) == [("q1", "55x55"), ("q2", "416")]


def test_numbers_of_json_keep_their_spelling():
    text = '{"answers": {"a": 2.90e4, "b": 123456789012345678901234567890, "c": [6, 28, 28], "d": null}}'
    assert entries(text, ".json") == [
        ("a", "2.90e4"),
        ("b", "123456789012345678901234567890"),
        ("c", "(6, 28, 28)"),
        ("d", ""),
    ]


def test_who_it_is_from():
    assert read('{"student": "Ada", "answers": {"q": 1}}', ".json")[0].student == "Ada"
    assert read("# student: Ada\nquestion,answer\nq,1", ".csv")[0].student == "Ada"
    assert read("**Name:** Ada\n\n| question | answer |\n|-|-|\n| q | 1 |", ".md")[0].student == "Ada"
    assert read("姓名：小明\n\n| 题号 | 答案 |\n|-|-|\n| q | 1 |", ".md")[0].student == "小明"
    assert read("q,1\nr,2", ".csv", student="ada_7")[0].student == "ada_7"
    hidden = read('{"student": "A\\u202ed\\na\\u0007", "answers": {"q": 1}}', ".json")[0].student
    assert hidden.isprintable()
    assert len(read(json.dumps({"student": "x" * 10_000, "answers": {"q": 1}}), ".json")[0].student) == 100


def test_several_students_in_one_file():
    form = read("Timestamp,Student,conv1.output,conv1.params\n1,Ada,6x28x28,156\n2,Bo,6x28x28,\n", ".csv")
    assert [(s.student, [(e.reference, e.text) for e in s.entries]) for s in form] == [
        ("Ada", [("conv1.output", "6x28x28"), ("conv1.params", "156")]),
        ("Bo", [("conv1.output", "6x28x28"), ("conv1.params", "")]),
    ]
    papers = read('[{"student": "Ada", "answers": {"q": 1}}, {"student": "Bo", "answers": {"q": 2, "r": 3}}]', ".json")
    assert [(s.student, len(s.entries)) for s in papers] == [("Ada", 1), ("Bo", 2)]
    long = read("student,question,answer\nAda,q,1\nBo,q,2\nAda,r,3\n", ".csv")
    assert [(s.student, len(s.entries)) for s in long] == [("Ada", 2), ("Bo", 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_encodings_that_spreadsheets_write(encoding):
    data = "姓名,conv1.params\r\n小明,156\r\n".encode(encoding)
    (submission,) = submissions_from(data, "s", ".csv", "file")
    assert submission.student == "小明"
    assert submission.entries[0].text == "156"


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        (b"", ".csv", "holds no answers"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\xfd", ".csv", "not a text file"),
        (b"a,b\n\x00,1", ".csv", "not a text file"),
        ("{", ".json", "line 1, column 2: not valid JSON"),
        ("[" * 100_000, ".json", "nested too deeply"),
        ('{"answers": 3}', ".json", "$.answers: expected an object or a list of answers"),
        ('{"answers": {"a": {"b": {"c": 1}}}}', ".json", "$.answers.a.b: expected a number, a text or a list of sizes"),
        ('{"answers": {"a": [[1]]}}', ".json", "$.answers.a: expected a number, a text or a list of sizes"),
        ('"text"', ".json", "expected an object of answers"),
        ('[{"answers": {"q": 1}}]', ".json", '$[0]: one of several papers needs a "student"'),
        ("no table here", ".md", "holds no table"),
        ("| a | b |\n|" + "-" * 5000 + "x", ".md", "holds no table"),
        ("|a|b|\n|-|-|\n\n" * 2000, ".md", "more than 1,000 tables"),
        ("\t" * 500_000, "", "holds no answers"),
        ("red,green,blue,grey\n1,2,3,4", ".csv", "line 1: no column is headed layer, question or answer"),
        ("layer,output,params\nconv1,96x55x55,34,944", ".csv", "line 2: 4 cells under 3 headings"),
        ("layer,answer\nconv1,1", ".csv", "line 2: an answer needs a question, or a layer and a quantity"),
        ("question,answer\n" + "q,1\n" * (MOST_ANSWERS + 1), ".csv", f"more than {MOST_ANSWERS:,} rows"),
        (json.dumps([{"id": "q", "answer": 1}] * (MOST_ANSWERS + 1)), ".json", f"more than {MOST_ANSWERS:,} answers"),
        ('{"answers": {"a": ' + "9" * 100_000 + "}}", ".json", None),
        ("question,answer\nq," + "9" * 200_000, ".csv", "not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_read(text, suffix, message):
    if message is None:
        assert read(text, suffix)
        return
    with pytest.raises(SubmissionError) as caught:
        read(text, suffix)
    assert message in str(caught.value)


def test_a_million_rows_are_refused_early(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("question,answer\n" + "q,1\n" * 1_000_000)
    with pytest.raises(SubmissionError, match="more than 200,000 lines"):
        read_submissions(str(path))


def test_a_file_too_large_or_not_there(tmp_path):
    path = tmp_path / "large.csv"
    path.write_bytes(b"1" * (16 * 2**20 + 1))
    with pytest.raises(SubmissionError, match="larger than 16 MiB"):
        read_submissions(str(path))
    rest = b"\na,1\nb,2\n"
    path.write_bytes(b" " * (16 * 2**20 - len(rest)) + rest)
    assert [entry.text for entry in read_submissions(str(path))[0].entries] == ["1", "2"]
    nothing = str(tmp_path / "noth\x1bing.csv")
    with pytest.raises(SubmissionError) as caught:
        read_submissions(nothing)
    assert str(caught.value) == f"{printable(nothing)}: no such file"
    assert "\x1b" not in str(caught.value)
    with pytest.raises(SubmissionError, match="is a directory"):
        read_submissions(str(tmp_path))


def test_what_a_file_is_called_says_its_format_and_the_student(tmp_path):
    (tmp_path / "ada.Csv").write_text("[a],1\n{b},2")
    (submission,) = read_submissions(str(tmp_path / "ada.Csv"))
    assert (submission.source, submission.student) == (str(tmp_path / "ada.Csv"), "ada")
    assert [entry.reference for entry in submission.entries] == ["[a]", "{b}"]
    (tmp_path / "bo.MD").write_text('{"q": 1}')
    with pytest.raises(SubmissionError, match=r"^.*bo\.MD: holds no table, and no line that begins with Answer:$"):
        read_submissions(str(tmp_path / "bo.MD"))


def test_what_a_file_says_besides():
    (submission,) = read('{"student": true, "spec": "alexnet", "answers": {"q": 1}}', ".json")
    assert (submission.student, submission.about["spec"]) == ("True", "alexnet")


ANSWERS = [("1a", "96x55x55"), ("1b", "34,944")]


@pytest.mark.parametrize(
    "text",
    [
        'Homework 3: convolution,,\n,,\nquestion,answer,\n1a,96x55x55,\n1b,"34,944",\n,,\n',
        "sep=;\r\nquestion;answer\r\n1a;96x55x55\r\n1b;34,944\r\n",
        "题号，答案\n1a，96x55x55\n1b，34,944\n",
        "# week 3\nquestion,answer,,,\n1a,96x55x55,,,\n1b,34,944,,\n",
    ],
)
def test_what_spreadsheets_write_around_a_table(text):
    assert entries(text, ".csv") == ANSWERS


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("姓名：张伟\n题号,答案\n1a,96x55x55\n", "gb18030"),
        ("姓名,张伟\n题号,答案\n1a,96x55x55\n", "utf-16"),
        ("姓名,学号,题号,答案\n张伟,7,1a,96x55x55\n", "utf-8-sig"),
        ("Email Address,Name,1a\nz@example.org,张伟,96x55x55\n", "utf-8"),
    ],
)
def test_the_student_beside_or_above_a_table(text, encoding):
    (submission,) = read(text.encode(encoding), ".csv")
    assert submission.student == "张伟"
    assert [(entry.reference, entry.text) for entry in submission.entries] == [("1a", "96x55x55")]


def test_a_times_sign_in_windows_1252():
    assert entries('question,answer\n1a,96×55×55\n1b,"34,944"\n'.encode("cp1252"), ".csv") == [
        ("1a", "96×55×55"),
        ("1b", "34,944"),
    ]


def test_merged_cells_hold_for_the_rows_below():
    text = "student,layer,quantity,answer\nAda,conv1,output,96x55x55\n,,params,1\n,,params,2\nBo,,params,3\n"
    found = {
        submission.student: [(entry.layer, entry.quantity, entry.text) for entry in submission.entries]
        for submission in read(text, ".csv")
    }
    assert found == {
        "Ada": [("conv1", "output", "96x55x55"), ("conv1", "params", "1"), ("", "params", "2")],
        "Bo": [("", "params", "3")],
    }


def test_json_that_is_called_csv():
    assert entries(json.dumps({"1a": "96x55x55", "1b": "34,944"}), ".csv") == ANSWERS
