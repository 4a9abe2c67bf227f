"""Mutation testing: which small faults in a module do the tests not see?

``python tests/mutation/run.py cnncalc/layers/formulas.py``; README.md says how it works.
"""

import argparse
import ast
import contextlib
import gc
import importlib
import json
import os
import random
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, TextIO

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402
from planting import plant_live  # noqa: E402
from rules import plant_rules, rule_mutants  # noqa: E402
from targets import TESTS  # noqa: E402

FEW, MORE = 10, 100
"""How many examples of hypothesis a test tries at first, and for a mutant that lives on; then as many as CI tries."""
ALL = 3000
LEAST_SECONDS = 4
MEMORY = 6 << 30
SURVIVORS = Path(__file__).with_name("survivors")
QUIET = ["-q", "--assert=plain", "--tb=no", "--no-header", "--no-summary", "-p", "no:cacheprovider"]


class Outcome(NamedTuple):
    """What became of a mutant: ``killed``, ``timed out`` or ``survived``, and the test that killed it."""

    fate: str
    test: str = ""


class Reach(NamedTuple):
    """What a test took, in seconds of processor time, and the lines that it ran of each module's file.

    One that generates its examples may reach others with more of them.
    """

    seconds: float
    lines: dict[str, list[int]]
    generates: bool


