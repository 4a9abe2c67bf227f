"""Size, jump, start and padding of fields: closed forms, published tables, and gradients away from the borders."""

import ast
import csv
from fractions import Fraction
from pathlib import Path

import pytest
import reading_oracle as oracle
import sympy
from gradient_oracle import Dependencies
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import convolutions, fits, images, paddings, pools, transposed_convolutions

from cnncalc import Network, analyze, layers, load
from cnncalc.analysis import receptive_field
from cnncalc.analysis.axis_field import AxisField
from cnncalc.analysis.derivation import derivation
from cnncalc.analysis.receptive_field import ReceptiveField, size_and_jump, summed_up
from cnncalc.spec import shipped_names

PUBLISHED = list(csv.DictReader((Path(__file__).parent / "published_fields.csv").read_text().splitlines()))
"""google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md at f12ae8e75a, rows without a resolution.

Left out are TF-Slim's networks that do not ship, its ResNets' inner end points and paddings, since it has a stage's
stride in the last unit, and the paddings of MobileNet, which follow TensorFlow's "SAME".
"""


def last(stack, input=(3, 64, 64)):
    """The field of the last of some layers on the one input."""
    analysis = analyze(Network(input=input, layers=stack))
    (field,) = analysis.receptive_fields(analysis.layers[-1].name).values()
    return field


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["end_point"])
def test_published_end_points(row):
    variables = dict(setting.split("=") for setting in row["set"].split())
    field = analyze(load(row["spec"]), variables=variables).receptive_fields(row["layer"])["input"]
    assert field.size == (int(row["size"]),) * 2
    assert field.jump == (int(row["jump"]),) * 2
    if row["padding"]:
        assert [before for before, _ in field.padding] == [int(row["padding"])] * 2


@pytest.mark.parametrize(
    ("name", "layer", "size", "jump"),
    [
        # the closed forms; torchvision's ResNets have the stride in the 3×3 (note in the same table)
        ("alexnet", "pool5", 195, 32),
        ("vgg16", "features.30", 212, 32),
        ("resnet50", "layer4.2.add", 427, 32),
        ("resnet101", "layer4.2.add", 971, 32),
        ("resnet152", "layer4.2.add", 1451, 32),
    ],
)
def test_closed_forms_of_shipped_networks(name, layer, size, jump):
    field = analyze(load(name)).receptive_fields(layer)["input"]
    assert (field.size, field.jump) == ((size, size), (jump, jump))


@pytest.mark.parametrize("depth", [1, 2, 3, 7])
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_stack_of_windows_sees_one_and_depth_times_kernel_less_one(depth, kernel, rank):
    kind = getattr(layers, f"Conv{rank}d")
    field = last([kind(2, kernel) for _ in range(depth)], (3, *(40,) * rank))
    assert field.size == (1 + depth * (kernel - 1),) * rank


def test_dilation_of_four_and_two_adds_eight_and_four():
    stack = [layers.Conv2d(1, 3), layers.Conv2d(1, 3, dilation=4), layers.Conv2d(1, 3, dilation=2)]
    sizes = [last(stack[:depth]).size[0] for depth in (1, 2, 3)]
    assert sizes == [3, 3 + 8, 3 + 8 + 4]


def test_the_contract_of_the_json():
    """The example of the public contract."""
    document = analyze(load("alexnet")).to_dict()["layers"][0]["receptive_field"]
    assert {key: document[key] for key in ("size", "jump", "start")} == {
        "size": [11, 11],
        "jump": [4, 4],
        "start": [3.5, 3.5],
    }


def test_the_input_itself_starts_at_half_a_pixel():
    field = last([layers.ReLU()])
    assert (field.size, field.jump, field.start) == ((1, 1), (1, 1), (0.5, 0.5))


def test_an_even_same_kernel_has_its_extra_padding_behind():
    """PyTorch: total padding K − 1 = 3, one before and two behind."""
    field = last([layers.Conv1d(1, 4, padding="same")], (1, 16))
    assert field.padding == ((1, 2),)
    assert field.start == (1.0,)


