"""The mutants of a module: each has one small fault, made in its syntax tree."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

ARITHMETIC = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add, ast.FloorDiv],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.BitOr: [ast.BitAnd],
    ast.BitAnd: [ast.BitOr],
}
COMPARISONS = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
OPPOSITES = {"min": "max", "any": "all", "minimum": "maximum"}
COMMUTATIVE = {*OPPOSITES, *OPPOSITES.values(), "gcd", "lcm", "equal"}
OPPOSITES |= {other: one for one, other in OPPOSITES.items()}
TYPES_ONLY = {"annotation", "returns", "decorator_list", "bases", "keywords", "format_spec", "type_params"}
"""Fields of the syntax tree that say nothing of what the code does; ``keywords`` are those of a class."""
NO_BEHAVIOUR = {"__repr__", "__all__", "TypeVar", "cast"}
FROZEN = {"tuple", "list", "frozenset"}
"""Calls whose argument says the same in their place: a sequence is only read as another kind of sequence."""


class Mutant(NamedTuple):
    """A fault. ``plant`` puts it into the tree that it was found in; ``lines`` are those of the statement around it.

    One that is ``at_import`` is outside of any function, so that every test may meet it; one that is ``nested`` is in a
    function that another one makes, which may have been made already. Its ``name`` stays when lines move:
    where it stands, the change, and which of several that are alike.
    """

    line: int
    lines: range
    scope: str
    before: str
    after: str
    at_import: bool
    nested: bool
    plant: Callable[[], None]
    count: int = 1

    @property
    def name(self) -> str:
        which = f" ({self.count})" if self.count > 1 else ""
        return f"{self.scope or 'module'}: {self.before}  →  {self.after}{which}"

    def __str__(self) -> str:
        return f"{self.line}: {self.name}"


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every mutant of a module, from its top to its end."""
    found = sorted(_below(tree, range(0), "", depth=0), key=lambda mutant: mutant.line)
    alike: Counter[str] = Counter()
    for position, mutant in enumerate(found):
        alike[mutant.name] += 1
        found[position] = mutant._replace(count=alike[mutant.name])
    return found


def _below(parent: ast.AST, lines: range, scope: str, *, depth: int) -> Iterator[Mutant]:
    """The mutants below a node that stands in so many functions, one in the other."""
    for field, value in ast.iter_fields(parent):
        if field in TYPES_ONLY and not isinstance(parent, ast.Call):
            continue
        nodes = value if isinstance(value, list) else [value]
        for position, node in enumerate(nodes):
            if not isinstance(node, ast.AST) or _is_no_behaviour(node):
                continue
            around = lines
            if isinstance(node, ast.stmt):
                around = range(node.lineno, (node.body[0].lineno if hasattr(node, "body") else node.end_lineno + 1))
            elif isinstance(node, ast.excepthandler | ast.match_case):
                around = range(node.body[0].lineno, node.body[0].lineno + 1)
            place = position if isinstance(value, list) else None
            for replacement in _replacements(node, parent, field):
                before, after = _text(node), _text(replacement)
                if after == before:  # two arguments that are the same, swapped
                    continue
                plant = partial(_plant, parent, field, place, replacement)
                line = getattr(node, "lineno", lines.start)
                yield Mutant(line, around, scope, before, after, depth == 0, depth > 1, plant)
            deeper = depth + isinstance(node, ast.FunctionDef | ast.Lambda)
            within = scope
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                within = f"{scope}.{node.name}" if scope else node.name
            if isinstance(node, ast.FunctionDef):
                body = range(node.body[0].lineno, node.end_lineno + 1)
                yield from _below(node.args, body, within, depth=max(depth, 1))
            below = ast.Module(node.body, []) if isinstance(node, ast.FunctionDef) else node
            yield from _below(below, around, within, depth=deeper)


