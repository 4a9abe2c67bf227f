"""One walk for every kind of number: whole networks on arrays and symbols agree with the report."""

from dataclasses import dataclass, field

import numpy
import pytest
import sympy
from hypothesis import given, settings
from strategies import networks

from cnncalc import SpecError, analyze, load
from cnncalc.evaluate import evaluate
from cnncalc.graph import build_graph
from cnncalc.layers.base import elements
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
    assert str(raised.value).startswith('$.layers[3].kernel_size: "conv2": a kernel of 5 (dilation 1) does not fit')
