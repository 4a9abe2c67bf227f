"""Formulas altered: what a mistake does to the expression of a figure.

An alteration looks at one part of an expression at a time, as it was and with what has become of its operands, and says
what stands in its place. Parts are recognised by the symbols that :mod:`cnncalc.homework.binding` gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from cnncalc.arithmetic.recording import Recorded

Alteration: TypeAlias = Callable[[Recorded, Recorded], Recorded | None]
"""What stands in the place of a part: of it as it was, and as it is with its operands altered; None keeps that."""
_KERNELS = ("K", "K'")
_BIASES = ("Cout", "Nout", "C")


def altered(number: Recorded, alteration: Alteration) -> Recorded:
    """The expression with every part altered, operands before what is made of them, and computed anew."""
    renewed: dict[int, Recorded] = {}
    for old in number.parts():
        new = old
        if old.operator:
            operands = [renewed[id(operand)] for operand in old.operands]
            if any(a is not b for a, b in zip(operands, old.operands, strict=True)):
                new = Recorded.apply(old.operator, *operands)
        elif old.derivation is not None and renewed[id(old.derivation)] is not old.derivation:
            derivation = renewed[id(old.derivation)]
            new = Recorded(derivation.value, old.name, derivation=derivation)
        changed = alteration(old, new)
        renewed[id(old)] = new if changed is None else changed
    return renewed[id(number)]


def is_symbol(number: Recorded, *symbols: str) -> bool:
    """Whether a part is a number of that symbol, whatever its axis or input (``K_H`` is a ``K``)."""
    return not number.operator and number.name.partition("_")[0] in symbols


def _is_number(part: Recorded, value: int) -> bool:
    return not part.operator and not part.name and part.value == value


def put(values: Mapping[str, int]) -> Alteration:
    """Other values in the place of symbols."""

    def alteration(old: Recorded, new: Recorded) -> Recorded | None:
        if is_symbol(old, *values):
            return Recorded(values[old.name.partition("_")[0]], old.name)
        return None

    return alteration


def left_out(*symbols: str) -> Alteration:
    """Factors of these symbols left out of products, and a quotient that begins with one (``Cin//G``) as a whole."""

    def alteration(old: Recorded, new: Recorded) -> Recorded | None:
        if old.operator == "//" and is_symbol(old.operands[0], *symbols):
            return Recorded(1)
        if old.operator == "*":
            kept = [new.operands[place] for place in (0, 1) if not _gone(old.operands[place], symbols)]
            if len(kept) < 2:
                return kept.pop() if kept else Recorded(1)
        return None

    return alteration


def _gone(operand: Recorded, symbols: tuple[str, ...]) -> bool:
    if operand.operator == "*":
        return all(_gone(factor, symbols) for factor in operand.operands)
    return is_symbol(operand.operands[0] if operand.operator == "//" else operand, *symbols)


def squared(*symbols: str) -> Alteration:
    """Factors of these symbols multiplied in twice."""

    def alteration(old: Recorded, new: Recorded) -> Recorded | None:
        if old.operator == "*" and any(_gone(operand, symbols) for operand in old.operands):
            factor = next(new.operands[place] for place in (0, 1) if _gone(old.operands[place], symbols))
            return Recorded.apply("*", new, factor)
        return None

    return alteration


def one_of_each(symbol: str) -> Alteration:
    """The kernel's size multiplied in along one axis only: ``K`` for ``K·K``."""

    def alteration(old: Recorded, new: Recorded) -> Recorded | None:
        if old.operator == "*" and is_symbol(old.operands[1], symbol):
            before = old.operands[0]
            if is_symbol(before, symbol) or (before.operator == "*" and is_symbol(before.operands[1], symbol)):
                return new.operands[0]
        return None

    return alteration


def without_one(old: Recorded, new: Recorded) -> Recorded | None:
    """``⌊…/S⌋`` for ``⌊…/S⌋ + 1``."""
    if old.operator == "+" and old.operands[0].operator in ("//", "ceil") and _is_number(old.operands[1], 1):
        return new.operands[0]
    return None


def rounded_up(old: Recorded, new: Recorded) -> Recorded | None:
    """``⌈…/S⌉`` for ``⌊…/S⌋``."""
    if old.operator == "//" and is_symbol(old.operands[1], "S"):
        return Recorded.apply("ceil", *new.operands)
    return None


def unrounded(old: Recorded, new: Recorded) -> Recorded | None:
    """``…/S`` for ``⌊…/S⌋``."""
    if old.operator in ("//", "ceil") and is_symbol(old.operands[1], "S"):
        return Recorded.apply("/", *new.operands)
    return None


def padded_once(old: Recorded, new: Recorded) -> Recorded | None:
    """``P`` for ``2·P``, or for the one before and the one behind."""
    if old.operator == "*" and _is_number(old.operands[0], 2) and is_symbol(old.operands[1], "P"):
        return new.operands[1]
    if old.operator == "+" and is_symbol(old.operands[1], "P") and old.operands[0].operator == "+":
        inner = old.operands[0].operands
        return new.operands[0] if is_symbol(inner[1], "P") else None
    return None


def without_kernel(old: Recorded, new: Recorded) -> Recorded | None:
    """``H + 2·P`` for ``H − K + 2·P``."""
    if old.operator == "-" and is_symbol(old.operands[1], *_KERNELS):
        return new.operands[0]
    return None


def spread_kernel(old: Recorded, new: Recorded) -> Recorded | None:
    """``D·K`` for ``D·(K − 1) + 1``."""
    if old.operator == "+" and _is_number(old.operands[1], 1) and old.operands[0].operator == "*":
        factor, inner = old.operands[0].operands
        if is_symbol(factor, "D") and inner.operator == "-":
            new_factor, new_inner = new.operands[0].operands
            return Recorded.apply("*", new_factor, new_inner.operands[0])
    return None


def whole_input_spread(old: Recorded, new: Recorded) -> Recorded | None:
    """``H·S`` for ``(H − 1)·S``, of a transposed convolution."""
    if old.operator == "*" and old.operands[0].operator == "-" and is_symbol(old.operands[1], "S"):
        return Recorded.apply("*", new.operands[0].operands[0], new.operands[1])
    return None


def one_bias(old: Recorded, new: Recorded) -> Recorded | None:
    """``+ 1`` for a bias a filter."""
    if old.operator == "+" and is_symbol(old.operands[1], *_BIASES):
        return Recorded.apply("+", new.operands[0], 1)
    return None
