"""Keys as files: what is one, what its questions share and state themselves, and what is refused."""

import json
import os

import pytest

from cnncalc import CnncalcError
from cnncalc.errors import printable
from cnncalc.homework.context import Context
from cnncalc.homework.entries import Entry
from cnncalc.homework.key import Question
from cnncalc.homework.key_files import is_key, is_solved, key_from, read_key

CONV = {"type": "Conv2d", "name": "c", "out_channels": "w", "kernel_size": 3}
SPEC = {"name": "Small", "variables": {"w": 4}, "input": [3, 8, 8], "layers": [CONV]}
"""4×6×6; 4·27 + 4 = 112 parameters, 108·36 = 3,888 MACs."""
ASKED = {"layer": "c", "quantity": "params"}


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(room, name, document):
    text = document if isinstance(document, str) else json.dumps(document)
    (room / name).parent.mkdir(exist_ok=True)
    (room / name).write_text(text)
    return name


@pytest.mark.parametrize(
    ("document", "key", "solved"),
    [
        (SPEC, True, False),
        ({"spec": "lenet5"}, True, False),
        ({"title": "T", "spec": "lenet5", "batch": 2}, True, False),
        ({"network": SPEC, "questions": []}, True, False),
        ({"questions": [ASKED]}, True, False),
        ({"layers": [CONV], "questions": [ASKED]}, True, False),
        ({"answers": {"c.params": 112}, "questions": [ASKED]}, True, False),
        ({"spec": "lenet5", "answers": {"C1.params": 156}}, False, True),
        ({"network": SPEC, "answers": {"c.params": 112}}, False, True),
        ({"answers": {"c.params": 112}}, False, False),
        ({"c": {"params": 112}}, False, False),
        ({"spec": "lenet5", "layers": [{"name": "C1", "params": 156}]}, False, False),
        ({"answers": {}, "layers": [CONV]}, False, False),
        ("not JSON", True, False),
        ("[" * 100_000, True, False),
        ('[{"id": "a", "answer": 1}]', True, False),
    ],
)
def test_a_key_and_a_solved_paper(room, document, key, solved):
    """What is no JSON object is left to the reader of specs, which says what is wrong with it."""
    name = written(room, "key.JSON", document)
    assert (is_key(name), is_solved(name)) == (key, solved)


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "a.md", "a.markdown"])
def test_a_table_is_no_key(room, name):
    assert is_key(written(room, name, "layer,params")) is False
    assert not is_solved(name)


def test_a_name_without_json_is_that_of_a_spec(room):
    assert is_key(written(room, "paper", {"spec": "lenet5", "answers": {}}))
    assert not is_solved("paper")


def test_names_of_specs_and_sheets_are_keys():
    assert is_key("alexnet")
    assert is_key("nothing.json")
    assert is_key("exercises/sharing")
    assert not is_solved("exercises/sharing")


def test_a_spec_is_a_key_without_questions(room):
    for name in (written(room, "net.json", SPEC), written(room, "bom.json", "\ufeff" + json.dumps(SPEC))):
        key = read_key(name)
        assert (key.title, key.questions, key.context.figure("params", "c")) == ("Small", {}, 112)
    with pytest.raises(CnncalcError, match="no such file"):
        read_key("nothing.json")


def test_an_exercise_sheet_is_a_key():
    """20 and 74 parameters, as the lecture's sheet has them."""
    asked = read_key("exercises/sharing").questions.values()
    assert [question.context.figure(question.quantity, question.layer) for question in asked] == [20, 74]


def test_a_file_that_cannot_be_read(room):
    (room / "folder.json").mkdir()
    with pytest.raises(CnncalcError, match=r"^folder.json: cannot be read: is a directory$"):
        read_key("folder.json")


def test_the_spec_lies_beside_the_key(room):
    written(room, "sub/net.json", SPEC)
    key = read_key(written(room, "sub/key.json", {"spec": "net.json", "questions": [ASKED]}))
    assert key.title == "Small"
    assert key.context.figure("params", "c") == 112
    assert key_from({"spec": str(room / "sub" / "net.json")}).context.network.name == "Small"
    with pytest.raises(CnncalcError, match="no such file"):
        key_from({"spec": "net.json"})
    own = {"questions": [ASKED | {"spec": "net.json"}]}
    assert read_key(written(room, "sub/key.json", own)).questions["1"].context.network.name == "Small"
    (room / "sub" / "lenet5").mkdir()
    assert key_from({"spec": "lenet5"}, folder="sub").title == "LeNet-5"
    os.rename(room / "sub" / "net.json", room / "net.json")
    assert key_from({"spec": "net.json"}, folder="sub").context.network.name == "Small"


