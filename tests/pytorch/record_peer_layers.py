"""What each tool prints for one layer at a time, written to ``analysis/peer_layers.json``.

``python -m pytorch.record_peer_layers [TOOL ...]`` in ``tests``, with the packages of ``cnncalc[heavy-peers]`` and
onnx; ``ptflops-hooks`` by itself, with ptflops 0.6.6. Without a TOOL only layers that the file has not are run, and by
all of them. A tool that stops at a layer has no figure for it.
"""

import io
import json
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import torch
from msgspec import structs
from torchvision_models import torchvision

from cnncalc import Network, layers, loads
from cnncalc.analysis import convention_named
from cnncalc.pytorch import counters, peers
from cnncalc.pytorch.counters import COUNTERS, Named, counted, whole

TESTS = Path(__file__).parent.parent
RECORD = TESTS / "analysis" / "peer_layers.json"

LINE, IMAGE, VIDEO = (4, 15), (4, 9, 7), (4, 5, 7, 9)
POOLS = ("MaxPool", "AvgPool", "LPPool", "AdaptiveAvgPool", "AdaptiveMaxPool")
ACTIVATIONS = (
    *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh", "Hardsigmoid"),
    *("Hardswish", "Softplus", "Softmax", "LogSoftmax", "Dropout", "Identity", "Flatten", "LayerScale"),
)
RANKS = {1: LINE, 2: IMAGE, 3: VIDEO}


def cases():
    """Each layer with its input, sizes that no two quantities share."""
    for rank, shape in RANKS.items():
        for settings in ({}, {"bias": False}, {"groups": 2}, {"stride": 2, "padding": 1}):
            yield shape, layers.LAYERS_BY_NAME[f"Conv{rank}d"](6, 3, **settings)
        for padding, kernel in (("same", 3), ("same", 4), ("valid", 3)):
            for bias in (True, False):
                yield shape, layers.LAYERS_BY_NAME[f"Conv{rank}d"](6, kernel, padding=padding, bias=bias)
        for groups in (1, 2, 4):
            for bias in (True, False):
                kind = layers.LAYERS_BY_NAME[f"ConvTranspose{rank}d"]
                yield shape, kind(12, 3, stride=2, padding=1, groups=groups, bias=bias)
        for kind in POOLS[:3]:
            yield shape, layers.LAYERS_BY_NAME[f"{kind}{rank}d"](3, stride=2)
            if rank > 1 and kind != "LPPool":
                yield shape, layers.LAYERS_BY_NAME[f"{kind}{rank}d"]((2, 3, 2)[:rank], stride=2)
        for kind in POOLS[3:]:
            yield shape, layers.LAYERS_BY_NAME[f"{kind}{rank}d"](2)
            yield shape, layers.LAYERS_BY_NAME[f"{kind}{rank}d"](1)
        for affine in (True, False):
            for tracked in (True, False):
                yield shape, layers.LAYERS_BY_NAME[f"BatchNorm{rank}d"](affine=affine, track_running_stats=tracked)
            yield shape, layers.LAYERS_BY_NAME[f"InstanceNorm{rank}d"](affine=affine)
    yield IMAGE, layers.Conv2d(6, (4, 3), padding="same", dilation=(1, 2))
    for bias in (True, False):
        yield IMAGE, layers.Conv2d(6, 4, padding="same", groups=2, bias=bias)
    yield IMAGE, layers.AdaptiveAvgPool2d((3, 7))
    yield LINE, layers.AdaptiveAvgPool1d(5)
    yield IMAGE, layers.DepthwiseConv2d(3)
    yield IMAGE, layers.DepthwiseConv2d(3, bias=False, stride=2)
    yield IMAGE, layers.DepthwiseConv2d(3, channel_multiplier=2)
    yield IMAGE, layers.SeparableConv2d(3, out_channels=6)
    yield IMAGE, layers.LocallyConnected2d(3, out_channels=6)
    yield IMAGE, layers.ConnectedConv2d(3, table=((0, 1), (1, 2, 3), (0, 3)))
    yield IMAGE, layers.Subsampling2d(2)
    for shape in ((7,), (5, 7), (3, 5, 7)):
        for bias in (True, False):
            yield shape, layers.Linear(6, bias=bias)
    for affine in (True, False):
        yield IMAGE, layers.GroupNorm(2, affine=affine)
        yield IMAGE, layers.LayerNorm(elementwise_affine=affine)
    yield IMAGE, layers.LayerNorm(bias=False)
    yield IMAGE, layers.RMSNorm()
    yield IMAGE, layers.LocalResponseNorm(3)
    for kind in ACTIVATIONS:
        layer = layers.LAYERS_BY_NAME[kind]
        yield IMAGE, layer()
        if kind != "ReLU6":  # as a function it is F.relu6, but PyTorch's module calls F.hardtanh
            yield IMAGE, layer(functional=True)
        if "inplace" in layer.__struct_fields__:
            yield IMAGE, layer(inplace=True)
    yield IMAGE, layers.Dropout(p=0.0)
    yield IMAGE, layers.GELU(approximate="tanh")
    yield IMAGE, layers.Maxout(2)
    yield (1, 9, 7), layers.PositionBias()
    for mode, shape in (("nearest", IMAGE), ("bilinear", IMAGE), ("bicubic", IMAGE), ("linear", LINE)):
        yield shape, layers.Upsample(scale_factor=2, mode=mode)
        yield shape, layers.Upsample(size=20, mode=mode)
    yield LINE, layers.Upsample(scale_factor=2)
    yield VIDEO, layers.Upsample(scale_factor=2)
    yield VIDEO, layers.Upsample(scale_factor=2, mode="trilinear")
    yield IMAGE, layers.Upsample(size=(12, 11))
    for kind in ("Add", "Subtract", "Multiply", "Divide", "Maximum", "Average", "Concat"):
        yield IMAGE, layers.LAYERS_BY_NAME[kind](inputs=("input", "input"))
    for kind in ("Mean", "Max", "Sum"):
        yield IMAGE, layers.LAYERS_BY_NAME[kind]()
    yield IMAGE, layers.ZeroPad2d(1)
    yield LINE, layers.ReflectionPad1d(2)
    yield (5, 8), layers.MultiheadAttention(2)
    yield (7,), layers.Linear(6, functional=True)
    for layer in (
        *(layers.Conv2d(6, 3), layers.ConvTranspose2d(6, 3), layers.LayerNorm(), layers.GroupNorm(2)),
        *(layers.BatchNorm2d(), layers.InstanceNorm2d(), layers.LocalResponseNorm(3), layers.Upsample(scale_factor=2)),
        *(layers.MaxPool2d(2), layers.AvgPool2d(2), layers.AdaptiveAvgPool2d(2), layers.AdaptiveMaxPool2d(2)),
    ):
        yield IMAGE, structs.replace(layer, functional=True)


