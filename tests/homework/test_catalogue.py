"""All that the catalogue makes of a layer, worked out by hand: what each mistake comes to, and no other."""

from contextlib import suppress

import pytest
from catalogue_figures import expected, made

from cnncalc import BatchNorm2d, Conv2d, DepthwiseConv2d, Flatten, Linear, MaxPool2d, Network, analyze, layers
from cnncalc.analysis import shipped_conventions
from cnncalc.analysis.convention import UnknownFigureError
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context

CONV = Conv2d(8, 5, stride=2, padding=2)
"""3×20×30, ⌊19/2⌋ + 1 = 10 and ⌊29/2⌋ + 1 = 15; 600 weights and 8 biases; a batch of two."""
POSITIONS = {
    "forgot-padding 2": 8 * 13,  # ⌊15/2⌋ + 1, ⌊25/2⌋ + 1
    "padding-once": 9 * 14,  # ⌊17/2⌋ + 1, ⌊27/2⌋ + 1
    "forgot-plus-one": 9 * 14,
    "ceiling-for-floor": 11 * 16,
    "stride-ignored 2": 20 * 30,
    "kernel-not-subtracted": 13 * 18,  # 24/2 + 1, 34/2 + 1
}


@pytest.mark.parametrize(
    ("quantity", "figures"),
    [
        (
            "output",
            {
                "forgot-padding 2": (8, 8, 13),
                "padding-once": (8, 9, 14),
                "forgot-plus-one": (8, 9, 14),
                "ceiling-for-floor": (8, 11, 16),
                "stride-ignored 2": (8, 20, 30),
                "kernel-not-subtracted": (8, 13, 18),
                "channels-kept": (3, 10, 15),
                "channels-multiplied": (24, 10, 15),
                "height-width-exchanged": (8, 15, 10),
                "channels-height-exchanged": (10, 8, 15),
                "input-for-output": (3, 20, 30),
            },
        ),
        (
            "params",
            {
                "forgot-bias": 600,
                "one-bias": 601,
                "bias-a-kernel": 600 + 3 * 8,
                "bias-an-input": 603,
                "forgot-input-channels 3": 8 * 25 + 8,
                "input-channels-twice": 8 * 9 * 25 + 8,
                "one-filter 8": 75 + 1,
                "kernel-once": 8 * 3 * 5 + 8,
                "forgot-kernel": 8 * 3 + 8,
                "parameters-overlooked": 0,
                "weights-not-shared": {600 * 150, 608 * 150},
                "another-quantity macs": 180_000,
                "another-quantity flops": 362_400,
                "another-quantity activations": 2400,
            },
        ),
        (
            "macs",
            {name: 2 * 600 * positions for name, positions in POSITIONS.items()}
            | {
                "forgot-input-channels 3": 2 * 8 * 25 * 150,
                "input-channels-twice": 2 * 8 * 9 * 25 * 150,
                "one-filter 8": 2 * 75 * 150,
                "kernel-once": 2 * 8 * 3 * 5 * 150,
                "forgot-kernel": 2 * 24 * 150,
                "flops-for-macs": {360_000, 362_400},
                "bias-additions-counted": 182_400,
                "input-size-in-cost": 2 * 600 * 600,
                "positions-forgotten": 1200,
                "one-side-of-output": 12_000,
                "another-quantity params": 608,
                "another-quantity activations": 2400,
            },
        ),
        (
            "flops",
            {name: 2 * 1208 * positions for name, positions in POSITIONS.items()}
            | {
                "forgot-bias": 360_000,
                "forgot-input-channels 3": 2 * (400 + 8) * 150,
                "input-channels-twice": 2 * (3600 + 8) * 150,
                "one-filter 8": 2 * (150 + 1) * 150,
                "kernel-once": 2 * (240 + 8) * 150,
                "forgot-kernel": 2 * (48 + 8) * 150,
                "macs-for-flops": 180_000,
                "one-addition-less": 360_000 - 2400,
                "input-size-in-cost": 2 * 1208 * 600,
                "positions-forgotten": 2 * 1208,
                "one-side-of-output": 2 * 1208 * 10,
                "another-quantity params": 608,
                "another-quantity activations": 2400,
            },
        ),
        (
            "activations",
            {name: 16 * positions for name, positions in POSITIONS.items()}
            | {
                "input-for-output": 2 * 3 * 600,
                "one-channel 8": 300,
                "side-from-filters 4": 2 * 8 * 10 * 4,
                "channels-only": 8,
                "another-quantity params": 608,
                "another-quantity macs": 180_000,
                "another-quantity flops": 362_400,
            },
        ),
    ],
)
def test_a_convolution(quantity, figures):
    assert made(CONV, (3, 20, 30), quantity) == expected(figures)


