"""Answers as people write them, and what nobody should write."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.homework.answers import AnswerError, parse
from cnncalc.homework.matching import is_coarse, match, reading_of
from cnncalc.homework.quantities import QUANTITIES


def matched(text, quantity, figure):
    """The remarks on an answer that is the figure; None where it is not."""
    found = match(reading_of(parse(text), QUANTITIES[quantity]).final, QUANTITIES[quantity], figure)
    return None if found is None else set(found.remarks)


RIGHT = [
    ("28,938", "params", 28_938),
    ("28938", "params", 28_938),
    ("28 938", "params", 28_938),
    ("28'938", "params", 28_938),
    ("28’938", "params", 28_938),
    ("28_938", "params", 28_938),
    ("2.9e4", "params", 28_938),
    ("2.9×10^4", "params", 28_938),
    ("2.9x10⁴", "params", 28_938),
    (r"$2.9 \times 10^{4}$", "params", 28_938),
    ("28.9k", "params", 28_938),
    ("28.9 K parameters", "params", 28_938),
    ("2.9万", "params", 28_938),
    ("≈ 29,000", "params", 28_938),
    ("about 29000", "params", 28_938),
    ("61.1M", "params", 61_100_840),
    ("61.1 million", "params", 61_100_840),
    ("61,1M", "params", 61_100_840),
    ("6110万", "params", 61_100_840),
    ("61.1M (61,100,840)", "params", 61_100_840),
    ("(5*5*1+1)*16", "params", 416),
    ("(5·5·1 + 1)·16", "params", 416),
    ("16*(5²+1)", "params", 416),
    ("5x5x1x16+16", "params", 416),
    ("(5*5*1+1)*16 = 416", "params", 416),
    ("=26*16", "params", 416),
    ("4 160 / 10", "params", 416),
    ("864 + 32 + 64 = 960 trainable", "params", 960),
    ("7600, i.e. (5*5*3+1)*100", "params", 7600),
    ("1280 parameters for 128 filters", "params", 1280),
    ("params: 156; output: 6x28x28", "params", 156),
    ("none", "params", 0),
    ("没有参数", "params", 0),
    ("0.714 GMACs", "macs", 714_188_480),
    ("714 MMACs", "macs", 714_188_480),
    ("714.19 million multiply-adds", "macs", 714_188_480),
    ("1.43 GFLOPs", "flops", 1_430_080_104),
    ("244.4 MB", "weight_bytes", 244_403_360),
    ("233.1 MiB", "weight_bytes", 244_403_360),
    ("24M * 4 bytes", "weight_bytes", 96_000_000),
    ("24M * 4 bytes", "weight_bytes", 97_500_000),
    ("4 bytes * 24M", "weight_bytes", 96_000_000),
    ("6@28x28 maps", "output", (6, 28, 28)),
    ("28x28x6 maps", "output", (6, 28, 28)),
    ("13 × 13 px", "receptive_field", (13, 13)),
    ("195x195 (R-CNN)", "receptive_field", (195, 195)),
    ("195", "receptive_field", (195, 195)),
    ("13x13 = 169 pixels", "receptive_field", (13, 13)),
    ("r = 13; j = 4", "receptive_field", (13, 13)),
    ("r = 13; j = 4", "jump", (4, 4)),
    ("all nine elements of a 3x3 input", "receptive_field", (3, 3)),
    ("6x28x28", "output", (6, 28, 28)),
    ("6×28×28", "output", (6, 28, 28)),
    ("6 X 28 X 28", "output", (6, 28, 28)),
    ("６×２８×２８", "output", (6, 28, 28)),
    ("(6, 28, 28)", "output", (6, 28, 28)),
    ("[6,28,28]", "output", (6, 28, 28)),
    ("(6,400,400)", "output", (6, 400, 400)),
    ("torch.Size([6, 28, 28])", "output", (6, 28, 28)),
    ("6@28x28", "output", (6, 28, 28)),
    ("6 maps of 28x28", "output", (6, 28, 28)),
    ("28x28, 6 channels", "output", (6, 28, 28)),
    ("24x24 (20 maps)", "output", (20, 24, 24)),
    ("C=6, H=28, W=28", "output", (6, 28, 28)),
    (r"$6 \times 28 \times 28$", "output", (6, 28, 28)),
    ("The answer is 6x28x28.", "output", (6, 28, 28)),
    ("6x28x28 = 4704", "output", (6, 28, 28)),
    ("62 x 32 x 32 since (36-5)/1+1 = 32", "output", (62, 32, 32)),
    ("4,096", "output", (4096,)),
    ("输出为6×28×28，参数为156个", "output", (6, 28, 28)),
    ("输出为6×28×28，参数为156个", "params", 156),
    ("约2.9万个参数", "params", 28_938),
    ("感受野大小为13×13", "receptive_field", (13, 13)),
    ("1.43B FLOPs", "flops", 1_430_080_104),
]


@pytest.mark.parametrize(("text", "quantity", "figure"), RIGHT)
def test_a_right_answer_without_a_remark(text, quantity, figure):
    assert matched(text, quantity, figure) == set()


REMARKED = [
    ("28*28*6", "output", (6, 28, 28), "channels-last"),
    ("28 × 28 × 6", "output", (6, 28, 28), "channels-last"),
    ("28x28@6", "output", (6, 28, 28), "channels-last"),
    ("H = 28, W = 28", "output", (6, 28, 28), "channels-left-out"),
    ("(1, 6, 28, 28)", "output", (6, 28, 28), "batch"),
    ("(N, 6, 28, 28)", "output", (6, 28, 28), "batch"),
    ("-1x6x28x28", "output", (6, 28, 28), "batch"),
    ("55x55", "output", (96, 55, 55), "channels-left-out"),
    ("32", "output", (8, 32, 32), "one-side"),
    ("4", "output", (1, 1, 4), "ones"),
    ("1x1x4096", "output", (4096,), "ones"),
    ("164 MB", "weight_bytes", 171_966_464, "binary"),
    ("1.43 GFLOPS", "flops", 1_430_080_104, "rate"),
    ("714M FLOPs", "macs", 714_188_480, "called-flops"),
    ("1.43 GMACs", "flops", 1_430_080_104, "called-macs"),
    ("28.938", "params", 28_938, "dot-thousands"),
    ("61,101M", "params", 61_100_840, "decimal-comma"),
    ("61.1M", "params", 61_190_000, "cut-off"),
    ("0.3M", "params", 307_456, "one-digit"),
    ("(96, 55, 55)", "activations", 290_400, "as-shape"),
]


@pytest.mark.parametrize(("text", "quantity", "figure", "remark"), REMARKED)
def test_a_right_answer_with_a_remark(text, quantity, figure, remark):
    assert matched(text, quantity, figure) == {remark}


@pytest.mark.parametrize(
    ("text", "quantity", "figure"),
    [
        ("28,939", "params", 28_938),
        ("28.8k", "params", 28_938),
        ("24M * 4 bytes", "weight_bytes", 99_000_000),
        ("24M * 4 bytes", "weight_bytes", 93_000_000),
        ("28.938k", "params", 28_938_000),
        ("1e7", "params", 14_000_000),
        ("0M", "params", 400_000),
        ("28,938", "params", 29),
        ("1,000", "params", 1),
        ("61.0M", "params", 61_100_840),
        ("61000000", "params", 61_100_840),
        ("61.1k", "params", 61_100_840),
        ("61.1 MB", "params", 61_100_840),
        ("6x28x27", "output", (6, 28, 28)),
        ("28x6x28", "output", (6, 28, 28)),
        ("4704", "output", (6, 28, 28)),
        ("28", "output", (6, 28, 27)),
        ("172.0 MiB", "weight_bytes", 171_966_464),
        ("-416", "params", 416),
        ("416.5", "params", 416),
    ],
)
def test_a_wrong_answer(text, quantity, figure):
    assert matched(text, quantity, figure) is None


@pytest.mark.parametrize("text", ["1e4", "0.1M", "100k"])
def test_what_is_rounded_too_far_tells_nothing(text):
    part = reading_of(parse(text), QUANTITIES["params"]).final
    assert is_coarse(part) == (text != "100k")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no number"),
        ("n/a", "holds no number"),
        ("I don't know", "holds no number"),
        ("9**9**9", "the exponent 387420489 is not a whole number of 0 to 64"),
        ("1/0", "divides by zero"),
        ("1e999999", "too many digits"),
        ("1" * 200, "goes beyond"),
        ("10**18*10", "goes beyond"),
        ("1+" * 600 + "1", "longer than 400 characters"),
        ("(" * 150 + "1" + ")" * 150, "holds no number"),
        ("__import__('os').system('true')", "holds no number"),
        ("none?", "holds no number"),
        ("5.5, 6.5", "^several numbers, not one$"),
        ("6.5@3.5", "^several numbers, not one$"),
        ("N x 5.5", "^several numbers, not one$"),
        ("62 or 63", "several answers, 62 and 63; which is meant"),
    ],
)
def test_what_cannot_be_read(text, reason):
    with pytest.raises(AnswerError, match=reason.replace("*", r"\*")):
        reading_of(parse(text), QUANTITIES["params"])


@pytest.mark.parametrize(
    ("text", "value", "half", "digits", "measures", "factor"),
    [
        ("28938", 28938, 0, 5, "", 1),
        ("28.9k", 28900, 50, 3, "", 1000),
        ("290k", 290_000, 500, 3, "", 1000),
        ("29k", 29000, 500, 2, "", 1000),  # half a unit of its last digit
        ("29 params", 29, 0, 2, "count", 1),
        ("2.90e4", 29000, 50, 3, "", 1),
        ("0.050", Fraction(1, 20), Fraction(1, 2000), 2, "", 1),
        ("≈ 29,000", 29000, 500, 2, "", 1),  # noughts are no digits
        ("≈ 29000 k", 29_000_000, 500_000, 2, "", 1000),
        ("≈ 10", 10, 5, 1, "", 1),
        ("≈ 28.90", Fraction(289, 10), Fraction(1, 200), 4, "", 1),
        ("26*16", 416, 0, 0, "", 1),
        ("0", 0, 0, 0, "", 1),
        ("0 MB", 0, 0, 0, "bytes", 1),
        ("(2.9e4)", 29000, 500, 2, "", 1),
        ("(29)k", 29000, 500, 2, "", 1000),
        ("-5", -5, 0, 0, "", 1),
        ("5 params * 4 bytes", 20, 0, 0, "bytes", 1),
        ("2 MB * 3 k", 6 * 10**9, 15 * 10**8, 1, "bytes", 10**9),
        ("-2M*4", -8 * 10**6, 2 * 10**6, 1, "", 10**6),
        ("2M*4", 8 * 10**6, 2 * 10**6, 1, "", 10**6),
        ("0M + 2M", 2 * 10**6, 5 * 10**5, 1, "", 10**12),
        ("2.4M * 4 bytes", 9_600_000, 200_000, 2, "bytes", 10**6),
        ("24M * 4 bytes", 96_000_000, 2_000_000, 2, "bytes", 10**6),
        ("4 bytes * 24M", 96_000_000, 2_000_000, 2, "bytes", 10**6),
        ("2.4M + 1.23M", 3_630_000, 3_630_000 * Fraction(5, 240), 2, "", 10**12),
        ("1e18", 10**18, 5 * 10**17, 1, "", 1),
        ("1e-18", Fraction(1, 10**18), Fraction(1, 2 * 10**18), 1, "", 1),
        ("1" + "0" * 18, 10**18, 0, 19, "", 1),
    ],
)
def test_how_precise_a_number_is(text, value, half, digits, measures, factor):
    """Half a unit of the last digit; an expression with prefixes is as precise as the roughest of its numbers."""
    amount = parse(text).statements[0].parts[0].amounts[0]
    found = (amount.value, amount.half, amount.digits, amount.measures, amount.factor)
    assert found == (value, half, digits, measures, factor)
    assert isinstance(amount.value, Fraction)


dec = ("decimal-comma",)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("28.938", [(Fraction(28938, 1000), ()), (28938, ("dot-thousands",))]),
        ("2.938", [(Fraction(2938, 1000), ()), (2938, ("dot-thousands",))]),
        ("0.938", [(Fraction(938, 1000), ())]),
        (".938", [(Fraction(938, 1000), ())]),
        ("28.93", [(Fraction(2893, 100), ())]),
        ("28.9380", [(Fraction(28938, 1000), ())]),
        ("2893.800", [(Fraction(28938, 10), ())]),
        ("28.9e3", [(28900, ())]),
        ("28.938k", [(28938, ())]),
        ("61,101", [(61101, ())]),
        ("61,101M", [(61_101_000_000, ()), (61_101_000, ("decimal-comma",))]),
        ("61,101,000M", [(61_101_000_000_000, ())]),
        ("61,1M", [(61_100_000, ())]),
        ("2 MB", [(2_000_000, ()), (2_097_152, ("binary",))]),
        ("2*3 FLOPS", [(6, ("rate",))]),
        ("2*0.7 GFLOPS", [(1_400_000_000, ("rate",))]),
        ("1,000k*2,000k", [(2 * 10**12, ()), (2 * 10**9, ("decimal-comma",)), (2 * 10**6, ("decimal-comma",))]),
        ("1,000 MB", [(10**9, ()), (1000 * 2**20, ("binary",)), (10**6, dec), (2**20, (*dec, "binary"))]),
    ],
)
def test_what_a_number_may_be(text, readings):
    amounts = parse(text).statements[0].parts[0].amounts
    assert [(amount.value, amount.remarks) for amount in amounts] == readings


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("-1x6x28x28", [(None, 6, 28, 28)]),
        ("-2x6x28x28", []),
        ("-6", []),
        ("28,938", [(28938,), (28, 938)]),
        ("(28,938)", [(28, 938), (28938,)]),
        ("10×32²", [(10, 32, 32)]),
        ("32^3", [(32, 32, 32)]),
        ("32^4", []),
        ("32^2x10", [(32, 32, 10)]),
        ("10x32**2", [(10, 32, 32)]),
        ("(^2)x5", []),
        ("(@5)x6", [(5, 6)]),
        ("6@28@30", [(6, 28, 30)]),
        ("28x30@6", [(28, 30, 6)]),
        ("28x30x6@", [(28, 30, 6)]),
        ("() maps 5", [(5,)]),
        ("4,96", [(4, 96)]),
        ("28 938", [(28938,)]),
        ("28'938x2", [(28938, 2)]),
        ("2千通道", []),
        ("28x30, 6 channels", [(6, 28, 30)]),
        ("6 channels 28x30", [(6, 28, 30)]),
        ("6 channels, 28x30 features", [(6, 28, 30)]),
        ("6x28 bytes", []),
        ("6x28/2", []),
        ("6.5x28", []),
        ("1x" * 7 + "2", [(1,) * 7 + (2,)]),
        ("1x" * 8 + "2", []),
        (f"{10**18}x1", [(10**18, 1)]),
        (f"{10**18 + 1}x1", []),
    ],
)
def test_what_a_shape_may_be(text, shapes):
    try:
        found = parse(text).statements[0].parts[0].shapes
    except AnswerError:
        found = ()
    assert [sizes.axes for sizes in found] == shapes


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e18", 10**18), ("0.1e18", 10**17), ("10e-18", Fraction(1, 10**17)), ("0.1e19", None), ("10e-19", None)],
)
def test_exponents_of_18_at_most(text, value):
    if value is not None:
        assert parse(text).statements[0].parts[0].amounts[0].value == value
    else:
        with pytest.raises(AnswerError, match=r"^holds a number with too many digits$"):
            parse(text)


@pytest.mark.parametrize(
    ("exact", "covered", "cut_off"),
    [
        *((28_499, False, False), (28_500, True, False), (29_000, True, False), (29_500, True, False)),
        *((29_501, False, True), (29_999, False, True), (30_000, False, False)),
    ],
)
def test_what_29_thousand_may_stand_for(exact, covered, cut_off):
    """28,500 to 29,500 rounded; 29,501 to 29,999 where the digits behind it were cut off instead."""
    amount = parse("29k").statements[0].parts[0].amounts[0]
    assert (amount.covers(exact), amount.cut_off(exact)) == (covered, cut_off)


@pytest.mark.parametrize("text", ["1e31", "1e-31", "1" * 61, "2" + "0" * 18, "1.1e18", "0." + "1" * 390])
def test_numbers_beyond_what_is_read(text):
    with pytest.raises(AnswerError, match=r"too many digits|goes beyond|longer than"):
        parse(text)


def test_a_word_for_nothing_is_a_statement_without_a_label():
    (statement,) = parse("none").statements
    assert (statement.label, statement.aside, statement.parts[0].text) == ("", False, "none")


def test_the_longest_answer():
    assert parse("5" + " " * 399).text
    with pytest.raises(AnswerError, match="longer than 400"):
        parse("5" + " " * 400)


def test_many_numbers_of_two_readings_each_are_not_all_combined():
    """Of the sixteen ways to read four of them the first eight."""
    (statement,) = parse("1,001k+2,002k+4,004k+8,008k").statements
    assert len(statement.parts[0].amounts) == 8
    assert matched("+".join(["1,000"] * 40), "params", 40_000) == set()


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    try:
        answer = parse(text)
    except AnswerError:
        return
    for quantity in QUANTITIES.values():
        try:
            match(reading_of(answer, quantity).final, quantity, 416 if quantity.kind == "count" else (6, 28, 28))
        except AnswerError:
            continue


@given(st.text(alphabet="0123456789 .,x×*/+-^()[]=@eEkMGBiNn;:'_≈", max_size=60))
def test_no_arithmetic_breaks_it(text):
    test_no_text_breaks_it.hypothesis.inner_test(text)


STYLES = (str, "{:,}".format, "{:_}".format, lambda n: f"{n:,}".replace(",", " "), lambda n: f"{n:,}".replace(",", "'"))


@given(st.integers(0, 10**15), st.sampled_from(STYLES))
def test_every_digit_is_read(count, style):
    assert matched(style(count), "params", count) == set()


@given(st.integers(1000, 10**15), st.integers(3, 9))
def test_a_rounding_is_right_and_one_unit_beside_it_is_not(count, digits):
    written = f"{Decimal(count):.{digits - 1}e}"
    mantissa, exponent = written.split("e")
    unit = Fraction(10) ** (int(exponent) - digits + 1)
    rounded = Fraction(mantissa) * Fraction(10) ** int(exponent)
    assert matched(written, "params", count) == set()
    assert matched(written, "params", int(rounded + 3 * unit) + 1) is None
    assert matched(written, "params", int(rounded - 2 * unit)) is None


@given(st.lists(st.integers(1, 5000), min_size=3, max_size=3), st.sampled_from(["x", "×", ", ", "*", " x ", " by "]))
def test_every_shape_is_read(sizes, separator):
    assert matched(separator.join(map(str, sizes)), "output", tuple(sizes)) == set()


@pytest.mark.parametrize(
    ("text", "quantity", "figure"),
    [
        ("10个32×32的特征图", "output", (10, 32, 32)),
        ("C=10, H=W=32", "output", (10, 32, 32)),
        ("10×32²", "output", (10, 32, 32)),
        ("10240维", "output", (10240,)),
        ("长度为10240的向量", "output", (10240,)),
        ("10.24k", "output", (10240,)),
        ("有760个可学习参数", "params", 760),
        ("750 个权重和 10 个偏置，共 760 个", "params", 760),
        ("10 filters, 76 parameters each, so 760", "params", 760),
        ("768,000次乘法", "macs", 768000),
    ],
)
def test_a_right_answer_in_a_sentence(text, quantity, figure):
    assert matched(text, quantity, figure) == set()


def test_a_nought_that_may_be_no_digit():
    """The paper's "60 million" of AlexNet, whose figure is 60,965,224; 59 or 70 million would be wrong."""
    assert matched("60M", "params", 60_965_224) == {"nought"}
    assert matched("140 million", "params", 138_357_544) == {"nought"}
    assert matched("59M", "params", 60_965_224) is None
    assert matched("70M", "params", 60_965_224) is None
    assert matched("60.0M", "params", 60_965_224) is None
    assert matched("140 million", "params", 151_000_000) is None


