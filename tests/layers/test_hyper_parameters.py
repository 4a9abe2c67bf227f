"""What layers say of their hyper-parameters and tensors, and what a spec may state."""

import inspect

import msgspec
import pytest
import torch
import torch_oracle

from cnncalc import layers
from cnncalc.layers import LAYERS
from cnncalc.layers.base import LARGEST_SIZE, Buffer, Check, Layer, Parameter, elements, shape_text

DEFAULTS_OF_OUR_OWN = {
    *("name", "inputs", "when", "functional", "weights", "frozen"),
    *("in_channels", "in_features", "num_features", "num_channels", "normalized_shape", "embed_dim", "input_size"),
    *("dim", "nonlinearity"),
}
"""Fields that PyTorch has not, that are found from what arrives, or for which its signature has no default."""


def taken(kind, **fields):
    """Whether a spec may state these fields of a layer."""
    try:
        msgspec.convert({"type": kind.__name__, **fields}, kind)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "kind", [kind for kind in LAYERS if hasattr(torch.nn, kind.__name__)], ids=lambda k: k.__name__
)
def test_defaults_are_pytorch_s(kind):
    recurrent = issubclass(getattr(torch.nn, kind.__name__), torch.nn.RNNBase)
    theirs = inspect.signature(torch.nn.RNNBase if recurrent else getattr(torch.nn, kind.__name__)).parameters
    required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    for field, default in zip(kind.__struct_fields__[required:], kind.__struct_defaults__, strict=True):
        if field not in DEFAULTS_OF_OUR_OWN:
            stated = theirs[field].default
            assert stated is inspect.Parameter.empty or default == stated, field
    for field in kind.__struct_fields__[:required]:
        assert theirs[field].default is inspect.Parameter.empty or field == "dim", field


NUMBERS = [
    (layers.Conv2d, {"out_channels": 1, "kernel_size": 1}, "out_channels", 1),
    (layers.Conv2d, {"out_channels": 1, "kernel_size": 1}, "kernel_size", 1),
    (layers.Conv2d, {"out_channels": 1, "kernel_size": 1}, "stride", 1),
    (layers.Conv2d, {"out_channels": 1, "kernel_size": 1}, "padding", 0),
    (layers.Conv2d, {"out_channels": 1, "kernel_size": 1}, "dilation", 1),
    (layers.Conv2d, {"out_channels": 1, "kernel_size": 1}, "groups", 1),
    (layers.ConvTranspose1d, {"out_channels": 1, "kernel_size": 1}, "output_padding", 0),
    (layers.Linear, {"out_features": 1}, "in_features", 1),
    (layers.Chunk, {"chunks": 1, "index": 0}, "index", 0),
    (layers.Slice, {}, "step", 1),
]


@pytest.mark.parametrize(("kind", "fields", "field", "least"), NUMBERS)
def test_the_least_and_the_largest_number(kind, fields, field, least):
    assert taken(kind, **fields | {field: least})
    assert not taken(kind, **fields | {field: least - 1})
    assert taken(kind, **fields | {field: LARGEST_SIZE})
    assert not taken(kind, **fields | {field: LARGEST_SIZE + 1})


def test_the_largest_size_is_that_of_a_signed_32_bit_number():
    assert LARGEST_SIZE == 2**31 - 1