def test_ceil_mode_reaches_past_the_input():
    """Windows of 3 every 2 on 6 start at 0, 2 and 4; the last reads element 6, which is not there."""
    field = last([layers.MaxPool1d(3, stride=2, ceil_mode=True)], (1, 6))
    assert field.padding == ((0, 1),)


def test_a_transposed_convolution_has_units_that_see_more_and_less():
    """3 taps written every 2: even places get taps 0 and 2 of two elements, odd ones tap 1 of one."""
    field = last([layers.ConvTranspose1d(1, 3, stride=2)], (1, 16))
    assert (field.size, field.smallest, field.jump) == ((2,), (1,), (Fraction(1, 2),))


def test_a_transposed_convolution_with_gaps_has_units_that_see_nothing():
    field = last([layers.ConvTranspose1d(1, 1, stride=3)], (1, 5))
    assert (field.size, field.smallest, field.jump) == ((1,), (0,), (Fraction(1, 3),))


@pytest.mark.parametrize(
    ("layer", "smallest", "size", "jump"),
    [
        (layers.Upsample(scale_factor=2), 1, 1, Fraction(1, 2)),
        # (i + 1/2)/2 − 1/2 lies between two elements, always
        (layers.Upsample(scale_factor=2, mode="bilinear"), 2, 2, Fraction(1, 2)),
        (layers.Upsample(scale_factor=2, mode="bicubic"), 4, 4, Fraction(1, 2)),
        # (i + 1/2)/3 − 1/2 falls on an element every third time
        (layers.Upsample(scale_factor=3, mode="bilinear"), 1, 2, Fraction(1, 3)),
        (layers.PixelShuffle(2), 1, 1, Fraction(1, 2)),
        (layers.Upsample(size=(56, 56)), 1, 1, Fraction(8, 7)),
    ],
)
def test_samples_taken_up(layer, smallest, size, jump):
    field = last([layer], (4, 64, 64))
    assert (field.smallest, field.size, field.jump) == ((smallest,) * 2, (size,) * 2, (jump,) * 2)


@pytest.mark.parametrize(
    "stack",
    [
        [layers.Conv2d(2, 3), layers.AdaptiveAvgPool2d(1)],
        [layers.Conv2d(2, 3), layers.Flatten(), layers.Linear(5)],
        [layers.Conv2d(2, 3), layers.Mean((-2, -1))],
        [layers.Conv2d(2, 3, padding=1), layers.GroupNorm(2)],
        [layers.Conv2d(2, 3), layers.Flatten(2), layers.MultiheadAttention(2)],
    ],
)
def test_global_operations_see_the_whole_input(stack):
    field = last(stack, (2, 10, 10))
    assert field.size == (10, 10)
    assert field.whole == (True, True)
    assert field.start == (5.0, 5.0)


def test_the_whole_of_what_a_layer_sees_need_not_be_the_whole_input():
    """A 1×1 of stride 2 reads columns 0, 2, … 8 of 10, so that a global pool behind it never sees the last."""
    field = last([layers.Conv2d(1, 1, stride=2), layers.AdaptiveAvgPool2d(1)], (1, 10, 10))
    assert field.size == (9, 9)
    assert field.whole == (True, True)


@pytest.mark.parametrize(
    "stack",
    [
        [layers.Slice(dim=2, stop=4), layers.AdaptiveAvgPool1d(1)],
        [layers.Split((4, 28), 0, dim=2), layers.Mean(2)],
        [layers.ConstantPad1d((0, -28)), layers.AdaptiveMaxPool1d(1)],
    ],
)
def test_a_crop_is_not_the_whole_input(stack):
    field = last(stack, (1, 32))
    assert (field.size, field.start, field.whole) == ((4,), (2.0,), (True,))


def test_whole_is_said_of_what_every_unit_sees_only():
    """Units 0 to 31 see their own pixel and pixels 2 and 3: from 2 pixels to the 30 from 2 to 31."""
    stack = [
        layers.Slice(2, 4, dim=2),
        layers.AdaptiveAvgPool1d(1, name="global"),
        layers.Add(inputs=("input", "global")),
    ]
    field = last(stack, (1, 32))
    assert (field.size, field.smallest, field.whole, field.start) == ((30,), (2,), (False,), (2.0,))


