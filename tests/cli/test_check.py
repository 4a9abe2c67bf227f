"""cnncalc check: one paper, a class, and files that nobody should send."""

import csv
import io
import json
import os
import re
from html.parser import HTMLParser

import pytest
from command_line import cnncalc

KEY = {
    "title": "Week 1",
    "spec": "lenet5",
    "questions": [
        {"id": "q1", "layer": "C1", "quantity": "output", "points": 2},
        {"id": "q2", "layer": "C1", "quantity": "params"},
        {"id": "q3", "layer": "total", "quantity": "macs"},
    ],
}
"""6×28×28; (5·5·1 + 1)·6 = 156; 117,600 + 150,000 + 48,000 + 10,080 + … as cnncalc analyze lenet5 prints."""
RIGHT = "question,answer\nq1,6x28x28\nq2,156\n"


@pytest.fixture
def room(tmp_path):
    (tmp_path / "key.json").write_text(json.dumps(KEY))
    return tmp_path


def check(room, *arguments, **settings):
    return cnncalc("check", *arguments, cwd=room, **settings)


def test_all_right(room):
    (room / "ada.csv").write_text("layer,output,params\nC1,6x28x28,156\n")
    result = check(room, "lenet5", "ada.csv")
    assert result.returncode == 0
    assert result.stdout.startswith("ada: 2 of 2 points\n")
    assert result.stderr == ""


def test_answers_on_standard_input(room):
    result = check(room, "lenet5", "-", text="layer,output,params\nC1,6x28x28,156\n")
    assert result.returncode == 0
    assert result.stdout.startswith("standard input: 2 of 2 points\n")
    result = check(room, "lenet5", "-", text="student,layer,params\nAda,C1,156\nBo,C1,150\n")
    assert result.returncode == 1
    assert result.stdout.startswith("2 students, 0.5 of 1 points on average.")
    result = check(room, "lenet5", "-", text="")
    assert result.returncode == 2
    assert result.stderr == "Error: standard input: holds no answers\n"


def test_something_wrong(room):
    (room / "ada.csv").write_text("layer,output,params\nC1,6x27x27,150\n")
    result = check(room, "lenet5", "ada.csv")
    assert result.returncode == 1
    assert "The + 1 at the end of the formula was left out." in result.stdout
    assert "The bias was left out." in result.stdout
    assert "Right is 156." in result.stdout


def test_what_is_right_can_be_kept_back(room):
    (room / "ada.csv").write_text("layer,params\nC1,150\n")
    result = check(room, "lenet5", "ada.csv", "--hide-answers")
    assert "The bias was left out." in result.stdout
    assert "156" not in result.stdout


def test_in_chinese(room):
    (room / "ada.csv").write_text("层,参数量\nC1,150\n")
    result = check(room, "lenet5", "ada.csv", "--lang", "zh")
    assert "漏算了偏置。" in result.stdout
    assert not re.search("[a-z]{5}", result.stdout.replace("params", "").replace("ada.csv", ""))


def test_a_file_that_names_its_spec(room):
    (room / "ada.json").write_text(json.dumps({"spec": "lenet5", "answers": {"C1.params": 156}}))
    assert check(room, "ada.json").returncode == 0
    spec = {
        "input": [1, 4, 4],
        "layers": [
            {"type": "Conv2d", "name": "c", "out_channels": 2, "kernel_size": 3},
            {"type": "Dropout", "name": "drop", "p": 0.25},
        ],
    }
    (room / "net.json").write_text(json.dumps(spec))
    (room / "bo.md").write_text("spec: net.json\n\n| layer | params |\n|-|-|\n| c | 20 |\n")
    assert check(room, "bo.md").returncode == 0
    (room / "cy.json").write_text(json.dumps({"spec": spec, "answers": {"c.params": 20}}))
    assert check(room, "cy.json").returncode == 0
    (room / "di.json").write_text(json.dumps({"spec": "lenet5", "layers": [{"name": "C1", "params": 156}]}))
    assert check(room, "di.json").returncode == 0


def test_options_about_the_network(room):
    (room / "net.json").write_text(
        '{"variables": {"w": 4}, "input": [1, 8, 8], '
        '"layers": [{"type": "Conv2d", "out_channels": "w", "kernel_size": 3}]}'
    )
    (room / "bo.csv").write_text("layer,output,macs,weight_bytes\nconv2d_1,5x8x8,5760,100\n")
    arguments = ("--input", "1,10,10", "--batch", "2", "--bytes", "2", "--set", "w=5")
    result = check(room, "net.json", "bo.csv", *arguments)
    assert result.returncode == 0, result.stdout
    assert check(room, "key.json", "bo.csv", "--batch", "2").returncode == 2


