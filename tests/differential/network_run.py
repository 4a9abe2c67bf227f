"""A run of networks: each layer by layer, and shares of them in one piece, there and back, and by other numbers."""

from __future__ import annotations

from random import Random

from differential import network
from differential.ledger import Ledger
from differential.network import NetworkCase, drawn

from cnncalc.layers import ArgMax

__all__ = ["drawn", "examine"]

_ONE_PIECE, _BACK, _JSON, _SWEEP, _FORMULA, _PIXELS, _GRADIENTS = 8, 40, 8, 25, 250, 60, 12
"""One in how many; of networks with variables, and of small ones."""


def examine(case: NetworkCase, number: int, chunk: int, ledger: Ledger) -> None:
    """One case, counted and where it differs written down."""
    ledger.count(case.kind, "cases")
    try:
        found = network.layer_by_layer(case)
    except Exception as error:
        ledger.disagree(f"{type(error).__name__}", chunk, str(case), str(error))
        return
    if found.differs:
        ledger.disagree(found.differs, chunk, str(case), found.detail, found.departure)
    if found.analysis is None or found.differs:
        return
    analysis = found.analysis
    ledger.count(case.kind, "legal")
    ledger.rows[case.kind]["layers"] += len(analysis.layers)
    small = case.kind == "any kinds"
    runs = not any(isinstance(row.layer, ArgMax) for row in analysis.layers)  # few of torch's layers take its indices
    checks = [
        ("one piece", runs and number % _ONE_PIECE == 0, lambda: network.in_one_piece(case, analysis)),
        ("there and back", number % _BACK == 0, lambda: network.there_and_back(case, analysis)),
        ("JSON", number % _JSON == 0, lambda: network.as_json(case)),
        ("sweep", bool(case.values) and number % _SWEEP == 0, lambda: network.as_sweep(case)),
        ("formula", bool(case.values) and number % _FORMULA == 0, lambda: network.as_formula(case)),
        ("pixels", small and number % _PIXELS == 0, lambda: network.pixels_that_are_no_numbers(case, analysis)),
        (
            "gradients",
            small and number % _GRADIENTS == 0,
            lambda: network.gradients(case, analysis, Random(f"{ledger.seed} {chunk} {number}")),
        ),
    ]
    for name, wanted, check in checks:
        if not wanted:
            continue
        ledger.count(case.kind, name)
        try:
            differs = check()
        except Exception as error:
            differs = f"{type(error).__name__}: {error}"
            ledger.disagree(f"{name}, {type(error).__name__}", chunk, str(case), differs)
            continue
        if differs:
            ledger.disagree(name, chunk, str(case), differs)
