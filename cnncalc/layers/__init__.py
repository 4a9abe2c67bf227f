"""The layer kinds: one small class each, a file a family, and the one list of them all."""

from __future__ import annotations

from cnncalc.layers.activation import (
    ELU,
    GELU,
    Dropout,
    Hardsigmoid,
    Hardswish,
    Identity,
    LayerScale,
    LeakyReLU,
    LogSoftmax,
    Maxout,
    Mish,
    PositionBias,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    StochasticDepth,
    Tanh,
)
from cnncalc.layers.adaptive_pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from cnncalc.layers.attention import Embedding, MultiheadAttention, ScaledDotProductAttention
from cnncalc.layers.base import Layer
from cnncalc.layers.convolution import Conv1d, Conv2d, Conv3d
from cnncalc.layers.linear import Linear
from cnncalc.layers.locally_connected import (
    ConnectedConv2d,
    DepthwiseConv2d,
    LocallyConnected2d,
    SeparableConv2d,
    Subsampling2d,
)
from cnncalc.layers.merging import Add, Average, Concat, Maximum, Multiply, Subtract
from cnncalc.layers.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    LayerNorm,
    LocalResponseNorm,
    RMSNorm,
)
from cnncalc.layers.padding import (
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from cnncalc.layers.pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    LPPool1d,
    LPPool2d,
    LPPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    MaxUnpool1d,
    MaxUnpool2d,
    MaxUnpool3d,
)
from cnncalc.layers.reduction import Max, Mean
from cnncalc.layers.resampling import ChannelShuffle, PixelShuffle, PixelUnshuffle, Upsample
from cnncalc.layers.shaping import (
    Chunk,
    Flatten,
    Fold,
    Permute,
    Reshape,
    Slice,
    Split,
    Squeeze,
    Unfold,
    Unsqueeze,
)
from cnncalc.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

LAYERS: tuple[type[Layer], ...] = (
    *(Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d),
    *(DepthwiseConv2d, SeparableConv2d, LocallyConnected2d, ConnectedConv2d, Subsampling2d),
    *(MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d, LPPool3d),
    *(MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d),
    *(AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d),
    *(BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d),
    *(GroupNorm, LayerNorm, RMSNorm, LocalResponseNorm),
    *(ReLU, ReLU6, LeakyReLU, PReLU, ELU, GELU, SiLU, Mish, Sigmoid, Tanh, Hardsigmoid, Hardswish, Softplus),
    *(Softmax, LogSoftmax, Maxout, PositionBias, LayerScale, Dropout, StochasticDepth, Identity),
    *(Linear, Embedding, MultiheadAttention, ScaledDotProductAttention),
    *(Add, Subtract, Multiply, Maximum, Average, Concat),
    *(Flatten, Reshape, Permute, Squeeze, Unsqueeze, Slice, Chunk, Split, Unfold, Fold, Mean, Max),
    *(Upsample, PixelShuffle, PixelUnshuffle, ChannelShuffle),
    *(ZeroPad1d, ZeroPad2d, ZeroPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d),
    *(ReflectionPad1d, ReflectionPad2d, ReflectionPad3d, ReplicationPad1d, ReplicationPad2d, ReplicationPad3d),
)
"""Every layer kind. To add one is to write its class and to name it here."""

LAYERS_BY_NAME = {layer.__name__: layer for layer in LAYERS}

__all__ = ["LAYERS", "LAYERS_BY_NAME", "Layer", *LAYERS_BY_NAME]
