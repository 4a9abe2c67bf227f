"""Sound inputs to begin with: the shipped specs, the documentation, the tests' own texts, and a layer of every kind."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_LARGEST_SPEC = 12_000
"""Larger specs are no other text, only slower; the deep networks among them come in by their blocks."""
CASES = 1_500
"""How many layers are drawn; a short run takes fewer, since drawing them takes longer than trying them."""


def _read(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(ROOT.glob(pattern))]


def _pages() -> list[str]:
    return [path.read_text("utf-8") for path in sorted((*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")))]


@cache
def _literals(pattern: str) -> tuple[str, ...]:
    """The texts that stand in the code of tests or of the package."""
    found: dict[str, None] = {}
    for path in sorted(ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[node.value] = None
    return tuple(found)


def _documents(texts: list[str]) -> Iterator[Any]:
    for text in texts:
        try:
            yield json.loads(text)
        except ValueError:
            continue


def _encoded(texts: Any) -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in dict.fromkeys(texts)]


@cache
def cases() -> tuple[tuple[Any, tuple[Any, ...]], ...]:
    """Layers of every kind with inputs that they take, the same ones each time."""
    from cases import ANY_CASE, as_list, legal
    from hypothesis import HealthCheck, Phase, given, settings

    found: dict[str, tuple[Any, tuple[Any, ...]]] = {}

    @settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(ANY_CASE)
    def collect(case: Any) -> None:
        layer, inputs = case
        if legal(layer, as_list(inputs)):
            found[f"{layer}{inputs}"] = (layer, tuple(as_list(inputs)))

    collect()
    return tuple(found.values())


@cache
def specs() -> list[bytes]:
    """Specs as JSON documents."""
    from cases import one_layer

    texts = [text for text in _read("specs/*.json") if len(text) < _LARGEST_SPEC]
    texts += _read("docs/residual.json")
    blocks = [block for page in _pages() for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    written = [*blocks, *(text for text in _literals("tests/**/*.py") if text.startswith("{"))]
    texts += [
        json.dumps(document).encode()
        for document in _documents(written)
        if isinstance(document, dict) and {"layers", "blocks"} & document.keys()
    ]
    texts += [one_layer(layer, *inputs).to_json().encode() for layer, inputs in cases()[:400]]
    return texts


def _strings(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    for part in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from _strings(part)


@cache
def expressions() -> list[bytes]:
    """What specs write where a number stands, and what the tests say of the language."""
    found = [text for spec in _read("specs/*.json") for text in _strings(json.loads(spec)) if len(text) < 120]
    found += [text for text in _literals("tests/spec/test_language.py") if len(text) < 200]
    return _encoded(text for text in found if re.search(r"[-+*/%<>=]|\bif\b|\(", text) and "\n" not in text)


@cache
def layer_texts() -> list[bytes]:
    """Layers as Python writes them, some with open places."""
    from cnncalc.homework.explanation import call_text

    texts = [call_text(layer).replace(", ?", "") for layer, _ in cases()]
    texts += [match for page in _pages() for match in re.findall(r"(?:nn\.)?[A-Z]\w+\([^()\n]*\)", page)]
    texts += [text for text in _literals("tests/**/*.py") if re.fullmatch(r"(nn\.)?[A-Z]\w+\(.*\)", text)]
    return _encoded(texts)


@cache
def answers() -> list[bytes]:
    """Answers as people write them."""
    texts = [str(json.loads(line).get("published_answer", "")) for line in _lines("tests/homework/homework.jsonl")]
    texts += [text for text in _literals("tests/homework/test_answers.py") if len(text) < 200]
    texts += [cell for path in ("docs/grading/ada.csv", "docs/grading/dan.csv") for cell in _cells(path)]
    return _encoded(texts)


def _lines(name: str) -> list[str]:
    return (ROOT / name).read_text("utf-8").splitlines()


def _cells(name: str) -> list[str]:
    return [cell.strip('"') for line in _lines(name) for cell in line.split(",")]


@cache
def answer_files() -> list[bytes]:
    """Files of answers of every format; the formats are told apart by what they look like."""
    files = [*_read("docs/grading/*.csv"), *_read("docs/grading/bo.md"), *_read("docs/grading/cy.json")]
    found = [text for text in _literals("tests/**/test_*.py") if "\n" in text and re.search(r"answer|conv1|答案", text)]
    return [*files, *_encoded(text for text in found if len(text) < 3000 and "import " not in text)]


@cache
def keys() -> list[bytes]:
    """Keys as JSON documents, those of the lectures' exercises among them."""
    texts = [*_read("docs/grading/key.json"), *_read("specs/exercises/*.json")]
    written = [
        {"spec": "lenet5", "questions": [{"id": "1", "layer": "C1", "quantity": "params", "points": 2, "answer": 156}]},
        {
            "network": json.loads(_read("docs/residual.json")[0]),
            "batch": 2,
            "convention": "torch",
            "bytes": 4,
            "input": [3, 64, 64],
            "questions": {
                "a": {"layer": "conv", "quantity": "output"},
                "b": {"quantity": "memory", "text": {"zh": "?"}},
            },
        },
        {"spec": "lenet", "title": "Sheet", "answers": {"conv1.params": "156", "total": {"macs": "0.42M"}}},
        {"spec": "dcgan", "variables": {"width": 16}, "questions": [{"quantity": "flops"}, {"quantity": "field"}]},
    ]
    return [*texts, *(json.dumps(document).encode() for document in written)]


