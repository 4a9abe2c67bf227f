"""What each format of a file of answers may hold around its answers, and how tables are headed."""

import json

import pytest

from cnncalc.homework.answer_files import MOST_LINES, form_of, from_csv, from_json, from_markdown
from cnncalc.homework.answer_tables import table
from cnncalc.homework.entries import LONGEST_CELL, MOST_ANSWERS, SubmissionError
from cnncalc.homework.submissions import clean_name, submissions_from


def read(reader, text):
    """What a file says of itself, and (student, question or layer and quantity, text) of each answer."""
    about, entries = reader(text if isinstance(text, str) else json.dumps(text))
    return about, [
        (student, entry.reference if entry.quantity is None else (entry.layer, entry.quantity), entry.text)
        for student, entry in entries
    ]


@pytest.mark.parametrize(
    ("document", "about", "answers"),
    [
        ({"answers": {"a": 1}, "spec": "x", "week": 3}, {"spec": "x", "week": "3", "student": None}, [("", "a", "1")]),
        ({"answers": {"a": 1}, "name": "Ada"}, {"name": "Ada", "student": "Ada"}, [("", "a", "1")]),
        ({"answers": {"a": 1}, "name": "x", "student": "Ada"}, {"name": "x", "student": "Ada"}, [("", "a", "1")]),
        ({"a": 1, "student": "Ada", "key": "k"}, {"student": "Ada", "key": "k"}, [("", "a", "1")]),
        ({"a": 1, "spec": "s", "name": "Bo"}, {"spec": "s", "name": "Bo", "student": "Bo"}, [("", "a", "1")]),
        ({"a": 1, "name": True}, {"student": None}, [("", "a", "1"), ("", "name", "True")]),
        (
            {"layers": [{"name": "c", "params": 5}], "totals": {"macs": 7}, "spec": "s"},
            {"spec": "s", "student": None},
            [("", ("c", "params"), "5"), ("", ("total", "macs"), "7")],
        ),
        ({"layers": 3, "totals": 4}, {"student": None}, []),
        ({"c": {"params": 5, "output": [1, 2]}}, {"student": None}, [
            ("", ("c", "params"), "5"), ("", ("c", "output"), "(1, 2)"),
        ]),
        ({"answers": {"a": True, "b": None, "c": "x"}}, {"student": None}, [
            ("", "a", "True"), ("", "b", ""), ("", "c", "x"),
        ]),
        ([{"layer": "c", "params": 5, "more": {"a": 1}, "output": [1, 2], "deep": [[1]]}], {}, [
            ("", ("c", "params"), "5"), ("", ("c", "output"), "(1, 2)"),
        ]),
        ([{"layer": "c", "output": [1, [2]], "params": None, "macs": True}], {}, [
            ("", ("c", "params"), ""), ("", ("c", "macs"), "True"),
        ]),
        ({"answers": {"a": 1}, "layers": [{"name": "c", "params": 5}]}, {"student": None}, [("", "a", "1")]),
        ('{"a": NaN, "b": -Infinity}', {"student": None}, [("", "a", "NaN"), ("", "b", "-Infinity")]),
        ({"layers": [], "totals": {"layer": "c", "macs": 7}}, {"student": None}, [("", ("total", "macs"), "7")]),
        ([{"student": "Ada", "answers": {"q": 1}}, {"name": "Bo", "answers": [{"id": "q", "answer": 2}]}], {}, [
            ("Ada", "q", "1"), ("Bo", "q", "2"),
        ]),
    ],
)  # fmt: skip
def test_json(document, about, answers):
    assert read(from_json, document) == (about, answers)


