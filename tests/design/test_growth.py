"""How formulas grow, against differences of the report and the limit for large values."""

import pytest

import cnncalc
from cnncalc.design.growth import divisible, growths, leading_term


def macs(name, size, **variables):
    return cnncalc.analyze(cnncalc.load(name), (3, size, size), variables=variables).totals.macs


def test_slopes_are_those_of_the_report_between_sizes_that_divide():
    formula = cnncalc.formula(cnncalc.load("vgg16"), "macs", ["input", "classes"])
    by_input, by_classes = growths(formula)
    assert (by_input.symbol.name, by_classes.symbol.name) == ("input", "classes")
    assert by_input.slope == (macs("vgg16", 256) - macs("vgg16", 192)) / 64  # exact for a square polynomial
    assert by_classes.slope == macs("vgg16", 224, classes=1001) - macs("vgg16", 224)
    assert by_input.elasticity == pytest.approx(224 * by_input.slope / macs("vgg16", 224))
    assert (by_input.degree, by_classes.degree) == (2, 1)


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "googlenet", "squeezenet1_0"])
def test_the_leading_term_is_the_limit(name):
    formula = cnncalc.formula(cnncalc.load(name), "macs", ["input"])
    size = 10**6
    leading = leading_term(formula).subs({formula.symbols[0]: size})
    assert float(leading / formula.at(input=size)) == pytest.approx(1, abs=1e-4)
    assert formula.at(input=size) == macs(name, size)


def test_the_leading_term_of_a_fraction_is_that_of_large_values():
    """Below a width of 1 the last layer of MobileNet v2 does not shrink; the term is of those above."""
    formula = cnncalc.formula(cnncalc.load("mobilenet_v2"), "params", ["width"], variables={"width": 0.5})
    params = cnncalc.analyze(cnncalc.load("mobilenet_v2"), variables={"width": 20_000}).totals.params
    assert float(leading_term(formula).subs({formula.symbols[0]: 20_000}) / params) == pytest.approx(1, abs=1e-4)


def test_common_divisors_and_choices_are_those_of_the_reference():
    """AlexNet's adaptive pool of 6 to 6 reads 6 + 6 − gcd(6, 6) = 6 elements an axis, in which only 6 + 6 grows."""
    formula = cnncalc.formula(cnncalc.load("alexnet"), "flops", ["H"])
    (growth,) = growths(formula)
    step = cnncalc.analyze(cnncalc.load("alexnet"), (3, 255 + 32 * 6, 224)).totals.flops
    step -= cnncalc.analyze(cnncalc.load("alexnet"), (3, 255, 224)).totals.flops
    assert growth.slope == pytest.approx(step / (32 * 6), rel=1e-3)


def test_floors_are_dropped_where_everything_divides():
    formula = cnncalc.formula(cnncalc.load("vgg16"), "macs", ["input"])
    smooth = divisible(formula)
    for size in range(64, 260, 4):
        assert smooth.holds(input=size) == (size % 16 == 0)
        if size % 16 == 0:
            assert smooth.at(input=size) == macs("vgg16", size)
    assert str(formula.derivative("input")) == str(smooth.short.diff(formula.symbols[0]))


def test_a_symbol_or_a_point_that_is_none():
    formula = cnncalc.formula(cnncalc.load("alexnet"), "macs", ["H", "W"])
    with pytest.raises(cnncalc.CnncalcError, match="the formula has no symbol 'D'; its symbols: H, W"):
        formula.at(D=3)
    with pytest.raises(cnncalc.CnncalcError, match="the formula holds where H >= 63, which is not so there"):
        formula.at(H=62)
    assert not formula.holds(H=62)
    assert formula.holds(W=63)
    assert formula.at(H=63, W=63) == macs("alexnet", 63)
    assert formula.expression.subs(dict.fromkeys(formula.expression.free_symbols, 63)) == macs("alexnet", 63)
    with pytest.raises(cnncalc.CnncalcError, match="the formula has no symbol 'D'; its symbols: H, W"):
        formula.derivative("D")
