"""Other tools run on a network, beside what their conventions predict."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from msgspec import Struct

from cnncalc.analysis import analyze, convention_named
from cnncalc.analysis.convention import UnknownFigureError
from cnncalc.errors import CnncalcError
from cnncalc.pytorch import require_torch
from cnncalc.spec import Network
from cnncalc.spec.items import Number

TOOLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "torchinfo": ("torchinfo", ("torchinfo",)),
    "fvcore": ("fvcore", ("fvcore",)),
    "ptflops": ("ptflops", ("ptflops",)),
    "ptflops-aten": ("ptflops", ("ptflops-aten",)),
    "thop": ("thop", ("thop",)),
    "calflops": ("calflops", ("calflops", "calflops-macs")),
    "deepspeed": ("deepspeed", ("deepspeed",)),
    "onnx-tool": ("onnx-tool", ("onnx-tool",)),
    "torchscan": ("torchscan", ("torchscan", "torchscan-macs", "torchscan-dmas")),
    "torch": ("torch", ("torch",)),
    "torch-training": ("torch", ("torch-training",)),
}
"""For each way of running a tool its package, and the conventions whose figures it reports."""

RUNNABLE = tuple(convention for _, conventions in TOOLS.values() for convention in conventions)
"""The conventions whose tools can be run."""

_COMMAND = ("-m", "cnncalc.pytorch.counters")

AGREES, DIFFERS, FAILED, MISSING, UNPREDICTED = "agrees", "differs", "failed", "not installed", "not predicted"


class Run(Struct, frozen=True):
    """What a convention predicts and what its tool reports.

    ``installed`` is the version that ran, ``rules_of`` the one that the convention was read from. ``outcome`` is
    ``agrees``, ``differs``, ``failed``, ``not installed`` or ``not predicted``, and ``reason`` says why it failed or is
    not predicted.
    """

    convention: str
    unit: str
    rules_of: str
    installed: str
    outcome: str
    predicted: int | None = None
    reported: int | None = None
    reason: str = ""


def run_tools(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    *,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    conventions: Sequence[str] = RUNNABLE,
    seconds: float = 300,
    progress: Callable[[str], None] = lambda tool: None,
) -> Iterator[Run]:
    """Each convention's prediction beside the report of its tool, run on the PyTorch module of the network.

    Each tool has a process of its own and at most ``seconds``; ``progress`` is told which one runs. Raises
    CnncalcError where PyTorch is missing, or where a convention has no tool that can be run.
    """
    for name in conventions:
        if name not in RUNNABLE:
            raise CnncalcError(f"there is no tool to run for {name!r}; there are {', '.join(RUNNABLE)}")
    require_torch()
    if input is not None:
        network = network.with_input(input)
    if variables:
        network = network.with_variables(**variables)
    predictions = {name: _predicted(network, name, batch) for name in conventions}
    for tool, (package, reported) in TOOLS.items():
        wanted = [name for name in reported if name in predictions]
        if wanted:
            progress(tool)
            yield from _run(tool, package, network, batch, {name: predictions[name] for name in wanted}, seconds)


def _predicted(network: Network, convention: str, batch: int) -> int | str:
    """The figure, or why there is none."""
    try:
        return int(analyze(network, batch=batch, convention=convention).totals.flops)
    except UnknownFigureError as error:
        return str(error)


def _run(
    tool: str, package: str, network: Network, batch: int, predictions: Mapping[str, int | str], seconds: float
) -> Iterator[Run]:
    try:
        installed = version(package).split("+")[0].replace("-", ".post")
    except PackageNotFoundError:
        installed = ""
    answer = _asked(tool, network, batch, seconds) if installed else ""
    for name, predicted in predictions.items():
        counted = convention_named(name)
        found = answer.get(name) if isinstance(answer, dict) else None
        reason = answer if isinstance(answer, str) else predicted if isinstance(predicted, str) else ""
        if not installed:
            outcome = MISSING
        elif found is None:
            outcome = FAILED
        elif isinstance(predicted, str):
            outcome = UNPREDICTED
        else:
            outcome = AGREES if found == predicted else DIFFERS
        known = None if isinstance(predicted, str) else predicted
        yield Run(name, counted.unit, counted.version, installed, outcome, known, found, reason)


def _asked(tool: str, network: Network, batch: int, seconds: float) -> dict[str, int] | str:
    """What a tool reports by convention, or in a sentence why it does not."""
    job = json.dumps({"spec": network.to_json(), "batch": batch})
    command = [sys.executable, *_COMMAND, tool]
    try:
        done = subprocess.run(command, input=job, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"it took more than {seconds} seconds"
    if done.returncode:
        return _last_line(done.stderr) or f"it ended with status {done.returncode}"
    try:
        answer: dict[str, Any] = json.loads(_last_line(done.stdout))
    except ValueError:
        return "it reported no figure"
    return {name: int(figure) for name, figure in answer.items()}


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
