"""Why one convention's figure is not another's, as named differences that add up."""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from cnncalc.analysis.analysis import Analysis
from cnncalc.analysis.convention import Convention, Rule
from cnncalc.analysis.rows import Row
from cnncalc.errors import CnncalcError

MACS, BIASES, REST = range(3)
_UNCOUNTED_BIASES = "additions of biases: not counted of "
_VOWELS = ("a", "e", "i", "o")


class Difference(Struct, frozen=True):
    """So many more or fewer are counted, and of what; ``defect`` where that is a mistake and not a choice."""

    amount: int
    label: str
    defect: str = ""


class Reconciled(Struct, frozen=True):
    """One convention's figure from another's: ``start`` and all the differences make ``figure``."""

    convention: str
    unit: str
    version: str
    figure: int
    start: int
    differences: tuple[Difference, ...]


def reconciled(base: Analysis, other: Analysis) -> Reconciled:
    """The differences between two analyses of one network, largest first. Raises CnncalcError for others."""
    if [(row.name, row.type, row.input_shapes) for row in base.layers] != [
        (row.name, row.type, row.input_shapes) for row in other.layers
    ] or base.batch != other.batch:
        raise CnncalcError(f"{base.name} and {other.name} are not analyses of one network on one input")
    ours, theirs = base.counted, other.counted
    if ours.quantity != theirs.quantity:
        raise CnncalcError(
            f"{theirs.name} counts {theirs.quantity} and {ours.name} {ours.quantity}: no sum leads to the other"
        )
    samples = max(ours.samples(base.batch), theirs.samples(base.batch))
    amounts: dict[tuple[str, str], int] = {}
    for row in base.layers:
        for label, defect, amount in _of_layer(row, ours, theirs):
            amounts[label, defect] = amounts.get((label, defect), 0) + amount * samples
    if ours.one_sample != theirs.one_sample:
        of_one = int(other.totals.flops if theirs.one_sample else base.totals.flops)
        dropped = of_one * (base.batch - 1)
        label = f"1 sample of {base.batch}" if theirs.one_sample else f"{base.batch} samples and not 1"
        amounts[label, ""] = -dropped if theirs.one_sample else dropped
    amounts = _together(amounts)
    differences = [Difference(amount, label, defect) for (label, defect), amount in amounts.items() if amount]
    differences.sort(key=lambda difference: -abs(difference.amount))
    found = Reconciled(
        theirs.name, theirs.unit, theirs.version, int(other.totals.flops), int(base.totals.flops), tuple(differences)
    )
    assert found.start + sum(difference.amount for difference in differences) == found.figure
    return found


def _together(amounts: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """The biases that are not counted, of all kinds in one."""
    biases = [key for key in amounts if key[0].startswith(_UNCOUNTED_BIASES)]
    kinds = ", ".join(label.removeprefix(_UNCOUNTED_BIASES) for label, _ in biases)
    total = sum(amounts[key] for key in biases)
    return {key: amount for key, amount in amounts.items() if key not in biases} | {
        (f"{_UNCOUNTED_BIASES}{kinds}", ""): total
    }


def _of_layer(row: Row, ours: Convention, theirs: Convention) -> list[tuple[str, str, int]]:
    """The differences on one sample of a layer: of its multiply-accumulates, its biases, and whatever else it does."""
    our_rule, their_rule = ours.rule(row.visit), theirs.rule(row.visit)
    before, after = parts(row, our_rule), parts(row, their_rule)
    if their_rule is not None and their_rule.defect:
        return [(f"{row.type}: {their_rule.note}", their_rule.defect, sum(after) - sum(before))]
    found = []
    for part, (ours_of, theirs_of) in enumerate(zip(before, after, strict=True)):
        if ours_of != theirs_of:
            found.append((_label(row, part, ours_of, theirs_of, their_rule), "", theirs_of - ours_of))
    return found


def parts(row: Row, rule: Rule | None) -> tuple[int, int, int]:
    """A count split into multiply-accumulates, additions of biases (of a layer that has nothing else) and the rest."""
    if rule is None:
        return (0, 0, 0)
    operations = row.operations
    macs = rule.count.get("mac", 0) * operations.mac
    weighs = bool(operations.mac) and not (operations.mul or operations.compare or operations.div or operations.exp)
    biases = rule.count.get("add", 0) * operations.add if weighs else 0
    return (macs, biases, rule.value(row.visit) - macs - biases)


def _label(row: Row, part: int, ours: int, theirs: int, rule: Rule | None) -> str:
    macs = row.operations.mac
    if part == MACS:
        if not theirs:
            return f"multiply-accumulates of {row.type}: not counted"
        return f"a multiply-accumulate as {theirs // macs} instead of {ours // macs}"
    if part == BIASES:
        return f"{_UNCOUNTED_BIASES}{row.type}" if not theirs else "additions of biases"
    if not theirs:
        return f"{row.type}: not counted"
    return f"{row.type}: {cast(Rule, rule).note or described(rule)}"


def described(rule: Rule | None) -> str:
    """What a rule counts, in a few words: ``2 an input element``."""
    terms = {"input": "input element", "output": "output element", "channels": "channel", "params": "parameter"}
    terms |= {"mac": "multiply-accumulate", "add": "addition", "mul": "multiplication", "exp": "exponential"}
    words = []
    for term, coefficient in rule.count.items() if rule else ():
        name = terms.get(term, term.replace("*", "·"))
        words.append(
            f"{coefficient} a{'n' if name.startswith(_VOWELS) else ''} {name}".replace("-", "−", coefficient < 0)
        )
    return ", ".join(words)
