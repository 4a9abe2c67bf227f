"""The README and the documents, run: every console block printed again, every Python example a doctest."""

import doctest
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cnncalc import analyze, loads
from cnncalc.analysis.vocabulary import QUANTITIES
from cnncalc.layers import LAYERS
from cnncalc.spec import shipped_names

ROOT = Path(__file__).parent.parent
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DOCUMENTS = [*READMES, *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)


def blocks():
    return [
        pytest.param(match["command"], match["output"], id=f"{path.name}: {match['command'][:60]}")
        for path in DOCUMENTS
        for match in BLOCK.finditer(path.read_text())
    ]


@cache
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


def test_the_quantities_are_listed():
    rows = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in QUANTITIES.items())
    assert rows in (ROOT / "docs" / "command-line.md").read_text()


def test_the_readmes_count_what_there_is():
    english, chinese = (path.read_text() for path in READMES)
    assert f"{len(LAYERS)} kinds of layer" in english
    assert f"{len(LAYERS)} 种层" in chinese
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert f"{len(LAYERS)} kinds of layer" in changes
    assert f"{len(shipped_names())} networks come with it" in english
    assert f"{len(shipped_names())} 个网络" in chinese


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_a_readme_quotes_what_the_benchmarks_printed(path):
    readme = path.read_text()
    results = sorted((ROOT / "benchmarks" / "results").glob("*.txt"))
    assert len(results) >= 3
    for result in results:
        assert result.read_text().strip() in readme, result.name


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_a_readme_quotes_its_spec(path):
    assert (ROOT / "docs" / "residual.json").read_text() in path.read_text()


def test_what_is_linked_to_is_there():
    for path in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_picture_shows_what_is_printed():
    drawn = ElementTree.parse(ROOT / "docs" / "alexnet.svg").iterfind(".//{*}text")
    lines = {}
    for text in drawn:
        if clip := text.get("clip-path"):
            lines.setdefault(clip, []).append(text.text)
    words = " ".join(word for line in lines.values() for word in "".join(line).split())
    assert words == " ".join(run("cnncalc analyze alexnet").split())