def test_what_a_question_states_goes_before_what_the_key_states():
    document = {
        "title": "Sheet",
        "spec": SPEC,
        "batch": 2,
        "questions": [
            {"layer": "c", "quantity": "macs"},
            {"layer": "c", "quantity": "macs", "batch": 1, "variables": {"w": 5}},
            {"layer": "c", "quantity": "output", "input": [3, 9, 8]},
            {"quantity": "flops", "convention": "torch", "id": "last", "points": 2.5, "text": "How many?"},
            {"quantity": "weight_bytes", "bytes": 2, "question": {"en": "How large?", "zh": "多大？"}},
            {"layer": "C1", "quantity": "params", "spec": "lenet5"},
        ],
    }
    key = key_from(document)
    questions = list(key.questions.values())
    figures = [question.context.figure(question.quantity, question.layer) for question in questions]
    assert figures == [2 * 3888, 27 * 5 * 36, (4, 7, 6), 2 * 2 * 3888, 2 * 112, 156]
    assert [question.id for question in questions] == ["1", "2", "3", "last", "5", "6"]
    assert [question.points for question in questions] == [1, 1, 1, 2.5, 1, 1]
    assert [question.layer for question in questions] == ["c", "c", "c", None, None, "C1"]
    assert questions[0].context is key.context
    assert questions[1].context is not key.context
    assert (key.title, questions[3].text_in("zh")) == ("Sheet", "How many?")
    assert [questions[4].text_in(language) for language in ("en", "zh", "fr")] == ["How large?", "多大？", "How large?"]
    assert questions[0].text_in("en") == ""


def test_questions_that_suppose_the_same_share_it():
    same = {"layer": "c", "quantity": "output", "batch": 3}
    first, second, third = key_from({"spec": SPEC, "questions": [same, same, same | {"batch": 4}]}).questions.values()
    assert first.context is second.context
    assert (first.context.batch, third.context.batch) == (3, 4)
    two_orders = [ASKED | {"batch": 3, "bytes": 2}, ASKED | {"bytes": 2, "batch": 3}]
    first, second = key_from({"spec": SPEC, "questions": two_orders}).questions.values()
    assert first.context is second.context


def test_answers_beside_questions_of_their_own_are_none():
    document = {"questions": [ASKED | {"spec": SPEC}], "answers": {"c.macs": 1}}
    assert list(key_from(document).questions) == ["1"]
    assert list(key_from({"spec": SPEC, "answers": {"total.macs": 3888}}).questions) == ["total.macs"]
    assert list(key_from({"spec": SPEC, "questions": [ASKED], "answers": {"c.macs": 1}}).questions) == ["1"]
    assert key_from({"network": SPEC}).context.figure("params", "c") == 112
    with pytest.raises(CnncalcError, match='a key needs "spec"'):
        key_from({"answers": {"c.macs": 1}})


def test_everything_that_a_key_and_a_question_may_state():
    settings = {"spec": SPEC, "input": [3, 9, 9], "variables": {"w": 2}, "batch": 2, "convention": "torch", "bytes": 2}
    question = ASKED | settings | {"id": "a", "points": 2, "answer": 56, "question": "How many?", "text": "Well?"}
    about = {"title": "T", "title_zh": "题", "name": "N", "student": "S", "answers": {}}
    key = key_from(settings | about | {"questions": [question]})
    assert (key.title, key.doubts, key.questions["a"].text_in("en")) == ("T", (), "How many?")
    network = {name: value for name, value in settings.items() if name != "spec"} | {"network": SPEC}
    assert key_from(network).context.figure("params", "c") == 56


def test_titles():
    assert key_from({"spec": SPEC, "name": "N"}, "k").title == "N"
    assert key_from({"spec": SPEC}, "k").title == "Small"
    assert key_from({"spec": SPEC, "title": 5}, "k").title == "5"
    assert key_from({"questions": [ASKED | {"spec": SPEC}]}, "k").title == "k"


