"""What the tensors of a tape are in a network: which layer makes them, and where their batch is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnncalc.pytorch.importing.sizes import Sizes


class DeclinedError(Exception):
    """A translation that does not apply: the call is taken apart, or becomes an operator that is not known."""


class Varying:
    """An argument that was another one in each of the traces."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"Varying{self.values}"


@dataclass(frozen=True)
class Stored:
    """A parameter or a buffer of the module, by its full name."""

    name: str
    shape: Sizes
    is_parameter: bool
    trainable: bool


@dataclass(frozen=True)
class Value:
    """A tensor, with its shape in each trace.

    The batch is the outermost part of axis ``batch``: all of it, or, where ``kept``, together with something of each
    sample, as in ``[B·windows, tokens, channels]``; None for a tensor that does not depend on the samples. ``times``
    is the number of samples in each trace. ``node`` is the layer or the input that makes it; None for one that has no
    layer yet, which is ``stored`` in the module or a constant.
    """

    shapes: tuple[Sizes, ...]
    batch: int | None = None
    kept: bool = False
    times: Sizes = ()
    node: int | str | None = None
    stored: Stored | None = None

    @property
    def ndim(self) -> int:
        return len(self.shapes[0])

    @property
    def is_constant(self) -> bool:
        return self.node is None and self.stored is None

    @property
    def samples(self) -> tuple[Sizes, ...]:
        """The shape of one sample in each trace."""
        return tuple(self._sample(shape, times) for shape, times in zip(self.shapes, self.times, strict=True))

    def _sample(self, shape: Sizes, times: int) -> Sizes:
        if self.batch is None:
            return shape
        own = (shape[self.batch] // times,) if self.kept else ()
        return (*shape[: self.batch], *own, *shape[self.batch + 1 :])

    @property
    def whole(self) -> bool:
        """Whether the batch is the first axis, alone, as layers take it."""
        return self.batch == 0 and not self.kept

    def axis(self, dim: int) -> int:
        """PyTorch's number of an axis as one of a spec, where 0 is the batch. Raises DeclinedError for the batch."""
        dim = dim + self.ndim if dim < 0 else dim
        if not 0 <= dim < self.ndim or (dim == self.batch):
            raise DeclinedError("works along the batch")
        return self.sample_index(dim) + 1

    def sample_index(self, dim: int) -> int:
        """An axis as an index into the shape of a sample."""
        return dim - 1 if self.batch is not None and not self.kept and dim > self.batch else dim

    def moved(self, batch: int | None, kept: bool | None = None) -> Value:
        return replace(self, batch=batch, kept=self.kept if kept is None else kept)


def with_batch(sample: Sequence[int], batch: int | None, kept: bool, times: int) -> Sizes:
    """The shape of a batch of samples."""
    if batch is None:
        return tuple(sample)
    if kept:
        return (*sample[:batch], sample[batch] * times, *sample[batch + 1 :])
    return (*sample[:batch], times, *sample[batch:])


@dataclass
class Step:
    """A layer of the network to be, with what it reads and the tensors that it uses as weights."""

    layer: Any
    inputs: tuple[int | str, ...]
    frame: Any
    operator: str
    tensors: dict[str, Value] = field(default_factory=dict)
    samples: tuple[Sizes, ...] = ()
    stored: Stored | None = None
    batched: bool = True
    fixed: str = ""
    beside: bool = False
    """Whether it was made beside what was asked for, and may go where nobody reads it."""
    name: str = ""
    own: tuple[Stored, ...] = ()
    weights: tuple[int, ...] = ()
