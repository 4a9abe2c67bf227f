"""What formulas may use, on each kind of number."""

from fractions import Fraction

import numpy
import pytest
import sympy

from cnncalc import arithmetic
from cnncalc.arithmetic.book import Book
from cnncalc.arithmetic.closed import symbol
from cnncalc.arithmetic.integers import Integers
from cnncalc.arithmetic.recording import TEXTBOOK, Recorded


def test_prod_of_nothing_is_one():
    assert arithmetic.prod(()) == 1


def test_prod_records_no_multiplication_by_one():
    assert arithmetic.prod((Recorded(3), Recorded(4))).figures() == "3*4"


@pytest.mark.parametrize(
    "number", [Recorded(3, "K"), Integers.of(numpy.array([3, 2**70])), symbol("H", 7, Book()) // 2], ids=repr
)
def test_one_times_a_number_is_that_number(number):
    assert arithmetic.prod((number,)) is number
    assert number * 1 is number


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


def test_a_plain_int_that_changes_nothing_is_not_recorded():
    three = Recorded(3, "K")
    for same in (three + 0, 0 + three, three - 0, three * 1, 1 * three, three // 1, three - 1 + 1):
        assert same is three
    assert 0 * three == 0
    assert type(0 * three) is int
    assert (three + Recorded(0)).figures() == "3 + 0"
    assert (three * Recorded(1)).figures() == "3*1"
    assert sum([three, three]).figures() == "3 + 3"


def test_a_quotient_keeps_its_fraction():
    assert (Recorded(7) / 2).value == Fraction(7, 2)
    assert type((Recorded(8) / 2).value) is int
    assert (Recorded(-2) + Recorded(11) / 2).figures() == "(-2) + 11/2"
    assert repr(Recorded(Fraction(2, 3)) * 3) == "(2/3)*3 = 2"


@pytest.mark.parametrize("factor", [0.29, 0.57, 1.15, 2.9, 0.7, 1 / 3])
def test_sizes_are_scaled_in_double_precision_as_ints_are(factor):
    """0.29·100 is 28.999… in double precision, which PyTorch computes in, and rounds down to 28."""
    for size in range(1, 300):
        assert arithmetic.scaled(Recorded(size, "H"), factor).value == arithmetic.scaled(size, factor)


def test_a_bool_is_recorded_as_a_number():
    assert (Recorded(3) + True).figures() == "3 + 1"
    assert bool(Recorded(0)) is False
    assert bool(Recorded(2)) is True


def test_rewriting_computes_anew_and_keeps_what_is_shared():
    size, padding = Recorded(7, "H"), Recorded(2, "P")
    output = arithmetic.settled((size + 2 * padding) // 2 + 1, "H'")
    area = output * output
    unpadded = area.rewritten(lambda part: Recorded(0, "P") if part.name == "P" else None)
    assert area.figures() == "6*6"
    assert unpadded.figures() == "4*4"
    assert unpadded.operands[0] is unpadded.operands[1]
    assert [step.figures() for step in unpadded.steps()] == ["(7 + 2*0)//2 + 1", "4*4"]
    assert area.rewritten(lambda part: None) is area


def test_parts_come_once_and_before_what_is_made_of_them():
    kernel = Recorded(3, "K")
    extent = arithmetic.settled(2 * (kernel - 1) + 1, "K'")
    number = extent * kernel
    parts = number.parts()
    assert parts[-1] is number
    assert len({id(part) for part in parts}) == len(parts)
    assert parts.index(kernel) < parts.index(extent)
    assert [part.name for part in number.parts(within=True) if part.name] == ["K'", "K"]


def test_long_sums_are_written_without_recursion():
    total = sum([Recorded(1) for _ in range(5_000)])
    assert total.value == 5_000
    assert total.figures().count("+") == 4_999