@pytest.mark.parametrize(
    "stack",
    [
        [layers.AdaptiveAvgPool2d(1), layers.ConvTranspose2d(1, 1, stride=2, output_padding=1)],
        [layers.AdaptiveAvgPool2d(1), layers.ZeroPad2d(1)],
    ],
)
def test_units_in_padding_are_not_said_to_see_the_whole(stack):
    field = last(stack, (1, 8, 8))
    assert (field.size, field.smallest, field.whole) == ((8, 8), (None, None), (False, False))


def test_a_window_over_the_padding_of_a_whole_is_not_said_to_see_nothing():
    """The only unit of the kernel of 3 sees all 8 pixels; that every unit does is not followed, and not denied."""
    field = last([layers.AdaptiveAvgPool1d(1), layers.ZeroPad1d(1), layers.Conv1d(1, 3)], (1, 8))
    assert (field.size, field.smallest, field.whole) == ((8,), (None,), (False,))


@pytest.mark.parametrize(
    ("stack", "size", "whole"),
    [
        # unit 0 sees all 8 pixels, those behind it 3 each
        (
            [
                layers.AdaptiveAvgPool1d(1, name="one"),
                layers.Conv1d(1, 3, name="other", inputs=["input"]),
                layers.Concat(inputs=["one", "other"], dim=2),
            ],
            None,
            False,
        ),
        # the first 6 see 3 pixels each, those of the linear layer all 8
        (
            [
                layers.Conv1d(1, 3),
                layers.Flatten(name="one"),
                layers.Flatten(inputs=["input"]),
                layers.Linear(2, name="other"),
                layers.Concat(inputs=["one", "other"], dim=1),
            ],
            None,
            False,
        ),
        # two pools, one unit each
        (
            [
                layers.AdaptiveAvgPool1d(1, name="one"),
                layers.AdaptiveMaxPool1d(1, name="other", inputs=["input"]),
                layers.Concat(inputs=["one", "other"], dim=2),
            ],
            8,
            False,
        ),
        # all channels of a place are looked at together
        (
            [
                layers.AdaptiveAvgPool1d(1, name="one"),
                layers.AdaptiveMaxPool1d(1, name="other", inputs=["input"]),
                layers.Concat(inputs=["one", "other"], dim=1),
            ],
            8,
            True,
        ),
        # features have no places
        (
            [
                layers.Flatten(),
                layers.Linear(2, name="one"),
                layers.Linear(3, name="other"),
                layers.Concat(inputs=["one", "other"], dim=1),
            ],
            8,
            True,
        ),
    ],
)
def test_only_what_every_place_of_a_concatenation_sees_is_the_whole(stack, size, whole):
    field = last(stack, (1, 8))
    assert (field.size, field.whole) == ((size,), (whole,))


def test_attention_sees_all_of_the_keys_and_its_own_place_of_the_queries():
    """Keys and values are pixels 0, 2, 4 and 6 of 8; the last query is pixel 7, and sees one pixel more."""
    stack = [
        layers.Permute((0, 2, 1), name="queries"),
        layers.Slice(0, None, 2, dim=1, name="keys"),
        layers.ScaledDotProductAttention(inputs=["queries", "keys", "keys"], name="attention"),
    ]
    analysis = analyze(Network(input=[2, 8], layers=stack))
    field = analysis.receptive_fields("attention")["input"]
    assert (field.size, field.smallest, field.whole) == ((8,), (7,), (False,))
    assert analysis.receptive_fields("keys")["input"].size == (1,)


def test_a_sum_up_to_each_place_of_a_whole_is_the_whole():
    field = last([layers.AdaptiveAvgPool1d(1), layers.Expand((1, 4)), layers.CumulativeSum(dim=2)], (1, 8))
    assert (field.size, field.smallest, field.whole) == ((8,), (8,), (True,))


def test_the_place_of_a_unit_behind_a_concatenation_is_known():
    joined = layers.Concat(inputs=["left", "right"], dim=2, name="joined")
    analysis = analyze(Network(input={"left": [1, 6], "right": [1, 5]}, layers=[joined]))
    sights = analysis.sees("joined", (2,))
    assert (sights["left"].field, sights["right"].field) == (((2, 2),), None)


