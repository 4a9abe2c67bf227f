"""Figures of accepted inputs against something else: Python's arithmetic, single points, PyTorch on the meta device."""

from __future__ import annotations

import ast
import json
import math
import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

from fuzz.oracle import ContradictionError, raw_controls, told, unclear

POINTS = (1, 2, 7, 8, 255, 2**31 - 1, 10**12)
_LARGEST_TENSOR = 10**7
"""Elements of the largest tensor that PyTorch is asked about; a few of its layers have no shape without their work."""
_WIDEST_LINE = 100_000


def unclear_refusal(error: Any) -> str:
    """What is wrong with the words of an error."""
    return unclear(told(error))


def check_sums(analysis: Any) -> None:
    """Totals are sums, nothing is of no size, and nothing negative, but for what a convention of one's own may say."""
    for name in ("params", "buffers", "macs", "flops", "activations"):
        figures = [int(getattr(row, name)) for row in analysis.layers]
        if (name != "flops" and min(figures) < 0) or sum(figures) != int(getattr(analysis.totals, name)):
            raise ContradictionError(f"{name}: {figures} have the total {getattr(analysis.totals, name)}")
    for row in analysis.layers:
        if not all(type(size) is int and size > 0 for size in row.output_shape):
            raise ContradictionError(f"{row.name} has an output of {row.output_shape}")


def check_report(analysis: Any, width: int) -> None:
    """The table for a terminal, as tests of the command line see it, and the formats for other programs."""
    from cnncalc.report import sheet as sheets
    from cnncalc.report import text
    from cnncalc.report.table import table

    chosen = sheets.sheet(analysis, sheets.WIDE if width > 80 else sheets.DEFAULT)
    check_lines(table(chosen, width))
    if width > 80:
        import csv
        import io

        rows = list(csv.reader(io.StringIO(text.as_csv(chosen))))
        for cell in (cell for row in rows for cell in row):
            if cell[:1] in ("=", "+", "@", "\t", "\r") or (cell[:1] == "-" and not _is_number(cell)):
                raise ContradictionError(f"a spreadsheet runs {cell[:60]!r}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def check_lines(lines: Any) -> None:
    """Nothing in lines for a terminal does something to it."""
    for line in lines:
        text = "".join(span.text for span in line)
        if raw := raw_controls(text):
            raise ContradictionError(f"a line for a terminal with {raw}: {text[:200]!r}")
        if len(text) > _WIDEST_LINE:
            raise ContradictionError(f"a line of {len(text)} characters")


class _Exactly(ast.NodeTransformer):
    """An expression as Python is to evaluate it: exact quotients, and only true or false from ``and``."""

    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, float):
            return _called("Fraction", ast.Constant(repr(node.value)))
        return node if isinstance(node.value, bool) else _called("Fraction", node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        left = self.visit(node.left)
        return ast.BinOp(
            _called("Fraction", left) if isinstance(node.op, ast.Div) else left, node.op, self.visit(node.right)
        )

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        return ast.BoolOp(node.op, [_called("bool", self.visit(value)) for value in node.values])

    def visit_Name(self, node: ast.Name) -> Any:
        return ast.Constant(node.id == "true") if node.id in ("true", "false") else node


def _called(name: str, argument: Any) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [argument], [])


def _make_divisible(value: Any, divisor: Any) -> int:
    """As torchvision writes it, in exact fractions instead of floats."""
    found = max(divisor, math.floor((value + Fraction(divisor) / 2) / divisor) * divisor)
    return int(found + divisor if found < Fraction(9, 10) * value else found)


_FUNCTIONS = {
    "min": min,
    "max": max,
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "make_divisible": _make_divisible,
    "Fraction": Fraction,
    "bool": bool,
}


