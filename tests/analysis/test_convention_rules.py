"""Every rule of the conventions, a layer at a time: what tools printed, and what papers count, by hand."""

import json
from pathlib import Path

import pytest

from cnncalc import Network, analyze, layers, loads
from cnncalc.analysis import convention_named, shipped_conventions
from cnncalc.analysis.convention import UnknownFigureError

RECORD = json.loads((Path(__file__).parent / "peer_layers.json").read_text())
"""What each tool printed for one layer, as ``pytorch/record_peer_layers.py`` ran it."""


NETWORKS = [loads(json.dumps(record["spec"])) for record in RECORD["layers"]]


def predicted(network, convention):
    try:
        return int(analyze(network, convention=convention).totals.flops)
    except UnknownFigureError:
        return None


@pytest.mark.parametrize("convention", RECORD["versions"])
def test_what_a_tool_printed_for_each_layer(convention):
    different = []
    for record, network in zip(RECORD["layers"], NETWORKS, strict=True):
        figure = predicted(network, convention)
        assert (figure is None) == any(is_unknown(convention, layer) for layer in record["spec"]["layers"]), record
        if figure is not None and figure != record["printed"].get(convention, figure):
            different.append((record["spec"]["layers"], figure, record["printed"][convention]))
    assert different == []


def test_the_rules_are_of_the_versions_that_ran():
    assert RECORD["versions"] == {name: convention_named(name).version for name in RECORD["versions"]}


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_no_tool_is_said_to_count_what_was_not_read_of_it(kind):
    """How tools count recurrent layers was not recorded, so that none of those recorded has a figure."""
    network = Network(input=[5, 4], layers=[layers.LAYERS_BY_NAME[kind](3)])
    figures = {name: predicted(network, name) for name in RECORD["versions"]}
    assert figures == dict.fromkeys(RECORD["versions"])


_TRAINING = ("SeparableConv2d", "ConnectedConv2d", "LocallyConnected2d")
_SEVERAL_NODES = (
    *("LayerNorm", "GroupNorm", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "RMSNorm", "LPPool1d"),
    *("LPPool2d", "LPPool3d", "MaxPool3d", "AvgPool3d", "AdaptiveMaxPool3d", "ConnectedConv2d", "LocallyConnected2d"),
    *("Maxout", "LogSoftmax", "MultiheadAttention", "ScaledDotProductAttention"),
)
UNKNOWN = {
    *((name, "MultiheadAttention") for name in ("calflops", "calflops-macs", "deepspeed", "fvcore", "ptflops-aten")),
    *((name, "MultiheadAttention") for name in ("torch", "torch-training", "torchscan", "torchscan-macs")),
    *((name, "ScaledDotProductAttention") for name in ("torch", "torch-training", "ptflops-aten")),
    *(("torch-training", kind) for kind in _TRAINING),
    *((name, "SeparableConv2d") for name in ("torchscan", "torchscan-dmas")),
    *(("onnx-tool", kind) for kind in _SEVERAL_NODES),
}
"""The layers that a convention has no figure for: what is counted of attention depends on the kernel that is chosen, a
separable convolution is two in torchscan, and PyTorch's exporter makes several nodes of some.
"""


def is_unknown(convention, layer):
    """The three of onnx-tool hold for some settings only."""
    kind, padding = layer["type"], layer.get("padding")
    other = (
        *(kind == "Conv3d" and isinstance(padding, str), kind == "AdaptiveAvgPool3d" and layer["output_size"] != 1),
        layer.get("approximate") == "tanh",
    )
    return (convention, kind) in UNKNOWN or (convention == "onnx-tool" and any(other))


def is_even(layer):
    """Whether padding="same" adds an odd number of elements along an axis."""
    kernel, dilation = layer["kernel_size"], layer.get("dilation", 1)
    kernels = kernel if isinstance(kernel, list) else [kernel]
    dilations = dilation if isinstance(dilation, list) else [dilation] * len(kernels)
    return layer.get("padding") == "same" and any(d * (k - 1) % 2 for k, d in zip(kernels, dilations, strict=True))


