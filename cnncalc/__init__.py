"""cnncalc: shapes, parameters and costs of convolutional networks, exact for every layer.

>>> import cnncalc
>>> cnncalc.analyze(cnncalc.load("alexnet")).totals.params
61100840

Each name but the single layers has an example in its own help, such as ``help(cnncalc.analyze)``:

- to describe a network: ``load``, ``loads`` and ``shipped_names``, or in Python ``Network`` with layers (``Conv2d``,
  ``Linear``, …) and ``Sequential``, ``Repeat``, ``Residual``, ``Parallel``, ``Block`` and ``Use``;
- to know its figures: ``analyze`` gives an ``Analysis``; ``formula`` gives any of them in symbols;
- to design one: ``sweep``, ``largest``, ``solve``, ``alternatives``, ``compare``, ``assert_budget``;
- to learn and to teach: ``explain``, ``make_quiz``, ``grade``;
- with PyTorch: ``from_torch`` and ``to_torch``;
- what goes wrong is a ``CnncalcError``, and in a spec a ``SpecError``.

The names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis as Analysis
    from cnncalc.analysis import analyze as analyze
    from cnncalc.design.alternatives import alternatives as alternatives
    from cnncalc.design.budget import assert_budget as assert_budget
    from cnncalc.design.compare import compare as compare
    from cnncalc.design.formula import formula as formula
    from cnncalc.design.frame import sweep as sweep
    from cnncalc.design.largest import largest as largest
    from cnncalc.design.solve import solve as solve
    from cnncalc.errors import CnncalcError as CnncalcError
    from cnncalc.errors import SpecError as SpecError
    from cnncalc.homework.api import grade as grade
    from cnncalc.homework.explanation import explain as explain
    from cnncalc.homework.quiz import make_quiz as make_quiz
    from cnncalc.layers import *  # noqa: F403
    from cnncalc.pytorch import from_torch as from_torch
    from cnncalc.pytorch import to_torch as to_torch
    from cnncalc.spec import *  # noqa: F403

__version__ = "0.1.0"

_SPEC = (
    *("Block", "Expected", "Network", "Parallel", "Published", "Repeat", "Residual", "Sequential", "Use"),
    *("load", "loads", "shipped_names"),
)
_HOMES = {
    "Analysis": "cnncalc.analysis",
    "analyze": "cnncalc.analysis",
    "formula": "cnncalc.design.formula",
    "alternatives": "cnncalc.design.alternatives",
    "assert_budget": "cnncalc.design.budget",
    "compare": "cnncalc.design.compare",
    "largest": "cnncalc.design.largest",
    "solve": "cnncalc.design.solve",
    "sweep": "cnncalc.design.frame",
    "CnncalcError": "cnncalc.errors",
    "SpecError": "cnncalc.errors",
    "from_torch": "cnncalc.pytorch",
    "to_torch": "cnncalc.pytorch",
    "explain": "cnncalc.homework.explanation",
    "grade": "cnncalc.homework.api",
    "make_quiz": "cnncalc.homework.quiz",
    **dict.fromkeys(_SPEC, "cnncalc.spec"),
}


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return [*_HOMES, *import_module("cnncalc.layers").__all__]
    if name.startswith("_"):
        raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
    home = import_module(_HOMES.get(name, "cnncalc.layers"))
    if not hasattr(home, name) or (name not in _HOMES and name not in home.__all__):
        raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})
