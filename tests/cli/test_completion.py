"""Completion of commands, options, networks, layers and names, asked as a shell asks, and in bash itself."""

import json
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import BashComplete, FishComplete, ZshComplete
from command_line import cnncalc

from cnncalc import analyze, load
from cnncalc.analysis import shipped_conventions
from cnncalc.cli.commands import commands
from cnncalc.spec import shipped_names

CLASSES = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


def completions(*words):
    """What may stand for the last word."""
    complete = BashComplete(commands, {}, "cnncalc", "_CNNCALC_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


def test_commands_without_importing_them():
    assert {"analyze", "rf", "completion"} <= set(completions(""))
    assert completions("check") == ["check", "check-budget"]
    assert completions("--ver") == ["--version"]


def test_options_and_their_choices():
    assert "--columns" in completions("analyze", "--c")
    assert {"--quiet", "--verbose", "--format", "--input"} <= set(completions("rf", "--"))
    assert completions("analyze", "alexnet", "--format", "m") == ["markdown"]
    assert completions("explain", "alexnet", "--lang", "") == ["en", "zh"]


def test_networks_and_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("residual_mine.json", "residual.txt", "residual.py", ".hidden.json"):
        (tmp_path / name).touch()
    (tmp_path / "residues").mkdir()
    found = completions("analyze", "resid")
    assert found == ["residual.py", "residual_identity", "residual_mine.json", "residual_projection", "residues/"]
    assert set(shipped_names()) < set(completions("analyze", "alexnet", ""))
    assert ".hidden.json" not in completions("analyze", "")
    assert "exercises/complexity" in completions("quiz", "ex")


@pytest.mark.parametrize("command", ["alternatives", "explain", "rf"])
def test_layers_of_the_network_on_the_line(command, tmp_path):
    names = [row.name for row in analyze(load("resnet18")).layers]
    assert completions(command, "resnet18", "layer1.0.") == [name for name in names if name.startswith("layer1.0.")]
    path = tmp_path / "net.json"
    path.write_text(json.dumps({"input": [3], "layers": [{"type": "ReLU", "name": "a b"}, {"type": "ReLU"}]}))
    assert completions(command, str(path), "") == ["a b", "relu_1"]


@pytest.mark.parametrize(
    "spec", ["alexnt", "broken.json", "-", "net.py:network", "torchvision.models:resnet18", "/", "\0"]
)
def test_a_network_that_is_not_read_has_no_layers(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.json").write_text('{"input": [3], "layers": [')
    (tmp_path / "net.py").write_text("raise SystemExit('this must not run')")
    assert completions("rf", spec, "") == []


def test_conventions_columns_and_quantities():
    assert set(shipped_conventions()) <= set(completions("analyze", "alexnet", "--convention", ""))
    assert completions("conventions", "thop") == ["thop"]
    assert completions("analyze", "alexnet", "--columns", "name,par") == ["name,params", "name,params_share"]
    assert "macs,macs" not in completions("analyze", "alexnet", "--columns", "macs,m")
    assert "params,macs" in completions("explain", "alexnet", "--quantity", "params,m")


@pytest.mark.parametrize("line", [["rf", "alexnet", ""], ["analyze", ""], ["sweep", "-"], ["measure", "alex"], [""]])
def test_it_imports_nothing_heavy(line):
    script = (
        "import sys\n"
        "from cnncalc.cli.commands import commands\n"
        "from click.shell_completion import BashComplete\n"
        f"found = BashComplete(commands, {{}}, 'cnncalc', 'X').get_completions({line[:-1]!r}, {line[-1]!r})\n"
        "assert found\n"
        "assert not {'numpy', 'pandas', 'sympy', 'torch', 'rich.console'} & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("words", ['rf "', "nothing ", "analyze --columns", "check-budget --max-"])
def test_half_a_line_is_no_error(words):
    environment = {"_CNNCALC_COMPLETE": "bash_complete", "COMP_WORDS": f"cnncalc {words}", "COMP_CWORD": "2"}
    result = cnncalc(env=environment)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("shell", CLASSES)
def test_the_script_of_a_shell(shell):
    script = cnncalc("completion", shell)
    assert script.returncode == 0
    assert f"_CNNCALC_COMPLETE={shell}_complete" in script.stdout
    assert "completion bash" in cnncalc("completion", "--help").stdout
    if path := shutil.which(shell):
        checked = subprocess.run([path, "-n"], input=script.stdout, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_really_in_bash(tmp_path):
    """What bash offers for a line, by the function that the printed script gives it."""
    (tmp_path / "cnncalc").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnncalc "$@"\n')
    (tmp_path / "cnncalc").chmod(0o755)
    ask = (
        f'export PATH="{tmp_path}:$PATH"\n'
        'eval "$(cnncalc completion bash)"\n'
        "complete -p cnncalc | grep -q _cnncalc_completion || exit 3\n"
        "COMP_WORDS=(cnncalc rf alexnet conv) COMP_CWORD=3\n"
        "_cnncalc_completion cnncalc conv alexnet\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    result = subprocess.run(["bash", "-c", ask], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.split() == ["conv1", "conv2", "conv3", "conv4", "conv5"]
