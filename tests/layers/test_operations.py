"""The operations of each kind: the formula worked out on numbers that count, which give PyTorch's values."""

import math
from functools import reduce
from itertools import product as places
from math import prod

import pytest
import torch
import torch_oracle
from cases import as_list
from counting import Counted, counted, product, total
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import convolutions, fits, images, others, transposed_convolutions, without_torch
from torch import nn

from cnncalc import layers
from cnncalc.layers.base import Operations, elements

FEW = (-2.5, -1.0, -0.3, 0.2, 0.7, 3.5)


def operations(done):
    return Operations(**done)


def numbers(values):
    return [Counted(value) for value in values]


def erf(x):
    return x.by(math.erf)


def softplus(x):
    return (1 + x.exp()).log()


ACTIVATIONS = [
    (layers.Identity(), nn.Identity(), lambda x: x),
    (layers.Dropout(), nn.Dropout().eval(), lambda x: x),
    (layers.StochasticDepth(), nn.Identity(), lambda x: x),
    (layers.ReLU(), nn.ReLU(), lambda x: x.relu()),
    (layers.ReLU6(), nn.ReLU6(), lambda x: x.larger(0).smaller(6)),
    (layers.LeakyReLU(0.2), nn.LeakyReLU(0.2), lambda x: x.above(0, x, 0.2 * x)),
    (layers.PReLU(), nn.PReLU(), lambda x: x.above(0, x, 0.25 * x)),
    (layers.Sigmoid(), nn.Sigmoid(), lambda x: x.sigmoid()),
    (layers.Tanh(), nn.Tanh(), lambda x: x.tanh()),
    (layers.ELU(), nn.ELU(), lambda x: x.above(0, x, 1.0 * (x.exp() - 1))),
    (layers.GELU(), nn.GELU(), lambda x: x * 0.5 * (1 + erf(x * math.sqrt(0.5)))),
    (layers.SiLU(), nn.SiLU(), lambda x: x / (1 + (-x).exp())),
    (layers.Hardsigmoid(), nn.Hardsigmoid(), lambda x: (x + 3).larger(0).smaller(6) / 6),
    (layers.Hardswish(), nn.Hardswish(), lambda x: x * (x + 3).larger(0).smaller(6) / 6),
    (layers.Softplus(2.0), nn.Softplus(2.0), lambda x: softplus(2.0 * x) / 2.0),
    (layers.Mish(), nn.Mish(), lambda x: x * softplus(x).tanh()),
    (layers.SELU(), nn.SELU(), lambda x: 1.0507009873554805 * x.above(0, x, 1.6732632423543772 * (x.exp() - 1))),
    (layers.CELU(2.0), nn.CELU(2.0), lambda x: x.above(0, x, 2.0 * ((x / 2.0).exp() - 1))),
    (layers.Softsign(), nn.Softsign(), lambda x: x / (1 + x.above(0, x, -x))),
    (layers.LogSigmoid(), nn.LogSigmoid(), lambda x: -(1 + (-x).exp()).log()),
    (layers.Hardtanh(), nn.Hardtanh(), lambda x: x.larger(-1).smaller(1)),
    (layers.Scale(2.5), lambda x: x * 2.5, lambda x: x * 2.5),
    (layers.Shift(2.5), lambda x: x + 2.5, lambda x: x + 2.5),
    (layers.Power(2.0), lambda x: x**2, lambda x: x * x),
    (layers.Power(3.0), lambda x: x**3, lambda x: x.by(lambda value: value**3)),
    (layers.Clamp(), lambda x: x, lambda x: x),
    (layers.Clamp(min=0.0), lambda x: x.clamp(0), lambda x: x.larger(0)),
    (layers.Clamp(max=1.0), lambda x: x.clamp(max=1), lambda x: x.smaller(1)),
    (layers.Clamp(min=0.0, max=1.0), lambda x: x.clamp(0, 1), lambda x: x.larger(0).smaller(1)),
    (layers.LayerScale(), lambda x: x * 1.5, lambda x: 1.5 * x),
    (layers.PositionBias(), lambda x: x + 1.5, lambda x: x + 1.5),
]


