"""Judging the answers to a quiz one by one, as a teacher beside the student would."""

from __future__ import annotations

from msgspec import Struct

from cnncalc.homework.entries import Entry
from cnncalc.homework.feedback import diagnosis_text
from cnncalc.homework.grading import RIGHT, UNREADABLE, Grader
from cnncalc.homework.key_files import key_from
from cnncalc.homework.messages import messages
from cnncalc.homework.quiz import Quiz, answer_text
from cnncalc.homework.submissions import Submission


class Judgement(Struct, frozen=True):
    """Whether an answer is right, and what there is to say of it."""

    is_right: bool
    sentences: tuple[str, ...]


class Examiner:
    """Grades the answers to one quiz by the rules of ``cnncalc check``."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz
        self.say = messages(quiz.language)
        self.grader = Grader(key_from(quiz.to_dict(), quiz.title))

    def judge(self, position: int, text: str) -> Judgement:
        """The judgement of an answer to the question at a position (from 0), with the mistake where it is known."""
        entry = Entry(text, "", reference=str(position + 1))
        results = self.grader.grade(Submission("", "", (entry,))).results
        graded = next(result for result in results if result.question.id == str(position + 1))
        answer = answer_text(self.quiz.questions[position])
        if graded.verdict == RIGHT:
            return Judgement(True, (self.say("quiz.right"),))
        if graded.verdict == UNREADABLE:
            return Judgement(False, (self.say("quiz.unreadable", problem=graded.problem, answer=answer),))
        found = (diagnosis_text(diagnosis, self.say) for diagnosis in graded.diagnoses.found[:1])
        mistakes = (self.say("quiz.mistake", mistake=mistake) for mistake in found)
        return Judgement(False, (self.say("quiz.wrong", answer=answer), *mistakes))
