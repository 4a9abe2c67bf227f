"""Printed working, computed again by Python's own arithmetic."""

from math import gcd

from cnncalc.arithmetic.recording import Recorded

FUNCTIONS = {"ceil": lambda a, b: -(-a // b), "gcd": gcd, "max": max, "min": min}


def value_of(figures: str) -> int | float:
    """The value of a line of figures in Python's spelling."""
    return eval(figures, {"__builtins__": {}}, FUNCTIONS)


def agrees_throughout(number: Recorded) -> bool:
    """Whether every step of the working, as printed, has the value that is stated for it."""
    return all(value_of(step.figures()) == plain(step.value) for step in number.steps())


def plain(value):
    """A fraction as Python's division makes it."""
    return value if isinstance(value, int) else float(value)