def test_a_column_is_a_vector():
    assert matched("10240×1", "output", (10240,)) == {"ones"}


@pytest.mark.parametrize(
    ("text", "figure", "remarks"),
    [
        # rounded to two digits: right to half a unit; 5 % is the coarsest that a digit may be
        ("29k", 28_500, ()),
        ("29k", 29_500, ()),
        ("29k", 29_501, None),
        ("29k", 28_499, None),
        # three digits or more may be cut off: 61.1M of anything below 61.2 million
        ("61.1M", 61_199_999, ("cut-off",)),
        ("61.1M", 61_200_000, None),
        ("61.1M", 61_049_999, None),
        # one digit alone is right within 5 % of the figure, and remarked on
        ("0.3M", 300_000, ()),
        ("0.3M", 315_789, ("one-digit",)),
        ("0.3M", 315_790, None),
        ("0.3M", 285_715, ("one-digit",)),
        ("0.3M", 285_714, None),
        ("0.9M", 947_368, ("one-digit",)),
        ("0.9M", 947_369, None),
        ("3k*7", 20_000, ("one-digit",)),
        ("3k*7", 19_999, None),
        ("-1M", 1_000_000, None),
        ("10k", 10_400, ()),
        # a last nought may be no digit: five units to either side, and no more than 5 % of the figure
        ("60M", 60_965_224, ("nought",)),
        ("600M", 605_000_000, ("nought",)),
        ("600M", 605_000_001, None),
        ("610M", 605_000_000, ("nought",)),
        ("610M", 604_999_999, None),
        ("60M", 63_157_894, ("nought",)),
        ("60M", 63_157_896, None),
        ("61M", 62_000_000, None),
        ("28938", 28_938, ()),
        ("28938", 28_939, None),
    ],
)
def test_which_figures_a_rounded_answer_is(text, figure, remarks):
    assert matched(text, "params", figure) == (None if remarks is None else set(remarks))