def test_a_spec_within_a_file_keeps_its_numbers():
    spec = {"input": [3, 8, 8], "layers": [{"type": "Dropout", "p": 0.25}]}
    assert read(from_json, {"spec": spec, "answers": {"a": 1}})[0]["spec"] == spec
    text = '{"spec": {"input": [' + "9" * 5000 + ']}, "answers": {"a": 1}}'
    with pytest.raises(SubmissionError, match="holds a number with too many digits"):
        from_json(text)
    named = '{"spec": "alexnet", "answers": {"a": ' + "9" * 5000 + "}}"
    assert read(from_json, named)[0]["spec"] == "alexnet"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"answers": {"c": {"params": {}}}}, "$.answers.c.params: expected a number, a text or a list of sizes"),
        ({"answers": [3]}, "$.answers[0]: expected an object with a question and an answer"),
        ([{"id": "a", "answer": 1}, 3], "$[1]: expected an object with a question and an answer"),
        ({"layers": [3]}, "$.layers[0]: expected an object with a question and an answer"),
        (
            [{"student": "Ada", "answers": {"q": 1}}, {"answers": {"q": 1}}],
            '$[1]: one of several papers needs a "student"',
        ),
        ([{"student": 3, "answers": {"q": [1, "a", {}]}}], "$[0].answers.q: expected a number, a text"),
        ([{"student": "", "answers": {"q": 1}}], '$[0]: one of several papers needs a "student"'),
        ([{"student": "Ada", "answers": 3}], "$[0].answers: expected an object or a list of answers"),
        ([{"student": "A", "answers": {}}, {"student": "B"}], "$[1].answers: expected an object or a list of answers"),
        ([{"student": ["A"], "answers": {"q": 1}}], '$[0]: one of several papers needs a "student"'),
        ([{"student": "A", "answers": {}}, "B"], '$[1]: one of several papers needs a "student"'),
        (["answers"], "$[0]: expected an object with a question and an answer"),
        ("{", "line 1, column 2: not valid JSON: expecting property name enclosed in double quotes"),
        ('{\n"a": "b', "line 2, column 6: not valid JSON: unterminated string starting"),
        ({"a": [1, [2]]}, "$.a: expected a number, a text or a list of sizes"),
        ([{"layer": "c", "answer": 1}], "$[0]: an answer needs a question, or a layer and a quantity"),
    ],
)
def test_json_that_is_refused(document, message):
    with pytest.raises(SubmissionError) as caught:
        read(from_json, document)
    assert str(caught.value).startswith(message)
    assert not str(caught.value).endswith(" at")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"answers": {"a": 1}}', "$.answers.a"),
        ('{"answers": {"c": {"params": 1}}}', "$.answers.c.params"),
        ('{"a": 1}', "$.a"),
        ('[{"id": "a", "answer": 1}]', "$[0]"),
        ('{"layers": [{"name": "c", "params": 1}]}', "$.layers[0]"),
        ('[{"student": "A", "answers": {"a": 1}}]', "$[0].answers.a"),
        ("# week\n\nquestion,answer\na,1\n", "line 4"),
        ("a,1\nb,2\n", "line 1"),
        ("\n\n| question | answer |\n|-|-|\n| a | 1 |\n", "line 5"),
        ("## a\n\nAnswer: 1\n", "line 3"),
        ("Homework,\n\nquestion,answer\na,1\n", "line 4"),
    ],
)
def test_where_an_answer_stands(text, where):
    (submission,) = submissions_from(text.encode(), "s", "", "x")
    assert submission.entries[0].where == where


A = [("", "a", "1"), ("", "b", "2")]