LIMITS = [
    (layers.Softmax, "dim", {}, (-16, 16), (-17, 17)),
    (layers.Dropout, "p", {}, (0, 1), (-0.01, 1.01)),
    (layers.StochasticDepth, "p", {}, (0, 1), (-0.01, 1.01)),
    (layers.Upsample, "scale_factor", {}, (1e-9, 1024), (0, 1024.5)),
    (
        layers.Embedding,
        "padding_idx",
        {"num_embeddings": 1, "embedding_dim": 1},
        (-LARGEST_SIZE, LARGEST_SIZE),
        (-LARGEST_SIZE - 1, LARGEST_SIZE + 1),
    ),
    (layers.LSTM, "num_layers", {"hidden_size": 1}, (1, 1000), (0, 1001)),
    (layers.ZeroPad1d, "padding", {}, (-LARGEST_SIZE, LARGEST_SIZE), (-LARGEST_SIZE - 1, LARGEST_SIZE + 1)),
    (layers.Opaque, "macs", {"operator": "x"}, (0, 2**62), (-1, 2**62 + 1)),
]
LENGTHS = [
    (layers.Conv1d, "kernel_size", {"out_channels": 1}, (1, 1), 1),
    (layers.Conv2d, "kernel_size", {"out_channels": 1}, (2, 2), 1),
    (layers.Conv3d, "kernel_size", {"out_channels": 1}, (3, 3), 1),
    (layers.Conv1d, "padding", {"out_channels": 1, "kernel_size": 1}, (1, 1), 1),
    (layers.Conv2d, "padding", {"out_channels": 1, "kernel_size": 1}, (2, 2), 1),
    (layers.Conv3d, "padding", {"out_channels": 1, "kernel_size": 1}, (3, 3), 1),
    (layers.ZeroPad1d, "padding", {}, (2, 2), 1),
    (layers.ZeroPad2d, "padding", {}, (4, 4), 1),
    (layers.ZeroPad3d, "padding", {}, (6, 6), 1),
    (layers.AdaptiveAvgPool1d, "output_size", {}, (1, 1), 1),
    (layers.AdaptiveAvgPool2d, "output_size", {}, (2, 2), None),
    (layers.AdaptiveAvgPool3d, "output_size", {}, (3, 3), None),
    (layers.PadAxes, "padding", {}, (2, 16), 1),
    (layers.SamePad, "kernel_size", {}, (1, 3), 1),
    (layers.SamePad, "stride", {"kernel_size": 1}, (1, 3), 1),
    (layers.SamePad, "dilation", {"kernel_size": 1}, (1, 3), 1),
    (layers.PadToMultiple, "dims", {"multiple": 2}, (1, 8), 1),
    (layers.Upsample, "size", {}, (1, 3), 1),
    (layers.Upsample, "scale_factor", {}, (1, 3), 1),
    (layers.Unflatten, "unflattened_size", {"dim": 1}, (1, 8), 1),
    (layers.Reshape, "shape", {}, (1, 8), 1),
    (layers.ReshapeLike, "shape", {"axes": [1]}, (1, 8), 1),
    (layers.ReshapeLike, "axes", {"shape": [0]}, (1, 8), 1),
    (layers.Expand, "sizes", {}, (1, 8), -1),
    (layers.Tile, "repeats", {}, (1, 8), 1),
    (layers.Roll, "shifts", {"dims": [1]}, (1, 8), 2**31),
    (layers.Roll, "shifts", {"dims": [1]}, (1, 8), -(2**31)),
    (layers.Roll, "dims", {"shifts": [1]}, (1, 8), 1),
    (layers.Flip, "dims", {}, (1, 8), 1),
    (layers.Permute, "dims", {}, (1, None), 1),
    (layers.Mean, "dim", {}, (1, None), 1),
    (layers.Split, "split_size", {"index": 0}, (1, None), 1),
    (layers.LayerNorm, "normalized_shape", {}, (1, None), 1),
    (layers.ConnectedConv2d, "table", {"kernel_size": 1}, (1, None), [0]),
    (layers.LearnedTensor, "shape", {}, (0, 16), 0),
    (layers.ConstantTensor, "axes", {"shape": [1]}, (0, 16), 1),
    (layers.Opaque, "input_shapes", {"operator": "x"}, (0, 64), [1]),
    (layers.ReLU, "inputs", {}, (1, None), "x"),
    (layers.ReLU, "weights", {}, (1, None), "x"),
    (layers.ReLU, "frozen", {}, (1, None), "x"),
]


@pytest.mark.parametrize(("kind", "field", "fields", "ends", "beyond"), LIMITS)
def test_a_number_between_its_limits(kind, field, fields, ends, beyond):
    assert all(taken(kind, **fields | {field: value}) for value in ends)
    assert not any(taken(kind, **fields | {field: value}) for value in beyond)


@pytest.mark.parametrize(("kind", "field", "fields", "ends", "entry"), LENGTHS)
def test_a_list_has_as_many_entries_as_it_may(kind, field, fields, ends, entry):
    least, most = ends
    assert taken(kind, **fields | {field: [entry] * least})
    assert not least or not taken(kind, **fields | {field: [entry] * (least - 1)})
    assert taken(kind, **fields | {field: [entry] * (most or 40)})
    assert most is None or not taken(kind, **fields | {field: [entry] * (most + 1)})


