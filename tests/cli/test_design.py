"""cnncalc solve, compare, check-budget and alternatives, as a person runs them."""

import json

import pytest
from command_line import cnncalc

ALEXNET = ("solve", "Conv2d(kernel_size=?, stride=?, padding=?)", "--input", "3,224,224", "--output-shape", "64,55,55")


def test_solve_prints_the_common_ones_and_the_rule():
    result = cnncalc(*ALEXNET)
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Conv2d: 3×224×224 → 64×55×55"
    assert any(line.split()[:3] == ["11", "4", "2"] for line in lines)
    assert "54·S ≤ 224 − K + 2·P < 55·S" in result.stdout
    assert "With stride 4: 5 ≤ K − 2·P ≤ 8." in lines
    assert all(len(line) <= 80 for line in lines)


def test_solve_in_json():
    document = json.loads(cnncalc(*ALEXNET, "--format", "json", "--top", "3").stdout)
    assert document["count"] == 5714
    assert document["general"] == ["54·S ≤ 224 − K + 2·P < 55·S"]
    assert document["solutions"][0]["values"] == {"kernel_size": 11, "stride": 4, "padding": 2}
    assert document["ranges"]["padding"] == [0, 224]


def test_solve_without_a_solution_is_status_1():
    result = cnncalc("solve", "Conv2d(kernel_size=4, padding=?)", "--input", "64,28,28", "--output-shape", "same")
    assert result.returncode == 1
    assert "No solution within padding 0 to 64." in result.stdout
    assert "A solution would have to meet 2·P = 3" in result.stdout


def test_solve_for_a_variable():
    arguments = ("solve", "mobilenet_v2", "--for", "width", "--range", "0.1:2:0.05", "--target", "macs <= 300M")
    result = cnncalc(*arguments)
    assert result.returncode == 0
    assert "0.95  284,539,200  fits" in result.stdout
    assert "1  300,774,272  macs 774,272 (0.3%) over" in result.stdout
    document = json.loads(cnncalc(*arguments, "--format", "json").stdout)
    assert document["best"] == {"value": 0.95, "figures": {"macs": 284_539_200}, "breaks": []}
    assert document["beyond"]["breaks"] == [{"limit": "macs <= 300,000,000", "by": 774_272}]
    assert cnncalc("solve", "alexnet", "--for", "input", "--target", "macs <= 1").returncode == 1


def test_solve_for_sizes_that_divide():
    result = cnncalc("solve", "alexnet_2012", "--for", "input", "--divisible", "--range", "200:300")
    assert result.stdout.splitlines()[1] == "227, 259, … 291 (every 32): 3 in all."


def test_compare_says_it_in_words():
    result = cnncalc("compare", "complexity_3x3", "complexity_bottleneck")
    assert result.returncode == 0
    assert "3.6× fewer parameters and MACs" in result.stdout.replace("\n", " ")
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    document = json.loads(cnncalc("compare", "one_7x7", "stack_three_3x3", "--format", "json").stdout)
    assert [network["totals"]["params"] for network in document["networks"]] == [200_704, 110_592]
    assert (
        "| params | 200,704 | 110,592 |"
        in cnncalc("compare", "one_7x7", "stack_three_3x3", "--format", "markdown").stdout
    )


def test_compare_takes_settings_for_each_side():
    text = cnncalc("compare", "mobilenet_v2", "mobilenet_v2@width=0.5@input=3x160x160@batch=2").stdout
    assert "B  MobileNet v2: input 3×160×160, batch 2" in text
    assert "1,968,680" in text


def test_check_budget_is_status_1_where_it_is_broken():
    result = cnncalc(
        "check-budget", "mobilenet_v2", "--max-params", "5M", "--max-macs", "300M", "--min-receptive-field", 195
    )
    assert result.returncode == 1
    assert "✗  macs <= 300,000,000     300,774,272  100.3%" in result.stdout
    assert "774,272 (0.3%) over" in result.stdout
    kept = cnncalc("check-budget", "mobilenet_v2", "--max-params", "5M", "--format", "json")
    assert kept.returncode == 0
    assert json.loads(kept.stdout)["kept"] is True


