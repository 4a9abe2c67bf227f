"""Conditions on the points of a sweep, in the language of a spec's expressions: ``params < 5e6 and conv1.H >= 7``."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy

from cnncalc.arithmetic.integers import Integers
from cnncalc.arithmetic.ratios import Ratio
from cnncalc.arithmetic.undecided import Truth, Undecided
from cnncalc.design.block import Block
from cnncalc.design.points import present
from cnncalc.errors import CnncalcError
from cnncalc.spec.expressions import ExpressionError, names_in, value_of

LARGEST = 10**60
"""The largest magnitude in a condition: more than any figure of a network whose sizes a spec may state."""
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")


class Condition:
    """What points must meet. Names are those of variables and quantities; raises CnncalcError for what is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._dotted: dict[str, str] = {}
        self._expression = _DOTTED.sub(self._identifier, text)
        try:
            self._names = names_in(self._expression)
        except ExpressionError as error:
            raise CnncalcError(f"the condition {text!r}: {error}") from None

    def _identifier(self, match: re.Match[str]) -> str:
        """A name that the language of expressions has, for one with dots."""
        return self._dotted.setdefault(match[0], f"dotted_{len(self._dotted)}_")

    @property
    def names(self) -> list[str]:
        """What it is about."""
        originals = {identifier: name for name, identifier in self._dotted.items()}
        return sorted(originals.get(name, name) for name in self._names)

    def holds(self, block: Block) -> Any:
        """At which points it holds: never at illegal ones, or where something that it names has no value."""
        columns = block.variables | block.quantities
        known = block.legal().copy()
        for name in self.names:
            values = columns[name]
            known &= False if values is None else present(values)
        found = numpy.zeros(len(block), dtype=bool)
        waiting = [numpy.flatnonzero(known)]
        while waiting:
            chosen = waiting.pop()
            if not len(chosen):
                continue
            numbers = {self._dotted.get(name, name): _number(columns[name][chosen]) for name in self.names}
            try:
                value = value_of(self._expression, numbers, LARGEST)
            except Undecided as undecided:
                labels = numpy.broadcast_to(undecided.labels, len(chosen))
                waiting += [chosen[labels == label] for label in numpy.unique(labels)]
            except ExpressionError as error:
                raise CnncalcError(f"the condition {self.text!r}: {error}") from None
            else:
                found[chosen] = value.mask if isinstance(value, Truth) else _truth(value)
        return found


def _truth(value: Any) -> Any:
    return (value != 0).mask if isinstance(value, (Integers, Ratio)) and (value != 0) is not True else bool(value)


def _number(values: Any) -> Any:
    """A column as a number of a sweep."""
    if values.dtype == bool:
        return Truth(values)
    if values.dtype == object and any(isinstance(value, Fraction) for value in values):
        exactly = [Fraction(value) for value in values]
        tops, bottoms = ([getattr(each, part) for each in exactly] for part in ("numerator", "denominator"))
        return Ratio(Integers.of(numpy.array(tops, dtype=object)), Integers.of(numpy.array(bottoms, dtype=object)))
    return Integers.of(values)