@pytest.mark.parametrize(
    ("text", "about", "answers"),
    [
        ("# student: Ada\n\n  \nquestion,answer\na,1\nb,2\n", {"student": "Ada"}, A),
        ('"Name: Ada",,\nspec: n,\nkey: k\nq,answer\na,1\nb,2', {"student": "Ada", "spec": "n", "key": "k"}, A),
        ("学号：7\n网络：alexnet\nquestion,answer\na,1\nb,2", {"student": "7", "spec": "alexnet"}, A),
        ("学生：小明\nquestion,answer\na,1\nb,2", {"student": "小明"}, A),
        ("姓名：小明\nnetwork: alexnet\nquestion,answer\na,1\nb,2", {"student": "小明", "spec": "alexnet"}, A),
        ("STUDENT: Ada\nname: Bo\nquestion,answer\na,1\nb,2", {"student": "Bo"}, A),
        ("# a remark\n,,,\n;\nquestion,answer\na,1\nb,2", {}, A),
        ("#,answer\na,1\nb,2", {}, A),
        ("#,points,answer\na,5,1\nb,5,2", {}, A),
        ("sep=;\na;1\nb;2", {}, A),
        ("sep=;\nquestion;answer;p,q,r,s\na;1\nb;2", {}, A),
        ("question;answer\na;28,938,112\nb;2", {}, [("", "a", "28,938,112"), ("", "b", "2")]),
        ("question??,answer\na,1\nb,2", {}, A),
        ('question,answer\na,"1\n"\nb,2', {}, A),
        ('question,answer\na,"1;\n3"\nb,2', {}, [("", "a", "1;\n3"), ("", "b", "2")]),
        ('"#",answer\na,1\nb,2', {}, A),
        ("sep=;\nquestion;answer\na;1\nb;2", {}, A),
        ("SEP=|\r\nquestion|answer\r\na|1\r\nb|2", {}, A),
        ("question|answer\na|1\nb|2", {}, A),
        ("question；answer\na；1\nb；2", {}, A),
        ("question\tanswer\na\t1\nb\t2", {}, A),
        ("question,answer\na,\nb,2", {}, [("", "a", ""), ("", "b", "2")]),
        ("question,answer\n,,\na,1,,\nb,2", {}, A),
        ("a,1\nb,2", {}, A),
        ("c,params,5\nc,output,6x7x8", {}, [("", ("c", "params"), "5"), ("", ("c", "output"), "6x7x8")]),
        ("", {}, []),
        ("# only a remark\n", {}, []),
        ("question,answer\na,28,938\nb,2", {}, [("", "a", "28,938"), ("", "b", "2")]),
        ("question;answer\na;5;6\nb;2", {}, [("", "a", "5;6"), ("", "b", "2")]),
        ("question,answer,points\na,1,5\nb,2,5", {}, A),
        ("layer,conv1.params,output\nc,5,7", {}, [("", ("c", "output"), "7")]),
        ("q,answer,answer\na,1,3\nb,2,4", {}, A),
        ("question,layer,quantity,answer\na,c,,1", {}, [("", "a", "1")]),
        ("question,layer,quantity,answer\na,c,params,1", {}, [("", ("c", "params"), "1")]),
    ],
)  # fmt: skip
def test_csv(text, about, answers):
    found, entries = read(from_csv, text)
    assert (found, entries) == (about, answers)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layer,answer\nc,1\n", "line 2: an answer needs a question, or a layer and a quantity"),
        ("w,x,y,z\n1,2,3,4", "line 1: no column is headed layer, question or answer"),
        ("# one\nw,x,y,z\n1,2,3,4", "line 2: no column is headed layer, question or answer"),
        ("layer,output\nc,1,2\n", "line 2: 3 cells under 2 headings; an answer with a comma needs quotes"),
        ("layer,answer,quantity\nc,1\n", "line 2: an answer needs a question, or a layer and a quantity"),
        ("," .join(["layer"] + ["x"] * 500) + "\nc", "more than 500 columns"),
    ],
)  # fmt: skip
def test_csv_that_is_refused(text, message):
    with pytest.raises(SubmissionError) as caught:
        read(from_csv, text)
    assert str(caught.value) == message


