"""The strategies of tests/strategies.py over a plain random.Random, at twenty times the speed of hypothesis.

They are the same code: the module is loaded a second time with the functions below in the place of
``hypothesis.strategies``. What is lost is shrinking; of many cases that differ alike, the smallest is kept instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from unittest.mock import patch

STRATEGIES = Path(__file__).parents[1] / "strategies.py"
_MOST_TRIES = 1000


class Strategy:
    """Something to draw: a function of a random.Random."""

    __slots__ = ("sample",)

    def __init__(self, sample: Callable[[Random], Any]) -> None:
        self.sample = sample

    def map(self, function: Callable[[Any], Any]) -> Strategy:
        return Strategy(lambda random: function(self.sample(random)))

    def filter(self, condition: Callable[[Any], Any]) -> Strategy:
        def sample(random: Random) -> Any:
            return next(value for _ in range(_MOST_TRIES) if condition(value := self.sample(random)))

        return Strategy(sample)


def integers(least: int, most: int) -> Strategy:
    return Strategy(lambda random: random.randint(least, most))


def booleans() -> Strategy:
    return Strategy(lambda random: random.random() < 0.5)


def none() -> Strategy:
    return just(None)


def just(value: Any) -> Strategy:
    return Strategy(lambda random: value)


def sampled_from(values: Iterable[Any]) -> Strategy:
    values = tuple(values)
    return Strategy(lambda random: random.choice(values))


def one_of(*strategies: Strategy) -> Strategy:
    return Strategy(lambda random: random.choice(strategies).sample(random))


def tuples(*strategies: Strategy) -> Strategy:
    return Strategy(lambda random: tuple([strategy.sample(random) for strategy in strategies]))


def lists(items: Strategy, *, min_size: int, max_size: int) -> Strategy:
    return Strategy(lambda random: [items.sample(random) for _ in range(random.randint(min_size, max_size))])


def permutations(values: Sequence[Any]) -> Strategy:
    return Strategy(lambda random: random.sample(values, len(values)))


def builds(target: Callable[..., Any], *given: Strategy, **named: Strategy) -> Strategy:
    def sample(random: Random) -> Any:
        return target(
            *[one.sample(random) for one in given], **{name: one.sample(random) for name, one in named.items()}
        )

    return Strategy(sample)


def composite(function: Callable[..., Any]) -> Callable[..., Strategy]:
    @wraps(function)
    def made(*given: Any, **named: Any) -> Strategy:
        return Strategy(lambda random: function(lambda strategy: strategy.sample(random), *given, **named))

    return made


def load(path: Path = STRATEGIES, **others: ModuleType) -> ModuleType:
    """The module at that path with these strategies in the place of hypothesis's, and others by their names."""
    module = ModuleType(f"{path.stem}_over_random")
    module.__file__ = str(path)
    stand_in = ModuleType("hypothesis")
    stand_in.strategies = sys.modules[__name__]  # type: ignore[attr-defined]
    with patch.dict(sys.modules, {"hypothesis": stand_in, **others}):
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module
