"""All that the catalogue makes of further kinds of layers, by hand: what each mistake comes to, and no other."""

import pytest
from catalogue_figures import expected, made

from cnncalc import (
    AdaptiveAvgPool2d,
    Add,
    AvgPool1d,
    Concat,
    Conv1d,
    Conv3d,
    ConvTranspose2d,
    ConvTranspose3d,
    DepthwiseConv2d,
    Linear,
    MaxPool2d,
    ReLU,
    layers,
)

VOLUME = Conv3d(5, (2, 3, 4), padding=(1, 0, 2))
"""3×6×7×9: 6 − 2 + 2 + 1 = 7, 7 − 3 + 1 = 5 and 9 − 4 + 4 + 1 = 10; 5·3·24 = 360 weights and 5 biases."""
IN_VOLUME = {
    "forgot-padding 1×0×2": 5 * 5 * 6,
    "padding-once": 6 * 5 * 8,
    "forgot-plus-one": 6 * 4 * 9,
    "kernel-not-subtracted": 9 * 8 * 14,
}
LINE = Conv1d(6, 4, dilation=2, bias=False)
"""3×11: the kernel spans 7, 11 − 7 + 1 = 5; 6·3·4 = 72 weights."""
IN_LINE = {
    "dilation-ignored 2": 8,
    "dilated-kernel-too-large": 4,  # 2·4 = 8
    "forgot-plus-one": 4,
    "kernel-not-subtracted": 12,
}
UP = ConvTranspose2d(4, 5, stride=3, padding=2, output_padding=1)
"""8×7×6: 6·3 − 4 + 5 + 1 = 20 and 5·3 − 4 + 5 + 1 = 17; 8·4·25 = 800 weights at each of 42 elements."""
UP_SIZES = {
    "forgot-padding 2": (24, 21),
    "padding-once": (22, 19),
    "stride-ignored 3": (8, 7),
    "forgot-output-padding": (19, 16),
    "transposed-forgot-minus-one": (23, 20),
}
DEPTHWISE = DepthwiseConv2d(3, channel_multiplier=2)
"""4×10×11: 8×8×9 of 8·9 = 72 weights and 8 biases; as an ordinary convolution 8·4·9 = 288."""
PER_CHANNEL = {"forgot-plus-one": 7 * 8, "kernel-not-subtracted": 11 * 12}


