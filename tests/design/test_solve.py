"""Questions asked backwards, against every value tried one by one, and against PyTorch."""

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    adaptive_pools,
    arrangements,
    convolutions,
    images,
    more_norms,
    more_pools,
    others,
    paddings,
    pools,
    transposed_convolutions,
)

from cnncalc import CnncalcError, SpecError, solve
from cnncalc.design.question import Question
from cnncalc.design.rarity import rarity
from cnncalc.layers import LAYERS_BY_NAME, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from cnncalc.spec.layer_text import UNKNOWN, LayerForm, form_from_text, layer_from_text

LOWEST = {"padding": 0, "output_padding": 0, "index": 0}


def values_of(solved):
    return {tuple(solution.values.values()) for solution in solved}


def tried(text, names, input, output, highest):
    """Every choice of values with which PyTorch itself makes the output."""
    found = set()
    for values in product(*(range(LOWEST.get(name, 1), highest + 1) for name in names)):
        layer = layer_from_text(text.format(*values))
        arguments = {
            field: getattr(layer, field)
            for field in ("kernel_size", "stride", "padding", "dilation", "groups", "output_padding", "ceil_mode")
            if hasattr(layer, field)
        }
        device = "cpu" if hasattr(layer, "output_padding") else "meta"  # which does not check output_padding
        if hasattr(layer, "out_channels"):
            arguments |= {"in_channels": input[0], "out_channels": layer.out_channels, "device": device}
        try:
            made = getattr(torch.nn, type(layer).__name__)(**arguments)(torch.empty(1, *input, device=device))
        except (RuntimeError, ValueError):
            continue
        if tuple(made.shape[1:]) == output:
            found.add(values)
    return found


@pytest.mark.parametrize(
    ("text", "names", "input", "output", "highest"),
    [
        ("Conv2d(4, kernel_size={}, stride={}, padding={})",
         ("kernel_size", "stride", "padding"), (2, 9, 9), (4, 4, 4), 6),
        ("Conv2d(4, kernel_size={}, stride={}, padding={}, dilation={})",
         ("kernel_size", "stride", "padding", "dilation"), (2, 8, 8), (4, 5, 5), 4),
        ("Conv1d(4, kernel_size={}, stride={}, padding=1)", ("kernel_size", "stride"), (2, 20), (4, 6), 22),
        ("Conv2d(4, ({}, {}), stride=2, padding=1)", ("kernel_size", "kernel_size"), (2, 9, 6), (4, 4, 3), 9),
        ("Conv3d(4, 3, stride={}, padding={})", ("stride", "padding"), (2, 6, 7, 8), (4, 3, 4, 4), 6),
        ("Conv2d(6, 3, groups={})", ("groups",), (4, 5, 5), (6, 3, 3), 8),
        ("MaxPool2d({}, {}, padding={}, ceil_mode=True)",
         ("kernel_size", "stride", "padding"), (2, 9, 9), (2, 4, 4), 6),
        ("MaxPool2d({}, {}, dilation={})", ("kernel_size", "stride", "dilation"), (2, 11, 11), (2, 4, 4), 5),
        ("AvgPool1d({}, {}, padding={})", ("kernel_size", "stride", "padding"), (2, 12), (2, 5), 6),
        ("ConvTranspose2d(4, {}, stride={}, padding={}, output_padding={})",
         ("kernel_size", "stride", "padding", "output_padding"), (2, 4, 4), (4, 8, 8), 4),
        ("ConvTranspose1d(4, {}, stride=2, dilation={})", ("kernel_size", "dilation"), (2, 5), (4, 13), 8),
    ],
)  # fmt: skip
def test_all_solutions_are_found_and_no_others(text, names, input, output, highest):
    names = [name if names.count(name) == 1 else f"{name}[{place}]" for place, name in enumerate(names)]
    ranges = {name: (LOWEST.get(name, 1), highest) for name in names}
    solved = solve(text.format(*"?" * len(names)), input, output, ranges)
    expected = tried(text, names, input, output, highest)
    assert expected
    assert values_of(solved) == expected
    assert solved.count == len(expected)


