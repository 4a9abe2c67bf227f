"""``cnncalc reconcile`` as it is typed."""

import json
import re

import pytest
from command_line import cnncalc


def run(*arguments, status=0, text=None, **environment):
    result = cnncalc(*arguments, text=text, env=environment)
    assert result.returncode == status, result.stderr
    return result


def test_each_tool_s_figure_is_a_sum_that_closes():
    output = run("reconcile", "alexnet", COLUMNS="120").stdout
    paragraphs = output.split("\n\n")
    base = 1_430_080_104
    closed = 0
    for paragraph in paragraphs[1:]:
        amounts = [
            int(text.replace(",", "").replace("−", "-")) for text in re.findall(r"^ *([−+]?[\d,]+)  ", paragraph, re.M)
        ]
        if len(amounts) > 1:
            figure, *differences = amounts
            if str(figure) != "0" and not paragraph.startswith("AlexNet: published"):
                closed += base + sum(differences) == figure
    assert closed >= 12


def test_the_published_figures_stand_beside_the_tools():
    output = run("reconcile", "resnet50", "--published").stdout
    assert "3,857,973,248  MACs by macs; printed 3.8e9 FLOPs, cut off" in output
    assert " −231,211,008  with stride_in=1 instead of 3" in output
    assert "4,121,925,096  MACs by ptflops-hooks; printed 4.12e9 MACs, rounded" in output
    assert "4,111,512,576  flops by fvcore" not in output
    assert "printed 3.8e9 FLOPs" in run("reconcile", "resnet50").stdout
    assert "printed" not in run("reconcile", "resnet50", "--to", "thop").stdout


def test_figures_of_some_layers_are_lines_of_a_table():
    output = run("reconcile", "googlenet_2015", "--published", COLUMNS="120").stdout
    assert re.search(r"^ +114,688  weights of conv2_reduce, conv2; printed 112Ki params, exactly$", output, re.M)
    assert "does not follow from the row's own filters" in output


def test_a_network_without_published_figures():
    assert run("reconcile", "lenet", "--published").stdout == "LeNet: its spec names no published figure.\n"


def test_json():
    document = json.loads(run("reconcile", "resnet50", "--format", "json").stdout)
    assert list(document) == ["name", "batch", "from", "figure", "conventions", "unknown", "published"]
    for row in document["conventions"]:
        assert row["start"] + sum(difference["amount"] for difference in row["differences"]) == row["figure"]
    for row in document["published"]:
        assert sum(part["amount"] for part in row["parts"]) == row["figure"]
    assert document["published"][0]["published"]["variables"] == {"stride_in": 1}


def test_a_convention_without_a_figure_is_named():
    output = run("reconcile", "lenet5", "--to", "torch-training").stdout
    assert 'no figure by torch-training: "C3": this convention has no figure for ConnectedConv2d' in " ".join(
        output.split()
    )


def test_from_another_convention_of_memory():
    output = run("reconcile", "lenet", "--from", "lecture-space", "--to", "torchscan-dmas").stdout
    assert "DMAs by torchscan-dmas 0.2.0" in output
    refused = run("reconcile", "lenet", "--to", "lecture-space", status=2).stderr
    assert "lecture-space counts memory and cnncalc operations: no sum leads to the other" in " ".join(refused.split())


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_lines_fit_the_terminal(columns):
    for arguments in (("resnet50",), ("lenet5", "--published"), ("googlenet_2015", "--published")):
        lines = run("reconcile", *arguments, COLUMNS=str(columns)).stdout.splitlines()
        assert max(map(len, lines)) <= columns


def test_the_tools_run_and_what_they_report_is_compared():
    output = run("reconcile", "lenet", "--run", "--to", "torch", "--to", "torch-training").stdout
    assert len(re.findall(r" agrees$", output, re.M)) == 2
    document = json.loads(run("reconcile", "lenet", "--run", "--to", "torch", "--format", "json").stdout)
    (only,) = document["runs"]
    assert only["predicted"] == only["reported"]


def test_a_tool_that_reports_another_figure_is_exit_status_1(tmp_path):
    """torch's counter, made to report 1 in the process of its own."""
    (tmp_path / "sitecustomize.py").write_text(
        "import torch.utils.flop_counter as c\nc.FlopCounterMode.get_total_flops = lambda self: 1\n"
    )
    output = run(
        "reconcile", "lenet", "--run", "--to", "torch", status=1, PYTHONPATH=str(tmp_path), COLUMNS="120"
    ).stdout
    assert re.search(r"differs by −[\d,]+$", output, re.M)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("lenet", "--run", "--to", "lecture"), "there is no tool to run for 'lecture'"),
        (("lenet", "--published", "--run"), "--published stands alone"),
        (("lenet", "--to", "thopp"), "did you mean 'thop'"),
        (("lenet", "--run", "--set", "depth=2"), 'the spec has no variable "depth"'),
        (("lenet", "--run", "--seconds", "0"), "0 is not in the range"),
    ],
)
def test_bad_usage(arguments, complaint):
    result = run("reconcile", *arguments, status=2)
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr
