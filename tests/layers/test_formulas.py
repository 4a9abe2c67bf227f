"""Every formula against a count by enumeration, and with each of the four kinds of number."""

import inspect
import itertools
import math

import numpy
import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.arithmetic.recording import Recorded
from cnncalc.layers import formulas

SMALL = {
    "size": st.integers(1, 60),
    "kernel": st.integers(1, 9),
    "stride": st.integers(1, 7),
    "padding": st.integers(0, 6),
    "dilation": st.integers(1, 4),
    "output": st.integers(1, 20),
    "extra": st.integers(0, 3),
    "count": st.integers(1, 20),
    "index": st.integers(0, 19),
    "first": st.integers(-50, 50),
    "jump": st.integers(1, 32),
    "element_size": st.integers(1, 8),
}
OF_SEVERAL = ("weight_macs", "transposed_taps")
"""Those that take or give several numbers."""

FORMULAS = {
    name: formula
    for name, formula in inspect.getmembers(formulas, inspect.isfunction)
    if formula.__module__ == formulas.__name__ and name not in OF_SEVERAL
}


def arguments(formula) -> list[str]:
    return list(inspect.signature(formula).parameters)


def padded_axis(size: int, padding: int) -> list[str]:
    return ["padding"] * padding + ["input"] * size + ["padding"] * padding


def windows(size: int, kernel: int, stride: int, padding: int, dilation: int) -> list[list[int]]:
    """The positions that each complete window reads on the padded axis, by sliding it until it falls off."""
    axis = padded_axis(size, padding)
    found = []
    start = 0
    while (reads := [start + tap * dilation for tap in range(kernel)])[-1] < len(axis):
        found.append(reads)
        start += stride
    return found


@settings(max_examples=500)
@given(*(SMALL[name] for name in ("size", "kernel", "stride", "padding", "dilation")))
def test_window_rules_count_what_sliding_counts(size, kernel, stride, padding, dilation):
    found = windows(size, kernel, stride, padding, dilation)
    assume(found)
    assert formulas.window_output(size, kernel, stride, padding, dilation) == len(found)
    unread = len(padded_axis(size, padding)) - 1 - found[-1][-1]
    assert formulas.window_remainder(size, kernel, stride, padding, dilation) == unread
    assert formulas.effective_kernel(kernel, dilation) == found[0][-1] - found[0][0] + 1
    assert formulas.window_span(size, kernel, padding, dilation) == len(padded_axis(size, padding)) - 1 - found[0][-1]


@settings(max_examples=500)
@given(*(SMALL[name] for name in ("kernel", "stride", "dilation", "count")))
def test_window_reads_counts_each_element_once(kernel, stride, dilation, count):
    read = {window * stride + tap * dilation for window in range(count) for tap in range(kernel)}
    assert formulas.window_reads(kernel, stride, dilation, count) == len(read)


@settings(max_examples=500)
@given(*(SMALL[name] for name in ("size", "kernel", "stride", "padding", "dilation")))
def test_ceil_mode_adds_a_window_that_begins_on_the_input(size, kernel, stride, padding, dilation):
    """The rule in words (PyTorch documentation, MaxPool2d), for the paddings that pools may have.

    Windows go on until one has reached the last element of the padded axis; one that would begin in the padding behind
    the input is ignored.
    """
    assume(2 * padding <= kernel)
    axis = padded_axis(size, padding)
    extent = dilation * (kernel - 1) + 1
    assume(extent <= len(axis))
    count, start = 1, 0
    while start + extent < len(axis):
        start += stride
        count += start < size + padding
    assert formulas.ceil_window_output(size, kernel, stride, padding, dilation) == count


@given(SMALL["kernel"], SMALL["dilation"])
def test_same_padding_is_what_pytorch_adds_before_an_axis(kernel, dilation):
    convolution = torch.nn.Conv1d(1, 1, kernel, padding="same", dilation=dilation)
    before, _behind = convolution._reversed_padding_repeated_twice
    assert formulas.same_padding(kernel, dilation) == before


@given(*(SMALL[name] for name in ("size", "kernel", "stride", "dilation")))
def test_same_total_is_the_least_that_makes_room_for_a_window_every_stride(size, kernel, stride, dilation):
    wanted = len(range(0, size, stride))
    least = next(
        added for added in itertools.count() if len(windows(size + added, kernel, stride, 0, dilation)) >= wanted
    )
    assert formulas.same_total(size, kernel, stride, dilation) == least


