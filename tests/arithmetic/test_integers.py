"""Integers and ratios at many points against Python's own, element by element, beyond 64 bits too."""

import operator
from fractions import Fraction
from math import gcd

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import arithmetic
from cnncalc.arithmetic.integers import Integers
from cnncalc.arithmetic.ratios import Ratio
from cnncalc.arithmetic.undecided import Truth, Undecided
from cnncalc.spec.expressions import ExpressionError, value_of

whole = st.one_of(st.integers(-9, 9), st.integers(-(2**63) + 1, 2**63 - 1), st.integers(-(2**35), 2**35))
pairs = st.lists(st.tuples(whole, whole), min_size=1, max_size=5)
TWO = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "min": min,
    "max": max,
    "gcd": gcd,
    "ceil": lambda a, b: -(-a // b),
}
OURS = TWO | {
    "min": arithmetic.minimum,
    "max": arithmetic.maximum,
    "gcd": arithmetic.gcd,
    "ceil": arithmetic.ceil_div,
}


def array(values):
    return Integers.of(numpy.array(values, dtype=object))


def plain(number, count):
    """A result as a list of Python numbers."""
    if isinstance(number, Ratio):
        return [
            Fraction(a, b)
            for a, b in zip(plain(number.numerator, count), plain(number.denominator, count), strict=True)
        ]
    values = number.array if isinstance(number, Integers) else number.mask if isinstance(number, Truth) else [number]
    return numpy.broadcast_to(numpy.array(values, dtype=object), count).tolist()


@given(pairs, st.sampled_from(sorted(TWO)), st.sampled_from(("both", "left", "right")))
def test_operations_are_those_of_ints(values, name, wide):
    a, b = ([value[place] for value in values] for place in (0, 1))
    if wide != "both":
        (a if wide == "right" else b)[:] = [(a if wide == "right" else b)[0]] * len(values)
    if name in ("//", "%", "ceil") and 0 in b:
        return
    left = a[0] if wide == "right" else array(a)
    right = b[0] if wide == "left" else array(b)
    found = OURS[name](left, right)
    assert plain(found, len(a)) == [TWO[name](x, y) for x, y in zip(a, b, strict=True)]
    if isinstance(found, Integers):
        assert found.low <= min(found.array.tolist())
        assert max(found.array.tolist()) <= found.high


@given(pairs, st.sampled_from((operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)))
def test_comparisons_are_those_of_ints(values, compare):
    a, b = ([value[place] for value in values] for place in (0, 1))
    for left, right, others in ((array(a), array(b), b), (array(a), b[0], [b[0]] * len(b))):
        found = compare(left, right)
        expected = [compare(x, y) for x, y in zip(a, others, strict=True)]
        masks = [True] * len(a) if found is True else numpy.broadcast_to(found.mask, len(a)).tolist()
        assert masks == expected


EXPRESSIONS = (
    *("a + b * 2", "a / b", "a * 3 / 4 + b / 6", "a // b", "a % b", "-a ** 3", "min(a, b / 2, 3)", "max(a, 1) - b"),
    *("ceil(a / 3)", "floor(a * 0.75)", "round(a / 2)", "round(a * b / 6)", "make_divisible(a * 1.5, 8)"),
    *("a if a > b else b / 2", "1 if a == b else 2 if a < 3 else 12 // a", "a < b < 5", "a > 1 and 6 // (a - 1) > 1"),
    *("not a or b", "b != 0 and a % b == 0", "(a > b) * 3 + 1", "a >= 2 or b", "12 // a"),
)


@given(
    st.lists(st.tuples(st.integers(-4, 9), st.integers(-4, 9)), min_size=1, max_size=8), st.sampled_from(EXPRESSIONS)
)
def test_expressions_over_arrays_are_those_over_ints(values, text):
    """Points that take different ways are told apart, as a sweep does it, until each has its value or its error."""
    found = {}
    waiting = [list(range(len(values)))]
    while waiting:
        chosen = waiting.pop()
        names = {name: array([values[place][i] for place in chosen]) for i, name in enumerate("ab")}
        try:
            result = value_of(text, names)
        except Undecided as undecided:
            labels = undecided.labels.tolist()
            waiting += [[p for p, mine in zip(chosen, labels, strict=True) if mine == label] for label in set(labels)]
        except ExpressionError as error:
            found |= dict.fromkeys(chosen, str(error))
        else:
            found |= dict(zip(chosen, plain(result, len(chosen)), strict=True))
    for place, (a, b) in enumerate(values):
        try:
            expected = value_of(text, {"a": a, "b": b})
        except ExpressionError as error:
            expected = str(error)
        assert found[place] == expected


def test_python_code_that_wants_one_answer_has_the_points_told_apart():
    sizes = Integers.of(numpy.array([[1, 5, 5]]))
    with pytest.raises(Undecided) as raised:
        bool(sizes == 1)
    assert raised.value.labels.tolist() == [[1, 0, 0]]
    with pytest.raises(Undecided) as raised:
        range(sizes)
    assert raised.value.labels.tolist() == [[0, 1, 1]]
    assert list(range(Integers.of(numpy.array([3, 3])))) == [0, 1, 2]
    assert f"{sizes}" == "1…5"


def test_a_division_by_zero_is_told_apart_too():
    with pytest.raises(Undecided):
        1 // Integers.of(numpy.array([0, 2]))
    with pytest.raises(ZeroDivisionError):
        1 // Integers.of(numpy.array([0, 0]))
    with pytest.raises(ZeroDivisionError):
        Integers.of(numpy.array([1, 2])) // 0
