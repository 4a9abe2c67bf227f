"""``cnncalc conventions`` as it is typed."""

import json

import pytest
from command_line import cnncalc

from cnncalc.analysis import convention_named, shipped_conventions
from cnncalc.analysis.convention import quantities


@pytest.mark.parametrize("columns", ["80", "160"])
def test_a_line_a_convention(columns):
    lines = cnncalc("conventions", env={"COLUMNS": columns}).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == list(shipped_conventions())
    assert max(map(len, lines)) <= int(columns)


def test_a_unit_is_said_once():
    for name in shipped_conventions():
        found = convention_named(name)
        assert not found.description.lower().startswith(f"{found.unit.lower()}:")
        assert ": " not in found.description.partition(" ")[0]


def test_the_rules_of_one_and_what_rules_may_count():
    assert cnncalc("conventions", "thop").stdout.startswith("MACs by thop: ")
    document = json.loads(cnncalc("conventions", "thop", "--format", "json").stdout)
    assert (document["name"], document["unit"]) == ("thop", "MACs")
    assert document["rules"][0]["kinds"]
    rules = cnncalc("conventions", "thop", "--format", "csv").stdout.splitlines()
    assert rules[0] == "kinds,where,counts,note"
    assert len(rules) == 1 + len(document["rules"])
    terms = json.loads(cnncalc("conventions", "--terms", "--format", "json").stdout)
    assert terms == quantities()
    assert cnncalc("conventions", "thop", "--terms").returncode == 2


def test_the_list_for_programs():
    rows = json.loads(cnncalc("conventions", "--format", "json").stdout)
    assert [row["name"] for row in rows] == list(shipped_conventions())
    assert "rules" not in rows[0]