def check_expression(text: str, names: Mapping[str, Any], found: Any) -> None:
    """The value of an expression that was taken, by Python in exact fractions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        parsed = ast.parse(text.strip().replace("×", "*").replace("−", "-"), mode="eval")
    tree = ast.fix_missing_locations(ast.Expression(_Exactly().visit(parsed.body)))
    exactly = {name: value if isinstance(value, bool) else Fraction(value) for name, value in names.items()}
    # only what the language's own reader let through comes here: names, numbers, operators and the functions above
    expected = eval(compile(tree, "expression", "eval"), {"__builtins__": {}}, _FUNCTIONS | exactly)
    if found != expected:
        raise ContradictionError(f"{text[:200]!r} is {expected} in Python, not {found}")


def check_expression_over_points(text: str, names: Mapping[str, Any]) -> None:
    """An expression over several points at once has at each the value that it has there alone."""
    import numpy

    from cnncalc.arithmetic import single
    from cnncalc.arithmetic.integers import Integers
    from cnncalc.arithmetic.ratios import Ratio
    from cnncalc.arithmetic.undecided import Truth, Undecided
    from cnncalc.spec.expressions import ExpressionError, value_of

    for name in ("width", "in_channels"):
        try:
            found = value_of(text, {**names, name: Integers.of(numpy.array(POINTS))})
        except (Undecided, ExpressionError):
            continue
        for place, point in enumerate(POINTS):
            if isinstance(found, Truth):
                there: Any = bool(numpy.broadcast_to(found.mask, len(POINTS))[place])
            elif isinstance(found, Integers):
                there = int(numpy.broadcast_to(found.array, len(POINTS))[place])
            elif isinstance(found, Ratio):
                parts = [
                    each.array if isinstance(each, Integers) else each for each in (found.numerator, found.denominator)
                ]
                there = Fraction(*(int(numpy.broadcast_to(part, len(POINTS))[place]) for part in parts))
            else:
                there = single(found)
            try:
                alone = value_of(text, {**names, name: point})
            except ExpressionError as error:
                raise ContradictionError(
                    f"{text[:200]!r} is {there} in a sweep where {name} is {point}; alone: {error}"
                ) from None
            if there != alone:
                raise ContradictionError(f"{text[:200]!r} is {there} in a sweep where {name} is {point}, alone {alone}")


def check_variables(variables: Mapping[str, Any]) -> bool:
    """Settings as a network takes them."""
    from cnncalc import load

    load("dcgan").with_variables(**{"width": 1} | {name: value for name, value in variables.items() if name == "width"})
    return True


def check_condition(text: str) -> None:
    """A condition at several points at once, and at each by itself."""
    import numpy

    from cnncalc.design.condition import Condition
    from cnncalc.design.sweep import Block

    condition = Condition(text)
    values = {name: numpy.array(POINTS) for name in condition.names}
    together = condition.holds(Block(numpy.arange(len(POINTS)), values, {}, numpy.full(len(POINTS), -1), ()))
    for place in range(len(POINTS)):
        alone = {name: column[place : place + 1] for name, column in values.items()}
        block = Block(numpy.arange(1), alone, {}, numpy.full(1, -1), ())
        if bool(condition.holds(block)[0]) != bool(together[place]):
            raise ContradictionError(f"{text!r} at {POINTS[place]} holds alone or among others only")


def check_layer_alone(layer: Any, *, against_torch: bool) -> None:
    """A layer in a network of its own on an input of a few ranks, where it takes any."""
    from cases import one_layer

    from cnncalc import SpecError, analyze

    shapes: tuple[tuple[int, ...], ...] = ((3, 32, 32), (3, 32), (8,), (4, 8, 8, 8))
    last: SpecError | None = None
    for shape in shapes:
        try:
            analysis = analyze(one_layer(layer, *[shape] * max(1, layer.least_inputs)))
        except SpecError as error:
            last = error
            if fault := unclear_refusal(error):
                raise ContradictionError(fault) from None
            continue
        check_sums(analysis)
        if against_torch:
            check_against_torch(analysis)
        return
    if last is not None:
        raise last


@cache
def network_of_many_kinds() -> Any:
    """A network for conventions to count."""
    from cnncalc import load

    return load("shufflenet_v2_x1_0")


def check_against_torch(analysis: Any) -> None:
    """Shapes, parameters, buffers and multiply-accumulates of every layer, as PyTorch has them on the meta device."""
    import torch_oracle

    for row in analysis.layers:
        layer = row.layer
        if layer.weights or layer.unknown() or not _small(row) or _other_in_torch(row):
            continue
        ours = torch_oracle.Figures(row.output_shape, row.params, row.buffers, row.macs // analysis.batch)
        try:
            theirs = torch_oracle.run(layer, *row.input_shapes)
        except (RuntimeError, ValueError, IndexError, AssertionError, TypeError) as error:
            raise ContradictionError(f"PyTorch refuses {layer} on {row.input_shapes}: {str(error)[:200]}") from None
        if ours != theirs:
            raise ContradictionError(f"{layer} on {row.input_shapes} is {ours}; PyTorch: {theirs}")


def _small(row: Any) -> bool:
    sizes = [prod(shape) for shape in (*row.input_shapes, row.output_shape)]
    return max(*sizes, row.params) <= _LARGEST_TENSOR


def _other_in_torch(row: Any) -> bool:
    """What PyTorch wants more than one sample or value for, or what it looks at no number of."""
    kind = row.type
    if kind == "GroupNorm" and prod(row.output_shape) == row.layer.num_groups:
        return True
    return kind.startswith(("BatchNorm", "InstanceNorm")) or not hasattr(__import__("torch").nn, kind)


def check_json(text: str) -> None:
    """A text is one JSON document, without what JSON does not know."""

    def refuse(constant: str) -> None:
        raise ContradictionError(f"{constant} in JSON")

    json.loads(text, parse_constant=refuse)
