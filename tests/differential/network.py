"""One network, drawn, against PyTorch: layer by layer, in one piece, there and back, and by other kinds of number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pandas
import torch
import torch_oracle
from cases import stated
from differential import plain
from differential.departures import departure
from differential.layer import REFUSALS, Case, Said, device_for, difference, said, theirs
from gradient_oracle import Dependencies
from torch.utils.flop_counter import FlopCounterMode

import cnncalc
from cnncalc import CnncalcError, Network, SpecError, analyze, from_torch, loads, to_torch
from cnncalc.analysis import Analysis
from cnncalc.design.formula import Derivation
from cnncalc.layers import Embedding, Layer
from cnncalc.pytorch import verify

Shape = tuple[int, ...]
Nodes = list[tuple[str, Layer, tuple[str, ...]]]

_STRATEGIES = plain.load()
_SPECS = plain.load(Path(plain.STRATEGIES).parent / "design_specs.py", strategies=_STRATEGIES)
_MOST_MACS = 3_000_000
_MOST_ELEMENTS = 1_000_000


@dataclass(frozen=True)
class NetworkCase:
    """A network by the strategy that made it; of one with variables also their values."""

    kind: str
    network: Network | None
    nodes: Nodes
    shape: Shape
    values: Mapping[str, list[Any]] = field(default_factory=dict)
    refusal: str = ""

    def __str__(self) -> str:
        if self.nodes:
            lines = "; ".join(f"{name} = {Case(layer, ())!s:.120} of {', '.join(i)}" for name, layer, i in self.nodes)
            return f"{self.kind} on {self.shape}: {lines}".replace(" on  of", " of")
        return f"{self.kind}: {self.network.to_json() if self.network else ''} {dict(self.values)}"


def _graph(kind: str, nodes: Nodes, shape: Shape) -> NetworkCase:
    try:
        return NetworkCase(kind, stated(nodes, shape), nodes, shape)
    except SpecError as error:
        return NetworkCase(kind, None, nodes, shape, refusal=str(error))


def _altered(random: Random, nodes: Nodes, shape: Shape) -> tuple[Nodes, Shape]:
    """One layer with other hyper-parameters, or another input."""
    if random.random() < 0.3:
        return nodes, _STRATEGIES.other_shapes(shape).sample(random)
    at = random.randrange(len(nodes))
    name, layer, inputs = nodes[at]
    found, _ = _STRATEGIES.altered(plain.just((layer, [(1,)]))).sample(random)
    return [*nodes[:at], (name, found, inputs), *nodes[at + 1 :]], shape


def drawn(seed: int, chunk: int, count: int) -> list[NetworkCase]:
    """The cases of a chunk."""
    random = Random(f"networks {seed} {chunk}")
    graphs = {
        "chains, branches and merges": _STRATEGIES.networks(),
        "any kinds": _STRATEGIES.any_networks(),
        "attention": _STRATEGIES.sequences(),
    }
    specs = _SPECS.specs()
    found = []
    while len(found) < count:
        kind = random.choice((*graphs, "any kinds", "variables and repeats"))
        if kind not in graphs:
            network, values = specs.sample(random)
            found.append(NetworkCase(kind, network, [], network.input, values))
            continue
        nodes, shape = graphs[kind].sample(random)
        if not nodes:
            continue
        if random.random() < 0.25:
            kind, (nodes, shape) = f"{kind}, altered", _altered(random, nodes, shape)
        found.append(_graph(kind, nodes, shape))
    return found


@dataclass(frozen=True)
class Found:
    """Whether a network is legal, and the first thing that differs, with the layer in which it does."""

    analysis: Analysis | None = None
    differs: str = ""
    detail: str = ""
    departure: str = ""


def layer_by_layer(case: NetworkCase) -> Found:
    """The report beside what torch makes of each layer, on what it made of those before."""
    refusal, analysis = case.refusal, None
    if case.network is not None:
        try:
            analysis = analyze(case.network)
        except CnncalcError as error:
            refusal = str(error)
    nodes = case.nodes if analysis is None else [(row.name, row.layer, row.inputs) for row in analysis.layers]
    if not nodes:
        return Found()  # what a spec with variables refuses at its own values is no graph that torch could have
    rows = {row.name: row for row in analysis.layers} if analysis else {}
    shapes = {"input": case.shape}
    last = Case(nodes[0][1], (case.shape,))
    for name, layer, inputs in nodes:
        part = Case(layer, tuple(shapes[source] for source in inputs))
        own = said(rows[name]) if rows else Said()
        try:
            torch_s = theirs(part, 5, device_for(part, own))
            if _named(refusal, name):
                last = part
        except torch_oracle.BeyondError:
            return Found()
        if torch_s.refusal:
            if not rows:
                return Found()  # both refuse
            why = departure(part, own, torch_s, "cpu")
            return Found(analysis, f"{part.kind}: refused by torch alone", f"{part}: {torch_s.refusal}", why)
        if rows and (differs := difference(own, torch_s)):
            why = departure(part, own, torch_s, "cpu")
            return Found(analysis, f"{part.kind}: {differs}", f"{part}: {own} {torch_s}", why)
        shapes[name] = torch_s.output
    if analysis is None:
        why = departure(last, Said(refusal=refusal), Said(), "meta")
        return Found(None, f"{last.kind}: refused by cnncalc alone", f"{last}: {refusal}", why)
    totals = analysis.totals
    sums = tuple(sum(getattr(row, name) for row in analysis.layers) for name in ("params", "buffers", "macs"))
    if sums != (totals.params, totals.buffers, totals.macs):
        return Found(analysis, "totals", f"{totals} {sums}")
    return Found(analysis)


def _named(refusal: str, name: str) -> bool:
    number = name.removeprefix("layer")
    return f'"{name}"' in refusal or f"$.layers[{number}]" in refusal


def in_one_piece(case: NetworkCase, analysis: Analysis) -> str:
    """The network as one module, on a batch: the outputs' shapes, all tensors, and all multiply-accumulates."""
    assert case.network is not None
    few = analysis.totals.macs < _MOST_MACS and analysis.totals.activations + analysis.totals.params < _MOST_ELEMENTS
    device = "cpu" if few else "meta"
    module = to_torch(case.network, device=device).eval()
    words = isinstance(analysis.layers[0].layer, Embedding)
    x = torch.zeros((5, *analysis.input), dtype=torch.int64 if words else torch.float32, device=device)
    counter: Any = torch_oracle.Counter() if device == "cpu" else FlopCounterMode(display=False)
    with counter, torch.no_grad():
        outputs = module(x)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    shapes = {row.name: row.output_shape for row in analysis.layers} | analysis.inputs
    expected = [shapes[name] for name in module.output_names]
    found = (
        [tuple(output.shape[1:]) for output in outputs],
        sum(p.numel() for p in module.parameters()),
        sum(b.numel() for b in module.buffers()),
        counter.get_total_flops() // 2 // 5,
    )
    totals = analysis.totals
    ours = (expected, totals.params, totals.buffers, totals.macs)
    return "" if found == ours else f"{ours}, torch: {found}"