def test_questions_by_their_names():
    key = key_from({"spec": SPEC, "questions": {"1a": ASKED, "1b": {"quantity": "macs", "id": "other"}}})
    assert [(name, question.about) for name, question in key.questions.items()] == [
        ("1a", "c.params"),
        ("other", "total.macs"),
    ]


def test_a_key_without_a_spec_of_its_own_has_its_questions_only():
    key = key_from({"questions": [ASKED | {"spec": SPEC}]})
    assert key.context is None
    assert key.question(Entry("", "", reference="1")).about == "c.params"
    with pytest.raises(CnncalcError, match=r"^the key has questions of its own only$"):
        key.question(Entry("", "", layer="c", quantity="macs"))
    with pytest.raises(CnncalcError, match=r"^there is no question 'zz'; there are 1$"):
        key.question(Entry("", "", reference="zz"))


def test_a_question_is_found_once():
    key = key_from({"spec": SPEC})
    assert key.question(Entry("5", "here", reference="c.params")) is key.question(
        Entry("6", "there", reference="c.params")
    )


def test_which_of_two_questions_that_ask_the_same():
    key = key_from({"spec": SPEC, "questions": [ASKED | {"id": name} for name in "abcdefghij"]})
    assert key.question(Entry("", "", layer="c", quantity="params")).id == "a"
    with pytest.raises(CnncalcError, match=r"^there is no question 'zz'; there are a, b, c, d, e, f, g, h$"):
        key.question(Entry("", "", reference="zz"))
    with pytest.raises(CnncalcError, match=r"^total.macs is not asked$"):
        key.question(Entry("", "", quantity="macs"))


def test_layers_whose_names_differ_in_case():
    layers = [CONV | {"out_channels": 4}, CONV | {"name": "C", "out_channels": 5}]
    key = key_from({"spec": {"input": [3, 8, 8], "layers": layers}})
    figures = [key.question(Entry("", "", reference=f"{name}.params")) for name in ("c", "C")]
    assert [question.layer for question in figures] == ["c", "C"]


def test_long_references():
    """The first 200 characters count, and of a layer's name 100."""
    key = key_from({"spec": SPEC})
    assert key.question(Entry("", "", reference="c" + " " * 195 + "jump")).about == "c.jump"
    with pytest.raises(CnncalcError, match=r"^there is no question 'c"):
        key.question(Entry("", "", reference="c" + " " * 196 + "jump"))
    with pytest.raises(CnncalcError, match=f"^no layer is named '{'x' * 100}'"):
        key.question(Entry("", "", layer="x" * 101, quantity="macs"))