def is_of(layer, *kinds):
    return layer["type"].rstrip("123d") in kinds


def is_transposed(layer):
    return is_of(layer, "ConvTranspose")


def is_square(layer):
    """Whether a pool over several axes has its kernel as one number."""
    several = layer["type"].endswith(("2d", "3d"))
    return is_of(layer, "MaxPool", "AvgPool", "Subsampling") and several and isinstance(layer["kernel_size"], int)


def is_misread_by_calflops(layer):
    grouped_or_biased = layer.get("groups", 1) > 1 or layer.get("bias", True)
    stated = is_of(layer, "Upsample") and "size" in layer
    return (is_of(layer, "Conv") and is_even(layer)) or (is_transposed(layer) and grouped_or_biased) or stated


TWICE = (
    *("MaxPool", "AvgPool", "AdaptiveMaxPool", "AdaptiveAvgPool", "Subsampling", "ReLU", "PReLU", "ELU", "GELU"),
    "Upsample",
)
DEFECTS = {
    "torchinfo": lambda layer, axes: (
        is_transposed(layer) or is_of(layer, "MultiheadAttention") or (is_of(layer, "Linear") and axes > 1)
    ),
    **{name: lambda layer, axes: is_transposed(layer) for name in ("thop", "ptflops-hooks", "torchscan-dmas")},
    "onnx-tool": lambda layer, axes: is_transposed(layer),
    "torchscan": lambda layer, axes: is_transposed(layer) or is_square(layer),
    "torchscan-macs": lambda layer, axes: is_transposed(layer) or is_square(layer),
    "fvcore": lambda layer, axes: is_of(layer, "Conv") and isinstance(layer.get("padding"), str),
    "calflops": lambda layer, axes: is_misread_by_calflops(layer),
    "deepspeed": lambda layer, axes: is_misread_by_calflops(layer),
    "calflops-macs": lambda layer, axes: (
        (is_of(layer, "Conv") and is_even(layer)) or (is_transposed(layer) and layer.get("groups", 1) > 1)
    ),
    "torch-training": lambda layer, axes: is_of(layer, "DepthwiseConv") or layer.get("groups", 1) > 1,
    "ptflops": lambda layer, axes: is_of(layer, *TWICE) and not layer.get("functional"),
    "netscope": lambda layer, axes: (
        layer["type"] == "DepthwiseConv2d" or (layer["type"] == "Conv2d" and layer.get("groups", 1) > 1)
    ),
}
"""Where a tool is wrong, and not of another opinion, as docs/conventions.md says of each."""


@pytest.mark.parametrize("convention", shipped_conventions())
def test_where_a_tool_is_wrong(convention):
    for record, network in zip(RECORD["layers"], NETWORKS, strict=True):
        layer, *more = record["spec"]["layers"]
        if more or predicted(network, convention) is None:
            continue
        unseen = layer.get("functional") and convention in MODULES_ONLY
        wrong = convention in DEFECTS and not unseen and DEFECTS[convention](layer, len(record["spec"]["input"]))
        (row,) = analyze(network, convention=convention).layers
        assert bool(row.defect) == bool(wrong), layer


