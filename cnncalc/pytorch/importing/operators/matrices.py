"""Linear layers, matrix products, attention and embeddings."""

from __future__ import annotations

from typing import Any

from cnncalc import layers
from cnncalc.pytorch.importing.arrangement import rearranged
from cnncalc.pytorch.importing.broadcasting import adapted, merged
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.arithmetic import number
from cnncalc.pytorch.importing.operators.pieces import chosen
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value, with_batch


@translates("linear")
def linear(net: Net, input: Value, weight: Value, bias: Value | None = None) -> Value:
    x = input
    if x.batch == x.ndim - 1 or weight.ndim != 2:
        raise DeclinedError("a linear map of the batch")
    if net.depends_on_samples(weight) or (bias is not None and net.depends_on_samples(bias)):
        raise DeclinedError("weights that differ from sample to sample")
    layer = layers.Linear(weight.shapes[0][0], bias=bias is not None)
    return net.layer(layer, x, tensors={"weight": weight, "bias": bias})


@translates("matmul", "__matmul__", "__rmatmul__", "bmm", "mm")
def matmul(net: Net, a: Value, b: Value, out: Any = None) -> Value:
    if a.ndim < 2 or b.ndim < 2:
        raise DeclinedError("the product of a vector")
    ndim = max(a.ndim, b.ndim)
    places = set()
    for value, contracted in ((a, a.ndim - 1), (b, b.ndim - 2)):
        if value.batch is not None and value.times == net.times:
            if value.batch == contracted:
                raise DeclinedError("a sum over the batch")
            places.add(ndim - value.ndim + value.batch)
    if len(places) > 1:
        raise DeclinedError("batches on different axes")
    place = places.pop() if places else None
    rows = place is not None and place >= ndim - 2
    kept = rows or any(value.kept for value in (a, b))
    if place is not None and rows and (a.batch is not None) and (b.batch is not None):
        raise DeclinedError("two batches")
    nodes = [_of_matrices(net, value, ndim, place, kept, rows) for value in (a, b)]
    made = net.sample_layer(layers.MatMul(), *nodes)
    if place is None:
        return made
    shapes = tuple(with_batch(sample, place, kept, times) for sample, times in zip(made.shapes, net.times, strict=True))
    found = Value(shapes, place, kept, net.times, made.node)
    if rows and all(sample[place] == 1 for sample in made.shapes):
        single = tuple((*sample[:place], *sample[place + 1 :]) for sample in made.shapes)
        inner = rearranged(net, made, single)
        return Value(shapes, place, False, net.times, inner.node)
    return found


def _of_matrices(net: Net, value: Value, ndim: int, place: int | None, kept: bool, rows: bool) -> Value:
    """A factor with all axes; one that does not depend on the batch keeps its rows and columns."""
    own = value.batch is not None and value.times == net.times
    if not own and (rows or place is None or kept):
        samples = tuple((*(1,) * (ndim - value.ndim), *shape) for shape in value.shapes)
        return _in_shapes(net, value, samples)
    return adapted(net, value, ndim, place, kept)


def _in_shapes(net: Net, value: Value, samples: tuple[tuple[int, ...], ...]) -> Value:
    if value.node is None:
        return net.as_data(value, samples[0])
    plain = Value(value.samples, None, False, net.times, value.node)
    return rearranged(net, plain, samples)


@translates("mv", "dot", "vdot", "inner")
def vector_product(net: Net, a: Value, b: Value) -> Value:
    """The product with a vector, which PyTorch's counter has no multiply-accumulates for."""
    if b.ndim != 1 or a.batch is not None or b.batch is not None:
        raise DeclinedError("products with vectors of samples")
    product = merged(net, layers.Multiply(), a, b)
    return net.layer(layers.Sum(dim=a.ndim), product)


@translates("_weight_norm_interface", "_weight_norm")
def weight_norm(net: Net, v: Value, g: Value, dim: int = 0) -> Any:
    """``g·v/‖v‖``, the norm over all axes but ``dim``. Source: Salimans and Kingma, "Weight Normalization" (2016)."""
    axes = tuple(axis + 1 for axis in range(v.ndim) if axis != dim % v.ndim)
    norm = net.layer(layers.Norm(dim=axes, keepdim=True), v)
    found = merged(net, layers.Multiply(), v, merged(net, layers.Divide(), g, norm))
    return found if len(net.results) == 1 else (found, norm)


@translates("addmm", "baddbmm", "addbmm")
def addmm(net: Net, bias: Value, a: Value, b: Value, *, beta: Any = 1, alpha: Any = 1) -> Value:
    product = matmul(net, a, b)
    if number(alpha) != 1:
        product = net.layer(layers.Scale(factor=number(alpha)), product)
    return product if number(beta) == 0 else merged(net, layers.Add(), product, bias)


