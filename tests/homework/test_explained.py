"""Which of some wrong figures explain an answer: how likely ones are told, how precise an answer has to be for them."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from cnncalc import Conv2d, MaxPool2d, Network
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.answers import Amount, Part, parse
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.diagnosis import diagnose
from cnncalc.homework.findings import Candidate, Finding
from cnncalc.homework.matching import reading_of
from cnncalc.homework.quantities import QUANTITIES


def wrong(figure, *names, rank=1.0, before=False):
    return Candidate(figure, tuple(map(Finding, names)), rank, before=before)


def explained(text, *singles, truth=7, pairs=(), quantity="params", **settings):
    """The names of the mistakes of each explanation that is told, and how many more there are."""
    candidates = SimpleNamespace(asked=SimpleNamespace(quantity=quantity), truth=truth, singles=singles, pairs=pairs)
    found = diagnose(reading_of(parse(text), QUANTITIES[quantity]), candidates, **settings)
    return [[finding.name for finding in one.findings] for one in found.found], found.more


def test_what_is_about_as_likely_is_told_too():
    three = [wrong(100, name, rank=rank) for name, rank in (("a", 1), ("b", 2), ("c", 2.5))]
    assert explained("100", *three) == ([["a"], ["b"]], 0)
    assert explained("100", *three[1:]) == ([["b"], ["c"]], 0)
    assert explained("101", *three) == ([], 0)


def test_three_are_told_and_nine_are_none():
    many = [wrong(100, name) for name in "abcdefghi"]
    assert explained("100", *many[:3]) == ([["a"], ["b"], ["c"]], 0)
    assert explained("100", *many[:5]) == ([["a"], ["b"], ["c"]], 2)
    assert explained("100", *many[:8]) == ([["a"], ["b"], ["c"]], 5)
    assert explained("100", *many) == ([], 0)


def test_the_same_mistakes_are_told_once():
    assert explained("100", wrong(100, "a"), wrong(100, "a", rank=1.5)) == ([["a"]], 0)


@pytest.mark.parametrize(
    ("text", "rank", "is_told"),
    [
        *(("9k", 2, True), ("9k", 2.5, False), ("9.0k", 3, True), ("9.0k", 3.5, False), ("9.00k", 3, True)),
        *(("9.00k", 3.5, False), ("9.000k", 4.5, True), ("9.000k", 5, False), ("9.0000k", 50, True), ("9000", 9, True)),
    ],
)  # fmt: skip
def test_rare_mistakes_need_digits(text, rank, is_told):
    assert explained(text, wrong(9000, "a", rank=rank)) == ([["a"]] if is_told else [], 0)


@pytest.mark.parametrize(("text", "is_told"), [("9.0k", False), ("9.00k", True), ("9000", True)])
def test_a_mistake_before_needs_three_digits(text, is_told):
    assert explained(text, wrong(9000, "a", before=True)) == ([["a"]] if is_told else [], 0)
    assert explained(text, wrong(9000, "a", before=True), known_from=True) == ([], 0)
    assert explained(text, wrong(9000, "a"), known_from=True) == ([["a"]], 0)


def test_two_mistakes_explain_what_one_does_not():
    pairs = [wrong(100, name, "z", rank=6) for name in "abcde"]
    assert explained("100", pairs=pairs[:1]) == ([["a", "z"]], 0)
    assert explained("100", wrong(100, "one", rank=9), pairs=pairs[:1]) == ([["one"]], 0)
    assert explained("100", pairs=pairs[:4]) == ([["a", "z"], ["b", "z"], ["c", "z"]], 1)
    assert explained("100", pairs=pairs) == ([], 0)


def test_a_slip_goes_before_everything():
    assert explained("5*5 = 26", wrong(26, "a"), truth=25) == ([["slip"]], 0)
    assert explained("5*6 = 26", wrong(26, "a"), truth=25) == ([["a"]], 0)


@pytest.mark.parametrize(
    ("text", "figure", "names"),
    [
        ("60.0k", 60 * 1024, ["powers-of-1024"]),
        ("60.0M", 60 * 1024**2, ["powers-of-1024"]),
        ("60.0G", 60 * 1024**3, ["powers-of-1024"]),
        ("60.0T", 60 * 1024**4, ["powers-of-1024"]),
        ("60.0Ki", 60 * 1000, ["powers-of-1000"]),
        ("60.0Mi", 60 * 1000**2, ["powers-of-1000"]),
        ("60.0Gi", 60 * 1000**3, ["powers-of-1000"]),
        ("60.0Ti", 60 * 1000**4, ["powers-of-1000"]),
        ("48k", 48_600, ["cut-off"]),
    ],
)
def test_prefixes_that_are_meant_otherwise(text, figure, names):
    """Of the right figure, and of a wrong one."""
    assert explained(text, truth=figure) == ([names], 0)
    assert explained(text, wrong(figure, "a")) == ([["a", *names]], 0)
    two = explained(text, wrong(figure, "a", "b"))[0]
    assert two == ([["a", "b", "cut-off"]] if names == ["cut-off"] else [])


def test_a_prefix_and_a_cut_are_less_likely():
    """Two ranks for a prefix, one for a cut; where something explains all digits, nothing that was cut off does."""
    assert explained("60.000k", wrong(61_440, "a"), wrong(60_000, "b", rank=4)) == ([["a", "powers-of-1024"], ["b"]], 0)
    assert explained("60.000k", wrong(61_440, "a"), wrong(60_000, "b", rank=5)) == ([["a", "powers-of-1024"]], 0)
    assert explained("60.0k", wrong(60_000, "b", rank=1), wrong(61_440, "a")) == ([["b"]], 0)
    assert explained("48k", wrong(48_600, "a"), wrong(48_100, "b", rank=3)) == ([["b"]], 0)
    assert explained("48k", wrong(48_600, "a"), wrong(48_600, "b", rank=2)) == (
        [["a", "cut-off"], ["b", "cut-off"]],
        0,
    )


@pytest.mark.parametrize("power", range(1, 11))
def test_powers_of_ten(power):
    """Those that prefixes and slips of one, two or three zeros make."""
    expected = [["power-of-ten"]] if power in (1, 2, 3, 6, 9) else []
    for truth, answer in ((1234, 1234 * 10**power), (7 * 10**11, 7 * 10 ** (11 - power))):
        candidates = SimpleNamespace(asked=SimpleNamespace(quantity="params"), truth=truth, singles=(), pairs=())
        found = diagnose(reading_of(parse(str(answer)), QUANTITIES["params"]), candidates).found
        assert [[finding.name for finding in one.findings] for one in found] == expected
        assert [finding.detail for one in found for finding in one.findings] == [str(power)] * len(expected)


def test_how_rare_it_is_that_the_right_figure_is_written_otherwise():
    """A cut is rarer by one rank and a prefix by two; what is one rank rarer than the likeliest is told beside it."""
    assert explained("48k", wrong(48_700, "a", rank=1), truth=48_600) == ([["cut-off"], ["a", "cut-off"]], 0)
    assert explained("48k", wrong(48_700, "a", rank=1.5), truth=48_600) == ([["cut-off"]], 0)
    assert explained("48k", wrong(48_700, "a", rank=0.5), truth=48_600) == ([["cut-off"], ["a", "cut-off"]], 0)
    prefix = ["powers-of-1024", "cut-off"]  # 48·1024 = 49,152, of 50,000
    assert explained("48k", wrong(48_700, "a", rank=3), truth=50_000) == ([prefix, ["a", "cut-off"]], 0)
    assert explained("48k", wrong(48_700, "a", rank=1), truth=50_000) == ([["a", "cut-off"], prefix], 0)
    whole = ["powers-of-1024"]
    assert explained("48.00k", wrong(48_000, "a", rank=3), truth=49_152) == ([whole, ["a"]], 0)
    assert explained("48.00k", wrong(48_000, "a", rank=1), truth=49_152) == ([["a"], whole], 0)
    assert explained("48.000k", wrong(48_000, "a", rank=3.5), truth=49_152) == ([whole], 0)
    assert explained("168", wrong((168,), "a", rank=3), truth=(6, 28), quantity="output") == (
        [["elements-for-shape"], ["a"]],
        0,
    )
    assert explained("168", wrong((168,), "a", rank=1), truth=(6, 28), quantity="output") == (
        [["a"], ["elements-for-shape"]],
        0,
    )
    assert explained("168", wrong((168,), "a", rank=4), truth=(6, 28), quantity="output") == (
        [["elements-for-shape"]],
        0,
    )


def test_expressions_go_with_the_mistake():
    workings = (Recorded(100, "x"),)
    candidates = SimpleNamespace(
        asked=SimpleNamespace(quantity="params"),
        truth=7,
        singles=[Candidate(100, (Finding("a"),), 1.0, workings)],
        pairs=(),
    )
    (found,) = diagnose(reading_of(parse("100"), QUANTITIES["params"]), candidates).found
    assert found.workings == workings


def test_two_mistakes_are_not_read_under_another_prefix():
    two = wrong(61_440, "a", "b", rank=6)
    assert explained("60.000k", pairs=[two]) == ([], 0)
    assert explained("61.440k", pairs=[two]) == ([["a", "b"]], 0)
    assert explained("60.000k", pairs=[wrong(61_440, "a", rank=6)]) == ([["a", "powers-of-1024"]], 0)


def test_numbers_of_elements():
    assert explained("168", truth=(6, 28), quantity="output") == ([["elements-for-shape"]], 0)
    assert explained("169", truth=(13, 13), quantity="receptive_field") == ([], 0)


def test_powers_of_ten_of_small_figures_are_chance():
    assert explained("10000", truth=1000) == ([["power-of-ten"]], 0)
    assert explained("9990", truth=999) == ([], 0)
    assert explained("10000000", truth=1000) == ([], 0)
    assert explained("10000", wrong(10_000, "a", rank=3), truth=1000) == ([["a"], ["power-of-ten"]], 0)
    assert explained("10000", wrong(10_000, "a", rank=2), truth=1000) == ([["a"]], 0)


def test_the_roughest_reading_says_how_rare_a_mistake_may_be():
    """2 digits of one reading, 5 of another."""
    amounts = (Amount("", Fraction(9000), Fraction(50), 2), Amount("", Fraction(9000), Fraction(1, 2), 5))
    reading = SimpleNamespace(final=Part("9k", amounts, ()), working=())
    for rank, is_told in ((3, True), (4, False)):
        singles = [wrong(9000, "a", rank=rank)]
        candidates = SimpleNamespace(asked=SimpleNamespace(quantity="params"), truth=7, singles=singles, pairs=())
        assert bool(diagnose(reading, candidates).found) == is_told


POOLED = Network(input=(2, 8, 11), layers=[MaxPool2d(kernel_size=3, stride=2, name="pool")])
"""(8 − 3)/2 + 1 = 3.5 and (11 − 3)/2 + 1 = 5: 2×3×5 of 30 elements."""
LARGE = Network(input=(1, 64, 65), layers=[MaxPool2d(kernel_size=3, stride=2, name="pool")])
"""61/2 + 1 = 31.5 and 32, which make 1,008; 31 and 32 make 992."""
EVEN = Network(input=(2, 9, 11), layers=[MaxPool2d(kernel_size=3, stride=2, name="pool")])
"""2×4×5, which nothing has to be rounded for."""
UNEVEN = Network(input=(1, 9, 12), layers=[Conv2d(2, 3, stride=4, name="conv")])
"""(9 − 3)/4 + 1 = 2.5 and (12 − 3)/4 + 1 = 3.25."""


@pytest.mark.parametrize(
    ("network", "layer", "text", "name"),
    [
        *((POOLED, "pool", "3.5", "not-rounded"), (POOLED, "pool", "30", "elements-for-shape")),
        *((POOLED, "pool", "17.5", "not-rounded"), (POOLED, "pool", "35.0", "not-rounded")),
        *((POOLED, "pool", "2x3.5x5", "not-rounded"), (POOLED, "pool", "17.6", "not-rounded")),
        *((POOLED, "pool", "17.7", None), (POOLED, "pool", "5.0", None), (POOLED, "pool", "2.0", None)),
        *((UNEVEN, "conv", "2.5", "not-rounded"), (UNEVEN, "conv", "3.25", "not-rounded")),
        *((UNEVEN, "conv", "3.4", None), (UNEVEN, "conv", "2.5x3.25", "not-rounded")),
        *((POOLED, "pool", "17.675", "not-rounded"), (POOLED, "pool", "17.676", None), (POOLED, "pool", "18", None)),
        *((POOLED, "pool", "17.325", "not-rounded"), (POOLED, "pool", "17.324", None)),
        *((EVEN, "pool", "40.0", "elements-for-shape"), (LARGE, "pool", "1000.0", "not-rounded")),
        (LARGE, "pool", "1000", None),
    ],
)
def test_sizes_that_are_not_rounded_and_numbers_of_elements(network, layer, text, name):
    """A size, or the product of all or of the sides, to a hundredth of it; whole sizes tell nothing."""
    candidates = Candidates(Context(network), layer, "output")
    found = diagnose(reading_of(parse(text), QUANTITIES["output"]), candidates).found
    names = [finding.name for diagnosis in found for finding in diagnosis.findings]
    told = {"not-rounded", "elements-for-shape"} & set(names)
    assert told == ({name} if name else set())