def test_a_layer_that_reads_padding_alone_sees_nothing():
    stack = [layers.ZeroPad1d((8, 0)), layers.Slice(0, 4, dim=2), layers.AdaptiveAvgPool1d(1)]
    analysis = analyze(Network(input=[1, 8], layers=stack))
    assert analysis.receptive_fields("adaptiveavgpool1d_1") == {}
    assert analysis.sees("adaptiveavgpool1d_1") == {}


@pytest.mark.parametrize(("work", "sizes"), [(7, [None, None]), (8, [7, None]), (30, [7, None]), (100, [7, 7])])
def test_what_would_take_too_long_to_follow_is_lost(monkeypatch, work, sizes):
    """What a pool of a strided layer sees takes a walk back to the input for each: 8 to begin, 8 a layer on the way."""
    monkeypatch.setattr(receptive_field, "_MOST_WORK", work)
    stack = [
        layers.Conv1d(1, 1, stride=2, name="conv"),
        layers.AdaptiveAvgPool1d(1, name="one", inputs=["conv"]),
        layers.AdaptiveAvgPool1d(1, name="other", inputs=["conv"]),
    ]
    analysis = analyze(Network(input=[1, 8], layers=stack, outputs=["one", "other"]))
    assert [analysis.receptive_fields(name)["input"].size[0] for name in ("one", "other")] == sizes


@pytest.mark.parametrize(("work", "sizes"), [(7, (None, 1)), (300_000, (7, 1))])
def test_only_the_axis_that_is_seen_whole_is_looked_for(monkeypatch, work, sizes):
    """The mean over the height of rows 0, 2, 4 and 6; along the width every unit sees its own column."""
    monkeypatch.setattr(receptive_field, "_MOST_WORK", work)
    field = last([layers.Conv2d(1, 1, stride=2), layers.Mean(2, keepdim=True)], (1, 8, 8))
    assert (field.size, field.whole) == (sizes, (sizes[0] is not None, False))


def test_beside_what_is_lost_nothing_is_known(monkeypatch):
    monkeypatch.setattr(receptive_field, "_MOST_WORK", 7)
    stack = [
        layers.Conv1d(1, 1, stride=2, name="conv"),
        layers.AdaptiveAvgPool1d(1, name="one"),
        layers.Add(inputs=["conv", "one"]),
    ]
    assert last(stack, (1, 8)).size == (None,)


def test_sizes_of_an_input_of_any_size():
    """A window of 3 every 2 units of an axis whose size is a letter."""
    size = sympy.Symbol("H", integer=True, positive=True)
    assert size_and_jump(AxisField(1, (0,), (3,), 2), size, (1, size)) == (3, 2)


def test_the_first_units_centre_is_a_float():
    assert [type(start) for start in last([layers.Conv2d(1, 2)]).start] == [float, float]


def test_fields_as_plain_data():
    field = ReceptiveField((3, 8, None), (Fraction(1, 2), None, 2), (1.5, 4.0, None), ((1, 2), (0, 0), None), *WHOLE)
    assert field.to_dict() == {
        "size": [3, 8, None],
        "jump": [0.5, None, 2],
        "start": [1.5, 4.0, None],
        "padding": [[1, 2], [0, 0], None],
        "whole": [False, True, False],
        "smallest": [2, 8, None],
    }
    assert [type(jump) for jump in field.to_dict()["jump"]] == [float, type(None), int]


WHOLE = ((False, True, False), (2, 8, None))


@pytest.mark.parametrize(
    "stack",
    [
        [layers.Reshape((1, 4, 16)), layers.Slice(dim=2, stop=1), layers.Squeeze()],
        [layers.Reshape((1, 4, 16)), layers.Permute((0, 1, 3, 2)), layers.Mean(3), layers.ReLU(), layers.Conv1d(1, 2)],
        [layers.Conv1d(1, 2, stride=2**31 - 1, padding=1) for _ in range(3)],
    ],
)
def test_what_could_not_be_followed_is_not_made_up(stack):
    field = last(stack, (1, 8, 8) if isinstance(stack[0], layers.Reshape) else (1, 1))
    assert set(field.size) == {None}
    assert not any(field.whole)