@pytest.mark.parametrize(
    ("layer", "shape", "quantity", "figures"),
    [
        (VOLUME, (3, 6, 7, 9), "output", {
            "forgot-padding 1×0×2": (5, 5, 5, 6), "padding-once": (5, 6, 5, 8), "forgot-plus-one": (5, 6, 4, 9),
            "kernel-not-subtracted": (5, 9, 8, 14), "same-assumed 1×0×2": (5, 6, 7, 9), "depth-lost": (5, 5, 10),
            "channels-kept": (3, 7, 5, 10), "channels-multiplied": (15, 7, 5, 10), "input-for-output": (3, 6, 7, 9),
            "height-width-exchanged": (5, 7, 10, 5),
        }),
        (VOLUME, (3, 6, 7, 9), "params", {
            "forgot-bias": 360, "one-bias": 361, "bias-a-kernel": 360 + 3 * 5, "bias-an-input": 363,
            "forgot-input-channels 3": 5 * 24 + 5, "input-channels-twice": 5 * 9 * 24 + 5, "one-filter 5": 72 + 1,
            "kernel-once": 5 * 3 * 2 + 5, "forgot-kernel": 5 * 3 + 5, "kernel-of-two-axes 3": 5 * 3 * 12 + 5,
            "parameters-overlooked": 0, "weights-not-shared": {360 * 350, 365 * 350},
            "another-quantity macs": 2 * 360 * 350, "another-quantity flops": 2 * 725 * 350,
            "another-quantity activations": 2 * 5 * 350,
        }),
        (VOLUME, (3, 6, 7, 9), "macs", {name: 2 * 360 * positions for name, positions in IN_VOLUME.items()} | {
            "forgot-input-channels 3": 2 * 120 * 350, "input-channels-twice": 2 * 1080 * 350,
            "one-filter 5": 2 * 72 * 350, "kernel-once": 2 * 30 * 350, "forgot-kernel": 2 * 15 * 350,
            "kernel-of-two-axes 3": 2 * 180 * 350, "flops-for-macs": {4 * 360 * 350, 2 * 725 * 350},
            "bias-additions-counted": 2 * 365 * 350, "input-size-in-cost": 2 * 360 * 6 * 7 * 9,
            "positions-forgotten": 720, "one-side-of-output": 720 * 7 * 5, "depth-of-output-forgotten": 720 * 5 * 10,
            "another-quantity params": 365, "another-quantity activations": 3500,
        }),
        (VOLUME, (3, 6, 7, 9), "flops", {name: 2 * 725 * positions for name, positions in IN_VOLUME.items()} | {
            "forgot-bias": 2 * 720 * 350, "forgot-input-channels 3": 2 * 245 * 350,
            "input-channels-twice": 2 * 2165 * 350, "one-filter 5": 2 * 145 * 350, "kernel-once": 2 * 65 * 350,
            "forgot-kernel": 2 * 35 * 350, "macs-for-flops": 2 * 360 * 350, "one-addition-less": 2 * 715 * 350,
            "input-size-in-cost": 2 * 725 * 378, "positions-forgotten": 1450, "one-side-of-output": 1450 * 35,
            "depth-of-output-forgotten": 1450 * 50, "another-quantity params": 365,
            "another-quantity activations": 3500,
        }),
        (VOLUME, (3, 6, 7, 9), "activations", {name: 10 * positions for name, positions in IN_VOLUME.items()} | {
            "one-channel 5": 700, "input-for-output": 2 * 3 * 378, "channels-only": 5, "another-quantity params": 365,
            "another-quantity macs": 252_000, "another-quantity flops": 507_500,
        }),
        (LINE, (3, 11), "output", {name: (6, positions) for name, positions in IN_LINE.items()} | {
            "same-assumed 0": (6, 11), "channels-kept": (3, 5), "channels-multiplied": (18, 5),
            "input-for-output": (3, 11),
        }),
        (LINE, (3, 11), "params", {
            "bias-added": 78, "forgot-input-channels 3": 24, "input-channels-twice": 216, "one-filter 6": 12,
            "forgot-kernel": 18, "kernel-of-two-axes 1": 6 * 3 * 16, "parameters-overlooked": 0,
            "weights-not-shared": {72 * 5, 72 * 5 + 30}, "another-quantity macs": 720,
            "another-quantity flops": 1440, "another-quantity activations": 60,
        }),
        (LINE, (3, 11), "macs", {name: 2 * 72 * positions for name, positions in IN_LINE.items()} | {
            "forgot-input-channels 3": 240, "input-channels-twice": 2160, "one-filter 6": 120, "forgot-kernel": 180,
            "kernel-of-two-axes 1": 2 * 288 * 5, "flops-for-macs": 1440, "input-size-in-cost": 2 * 72 * 11,
            "positions-forgotten": 144, "one-side-of-output": 144, "another-quantity params": 72,
            "another-quantity activations": 60,
        }),
        (LINE, (3, 11), "activations", {name: 12 * positions for name, positions in IN_LINE.items()} | {
            "one-channel 6": 10, "input-for-output": 66, "channels-only": 6, "another-quantity params": 72,
            "another-quantity macs": 720, "another-quantity flops": 1440,
        }),
        (UP, (8, 7, 6), "output", {name: (4, *sides) for name, sides in UP_SIZES.items()} | {
            "transposed-forgot-plus-one": (4, 19, 16), "transposed-as-convolution": (4, 3, 2),  # ⌊6/3⌋ + 1, ⌊5/3⌋ + 1
            "channels-kept": (8, 20, 17), "channels-multiplied": (32, 20, 17), "input-for-output": (8, 7, 6),
            "height-width-exchanged": (4, 17, 20), "channels-height-exchanged": (20, 4, 17),
        }),
        (UP, (8, 7, 6), "macs", {
            "forgot-input-channels 8": 2 * 100 * 42, "input-channels-twice": 2 * 6400 * 42, "kernel-once": 2 * 160 * 42,
            "one-filter 4": 2 * 200 * 42, "forgot-kernel": 2 * 32 * 42, "flops-for-macs": {134_400, 137_120},
            "bias-additions-counted": 67_200 + 2720, "output-size-in-cost": 2 * 800 * 340,
            "another-quantity params": 804, "another-quantity activations": 2720,
        }),
        (UP, (8, 7, 6), "flops", {
            **{name: 2 * (2 * 800 * 42 + 4 * height * width) for name, (height, width) in UP_SIZES.items()},
            "forgot-bias": 134_400, "forgot-input-channels 8": 2 * (200 * 42 + 1360),
            "input-channels-twice": 2 * (12_800 * 42 + 1360), "one-filter 4": 2 * (400 * 42 + 340),
            "kernel-once": 2 * (320 * 42 + 1360), "forgot-kernel": 2 * (64 * 42 + 1360), "macs-for-flops": 67_200,
            "one-addition-less": 134_400 - 2720, "output-size-in-cost": 2 * (1600 * 340 + 1360),
            "another-quantity params": 804, "another-quantity activations": 2720,
        }),
        (UP, (8, 7, 6), "activations", {name: 8 * height * width for name, (height, width) in UP_SIZES.items()} | {
            "one-channel 4": 680, "input-for-output": 2 * 8 * 42, "side-from-filters 2": 2 * 4 * 20 * 2,
            "channels-only": 4, "another-quantity params": 804, "another-quantity macs": 67_200,
            "another-quantity flops": 137_120,
        }),
        # 6×7×8 of 2·3·27 weights at 120 elements, 2·336 biases
        (ConvTranspose3d(2, 3), (3, 4, 5, 6), "flops", {
            "forgot-bias": 77_760, "forgot-input-channels 3": 4 * 54 * 120 + 1344,
            "input-channels-twice": 4 * 486 * 120 + 1344, "one-filter 2": 4 * 81 * 120 + 672,
            "kernel-once": 4 * 18 * 120 + 1344, "forgot-kernel": 4 * 6 * 120 + 1344, "macs-for-flops": 38_880,
            "one-addition-less": 77_760 - 1344, "output-size-in-cost": 4 * 162 * 336 + 1344,
            "transposed-forgot-minus-one": 77_760 + 4 * 7 * 8 * 9, "another-quantity params": 164,
            "another-quantity activations": 1344,
        }),
        (DEPTHWISE, (4, 10, 11), "params", {
            "depthwise-as-ordinary": 288 + 8, "forgot-bias": 72, "bias-a-kernel": 72 + 4 * 8, "bias-an-input": 76,
            "kernel-once": 24 + 8, "forgot-kernel": 8 + 8, "parameters-overlooked": 0,
            "weights-not-shared": {72 * 72, 80 * 72}, "another-quantity macs": 10_368, "another-quantity flops": 21_888,
            "another-quantity activations": 1152,
        }),
        (DEPTHWISE, (4, 10, 11), "macs", {name: 144 * positions for name, positions in PER_CHANNEL.items()} | {
            "depthwise-as-ordinary": 2 * 288 * 72, "kernel-once": 48 * 72, "forgot-kernel": 16 * 72,
            "flops-for-macs": {20_736, 21_888}, "bias-additions-counted": 10_368 + 1152, "positions-forgotten": 144,
            "one-side-of-output": 144 * 8, "input-size-in-cost": 144 * 110, "another-quantity params": 80,
            "another-quantity activations": 1152,
        }),
        (DEPTHWISE, (4, 10, 11), "flops", {name: 304 * positions for name, positions in PER_CHANNEL.items()} | {
            "depthwise-as-ordinary": 4 * 288 * 72 + 1152, "forgot-bias": 288 * 72, "kernel-once": (96 + 16) * 72,
            "forgot-kernel": (32 + 16) * 72, "macs-for-flops": 10_368, "one-addition-less": 20_736 - 1152,
            "positions-forgotten": 304, "one-side-of-output": 304 * 8, "input-size-in-cost": 304 * 110,
            "another-quantity params": 80, "another-quantity activations": 1152,
        }),
        (DepthwiseConv2d(3, stride=2, padding=1, bias=False), (4, 9, 9), "flops", {
            "depthwise-as-ordinary": 4 * 144 * 25, "bias-added": 4 * 36 * 25 + 200, "kernel-once": 4 * 12 * 25,
            "forgot-kernel": 4 * 4 * 25, "macs-for-flops": 1800, "one-addition-less": 3600 - 200,
            "positions-forgotten": 144, "one-side-of-output": 144 * 5, "input-size-in-cost": 144 * 81,
            "forgot-padding 1": 144 * 16, "padding-once": 144 * 16, "forgot-plus-one": 144 * 16,
            "stride-ignored 2": 144 * 81, "kernel-not-subtracted": 144 * 36, "another-quantity params": 36,
            "another-quantity activations": 200,
        }),
        # three maps, of two, two and one: 45 weights and 3 biases at 6·7 positions; all of all are 81
        (layers.ConnectedConv2d(3, table=((0, 1), (1, 2), (0,))), (3, 8, 9), "params", {
            "table-ignored 5": 84, "forgot-bias": 45, "bias-a-kernel": 45 + 3 * 3, "kernel-once": 15 + 3,
            "forgot-kernel": 5 + 3, "parameters-overlooked": 0, "weights-not-shared": {45 * 42, 48 * 42},
            "another-quantity macs": 3780, "another-quantity flops": 7812, "another-quantity activations": 252,
        }),
        # 4·27 = 108 weights of their own at each of 42 positions, and 168 biases: never one group of several
        (layers.LocallyConnected2d(out_channels=4, kernel_size=3), (3, 8, 9), "params", {
            "forgot-bias": 4536, "forgot-input-channels 3": 36 * 42 + 168, "input-channels-twice": 324 * 42 + 168,
            "one-filter 4": 28 * 42, "kernel-once": 36 * 42 + 168, "forgot-kernel": 12 * 42 + 168,
            "bias-a-kernel": 4536 + 3 * 168, "bias-an-input": 4539, "parameters-overlooked": 0,
            "weights-not-shared": 4536, "another-quantity macs": 9072, "another-quantity flops": 18_480,
            "another-quantity activations": 336,
        }),
        # 7·4·5 = 140 windows of 3 comparisons
        (MaxPool2d(kernel_size=2), (7, 8, 10), "output", {
            "forgot-plus-one": (7, 3, 4), "stride-ignored 2": (7, 7, 9), "kernel-not-subtracted": (7, 5, 6),
            "pooling-channels": (3, 4, 5), "pooling-skipped": (7, 8, 10), "height-width-exchanged": (7, 5, 4),
            "channels-height-exchanged": (4, 7, 5),
        }),
        (MaxPool2d(kernel_size=2), (7, 8, 10), "flops", {
            "forgot-plus-one": 42 * 12, "stride-ignored 2": 42 * 63, "kernel-not-subtracted": 42 * 30,
            "positions-forgotten": 42, "one-side-of-output": 42 * 4, "another-quantity activations": 280,
        }),
        (AvgPool1d(kernel_size=4, padding=1), (7, 9), "output", {
            "forgot-plus-one": (7, 1), "ceiling-for-floor": (7, 3), "stride-ignored 4": (7, 8),
            "kernel-not-subtracted": (7, 3), "same-assumed 1": (7, 3), "pooling-channels": (1, 2),
            "pooling-skipped": (7, 9),
        }),
        (AvgPool1d(kernel_size=4, padding=1), (7, 9), "params", {
            "pooling-weights": {7 * 7 * 4, 7 * 7 * 4 + 7, 7 * 4, 7 * 4 + 7, 4, 5}, "another-quantity flops": 112,
            "another-quantity activations": 28,
        }),
        (AdaptiveAvgPool2d((2, 3)), (7, 8, 9), "output", {
            "pooling-skipped": (7, 8, 9), "height-width-exchanged": (7, 3, 2), "channels-height-exchanged": (2, 7, 3),
        }),
        (AdaptiveAvgPool2d((2, 3)), (7, 8, 9), "params", {
            "another-quantity flops": 2 * 7 * 72, "another-quantity activations": 84,
        }),
        (MaxPool2d(3, stride=(3, 2)), (12, 12, 13), "output", {
            "forgot-plus-one": (12, 3, 5), "stride-ignored 3×2": (12, 10, 11),
            "stride-is-kernel": (12, 4, 4), "kernel-not-subtracted": (12, 5, 7), "same-assumed 0": (12, 4, 7),
            "pooling-channels": {(4, 4, 6), (6, 4, 6)}, "pooling-skipped": (12, 12, 13),
            "height-width-exchanged": (12, 6, 4), "channels-height-exchanged": (4, 12, 6),
        }),
        (layers.LPPool2d(3, stride=2), (2, 8, 8), "output", {
            "forgot-plus-one": (2, 2, 2), "ceiling-for-floor": (2, 4, 4), "stride-ignored 2": (2, 6, 6),
            "stride-is-kernel": (2, 2, 2), "kernel-not-subtracted": (2, 5, 5), "same-assumed 0": (2, 4, 4),
            "pooling-channels": (1, 3, 3), "pooling-skipped": (2, 8, 8), "channels-height-exchanged": (3, 2, 3),
        }),
        (layers.Fold(output_size=(5, 6), kernel_size=(2, 3)), (12, 16), "flops", {"another-quantity activations": 120}),
        (layers.MatMul(), [(3, 4), (4, 5)], "macs", {"flops-for-macs": 240, "another-quantity activations": 30}),
        (layers.Einsum("ij,ij->"), [(3, 4), (3, 4)], "activations", {
            "input-for-output": 24, "another-quantity macs": 24, "another-quantity flops": 48,
        }),
        (Concat(), [(2, 5, 6), (3, 5, 6)], "output", {
            "concatenation-as-sum": {(2, 5, 6), (3, 5, 6)}, "input-for-output": (2, 5, 6),
            "height-width-exchanged": (5, 6, 5),
        }),
        (Concat(), [(2, 5, 6), (3, 5, 6)], "activations", {
            "input-for-output": 120, "one-channel 5": 60, "channels-only": 5,
        }),
        (Add(), [(3, 5, 6), (3, 1, 1)], "output", {
            "concatenation-as-sum": (3, 1, 1), "sum-as-concatenation": (6, 5, 6), "height-width-exchanged": (3, 6, 5),
            "channels-height-exchanged": (5, 3, 6),
        }),
        (layers.Einsum("ij,j->i"), [(4, 5), (5,)], "output", {
            "concatenation-as-sum": {(4, 5), (5,)}, "input-for-output": (4, 5),
        }),
        (ReLU(), (2, 3, 4, 5), "output", {"height-width-exchanged": (2, 3, 5, 4)}),
        (ReLU(), (2, 3, 4, 5), "activations", {"one-channel 2": 120, "side-from-filters 1": 48, "channels-only": 2}),
        (ReLU(), (2, 3, 4, 5), "flops", {}),
        (layers.GroupNorm(2), (8, 5, 6), "params", {
            "one-bias": 9, "parameters-overlooked": 0, "another-quantity flops": 2 * (6 * 240 + 5 * 2 + 236),
            "another-quantity activations": 480,
        }),
        (Linear(10, bias=False), (8,), "params", {
            "bias-added": 90, "one-filter 10": 8, "parameters-overlooked": 0, "another-quantity macs": 160,
            "another-quantity flops": 320, "another-quantity activations": 20,
        }),
        (Linear(10, bias=False), (8,), "activations", {
            "input-for-output": 16, "channels-only": 10, "another-quantity params": 80, "another-quantity macs": 160,
            "another-quantity flops": 320,
        }),
    ],
)  # fmt: skip
def test_further_layers(layer, shape, quantity, figures):
    assert made(layer, shape, quantity) == expected(figures)


def test_columns_are_not_pooled():
    """Unfolding takes windows and has no parameters either; folding back is no transposed convolution."""
    assert "pooling-skipped" not in made(layers.Unfold(kernel_size=(2, 3)), (2, 5, 6), "output")
    folded = made(layers.Fold(output_size=(5, 6), kernel_size=(2, 3)), (12, 16), "output")
    assert not {"transposed-as-convolution", "transposed-forgot-plus-one", "pooling-skipped"} & folded.keys()
