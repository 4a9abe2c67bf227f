"""Attention, and the embedding of words."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from cnncalc.arithmetic import Number, equal, prod
from cnncalc.layers.base import LARGEST_SIZE, Check, Layer, Operations, Parameter, Positive, Shape, TorchCall, agrees
from cnncalc.layers.formulas import weight_macs
from cnncalc.layers.reading import Everything, Reading, each


def attended(rows: Number, queries: Number, keys: Number, width: Number, value_width: Number) -> Operations:
    """The work of ``softmax(QKᵀ/√d)·V`` for ``rows`` independent heads.

    Both products count as multiply-accumulates; each score costs a multiplication by 1/√d and, for the softmax along
    the keys, an exponential, an addition (but for the first) and a division. Source: Vaswani et al., "Attention Is All
    You Need" (2017), equation 1.
    """
    scores = rows * queries * keys
    softmax = Operations(mul=scores, exp=scores, add=scores - rows * queries, div=scores)
    return Operations(mac=scores * (width + value_width)) + softmax


class ScaledDotProductAttention(Layer, frozen=True):
    """``softmax(QKᵀ/√E)·V`` of queries ``[*, L, E]``, keys ``[*, S, E]`` and values ``[*, S, V]`` → ``[*, L, V]``.

    Source: PyTorch documentation, ``torch.nn.functional.scaled_dot_product_attention``.
    """

    least_inputs: ClassVar[int] = 3
    most_inputs: ClassVar[int | None] = 3

    def checks(self, q: Shape, k: Shape, v: Shape) -> Iterator[Check]:
        message = "queries {}, keys {} and values {} do not fit each other"
        values = (q, k, v)
        yield Check(len(q) == len(k) == len(v) >= 2, "inputs", message, values)
        for a, b in (
            (q[-1], k[-1]),
            (k[-2], v[-2]),
            *zip(q[:-2], k[:-2], strict=True),
            *zip(q[:-2], v[:-2], strict=True),
        ):
            yield Check(equal(a, b), "inputs", message, values)

    def output(self, q: Shape, k: Shape, v: Shape) -> Shape:
        return (*q[:-1], v[-1])

    def operations(self, q: Shape, k: Shape, v: Shape, *, output: Shape) -> Operations:
        return attended(prod(q[:-2]), q[-2], k[-2], q[-1], v[-1])

    def reads(self, q: Shape, k: Shape, v: Shape) -> tuple[Reading, ...]:
        """A row of queries, and through them all keys and values of its head; a column of values."""
        heads, everything = tuple(map(each, range(len(q) - 2))), Everything()
        along = ((each(len(q) - 2), everything), (everything, everything), (everything, each(len(q) - 1)))
        return tuple(((*heads, *ends),) for ends in along)

    def torch_call(self, q: Shape, k: Shape, v: Shape) -> TorchCall:
        return TorchCall("torch.nn.functional.scaled_dot_product_attention", {})


class MultiheadAttention(Layer, frozen=True):
    """Attention of several heads over ``[L, E]``: of one input on itself, or of queries, keys and values.

    The three projections in and the one out are linear layers of ``E × E`` with biases. Source: Vaswani et al. (2017),
    section 3.2.2; PyTorch documentation, ``torch.nn.MultiheadAttention``.
    """

    num_heads: Positive
    bias: bool = True
    embed_dim: Positive | None = None
    most_inputs: ClassVar[int | None] = 3

    def checks(self, *inputs: Shape) -> Iterator[Check]:
        yield Check(len(inputs) != 2, "inputs", "MultiheadAttention takes one input, or queries, keys and values")
        message = "MultiheadAttention takes inputs [L, E] of one width; what arrives is {}"
        q, k, v = self._qkv(inputs)
        for x in (q, k, v):
            yield Check(len(x) == 2, "inputs", message, (x,))
            yield Check(equal(x[1], q[1]), "inputs", message, (x,))
        yield Check(equal(k[0], v[0]), "inputs", "keys {} and values {} are not of one length", (k, v))
        yield agrees(self.embed_dim, q[1], "embed_dim")
        divides = equal(q[1] % self.num_heads, 0)
        yield Check(divides, "num_heads", "a width of {} cannot be divided into {} heads", (q[1], self.num_heads))

    def output(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        width = inputs[0][1]
        weights = (Parameter("in_proj_weight", (3 * width, width)), Parameter("out_proj.weight", (width, width)))
        if not self.bias:
            return weights
        return (*weights, Parameter("in_proj_bias", (3 * width,)), Parameter("out_proj.bias", (width,)))

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        q, k, v = self._qkv(inputs)
        width = q[1]
        rows = 2 * q[0] + k[0] + v[0]
        projections = Operations(mac=weight_macs((rows,), (width, width)), add=rows * width if self.bias else 0)
        per_head = width // self.num_heads
        return projections + attended(self.num_heads, q[0], k[0], per_head, per_head)

    def reads(self, *inputs: Shape) -> tuple[Reading, ...]:
        """A row of queries, and all keys and values; one input is all three."""
        everything = Everything()
        if len(inputs) == 1:
            return (((Everything(0), everything),),)
        return (((each(0), everything),), *(((everything, everything),),) * 2)

    def torch_call(self, *inputs: Shape) -> TorchCall:
        return self._own_module(embed_dim=inputs[0][1])

    def _qkv(self, inputs: tuple[Shape, ...]) -> tuple[Shape, Shape, Shape]:
        return (inputs[0], inputs[1], inputs[2]) if len(inputs) == 3 else (inputs[0],) * 3


class Embedding(Layer, frozen=True):
    """A learned vector for each of ``num_embeddings`` words: ``[*] → [*, embedding_dim]``, without arithmetic.

    Source: PyTorch documentation, ``torch.nn.Embedding``.
    """

    num_embeddings: Positive
    embedding_dim: Positive
    padding_idx: Annotated[int, Meta(ge=-LARGEST_SIZE, le=LARGEST_SIZE)] | None = None
    """The word whose vector stays as it is in training; a negative number counts from the end."""

    def checks(self, x: Shape) -> Iterator[Check]:
        word, count = self.padding_idx, self.num_embeddings
        known = True if word is None else (word < count) & (word >= -count)
        yield Check(known, "padding_idx", "{} is not one of {} words", (word, count))

    def output(self, x: Shape) -> Shape:
        return (*x, self.embedding_dim)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", (self.num_embeddings, self.embedding_dim)),)

    def operations(self, x: Shape, *, output: Shape) -> Operations:
        return Operations()

    def reads(self, x: Shape) -> tuple[Reading, ...]:
        return ((tuple(map(each, range(len(x)))),),)

    def least_read(self, x: Shape) -> tuple[Number, ...]:
        """Of the vectors one, since all words may be the same."""
        return (prod(x), self.embedding_dim)

    def torch_call(self, x: Shape) -> TorchCall:
        return TorchCall("torch.nn.Embedding", self._hyper_parameters(), below=self.num_embeddings)
