"""Layers on sizes and hyper-parameters that are arrays, as a sweep has them, against each point by itself; and on
numbers that remember their working, which is to be in a textbook's order.
"""

import numpy
import pytest
from layers.examples import EXAMPLES

from cnncalc import layers
from cnncalc.arithmetic import single
from cnncalc.arithmetic.recording import Recorded

POINTS = 3


def at(number, point):
    """An array's number at one point; lists and shapes part by part."""
    if isinstance(number, numpy.ndarray):
        return number[point].item()
    return tuple(at(part, point) for part in number) if isinstance(number, tuple) else number


def said(layer, *inputs):
    """Whether its conditions hold, and what follows from the shapes."""
    for check in layer.checks(*inputs):
        if not numpy.all(check.holds):
            return None
    output = layer.output(*inputs)
    work = layer.operations(*inputs, output=output)
    tensors = [(tensor.name, tensor.shape) for tensor in (*layer.parameters(*inputs), *layer.buffers(*inputs))]
    costs = tuple(getattr(work, name) for name in work.__struct_fields__)
    return tuple(output), tuple(tensors), costs, layer.least_read(*inputs)


DECIDED = [case for case in EXAMPLES if not isinstance(case[0], layers.Squeeze)]
"""Where the axes of the output depend on the sizes, a sweep tells its points apart first."""


@pytest.mark.parametrize("case", DECIDED, ids=lambda case: type(case[0]).__name__)
def test_sizes_that_are_arrays(case):
    layer, *inputs = case
    many = [tuple(numpy.array([size] * POINTS) for size in x) for x in inputs]
    found = said(layer, *many)
    assert all(at(found, point) == said(layer, *inputs) for point in range(POINTS))


SWEPT = [
    (layers.Conv2d(6, numpy.array([1, 3, 5]), padding=(numpy.array([0, 1, 2]), 1)), (4, 9, 8)),
    (layers.Conv2d(numpy.array([2, 4, 6]), 3, groups=2, stride=numpy.array([1, 2, 3])), (4, numpy.array([7, 8, 9]), 8)),
    (layers.Conv1d(4, 3, dilation=numpy.array([1, 2, 3])), (numpy.array([1, 2, 3]), 9)),
    (layers.ConvTranspose2d(6, numpy.array([1, 3, 5]), stride=numpy.array([1, 2, 3])), (4, 9, 8)),
    (layers.MaxPool2d(numpy.array([1, 2, 3]), ceil_mode=True), (4, 9, numpy.array([8, 9, 10]))),
    (layers.AvgPool2d(3, stride=numpy.array([1, 2, 3]), padding=1), (4, 9, 8)),
    (layers.Linear(numpy.array([1, 2, 3])), (4, 9)),
    (layers.BatchNorm2d(), (numpy.array([1, 2, 3]), 4, 4)),
    (layers.GroupNorm(2), (numpy.array([2, 4, 6]), 4, 4)),
    (layers.ZeroPad2d(numpy.array([-1, 0, 2])), (2, 4, 5)),
    (layers.PadToMultiple(4), (2, numpy.array([3, 4, 5]), 5)),
    (layers.SamePad(3, numpy.array([1, 2, 3])), (2, 7, 8)),
    (layers.Upsample(scale_factor=2.0, mode="bilinear"), (2, numpy.array([3, 4, 5]), 5)),
    (layers.AdaptiveAvgPool2d(3), (2, numpy.array([3, 4, 5]), 5)),
    (layers.Slice(-2, None, dim=2), (2, numpy.array([1, 4, 5]))),
    (layers.Chunk(3, 1, dim=2), (2, numpy.array([4, 5, 6]))),
    (layers.Einsum("ab,bc->ac"), (2, numpy.array([1, 4, 5])), (numpy.array([1, 4, 5]), 3)),
    (layers.MatMul(), (2, numpy.array([1, 4, 5])), (numpy.array([1, 4, 5]), 3)),
    (layers.Add(), (2, numpy.array([1, 4, 5])), (2, 1)),
]


@pytest.mark.parametrize("case", SWEPT, ids=lambda case: type(case[0]).__name__)
def test_hyper_parameters_that_are_arrays(case):
    layer, *inputs = case
    found = said(layer, *inputs)
    for point in range(POINTS):
        fields = {name: at(getattr(layer, name), point) for name in layer.__struct_fields__}
        assert at(found, point) == said(type(layer)(**fields), *at(tuple(inputs), point))


def test_windows_of_arrays_are_read_as_they_are():
    (slide,) = layers.MaxPool1d(numpy.array([1, 2, 3])).slides()
    assert slide.kernel.tolist() == slide.stride.tolist() == [1, 2, 3]
    (slide,) = layers.Conv1d(1, numpy.array([1, 2, 3])).slides()
    assert (slide.kernel.tolist(), single(slide.stride)) == ([1, 2, 3], 1)