POOL = MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
"""8×12×12, ⌈9/2⌉ + 1 = 6; two samples of 8·36 elements, of 8 comparisons each where windows are whole."""


@pytest.mark.parametrize(
    ("quantity", "figures"),
    [
        (
            "output",
            {
                "floor-for-ceiling": (8, 5, 5),
                "forgot-plus-one": (8, 5, 5),
                "stride-ignored 2": (8, 10, 10),
                "stride-is-kernel": (8, 4, 4),
                "kernel-not-subtracted": (8, 7, 7),
                "pooling-channels": (4, 6, 6),
                "pooling-skipped": (8, 12, 12),
                "channels-height-exchanged": (6, 8, 6),
            },
        ),
        (
            "activations",
            {
                "floor-for-ceiling": 2 * 8 * 25,
                "forgot-plus-one": 2 * 8 * 25,
                "stride-ignored 2": 2 * 8 * 100,
                "stride-is-kernel": 2 * 8 * 16,
                "kernel-not-subtracted": 2 * 8 * 49,
                "pooling-channels": 2 * 4 * 36,
                "pooling-skipped": 2 * 8 * 144,
                "one-channel 8": 2 * 36,
                "side-from-filters 4": 2 * 8 * 6 * 4,
                "channels-only": 8,
                "another-quantity flops": 2 * 8 * 36 * 8,
            },
        ),
        ("macs", {"flops-for-macs": 4608, "another-quantity activations": 576}),
        (
            "flops",
            {
                "floor-for-ceiling": 2 * 8 * 25 * 8,
                "forgot-plus-one": 2 * 8 * 25 * 8,
                "stride-ignored 2": 2 * 8 * 100 * 8,
                "stride-is-kernel": 2 * 8 * 16 * 8,
                "kernel-not-subtracted": 2 * 8 * 49 * 8,
                "another-quantity activations": 576,
            },
        ),
        (
            "params",
            {
                "pooling-weights": {576, 584, 72, 80, 9, 10},
                "another-quantity flops": 2 * 8 * 36 * 8,
                "another-quantity activations": 576,
            },
        ),
    ],
)
def test_a_pool(quantity, figures):
    assert made(POOL, (8, 12, 12), quantity) == expected(figures)


NORM_PARAMS = {
    "norm-forgotten": 0,
    "one-bias": 9,
    "running-statistics-counted": {32, 33},
    "one-a-channel": 8,
    "norm-not-shared": {16 * 1024, 2 * 1024},
    "norm-one-pair": 2,
    "another-quantity flops": 4 * 8192,
    "another-quantity activations": 2 * 8192,
}
BIASED = {"forgot-bias": 80, "one-bias": 81, "bias-an-input": 88, "one-filter 10": 9, "parameters-overlooked": 0}
GROUPED_PARAMS = {
    "groups-ignored 2": 8 * 4 * 9 + 8,
    "one-group 2": {76, 72 + 8},
    "forgot-bias": 144,
    "one-bias": 145,
    "bias-a-kernel": 144 + 4 * 8,
    "bias-an-input": 148,
    "forgot-input-channels 4": 8 * 9 + 8,
    "input-channels-twice": 8 * 2 * 2 * 9 + 8,
    "one-filter 8": 2 * 9 + 1,
    "kernel-once": 8 * 2 * 3 + 8,
    "forgot-kernel": 8 * 2 + 8,
    "parameters-overlooked": 0,
    "weights-not-shared": {9216, 9728},
    "another-quantity macs": 2 * 9216,
    "another-quantity flops": 4 * 9216 + 1024,
    "another-quantity activations": 1024,
}
DEPTHWISE_PARAMS = {
    "depthwise-as-ordinary": 148,
    "forgot-bias": 36,
    "one-bias": 37,
    "bias-a-kernel": 36 + 4 * 4,
    "kernel-once": 4 * 3 + 4,
    "forgot-kernel": 8,
    "parameters-overlooked": 0,
    "weights-not-shared": {36 * 64, 40 * 64},
    "another-quantity macs": 2 * 36 * 64,
    "another-quantity flops": 4 * 36 * 64 + 512,
    "another-quantity activations": 512,
}


