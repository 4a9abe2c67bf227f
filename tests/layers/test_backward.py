"""What a layer keeps for the backward pass, and whether it is another look at its input, as PyTorch does it."""

import pytest
import torch
from cases import one_layer

from cnncalc import layers, to_torch
from cnncalc.layers import LAYERS

A, B, C = (4, 8, 8), (4, 6), (6, 4)
CASES = [
    *((getattr(layers, f"Conv{n}d")(3, 2), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"ConvTranspose{n}d")(3, 2), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"MaxPool{n}d")(2), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"AvgPool{n}d")(2), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"MaxUnpool{n}d")(2), (4, *[3] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"AdaptiveAvgPool{n}d")(2), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"AdaptiveMaxPool{n}d")(2), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"BatchNorm{n}d")(), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"InstanceNorm{n}d")(), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"ZeroPad{n}d")(1), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"ConstantPad{n}d")(1, value=2.0), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"ReflectionPad{n}d")(1), (4, *[6] * n)) for n in (1, 2, 3)),
    *((getattr(layers, f"ReplicationPad{n}d")(1), (4, *[6] * n)) for n in (1, 2, 3)),
    (layers.DepthwiseConv2d(kernel_size=2), A),
    (layers.GroupNorm(2), A),
    (layers.LayerNorm(), A),
    *((kind(), A) for kind in (layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ReLU6, layers.ELU, layers.GELU)),
    *((kind(), A) for kind in (layers.SiLU, layers.Mish, layers.Sigmoid, layers.Tanh, layers.Hardsigmoid)),
    *((kind(), A) for kind in (layers.Hardswish, layers.Softplus, layers.SELU, layers.CELU, layers.Hardtanh)),
    *((kind(), A) for kind in (layers.Softmax, layers.LogSoftmax, layers.Dropout, layers.Identity)),
    *((kind(), A) for kind in (layers.PositionBias, layers.LayerScale, layers.Flatten)),
    (layers.GLU(), A),
    (layers.Scale(2.0), A),
    (layers.Shift(2.0), A),
    (layers.Power(2.0), A),
    (layers.Clamp(min=0.0), A),
    (layers.Function("sin"), A),
    (layers.Maxout(2), A),
    (layers.Linear(3), B),
    (layers.Embedding(9, 4), (5,)),
    *((kind(), B, B) for kind in (layers.Add, layers.Subtract, layers.Multiply, layers.Divide, layers.Maximum)),
    *((kind(), B, B) for kind in (layers.Minimum, layers.Average, layers.Concat, layers.Compare)),
    (layers.Where(), B, B, B),
    (layers.MatMul(), B, C),
    (layers.Einsum("ab,bc->ac"), B, C),
    (layers.Unflatten(1, (2, 2)), A),
    (layers.Reshape((16, 16)), A),
    (layers.ReshapeLike((0, -1), (1,)), A, (8, 3)),
    (layers.Permute((0, 2, 1)), B),
    (layers.Squeeze(), (4, 1, 2)),
    (layers.Unsqueeze(1), B),
    (layers.Expand((-1, 5)), (4, 1)),
    (layers.ExpandAs(), (4, 1), (4, 5)),
    (layers.Tile((1, 2)), B),
    (layers.RepeatInterleave(2), B),
    (layers.Slice(1, 3), B),
    (layers.Crop(1), C, B),
    (layers.Chunk(2, 0), B),
    (layers.Split(2, 0), B),
    (layers.Roll((1,), (1,)), B),
    (layers.Flip((1,)), B),
    (layers.Windows(1, 2, 1), B),
    (layers.Unfold(2), A),
    (layers.Fold(4, 2), (4, 9)),
    *((kind(), A) for kind in (layers.Mean, layers.Sum, layers.Max, layers.Min, layers.Variance)),
    *((kind(), A) for kind in (layers.StandardDeviation, layers.Norm, layers.LogSumExp, layers.CumulativeSum)),
    (layers.Product(1), A),
    (layers.ArgMax(1), A),
    *((layers.Upsample(scale_factor=2.0, mode=mode), A) for mode in ("nearest", "bilinear", "bicubic")),
    (layers.PixelShuffle(2), A),
    (layers.PixelUnshuffle(2), A),
    (layers.ChannelShuffle(2), A),
    *((layers.PadAxes((1, 1), mode=mode), B) for mode in ("constant", "reflect", "replicate", "circular")),
    (layers.PadLike(), A, (4, 9, 9)),
    (layers.PadToMultiple(3), A),
    (layers.SamePad(3), A),
    (layers.LearnedTensor((3,)), B),
    (layers.ConstantTensor((3,)), B),
]