def test_what_is_printed_as_json(room):
    (room / "ada.csv").write_text("question,answer\nq1,28x28x6\nq2,150\n")
    result = check(room, "key.json", "ada.csv", "--format", "json")
    assert result.returncode == 1
    paper = json.loads(result.stdout)
    assert [(r["question"], r["verdict"], r["points"]) for r in paper["results"]] == [
        ("q1", "right", 2),
        ("q2", "wrong", 0),
        ("q3", "missing", 0),
    ]
    assert paper["results"][0]["remarks"] == ["channels-last"]
    assert paper["results"][0]["expected"] == [6, 28, 28]
    assert paper["results"][1]["mistakes"] == [[{"name": "forgot-bias", "detail": "", "where": ""}]]


def test_a_quiz_is_a_key_and_its_sheet_can_be_filled_in(room):
    key = cnncalc("quiz", "alexnet", "--seed", "7", "--questions", "4", "--key", "--format", "json", cwd=room).stdout
    sheet = cnncalc("quiz", "alexnet", "--seed", "7", "--questions", "4", "--format", "markdown", cwd=room).stdout
    (room / "quiz.json").write_text(key)
    answers = [question["answer"] for question in json.loads(key)["questions"]]
    texts = iter(["x".join(map(str, a)) if isinstance(a, list) else f"{a:,}" for a in answers])
    (room / "ada.md").write_text(re.sub(r"(Answer: ).*", lambda line: line[1] + next(texts), sheet))
    result = check(room, "quiz.json", "ada.md")
    assert result.returncode == 0, result.stdout
    (room / "empty.md").write_text(sheet)
    assert check(room, "quiz.json", "empty.md").stdout.count("There is no answer.") == 4


