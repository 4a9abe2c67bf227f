"""Closed formulas: the figures of a network in symbols, from the one walk that also makes the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from cnncalc.analysis.analysis import analyze
from cnncalc.analysis.convention import convention_named
from cnncalc.analysis.rows import Row, row_of
from cnncalc.analysis.vocabulary import spelled
from cnncalc.arithmetic.book import Book
from cnncalc.arithmetic.closed import Closed, symbol
from cnncalc.design.closed_form import Formula
from cnncalc.design.conditions import is_whole, strongest
from cnncalc.design.quantities import FIELD, MEMORY, TOTALS, Figures, Quantity, quantity_named
from cnncalc.design.variables import BATCH, Place, bind, check_names, letters, place_of
from cnncalc.errors import CnncalcError, SpecError
from cnncalc.evaluate import evaluate, raise_unless
from cnncalc.graph import Node, build_graph_of
from cnncalc.layers.base import LARGEST_SIZE, Check, Shape
from cnncalc.spec.expansion import expand, variables_of
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network


class Derivation:
    """A network walked with symbols, from which the formulas of all figures are read.

    ``symbols`` are variables of the spec, sizes of the input (``H``), ``input`` for square inputs, and ``batch`` or
    ``N``; unless stated, all sizes behind the channels, the batch, and the variables that are numbers and do not decide
    which layers there are. Raises SpecError where the network cannot be built at its own values, and CnncalcError where
    a symbol is none, or decides how the network is built.
    """

    def __init__(
        self, network: Network, symbols: Sequence[str] | None = None, *, batch: int = 1, convention: str = "cnncalc"
    ) -> None:
        self.network = network
        self.batch = batch
        self.convention = convention_named(convention)
        self.left_out: tuple[str, ...] = ()
        expand(network)
        wanted = list(symbols) if symbols is not None else _default_symbols(network)
        self._derive(wanted)
        while self.book.single:
            deciding = [name for name in wanted if any(name in _names(found) for found, _ in self.book.single)]
            if symbols is not None:
                has = "decides" if len(deciding) == 1 else "decide"
                values = ", ".join(f"{name} = {self.here[name]}" for name in deciding)
                raise CnncalcError(
                    f"{', '.join(deciding)} {has} how the network is built, so that no one formula holds;"
                    f" leave it out of the symbols ({values})"
                )
            self.left_out += tuple(deciding)
            wanted = [name for name in wanted if name not in deciding]
            self._derive(wanted)

    def _derive(self, names: Sequence[str]) -> None:
        self.book = Book()
        places = check_names(self.network, names)
        variables = variables_of(self.network)
        self.here: dict[str, Any] = {}
        for name, place in places.items():
            if place.variable:
                self.here[name] = variables[place.variable]
            elif place.batch:
                self.here[name] = self.batch
            else:
                sizes = {self.network.inputs[source][axis] for source, axis in place.sizes}
                if len(sizes) > 1:
                    raise CnncalcError(f"{name} stands for one size of all axes, but the input's are {_listed(sizes)}")
                self.here[name] = sizes.pop()
        for name, value in self.here.items():
            if isinstance(value, bool):
                raise CnncalcError(f"{name} is true or false, which no symbol can stand for")
            if value <= 0:
                raise CnncalcError(f"{name} is {value} here; a symbol stands for numbers above 0")
        numbers = {name: symbol(name, value, self.book) for name, value in self.here.items()}
        self.symbols = tuple(number.expression for number in numbers.values())
        bound, count = bind(self.network, places, numbers, self.batch)
        self.conditions: list[Any] = []
        self.graph = build_graph_of(self.network, bound)
        visits = evaluate(self.graph, bound.inputs.values(), self._require)
        self._whole = self._taken_as_whole(places)
        self.rows: tuple[Row, ...] = tuple([row_of(visit, count, self.convention) for visit in visits])
        self.inputs: dict[str, Shape] = bound.inputs
        self.count = count

    def _taken_as_whole(self, places: Mapping[str, Place]) -> dict[Any, Any]:
        """The symbols of variables that are whole here and might be fractions, each with one of which that is not said.

        Whether they might is tried at a few fractions near by; of sizes and the batch it goes without saying.
        """
        found = {}
        for each in self.symbols:
            variable = places[each.name].variable
            if variable and each.is_integer and self._takes_fractions(variable):
                found[each] = sympy.Symbol(each.name, positive=True)
        return found

    def _takes_fractions(self, variable: str) -> bool:
        here = self.here[variable]
        for part in _FRACTIONS:
            try:
                analyze(self.network.with_variables(**{variable: f"{here} + 1/{part}"}))
            except CnncalcError:
                continue
            return True
        return False

    def _require(self, node: Node, check: Check, inputs: tuple[Shape, ...]) -> None:
        decision: Any = check.holds
        if not decision.value:
            raise_unless(node, Check(False, check.field, check.message, check.values), inputs)
        relation = self.book.written_out(decision.relation)
        self.conditions.append(relation)
        self.book.learn(relation)

    def formula(self, quantity: str) -> Formula:
        """The formula of a quantity by its name, as :func:`cnncalc.sweep` has them. Raises CnncalcError."""
        asked = quantity_named(quantity, [row.name for row in self.rows], list(self.network.inputs))
        if asked.figure == MEMORY:
            message = "memory is the largest of a sum for every layer, which is no formula to read"
            raise CnncalcError(f"{message}; a sweep has its values (cnncalc sweep SPEC --quantity memory)")
        with self.book.apart() as own:
            try:
                number = Figures(self.rows, self.inputs, self.graph, self.count).value(asked)
            except TypeError:
                raise CnncalcError(f"{quantity} has no one formula in {', '.join(self.here)}") from None
        if own.single:
            raise CnncalcError(f"{quantity} has no one formula in {', '.join(self.here)}: it goes by their values")
        if number is None:
            unknown = [row.name for row in self.rows if asked.figure in row.unknown]
            because = f": it is not known of {', '.join(map(repr, unknown))}" if unknown else ""
            raise CnncalcError(f"{quantity} has no value{because}")
        return self._formula(asked, number, own.assumed)

    def _formula(self, asked: Quantity, number: Any, assumed: Sequence[Any]) -> Formula:
        if isinstance(number, Closed):
            short = sympy.expand(number.expression if asked.figure in TOTALS else self.book.named(number.expression))
            value = number.value
        else:
            short, value = sympy.Rational(number.numerator, number.denominator), number
        sizes = {name: full for name, full in self.book.definitions.items() if name in short.free_symbols}
        conditions = strongest([*self.conditions, *self.book.assumed, *assumed])
        real = self._whole
        return Formula(
            asked.name,
            short.xreplace(real),
            {name: full.xreplace(real) for name, full in sizes.items()},
            tuple(real.get(each, each) for each in self.symbols),
            dict(self.here),
            value,
            (*map(is_whole, real.values()), *(c.xreplace(real) for c in conditions)),
        )


def formula(
    network: Network,
    quantity: str = "macs",
    symbols: Sequence[str] | None = None,
    *,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    convention: str = "cnncalc",
) -> Formula:
    """A figure of a network as a closed form in symbols, equal to the report at every point where it holds.

    ``quantity`` is a total, ``conv1.macs``, a size ``conv1.H`` or a field
    ``conv1.receptive_field.H``. ``symbols`` are variables of the spec, sizes of the
    input (``H``), ``input`` for square inputs, and ``N`` for the batch; without them all that do not decide how the
    network is built. The other values are those of the spec, or as stated. Raises CnncalcError.

    >>> import cnncalc
    >>> found = cnncalc.formula(cnncalc.load("mobilenet_v2"), "params", ["width"])
    >>> found.expression
    2124672*width**2 + 1379200*width + 1000
    >>> found.at(width=2)
    11258088
    """
    if not isinstance(network, Network):
        raise SpecError(f"expected a Network, found {network!r}; cnncalc.load reads one from a file or by its name")
    if input is not None:
        network = network.with_input(input)
    if variables:
        network = network.with_variables(**variables)
    if not 1 <= batch <= LARGEST_SIZE:
        raise CnncalcError(f"expected a batch size of 1 to {LARGEST_SIZE}, found {batch!r}")
    return Derivation(network, symbols, batch=batch, convention=convention).formula(quantity).renumbered()


def expanded_names(derivation: Derivation, quantity: str, layer: str | None) -> list[str]:
    """The quantities that ``output`` and ``receptive_field`` stand for, with a layer's name; others as they are."""
    row = derivation.rows[-1] if layer is None else next((r for r in derivation.rows if r.name == layer), None)
    prefix = f"{layer}." if layer else ""
    if spelled(quantity) == "output" and row is not None:
        return [f"{prefix}{letter}" for letter in letters(row.output_shape)]
    if spelled(quantity) == "receptive_field":
        several = len(derivation.inputs) > 1
        return [
            f"{prefix}{figure}.{f'{source}.' if several else ''}{letter}"
            for source, shape in derivation.inputs.items()
            for figure in FIELD
            for letter in letters(shape)[1 if len(shape) > 1 else 0 :]
        ]
    return [prefix + quantity]


_FRACTIONS = (2, 3, 5, 7, 11, 13)
"""Which parts of a whole are tried: a multiple of a variable is whole for the parts that divide its factor."""


def _default_symbols(network: Network) -> list[str]:
    numbers = {
        name: value for name, value in variables_of(network).items() if not isinstance(value, bool) and value > 0
    }
    if len(network.inputs) == 1:
        (shape,) = network.inputs.values()
        sizes = list(letters(shape)[1 if len(shape) > 1 else 0 :])
    else:
        sizes = [f"{name}.{letter}" for name, shape in network.inputs.items() for letter in letters(shape)[1:]]
    names = [*sizes, BATCH[1] if BATCH[1] not in network.variables else BATCH[0], *numbers]
    shown = [name for name in names if name in network.variables or not place_of(network, name).variable]
    return list(dict.fromkeys(shown))


def _names(expression: Any) -> set[str]:
    return {found.name for found in expression.free_symbols}


def _listed(values: Any) -> str:
    return " and ".join(map(str, sorted(values)))