def test_answers_that_a_key_states_are_checked():
    questions = [
        ASKED | {"answer": "112"},
        ASKED | {"answer": "4*27"},
        ASKED | {"answer": "many"},
        {"layer": "c", "quantity": "output", "answer": [6, 6, 4]},
        {"layer": "c", "quantity": "output", "answer": [4, 8, 8]},
        {"quantity": "macs", "answer": 3889},
        ASKED | {"answer": None},
        {"layer": "c", "quantity": "receptive_field", "answer": "3x3x3"},
    ]
    doubts = key_from({"spec": SPEC, "questions": questions}, "k").doubts
    assert doubts == (
        "k: $.questions[1].answer: 4*27 is not right, c.params is 112; that is what is graded by",
        "k: $.questions[2].answer: many is not right, c.params is 112; that is what is graded by",
        "k: $.questions[4].answer: (4, 8, 8) is not right, c.output is 4×6×6; that is what is graded by",
        "k: $.questions[5].answer: 3889 is not right, total.macs is 3,888; that is what is graded by",
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"questions": "all", "spec": SPEC}, "k: $.questions: expected a list of at most 1,000 questions"),
        ({"questions": [ASKED] * 1001, "spec": SPEC}, "k: $.questions: expected a list of at most 1,000 questions"),
        ({"questions": {"a": 3}, "spec": SPEC}, "k: $.questions: expected an object"),
        ({"x" * 70: 1}, f"k: $: a key has no field '{'x' * 60}'; it has title, title_zh, name, student, questions,"),
        ({"spec": SPEC, "questions": [ASKED | {"spec": 3}]}, "k: $.questions[0].spec: expected a spec"),
        (
            {"spec": SPEC, "questions": [{"layer": "c", "quantity": 5}]},
            'k: $.questions[0]: a question needs "quantity"',
        ),
        ({"spec": SPEC, "questions": [ASKED | {"layer": 5}]}, "k: $.questions[0]: no layer is named '5'"),
        ({"spec": SPEC, "batch": {1, 2}}, "k: $.batch: expected a whole number of 1 to"),
        ({"spec": SPEC, "convention": 5}, "k: $: no convention is named '5'"),
        ({"spec": ["x" * 70]}, "k: $.spec: expected a spec, or the name of one, found \"['" + "x" * 58 + '"'),
        ({"questions": [ASKED]}, 'k: $.questions[0]: a question needs "spec", or the key one for all'),
        (
            {"spec": SPEC, "questions": [ASKED | {"zzz": ""}]},
            "k: $.questions[0]: a question has no field 'zzz'; it has id,",
        ),
        ({"spec": SPEC, "questions": [ASKED | {"points": True}]}, "k: $.questions[0].points: expected a number of at"),
        ({"spec": SPEC, "questions": [ASKED | {"points": "2"}]}, "expected a number of at least 0, found '2'"),
        (
            {"spec": SPEC, "questions": [ASKED | {"points": 1_000_001}]},
            "expected a number of at least 0, found 1000001",
        ),
        ({"spec": SPEC, "batch": True}, "k: $.batch: expected a whole number of 1 to"),
        ({"spec": SPEC, "batch": 1.5}, "k: $.batch: expected a whole number of 1 to"),
        ({"spec": SPEC, "bytes": 65}, "k: $.bytes: expected a whole number of 1 to 64, found 65"),
        ({"spec": SPEC, "bytes": 0}, "k: $.bytes: expected a whole number of 1 to 64, found 0"),
        ({"spec": SPEC, "variables": 3}, "k: $.variables: expected an object"),
        ({"spec": SPEC, "variables": {"v": 3}}, "k: $: the spec has no variable"),
        ({"spec": SPEC, "convention": "thopp"}, "k: $: no convention is named 'thopp'; did you mean 'thop'?"),
        ({"spec": 3}, "k: $.spec: expected a spec, or the name of one, found '3'"),
        ({"spec": {"layers": 3}}, 'k: $.spec: $: a spec needs "input"'),
    ],
)
def test_what_is_refused(document, message):
    with pytest.raises(CnncalcError) as caught:
        key_from(document, "k")
    assert message in str(caught.value)


def test_a_key_without_a_file():
    with pytest.raises(CnncalcError, match=r'^\$: a key needs "spec", or questions that have one$'):
        key_from({})


def test_a_file_with_layers_that_is_a_key_all_the_same(room):
    for field in ({"questions": [ASKED]}, {"spec": SPEC}, {"network": SPEC}, {"answers": {}}):
        name = written(room, "key.json", {"layers": [CONV]} | field)
        with pytest.raises(CnncalcError, match=r"^key\.json: \$: a key has no field 'layers'"):
            read_key(name)


def test_names_in_messages_do_no_harm(room):
    name = written(room, "k\x1by.json", {"x": 1})
    (room / "fold\x1ber.json").mkdir()
    for bad in (name, "fold\x1ber.json"):
        with pytest.raises(CnncalcError) as caught:
            read_key(bad)
        assert "\x1b" not in str(caught.value)
        assert str(caught.value).startswith(printable(bad))
    document = {"title": "T\x1b[31m", "spec": SPEC, "questions": [ASKED | {"id": "a\x1b", "answer": "\x1b" + "x" * 70}]}
    key = key_from(document)
    assert (key.title, list(key.questions)) == ("T\N{REPLACEMENT CHARACTER}[31m", ["a\N{REPLACEMENT CHARACTER}"])
    (doubt,) = key.doubts
    assert doubt.startswith(f"$.questions[0].answer: \N{REPLACEMENT CHARACTER}{'x' * 59} is not right")