def there_and_back(case: NetworkCase, analysis: Analysis) -> str:
    """The module imported again: the same parameters, buffers, multiply-accumulates and outputs."""
    assert case.network is not None
    imported = analyze(from_torch(to_torch(case.network, device="meta"), analysis.input))
    found, totals = imported.totals, analysis.totals
    if (found.params, found.buffers, found.macs) != (totals.params, totals.buffers, totals.macs):
        return f"{totals} {found}"
    return ""


def as_json(case: NetworkCase) -> str:
    assert case.network is not None
    text = case.network.to_json()
    return "" if loads(text) == case.network else text


def as_sweep(case: NetworkCase) -> str:
    """Every figure of every layer, and why there is none, at every point."""
    points = _SPECS.points(case.values)
    reports = [_SPECS.report(case.network, point) for point in points]
    expected = [{} if found is None else _SPECS.figures(found) for found in reports]
    names = list(dict.fromkeys(name for found in expected for name in found)) or ["macs"]
    frame = cnncalc.sweep(case.network, case.values, quantities=names)
    illegal = frame["illegal"].notna().tolist() if "illegal" in frame else [False] * len(frame)
    if illegal != [found is None for found in reports]:
        return f"illegal {illegal}"
    for name in names:
        found = [None if pandas.isna(value) else value for value in frame[name]]
        if found != [figures.get(name) for figures in expected]:
            return f"{name}: {found} {[figures.get(name) for figures in expected]}"
    return ""


def as_formula(case: NetworkCase) -> str:
    """The formulas of the totals at every point at which their conditions hold."""
    base = {name: found[0] for name, found in case.values.items()}
    if _SPECS.report(case.network, base) is None:
        return ""
    symbols = [name for name, found in base.items() if not isinstance(found, bool) and found > 0]
    while True:
        try:
            shape = (*case.network.input[:-1], next(base[letter] for letter in "CLW" if letter in base))
            derivation = Derivation(case.network.with_input(shape), symbols, batch=base["batch"])
            break
        except CnncalcError as error:
            deciding = str(error).partition(" decide")[0].split(", ")
            if not set(deciding) & set(symbols):
                raise
            symbols = [name for name in symbols if name not in deciding]
    fixed = {name: found for name, found in base.items() if name not in derivation.here}
    for quantity in ("params", "macs", "flops", "activations"):
        formula = derivation.formula(quantity)
        for point in _SPECS.points(case.values):
            here = {name: point[name] for name in derivation.here}
            if any(point[name] != found for name, found in fixed.items()) or any(found <= 0 for found in here.values()):
                continue
            if formula.holds(**here):
                found = _SPECS.report(case.network, point)
                if found is None or formula.at(**here) != getattr(found.totals, quantity):
                    return f"{quantity} at {point}: {formula.at(**here)}, {found and found.totals}"
    return ""


DARK = ("MaxUnpool", "ArgMax", "Compare", "Where", "Power", "Function", "Variance", "StandardDeviation")
"""Kinds through which what is not a number does not pass, or of which even a number gives none."""


def pixels_that_are_no_numbers(case: NetworkCase, analysis: Analysis) -> str:
    """The pixels that the middle unit of each layer depends on, by NaN."""
    for layer in verify(case.network, receptive_field=True).layers:
        if layer.quantities["receptive_field"].agrees is False:
            return f"{layer.name}: {layer.quantities['receptive_field']}"
    return ""


def gradients(case: NetworkCase, analysis: Analysis, random: Random) -> str:
    """The pixels that a unit of each layer depends on, by gradients."""
    from analysis.test_sight import mask, pixels

    dependencies = Dependencies(case.nodes, case.shape)
    for row in analysis.layers:
        if not analysis.fields.seen[row.name]:
            continue
        unit = tuple(random.randrange(size) for size in row.output_shape)
        (sight,) = analysis.sees(row.name, unit).values() or [None]
        expected = dependencies.pixels(row.name, unit)
        if sight is None or not torch.equal(mask(sight.regions, pixels(case.shape)), expected):
            return f"{row.name}, unit {unit}: {sight and sight.regions}, torch: {expected.nonzero().tolist()[:20]}"
    return ""


__all__ = ["REFUSALS", "NetworkCase", "drawn"]
