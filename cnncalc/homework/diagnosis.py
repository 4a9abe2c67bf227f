"""Which mistakes lead to a wrong answer: those whose consequence is exactly that figure, likeliest first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import takewhile
from math import inf
from typing import cast

from msgspec import Struct, structs

from cnncalc.arithmetic import prod
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.answers import Amount, Part
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.findings import Candidate, Finding
from cnncalc.homework.layer_candidates import unrounded_sizes
from cnncalc.homework.matching import Reading, cuts_off, match
from cnncalc.homework.quantities import QUANTITIES, Figure, Quantity
from cnncalc.layers.base import Shape

MOST_NAMED = 3
"""How many explanations of one answer are told."""
_MOST_PAIRS = 4
"""Where more pairs of mistakes than this lead to an answer, none of them explains it."""
_MOST_ALIKE = 8
"""Where more explanations than this are about as likely, none of them explains anything."""
_CLOSE = 1.0
"""How much less likely than the likeliest an explanation may be, in ranks, to be told beside it."""
_WEAKEST_OF_DIGITS: dict[float, float] = {1: 2.0, 2: 3.0, 3: 3.0, 4: 4.5}
"""The rarest mistakes that explain an answer which is rounded to so many digits, since many figures round to it."""
_FEWEST_BEFORE = 3
"""How many digits an answer needs to tell of a mistake in other layers."""
_NEAR = Fraction(1, 100)
"""How near a product of rounded sizes comes to that of the sizes."""
_CUT, _PREFIX, _NO_SHAPE, _POWER = 1.0, 2.0, 2.0, 4.0
"""How rare it is that a figure is cut off, has another prefix, is none of a shape, or has a wrong power of ten."""
_LEAST_OF_POWERS = 1000
"""Powers of ten of smaller figures are chance."""
_CUT_OFF = Finding("cut-off")


class Diagnosis(Struct, frozen=True):
    """An explanation of a wrong answer: the mistakes, and the expressions of the figure that they lead to."""

    findings: tuple[Finding, ...]
    workings: tuple[Recorded, ...] = ()


class Diagnoses(Struct, frozen=True):
    """The explanations of a wrong answer, likeliest first; none where nothing leads to it. ``more`` is how many others
    there are that are about as likely.
    """

    found: tuple[Diagnosis, ...] = ()
    more: int = 0


def diagnose(reading: Reading, candidates: Candidates, *, known_from: bool = False) -> Diagnoses:
    """The mistakes that lead to what was answered: one, or else two together.

    ``known_from`` says that it is known from which sizes it was worked out, so that no mistake before explains it.
    """
    quantity = QUANTITIES[candidates.asked.quantity]
    part = reading.final
    if any(match(working, quantity, candidates.truth) for working in reading.working):
        return Diagnoses((Diagnosis((Finding("slip"),)),))
    found = list(_written_otherwise(part, quantity, candidates))
    singles = [candidate for candidate in candidates.singles if not (known_from and candidate.before)]
    found += _explained(part, quantity, singles)
    if not found:
        found = list(_explained(part, quantity, candidates.pairs))
        if len({diagnosis.findings for _, diagnosis in found}) > _MOST_PAIRS:
            return Diagnoses()
    whole = [(rank, diagnosis) for rank, diagnosis in found if _CUT_OFF not in diagnosis.findings]
    return _chosen(whole or found)


def _chosen(found: Iterable[tuple[float, Diagnosis]]) -> Diagnoses:
    ranked = sorted(found, key=lambda one: one[0])
    best: dict[tuple[Finding, ...], Diagnosis] = {}
    for rank, diagnosis in ranked:
        if rank <= ranked[0][0] + _CLOSE:
            best.setdefault(diagnosis.findings, diagnosis)
    told = tuple(best.values())
    if len(told) > _MOST_ALIKE:
        return Diagnoses()
    return Diagnoses(told[:MOST_NAMED], len(told[MOST_NAMED:]))


def _explained(part: Part, quantity: Quantity, candidates: Iterable[Candidate]) -> Iterator[tuple[float, Diagnosis]]:
    scaled = [((finding,), _PREFIX, read) for finding, read in _with_other_prefix(part)]
    digits = min((amount.digits for amount in part.amounts if amount.half), default=inf)
    weakest = _WEAKEST_OF_DIGITS.get(digits, inf)
    for candidate in takewhile(lambda candidate: candidate.rank <= weakest, candidates):
        if candidate.before and digits < _FEWEST_BEFORE:
            continue
        for prefix, weight, read in (((), 0.0, part), *(scaled if len(candidate.findings) == 1 else ())):
            how = _matches(read, quantity, candidate.figure)
            if how is not None:
                findings = (*candidate.findings, *prefix, *how)
                yield candidate.rank + weight + _CUT * len(how), Diagnosis(findings, candidate.workings)
                break


def _matches(part: Part, quantity: Quantity, figure: Figure) -> tuple[Finding, ...] | None:
    """Nothing to be added where a part is a figure, that it was cut off where it has the first of its digits."""
    if match(part, quantity, figure):
        return ()
    return (_CUT_OFF,) if cuts_off(part, quantity, figure) else None


def _written_otherwise(part: Part, quantity: Quantity, candidates: Candidates) -> Iterator[tuple[float, Diagnosis]]:
    """The right figure under another prefix, cut off, or with a wrong power of ten; a shape's number of elements."""
    truth = candidates.truth
    if cuts_off(part, quantity, truth):
        yield _CUT, Diagnosis((_CUT_OFF,))
    for finding, read in _with_other_prefix(part):
        how = _matches(read, quantity, truth)
        if how is not None:
            yield _PREFIX + _CUT * len(how), Diagnosis((finding, *how))
    if isinstance(truth, int) and truth >= _LEAST_OF_POWERS:
        for power in (-9, -6, -3, -2, -1, 1, 2, 3, 6, 9):
            if match(_scaled(part, Fraction(10) ** power), quantity, truth):
                yield _POWER, Diagnosis((Finding("power-of-ten", f"{abs(power)}"),))
    if quantity.kind == "shape":
        is_count = all(len(shape.axes) == 1 for shape in part.shapes)
        if not part.shapes and _is_unrounded(part, unrounded_sizes(candidates.asked)):
            yield _NO_SHAPE, Diagnosis((Finding("not-rounded"),))
        elif is_count and match(part, QUANTITIES["activations"], prod(cast(Shape, truth))):
            yield _NO_SHAPE, Diagnosis((Finding("elements-for-shape"),))


