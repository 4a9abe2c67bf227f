"""The lectures' exercises, against the figures that the lectures state."""

import json
import re
from pathlib import Path

import pytest

import cnncalc
from cnncalc import CnncalcError, SpecError, load
from cnncalc.homework.document import Rows
from cnncalc.homework.examiner import Examiner
from cnncalc.homework.exercises import load_exercise
from cnncalc.homework.key_files import is_key, read_key
from cnncalc.homework.quiz import answer_text
from cnncalc.spec.loading import exercise_names, exercise_place

CHINESE = re.compile("[\u4e00-\u9fff]")

# the figures are those of the lectures, as the exercises' source states them
STATED = {
    "exercises/complexity": [5_898_240_000, 3_149_824, 1_638_400_000, 3_363_840],
    "exercises/filters": [(10, 32, 32), 76, 760, 768_000],
    "exercises/sharing": [(3 * 3 + 1) * 2, (6 * 6 + 1) * 2],
    "exercises/full_connection": [25_600, 16_000_000_000],
    "exercises/sizes": [(1, 5, 5), (1, 3, 3)],
    "exercises/lenet5_c3": [60 * 25 + 16],
    "exercises/mnist_filters": [26, 401, 416, 12_832, 28_938],
}


def test_every_exercise_is_tested():
    assert list(STATED) != []
    assert sorted(STATED) == exercise_names()


@pytest.mark.parametrize("name", STATED)
def test_answers(name):
    assert [question.answer for question in load_exercise(name).questions] == STATED[name]


@pytest.mark.parametrize("name", STATED)
def test_answers_in_the_files(name):
    stated = json.loads(Path(exercise_place(name)).read_text(encoding="utf-8"))["questions"]
    answers = [entry["answer"] for entry in stated]
    assert [tuple(answer) if isinstance(answer, list) else answer for answer in answers] == STATED[name]


@pytest.mark.parametrize("name", STATED)
def test_they_are_keys_for_the_grader(name):
    assert is_key(name)
    assert len(read_key(name).questions) == len(STATED[name])
    quiz = load_exercise(name)
    examiner = Examiner(quiz)
    for position, question in enumerate(quiz.questions):
        assert examiner.judge(position, answer_text(question)).is_right


@pytest.mark.parametrize("name", STATED)
def test_they_are_worded_in_both_languages(name):
    english, chinese = load_exercise(name), load_exercise(name, "zh")
    for position in range(len(english.questions)):
        assert not CHINESE.search(english.text(position))
        assert CHINESE.search(chinese.text(position))
    assert english.title != chinese.title


def test_the_working_of_the_complexity_exercise_is_the_lectures_formula():
    quiz = load_exercise("exercises/complexity")
    rows = [row for block in quiz.working(3) if isinstance(block, Rows) for _, row in block.rows]
    shown = [equation.number.figures() for row in rows for equation in row]
    assert shown == ["64*256*1*1 + 64*100*100", "256*64*3*3 + 256*100*100"]


def test_names_that_are_not_there():
    with pytest.raises(CnncalcError, match="did you mean 'exercises/complexity'"):
        load_exercise("exercises/complexty")
    with pytest.raises(SpecError, match="`cnncalc quiz exercises/sizes` prints it"):
        load("exercises/sizes")


def test_the_space_of_the_lectures_is_a_count_of_numbers():
    """256·256·9 weights and 100·100·256 outputs; the weights alone are the parameters."""
    key = {"spec": "complexity_3x3", "questions": [{"quantity": "space"}]}
    right, wrong = (cnncalc.grade(key, {"total.space": text}).results[0] for text in (3_149_824, 589_824))
    assert right.verdict == "right"
    assert [finding.name for finding in wrong.diagnoses.found[0].findings] == ["another-quantity"]
