"""Numbers of which only bounds are known: whatever is computed from them holds the true value."""

import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import arithmetic
from cnncalc.arithmetic.ranges import UNDECIDED, Range, UndecidedError, ends
from cnncalc.layers import formulas

numbers = st.integers(-30, 30)


@st.composite
def inside(draw, low=-30, high=30):
    """A range and a number in it."""
    a, b, c = sorted(draw(st.lists(st.integers(low, high), min_size=3, max_size=3)))
    return Range(a, c), b


def holds(found, value):
    low, high = ends(found)
    return low <= value <= high


@given(inside(), inside(), st.sampled_from((operator.add, operator.sub, operator.mul)))
def test_sums_and_products_hold_the_value(a, b, operation):
    assert holds(operation(a[0], b[0]), operation(a[1], b[1]))
    assert holds(operation(a[0], b[1]), operation(a[1], b[1]))
    assert holds(operation(a[1], b[0]), operation(a[1], b[1]))


@given(inside(), inside(1, 12), st.sampled_from((operator.floordiv, operator.mod, arithmetic.ceil_div)))
def test_quotients_and_rests_hold_the_value(a, b, operation):
    assert holds(operation(a[0], b[0]), operation(a[1], b[1]))
    assert holds(operation(a[0], b[1]), operation(a[1], b[1]))
    assert holds(operation(a[1], b[0]), operation(a[1], b[1]))


@given(inside(1, 30), inside(1, 30))
def test_the_functions_of_formulas_hold_the_value(a, b):
    for name in ("maximum", "minimum", "gcd", "quotient"):
        function = getattr(arithmetic, name)
        assert holds(function(a[0], b[0]), function(a[1], b[1])), name
    half = Fraction(1, 2)
    for name in ("floored", "ceiled", "rounded"):
        function = getattr(arithmetic, name)
        assert holds(function(a[0] * half), function(a[1] * half)), name
    assert holds(arithmetic.scaled(a[0], 1.7), arithmetic.scaled(a[1], 1.7))
    chosen = arithmetic.where(a[0] < b[0], a[0], b[0])
    assert holds(chosen, a[1] if a[1] < b[1] else b[1])


@given(inside(), inside(), st.sampled_from(("lt", "le", "gt", "ge", "eq", "ne")))
def test_a_comparison_that_is_decided_is_so_of_the_value(a, b, name):
    compare = getattr(operator, name)
    for found in (compare(a[0], b[0]), compare(a[0], b[1]), compare(a[1], b[0])):
        assert found is UNDECIDED or found is compare(a[1], b[1])


@given(inside(1, 40), inside(1, 9), inside(1, 5), inside(0, 4), inside(1, 3))
def test_the_rules_of_windows_hold_the_value(size, kernel, stride, padding, dilation):
    arguments = (size, kernel, stride, padding, dilation)
    for rule in (formulas.window_output, formulas.ceil_window_output, formulas.window_remainder):
        assert holds(rule(*(number for number, _ in arguments)), rule(*(value for _, value in arguments)))


def test_undecided_conditions_cannot_be_branched_on():
    with pytest.raises(UndecidedError):
        bool(Range(0, 2) == 1)
    with pytest.raises(UndecidedError):
        bool(Range(0, 2))
    assert (UNDECIDED & False) is False
    assert (False & UNDECIDED) is False
    assert (UNDECIDED | True) is True
    assert (UNDECIDED & True) is UNDECIDED
    assert ~UNDECIDED is UNDECIDED


def test_a_range_is_never_a_word():
    assert Range(1, 2) != "same"


@pytest.mark.parametrize("operation", [lambda r: 7 // r, lambda r: 7 % r, lambda r: arithmetic.quotient(7, r)])
def test_a_divisor_that_may_be_zero_is_not_divided_by(operation):
    with pytest.raises(UndecidedError):
        operation(Range(0, 3))
