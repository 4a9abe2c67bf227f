"""Layers that use the weights of others, frozen parameters, and tensors that are data."""

import pytest

from cnncalc import Conv2d, Network, Repeat, Sequential, SpecError, analyze, layers, loads

CONV = {"out_channels": 8, "kernel_size": 3, "padding": 1}


def rows(*items, input=(8, 6, 6)):
    network = Network(input=input, layers=items)
    assert loads(network.to_json()) == network
    return {row.name: row for row in analyze(network).layers}


def test_shared_weights_count_once_and_work_each_time():
    found = rows(Conv2d(**CONV, name="a"), Conv2d(**CONV, name="b", weights=("a",)), layers.BatchNorm2d(name="c"))
    assert (found["a"].params, found["b"].params) == (584, 0)
    assert found["a"].macs == found["b"].macs > 0


def test_names_are_looked_up_from_the_inside_outwards():
    inner = [Conv2d(**CONV, name="a"), Conv2d(**CONV, name="b", weights=["a"])]
    found = rows(
        Conv2d(**CONV, name="a"), Sequential(inner, name="part"), Conv2d(**CONV, name="last", weights=["part.a"])
    )
    assert found["part.b"].layer.weights == ("part.a",)
    assert found["last"].layer.weights == ("part.a",)
    copies = Repeat(2, [Conv2d(**CONV, name="x"), Conv2d(**CONV, name="y", weights=["x"])], name="stage")
    assert rows(copies)["stage.1.y"].layer.weights == ("stage.1.x",)


def test_buffers_are_shared_too():
    found = rows(layers.BatchNorm2d(name="a"), layers.BatchNorm2d(name="b", weights=["a"]))
    assert (found["a"].buffers, found["b"].buffers) == (17, 0)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Conv2d(**CONV, weights=["conv"]), "nothing is named \"conv\" here; did you mean 'convs'?"),
        (Conv2d(**CONV, name="x", weights=["x"]), "a layer cannot share its own weights with itself"),
        (Conv2d(**CONV, weights=["input"]), '"input" is an input and has no weights'),
        (
            Conv2d(8, 5, padding=2, name="x", weights=["convs"]),
            '"x" cannot use the weights of "convs", which are weight 8×8×3×3, bias 8; it takes weight 8×8×5×5, bias 8',
        ),
        (Conv2d(8, 3, bias=False, name="x", weights=["convs"]), "it takes weight 8×8×3×3"),
    ],
)
def test_what_cannot_be_shared(layer, message):
    with pytest.raises(SpecError) as raised:
        analyze(Network(input=(8, 6, 6), layers=[Conv2d(**CONV, name="convs"), layer]))
    assert message in str(raised.value)
    assert raised.value.where.startswith("$.layers[1].weights")


def test_frozen_parameters_are_apart():
    network = Network(
        input=(8, 6, 6), layers=[Conv2d(**CONV, frozen=True), Conv2d(**CONV, frozen=["bias"]), Conv2d(**CONV)]
    )
    totals = analyze(network).totals
    assert (totals.params, totals.frozen_params, totals.trainable_params) == (3 * 584, 584 + 8, 576 + 584)
    assert analyze(network).to_dict()["totals"]["trainable_params"] == 576 + 584


def test_tensors_that_are_data():
    found = rows(
        layers.LearnedTensor((8, 1, 1), name="scale"),
        layers.Multiply(inputs=["input", "scale"], name="scaled"),
        layers.ConstantTensor((0, 0), axes=(2, 3), name="mask", inputs=["input"]),
        layers.ConstantTensor((4,), stored=True, name="stored"),
        layers.HeldTensors(held_parameters={"w": (3, 2)}, held_buffers={"b": (5,)}, name="held"),
    )
    assert [(name, row.output_shape, row.params, row.buffers, row.activations) for name, row in found.items()] == [
        ("scale", (8, 1, 1), 8, 0, 0),
        ("scaled", (8, 6, 6), 0, 0, 288),
        ("mask", (6, 6), 0, 0, 0),
        ("stored", (4,), 0, 4, 0),
        ("held", (0,), 6, 5, 0),
    ]


def test_what_they_depend_on():
    network = Network(
        input=(2, 6, 6),
        layers=[layers.LearnedTensor((2, 1, 1), name="a"), layers.Add(inputs=["input", "a"], name="sum")],
    )
    analysis = analyze(network)
    assert analysis.receptive_fields("a") == {}
    assert analysis.receptive_fields("sum")["input"].size == (1, 1)
    assert analysis.sees("a") == {}


def test_weights_of_another_kind_or_of_several_layers_are_not_compared():
    """A linear layer with a bias may take an embedding's weights, and a layer those of two, whatever their shapes."""
    tied = [
        layers.Embedding(100, 8, name="words"),
        layers.Linear(100, name="next", weights=("words",)),
        layers.Linear(7, bias=False, name="own"),
        layers.Linear(9, name="both", weights=("own", "next")),
    ]
    found = rows(*tied, input=[5])
    assert [found[name].params for name in ("words", "next", "own", "both")] == [800, 0, 700, 0]
    unfit = layers.Linear(8, name="unfit", weights=("own",))
    with pytest.raises(SpecError, match='"unfit" cannot use the weights of "own", which are weight 7×100'):
        analyze(Network(input=[5], layers=[*tied, unfit]))


def test_an_analysis_that_ends_before_the_owner_of_a_layers_weights():
    items = [Conv2d(**CONV, name="a", weights=["b"]), Conv2d(**CONV, name="b")]
    (row,) = analyze(Network(input=(8, 6, 6), layers=items), until="a").layers
    assert (row.name, row.output_shape, row.macs) == ("a", (8, 6, 6), 9 * 8 * 8 * 36)