@translates("einsum")
def einsum(net: Net, equation: str, *operands: Any) -> Value:
    if len(operands) == 1 and isinstance(operands[0], tuple):
        operands = operands[0]
    equation = equation.replace(" ", "")
    inputs, arrow, output = equation.partition("->")
    terms = inputs.split(",")
    if len(operands) != 2 or "." in equation or not arrow or any(len(set(term)) < len(term) for term in terms):
        raise DeclinedError("an equation of another kind")
    letters, nodes = [], []
    gone: set[str] = set()
    for term, value in zip(terms, operands, strict=True):
        own = value.batch is not None and value.times == net.times
        if own and not value.kept:
            gone.add(term[value.batch])
            term = term[: value.batch] + term[value.batch + 1 :]
        letters.append(term)
        nodes.append(Value(value.samples, None, False, net.times, value.node, value.stored) if own else value)
    if len(gone) > 1 or any(letter in term for letter in gone for term in letters):
        raise DeclinedError("the batch has two letters")
    place = output.index(next(iter(gone))) if gone else None
    kept_output = "".join(letter for letter in output if letter not in gone)
    made = net.sample_layer(layers.Einsum(equation=f"{letters[0]},{letters[1]}->{kept_output}"), *nodes)
    if place is None:
        kept = [v for v in operands if v.kept]
        if not kept:
            return made
        letter = terms[operands.index(kept[0])][kept[0].batch]
        place = output.index(letter)
        shapes = tuple(with_batch(s, place, True, t) for s, t in zip(made.shapes, net.times, strict=True))
        return Value(shapes, place, True, net.times, made.node)
    shapes = tuple(
        with_batch(sample, place, False, times) for sample, times in zip(made.shapes, net.times, strict=True)
    )
    return Value(shapes, place, False, net.times, made.node)


@translates("scaled_dot_product_attention", "_native_scaled_dot_product_attention")
def attention(
    net: Net,
    query: Value,
    key: Value,
    value: Value,
    attn_mask: Value | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Value:
    if enable_gqa or (attn_mask is not None and not attn_mask.is_constant):
        raise DeclinedError("attention with a mask that is computed")
    if not (query.ndim == key.ndim == value.ndim) or query.batch is None or query.batch >= query.ndim - 2:
        raise DeclinedError("attention of other ranks")
    return net.layer(layers.ScaledDotProductAttention(), query, key, value)


@translates("multi_head_attention_forward")
def multi_head_attention(
    net: Net,
    query: Value,
    key: Value,
    value: Value,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Value | None,
    in_proj_bias: Value | None,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Value,
    out_proj_bias: Value | None,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    *rest: Any,
    **named: Any,
) -> tuple[Value, ...]:
    plain = bias_k is None and bias_v is None and not add_zero_attn and not use_separate_proj_weight
    masks = [mask for mask in (key_padding_mask, attn_mask) if isinstance(mask, Value) and not mask.is_constant]
    if not plain or masks or in_proj_weight is None or query.ndim != 3:
        raise DeclinedError("attention with more than its projections")
    layer = layers.MultiheadAttention(num_heads, bias=in_proj_bias is not None)
    tensors = {
        "in_proj_weight": in_proj_weight,
        "out_proj.weight": out_proj_weight,
        "in_proj_bias": in_proj_bias,
        "out_proj.bias": out_proj_bias,
    }
    inputs = (query,) if query.node == key.node == value.node else (query, key, value)
    found = net.layer(layer, *inputs, tensors=tensors)
    return (found, *(_scores(net, query, shapes) for shapes in net.results[1:]))


def _scores(net: Net, query: Value, shapes: tuple[tuple[int, ...], ...]) -> Value:
    """The weights that attention returns beside its output, which the same layer has worked out."""
    samples = tuple(shape[1:] for shape in shapes)
    layer = layers.Opaque(
        operator="attention weights", output_shape=samples[0], input_shapes=(query.samples[0],), free=True
    )
    found = net.forced(layer, query, samples=samples)
    return Value(shapes, 0, False, net.times, found.node)


@translates("embedding")
def embedding(net: Net, input: Value, weight: Value, padding_idx: Any = None, *rest: Any, **named: Any) -> Value:
    if net.where != "torch.nn.functional" and input.stored is not None:
        input, weight = weight, input
    if weight.stored is None:
        raise DeclinedError("an embedding whose words are computed")
    if input.is_constant:
        return chosen(net, weight, 0, input)
    words, width = weight.shapes[0]
    index = padding_idx if isinstance(padding_idx, int) and padding_idx >= 0 else None
    layer = layers.Embedding(words, width, padding_idx=index)
    return net.layer(layer, input, tensors={"weight": weight})
