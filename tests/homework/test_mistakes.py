"""Every mistake of the catalogue, by a wrong figure that is worked out by hand beside it."""

import pytest

from cnncalc import (
    AdaptiveAvgPool2d,
    Add,
    BatchNorm2d,
    Concat,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose2d,
    DepthwiseConv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    load,
)
from cnncalc.homework.answers import parse
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.diagnosis import diagnose
from cnncalc.homework.matching import match, reading_of
from cnncalc.homework.messages import messages
from cnncalc.homework.quantities import QUANTITIES


def network(*layers, input=(3, 32, 32)):
    return Network(input=input, layers=layers)


SAME = network(Conv2d(8, 5, padding=2, name="conv"))
"""3×32×32 → 8×32×32; 8·3·5·5 + 8 = 608 parameters, 600·32·32 = 614,400 MACs, 2·614,400 + 8,192 = 1,236,992 FLOPs."""
HALF = network(Conv2d(8, 3, stride=2, name="conv"))
"""(32 − 3)/2 = 14.5, floor 14, + 1 = 15; 216·15·15 = 48,600 MACs."""
SPREAD = network(Conv2d(8, 3, dilation=4, name="conv"))
"""K' = 4·2 + 1 = 9, 32 − 9 + 1 = 24."""
BARE = network(Conv2d(8, 5, bias=False, name="conv"))
GROUPED = network(Conv2d(8, 3, groups=2, name="conv"), input=(4, 10, 10))
"""8·2·3·3 + 8 = 152 parameters."""
FOUR_GROUPS = network(Conv2d(128, 3, groups=4, name="conv"), input=(64, 10, 10))
DEPTHWISE = network(DepthwiseConv2d(kernel_size=3, name="conv"), input=(4, 10, 10))
"""4·3·3 + 4 = 40 parameters."""
POOL = network(MaxPool2d(kernel_size=3, stride=2, ceil_mode=True, name="pool"), input=(8, 12, 12))
"""(12 − 3)/2 = 4.5, ceiling 5, + 1 = 6."""
UP = network(
    ConvTranspose2d(4, 5, stride=3, padding=2, output_padding=1, name="up"),
    input=(8, 7, 7),
)
"""(7 − 1)·3 − 2·2 + 5 + 1 = 20."""
FLAT = network(Flatten(name="flat"), input=(8, 7, 7))
WIDE = network(Conv2d(8, 3, name="conv"), input=(3, 20, 30))
"""8×18×28."""
NORM = network(BatchNorm2d(name="norm"), input=(8, 32, 32))
"""2·8 = 16 parameters."""
SEPARABLE = network(
    DepthwiseConv2d(kernel_size=3, bias=False, name="depthwise"),
    ReLU(),
    Conv2d(64, 1, bias=False, name="pointwise"),
)
"""3·9 + 64·3 = 219 parameters."""
VIDEO = network(Conv3d(8, 3, padding=1, name="conv"), input=(4, 6, 10, 10))
"""8×6×10×10; 8·4·27 + 8 = 872 parameters, 864·600 = 518,400 MACs."""
SIGNAL = network(Conv1d(8, 5, name="conv"), input=(4, 100))
"""8·4·5 + 8 = 168 parameters."""
THIRD = network(Conv2d(1, 3, stride=3, name="conv"), input=(1, 7, 7))
NORMED = network(
    Conv2d(4, 3, name="a"),
    BatchNorm2d(name="norm"),
    Conv2d(4, 3, name="b"),
    Flatten(),
    Linear(10, name="fc"),
)
"""4·27 + 4 = 112 and 4·36 + 4 = 148 parameters of convolutions, 2·4 = 8, and 4·28·28·10 + 10 = 31,370."""
HEAD = network(AdaptiveAvgPool2d(1), Flatten(), Linear(10, name="fc"), input=(8, 7, 7))
PLAIN_NORM = network(BatchNorm2d(affine=False, name="norm"), input=(8, 32, 32))
MERGED = network(
    Conv2d(4, 1, name="a"),
    Conv2d(6, 1, inputs=("input",), name="b"),
    Concat(inputs=("a", "b"), name="both"),
)
ADDED = network(
    Conv2d(4, 1, name="a"),
    Conv2d(4, 1, inputs=("input",), name="b"),
    Add(inputs=("a", "b"), name="sum"),
)
FIELDS = network(
    Conv2d(1, 3, stride=2, name="a"),
    MaxPool2d(kernel_size=2, name="pool"),
    Conv2d(1, 3, name="b"),
    Conv2d(1, 3, dilation=2, name="c"),
    input=(1, 64, 64),
)
"""r: 3, 3 + 1·2 = 5, 5 + 2·4 = 13, 13 + 4·4 = 29; j: 2, 4, 4, 4."""
STACK = network(Conv2d(1, 7, name="a"), Conv2d(1, 5, name="b"), Conv2d(1, 3, name="c"), input=(1, 64, 64))
"""r: 7, 11, 13."""
WHOLE = network(
    Conv2d(8, 5, padding=2, name="conv1"),
    MaxPool2d(kernel_size=2, name="pool"),
    Conv2d(16, 3, padding=1, name="conv2"),
    Flatten(name="flat"),
    Linear(10, name="fc"),
)
"""608 + (8·9·16 + 16 = 1,168) + (16·16·16·10 + 10 = 40,970) = 42,746 parameters."""
SMALL = network(
    Conv2d(8, 5, padding=2, name="conv"),
    ReLU(name="relu"),
    MaxPool2d(kernel_size=2, name="pool"),
    Flatten(name="flat"),
    Linear(10, name="fc"),
)
"""8,192 + 8,192 + 2,048 + 2,048 + 10 = 20,490 activations."""