@pytest.mark.parametrize(("layer", "torch_s", "formula"), ACTIVATIONS, ids=lambda case: type(case).__name__)
def test_functions_of_each_element(layer, torch_s, formula):
    found, done = counted(lambda: [formula(x) for x in numbers(FEW)])
    with torch.no_grad():
        torch.testing.assert_close(torch.tensor([x.value for x in found]), torch_s(torch.tensor(FEW)))
    assert layer.operations((1, len(FEW)), output=(1, len(FEW))) == operations(done)


TRANSCENDENTAL = ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "sin", "cos", "tan", "sinh", "cosh")
TRANSCENDENTAL += ("asin", "acos", "atan", "erf", "erfinv", "exp2")
COMPARISONS = ("abs", "sign", "floor", "ceil", "round", "trunc", "frac", "logical_not", "isnan", "isfinite", "compare")


@pytest.mark.parametrize(
    ("names", "one"),
    [
        (TRANSCENDENTAL, Operations(exp=1)),
        (COMPARISONS, Operations(compare=1)),
        (("reciprocal",), Operations(div=1)),
        (("square",), Operations(mul=1)),
        (("neg",), Operations()),
    ],
)
def test_functions_by_name(names, one):
    for name in names:
        assert layers.Function(name).operations((2, 3), output=(2, 3)) == one.times(6), name


def sliding(values, kernel, stride, size):
    """The windows of a map that is written row by row, each as a list."""
    height, width = size
    for top in range(0, height - kernel[0] + 1, stride[0]):
        for left in range(0, width - kernel[1] + 1, stride[1]):
            yield [values[(top + i) * width + left + j] for i in range(kernel[0]) for j in range(kernel[1])]


def largest(values):
    return reduce(lambda one, other: one.larger(other), values)


def mean(values):
    return total(values) / len(values)


@pytest.mark.parametrize(
    ("layer", "torch_s", "of_window"),
    [
        (layers.MaxPool2d((2, 3), stride=1), nn.MaxPool2d((2, 3), 1), largest),
        (layers.AvgPool2d((2, 3), stride=1), nn.AvgPool2d((2, 3), 1), mean),
        (
            layers.LPPool2d((2, 3), stride=1),
            nn.LPPool2d(2, (2, 3), 1),
            lambda window: total([x.by(lambda value: value**2) for x in window]).root(),
        ),
        (
            layers.Subsampling2d((2, 3), stride=1),
            lambda x: nn.functional.avg_pool2d(x, (2, 3), 1, divisor_override=1) * 0.5 + 2,
            lambda window: 0.5 * total(window) + 2,
        ),
        (
            layers.Subsampling2d((2, 3), stride=1, bias=False),
            lambda x: nn.functional.avg_pool2d(x, (2, 3), 1, divisor_override=1) * 0.5,
            lambda window: 0.5 * total(window),
        ),
    ],
    ids=lambda case: type(case).__name__,
)
def test_pools_window_by_window(layer, torch_s, of_window):
    x = torch.rand(1, 1, 4, 5)
    found, done = counted(lambda: [of_window(w) for w in sliding(numbers(x.flatten()), (2, 3), (1, 1), (4, 5))])
    expected = torch_s(x)
    torch.testing.assert_close(torch.tensor([x.value for x in found]), expected.flatten())
    assert layer.operations((1, 4, 5), output=tuple(expected.shape[1:])) == operations(done)
    assert layer.operations((3, 4, 5), output=(3, *expected.shape[2:])) == operations(done).times(3)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(("kind", "of_window"), [("AdaptiveAvgPool", mean), ("AdaptiveMaxPool", largest)])
