"""``package.module:attribute``, with arguments if need be: importing and building what it names runs its code."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnncalc.errors import CnncalcError, SpecError, nearest
from cnncalc.pytorch.importing.traces import failure
from cnncalc.spec.python_text import tree_of

_MISSING = re.compile(r"operator (\w+)::(\w+) does not exist")
_MOST_MISSING = 100
_LARGE = 4096
_libraries: dict[str, torch.library.Library] = {}


def module_named(spec: str) -> nn.Module:
    """The module that a spec names or makes. Raises SpecError where it is not there or its code fails."""
    home, _, call = spec.partition(":")
    attribute, arguments = _call(call, spec)
    found: Any = _imported(home, spec)
    for part in attribute.split("."):
        if not hasattr(found, part):
            known = [name for name in dir(found) if not name.startswith("_")]
            raise SpecError(f'{home} has nothing named "{attribute}"{nearest(part, known)}', source=spec)
        found = getattr(found, part)
    if isinstance(found, nn.Module) and arguments is None:
        return found
    if not callable(found):
        raise SpecError(f"expected a torch.nn.Module, or what makes one, found {type(found).__name__}", source=spec)
    positional, named = arguments or ((), {})
    made = _built(found, positional, named, spec)
    if not isinstance(made, nn.Module):
        raise SpecError(f"expected a torch.nn.Module, found {type(made).__name__}", source=spec)
    return made


def _call(text: str, spec: str) -> tuple[str, tuple[tuple[Any, ...], dict[str, Any]] | None]:
    """A name, perhaps with dots, and the arguments where it is called; these are plain values."""
    tree = tree_of(text)
    try:
        if isinstance(tree, ast.Call):
            named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in tree.keywords if keyword.arg}
            if len(named) == len(tree.keywords):
                return _dotted(tree.func), (tuple(map(ast.literal_eval, tree.args)), named)
        elif tree is not None:
            return _dotted(tree), None
    except (ValueError, TypeError, RecursionError):
        pass
    message = f"expected an attribute or a call with plain values, such as resnet50(num_classes=10), found {text!r}"
    raise SpecError(message, source=spec)


def _dotted(tree: ast.expr) -> str:
    if isinstance(tree, ast.Attribute):
        return f"{_dotted(tree.value)}.{tree.attr}"
    if isinstance(tree, ast.Name):
        return tree.id
    raise ValueError


def _imported(home: str, spec: str) -> Any:
    """A module of Python's by its name. Compiled operators that do not load are declared, since none is run."""
    if "" not in sys.path:
        sys.path.insert(0, "")
    for _ in range(_MOST_MISSING):
        try:
            with warnings.catch_warnings(), redirect_stdout(sys.stderr):
                warnings.simplefilter("ignore")
                return importlib.import_module(home)
        except ModuleNotFoundError as error:
            if error.name and (home == error.name or home.startswith(f"{error.name}.")):
                raise SpecError(f"no Python module is named {error.name}", source=spec) from None
            raise SpecError(f"its code fails: {type(error).__name__}: {error}", source=spec) from None
        except RuntimeError as error:
            missing = _MISSING.search(str(error))
            if missing is None:
                raise SpecError(f"its code fails: {type(error).__name__}: {_first(error)}", source=spec) from None
            _declare(*missing.groups())
        except (Exception, SystemExit) as error:
            raise SpecError(f"its code fails: {type(error).__name__}: {_first(error)}", source=spec) from None
    raise SpecError("it asks for ever more compiled operators that do not load", source=spec)


def _declare(namespace: str, name: str) -> None:
    if namespace not in _libraries:
        _libraries[namespace] = torch.library.Library(namespace, "FRAGMENT")  # type: ignore[no-untyped-call]
    _libraries[namespace].define(f"{name}(Tensor x) -> Tensor")  # type: ignore[no-untyped-call]


def _first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0]


class _WithoutValues(TorchFunctionMode):
    """Fills no large tensor with numbers, since only shapes matter; small ones may decide how a model is built."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "")
        first = args[0] if args else None
        in_place = name.endswith("_") and not name.startswith("_")
        if isinstance(first, Tensor) and in_place and first.is_floating_point() and first.numel() >= _LARGE:
            return first
        return func(*args, **(kwargs or {}))


@contextmanager
def _same_randomness() -> Iterator[None]:
    state = torch.random.get_rng_state()
    try:
        yield
    finally:
        torch.random.set_rng_state(state)


def _built(make: Callable[..., Any], positional: tuple[Any, ...], named: dict[str, Any], spec: str) -> Any:
    """What a function makes, without values for its weights."""
    try:
        inspect.signature(make).bind(*positional, **named)
    except TypeError as error:
        raise SpecError(f"its arguments do not fit: {error}", source=spec) from None
    except ValueError:
        pass
    with warnings.catch_warnings(), redirect_stdout(sys.stderr), _same_randomness():
        warnings.simplefilter("ignore")
        try:
            with _WithoutValues():
                return make(*positional, **named)
        except CnncalcError:
            raise
        except (Exception, SystemExit) as error:
            raise SpecError(failure(error).replace("the module fails", "its code fails"), source=spec) from None
