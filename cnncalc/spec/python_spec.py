"""Specs written in Python: ``net.py:network`` or ``net.py:make(width=32)``. Reading one runs its code."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from cnncalc.errors import SpecError, nearest
from cnncalc.spec.network import Network
from cnncalc.spec.python_text import tree_of


def is_python_spec(spec: str) -> bool:
    """Whether a SPEC names a Python file."""
    path, _, _ = spec.partition(".py")
    return path != spec and spec[len(path) :].startswith(".py") and spec[len(path) + 3 :][:1] in ("", ":")


def load_python(spec: str) -> Network:
    """The network that a Python file defines under a name, or that a function of it makes. Raises SpecError.

    Without a name the file must define one network.
    """
    import runpy

    head, _, tail = spec.partition(".py")
    path, name = f"{head}.py", tail.removeprefix(":")
    if not os.path.exists(path):
        raise SpecError("no such file", source=path)
    if os.path.isdir(path):
        raise SpecError("this is a directory, expected a Python file", source=path)
    with _running(path):
        names = runpy.run_path(path)
    if not name:
        found = [key for key, value in names.items() if isinstance(value, Network)]
        if not found:
            message = f"no network stands in it; name a function that makes one, as {path}:NAME"
            raise SpecError(message, source=path)
        if len(found) > 1:
            raise SpecError(f"defines {' and '.join(found)}, name one as {path}:NAME", source=path)
        name = found[0]
    function, arguments = _call(name, path)
    if function not in names:
        public = [key for key in names if not key.startswith("_")]
        raise SpecError(f'nothing in it is named "{function}"{nearest(function, public)}', source=path)
    value: Any = names[function]
    if arguments is not None or (callable(value) and not isinstance(value, Network) and not _is_module(value)):
        positional, named = arguments or ((), {})
        with _running(spec):
            value = value(*positional, **named)
    if not isinstance(value, Network):
        hint = _module_hint(path, name) if _is_module(value) else ""
        raise SpecError(f"expected a Network, found {type(value).__name__}{hint}", source=spec)
    return value


def _is_module(value: Any) -> bool:
    """Whether it is a PyTorch module, which only a file that imports PyTorch can have."""
    modules = sys.modules.get("torch.nn")
    return modules is not None and isinstance(value, modules.Module)


def _module_hint(path: str, name: str) -> str:
    """How a PyTorch module is named that stands in a file."""
    parts = os.path.normpath(path).removesuffix(".py").split(os.sep)
    dotted = ".".join(parts) if all(map(str.isidentifier, parts)) else "package.module"
    return f"; a PyTorch module is named without .py: {dotted}:{name}"


@contextmanager
def _running(source: str) -> Iterator[None]:
    """Runs a file's code. What it prints goes to standard error, where it is in no report's way.

    Raises SpecError where it fails, or wants to end the program.
    """
    try:
        with redirect_stdout(sys.stderr):
            yield
    except KeyboardInterrupt:
        raise
    except SpecError as error:
        raise error.within(source) from None
    except BaseException as error:
        raise SpecError(f"its code fails: {type(error).__name__}: {error}", source=source) from None


def _call(text: str, path: str) -> tuple[str, tuple[tuple[Any, ...], dict[str, Any]] | None]:
    """A name, and the arguments where it is called; these are plain values."""
    tree = tree_of(text)
    try:
        if isinstance(tree, ast.Name):
            return tree.id, None
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in tree.keywords if keyword.arg}
            if len(named) == len(tree.keywords):
                return tree.func.id, (tuple(map(ast.literal_eval, tree.args)), named)
    except (ValueError, TypeError):
        pass
    raise SpecError(f"expected a name or a call with plain values, such as make(width=32), found {text!r}", source=path)
