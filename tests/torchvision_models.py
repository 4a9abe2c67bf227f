"""torchvision's networks, where its compiled operators do not load: only their schemas are declared, none is called."""

from __future__ import annotations

import importlib
import re
import warnings
from functools import cache
from types import ModuleType

import torch
from torch import nn

SCHEMAS = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_library: list[torch.library.Library] = []


@cache
def torchvision() -> ModuleType:
    """The package, with a schema declared for each operator that it asks for."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    _library.append(library)
    for name, schema in SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(name + schema)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(40):
            try:
                return importlib.import_module("torchvision")
            except RuntimeError as error:
                missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
                if missing is None:
                    raise
                library.define(f"{missing[1]}(Tensor x) -> Tensor")
    raise RuntimeError("torchvision asks for ever more operators")


def model(name: str) -> nn.Module:
    """A classification, video or segmentation model without weights, on the meta device."""
    models = torchvision().models
    options = {
        "googlenet": {"aux_logits": False, "init_weights": False},
        "inception_v3": {"aux_logits": False, "init_weights": False},
        "fcn_resnet50": {"aux_loss": True, "weights_backbone": None},
    }.get(name, {})
    for home in (models, models.video, models.segmentation):
        if hasattr(home, name):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # regnet computes its widths with tensors, which the meta device has no values for
                built = getattr(home, name)(**options)
            return built.eval().to("meta")
    raise LookupError(name)