def test_how_much_a_file_may_hold():
    rows = "question,answer\n" + "a,1\n" * (MOST_ANSWERS - 1)
    assert len(read(from_csv, rows)[1]) == MOST_ANSWERS - 1
    with pytest.raises(SubmissionError, match=f"more than {MOST_ANSWERS:,} rows"):
        from_csv(rows + "a,1\n")
    assert len(read(from_json, {"answers": dict.fromkeys(map(str, range(MOST_ANSWERS)), 1)})[1]) == MOST_ANSWERS
    with pytest.raises(SubmissionError, match=f"more than {MOST_ANSWERS:,} answers"):
        read(from_json, {"answers": {"c": dict.fromkeys(map(str, range(MOST_ANSWERS + 1)), 1)}})
    with pytest.raises(SubmissionError, match=f"more than {MOST_ANSWERS:,} answers"):
        read(from_json, {"answers": dict.fromkeys(map(str, range(MOST_ANSWERS + 1)), 1)})
    papers = [{"student": "A", "answers": {}}] * MOST_ANSWERS
    assert read(from_json, papers) == ({}, [])
    with pytest.raises(SubmissionError, match=f"more than {MOST_ANSWERS:,} answers"):
        read(from_json, [*papers, papers[0]])
    assert read(from_csv, "\n" * (MOST_LINES - 1) + "question,answer\na,1")[1] == [("", "a", "1")]
    with pytest.raises(SubmissionError, match=f"more than {MOST_LINES:,} lines"):
        from_csv("\n" * MOST_LINES + "question,answer\na,1")
    assert len(read(from_csv, ",".join(["layer", *["params"] * 499]) + "\nc")[1]) == 0
    assert len(read(from_csv, "question,answer\na," + "9" * 5000)[1][0][2]) == LONGEST_CELL
    tables = "| question | answer |\n|-|-|\n| a | 1 |\n\n"
    assert len(read(from_markdown, tables * 1000)[1]) == 1000
    with pytest.raises(SubmissionError, match="more than 1,000 tables"):
        from_markdown(tables * 1001)
    table = "| question | answer |\n|-|-|\n" + "| a | 1 |\n" * MOST_ANSWERS
    assert len(from_markdown(table)[0]) == 0
    with pytest.raises(SubmissionError, match=f"more than {MOST_ANSWERS:,} rows"):
        from_markdown(table + "| a | 1 |\n")
    ((_, reference, text),) = read(from_markdown, "## " + "x" * 5000 + "\nAnswer: " + "9" * 5000)[1]
    assert (len(reference), len(text)) == (LONGEST_CELL - len("## "), LONGEST_CELL - len("Answer: "))