def storage(tensor):
    return tensor.untyped_storage().data_ptr()


def run(layer, inputs, *, training):
    """A module of the layer alone on two samples: the inputs, the output, and what is kept of them."""
    module = to_torch(one_layer(layer, *inputs)).train(training)
    below = layer.torch_call(*inputs).below
    tensors = [torch.rand(2, *x) + 0.5 if below is None else torch.randint(below, (2, *x)) for x in inputs]
    for tensor in tensors:
        tensor.requires_grad_(tensor.is_floating_point())
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: saved.append(tensor) or tensor, lambda kept: kept):
        output = module(*tensors)
    own = {storage(tensor) for tensor in (*module.parameters(), *module.buffers())}
    return tensors, output, [tensor for tensor in saved if storage(tensor) not in own]


def names(tensor, inputs, output):
    """What a tensor that is kept is called; statistics of a few numbers have no name."""
    if storage(tensor) in map(storage, inputs):
        return {"inputs"}
    if storage(tensor) == storage(output):
        return {"output"}
    if tensor.dtype == torch.int64:
        return {"places"}
    return {"mask"} if tensor.numel() >= output.numel() else set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[0]).__name__)
def test_what_is_kept_for_the_backward_pass(case):
    layer, *inputs = case
    tensors, output, saved = run(layer, inputs, training=True)
    assert set(layer.keeps) == set().union(*(names(tensor, tensors, output) for tensor in saved))


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[0]).__name__)
def test_another_look_at_the_same_memory(case):
    layer, *inputs = case
    shares = []
    for training in (True, False):
        tensors, output, _ = run(layer, inputs, training=training)
        shares.append(storage(output) in map(storage, tensors))
    assert shares == {False: [False, False], "at inference": [False, True], True: [True, True]}[layer.is_view]


KEEP_MORE = {
    *("LocalResponseNorm", "LPPool1d", "LPPool2d", "LPPool3d", "RMSNorm", "Softsign", "LogSigmoid"),
    *("SeparableConv2d", "LocallyConnected2d", "ConnectedConv2d", "Subsampling2d"),
    *("ScaledDotProductAttention", "MultiheadAttention", "RNN", "LSTM", "GRU"),
}
"""Kinds that PyTorch computes in several steps, or for whose kernels it keeps more; of them the inputs are counted."""
OF_THEIR_OWN = {"StochasticDepth": (), "IndexSelect": (), "HeldTensors": (), "Opaque": ("inputs",)}


def test_every_kind_is_compared_or_said_to_keep_its_inputs():
    compared = {type(case[0]).__name__ for case in CASES}
    others = {kind.__name__: kind for kind in LAYERS if kind.__name__ not in compared}
    assert others.keys() == KEEP_MORE | OF_THEIR_OWN.keys()
    assert {name: kind.keeps for name, kind in others.items()} == dict.fromkeys(KEEP_MORE, ("inputs",)) | OF_THEIR_OWN
    views = {name: kind.is_view for name, kind in others.items() if kind.is_view is not False}
    assert views == {"StochasticDepth": "at inference"}


def test_what_is_no_activation():
    """A tensor that was there before is none."""
    kinds = {kind.__name__ for kind in LAYERS if not kind.makes_activations}
    assert kinds == {"LearnedTensor", "ConstantTensor", "HeldTensors"}
