"""The same functions on NumPy integer arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy


def ceil_div(dividend: Any, divisor: Any) -> Any:
    return -(-dividend // divisor)


def gcd(a: Any, b: Any) -> Any:
    return numpy.gcd(a, b)


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    return numpy.where(condition, then, otherwise)


def equal(a: Any, b: Any) -> Any:
    return numpy.equal(a, b)


def settled(number: Any, name: str) -> Any:
    return number


def scaled(number: Any, factor: float) -> Any:
    return numpy.floor(number * factor).astype(numpy.int64)


def maximum(a: Any, b: Any) -> Any:
    return numpy.maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    return numpy.minimum(a, b)


def total(numbers: Sequence[Any]) -> Any:
    return sum(numbers)
