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
from cnncalc.layers.matrix import Einsum, MatMul
from cnncalc.layers.merging import (
    Add,
    Average,
    Compare,
    Concat,
    Divide,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    Where,
)
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
    PadAxes,
    PadLike,
    PadToMultiple,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    SamePad,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from cnncalc.layers.pointwise import (
    CELU,
    GLU,
    SELU,
    Clamp,
    Function,
    Hardtanh,
    LogSigmoid,
    Power,
    Scale,
    Shift,
    Softsign,
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
from cnncalc.layers.recurrent import GRU, LSTM, RNN
from cnncalc.layers.reduction import (
    ArgMax,
    CumulativeSum,
    LogSumExp,
    Max,
    Mean,
    Min,
    Norm,
    Product,
    StandardDeviation,
    Sum,
    Variance,
)
from cnncalc.layers.repeating import Expand, ExpandAs, RepeatInterleave, Tile
from cnncalc.layers.resampling import ChannelShuffle, PixelShuffle, PixelUnshuffle, Upsample
from cnncalc.layers.shaping import Flatten, Permute, Reshape, ReshapeLike, Squeeze, Unflatten, Unsqueeze
from cnncalc.layers.slicing import Chunk, Crop, Flip, IndexSelect, Roll, Slice, Split
from cnncalc.layers.tensors import ConstantTensor, HeldTensors, LearnedTensor, Opaque
from cnncalc.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from cnncalc.layers.unfolding import Fold, Unfold, Windows

LAYERS: tuple[type[Layer], ...] = (
    *(Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d),
    *(DepthwiseConv2d, SeparableConv2d, LocallyConnected2d, ConnectedConv2d, Subsampling2d),
    *(MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d, LPPool3d),
    *(MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d),
    *(AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d),
    *(BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d),
    *(GroupNorm, LayerNorm, RMSNorm, LocalResponseNorm),
    *(ReLU, ReLU6, LeakyReLU, PReLU, ELU, GELU, SiLU, Mish, Sigmoid, Tanh, Hardsigmoid, Hardswish, Softplus),
    *(SELU, CELU, Softsign, LogSigmoid, Hardtanh, GLU, Scale, Shift, Power, Clamp, Function),
    *(Softmax, LogSoftmax, Maxout, PositionBias, LayerScale, Dropout, StochasticDepth, Identity),
    *(Linear, Embedding, MultiheadAttention, ScaledDotProductAttention, RNN, LSTM, GRU),
    *(Add, Subtract, Multiply, Divide, Maximum, Average, Concat, Minimum, Compare, Where, MatMul, Einsum),
    *(Flatten, Unflatten, Reshape, ReshapeLike, Permute, Squeeze, Unsqueeze, Expand, ExpandAs, Tile, RepeatInterleave),
    *(Slice, Crop, Chunk, Split, IndexSelect, Roll, Flip, Windows, Unfold, Fold),
    *(Mean, Sum, Max, Min, ArgMax, Product, Variance, StandardDeviation, Norm, LogSumExp, CumulativeSum),
    *(Upsample, PixelShuffle, PixelUnshuffle, ChannelShuffle),
    *(ZeroPad1d, ZeroPad2d, ZeroPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d),
    *(ReflectionPad1d, ReflectionPad2d, ReflectionPad3d, ReplicationPad1d, ReplicationPad2d, ReplicationPad3d),
    *(PadAxes, PadLike, PadToMultiple, SamePad, LearnedTensor, ConstantTensor, HeldTensors, Opaque),
)
"""Every layer kind. To add one is to write its class and to name it here."""

LAYERS_BY_NAME = {layer.__name__: layer for layer in LAYERS}

__all__ = ["LAYERS", "LAYERS_BY_NAME", "Layer", *LAYERS_BY_NAME]
