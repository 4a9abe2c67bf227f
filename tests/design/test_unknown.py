"""Figures that are not known of a layer are not told of the whole, by no command of design."""

import json

import pytest
from command_line import cnncalc

import cnncalc as package
from cnncalc.report.compared import compared_document, compared_lines

SPEC = """{"name": "Partly known", "input": [3, 32, 32], "variables": {"w": 16}, "layers": [
    {"name": "a", "type": "Conv2d", "out_channels": "w", "kernel_size": 3},
    {"name": "op", "type": "Opaque", "operator": "magic"},
    {"name": "b", "type": "Conv2d", "out_channels": 8, "kernel_size": 3}]}"""
MESSAGE = "macs is not known of 'op', and so not of the whole"


@pytest.fixture
def network():
    return package.loads(SPEC)


def test_budgets_and_targets(network):
    with pytest.raises(package.CnncalcError, match=MESSAGE):
        package.assert_budget(network, max_macs="1G")
    with pytest.raises(package.CnncalcError, match=MESSAGE):
        package.largest(network, "w", "macs <= 1M")
    package.assert_budget(network, max_params=100 * 16 + 8, max_memory="1M")


def test_formulas(network):
    with pytest.raises(package.CnncalcError, match="macs has no value: it is not known of 'op'"):
        package.formula(network, "macs")
    assert package.formula(network, "a.macs", ["w"]).at(w=2) == 2 * 27 * 900
    assert package.formula(network, "params", ["w"]).at(w=2) == 208


def test_all_layers_but_those(tmp_path):
    spec = tmp_path / "spec.json"
    spec.write_text(SPEC)
    printed = cnncalc("formula", spec, "--layer", "all", "--symbols", "w").stdout
    assert printed.startswith("a.macs = 24,300·w\nb.macs = 56,448·w\n")
    assert "not known: op.macs" in printed


def test_sweeps(network):
    frame = package.sweep(network, {"w": [8, 16]}, quantities=["params", "macs", "a.macs", "op.macs"])
    assert frame["params"].tolist() == [808, 1608]
    assert frame[["macs", "op.macs"]].isna().all(axis=None)
    assert frame["a.macs"].tolist() == [8 * 27 * 900, 16 * 27 * 900]


def test_comparisons(network):
    comparison = package.compare(package.analyze(network), package.analyze(package.load("alexnet")))
    assert comparison.figures["macs"] == (None, 714_188_480)
    lines = ["".join(span.text for span in line) for line in compared_lines(comparison, 80)]
    assert any(line.split() == ["MACs", "not", "known", "714,188,480"] for line in lines)
    assert not any("MACs" in line for line in lines if line.startswith("Beside"))
    document = json.loads(json.dumps(compared_document(comparison)))
    assert [each["totals"]["macs"] for each in document["networks"]] == [None, 714_188_480]
    assert document["networks"][1]["ratios"]["macs"] is None


def test_sweeps_say_why_no_row_is_left(tmp_path):
    spec = tmp_path / "spec.json"
    spec.write_text(SPEC)
    for options in (("--where", "macs < 1e9"), ("--pareto", "macs,-params"), ("--sort", "macs")):
        printed = cnncalc("sweep", spec, "--vary", "w=8,16", *options).stdout
        assert "macs has no value at 2 points, left out: it is not known of a layer" in " ".join(printed.split())
    assert "has no value" not in cnncalc("sweep", spec, "--vary", "w=8,16", "--where", "params < 1e9").stdout
