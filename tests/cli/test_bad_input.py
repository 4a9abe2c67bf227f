"""Everything that can be wrong with a spec: one sentence with its place, exit status 2, no traceback."""

import json

import pytest
from command_line import cnncalc

CONV = {"type": "Conv2d", "out_channels": 4, "kernel_size": 3}


def spec(*layers, **heading):
    return json.dumps({"input": [3, 8, 8], "layers": list(layers)} | heading)


CASES = {
    "broken JSON": ('{"input": [1, 2],\n  "layers": }', "line 2, column 13: not valid JSON: expecting value"),
    "unfinished JSON": ('{"input": [1, 2', "line 1, column 16: not valid JSON: expecting ',' delimiter"),
    "empty": ("", "it is empty, expected a JSON object"),
    "not an object": ("[1]", "$: a spec is an object with an input and layers, found [1]"),
    "duplicate key": (
        '{"input": [3, 8, 8], "layers": [{"type": "Conv2d", "out_channels": 1, "stride": 1, "stride": 2}]}',
        '$.layers[0]: the key "stride" is given twice',
    ),
    "unknown type": (
        spec({"type": "Conv2D"}),
        "$.layers[0].type: unknown layer type \"Conv2D\"; did you mean 'Conv2d'?",
    ),
    "strange type": (
        spec({"type": "Hole"}),
        '$.layers[0].type: unknown layer type "Hole"; the types are Conv1d,',
    ),
    "type of a wrong type": (spec({"type": 3}), "$.layers[0].type: unknown layer type 3; the types are Conv1d,"),
    "no type": (spec({"out_channels": 4}), '$.layers[0]: a layer needs "type", such as "Conv2d"'),
    "a layer that is none": (spec(7), "$.layers[0]: expected a layer, an object with a type, found 7"),
    "unknown field": (
        spec({**CONV, "kernal_size": 3}),
        "$.layers[0]: Conv2d has no field \"kernal_size\"; did you mean 'kernel_size'?",
    ),
    "field of another layer": (
        spec({"type": "ReLU", "groups": 3}),
        '$.layers[0]: ReLU has no field "groups"; it has inplace, name, inputs',
    ),
    "unknown heading": (spec(CONV, layer=[]), "$: a spec has no field \"layer\"; did you mean 'layers'?"),
    "unknown expectation": (
        spec(CONV, expected={"parms": 3}),
        '$.expected: "expected" has no field "parms"; did you mean \'params\'?',
    ),
    "missing field": (spec({"type": "Conv2d", "out_channels": 4}), '$.layers[0]: Conv2d needs "kernel_size"'),
    "missing input": (json.dumps({"layers": [CONV]}), '$: a spec needs "input"'),
    "missing layers": (json.dumps({"input": [1]}), '$: a spec needs "layers"'),
    "text for a number": (
        spec({**CONV, "stride": "two"}),
        '$.layers[0].stride: "two" has no value: nothing is named "two" here; known here: in_channels',
    ),
    "a fraction": (spec({**CONV, "stride": 1.5}), "$.layers[0].stride: expected a whole number or a list, found 1.5"),
    "true for a number": (
        spec({**CONV, "groups": True}),
        "$.layers[0].groups: expected a whole number, found true",
    ),
    "a number for true": (spec({**CONV, "bias": 1}), "$.layers[0].bias: expected true or false, found 1"),
    "a strange padding": (
        spec({**CONV, "padding": "sane"}),
        '$.layers[0].padding: "sane" has no value: nothing is named "sane" here; known here: in_channels; '
        'its words: "same", "valid"',
    ),
    "too many axes": (
        spec({**CONV, "kernel_size": [3, 3, 3]}),
        "$.layers[0].kernel_size: expected a list of at most 2 entries, found [3,3,3]",
    ),
    "too few axes": (
        spec({**CONV, "stride": [2]}),
        "$.layers[0].stride: expected a list of at least 2 entries, found [2]",
    ),
    "zero": (spec({**CONV, "stride": 0}), "$.layers[0].stride: expected a whole number of at least 1, found 0"),
    "zero in a list": (
        spec({**CONV, "stride": [1, 0]}),
        "$.layers[0].stride[1]: expected a whole number of at least 1, found 0",
    ),
    "negative": (spec({**CONV, "padding": -1}), "$.layers[0].padding: expected a whole number of at least 0, found -1"),
    "absurdly large": (
        spec({**CONV, "out_channels": 10**30}),
        "$.layers[0].out_channels: expected a whole number of at most 2147483647, found 1000000",
    ),
    "more digits than are read": (
        '{"input": [' + "9" * 5000 + ', 8, 8], "layers": []}',
        "holds a number with too many digits",
    ),
    "NaN": (
        '{"input": [NaN, 8, 8], "layers": [{"type": "ReLU"}]}',
        "$.input[0]: expected a whole number, found nan",
    ),
    "NaN where a number may stand": (
        '{"input": [8, 8], "layers": [{"type": "LocalResponseNorm", "size": 2, "k": NaN}]}',
        "NaN is not a number that JSON knows",
    ),
    "infinite": ('{"input": [-Infinity], "layers": []}', "$.input[0]: expected a whole number, found -inf"),
    "zero input": (spec(CONV, input=[3, 0, 8]), "$.input[1]: expected a whole number of at least 1, found 0"),
    "empty input": (spec(CONV, input=[]), "$.input: expected a list of at least 1 entry, found []"),
    "empty network": (spec(), "$.layers: the network is empty, expected at least one layer"),
    "layers that are no list": (json.dumps({"input": [1], "layers": {}}), "$.layers: expected a list of layers"),
    "a kernel larger than its input": (
        spec({**CONV, "kernel_size": [3, 11], "padding": 1, "name": "big"}),
        '$.layers[0].kernel_size: "big": a kernel of 11 (dilation 1) does not fit into the width of 8 '
        "with padding 1 on each side",
    ),
    "a dilated kernel larger than its input": (
        spec({**CONV, "dilation": 4}),
        '$.layers[0].kernel_size: "conv2d_1": a kernel of 3 (dilation 4) does not fit into the height of 8',
    ),
    "padding more than half a pool": (
        spec({"type": "MaxPool2d", "kernel_size": 3, "padding": 2}),
        '$.layers[0].padding: "maxpool2d_1": padding 2 along the height is more than half of a kernel of 3',
    ),
    "groups and input channels": (
        spec({**CONV, "groups": 2}),
        '$.layers[0].groups: "conv2d_1": 3 input channels cannot be divided into 2 groups',
    ),
    "groups and output channels": (
        spec({**CONV, "groups": 3}),
        '$.layers[0].groups: "conv2d_1": 4 output channels cannot be divided into 3 groups',
    ),
    "same padding with a stride": (
        spec({**CONV, "padding": "same", "stride": 2}),
        '$.layers[0].stride: "conv2d_1": padding "same" needs stride 1, found 2',
    ),
    "in_channels disagrees": (
        spec({**CONV, "in_channels": 5}),
        '$.layers[0].in_channels: "conv2d_1": in_channels is stated as 5, but 3 arrive',
    ),
    "in_features disagrees": (
        spec({"type": "Flatten"}, {"type": "Linear", "out_features": 2, "in_features": 100}),
        '$.layers[1].in_features: "linear_1": in_features is stated as 100, but 192 arrive',
    ),
    "num_features disagrees": (
        spec({"type": "BatchNorm2d", "num_features": 4}),
        '$.layers[0].num_features: "batchnorm2d_1": num_features is stated as 4, but 3 arrive',
    ),
    "Add of shapes that do not fit": (
        spec({**CONV, "name": "a"}, {"type": "Add", "inputs": ["input", "a"]}),
        '$.layers[1].inputs: "add_1": Add takes inputs of one shape (an axis of size 1 fits any); '
        "what arrives is 3×8×8 and 4×6×6",
    ),
    "Concat of shapes that do not fit": (
        spec({**CONV, "name": "a"}, {"type": "Concat", "inputs": ["input", "a"]}),
        '$.layers[1].inputs: "concat_1": Concat takes inputs that differ along axis 1 only; '
        "what arrives is 3×8×8 and 4×6×6",
    ),
    "Concat along the batch": (
        spec({"type": "Concat", "inputs": ["input", "input"], "dim": 0}),
        '$.layers[0].dim: "concat_1": axis 0 is not an axis of a sample of 3×8×8; axis 0 is the batch',
    ),
    "Add of one": (
        spec({**CONV, "name": "a"}, {"type": "Add"}),
        '$.layers[1]: "add_1" (Add) takes at least 2 inputs, found 1: a',
    ),
    "two inputs for one": (
        spec({**CONV, "inputs": ["input", "input"]}),
        '$.layers[0]: "conv2d_1" (Conv2d) takes 1 input, found 2: input, input',
    ),
    "unknown name": (
        spec({**CONV, "name": "stem"}, {"type": "ReLU", "inputs": ["stemm"]}),
        "$.layers[1].inputs[0]: nothing is named \"stemm\" here; did you mean 'stem'?",
    ),
    "repeated name": (
        spec({**CONV, "name": "a"}, {"type": "ReLU", "name": "a"}),
        '$.layers[1].name: the name "a" is taken by $.layers[0]',
    ),
    "the input's name": (
        spec({**CONV, "name": "input"}),
        '$.layers[0].name: a layer cannot be named "input", which is the network\'s own input',
    ),
    "a name of two lines": (
        spec({**CONV, "name": "a\nb"}),
        "$.layers[0].name: expected text in one line, not blank and without control characters, found",
    ),
    "an empty name": (spec({**CONV, "name": ""}), "$.layers[0].name: expected text of at least 1 character, found"),
    "a name of a wrong type": (spec({**CONV, "name": 3}), "$.layers[0].name: expected text or null, found 3"),
    "reading itself": (
        spec({"type": "ReLU", "name": "a", "inputs": ["a"]}),
        '$.layers[0]: these layers read each other in a circle: "a" → "a"',
    ),
    "cycle": (
        spec(
            {"type": "ReLU", "name": "a", "inputs": ["c"]},
            {"type": "ReLU", "name": "b"},
            {"type": "ReLU", "name": "c"},
            {"type": "ReLU", "name": "d"},
        ),
        '$.layers[0]: these layers read each other in a circle: "a" → "b" → "c" → "a"',
    ),
    "input of the wrong rank": (
        spec(CONV, input=[3, 8]),
        '$.layers[0]: "conv2d_1": Conv2d takes an input of 3 axes, [C, H, W]; what arrives is 3×8',
    ),
    "batch norm of the wrong rank": (
        spec({"type": "BatchNorm1d"}),
        '$.layers[0]: "batchnorm1d_1": BatchNorm1d takes an input of the form [C] or [C, L]; what arrives is 3×8×8',
    ),
    "very deep nesting": ("[" * 200_000, "nested too deeply"),
    "deep nesting inside a field": (
        '{"input": ' + "[" * 900 + "]" * 900 + ', "layers": []}',
        "$.input[0]: expected a whole number, found [[[[",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_spec(case, tmp_path):
    text, message = CASES[case]
    path = tmp_path / "net.json"
    path.write_text(text)
    result = cnncalc("analyze", "net.json", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: net.json: {message}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("alexnt", "alexnt: no such file and no shipped spec of that name; did you mean 'alexnet'?"),
        ("zzzzzz", "zzzzzz: no such file and no shipped spec of that name; the shipped specs are alexnet,"),
        ("nett.json", "nett.json: no such file; did you mean 'net.json'?"),
        ("folder/nett.json", "folder/nett.json: no such file; did you mean 'folder/net.json'?"),
        ("nowhere/net.json", "nowhere/net.json: no such file"),
        ("folder", "folder: this is a directory, expected a JSON file"),
        ("binary.json", "binary.json: not a text file (byte 0 is not UTF-8)"),
        ("net.json/x", "net.json/x: cannot be read: not a directory"),
        ("a" * 5000, "a" * 1000 + " … " + "a" * 1000 + ": cannot be read: file name too long"),
        ("", "'': no such file and no shipped spec of that name; the shipped specs are"),
    ],
)
def test_a_bad_path(argument, message, tmp_path):
    (tmp_path / "net.json").write_text(spec(CONV))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "net.json").write_text(spec(CONV))
    (tmp_path / "binary.json").write_bytes(b"\x80\xff\x00\x01")
    result = cnncalc("analyze", argument, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"Error: {message}")
    assert result.stderr.count("\n") == 1


