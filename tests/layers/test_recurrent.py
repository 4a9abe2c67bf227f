"""Recurrent layers worked out step by step, number by number, beside PyTorch's output."""

from collections import Counter

import pytest
import torch
from counting import Counted, product
from torch import nn

from cnncalc import Network, analyze, layers
from cnncalc.homework.derivation import derive

LENGTH, WIDTH, UNITS = 4, 3, 2


def stepped(module, x, cell):
    """The outputs of one layer, whose gates are the rows of its weights, by PyTorch's equations."""
    weights = [getattr(module, name).tolist() for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")]
    hidden = [Counted(0)] * UNITS
    cells = [Counted(0)] * UNITS
    outputs = []
    for row in x.tolist():
        values = [Counted(value) for value in row]
        units = [
            cell([tuple(part[gate * UNITS + unit] for part in weights) for gate in range(len(weights[0]) // UNITS)],
                 values, hidden, hidden[unit], cells[unit])
            for unit in range(UNITS)
        ]  # fmt: skip
        hidden, cells = [h for h, _ in units], [c for _, c in units]
        outputs.append([h.value for h in hidden])
    return outputs


def gate(weights, values, hidden):
    w_ih, w_hh, b_ih, b_hh = weights
    return product(w_hh, hidden, product(w_ih, values, Counted(0))) + Counted(b_ih) + Counted(b_hh)


def lstm(gates, values, hidden, _, cell):
    i, f, g, o = (gate(each, values, hidden) for each in gates)
    cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
    return o.sigmoid() * cell.tanh(), cell


def gru(gates, values, hidden, before, cell):
    r, z = (gate(each, values, hidden).sigmoid() for each in gates[:2])
    w_ih, w_hh, b_ih, b_hh = gates[2]
    inner = product(w_hh, hidden, Counted(0)) + Counted(b_hh)
    n = (product(w_ih, values, Counted(0)) + Counted(b_ih) + r * inner).tanh()
    return (1 - z) * n + z * before, cell


def rnn(gates, values, hidden, _, cell):
    return gate(gates[0], values, hidden).tanh(), cell


def rectified(gates, values, hidden, _, cell):
    return gate(gates[0], values, hidden).relu(), cell


CASES = [
    (layers.LSTM(UNITS), nn.LSTM(WIDTH, UNITS), lstm),
    (layers.GRU(UNITS), nn.GRU(WIDTH, UNITS), gru),
    (layers.RNN(UNITS), nn.RNN(WIDTH, UNITS), rnn),
    (layers.RNN(UNITS, nonlinearity="relu"), nn.RNN(WIDTH, UNITS, nonlinearity="relu"), rectified),
]


@pytest.mark.parametrize(("layer", "module", "cell"), CASES, ids=lambda case: type(case).__name__)
def test_every_operation_of_every_step(layer, module, cell):
    """The equations of PyTorch's documentation, one number at a time, give PyTorch's output and our counts."""
    x = torch.arange(LENGTH * WIDTH).reshape(LENGTH, WIDTH) / 7 - 0.5
    Counted.done = Counter()
    with torch.no_grad():
        outputs = stepped(module, x, cell)
        torch.testing.assert_close(torch.tensor(outputs), module(x)[0])
    operations = layer.operations((LENGTH, WIDTH), output=(LENGTH, UNITS))
    found = {name: getattr(operations, name) for name in operations.__struct_fields__}
    assert {name: count for name, count in found.items() if count} == dict(Counted.done)


def test_layers_upon_each_other_and_both_directions():
    """Two layers of both directions are four single ones, of which the upper two read both lower ones' outputs."""
    both = layers.LSTM(5, 2, bidirectional=True)
    lower, upper = layers.LSTM(5), layers.LSTM(5)
    parts = [*(lower.operations((7, 3), output=(7, 5)),) * 2, *(upper.operations((7, 10), output=(7, 5)),) * 2]
    assert both.operations((7, 3), output=(7, 10)) == sum(parts[1:], parts[0])
    shapes = {name: tuple(tensor.shape) for name, tensor in nn.LSTM(3, 5, 2, bidirectional=True).named_parameters()}
    assert {tensor.name: tensor.shape for tensor in both.parameters((7, 3))} == shapes


@pytest.mark.parametrize("kind", [layers.RNN, layers.LSTM, layers.GRU])
def test_layers_upon_each_other_see_what_one_of_several_sees(kind):
    """A step sees those up to its own, however many layers: none of them pads the sequence."""

    def fields(*stack):
        network = Network(input=[1, 9], layers=[layers.Permute([0, 2, 1]), *stack])
        analysis = analyze(network)
        return analysis.receptive_fields(analysis.layers[-1].name)["input"]

    found = fields(kind(2), kind(2), kind(2))
    assert found == fields(kind(2, 3)) == fields(kind(2))
    assert (found.size, found.smallest, found.padding) == ((9,), (1,), ((0, 0),))


def test_steps_and_features_have_symbols_of_their_own():
    """The first axis of a sequence is its steps, and not channels."""
    analysis = analyze(Network(input=[20, 8], layers=[layers.LSTM(6, bidirectional=True, name="lstm")]))
    assert [step.symbol for step in derive(analysis, "lstm", "output")] == ["L'", "E'"]
    assert derive(analysis, "lstm", "macs")[0].number.symbols().startswith("L*(4*N_h*E + 4*N_h*N_h")
