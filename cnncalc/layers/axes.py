"""What layers of many kinds say of axes: how they are called, what must hold of them, and shapes with some changed."""

from collections.abc import Iterable, Iterator

from cnncalc.arithmetic import equal, where
from cnncalc.layers.base import Check, Shape, sample_axis
from cnncalc.layers.reading import SAME, Axes, Everything, Reading, each

AXES = {
    1: (("length", "position"),),
    2: (("height", "row"), ("width", "column")),
    3: (("depth", "slice"), ("height", "row"), ("width", "column")),
}
"""For each number of axes behind the channels, the name of each axis and of one element along it."""

LETTERS = {1: "C, L", 2: "C, H, W", 3: "C, D, H, W"}


def of_axes(kind: str, shape: Shape, axes: str) -> Check:
    """That an input has as many axes as are named, with commas between: ``"L, E"``."""
    rank = len(axes.split(", "))
    message = "{} takes an input of {} axes, [{}]; what arrives is {}"
    return Check(len(shape) == rank, "", message, (kind, rank, axes, shape))


def of_rank(kind: str, shape: Shape, rank: int) -> Check:
    """That an input has channels and ``rank`` axes behind them."""
    return of_axes(kind, shape, LETTERS[rank])


def has_axes(kind: str, shape: Shape) -> Check:
    """That an input is not a single number a sample."""
    return Check(len(shape) >= 1, "", "{} takes an input of at least one axis; what arrives is {}", (kind, shape))


def has_axis(dim: int, shape: Shape, field: str = "dim") -> Check:
    """That a sample has the axis of PyTorch's number ``dim``, which the hyper-parameter ``field`` states."""
    message = "axis {} is not an axis of a sample of {}; axis 0 is the batch"
    return Check(0 <= sample_axis(dim, shape) < len(shape), field, message, (dim, shape))


def have_axes(dims: Iterable[int], shape: Shape, field: str) -> Iterator[Check]:
    """That a sample has all the axes that the hyper-parameter ``field`` lists."""
    return (has_axis(dim, shape, field) for dim in dims)


def with_sizes(shape: Shape, axis: int, *sizes: int) -> Shape:
    """A shape in which one axis has another size, has become several, or with no size is left out."""
    return (*shape[:axis], *sizes, *shape[axis + 1 :])


def broadcasts(a: int, b: int) -> bool:
    """Whether two sizes go together as PyTorch broadcasts: they are equal, or one is 1 and is repeated."""
    return equal(a, b) | equal(a, 1) | equal(b, 1)


def broadcast(a: Shape, b: Shape) -> Shape:
    """The shape that two make together whose sizes go together."""
    return tuple(where(equal(m, 1), n, m) for m, n in zip(a, b, strict=True))


def repeated(x: Shape, output: Shape) -> Reading:
    """How an input is read whose axes of size 1 are repeated."""
    return SAME if x == output else (repeated_axes(x, output),)


def repeated_axes(x: Shape, output: Shape) -> Axes:
    """The same axis by axis: of one that is repeated its one element by all, of the others each in its place."""
    sizes = enumerate(zip(x, output, strict=True))
    return tuple(each(axis) if size == wanted else Everything() for axis, (size, wanted) in sizes)
