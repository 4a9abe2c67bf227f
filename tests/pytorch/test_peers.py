"""Other tools run on what to_torch builds, beside what their conventions predict."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from cnncalc import CnncalcError, Network, analyze, layers, load
from cnncalc.analysis import convention_named
from cnncalc.analysis.convention import UnknownFigureError
from cnncalc.pytorch import peers

TESTS = Path(__file__).parent.parent
SMALL = [layers.Conv2d(8, 3, padding=1, name="first"), layers.BatchNorm2d(), layers.ReLU(), layers.MaxPool2d(2)]
END = [layers.Flatten(), layers.Linear(5)]


def residual():
    body = [layers.Conv2d(8, 3, padding=1, bias=False), layers.GELU(), layers.Add(inputs=("first", "gelu_1"))]
    return [*SMALL[:1], *body, layers.AdaptiveAvgPool2d(1), *END]


NETWORKS = {
    "plain": Network(input=[3, 12, 12], layers=[*SMALL, *END]),
    "residual": Network(input=[3, 12, 12], layers=residual()),
    "grouped": Network(
        input=[4, 9, 9], layers=[layers.Conv2d(8, 3, groups=2), layers.Conv2d(8, 3, padding="same"), *END]
    ),
    "uneven": Network(input=[4, 9, 9], layers=[layers.Conv2d(8, (2, 4), padding="same", dilation=1), *END]),
    "up": Network(
        input=[4, 9, 9], layers=[layers.ConvTranspose2d(6, 3, stride=2), layers.Conv2d(4, 1), layers.ReLU6()]
    ),
    "one axis": Network(input=[4, 30], layers=[layers.Conv1d(8, 5), layers.BatchNorm1d(), layers.MaxPool1d(2), *END]),
    "unused": Network(input=[4, 9, 9], layers=[*SMALL[:1], layers.Conv2d(2, 1, inputs=("input",)), layers.ReLU()]),
    "norms": Network(
        input=[4, 9, 9], layers=[layers.Conv2d(8, 3), layers.GroupNorm(2), layers.ELU(), layers.AvgPool2d(2)]
    ),
    "response": Network(input=[4, 9, 9], layers=[layers.Conv2d(8, 3), layers.LocalResponseNorm(3), layers.Dropout()]),
}
"""What the tools differ about; the shipped networks are run by hand, since each of them takes each tool seconds."""
SHIPPED = ["lenet", "lenet5", "cnn_mnist", "residual_projection", "transposed", "inception_module", "narrow_wide_same"]


def installed(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@pytest.mark.parametrize("tool", peers.TOOLS)
def test_each_tool_reports_what_its_convention_predicts(tool):
    package, conventions = peers.TOOLS[tool]
    if not installed(package):
        pytest.skip(f"{package} is not installed; pip install cnncalc[peers]")
    rules_of = {convention_named(name).version for name in conventions}
    if {installed(package).split("+")[0].replace("-", ".post")} != rules_of:
        pytest.skip(f"{package} {installed(package)} is not the version that the rules were read from")
    networks = [*NETWORKS.values(), *map(load, SHIPPED)]
    job = json.dumps([network.to_json() for network in networks])
    command = [sys.executable, "-m", "pytorch.peer_process", tool]
    done = subprocess.run(command, input=job, capture_output=True, text=True, cwd=TESTS, timeout=300)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    compared = 0
    for network, answer in zip(networks, answers, strict=True):
        assert isinstance(answer, dict) or tool in ("torchscan", "onnx-tool"), answer  # which say what they do not know
        for convention, reported in answer.items() if isinstance(answer, dict) else ():
            try:
                predicted = analyze(network, convention=convention).totals.flops
            except UnknownFigureError:
                continue
            assert (network.name, convention, reported) == (network.name, convention, int(predicted))
            compared += 1
    assert compared >= len(networks) // 2


def test_the_command_s_own_processes():
    """torch's counter is always there."""
    runs = list(peers.run_tools(load("lenet"), [1, 28, 28], batch=2, conventions=("torch", "torch-training")))
    assert [(run.convention, run.outcome) for run in runs] == [("torch", "agrees"), ("torch-training", "agrees")]
    assert runs[0].reported == 2 * 2 * analyze(load("lenet"), [1, 28, 28]).totals.macs


def test_a_prediction_that_is_wrong_differs(monkeypatch):
    monkeypatch.setattr(peers, "_predicted", lambda network, convention, batch: 1)
    (run,) = peers.run_tools(load("lenet"), conventions=["torch"])
    assert (run.outcome, run.predicted) == ("differs", 1)


def test_a_layer_without_a_prediction_is_reported_without_one():
    (run,) = peers.run_tools(load("lenet5"), conventions=["torch-training"])
    assert (run.outcome, run.predicted) == ("not predicted", None)
    assert run.reported > 0
    assert "ConnectedConv2d" in run.reason


def test_a_tool_that_is_not_there_or_takes_too_long(monkeypatch):
    monkeypatch.setitem(peers.TOOLS, "thop", ("no-such-package", ("thop",)))
    (run,) = peers.run_tools(load("lenet"), conventions=["thop"])
    assert (run.outcome, run.installed, run.reported) == ("not installed", "", None)
    (run,) = peers.run_tools(load("lenet"), conventions=["torch"], seconds=0.01)
    assert (run.outcome, run.reason) == ("failed", "it took more than 0.01 seconds")


def test_a_tool_that_fails_says_why(monkeypatch):
    monkeypatch.setitem(peers.TOOLS, "torch", ("torch", ("torch",)))
    monkeypatch.setattr(peers, "_COMMAND", ("-c", "raise SystemExit('no such operator')"))
    (run,) = peers.run_tools(load("lenet"), conventions=["torch"])
    assert (run.outcome, run.reason) == ("failed", "no such operator")


def test_a_convention_without_a_tool():
    with pytest.raises(CnncalcError, match="there is no tool to run for 'lecture'; there are torchinfo, fvcore"):
        list(peers.run_tools(load("lenet"), conventions=["lecture"]))
