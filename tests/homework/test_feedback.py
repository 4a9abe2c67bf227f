"""Pages of feedback: every finding has its words, and pages say what is right only where they may."""

import pytest

from cnncalc import grade, load
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.document import Equation, Heading, Paragraph
from cnncalc.homework.feedback import feedback, finding_text, points_text, quoted
from cnncalc.homework.messages import languages, messages
from cnncalc.homework.quantities import QUANTITIES


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


def test_a_page_that_keeps_the_answers_back():
    document = feedback(grade(load("lenet5"), {"C1.params": "150", "C1.output": "6x27x27"}), answers=False)
    assert not [block for block in document.blocks if isinstance(block, Equation)]
    assert "156" not in " ".join(texts(document))
    assert "The bias was left out." in texts(document)


def test_short_texts():
    assert [points_text(points) for points in (10, 9.5, 0, 0.125)] == ["10", "9.5", "0", "0.12"]
    assert quoted("a\n\u202eb") == "a b"
    assert len(quoted("x" * 500)) == 80
