"""Which ways of writing a shape or a field mean the same, and which part of an answer is meant."""

import pytest

from cnncalc.homework.answers import AnswerError, parse
from cnncalc.homework.matching import cuts_off, has_too_many_sizes, is_coarse, match, reading_of
from cnncalc.homework.quantities import QUANTITIES


def remarks(text, quantity, figure):
    found = match(reading_of(parse(text), QUANTITIES[quantity]).final, QUANTITIES[quantity], figure)
    return None if found is None else found.remarks


@pytest.mark.parametrize(
    ("figure", "text", "expected"),
    [
        ((6, 28, 30), "6x28x30", ()),
        ((6, 28, 30), "28x30x6", ("channels-last",)),
        ((6, 28, 30), "30x28x6", None),
        ((6, 28, 30), "28x6x30", None),
        ((6, 28, 30), "1x6x28x30", ("batch",)),
        ((6, 28, 30), "Nx6x28x30", ("batch",)),
        ((6, 28, 30), "1x28x30x6", ("batch", "channels-last")),
        ((6, 28, 30), "1x6x28x31", None),
        ((6, 28, 30), "1x1x6x28x30", ("ones",)),
        ((6, 28, 30), "Nx28x30", None),
        ((6, 28, 30), "28x30", ("channels-left-out",)),
        ((6, 28, 30), "30x28", None),
        ((6, 28, 30), "28", None),
        ((6, 28, 30), "6", None),
        ((6, 28, 28), "28", ("one-side",)),
        ((6, 28, 28), "6", None),
        ((6, 28, 28, 28), "28", ("one-side",)),
        ((1, 28, 28), "28x28", ()),
        ((1, 28, 28), "28", ("one-side",)),
        ((6, 28), "28", ("channels-left-out",)),
        ((6, 28), "6", None),
        ((6, 28), "28x6", ("channels-last",)),
        ((6, 6, 6), "6x6x6", ()),
        ((4096,), "4096", ()),
        ((4096,), "1x4096", ("batch",)),
        ((4096,), "4096x1", ("ones",)),
        ((4096,), "1x1x4096", ("ones",)),
        ((4096,), "4.096k", ()),
        ((4096,), "4.1k", None),
        ((4096,), "4097", None),
        ((4096, 1, 1), "4096", ("ones",)),
        ((10, 1, 4), "10x4", ("ones",)),
        ((1, 1), "1", ()),
        ((1, 1, 1), "1", ("one-side",)),
        ((4_096_000,), "4,096k", ()),
        ((4096,), "4,096k", ("decimal-comma",)),
        ((4096,), "64x64", None),
        ((4096, 28), "4.096k", None),
        ((4096, 4096), "4.096k", None),
        ((2, 4, 96), "4,96", ("channels-left-out",)),
        ((28, 938), "28,938", ()),
    ],
)
def test_ways_to_write_a_shape(figure, text, expected):
    assert remarks(text, "output", figure) == expected


@pytest.mark.parametrize(
    ("figure", "text", "right"),
    [
        *(((13, 13), "13x13", True), ((13, 13), "13", True), ((13, 13), "13x12", False), ((13, 13), "12", False)),
        *(((13, 15), "13x15", True), ((13, 15), "15x13", False), ((13, 15), "13", False), ((13,), "13", True)),
        *(((13, 13), "1x13x13", False), ((13, 13, 13), "13x13", False)),
        *((None, "13", False), (None, "1.3k", False)),
    ],
)  # fmt: skip
def test_ways_to_write_a_field(figure, text, right):
    assert remarks(text, "receptive_field", figure) == (() if right else None)