class Page(HTMLParser):
    """The text of a page, and whether its elements are closed."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.tags = [], "", set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in ("meta", "link", "br", "mprescripts", "none"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_solved_paper_as_the_key(room):
    (room / "solved.json").write_text(
        json.dumps({"spec": "lenet5", "answers": {"C1.output": "6x28x28", "C1.params": 156}})
    )
    (room / "ada.csv").write_text("layer,output\nC1,6x28x28\n")
    result = check(room, "solved.json", "ada.csv")
    assert result.returncode == 1
    assert result.stdout.startswith("ada: 1 of 2 points\n")
    assert check(room, "solved.json").returncode == 0


def test_a_class(room):
    (room / "in").mkdir()
    (room / "in" / "ada.csv").write_text(RIGHT + "q3,416520\n")
    (room / "in" / "bo.md").write_text(
        "Name: Bo <script>alert(1)</script>\n\n| question | answer |\n|-|-|\n| q2 | 150 |\n"
    )
    (room / "in" / "cy.json").write_text('{"student": "=cmd|/c calc", "answers": {"q1": "5x28x28", "q2": "151"}}')
    (room / "in" / "di.csv").write_bytes(b"\xff\xfe\x00\x00\x01")
    (room / "in" / "ed.csv").write_text('question,answer\nq1,<b>6x28x28</b>\nq2,"=HYPERLINK(""http://x"";""y"")"\n')
    names = [f"in/{name}" for name in sorted(os.listdir(room / "in"))]
    result = check(room, "key.json", *names, "--output", "grades.csv", "--feedback", "feedback")
    assert result.returncode == 1
    assert result.stderr == "Error: in/di.csv: not a text file in UTF-8\n"
    assert "4 students" in result.stdout
    assert "1×  the bias was left out" in result.stdout
    rows = list(csv.DictReader(io.StringIO((room / "grades.csv").read_text(encoding="utf-8-sig"))))
    assert [row["student"] for row in rows] == ["ada", "Bo <script>alert(1)</script>", "'=cmd|/c calc", "ed", ""]
    assert [row["file"] for row in rows][4] == "in/di.csv"
    assert rows[1]["mistakes"] == "q2: forgot-bias"
    assert [row["q1"] for row in rows][:3] == ["2", "0", "0"]
    assert rows[0]["of"] == "4"
    pages = sorted(os.listdir(room / "feedback"))
    assert pages == ["Bo_script_alert_1_script.html", "ada.html", "cmd_c_calc.html", "ed.html"]
    for name in pages:
        page = Page()
        page.feed((room / "feedback" / name).read_text(encoding="utf-8"))
        assert not page.open
        assert page.tags.isdisjoint({"script", "b", "img", "a", "link"})
    assert "Bo <script>alert(1)</script>: 0 of 4 points" in text_of(room / "feedback" / pages[0])
    assert not [name for name in os.listdir(room) if name.startswith(".cnncalc")]


def text_of(path):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page.text


def test_pages_in_markdown_are_escaped(room):
    (room / "a.json").write_text('{"student": "*A* <img src=x onerror=alert(1)> [x](y)", "answers": {"q2": "`150`"}}')
    (room / "b.csv").write_text(RIGHT)
    check(room, "key.json", "a.json", "b.csv", "--feedback", "out", "--page", "markdown")
    (name, _) = sorted(os.listdir(room / "out"))
    title = (room / "out" / name).read_text().splitlines()[0]
    assert title == r"# \*A\* \<img src=x onerror=alert(1)\> \[x\](y): 0 of 4 points"


def test_names_that_would_leave_the_folder_or_meet(room):
    for number, student in enumerate(("../../up", "..", "CON", "Ada", "ada", "a" * 300, "\u202e")):
        (room / f"{number}.json").write_text(json.dumps({"student": student, "answers": {"q2": 156}}))
    check(room, "key.json", *[f"{number}.json" for number in range(7)], "--feedback", "out")
    assert sorted(os.listdir(room / "out")) == sorted(
        ["up.html", "unnamed.html", "_CON.html", "Ada.html", "ada-2.html", "a" * 80 + ".html", "unnamed-2.html"]
    )


def test_a_hundred_papers_leave_no_bar_in_a_pipe(room):
    for number in range(100):
        (room / f"{number}.csv").write_text(RIGHT)
    result = check(room, "key.json", *[f"{number}.csv" for number in range(100)])
    assert result.stderr == ""
    assert result.stdout.startswith("100 students, 3 of 4 points on average.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ada.csv"], "Error: ada.csv: names no spec; give the key or the SPEC before it"),
        (["ada.csv", "ada.csv"], "Error: the first of several arguments is the key or the SPEC"),
        (
            ["alexnt", "ada.csv"],
            "Error: alexnt: no such file and no shipped spec of that name; did you mean 'alexnet'?",
        ),
        (["key.json", "nothing.csv"], "Error: nothing.csv: no such file"),
        (["bad.json", "ada.csv"], "Error: bad.json: $.questions[0]: no layer is named 'C9'"),
        (["broken.json", "ada.csv"], "Error: broken.json: line 1, column 2: not valid JSON"),
        (["key.json", "ada.csv", "--carry-forward", "2"], "Error: --carry-forward: 2.0 is not in the range"),
        (
            ["key.json", "ada.csv", "--output", "no/where.csv"],
            "Error: no/where.csv: cannot be written: there is no such",
        ),
        (["key.json", "ada.csv", "--feedback", "ada.csv"], "Error: --feedback: "),
        (["evil.json"], "Error: evil.json: $.spec: a key names a JSON spec"),
        ([], "Error: missing argument"),
        (["lenet5"], "Error: files of answers are missing behind lenet5"),
        (["key.json"], "Error: files of answers are missing behind key.json"),
        (["broken.json"], "Error: broken.json: line 1, column 2: not valid JSON"),
    ],
)
def test_what_cannot_be_done(room, arguments, message):
    (room / "ada.csv").write_text(RIGHT)
    (room / "bad.json").write_text(json.dumps(KEY | {"questions": [{"layer": "C9", "quantity": "params"}]}))
    (room / "broken.json").write_text("{")
    (room / "evil.py").write_text("raise SystemExit(7)")
    (room / "evil.json").write_text('{"spec": "evil.py:network", "answers": {"total.params": 1}}')
    result = check(room, *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(message), result.stderr
    assert result.stderr.count("\n") == 1


HOSTILE = [
    "9**9**9",
    "1" + "0" * 900,
    "((((" * 200 + "1" + "))))" * 200,
    "=cmd|'/c calc'!A0",
    "<script>alert(1)</script>",
    "\u202e651",
    "1e400",
    "+" * 500 + "1",
    "x" * 3000,
    "💥 156 💥",
    "__import__('os').system('touch evil')",
    "[red]156[/red]",
    "156\x00",
]


def test_hostile_answers_do_no_harm(room):
    rows = [{"id": "q2", "answer": text} for text in HOSTILE]
    for number, row in enumerate(rows):
        (room / f"{number:02}.json").write_text(json.dumps({"answers": [row]}))
    names = [f"{number:02}.json" for number in range(len(rows))]
    result = check(room, "key.json", *names, "--output", "grades.csv", "--feedback", "out")
    assert result.returncode == 1
    assert result.stderr == ""
    assert not (room / "evil").exists()
    assert len(os.listdir(room / "out")) == len(rows)
    assert len((room / "grades.csv").read_text().splitlines()) == len(rows) + 1
    for name in names[:3]:
        single = check(room, "key.json", name)
        assert single.returncode == 1
        assert "Traceback" not in single.stderr


def test_marks_on_a_terminal_of_few_characters(room):
    (room / "ada.csv").write_text("layer,output,params\nC1,6x28x28,150\nS2,6x14,what\n")
    printed = check(room, "lenet5", "ada.csv", env={"PYTHONIOENCODING": "ascii"}).stdout
    assert "x C1: Parameters (0/1)" in printed
    assert "? S2: Parameters (0/1)" in printed
    assert "+ C1: Output size = 6x28x28" in printed


def test_a_format_that_a_class_has_not_is_refused_before_anything_is_written(tmp_path):
    for name in ("ada", "bo"):
        (tmp_path / f"{name}.csv").write_text("layer,quantity,answer\nconv1,params,156\n")
    options = ["-o", "out.csv", "--feedback", "pages", "--format", "markdown"]
    result = cnncalc("check", "lenet", "ada.csv", "bo.csv", *options, cwd=tmp_path)
    assert result.returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada.csv", "bo.csv"]
