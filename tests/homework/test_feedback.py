"""Pages of feedback: every finding has its words, and pages say what is right only where they may."""

import json

import pytest
from msgspec import structs

from cnncalc import grade, load
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.document import Equation, Heading, Paragraph
from cnncalc.homework.feedback import (
    feedback,
    figure_text,
    finding_text,
    paper_document,
    points_text,
    quoted,
    sources_text,
)
from cnncalc.homework.findings import Finding
from cnncalc.homework.grading import Grader
from cnncalc.homework.key_files import key_from
from cnncalc.homework.messages import languages, messages
from cnncalc.homework.quantities import QUANTITIES
from cnncalc.homework.submissions import submissions_from


@pytest.mark.parametrize("language", languages())
def test_every_finding_has_its_words(language):
    say = messages(language)
    for name in ("alexnet_2012", "lenet5", "residual_projection", "mobilenet_v1"):
        context = Context(load(name), batch=2)
        for row in (None, *context.analysis.layers[:9]):
            for quantity in QUANTITIES:
                candidates = Candidates(context, row and row.name, quantity)
                for candidate in (*candidates.singles, *candidates.pairs[:20]):
                    for finding in candidate.findings:
                        text = finding_text(finding, say)
                        assert "{" not in text
                        assert finding.place in text
                        assert finding.detail in text or finding.name in ("another-quantity", "other-memory")


def texts(document):
    return [block.text for block in document.blocks if isinstance(block, (Heading, Paragraph))]


def test_what_a_page_says():
    answers = {
        "conv1.output": "96x54x54",
        "pool1.output": "96x26x26",
        "conv1.params": "34,848",
        "pool1.params": "0",
        "conv2.params": "what?",
        "conv3.rf": "99",
    }
    document = feedback(grade(load("alexnet_2012"), answers, carry=0.5, student="Ada"))
    assert document.title == "Ada: 2.5 of 6 points"
    assert texts(document) == [
        "✗ conv1: Output size (0/1)",
        "You wrote 96x54x54.",
        "Several mistakes lead to this figure; which one it was cannot be told:",
        "The + 1 at the end of the formula was left out.",
        "The input was taken to be 224 along each side.",
        "Right is 96×55×55.",
        "→ pool1: Output size (0.5/1)",
        "You wrote 96x26x26.",
        "Consistent with your own output size of conv1: worked out correctly from it. The error was made there.",
        "Right is 96×27×27.",
        "✗ conv1: Parameters (0/1)",
        "You wrote 34,848.",
        "The bias was left out.",
        "Right is 34,944.",
        "? conv2: Parameters (0/1)",
        "You wrote what?.",
        "This cannot be read: holds no number.",
        "Right is 307,456.",
        "Right (2)",
        "✓ pool1: Parameters = 0",
        "✓ conv3: Receptive field = 99",
    ]
    worked = [(block.number.value, block.note) for block in document.blocks if isinstance(block, Equation)]
    assert worked == [(55, ""), (26, "→"), (27, ""), (34848, "✗"), (34944, ""), (307456, "")]


NETWORK = {
    "input": [3, 32, 32],
    "layers": [
        {"type": "Conv2d", "name": "conv1", "out_channels": 8, "kernel_size": 5, "padding": 2},
        {"type": "MaxPool2d", "name": "pool", "kernel_size": 2},
        {"type": "Conv2d", "name": "conv2", "out_channels": 16, "kernel_size": 3},
        {"type": "Flatten", "name": "flat"},
        {"type": "Linear", "name": "fc", "out_features": 10},
    ],
}
"""8·3·25 + 8 = 608, 16·8·9 + 16 = 1,168 and 10·3,136 + 10 = 31,370 parameters, 33,146 in all."""
QUESTIONS = [
    {"id": "1a", "layer": "conv1", "quantity": "params", "points": 2, "text": "How many?"},
    {"id": "1b", "layer": "conv1", "quantity": "macs", "points": 2},
    {"id": "conv2.params", "layer": "conv2", "quantity": "params"},
    {"id": "2", "quantity": "params"},
    {"id": "3", "layer": "conv1", "quantity": "weight_bytes"},
    {"id": "4", "layer": "pool", "quantity": "output"},
    {"id": "5", "layer": "conv2", "quantity": "output"},
    {"id": "6", "layer": "fc", "quantity": "macs"},
    {"id": "7", "quantity": "weight_bytes"},
    {"id": "8", "layer": "conv2", "quantity": "macs"},
    {"id": "9", "layer": "fc", "quantity": "activations"},
]
GIVEN = [
    *(("1a", "600"), ("1a", "601"), ("1b", "614 kFLOPs"), ("conv2.params", "1169"), ("conv2.params", "1167")),
    *(("conv2.params", "1168"), ("2", "33,139"), ("3", "2404"), ("4", "8x15x15"), ("5", "16x12x12")),
    *(("7", "132,556"), ("zz", "3"), ("8", "1M"), ("9", "7")),
]
"""From 601 of its own: 601 + 1,168 + 31,370 = 33,139 in all, 4·601 = 2,404 bytes, and 4·33,139 = 132,556."""