@pytest.mark.parametrize(
    ("layer", "shape", "quantity", "figures"),
    [
        (BatchNorm2d(), (8, 32, 32), "params", NORM_PARAMS),
        (BatchNorm2d(affine=False), (8, 32, 32), "params", {
            "affine-added": 16, "another-quantity flops": 4 * 8192, "another-quantity activations": 2 * 8192,
        }),
        (BatchNorm2d(), (8, 32, 32), "activations", {
            "one-channel 8": 2048, "side-from-filters 4": 2048, "channels-only": 8, "another-quantity params": 16,
            "another-quantity flops": 4 * 8192,
        }),
        (Linear(10), (8,), "params", BIASED | {
            "another-quantity macs": 160, "another-quantity flops": 340, "another-quantity activations": 20,
        }),
        (Linear(10), (8,), "macs", {
            "one-filter 10": 16, "flops-for-macs": {320, 340}, "bias-additions-counted": 180,
            "another-quantity params": 90, "another-quantity activations": 20,
        }),
        (Linear(10), (5, 8), "macs", {
            "one-filter 10": 80, "flops-for-macs": {1600, 1700}, "bias-additions-counted": 900,
            "another-quantity params": 90, "another-quantity activations": 100,
        }),
        (Linear(10), (8,), "output", {"input-for-output": (8,)}),
        (Linear(10), (5, 8), "params", BIASED | {
            "another-quantity macs": 800, "another-quantity flops": 1700, "another-quantity activations": 100,
        }),
        (Flatten(), (8, 7, 7), "output", {
            "flatten-forgot-channels": (49,), "flatten-one-side": (56,), "flatten-channels-only": (8,),
            "not-flattened": (8, 7, 7), "input-for-output": (8, 7, 7),
        }),
        (Flatten(), (8, 7, 7), "activations", {
            "flatten-forgot-channels": 98, "flatten-one-side": 112, "flatten-channels-only": 16, "channels-only": 392,
        }),
        (Conv2d(8, 3, groups=2), (4, 10, 10), "params", GROUPED_PARAMS),
        (DepthwiseConv2d(3), (4, 10, 10), "params", DEPTHWISE_PARAMS),
    ],
)  # fmt: skip
def test_other_layers(layer, shape, quantity, figures):
    assert made(layer, shape, quantity) == expected(figures)


@pytest.mark.parametrize("layer", [CONV, MaxPool2d(2), BatchNorm2d(), layers.MultiheadAttention(num_heads=1)])
def test_other_conventions(layer):
    """Each that has a figure for the layer, as the analysis counts by it, of one sample or of all."""
    network = Network(input=(12, 8) if hasattr(layer, "num_heads") else (3, 8, 8), layers=[layer])
    context = Context(network, batch=2)
    found = {
        candidate.findings[0].detail: candidate.figure
        for candidate in Candidates(context, context.analysis.layers[0].name, "flops").singles
        if candidate.findings[0].name == "another-convention"
    }
    figures = {}
    for name in shipped_conventions():
        with suppress(UnknownFigureError):
            figures[name] = analyze(network, batch=2, convention=name).totals.flops
    none = (0, int(context.figure("flops", None)))
    assert found == {name: int(figure) for name, figure in figures.items() if int(figure) not in none}


def test_settings_are_told_as_they_are():
    """A pool's stride is its kernel unless it is given; what is given an axis is told so."""
    assert made(MaxPool2d(kernel_size=2), (8, 12, 12), "output")["stride-ignored 2"] == {(8, 11, 11)}
    assert made(Conv2d(2, 3, padding=(1, 2)), (1, 9, 9), "output")["forgot-padding 1×2"] == {(2, 7, 7)}
    assert "forgot-padding valid" not in made(Conv2d(2, 3, padding="valid"), (1, 9, 9), "output")
    assert made(Conv2d(2, 3, padding="same"), (1, 9, 9), "output")["forgot-padding same"] == {(2, 7, 7)}


def test_groups():
    """As many groups as filters share none; an odd number of channels is no half of a side."""
    assert not {"one-group 4", "side-from-filters 2"} & made(Conv2d(4, 3, groups=4), (4, 9, 9), "params").keys()
    work = made(Conv2d(8, 3, groups=2), (4, 10, 10), "macs")
    assert work["one-group 2"] == {2 * 9216 // 2}
    assert "side-from-filters 1" not in made(Conv2d(3, 3), (1, 9, 9), "activations")
    assert made(Conv2d(4, 3), (1, 9, 9), "activations")["side-from-filters 2"] == {2 * 4 * 7 * 2}


def test_a_size_of_nothing_is_no_answer():
    """Without the + 1 it would be 0."""
    assert "forgot-plus-one" not in made(Conv2d(2, 3), (1, 3, 3), "output")
    assert "forgot-plus-one" in made(Conv2d(2, 3), (1, 4, 4), "output")