CONVOLUTIONS = {
    "Conv1d": (layers.Conv1d(6, 3), (4, 15), 936, 78, 78, 72, 78),  # 13 positions of 12 weights and 6 filters
    "Conv2d": (layers.Conv2d(6, 3), (4, 9, 7), 7560, 210, 210, 216, 222),  # 7·5 positions, 36·6 weights
    "Conv3d": (layers.Conv3d(6, 3), (4, 5, 7, 9), 68040, 630, 630, 648, 654),  # 3·5·7 positions, 108·6 weights
    "ConvTranspose1d": (layers.ConvTranspose1d(12, 3, stride=2, padding=1), (4, 15), 2160, 348, 348, 144, 156),
    "ConvTranspose2d": (layers.ConvTranspose2d(12, 3, stride=2, padding=1), (4, 9, 7), 27216, 2652, 2652, 432, 444),
    "DepthwiseConv2d": (layers.DepthwiseConv2d(3), (4, 9, 7), 1260, 140, 140, 36, 40),  # 4·35·9
    "SeparableConv2d": (layers.SeparableConv2d(3, out_channels=6), (4, 9, 7), 2100, 210, 210, 60, 66),  # + 6·4·35
    "ConnectedConv2d": (
        layers.ConnectedConv2d(3, table=((0, 1), (1, 2, 3), (0, 3))),
        *((4, 9, 7), 2205, 105, 105, 63, 66),  # 7 connections of 9 weights at 35 positions
    ),
    "LocallyConnected2d": (layers.LocallyConnected2d(3, out_channels=6), (4, 9, 7), 7560, 210, 210, 7560, 7770),
}
"""A layer and its input; multiply-accumulates, additions of biases, output elements, weights and parameters, by hand.

The transposed ones have 2·15 − 1 = 29 and 17·13 output positions, and 15 and 9·7 input positions of 4·12·3(·3) weights.
"""
WEIGHING = CONVOLUTIONS | {"Linear": (layers.Linear(6), (7,), 42, 6, 6, 42, 48)}
FIGURES = {
    "macs": lambda mac, add, output, weights, params: mac,
    "macs-sums": lambda mac, add, output, weights, params: mac,
    "conv-macs": lambda mac, add, output, weights, params: mac,
    "conv-flops": lambda mac, add, output, weights, params: 2 * mac,
    "lecture": lambda mac, add, output, weights, params: mac,
    "lecture-space": lambda mac, add, output, weights, params: weights + output,
    "cnncalc": lambda mac, add, output, weights, params: 2 * mac + add,
    "connections": lambda mac, add, output, weights, params: mac + add,
    "pycls": lambda mac, add, output, weights, params: mac + add,
    "pycls-acts": lambda mac, add, output, weights, params: output,
    "neurons": lambda mac, add, output, weights, params: output,
    "weights": lambda mac, add, output, weights, params: weights,
    "params": lambda mac, add, output, weights, params: params,
    "params-no-norm": lambda mac, add, output, weights, params: params,
}
OF_CONVOLUTIONS = ("conv-macs", "conv-flops", "lecture", "lecture-space")


def counted(convention, layer, shape, batch=1):
    return int(analyze(Network(input=shape, layers=[layer]), batch=batch, convention=convention).totals.flops)


@pytest.mark.parametrize("kind", WEIGHING)
@pytest.mark.parametrize("convention", FIGURES)
def test_what_papers_count_of_layers_with_weights(convention, kind):
    layer, shape, *figures = WEIGHING[kind]
    is_counted = kind in CONVOLUTIONS or convention not in OF_CONVOLUTIONS
    assert counted(convention, layer, shape) == (FIGURES[convention](*figures) if is_counted else 0)


