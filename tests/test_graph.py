"""Names, edges and order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import Add, Network, ReLU, SpecError, analyze, load
from cnncalc.graph import build_graph, build_graph_of, leading_to
from cnncalc.spec.expansion import Bound


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


def test_the_last_layer_of_the_list_is_not_taken_for_an_input():
    """Its place seen from the end is −1, which is an input's, too."""
    reads = {"late": ["input", "third"], "third": ["second", "input"], "second": ["first", "input"]}
    layers = [*(Add(name=name, inputs=inputs) for name, inputs in reads.items()), ReLU(name="first", inputs=["input"])]
    graph = build_graph(Network(input=(4,), layers=layers, outputs=["late"]))
    assert [node.name for node in graph.nodes] == ["first", "second", "third", "late"]


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


@given(st.lists(st.lists(st.integers(0, 10), min_size=1, max_size=3), min_size=1, max_size=9), st.data())
def test_the_order_is_the_listed_one_but_for_what_must_wait(reads, data):
    """Always the first in the list of those whose inputs are there; found by looking through the list each time."""
    names = ["one", "two", *(f"layer{index}" for index in range(len(reads)))]
    layers = []
    for index, read in enumerate(reads):
        inputs = [names[source % (index + 2)] for source in read]
        layers.append(Add(name=f"layer{index}", inputs=inputs if len(inputs) > 1 else inputs * 2))
    layers = data.draw(st.permutations(layers))
    outputs = data.draw(st.sets(st.sampled_from([layer.name for layer in layers]), min_size=1))
    network = Network(input={"one": (4,), "two": (4,)}, layers=layers, outputs=sorted(outputs))
    graph = build_graph(network)
    waiting, order = list(layers), []
    while waiting:
        order.append(next(layer for layer in waiting if {*layer.inputs} <= {"one", "two", *(it.name for it in order)}))
        waiting.remove(order[-1])
    assert [node.name for node in graph.nodes] == [layer.name for layer in order]
    places = [*graph.inputs, *(node.name for node in graph.nodes)]
    assert all(node.inputs == tuple(places[source] for source in node.sources) for node in graph.nodes)
    assert graph.inputs == ("one", "two")
    needed, by_name = set(outputs), {layer.name: layer for layer in layers}
    while more := {name for need in needed & {*by_name} for name in by_name[need].inputs} - needed:
        needed |= more
    assert {node.name for node in graph.nodes if node.used} == needed & {*by_name}
    assert build_graph(network) is graph


def test_a_graph_with_other_numbers_is_another_and_has_no_advice():
    network = load("convnext_tiny")  # its residual blocks know what to do where shapes differ
    kept, other = build_graph(network), build_graph_of(network, Bound({"input": (3, 64, 64)}))
    assert other is not kept
    assert [node.layer for node in other.nodes] == [node.layer for node in kept.nodes]
    assert not any(node.advice for node in other.nodes)
    assert any(node.advice for node in kept.nodes)


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (1, ["r0", "r0"]),
        (7, [*(f"r{index}" for index in range(7)), "r0"]),
        (8, ["r0", "r1", "r2", "r3", "…", "r7", "r0"]),
        (50, ["r0", "r1", "r2", "r3", "…", "r49", "r0"]),
    ],
)
def test_a_long_circle_is_shown_by_its_ends(length, shown):
    """A layer that only reads from the circle is no part of it, though it is the first in the list."""
    layers = [ReLU(name=f"r{index}", inputs=[f"r{(index - 1) % length}"]) for index in range(length)]
    tail = [ReLU(name="tail", inputs=["behind"]), ReLU(name="behind", inputs=[f"r{length - 1}"])]
    with pytest.raises(SpecError) as raised:
        build_graph(Network(input=[1], layers=[*tail, *layers]))
    named = " → ".join(name if name == "…" else f'"{name}"' for name in shown)
    assert str(raised.value) == f"$.layers[2]: these layers read each other in a circle: {named}"


@pytest.mark.parametrize("length", [2, 3, 50, 5000])
def test_a_circle_of_any_length_is_named_from_its_first_layer(length):
    layers = [ReLU(name=f"r{index}", inputs=[f"r{(index - 1) % length}"]) for index in range(length)]
    with pytest.raises(SpecError, match=r'in a circle: "r0" → "r1" →.* "r0"$') as raised:
        build_graph(Network(input=[1], layers=[ReLU(name="before", inputs=["input"]), *layers]))
    assert raised.value.where == "$.layers[1]"


def test_a_layer_that_reads_itself_is_a_circle():
    with pytest.raises(SpecError, match=r'in a circle: "r" → "r"$'):
        build_graph(Network(input=[1], layers=[ReLU(name="r", inputs=["r"])]))


def test_a_circle_is_found_past_what_else_its_layers_read():
    layers = [ReLU(name="before"), *(Add(name=f"r{i}", inputs=["input", "before", f"r{1 - i}"]) for i in range(2))]
    with pytest.raises(SpecError, match=r'in a circle: "r0" → "r1" → "r0"$'):
        build_graph(Network(input=[1], layers=layers))


def test_variables_are_bound_in_a_graph_with_other_numbers():
    graph = build_graph_of(load("vgg16"), Bound({"input": (3, 64, 64)}, {"classes": 7}))
    assert graph.nodes[-1].layer.out_features == 7


def test_the_part_of_a_graph_that_leads_to_a_layer():
    """What lies beside or behind it is left out, and the positions close up; both inputs stay."""
    reads = {"a": ["x"], "beside": ["a", "y"], "b": ["y"], "sum": ["b", "a", "x"], "last": ["sum", "beside"]}
    layers = [(ReLU if len(read) == 1 else Add)(name=name, inputs=read) for name, read in reads.items()]
    whole = build_graph(Network(input={"x": [4], "y": [4]}, layers=layers))
    part = leading_to(whole, "sum")
    assert (part.inputs, part.outputs) == (("x", "y"), ("sum",))
    assert [(node.name, node.inputs, node.sources) for node in part.nodes] == [
        ("a", ("x",), (0,)),
        ("b", ("y",), (1,)),
        ("sum", ("b", "a", "x"), (3, 2, 0)),
    ]
    kept = {node.name: node.layer for node in whole.nodes}
    assert all(node.layer is kept[node.name] for node in part.nodes)
    assert [node.name for node in leading_to(whole, "last").nodes] == list(reads)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("fc9", r"^no layer is named 'fc9'; did you mean 'fc8'\?$"),
        ("zzzz", r"^no layer is named 'zzzz'$"),
        ("input", r"^no layer is named 'input'$"),
    ],
)
def test_no_part_of_a_graph_leads_to_what_is_no_layer(layer, message):
    with pytest.raises(SpecError, match=message):
        leading_to(build_graph(load("alexnet")), layer)
