"""Closed forms against ints: whatever simplifies, is named or is decided must be so at every point."""

import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnncalc import arithmetic
from cnncalc.arithmetic.book import Book
from cnncalc.arithmetic.closed import Closed, Decision, symbol
from cnncalc.arithmetic.symbols import Choice

STEPS = st.one_of(
    st.tuples(st.just("+"), st.integers(-9, 9)),
    st.tuples(st.just("*"), st.integers(1, 3)),
    st.tuples(st.just("//"), st.integers(1, 4)),
    st.tuples(st.just("ceil"), st.integers(1, 4)),
    st.tuples(st.just("%"), st.integers(1, 6)),
    st.tuples(st.just("max"), st.integers(-3, 9)),
    st.tuples(st.just("min"), st.integers(-3, 30)),
)


def chain(number, steps):
    for name, value in steps:
        if name == "+":
            number = number + value
        elif name == "*":
            number = number * value
        elif name == "//":
            number = number // value
        elif name == "%":
            number = number % value
        else:
            rule = {"ceil": arithmetic.ceil_div, "max": arithmetic.maximum, "min": arithmetic.minimum}[name]
            number = rule(number, value)
    return number


def at(number, point):
    """What a closed number is where the symbol is so much."""
    if not isinstance(number, Closed):
        return number
    return number.book.written_out(number.expression).subs(number.book.definitions).subs({H: point})


H = symbol("H", 100, Book()).expression


@settings(max_examples=150)
@example([("%", 3), ("*", 2), ("%", 3)], [("+", 0)], 1)
@example([("+", 0)], [("%", 3), ("*", 2), ("%", 5)], 1)
@example([("%", 6), ("*", 5), ("+", 1), ("%", 3)], [("+", 0)], 1)
@given(st.lists(STEPS, min_size=1, max_size=6), st.lists(STEPS, min_size=1, max_size=4), st.integers(1, 60))
def test_chains_of_roundings_and_what_is_decided_of_them(first, second, here):
    book = Book()
    closed = symbol("H", here, book)
    a, b = chain(closed, first), chain(closed, second)
    points = range(1, 200)
    for number, steps in ((a, first), (b, second), (a * b, None)):
        for point in (*points[:50:7], here):
            expected = chain(point, steps) if steps is not None else chain(point, first) * chain(point, second)
            assert at(number, point) == expected
    assert (a.value if isinstance(a, Closed) else a) == chain(here, first)
    larger = a >= b
    truths = {point: chain(point, first) >= chain(point, second) for point in points}
    if isinstance(larger, Decision):
        assert larger.value == truths.get(here, chain(here, first) >= chain(here, second))
        for point in points[::11]:
            assert bool(larger.relation.subs({H: point})) == truths[point]
    else:
        assert set(truths.values()) == {bool(larger)}
    chosen = arithmetic.where(larger, a, b)
    for point in points[::31]:
        assert at(chosen, point) == max(chain(point, first), chain(point, second))


def test_a_chain_of_windows_is_one_floor():
    book = Book()
    height = symbol("H", 224, book)
    for kernel, stride, padding in ((11, 4, 2), (3, 2, 0), (5, 1, 2), (3, 2, 0), (3, 1, 1), (3, 2, 0)):
        height = (height - kernel + 2 * padding) // stride + 1
    assert sympy.simplify(height.expression - (sympy.floor((H + 1) / 32) - 1)) == 0
    assert height.value == 6


def test_what_code_takes_for_granted_is_written_down():
    book = Book()
    width = symbol("width", 64, book)
    assert width > 7
    assert [str(relation) for relation in book.assumed] == ["width >= 8"]
    assert list(range(symbol("depth", 2, book))) == [0, 1]
    assert [(str(expression), value) for expression, value in book.single] == [("depth", 2)]


def test_a_choice_is_a_case_split_for_sympy():
    cases = Choice(sympy.Gt(H, 3), H, sympy.Integer(3)).rewrite(sympy.Piecewise)
    assert cases == sympy.Piecewise((H, H > 3), (3, True))
