"""The arithmetic that a spec may write where a number stands: ``"width * 2"``.

Expressions are parsed, never run as Python: literals, names, ``+ - * / // % **``, comparisons, ``and or not``, a choice
(``a if condition else b``) and a handful of functions. ``/`` is exact. Text, operands and results are bounded, so that
no expression can take long or make a large number.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from math import isinf
from typing import Any, NamedTuple

from cnncalc.arithmetic import ceiled, floored, is_single, is_within, maximum, minimum, quotient, rounded, single, where
from cnncalc.errors import CnncalcError, nearest
from cnncalc.spec.python_text import tree_of

LONGEST = 300
"""The most characters of an expression."""
LARGEST = 10**18
"""The largest magnitude that an expression or a part of it may have."""
LARGEST_EXPONENT = 64


class ExpressionError(CnncalcError):
    """An expression that has no value, with the reason in a clause."""


def make_divisible(value: Any, divisor: Any) -> Any:
    """``value`` rounded to a multiple of ``divisor``, at least one of them and never more than 10% below ``value``.

    Source: MobileNet's reference implementation (tensorflow/models, ``slim/nets/mobilenet``, ``make_divisible``).
    Raises ExpressionError for a divisor that is not a whole number.
    """
    if is_single(divisor) and single(divisor) % 1:
        raise ExpressionError(f"the divisor {divisor} of make_divisible is not a whole number")
    nearest = maximum(divisor, floored(quotient(value + quotient(divisor, 2), divisor)) * divisor)
    found = where(nearest * 10 < value * 9, nearest + divisor, nearest)
    return int(found) if is_single(found) else found


def _largest(*numbers: Any) -> Any:
    return reduce(maximum, numbers)


def _smallest(*numbers: Any) -> Any:
    return reduce(minimum, numbers)


def _power(base: Any, exponent: Any) -> Any:
    exponent = single(exponent)
    if not isinstance(exponent, int) or not 0 <= exponent <= LARGEST_EXPONENT:
        raise ExpressionError(f"the exponent {exponent} is not a whole number of 0 to {LARGEST_EXPONENT}")
    return base**exponent


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: quotient,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: lambda value: ~value if _is_condition(value) else not value,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "min": (_smallest, 2, 16),
    "max": (_largest, 2, 16),
    "ceil": (ceiled, 1, 1),
    "floor": (floored, 1, 1),
    "round": (rounded, 1, 1),
    "make_divisible": (make_divisible, 2, 2),
}
"""Each function with the fewest and the most arguments that it takes."""


class _Scope(NamedTuple):
    """What an expression is over, and the largest magnitude that any part of it may have."""

    names: Mapping[str, Any]
    largest: int


CONSTANTS = {"true": True, "false": False}


def value_of(text: str, names: Mapping[str, Any], largest: int = LARGEST) -> Any:
    """The value of an expression over ``names``: an int, a Fraction or a bool, none of its parts beyond ``largest``.

    Raises ExpressionError. Over numbers of a sweep or over symbols it is such a number, or what holds at each point.
    """
    try:
        return _value(_parsed(text), _Scope(names, largest))
    except ZeroDivisionError:
        raise ExpressionError("divides by zero") from None
    except RecursionError:
        raise ExpressionError("nested too deeply") from None
    except (TypeError, ValueError, OverflowError):
        raise ExpressionError("mixes kinds of values that do not go together") from None


def names_in(text: str) -> set[str]:
    """The names that an expression uses. Raises ExpressionError where it is none."""
    tree = ast.walk(_parsed(text))
    functions = {id(node.func) for node in ast.walk(_parsed(text)) if isinstance(node, ast.Call)}
    return {node.id for node in tree if isinstance(node, ast.Name) and id(node) not in functions} - set(CONSTANTS)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise ExpressionError(f"longer than {LONGEST} characters")
    tree = tree_of(text.replace("×", "*").replace("−", "-"))
    if tree is None:
        raise ExpressionError("not an expression")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and not node.keywords):
            raise ExpressionError("calls something that is not a function's name")
        if not isinstance(node, _ALLOWED):
            raise ExpressionError(f"{type(node).__name__.lower()} is not part of the language of expressions")
    return tree


_ALLOWED = (
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.BoolOp,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.Load,
    ast.And,
    ast.Or,
    *_BINARY,
    *_UNARY,
    *_COMPARE,
)


def _value(node: ast.expr, scope: _Scope) -> Any:
    result = _VALUES[type(node)](node, scope)
    if _is_condition(result):
        return result
    if not is_within(result, scope.largest):
        raise ExpressionError(f"goes beyond {scope.largest:.0e}")
    return result


def _is_condition(value: Any) -> bool:
    """Whether it is what holds at some points, or under conditions on symbols."""
    return not is_single(value) and hasattr(value, "__invert__")


def _constant(node: ast.Constant, scope: _Scope) -> Any:
    if isinstance(node.value, (bool, int)):
        return node.value
    if isinstance(node.value, float):
        if isinf(node.value):
            raise ExpressionError(f"goes beyond {scope.largest:.0e}")
        from fractions import Fraction

        return Fraction(repr(node.value))
    raise ExpressionError(f"{node.value!r} is not a number")


def _name(node: ast.Name, scope: _Scope) -> Any:
    if node.id in CONSTANTS:
        return CONSTANTS[node.id]
    if node.id not in scope.names:
        known = sorted(scope.names)
        hint = nearest(node.id, known) or f"; known here: {', '.join(known) or 'nothing'}"
        raise ExpressionError(f'nothing is named "{node.id}" here{hint}')
    return scope.names[node.id]


def _binary(node: ast.BinOp, scope: _Scope) -> Any:
    left, right = (_number(_value(side, scope)) for side in (node.left, node.right))
    return _BINARY[type(node.op)](left, right)


def _number(value: Any) -> Any:
    """What computes like a number; of conditions that differ from point to point, 0 or 1."""
    return where(value, 1, 0) if _is_condition(value) else value


def _unary(node: ast.UnaryOp, scope: _Scope) -> Any:
    return _UNARY[type(node.op)](_value(node.operand, scope))


def _compare(node: ast.Compare, scope: _Scope) -> Any:
    """A chain ends at the first comparison that fails; one that holds at some points only is joined to the rest."""
    left, result = _number(_value(node.left, scope)), True
    for kind, right_node in zip(node.ops, node.comparators, strict=True):
        if result is not True and not result:
            return False
        right = _number(_value(right_node, scope))
        holds = _COMPARE[type(kind)](left, right)
        if is_single(holds) and not holds:
            return False
        result = holds & result
        left = right
    return result


def _both(node: ast.BoolOp, scope: _Scope) -> Any:
    """As Python does it from left to right: what stands behind a part is only looked at where that decides nothing."""
    deciding = isinstance(node.op, ast.Or)
    result: Any = not deciding
    for part in node.values:
        try:
            found = _value(part, scope)
        except _ERRORS:
            if _is_condition(result) and bool(result) is deciding:
                return deciding
            raise
        found = found if _is_condition(found) else bool(found)
        if found is deciding:
            return deciding
        result = found | result if deciding else found & result
    return result


_ERRORS = (ExpressionError, ZeroDivisionError, TypeError, ValueError, OverflowError)
"""What a part raises that has no value; where it is only wanted under a condition, that is then decided."""


def _choice(node: ast.IfExp, scope: _Scope) -> Any:
    test = _value(node.test, scope)
    if not _is_condition(test):
        return _value(node.body if test else node.orelse, scope)
    try:
        then = _value(node.body, scope)
    except _ERRORS:
        if test:
            raise
        return _value(node.orelse, scope)
    try:
        otherwise = _value(node.orelse, scope)
    except _ERRORS:
        if not test:
            raise
        return then
    if all(isinstance(side, bool) or _is_condition(side) for side in (then, otherwise)):
        return (test & then) | (~test & otherwise)
    return where(test, _number(then), _number(otherwise))


def _call(node: ast.Call, scope: _Scope) -> Any:
    assert isinstance(node.func, ast.Name)
    if node.func.id not in FUNCTIONS:
        hint = nearest(node.func.id, FUNCTIONS) or f"; the functions are {', '.join(FUNCTIONS)}"
        raise ExpressionError(f'no function is named "{node.func.id}"{hint}')
    function, fewest, most = FUNCTIONS[node.func.id]
    if not fewest <= len(node.args) <= most:
        raise ExpressionError(f"{node.func.id} takes {fewest if fewest == most else f'{fewest} to {most}'} arguments")
    return function(*(_value(argument, scope) for argument in node.args))


_VALUES: dict[type[ast.expr], Callable[[Any, _Scope], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _both,
    ast.IfExp: _choice,
    ast.Call: _call,
}
