"""All solutions at once, as the inequality that a formula's own expression comes to.

The layer's formula is evaluated with numbers that record how they are computed, and the record is put in order: a sum
of products of the open numbers, with ``e // d + 1 = n`` written as ``(n − 1)·d ≤ e < n·d``.

>>> from cnncalc.layers import MaxPool2d
>>> layer = MaxPool2d(Recorded(1, "K"), stride=2, padding=Recorded(1, "P"))
>>> conditions(layer, (64, 112, 112), (64, 56, 56))
['1 ≤ K − 2·P ≤ 2']
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any, TypeAlias

from cnncalc.arithmetic import ceil_div
from cnncalc.arithmetic.recording import Recorded
from cnncalc.layers import Layer
from cnncalc.spec.layer_text import Place

Product: TypeAlias = tuple[str, ...]
Sum: TypeAlias = dict[Product, int]
"""The coefficient of each product of names; that of no names is the constant."""

LETTERS = {"kernel_size": "K", "stride": "S", "padding": "P", "dilation": "D", "groups": "G", "output_padding": "A"}
"""What the literature calls the hyper-parameters, and A for what is added behind a transposed convolution's output."""
_AXES = "₁₂₃₄₅₆₇₈"


class _NoSumError(Exception):
    """An expression that is no sum of products."""


def letter(place: Place) -> str:
    """The name of an open number in a formula."""
    field, index = place
    return LETTERS.get(field, field) + ("" if index is None else _AXES[index])


def conditions(layer: Layer, input: Sequence[Any], output: Sequence[int | None]) -> list[str]:
    """What the recorded numbers in a layer and its input must meet for an output, along each axis where they matter;
    each once. An axis whose formula is no plain sum or quotient, such as one that rounds up, is left out.
    """
    found: list[str] = []
    sizes: Any
    try:
        sizes = layer.output(tuple(input))
    except (TypeError, ValueError, ZeroDivisionError):
        return found
    for size, wanted in zip(sizes, output, strict=False):
        if wanted is not None and isinstance(size, Recorded):
            try:
                text = _condition(size, wanted)
            except _NoSumError:
                continue
            if text not in found:
                found.append(text)
    return found


def _condition(size: Recorded, wanted: int) -> str:
    """That a recorded expression is ``wanted``."""
    quotients: dict[str, Recorded] = {}
    total = _sum(size, quotients)
    constant = total.pop((), 0)
    if not quotients:
        return _bounded(total, wanted - constant, wanted - constant)
    (name, quotient), *others = quotients.items()
    if others or total != {(name,): 1}:
        raise _NoSumError
    dividend, divisor = (_sum(operand, {}, plain=True) for operand in quotient.operands)
    least = wanted - constant
    constant = dividend.pop((), 0)
    if divisor.keys() <= {()}:
        step = divisor[()]
        return _bounded(dividend, least * step - constant, least * step + step - 1 - constant)
    low, high = ({product: times * factor for product, factor in divisor.items()} for times in (least, least + 1))
    return f"{_text(low)} ≤ {_text({(): constant} | dividend)} < {_text(high)}"


def _bounded(total: Sum, low: int, high: int) -> str:
    """``low ≤ total ≤ high``, with the first product positive and no common factor that can be divided out.

    Raises _NoSumError where nothing is left that is open.
    """
    if not total:
        raise _NoSumError
    if next(iter(total.values())) < 0:
        total, low, high = {product: -factor for product, factor in total.items()}, -high, -low
    common = gcd(*total.values())
    if low < high or low % common == 0:
        total = {product: factor // common for product, factor in total.items()}
        low, high = ceil_div(low, common), high // common
    text, least, most = _text(total), _text({(): low}), _text({(): high})
    return f"{text} = {least}" if low == high else f"{least} ≤ {text} ≤ {most}"


def _sum(number: Recorded, quotients: dict[str, Recorded], *, plain: bool = False) -> Sum:
    """A recorded expression multiplied out; each quotient in it counts as a name. Raises _NoSumError."""
    if number.derivation is not None:
        return _sum(number.derivation, quotients, plain=plain)
    if not number.operator:
        return {(number.name,): 1} if number.name else {(): number.value}
    if number.operator == "//" and not plain:
        name = f"quotient {len(quotients)}"
        quotients[name] = number
        return {(name,): 1}
    if number.operator not in ("+", "-", "*"):
        raise _NoSumError
    left, right = (_sum(operand, quotients, plain=plain) for operand in number.operands)
    if number.operator == "*":
        result: Sum = {}
        for one, factor in left.items():
            for other, times in right.items():
                product = tuple(sorted((*one, *other)))
                result[product] = result.get(product, 0) + factor * times
    else:
        sign = 1 if number.operator == "+" else -1
        result = dict(left)
        for product, times in right.items():
            result[product] = result.get(product, 0) + sign * times
    return {product: factor for product, factor in result.items() if factor}


def _text(total: Sum) -> str:
    """``224 − K + 2·P``."""
    parts = [
        ("−" if factor < 0 else "+", "·".join([*([str(abs(factor))] if abs(factor) != 1 or not names else []), *names]))
        for names, factor in total.items()
        if factor
    ]
    if not parts:
        return "0"
    (sign, first), *others = parts
    return ("−" if sign == "−" else "") + first + "".join(f" {sign} {part}" for sign, part in others)