def test_adaptive_pools_window_by_window(rank, kind, of_window):
    size, target = (7, 4, 3)[:rank], (3, 3, 2)[:rank]
    x = torch.rand(2, *size)
    placed = dict(zip(places(range(2), *map(range, size)), numbers(x.flatten()), strict=True))
    bins = [[range(i * n // m, -(-(i + 1) * n // m)) for i in range(m)] for n, m in zip(size, target, strict=True)]

    def work():
        return [
            of_window([placed[(channel, *place)] for place in places(*window)])
            for channel in range(2)
            for window in places(*bins)
        ]

    found, done = counted(work)
    expected = getattr(nn, f"{kind}{rank}d")(target if rank > 1 else target[0])(x)
    torch.testing.assert_close(torch.tensor([x.value for x in found]), expected.flatten())
    layer = getattr(layers, f"{kind}{rank}d")(target)
    assert layer.operations((2, *size), output=(2, *target)) == operations(done)


def normalised(values, eps, scale=None, shift=None):
    """By their own mean and variance, the differences worked out once."""
    middle = mean(values)
    apart = [x - middle for x in values]
    factor = 1 / (mean([x * x for x in apart]) + eps).root()
    scaled = [x * factor for x in apart]
    if scale is not None:
        scaled = [x * scale for x in scaled]
    return [x + shift for x in scaled] if shift is not None else scaled


def by_square(values, eps, scale=None):
    factor = 1 / (mean([x * x for x in values]) + eps).root()
    return [x * factor * scale if scale is not None else x * factor for x in values]


@pytest.mark.parametrize(
    ("layer", "together", "torch_s", "of_group"),
    [
        (layers.BatchNorm2d(track_running_stats=False), 6, nn.BatchNorm2d, lambda v: normalised(v, 1e-5, 1, 0)),
        (layers.BatchNorm2d(affine=False, track_running_stats=False), 6, nn.BatchNorm2d, lambda v: normalised(v, 1e-5)),
        (layers.BatchNorm2d(), 6, nn.BatchNorm2d, lambda v: [x * (1 + 1e-5) ** -0.5 + 0 for x in v]),
        (layers.BatchNorm2d(affine=False), 6, nn.BatchNorm2d, lambda v: [x * (1 + 1e-5) ** -0.5 + 0 for x in v]),
        (layers.InstanceNorm2d(), 6, nn.InstanceNorm2d, lambda v: normalised(v, 1e-5)),
        (layers.InstanceNorm2d(affine=True), 6, nn.InstanceNorm2d, lambda v: normalised(v, 1e-5, 1, 0)),
        (layers.GroupNorm(2), 12, nn.GroupNorm, lambda v: normalised(v, 1e-5, 1, 0)),
        (layers.GroupNorm(4, affine=False), 6, nn.GroupNorm, lambda v: normalised(v, 1e-5)),
        (layers.LayerNorm(), 3, nn.LayerNorm, lambda v: normalised(v, 1e-5, 1, 0)),
        (layers.LayerNorm((2, 3)), 6, nn.LayerNorm, lambda v: normalised(v, 1e-5, 1, 0)),
        (layers.LayerNorm((4, 2, 3), bias=False), 24, nn.LayerNorm, lambda v: normalised(v, 1e-5, 1)),
        (layers.LayerNorm(elementwise_affine=False), 3, nn.LayerNorm, lambda v: normalised(v, 1e-5)),
        (layers.RMSNorm(), 3, nn.RMSNorm, lambda v: by_square(v, 1.1920929e-07, 1)),
        (layers.RMSNorm((2, 3), elementwise_affine=False), 6, nn.RMSNorm, lambda v: by_square(v, 1.1920929e-07)),
    ],
    ids=lambda value: None if callable(value) else str(value),
)
def test_norms_group_by_group(layer, together, torch_s, of_group):
    x = torch.rand(1, 4, 2, 3)
    values = numbers(x.flatten())
    groups = [values[start : start + together] for start in range(0, 24, together)]
    found, done = counted(lambda: [y for group in groups for y in of_group(group)])
    module = torch_oracle.module(layer, (4, 2, 3)).to_empty(device="cpu")
    module.reset_parameters()
    with torch.no_grad():
        torch.testing.assert_close(torch.tensor([x.value for x in found]), module(x).flatten())
    assert isinstance(module, torch_s)
    assert layer.operations((4, 2, 3), output=(4, 2, 3)) == operations(done)


@pytest.mark.parametrize("size", [1, 3, 4])
def test_a_response_norm_channel_by_channel(size):
    x = torch.rand(1, 6, 2)
    zero = [Counted(0)] * size

    def work():
        for position in range(2):
            column = numbers(x[0, :, position])
            squares = [*zero[: size // 2], *(y * y for y in column), *zero[: size - 1 - size // 2]]
            for channel, y in enumerate(column):
                middle = mean(squares[channel : channel + size])
                yield y / (2.0 + 1e-4 * middle).by(lambda value: value**0.75)

    found, done = counted(lambda: list(work()))
    expected = nn.LocalResponseNorm(size, k=2.0)(x)[0].T.flatten()
    torch.testing.assert_close(torch.tensor([y.value for y in found]), expected)
    assert layers.LocalResponseNorm(size, k=2.0).operations((6, 2), output=(6, 2)) == operations(done)


def variance(values):
    middle = mean(values)
    return mean([y * y for y in (x - middle for x in values)])


def exponentials(values):
    return total([x.exp() for x in values])


@pytest.mark.parametrize(
    ("layer", "torch_s", "of_row"),
    [
        (layers.Mean(2), lambda x: x.mean(2), mean),
        (layers.Sum(2), lambda x: x.sum(2), total),
        (layers.Max(2), lambda x: x.amax(2), largest),
        (layers.Min(2), lambda x: x.amin(2), lambda v: reduce(lambda one, other: one.smaller(other), v)),
        (layers.Product(2), lambda x: x.prod(2), lambda v: reduce(lambda one, other: one * other, v)),
        (layers.Variance(2), lambda x: x.var(2, correction=0), variance),
        (layers.StandardDeviation(2), lambda x: x.std(2, correction=0), lambda v: variance(v).root()),
        (layers.Norm(2), lambda x: torch.linalg.vector_norm(x, dim=2), lambda v: total([x * x for x in v]).root()),
        (layers.LogSumExp(2), lambda x: x.logsumexp(2), lambda v: exponentials(v).log()),
    ],
    ids=lambda case: type(case).__name__,
)
def test_reductions_row_by_row(layer, torch_s, of_row):
    x = torch.rand(1, 3, 5)
    found, done = counted(lambda: [of_row(numbers(row)) for row in x[0]])
    torch.testing.assert_close(torch.tensor([y.value for y in found]), torch_s(x).flatten())
    assert layer.operations((3, 5), output=(3,)) == operations(done)
    # every other axis as well, kept or not
    whole = type(layer)((-2, -1), keepdim=True)
    _, done = counted(lambda: of_row(numbers(x.flatten())))
    assert whole.operations((3, 5), output=(1, 1)) == operations(done)


def test_the_place_of_the_largest_is_found_by_comparing():
    assert layers.ArgMax(2).operations((3, 5), output=(3,)) == Operations(compare=3 * 4)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_functions_of_a_row(axis):
    """Softmax, its logarithm and running sums along an axis."""
    x = torch.rand(1, 3, 5)
    lines = x[0].unbind(1) if axis == 1 else x[0].unbind(0)

    def softmax(row):
        powers = [y.exp() for y in row]
        whole = total(powers)
        return [y / whole for y in powers]

    def log_softmax(row):
        logarithm = exponentials(row).log()
        return [y - logarithm for y in row]

    def running(row):
        found = row[:1]
        for y in row[1:]:
            found.append(found[-1] + y)
        return found

    for layer, torch_s, of_row in (
        (layers.Softmax(axis), x.softmax(axis), softmax),
        (layers.LogSoftmax(axis), x.log_softmax(axis), log_softmax),
        (layers.CumulativeSum(axis), x.cumsum(axis), running),
    ):
        found, done = counted(lambda of_row=of_row: [of_row(numbers(line)) for line in lines])
        values = torch.tensor([[y.value for y in row] for row in found])
        torch.testing.assert_close(values.T if axis == 1 else values, torch_s[0])
        assert layer.operations((3, 5), output=(3, 5)) == operations(done)


def test_the_halves_of_a_gated_unit():
    x = torch.rand(1, 6, 2)
    found, done = counted(
        lambda: [Counted(a) * Counted(b).sigmoid() for a, b in zip(x[0, :3].flatten(), x[0, 3:].flatten(), strict=True)]
    )
    torch.testing.assert_close(torch.tensor([y.value for y in found]), nn.GLU(1)(x).flatten())
    assert layers.GLU(1).operations((6, 2), output=(3, 2)) == operations(done)


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize(
    ("layer", "combined"),
    [
        (layers.Add(), total),
        (layers.Subtract(), lambda v: reduce(lambda one, other: one - other, v)),
        (layers.Multiply(), lambda v: reduce(lambda one, other: one * other, v)),
        (layers.Divide(), lambda v: reduce(lambda one, other: one / other, v)),
        (layers.Maximum(), largest),
        (layers.Minimum(), lambda v: reduce(lambda one, other: one.smaller(other), v)),
        (layers.Average(), mean),
        (layers.Compare(), lambda v: v[0].above(v[1], 1, 0)),
        (layers.Where(), lambda v: v[0].above(0, v[1], v[2])),
    ],
    ids=lambda case: type(case).__name__,
)
def test_merges_element_by_element(layer, combined, count):
    if not layer.least_inputs <= count <= (layer.most_inputs or count):
        return
    tensors = [torch.rand(1, 2, 3) + 0.5 for _ in range(count)]
    found, done = counted(lambda: [combined(numbers(row)) for row in torch.stack(tensors).flatten(1).T])
    expected = torch_oracle.module(layer, *[(2, 3)] * count)(*tensors)
    torch.testing.assert_close(torch.tensor([y.value for y in found]), expected.flatten())
    shapes = [(2, 3)] * (count - 1) + [(1, 3)]
    assert layer.operations(*shapes, output=(2, 3)) == operations(done)


@pytest.mark.parametrize(
    ("equation", "sizes"),
    [
        ("ab,bc->ac", {"a": 2, "b": 3, "c": 4}),
        ("ab,ab->", {"a": 2, "b": 3}),
        ("a,b->ab", {"a": 2, "b": 3}),
        ("a,a->a", {"a": 3}),
        ("abc,cd->d", {"a": 2, "b": 3, "c": 4, "d": 2}),
        ("ab,bcd->b", {"a": 2, "b": 3, "c": 4, "d": 2}),
        ("ab,bc->ac", {"a": 2, "b": 1, "c": 4}),
        ("abc,abd->cd", {"a": 2, "b": 3, "c": 4, "d": 5}),
        ("ab,c->", {"a": 2, "b": 3, "c": 4}),
    ],
)
def test_sums_of_products(equation, sizes):
    """What one input alone is summed over first; then a multiply-accumulate each, or a product with nothing to sum."""
    (first, second), output = equation.split("->")[0].split(","), equation.split("->")[1]
    tensors = [torch.rand([sizes[letter] for letter in letters]) for letters in (first, second)]

    def summed_alone(tensor, letters, others):
        kept = [letter for letter in letters if letter in others or letter in output]
        gone = [letter for letter in letters if letter not in kept]
        found = {}
        for place in places(*(range(sizes[letter]) for letter in kept)):
            at = dict(zip(kept, place, strict=True))
            found[place] = total(
                [
                    Counted(tensor[tuple((at | dict(zip(gone, more, strict=True)))[letter] for letter in letters)])
                    for more in places(*(range(sizes[letter]) for letter in gone))
                ]
            )
        return kept, found

    def work():
        (ours, a), (theirs, b) = summed_alone(tensors[0], first, second), summed_alone(tensors[1], second, first)
        inner = [letter for letter in ours if letter in theirs and letter not in output]
        for place in places(*(range(sizes[letter]) for letter in output)):
            at = dict(zip(output, place, strict=True))
            pairs = []
            for more in places(*(range(sizes[letter]) for letter in inner)):
                whole = at | dict(zip(inner, more, strict=True))
                pairs.append((a[tuple(whole[x] for x in ours)], b[tuple(whole[x] for x in theirs)]))
            yield pairs[0][0] * pairs[0][1] if len(pairs) == 1 else product(*zip(*pairs, strict=True), Counted(0))

    found, done = counted(lambda: list(work()))
    torch.testing.assert_close(torch.tensor([y.value for y in found]), torch.einsum(equation, *tensors).flatten())
    shapes = [tuple(tensor.shape) for tensor in tensors]
    layer = layers.Einsum(equation)
    assert layer.operations(*shapes, output=layer.output(*shapes)) == operations(done)


def attended(queries, keys, values):
    """Each row of queries with all keys, weighed and summed."""
    factor = 1 / math.sqrt(len(keys[0]))
    for query in queries:
        scores = [(product(key, query, Counted(0)) * factor).exp() for key in keys]
        whole = total(scores)
        weights = [score / whole for score in scores]
        for column in zip(*values, strict=True):
            yield product(column, weights, Counted(0))


def rows(tensor):
    return [numbers(row) for row in tensor]


@pytest.mark.parametrize("heads", [1, 3])
def test_attention_score_by_score(heads):
    q, k, v = torch.rand(heads, 2, 4), torch.rand(heads, 5, 4), torch.rand(heads, 5, 3)
    found, done = counted(lambda: [y for parts in zip(q, k, v, strict=True) for y in attended(*map(rows, parts))])
    expected = nn.functional.scaled_dot_product_attention(q, k, v)
    torch.testing.assert_close(torch.tensor([y.value for y in found]), expected.flatten())
    layer = layers.ScaledDotProductAttention()
    shapes = [tuple(x.shape) for x in (q, k, v)]
    assert layer.operations(*shapes, output=tuple(expected.shape)) == operations(done)


@pytest.mark.parametrize("bias", [True, False])
def test_attention_of_several_heads_is_linear_layers_and_attention(bias):
    """Two heads of a width of 6: three projections in, one out, and each head on 3 of the columns."""
    layer, one = layers.MultiheadAttention(2, bias=bias), layers.Linear(6, bias=bias)
    q, kv = (3, 6), (5, 6)
    head = layers.ScaledDotProductAttention().operations((2, 3, 3), (2, 5, 3), (2, 5, 3), output=(2, 3, 3))
    parts = [one.operations(x, output=x) for x in (q, kv, kv, q)]
    assert layer.operations(q, kv, kv, output=q) == sum(parts, head)
    own = layers.ScaledDotProductAttention().operations(*[(2, 3, 3)] * 3, output=(2, 3, 3))
    assert layer.operations(q, output=q) == sum([one.operations(q, output=q)] * 4, own)
    names = {name: tuple(x.shape) for name, x in nn.MultiheadAttention(6, 2, bias=bias).named_parameters()}
    assert {x.name: x.shape for x in layer.parameters(q)} == names


@pytest.mark.parametrize(
    ("mode", "rank"),
    [("nearest", 2), ("nearest-exact", 1), ("linear", 1), ("bilinear", 2), ("trilinear", 3), ("bicubic", 2)],
)
def test_neighbours_that_an_element_is_made_of(mode, rank):
    """A product for each neighbour, as many as PyTorch's gradient has, and an addition for each but the first."""
    x = torch.rand(1, 1, *[6] * rank, requires_grad=True)
    output = nn.functional.interpolate(x, scale_factor=1.5, mode=mode)
    (gradient,) = torch.autograd.grad(output[(0, 0, *[4] * rank)], x)
    neighbours, count = int((gradient != 0).sum()), output.numel()
    expected = Operations(mul=neighbours * count, add=(neighbours - 1) * count) if neighbours > 1 else Operations()
    layer = layers.Upsample(scale_factor=1.5, mode=mode)
    assert layer.operations((1, *[6] * rank), output=tuple(output.shape[1:])) == expected


def test_columns_are_added_to_the_image():
    """An addition for each element of a column, onto zeros."""
    assert layers.Fold(4, 2).operations((8, 9), output=(2, 4, 4)) == Operations(add=8 * 9)


BIASED = (
    *(layers.Conv1d, layers.Conv2d, layers.Conv3d, layers.ConvTranspose1d, layers.ConvTranspose2d),
    *(layers.ConvTranspose3d, layers.DepthwiseConv2d, layers.SeparableConv2d, layers.LocallyConnected2d),
    *(layers.ConnectedConv2d, layers.Linear),
)


@settings(max_examples=150)
@given(st.one_of(convolutions(), transposed_convolutions(), images(), others(), without_torch()))
def test_a_bias_is_an_addition_for_each_element(case):
    layer, x = case[0], *as_list(case[1])
    assume(isinstance(layer, BIASED) and fits(layer, x))
    figures = torch_oracle.run(layer, x)
    expected = Operations(mac=figures.macs, add=prod(figures.output) if layer.bias else 0)
    assert layer.operations(x, output=figures.output) == expected


WITH_BIAS = [
    *((getattr(layers, f"Conv{n}d"), {"out_channels": 3, "kernel_size": 2}, (2, *range(3, 3 + n))) for n in (1, 2, 3)),
    *(
        (getattr(layers, f"ConvTranspose{n}d"), {"out_channels": 3, "kernel_size": 2}, (2, *range(3, 3 + n)))
        for n in (1, 2)
    ),
    (layers.DepthwiseConv2d, {"kernel_size": 2, "channel_multiplier": 3}, (2, 3, 4)),
    (layers.SeparableConv2d, {"kernel_size": 2, "out_channels": 3}, (2, 3, 4)),
    (layers.LocallyConnected2d, {"kernel_size": 2, "out_channels": 3}, (2, 3, 4)),
    (layers.ConnectedConv2d, {"kernel_size": 2, "table": ((0, 1), (1,))}, (2, 3, 4)),
    (layers.Linear, {"out_features": 3}, (2, 4)),
]


@pytest.mark.parametrize(("kind", "fields", "x"), WITH_BIAS)
def test_with_a_bias_and_without(kind, fields, x):
    """As many additions as elements of the output, and as many numbers more as PyTorch's bias has."""
    having, lacking = kind(**fields), kind(**fields, bias=False)
    output = having.output(x)
    work, less = having.operations(x, output=output), lacking.operations(x, output=output)
    assert (work.add, less.add, work.mac) == (prod(output), 0, less.mac)
    for layer in (having, lacking):
        assert elements(layer.parameters(x)) == torch_oracle.run(layer, x).params


FREE = [
    (layers.ZeroPad1d(1), (2, 3)),
    (layers.ReflectionPad2d(1), (2, 3, 3)),
    (layers.PadAxes((1, 1)), (2, 3)),
    (layers.SamePad(3), (2, 3)),
    (layers.PadToMultiple(4), (2, 3)),
    (layers.Flatten(), (2, 3)),
    (layers.Slice(1), (2, 3)),
    (layers.Windows(2, 2, 1), (2, 3)),
    (layers.Unfold(2), (1, 3, 3)),
    (layers.PixelShuffle(2), (4, 3, 3)),
    (layers.PixelUnshuffle(3), (4, 3, 3)),
    (layers.ChannelShuffle(2), (4, 3)),
    (layers.MaxUnpool1d(2), (4, 3)),
    (layers.Embedding(5, 3), (4,)),
    (layers.LearnedTensor((3,)), (4,)),
    (layers.ConstantTensor((3,)), (4,)),
    (layers.HeldTensors(), (4,)),
    (layers.Opaque(operator="theirs"), (4,)),
]


@pytest.mark.parametrize(("layer", "shape"), FREE, ids=lambda case: type(case).__name__)
def test_what_moves_or_holds_elements_costs_nothing(layer, shape):
    assert layer.operations(shape, output=layer.output(shape)) == Operations()


def test_what_is_put_beside_each_other_costs_nothing():
    assert layers.Concat().operations((2, 3), (4, 3), output=(6, 3)) == Operations()
    assert layers.PadLike().operations((2, 3), (4, 5), output=(2, 5)) == Operations()


def test_macs_that_were_counted_for_an_unknown_operator():
    assert layers.Opaque(operator="theirs", macs=7).operations((4,), output=(4,)) == Operations(mac=7)


def test_maxout_compares_all_but_the_first_of_its_pieces():
    x = torch.rand(1, 6, 2)
    found, done = counted(lambda: [largest(numbers(x[0, c : c + 3, p])) for c in (0, 3) for p in range(2)])
    torch.testing.assert_close(torch.tensor([y.value for y in found]), x.unflatten(1, (2, 3)).amax(2).flatten())
    assert layers.Maxout(3).operations((6, 2), output=(2, 2)) == operations(done)


def test_operations_are_added_and_repeated_class_by_class():
    one, other = Operations(1, 2, 3, 4, 5, 6), Operations(10, 20, 30, 40, 50, 60)
    assert one + other == Operations(11, 22, 33, 44, 55, 66)
    assert one.times(3) == Operations(3, 6, 9, 12, 15, 18)
