"""What alterations do to expressions, and which they leave alone."""

from functools import partial

import pytest

from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework import alterations as alter
from cnncalc.homework.alterations import altered, is_symbol


def left_out(*symbols):
    return partial(alter.left_out, *symbols)


def squared(*symbols):
    return partial(alter.squared, *symbols)


def one_of_each(symbol):
    return partial(alter.one_of_each, symbol)


def ready(alteration):
    """An alteration; one of some symbols is made only now."""
    return alteration() if isinstance(alteration, partial) else alteration


def named(**values):
    return (Recorded(value, name) for name, value in values.items())


H, K, K_H, K_W, S, D, G = named(H=29, K=3, K_H=5, K_W=7, S=2, D=11, G=13)
P, P_LEFT, P_RIGHT = named(P=17, P_left=19, P_right=23)
CIN, COUT, NOUT, C = named(Cin=39, Cout=31, Nout=37, C=41)
KERNEL = Recorded(45, "K'", derivation=D * (K + 1) + 1)


@pytest.mark.parametrize(
    ("alteration", "before", "after"),
    [
        (alter.without_one, H // S + 1, H // S),
        (alter.without_one, H // S + 2, None),
        (alter.without_one, H * S + 1, None),
        *((alter.without_one, H // S + K, None), (alter.without_one, (H // S) * 1, None)),
        (alter.padded_once, H + 2 * P, H + P),
        (alter.padded_once, H + 3 * P, None),
        (alter.padded_once, H + 2 * S, None),
        *((alter.padded_once, H + P_LEFT + P_RIGHT, H + P_LEFT), (alter.padded_once, H + K + P, None)),
        (alter.padded_once, H + P, None),
        (alter.padded_once, H - K + P, None),
        (alter.padded_once, H - 2 * P, H - P),
        (alter.padded_once, H + P_LEFT + K, None),
        (alter.padded_once, H - P_LEFT + P_RIGHT, None),
        *((alter.without_kernel, H - K, H), (alter.without_kernel, H - S, None), (alter.without_kernel, H + K, None)),
        *((alter.without_kernel, H - KERNEL, H), (alter.without_kernel, H - K_H + P, H + P)),
        *((alter.spread_kernel, D * (K - 1) + 1, D * K), (alter.spread_kernel, S * (K - 1) + 1, None)),
        *((alter.spread_kernel, D * (K - 1) + 2, None), (alter.spread_kernel, D * (K + 1) + 1, None)),
        *((alter.spread_kernel, D * (K - 1) - 1, None), (alter.spread_kernel, D + 1, None)),
        *((alter.whole_input_spread, (H - 1) * S, H * S), (alter.whole_input_spread, (H - 1) * K, None)),
        *((alter.without_one, H // S + (K - 2), None), (alter.without_one, H // S + Recorded(1, "P"), None)),
        (alter.without_one, Recorded.apply("ceil", H, S) + 1, Recorded.apply("ceil", H, S)),
        *((alter.padded_once, H + (K - 1) * P, None), (alter.padded_once, H + Recorded(2, "A") * P, None)),
        *((alter.spread_kernel, D * (K - 1) + (K - 2), None), (alter.spread_kernel, D * (K - 1) * S + 1, None)),
        *((one_of_each("K"), K * S, None), (one_of_each("K"), K + K, None)),
        *((left_out("Cin"), CIN // G + K, 1 + K), (left_out("Cin"), G // CIN, None)),
        *((left_out("Cin"), (CIN + K) * CIN, CIN + K), (left_out("Cin"), (CIN * K) + G, K + G)),
        *((alter.without_kernel, D - K, D), (alter.whole_input_spread, (H - 1) * S - P, H * S - P)),
        *((alter.whole_input_spread, H * S, None), (alter.whole_input_spread, (H + 1) * S, None)),
        *((alter.one_bias, CIN * K + COUT, CIN * K + 1), (alter.one_bias, CIN * K + NOUT, CIN * K + 1)),
        *((alter.one_bias, K + C, K + 1), (alter.one_bias, CIN * K + K, None), (alter.one_bias, CIN * COUT, None)),
        *((one_of_each("K"), CIN * K * K, CIN * K), (one_of_each("K"), K * K, K)),
        *((one_of_each("K"), CIN * K, None), (one_of_each("K"), CIN * K_H * K_W, CIN * K_H)),
        *((one_of_each("K"), CIN * K * K * K, CIN * K), (one_of_each("K"), CIN * S * S, None)),
        *((one_of_each("K"), CIN * S * K, None), (one_of_each("K"), (CIN + K) * K, None)),
        *((left_out("Cin"), COUT * CIN * K, COUT * K), (left_out("Cin"), COUT * (CIN // G) * K, COUT * K)),
        *((left_out("Cin"), CIN * K, K), (left_out("Cin"), COUT * K, None)),
        *((left_out("Cin"), CIN + K, None), (left_out("Cin"), COUT * (K // CIN), None)),
        *((left_out("Cin", "K"), CIN * K, Recorded(1)), (left_out("K"), COUT * (K_H * K_W), COUT)),
        *((left_out("Cin"), CIN // G, Recorded(1)), (left_out("Cin"), COUT * (CIN * K), COUT * K)),
        *((squared("Cin"), COUT * CIN * K, COUT * CIN * CIN * K), (squared("Cin"), CIN + K, None)),
        (squared("Cin"), COUT * (CIN // G), COUT * (CIN // G) * (CIN // G)),
        (squared("Cin"), COUT * K, None),
        *((squared("C"), C * K, C * K * C), (squared("C"), K * C, K * C * C)),
    ],
)  # fmt: skip
def test_what_becomes_of_an_expression(alteration, before, after):
    """None where nothing changes, and then it is the same expression."""
    found = altered(before, ready(alteration))
    assert found.value == (before if after is None else after).value
    assert found.symbols() == (before if after is None else after).symbols()
    assert (found is before) == (after is None)


@pytest.mark.parametrize(
    ("values", "before", "value"),
    [
        *(({"K": 1}, CIN * K_H * K, 39), ({"K": 1, "S": 5}, H - K + S, 33), ({"K": 1}, H * S, 58)),
        *(({"K": 1}, H - KERNEL, 29 - 23), ({"K'": 4}, H - KERNEL, 25), ({"S": 1}, H - KERNEL, 29 - 45)),
    ],
)
def test_other_values(values, before, value):
    """What a settled number comes from is worked out anew."""
    found = altered(before, alter.put(values))
    assert (found.value, found.symbols()) == (value, before.symbols())


@pytest.mark.parametrize(
    ("alteration", "before", "value"),
    [
        *((alter.rounded_up, H // S, 15), (alter.rounded_up, H // K, 9), (alter.rounded_up, H * S, 58)),
        *((alter.unrounded, H // S, 14.5), (alter.unrounded, H // K, 9), (alter.unrounded, H * S, 58)),
        *((alter.rounded_up, H // S + 1, 16), (alter.unrounded, Recorded.apply("ceil", H, S), 14.5)),
    ],
)  # fmt: skip
def test_roundings(alteration, before, value):
    assert altered(before, alteration).value == value


def test_names_stay_with_what_is_worked_out_anew():
    found = altered(H - KERNEL, alter.put({"K": 1}))
    assert found.symbols() == "H - K'"
    assert found.operands[1].derivation.value == 23
    assert altered(H - KERNEL, alter.put({"S": 1})).operands[1] is KERNEL


@pytest.mark.parametrize(
    ("number", "symbols", "expected"),
    [(K, ("K",), True), (K_H, ("K",), True), (K, ("S", "K"), True), (K, ("S",), False), (K * S, ("K", ""), False),
     (Recorded(3), ("K",), False), (KERNEL, ("K",), False), (KERNEL, ("K'",), True)],
)  # fmt: skip
def test_symbols(number, symbols, expected):
    assert is_symbol(number, *symbols) == expected
