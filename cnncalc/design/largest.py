"""The largest network within a budget: one variable, the input's size or the batch, and limits on what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from msgspec import Struct

from cnncalc.analysis.convention import Convention, convention_named
from cnncalc.analysis.rows import Row, row_of
from cnncalc.arithmetic.ranges import UNDECIDED, Maybe, Range, UndecidedError
from cnncalc.design.limits import Limit, limits_from, value_of_quantity
from cnncalc.design.search import TooMuchWorkError, solutions
from cnncalc.design.variables import Place, bind, place_of
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.evaluate import evaluate
from cnncalc.graph import Graph, Node, build_graph_of
from cnncalc.layers.base import Check, Shape
from cnncalc.spec.network import Network

Value: TypeAlias = int | Fraction

_MOST_LOOKS = 20_000
_MOST_LAYERS = 60_000
"""How many layers may be walked over in all, at every value and range of values that is looked at."""
_MOST_VALUES = 10**9
_DEFAULT_HIGHEST = 4096
_DEFAULT_HIGHEST_ALONE = 128
"""Where ranges of values cannot be looked at together, as of a variable that says how often something is repeated."""
_FURTHEST_NEIGHBOUR = 64
"""How many values are tried for a legal one behind the best."""


class Outcome(Struct, frozen=True):
    """The network at one value: what is limited, and the limits that it breaks; or why it cannot be built."""

    value: Value
    figures: dict[str, int] = {}
    broken: tuple[Limit, ...] = ()
    illegal: str = ""


class Largest(Struct, frozen=True):
    """The best value of a variable within limits, None where there is none, and the next legal one beyond it.

    ``looked`` is how many values were evaluated by themselves; all others from ``low`` to ``high`` in steps of ``step``
    were ruled out, or need not be looked at, by what ranges of them cost at least and at most.
    """

    variable: str
    limits: tuple[Limit, ...]
    low: Value
    high: Value
    step: Value
    smallest: bool
    looked: int
    best: Outcome | None = None
    beyond: Outcome | None = None


def largest(
    network: Network,
    variable: str,
    target: str | Sequence[Limit],
    *,
    low: Value = 1,
    high: Value | None = None,
    step: Value = 1,
    smallest: bool = False,
    batch: int = 1,
    convention: str = "cnncalc",
) -> Largest:
    """The largest value of a variable at which a network keeps to a target, or with ``smallest`` the smallest.

    ``variable`` is one of the spec's own, ``"input"`` for the size of all pixel axes, one axis (``"H"``), or
    ``"batch"``. The target is limits joined by ``and``; see :mod:`.limits` for what may be limited. Values at which
    the network cannot be built are passed over. Nothing is assumed of how costs grow: ranges of values are ruled out
    by the network's own formulas evaluated with ranges, and where those do not decide, single values are looked at.
    Raises CnncalcError for names that are none, and where too much would have to be looked at.

    >>> import cnncalc
    >>> found = largest(cnncalc.load("alexnet"), "input", "macs <= 1e9")
    >>> found.best.value, found.best.figures, found.beyond.value, found.beyond.figures
    (270, {'macs': 955468544}, 271, {'macs': 1044807872})
    """
    limits = limits_from(target) if isinstance(target, str) else tuple(target)
    place = place_of(network, variable)
    open_end = high is None
    low, high, step = _exact(low), _exact(_DEFAULT_HIGHEST if high is None else high), _exact(step)
    if not 0 < low <= high or step <= 0:
        raise CnncalcError(
            f"the range of {variable} should go up from above 0, found {low} to {high} in steps of {step}"
        )
    if not place.variable and any(part != int(part) for part in (low, step)):
        raise CnncalcError(f"{variable} takes whole numbers, found {low} in steps of {step}")
    steps = int((high - low) // step)
    if steps >= _MOST_VALUES:
        raise CnncalcError(f"{variable}: a range of {steps + 1:,} values is too wide, at most {_MOST_VALUES:,}")
    trial = _Trial(network, variable, place, limits, low, step, batch, convention_named(convention))
    if open_end and not trial.is_one_network(Range(steps // 2, steps)):
        steps = int((max(_exact(_DEFAULT_HIGHEST_ALONE), low) - low) // step)
    condition = _Condition(trial, -1 if smallest else 1, steps)
    try:
        box = next(solutions(((0, steps),), condition, _MOST_LOOKS), None)
    except TooMuchWorkError:
        message = f"{variable} from {low} to {high} takes too long to settle"
        raise CnncalcError(f"{message}; state a smaller range") from None
    best = beyond = None
    if box is not None:
        place_found = condition.place(box[0][1])
        best = trial.outcome(place_found)
        beyond = _beyond(trial, place_found, -1 if smallest else 1, steps)
    elif not condition.possible:
        reason = trial.outcome(0).illegal
        raise CnncalcError(f"the network cannot be built at any {variable} from {low} to {high}; at {low}: {reason}")
    found = (low, _exact(low + steps * step), step, smallest, condition.looked)
    return Largest(variable, limits, *found, best, beyond)


class _Trial(Struct):
    """A network with numbers of any kind in the place of a variable: the value is ``low + step·k`` for a k.

    ``walked`` counts the layers of all networks that were tried.
    """

    network: Network
    variable: str
    place: Place
    limits: tuple[Limit, ...]
    low: Value
    step: Value
    batch: int
    convention: Convention
    walked: int = 0

    def figures(self, number: Any, check: Any) -> dict[str, Any]:
        """What is limited, without what ranges do not follow. Raises SpecError where the network cannot be built,
        UndecidedError where that is open.
        """
        value = self.low + self.step * number
        places = {self.variable: self.place}
        bound, batch = bind(self.network, places, {self.variable: value}, self.batch)
        rows, graph = self._rows(bound, batch, check, isinstance(number, Range))
        found = {}
        for name in dict.fromkeys(limit.quantity for limit in self.limits):
            try:
                found[name] = value_of_quantity(name, rows, bound.inputs, batch, graph)
            except (UndecidedError, TypeError):
                if not isinstance(number, Range):
                    raise
        return found

    def _rows(self, bound: Any, batch: Any, check: Any, open_value: bool) -> tuple[tuple[Row, ...], Graph]:
        try:
            graph = build_graph_of(self.network, bound)
        except SpecError:
            if open_value:
                raise UndecidedError from None
            raise
        self.walked += len(graph.nodes)
        visits = evaluate(graph, bound.inputs.values(), check)
        return tuple([row_of(visit, batch, self.convention) for visit in visits]), graph

    def is_one_network(self, number: Range) -> bool:
        """Whether a range of values leads to one network, whatever its figures are."""
        value = self.low + self.step * number
        bound, _ = bind(self.network, {self.variable: self.place}, {self.variable: value}, self.batch)
        try:
            build_graph_of(self.network, bound)
        except (UndecidedError, TypeError, SpecError):
            return False
        return True

    def outcome(self, place: int) -> Outcome:
        """The network at one value."""
        value = _exact(self.low + self.step * place)
        try:
            figures = self.figures(place, _definite)
        except SpecError as error:
            return Outcome(value, illegal=str(error))
        broken = tuple(limit for limit in self.limits if not limit.holds(figures[limit.quantity]))
        return Outcome(value, figures, broken)


class _Condition:
    """Whether the limits hold, asked of a place or a range of places; a search looks at large places first, so that a
    direction of −1 turns them round.
    """

    def __init__(self, trial: _Trial, direction: int, steps: int) -> None:
        self.trial = trial
        self.direction = direction
        self.steps = steps
        self.looked = 0
        self.possible = False
        """Whether any value was put aside for its cost, and not because the network cannot be built."""

    def place(self, number: int) -> int:
        return number if self.direction > 0 else self.steps - number

    def __call__(self, values: Sequence[Any]) -> bool | Maybe:
        if self.trial.walked > _MOST_LAYERS:
            raise TooMuchWorkError
        number = values[0] if self.direction > 0 else self.steps - values[0]
        if not isinstance(number, Range):
            self.looked += 1
            outcome = self.trial.outcome(number)
            self.possible |= not outcome.illegal
            return not outcome.illegal and not outcome.broken
        open_checks: list[Check] = []

        def collect(node: Node, check: Check, inputs: tuple[Shape, ...]) -> None:
            open_checks.append(check)

        try:
            figures = self.trial.figures(number, collect)
        except SpecError:
            return False
        holds = [
            limit.holds(figures[limit.quantity]) if limit.quantity in figures else UNDECIDED
            for limit in self.trial.limits
        ]
        if any(held is False for held in holds):
            self.possible = True
            return False
        return (not open_checks and all(held is True for held in holds)) or UNDECIDED


def _definite(node: Node, check: Check, inputs: tuple[Shape, ...]) -> None:
    raise AssertionError(f"{node.name}: a condition on plain numbers was left open")


def _beyond(trial: _Trial, place: int, direction: int, steps: int) -> Outcome | None:
    """The next legal value, which breaks the limits unless the range has ended before it; None then."""
    for distance in range(1, _FURTHEST_NEIGHBOUR + 1):
        neighbour = place + direction * distance
        if trial.low + trial.step * neighbour <= 0:
            return None
        outcome = trial.outcome(neighbour)
        if not outcome.illegal:
            return outcome if outcome.broken else None
    return None


def _exact(value: Any) -> Value:
    """A number as an int where it is whole, else as the fraction that it is written as."""
    exact = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact
