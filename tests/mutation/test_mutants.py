"""The mutants themselves: what is changed, what is left alone, and a fault in running code that a test sees or not."""

import ast
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from mutation.mutants import mutants
from mutation.planting import plant_live
from mutation.rules import plant_rules, rule_mutants

from cnncalc import analyze, load
from cnncalc.analysis import convention
from cnncalc.analysis.quantities import QUANTITIES

ROOT = Path(__file__).parents[2]

SOURCE = '''
from functools import cached_property, lru_cache

LIMIT: int = 7


@lru_cache
def largest(first: int, second: int = 1) -> int:
    """Not 1 of these words."""
    if first == second:
        return second
    return max(first, second)


class Shape:
    def __init__(self, sides):
        self.sides = sides

    def __repr__(self):
        return f"{self.sides + 1}"

    @property
    def corners(self):
        return self.sides * 1

    @cached_property
    def kind(self):
        return "square" if self.sides == 4 else f"of {self.sides - 1} and 1"

    def grown(self, *, by=1):
        return super().__init__(*()) or Shape(self.sides + by)
'''


def texts(source):
    return [f"{mutant.before}  →  {mutant.after}" for mutant in mutants(ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a // b", ["a // b  →  a * b", "a // b  →  -(-a // b)"]),
        ("x = a < b", ["a < b  →  a <= b", "a < b  →  a >= b"]),
        ("x = 7", ["7  →  8", "7  →  6"]),
        ("x = True", ["True  →  False"]),
        ("x = not a", ["not a  →  a"]),
        ("x = a and b", ["a and b  →  a or b", "a and b  →  b", "a and b  →  a"]),
        ("x = 'name'", ["'name'  →  'name?'"]),
        ("x = 'a sentence'", []),
        ("x = f'{a + b} in words'", ["a + b  →  a - b"]),
        ("def f(a: int = 3) -> 'int': 'A text.'", ["3  →  4", "3  →  2"]),
        ("x = max(a, b)", ["max(a, b)  →  min(a, b)", "max(a, b)  →  max(a)", "max(a, b)  →  a", "max(a, b)  →  b"]),
        ("x = f(a, b=c)", ["f(a, b=c)  →  a", "f(a, b=c)  →  f(a)"]),
        ("x = [a for a in b if c]", ["c  →  True"]),
        ("def f(): return a", ["return a  →  return None"]),
        ("x = {'a b': c}", ["{'a b': c}  →  {}"]),
        ("x = a[:b]", [":b  →  :"]),
        ("x = tuple(a)", []),
        ("x = f(*a, strict=True)", []),
        ("import a\nfrom a import b", []),
    ],
)
def test_the_faults_of_a_line(source, expected):
    assert texts(source) == expected


def live(fault):
    """The module with the first mutant of that text planted while it runs; its cache and its objects stay."""
    module = ModuleType("figures")
    module.__file__ = "figures.py"
    exec(compile(SOURCE, "figures.py", "exec"), vars(module))
    tree = ast.parse(SOURCE)
    mutant = next(it for it in mutants(tree) if str(it).endswith(fault))
    mutant.plant()
    return module, not mutant.at_import and plant_live(module, tree, mutant.line)


@pytest.mark.parametrize(
    ("fault", "call", "value"),
    [
        ("max(first, second)  →  min(first, second)", lambda m: m.largest(2, 5), 2),
        ("1  →  2", lambda m: m.largest(0), 2),
        ("self.sides * 1  →  self.sides + 1", lambda m: m.Shape(3).corners, 4),
        ("'square'  →  'square?'", lambda m: m.Shape(4).kind, "square?"),
        ("self.sides + by  →  self.sides - by", lambda m: m.Shape(4).grown().sides, 3),
    ],
)
def test_a_fault_in_running_code(fault, call, value):
    module, planted = live(fault)
    assert planted
    assert call(module) == value


def test_a_fault_that_changes_nothing():
    """Where both are equal the greater of them is either, so that no test can tell."""
    module, planted = live("first == second  →  False")
    assert planted
    assert [module.largest(a, b) for a in range(3) for b in range(3)] == [max(a, b) for a in range(3) for b in range(3)]


def test_what_is_no_functions_code_is_not_planted_there():
    _, planted = live("7  →  8")
    assert not planted


def test_names_tell_where_and_which_of_several():
    names = [mutant.name for mutant in mutants(ast.parse("class A:\n def f(self): return self.g() + 1 + 1"))]
    assert [name for name in names if "  2" in name] == ["A.f: 1  →  2", "A.f: 1  →  2 (2)"]


def test_explained_survivors_are_mutants_of_the_code_as_it_is():
    files = (ROOT / "tests/mutation/survivors").glob("*.toml")
    groups = [group for file in files for group in tomllib.loads(file.read_text())["survivors"]]
    names = [name for group in groups for name in group["mutants"]]
    assert len(names) == len(set(names))
    assert all(group["because"] for group in groups)
    files = {name.split()[0] for name in names if name.startswith("cnncalc/")}
    known = {f"{file} {mutant.name}" for file in files for mutant in mutants(ast.parse((ROOT / file).read_text()))}
    for file in (ROOT / "cnncalc/conventions").glob("*.toml"):
        known |= {str(mutant) for mutant in rule_mutants(file, list(QUANTITIES))}
    assert sorted(set(names) - known) == []


def test_a_fault_in_the_rules_of_a_convention(monkeypatch):
    """thop's first rule dropped, AlexNet has fewer operations; other conventions stay."""
    network = load("alexnet")
    before = {name: analyze(network, convention=name).totals.flops for name in ("thop", "fvcore")}
    monkeypatch.setattr(convention, "_read", convention._read)
    faults = rule_mutants(ROOT / "cnncalc/conventions/thop.toml", list(QUANTITIES))
    fault = next(fault for fault in faults if "Conv" in fault.what and fault.what.endswith("dropped"))
    assert plant_rules(convention, fault.file, fault.data)
    try:
        after = {name: analyze(network, convention=name).totals.flops for name in before}
    finally:
        convention.convention_named.cache_clear()
    assert int(after["thop"]) < int(before["thop"])
    assert after["fvcore"] == before["fvcore"]
