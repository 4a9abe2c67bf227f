"""Grading over generated networks: what is right is right, no mistake leads there, and nothing breaks."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import any_networks, networks

from cnncalc import Network, grade, layers
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.entries import Entry
from cnncalc.homework.grading import Grader
from cnncalc.homework.key import Key
from cnncalc.homework.quantities import QUANTITIES
from cnncalc.homework.submissions import Submission


def network(case):
    nodes, shape = case
    named = [replace(layer, name=name, inputs=inputs) for name, layer, inputs in nodes] or [layers.ReLU(name="relu")]
    return Network(input=shape, layers=named)


def answers(context):
    """Every right figure that there is, as people write it."""
    found = {}
    for layer in (None, *(row.name for row in context.analysis.layers)):
        for quantity in QUANTITIES:
            figure = context.figure(quantity, layer)
            if figure is not None and figure != ():
                text = "x".join(map(str, figure)) if isinstance(figure, tuple) else f"{figure:,}"
                found[(layer or "total", quantity)] = text
    return found


@settings(max_examples=40)
@given(st.one_of(networks(), any_networks()), st.integers(1, 3))
def test_right_answers_are_right(case, batch):
    context = Context(network(case), batch=batch)
    entries = tuple(Entry(text, "", layer=layer, quantity=name) for (layer, name), text in answers(context).items())
    paper = Grader(Key("", context)).grade(Submission("", "", entries))
    assert [(r.question.id, r.text, r.expected) for r in paper.results if r.verdict != "right"] == []
    assert paper.unmatched == ()


@settings(max_examples=12)
@given(st.one_of(networks(), any_networks()), st.integers(1, 3))
def test_no_mistake_leads_to_the_right_figure(case, batch):
    context = Context(network(case), batch=batch)
    for layer in (None, *(row.name for row in context.analysis.layers)):
        for quantity in QUANTITIES:
            candidates = Candidates(context, layer, quantity)
            for candidate in (*candidates.singles, *candidates.pairs):
                assert candidate.figure != candidates.truth
                assert candidate.findings


@settings(max_examples=12)
@given(networks(), st.integers(0, 2**32))
def test_wrong_answers_break_nothing(case, seed):
    """A paper in which some figures are beside the right ones, some are written badly and some are carried forward."""
    chance = random.Random(seed)
    context = Context(network(case))
    texts = answers(context)
    for question in texts:
        if chance.random() < 0.3:
            texts[question] = chance.choice(["", "?", "1x2", "0", "7", "3x3x3", "1e9", "12M", "5, 5", "2.5k", "8*8"])
    entries = tuple(Entry(text, "", layer=layer, quantity=name) for (layer, name), text in texts.items())
    paper = Grader(Key("", context), carry=0.5).grade(Submission("", "", entries))
    assert 0 <= paper.points <= paper.most


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=60), max_size=8))
def test_no_paper_breaks_it(texts):
    key = {"spec": "stack_two_3x3", "questions": [{"quantity": "params"}, {"quantity": "output", "id": "size"}]}
    assert len(grade(key, texts).results) == 2
    paper = grade(key, dict(zip(("1", "size"), texts.values(), strict=False)))
    assert len(paper.results) == 2
