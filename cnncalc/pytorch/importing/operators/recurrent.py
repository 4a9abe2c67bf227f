"""Recurrent layers."""

from __future__ import annotations

from typing import Any

from cnncalc import layers
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.operators.arrangements import permuted
from cnncalc.pytorch.importing.operators.pieces import getitem
from cnncalc.pytorch.importing.sizes import columns, varies
from cnncalc.pytorch.importing.translations import translates
from cnncalc.pytorch.importing.values import DeclinedError, Value

_KINDS: dict[str, tuple[Any, dict[str, str]]] = {
    "rnn_tanh": (layers.RNN, {}),
    "rnn_relu": (layers.RNN, {"nonlinearity": "relu"}),
    "lstm": (layers.LSTM, {}),
    "gru": (layers.GRU, {}),
}


@translates(*_KINDS)
def recurrent(
    net: Net,
    x: Value,
    state: Any,
    weights: Any,
    bias: bool,
    num_layers: int,
    dropout: float,
    training: bool,
    bidirectional: bool,
    batch_first: bool = False,
) -> tuple[Value, ...]:
    """The layer, and the last states beside its output, which the same layer has worked out."""
    initial = state if isinstance(state, tuple) else (state,)
    if not all(isinstance(each, Value) and each.is_constant for each in initial):
        raise DeclinedError("states that are worked out before")
    if x.ndim != 3 or x.batch != (0 if batch_first else 1) or x.kept:
        raise DeclinedError("a sequence of another form than a batch of steps")
    kind, settings = _KINDS[net.operator]
    layer = kind(weights[1].shapes[0][1], num_layers, bias=bias, bidirectional=bidirectional, **settings)
    names = [tensor.name for tensor in layer.parameters(x.samples[0])]
    found = net.layer(layer, x, tensors=dict(zip(names, weights, strict=True)))
    before = len(net.steps)
    states = [_last(net, found, shapes) for shapes in net.results[1:]]
    if num_layers == 1 and not bidirectional:
        states[0] = _last_step(net, found)
    for step in net.steps[before:]:
        step.beside = True
    return (found, *states)


def _last_step(net: Net, output: Value) -> Value:
    """The last step of an output, as ``[1, B, H]``."""
    if output.batch == 1:
        return getitem(net, output, slice(-1, None))
    return permuted(net, getitem(net, output, (slice(None), slice(-1, None))), [1, 0, 2])


def _last(net: Net, output: Value, shapes: tuple[tuple[int, ...], ...]) -> Value:
    """The last state of every layer and direction, ``[layers, B, H]``, of which the output has only a part."""
    if any(varies(sizes) for axis, sizes in enumerate(columns(shapes)) if axis != 1):
        raise DeclinedError("states of sizes that vary")
    samples = tuple((*shape[:1], *shape[2:]) for shape in shapes)
    step = layers.Opaque(operator="last states", output_shape=samples[0], free=True)
    found = net.forced(step, net.as_data(output), samples=samples)
    return Value(shapes, 1, False, net.times, found.node)