@pytest.mark.parametrize(
    ("text", "about", "answers"),
    [
        ("| question | answer |\n|---|:-:|\n| a | 1 |\n| b | 2 |\n", {}, A),
        ("question | answer\n-|-\na | 1\nb | 2\n\nafter | this\n", {}, A),
        ("Homework\n---\n\n| question | answer |\n|-|-|\n| a | 1 |\n| b | 2 |\n", {}, A),
        ("Name: Ada\nName: Bo\n\n| question | answer |\n|-|-|\n| a | 1 |\n| b | 2 |", {"student": "Ada"}, A),
        ("**Student:** *Ada*\n\n| q | answer |\n|-|-|\n| `a` | **1** |\n| b | 2 |", {"student": "Ada"}, A),
        ("| q | answer |\n|-|-|\n| a | 1\\|3 |\n| b | \\*2\\* |", {}, [("", "a", "1|3"), ("", "b", "2")]),
        ("## a\nAnswer: 1\n## b\n- **Answer**： 2 ……\n", {}, A),
        ("# Question a\n> 答案：1\n### Exercise b: sizes\n答: 2____\n", {}, A),
        ("## 第a题\nanswer: 1\n## 第 b 题（2 分）\nANSWER: 2 ....\n", {}, A),
        ("Answer: 3\n## a\nAnswer: 1\n## b\nAnswer: 2", {}, A),
        ("| q | answer |\n|-|-|\n| a | 1 |\n\n## b\nAnswer: 2", {}, A),
        ("| a | 1 |\n|-|-|\n| b | 2 |", {}, A),
        ("| question | answer |\n|-|-|", {}, []),
        ("| | |\n|-|-|\n\n| q | answer |\n|-|-|\n| a | 1 |\n| b | 2 |", {}, A),
        ("| question | answer |\n|:-\t|- |\n| a | 1 |\n| b | 2 |", {}, A),
        ("| question | answer |\n|-|-|\n| a | 1 | 3 |\n| b | 2 | |", {}, [("", "a", "1|3"), ("", "b", "2")]),
        ("| q | answer |\n|-|-|\n| a | 1\\d |\n| b | 2? |", {}, [("", "a", "1\\d"), ("", "b", "2?")]),
        ("Name: Ada\n\n| q | answer |\n|-|-|\n| a | 1 |\n| b | 2 |\n\nName: Bo", {"student": "Ada"}, A),
        ("| q | answer |\n|-|-|\n| a | 1 |\n| b | 2 |\nName: Bo", {"student": "Bo"}, A),
        ("q | answer\n-|-\na | 1\nName: b | 2", {}, [("", "a", "1"), ("", "Name: b", "2")]),
        ("q | answer\n-|-\na | 1\\|\nb | 2", {}, [("", "a", "1|"), ("", "b", "2")]),
        ("####### no heading\nAnswer: 3\n| q | answer |\n|-|-|\n| a | 1 |\n| b | 2 |", {}, A),
    ],
)
def test_markdown(text, about, answers):
    assert read(from_markdown, text) == (about, answers)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a|b\n\n1|2", "holds no table, and no line that begins with Answer:"),
        ("a|b\n|:|\n1|2", "holds no table, and no line that begins with Answer:"),
        ("| | |\n|-|-|\n| a | 1 |", "line 1: no column is headed layer, question or answer"),
    ],
)
def test_markdown_that_is_refused(text, message):
    with pytest.raises(SubmissionError) as caught:
        read(from_markdown, text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("suffix", "text", "reader"),
    [
        *((".json", "a", from_json), (".csv", "a", from_csv), (".tsv", "[1]", from_csv), (".md", "", from_markdown)),
        *((".markdown", "{", from_markdown), (".csv", ' {"a": 1}', from_json), (".csv", "[1]", from_csv)),
        *(("", '{"a": 1}', from_json), ("", " [1]", from_json), (".txt", "a,1", from_csv), ("", "", from_csv)),
        *(("", "| a |\n|---|", from_markdown), ("", "a|b\n1|2", from_csv), ("", "---\na,1", from_csv)),
        *(("", "x" * 99_997 + "\n|-", from_markdown), ("", "x" * 99_998 + "\n|-", from_csv), ("", "\na|b", from_csv)),
        *(("", "a|-b\n1|2", from_csv), ("", "-|-", from_markdown), ("", "## a\n\nAnswer: 1", from_markdown)),
    ],
)  # fmt: skip
def test_which_format_a_text_has(suffix, text, reader):
    assert form_of(suffix, text) is reader


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ([["question", "answer"], ["a", "1"], ["", ""], ["b", "2"]], A),
        ([["Week 3"], ["Name", "Ada"], ["question", "answer"], ["a", "1"], ["b", "2"]], [("Ada", *a[1:]) for a in A]),
        ([["姓名：", "小明"], ["question", "answer"], ["a", "1"]], [("小明", "a", "1")]),
        ([["Name", "Ada", "x"], ["question", "answer"], ["a", "1"]], [("", "a", "1")]),
        ([["Ada", "Name"], ["question", "answer"], ["a", "1"]], [("", "a", "1")]),
        ([["Name", "Ada", ""], ["question", "answer"], ["a", "1"]], [("Ada", "a", "1")]),
        ([["Name?", "Ada"], ["question", "answer"], ["a", "1"]], [("", "a", "1")]),
        ([["Name", "Ada"], ["Student", "Bo"], ["question", "answer"], ["a", "1"]], [("Ada", "a", "1")]),
        ([["Output size"], ["question", "answer"], ["a", "1"]], [("", "a", "1")]),
        ([["params", "macs", "flops", "week"], ["1", "2", "3", "4"]], [
            ("", "params", "1"), ("", "macs", "2"), ("", "flops", "3"), ("", "week", "4"),
        ]),
        ([["layer", "quantity", "answer"], ["", "params", "1"]], [("", ("", "params"), "1")]),
        ([["quantity", "answer", "x"], ["params", "1"]], [("", (None, "params"), "1")]),
        ([["student", "", "1a"], ["Ada", "x", "5"]], [("Ada", "1a", "5")]),
        ([["id", "no", "1a"], ["7", "8", "5"]], [("", "1a", "5")]),
        ([["x"]] * 19 + [["question", "answer"], ["a", "1"]], [("", "a", "1")]),
        ([["layer", "params", "", ""], ["c", "5"]], [("", ("c", "params"), "5")]),
        ([["title", "x"], ["layer", "params"], ["c", "5"]], [("", ("c", "params"), "5")]),
        ([["Name", "1a"], ["Ada", "5"]], [("Ada", "1a", "5")]),
        ([["layer", "1a"], ["Ada", "5"]], []),
        ([["question", "answer", "student"], ["a", "1"]], [("", "a", "1")]),
        ([["quantity", "answer", "layer"], ["params", "5"], ["macs", "6", "c"]], [
            ("", (None, "params"), "5"), ("", ("c", "macs"), "6"),
        ]),
        ([["Name", "params"], ["conv", "5"]], [("", ("conv", "params"), "5")]),
        ([["学号", "姓名", "1a"], ["7", "小明", "5"]], [("7", "1a", "5")]),
        ([["Email", "Username", "1a"], ["e", "ada", "5"]], [("ada", "1a", "5")]),
        ([["student", "question", "answer"], ["Ada", "a", "1"], ["", "b", "2"]], [("Ada", *a[1:]) for a in A]),
        ([["layer", "quantity", "answer"], ["c", "params", "1"], ["", "macs", "2"], ["", "params", "3"]], [
            ("", ("c", "params"), "1"), ("", ("c", "macs"), "2"), ("", ("", "params"), "3"),
        ]),
        ([["layer", "quantity", "answer"], ["c", "Params", "1"], ["d", "params", "2"], ["", "params", "3"]], [
            ("", ("c", "Params"), "1"), ("", ("d", "params"), "2"), ("", ("", "params"), "3"),
        ]),
        ([["student", "layer", "quantity", "answer"], ["A", "c", "params", "1"], ["B", "", "macs", "2"]], [
            ("A", ("c", "params"), "1"), ("B", ("", "macs"), "2"),
        ]),
        ([["student", "layer", "quantity", "answer"], ["A", "c", "params", "1"], ["A", "", "macs", "2"]], [
            ("A", ("c", "params"), "1"), ("A", ("c", "macs"), "2"),
        ]),
    ],
)  # fmt: skip
def test_tables(rows, answers):
    found = [
        (student, entry.reference if entry.quantity is None else (entry.layer, entry.quantity), entry.text)
        for student, entry in table(rows, 1, ",")
    ]
    assert found == answers


