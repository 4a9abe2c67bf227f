"""Until when values are needed, and the memory that follows."""

from cases import stated
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import any_networks, networks

from cnncalc import Network, analyze, layers, load
from cnncalc.analysis.liveness import inference_memory, last_uses, training_memory
from cnncalc.graph import build_graph


def memory_of(network, batch=1):
    analysis = analyze(network, batch=batch)
    return inference_memory(analysis.layers, analysis.inputs, build_graph(network), batch)


def test_by_hand():
    """A branch is kept until it is added; the sum needs the two and itself."""
    network = Network(
        input=[2, 4, 4],
        layers=[
            layers.Conv2d(8, 1, name="a"),
            layers.ReLU(name="b"),
            layers.Conv2d(8, 1, name="c"),
            layers.Add(name="d", inputs=["a", "c"]),
            layers.Flatten(name="e"),
            layers.Linear(3, name="f"),
        ],
    )
    assert last_uses(build_graph(network)) == ((0,), (), (2,), (1, 3), (4,), (5,))
    memory = memory_of(network)
    # the input (32 elements), a, b and c while c is made; so many too where d is, since b has gone: the first counts
    assert (memory.values, memory.layer) == (32 + 3 * 128, "c")
    assert memory.tensors == analyze(network).totals.params
    assert memory_of(network, batch=5).values == 5 * memory.values
    assert memory_of(network, batch=5).tensors == memory.tensors


def test_outputs_stay_and_what_nothing_reads_goes():
    stack = [layers.Conv2d(8, 1, name=name, inputs=["input"]) for name in "abc"]
    network = Network(input=[2, 4, 4], layers=stack)
    assert last_uses(build_graph(network)) == ((1,), (2,), (0,))
    assert memory_of(network).values == 32 + 128
    kept = Network(input=[2, 4, 4], layers=stack, outputs=["a", "c"])
    assert memory_of(kept).values == 32 + 2 * 128


def test_a_view_lives_in_what_it_looks_at():
    chain = [layers.ReLU(), layers.Flatten(), layers.Dropout(), layers.Slice(0, 4), layers.Linear(2)]
    assert memory_of(Network(input=[2, 4, 4], layers=chain)).values == 32 + 32 + 2


def test_vgg_holds_two_of_its_largest_maps():
    """Both of 64×224×224, and the input: the network's best known hunger."""
    memory = memory_of(load("vgg16"), batch=3)
    assert memory.values == 3 * (3 * 224 * 224 + 2 * 64 * 224 * 224)


def test_training_by_hand():
    """ReLU keeps its output and the linear layer its input, which is the same; nothing keeps what ReLU read."""
    stack = [layers.Linear(64, bias=False), layers.ReLU(), layers.Linear(16, bias=False)]
    network = Network(input=[8], layers=stack)
    memory = training_memory(analyze(network, batch=100), build_graph(network), 4)
    # backwards at ReLU: both inputs and outputs of the network, ReLU's output, the gradients of its output and input
    assert memory.values == 100 * (8 + 16 + 64 + 64 + 64)
    assert (memory.tensors, memory.gradients, memory.kept) == (8 * 64 + 64 * 16, 64 * 16, 0)
    assert memory.layer == "relu_1"


def test_what_pools_and_dropout_keep_besides():
    network = Network(input=[4, 8, 8], layers=[layers.MaxPool2d(2), layers.Dropout(), layers.ReLU()])
    memory = training_memory(analyze(network, batch=2), build_graph(network), 4)
    assert memory.kept == 2 * 4 * 4 * 4 * (8 + 1)


def simulated(network):
    """The most elements that live at once, by a walk that holds every value in a set."""
    graph, analysis = build_graph(network), analyze(network)
    sizes = {name: analysis.inputs[name] for name in graph.inputs}
    roots = {name: name for name in graph.inputs}
    most = 0
    for place, row in enumerate(analysis.layers):
        sizes[row.name] = row.output_shape
        roots[row.name] = roots[row.inputs[0]] if row.layer.is_view else row.name
        later = {name for other in analysis.layers[place:] for name in other.inputs}
        held = {roots[name] for name in roots if name in later or name in graph.outputs or name == row.name}
        elements = dict.fromkeys(held | set(graph.inputs), 1)
        total = 0
        for name in elements:
            count = 1
            for size in sizes[name]:
                count *= size
            total += count
        most = max(most, total)
    return most


@settings(max_examples=100)
@given(st.one_of(networks(), any_networks()))
def test_generated_networks_against_a_walk_with_sets(case):
    assume(case[0])
    network = stated(*case)
    assert memory_of(network).values == simulated(network)
