"""The layer kinds: one small class each, a file a family, and the one list of them all."""

from __future__ import annotations

from typing import Any, Union

from cnncalc.layers.activation import Dropout, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from cnncalc.layers.adaptive_pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from cnncalc.layers.base import Layer
from cnncalc.layers.convolution import Conv1d, Conv2d, Conv3d
from cnncalc.layers.linear import Linear
from cnncalc.layers.merging import Add, Concat
from cnncalc.layers.normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d, LocalResponseNorm
from cnncalc.layers.pooling import AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d
from cnncalc.layers.shaping import Flatten

LAYERS: tuple[type[Layer], ...] = (
    Conv1d,
    Conv2d,
    Conv3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    LocalResponseNorm,
    ReLU,
    LeakyReLU,
    Sigmoid,
    Tanh,
    Softmax,
    Dropout,
    Identity,
    Flatten,
    Linear,
    Add,
    Concat,
)
"""Every layer kind. To add one is to write its class and to name it here."""

LAYERS_BY_NAME = {layer.__name__: layer for layer in LAYERS}

AnyLayer: Any = Union[LAYERS]  # noqa: UP007 - a union made from the tuple
"""The tagged union that decodes the layers of a spec."""

__all__ = ["LAYERS", "LAYERS_BY_NAME", "AnyLayer", "Layer", *LAYERS_BY_NAME]
