"""The results of runs as Markdown."""

from __future__ import annotations

from collections import Counter

from differential.departures import DEPARTURES, LENIENT
from differential.layer import Case
from differential.ledger import Ledger
from differential.resolved import EXPLAINED, EXPLORED, MENDED

from cnncalc.layers import LAYERS

_COLUMNS = {
    "layers": ("cases", "legal", "illegal", "departure", "differs", "MACs", "cpu", "meta", "both devices", "json"),
    "networks": (
        *("cases", "legal", "layers", "one piece", "there and back", "JSON", "sweep", "formula", "pixels", "gradients"),
    ),
}


def text(ledgers: list[Ledger]) -> str:
    """What ran, what was found, and what came of it."""
    lines = [_HEAD, "", EXPLORED]
    for ledger in ledgers:
        lines += _run(ledger)
    lines += ["", "## What was mended", "", "Each is a test with this case, the smallest found.", ""]
    lines += [f"- `{Case(layer, shapes)}`: {what}." for layer, shapes, what in MENDED]
    lines += ["", "## Where cnncalc departs from PyTorch, and means to", ""]
    total = sum((ledger.departures for ledger in ledgers), Counter())
    lines += [f"- **{name}** ({total[name]:,} cases): {why}." for name, (why, _) in DEPARTURES.items()]
    lines += [f"- **{LENIENT}** ({total[LENIENT]:,} cases): {_LENIENT}"]
    return "\n".join(lines) + "\n"


def _run(ledger: Ledger) -> list[str]:
    columns = _COLUMNS[ledger.what]
    cases = sum(row["cases"] for row in ledger.rows.values())
    found = sum(found["count"] for found in ledger.disagreements.values())
    lines = [
        "",
        f"## {cases:,} {ledger.what}, seed {ledger.seed}",
        "",
        f"`python -m tests.differential {ledger.what} --seed {ledger.seed} --chunks {ledger.chunks} "
        f"--each {ledger.each}` on the commit {', '.join(ledger.states)}: {ledger.seconds:,.0f} s of processor time. "
        f"{vars(ledger).get('versions', '')}. Disagreements: {found or 'none'}{', below' if found else ''}.",
        "",
        "|" + "|".join(("", *columns)) + "|",
        "|---|" + "---:|" * len(columns),
    ]
    order = [kind.__name__ for kind in LAYERS] if ledger.what == "layers" else sorted(ledger.rows)
    rows = {name: ledger.rows.get(name, Counter()) for name in order}
    rows["all"] = sum(ledger.rows.values(), Counter())
    lines += ["|" + "|".join((name, *(f"{row[column]:,}" for column in columns))) + "|" for name, row in rows.items()]
    for key, found in ledger.disagreements.items():
        case, came = " ".join(found["case"].split()), EXPLAINED.get(key, "open")
        lines += [
            "",
            f"- {found['count']}× {key}: `{case:.400}` (chunk {found['chunk']}). {came[0].upper()}{came[1:]}.",
        ]
    return lines


_LENIENT = (
    "PyTorch takes it on the meta device, where it would have too many values to run it; kernels with values refuse "
    "such numbers, as cnncalc does."
)
_HEAD = """# Layers and networks against PyTorch

Written by `python -m tests.differential results`. A case is legal where both cnncalc and PyTorch take it, illegal where
neither does; then output, multiply-accumulates, parameters and buffers, by name and shape where PyTorch has a module of
that kind, are equal, or it is written down as one that differs. MACs: those in which PyTorch's counter counted some.
cpu and meta: the device on which PyTorch looked at it, with values where there are few of them; both devices: on the
other one too, with another batch."""