@pytest.mark.parametrize(
    ("entry", "fits"), [(-1, True), (-2, False), (0, True), (LARGEST_SIZE, True), (LARGEST_SIZE + 1, False)]
)
def test_a_size_or_an_open_one(entry, fits):
    assert taken(layers.Reshape, shape=[entry]) == fits


@pytest.mark.parametrize("shift", [2**31 + 1, -(2**31) - 1])
def test_a_shift_beyond_its_limits(shift):
    assert not taken(layers.Roll, shifts=[shift], dims=[1])


@pytest.mark.parametrize(
    ("equation", "fits"),
    [
        ("ab,bc->ac", True),
        (",->", True),
        ("aB,Bc->", True),
        ("ab,bc", False),
        ("a b,b->a", False),
        ("ab,bc,c->a", False),
        ("a1,b->a", False),
        ("a" * 96 + ",->a", True),
        ("a" * 97 + ",->a", False),
    ],
)
def test_an_equation_of_letters(equation, fits):
    assert taken(layers.Einsum, equation=equation) == fits


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("a", True),
        ("", False),
        (" ", False),
        (" a", True),
        ("a" * 200, True),
        ("a" * 201, False),
        ("a\n", False),
        ("a\x1b", False),
    ],
)
def test_a_name_can_be_seen(name, fits):
    assert taken(layers.ReLU, name=name) == fits


SETTINGS = [
    (layers.Conv2d(8, 3), {"kernel_size": (3, 3)}),
    (
        layers.Conv2d(8, (3, 1), stride=2, padding="same", bias=False, in_channels=4),
        {"kernel_size": (3, 1), "stride": 2, "padding": "same", "bias": False},
    ),
    (layers.Conv3d(8, 3, dilation=(1, 2, 1), groups=4), {"kernel_size": (3, 3, 3), "dilation": (1, 2, 1), "groups": 4}),
    (layers.ConvTranspose1d(8, 3, output_padding=1, stride=2), {"kernel_size": (3,), "stride": 2, "output_padding": 1}),
    (layers.MaxPool2d(3, stride=2, ceil_mode=True), {"kernel_size": (3, 3), "stride": 2, "ceil_mode": True}),
    (layers.AvgPool2d(3, count_include_pad=False), {"kernel_size": (3, 3), "count_include_pad": False}),
    (layers.AdaptiveAvgPool2d(7), {}),
    (layers.Linear(10), {}),
    (layers.Linear(10, bias=False, in_features=5), {"bias": False}),
    (layers.BatchNorm2d(eps=1e-3, momentum=0.2, num_features=4), {}),
    (layers.BatchNorm2d(affine=False), {"affine": False}),
    (layers.ReLU(inplace=True, name="a", inputs=("b",), when="c", functional=True), {}),
    (layers.ReLU(frozen=True, weights=("a",)), {"frozen": True, "weights": ("a",)}),
    (layers.Softmax(), {}),
    (layers.Softmax(2), {"dim": 2}),
    (layers.Unflatten(1, (2, 2)), {"dim": 1, "unflattened_size": (2, 2)}),
    (layers.ConnectedConv2d(kernel_size=5, table=[(0, 1), (2,)]), {"kernel_size": (5, 5), "table": "3 pairs"}),
    (layers.Opaque(operator="aten.x", free=True), {"operator": "aten.x"}),
    (layers.HeldTensors(held_parameters={"a": (1,), "b": (2,)}, held_buffers={"c": ()}), {"held": "a, b, c"}),
]


@pytest.mark.parametrize(("layer", "settings"), SETTINGS, ids=lambda value: type(value).__name__)
def test_the_settings_that_matter(layer, settings):
    """What is not at its default, and not to be seen from the shapes in the same row of a table."""
    assert layer.settings() == settings


def test_a_shape_in_words():
    assert shape_text((64, 55, 55)) == "64×55×55"
    assert shape_text((7,)) == "7"
    assert shape_text(()) == "scalar"


def test_a_check_in_words():
    assert Check(False, "", "{} of {} in {}", (2, (3, 4), "x")).explain() == "2 of 3×4 in x"


def test_elements_of_tensors():
    assert elements([Parameter("a", (2, 3)), Buffer("b", ()), Parameter("c", (5,))]) == 12
    assert elements([]) == 0