CASES = [
    ("forgot-padding", SAME, "conv", "output", "8x28x28"),  # 32 − 5 + 1
    ("padding-once", SAME, "conv", "output", "8x30x30"),  # 32 − 5 + 2 + 1
    ("forgot-plus-one", SAME, "conv", "output", "8x31x31"),  # 32 − 5 + 4
    ("kernel-not-subtracted", SAME, "conv", "output", "8x37x37"),  # 32 + 4 + 1
    ("ceiling-for-floor", HALF, "conv", "output", "8x16x16"),  # ⌈14.5⌉ + 1
    ("not-rounded", HALF, "conv", "output", "15.5"),  # 29/2 + 1
    ("stride-ignored", HALF, "conv", "output", "8x30x30"),  # 32 − 3 + 1
    ("same-assumed", WIDE, "conv", "output", "8x20x30"),  # ⌈20/1⌉, ⌈30/1⌉
    ("dilation-ignored", SPREAD, "conv", "output", "8x30x30"),  # 32 − 3 + 1
    ("dilated-kernel-too-large", SPREAD, "conv", "output", "8x21x21"),  # 32 − 4·3 + 1
    ("floor-for-ceiling", POOL, "pool", "output", "8x5x5"),  # ⌊4.5⌋ + 1
    ("stride-is-kernel", POOL, "pool", "output", "8x4x4"),  # (12 − 3)/3 + 1
    ("channels-kept", WIDE, "conv", "output", "3x18x28"),
    ("channels-multiplied", WIDE, "conv", "output", "24x18x28"),  # 3·8 channels
    ("height-width-exchanged", WIDE, "conv", "output", "8x28x18"),
    ("channels-height-exchanged", WIDE, "conv", "output", "18x8x28"),
    ("input-for-output", WIDE, "conv", "output", "3x20x30"),
    ("elements-for-shape", WIDE, "conv", "output", "4032"),  # 8·18·28
    ("transposed-as-convolution", UP, "up", "output", "4x3x3"),  # (7 − 5 + 4)/3 + 1
    ("forgot-output-padding", UP, "up", "output", "4x19x19"),  # 18 − 4 + 5
    ("transposed-forgot-minus-one", UP, "up", "output", "4x23x23"),  # 21 − 4 + 5 + 1
    ("flatten-forgot-channels", FLAT, "flat", "output", "49"),  # 7·7
    ("flatten-one-side", FLAT, "flat", "output", "56"),  # 8·7
    ("not-flattened", FLAT, "flat", "output", "8x7x7"),
    ("concatenation-as-sum", MERGED, "both", "output", "6x32x32"),
    ("sum-as-concatenation", ADDED, "sum", "output", "8x32x32"),
    ("other-input", load("alexnet_2012"), "conv1", "output", "54x54x96"),  # (224 − 11)/4 = 53.25, 53 + 1
    ("forgot-bias", SAME, "conv", "params", "600"),  # 8·75
    ("one-bias", SAME, "conv", "params", "601"),
    ("bias-a-kernel", SAME, "conv", "params", "624"),  # 600 + 8·3
    ("bias-an-input", SAME, "conv", "params", "603"),  # 600 + 3
    ("bias-added", BARE, "conv", "params", "608"),  # 600 + 8
    ("forgot-input-channels", SAME, "conv", "params", "208"),  # 8·25 + 8
    ("input-channels-twice", SAME, "conv", "params", "1808"),  # 8·9·25 + 8
    ("one-filter", SAME, "conv", "params", "76"),  # 3·25 + 1
    ("kernel-once", SAME, "conv", "params", "128"),  # 8·3·5 + 8
    ("forgot-kernel", SAME, "conv", "params", "32"),  # 8·3 + 8
    ("weights-not-shared", SAME, "conv", "params", "622592"),  # (75 + 1)·8·1024
    ("groups-ignored", GROUPED, "conv", "params", "296"),  # 8·4·9 + 8
    ("depthwise-as-ordinary", DEPTHWISE, "conv", "params", "148"),  # 4·4·9 + 4
    ("pooling-weights", POOL, "pool", "params", "584"),  # 8·8·9 + 8
    ("norm-forgotten", NORM, "norm", "params", "0"),
    ("running-statistics-counted", NORM, "norm", "params", "32"),  # 4·8
    ("one-a-channel", NORM, "norm", "params", "8"),
    ("flops-for-macs", SAME, "conv", "macs", "1228800"),  # 2·614,400
    ("bias-additions-counted", SAME, "conv", "macs", "622,592"),  # 614,400 + 8·1024
    ("input-size-in-cost", HALF, "conv", "macs", "221184"),  # 216·32·32
    ("positions-forgotten", HALF, "conv", "macs", "216"),
    ("one-side-of-output", HALF, "conv", "macs", "3240"),  # 216·15
    ("another-quantity", SAME, "conv", "macs", "8192"),  # the activations
    ("powers-of-1024", SAME, "conv", "macs", "600k"),  # 600·1024 = 614,400
    ("power-of-ten", SAME, "conv", "macs", "6,144,000"),
    ("cut-off", HALF, "conv", "macs", "48k"),  # 48.6 k
    ("slip", SAME, "conv", "params", "(5*5*3+1)*8 = 618"),  # 608
    ("macs-for-flops", SAME, "conv", "flops", "614400"),
    ("one-addition-less", SAME, "conv", "flops", "1220608"),  # 2·614,400 − 8,192
    ("another-convention", NORM, "norm", "flops", "32768"),  # thop: 4 an element
    ("one-channel", SAME, "conv", "activations", "1024"),  # 32·32
    ("side-from-filters", load("alexnet_2012"), "conv1", "activations", "253,440"),  # 96·55·48, as the paper prints
    ("channels-only", SAME, "conv", "activations", "8"),
    ("field-forgot-strides", FIELDS, "c", "receptive_field", "10"),  # 1 + 2 + 1 + 2 + 4
    ("field-kernel-times-jump", FIELDS, "c", "receptive_field", "40"),  # 1 + 3 + 2·2 + 3·4 + 5·4
    ("field-kernel-added", FIELDS, "c", "receptive_field", "14"),  # 1 + 3 + 2 + 3 + 5
    ("field-own-stride-first", FIELDS, "c", "receptive_field", "33"),  # 1 + 2·2 + 1·4 + 2·4 + 4·4
    ("field-own-stride-only", FIELDS, "c", "receptive_field", "13"),  # 1 + 2·2 + 1·2 + 2·1 + 4·1
    ("field-dilation-ignored", FIELDS, "c", "receptive_field", "21"),  # 13 + 2·4
    ("field-pooling-left-out", FIELDS, "c", "receptive_field", "27"),  # 29 − 1·2
    ("field-pooling-ignored", FIELDS, "c", "receptive_field", "15"),  # 3 + 2·2 + 4·2
    ("field-stride-left-out", FIELDS, "c", "receptive_field", "16"),  # 3 + 1·1 + 2·2 + 4·2, a's stride
    ("field-from-zero", FIELDS, "c", "receptive_field", "28"),
    ("field-layer-left-out", STACK, "c", "receptive_field", "9"),  # 7 + 2, without b
    ("jump-given", FIELDS, "c", "receptive_field", "4"),
    ("own-kernel-only", FIELDS, "c", "receptive_field", "5"),  # K' = 2·2 + 1
    ("kernels-multiplied", FIELDS, "c", "receptive_field", "90"),  # 3·2·3·5
    ("kernels-added", STACK, "c", "receptive_field", "15"),  # 7 + 5 + 3
    ("receptive-field-given", FIELDS, "c", "jump", "29"),
    ("own-stride-only", FIELDS, "pool", "jump", "2"),
    ("strides-added", FIELDS, "c", "jump", "6"),  # 2 + 2 + 1 + 1
    ("kind-left-out", WHOLE, None, "params", "40970"),  # without 608 + 1,168 of the convolutions
    ("layer-left-out", WHOLE, None, "params", "1776"),  # 608 + 1,168, without the one linear layer
    ("one-kind-only", NORMED, None, "params", "260"),  # 112 + 148
    ("separable-as-ordinary", SEPARABLE, None, "params", "1728"),  # 64·3·9
    ("pooling-channels", load("vgg16"), "features.4", "output", "32x112x112"),  # 64/2
    ("depth-lost", VIDEO, "conv", "output", "8x10x10"),
    ("kernel-of-two-axes", VIDEO, "conv", "params", "296"),  # 8·4·3·3 + 8
    ("kernel-of-two-axes", SIGNAL, "conv", "params", "808"),  # 8·4·5·5 + 8
    ("depth-of-output-forgotten", VIDEO, "conv", "macs", "86400"),  # 8·4·27·10·10
    ("pooling-skipped", POOL, "pool", "output", "8x12x12"),
    ("pooling-skipped", HEAD, "fc", "params", "3930"),  # 8·7·7·10 + 10
    ("table-ignored", load("lenet5"), "C3", "params", "2416"),  # 16·6·25 + 16
    ("table-ignored", load("lenet5"), None, "params", "60,900"),  # 60,000 + 2,416 − 1,516
    ("parameters-overlooked", load("lenet5"), "S2", "params", "0"),
    ("affine-added", PLAIN_NORM, "norm", "params", "16"),
    ("output-size-in-cost", UP, "up", "macs", "320000"),  # 20·20·8·4·25
    ("one-group", GROUPED, "conv", "params", "76"),  # 152/2
    ("one-group", FOUR_GROUPS, "conv", "params", "4736"),  # 32·16·9 + 128
    ("norm-not-shared", NORM, "norm", "params", "2048"),  # 2·32·32
    ("norm-not-shared", NORM, "norm", "params", "16384"),  # 2·8·32·32
    ("norm-one-pair", NORM, "norm", "params", "2"),
    ("flatten-channels-only", FLAT, "flat", "output", "8"),
    ("transposed-forgot-plus-one", UP, "up", "output", "4x19x19"),  # 18 − 4 + 4 + 1
    ("not-rounded", HALF, "conv", "output", "8x15.5x15.5"),
    ("not-rounded", THIRD, "conv", "output", "2.33"),  # (7 − 3)/3 + 1
    ("not-rounded", THIRD, "conv", "output", "2.33x2.33"),
    ("layer-left-out", WHOLE, None, "params", "41578"),  # 42,746 − 1,168
    ("layer-twice", WHOLE, None, "params", "43354"),  # 42,746 + 608
    ("one-layer-only", WHOLE, None, "params", "1168"),
    ("input-counted", SMALL, None, "activations", "23562"),  # 20,490 + 3·32·32
    ("only-with-weights", SMALL, None, "activations", "8202"),  # 8,192 + 10
    ("running-total", WHOLE, "conv2", "params", "1776"),  # 608 + 1,168
    ("total-given", WHOLE, "conv2", "params", "42746"),
    ("another-layer", WHOLE, "conv2", "params", "608"),
    ("values-for-bytes", SAME, "conv", "weight_bytes", "608"),
    ("bits-for-bytes", SAME, "conv", "weight_bytes", "19456"),  # 8·4·608
    ("other-width", SAME, "conv", "weight_bytes", "1216"),  # 2·608
    ("memory-doubled", SAME, "conv", "weight_bytes", "4864"),  # 2·4·608
    ("other-memory", SAME, "conv", "weight_bytes", "32768"),  # 4·8,192
    ("powers-of-1000", SAME, "conv", "weight_bytes", "2.43 KiB"),  # 2,432 B are 2.375 KiB
]