@given(*(SMALL[name] for name in ("size", "kernel", "stride", "padding", "extra", "dilation")))
def test_a_transposed_convolution_makes_what_it_writes_less_the_padding(size, kernel, stride, padding, extra, dilation):
    written = {element * stride + tap * dilation for element in range(size) for tap in range(kernel)}
    axis = [*range(max(written) + 1), *["extra"] * extra]
    assume(len(axis) > 2 * padding)
    kept = axis[padding : len(axis) - padding]
    assert formulas.transposed_output(size, kernel, stride, padding, extra, dilation) == len(kept)


@pytest.mark.parametrize("size", range(1, 40))
def test_adaptive_windows_read_what_enumeration_reads(size):
    for output in range(1, 40):
        # ATen's start and end index
        reads = [range(i * size // output, math.ceil((i + 1) * size / output)) for i in range(output)]
        assert formulas.adaptive_reads(size, output) == sum(map(len, reads))
        for index, read in enumerate(reads):
            assert formulas.adaptive_first(index, size, output) == read[0]
            assert formulas.adaptive_last(index, size, output) == read[-1]


@given(*(SMALL[name] for name in ("first", "size", "jump", "kernel", "stride", "padding")))
def test_the_field_of_a_window_is_what_its_units_see_together(first, size, jump, kernel, stride, padding):
    """Unit u sees ``size`` pixels from ``first + u·jump`` on; the window's first unit begins in the padding."""
    seen = [
        [
            pixel
            for unit in range(start - padding, start - padding + kernel)
            for pixel in range(first + unit * jump, first + unit * jump + size)
        ]
        for start in (0, stride)
    ]
    assert formulas.field_first(first, padding, jump) == min(seen[0])
    assert formulas.field_size(size, kernel, jump) == len(range(min(seen[0]), max(seen[0]) + 1))
    assert formulas.field_jump(jump, stride) == min(seen[1]) - min(seen[0])
    assert formulas.field_middle(min(seen[0]), size) == 2 * min(seen[0]) + len(range(size))


@pytest.mark.parametrize("dtype", ["int8", "float16", "float32", "float64"])
def test_tensor_bytes_are_those_that_numpy_takes(dtype):
    tensor = numpy.zeros(7, dtype)
    assert formulas.tensor_bytes(7, tensor.itemsize) == tensor.nbytes


def test_what_is_not_stated_is_what_pytorch_takes():
    stated = inspect.signature(torch.nn.ConvTranspose1d).parameters
    defaults = {name: stated[name].default for name in ("stride", "padding", "dilation")}
    defaults |= {"extra": stated["output_padding"].default, "element_size": torch.get_default_dtype().itemsize}
    primes = dict(zip(SMALL, (59, 5, 7, 3, 2, 13, 11, 17, 19, 23, 29, 31), strict=True))
    for name, formula in FORMULAS.items():
        stated = inspect.signature(formula).parameters
        if any(stated[argument].default is not inspect.Parameter.empty for argument in stated):
            needed = {
                argument: primes[argument] for argument in stated if stated[argument].default is inspect.Parameter.empty
            }
            assert formula(**needed) == formula(**needed, **{it: defaults[it] for it in stated if it not in needed}), (
                name
            )


@settings(max_examples=500)
@given(*(SMALL[name] for name in ("index", "kernel", "stride", "padding", "dilation")))
def test_transposed_taps_are_the_elements_that_write_to_a_place(index, kernel, stride, padding, dilation):
    writers = {
        element
        for element in range(-200, 201)
        for tap in range(kernel)
        if element * stride - padding + tap * dilation == index
    }
    assert set(formulas.transposed_taps(index, kernel, stride, padding, dilation)) == writers


@settings(max_examples=50)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 5), st.integers(1, 5))
def test_weight_macs_count_a_loop_nest(out_channels, in_channels, height, width, kernel_height, kernel_width):
    count = 0
    for _filter in range(out_channels):
        for _row in range(height):
            for _column in range(width):
                for _channel in range(in_channels):
                    for _tap in range(kernel_height * kernel_width):
                        count += 1
    weight = (out_channels, in_channels, kernel_height, kernel_width)
    assert formulas.weight_macs((height, width), weight) == count


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_each_formula_on_arrays_symbols_and_recording_numbers(name):
    """All four kinds of number agree, point by point; the recorded text is an expression with that value."""
    formula = FORMULAS[name]
    names = arguments(formula)

    @settings(max_examples=60)
    @given(st.lists(st.tuples(*(SMALL[argument] for argument in names)), min_size=1, max_size=5))
    def agree(points):
        ints = [formula(*point) for point in points]
        assert all(type(value) is int for value in ints)
        array = formula(*(numpy.array(column) for column in zip(*points, strict=True)))
        assert array.tolist() == ints
        symbols = [sympy.Symbol(argument, integer=True, positive=True) for argument in names]
        expression = formula(*symbols)
        for point, expected in zip(points, ints, strict=True):
            assert expression.subs(dict(zip(symbols, point, strict=True)), simultaneous=True) == expected
            recorded = formula(*map(Recorded, point))
            assert recorded.value == expected
            for step in recorded.steps():
                assert (
                    eval(step.figures(), {"ceil": lambda a, b: -(-a // b), "gcd": math.gcd, "max": max}) == step.value
                )

    agree()


def test_weight_macs_on_arrays_symbols_and_recording_numbers():
    positions, weight = (13, 13), (384, 192, 3, 3)
    expected = 13 * 13 * 384 * 192 * 3 * 3
    assert formulas.weight_macs(positions, weight) == expected
    array = formulas.weight_macs((numpy.array([13, 27]), 13), weight)
    assert array.tolist() == [expected, 27 * 13 * 384 * 192 * 9]
    size, channels = sympy.symbols("M C", positive=True, integer=True)
    expression = formulas.weight_macs((size, size), (channels, 192, 3, 3))
    assert expression == 1728 * size**2 * channels
    recorded = formulas.weight_macs(
        tuple(Recorded(size, "M") for size in positions),
        tuple(Recorded(size, name) for size, name in zip(weight, ("Cout", "Cin", "K", "K"), strict=True)),
    )
    assert recorded.figures() == "13*13*(384*192*3*3)"[:5] + "*384*192*3*3"
    assert recorded.symbols() == "M*M*Cout*Cin*K*K"
    assert recorded == expected


def test_the_textbook_step():
    """The worked step of AlexNet's first layer, as DESIGN states it."""
    size = formulas.window_output(Recorded(227, "M"), Recorded(11, "K"), Recorded(4, "S"), Recorded(0, "P"))
    *_, last = size.steps()
    assert f"{last.figures()} = {last.value}" == "(227 - 11 + 2*0)//4 + 1 = 55"
    assert last.symbols() == "(M - K + 2*P)//S + 1"


def test_a_kernel_with_gaps_is_a_step_of_its_own():
    """The letters of the guide (Dumoulin and Visin), K' for the kernel with its gaps."""

    def recorded(letters):
        return [Recorded({"M": 9, "K": 3, "S": 2, "P": 0, "E": 0, "D": 2}[letter], letter) for letter in letters]

    size = formulas.window_output(*recorded("MKSPD"))
    assert [step.symbols() for step in size.steps()] == ["D*(K - 1) + 1", "(M - K' + 2*P)//S + 1"]
    size = formulas.transposed_output(*recorded("MKSPED"))
    assert [step.symbols() for step in size.steps()] == ["D*(K - 1) + 1", "(M - 1)*S - 2*P + K' + E"]


def test_the_windows_that_would_fit_are_a_step_of_their_own():
    """Three windows every 3 on a 5 with a padding of 1: the last would begin behind the input, and is left out."""
    size = formulas.ceil_window_output(*(Recorded(n, letter) for n, letter in ((5, "M"), (2, "K"), (3, "S"), (1, "P"))))
    assert size == len([start for start in (0, 3, 6) if start < 5 + 1])
    *_, windows, last = size.steps()
    assert windows.symbols() == "ceil(M - K + 2*P, S) + 1"
    assert last.symbols().startswith("N - ")


def test_ceil_mode_of_a_symbol_keeps_its_condition():
    size = sympy.Symbol("M", integer=True, positive=True)
    expression = formulas.ceil_window_output(size, 2, 3, 1)
    for value in range(1, 13):
        made = torch.nn.functional.max_pool1d(torch.empty(1, value, device="meta"), 2, 3, 1, ceil_mode=True)
        assert expression.subs(size, value) == made.shape[-1]


def test_no_float_rounds():
    """Exact far beyond 2**53, where dividing as floats is wrong."""
    size = 2**60 + 3
    assert formulas.window_output(size, 3, 2, 1) == 2**59 + 2
    assert formulas.ceil_window_output(size, 2, 2) == 2**59 + 2
