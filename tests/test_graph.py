"""Names, edges and order."""

import random

import pytest

from cnncalc import Add, Network, ReLU, SpecError, analyze, load
from cnncalc.graph import build_graph


def test_layers_may_be_listed_in_any_order():
    network = load("resnet18")
    graph = build_graph(network)
    named = [type(node.layer)(**fields(node)) for node in graph.nodes]
    expected = {row.name: (row.output_shape, row.macs) for row in analyze(network).layers}
    for seed in range(20):
        shuffled = random.Random(seed).sample(named, len(named))
        analysis = analyze(Network(input=network.input, layers=shuffled))
        assert {row.name: (row.output_shape, row.macs) for row in analysis.layers} == expected
        position = {row.name: index for index, row in enumerate(analysis.layers)}
        assert all(
            source == "input" or position[source] < position[row.name]
            for row in analysis.layers
            for source in row.inputs
        )


def fields(node):
    return {field: getattr(node.layer, field) for field in node.layer.__struct_fields__} | {
        "name": node.name,
        "inputs": node.inputs,
    }


def test_the_listed_order_is_kept_where_it_runs():
    names = [node.name for node in build_graph(load("alexnet")).nodes]
    assert names == [layer.name for layer in load("alexnet").layers]


def test_names_are_made_around_those_that_are_taken():
    layers = [ReLU(), ReLU(name="relu_2"), ReLU()]
    assert [node.name for node in build_graph(Network(input=(1,), layers=layers)).nodes] == [
        "relu_1",
        "relu_2",
        "relu_3",
    ]


def test_a_layer_may_read_the_same_layer_twice():
    analysis = analyze(Network(input=[4], layers=[ReLU(name="a"), Add(inputs=["a", "a", "input"])]))
    assert analysis.layers[1].flops == 2 * 4


@pytest.mark.parametrize("length", [2, 3, 50, 5000])
def test_a_circle_of_any_length_is_named_from_its_first_layer(length):
    layers = [ReLU(name=f"r{index}", inputs=[f"r{(index - 1) % length}"]) for index in range(length)]
    with pytest.raises(SpecError, match=r'in a circle: "r0" → "r1" →.* "r0"$') as raised:
        build_graph(Network(input=[1], layers=[ReLU(name="before", inputs=["input"]), *layers]))
    assert raised.value.where == "$.layers[1]"