@pytest.mark.parametrize(
    ("stack", "shape", "sizes"),
    [
        # two windows of 2 over units of 2 and, at the border of the period, of 3 pixels
        ([layers.Upsample(scale_factor=0.7, mode="linear"), layers.Conv1d(1, 2)], (1, 5), (3, 4)),
        ([layers.AdaptiveMaxPool1d(4), layers.Slice(-1, None, 2, dim=2)], (4, 27), (7, 7)),
    ],
)
def test_only_units_that_are_there_count(stack, shape, sizes):
    field = last(stack, shape)
    assert (field.smallest[0], field.size[0]) == sizes


@pytest.mark.parametrize(
    ("layer", "size", "unit", "pixels"),
    [
        # as torch.nn.Upsample's forward pass reads them: it copies where sizes stay, and halves where they double
        (layers.Upsample(scale_factor=1.1), 7, 6, (6, 6)),
        (layers.Upsample(scale_factor=2.1), 5, 2, (1, 1)),
        (layers.Upsample(scale_factor=1.1, mode="bilinear"), 7, 1, (1, 1)),
        (layers.Upsample(scale_factor=3.3333333333333335), 4, 10, (3, 3)),
    ],
)
def test_factors_that_are_no_ratio_of_sizes(layer, size, unit, pixels):
    (sight,) = analyze(Network(input=[1, size, size], layers=[layer])).sees("upsample_1", (unit, unit)).values()
    assert sight.box == (pixels, pixels)


def test_units_in_another_order_have_no_distance_and_see_no_more():
    """A window of 3 reads 3 neighbours of a reversed row, of which there are 2 at its ends."""
    for kinds in ([layers.Flip(dims=(2,))], [layers.Flip(dims=(2,)), layers.Conv1d(1, 3, padding=1)]):
        field = last(kinds, (1, 8))
        assert (field.size, field.smallest, field.jump) == ((len(kinds) * 2 - 1,), (len(kinds),), (None,))


@pytest.mark.parametrize(("size", "output"), [(1, 4), (4, 1), (1, 1), (3, 7)])
def test_samples_between_corners(size, output):
    """``align_corners`` of one element or to one: the first is all that is read."""
    stack = [layers.Upsample(size=(output, output), mode="bilinear", align_corners=True, name="taken")]
    analysis = analyze(Network(input=(1, size, size), layers=stack))
    (field,) = analysis.receptive_fields("taken").values()
    boxes = [analysis.sees("taken", (unit, 0))["input"].box[0] for unit in range(output)]
    if size == 1 or output == 1:
        assert boxes == [(0, 0)] * output
        assert (field.size, field.smallest, field.start) == ((1, 1), (1, 1), (0.5, 0.5))
    else:  # three to a pixel
        assert boxes == [(0, 0), (0, 1), (0, 1), (1, 1), (1, 2), (1, 2), (2, 2)]
        assert (field.size, field.smallest, field.jump) == ((2, 2), (1, 1), (Fraction(1, 3),) * 2)
    assert [found.contributing for found in analysis.sees("taken", (output - 1,) * 2).values()] == [1]


def test_each_element_repeated():
    field = last([layers.RepeatInterleave(3, dim=2), layers.Conv1d(1, 2)], (1, 8))
    assert (field.size, field.smallest, field.jump) == ((2,), (1,), (Fraction(1, 3),))


def test_a_layer_over_everything_sees_it_though_some_units_before_it_see_nothing():
    stack = [layers.AdaptiveAvgPool2d(1), layers.ZeroPad2d(1), layers.Flatten(), layers.Linear(3)]
    field = last(stack, (1, 8, 8))
    assert (field.size, field.smallest, field.whole) == ((8, 8), (8, 8), (True, True))


def test_padding_that_reflects_sees_what_it_reflects():
    """Two pooled copies side by side, so that units are looked at one by one; then two more on each side."""
    stack = [
        layers.MaxPool1d(2, name="one"),
        layers.MaxPool1d(2, name="other", inputs=("input",)),
        layers.Concat(dim=2, inputs=("one", "other")),
        layers.ReflectionPad1d(2, name="padded"),
    ]
    analysis = analyze(Network(input=(1, 8), layers=stack))
    (field,) = analysis.receptive_fields("padded").values()
    boxes = [analysis.sees("padded", (unit,))["input"].box for unit in range(12)]
    assert boxes[:3] == [((4, 5),), ((2, 3),), ((0, 1),)]
    assert (field.size, field.smallest, field.start) == ((2,), (2,), (5.0,))