def test_frozen_and_shared_tensors():
    x, shape = (3, 8, 8), (4, 3, 2, 2)
    weight, bias = Parameter("weight", shape), Parameter("bias", (4,))
    assert layers.Conv2d(4, 2).tensors(x) == ((weight, bias), ())
    still = (Parameter("weight", shape, trainable=False), Parameter("bias", (4,), trainable=False))
    assert layers.Conv2d(4, 2, frozen=True).tensors(x) == (still, ())
    assert layers.Conv2d(4, 2, frozen=("bias",)).tensors(x) == ((weight, still[1]), ())
    assert layers.Conv2d(4, 2, weights=("other",)).tensors(x) == ((), ())
    parameters, buffers = layers.BatchNorm2d(frozen=True).tensors(x)
    assert [tensor.trainable for tensor in parameters] == [False, False]
    module = torch.nn.BatchNorm2d(3)
    assert [(b.name, b.shape) for b in buffers] == [(name, tuple(b.shape)) for name, b in module.named_buffers()]


NAMED = [
    (layers.Conv1d(4, 3, groups=2), (2, 9)),
    (layers.ConvTranspose2d(4, (3, 2), groups=2), (6, 9, 9)),
    (layers.Linear(4), (2, 5)),
    (layers.BatchNorm3d(), (2, 3, 3, 3)),
    (layers.InstanceNorm2d(affine=True, track_running_stats=True), (2, 3, 3)),
    (layers.GroupNorm(2), (4, 3)),
    (layers.Conv2d(4, 3, bias=False), (2, 9, 9)),
    (layers.ConvTranspose2d(4, 3, bias=False), (2, 9, 9)),
    (layers.Linear(4, bias=False), (2, 5)),
    (layers.BatchNorm2d(affine=False), (2, 3, 3)),
    (layers.BatchNorm2d(track_running_stats=False), (2, 3, 3)),
    (layers.GroupNorm(2, affine=False), (4, 3)),
    (layers.LayerNorm(elementwise_affine=False), (4, 3)),
    (layers.RMSNorm(elementwise_affine=False), (4, 3)),
    (layers.MultiheadAttention(2, bias=False), (5, 4)),
    (layers.GRU(3, 2, bidirectional=True, bias=False), (5, 4)),
    (layers.LSTM(3, 2), (5, 4)),
    (layers.LayerNorm((3, 5)), (2, 3, 5)),
    (layers.LayerNorm(bias=False), (2, 3, 5)),
    (layers.RMSNorm((3, 5)), (2, 3, 5)),
    (layers.PReLU(4), (4, 3)),
    (layers.Embedding(9, 4), (5,)),
    (layers.MultiheadAttention(2), (5, 4)),
]


@pytest.mark.parametrize(("layer", "shape"), NAMED, ids=lambda value: type(value).__name__)
def test_tensors_are_named_and_shaped_as_pytorch_s(layer, shape):
    module = torch_oracle.module(layer, shape)
    for ours, theirs in (
        (layer.parameters(shape), module.named_parameters()),
        (layer.buffers(shape), module.named_buffers()),
    ):
        assert {tensor.name: tensor.shape for tensor in ours} == {name: tuple(tensor.shape) for name, tensor in theirs}


def test_tensors_of_kinds_of_our_own():
    def names(layer, x):
        return {tensor.name: tensor.shape for tensor in (*layer.parameters(x), *layer.buffers(x))}

    assert names(layers.PositionBias(), (2, 3)) == {"bias": (2, 3)}
    assert names(layers.LayerScale(), (2, 3)) == {"gamma": (2,)}
    assert names(layers.Subsampling2d(2), (2, 4, 4)) == {"coefficient": (2,), "bias": (2,)}
    assert names(layers.Subsampling2d(2, bias=False), (2, 4, 4)) == {"coefficient": (2,)}
    assert names(layers.LearnedTensor((2, 3)), (9,)) == {"weight": (2, 3)}
    assert names(layers.ConstantTensor((2, 3), stored=True), (9,)) == {"value": (2, 3)}
    assert names(layers.ConstantTensor((2, 3)), (9,)) == {}
    held = layers.HeldTensors(held_parameters={"a": (2,)}, held_buffers={"b": (3, 4)})
    assert names(held, (9,)) == {"a": (2,), "b": (3, 4)}
    assert held.output((9,)) == (0,)
    assert names(layers.Opaque(operator="x", held_parameters={"a": (2,)}), (9,)) == {"a": (2,)}
    separable = layers.SeparableConv2d(3, out_channels=5, channel_multiplier=2)
    weights = {"depthwise.weight": (8, 1, 3, 3), "pointwise.weight": (5, 8, 1, 1), "pointwise.bias": (5,)}
    assert names(separable, (4, 6, 6)) == weights
    local = layers.LocallyConnected2d((3, 2), out_channels=5)
    assert names(local, (4, 6, 6)) == {"weight": (4, 5, 5, 4, 3, 2), "bias": (5, 4, 5)}
    table = layers.ConnectedConv2d((3, 2), table=[(0, 1), (2,)])
    assert names(table, (4, 6, 6)) == {"weight": (3, 3, 2), "bias": (2,)}
    depthwise = layers.DepthwiseConv2d((3, 2), channel_multiplier=2)
    assert names(depthwise, (4, 6, 6)) == {"weight": (8, 1, 3, 2), "bias": (8,)}


