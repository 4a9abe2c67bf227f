"""A fault in running code: a function of a module that is imported already gets the code of its mutant."""

import __future__

import ast
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any


def plant_live(module: ModuleType, tree: ast.Module, line: int) -> bool:
    """Give the function around a line the code that the tree has for it. False where there is none to be given."""
    path = _path(tree, line)
    if path is None:
        return False
    *classes, definition = path
    holder: Any = module
    for each in classes:
        holder = getattr(holder, each.name)
    function = _function(vars(holder).get(definition.name))
    if function is None:
        return False
    bare = ast.FunctionDef("planted", definition.args, definition.body, [], None)  # its own name stays the module's
    maker = ast.FunctionDef(
        "make",
        ast.arguments([], [ast.arg("__class__")], None, [], [], None, []),
        [bare, _returned("planted")],
        [],
    )
    made: dict[str, Any] = {}
    flags = __future__.annotations.compiler_flag
    whole = ast.fix_missing_locations(ast.Module([maker], []))
    exec(compile(whole, module.__file__ or "", "exec", flags, dont_inherit=True), vars(module), made)
    mutant: FunctionType = made["make"](None)
    if mutant.__code__.co_freevars != function.__code__.co_freevars:
        return False
    function.__code__ = mutant.__code__
    function.__defaults__ = mutant.__defaults__
    function.__kwdefaults__ = mutant.__kwdefaults__
    return True


def _returned(name: str) -> ast.Return:
    return ast.Return(ast.Name(name, ast.Load()))


def _path(tree: ast.Module, line: int) -> list[Any] | None:
    """The classes and then the outermost function around a line."""
    found: list[Any] = []
    body = tree.body
    while around := [
        node
        for node in body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]:
        found.append(around[0])
        if isinstance(around[0], ast.FunctionDef):
            return found
        body = around[0].body
    return None


def _function(found: Any) -> FunctionType | None:
    """The plain function in a property, a class method or a cache."""
    match found:
        case property(fget=inner) | cached_property(func=inner) | classmethod(__func__=inner):
            return _function(inner)
        case staticmethod(__func__=inner):
            return _function(inner)
        case FunctionType():
            return found
    inner = getattr(found, "__wrapped__", None)
    return None if inner is None else _function(inner)