def test_padding_sees_nothing_of_everything_though_places_are_lost():
    """Units 2 to 5 of the padded branch see all 8 pixels, the others none; the sum sees a pixel of its own besides."""
    stack = [
        layers.AdaptiveAvgPool1d(1, name="pooled"),
        layers.Add(inputs=("input", "pooled")),
        layers.Reshape((2, 4)),
        layers.ZeroPad1d(2, name="padded"),
        layers.Conv1d(2, 1, name="own", inputs=("input",)),
        layers.Add(name="sum", inputs=("own", "padded")),
    ]
    analysis = analyze(Network(input=(1, 8), layers=stack))
    boxes = [analysis.sees("sum", (unit,))["input"].box for unit in range(8)]
    assert boxes == [((0, 0),), ((1, 1),), *[((0, 7),)] * 4, ((6, 6),), ((7, 7),)]
    (field,) = analysis.receptive_fields("sum").values()
    assert (field.size, field.whole) == ((None,), (False,))


def test_what_some_units_see_beyond_what_all_see_is_not_forgotten():
    """Unit 0 sees pixels 4 to 7 of one pool, and every unit 2 to 5 of the other: 6 pixels, and 4."""
    stack = [
        layers.Slice(4, 8, dim=2),
        layers.AdaptiveAvgPool1d(1),
        layers.ZeroPad1d((0, 3), name="first"),
        layers.Slice(2, 6, dim=2, inputs=("input",)),
        layers.AdaptiveAvgPool1d(1),
        layers.Upsample(size=4, name="every"),
        layers.Add(name="sum", inputs=("first", "every")),
    ]
    analysis = analyze(Network(input=[1, 8], layers=stack))
    boxes = [analysis.sees("sum", (unit,))["input"].box for unit in range(4)]
    assert boxes == [((2, 7),), *[((2, 5),)] * 3]
    assert analysis.receptive_fields("sum")["input"].size == (None,)


def test_global_branches_side_by_side_see_the_whole_input():
    """Kim's sentence CNN: three global pools, one behind the other along the channels."""
    analysis = analyze(load("text_cnn"))
    for layer in ("concat_1", "fc"):
        field = analysis.receptive_fields(layer)["input"]
        assert (field.size, field.smallest, field.whole) == ((50,), (50,), (True,))


def test_squeeze_and_excitation_sees_everything_and_keeps_its_places():
    analysis = analyze(load("efficientnet_b0"))
    field = analysis.receptive_fields("features.1.0.block.1.scale")["input"]
    assert (field.size, field.whole, field.jump) == ((224, 224), (True, True), (2, 2))


PLACES = st.sampled_from([{}, {}, {"inner": 2, "extent": 3}])


@settings(max_examples=400)
@given(oracle.fields(), st.integers(1, 12), st.integers(1, 12), st.sampled_from([None, None, (0, 11), (3, 5)]), PLACES)
def test_figures_are_of_the_units_that_are_there(field, count, pixels, everything, places):
    """Largest and smallest, how far beyond the borders, and the first unit's centre, unit by unit."""
    field = AxisField(0, field.firsts, field.sizes, field.shift, everything, field.finite, **places)
    found = summed_up((field,), (pixels,), (count,))
    units = range(places["extent"] * places["inner"] if places else count)
    edges = [oracle.hull((oracle.sees(field, unit), everything)) for unit in units]
    sizes = [high - low + 1 if edge else 0 for edge in edges for low, high in [edge or (0, 0)]]
    jump = None if field.finite or places else Fraction(field.shift, len(field.firsts))
    seen = [edge for edge in edges if edge]
    beyond = (max([0, *(-low for low, _ in seen)]), max([0, *(high + 1 - pixels for _, high in seen)]))
    if everything == (0, pixels - 1):
        sizes, beyond, edges = [pixels], (0, 0), [everything]
    start = sum(edges[0]) / 2 + 0.5 if edges[0] else None
    whole = everything == (0, pixels - 1)
    assert found == ReceptiveField((max(sizes),), (jump,), (start,), (beyond,), (whole,), (min(sizes),))


