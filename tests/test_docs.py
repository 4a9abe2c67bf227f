"""The README and the documents, run: every console block printed again, every Python example a doctest."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cnncalc import analyze, loads
from cnncalc.layers import LAYERS
from cnncalc.spec import shipped_names

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)


def blocks():
    return [
        pytest.param(match["command"], match["output"], id=f"{path.name}: {match['command'][:60]}")
        for path in DOCUMENTS
        for match in BLOCK.finditer(path.read_text())
    ]


def run(command):
    """What a person sees who types the command at a terminal of 80 columns."""
    here = f'{sys.executable} -m cnncalc "$@"'
    environment = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "COLUMNS")}
    result = subprocess.run(
        ["bash", "-c", f"cnncalc() {{ {here}; }}\n{command}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=ROOT,
        env=environment | {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
    )
    return result.stdout


@pytest.mark.parametrize(("command", "output"), blocks())
def test_a_console_block_is_what_is_printed(command, output):
    assert run(command) == output


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_examples(path):
    text = path.read_text().replace("\n```\n", "\n\n```\n")
    test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


@pytest.mark.parametrize("module", ["cnncalc", "cnncalc.arithmetic.recording", "cnncalc.pytorch"])
def test_docstring_examples(module):
    assert doctest.testmod(__import__(module, fromlist=["_"])).failed == 0


def specs():
    return [
        pytest.param(text, id=f"{path.name}: {text[:40]}")
        for path in DOCUMENTS
        for text in re.findall(r"```json\n(.*?)```", path.read_text(), re.DOTALL)
    ]


@pytest.mark.parametrize("text", specs())
def test_specs_in_the_documents_are_sound(text):
    assert analyze(loads(text)).layers


def test_the_names_that_the_language_promises():
    documents = (ROOT / "docs" / "spec.md").read_text()
    named = {
        row.name
        for text in re.findall(r"```json\n(.*?)```", documents, re.DOTALL)
        for row in analyze(loads(text)).layers
    }
    promised = ["unit.conv", "unit.add", "mix.small.0", "mix.large.1", "mix.concat", "stage.1.conv", "layer1.0.conv1"]
    for name in [*promised, "layer1.1.bn2", "layer2.projection"]:
        assert f"`{name}`" in documents
        assert name in named


def test_the_readme_counts_what_there_is():
    readme = (ROOT / "README.md").read_text()
    assert f"{len(LAYERS)} kinds of layer" in readme
    assert f"{len(shipped_names())} networks come with it" in readme


def test_the_readme_quotes_what_the_benchmarks_printed():
    readme = (ROOT / "README.md").read_text()
    results = sorted((ROOT / "benchmarks" / "results").glob("*.txt"))
    assert len(results) >= 3
    for path in results:
        assert path.read_text().strip() in readme, path.name
