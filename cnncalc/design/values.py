"""The values of a variable as a person writes them: ``16:256:16``, ``1,2,4``, ``0.25:1:0.25``, ``1:1024:*2``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor, lcm

from cnncalc.design.points import LARGEST, Value
from cnncalc.errors import CnncalcError

_MOST_VALUES = 1_000_000
_NUMBER = re.compile(r"[+-]?(\d[\d_]*(\.\d+)?|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)


def values_of(text: str) -> Sequence[Value]:
    """The values that a text names, each once, in its order; ranges include their end. Raises CnncalcError."""
    found: dict[Value, None] = {}
    for part in text.split(","):
        found |= dict.fromkeys(_range(part.strip(), text) if ":" in part else [_value(part.strip(), text)])
        if len(found) > _MOST_VALUES:
            raise CnncalcError(f"{text!r} are more than {_MOST_VALUES:,} values")
    return list(found)


def _value(text: str, whole: str) -> Value:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        if _NUMBER.fullmatch(text):
            value = Fraction(Decimal(text))
            if abs(value) > LARGEST:
                raise CnncalcError(f"{text} is more than {LARGEST:.0e}, the most that a value may be")
            if value.denominator > LARGEST:
                raise CnncalcError(f"{text} has more decimals than a value may have")
            return value.numerator if value.denominator == 1 else value
    except (InvalidOperation, ValueError):
        pass
    example = "such as 16:256:16, 1,2,4 or 0.25:1:0.25"
    raise CnncalcError(f"expected values {example}, found {whole!r}")


def _range(text: str, whole: str) -> Sequence[Value]:
    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise CnncalcError(f"a range is FIRST:LAST or FIRST:LAST:STEP, found {text!r}")
    factor = len(parts) == 3 and parts[2].startswith("*")
    first, last = (_value(part, whole) for part in parts[:2])
    step = _value(parts[2].removeprefix("*"), whole) if len(parts) == 3 else 1
    if factor and (step <= 1 or first <= 0):
        raise CnncalcError(f"{text!r} multiplies by {step} from {first}, which does not grow")
    if not factor and (step == 0 or (last - first) * step < 0):
        raise CnncalcError(f"{text!r} never gets from {first} to {last}")
    if not factor and (last - first) / Fraction(step) > _MOST_VALUES:
        raise CnncalcError(f"{text!r} are more than {_MOST_VALUES:,} values")
    if not factor:
        parts_of_one = lcm(first.denominator, step.denominator)
        numerator, increment = int(first * parts_of_one), int(step * parts_of_one)
        count = floor((last - first) / Fraction(step)) + 1
        numerators = range(numerator, numerator + count * increment, increment)
        return numerators if parts_of_one == 1 else [_plain(Fraction(each, parts_of_one)) for each in numerators]
    found: list[Value] = []
    value = Fraction(first)
    while value <= last:
        if len(found) == _MOST_VALUES:
            raise CnncalcError(f"{text!r} are more than {_MOST_VALUES:,} values")
        found.append(_plain(value))
        value = value * step
    return found


def _plain(value: Fraction) -> Value:
    return value.numerator if value.denominator == 1 else value