@settings(max_examples=40)
@given(st.data())
def test_generated_questions_are_answered_completely(data):
    kind = data.draw(st.sampled_from(("Conv2d", "MaxPool2d", "AvgPool2d", "ConvTranspose2d", "Conv1d", "MaxUnpool2d")))
    rank = int(kind[-2])
    wanted = ["kernel_size", "stride", "padding", "dilation"]
    known = [name for name in wanted if name in LAYERS_BY_NAME[kind].__struct_fields__]
    drawn = {name: data.draw(st.integers(LOWEST.get(name, 1), 3), label=name) for name in known}
    open_names = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    ceil = data.draw(st.booleans()) and kind in ("MaxPool2d", "AvgPool2d")
    channels = {"out_channels": 2} if kind.startswith("Conv") else {}
    size = data.draw(st.integers(1, 12))
    output = data.draw(st.integers(1, 14))

    def text(values):
        fields = channels | drawn | values | ({"ceil_mode": True} if ceil else {})
        return f"{kind}({', '.join(f'{name}={value}' for name, value in fields.items())})"

    input, target = (2, *[size] * rank), (2, *[output] * rank)
    ranges = {name: (LOWEST.get(name, 1), 8) for name in open_names}
    expected = set()
    for values in product(*(range(LOWEST.get(name, 1), 9) for name in open_names)):
        layer = layer_from_text(text(dict(zip(open_names, values, strict=True))))
        if all(check.holds for check in layer.checks(input)) and layer.output(input) == target:
            expected.add(values)
    try:
        solved = solve(text(dict.fromkeys(open_names, "?")), input, target, ranges)
    except CnncalcError:
        assert not expected
        return
    assert {tuple(solution.values[name] for name in open_names) for solution in solved} == expected
    for solution in solved:
        for condition in solved.general:
            assert meets(condition, solved.symbols(), solution.values)


def meets(condition, letters, values):
    """Whether values meet an inequality as it is printed."""
    text = condition.replace("·", "*").replace("−", "-").replace("≤", "<=").replace(" = ", " == ")
    names = {symbol: values[name] for name, symbol in letters.items()}
    return eval(text, {"__builtins__": {}}, names)


def test_the_inequality_is_met_by_the_solutions_alone():
    solved = solve("Conv2d(kernel_size=?, stride=?, padding=?)", (3, 20, 20), (8, 7, 7))
    assert solved.general == ["6·S ≤ 20 − K + 2·P < 7·S"]
    ranges = [range(low, high + 1) for low, high in solved.ranges.values()]
    fitting = {
        v
        for v in product(*ranges)
        if meets(solved.general[0], solved.symbols(), dict(zip(solved.ranges, v, strict=True)))
    }
    assert values_of(solved) == fitting


