"""The arithmetic of a recorded expression as a person does it on paper, a line at a time."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.arithmetic.recording import Recorded

_MOST_LINES = 8
_SUMS = ("+", "-")


def lines(number: Recorded) -> list[Recorded]:
    """The expressions from the one with all its values put in to the last before the result.

    Each line works out what is in the innermost brackets, or, where there are none, the products and then the sum.
    """
    found: list[Recorded] = []
    while number.operator and len(found) < _MOST_LINES:
        found.append(number)
        number = _reduced(number)
    return found


def terms(number: Recorded) -> list[tuple[str, Recorded]]:
    """The terms of a sum with their signs; of anything else, itself. A sum that is added is opened."""
    found: list[tuple[str, Recorded]] = []
    while number.operator in _SUMS:
        left, right = number.operands
        if number.operator == "+" and right.operator in _SUMS:
            found += reversed(terms(right))
        else:
            found.append((number.operator, right))
        number = left
    found.append(("+", number))
    return found[::-1]


def factors(number: Recorded) -> list[Recorded]:
    """The factors of a product, products within opened; of anything else, itself."""
    found: list[Recorded] = []
    while number.operator == "*":
        left, right = number.operands
        found += reversed(factors(right))
        number = left
    found.append(number)
    return found[::-1]


def _reduced(number: Recorded) -> Recorded:
    """One line further."""
    brackets = [part for part in _in_brackets(number) if not any(_in_brackets(part))]
    if brackets:
        return _with_values(number, {id(part) for part in brackets})
    if number.operator in _SUMS:
        computed = {id(term) for _, term in terms(number) if term.operator}
        if computed:
            return _with_values(number, computed)
    return Recorded(number.value)


def _in_brackets(number: Recorded) -> Iterator[Recorded]:
    """The parts that stand in brackets, or are operands of a division or a function."""
    for part in number.parts(within=True):
        divides = part.operator not in (*_SUMS, "*")
        for position, operand in enumerate(part.operands):
            if operand.operator and (divides or part.needs_brackets(operand, is_right=position > 0)):
                yield operand


def _with_values(number: Recorded, computed: set[int]) -> Recorded:
    """The expression with some of its parts as their values. Nothing is simplified besides."""
    renewed: dict[int, Recorded] = {}
    for part in number.parts(within=True):
        if id(part) in computed:
            renewed[id(part)] = Recorded(part.value)
            continue
        operands = tuple(renewed[id(operand)] for operand in part.operands)
        unchanged = all(new is old for new, old in zip(operands, part.operands, strict=True))
        renewed[id(part)] = part if unchanged else Recorded.apply(part.operator, *operands)
    return renewed[id(number)]
