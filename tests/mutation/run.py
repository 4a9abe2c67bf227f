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
from collections.abc import Callable, Iterable, Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TextIO

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402
from planting import plant_live  # noqa: E402
from rules import plant_rules, rule_mutants  # noqa: E402
from targets import TESTS  # noqa: E402

FEW = 10
"""How many examples of hypothesis a test tries at first; a mutant that lives on meets as many as CI tries."""
LEAST_SECONDS = 10
MEMORY = 6 << 30
SETTINGS = hypothesis.settings.__init__
QUIET = ["-q", "--assert=plain", "--tb=no", "--no-header", "--no-summary", "-p", "no:cacheprovider"]


class Outcome(NamedTuple):
    """What became of a mutant: ``killed``, ``timed out`` or ``survived``, and the test that killed it."""

    fate: str
    test: str = ""


class Reach(NamedTuple):
    """What a test took, in seconds of processor time, and the lines of the module that it ran."""

    seconds: float
    lines: list[int]


def meets(mutant: Mutant, reach: Reach) -> bool:
    """Whether a test may tell of a fault."""
    return any(mutant.at_import or line in mutant.lines for line in reach.lines)


def try_examples(most: int | None) -> None:
    """Have every test try so many examples at most, none of them shrunk, and the same each time."""

    def init(self: Any, *positional: Any, **named: Any) -> None:
        if most is not None and isinstance(named.get("max_examples"), int):
            named["max_examples"] = min(named["max_examples"], most)
        SETTINGS(self, *positional, **named)

    hypothesis.settings.__init__ = init
    hypothesis.settings.register_profile(
        "mutation",
        **({} if most is None else {"max_examples": most}),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    os.environ["CNNCALC_HYPOTHESIS"] = "mutation"


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
            signal.alarm(seconds * 10)
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


class Session:
    """Collects the tests once, sees what each reaches, then runs them for mutant after mutant, each in a fork."""

    def __init__(self, module: "Module", chosen: list[Mutant], jobs: int, stream: TextIO) -> None:
        self.module, self.chosen, self.jobs, self.stream = module, chosen, jobs, stream
        self.failures = Failures()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.failures.first:
            raise SystemExit(f"{self.failures.first} cannot be collected")
        for name, found in list(sys.modules.items()):
            if name.startswith("cnncalc"):
                for each in vars(found).values():
                    getattr(each, "cache_clear", lambda: None)()
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
        live = importlib.import_module(self.module.name)

        def trial(position: int) -> tuple[int, TextIO] | Outcome:
            mutant = self.chosen[position]
            reaching = [item for item in session.items if meets(mutant, reaches[item.nodeid])]
            reaching.sort(key=lambda item: self.module.order(mutant, item.nodeid, reaches[item.nodeid]))
            if not reaching:
                return Outcome("not", "planted: it may have run while a module was imported")

            def work(stream: TextIO) -> None:
                if not self.module.plant(mutant, live):
                    stream.write("not planted")
                    return
                run_items(reaching, self.failures, lambda: None, lambda item: None)
                stream.write(f"killed {self.failures.first}" if self.failures.first else "survived")

            return child(work, int(LEAST_SECONDS + 5 * sum(reaches[item.nodeid].seconds for item in reaching)))

        for position, outcome in tried(range(len(self.chosen)), trial, self.jobs):
            self.say(position=position, outcome=outcome)
        return True

    def look(self, session: pytest.Session, stream: TextIO) -> None:
        """Run the tests as they are: their times and lines, and the modules that they import."""
        file, reached, tests = str(self.module.path), set(), {}
        began = 0.0

        def line(frame, event, argument):
            reached.add(frame.f_lineno)
            return line

        def calls(frame, event, argument):
            return line if frame.f_code.co_filename == file else None

        def before() -> None:
            nonlocal began
            reached.clear()
            began = time.process_time()
            sys.settrace(calls)

        def after(item: pytest.Item) -> None:
            sys.settrace(None)
            tests[item.nodeid] = (time.process_time() - began, sorted(reached))

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
    """A module, its tests and its mutants."""

    def __init__(self, path: str) -> None:
        self.path = ROOT / path
        self.name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.tree = ast.parse(self.path.read_text())
        self.mutants = mutants(self.tree)
        self.tests: dict[str, Reach] = {}

    def order(self, mutant: Any, test: str, reach: Reach) -> tuple[bool, float]:
        """Which tests are run first: the quick ones."""
        return False, reach.seconds

    def plant(self, mutant: Mutant, live: ModuleType) -> bool:
        """Put a mutant in the place of running code. False where that cannot be."""
        mutant.plant()
        return not mutant.at_import and plant_live(live, self.tree, mutant.line)

    def in_one_session(self, chosen: list[Mutant], files: list[str], jobs: int) -> Iterator[tuple[Mutant, Outcome]]:
        """The outcome of each mutant that running code can have, with few examples."""

        def work(stream: TextIO) -> None:
            try_examples(FEW)
            session = Session(self, chosen, jobs, stream)
            pytest.main([*QUIET, *files], plugins=[session, session.failures])

        pid, stream = child(work)
        for said in map(json.loads, stream):
            if "outcome" in said:
                yield chosen[said["position"]], Outcome(*said["outcome"])
                continue
            if said["failed"]:
                raise SystemExit(f"without any fault, {said['failed']} fails")
            self.tests = {test: Reach(*reach) for test, reach in said["tests"].items()}
            for name in said["modules"]:
                with contextlib.suppress(Exception):
                    name in sys.modules or importlib.import_module(name)
        os.waitpid(pid, 0)

    def afresh(self, mutant: Mutant, examples: int | None) -> tuple[int, TextIO] | Outcome:
        """The outcome of a mutant in a process that imports everything anew."""
        reaching = {test: reach for test, reach in self.tests.items() if meets(mutant, reach)} or self.tests
        files = list(dict.fromkeys(test.split("::")[0] for test in sorted(reaching, key=lambda t: reaching[t].seconds)))
        failures = Failures()

        class Reaching:
            def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
                items[:] = [item for item in items if item.nodeid in reaching]
                items.sort(key=lambda item: reaching[item.nodeid].seconds)

        def work(stream: TextIO) -> None:
            try_examples(examples)
            mutant.plant()
            sys.meta_path.insert(0, Planted(self))
            status = pytest.main(["-x", *QUIET, *files], plugins=[failures, Reaching()])
            stream.write(f"killed {failures.first}" if failures.first or status not in (0, 5) else "survived")

        expected = sum(reach.seconds for reach in reaching.values())
        return child(work, int(LEAST_SECONDS + expected * (5 if examples else 100)))


class Rules(Module):
    """A convention's file, or a folder of them, read by a module of the package."""

    def __init__(self, path: str) -> None:
        super().__init__("cnncalc/analysis/convention.py")
        files = [ROOT / path] if path.endswith(".toml") else sorted((ROOT / path).glob("*.toml"))
        quantities = list(importlib.import_module("cnncalc.analysis.quantities").QUANTITIES)
        self.mutants = [mutant for file in files for mutant in rule_mutants(file, quantities)]

    def order(self, mutant: Any, test: str, reach: Reach) -> tuple[bool, float]:
        """Those first that name the convention, then the quick ones."""
        name = mutant.file.stem
        return f"[{name}" not in test and f"-{name}]" not in test, reach.seconds

    def plant(self, mutant: Any, live: ModuleType) -> bool:
        """Put a mutant in the place of the convention, as often as it is read."""
        return plant_rules(live, mutant.file, mutant.data)

    def afresh(self, mutant: Mutant, examples: int | None) -> tuple[int, TextIO] | Outcome:
        """Nothing that a process has imported could hide these."""
        return Outcome("survived")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", nargs="+", help="a module, as targets.py names it")
    parser.add_argument("--share", type=float, default=1, help="the share of its mutants that is tried")
    parser.add_argument("--seed", type=int, default=0, help="which share")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--few", action="store_true", help=f"never more than {FEW} examples a test")
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    parser.add_argument("--lines", help="only the mutants from one line to another, such as 40-60")
    parser.add_argument("--tests", nargs="+", help="other tests than those of targets.py")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for path in options.module:
        module = Module(path) if path.endswith(".py") else Rules(path)
        if options.list:
            print(*module.mutants, sep="\n")
        else:
            _try_all(module, path, options)


def _try_all(module: Module, path: str, options: argparse.Namespace) -> None:
    began = time.monotonic()
    count = len(module.mutants)
    chosen = sorted(random.Random(options.seed).sample(range(count), round(options.share * count)))
    first, last = map(int, (options.lines or "0-1000000").split("-"))
    trials = [
        module.mutants[i] for i in chosen if first <= getattr(module.mutants[i], "line", 0) <= last or not options.lines
    ]
    fates = {"killed": 0, "timed out": 0, "survived": 0}

    def report(mutant: Mutant, outcome: Outcome) -> None:
        fates[outcome.fate] += 1
        mark = {"killed": "  ", "timed out": "T ", "survived": "S "}[outcome.fate]
        print(f"{mark}{path}:{mutant}   {outcome.test} @{time.monotonic() - began:.0f}", flush=True)

    again = []
    for mutant, outcome in module.in_one_session(trials, options.tests or TESTS[path], options.jobs):
        if outcome.fate == "not" or (outcome.fate == "survived" and not outcome.test):
            again.append((mutant, FEW if outcome.fate == "not" else None))
        else:
            report(mutant, outcome)
    for examples in (FEW, None):
        tries = [mutant for mutant, most in again if most == examples]
        if examples is None and options.few:
            for mutant in tries:
                report(mutant, Outcome("survived"))
            break
        for position, outcome in tried(range(len(tries)), lambda i: module.afresh(tries[i], examples), options.jobs):
            if outcome.fate == "survived" and examples:
                again.append((tries[position], None))
            else:
                report(tries[position], outcome)
    tried_ = sum(fates.values())
    share = (tried_ - fates["survived"]) / max(tried_, 1)
    print(
        f"| {path} | {tried_} of {count} | {fates['killed']} | {fates['timed out']} | {fates['survived']} | {share:.1%} |"
        f" @{(time.monotonic() - began) / 60:.0f} min",
        flush=True,
    )


if __name__ == "__main__":
    main()