def test_what_is_no_text_is_read_as_one():
    questions = [ASKED | {"id": 7, "text": 5}, {"quantity": "macs", "question": {"en": 5}}]
    first, second = key_from({"spec": SPEC, "questions": questions}).questions.values()
    assert (first.id, first.text_in("en"), second.id, second.text_in("en")) == ("7", "5", "2", "5")
    assert isinstance(first.points, float)
    assert Question("", Context(first.context.network), None, "macs", text={}).text_in("en") == ""


def test_the_most_that_a_key_may_hold():
    question = ASKED | {"points": 1_000_000, "bytes": 64}
    assert key_from({"spec": SPEC, "questions": [question]}).questions["1"].points == 1_000_000
    assert key_from({"spec": SPEC, "questions": [ASKED | {"points": 0}]}).questions["1"].points == 0
    assert len(key_from({"spec": SPEC, "questions": [ASKED] * 1000}).questions) == 1000


@pytest.mark.parametrize(
    ("entry", "about"),
    [
        (Entry("", "", reference="c.params"), "c.params"),
        (Entry("", "", reference="  C / Params "), "c.params"),
        (Entry("", "", reference="number of params of the layer c"), "c.params"),
        (Entry("", "", reference="params of the c"), "c.params"),
        (Entry("", "", reference="macs"), "total.macs"),
        (Entry("", "", reference="whole: macs"), "total.macs"),
        (Entry("", "", layer="c", quantity="macs"), "c.macs"),
        (Entry("", "", layer=None, quantity="macs"), "total.macs"),
        (Entry("", "", layer="", quantity="macs"), "total.macs"),
        (Entry("", "", reference="c", layer="Sum", quantity="macs"), "total.macs"),
    ],
)
def test_what_an_entry_asks(entry, about):
    assert key_from({"spec": SPEC}).question(entry).about == about


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry("", "", reference="c.xyz"), "there is no question 'c.xyz'; there are c.output, c.params, c.buffers"),
        (Entry("", "", reference="c.out"), "there is no question 'c.out'; did you mean 'c.output'?"),
        (Entry("", "", reference="zz"), "there is no question 'zz'; there are c.params, total.macs"),
        (Entry("", "", reference="x" * 70), f"there is no question '{'x' * 60}'; there are c.params, total.macs"),
        (Entry("", "", reference="d.params"), "no layer is named 'd'; the last one is 'c'"),
        (Entry("", "", reference="cparams"), "there is no question 'cparams'"),
        (Entry("", "", reference="params :  d"), "no layer is named 'd'; the last one is 'c'"),
        (Entry("", "", reference="params of d.macs"), "no layer is named 'd.macs'; the last one is 'c'"),
        (Entry("", "", layer="c", quantity="parms"), "no quantity is named 'parms'; did you mean 'params'?"),
        (Entry("", "", layer="d", quantity="params"), "no layer is named 'd'; the last one is 'c'"),
        (Entry("", ""), "no quantity is named ''; the quantities are output, params"),
    ],
)
def test_what_an_entry_cannot_ask(entry, message):
    with pytest.raises(CnncalcError) as caught:
        key_from({"spec": SPEC}).question(entry)
    assert str(caught.value).startswith(message)


def test_names_of_questions_that_are_alike():
    """1.a and 1a are one name without their points, which then names neither."""
    questions = [ASKED | {"id": "1.a"}, {"quantity": "macs", "id": "1a"}, {"quantity": "flops", "id": "2 b"}]
    key = key_from({"spec": SPEC, "questions": questions})
    about = {"1.A": "c.params", "1a": "total.macs", "Q2b": "total.flops", "2(b)": "total.flops", "c.params": "c.params"}
    assert {name: key.question(Entry("", "", reference=name)).about for name in about} == about
    odd = key_from({"spec": SPEC, "questions": [ASKED | {"id": "te1"}]})
    assert odd.question(Entry("", "", reference="No. te1")).id == "te1"
    with pytest.raises(CnncalcError, match="there is no question 'note1'"):
        odd.question(Entry("", "", reference="note1"))
    with pytest.raises(CnncalcError, match="there is no question 'Q1a'; did you mean"):
        key.question(Entry("", "", reference="Q1a"))
    with pytest.raises(CnncalcError, match=r"^c.flops is not asked$"):
        key.question(Entry("", "", layer="c", quantity="flops"))