def networks():
    """The layers alone, one that nothing depends on, and convolutions behind others."""
    for shape, layer in cases():
        yield Network(input=shape, layers=[layer])
    unused = [layers.Conv2d(6, 3, name="used"), layers.Conv2d(5, 3, inputs=("input",)), layers.ReLU(inputs=("used",))]
    yield Network(input=IMAGE, layers=unused)
    for second in (layers.Conv2d(8, 3), layers.Conv2d(8, 3, groups=2), layers.DepthwiseConv2d(3), layers.Linear(5)):
        yield Network(input=IMAGE, layers=[layers.Conv2d(6, 3), layers.ReLU(), second])
    queries = [layers.Linear(8, name=name, inputs=("input",)) for name in ("query", "key", "value")]
    attention = layers.ScaledDotProductAttention(inputs=("query", "key", "value"))
    yield Network(input=(2, 5, 8), layers=[*queries, attention])


def ptflops_hooks(module, inputs):
    """ptflops 0.6.6, which had hooks on modules alone."""
    from ptflops import get_model_complexity_info

    several = Named(module).eval()
    macs, _ = get_model_complexity_info(
        several,
        (1,),
        print_per_layer_stat=False,
        as_strings=False,
        input_constructor=lambda _: {f"input{index}": tensor for index, tensor in enumerate(inputs)},
    )
    return {"ptflops-hooks": whole(macs)}


def calflops(module, inputs):
    """It asks the first of the parameters for its device, so a layer without any is lent one."""
    module.register_parameter("lent", torch.nn.Parameter(torch.zeros(1)))
    return counters.calflops(module, inputs)


def printed(tool, spec):
    """A tool's figures by convention, none where it stops; in a process of its own, since one that stops half-way
    leaves PyTorch patched.
    """
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        try:
            return counted(tool, loads(spec), 1)
        except Exception:
            return {}


def main(*tools):
    warnings.simplefilter("ignore")
    torchvision()
    torch.set_num_threads(1)
    COUNTERS.update({"calflops": calflops, "ptflops-hooks": ptflops_hooks})
    known = json.loads(RECORD.read_text())["layers"] if RECORD.exists() else []
    before = {json.dumps(record["spec"]): record["printed"] for record in known}
    specs = [network.to_json() for network in networks()]
    records = [{"spec": json.loads(spec)} for spec in specs]
    for record in records:
        record["printed"] = before.get(json.dumps(record["spec"]), {})
    for tool in tools or peers.TOOLS:
        import_module({"torch-training": "torch", "onnx-tool": "onnx_tool"}.get(tool, tool.partition("-")[0]))
        asked = [place for place, record in enumerate(records) if tools or json.dumps(record["spec"]) not in before]
        with get_context("fork").Pool(2, maxtasksperchild=1) as processes:
            answers = processes.map(partial(printed, tool), [specs[place] for place in asked], chunksize=1)
        for place, answer in zip(asked, answers, strict=True):
            records[place]["printed"] |= answer
    names = {name for record in records for name in record["printed"]}
    versions = {name: convention_named(name).version for name in sorted(names)}
    lines = ",\n".join(json.dumps(record) for record in records)
    RECORD.write_text(f'{{"versions": {json.dumps(versions)},\n"layers": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(*sys.argv[1:])
