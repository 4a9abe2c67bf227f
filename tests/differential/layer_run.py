"""A run of single layers: every case on one device, a share on both, and through JSON and back."""

from __future__ import annotations

from cases import one_layer
from differential.layer import Case, Verdict, compare, drawn
from differential.ledger import Ledger

from cnncalc import loads

__all__ = ["drawn", "examine"]

_BOTH_DEVICES = 40
_JSON = 8
_OTHER_BATCH = 7


def examine(case: Case, number: int, chunk: int, ledger: Ledger) -> None:
    """One case, counted and where it differs written down."""
    verdict = compare(case)
    ledger.count(case.kind, "cases", verdict.device or "beyond", *_columns(verdict))
    if verdict.differs:
        ledger.disagree(f"{case.kind}: {verdict.differs}", chunk, str(case), verdict.detail, verdict.departure)
    if number % _BOTH_DEVICES == 0 and verdict.device == "cpu":
        again = compare(case, batch=_OTHER_BATCH, device="meta")
        ledger.count(case.kind, "both devices")
        if again.differs and not verdict.differs:
            ledger.disagree(f"{case.kind}, meta: {again.differs}", chunk, str(case), again.detail, again.departure)
    if number % _JSON == 0 and verdict.legal:
        network = one_layer(case.layer, *case.shapes)
        ledger.count(case.kind, "json")
        if loads(network.to_json()) != network:
            ledger.disagree(f"{case.kind}: JSON", chunk, str(case), network.to_json())


def _columns(verdict: Verdict) -> list[str]:
    if not verdict.legal:
        return ["departure"] if verdict.departure else ["differs"] if verdict.differs else ["illegal"]
    return ["legal", *(["MACs"] if verdict.counted else []), *(["departure"] if verdict.departure else [])]