def test_sides_of_one_name_say_where_they_differ():
    first, second, *_ = cnncalc("compare", "mobilenet_v2", "mobilenet_v2@width=0.5@batch=2").stdout.splitlines()
    assert first == "A  MobileNet v2: input 3×224×224, batch 1, width 1"
    assert second == "B  MobileNet v2: input 3×224×224, batch 2, width 0.5"


def test_small_shares_are_not_rounded_to_nothing():
    limits = ("--max-params", "61100840", "--min-params", "61100841")
    assert "which is 1 (<0.1%) under\n" in cnncalc("check-budget", "alexnet", *limits).stdout
    growth = cnncalc("formula", "alexnet", "--symbols", "C", "--quantity", "params").stdout
    assert "\nC          3      +0.00038%           7,744  C\n" in growth  # 3 · 7,744 of 61,100,840


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    missing = tmp_path / "missing" / "front.html"
    sweep = ("sweep", "lenet", "--vary", "input=28:36:4", "--pareto", "macs,params")
    result = cnncalc(*sweep, "-o", missing)
    assert (result.returncode, result.stderr) == (
        2,
        f"Error: {missing}: cannot be written: there is no such directory\n",
    )


def test_alternatives_of_a_layer_and_of_a_text():
    result = cnncalc("alternatives", "alexnet", "conv2")
    assert result.returncode == 0
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    document = json.loads(
        cnncalc(
            "alternatives", "Conv2d(64, 7, padding=3, bias=False)", "--input", "64,32,32", "--format", "json"
        ).stdout
    )
    params = {each["name"]: each["totals"]["params"] for each in document["alternatives"]}
    assert (params["as-is"], params["stack"]) == (49 * 64**2, 27 * 64**2)


def test_a_form_printed_as_a_spec_is_one():
    spec = cnncalc("alternatives", "alexnet", "conv2", "--form", "stack").stdout
    assert cnncalc("analyze", "-", text=spec).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("solve", "Conv2d(8, ?)"), "a LAYER needs --input and --output-shape"),
        (("solve", "Conv2d(8, ?", "--input", "3,9,9", "--output-shape", "8,7,7"), "expected a layer such as"),
        (
            ("solve", "Conv2d(8, ?)", "--input", "3,9,x", "--output-shape", "8,7,7"),
            ", a ? where any will do",
        ),
        (("solve", "Conv2d(8, ?)", "--input", "3,9,9", "--output-shape", "8,7,7", "--range", "1:3"), "NAME=LOW:HIGH"),
        (("solve", "alexnet", "--for", "input"), "either --target or --divisible"),
        (("solve", "alexnet", "--for", "inptu", "--target", "macs <= 1"), "nothing is named 'inptu'"),
        (("solve", "alexnet", "--for", "input", "--target", "mcs <= 1"), "did you mean 'macs'"),
        (("solve", "alexnet", "--for", "input", "--target", "macs <= 1", "--range", "x"), "LOW:HIGH:STEP"),
        (("solve", "alexnet", "--target", "macs <= 1"), "name a variable with --for"),
        (("solve", "alexnot", "--for", "input", "--divisible"), "did you mean 'alexnet'"),
        (("compare", "alexnet"), "two SPECs or more"),
        (("compare", "alexnet", "alexnet@"), "expected @NAME=VALUE"),
        (("compare", "alexnet", "alexnet@width=2"), "has no variable"),
        (("compare", "alexnet", "alexnet@input=3,,2"), "expected sizes such as"),
        (("check-budget", "alexnet"), "at least one limit"),
        (("check-budget", "alexnet", "--max-params", "5X"), "expected a number such as 5e6 or 5M"),
        (("alternatives", "alexnet"), "name a layer behind the spec"),
        (("alternatives", "alexnet", "conv9"), "no layer is named 'conv9'"),
        (("alternatives", "alexnet", "relu1"), "relu1 is a ReLU"),
        (("alternatives", "alexnet", "conv2", "--form", "stak"), "did you mean 'stack'"),
        (("alternatives", "Conv2d(64, 7)"), "such as --input 3,32,32"),
    ],
)
def test_bad_input_is_told_in_a_sentence(arguments, message):
    result = cnncalc(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout
