"""Layers that PyTorch has not, counted connection by connection."""

import itertools

import pytest

from cnncalc import Network, analyze, layers


def row(layer, *shape):
    (found,) = analyze(Network(input=shape, layers=[layer])).layers
    return found


def positions(size, kernel, stride, padding):
    return range(-padding, size + padding - kernel + 1, stride)


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 0), (2, 2, 0), (3, 2, 1), (1, 1, 0), (5, 3, 2)])
def test_locally_connected(kernel, stride, padding):
    """Every tap at every position is a weight of its own, and every output element has a bias."""
    channels, height, width, maps = 2, 7, 9, 3
    weights = set()
    macs = 0
    tops, lefts = positions(height, kernel, stride, padding), positions(width, kernel, stride, padding)
    for top, left, out, channel in itertools.product(tops, lefts, range(maps), range(channels)):
        for tap in itertools.product(range(kernel), range(kernel)):
            weights.add((top, left, out, channel, tap))
            macs += 1
    found = row(
        layers.LocallyConnected2d(kernel_size=kernel, stride=stride, padding=padding, out_channels=maps),
        channels,
        height,
        width,
    )
    assert found.output_shape == (maps, len(tops), len(lefts))
    assert found.params == len(weights) + maps * len(tops) * len(lefts)
    assert found.macs == macs
    assert found.flops == 2 * macs + maps * len(tops) * len(lefts)


# Table I of LeCun et al. (1998): for each of the 16 maps of C3, the maps of S2 that it reads
TABLE = [
    *[tuple((start + i) % 6 for i in range(3)) for start in range(6)],
    *[tuple((start + i) % 6 for i in range(4)) for start in range(6)],
    *[(0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)],
    tuple(range(6)),
]


def test_the_connection_table_of_c3():
    """1,516 trainable parameters and 151,600 connections, as the paper states (papers: P005, P006)."""
    found = row(layers.ConnectedConv2d(kernel_size=5, table=TABLE), 6, 14, 14)
    assert found.output_shape == (16, 10, 10)
    assert found.params == 1516
    assert found.macs + 16 * 10 * 10 == 151_600
    connections = sum(25 for maps in TABLE for _ in maps for _ in range(10 * 10))
    assert found.macs == connections


def test_the_connections_of_c1():
    """122,304 connections, a bias for each output element among them (P002)."""
    found = row(layers.Conv2d(6, 5), 1, 32, 32)
    assert found.macs + found.activations == 122_304


def test_subsampling_of_s2_and_s4():
    """12 and 32 parameters; 5,880 and 2,000 connections: each element reads 4 and a bias (P003, P004, P007, P008)."""
    for shape, params, connections in (((6, 28, 28), 12, 5880), ((16, 10, 10), 32, 2000)):
        found = row(layers.Subsampling2d(kernel_size=2), *shape)
        assert found.params == params
        assert found.output_shape == (shape[0], shape[1] // 2, shape[2] // 2)
        assert found.activations * (4 + 1) == connections
        # an element: 3 additions of 4 inputs, the coefficient, the bias
        assert found.flops == found.activations * (3 + 1 + 1)


def test_maxout_takes_the_largest_of_neighbouring_channels():
    found = row(layers.Maxout(3), 12, 5, 4)
    assert found.output_shape == (4, 5, 4)
    assert found.flops == sum(2 for _ in range(4 * 5 * 4))
    assert found.params == 0


def test_a_bias_for_each_position():
    found = row(layers.PositionBias(), 1, 19, 19)
    assert (found.params, found.flops, found.output_shape) == (361, 361, (1, 19, 19))


def test_a_factor_for_each_channel():
    found = row(layers.LayerScale(), 7, 3, 5)
    assert (found.params, found.flops, found.output_shape) == (7, 7 * 3 * 5, (7, 3, 5))


def test_attention_counts_every_product():
    """Scores and weighted values of every head, by loops; the projections as four linear layers."""
    length, width, heads = 5, 8, 2
    scores = [(h, i, j) for h in range(heads) for i in range(length) for j in range(length)]
    products = len(scores) * (width // heads) * 2
    found = row(layers.MultiheadAttention(heads), length, width)
    assert found.macs == 4 * length * width * width + products
    assert found.params == 4 * (width * width + width)
    softmax = len(scores) * 4 - heads * length
    assert found.flops == 2 * found.macs + 4 * length * width + softmax


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            layers.ConnectedConv2d(kernel_size=3, table=[(0, 6)]),
            (6, 9, 9),
            "output map 0 reads input map 6, but only 6",
        ),
        (
            layers.ConnectedConv2d(kernel_size=3, table=[(0, 0)]),
            (6, 9, 9),
            "output map 0 reads an input map twice: 0, 0",
        ),
        (layers.Maxout(5), (12, 3), "12 channels cannot be divided into groups of 5"),
        (layers.MultiheadAttention(3), (4, 8), "a width of 8 cannot be divided into 3 heads"),
        (layers.Upsample(), (4, 8, 8), "Upsample takes either a size, a scale_factor or a second input"),
        (layers.Upsample(scale_factor=2, mode="linear"), (4, 8, 8), "Upsample in mode linear takes an input of 2 axes"),
        (layers.PReLU(3), (4, 8, 8), "3 slopes fit neither all channels as one nor the 4 channels"),
        (layers.ReflectionPad2d(8), (4, 8, 8), "a reflection of 8 and 8 does not fit into the height of 8"),
        (layers.Reshape((7, -1)), (4, 8, 8), "the 256 elements of 4×8×8 do not fit into 7×-1"),
        (layers.Split((1, 2), 0), (4, 8), "pieces of [1, 2] do not make up the 4 of axis 1"),
        (layers.GroupNorm(3), (4, 8), "4 channels cannot be divided into 3 groups"),
    ],
)
def test_what_does_not_fit_is_said(layer, shape, message):
    from cnncalc import SpecError

    with pytest.raises(SpecError) as raised:
        row(layer, *shape)
    assert message in str(raised.value)
