"""Closed formulas against the report with plain numbers, at the points of generated specs."""

from fractions import Fraction

import pytest
from design_specs import figures, points, report, specs
from hypothesis import assume, given, settings

import cnncalc
from cnncalc.design.formula import Derivation
from cnncalc.report.formulas import formula_lines, python_text
from cnncalc.spec import shipped_names


@settings(max_examples=25)
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


@pytest.mark.parametrize(
    ("name", "least"),
    [
        *(("alexnet", 63), ("vgg16", 32), ("googlenet", 15), ("inception_v3", 75), ("squeezenet1_0", 21)),
        *(("densenet121", 29), ("resnet50", 1), ("mobilenet_v2", 1)),
    ],
)
def test_the_smallest_inputs_are_those_that_torchvision_states(name, least):
    """``torchvision.models``: "min_size" among the meta data of each model's weights."""
    found = cnncalc.formula(cnncalc.load(name), "macs", ["H", "W"])
    bounds = {str(condition.lhs): int(condition.rhs) for condition in found.conditions}
    assert bounds == ({} if least == 1 else {"H": least, "W": least})


def test_every_shipped_network_has_formulas_that_give_its_report():
    for name in shipped_names():
        derivation = Derivation(cnncalc.load(name))
        totals = cnncalc.analyze(cnncalc.load(name)).totals
        for quantity in ("macs", "flops"):
            formula = derivation.formula(quantity)
            assert formula.value == formula.at() == getattr(totals, quantity)
            formula_lines(formula, 80)


def test_what_decides_how_a_network_is_built_is_no_symbol():
    network = cnncalc.load("resnet50")
    with pytest.raises(cnncalc.CnncalcError, match="stride_in decides how the network is built"):
        cnncalc.formula(network, "macs", ["H", "stride_in"])
    assert Derivation(network).left_out == ("stride_in",)


def test_a_formula_for_whole_values_does_not_answer_for_fractions():
    network = cnncalc.load("mobilenet_v2")
    formula = cnncalc.formula(network, "params", ["width", "classes"])
    assert [str(condition) for condition in formula.conditions] == ["Eq(floor(width), width)"]
    assert formula.holds(width=2, classes=7)
    assert not formula.holds(width=0.5)
    with pytest.raises(cnncalc.CnncalcError, match="holds where width is whole, which is not so there"):
        formula.at(width=0.5)
    with pytest.raises(cnncalc.CnncalcError, match="classes stands for whole numbers above 0"):
        formula.at(classes=Fraction(21, 2))
    with pytest.raises(cnncalc.CnncalcError, match="width stands for numbers above 0, found -1"):
        formula.at(width=-1)
    fractions = cnncalc.formula(network, "params", ["width"], variables={"width": 0.35})
    for width in (0.35, 0.5, 0.6, 0.75, 1, 1.4, 3):
        assert fractions.at(width=width) == cnncalc.analyze(network, variables={"width": width}).totals.params


def test_a_formula_does_not_hold_where_something_would_be_divided_by_nothing():
    """Groups of v·v mod 5 channels, which are none for 5 and 10."""
    layer = cnncalc.layers.Conv2d(4, 3, groups="v * v % 5")
    network = cnncalc.Network(input=[4, 9, 9], layers=[layer], variables={"v": 1})
    formula = cnncalc.formula(network, "macs", ["v"])
    assert [v for v in range(1, 11) if formula.holds(v=v)] == [v for v in range(1, 11) if v * v % 5 in (1, 2, 4)]
    assert formula.at(v=2) == cnncalc.analyze(network, variables={"v": 2}).totals.macs == 7 * 7 * 4 * 9
    with pytest.raises(cnncalc.CnncalcError, match=r"the formula holds where .*, which is not so there$"):
        formula.at(v=5)


def program(formula):
    """The Python function that is printed for a formula."""
    names = {}
    exec(python_text([formula]), names)
    return next(names[name] for name in names if name.startswith(formula.quantity.replace(".", "_")))


def is_field(name):
    return ".receptive_field." in name or ".jump." in name


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
