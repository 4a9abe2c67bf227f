"""Exercise sheets: what they ask, that their keys are right, and that numbers come out whole."""

import json

import pytest

from cnncalc import CnncalcError, Network, analyze, layers, load, loads
from cnncalc.homework.document import Equation, Heading, Paragraph, Rows
from cnncalc.homework.examiner import Examiner
from cnncalc.homework.messages import languages, messages
from cnncalc.homework.questions import ASKED, Question, draw
from cnncalc.homework.quiz import Quiz, answer_text, layer_text, make_quiz
from cnncalc.report.explained_latex import latex
from cnncalc.report.explained_markdown import markdown

SPECS = ("lenet", "alexnet", "vgg16", "resnet18", "mobilenet_v2", "dcgan", "text_cnn", "r3d_18", "shufflenet_v2_x1_0")


def quiz_of(name, seed=1, **options):
    return make_quiz(load(name), seed=seed, **options)


@pytest.mark.parametrize("name", SPECS)
def test_answers_are_those_of_the_analysis(name):
    for seed in (1, 2):
        for question in quiz_of(name, seed).questions:
            row = question.analysis.layers[-1]
            if not question.layer:
                assert question.answer == getattr(question.analysis.totals, question.quantity)
            elif question.quantity == "output":
                assert question.answer == row.output_shape
            elif question.quantity == "receptive_field":
                assert {question.answer} == set(question.analysis.receptive_fields(row.name)["input"].size)
            elif question.quantity == "weight_bytes":
                assert question.answer == 4 * row.params
            else:
                assert question.answer == getattr(row, question.quantity)


@pytest.mark.parametrize("name", SPECS)
def test_numbers_come_out_whole(name):
    for seed in range(4):
        for question in quiz_of(name, seed).questions:
            assert isinstance(question.answer, (int, tuple))
            if question.quantity != "receptive_field":
                for row in question.analysis.layers:
                    assert "inexact-division" not in [note.code for note in row.layer.notes(*row.input_shapes)]


def test_the_same_seed_makes_the_same_sheet_and_another_another():
    assert quiz_of("alexnet", 7).to_dict() == quiz_of("alexnet", 7).to_dict()
    sheets = {json.dumps(quiz_of("alexnet", seed).to_dict()) for seed in range(20)}
    assert len(sheets) == 20


def test_questions_differ_and_are_as_many_as_asked_for():
    quiz = quiz_of("vgg16", 3, questions=40)
    assert len(quiz.questions) == 40
    assert len({quiz.text(position) for position in range(40)}) == 40
    assert {question.quantity for question in quiz.questions} == set(ASKED)


def test_layers_are_varied():
    quiz = quiz_of("lenet", 3, questions=60)
    texts = " ".join(quiz.text(position) for position in range(60))
    assert sum(f"a kernel of {side}×{side}" in texts for side in (1, 2, 3, 5, 7)) >= 4
    assert "stride 2" in texts
    assert "outputs" in texts


def test_only_what_is_wanted_is_asked():
    assert {question.quantity for question in quiz_of("alexnet", quantities=("params",)).questions} == {"params"}


def test_a_network_with_nothing_to_ask_is_refused():
    network = loads('{"input": [3, 8, 8], "layers": [{"type": "Identity"}]}')
    with pytest.raises(CnncalcError, match="nothing to ask about"):
        make_quiz(network, quantities=("params",))
    assert draw(network, 1, 5, ("params",)) == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", SPECS)
def test_the_key_is_accepted_by_the_grader(name, language):
    """The sheet as JSON is a key for `cnncalc check`, whose own figures are the quiz's answers."""
    quiz = quiz_of(name, 5, language=language)
    examiner = Examiner(quiz)
    for position, question in enumerate(quiz.questions):
        assert examiner.judge(position, answer_text(question)).is_right, quiz.text(position)


def test_a_wrong_answer_is_told_the_mistake():
    quiz = quiz_of("lenet", 7, questions=20, quantities=("params",))
    examiner = Examiner(quiz)
    position, question = next(
        (position, question)
        for position, question in enumerate(quiz.questions)
        if question.layer and question.analysis.layers[-1].type == "Linear"
    )
    weights = question.answer - question.analysis.layers[-1].output_shape[-1]
    judgement = examiner.judge(position, f"{weights:,}")
    assert not judgement.is_right
    assert "the bias was left out" in " ".join(judgement.sentences)
    assert "cannot be read" in examiner.judge(position, "dunno").sentences[0]


def test_the_key_is_shown_only_where_it_is_wanted():
    quiz = quiz_of("alexnet", 2)
    assert "answer" not in json.dumps(quiz.to_dict())
    assert all("answer" in question for question in quiz.to_dict(key=True)["questions"])
    assert not any(isinstance(block, Equation) for block in quiz.sheet().blocks)
    assert sum(isinstance(block, Equation) for block in quiz.sheet(key=True).blocks) >= 10


