"""Containers, blocks, variables, conditions, names: what they expand to, and what is said where they are wrong."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import SpecError, analyze, load, loads
from cnncalc.layers import LAYERS
from cnncalc.layers.hyper_parameters import MEANINGS
from cnncalc.spec import expansion
from cnncalc.spec.expressions import ExpressionError, make_divisible, value_of
from cnncalc.spec.schema import spec_schema

CONV = {"type": "Conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1}


def network(*layers, **heading):
    return loads(json.dumps({"input": [3, 8, 8], "layers": list(layers)} | heading))


def names(*layers, **heading):
    return [row.name for row in analyze(network(*layers, **heading)).layers]


def edges(*layers, **heading):
    return {row.name: row.inputs for row in analyze(network(*layers, **heading)).layers}


def test_a_named_sequential_numbers_its_layers_and_an_unnamed_one_is_transparent():
    inner = {"type": "Sequential", "layers": [CONV, {"type": "ReLU"}, {**CONV, "name": "last"}]}
    assert names({**inner, "name": "features"}) == ["features.0", "features.1", "features.last"]
    assert names(inner, {"type": "ReLU"}) == ["conv2d_1", "relu_1", "last", "relu_2"]


def test_repeat_counts_its_copies():
    body = [{**CONV, "name": "conv", "out_channels": "4 * (index + 1)"}, {"type": "ReLU", "name": "relu"}]
    analysis = analyze(network({"type": "Repeat", "name": "stage", "times": 3, "layers": body}))
    assert [row.name for row in analysis.layers] == [f"stage.{i}.{kind}" for i in range(3) for kind in ("conv", "relu")]
    assert [row.output_shape[0] for row in analysis.layers] == [4, 4, 8, 8, 12, 12]


def test_a_repeat_of_one_unnamed_layer_names_it_by_its_number():
    assert names({"type": "Repeat", "name": "convs", "times": 2, "layers": [CONV]}) == ["convs.0", "convs.1"]


def test_nested_repeats_may_name_their_indices():
    inner = {"type": "Repeat", "times": 2, "index": "j", "layers": [{**CONV, "out_channels": "10 * i + j + 1"}]}
    outer = {"type": "Repeat", "times": 2, "index": "i", "layers": [inner]}
    assert [row.output_shape[0] for row in analyze(network(outer)).layers] == [1, 2, 11, 12]


def test_names_may_hold_expressions():
    layer = {**CONV, "name": "conv{index + 1}_{width}"}
    assert names({"type": "Repeat", "times": 2, "layers": [layer]}, variables={"width": 7}) == ["conv1_7", "conv2_7"]


def test_residual_adds_body_and_input():
    found = edges({"name": "unit", "type": "Residual", "body": [{**CONV, "out_channels": 3, "name": "conv"}]})
    assert found == {"unit.conv": ("input",), "unit.add": ("unit.conv", "input")}


def test_residual_with_a_projection():
    shortcut = [{"type": "Conv2d", "name": "project", "out_channels": 4, "kernel_size": 1}]
    found = edges({"name": "unit", "type": "Residual", "body": [{**CONV, "name": "conv"}], "shortcut": shortcut})
    assert found["unit.add"] == ("unit.conv", "unit.project")
    assert found["unit.project"] == ("input",)


def test_an_identity_shortcut_that_does_not_fit_is_told_its_projection():
    with pytest.raises(SpecError) as raised:
        analyze(network({"type": "Residual", "name": "unit", "body": [{**CONV, "stride": 2}]}))
    assert str(raised.value) == (
        '$.layers[0].inputs: "unit.add": Add takes inputs of one shape (an axis of size 1 fits any); what arrives is '
        "4×4×4 and 3×8×8; the identity shortcut of 3×8×8 does not fit a body of 4×4×4, give it a 1×1: "
        '"shortcut": [{"type":"Conv2d","out_channels":4,"kernel_size":1,"stride":2,"bias":false}]'
    )
    fixed = json.loads(str(raised.value).partition('"shortcut": ')[2])
    body = [{**CONV, "stride": 2}]
    assert analyze(network({"type": "Residual", "name": "unit", "body": body, "shortcut": fixed})).layers


def test_parallel_branches_are_merged():
    branches = {"a": [CONV], "b": [{**CONV, "name": "conv"}, {"type": "ReLU"}], "c": []}
    found = edges({"name": "mix", "type": "Parallel", "branches": branches}, {"type": "ReLU", "inputs": ["mix"]})
    assert found == {
        "mix.a.0": ("input",),
        "mix.b.conv": ("input",),
        "mix.b.0": ("mix.b.conv",),
        "mix.concat": ("mix.a.0", "mix.b.0", "input"),
        "relu_1": ("mix.concat",),
    }
    merged = {"name": "mix", "type": "Parallel", "branches": [[CONV], [CONV]], "merge": "Multiply"}
    assert names(merged) == ["mix.0", "mix.1", "mix.multiply"]


BLOCK = {"unit": {"parameters": {"channels": None, "stride": 1}, "layers": [
    {**CONV, "name": "conv", "out_channels": "channels", "stride": "stride"},
    {"type": "ReLU", "name": "relu"},
    {"type": "Add", "name": "sum", "inputs": ["relu", "input"], "when": "stride == 1 and channels == 3"},
]}}  # fmt: skip


def test_blocks_have_parameters_and_an_input_of_their_own():
    first, second = (
        {"name": "a", "type": "unit", "channels": 3},
        {"name": "b", "type": "unit", "channels": 5, "stride": 2},
    )
    found = edges({"type": "ReLU"}, first, second, blocks=BLOCK)
    assert found == {
        "relu_1": ("input",),
        "a.conv": ("relu_1",),
        "a.relu": ("a.conv",),
        "a.sum": ("a.relu", "relu_1"),
        "b.conv": ("a.sum",),
        "b.relu": ("b.conv",),
    }


def test_what_is_known_of_the_channels_that_arrive():
    layers = [
        {**CONV, "out_channels": "in_channels * 2"},
        {**CONV, "groups": "in_channels", "out_channels": "in_channels"},
    ]
    assert [row.output_shape[0] for row in analyze(network(*layers)).layers] == [6, 6]


def test_channels_are_known_through_long_chains_and_forward_references():
    chain = [{"type": "ReLU"}] * 5000 + [{**CONV, "out_channels": "in_channels"}]
    assert analyze(network(*chain)).layers[-1].output_shape[0] == 3


def test_variables_may_use_those_before_them_and_be_set():
    spec = network({**CONV, "out_channels": "wide"}, variables={"width": 8, "wide": "width * 2"})
    assert analyze(spec).layers[0].output_shape[0] == 16
    assert analyze(spec, variables={"width": 5}).layers[0].output_shape[0] == 10
    assert analyze(spec, variables={"width": "3 + 4"}).layers[0].output_shape[0] == 14
    with pytest.raises(SpecError, match="the spec has no variable \"widht\"; did you mean 'width'"):
        analyze(spec, variables={"widht": 5})


def test_several_inputs_and_outputs():
    layers = [
        {**CONV, "name": "left", "inputs": ["a"]},
        {**CONV, "name": "right", "inputs": ["b"]},
        {"type": "Add", "name": "sum", "inputs": ["left", "right"]},
    ]
    spec = network(*layers, input={"a": [3, 8, 8], "b": [1, 8, 8]}, outputs=["sum", "left"])
    analysis = analyze(spec)
    assert analysis.layers[1].params == 4 * 9 + 4
    assert analyze(spec, {"b": [2, 8, 8]}).layers[1].params == 4 * 2 * 9 + 4
    assert analysis.to_dict()["input"] == {"a": [3, 8, 8], "b": [1, 8, 8]}


@pytest.mark.parametrize("name", ["mobilenet_v2", "googlenet", "densenet121", "unet", "lenet5"])
def test_specs_with_blocks_come_back_from_json(name):
    spec = load(name)
    again = loads(spec.to_json())
    assert again == spec
    assert analyze(again).totals == analyze(spec).totals


@pytest.mark.parametrize(
    ("layers", "heading", "message"),
    [
        ([{"type": "unit"}], {}, 'the block unit needs "channels"'),
        ([{"type": "unit", "channel": 3}], {}, "the block unit has no parameter \"channel\"; did you mean 'channels'?"),
        ([{"type": "unti"}], {}, "unknown layer type \"unti\"; did you mean 'unit'?"),
        (
            [{"type": "unit", "channels": "width"}],
            {},
            '"width" has no value: nothing is named "width" here; known here: ',
        ),
        (
            [{"type": "Repeat", "times": "2.5", "layers": [CONV]}],
            {},
            "expected a whole number of 0 to 200000, found 5/2",
        ),
        (
            [{"type": "Repeat", "times": 10**9, "layers": [CONV]}],
            {},
            "expected a whole number of 0 to 200000, found 10000",
        ),
        ([{"type": "Repeat", "times": 2}], {}, 'Repeat needs "layers"'),
        (
            [{"type": "Repeat", "times": 2, "layers": [{**CONV, "name": "a"}]}],
            {},
            'the name "a" is taken by $.layers[0]',
        ),
        (
            [{"type": "Residual", "body": [CONV], "merge": "Sum"}],
            {},
            "expected one of Add, Multiply, Maximum, Average, Con",
        ),
        ([{"type": "Parallel", "branch": []}], {}, "Parallel has no field \"branch\"; did you mean 'branches'?"),
        ([{**CONV, "out_channels": "4.5 * 1"}], {}, "expected a whole number, found 4.5"),
        ([{**CONV, "bias": "3 > 2", "stride": "1 +"}], {}, '"1 +": not an expression'),
        ([{**CONV, "when": "depth > 2"}], {}, '"depth > 2" has no value: nothing is named "depth" here'),
        ([{**CONV, "when": False}], {}, "the network is empty: no layer is left of it"),
        (
            [CONV],
            {"blocks": {"Conv2d": {"layers": [CONV]}}},
            'a block cannot be named "Conv2d", which is a type already',
        ),
        ([CONV], {"blocks": {"b": {"layers": []}, "a b": {}}}, '"a b" cannot be a name'),
        ([CONV], {"blocks": {"b": {"parameters": {"type": 3}, "layers": []}}}, 'a parameter cannot be named "type"'),
        (
            [CONV],
            {"variables": {"in_channels": 3}},
            '"in_channels" cannot be a name here, it has a meaning in expressions',
        ),
        ([CONV], {"variables": {"true": 3}}, '"true" cannot be a name here'),
        ([CONV], {"input": {}}, "expected an object of at least 1 entry"),
        ([{**CONV, "name": "{1 / 3}"}], {}, '"1 / 3" is not a whole number, as a part of a name must be'),
        (
            [{**CONV, "name": "s.input"}],
            {},
            'a layer cannot be named "s.input", which is what a block or the network reads',
        ),
        ([{"type": "Sequential", "inputs": [], "layers": [CONV]}], {}, "expected a list of at least 1 entry, found []"),
        (
            [{"type": "Parallel", "branches": []}, {**CONV, "out_channels": "in_channels"}],
            {},
            "Concat takes at least 2",
        ),
        ([{"type": "Parallel", "branches": {"": []}}], {}, "expected text of at least 1 character"),
        (
            [{"type": "Mean", "dim": [1, 2, 3]}, {"type": "PReLU"}],
            {},
            "PReLU takes an input of at least one axis; what arri",
        ),
        (
            [{"type": "Mean", "dim": [1, 2, 3]}, {**CONV, "groups": "in_channels"}],
            {},
            "in_channels is not known here: wha",
        ),
        ([{**CONV, "out_channels": "max(1,(((0.1**64)**64)**64)**64)"}], {}, "goes beyond 1e+18"),
        ([CONV], {"source": "\ud800"}, "holds half of a character"),
        ([CONV], {"variables": {"w": [3]}}, "expected a number or an expression, found [3]"),
        ([CONV], {"variables": {"w": "1 / 0"}}, '"1 / 0" has no value: divides by zero'),
        ([CONV], {"outputs": ["lost"]}, 'nothing is named "lost" here'),
        (
            [{"type": "loop"}],
            {"blocks": {"loop": {"layers": [{"type": "loop"}]}}},
            "the block uses itself: loop → loop",
        ),
        (
            [{"type": "ping"}],
            {"blocks": {"ping": {"layers": [{"type": "pong"}]}, "pong": {"layers": [{"type": "ping"}]}}},
            "the block uses itself: ping → pong → ping",
        ),
        (
            [
                {**CONV, "name": "a", "inputs": ["b"]},
                {**CONV, "name": "b", "inputs": ["a"], "out_channels": "in_channels"},
            ],
            {},
            "in_channels is not known here",
        ),
    ],
)
def test_what_authors_get_wrong(layers, heading, message):
    with pytest.raises(SpecError) as raised:
        analyze(network(*layers, **({"blocks": BLOCK} | heading)))
    assert message in str(raised.value)


def test_names_that_lead_to_themselves_are_an_error():
    for layers in (
        [{"type": "Sequential", "name": "a", "inputs": ["a"], "layers": []}],
        [
            {"type": "Sequential", "name": "a", "inputs": ["b"], "layers": []},
            {"type": "Sequential", "name": "b", "inputs": ["a"], "layers": []},
        ],
    ):
        with pytest.raises(SpecError, match="leads in a circle to itself"):
            analyze(network(*layers, {"type": "ReLU"}))


RELU_1 = [{"type": "ReLU", "inputs": ["b"]}, {"type": "Concat", "inputs": ["relu_1", "b"]}]


def test_a_made_name_gives_way_to_an_inputs_name():
    spec = network(*RELU_1, input={"relu_1": [3, 8, 8], "b": [5, 8, 8]})
    assert analyze(spec).layers[-1].output_shape == (8, 8, 8)


def test_made_names_and_containers_can_be_read_and_be_outputs():
    box = {"type": "Sequential", "name": "box", "layers": [CONV]}
    spec = network({"type": "ReLU"}, box, {"type": "ReLU", "inputs": ["relu_1"]}, outputs=["box", "relu_2"])
    assert analyze(spec).layers[-1].inputs == ("relu_1",)


def test_a_block_sees_the_specs_variables_not_its_users():
    blocks = {
        "inner": {"layers": [{**CONV, "out_channels": "w"}]},
        "outer": {"parameters": {"w": None}, "layers": [{"type": "inner"}]},
    }
    spec = network({"type": "outer", "w": 9}, variables={"w": 4}, blocks=blocks)
    assert analyze(spec).layers[0].output_shape[0] == 4


def test_a_block_of_several_inputs_has_no_single_one():
    blocks = {"both": {"layers": [{"type": "Add"}, {"type": "Add", "inputs": ["input", "input"]}]}}
    with pytest.raises(SpecError, match='"input" is not one thing here, 2 arrive'):
        analyze(network({**CONV, "name": "a"}, {"type": "both", "inputs": ["a", "a"]}, blocks=blocks))


def test_a_name_that_changes_its_meaning_is_an_error():
    inner = [{**CONV, "out_channels": "in_channels", "inputs": ["x"]}, {**CONV, "name": "x", "inputs": ["input"]}]
    with pytest.raises(SpecError, match='"x" means another layer further down'):
        analyze(network({**CONV, "name": "x"}, {"type": "Sequential", "name": "s", "layers": inner}))


def test_other_inputs_are_checked_by_name():
    spec = network(*RELU_1, input={"a": [3, 8, 8], "b": [5, 8, 8]})
    with pytest.raises(SpecError, match='the network has no input "bb"; did you mean'):
        spec.with_input({"bb": [1, 1, 1]})
    assert analyze(network(CONV), {"input": [7, 8, 8]}).input == (7, 8, 8)


def test_deep_blocks_and_long_chains_of_them_are_bounded():
    blocks = {f"b{i}": {"layers": [{"type": f"b{i + 1}"}]} for i in range(330)} | {"b330": {"layers": [CONV]}}
    with pytest.raises(SpecError, match="stand more than 60 deep in each other"):
        analyze(network({"type": "b0"}, blocks=blocks))


def repeated(times, layer):
    return {"type": "Repeat", "times": times, "layers": [layer]}


@pytest.mark.parametrize(
    ("layer", "heading", "message"),
    [
        (repeated(90_000, {"type": "ReLU", "when": "1" + " + 1" * 70}), {}, "takes too much arithmetic"),
        (
            repeated(90_000, {"type": "unit"}),
            {"blocks": {"unit": {"parameters": {f"p{i}": 0 for i in range(900)}, "layers": [{"type": "ReLU"}]}}},
            "takes too much arithmetic",
        ),
        (
            repeated(90_000, {"type": "Split", "split_size": [1] * 5000, "dim": 1, "index": 0, "inputs": ["input"]}),
            {"input": [5000, 8, 8]},
            "takes too much arithmetic",
        ),
        (repeated(90_000, {"type": "Concat", "inputs": ["input"] * 2000}), {}, "more than 500000 inputs in all"),
        (repeated(2000, {"type": "Parallel", "branches": [[]] * 2000}), {}, "more than 500000 inputs in all"),
        ({"type": "ReLU"}, {"variables": {f"v{i}": i for i in range(1001)}}, "$.variables: more than 1000 variables"),
    ],
)
def test_a_few_lines_cannot_ask_for_work_without_end(layer, heading, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        network(layer, **heading)


def test_null_may_stand_beside_an_expression():
    pool = {"type": "AdaptiveAvgPool2d", "output_size": [None, "in_channels * 2"]}
    assert analyze(network(pool)).layers[0].output_shape == (3, 8, 6)


@pytest.mark.filterwarnings("error")
def test_python_s_grammar_warns_of_nothing():
    assert value_of("1if 1else 2", {}) == 1
    with pytest.raises(ExpressionError, match="not an expression"):
        value_of("01_0else 1", {})


def test_many_merges_in_one_scope_are_no_burden():
    unit = {"type": "Residual", "body": [{"type": "ReLU"}]}
    repeat = {"type": "Repeat", "times": 20_000, "layers": [unit]}
    analysis = analyze(network({"type": "Sequential", "name": "s", "layers": [repeat]}))
    assert analysis.layers[-1].name == "s.add20000"


def test_repeats_of_nothing_are_bounded():
    nothing = {"type": "Repeat", "times": 200_000, "layers": []}
    with pytest.raises(SpecError, match="the spec expands to more than 200000 layers and containers"):
        analyze(network(CONV, {"type": "Repeat", "times": 200_000, "layers": [nothing]}))


def test_a_repeat_that_cannot_fit_is_refused_before_it_is_written_out(monkeypatch):
    """The Repeat itself is one, and each of its turns one and its layer."""
    monkeypatch.setattr(expansion, "MOST_STEPS", 101)
    assert len(analyze(network({"type": "Repeat", "times": 50, "layers": [CONV]})).layers) == 50
    with pytest.raises(SpecError, match="expands to more than 101 layers and containers") as raised:
        analyze(network({"type": "Repeat", "times": 51, "layers": [CONV]}))
    assert raised.value.where == "$.layers[0]"


def test_repeats_of_repeats_are_bounded():
    layers = [CONV]
    for _ in range(8):
        layers = [{"type": "Repeat", "times": 1000, "layers": layers}]
    with pytest.raises(SpecError, match="the spec expands to more than 200000 layers and containers"):
        analyze(network(*layers))
    for _ in range(40):
        layers = [{"type": "Sequential", "layers": layers}]
    with pytest.raises(SpecError, match="nested more than 32 deep"):
        network(*layers)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7 // 2", 3),
        ("2 ** 10", 1024),
        ("7 / 2 * 2", 7),
        ("1 if 2 < 3 < 4 else 0", 1),
        ("ceil(7 / 2)", 4),
        ("-7 % 3", 2),
    ],
)
def test_values(text, value):
    assert value_of(text, {}) == value


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9",
        "10**18 * 10",
        "(" * 400,
        "__import__('os')",
        "a.b",
        "[1]",
        "lambda: 1",
        "min(*[1])",
        "f'{1}'",
        "1 if",
        "x",
    ],
)
def test_what_is_no_expression(text):
    with pytest.raises(ExpressionError):
        value_of(text, {"a": 1})


@given(st.text(max_size=40))
def test_no_text_does_harm(text):
    with suppress(ExpressionError):
        value_of(text, {"a": 2, "b": 3})


@given(st.integers(1, 4000), st.integers(1, 64))
def test_make_divisible_is_the_nearest_multiple_or_the_next(value, divisor):
    """MobileNet's rule in floats, as torchvision writes it, where floats are exact."""
    expected = max(divisor, int(value + divisor / 2) // divisor * divisor)
    if expected < 0.9 * value:
        expected += divisor
    assert make_divisible(value, divisor) == expected


@pytest.mark.parametrize("divisor", [".8", "8.5", "1/3"])
def test_make_divisible_takes_whole_divisors(divisor):
    with pytest.raises(ExpressionError, match=r"^the divisor \S+ of make_divisible is not a whole number$"):
        value_of(f"make_divisible(a * 3, {divisor})", {"a": 2})
    assert value_of("make_divisible(a * 3, 16 / 2)", {"a": 2}) == 8


PYTHON = """
from cnncalc import Block, Conv2d, Flatten, Linear, Network, Parallel, Repeat, ReLU, Residual, Sequential, Use

unit = Block(
    parameters={"channels": None},
    layers=[
        Residual(
            [Conv2d("channels", 3, padding=1), ReLU()],
            [Conv2d("channels", 1, when="channels != in_channels")],
        )
    ],
)

def make(width=8, depth=2):
    return Network(
        input=[3, 16, 16],
        variables={"width": width, "depth": depth},
        blocks={"unit": unit},
        layers=[
            Repeat("depth", [Use("unit", {"channels": "width * (index + 1)"})], name="units"),
            Parallel({"a": [Conv2d(2, 1)], "b": []}, name="mix"),
            Flatten(),
            Linear(10),
        ],
    )

net = make()
"""


@pytest.mark.parametrize(
    ("spec", "channels"), [("net.py:net", 16), ("net.py:make", 16), ("net.py:make(width=5)", 10), ("net.py", 16)]
)
def test_specs_in_python(spec, channels, tmp_path, monkeypatch):
    (tmp_path / "net.py").write_text(PYTHON)
    monkeypatch.chdir(tmp_path)
    made = load(spec)
    analysis = analyze(made)
    assert next(row for row in analysis.layers if row.name == "units.1.add").output_shape == (channels, 16, 16)
    assert loads(made.to_json()) == made
    assert analyze(loads(made.to_json())).to_dict() == analysis.to_dict()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("net.py:nett", "net.py: nothing in it is named \"nett\"; did you mean 'net'?"),
        ("net.py:unit", "net.py:unit: expected a Network, found Block"),
        ("module.py:net", "found Conv2d; a PyTorch module is named without .py: module:net"),
        (
            "net.py:make(width=0)",
            "$.blocks.unit.layers[0].body[0].out_channels: expected a whole number of at least 1, found 0",
        ),
        ("net.py:make(wide=0)", "its code fails: TypeError: make() got an unexpected keyword argument 'wide'"),
        ("net.py:make(width=__import__('os'))", "expected a name or a call with plain values"),
        ("bad.py:net", "bad.py: its code fails: ZeroDivisionError: division by zero"),
        ("none.py:net", "none.py: no such file"),
    ],
)
def test_what_is_wrong_with_a_spec_in_python(spec, message, tmp_path, monkeypatch):
    (tmp_path / "net.py").write_text(PYTHON)
    (tmp_path / "bad.py").write_text("1 / 0")
    (tmp_path / "module.py").write_text("import torch\nnet = torch.nn.Conv2d(3, 8, 3)")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError) as raised:
        analyze(load(spec))
    assert message in str(raised.value)


