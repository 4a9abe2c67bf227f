"""`cnncalc zoo` and `cnncalc schema`."""

import json

from command_line import cnncalc

from cnncalc.spec import shipped_names


def test_the_zoo_lists_every_spec():
    lines = cnncalc("zoo", env={"COLUMNS": "120"}).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == shipped_names()
    (alexnet,) = [line for line in lines if line.startswith("alexnet ")]
    assert "61.1M" in alexnet
    assert "714M" in alexnet
    assert all(len(line) <= 120 for line in lines)


def test_the_zoo_fits_an_ordinary_terminal():
    lines = cnncalc("zoo", env={"COLUMNS": "80"}).stdout.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "source" not in lines[0]
    assert set(shipped_names()) <= {line.split()[0] for line in lines}


def test_the_zoo_gives_what_is_expected():
    result = cnncalc("zoo", "--check")
    assert result.returncode == 0
    assert "✓ resnet50: 25,557,032 params, 4,089,184,256 MACs" in result.stdout
    count = len(shipped_names())
    assert result.stdout.endswith(f"{count} of {count} specs give what is expected of them\n")


def test_the_schema_is_json():
    schema = json.loads(cnncalc("schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "Conv2d" in schema["$defs"]


def test_a_variable_can_be_set():
    half = json.loads(cnncalc("analyze", "mobilenet_v2", "--set", "width=0.5", "--format", "json").stdout)
    # torchvision 0.28.0: mobilenet_v2(width_mult=0.5) has 1,968,680 parameters
    assert half["totals"]["params"] == 1_968_680
    result = cnncalc("analyze", "mobilenet_v2", "--set", "widht=2")
    assert result.returncode == 2
    assert "mobilenet_v2: the spec has no variable \"widht\"; did you mean 'width'?" in result.stderr
    assert "--set takes NAME=VALUE" in cnncalc("analyze", "alexnet", "--set", "width").stderr
