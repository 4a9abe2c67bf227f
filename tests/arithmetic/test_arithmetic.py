"""What formulas may use, on each kind of number."""

import numpy
import pytest
import sympy

from cnncalc import arithmetic
from cnncalc.arithmetic.recording import TEXTBOOK, Recorded


def test_prod_of_nothing_is_one():
    assert arithmetic.prod(()) == 1


def test_prod_starts_from_the_first_number():
    assert arithmetic.prod((Recorded(3), Recorded(4))).figures() == "3*4"


@pytest.mark.parametrize(("dividend", "divisor", "expected"), [(7, 2, 4), (8, 2, 4), (-7, 2, -3), (0, 5, 0)])
def test_ceil_div(dividend, divisor, expected):
    assert arithmetic.ceil_div(dividend, divisor) == expected
    assert arithmetic.ceil_div(numpy.array([dividend]), divisor).tolist() == [expected]
    assert arithmetic.ceil_div(sympy.Integer(dividend), divisor) == expected
    assert arithmetic.ceil_div(Recorded(dividend), divisor).value == expected


def test_where_and_equal_on_arrays_work_element_by_element():
    sizes = numpy.array([1, 5])
    assert arithmetic.where(arithmetic.equal(sizes, 1), 7, sizes).tolist() == [7, 5]


def test_equal_on_symbols_is_an_equation_not_a_comparison_of_spelling():
    width = sympy.Symbol("width")
    assert arithmetic.equal((width + 1) ** 2, width**2 + 2 * width + 1).subs(width, 3) == sympy.true
    assert arithmetic.equal(width, 3).subs(width, 3) == sympy.true


def test_the_gcd_of_symbols_stays_open_until_both_are_known():
    a, b = sympy.symbols("a b", integer=True, positive=True)
    assert arithmetic.gcd(a, b).subs({a: 12, b: 18}) == 6
    assert arithmetic.gcd(a, a) == a
    assert arithmetic.gcd(a, sympy.Integer(1)) == 1
    assert arithmetic.gcd(sympy.Integer(1), a) == 1


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Recorded(7) - (Recorded(3) - 2), "7 - (3 - 2)"),
        (Recorded(7) - Recorded(3) - 2, "7 - 3 - 2"),
        (1 + (Recorded(7) - 2), "1 + 7 - 2"),
        (2 * (Recorded(7) // 2), "2*(7//2)"),
        ((Recorded(7) // 2) * 2, "7//2*2"),
        (14 // (Recorded(7) * 2), "14//(7*2)"),
        (10 - 2 * Recorded(-3), "10 - 2*(-3)"),
        ((9 % Recorded(7)) + 1, "9 % 7 + 1"),
        ((Recorded(9) + 1) % 4, "(9 + 1) % 4"),
        ((2 - Recorded(5)) * 3, "(2 - 5)*3"),
        (arithmetic.ceil_div(Recorded(7) + 1, 3) * 2, "ceil(7 + 1, 3)*2"),
    ],
)
def test_recorded_text_has_the_brackets_it_needs_and_no_more(number, text):
    assert number.figures() == text
    assert repr(number) == f"{text} = {number.value}"
    assert eval(text, {"ceil": lambda a, b: -(-a // b)}) == number.value


def test_a_recorded_number_compares_and_hashes_as_its_value():
    three = Recorded(1) + 2
    assert three == 3
    assert three != 4
    assert hash(three) == hash(3)
    assert three < 4
    assert three <= 3
    assert three > Recorded(2)
    assert three >= 3
    assert repr(Recorded(3)) == "3"


def test_textbook_style():
    assert ((Recorded(224) - 11 + 2 * Recorded(2)) // 4).figures(TEXTBOOK) == "(224 − 11 + 2·2)/4"


def test_a_settled_number_is_a_step_of_its_own_once():
    extent = arithmetic.settled(Recorded(2) * 3, "E")
    total = extent + extent
    assert [step.figures() for step in total.steps()] == ["2*3", "6 + 6"]
    assert total.symbols() == "E + E"
    assert [step.figures() for step in extent.steps()] == ["2*3"]


def test_recording_a_division_by_zero_raises_as_ints_do():
    with pytest.raises(ZeroDivisionError):
        Recorded(1) // 0