@pytest.mark.parametrize(
    ("text", "quantity", "final"),
    [
        ("750 weights; 10 biases; so 760", "params", "760"),
        ("so 750; hence 760", "params", "760"),
        ("(so 5) 760", "params", "760"),
        ("r = 13; j = 4", "jump", "4"),
        ("j = 4; 13", "receptive_field", "13"),
        ("j = 4 (13 in all)", "receptive_field", "13"),
        ("j = 4 (r = 13)", "receptive_field", "13"),
        ("j = 4 (p = 5)", "receptive_field", "4"),
        ("j = 4 (k = 3, r = 13)", "receptive_field", "13"),
        ("13 (r = 14)", "receptive_field", "13"),
        ("13; 27/2", "receptive_field", "13"),
        ("mac: 2000; 5", "macs", "2000"),
        ("10 filters; (6, 28, 28)", "activations", "(6,28,28)"),
        ("6x28; 28,938", "output", "6×28"),
        ("H = (32-4) = 28, W = 30, C = 6", "output", "6×28×30"),
        ("H = 27/2, W = 30, C = 6", "output", "6×30"),
        ("C = 6x2, H = 28, W = 30", "output", "28×30"),
        ("H = -1, W = 30, C = 6", "output", "6×30"),
        ("C = 4,096, H = 1, W = 2", "output", "4096×1×2"),
        ("H = 28; 28x30", "output", "28×30"),
        ("C = H = W = 5", "output", "5×5"),
        ("units: 13; flops: 5", "params", "13"),
        ("size 13; flops: 5", "params", "13"),
        ("大小 13; flops: 5", "params", "13"),
        ("j = 4", "receptive_field", "4"),
        ("(j = 4)", "receptive_field", "4"),
        ("10 filters; 760", "params", "760"),
        ("10 filters", "params", "10 filters"),
        ("5x5 kernel; 6x28x28", "output", "6×28×28"),
        ("6x28x28 = 4704", "output", "6×28×28"),
        ("4704 = 6x28x28", "output", "6×28×28"),
        ("6x28 = 7x24", "output", "7×24"),
        ("5*5 = 25 = 26", "params", "26"),
        ("H = 28, W = 30", "output", "28×30"),
        ("W = 30, C = 6, H = 28", "output", "6×28×30"),
        ("H = 28", "output", "28"),
        ("760 = 760; 760", "params", "760"),
        ("1000 and 1k", "params", "1000"),
        ("units: 13", "activations", "13"),
        ("size 5", "receptive_field", "5"),
        ("flops: 2000; 5", "flops", "2000"),
        ("5 (so 6)", "params", "5"),
        ("H = 28; W = 28; so 600", "params", "600"),
    ],
)
def test_which_part_is_meant(text, quantity, final):
    assert reading_of(parse(text), QUANTITIES[quantity]).final.text == final


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("6x28x28; 28x6x28", "output"),
        ("(N, 6, 28); (N, 6, 27)", "output"),
        ("62 or 63", "params"),
        ("6x28x28; 6x27x27", "output"),
        ("13; 14", "receptive_field"),
        ("1k; 1.5k", "params"),
        ("28.938; 28938", "params"),
        ("27/2; 29/2", "receptive_field"),
        ("(6, 28, 28); (6, 27, 27)", "params"),
    ],
)
def test_two_answers_are_none(text, quantity):
    with pytest.raises(AnswerError, match=r"several answers, .* and .*; which is meant"):
        reading_of(parse(text), QUANTITIES[quantity])


def test_the_working_before_an_answer_and_what_is_behind_it():
    shape = reading_of(parse("5x5 = 6x28x28 = 4704"), QUANTITIES["output"])
    assert [part.text for part in shape.working] == ["5×5"]
    assert [part.text for part in shape.after] == ["4704"]
    count = reading_of(parse("5*5 = 25 = 26"), QUANTITIES["params"])
    assert ([part.text for part in count.working], count.after) == (["5*5", "25"], ())


@pytest.mark.parametrize(
    ("text", "coarse"),
    [
        ("1M", True),
        ("9M", True),
        ("10M", False),
        ("1e4", True),
        ("0.2k", True),
        ("0.25k", False),
        ("7", False),
        ("0", False),
        ("-1M", True),
        ("-100M", False),
        ("(6, 28, 28)", False),
    ],
)
def test_what_is_rounded_too_far(text, coarse):
    """Half a unit of the last digit is more than a twentieth of the number."""
    assert is_coarse(reading_of(parse(text), QUANTITIES["params"]).final) == coarse


