"""How operations are counted: conventions as data, read from TOML files."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from os import path
from typing import Any, Literal

from msgspec import DecodeError, Struct, ValidationError

from cnncalc.analysis.quantities import QUANTITIES, names_of, value_of
from cnncalc.errors import CnncalcError, nearest, printable
from cnncalc.evaluate import Evaluated
from cnncalc.layers import LAYERS_BY_NAME
from cnncalc.spec.loading import contents, unreadable

_FOLDER = path.join(path.dirname(path.dirname(__file__)), "conventions")
_SUFFIX = ".toml"
_LARGEST_FILE = 1_000_000
_LARGEST_COEFFICIENT = 10**6
_MOST_FACTORS = 6


class UnknownFigureError(CnncalcError):
    """A convention does not say what a layer costs."""


class Rule(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """What is counted of some kinds of layer: ``count`` has a coefficient for each product of quantities.

    ``kinds`` are names or patterns (``Conv?d``); ``when`` are hyper-parameters or quantities that must have a value.
    ``note`` says why in a few words; ``defect`` says so where the rule is wrong rather than a matter of taste;
    ``unknown`` why there is no figure for such a layer, which is then refused rather than counted as nothing.
    """

    kinds: tuple[str, ...]
    count: dict[str, int] = {}
    when: dict[str, bool | int | float | str] = {}
    note: str = ""
    defect: str = ""
    unknown: str = ""

    def fits(self, visit: Evaluated) -> bool:
        """Whether a layer of one of the kinds meets the conditions."""
        return all(_value(name, visit) == wanted for name, wanted in self.when.items())

    def value(self, visit: Evaluated) -> int:
        """The count of one sample. Raises UnknownFigureError where there is none."""
        if self.unknown:
            node = visit.node
            raise UnknownFigureError(
                f'"{node.name}": this convention has no figure for {type(node.layer).__name__}; {self.unknown}'
            )
        return sum([coefficient * value(visit) for coefficient, value in self._terms])

    @cached_property
    def _terms(self) -> list[tuple[int, Callable[[Evaluated], int]]]:
        return [(coefficient, value_of(term)) for term, coefficient in self.count.items()]


def _value(name: str, visit: Evaluated) -> Any:
    if name in QUANTITIES:
        return QUANTITIES[name][1](visit)
    return getattr(visit.node.layer, name, None)


class Convention(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """What a tool, a paper or a course counts. The first rule that fits a layer holds; no rule counts 0.

    ``unit`` is what the figure is called and ``quantity`` what it is a figure of: no sum leads from operations to
    parameters. ``modules_only`` says that functions outside of modules are not seen,
    ``one_sample`` that the batch is left out. ``version`` and ``source`` say where the rules were read.
    """

    name: str
    description: str
    unit: str = "FLOPs"
    quantity: Literal["operations", "parameters", "outputs", "memory"] = "operations"
    rules: tuple[Rule, ...] = ()
    tool: str = ""
    version: str = ""
    source: str = ""
    modules_only: bool = False
    one_sample: bool = False

    def rule(self, visit: Evaluated) -> Rule | None:
        """The rule that holds for a layer; None where it is counted as nothing."""
        layer = visit.node.layer
        if self.modules_only and layer.functional:
            return None
        kind = type(layer).__name__
        by_kind = self._by_kind
        if kind not in by_kind:
            by_kind[kind] = [rule for rule in self.rules if any(fnmatchcase(kind, pattern) for pattern in rule.kinds)]
        for rule in by_kind[kind]:
            if not rule.when or rule.fits(visit):
                return rule
        return None

    @cached_property
    def _by_kind(self) -> dict[str, list[Rule]]:
        """The rules for each kind of layer that was asked about."""
        return {}

    def samples(self, batch: int) -> int:
        """How many samples of a batch are counted."""
        return 1 if self.one_sample else batch


def shipped_conventions() -> tuple[str, ...]:
    """The names of the conventions that come with cnncalc."""
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in os.listdir(_FOLDER) if name.endswith(_SUFFIX)))


@lru_cache(maxsize=64)
def convention_named(name: str) -> Convention:
    """The convention of that name, or in that ``.toml`` file. Raises CnncalcError with the nearest or all names."""
    if name.endswith(_SUFFIX):
        return _read(name)
    names = shipped_conventions()
    if name not in names:
        hint = nearest(name, names) or f"; the conventions are {', '.join(names)}, or a .toml file of your own"
        raise CnncalcError(f"no convention is named {name!r}{hint}")
    return _read(path.join(_FOLDER, f"{name}{_SUFFIX}"))


def _read(place: str) -> Convention:
    import msgspec.toml

    where = printable(place)
    try:
        text = contents(place, _LARGEST_FILE + 1).removeprefix(BOM_UTF8)
    except (OSError, ValueError) as error:
        raise CnncalcError(f"{where}: {unreadable(error)}") from None
    if len(text) > _LARGEST_FILE:
        raise CnncalcError(f"{where}: larger than {_LARGEST_FILE:,} bytes")
    try:
        convention: Convention = msgspec.toml.decode(text, type=Convention)
    except (DecodeError, ValidationError, UnicodeDecodeError) as error:
        raise CnncalcError(f"{where}: {error}") from None
    except RecursionError:
        raise CnncalcError(f"{where}: nested too deeply") from None
    except ValueError:
        raise CnncalcError(f"{where}: holds a number with too many digits") from None
    if convention.name in shipped_conventions() and path.realpath(path.dirname(place)) != path.realpath(_FOLDER):
        raise CnncalcError(
            f"{where}: $.name: {convention.name!r} comes with cnncalc; another convention needs another name"
        )
    for position, rule in enumerate(convention.rules):
        _check(rule, f"{where}: $.rules[{position}]")
    return convention


def _check(rule: Rule, where: str) -> None:
    kinds = [kind for pattern in rule.kinds for kind in LAYERS_BY_NAME if fnmatchcase(kind, pattern)]
    for pattern in rule.kinds:
        if not any(fnmatchcase(kind, pattern) for kind in LAYERS_BY_NAME):
            hint = nearest(pattern, LAYERS_BY_NAME)
            raise CnncalcError(f"{where}.kinds: no kind of layer is named {pattern!r}{hint}")
    known = {field for kind in kinds for field in LAYERS_BY_NAME[kind].__struct_fields__} | QUANTITIES.keys()
    for name in rule.when:
        if name not in known:
            hint = nearest(name, sorted(known))
            raise CnncalcError(f"{where}.when: {', '.join(rule.kinds)} has no {name!r}{hint}")
    for term, coefficient in rule.count.items():
        names = names_of(term)
        for name in names:
            if name not in QUANTITIES:
                hint = nearest(name, QUANTITIES) or f"; the quantities are {', '.join(QUANTITIES)}"
                raise CnncalcError(f"{where}.count: no quantity is named {name!r}{hint}")
        if len(names) > _MOST_FACTORS or abs(coefficient) > _LARGEST_COEFFICIENT:
            limits = f"at most {_MOST_FACTORS} quantities and a coefficient of {_LARGEST_COEFFICIENT:,}"
            raise CnncalcError(f"{where}.count: {term!r} = {coefficient} is too much; {limits}")


def quantities() -> Mapping[str, str]:
    """What a convention may count, by name, each with its meaning."""
    return {name: meaning for name, (meaning, _) in QUANTITIES.items()}
