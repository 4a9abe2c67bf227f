"""The shipped specs against published figures, and against PyTorch running the same layers."""

import csv
from pathlib import Path

import pytest
import torch_oracle

from cnncalc import analyze, load
from cnncalc.graph import build_graph
from cnncalc.spec import shipped_names

PUBLISHED = Path(__file__).with_name("published.csv")


def published():
    with PUBLISHED.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", published(), ids=lambda row: f"{row['spec']} {row['quantity']} {row['layer']}".strip())
def test_published_figures(row):
    """Each row states its source."""
    analysis = analyze(load(row["spec"]))
    if row["layer"].endswith("*"):
        members = [layer for layer in analysis.layers if layer.name.startswith(row["layer"].rstrip("*"))]
        found = sum(getattr(layer, row["quantity"]) for layer in members)
    elif row["layer"]:
        found = getattr(next(layer for layer in analysis.layers if layer.name == row["layer"]), row["quantity"])
    else:
        found = getattr(analysis.totals, row["quantity"])
    if row["unit"] == "G":
        assert f"{found / 1e9:.3f}".rstrip("0").rstrip(".") == row["value"]
    elif row["quantity"] == "output_shape":
        assert "x".join(map(str, found)) == row["value"]
    else:
        assert found == int(row["value"].replace(",", ""))


@pytest.mark.parametrize("name", shipped_names())
def test_expected_totals_stand_in_the_spec_and_come_out(name):
    network = load(name)
    assert network.source
    assert network.expected is not None
    totals = analyze(network).totals
    stated = {key: getattr(network.expected, key) for key in ("params", "macs", "activations")}
    assert {key for key, value in stated.items() if value} >= {"params", "macs"}
    assert all(getattr(totals, key) == value for key, value in stated.items() if value is not None)


@pytest.mark.parametrize("name", shipped_names())
def test_every_layer_agrees_with_torch(name):
    network = load(name)
    nodes = [(node.name, node.layer, node.inputs) for node in build_graph(network).nodes]
    expected = torch_oracle.run_network(nodes, network.input)
    rows = analyze(network).layers
    found = {row.name: torch_oracle.Figures(row.output_shape, row.params, row.buffers, row.macs) for row in rows}
    assert found == expected


def test_the_issue_of_the_first_layer_of_alexnet():
    (warning,) = analyze(load("alexnet")).warnings
    assert (warning.layer, warning.code) == ("conv1", "inexact-division")
    assert warning.message == (
        "height and width: (224 − 11 + 2·2)/4 = 54.25 is not whole, floor 54, + 1 = 55, "
        "one row and one column of the padded input are never read (padding only)"
    )


def test_alexnet_as_the_contract_prints_it():
    """The example object of the public contract."""
    document = analyze(load("alexnet")).to_dict()
    first = document["layers"][0]
    assert first == {
        "name": "conv1",
        "type": "Conv2d",
        "inputs": ["input"],
        "output_shape": [64, 55, 55],
        "params": 23296,
        "buffers": 0,
        "macs": 70276800,
        "flops": 140747200,
        "activations": 193600,
        "operations": {"mac": 70276800, "add": 193600, "mul": 0, "compare": 0, "div": 0, "exp": 0},
        "receptive_field": {
            "size": [11, 11],
            "jump": [4, 4],
            "start": [3.5, 3.5],
            "padding": [[2, 1], [2, 1]],
            "whole": [False, False],
            "smallest": [11, 11],
        },
    }
    assert list(document) == ["name", "convention", "unit", "batch", "input", "layers", "totals", "warnings"]
    assert document["name"] == "AlexNet"
    assert document["convention"] == "cnncalc"
    assert document["batch"] == 1
    assert document["input"] == [3, 224, 224]
    assert document["totals"]["params"] == 61100840
    assert document["totals"]["macs"] == 714188480
    assert document["warnings"][0]["layer"] == "conv1"