def _plant(parent: ast.AST, field: str, position: int | None, replacement: ast.AST) -> None:
    if position is None:
        setattr(parent, field, replacement)
    else:
        getattr(parent, field)[position] = replacement


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node))


def _is_no_behaviour(node: ast.AST) -> bool:
    match node:
        case ast.Expr(ast.Constant()) | ast.Import() | ast.ImportFrom():
            return True
        case ast.If(ast.Name("TYPE_CHECKING")) | ast.FunctionDef("__repr__"):
            return True
        case ast.Assign([ast.Name(name)]) | ast.Call(ast.Name(name)):
            return name in NO_BEHAVIOUR
        case ast.AnnAssign(annotation=ast.Name("TypeAlias")) | ast.keyword("strict"):
            return True  # strict says that both have as many, by construction
    return False


def _replacements(node: ast.AST, parent: ast.AST, field: str) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value) | float(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(str(value)) if not isinstance(parent, ast.JoinedStr) and not set(value) & set(" {\n"):
            yield ast.Constant(f"{value}?")  # one with a space or a place to fill is wording
        case ast.BinOp(left, op, right):
            yield from (ast.BinOp(left, other(), right) for other in ARITHMETIC.get(type(op), []))
            if isinstance(op, ast.FloorDiv):
                yield ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), left), op, right))  # rounded up
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            yield operand
        case ast.Compare(left, [op], [right]):
            yield from (ast.Compare(left, [other()], [right]) for other in COMPARISONS[type(op)])
        case ast.Compare(left, ops, comparators):
            for i, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], comparators)
                yield ast.Compare(left, ops[:i] + ops[i + 1 :], comparators[:i] + comparators[i + 1 :])
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for i in range(len(values)):
                rest = values[:i] + values[i + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.Call():
            yield from _calls(node)
        case ast.Slice(lower, upper, step):
            if lower and not isinstance(lower, ast.Constant):
                yield ast.Slice(None, upper, step)
            if upper and not isinstance(upper, ast.Constant):
                yield ast.Slice(lower, None, step)
        case ast.Dict(keys, values):
            for i in range(len(keys)):
                yield ast.Dict(keys[:i] + keys[i + 1 :], values[:i] + values[i + 1 :])
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.AugAssign(target, op, value):
            yield from (ast.AugAssign(target, other(), value) for other in ARITHMETIC.get(type(op), []))
            yield ast.Pass()
        case ast.Assign([ast.Subscript() | ast.Attribute()]) | ast.Delete() | ast.Raise() | ast.Expr():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
    if field == "test" and isinstance(parent, ast.If | ast.IfExp | ast.While):
        yield from (ast.Constant(True), ast.Constant(False))
    if field == "ifs":
        yield ast.Constant(True)


def _calls(call: ast.Call) -> Iterator[ast.AST]:
    """Another function, arguments swapped or left out, or one argument as it is in the place of the call."""
    function, arguments, keywords = call.func, call.args, call.keywords
    if isinstance(function, ast.Name) and function.id in OPPOSITES:
        yield ast.Call(ast.Name(OPPOSITES[function.id], ast.Load()), arguments, keywords)
    plain = not any(isinstance(argument, ast.Starred) for argument in arguments)
    if plain:
        for i in range(len(arguments) - 1 if ast.unparse(function) not in COMMUTATIVE else 0):
            swapped = [*arguments[:i], arguments[i + 1], arguments[i], *arguments[i + 2 :]]
            yield ast.Call(function, swapped, keywords)
        if len(arguments) > 1:
            yield ast.Call(function, arguments[:-1], keywords)
        if ast.unparse(function) not in FROZEN:
            read = (argument for argument in arguments[:2] if not isinstance(argument, ast.Constant | ast.GeneratorExp))
            yield from read
    for i in range(len(keywords)):
        if keywords[i].arg == "strict":
            continue
        yield ast.Call(function, arguments, keywords[:i] + keywords[i + 1 :])
