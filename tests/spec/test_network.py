"""Networks written in Python, and their way to JSON and back."""

import pytest

import cnncalc
from cnncalc import (
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    SpecError,
    StochasticDepth,
    Upsample,
    analyze,
    load,
    loads,
)
from cnncalc.spec import shipped_names


def test_a_network_in_python():
    network = Network(
        name="small",
        input=[3, 32, 32],
        layers=[Conv2d(10, 5, padding=2, name="conv"), ReLU(), Flatten(), Linear(400_000, bias=False)],
    )
    analysis = analyze(network)
    conv, _, _, linear = analysis.layers
    # the lectures: ten 5×5 filters on 3×32×32 give 10×32×32, 76 parameters a filter, 760 in all
    assert conv.output_shape == (10, 32, 32)
    assert conv.params == 10 * 76 == 760
    assert conv.macs == 768_000
    assert linear.params == 10 * 32 * 32 * 400_000
    assert [row.name for row in analysis.layers] == ["conv", "relu_1", "flatten_1", "linear_1"]


def test_the_sixteen_billion_weights_of_the_lectures():
    analysis = analyze(Network(input=[1, 200, 200], layers=[Flatten(), Linear(400_000, bias=False)]))
    assert analysis.totals.params == 16_000_000_000


@pytest.mark.parametrize("name", shipped_names())
def test_json_and_back(name):
    network = load(name)
    assert loads(network.to_json()) == network


def test_lists_become_tuples_on_the_way_to_json():
    network = Network(input=[1, 9, 9], layers=[MaxPool2d([3, 2], stride=[2, 1])])
    assert loads(network.to_json()) == network
    assert network.layers[0].kernel_size == (3, 2)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"layers": [Conv2d(4, 0)]}, "$.layers[0].kernel_size: expected a whole number of at least 1, found 0"),
        ({"layers": [Conv2d("4 +", 3)]}, '$.layers[0].out_channels: "4 +": not an expression'),
        ({"layers": [Conv2d(object(), 3)]}, "$.layers[0].out_channels: expected a whole number, found <object>"),
        ({"layers": [3]}, "$.layers[0]: expected a layer, an object with a type, found 3"),
        ({"layers": ReLU()}, "$.layers: expected a list of layers"),
        ({"layers": []}, "$.layers: the network is empty"),
        ({"input": 8}, "$.input: expected an object or a list, found 8"),
        ({"input": "8"}, '$.input: expected an object or a list, found "8"'),
        ({"name": 3}, "$.name: expected text, found 3"),
        ({"input": {"x": [3], "y b": [3, 0]}}, "$.input.y b[1]: expected a whole number of at least 1, found 0"),
        ({"layers": [Upsample(mode="area")]}, '$.layers[0].mode: expected one of "nearest", "nearest-exact", "linear"'),
        ({"layers": [StochasticDepth(mode="area")]}, '$.layers[0].mode: expected one of "batch", "row", found "area"'),
        ({"layers": [Upsample(scale_factor=0.0)]}, "$.layers[0].scale_factor: expected a number of more than 0.0"),
    ],
)
def test_what_python_writes_is_checked_where_it_is_written(fields, message):
    with pytest.raises(SpecError) as raised:
        Network(**{"input": [1, 8, 8], "layers": [ReLU()]} | fields)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("input", [5, "3,4", [1, 0, 8], [], [1.5, 2, 2]])
def test_another_input_is_checked_too(input):
    with pytest.raises(SpecError, match=r"^\$\.input"):
        analyze(load("lenet"), input)


@pytest.mark.parametrize("batch", [0, -1, 2.0, True, "3", 2**31])
def test_a_batch_is_a_whole_number(batch):
    with pytest.raises(SpecError, match="expected a batch size"):
        analyze(load("lenet"), batch=batch)


def test_an_unknown_convention_has_its_name_and_the_known_ones():
    with pytest.raises(cnncalc.CnncalcError, match="no convention is named 'cncalc'; did you mean 'cnncalc'"):
        analyze(load("lenet"), convention="cncalc")


def test_public_names_are_listed_and_others_are_not():
    assert {"Conv2d", "Network", "analyze", "load", "__version__"} <= set(dir(cnncalc))
    names: dict[str, object] = {}
    exec("from cnncalc import *", names)
    assert {"Conv2d", "Network", "analyze", "load"} <= set(names)
    for name in ("Conv9d", "LAYERS_BY_NAM"):
        with pytest.raises(AttributeError):
            getattr(cnncalc, name)


@pytest.mark.parametrize("text", ["\ufeff{}", '{"layers": []}\r\n'])
def test_a_byte_order_mark_and_windows_line_ends_are_read(text):
    with pytest.raises(SpecError, match=r"a spec needs|empty"):
        loads(text.encode())
