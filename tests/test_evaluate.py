"""One walk for every kind of number: whole networks on arrays and symbols agree with the report."""

import re
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy
import pytest
import sympy
import torch
from hypothesis import given, settings
from strategies import networks

from cnncalc import SpecError, analyze, layers, load
from cnncalc.evaluate import evaluate
from cnncalc.graph import Graph, Node, build_graph
from cnncalc.layers.base import Check, elements
from cnncalc.spec import Network


@dataclass
class Holding:
    """Collects, instead of raising, where an array's points hold every condition."""

    points: numpy.ndarray
    messages: list[str] = field(default_factory=list)

    def __call__(self, node, check, inputs):
        holds = numpy.broadcast_to(check.holds, self.points.shape)
        self.points &= holds
        if not holds.all():
            self.messages.append(check.explain())


def quantities(visit) -> tuple:
    operations = (getattr(visit.operations, name) for name in visit.operations.__struct_fields__)
    tensors = (elements(visit.parameters), elements(visit.buffers))
    return (*visit.output, *tensors, *operations)


def test_alexnet_over_an_array_of_input_sizes():
    network = load("alexnet")
    sizes = numpy.arange(40, 300)
    legal = Holding(numpy.ones(sizes.shape, dtype=bool))
    walk = evaluate(build_graph(network), [(3, sizes, 224)], legal)
    macs = sum(visit.operations.mac for visit in walk)
    flops_like = sum(visit.operations.compare for visit in walk)
    assert sizes[legal.points][0] == 63  # torchvision's documented smallest input of AlexNet is 63×63
    for point, size in enumerate(sizes.tolist()):
        try:
            analysis = analyze(network, (3, size, 224))
        except SpecError:
            assert not legal.points[point]
        else:
            assert legal.points[point]
            assert macs[point] == analysis.totals.macs
            ints = evaluate(build_graph(network), [(3, size, 224)])
            assert flops_like[point] == sum(visit.operations.compare for visit in ints)
    assert "does not fit" in legal.messages[0]


def test_resnet_in_symbols():
    height, width = sympy.symbols("H W", integer=True, positive=True)
    conditions = []
    network = load("resnet18")
    walk = evaluate(build_graph(network), [(3, height, width)], lambda node, check, _: conditions.append(check.holds))
    for size in [(224, 224), (33, 65), (288, 200)]:
        point = dict(zip((height, width), size, strict=True))
        assert all(bool(sympy.sympify(condition).subs(point)) for condition in conditions)
        for in_symbols, in_ints in zip(walk, evaluate(build_graph(network), [(3, *size)]), strict=True):
            found = tuple(sympy.sympify(value).subs(point) for value in quantities(in_symbols))
            assert found == quantities(in_ints)


@settings(max_examples=60)
@given(networks())
def test_arrays_agree_with_ints_on_generated_networks(case):
    nodes, (channels, height, width) = case
    layers = [type(layer)(**with_place(layer, name, inputs)) for name, layer, inputs in nodes]
    graph = build_graph(Network(input=(channels, height, width), layers=layers))
    sizes = numpy.array([height, height + 1, height + 9])
    legal = Holding(numpy.ones(3, dtype=bool))
    walk = evaluate(graph, [(channels, sizes, width)], legal)
    for point in numpy.flatnonzero(legal.points):
        ints = evaluate(graph, [(channels, int(sizes[point]), width)])
        for on_array, on_int in zip(walk, ints, strict=True):
            found = tuple(numpy.broadcast_to(value, 3)[point] for value in quantities(on_array))
            assert found == quantities(on_int)


def with_place(layer, name, inputs):
    return {field: getattr(layer, field) for field in layer.__struct_fields__} | {"name": name, "inputs": inputs}


def test_the_first_failing_condition_is_raised_with_its_place():
    network = load("lenet")
    with pytest.raises(SpecError) as raised:
        evaluate(build_graph(network), [(1, 8, 28)])
    assert raised.value.where == "$.layers[3].kernel_size"
    assert raised.value.message == (
        '"conv2": a kernel of 5 (dilation 1) does not fit into the height of 2 with padding 0 on each side'
    )


def test_what_is_reached_by_gradients_is_what_pytorch_says():
    """Whether a layer's input requires a gradient, by running the same layers."""
    stack = [
        layers.ReLU(name="plain"),
        layers.Conv2d(3, 1, frozen=True, name="frozen"),
        layers.Conv2d(3, 1, frozen=("weight",), name="bias"),
        layers.ReLU(name="behind"),
        layers.Add(name="both", inputs=("plain", "behind")),
        layers.Conv2d(3, 1, name="shared", weights=("frozen",), inputs=("plain",)),
        layers.ReLU(name="last"),
        layers.Add(name="neither", inputs=("input", "plain")),
    ]
    found = {
        visit.node.name: visit.trained
        for visit in evaluate(build_graph(Network(input=[3, 4, 4], layers=stack)), [(3, 4, 4)])
    }
    x = torch.zeros(1, 3, 4, 4)
    frozen, learned = torch.nn.Conv2d(3, 3, 1).requires_grad_(False), torch.nn.Conv2d(3, 3, 1)
    learned.weight.requires_grad_(False)
    plain = x.relu()
    behind = learned(frozen(plain)).relu()
    expected = {"plain": x, "frozen": plain, "bias": frozen(plain), "behind": learned(frozen(plain))}
    expected |= {"both": plain + behind, "neither": x + plain}
    assert {name: found[name] for name in expected} == {name: it.requires_grad for name, it in expected.items()}
    assert not found["shared"]
    assert found["last"]  # a layer that shares weights is taken to be trained


def test_somebody_elses_shapes_are_walked_on_with():
    """What a student took an output for is what the next layer reads."""
    network = Network(
        input=[3, 8, 8], layers=[layers.Conv2d(4, 3, name="conv"), layers.Flatten(), layers.Linear(10, name="fc")]
    )
    theirs = {"conv": (4, 5, 5)}
    walk = evaluate(
        build_graph(network),
        [(3, 8, 8)],
        outputs=lambda node, inputs: theirs.get(node.name) or node.layer.output(*inputs),
    )
    assert [visit.output for visit in walk] == [(4, 5, 5), (100,), (10,)]
    assert walk[2].parameters[0].shape == (10, 100)
    assert walk[0].operations.mac == 5 * 5 * 4 * 3 * 9


class Conditional(layers.ReLU, frozen=True):
    """A layer with one condition, whatever it is given to be."""

    holds: Any = True

    def checks(self, x):
        yield Check(self.holds, "", "never")


def conditional(holds):
    layer = Conditional(holds=holds)
    node = Node("conditional", layer, ("input",), (0,), "$.layers[0]", lambda inputs: f"; try {inputs[0][0]}", True)
    return Graph(("input",), (node,), ("conditional",))


NEVER = re.escape('$.layers[0]: "conditional": never; try 3')


@pytest.mark.parametrize("holds", [True, False, sympy.Symbol("x") > 0])
def test_what_is_plainly_false_is_raised_and_what_is_open_is_asked(holds):
    graph, asked = conditional(holds), []
    with pytest.raises(SpecError, match=NEVER) if holds is False else nullcontext():
        evaluate(graph, [(3,)], lambda *found: asked.append(found))
    found = [(node, check.holds, inputs) for node, check, inputs in asked]
    assert found == ([(graph.nodes[0], holds, ((3,),))] if holds not in (True, False) else [])


def test_a_truth_of_numpy_is_one():
    evaluate(conditional(numpy.True_), [(3,)])
    with pytest.raises(SpecError, match=NEVER):
        evaluate(conditional(numpy.False_), [(3,)])