def test_alexnets_first_layer_is_among_the_first():
    solved = solve("Conv2d(kernel_size=?, stride=?, padding=?)", (3, 224, 224), (64, 55, 55))
    listed = [tuple(solution.values.values()) for solution in solved.best(10)]
    assert listed[0] == (11, 4, 2)
    assert [kernel % 2 for kernel, _, _ in listed].count(0) <= 2
    spans = (224 - kernel + 2 * padding for kernel, padding in product(range(1, 225), range(225)))
    brute = sum(min(span // 54, 224) - span // 55 for span in spans if span >= 0)
    assert solved.count == brute


CONVOLUTION = "Conv{}d(kernel_size=?, stride=?, padding=?)"
POOL = "MaxPool2d(?, ?, padding=?)"
TRANSPOSED = "ConvTranspose2d(kernel_size=?, stride=?, padding=?)"


@pytest.mark.parametrize(
    ("text", "input", "output", "layer", "place"),
    [
        (CONVOLUTION.format(2), (3, 224, 224), (64, 55, 55), (11, 4, 2), 1),  # AlexNet, torchvision
        (CONVOLUTION.format(2), (3, 227, 227), (96, 55, 55), (11, 4, 0), 1),  # AlexNet, the paper's
        (CONVOLUTION.format(2), (3, 224, 224), (64, 112, 112), (7, 2, 3), 2),  # ResNet's stem
        (CONVOLUTION.format(2), (64, 56, 56), (128, 28, 28), (3, 2, 1), 1),  # ResNet's second stage
        (CONVOLUTION.format(2), (64, 56, 56), (128, 28, 28), (1, 2, 0), 4),  # its shortcut
        (CONVOLUTION.format(2), (64, 224, 224), (64, 224, 224), (3, 1, 1), 2),  # VGG, behind 1/1/0
        (CONVOLUTION.format(2), (16, 28, 28), (32, 28, 28), (5, 1, 2), 3),  # GoogLeNet's modules
        (CONVOLUTION.format(2), (3, 299, 299), (32, 149, 149), (3, 2, 0), 1),  # Inception v3's stem
        (CONVOLUTION.format(2), (1, 32, 32), (6, 28, 28), (5, 1, 0), 1),  # LeNet-5
        (CONVOLUTION.format(2), (96, 56, 56), (96, 56, 56), (7, 1, 3), 4),  # ConvNeXt's blocks
        (CONVOLUTION.format(2), (3, 224, 224), (96, 56, 56), (4, 4, 0), 1),  # its stem
        (CONVOLUTION.format(2), (96, 56, 56), (192, 28, 28), (2, 2, 0), 3),  # between its stages
        (CONVOLUTION.format(2), (3, 224, 224), (768, 14, 14), (16, 16, 0), 1),  # ViT-B/16
        (CONVOLUTION.format(2), (4, 84, 84), (32, 20, 20), (8, 4, 0), 2),  # DQN
        (CONVOLUTION.format(3), (64, 16, 56, 56), (64, 16, 56, 56), (3, 1, 1), 2),  # R3D
        (CONVOLUTION.format(1), (64, 100), (64, 50), (3, 2, 1), 1),
        (POOL, (64, 224, 224), (64, 112, 112), (2, 2, 0), 1),  # VGG
        (POOL, (64, 112, 112), (64, 56, 56), (3, 2, 1), 2),  # ResNet
        (POOL, (64, 55, 55), (64, 27, 27), (3, 2, 0), 1),  # AlexNet
        (POOL, (192, 28, 28), (192, 28, 28), (3, 1, 1), 1),  # GoogLeNet's modules
        (TRANSPOSED, (1024, 28, 28), (512, 56, 56), (2, 2, 0), 1),  # U-Net
        (TRANSPOSED, (512, 4, 4), (256, 8, 8), (4, 2, 1), 2),  # DCGAN
        (TRANSPOSED, (100, 1, 1), (512, 4, 4), (4, 1, 0), 2),  # its first layer
    ],
)
def test_layers_of_published_networks_come_first_for_their_shapes(text, input, output, layer, place):
    listed = [tuple(solution.values.values()) for solution in solve(text, input, output).best(place)]
    assert listed.index(layer) == place - 1


def test_the_common_ones_come_first():
    solved = solve("ConvTranspose2d(kernel_size=?, stride=2, padding=?, output_padding=?)", (64, 7, 7), (32, 14, 14))
    listed = [tuple(solution.values.values()) for solution in solved.best(3)]
    assert listed == [(2, 0, 0), (4, 1, 0), (3, 1, 1)]
    pool = solve("MaxPool2d(?, ?)", (64, 112, 112), (64, 56, 56)).best(1)[0]
    assert pool.layer == MaxPool2d(2, stride=2)


def test_same_asks_for_the_padding_that_keeps_the_size():
    for kernel, dilation in product((1, 3, 5, 7), (1, 2, 3)):
        solved = solve(f"Conv2d(kernel_size={kernel}, dilation={dilation}, padding=?)", (8, 30, 30), "same")
        (only,) = solved
        module = torch.nn.Conv2d(8, 8, kernel, dilation=dilation, padding=only.values["padding"], device="meta")
        assert module(torch.empty(1, 8, 30, 30, device="meta")).shape == (1, 8, 30, 30)
    assert solve("Conv2d(kernel_size=4, padding=?)", (8, 30, 30), "same").count == 0


@settings(max_examples=100)
@given(
    st.one_of(
        *(convolutions(), transposed_convolutions(), pools(), more_pools(), adaptive_pools(), paddings()),
        *(others(), more_norms(), arrangements(), images()),
    ),
    st.data(),
)
def test_what_was_left_out_of_any_layer_is_found_again(drawn, data):
    layer, input = drawn
    if layer.least_inputs != 1 or not all(check.holds for check in layer.checks(input)):
        return
    fields = [field for field in layer.__struct_fields__ if field not in Layer.__struct_fields__]
    stated = {field: getattr(layer, field) for field in fields}
    numbers = {
        field: value for field, value in stated.items() if type(value) in (int, bool) and field != "out_channels"
    }
    if not numbers or not input:
        return
    chosen = data.draw(st.lists(st.sampled_from(sorted(numbers)), min_size=1, max_size=2, unique=True))
    form = LayerForm(type(layer), stated | dict.fromkeys(chosen, UNKNOWN))
    output = layer.output(input)
    if not output or 0 in output:
        return
    ranges = {
        name: (min(int(numbers[name]), 1), 1 if type(numbers[name]) is bool else max(int(numbers[name]), 4))
        for name in chosen
    }
    solved = solve(form, input, output, ranges)
    found = [solution.values for solution in solved]
    assert {name: numbers[name] for name in chosen} in found
    assert len(found) == solved.count == len(set(map(str, found)))


def test_input_sizes_may_be_open():
    solved = solve("MaxPool2d(3, 2)", (64, None, None), (64, 27, 27))
    assert values_of(solved) == {(55, 55), (55, 56), (56, 55), (56, 56)}
    assert solved.general == ["55 ≤ H ≤ 56", "55 ≤ W ≤ 56"]


def test_true_and_false_may_be_open():
    solved = solve("MaxPool2d(3, 2, ceil_mode=?)", (4, 112, 112), (4, 56, 56))
    assert [solution.layer for solution in solved] == [MaxPool2d(3, stride=2, ceil_mode=True)]
    assert [solution.values for solution in solved] == [{"ceil_mode": True}]


@pytest.mark.parametrize(
    ("text", "input", "output", "count"),
    [
        ("Linear(?)", (512,), (10,), 1),
        ("PixelShuffle(?)", (64, 8, 8), (4, 32, 32), 1),
        ("ZeroPad2d(?)", (64, 8, 8), (64, 12, 12), 1),
        ("Chunk(?, 0)", (64, 8, 8), (16, 8, 8), 1),
        ("AdaptiveAvgPool2d(?)", (64, 8, 8), (64, 7, 7), 1),
        ("Reshape((?, ?))", (64,), (16, 4), 3),  # one of the two may be −1
        ("Flatten(?, -1)", (64, 8, 8), (64, 64), 2),
    ],
)
def test_any_kind_of_layer_can_be_asked(text, input, output, count):
    assert solve(text, input, output).count == count


def test_wide_ranges_are_made_smaller_and_said_to_be(monkeypatch):
    monkeypatch.setitem(solve.__globals__, "_MOST_BOXES", 3000)
    solved = solve("Conv2d(kernel_size=?, stride=?, padding=?)", (3, 20_000, 20_000), (8, 10_000, 10_000))
    assert set(solved.narrowed) == {"kernel_size", "stride", "padding"}
    assert (3, 2, 1) in {tuple(solution.values.values()) for solution in solved.best(5)}


@pytest.mark.parametrize(
    ("text", "input", "output", "message"),
    [
        ("Conv2d(8, 3)", (3, 9, 9), (8, 7, 7), "nothing is open"),
        ("Add()", (3, 9, 9), (3, 9, 9), "Add takes 2 inputs"),
        ("Conv2d(8, ?)", (3, 9), (8, 7, 7), "takes an input of 3 axes"),
        ("Conv2d(8, ?)", (3, 9, 9), (8, 7), "an output of 3 sizes, but 2 are wanted"),
        ("Conv2d(8, ?, groups=2)", (3, 9, 9), (8, 7, 7), "cannot be divided into 2 groups"),
        ("Conv2d(8, ?)", (3, 0, 9), (8, 7, 7), "sizes of 1 to"),
    ],
)
def test_questions_without_sense_are_told(text, input, output, message):
    with pytest.raises(CnncalcError, match=message):
        solve(text, input, output)


def test_an_unknown_range_is_told():
    with pytest.raises(CnncalcError, match=r"no open number is called 'kernel'; did you mean 'kernel_size'\?"):
        solve("Conv2d(8, ?)", (3, 9, 9), (8, 7, 7), {"kernel": (1, 3)})
    with pytest.raises(CnncalcError, match="goes beyond what Conv2d takes: 0"):
        solve("Conv2d(8, ?)", (3, 9, 9), (8, 7, 7), {"kernel_size": (0, 3)})
    with pytest.raises(CnncalcError, match="goes beyond what MaxPool2d takes: 2"):
        solve("MaxPool2d(3, ceil_mode=?)", (3, 9, 9), (3, 3, 3), {"ceil_mode": (0, 2)})
    with pytest.raises(SpecError, match="frozen is no whole number that could be looked for"):
        solve("Conv2d(8, 3, frozen=?)", (3, 9, 9), (8, 7, 7))
    with pytest.raises(SpecError, match="no kind of layer"):
        solve("Conv(8, ?)", (3, 9, 9), (8, 7, 7))


@pytest.mark.parametrize(
    ("text", "input", "output", "expected"),
    [
        ("MaxPool2d(?, 2, padding=?)", (64, 112, 112), (64, 56, 56), ["1 ≤ K − 2·P ≤ 2"]),
        ("Conv2d(8, 4, padding=?)", (3, 28, 28), (8, 28, 28), ["2·P = 3"]),
        ("Conv2d(8, 5, padding=?, dilation=2)", (3, 28, 28), (8, 28, 28), ["P = 4"]),
        ("ConvTranspose2d(8, ?, stride=?, padding=?)", (3, 7, 7), (8, 14, 14), ["6·S − 2·P + K = 14"]),
        ("Conv2d(8, (?, 3), padding=(0, ?))", (3, 9, 9), (8, 5, 9), ["K₁ = 5", "P₂ = 1"]),
        ("MaxPool2d(?, 2, ceil_mode=True)", (64, 112, 112), (64, 56, 56), []),
    ],
)
def test_the_general_form(text, input, output, expected):
    assert Question(form_from_text(text), input, output).general() == expected


def test_rarity_grows_with_what_is_uncommon():
    common = Conv2d(8, 3, padding=1)
    assert rarity(common, (8, 9, 9)) == 0
    uncommon = [
        Conv2d(8, 3),
        Conv2d(8, 4, padding=1),
        Conv2d(8, 3, padding=3),
        Conv2d(8, 3, stride=4, padding=1),
        Conv2d(8, 3, padding=2, dilation=2),
        Conv2d(8, 3, padding=1, groups=2),
        Conv2d(8, 11, padding=5),
        ConvTranspose2d(8, 3, padding=1, stride=2, output_padding=1),
    ]
    assert all(rarity(layer, (8, 9, 9)) > 0 for layer in uncommon)
