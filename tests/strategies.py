"""Generated layers and networks, legal ones and, now and then, illegal ones."""

from __future__ import annotations

from math import prod

from hypothesis import strategies as st

from cnncalc import layers
from cnncalc.layers import Layer

Shape = tuple[int, ...]


def maybe_per_axis(sizes: st.SearchStrategy[int], rank: int) -> st.SearchStrategy[int | tuple[int, ...]]:
    """One size for all axes, or one an axis."""
    return st.one_of(sizes, st.tuples(*[sizes] * rank))


def samples(rank: int, largest: int = 24) -> st.SearchStrategy[Shape]:
    """A channel count that divides well, and ``rank`` sizes."""
    return st.tuples(st.sampled_from((1, 2, 3, 4, 6, 8, 12)), *[st.integers(1, largest)] * rank)


ranks = st.integers(1, 3)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    kind = getattr(layers, f"Conv{rank}d")
    same = draw(st.booleans())
    padding = st.sampled_from(("same", "valid")) if same else maybe_per_axis(st.integers(0, 4), rank)
    return (
        kind(
            out_channels=draw(st.sampled_from((1, 2, 3, 4, 6, 8, 12))),
            kernel_size=draw(maybe_per_axis(st.integers(1, 7), rank)),
            stride=draw(maybe_per_axis(st.sampled_from((1,) if same and draw(st.booleans()) else (1, 2, 3, 5)), rank)),
            padding=draw(padding),
            dilation=draw(maybe_per_axis(st.integers(1, 3), rank)),
            groups=draw(st.sampled_from((1, 1, 1, 2, 3, 4))),
            bias=draw(st.booleans()),
            in_channels=draw(st.sampled_from((None, None, None, 4))),
        ),
        draw(samples(rank)),
    )