def test_a_constant_takes_sizes_from_what_it_reads():
    assert layers.ConstantTensor((0, 5, 0), axes=(2, -2)).output((3, 4)) == (4, 5, 3)
    assert layers.ConstantTensor((0, 5)).output((3, 4)) == (0, 5)


def test_an_operator_that_is_not_known_makes_what_was_recorded():
    assert layers.Opaque(operator="x", output_shape=(2, 5)).output((3,), (4,)) == (2, 5)
    assert layers.Opaque(operator="x").output((3,), (4,)) == (3,)


def test_what_is_not_known_of_an_operator_is_noted():
    def found(**fields):
        layer = layers.Opaque(operator="aten.x", **fields)
        return layer.unknown(), [(note.code, note.message) for note in layer.notes((3,))]

    start = "aten.x is an operator that cnncalc does not know: its"
    nothing = f"{start} MACs and other operations are not in the totals"
    assert found() == (("macs", "flops"), [("unknown-operator", nothing)])
    besides = f"{start} operations besides MACs are not in the totals"
    assert found(macs=0) == (("flops",), [("unknown-operator", besides)])
    assert found(free=True) == ((), [])
    assert layers.ReLU().unknown() == ()


@pytest.mark.parametrize(
    ("kind", "merges"),
    [
        (layers.Add, True),
        (layers.Concat, True),
        (layers.Subtract, False),
        (layers.Opaque, False),
        (layers.Conv2d, False),
    ],
)
def test_kinds_made_for_any_number_of_branches(kind, merges):
    assert kind.merges() == merges


def test_how_many_inputs_each_kind_takes():
    several = {kind.__name__: (kind.least_inputs, kind.most_inputs) for kind in LAYERS if kind.most_inputs != 1}
    assert several == {
        **dict.fromkeys(("Add", "Multiply", "Maximum", "Minimum", "Average", "Concat"), (2, None)),
        **dict.fromkeys(("Subtract", "Divide", "Compare", "MatMul", "Einsum", "ExpandAs", "ReshapeLike"), (2, 2)),
        **dict.fromkeys(("Crop", "IndexSelect", "PadLike"), (2, 2)),
        **dict.fromkeys(("Where", "ScaledDotProductAttention"), (3, 3)),
        "MultiheadAttention": (1, 3),
        "Upsample": (1, 2),
        "Opaque": (1, None),
    }
    assert {kind.least_inputs for kind in LAYERS if kind.most_inputs == 1} == {1}


def test_defaults_of_our_own():
    assert layers.Softmax().dim == layers.LogSoftmax().dim == layers.Concat().dim == layers.CumulativeSum().dim == 1
    assert layers.RNN(1).nonlinearity == "tanh"
    assert (layers.Mean().dim, layers.PadToMultiple(2).dims) == ((-2, -1), (-2, -1))


def test_a_layer_says_nothing_unless_its_kind_does():
    layer = Layer()
    assert (*layer.checks((3,)), *layer.parameters((3,)), *layer.buffers((3,)), *layer.notes((3,))) == ()


def test_least_read():
    """All of the inputs and the parameters, but of an embedding one vector and of windows what some window reaches."""
    assert layers.Add().least_read((2, 3), (2, 1)) == (6, 2, 0)
    assert layers.Linear(4).least_read((2, 3)) == (6, 16)
    assert layers.Embedding(9, 4).least_read((2, 3)) == (6, 4)
    assert layers.Conv2d(4, 1, stride=3).least_read((2, 7, 8)) == (2 * 3 * 3, 4 * 2 + 4)
    assert layers.MaxPool1d(2, stride=5).least_read((3, 9)) == (3 * 4, 0)