@pytest.mark.parametrize("language", languages())
def test_sheets_as_markdown_and_latex(language):
    sheet = quiz_of("alexnet", 7, language=language).sheet(key=True)
    assert markdown(sheet).count("$$") % 2 == 0
    text = latex(sheet)
    assert text.count(r"\begin{") == text.count(r"\end{")
    assert ("ctex" in text) == (language == "zh")
    if language == "en":
        assert text.isascii()


def test_the_wording_has_what_is_needed():
    network = loads('{"input": [4, 9, 9], "layers": [{"type": "MaxPool2d", "kernel_size": 3}]}')
    question = make_quiz(network, quantities=("output",)).questions[0]
    layer = question.analysis.layers[0].layer
    assert isinstance(layer, layers.MaxPool2d)
    text = make_quiz(network, quantities=("output",)).text(0)
    assert "×".join(map(str, question.analysis.layers[0].input_shapes[0])) in text
    assert "stride" in text


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (layers.Conv2d(10, 5, padding=2), "Conv2d with 10 filters, a kernel of 5×5, stride 1, padding 2 and a bias"),
        (layers.Conv2d(4, (1, 3), groups=2, bias=False), "a kernel of 1×3, stride 1, padding 0, 2 groups and no bias"),
        (layers.MaxPool2d(2), "MaxPool2d with a kernel of 2×2, stride 2 and padding 0"),
        (layers.MaxPool2d(3, 2, ceil_mode=True), "stride 2, padding 0 and ceil_mode=True"),
        (layers.BatchNorm2d(), "BatchNorm2d"),
        (layers.BatchNorm2d(affine=False), "BatchNorm2d with affine=False"),
        (layers.Linear(3, in_features=4), "Linear with 3 outputs and a bias"),
        (layers.Flatten(), "Flatten"),
        (layers.Flatten(name="f", inputs=("x",)), "Flatten"),
        (layers.MaxPool2d((2, 3)), "MaxPool2d with a kernel of 2×3, stride (2, 3) and padding 0"),
        (layers.AvgPool1d(3), "AvgPool1d with a kernel of 3, stride 3 and padding 0"),
        (layers.AvgPool2d(3, ceil_mode=True, count_include_pad=False), "ceil_mode=True and count_include_pad=False"),
        (layers.LayerNorm((10**9,) * 9), "LayerNorm with normalized_shape=(" + "1000000000, " * 5 + "10 and a bias"),
        (layers.Dropout(p=0.25), "Dropout with p=0.25"),
        (
            layers.ZeroPad2d(padding=(10**20, 10**21, 10**22, 10**23)),
            f"padding ({10**20}, {10**21}, {10**22}, {10**23})",
        ),
    ],
)
def test_a_layer_in_words_has_all_that_matters(layer, text):
    assert text in layer_text(layer, messages("en"))
    assert layer_text(layer, messages("en")).startswith(type(layer).__name__)


CONV = layers.Conv2d(4, 3, name="c")
IN_WORDS = "Conv2d with 4 filters, a kernel of 3×3, stride 1, padding 0 and a bias"
ONE = Network(name="One", input=(3, 8, 8), layers=[CONV])
"""4×6×6; 4·27 + 4 = 112 parameters, 108·36 = 3,888 MACs, and 7,776 FLOPs without the bias."""
MORE = Network(name="More", input=(3, 8, 8), layers=[CONV, layers.Flatten(name="f"), layers.Linear(5, name="l")])
"""5·144 = 720 multiply-accumulates and 725 parameters of the linear layer."""
SHEET = [
    (
        ONE,
        "c",
        "output",
        f"An input of 3×8×8 arrives at the layer {IN_WORDS}. What is the shape of its output?",
        [4, 6, 6],
    ),
    (
        *(
            ONE,
            "c",
            "receptive_field",
            f"An input of 3×8×8 arrives at the layer {IN_WORDS}. How many pixels of the input ",
        ),
        3,
    ),
    (
        *(MORE, "l", "macs", f"More has an input of 3×8×8 and begins with these layers: c: {IN_WORDS}; f: Flatten; "),
        720,
    ),
    (
        MORE,
        "",
        "params",
        f"More has an input of 3×8×8 and these layers: c: {IN_WORDS}; f: Flatten; l: Linear with",
        837,
    ),
    (
        ONE,
        "c",
        "flops",
        f"An input of 3×8×8 arrives at the layer {IN_WORDS}. How many FLOPs does it cost, at 2 a",
        7776,
    ),
]


def sheet_of(seed):
    questions = [
        Question(analyze(network, convention="torch" if quantity == "flops" else "cnncalc"), network, layer, quantity)
        for network, layer, quantity, _, _ in SHEET
    ]
    worded = Question(analyze(ONE), ONE, "c", "params", "Own words?")
    return Quiz("Sheet", seed, (*questions, worded))