def _is_unrounded(part: Part, sizes: tuple[int | Fraction, ...]) -> bool:
    """Whether a part is a size that should have been rounded, or all of them with ``×`` between."""
    broken = {size for size in sizes if size.denominator > 1}
    together = (math.prod(sizes[1:]), math.prod(sizes)) if broken and "." in part.text else ()
    return any(
        any(amount.covers(size) for size in broken)
        or any(abs(amount.value - size) <= size * _NEAR for size in together)
        for amount in part.amounts
    )


def _with_other_prefix(part: Part) -> Iterator[tuple[Finding, Part]]:
    """The part as somebody means it who counts in powers of 1024 where they should be of 1000, or the reverse."""
    for power in (1, 2, 3, 4):
        decimal = [amount for amount in part.amounts if amount.factor == 1000**power]
        binary = [amount for amount in part.amounts if amount.factor == 1024**power and "binary" not in amount.remarks]
        for amounts, ratio, name in ((decimal, Fraction(1024, 1000), "1024"), (binary, Fraction(1000, 1024), "1000")):
            if amounts:
                meant = tuple(_amount_scaled(amount, ratio**power) for amount in amounts)
                yield Finding(f"powers-of-{name}"), structs.replace(part, amounts=meant)


def _scaled(part: Part, ratio: Fraction) -> Part:
    return structs.replace(part, amounts=tuple(_amount_scaled(amount, ratio) for amount in part.amounts))


def _amount_scaled(amount: Amount, ratio: Fraction) -> Amount:
    return structs.replace(amount, value=amount.value * ratio, half=amount.half * ratio)
