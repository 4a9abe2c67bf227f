"""Single layers as Python writes them, in our order and in PyTorch's."""

import pytest

from cnncalc import SpecError, layers
from cnncalc.spec.torch_order import is_layer_text, read_layer

IMAGE = (3, 32, 32)


@pytest.mark.parametrize(
    ("text", "shape", "layer"),
    [
        ("Conv2d(10, 5, stride=1, padding=2)", IMAGE, layers.Conv2d(10, 5, padding=2)),
        ("Conv2d(10, (5, 3), bias=False)", IMAGE, layers.Conv2d(10, (5, 3), bias=False)),
        ("Conv2d(out_channels=10, kernel_size=[5, 3])", IMAGE, layers.Conv2d(10, (5, 3))),
        ("Conv2d(4, 6, 5)", IMAGE, layers.Conv2d(4, 6, 5)),
        ("Conv2d(3, 10, 5)", IMAGE, layers.Conv2d(10, 5, in_channels=3)),
        ("Conv2d(3, 10, kernel_size=5)", IMAGE, layers.Conv2d(10, 5, in_channels=3)),
        ("nn.Conv2d(4, 6, 5)", IMAGE, layers.Conv2d(6, 5, in_channels=4)),
        ("torch.nn.Conv2d(3, 6, 5, 2, 1)", IMAGE, layers.Conv2d(6, 5, 2, 1, in_channels=3)),
        ("Conv2d(3, 3)", IMAGE, layers.Conv2d(3, 3)),
        ("Linear(400, 120)", (400,), layers.Linear(120, in_features=400)),
        ("Linear(120)", (400,), layers.Linear(120)),
        ("Linear(120, False)", (400,), layers.Linear(120, bias=False)),
        ("BatchNorm2d(3)", IMAGE, layers.BatchNorm2d(num_features=3)),
        ("BatchNorm2d()", IMAGE, layers.BatchNorm2d()),
        ("GroupNorm(3, 3)", IMAGE, layers.GroupNorm(3, num_channels=3)),
        ("MultiheadAttention(8, 2)", (5, 8), layers.MultiheadAttention(2, embed_dim=8)),
        ("MaxPool2d(3, 2, ceil_mode=True)", IMAGE, layers.MaxPool2d(3, 2, ceil_mode=True)),
        ("nn.LPPool2d(2, 4)", IMAGE, layers.LPPool2d(4, norm_type=2)),
        ("LPPool2d(2, 4, stride=3)", IMAGE, layers.LPPool2d(4, 3, norm_type=2)),
        ("LPPool2d(2, 4)", IMAGE, layers.LPPool2d(2, 4)),
        ("ReLU()", IMAGE, layers.ReLU()),
        (" Flatten( start_dim=-3 ) ", IMAGE, layers.Flatten(start_dim=-3)),
    ],
)
def test_layers(text, shape, layer):
    assert is_layer_text(text)
    assert read_layer(text, shape).layer == layer


def test_it_is_said_where_pytorchs_order_was_read():
    assert read_layer("Conv2d(3, 10, 5)", IMAGE).in_torch_order
    assert not read_layer("Conv2d(10, 5)", IMAGE).in_torch_order
    assert not read_layer("LPPool2d(3, 4)", IMAGE).in_torch_order


@pytest.mark.parametrize(
    "text",
    [
        "Conv2D(10, 5)",
        "Conv2d(10, kernel=5)",
        "Conv2d(10, 5, out_channels=3)",
        "Conv2d(10, 5, 1, 2, 1, 1, True, 3, 4)",
        "Conv2d(10, __import__('os').system('true'))",
        "nn.Conv2d(3, [5 for _ in range(2)], 1)",
        "Conv2d(*[10, 5])",
        "Conv2d(10, 5",
        "Conv2d(10, 5) + 1",
        "Conv2d(10, 0)",
        "Conv2d(10)",
        "Conv2d(10, 9**9**9)",
        "os.system('true')",
        "nn.Sequential()",
        "Conv2d(" + "(" * 400 + ")" * 400 + ")",
        "Conv2d(10, 5, " + "1" * 9000 + ")",
    ],
)
def test_what_is_wrong_gets_one_sentence(text):
    with pytest.raises(SpecError) as raised:
        read_layer(text, IMAGE)
    assert len(str(raised.value).splitlines()) == 1
    assert len(str(raised.value)) < 1500


@pytest.mark.parametrize(
    "text", ["alexnet", "specs/alexnet.json", "net.py:make(width=32)", "-", "Conv2d", "net (1).json"]
)
def test_names_and_files_are_no_layers(text):
    assert not is_layer_text(text)
