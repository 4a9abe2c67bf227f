"""What a run has found so far: counts a kind, departures, and the smallest case of each disagreement. A JSON file."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import numpy
import sympy
import torch

_NUMBERS = re.compile(r"[-−]?\d+")


class Ledger:
    """Counts by row and column, and disagreements by what they are."""

    def __init__(self, what: str, seed: int, each: int) -> None:
        self.what, self.seed, self.each = what, seed, each
        self.chunks = 0
        self.seconds = 0.0
        self.states: list[str] = []
        self.rows: dict[str, Counter[str]] = {}
        self.departures: Counter[str] = Counter()
        self.disagreements: dict[str, dict[str, Any]] = {}

    def count(self, row: str, *columns: str) -> None:
        self.rows.setdefault(row, Counter()).update(columns)

    def disagree(self, key: str, chunk: int, case: str, detail: str, departure: str = "") -> None:
        """Write one down, under what it is, its smallest case first."""
        if departure:
            self.departures[departure] += 1
            return
        found = self.disagreements.setdefault(key, {"count": 0, "case": "", "detail": "", "chunk": chunk})
        found["count"] += 1
        if not found["case"] or _weight(case) < _weight(found["case"]):
            found |= {"case": case, "detail": detail[:500], "chunk": chunk}

    def save(self, path: Path) -> None:
        state = vars(self) | {"states": self.states, "versions": versions()}
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(state, indent=1, ensure_ascii=False), encoding="utf-8")
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Ledger:
        state = json.loads(path.read_text(encoding="utf-8"))
        found = cls(state["what"], state["seed"], state["each"])
        vars(found).update(state)
        found.rows = {row: Counter(columns) for row, columns in state["rows"].items()}
        found.departures = Counter(state["departures"])
        return found


def _weight(case: str) -> tuple[int, int]:
    """Few and small numbers come first."""
    return sum(len(number) for number in _NUMBERS.findall(case)), len(case)


def versions() -> str:
    return (
        f"Python {platform.python_version()}, PyTorch {torch.__version__}, NumPy {numpy.__version__}, "
        f"SymPy {sympy.__version__}, hypothesis {hypothesis.__version__}"
    )


def state() -> str:
    """The commit that is checked out, with a + where files differ from it."""
    return _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "cnncalc") else "")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.strip()


class Clock:
    """Processor time of a piece of work, added to a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def __enter__(self) -> Clock:
        self.start = time.process_time()
        return self

    def __exit__(self, *error: Any) -> None:
        self.ledger.seconds += time.process_time() - self.start
