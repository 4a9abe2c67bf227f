"""Closed formulas against the report with plain numbers, at the points of generated specs."""

from design_specs import figures, points, report, specs
from hypothesis import assume, given, settings

import cnncalc
from cnncalc.design.formula import Derivation
from cnncalc.report.formulas import python_text


@settings(max_examples=40)
@given(specs())
def test_every_figure_of_every_layer_is_that_of_the_report_where_the_conditions_hold(case):
    network, values = case
    base = {name: found[0] for name, found in values.items()}
    assume(report(network, base) is not None)
    symbols = [name for name, found in base.items() if not isinstance(found, bool) and found > 0]
    derivation = derived(network, symbols, base)
    fixed = {name: found for name, found in base.items() if name not in derivation.here}
    expected = figures(report(network, base))
    formulas = {}
    for name in expected:
        try:
            formulas[name] = derivation.formula(name)
        except cnncalc.CnncalcError:
            assert expected[name] is None or is_field(name), name
    programs = {name: program(formula) for name, formula in formulas.items()}
    for point in points(values):
        others = any(point[name] != found for name, found in fixed.items())
        if others or any(point[name] <= 0 for name in derivation.here):
            continue
        here = {name: point[name] for name in derivation.here}
        together = {formula.conditions: formula for formula in formulas.values()}
        met = {conditions: formula.holds(**here) for conditions, formula in together.items()}
        holding = [name for name, formula in formulas.items() if met[formula.conditions]]
        assert "macs" not in holding or all(name in holding or is_field(name) for name in formulas)
        if holding:
            found = report(network, point)
            assert found is not None, point
            there = figures(found)
            assert {name: programs[name](**here) for name in holding} == {name: there[name] for name in holding}
            assert formulas["macs"].at(**here) == there["macs"]


def program(formula):
    """The Python function that is printed for a formula."""
    names = {}
    exec(python_text([formula]), names)
    return next(names[name] for name in names if name.startswith(formula.quantity.replace(".", "_")))


def is_field(name):
    return ".field." in name or ".jump." in name


def derived(network, symbols, base):
    """The derivation with all the symbols that do not decide how the network is built."""
    while True:
        try:
            return Derivation(network.with_input(input_of(network, base)), symbols, batch=base["batch"])
        except cnncalc.CnncalcError as error:
            deciding = str(error).partition(" decide")[0].split(", ")
            if not set(deciding) & set(symbols):
                raise
            symbols = [name for name in symbols if name not in deciding]


def input_of(network, base):
    return (*network.input[:-1], next(base[letter] for letter in "CLW" if letter in base))
