"""Generated layers of every kind, alone in a network, and generated graphs as networks."""

from __future__ import annotations

from math import prod

from hypothesis import strategies as st
from strategies import (
    adaptive_pools,
    arrangements,
    attentions,
    batch_norms,
    convolutions,
    folds,
    images,
    merges,
    more_activations,
    more_norms,
    more_pools,
    of_two,
    others,
    paddings,
    pointwise,
    pools,
    recurrents,
    repeating,
    same_paddings,
    transposed_convolutions,
)

from cnncalc import Network

Shape = tuple[int, ...]

ANY_CASE = st.one_of(
    *(convolutions(), pools(), adaptive_pools(), batch_norms(), others(), merges(), transposed_convolutions()),
    *(paddings(), more_pools(), more_norms(), arrangements(), images(), folds(), more_activations(), attentions()),
    *(recurrents(), pointwise(), repeating(), same_paddings(), of_two()),
)


def as_list(inputs: Shape | list[Shape]) -> list[Shape]:
    """The shapes of a layer's inputs, however a strategy gives them."""
    return inputs if isinstance(inputs, list) else [inputs]


def one_layer(layer, *inputs):
    """A network of that layer alone."""
    shapes = {f"x{index}": shape for index, shape in enumerate(inputs)}
    reading = type(layer)(
        **{f: getattr(layer, f) for f in layer.__struct_fields__} | {"name": "layer", "inputs": list(shapes)}
    )
    return Network(input=shapes, layers=[reading])


def legal(layer, inputs):
    return all(check.holds for check in layer.checks(*inputs)) and 0 < prod(layer.output(*inputs)) < 1e5


def stated(nodes, input_shape):
    """Generated nodes as a network, every third layer without readers or so an output."""
    return Network(
        input=input_shape,
        layers=[
            type(layer)(
                **{field: getattr(layer, field) for field in layer.__struct_fields__} | {"name": name, "inputs": inputs}
            )
            for name, layer, inputs in nodes
        ],
        outputs=[name for name, _, _ in nodes][::-2],
    )
