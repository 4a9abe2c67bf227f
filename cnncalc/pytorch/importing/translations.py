"""Which function makes layers of which call of PyTorch; those of :mod:`.operators` register themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Translation = Callable[..., Any]
Translated = TypeVar("Translated", bound=Translation)

_TRANSLATIONS: dict[str, Translation] = {}
_TAKE_VARYING: set[str] = set()


def translates(*names: str, varying: bool = False) -> Callable[[Translated], Translated]:
    """Registers a function as the translation of PyTorch's functions, methods or operators of these names.

    It takes the network so far and the call's arguments, with a :class:`Value` in the place of each tensor, and gives
    the values of the results. ``varying`` says that it copes with arguments that differ between traces.
    """

    def register(function: Translated) -> Translated:
        for name in names:
            _TRANSLATIONS[name] = function
            if varying:
                _TAKE_VARYING.add(name)
        return function

    return register


def translation_of(name: str, is_varying: bool) -> Translation | None:
    """The translation of a call by its name; None without one that copes with what its arguments are."""
    names = (name, _plain_name(name))
    if is_varying and _TAKE_VARYING.isdisjoint(names):
        return None
    return next((_TRANSLATIONS[each] for each in names if each in _TRANSLATIONS), None)


def _plain_name(name: str) -> str:
    """The name of a function that works in place or by an operator sign, as that of its like."""
    if name.startswith("__") and name.endswith("__"):
        return name
    return name.rstrip("_") if name.endswith("_") else name.lstrip("_") if name.startswith("_") else name
