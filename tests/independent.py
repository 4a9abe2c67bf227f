"""Printed working, computed again by Python's own arithmetic."""

import re
from fractions import Fraction
from math import gcd

from cnncalc.arithmetic.recording import Recorded

FUNCTIONS = {"ceil": lambda a, b: -(-a // b), "gcd": gcd, "max": max, "min": min, "Fraction": Fraction}
TRUE_DIVISION = re.compile(r"(?<!/)/(?!/)")


def value_of(figures: str) -> int | Fraction:
    """The value of a line of figures in Python's spelling; with fractions where it has a true division."""
    if TRUE_DIVISION.search(figures):
        figures = re.sub(r"\d+", r"Fraction(\g<0>)", figures)
    return eval(figures, {"__builtins__": {}}, FUNCTIONS)


def agrees_throughout(number: Recorded) -> bool:
    """Whether every step of the working, as printed, has the value that is stated for it."""
    return all(value_of(step.figures()) == step.value for step in number.steps())