@pytest.mark.parametrize(
    ("text", "quantity", "figure", "expected"),
    [
        *(("48k", "params", 48_600, True), ("48k", "params", 48_400, False), ("48k", "params", 49_000, False)),
        *(("4e4", "params", 48_000, False), ("48.6 kB", "params", 48_690, False), ("48000", "params", 48_600, False)),
        *(("48k", "output", (48, 600), False), ("48.6 kB", "weight_bytes", 48_690, True)),
    ],
)  # fmt: skip
def test_what_is_cut_off(text, quantity, figure, expected):
    """Two digits or more, where rounding would have made another one of the last."""
    part = reading_of(parse(text), QUANTITIES[quantity]).final
    assert cuts_off(part, QUANTITIES[quantity], figure) == expected


@pytest.mark.parametrize(
    ("text", "quantity", "axes", "depth"),
    [
        ("11x9x3", "receptive_field", [(11, 9)], True),
        ("3x11x9", "receptive_field", [(11, 9)], True),
        ("3x11x3", "receptive_field", [(3, 11)], True),
        ("11x9", "receptive_field", [(11, 9)], False),
        ("3x9", "receptive_field", [(3, 9)], False),
        ("11x3x9", "receptive_field", [(11, 3, 9)], False),
        ("3x11x9x7", "receptive_field", [(3, 11, 9, 7)], False),
        ("11", "receptive_field", [(11,)], False),
        ("11x9x3", "jump", [(11, 9, 3)], False),
    ],
)
def test_a_field_on_an_image_of_three_channels(text, quantity, axes, depth):
    """Its sides alone, where the channels that it sees are stated as well, before or behind them."""
    reading = reading_of(parse(text), QUANTITIES[quantity], (3, 224, 200))
    assert [shape.axes for shape in reading.final.shapes] == axes
    assert (reading.text, reading.remarks) == (text.replace("x", "×"), ("depth",) if depth else ())
    assert reading_of(parse(text), QUANTITIES[quantity]).remarks == ()


@pytest.mark.parametrize(
    ("text", "quantity", "figure", "too_many"),
    [
        *(("6x28x28", "output", (6, 28, 28), False), ("1x6x28x28", "output", (6, 28, 28), False)),
        *(("1x1x6x28x28", "output", (6, 28, 28), True), ("13x13x3", "jump", (13, 13), True)),
        *(("13x13", "jump", (13, 13), False), ("28,938", "jump", (13,), False), ("27/2", "jump", (13,), False)),
        ("13x13", "params", 169, False),
    ],
)  # fmt: skip
def test_more_sizes_than_there_are_axes(text, quantity, figure, too_many):
    part = reading_of(parse(text), QUANTITIES[quantity]).final
    assert has_too_many_sizes(part, QUANTITIES[quantity], figure) == too_many


@pytest.mark.parametrize(
    ("text", "quantity", "figure", "expected"),
    [
        ("6x28x28", "activations", 4704, ()),
        ("(6, 28, 28)", "activations", 4704, ("as-shape",)),
        ("(6, 28, 28)", "activations", 4705, None),
        ("(N, 6, 28, 28)", "activations", 4704, None),
        ("5 bytes", "params", 5, None),
        ("5 MACs", "macs", 5, ()),
        ("5 FLOPs", "macs", 5, ("called-flops",)),
        ("5 MACs", "flops", 5, ("called-macs",)),
        ("5 ops", "flops", 5, ()),
        ("5 MACs", "params", 5, None),
        ("5 kB", "weight_bytes", 5000, ()),
        ("5 kB", "weight_bytes", 5120, ("one-digit",)),
        ("5.0 MB", "weight_bytes", 5 * 2**20, ("binary",)),
        ("5 maps", "params", 5, None),
    ],
)
def test_counts_and_their_units(text, quantity, figure, expected):
    assert remarks(text, quantity, figure) == expected
