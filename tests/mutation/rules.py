"""The mutants of a convention: faults in the rules of its TOML file."""

import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import msgspec

FLAGS = ("modules_only", "one_sample")
EXCHANGED = {"input": "channels", "output": "positions", "mac": "output"}
"""What is read instead of a quantity; of others the next one in their list. Inputs and outputs are often the same."""


class RuleMutant(NamedTuple):
    """A convention with one fault, as plain data; any test that reads conventions may tell."""

    file: Path
    what: str
    data: dict[str, Any]
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file.stem}: {self.what}"


def rule_mutants(path: Path, quantities: list[str]) -> list[RuleMutant]:
    """Every mutant of a convention's file; a quantity is exchanged for the next one in the list."""
    data = tomllib.loads(path.read_text())
    return [RuleMutant(path, what, changed) for what, changed in _changed(data, quantities)]


def _changed(data: dict[str, Any], quantities: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    def copy(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        other = deepcopy(data)
        change(other)
        return other

    for flag in FLAGS:
        yield f"{flag} reversed", copy(lambda c, flag=flag: c.update({flag: not c.get(flag, False)}))
    rules = data["rules"]
    for n, rule in enumerate(rules):
        title = f"rule {n + 1} ({', '.join(rule['kinds'])} {rule.get('when', '')})"

        def within(change: Callable[[dict[str, Any]], object], n: int = n) -> dict[str, Any]:
            return copy(lambda c: change(c["rules"][n]))

        yield f"{title} dropped", copy(lambda c, n=n: c["rules"].pop(n))
        if n + 1 < len(rules) and _meet(rule, rules[n + 1]):
            yield f"{title} behind the next", copy(lambda c, n=n: c["rules"].insert(n, c["rules"].pop(n + 1)))
        for kind in rule["kinds"] if len(rule["kinds"]) > 1 else ():
            yield f"{title} without {kind}", within(lambda r, kind=kind: r["kinds"].remove(kind))
        for name, value in rule.get("when", {}).items():
            yield f"{title} whatever {name}", within(lambda r, name=name: r["when"].pop(name))
            other = (
                not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else f"{value}?"
            )
            yield (
                f"{title} when {name} = {other}",
                within(lambda r, name=name, other=other: r["when"].update({name: other})),
            )
        for term, coefficient in rule.get("count", {}).items():
            for other in (coefficient + 1, coefficient - 1):
                yield (
                    f"{title} {term} = {other}",
                    within(lambda r, term=term, other=other: r["count"].update({term: other})),
                )
            factors = term.split("*")
            for i, factor in enumerate(factors):
                following = EXCHANGED.get(factor) or quantities[(quantities.index(factor) + 1) % len(quantities)]
                for new in ([*factors[:i], following, *factors[i + 1 :]], factors[:i] + factors[i + 1 :]):
                    if new:
                        yield (
                            f"{title} {'*'.join(new)} for {term}",
                            within(lambda r, term=term, new=new: _renamed(r, term, new)),
                        )
        if rule.get("defect"):
            yield f"{title} no defect", within(lambda r: r.pop("defect"))


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a layer may fit two rules."""
    asked, also = one.get("when", {}), other.get("when", {})
    apart = any(name in also and also[name] != value for name, value in asked.items())
    return bool(set(one["kinds"]) & set(other["kinds"])) and not apart


def _renamed(rule: dict[str, Any], term: str, factors: list[str]) -> None:
    count = rule["count"]
    name = "*".join(factors)
    count[name] = count.get(name, 0) + count.pop(term)


def plant_rules(live: ModuleType, path: Path, data: dict[str, Any]) -> bool:
    """Let the module of conventions read a file as this data. Raises where that is no convention."""
    convention = msgspec.convert(data, live.Convention)
    for position, rule in enumerate(convention.rules):
        live._check(rule, f"rule {position}")
    read = live._read
    live._read = lambda place: convention if Path(place) == path else read(place)
    live.convention_named.cache_clear()
    return True