def page_of(given, **key):
    (submission,) = submissions_from(
        json.dumps([{"id": name, "answer": text} for name, text in given]).encode(), "paper.json", ".json", "Ada"
    )
    return Grader(key_from({"spec": NETWORK} | key), 0.5).grade(submission)


def test_a_page_of_everything_that_may_be_said():
    document = feedback(page_of(GIVEN, questions=QUESTIONS))
    assert document.title == "Ada: 4.5 of 13 points"
    assert [(type(b).__name__[0], b.note, b.number.figures()) if isinstance(b, Equation)
            else (type(b).__name__[0], getattr(b, "kind", ""), b.text) for b in document.blocks] == [
        ("P", "plain", "Answers from paper.json"),
        ("H", "", "✗ 1a. conv1: Parameters (0/2)"),
        ("P", "plain", "How many?"),
        ("P", "plain", "You wrote 601."),
        ("P", "why", "Answered more than once: the last answer counts, not 600."),
        ("P", "why", "One bias was counted for the whole layer; there is one a filter."),
        ("E", "✗", "8*3*5*5 + 1"),
        ("P", "plain", "Right is 608."),
        ("E", "", "8*3*5*5 + 8"),
        ("H", "", "→ 2. the network: Parameters (0.5/1)"),
        ("P", "plain", "You wrote 33,139."),
        ("P", "why", "Consistent with your own parameters of conv1: worked out correctly from it. "
                     "The error was made there."),
        ("P", "plain", "Right is 33,146."),
        ("H", "", "→ 3. conv1: Memory of the parameters (0.5/1)"),
        ("P", "plain", "You wrote 2404."),
        ("P", "why", "Consistent with your own parameters of conv1: worked out correctly from it. "
                     "The error was made there."),
        ("P", "plain", "Right is 2,432 (≈ 2.43 kB, 2.38 KiB)."),
        ("E", "", "608*4"),
        ("H", "", "✗ 4. pool: Output size (0/1)"),
        ("P", "plain", "You wrote 8x15x15."),
        ("P", "why", "The + 1 at the end of the formula was left out."),
        ("E", "✗", "(32 - 2 + 2*0)//2"),
        ("P", "plain", "Right is 8×16×16."),
        ("E", "", "(32 - 2 + 2*0)//2 + 1"),
        ("H", "", "✗ 5. conv2: Output size (0/1)"),
        ("P", "plain", "You wrote 16x12x12."),
        ("P", "why", "Worked out from your own output size of pool, with a further mistake:"),
        ("P", "why", "The + 1 at the end of the formula was left out."),
        ("E", "✗", "(15 - 3 + 2*0)//1"),
        ("P", "plain", "Right is 16×14×14."),
        ("E", "", "(16 - 3 + 2*0)//1 + 1"),
        ("H", "", "– 6. fc: Multiply-accumulates (MACs) (0/1)"),
        ("P", "plain", "There is no answer."),
        ("P", "plain", "Right is 31,360."),
        ("E", "", "10*3136"),
        ("H", "", "→ 7. the network: Memory of the parameters (0.5/1)"),
        ("P", "plain", "You wrote 132,556."),
        ("P", "why", "Consistent with your own parameters of the network: worked out correctly from it. "
                     "The error was made there."),
        ("P", "plain", "Right is 132,584 (≈ 132.58 kB, 129.48 KiB)."),
        ("H", "", "✗ 8. conv2: Multiply-accumulates (MACs) (0/1)"),
        ("P", "plain", "You wrote 1M."),
        ("P", "why", "Rounded so far that it tells too little; give at least two digits."),
        ("P", "plain", "Right is 225,792."),
        ("E", "", "14*14*16*8*3*3"),
        ("H", "", "✗ 9. fc: Activations (0/1)"),
        ("P", "plain", "You wrote 7."),
        ("P", "why", "No common mistake leads to this figure."),
        ("P", "plain", "Right is 10."),
        ("H", "", "Right (2)"),
        ("P", "plain", "✓ 1b. conv1: Multiply-accumulates (MACs) = 614 kFLOPs "
                       "(these are multiply-accumulates, not FLOPs)"),
        ("P", "plain", "✓ conv2: Parameters = 1168 (the last answer counts, not 1169 and 1167)"),
        ("H", "", "Answers to no question"),
        ("P", "plain", "$[11]: there is no question 'zz'; there are 1a, 1b, conv2.params, 2, 3, 4, 5, 6"),
    ]  # fmt: skip


