"""The search with ranges: complete whatever the condition, without looking at every point where ranges decide."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.arithmetic.ranges import UNDECIDED, Range, UndecidedError
from cnncalc.design.question import Question
from cnncalc.design.search import TooMuchWorkError, count, solutions
from cnncalc.spec.layer_text import form_from_text

ends = st.tuples(st.integers(-3, 3), st.integers(0, 4)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def points(box):
    return set(product(*(range(low, high + 1) for low, high in box)))


@given(st.lists(ends, min_size=1, max_size=3).map(tuple), st.randoms(use_true_random=False), st.booleans())
def test_any_condition_is_searched_completely(box, random, branching):
    fitting = {point for point in points(box) if random.random() < 0.3}

    def condition(values):
        if any(isinstance(value, Range) for value in values):
            inside = points([(v.low, v.high) if isinstance(v, Range) else (v, v) for v in values])
            if branching:
                raise UndecidedError
            if random.random() < 0.5:
                return UNDECIDED
            return True if inside <= fitting else False if not inside & fitting else UNDECIDED
        return tuple(values) in fitting

    found = list(solutions(box, condition, 10_000))
    assert set().union(*map(points, found)) == fitting
    assert count(found) == len(fitting)


def test_larger_values_come_first():
    found = solutions(
        ((0, 100),), lambda values: UNDECIDED if isinstance(values[0], Range) else values[0] % 7 == 3, 1000
    )
    assert next(found) == ((94, 94),)


def test_the_work_is_bounded():
    def condition(values):
        return UNDECIDED if isinstance(values[0], Range) else False

    with pytest.raises(TooMuchWorkError):
        list(solutions(((0, 10**9),), condition, 1000))


def test_alexnets_first_layer_takes_few_looks():
    """Of 224·224·225, eleven million, settings."""
    looks = 0
    question = Question(form_from_text("Conv2d(64, ?, ?, ?)"), (3, 224, 224), (64, 55, 55))

    def counted(values):
        nonlocal looks
        looks += 1
        return question(values)

    assert count(list(solutions(((1, 224), (1, 224), (0, 224)), counted, 10**6))) == 5714
    assert looks < 20_000