@pytest.mark.parametrize(
    ("field", "size", "start", "whole", "smallest"),
    [
        (AxisField(None, everything=(2, 5)), 4, 4.0, True, 4),
        (AxisField(None, everything=(2, 5), partly=True), 4, None, False, None),
        (AxisField(0, (0,), (1,), everything=(0, 8)), 9, 4.5, True, 9),
        (AxisField(0, (0,), (1,), everything=(0, 8), partly=True), 9, None, False, None),
        (AxisField(0, (0,), (1,), everything=(2, 5), partly=True), None, None, False, None),
        (AxisField(None, everything=(0, 8), lost=True), None, None, False, None),
        (AxisField(None, lost=True), None, None, False, None),
    ],
)
def test_figures_of_what_all_units_see(field, size, start, whole, smallest):
    found = summed_up((field,), (9,), (9,))
    padding = None if size is None else (0, 0)
    jump = 1 if field.axis is not None and size else None
    assert found == ReceptiveField((size,), (jump,), (start,), (padding,), (whole,), (smallest,))
    assert size_and_jump(field, 9, (9,)) == (size, jump)


def test_too_many_units_to_look_at_one_by_one_have_no_figures():
    field = AxisField(0, (0,), (1,), everything=(2, 5))
    many = 65_536
    assert summed_up((field,), (many,), (many,)).size == (many - 2,)
    assert summed_up((field,), (many,), (many + 1,)).size == (None,)


def test_several_inputs_have_fields_of_their_own():
    network = Network(
        input={"left": [1, 20, 20], "right": [1, 20, 20]},
        layers=[
            layers.Conv2d(1, 5, padding=2, name="a", inputs=("left",)),
            layers.Conv2d(1, 3, padding=1, name="b", inputs=("right",)),
            layers.Add(name="sum", inputs=("a", "b")),
        ],
    )
    analysis = analyze(network)
    assert {name: field.size for name, field in analysis.receptive_fields("sum").items()} == {
        "left": (5, 5),
        "right": (3, 3),
    }
    assert set(analysis.receptive_fields("b")) == {"right"}
    assert analysis.to_dict()["layers"][0]["receptive_field"]["left"]["size"] == [5, 5]
    assert "left.field_size" in analysis.to_dataframe()


def test_tokens_keep_the_patch_that_they_are_made_of():
    """A vision transformer's patches, flattened, put last and back again."""
    patches = [
        layers.Conv2d(8, 16, stride=16),
        layers.Flatten(2),
        layers.Permute((0, 2, 1)),
        layers.LayerNorm(),
        layers.Permute((0, 2, 1)),
        layers.Reshape((8, 4, 4)),
        layers.Conv2d(8, 3, padding=1),
    ]
    sizes = [last(patches[:depth]).size for depth in range(1, 8)]
    assert sizes == [(16, 16)] * 6 + [(48, 48)]
    assert last(patches[:6]).jump == (16, 16)
    assert last(patches[:3]).jump == (None, None)


def messages(*stack, input=(1, 32, 32)):
    analysis = analyze(Network(input=input, layers=stack))
    return [(note.layer, note.message) for note in analysis.warnings if note.code == "misaligned-branches"]


def test_branches_that_do_not_align_are_told_by_how_much():
    """A 3×3 without padding is centred one pixel further than what is cut off at the far side."""
    valid = layers.Conv2d(1, 3, name="valid", inputs=("input",))
    corner = layers.ZeroPad2d((0, -2, 0, -2), name="corner", inputs=("input",))
    centre = layers.ZeroPad2d((-1, -1, -1, -1), name="centre", inputs=("input",))
    sentence = 'along the height and width the units of "corner" are centred 1 pixel before those of "valid"'
    assert messages(valid, corner, layers.Add(name="add", inputs=("valid", "corner"))) == [("add", sentence)]
    assert messages(valid, centre, layers.Add(name="add", inputs=("valid", "centre"))) == []