def test_a_paper_as_plain_data():
    document = paper_document(page_of(GIVEN, questions=QUESTIONS))
    assert {name: document[name] for name in ("student", "source", "points", "most")} == {
        "student": "Ada", "source": "paper.json", "points": 4.5, "most": 13,
    }  # fmt: skip
    assert document["unmatched"][0]["where"] == "$[11]"
    assert document["unmatched"][0]["problem"].startswith("there is no question 'zz'")
    by_question = {result["question"]: result for result in document["results"]}
    assert by_question["1a"] == {
        "question": "1a", "layer": "conv1", "quantity": "params", "answer": "601", "verdict": "wrong",
        "expected": 608, "points": 0, "of": 2, "remarks": [], "sources": [], "problem": "", "earlier": ["600"],
        "mistakes": [[{"name": "one-bias", "detail": "", "where": ""}]],
    }  # fmt: skip
    assert (by_question["1b"]["remarks"], by_question["2"]["sources"]) == (["called-flops"], ["conv1.params"])
    assert (by_question["2"]["layer"], by_question["4"]["expected"]) == (None, [8, 16, 16])
    (unreadable,) = paper_document(page_of([("conv1.params", "what?")]))["results"]
    assert (unreadable["verdict"], unreadable["problem"]) == ("unreadable", "holds no number")
    hidden = paper_document(page_of(GIVEN, questions=QUESTIONS), answers=False)["results"]
    assert {result["expected"] for result in hidden} == {None}


def test_a_page_that_keeps_the_answers_back():
    document = feedback(grade(load("lenet5"), {"C1.params": "150", "C1.output": "6x27x27"}), answers=False)
    assert not [block for block in document.blocks if isinstance(block, Equation)]
    assert "156" not in " ".join(texts(document))
    assert "The bias was left out." in texts(document)


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding("forgot-bias", "16"), "the bias was left out"),
        (Finding("forgot-bias", place="conv1"), "the bias was left out (in conv1)"),
        (Finding("another-layer", place="fc"), "this is the figure of fc"),
        (Finding("other-input", "224"), "the input was taken to be 224 along each side"),
        (Finding("another-quantity", "macs"), "these are the multiply-accumulates (MACs)"),
        (Finding("another-quantity", "flops"), "these are the FLOPs"),
        (Finding("other-memory", "weight_bytes"), "this is: memory of the parameters"),
    ],
)
def test_a_mistake_in_words(finding, text):
    assert finding_text(finding, messages("en")) == text


def test_figures_in_words():
    for quantity in ("weight_bytes", "activation_bytes", "total_bytes"):
        assert figure_text(2432, quantity) == "2,432 (≈ 2.43 kB, 2.38 KiB)"
        assert figure_text(12, quantity) == "12"
    assert figure_text(2432, "params") == "2,432"
    assert (figure_text((3, 4), "output"), figure_text(None, "jump")) == ("3×4", "?")
    sources = (("c", "flops"), ("total", "output"), ("d", "macs"))
    assert sources_text(sources, messages("en")) == (
        "FLOPs of c and output size of the network and multiply-accumulates (MACs) of d"
    )