def settle_hypothesis() -> None:
    """Have the tests try the same examples each time, and not look for simpler ones that fail too."""
    hypothesis.settings.register_profile(
        "mutation",
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    os.environ["CNNCALC_HYPOTHESIS"] = "mutation"


def try_examples(most: int) -> None:
    """Have every test that is run from now on try so many examples at most."""
    at_most = property(lambda settings: min(settings._max_examples, most))
    type.__setattr__(hypothesis.settings, "max_examples", at_most)


def child(work: Callable[[TextIO], None], seconds: int | None = None) -> tuple[int, TextIO]:
    """Run something in a process of its own, silently: the process and what it writes."""
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return pid, os.fdopen(read)
    status = 1
    try:
        os.close(read)
        if not os.environ.get("MUTATION_OUTPUT"):
            null = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(null, descriptor)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            signal.alarm(seconds * 200)
        with os.fdopen(write, "w") as stream:
            work(stream)
        status = 0
    finally:
        os._exit(status)


class Failures:
    """Remembers the first test that fails, or the first file that cannot be collected."""

    first = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.first = self.first or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.first = self.first or report.nodeid


def run_items(items: list[pytest.Item], failures: Failures, before: Callable[[], None], after: Any) -> None:
    """Run tests until one fails."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        before()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        after(item)
        if failures.first:
            return


def clear_caches() -> None:
    """Let no test find what another one has worked out."""
    for name, found in list(sys.modules.items()):
        if name.startswith("cnncalc"):
            for each in list(vars(found).values()):
                getattr(each, "cache_clear", lambda: None)()


class Session:
    """Collects the tests once, sees what each reaches, then runs them for mutant after mutant, each in a fork."""

    def __init__(self, faults: "list[Fault]", jobs: int, stream: TextIO) -> None:
        self.faults, self.jobs, self.stream = faults, jobs, stream
        self.failures = Failures()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.failures.first:
            raise SystemExit(f"{self.failures.first} cannot be collected")
        clear_caches()
        gc.freeze()
        pid, stream = child(lambda stream: self.look(session, stream))
        text = stream.read()
        os.waitpid(pid, 0)
        found = json.loads(text)
        others = [name for name, module in sys.modules.items() if not str(_file(module)).startswith(str(ROOT))]
        self.say(modules=found["modules"] + others, tests=found["tests"], failed=found["failed"])
        if found["failed"]:
            return True
        reaches = {test: Reach(*reach) for test, reach in found["tests"].items()}

        def trial(position: int, examples: int) -> tuple[int, TextIO] | Outcome:
            fault = self.faults[position]
            meeting = fault.met_by(reaches, examples)
            if not meeting:
                return Outcome("unplanted")  # it may have run while a module was imported
            reaching = [item for item in session.items if item.nodeid in meeting]
            reaching.sort(key=lambda item: fault.order(item.nodeid, reaches[item.nodeid]))

            def work(stream: TextIO) -> None:
                if not fault.plant_live():
                    stream.write("unplanted")
                    return
                try_examples(examples)
                run_items(reaching, self.failures, lambda: None, lambda item: None)
                stream.write(f"killed {self.failures.first}" if self.failures.first else "survived")

            expected = sum(reaches[item.nodeid].seconds for item in reaching)
            return child(work, int(LEAST_SECONDS + expected * 3 * examples / FEW))

        left = []
        for position, outcome in tried(range(len(self.faults)), lambda i: trial(i, FEW), self.jobs):
            if outcome == Outcome("survived"):
                left.append(position)
            else:
                self.say(position=position, outcome=outcome)
        for position, outcome in tried(left, lambda i: trial(i, MORE), self.jobs):
            self.say(position=position, outcome=Outcome("survived") if outcome.fate == "unplanted" else outcome)
        return True

    def look(self, session: pytest.Session, stream: TextIO) -> None:
        """Run the tests as they are: their times and lines, and the modules that they import."""
        reached: dict[str, set[int]] = {str(fault.module.path): set() for fault in self.faults}
        tests = {}
        began = 0.0

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            reached[frame.f_code.co_filename].add(frame.f_lineno)
            return line

        def calls(frame: FrameType, event: str, argument: Any) -> Any:
            return line if frame.f_code.co_filename in reached else None

        def before() -> None:
            nonlocal began
            for lines in reached.values():
                lines.clear()
            clear_caches()
            began = time.process_time()
            sys.settrace(calls)

        def after(item: pytest.Item) -> None:
            sys.settrace(None)
            seconds = time.process_time() - began
            generates = hasattr(getattr(item, "obj", None), "hypothesis")
            lines_of = {file: sorted(lines) for file, lines in reached.items() if lines}
            tests[item.nodeid] = (seconds, lines_of, generates)

        try_examples(FEW)
        run_items(session.items, self.failures, before, after)
        others = [name for name, module in sys.modules.items() if not str(_file(module)).startswith(str(ROOT))]
        json.dump({"tests": tests, "failed": self.failures.first, "modules": others}, stream)

    def say(self, **what: Any) -> None:
        self.stream.write(json.dumps(what) + "\n")
        self.stream.flush()


def _file(module: Any) -> Any:
    return getattr(module, "__file__", None) or ""


def tried(
    positions: Iterable[int], trial: Callable[[int], tuple[int, TextIO] | Outcome], jobs: int
) -> Iterator[tuple[int, Outcome]]:
    """The outcome of every trial, some at a time."""
    waiting, running = list(positions), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            begun = trial(position := waiting.pop(0))
            if isinstance(begun, Outcome):
                yield position, begun
            else:
                running[begun[0]] = (position, begun[1])
        if running:
            pid, status = os.wait()
            position, stream = running.pop(pid)
            with stream:
                yield position, _outcome(status, stream.read())


def _outcome(status: int, said: str) -> Outcome:
    if os.WIFSIGNALED(status):
        return Outcome("timed out", signal.Signals(os.WTERMSIG(status)).name)
    fate, _, test = said.partition(" ")
    return Outcome(fate, test) if said else Outcome("killed", "the process ended")


class Planted(MetaPathFinder):
    """Finds one module with a fault in it, and leaves all others to the finders behind it."""

    def __init__(self, module: "Module") -> None:
        self.module = module

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self.module.name:
            return None
        loader = SourceFileLoader(fullname, str(self.module.path))
        code = compile(ast.fix_missing_locations(self.module.tree), str(self.module.path), "exec")
        loader.get_code = lambda fullname: code  # type: ignore[method-assign]
        return spec_from_loader(fullname, loader)


class Module:
    """A module and its mutants."""

    def __init__(self, path: str) -> None:
        self.path = ROOT / path
        self.name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.tree = ast.parse(self.path.read_text())
        self.mutants = mutants(self.tree)

    def fault(self, mutant: Any) -> "Fault":
        """One of its mutants."""
        return Fault(self, mutant)

    @property
    def faults(self) -> "list[Fault]":
        """All of its mutants."""
        return [self.fault(mutant) for mutant in self.mutants]


class Rules(Module):
    """A folder of conventions, which a module of the package reads."""

    def __init__(self, path: str) -> None:
        super().__init__("cnncalc/analysis/convention.py")
        quantities = list(importlib.import_module("cnncalc.analysis.quantities").QUANTITIES)
        self.reader, self.name = self.name, path.replace("/", ".")
        self.mutants = [m for file in sorted((ROOT / path).glob("*.toml")) for m in rule_mutants(file, quantities)]

    def fault(self, mutant: Any) -> "Fault":
        """One of their mutants."""
        return RuleFault(self, mutant)


class Fault(NamedTuple):
    """A mutant of a module."""

    module: Module
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.module.path.relative_to(ROOT)}:{self.mutant}"

    @property
    def name(self) -> str:
        """What the files of survivors call it."""
        return f"{self.module.path.relative_to(ROOT)} {self.mutant.name}"

    def met_by(self, reaches: dict[str, Reach], examples: int) -> dict[str, Reach]:
        """The tests that may tell of it, and what they reach: those of its line; with more examples than were looked
        at, those that generate them too; all of them, where it is in no function.
        """
        if self.mutant.at_import:
            return reaches
        file, lines = str(self.module.path), self.mutant.lines
        return {
            test: reach
            for test, reach in reaches.items()
            if any(line in lines for line in reach.lines.get(file, ()))
            or (examples > FEW and reach.generates and file in reach.lines)
        }

    def order(self, test: str, reach: Reach) -> tuple[bool, float]:
        """Which tests are run first: the quick ones."""
        return False, reach.seconds

    def plant_live(self) -> bool:
        """Put it into the imported module; False where that cannot be done."""
        self.mutant.plant()
        live = importlib.import_module(self.module.name)
        return not self.mutant.at_import and plant_live(live, self.module.tree, self.mutant.line)


class RuleFault(Fault):
    """A mutant of a convention's rules, which any test that reads conventions may tell."""

    def __str__(self) -> str:
        return str(self.mutant)

    @property
    def name(self) -> str:
        """What the files of survivors call it."""
        return str(self.mutant)

    def met_by(self, reaches: dict[str, Reach], examples: int) -> dict[str, Reach]:
        """All tests, and once: none of them generates conventions."""
        return reaches if examples == FEW else {}

    def order(self, test: str, reach: Reach) -> tuple[bool, float]:
        """Those first that name the convention, then the quick ones."""
        name = self.mutant.file.stem
        return f"[{name}" not in test and f"-{name}]" not in test, reach.seconds

    def plant_live(self) -> bool:
        """Put it in the place of the convention, as often as it is read."""
        return plant_rules(importlib.import_module(self.module.reader), self.mutant.file, self.mutant.data)


def in_one_session(faults: list[Fault], files: list[str], jobs: int) -> Iterator[Any]:
    """First what each test reaches, then the outcome of each fault that running code can have."""

    def work(stream: TextIO) -> None:
        settle_hypothesis()
        session = Session(faults, jobs, stream)
        pytest.main([*QUIET, *files], plugins=[session, session.failures])

    pid, stream = child(work)
    for said in map(json.loads, stream):
        if "outcome" in said:
            yield faults[said["position"]], Outcome(*said["outcome"])
            continue
        if said["failed"]:
            raise SystemExit(f"without any fault, {said['failed']} fails")
        for name in said["modules"]:
            with contextlib.suppress(Exception):
                name in sys.modules or importlib.import_module(name)
        yield {test: Reach(*reach) for test, reach in said["tests"].items()}
    os.waitpid(pid, 0)


def afresh(fault: Fault, reaches: dict[str, Reach], examples: int) -> tuple[int, TextIO]:
    """The outcome of a fault in a process that imports everything anew."""
    reaching = fault.met_by(reaches, examples) or reaches
    files = list(dict.fromkeys(test.split("::")[0] for test in sorted(reaching, key=lambda t: reaching[t].seconds)))
    failures = Failures()

    class Reaching:
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            try_examples(examples)
            items[:] = [item for item in items if item.nodeid in reaching]
            items.sort(key=lambda item: reaching[item.nodeid].seconds)

    def work(stream: TextIO) -> None:
        settle_hypothesis()
        fault.mutant.plant()
        sys.meta_path.insert(0, Planted(fault.module))
        status = pytest.main(["-x", *QUIET, *files], plugins=[failures, Reaching()])
        stream.write(f"killed {failures.first}" if failures.first or status not in (0, 5) else "survived")

    expected = sum(reach.seconds for reach in reaching.values())
    return child(work, int(LEAST_SECONDS + expected * 3 * examples / FEW))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", nargs="+", help="a module, as targets.py names it")
    parser.add_argument("--share", type=float, default=1, help="the share of its mutants that is tried")
    parser.add_argument("--seed", type=int, default=0, help="which share")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--few", action="store_true", help=f"never more than {MORE} examples a test")
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    parser.add_argument("--lines", help="only the mutants from one line to another, such as 40-60")
    parser.add_argument("--explained", action="store_true", help="only those of survivors/, which should survive")
    parser.add_argument("--tests", nargs="+", help="other tests than those of targets.py")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    modules = {path: Module(path) if path.endswith(".py") else Rules(path) for path in options.module}
    if options.list:
        print(*(fault for module in modules.values() for fault in module.faults), sep="\n")
        return
    alike: dict[tuple[str, ...], list[Module]] = {}
    for path, module in modules.items():
        alike.setdefault(tuple(options.tests or TESTS[path]), []).append(module)
    for tests, together in alike.items():
        try_all(together, list(tests), options)


def explained() -> dict[str, str]:
    """The mutants that are known to change nothing, and why."""
    files = [tomllib.loads(file.read_text()) for file in sorted(SURVIVORS.glob("*.toml"))]
    return {name: group["because"] for file in files for group in file["survivors"] for name in group["mutants"]}


def chosen(module: Module, options: argparse.Namespace) -> list[Fault]:
    """The faults of a module that are drawn."""
    faults = module.faults
    places = sorted(random.Random(options.seed).sample(range(len(faults)), round(options.share * len(faults))))
    first, last = map(int, (options.lines or "0-1000000").split("-"))
    return [faults[i] for i in places if first <= faults[i].mutant.line <= last]


def try_all(modules: list[Module], tests: list[str], options: argparse.Namespace) -> None:
    """Try faults of modules that have the same tests, and print the outcome of each and a table."""
    began = time.monotonic()
    fates = {module.name: {"killed": 0, "timed out": 0, "survived": 0} for module in modules}
    changing_nothing = explained()
    drawn = {module.name: chosen(module, options) for module in modules}
    tried_here = [
        fault for faults in drawn.values() for fault in faults if (fault.name in changing_nothing) == options.explained
    ]

    def report(fault: Fault, outcome: Outcome) -> None:
        fates[fault.module.name][outcome.fate] += 1
        mark = {"killed": "  ", "timed out": "T ", "survived": "S "}[outcome.fate]
        print(f"{mark}{fault}   {outcome.test} @{time.monotonic() - began:.0f}", flush=True)

    rounds: dict[int, list[Fault]] = {FEW: [], MORE: [], ALL: []}
    outcomes = in_one_session(tried_here, tests, options.jobs)
    reaches = next(outcomes)
    for fault, outcome in outcomes:
        if outcome.fate == "unplanted":
            rounds[FEW].append(fault)
        elif outcome == Outcome("survived") and not isinstance(fault, RuleFault) and fault.mutant.nested:
            rounds[MORE].append(fault)
        elif outcome == Outcome("survived") and not (options.few or isinstance(fault, RuleFault)):
            rounds[ALL].append(fault)
        else:
            report(fault, outcome)
    for examples, following in ((FEW, MORE), (MORE, ALL), (ALL, 0)):
        faults = rounds[examples]
        trial = partial(_afresh, faults, reaches, examples)
        for position, outcome in tried(range(len(faults)), trial, options.jobs):
            if outcome == Outcome("survived") and following and not (options.few and following == ALL):
                rounds[following].append(faults[position])
            else:
                report(faults[position], outcome)
    for module in modules:
        counts = fates[module.name]
        all_tried = sum(counts.values())
        share = 1 - counts["survived"] / max(all_tried, 1)
        nothing = sum(fault.name in changing_nothing for fault in drawn[module.name])
        row = (module.name, f"{len(drawn[module.name])} of {len(module.mutants)}", nothing, *counts.values())
        print("|", *(f"{cell} |" for cell in (*row, f"{share:.1%}")), flush=True)


def _afresh(faults: list[Fault], reaches: dict[str, Reach], examples: int, position: int) -> tuple[int, TextIO]:
    return afresh(faults[position], reaches, examples)


if __name__ == "__main__":
    main()