def diagnosed(context, layer, quantity, text):
    reading = reading_of(parse(text), QUANTITIES[quantity])
    candidates = Candidates(context, layer, quantity)
    assert match(reading.final, QUANTITIES[quantity], candidates.truth) is None
    return diagnose(reading, candidates).found


@pytest.mark.parametrize(("name", "spec", "layer", "quantity", "text"), CASES, ids=[case[0] for case in CASES])
def test_a_mistake_is_named(name, spec, layer, quantity, text):
    found = diagnosed(Context(spec), layer, quantity, text)
    assert [finding.name for diagnosis in found for finding in diagnosis.findings].count(name) >= 1, found
    assert all(len(diagnosis.findings) == 1 for diagnosis in found)


BATCHED = [("batch-multiplied", "params", "2432"), ("batch-forgotten", "macs", "614400")]


@pytest.mark.parametrize(("name", "quantity", "text"), BATCHED)
def test_a_mistake_about_the_batch_is_named(name, quantity, text):
    found = diagnosed(Context(SAME, batch=4), "conv", quantity, text)
    assert name in [diagnosis.findings[0].name for diagnosis in found]


def test_every_mistake_is_tested():
    named = {key.removeprefix("mistake.") for key in messages("en").texts if key.startswith("mistake.")}
    assert named == {case[0] for case in CASES} | {case[0] for case in BATCHED}