def test_what_is_carried_forward_is_worked_out_on_the_page():
    """A size from one's own; of anything else the right working only, and none where the answers are kept back."""
    paper = page_of([("conv1.output", "8x28x28"), ("pool.output", "8x14x14"), ("pool.activations", "1568")])
    assert [result.verdict for result in paper.results] == ["wrong", "carried", "carried"]
    equations = [(b.number.value, b.note) for b in feedback(paper).blocks if isinstance(b, Equation)]
    assert equations == [(32, ""), (14, "→"), (16, ""), (2048, "")]
    assert not [b for b in feedback(paper, answers=False).blocks if isinstance(b, Equation)]


def test_what_the_figures_of_a_page_are_called():
    """A field has a prime where that of the layer before stands on the other side."""
    given = [("conv1.params", "600"), ("pool.rf", "7"), ("conv1.weight_bytes", "7"), ("pool.output", "8x15x15")]
    symbols = [(b.symbol, b.note) for b in feedback(page_of(given)).blocks if isinstance(b, Equation)]
    assert symbols == [("params", "✗"), ("params", ""), ("r'", ""), ("bytes", ""), ("H'", "✗"), ("H'", "")]


def test_mistakes_without_a_working_of_their_own():
    """Another layer's figure, and two mistakes of which one is of the channels."""
    page = feedback(page_of([("conv1.params", "1168"), ("conv2.output", "8x13x13")]))
    assert [(b.number.value, b.note) for b in page.blocks if isinstance(b, Equation)] == [(608, ""), (14, "")]
    assert "This is the figure of conv2." in texts(page)
    assert (
        "The + 1 at the end of the formula was left out; and the output has as many channels as there are filters, "
        "not as the input has."
    ) in texts(page)


@pytest.mark.parametrize(
    ("asked", "worked"),
    [
        *(("conv1.weight_bytes", False), ("conv1.activation_bytes", False), ("conv1.total_bytes", False)),
        *(("conv1.space", True), ("conv1.macs", True), ("total.params", False)),
    ],
)  # fmt: skip
def test_what_is_worked_out_where_a_value_has_two_bytes(asked, worked):
    """The formulas of memory are of float32; totals and sums have none here."""
    page = feedback(page_of([(asked, "7")], bytes=2))
    assert any(isinstance(block, Equation) for block in page.blocks) == worked


@pytest.mark.parametrize("end", [".", "。", "?", "？", ""])
def test_a_sentence_has_one_end(end):
    paper = page_of([("conv1.params", "what?")])
    (result,) = paper.results
    page = feedback(structs.replace(paper, results=(structs.replace(result, problem=f"which{end}"),)))
    assert f"This cannot be read: which{end or '.'}" in texts(page)


def test_answers_are_quoted_in_one_line():
    page = feedback(page_of([("conv1.params", "600\t + 7"), ("conv1.params", "600\t + 8")]))
    assert texts(page)[-1] == "✓ conv1: Parameters = 600 + 8 (the last answer counts, not 600 + 7)"
    assert [quoted("x" * length) for length in (80, 81)] == ["x" * 80, "x" * 79 + "…"]


def test_explanations_that_are_too_many_to_tell():
    paper = page_of([("conv1.params", "600")])
    (result,) = paper.results
    more = structs.replace(result, diagnoses=structs.replace(result.diagnoses, more=3))
    told = texts(feedback(structs.replace(paper, results=(more,))))
    assert [text for text in told if text not in texts(feedback(paper))] == [messages("en")("grade.more", count=3)]


def test_a_page_without_right_answers_and_one_without_others():
    wrong = feedback(page_of([("conv1.params", "600")]))
    assert (wrong.title, [text for text in texts(wrong) if text.startswith("Right (")]) == ("Ada: 0 of 1 points", [])
    right = feedback(page_of([("conv1.params", "608")]))
    assert (right.title, texts(right)[1:]) == ("Ada: 1 of 1 points", ["Right (1)", "✓ conv1: Parameters = 608"])
    (_, wrote, why, *_) = feedback(page_of([("conv1.params", "what\nis\n it?")])).blocks[1:]
    assert wrote.text == "You wrote what is it?."
    assert (why.kind, why.text) == ("why", "This cannot be read: holds no number.")


def test_short_texts():
    assert [points_text(points) for points in (10, 9.5, 0, 0.125)] == ["10", "9.5", "0", "0.12"]
    assert quoted("a\n\u202eb") == "a b"
    assert len(quoted("x" * 500)) == 80