def test_a_sheet_from_its_title_to_the_end_of_its_key():
    quiz = sheet_of(7)
    texts = [*(text for _, _, _, text, _ in SHEET), "Own words?"]
    sheet = quiz.sheet()
    assert (sheet.title, sheet.language, quiz.language) == ("Sheet", "en", "en")
    (first, *blocks) = sheet.blocks
    assert first.text == "Shapes are channels first, of one sample. Sheet 7; every division comes out whole."
    assert sheet_of(None).sheet().blocks[0].text == "Shapes are channels first, of one sample."
    assert [block.text for block in blocks[::3]] == [f"Question {number}" for number in range(1, 7)]
    assert all(block.text.startswith(text) for block, text in zip(blocks[1::3], texts, strict=True))
    assert {block.text for block in blocks[2::3]} == {"Answer: " + "…" * 12}
    key = quiz.sheet(key=True).blocks
    assert key[: len(sheet.blocks)] == sheet.blocks
    shown = [
        block.text
        if isinstance(block, Heading)
        else [(name, [each.number.figures() for each in row]) for name, row in block.rows]
        if isinstance(block, Rows)
        else block.number.figures()
        for block in key[len(sheet.blocks) :]
    ]
    assert shown == [
        *("Answer 1: 4×6×6", "4", "(8 - 3 + 2*0)//1 + 1", "6"),
        *("Answer 2: 3", "1 + (3 - 1)*1", "1*1"),
        *("Answer 3: 720", "5*144"),
        *("Answer 4: 837", [("c", ["4*3*3*3 + 4"]), ("l", ["5*144 + 5"])], "112 + 725"),
        *("Answer 5: 7,776", "(8 - 3 + 2*0)//1 + 1", "6", "6*6*4*3*3*3", "2*3888"),
        *("Answer 6: 112", "3*3*3 + 1", "4*3*3*3 + 4"),
    ]


@pytest.mark.parametrize(
    ("language", "reason"), [("en", "Each filter makes one channel"), ("zh", "每个卷积核产生一个输出通道")]
)
def test_the_working_of_a_question_is_what_stands_under_its_heading(language, reason):
    questions = sheet_of(1).questions
    quiz = Quiz("Sheet", 1, questions, language)
    kinds = [[type(block).__name__ for block in quiz.working(position)] for position in (0, 3)]
    assert kinds == [["Equation"] * 3 + ["Paragraph"] * 3, ["Rows", "Paragraph", "Paragraph", "Equation"]]
    assert quiz.working(0)[3].text.startswith(reason)


def test_a_field_at_the_end_of_a_chain_is_asked_of_its_last_layer():
    chain = Network(name="Chain", input=(3, 8, 8), layers=[CONV, layers.MaxPool2d(2, name="p")])
    quiz = Quiz("Sheet", 1, (Question(analyze(chain), chain, "p", "receptive_field"),))
    assert quiz.text(0).endswith(
        "How many pixels of the input does a unit of p see along one axis (its receptive field)?"
    )
    assert sheet_of(1).text(1).endswith("does one of its units see along one axis (its receptive field)?")


def test_a_sheet_as_plain_data():
    document = sheet_of(7).to_dict(key=True)
    assert (document["title"], list(document)) == ("Sheet", ["title", "questions"])
    for number, (entry, asked) in enumerate(zip(document["questions"], SHEET, strict=False), start=1):
        network, layer, quantity, text, answer = asked
        assert entry["question"].startswith(text)
        convention = {"convention": "torch"} if quantity == "flops" else {}
        assert {name: value for name, value in entry.items() if name != "question"} == convention | {
            "id": str(number),
            "layer": layer or "total",
            "quantity": quantity,
            "answer": answer,
            "network": json.loads(network.to_json()),
        }
    without = sheet_of(7).to_dict()["questions"]
    assert without == [{k: v for k, v in entry.items() if k != "answer"} for entry in document["questions"]]


def test_what_a_made_sheet_is_called():
    quiz = quiz_of("lenet", 3)
    assert (len(quiz.questions), quiz.seed, quiz.language) == (10, 3, "en")
    assert quiz.title == "Exercises: LeNet"
    assert quiz_of("lenet", 0).to_dict() == make_quiz(load("lenet")).to_dict()
    network = loads('{"name": "Id", "input": [3, 8, 8], "layers": [{"type": "Identity"}]}')
    with pytest.raises(CnncalcError) as caught:
        make_quiz(network, quantities=("params", "macs"))
    assert str(caught.value) == "Id has nothing to ask about: none of its layers computes params, macs"


def test_questions_are_paragraphs_a_person_can_read():
    for language in languages():
        for block in quiz_of("resnet18", 3, language=language).sheet().blocks:
            if isinstance(block, Paragraph):
                assert "{" not in block.text
                assert "None" not in block.text


def test_analyses_of_questions_are_small():
    for question in quiz_of("vgg16", 1, questions=30).questions:
        assert len(question.analysis.layers) <= 12
        assert analyze(question.network).totals == question.analysis.totals