@cache
def conventions() -> list[bytes]:
    """Conventions as TOML."""
    shipped = [text for text in _read("cnncalc/conventions/*.toml") if len(text) < 8000]
    renamed = [re.sub(rb'(?m)^name *= *".*"', b'name = "own"', text, count=1) for text in shipped]
    own = [block for page in _pages() for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    return [*renamed, *_encoded(own)]


@cache
def conditions() -> list[bytes]:
    """Conditions on points and limits on costs."""
    pattern = r'--(?:where|target) "([^"]*)"'
    texts = [match for page in _pages() for match in re.findall(pattern, page)]
    texts += [match for text in _literals("cnncalc/cli/*.py") for match in re.findall(pattern, text)]
    texts += [text for text in _literals("tests/design/*.py") if re.search(r"[<>]=?|and", text) and len(text) < 120]
    texts += [
        "params < 5e6 and conv.H >= 7",
        "field.H > 9 or not width % 2",
        "receptive_field >= 5",
        "memory <= 1.5 MiB",
    ]
    return _encoded(text for text in texts if "\n" not in text)


@cache
def ranges() -> list[bytes]:
    """Values of variables, shapes, settings, pixels and counts, as options take them."""
    texts = [
        "16:256:16",
        "1,2,4",
        "0.25:1:0.25",
        "1:1024:*2",
        "true,false",
        "3,224,224",
        "3x224x224",
        "image=3,8,8",
        "64,?,?",
    ]
    texts += [
        "same",
        "width=32",
        "width=width*2",
        "1e6",
        "0.1:2:0.05",
        "kernel_size=1:11",
        "padding[0]=-3:3",
        "params,macs",
        "5M",
    ]
    texts += [text for text in _literals("tests/design/test_values.py") if len(text) < 60]
    return _encoded(texts)


_FILES = {b"{": "fuzz.json", b"[": "fuzz.json", b"|": "fuzz.md", b"n": "fuzz.toml"}


@cache
def command_lines() -> list[bytes]:
    """Commands of the documentation and of every ``--help``, each with a file that it may read.

    Arguments are parted by NUL, the file's content stands behind two of them.
    """
    lines = [line for page in _pages() for line in re.findall(r"(?m)^\$ cnncalc (.*)$", page)]
    lines += [line for text in _literals("cnncalc/cli/*.py") for line in re.findall(r"(?m)^ +cnncalc (.*)$", text)]
    lines += [f"{command} --help" for command in ("analyze", "sweep", "check", "")]
    parts = []
    for line in lines:
        try:
            parts.append(shlex.split(re.sub(r" (\||>|#) ?.*", "", line)))
        except ValueError:
            continue
    small = [text for text in specs() if len(text) < 2000]
    files = [*small[:40], *answer_files()[:20], *keys()[:4], *conventions()[:10]]
    found = [
        *(
            ["analyze", "fuzz.json"],
            ["rf", "fuzz.json"],
            ["explain", "fuzz.json"],
            ["check", "residual.json", "fuzz.csv"],
        ),
        *(
            ["quiz", "fuzz.json"],
            ["check", "fuzz.json", "answers.csv"],
            ["check", "residual.json", "fuzz.md", "-o", "out.csv"],
        ),
        *(
            ["compare", "fuzz.json", "residual.json"],
            ["reconcile", "fuzz.json"],
            ["analyze", "-"],
            ["check", "lenet", "-"],
        ),
        *(
            ["analyze", "residual.json", "--convention", "fuzz.toml"],
            ["formula", "fuzz.json"],
            ["alternatives", "fuzz.json"],
        ),
        *(
            ["sweep", "fuzz.json", "--vary", "H=8:64:8", "-o", "out.csv"],
            ["check-budget", "fuzz.json", "--max-params", "5M"],
        ),
        *(["solve", "fuzz.json", "--for", "input", "--target", "params < 5M"], ["conventions", "fuzz.toml"]),
        *(["check", "residual.json", "fuzz.json", "answers.csv", "-o", "out.csv", "--feedback", "pages"],),
    ]
    return [
        "\0".join(arguments).encode() + b"\0\0" + files[place % len(files)]
        for place, arguments in enumerate([*parts, *found * 6])
        if arguments
    ]
