"""`cnncalc analyze a.json b.json`."""

import csv
import io
import json

import pytest
from command_line import cnncalc

from cnncalc import analyze, load

NAMES = ("lenet", "alexnet")


def test_one_after_the_other():
    apart = [cnncalc("analyze", name).stdout for name in NAMES]
    assert cnncalc("analyze", *NAMES).stdout == "\n\n".join(apart)


def test_json_of_several_is_a_list_of_what_each_is():
    assert json.loads(cnncalc("analyze", *NAMES, "--format", "json").stdout) == [
        analyze(load(name)).to_dict() for name in NAMES
    ]


def test_csv_has_one_heading_and_a_column_for_the_network():
    rows = list(csv.DictReader(io.StringIO(cnncalc("analyze", *NAMES, "--format", "csv").stdout)))
    expected = [(a.name, row.name, str(row.macs)) for a in (analyze(load(name)) for name in NAMES) for row in a.layers]
    assert [(row["network"], row["name"], row["macs"]) for row in rows] == expected
    assert "network" not in cnncalc("analyze", "lenet", "--format", "csv").stdout


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_a_row_of_totals_for_each_network(form):
    lines = cnncalc("analyze", *NAMES, "--format", form, "--columns", "network,name,params", "--exact").stdout
    totals = [line for line in lines.splitlines() if "total" in line]
    assert [("LeNet" in line, "AlexNet" in line) for line in totals] == [(True, False), (False, True)]
    assert "44,426" in totals[0]
    assert "61,100,840" in totals[1]


def test_networks_of_one_name_are_told_apart(tmp_path):
    (tmp_path / "mine.json").write_text(load("lenet").to_json())
    printed = cnncalc("analyze", "lenet", "mine.json", "--format", "csv", cwd=tmp_path).stdout
    assert "LeNet (lenet),conv1," in printed
    assert "LeNet (mine.json),conv1," in printed


def test_all_are_read_before_any_is_printed(tmp_path):
    (tmp_path / "bad.json").write_text('{"input": [3], "layers": [{"type": "Hole"}]}')
    result = cnncalc("analyze", "lenet", "bad.json", "alexnt", "-o", "out.txt", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    first, second = result.stderr.splitlines()
    assert first.startswith('Error: bad.json: $.layers[0].type: unknown layer type "Hole"')
    assert second.startswith("Error: alexnt: no such file")
    assert not (tmp_path / "out.txt").exists()


def test_one_twice_is_a_slip():
    result = cnncalc("analyze", "lenet", "lenet")
    assert (result.returncode, result.stdout) == (2, "")
    assert "the same SPEC is named twice" in result.stderr