@pytest.mark.parametrize(
    ("layer", "quantity", "text", "first", "second"),
    [
        ("conv", "output", "8x27x27", "forgot-padding", "forgot-plus-one"),  # 32 − 5
        ("conv", "params", "200", "forgot-bias", "forgot-input-channels"),  # 8·25
        ("conv", "macs", "180000", "padding-once", "forgot-input-channels"),  # 8·25·30·30
    ],
)
def test_two_mistakes_together(layer, quantity, text, first, second):
    (diagnosis, *_) = diagnosed(Context(SAME), layer, quantity, text)
    assert {finding.name for finding in diagnosis.findings} == {first, second}


def test_what_matches_nothing_is_not_guessed_at():
    for quantity, text in (("params", "617"), ("macs", "614,413"), ("flops", "1.31M"), ("output", "9x32x32")):
        assert diagnosed(Context(SAME), "conv", quantity, text) == ()


def test_ambiguity_is_said():
    """54 is what both 53 + 1 of an input of 224 and 216/4 without the + 1 come to."""
    found = diagnosed(Context(load("alexnet_2012")), "conv1", "output", "96x54x54")
    assert [diagnosis.findings[0].name for diagnosis in found] == ["forgot-plus-one", "other-input"]


def test_a_mistake_that_changes_nothing_explains_nothing():
    """Without padding, dilation, groups or a bias there is none to forget."""
    plain = Context(network(Conv2d(8, 3, bias=False, name="conv")))
    names = {
        finding.name
        for quantity in ("output", "params", "macs", "flops")
        for candidate in (*Candidates(plain, "conv", quantity).singles, *Candidates(plain, "conv", quantity).pairs)
        for finding in candidate.findings
    }
    assert names.isdisjoint(
        {"forgot-padding", "padding-once", "dilation-ignored", "groups-ignored", "forgot-bias", "stride-ignored"}
        | {"ceiling-for-floor", "floor-for-ceiling", "forgot-output-padding", "bias-additions-counted"}
    )
