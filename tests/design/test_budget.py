"""Budgets in tests and in CI."""

import pytest

from cnncalc import CnncalcError, analyze, assert_budget, load
from cnncalc.design.budget import check_budget, explained, limits_of


def test_a_budget_that_is_kept_says_nothing():
    assert_budget(load("mobilenet_v2"), max_params="5M", max_macs=320e6, min_receptive_field=195, max_flops=None)


def test_a_budget_that_is_broken_says_what_and_by_how_much():
    """MobileNet v2's multiply-accumulates: torchvision's 0.301 billion."""
    with pytest.raises(AssertionError) as caught:
        assert_budget(load("mobilenet_v2"), max_params="5M", max_macs="300M", min_receptive_field=500)
    assert str(caught.value).splitlines() == [
        "MobileNet v2 breaks its budget",
        "macs <= 300,000,000: 300,774,272, which is 774,272 (0.3%) over; most in features.18.0 (20,070,400), "
        "features.2.conv.0.0 (19,267,584), features.17.conv.2 (15,052,800), features.0.0 (10,838,016), "
        "features.3.conv.0.0 (10,838,016)",
        "receptive_field >= 500: 491, which is 9 (1.8%) under",
    ]


def test_input_batch_and_variables_are_those_of_analyze():
    options = {"batch": 2, "variables": {"width": 0.5}}
    macs = analyze(load("mobilenet_v2"), (3, 96, 96), **options).totals.macs
    assert_budget(load("mobilenet_v2"), (3, 96, 96), **options, max_macs=macs, min_macs=macs)
    with pytest.raises(AssertionError, match=r"which is 1 \("):
        assert_budget(load("mobilenet_v2"), (3, 96, 96), **options, max_macs=macs - 1)


def test_the_bound_itself_is_within_the_budget():
    budget = check_budget(analyze(load("alexnet")), limits_of({"max_params": 61_100_840, "min_params": 61_100_840}))
    assert budget.kept
    assert not check_budget(budget.analysis, limits_of({"max_params": 61_100_839})).kept


def test_a_budget_of_nothing_has_no_share():
    (item,) = check_budget(analyze(load("alexnet")), limits_of({"max_params": 0})).broken
    assert explained(item).startswith("params <= 0: 61,100,840, which is 61,100,840 over; most in ")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_param": 1}, r"no limit is named 'max_param'; did you mean 'max_params'\?"),
        ({"params": 1}, "no limit is named 'params'"),
        ({"max_params": "five"}, "params: expected a number such as 5e6 or 5M, found 'five'"),
        ({"max_params": -1}, "params: expected a number, found -1"),
        ({"max_params": float("nan")}, "expected a number, found nan"),
        ({}, "at least one limit"),
    ],
)
def test_limits_that_are_none_are_told(limits, message):
    with pytest.raises(CnncalcError, match=message):
        assert_budget(load("alexnet"), **limits)