def named(text):
    """``"Cin=4 H=9"``: numbers under their names."""
    return tuple(Recorded(int(number), name) for name, _, number in (part.partition("=") for part in text.split()))


X = named("Cin=4 H=9 W=8")
K, S, P, N, G, R = named("K=3 S=2 P=1 N=6 G=2 r=2")
WORKINGS = [
    (layers.Conv2d(N, K, padding=P, groups=G), X, "mac", "(H - K + 2*P + 1)*(W - K + 2*P + 1)*N*(Cin//G)*K*K"),
    (layers.ConvTranspose2d(N, K, groups=G), X, "mac", "H*W*Cin*(N//G)*K*K"),
    (layers.Linear(N), named("L=5 E=7"), "mac", "L*N*E"),
    (layers.DepthwiseConv2d(1, channel_multiplier=R), X, "mac", "H*W*Cin*r"),
    (layers.SeparableConv2d(1, out_channels=N), X, "mac", "H*W*Cin + H*W*N*Cin"),
    (layers.LocallyConnected2d(1, out_channels=N), X, "mac", "H*W*N*Cin"),
    (layers.ConnectedConv2d(K, table=((0, 1), (2,))), X, "mac", "(H - K + 1)*(W - K + 1)*3*K*K"),
    (layers.AdaptiveMaxPool2d(R), X, "compare", "Cin*(H + r - gcd(H, r))*(W + r - gcd(W, r)) - Cin*r*r"),
    (layers.LSTM(N, input_size=3), named("L=5 E=3"), "mac", "L*(4*N*E + 4*N*N)"),
    (layers.MaxPool2d(K, stride=1), X, "compare", "(K*K - 1)*Cin*(H - K + 1)*(W - K + 1)"),
]


@pytest.mark.parametrize(("layer", "x", "operation", "working"), WORKINGS, ids=lambda case: type(case).__name__)
def test_workings_are_in_a_textbook_s_order(layer, x, operation, working):
    """Positions first, then the weight as PyTorch has it: filters, channels of a group, kernel."""
    work = getattr(layer.operations(x, output=layer.output(x)), operation)
    assert work.symbols() == working


@pytest.mark.parametrize(
    ("layer", "x", "sizes"),
    [
        (layers.ZeroPad2d((1, 2, 3, 4)), X, ["Cin", "H + 3 + 4", "W + 1 + 2"]),
        (layers.PixelShuffle(R), X, ["Cin//(r*r)", "H*r", "W*r"]),
        (layers.PixelUnshuffle(R), X, ["Cin*r*r", "H//r", "W//r"]),
        (layers.Maxout(R), X, ["Cin//r", "H", "W"]),
        (layers.GLU(1), X, ["Cin//2", "H", "W"]),
        (layers.RepeatInterleave(R), X, ["Cin*r", "H", "W"]),
        (layers.Tile((R, 1, R)), X, ["Cin*r", "H", "W*r"]),
        (layers.Flatten(), X, ["Cin*H*W"]),
        (layers.Unflatten(1, (R, -1)), X, ["r", "Cin//r", "H", "W"]),
        (layers.Reshape((R, -1)), X, ["r", "Cin*H*W//r"]),
        (layers.Unfold(K), X, ["Cin*K*K", "(H - K + 1)*(W - K + 1)"]),
        (layers.Fold(5, R), named("Crr=12 L=16"), ["Crr//(r*r)", "5", "5"]),
        (layers.MaxUnpool2d(R), X, ["Cin", "(H - 1)*r + r", "(W - 1)*r + r"]),
    ],
    ids=lambda case: type(case).__name__,
)
def test_sizes_are_worked_out_as_the_documentation_has_them(layer, x, sizes):
    assert [getattr(size, "symbols", lambda size=size: str(size))() for size in layer.output(x)] == sizes


def test_products_of_attention_are_worked_out_in_its_order():
    """Queries by keys, by the width of both products."""
    q, k, v = named("L=5 E=3"), named("S=4 E=3"), named("S=4 V=2")
    layer = layers.ScaledDotProductAttention()
    assert layer.operations(q, k, v, output=layer.output(q, k, v)).mac.symbols() == "L*S*(E + V)"
    x = named("L=5 E=6")
    work = layers.MultiheadAttention(Recorded(2, "h"), bias=False).operations(x, output=x)
    assert work.mac.symbols() == "(2*L + L + L)*E*E + h*L*L*(E//h + E//h)"
    a, b = named("h=2 L=5 E=3"), named("h=2 E=3 M=4")
    assert layers.MatMul().operations(a, b, output=layers.MatMul().output(a, b)).mac.symbols() == "h*L*M*E"


def test_what_is_left_open_is_worked_out_of_both_inputs():
    like = named("D=2 E=5")
    assert [size.symbols() for size in layers.ReshapeLike((0, -1), (1,)).output(X, like)] == ["D", "Cin*H*W//D"]