def test_branches_that_drift_apart():
    """31 units from pixel 0 every pixel, and 31 of an adaptive pool every 64/31."""
    dense = layers.Conv1d(1, 34, name="dense", inputs=("input",))
    pooled = layers.AdaptiveAvgPool1d(31, name="pooled", inputs=("input",))
    (found,) = messages(dense, pooled, layers.Add(name="add", inputs=("dense", "pooled")), input=(1, 64))
    assert found[1] == (
        "along the length the units of its branches drift apart: "
        'those of "dense" are 1 pixels apart, those of "pooled" 64/31'
    )


def test_every_shipped_residual_network_is_aligned():
    for name in shipped_names():
        if name.startswith(("resnet", "residual", "mobilenet", "efficientnet", "densenet", "inception", "googlenet")):
            assert not analyze(load(name)).fields.misaligned, name


CHAIN = st.one_of(convolutions(), pools(), transposed_convolutions(), paddings(), images())
OWN_PLACE = ("Conv", "MaxPool", "AvgPool", "ZeroPad", "ConstantPad", "Upsample")


@settings(max_examples=400)
@given(st.data())
def test_away_from_the_borders_the_field_is_what_the_gradient_says(data):
    """Chains over one axis, and a branch beside each layer now and then; the middle unit's box is the field itself."""
    shape = (2, 240)
    shapes, nodes = {"input": shape}, []
    for position in range(data.draw(st.integers(1, 4))):
        layer, _ = data.draw(CHAIN)
        source = data.draw(st.sampled_from(list(shapes)[-2:]))
        if not type(layer).__name__.startswith(OWN_PLACE) or not fits(layer, shapes[source]):
            continue
        name = f"layer{position}"
        nodes.append((name, layer, (source,)))
        shapes[name] = tuple(layer.output(shapes[source]))
        alike = [other for other, size in shapes.items() if size == shapes[name] and other != name]
        if alike:
            nodes.append((f"sum{position}", layers.Add(), (name, alike[-1])))
            shapes[f"sum{position}"] = shapes[name]
    assume(nodes)
    stated = []
    for name, layer, inputs in nodes:
        fields = {field: getattr(layer, field) for field in type(layer).__struct_fields__}
        stated.append(type(layer)(**fields | {"name": name, "inputs": inputs}))
    analysis, dependencies = analyze(Network(input=shape, layers=stated)), Dependencies(nodes, shape)
    for row in analysis.layers:
        (field,) = analysis.fields.seen[row.name]["input"]
        middle = row.output_shape[1] // 2
        edges = field.edges(middle)
        if edges is not None and not (edges[0] > 50 and edges[1] < 190):
            continue
        seen = dependencies.pixels(row.name, (slice(None), middle)).nonzero().flatten().tolist()
        assert edges == ((seen[0], seen[-1]) if seen else None)


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "resnet50", "unet", "googlenet", "dcgan", "dilated", "r3d_18"])
def test_every_worked_step_is_true_and_leads_to_the_field(name):
    """The equations are computed again from their text, by Python."""
    analysis = analyze(load(name))
    for row in analysis.layers:
        for source, field in analysis.receptive_fields(row.name).items():
            sizes = []
            for step in derivation(analysis, row.name, source, 0):
                for equation in filter(None, (step.size, step.jump, step.first)):
                    _, *sides = equation.replace("·", "*").replace("−", "-").split(" = ")
                    if len(sides) > 1:
                        ours, result = (re_evaluated(side) for side in sides)
                        assert ours == result
                sizes.append(step.size)
            if not field.whole[0] and sizes and sizes[-1]:
                assert sizes[-1].endswith((f" = {field.size[0]}", f" to {field.size[0]}"))


def re_evaluated(text):
    """Sums, products and quotients, exactly."""
    values = {ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b}
    values |= {ast.Div: lambda a, b: a / b}

    def value(node):
        if isinstance(node, ast.BinOp):
            return values[type(node.op)](value(node.left), value(node.right))
        return -value(node.operand) if isinstance(node, ast.UnaryOp) else Fraction(node.value)

    return value(ast.parse(text, mode="eval").body)