@st.composite
def pools(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    name = draw(st.sampled_from(("MaxPool", "AvgPool")))
    extra = {"dilation": draw(maybe_per_axis(st.integers(1, 3), rank))} if name == "MaxPool" else {}
    return (
        getattr(layers, f"{name}{rank}d")(
            kernel_size=draw(maybe_per_axis(st.integers(1, 6), rank)),
            stride=draw(st.one_of(st.none(), maybe_per_axis(st.integers(1, 5), rank))),
            padding=draw(maybe_per_axis(st.integers(0, 3), rank)),
            ceil_mode=draw(st.booleans()),
            **extra,
        ),
        draw(samples(rank)),
    )


@st.composite
def adaptive_pools(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    name = draw(st.sampled_from(("AdaptiveAvgPool", "AdaptiveMaxPool")))
    size = st.integers(1, 9)
    targets = st.one_of(size, st.tuples(*[st.one_of(st.none(), size) if rank > 1 else size] * rank))
    return getattr(layers, f"{name}{rank}d")(output_size=draw(targets)), draw(samples(rank))


@st.composite
def batch_norms(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    layer = getattr(layers, f"BatchNorm{rank}d")(
        affine=draw(st.booleans()),
        track_running_stats=draw(st.booleans()),
        num_features=draw(st.sampled_from((None, None, 4))),
    )
    return layer, draw(samples(draw(st.sampled_from((rank, rank, rank - 1)))))


@st.composite
def others(draw: st.DrawFn) -> tuple[Layer, Shape]:
    sample = draw(samples(draw(st.integers(0, 3)), largest=7))
    axis = st.integers(-5, 5)
    layer = draw(
        st.one_of(
            st.builds(layers.LocalResponseNorm, size=st.integers(1, 6)),
            st.builds(layers.Flatten, start_dim=st.integers(-4, 4).filter(bool), end_dim=axis.filter(bool)),
            st.builds(
                layers.Linear,
                out_features=st.integers(1, 9),
                bias=st.booleans(),
                in_features=st.sampled_from((None, None, 3)),
            ),
            st.builds(layers.Softmax, dim=st.integers(-3, 4).filter(bool)),
            st.sampled_from(
                (
                    layers.ReLU(),
                    layers.LeakyReLU(negative_slope=0.2),
                    layers.Sigmoid(),
                    layers.Tanh(),
                    layers.Dropout(p=0.3),
                    layers.Identity(),
                )
            ),
        )
    )
    return layer, sample


@st.composite
def merges(draw: st.DrawFn) -> tuple[Layer, list[Shape]]:
    """A merge of two to four inputs, which mostly fit."""
    first = draw(samples(draw(st.integers(1, 3)), largest=5))
    kind = draw(st.sampled_from(("Concat", "Add", "Subtract", "Multiply", "Maximum", "Average")))
    concat = kind == "Concat"
    dim = draw(st.integers(-len(first), len(first)).filter(bool))
    inputs = [first]
    for _ in range(1 if kind == "Subtract" else draw(st.integers(1, 3))):
        other = list(first)
        if concat:
            other[dim - 1 if dim > 0 else dim] = draw(st.integers(1, 9))
        if draw(st.sampled_from((False,) * 3 + (True,))):
            position = draw(st.integers(0, len(other) - 1))
            other[position] = draw(st.integers(1, 4))
        inputs.append(tuple(other))
    return layers.Concat(dim=dim) if concat else getattr(layers, kind)(), inputs


@st.composite
def transposed_convolutions(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    return (
        getattr(layers, f"ConvTranspose{rank}d")(
            out_channels=draw(st.sampled_from((1, 2, 4, 6))),
            kernel_size=draw(maybe_per_axis(st.integers(1, 5), rank)),
            stride=draw(maybe_per_axis(st.integers(1, 4), rank)),
            padding=draw(maybe_per_axis(st.integers(0, 3), rank)),
            output_padding=draw(maybe_per_axis(st.sampled_from((0, 0, 1, 2)), rank)),
            dilation=draw(maybe_per_axis(st.integers(1, 3), rank)),
            groups=draw(st.sampled_from((1, 1, 2))),
            bias=draw(st.booleans()),
        ),
        draw(samples(rank, largest=9)),
    )


@st.composite
def paddings(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    kind = draw(st.sampled_from(("ZeroPad", "ConstantPad", "ReflectionPad", "ReplicationPad")))
    side = st.integers(-3, 5)
    extra = {"value": 1.5} if kind == "ConstantPad" else {}
    sides = draw(st.one_of(side, st.tuples(*[side] * (2 * rank))))
    return getattr(layers, f"{kind}{rank}d")(sides, **extra), draw(samples(rank, largest=8))


@st.composite
def more_pools(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    kernel = draw(maybe_per_axis(st.integers(1, 4), rank))
    stride = draw(st.one_of(st.none(), maybe_per_axis(st.integers(1, 4), rank)))
    if draw(st.booleans()):
        # torch multiplies by LPPool1d's kernel as it is, so that a tuple fails
        kernel = kernel[0] if rank == 1 and isinstance(kernel, tuple) else kernel
        layer = getattr(layers, f"LPPool{rank}d")(kernel, stride=stride, ceil_mode=draw(st.booleans()))
    else:
        layer = getattr(layers, f"MaxUnpool{rank}d")(kernel, stride=stride, padding=draw(st.integers(0, 1)))
    return layer, draw(samples(rank, largest=8))


@st.composite
def more_norms(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    sample = draw(samples(rank, largest=6))
    affine = draw(st.booleans())
    shapes = st.one_of(st.none(), st.just(sample[-1]), st.just(sample[draw(st.integers(0, rank)) :]), st.integers(1, 6))
    return (
        draw(
            st.one_of(
                st.builds(
                    getattr(layers, f"InstanceNorm{rank}d"), affine=st.just(affine), track_running_stats=st.booleans()
                ),
                st.builds(layers.GroupNorm, st.sampled_from((1, 2, 3, 4)), affine=st.just(affine)),
                st.builds(layers.LayerNorm, shapes, elementwise_affine=st.just(affine), bias=st.booleans()),
                st.builds(layers.RMSNorm, shapes, elementwise_affine=st.just(affine)),
            )
        ),
        sample,
    )


@st.composite
def arrangements(draw: st.DrawFn) -> tuple[Layer, Shape]:
    sample = draw(samples(draw(st.integers(0, 3)), largest=6))
    axis = st.integers(-4, 4).filter(bool)
    axes = st.one_of(axis, st.lists(axis, min_size=1, max_size=2).map(tuple))
    dims = st.permutations(range(1, len(sample) + 1)).map(lambda order: (0, *order))
    index = st.integers(0, 3)
    sizes = st.lists(st.sampled_from((-1, 1, 2, 3, 4, 6, 12)), min_size=1, max_size=3).map(tuple)
    return (
        draw(
            st.one_of(
                st.builds(layers.Mean, axes, keepdim=st.booleans()),
                st.builds(layers.Max, axes, keepdim=st.booleans()),
                st.builds(layers.Permute, dims),
                st.builds(layers.Reshape, sizes),
                st.builds(layers.Squeeze, st.one_of(st.none(), axis)),
                st.builds(layers.Unsqueeze, axis),
                st.builds(
                    layers.Slice,
                    st.integers(-7, 7),
                    st.one_of(st.none(), st.integers(-7, 7)),
                    st.integers(1, 3),
                    st.sampled_from((1, 2, -1)),
                ),
                st.builds(layers.Chunk, st.integers(1, 4), index, axis),
                st.builds(layers.Split, st.one_of(st.integers(1, 4), st.just((1, 2)), st.just((2, 2))), index, axis),
            )
        ),
        sample,
    )


@st.composite
def images(draw: st.DrawFn) -> tuple[Layer, Shape]:
    """Layers of ``[C, H, W]`` and resampling."""
    rank = draw(st.sampled_from((2, 2, 1, 3)))
    sample = draw(samples(rank, largest=9))
    factor = st.sampled_from((2.0, 3.0, 0.5, 1.5, 0.7, 2.9))
    mode = st.sampled_from(("nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic"))
    pair = maybe_per_axis(st.integers(1, 4), 2)
    return (
        draw(
            st.one_of(
                st.builds(layers.Upsample, scale_factor=maybe_per_axis(factor, rank), mode=mode),
                st.builds(layers.Upsample, size=maybe_per_axis(st.integers(1, 9), rank), mode=mode),
                st.builds(layers.PixelShuffle, st.integers(1, 3)),
                st.builds(layers.PixelUnshuffle, st.integers(1, 3)),
                st.builds(layers.ChannelShuffle, st.integers(1, 4)),
                st.builds(layers.Unfold, pair, pair, maybe_per_axis(st.integers(0, 2), 2), pair),
                st.builds(
                    layers.DepthwiseConv2d,
                    kernel_size=pair,
                    stride=pair,
                    padding=st.integers(0, 2),
                    bias=st.booleans(),
                    channel_multiplier=st.integers(1, 3),
                ),
                st.builds(
                    layers.SeparableConv2d,
                    kernel_size=pair,
                    stride=pair,
                    padding=st.integers(0, 2),
                    bias=st.booleans(),
                    out_channels=st.integers(1, 5),
                ),
            )
        ),
        sample,
    )


@st.composite
def folds(draw: st.DrawFn) -> tuple[Layer, Shape]:
    size, kernel = (draw(st.integers(2, 7)), draw(st.integers(2, 7))), draw(st.integers(1, 3))
    stride, padding = draw(st.integers(1, 2)), draw(st.integers(0, 1))
    unfold = layers.Unfold(kernel, padding=padding, stride=stride)
    columns = unfold.output((draw(st.integers(1, 3)), *size)) if min(size) >= kernel else (4, 4)
    off = draw(st.sampled_from((0, 0, 0, 1)))
    return layers.Fold(size, kernel, padding=padding, stride=stride), (columns[0], columns[1] + off)


@st.composite
def more_activations(draw: st.DrawFn) -> tuple[Layer, Shape]:
    kinds = ("ReLU6", "ELU", "GELU", "SiLU", "Hardsigmoid", "Hardswish", "Softplus", "Mish", "StochasticDepth")
    return (
        draw(
            st.one_of(
                st.sampled_from([getattr(layers, kind)() for kind in kinds]),
                st.builds(layers.PReLU, st.sampled_from((1, 2, 4))),
                st.builds(layers.LogSoftmax, st.integers(1, 2)),
                st.builds(layers.Embedding, st.integers(1, 9), st.integers(1, 5)),
            )
        ),
        draw(samples(draw(st.integers(0, 2)), largest=5)),
    )


@st.composite
def attentions(draw: st.DrawFn) -> tuple[Layer, list[Shape]]:
    width, heads = draw(st.sampled_from((4, 6, 8))), draw(st.sampled_from((1, 2, 3)))
    queries, keys = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    if draw(st.booleans()):
        batch = draw(st.sampled_from(((), (3,))))
        values = draw(st.integers(1, 6))
        shapes = [(*batch, queries, width), (*batch, keys, width), (*batch, keys, values)]
        return layers.ScaledDotProductAttention(), shapes
    layer = layers.MultiheadAttention(heads, bias=draw(st.booleans()))
    return layer, draw(st.sampled_from(([(queries, width)], [(queries, width), (keys, width), (keys, width)])))


@st.composite
def recurrents(draw: st.DrawFn) -> tuple[Layer, Shape]:
    kind = draw(st.sampled_from((layers.RNN, layers.LSTM, layers.GRU)))
    width = draw(st.integers(1, 5))
    settings = {"bias": draw(st.booleans()), "bidirectional": draw(st.booleans())}
    settings["input_size"] = draw(st.sampled_from((None, None, None, width, width + 1)))
    if kind is layers.RNN:
        settings["nonlinearity"] = draw(st.sampled_from(("tanh", "relu")))
    layer = kind(draw(st.integers(1, 4)), draw(st.integers(1, 3)), **settings)
    return layer, draw(st.sampled_from(((draw(st.integers(1, 6)), width), (2, 3, width))))


axes = st.integers(-4, 4).filter(bool)
few_axes = st.one_of(axes, st.lists(axes, min_size=1, max_size=2).map(tuple))


@st.composite
def pointwise(draw: st.DrawFn) -> tuple[Layer, Shape]:
    """Arithmetic on each element by itself."""
    number = st.sampled_from((-1.5, 0.5, 2.0, 3.0))
    kinds = st.sampled_from((layers.SELU(), layers.CELU(), layers.Softsign(), layers.LogSigmoid(), layers.Hardtanh()))
    functions = (
        "exp",
        "log1p",
        "sqrt",
        "rsqrt",
        "sin",
        "erf",
        "reciprocal",
        "square",
        "abs",
        "neg",
        "floor",
        "compare",
    )
    function = st.sampled_from(functions)
    layer = st.one_of(
        kinds,
        st.builds(layers.GLU, axes),
        st.builds(layers.Scale, number),
        st.builds(layers.Shift, number),
        st.builds(layers.Power, number),
        st.builds(layers.Clamp, min=st.one_of(st.none(), st.just(0.0)), max=st.one_of(st.none(), st.just(6.0))),
        st.builds(layers.Function, function),
    )
    return draw(layer), draw(samples(draw(st.integers(0, 3)), largest=6))


@st.composite
def repeating(draw: st.DrawFn) -> tuple[Layer, Shape]:
    """Layers of one input that arrange, repeat or choose elements."""
    sample = draw(samples(draw(st.integers(0, 3)), largest=6))
    rank = len(sample)
    sizes = st.lists(st.sampled_from((-1, 1, 2, 3)), min_size=1, max_size=3).map(tuple)
    per_axis = st.lists(st.integers(1, 3), min_size=rank, max_size=rank).map(tuple)
    dims = st.lists(axes, min_size=1, max_size=2).map(tuple)
    sides = st.lists(st.integers(-2, 3), min_size=2, max_size=2 * rank).map(
        lambda found: tuple(found[len(found) % 2 :])
    )
    # torch gives memory that nothing wrote where something is taken away at one end and continued from the other
    circular = sides.map(lambda found: tuple(map(abs, found)))
    layer = st.one_of(
        st.builds(layers.Unflatten, axes, sizes),
        st.builds(layers.Expand, st.lists(st.sampled_from((-1, -1, 3)), min_size=rank, max_size=rank).map(tuple)),
        st.builds(layers.Tile, per_axis),
        st.builds(layers.RepeatInterleave, st.integers(1, 3), axes),
        st.builds(layers.Roll, st.lists(st.integers(-7, 7), min_size=1, max_size=1).map(tuple), st.tuples(axes)),
        st.builds(layers.Flip, st.tuples(axes)),
        st.builds(layers.Windows, axes, st.integers(1, 4), st.integers(1, 3)),
        st.builds(layers.PadAxes, sides, mode=st.sampled_from(("constant", "reflect", "replicate"))),
        st.builds(layers.PadAxes, circular, mode=st.just("circular")),
        st.builds(layers.PadToMultiple, st.integers(1, 5), st.tuples(axes)),
        st.builds(layers.CumulativeSum, axes),
        *(
            st.builds(kind, dims, keepdim=st.booleans())
            for kind in (layers.Sum, layers.Min, layers.Norm, layers.LogSumExp)
        ),
        *(st.builds(kind, axes, keepdim=st.booleans()) for kind in (layers.Product, layers.ArgMax)),
        *(st.builds(kind, dims, keepdim=st.booleans()) for kind in (layers.Variance, layers.StandardDeviation)),
    )
    return draw(layer), sample


@st.composite
def same_paddings(draw: st.DrawFn) -> tuple[Layer, Shape]:
    rank = draw(ranks)
    side = maybe_per_axis(st.integers(1, 4), rank)
    return layers.SamePad(kernel_size=draw(side), stride=draw(side), dilation=draw(side)), draw(samples(rank, 12))


@st.composite
def of_two(draw: st.DrawFn) -> tuple[Layer, list[Shape]]:
    """Layers of two inputs or three, which mostly fit."""
    size = st.sampled_from((1, 2, 3, 4, 6))
    a, b, c, d = (draw(size) for _ in range(4))
    off = draw(st.sampled_from((0, 0, 0, 1)))
    cases = (
        (layers.MatMul(), [(a, b, c), (draw(st.sampled_from((a, 1))), c + off, d)]),
        (layers.Einsum("xyz,zw->xyw"), [(a, b, c), (c + off, d)]),
        (layers.Einsum("xy,xz->xyz"), [(a, b), (a + off, c)]),
        (layers.Einsum("xyz,xw->yw"), [(a, b, c), (a + off, d)]),
        (layers.ReshapeLike((0, -1), (2,)), [(a * b, c), (d, a + off)]),
        (layers.ReshapeLike((0, 0, d), (1, 3)), [(a * b, d), (a, c, b + off)]),
        (layers.ExpandAs(), [(1, b, 1), (a, b + off, c)]),
        (layers.IndexSelect(dim=2), [(a, b, c), (d, a)]),
        (layers.Crop(start=1, dim=2), [(a, b + 1, c), (d, b + off)]),
        (layers.Crop(dim=3, other_dim=1), [(a, b, c + off), (c,)]),
        (layers.Upsample(mode="bilinear"), [(a, b, c), (d, 2 * b, c)]),
        (layers.PadLike(), [(a, b, c), (d, b + 3, 2 * c)]),
        (layers.PadLike(), [(a, b + 2, c), (d, b, c + 1)]),
        (layers.Divide(), [(a, b), (a, b + off)]),
        (layers.Minimum(), [(a, b, c), (a, 1, c), (1, b, c + off)]),
        (layers.Compare(), [(a, 1), (a + off, c)]),
        (layers.Where(), [(a, 1), (1, b), (a + off, b)]),
    )
    return draw(st.sampled_from(cases))


Nodes = list[tuple[str, Layer, tuple[str, ...]]]


@st.composite
def networks(draw: st.DrawFn) -> tuple[Nodes, Shape]:
    """A legal graph of convolutions, pools, norms, activations, sums and concatenations, in a runnable order."""
    input_shape = (draw(st.sampled_from((1, 2, 3, 4))), draw(st.integers(8, 40)), draw(st.integers(8, 40)))
    shapes = {"input": input_shape}
    nodes: Nodes = []

    def put(layer: Layer, *inputs: str) -> None:
        name = f"layer{len(nodes)}"
        nodes.append((name, layer, inputs))
        shapes[name] = tuple(layer.output(*(shapes[source] for source in inputs)))

    for _ in range(draw(st.integers(1, 12))):
        source = draw(st.sampled_from(list(shapes)))
        channels, *sizes = shapes[source]
        choice = draw(st.sampled_from(("conv", "conv", "pool", "norm", "act", "add", "concat", "other")))
        if choice == "conv":
            groups = draw(st.sampled_from([g for g in (1, 2, 4) if channels % g == 0]))
            kernel = draw(st.integers(1, min(5, *sizes)))
            put(
                layers.Conv2d(
                    groups * draw(st.integers(1, 3)),
                    kernel,
                    stride=draw(st.integers(1, 3)),
                    padding=draw(st.integers(0, 2)),
                    groups=groups,
                    bias=draw(st.booleans()),
                ),
                source,
            )
        elif choice == "pool":
            kernel = draw(st.integers(1, min(3, *sizes)))
            kind = draw(st.sampled_from((layers.MaxPool2d, layers.AvgPool2d)))
            put(kind(kernel, stride=draw(st.integers(1, 3)), ceil_mode=draw(st.booleans())), source)
        elif choice == "norm":
            norms = [layers.BatchNorm2d(), layers.LayerNorm()]
            # torch takes no statistics of a single value
            norms += [
                layers.GroupNorm(groups)
                for groups in (1, 2, 3)
                if channels % groups == 0 and channels // groups * prod(sizes) > 1
            ]
            put(draw(st.sampled_from(norms)), source)
        elif choice == "act":
            put(draw(st.sampled_from((layers.ReLU(), layers.PReLU(channels), layers.Hardswish()))), source)
        elif choice == "other":
            further = [
                layers.ConvTranspose2d(draw(st.integers(1, 4)), 2, stride=2),
                layers.DepthwiseConv2d(kernel_size=1, channel_multiplier=2),
                layers.ZeroPad2d((0, 1, 2, 0)),
                layers.Chunk(2, 0),
                layers.Slice(-2, None, dim=2),
                layers.Mean((-2, -1), keepdim=True),
                layers.Permute((0, 1, 3, 2)),
            ]
            if max(sizes) < 60:
                further.append(layers.Upsample(scale_factor=1.5, mode="bilinear"))
            put(draw(st.sampled_from(further)), source)
        else:
            add = choice == "add"
            fits = [
                name
                for name, shape in shapes.items()
                if (shape == shapes[source] if add else shape[1:] == shapes[source][1:])
            ]
            others = draw(st.lists(st.sampled_from(fits), min_size=1, max_size=3))
            merge = draw(st.sampled_from((layers.Add(), layers.Multiply(), layers.Average(), layers.Maximum())))
            put(merge if add else layers.Concat(), source, *others)
    if draw(st.booleans()):
        last = nodes[-1][0]
        put(layers.AdaptiveAvgPool2d(draw(st.integers(1, 3))), last)
        put(layers.Flatten(), nodes[-1][0])
        put(layers.Linear(draw(st.integers(1, 10))), nodes[-1][0])
    return nodes, input_shape


_ANY_LAYER = (
    *(convolutions(), pools()) * 2,
    *(adaptive_pools(), batch_norms(), others(), transposed_convolutions(), paddings(), more_pools(), more_norms()),
    *(arrangements(), images(), more_activations(), pointwise(), repeating(), same_paddings()),
)
_TOGETHER = (layers.Unfold, layers.Fold, layers.PixelShuffle, layers.PixelUnshuffle, layers.Windows)
"""Kinds of which the channels of a position are not told apart."""


@st.composite
def any_networks(draw: st.DrawFn, largest: int = 14, ranks: st.SearchStrategy[int] = ranks) -> tuple[Nodes, Shape]:
    """A small graph of one to eight layers of any kind, and of merges of any of them that fit."""
    rank = draw(ranks)
    side = st.integers(1, min(largest, 6) if rank == 3 else largest)
    shapes = {"input": (draw(st.sampled_from((1, 2, 4, 6))), *draw(st.tuples(*[side] * rank)))}
    nodes: Nodes = []
    for _ in range(draw(st.integers(1, 8))):
        source = draw(st.sampled_from(list(shapes)[-4:]))
        inputs: tuple[str, ...] = (source,)
        if draw(st.integers(0, 3)):
            layer, _ = draw(draw(st.sampled_from(_ANY_LAYER)))
        else:
            others = draw(st.lists(st.sampled_from(list(shapes)), min_size=1, max_size=2))
            layer = draw(st.sampled_from((layers.Add(), layers.Multiply(), layers.Subtract(), layers.Concat())))
            if isinstance(layer, layers.Concat):
                layer = layers.Concat(dim=draw(st.integers(1, len(shapes[source]))))
            inputs = (source, *(others[:1] if isinstance(layer, layers.Subtract) else others))
        if not isinstance(layer, (layers.Embedding, *_TOGETHER)) and fits(layer, *(shapes[name] for name in inputs)):
            name = f"layer{len(nodes)}"
            nodes.append((name, layer, inputs))
            shapes[name] = tuple(layer.output(*(shapes[name] for name in inputs)))
    return nodes, shapes["input"]


def fits(layer: Layer, *inputs: Shape) -> bool:
    """Whether a layer takes these inputs and makes something of no more than a few thousand elements."""
    for check in layer.checks(*inputs):
        if check.holds is not True:
            return False
    return 1 <= prod(layer.output(*inputs)) <= 3000 and len(layer.output(*inputs)) > 0


@st.composite
def without_torch(draw: st.DrawFn) -> tuple[Layer, Shape]:
    """The kinds that torch has no module or function for."""
    rank = draw(st.sampled_from((2, 2, 2, 1, 3)))
    sample = draw(samples(rank, largest=9))
    window = {
        "kernel_size": maybe_per_axis(st.integers(1, 4), 2),
        "stride": maybe_per_axis(st.integers(1, 3), 2),
        "padding": maybe_per_axis(st.integers(0, 2), 2),
        "bias": st.booleans(),
    }
    few = {
        "stride": st.one_of(st.none(), window["stride"]),
        "kernel_size": window["kernel_size"],
        "bias": st.booleans(),
    }
    rows = st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple)
    layer = st.one_of(
        st.builds(layers.LocallyConnected2d, out_channels=st.integers(1, 4), **window),
        st.builds(layers.ConnectedConv2d, table=st.lists(rows, min_size=1, max_size=3).map(tuple), **window),
        st.builds(layers.Subsampling2d, **few),
        st.builds(layers.Maxout, st.integers(1, 4)),
        st.sampled_from((layers.PositionBias(), layers.LayerScale())),
    )
    return draw(layer), sample


@st.composite
def tensors(draw: st.DrawFn) -> tuple[Layer, Shape | list[Shape]]:
    """Tensors that are no layer's weights, and operators that are not known."""
    sample = draw(samples(draw(st.integers(1, 3)), largest=5))
    shape = st.lists(st.integers(1, 4), min_size=0, max_size=3).map(tuple)
    open_shape = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple)
    names = st.sampled_from(("weight", "scale", "part.bias"))
    held = st.lists(st.tuples(names, shape), min_size=0, max_size=2).map(dict)
    axes = st.lists(st.integers(-4, 4).filter(bool), min_size=0, max_size=2).map(tuple)
    others = [draw(shape) for _ in range(draw(st.integers(0, 2)))]
    recorded = [(sample, *others), (sample, *others), (sample,), ((2, 2),)]
    layer = st.one_of(
        st.builds(layers.LearnedTensor, shape),
        st.builds(layers.ConstantTensor, open_shape, stored=st.booleans(), axes=axes),
        st.builds(layers.HeldTensors, held_parameters=held, held_buffers=st.just({"mean": (2,)})),
        st.builds(
            layers.Opaque,
            st.just("aten.unknown"),
            output_shape=st.one_of(st.none(), shape),
            input_shapes=st.one_of(st.none(), st.sampled_from(recorded)),
            held_parameters=held,
        ),
    )
    found = draw(layer)
    return found, [sample, *others] if isinstance(found, layers.Opaque) else sample


LAYER_CASES = (
    *(convolutions, pools, adaptive_pools, batch_norms, others, merges, transposed_convolutions, paddings, more_pools),
    *(more_norms, arrangements, images, folds, more_activations, attentions, recurrents, pointwise, repeating),
    *(same_paddings, of_two, without_torch, tensors),
)
"""Strategies that make every kind of layer between them, each with the shapes of its inputs."""

_NUMBERS = (-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 100, 10**6, 2**31 - 1)
_WORDS = {
    "padding": ("same", "valid", "full"),
    "mode": (
        *("nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic", "area"),
        *("constant", "reflect", "replicate", "circular", "row", "batch"),
    ),
    "approximate": ("none", "tanh"),
    "equation": ("ab,bc->ac", "abc,ab->c", "abc,abd->acd", "a,b->ab", "ab,ab->", "abc,bd->acd", "aab,b->a"),
    "function": ("exp", "log2", "cos", "asin", "ceil", "sign", "logical_not", "isnan", "erfinv", "frac"),
}


def numbers() -> st.SearchStrategy[object]:
    """A number where one is wanted, a negative, none or a huge one, one an axis, or for the wrong number of axes."""
    number = st.one_of(st.integers(1, 6), st.sampled_from(_NUMBERS))
    return st.one_of(number, number, number, st.lists(number, min_size=1, max_size=4).map(tuple))


def another(name: str, value: object) -> st.SearchStrategy[object]:
    """What may stand in the place of a hyper-parameter's value, legal or not."""
    if isinstance(value, bool):
        return st.just(not value)
    if name in _WORDS and not isinstance(value, tuple):
        return st.one_of(st.sampled_from(_WORDS[name]), numbers() if name == "padding" else st.just(value))
    if isinstance(value, float):
        return st.sampled_from((-1.0, 0.0, 0.3, 0.5, 1.0, 1.75, 2.0, 3.0))
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        position = st.integers(0, len(value) - 1)
        number = st.one_of(st.integers(-3, 6), st.sampled_from(_NUMBERS))
        replaced = st.builds(lambda at, part: (*value[:at], part, *value[at + 1 :]), position, number)
        return st.one_of(replaced, replaced, st.sampled_from((value[1:], (*value, value[-1]))), numbers())
    if isinstance(value, int) or value is None:
        return st.one_of(numbers(), st.none())
    return st.just(value)


@st.composite
def other_shapes(draw: st.DrawFn, shape: Shape) -> Shape:
    """A shape with another size, with an axis more, or with one less."""
    number = st.one_of(st.integers(1, 9), st.sampled_from((1, 1, 0, 5, 30, 64, 1000, 10**6, 2**31 - 1)))
    at = draw(st.integers(0, max(len(shape) - 1, 0)))
    how = draw(st.sampled_from(("size", "size", "size", "more", "less")))
    if how == "less":
        return shape[:at] + shape[at + 1 :]
    return (*shape[:at], draw(number), *shape[at + (how == "size") :])


@st.composite
def altered(draw: st.DrawFn, cases: st.SearchStrategy[object]) -> tuple[Layer, list[Shape]]:
    """A case with one to three of its hyper-parameters and sizes replaced by others, so that several may be wrong."""
    layer, inputs = draw(cases)
    shapes = list(inputs) if isinstance(inputs, list) else [inputs]
    fields = {name: getattr(layer, name) for name in layer.__struct_fields__ if name not in Layer.__struct_fields__}
    for _ in range(draw(st.sampled_from((1, 1, 2, 3)))):
        if fields and draw(st.integers(0, 3)):
            name = draw(st.sampled_from(sorted(fields)))
            fields[name] = draw(another(name, fields[name]))
        elif draw(st.integers(0, 5)):
            at = draw(st.integers(0, len(shapes) - 1))
            shapes[at] = draw(other_shapes(shapes[at]))
        else:
            shapes = [*shapes, shapes[0]] if draw(st.booleans()) else shapes[:-1] or shapes
    return type(layer)(**fields), shapes


@st.composite
def sequences(draw: st.DrawFn) -> tuple[Nodes, Shape]:
    """A graph of attention, norms, linear layers, convolutions, sums and products over ``[L, E]``, or over words."""
    length = draw(st.integers(2, 9))
    nodes: Nodes = []
    shapes: dict[str, Shape] = {"input": (length, draw(st.sampled_from((4, 6, 8, 12))))}

    def put(layer: Layer, *inputs: str) -> str:
        name = f"layer{len(nodes)}"
        nodes.append((name, layer, inputs))
        shapes[name] = tuple(layer.output(*(shapes[source] for source in inputs)))
        return name

    if draw(st.booleans()):
        shapes = {"input": (length,)}
        put(layers.Embedding(draw(st.integers(2, 9)), draw(st.sampled_from((4, 6, 8)))), "input")
    for _ in range(draw(st.integers(1, 8))):
        source = draw(st.sampled_from([name for name, shape in shapes.items() if len(shape) == 2]))
        width = shapes[source][1]
        alike = [name for name, shape in shapes.items() if shape[1:] == (width,)]
        heads = [heads for heads in (1, 2, 3, 4) if width % heads == 0]
        choice = draw(st.sampled_from(("attend", "attend", "heads", "norm", "linear", "sum", "conv", "product", "act")))
        if choice == "attend":
            layer = layers.MultiheadAttention(draw(st.sampled_from(heads)), bias=draw(st.booleans()))
            keys = draw(st.sampled_from(alike))
            put(layer, *draw(st.sampled_from(((source,), (source, keys, keys)))))
        elif choice == "heads":
            values = [name for name, shape in shapes.items() if shape[:1] == shapes[source][:1] and len(shape) == 2]
            put(layers.ScaledDotProductAttention(), draw(st.sampled_from(alike)), source, draw(st.sampled_from(values)))
        elif choice == "norm":
            put(draw(st.sampled_from((layers.LayerNorm(), layers.LayerNorm(bias=False), layers.RMSNorm()))), source)
        elif choice == "linear":
            put(layers.Linear(draw(st.sampled_from((4, 6, 8, width))), bias=draw(st.booleans())), source)
        elif choice == "sum":
            same = [name for name in alike if shapes[name] == shapes[source]]
            put(layers.Add(), source, draw(st.sampled_from(same)))
        elif choice == "conv":
            turned = put(layers.Permute((0, 2, 1)), source)
            kernel = draw(st.integers(1, 3))
            if shapes[turned][1] >= kernel:
                put(layers.Conv1d(width, kernel, padding=draw(st.integers(0, 1)), groups=heads[-1]), turned)
            put(layers.Permute((0, 2, 1)), nodes[-1][0])
        elif choice == "product":
            turned = put(layers.Permute((0, 2, 1)), draw(st.sampled_from(alike)))
            put(layers.MatMul(), source, turned)
        else:
            put(draw(st.sampled_from((layers.GELU(), layers.SiLU(), layers.Softmax(dim=-1), layers.Dropout()))), source)
    if draw(st.booleans()):
        put(layers.Mean(1), nodes[-1][0])
        put(layers.Linear(draw(st.integers(1, 10))), nodes[-1][0])
    return nodes, shapes["input"]