OTHERS = {
    "BatchNorm2d": (layers.BatchNorm2d(), (4, 9, 7)),
    "MaxPool2d": (layers.MaxPool2d(3, stride=2), (4, 9, 7)),
    "AvgPool2d": (layers.AvgPool2d(3, stride=2), (4, 9, 7)),
    "AdaptiveAvgPool2d": (layers.AdaptiveAvgPool2d(1), (4, 9, 7)),
    "Subsampling2d": (layers.Subsampling2d(2), (4, 9, 7)),
    "LocalResponseNorm": (layers.LocalResponseNorm(3), (4, 9, 7)),
    "ReLU": (layers.ReLU(), (4, 9, 7)),
    "Softmax": (layers.Softmax(), (4, 9, 7)),
    "Add": (layers.Add(inputs=("input", "input")), (4, 9, 7)),
    "MultiheadAttention": (layers.MultiheadAttention(2), (5, 8)),
}
OF_OTHERS = {
    ("macs-sums", "Add"): 252,
    ("cnncalc", "Add"): 252,
    ("cnncalc", "ReLU"): 252,
    ("cnncalc", "BatchNorm2d"): 2 * 252,
    ("cnncalc", "MaxPool2d"): 8 * 48,  # 4×4×3 windows of 9, 8 comparisons each
    ("cnncalc", "AvgPool2d"): 9 * 48,  # 8 additions and a division
    ("cnncalc", "Softmax"): 252 + 3 * 63 + 252,  # an exponential each, sums of 4 at 63 positions, a division each
    ("connections", "Subsampling2d"): 4 * 48 + 48,  # 4×4×3 units of 4 inputs and a bias
    ("pycls-acts", "MaxPool2d"): 48,
    ("pycls-acts", "AvgPool2d"): 48,
    ("slim-params", "BatchNorm2d"): 12,
    ("params", "BatchNorm2d"): 8,
    ("params", "Subsampling2d"): 8,
    ("params", "MultiheadAttention"): 4 * (64 + 8),
    ("macs", "MultiheadAttention"): 4 * 5 * 64 + 2 * 5 * 5 * 8,  # four projections, and two products of 5×8 by 8×5
    ("macs-sums", "MultiheadAttention"): 4 * 5 * 64 + 2 * 5 * 5 * 8,
    ("netscope", "LocalResponseNorm"): 3 * 252,
}
LEFT_OPEN = {("cnncalc", kind) for kind in ("AdaptiveAvgPool2d", "Subsampling2d", "LocalResponseNorm")}
"""What the default convention makes of them is compared with PyTorch in the tests of the layers."""


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("convention", [*FIGURES, "slim-params", "netscope"])
def test_what_papers_count_of_layers_without(convention, kind):
    if (convention, kind) not in LEFT_OPEN | {("cnncalc", "MultiheadAttention")}:
        assert counted(convention, *OTHERS[kind]) == OF_OTHERS.get((convention, kind), 0)


@pytest.mark.parametrize(
    ("convention", "kind", "figure"),
    [
        ("slim-params", "Conv2d", 222),
        ("slim-params", "DepthwiseConv2d", 40),
        ("slim-params", "SeparableConv2d", 66),
        ("slim-params", "Linear", 48),
        ("netscope", "Conv2d", 7560),
        ("netscope", "DepthwiseConv2d", 4 * 1260),  # its groups are ignored
        ("netscope", "Linear", 42),
        ("netscope", "ConvTranspose2d", 0),
    ],
)
def test_what_pages_count(convention, kind, figure):
    assert counted(convention, *WEIGHING[kind][:2]) == figure


def test_netscope_ignores_groups():
    assert counted("netscope", layers.Conv2d(6, 3, groups=2), (4, 9, 7)) == 7560


SAMPLES = {
    *("params", "params-no-norm", "weights", "slim-params", "lecture-space"),  # of the network, whatever the batch
    *("ptflops", "ptflops-aten", "ptflops-hooks", "torchscan", "torchscan-macs", "torchscan-dmas"),  # as they print
}
"""The conventions that leave the batch out."""


@pytest.mark.parametrize("convention", shipped_conventions())
def test_the_batch(convention):
    one, three = (counted(convention, layers.Conv2d(6, 3), (4, 9, 7), batch=batch) for batch in (1, 3))
    assert three == (one if convention in SAMPLES else 3 * one)
    assert one > 0


MODULES_ONLY = {"thop", "torchinfo", "ptflops", "torchscan", "torchscan-macs", "torchscan-dmas", "ptflops-hooks"}


@pytest.mark.parametrize("convention", shipped_conventions())
def test_what_is_no_module(convention):
    """Tools with hooks do not see ``F.conv2d``."""
    seen = counted(convention, layers.Conv2d(6, 3, functional=True), (4, 9, 7)) > 0
    assert seen == (convention not in MODULES_ONLY)
