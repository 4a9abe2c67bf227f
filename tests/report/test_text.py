"""CSV, Markdown, LaTeX and JSON."""

import csv
import io
import json

import pytest

from cnncalc import Conv2d, Network, analyze, load
from cnncalc.report import text
from cnncalc.report.sheet import PLAIN, sheet


@pytest.fixture
def alexnet():
    return analyze(load("alexnet"))


def test_csv_holds_the_exact_figures(alexnet):
    rows = list(csv.DictReader(io.StringIO(text.as_csv(sheet(alexnet, PLAIN)))))
    assert [row["name"] for row in rows] == [row.name for row in alexnet.layers]
    assert sum(int(row["params"]) for row in rows) == 61_100_840
    assert sum(int(row["macs"]) for row in rows) == 714_188_480
    assert rows[0]["output"] == "64×55×55"


def test_csv_runs_nothing_in_a_spreadsheet():
    name = '=HYPERLINK("http://example.org","a")'
    network = Network(
        input=[1, 4, 4], layers=[Conv2d(1, 3, name=name), Conv2d(1, 1, name="-1+2"), Conv2d(1, 1, name="@a")]
    )
    rows = list(csv.reader(io.StringIO(text.as_csv(sheet(analyze(network), ("name", "inputs"))))))
    assert [row[0] for row in rows] == ["name", f"'{name}", "'-1+2", "'@a"]
    assert [row[1] for row in rows][2:] == [f"'{name}", "'-1+2"]


def test_shares_in_csv_are_fractions(alexnet):
    rows = list(csv.DictReader(io.StringIO(text.as_csv(sheet(alexnet, ("name", "params_share"))))))
    assert sum(float(row["params_share"]) for row in rows) == pytest.approx(1)


def test_markdown_is_a_table_of_as_many_cells_a_line(alexnet):
    lines = text.as_markdown(sheet(alexnet)).splitlines()
    assert len(lines) == len(alexnet.layers) + 3
    assert {line.count("|") for line in lines} == {10}
    assert lines[2].startswith("| conv1 | Conv2d | 11×11 s4 p2 | 64×55×55 | 23.3k | 70.3M | 141M |")
    assert lines[-1].startswith("| total |")


def test_markdown_and_latex_escape():
    network = Network(input=[1, 4, 4], layers=[Conv2d(1, 3, name="a|b_*<i>$&%\\")])
    chosen = sheet(analyze(network), ("name",))
    assert r"| a\|b\_\*\<i\>$&%\\ |" in text.as_markdown(chosen)
    assert r"a|b\_{*}$<$i$>$\$\&\%\textbackslash{} \\" in text.as_latex(chosen)


def test_latex_is_a_tabular(alexnet):
    lines = text.as_latex(sheet(alexnet)).splitlines()
    assert lines[0] == r"\begin{tabular}{llllrrrrr}"
    assert lines[-1] == r"\end{tabular}"
    assert sum(line.endswith(r"\\") for line in lines) == len(alexnet.layers) + 2
    assert all(line.count("&") == 8 for line in lines if line.endswith(r"\\"))


def test_json_is_the_dict_in_the_order_of_the_sheet(alexnet):
    assert json.loads(text.as_json(sheet(alexnet))) == alexnet.to_dict()
    top = json.loads(text.as_json(sheet(alexnet, sort="params", top=3)))
    assert [layer["name"] for layer in top["layers"]] == ["fc6", "fc7", "fc8"]
    assert top["totals"] == alexnet.to_dict()["totals"]
