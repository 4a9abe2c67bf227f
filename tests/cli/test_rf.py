"""``cnncalc rf`` as it is typed."""

import json
import re
from xml.etree import ElementTree

import pytest
from command_line import cnncalc

from cnncalc import analyze, load


def run(*arguments, stdin=None, status=0, **environment):
    result = cnncalc(*arguments, text=stdin, env=environment)
    assert result.returncode == status, result.stderr
    return result


def test_every_layer_is_a_line_with_its_field():
    output = run("rf", "alexnet").stdout
    assert re.search(r"^conv1 +Conv2d 11×11 s4 p2 +64×55×55 +11×11 +4 +3\.5 +2\+1$", output, re.M)
    assert re.search(r"^pool5 .* 195×195 +32 +31\.5 +66\+65$", output, re.M)
    assert re.search(r"^fc8 .* all 224×224 +– +112 +0$", output, re.M)


@pytest.mark.parametrize("columns", [20, 40, 80, 160])
def test_lines_fit_the_terminal(columns):
    for arguments in (("rf", "inception_v3"), ("rf", "unet", "merge4"), ("rf", "alexnet", "pool5", "--unit", "0,5")):
        lines = run(*arguments, COLUMNS=str(columns)).stdout.splitlines()
        if columns >= 80:
            assert max(map(len, lines)) <= columns, arguments
        assert lines


def test_one_layer_has_its_working_and_its_box():
    output = run("rf", "alexnet", "conv2").stdout
    assert "conv2  r = 19 + (5 − 1)·8 = 51  j = 8·1 = 8  a = (−2) − 2·8 = −18" in output
    assert "Unit 13,13 sees pixels from height 86 to 136 and width 86 to 136: 51×51." in output


def test_the_picture_is_the_box():
    """Every cell of a picture at one pixel a column: the box's share of them."""
    spec = {"input": [1, 20, 30], "layers": [{"type": "Conv2d", "out_channels": 1, "kernel_size": [5, 7], "name": "c"}]}
    output = run("rf", "-", "c", "--unit", "4,10", stdin=json.dumps(spec)).stdout
    rows = [line for line in output.splitlines() if line and set(line) <= set("█▒░╳ ")]
    assert len(rows) == 10  # a cell is twice as high as wide
    assert all(row[10:17] == "███████" for row in rows[2:4])
    assert rows[4] == "░" * 10 + "▒" * 7 + "░" * 13
    assert all(row == "░" * 30 for row in rows[:2] + rows[5:])


def test_the_padding_is_drawn_and_put_in_numbers():
    output = run("rf", "alexnet", "pool5", "--unit", "0,5").stdout
    assert "Its field is 195×195 (−66 to 128, 94 to 288), 55.9% of it in padding." in re.sub(r"\s+", " ", output)
    assert "╳" in output


def test_coverage_of_stacked_dilation():
    conv = {"type": "Conv2d", "out_channels": 1, "kernel_size": 3, "dilation": 2, "padding": "same"}
    spec = {"input": [1, 40, 40], "layers": [{**conv, "name": f"conv{i}"} for i in range(3)]}
    output = run("rf", "-", "conv2", "--coverage", stdin=json.dumps(spec)).stdout
    assert "49 of the box's 169 pixels contribute, 29%." in re.sub(r"\s+", " ", output)


def test_which_units_see_a_pixel():
    output = run("rf", "alexnet", "conv2", "--pixel", "100,100").stdout
    assert output == "Pixel 100,100 is seen by 36 of 729 units of conv2: 9 to 14, 9 to 14.\n"


def test_json_of_all_layers_is_that_of_the_analysis():
    document = json.loads(run("rf", "unet", "--format", "json").stdout)
    expected = analyze(load("unet")).to_dict()["layers"]
    assert [row["receptive_field"] for row in document["layers"]] == [row["receptive_field"] for row in expected]
    assert {note["layer"] for note in document["warnings"]} == {"merge4", "merge3", "merge2", "merge1"}


def test_json_of_a_unit():
    document = json.loads(run("rf", "alexnet", "pool5", "--unit", "0,5", "--format", "json").stdout)
    (found,) = document["inputs"].values()
    assert found["box"] == [[0, 128], [94, 223]]
    assert found["field"] == [[-66, 128], [94, 288]]
    assert found["contributing"] == 129 * 130
    assert found["in_padding"] == pytest.approx(1 - 129 * 130 / 195**2)


