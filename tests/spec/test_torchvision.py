"""The specs of torchvision's networks against torchvision: names, parameters and buffers by layer, MACs in all."""

import pytest
import torch
import torchvision_models
from torch.utils.flop_counter import FlopCounterMode

from cnncalc import analyze, load

NETWORKS = [
    *("alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    *("googlenet", "squeezenet1_0", "mobilenet_v2", "mobilenet_v3_large", "shufflenet_v2_x1_0", "densenet121"),
    *("efficientnet_b0", "convnext_tiny", "regnet_y_400mf", "inception_v3", "r3d_18", "fcn_resnet50"),
]
# AlexNet's layers bear the paper's names; ConvNeXt's LayerNorm2d is two permutations around a LayerNorm
ALEXNET = {
    "features.0": "conv1",
    "features.3": "conv2",
    "features.6": "conv3",
    "features.8": "conv4",
    "features.10": "conv5",
    "classifier.1": "fc6",
    "classifier.4": "fc7",
    "classifier.6": "fc8",
}
CONVNEXT = {path: f"{path}.norm" for path in ("classifier.0", *(f"features.{i}.{i == 0:d}" for i in (0, 2, 4, 6)))}
CONVNEXT |= {f"features.{i}.{j}": f"features.{i}.{j}.layer_scale" for i in (1, 3, 5, 7) for j in range(9)}
RENAMED = {"alexnet": ALEXNET, "convnext_tiny": CONVNEXT}


@pytest.mark.parametrize("name", NETWORKS)
def test_layer_by_layer(name):
    network = load(name)
    built = torchvision_models.model(name)
    own = {}
    for path, module in built.named_modules():
        params = sum(parameter.numel() for parameter in module.parameters(recurse=False))
        buffers = sum(buffer.numel() for buffer in module.buffers(recurse=False))
        if params or buffers:
            own[RENAMED.get(name, {}).get(path, path)] = (params, buffers)
    analysis = analyze(network)
    assert {row.name: (row.params, row.buffers) for row in analysis.layers if row.params or row.buffers} == own
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = built(torch.empty((1, *network.input), device="meta"))
    assert counter.get_total_flops() == 2 * analysis.totals.macs
    outputs = output.values() if isinstance(output, dict) else [output]
    shapes = {row.name: row.output_shape for row in analysis.layers}
    names = network.outputs or [analysis.layers[-1].name]
    assert [shapes[each] for each in names] == [tuple(tensor.shape[1:]) for tensor in outputs]


@pytest.mark.parametrize("width", [0.35, 0.5, 0.75, 1.4])
def test_widths_of_mobilenet_v2(width):
    with torch.device("meta"):
        built = torchvision_models.torchvision().models.mobilenet_v2(width_mult=width)
    params = sum(parameter.numel() for parameter in built.parameters())
    assert analyze(load("mobilenet_v2"), variables={"width": width}).totals.params == params
