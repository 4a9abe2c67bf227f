"""``cnncalc import``, and PyTorch modules where a spec is taken."""

import json
import re
import sys

import pytest
from click.testing import CliRunner
from command_line import cnncalc

from cnncalc import CnncalcError
from cnncalc.cli.commands import commands
from cnncalc.cli.specs import read_spec

NETS = """
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        convs = nn.Conv2d(3, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.features = nn.Sequential(convs[0], nn.ReLU(), convs[1])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        x = self.pool(self.features(x)).flatten(1)
        return self.head(x)

class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Conv2d(3, 4, 1), nn.Conv2d(1, 4, 1)

    def forward(self, image, depth):
        return self.left(image) + self.right(depth)

class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 4, stride=4)
        self.position = nn.Parameter(torch.zeros(1, 4, 8, 8))

    def forward(self, x):
        if x.shape[-1] != 32:
            raise ValueError("images of 32 pixels are expected")
        return torch.special.i0(self.conv(x)) + self.position

ready = Small(16)
number = 3

def broken():
    raise RuntimeError("no such file\\nand more")
"""


@pytest.fixture
def nets(tmp_path):
    (tmp_path / "nets.py").write_text(NETS)
    return tmp_path


def test_a_module_where_a_spec_is_taken(nets):
    for spec, params in (("nets:Small", 898), ("nets:Small(width=4)", 310), ("nets:ready", 2938)):
        result = cnncalc("analyze", spec, "--input", "3,32,32", "--format", "json", cwd=nets)
        assert (result.returncode, result.stderr) == (0, "")
        document = json.loads(result.stdout)
        assert document["input"] == [3, 32, 32]
        assert document["totals"]["params"] == params
        names = [layer["name"] for layer in document["layers"]]
        assert names == ["features.0", "features.1", "features.2", "pool", "flatten", "head"]
    result = cnncalc("rf", "nets:Small", "features.2", cwd=nets)
    assert result.returncode == 0
    assert "A unit sees 5×5 pixels" in result.stdout


COMMANDS = [
    (("verify", "nets:Small"), 0, "6 layers agree"),
    (("compare", "nets:Small", "nets:Small(width=4)"), 0, "params             898      310"),
    (("check-budget", "nets:Small", "--max-params", "500"), 1, "params <= 500"),
    (("formula", "nets:Small"), 0, "macs = 792·H·N·W + 80·N"),
    (("sweep", "nets:Small", "--vary", "batch=1,2"), 0, "1,622,176"),
    (("solve", "nets:Small", "--for", "batch", "--target", "macs <= 2M"), 0, "1,622,176  fits"),
    (("alternatives", "nets:Small", "features.0"), 0, "features.0: Conv2d 3×32×32 → 8×32×32"),
    (("explain", "nets:Small", "features.0"), 0, "on 3×32×32 gives 8×32×32"),
    (("check", "nets:Small", "answers.json"), 0, "1 of 1 points"),
    (("quiz", "nets:Small", "--questions", "1"), 0, "Exercises: Small"),
    (("rf", "nets:Small"), 0, "all 32×32"),
]


def test_every_command_takes_a_module(nets, monkeypatch):
    """In one process, since importing PyTorch takes its time; traced at the stated input."""
    monkeypatch.chdir(nets)
    monkeypatch.syspath_prepend(nets)
    monkeypatch.delitem(sys.modules, "nets", raising=False)
    (nets / "answers.json").write_text(json.dumps({"answers": {"features.0.params": 224}}))
    for arguments, status, words in COMMANDS:
        asked = [*arguments, "--input", "3,32,32"]
        result = CliRunner().invoke(commands, asked, env={"COLUMNS": "100"}, standalone_mode=False)
        assert words in result.output, arguments
        assert (result.return_value or result.exit_code) == status, arguments


def test_import_writes_a_spec(nets):
    result = cnncalc("import", "nets:Small", "--input", "3,24,24", "-o", "small.json", "--name", "Smallest", cwd=nets)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "small.json: 6 layers\n")
    spec = json.loads((nets / "small.json").read_text())
    assert (spec["name"], spec["input"]) == ("Smallest", [3, 24, 24])
    assert spec["expected"] == {"params": 898, "macs": 24 * 24 * (27 * 8 + 72 * 8) + 80}
    printed = cnncalc("import", "nets:Small", "--input", "3,24,24", "--name", "Smallest", cwd=nets)
    assert json.loads(printed.stdout) == spec
    larger = cnncalc("analyze", "small.json", "--input", "3,48,48", "--format", "json", cwd=nets)
    assert json.loads(larger.stdout)["totals"]["macs"] == 48 * 48 * (27 * 8 + 72 * 8) + 80