def test_the_drawing_has_the_input_the_field_and_the_box(tmp_path):
    path = tmp_path / "box.svg"
    run("rf", "alexnet", "pool5", "--unit", "0,5", "-o", str(path))
    root = ElementTree.fromstring(path.read_text())
    shapes = {shape.get("class"): shape for shape in root.iter("{http://www.w3.org/2000/svg}rect")}
    assert set(shapes) == {"input", "field", "seen", "box"}
    scale = float(shapes["input"].get("width")) / 224
    assert float(shapes["field"].get("width")) == pytest.approx(195 * scale, rel=1e-4)
    assert float(shapes["box"].get("height")) == pytest.approx(129 * scale, rel=1e-4)
    assert float(shapes["box"].get("x")) - float(shapes["input"].get("x")) == pytest.approx(94 * scale, rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("alexnet", "conv9"), "no layer is named 'conv9'; did you mean 'conv5'?"),
        (("alexnet", "--unit", "1,1"), "--unit is about one layer; name it behind the spec"),
        (("alexnet", "conv1", "--unit", "x"), "expected positions such as 3,5, found 'x'"),
        (("alexnet", "conv1", "--unit", "99,3"), "conv1 has no unit 99,3; its units are counted from 0 to 54,54"),
        (("alexnet", "conv1", "--pixel", "1,1", "--coverage"), "--pixel asks which units see a pixel"),
        (("alexnet", "conv1", "--of", "left"), 'the network has no input "left"; its inputs: input'),
        (
            ("alexnet", "conv1", "-o", "/no/such/place/x.svg"),
            "x.svg: cannot be written: there is no such directory",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments, complaint):
    result = run("rf", *arguments, status=2)
    assert result.stdout == ""
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def test_a_terminal_that_knows_ascii_only():
    output = run("rf", "alexnet", "pool5", "--unit", "0,5", PYTHONIOENCODING="ascii").stdout
    assert "r <- r + (K - 1)*j" in output
    assert "?" not in output


LARGEST = 2**31 - 1
SMALL = {"type": "Conv1d", "kernel_size": 3, "padding": 1}
HOSTILE = {
    "a pool of everything": ([1, LARGEST], {"type": "AdaptiveAvgPool1d", "output_size": 2}),
    "a huge transposed kernel": ([1, 1000], {"type": "ConvTranspose1d", "kernel_size": LARGEST, "stride": 2}),
    "a huge transposed stride": ([1, 1], {"type": "ConvTranspose1d", "kernel_size": LARGEST, "stride": LARGEST}),
    "a huge shuffle": ([LARGEST, 1, 1], {"type": "ChannelShuffle", "groups": LARGEST}),
    "a huge border": ([1, 5], {"type": "ReplicationPad1d", "padding": 10**9}),
    "holes without end": ([1, LARGEST], {"type": "Conv1d", "kernel_size": 10**9, "stride": 3, "dilation": 2}),
    "strides without end": ([1, 1], *[{"type": "Conv1d", "kernel_size": 2, "padding": 1, "stride": LARGEST}] * 60),
    "phases without end": ([1, 10**6], {"type": "AdaptiveAvgPool1d", "output_size": 60000}, SMALL),
    "resampled to a neighbour": ([1, LARGEST], {"type": "Upsample", "size": LARGEST - 1}),
    "pools of what is not all": (
        [1, 400],
        {"type": "Conv1d", "kernel_size": 1, "stride": 2},
        *[{"type": "GroupNorm", "num_groups": 1}, SMALL] * 400,
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("option", [None, "--coverage", "--pixel", "-o"])
def test_hostile_specs_take_seconds_and_no_traceback(case, option, tmp_path):
    input, *stack = HOSTILE[case]
    stack = [layer | ({"out_channels": 1} if "Conv" in layer["type"] else {}) for layer in stack]
    stack[-1]["name"] = "last"
    values = {"--pixel": [",".join("0" * (len(input) - 1))], "-o": [tmp_path / "x.svg"]}
    arguments = ["last", option, *values.get(option, [])] if option else []
    result = cnncalc("rf", "-", *arguments, text=json.dumps({"input": input, "layers": stack}))
    assert result.returncode in (0, 2), result.stderr
    assert "Traceback" not in result.stderr