def test_a_heading_below_more_titles_than_there_may_be():
    with pytest.raises(SubmissionError, match=r"^line 1: no column is headed layer, question or answer$"):
        list(table([["x"]] * 20 + [["question", "answer"], ["a", "1"]], 1, ","))


@pytest.mark.parametrize("title", ["student", "Student:", "name", "姓名", "学生", "学号："])
def test_a_title_that_names_the_student(title):
    rows = [[title, "Ada"], ["question", "answer"], ["a", "1"]]
    assert [student for student, _ in table(rows, 1, ",")] == ["Ada"]


@pytest.mark.parametrize(
    ("name", "clean"),
    [("Ada", "Ada"), (" A  d\na ", "A d a"), ("A\u202eda", "A da"), ("\x07", "unnamed"), ("x" * 101, "x" * 100)],
)
def test_names(name, clean):
    assert clean_name(name) == clean


@pytest.mark.parametrize("text", ["a,1\x07", "a,1\x1a", "a,1\x0e"])
def test_control_characters_are_no_text(text):
    with pytest.raises(SubmissionError, match=r"^not a text file in UTF-8$"):
        submissions_from(text.encode(), "s", ".csv", "x")


def test_other_white_space_is_text():
    assert submissions_from(b"a,1\x0b\x0c\x1b\nb,2", "s", ".csv", "x")[0].entries[0].text.startswith("1")