def test_several_inputs_have_names(nets):
    arguments = ("--input", "image=3,8,8", "--input", "depth=1,8,8")
    result = cnncalc("import", "nets:Two", *arguments, cwd=nets)
    assert json.loads(result.stdout)["input"] == {"image": [3, 8, 8], "depth": [1, 8, 8]}


def test_what_is_fixed_or_not_known_is_said(nets):
    result = cnncalc("import", "nets:Fixed", "--input", "3,32,32", "-o", "fixed.json", cwd=nets)
    assert result.returncode == 0
    assert "note  fixed: the module could not be followed at another size than this (images of 32" in result.stderr
    assert "note  not known: i0 (1 layer), so that the totals are partial" in result.stderr
    report = cnncalc("analyze", "fixed.json", cwd=nets, env={"COLUMNS": "200"}).stdout
    assert "≥" in report
    assert "at least 12,288 MACs" in report
    assert "i0 is an operator that cnncalc does not know" in report
    assert "fixed at import: the module could not be followed at another size" in report
    other = cnncalc("analyze", "fixed.json", "--input", "3,64,64", cwd=nets)
    assert other.returncode == 2
    assert "this network was imported at another input" in other.stderr


def test_layers_are_folded_by_module(nets):
    result = cnncalc("analyze", "nets:Small", "--input", "3,32,32", "--depth", 1, "--format", "json", cwd=nets)
    group, *rest = json.loads(result.stdout)["layers"]
    assert group["name"] == "features"
    assert group["layers"] == ["features.0", "features.1", "features.2"]
    assert (group["inputs"], group["output_shape"], group["params"]) == (["input"], [8, 32, 32], 808)
    assert [row["name"] for row in rest] == ["pool", "flatten", "head"]
    table = cnncalc(
        "analyze", "nets:Small", "--input", "3,32,32", "--depth", 1, cwd=nets, env={"COLUMNS": "140"}
    ).stdout
    assert re.search("3 layers +2 Conv2d, 1 ReLU +8×32×32", table)
    assert "6 layers in 4 rows." in table


@pytest.mark.parametrize(
    ("spec", "shape", "sentence"),
    [
        ("nets:Smal", None, "nets:Smal: nets has nothing named \"Smal\"; did you mean 'Small'?"),
        ("nests:Small", None, "nests:Small: no Python module is named nests"),
        ("nets.inner:Small", None, "nets.inner:Small: no Python module is named nets.inner"),
        ("nets:number", None, "nets:number: expected a torch.nn.Module, or what makes one, found int"),
        ("nets:broken", None, "nets:broken: its code fails: RuntimeError: no such file"),
        ("nets:Small(1, 2)", None, "nets:Small(1, 2): its arguments do not fit: too many positional arguments"),
        ("nets:Small(width=open)", None, "nets:Small(width=open): expected an attribute or a call with plain values"),
        ("nets:Small", (5, 8, 8), "nets:Small: the module fails: RuntimeError: "),
        (
            "nets:Two",
            None,
            "nets:Two: the module takes 2 inputs; state the shape of each: --input image=SHAPE --input depth=SHAPE",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(nets, monkeypatch, spec, shape, sentence):
    monkeypatch.syspath_prepend(nets)
    monkeypatch.delitem(sys.modules, "nets", raising=False)
    with pytest.raises(CnncalcError) as raised:
        read_spec(spec, shape)
    assert str(raised.value).startswith(sentence)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("analyze", "nets:Smal"), "nets:Smal: nets has nothing named \"Smal\"; did you mean 'Small'?"),
        (("import", "alexnet"), "expected a module as package.module:attribute, such as torchvision.models:resnet50"),
        (
            ("import", "nets:Small", "--input", "3,8,8", "-o", "none/x.json"),
            "none/x.json: cannot be written: there is",
        ),
    ],
)
def test_the_exit_status_is_2(nets, arguments, sentence):
    result = cnncalc(*arguments, cwd=nets)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {sentence}")
    assert len(result.stderr.splitlines()) == 1


def test_without_pytorch(nets):
    (nets / "torch.py").write_text("raise ImportError('not here')")
    result = cnncalc("analyze", "nets:Small", cwd=nets)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: PyTorch cannot be imported (not here)")


def test_an_ordinary_spec_does_not_import_pytorch(nets):
    (nets / "torch.py").write_text("raise ImportError('not here')")
    assert cnncalc("analyze", "alexnet", cwd=nets).returncode == 0