def test_the_schema_in_the_repository_is_the_one_that_is_generated():
    from pathlib import Path

    stored = Path(__file__).parents[2] / "docs" / "spec.schema.json"
    assert json.loads(stored.read_text()) == json.loads(json.dumps(spec_schema()))


def test_the_schema_says_what_every_field_of_a_layer_means_and_of_no_other():
    assert {field for kind in LAYERS for field in kind.__struct_fields__} == MEANINGS.keys()
    padding = spec_schema()["$defs"]["Conv2d"]["properties"]["padding"]
    assert padding["description"] == MEANINGS["padding"]


def test_the_schema_takes_every_shipped_spec_and_refuses_mistakes():
    import jsonschema

    from cnncalc.spec.loading import _shipped_directory

    schema = json.loads(json.dumps(spec_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    from pathlib import Path

    for path in sorted(Path(_shipped_directory()).glob("*.json")):
        document = json.loads(path.read_text())
        assert document["$schema"] == "../docs/spec.schema.json", path.name
        assert [error.message for error in validator.iter_errors(document)] == [], path.name
    good = {"input": [3, 8, 8], "layers": [CONV]}
    assert validator.is_valid(good)
    for wrong in (
        {"input": [3, 8, 8], "layers": []},
        {"input": [3, 8, 8], "layers": [{"type": "Conv2d", "out_channels": 4}]},
        {"input": [3, 8, 8], "layers": [{**CONV, "kernal_size": 3}]},
        {"input": [3, 8, 8], "layers": [{**CONV, "stride": 0}]},
        {"input": [3, 8, 8], "layers": [{"type": "Residual", "body": [CONV], "merge": "Sum"}]},
        {"input": [3, 8, 8], "layers": [CONV], "layer": []},
        {"layers": [CONV]},
    ):
        assert not validator.is_valid(wrong), wrong


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\n", "no network stands in it; name a function that makes one, as {path}:NAME"),
        ("import cnncalc\na = b = cnncalc.load('lenet')\n", "defines a and b, name one as {path}:NAME"),
    ],
)
def test_a_python_file_that_leaves_open_which_network(tmp_path, code, message):
    path = tmp_path / "net.py"
    path.write_text(code)
    with pytest.raises(SpecError) as caught:
        load(str(path))
    assert str(caught.value) == f"{path}: {message.format(path=path)}"


def test_an_entry_of_an_object_within_a_list_is_named():
    entry = '{"figure": "1", "convention": "macs", "source": "a table", "variables": {"a": 2, "width": [[32]]}}'
    with pytest.raises(SpecError) as caught:
        loads(f'{{"input": [3], "published": [{entry}], "layers": [{{"type": "ReLU"}}]}}')
    assert str(caught.value).startswith("$.published[0].variables.width: expected ")
