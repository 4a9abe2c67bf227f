"""Generated layers and networks, legal ones and, now and then, illegal ones."""

from __future__ import annotations

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
    """Add or Concat of two to four inputs, which mostly fit."""
    first = draw(samples(draw(st.integers(1, 3)), largest=5))
    concat = draw(st.booleans())
    dim = draw(st.integers(-len(first), len(first)).filter(bool))
    inputs = [first]
    for _ in range(draw(st.integers(1, 3))):
        other = list(first)
        if concat:
            other[dim - 1 if dim > 0 else dim] = draw(st.integers(1, 9))
        if draw(st.sampled_from((False,) * 3 + (True,))):
            position = draw(st.integers(0, len(other) - 1))
            other[position] = draw(st.integers(1, 4))
        inputs.append(tuple(other))
    return layers.Concat(dim=dim) if concat else layers.Add(), inputs


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
        choice = draw(st.sampled_from(("conv", "conv", "pool", "norm", "act", "add", "concat")))
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
            put(layers.BatchNorm2d(), source)
        elif choice == "act":
            put(layers.ReLU(), source)
        else:
            add = choice == "add"
            fits = [
                name
                for name, shape in shapes.items()
                if (shape == shapes[source] if add else shape[1:] == shapes[source][1:])
            ]
            others = draw(st.lists(st.sampled_from(fits), min_size=1, max_size=3))
            put(layers.Add() if add else layers.Concat(), source, *others)
    if draw(st.booleans()):
        last = nodes[-1][0]
        put(layers.AdaptiveAvgPool2d(draw(st.integers(1, 3))), last)
        put(layers.Flatten(), nodes[-1][0])
        put(layers.Linear(draw(st.integers(1, 10))), nodes[-1][0])
    return nodes, input_shape