def test_a_file_without_end():
    result = cnncalc("analyze", "/dev/zero")
    assert result.returncode == 2
    assert result.stderr == "Error: /dev/zero: larger than 64 MiB, too large for a spec\n"


def test_standard_input_is_named():
    result = cnncalc("analyze", "-", text="{")
    assert result.returncode == 2
    assert result.stderr.startswith("Error: standard input: line 1, column 2: not valid JSON")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--input", "3,x"], "expected sizes such as 3,224,224, found '3,x'"),
        (["--input", "3,0,8"], "--input: expected sizes of 1 to 2147483647, found '3,0,8'"),
        (["--input", "3,99999999999"], "expected sizes such as 3,224,224"),
        (["--batch", "0"], "--batch: 0 is not in the range 1<=x<=2147483647"),
        (["--batch", "-3"], "--batch: -3 is not in the range"),
        (["--columns", "name,parms"], "no column is named \"parms\"; did you mean 'params'?"),
        (["--sort", "zzz"], 'no column is named "zzz"; the columns are network, name,'),
        (["--format", "json", "--columns", "name"], "--columns chooses the columns of a table; JSON has all figures"),
        (["--top", "0"], "0 is not in the range x>=1"),
        (["--format", "yaml"], "there is no format 'yaml' here; the formats are text, json, csv"),
        (["--colums", "name"], "no such option '--colums'; did you mean '--columns'?"),
    ],
)
def test_a_bad_option(arguments, message):
    result = cnncalc("analyze", "lenet", *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_an_unknown_command_has_a_near_name():
    result = cnncalc("analyse", "lenet")
    assert result.returncode == 2
    assert "no such command 'analyse'; did you mean 'analyze'?" in result.stderr
