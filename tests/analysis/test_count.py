"""Figures of different conventions are never compared or added."""

import copy
import operator
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import CnncalcError, analyze, load
from cnncalc.analysis import Count
from cnncalc.analysis.count import counted, plain

OPERATORS = [
    *(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge),
    *(operator.add, operator.sub, operator.truediv, operator.floordiv, operator.mod, divmod),
]


@pytest.mark.parametrize("act", OPERATORS)
def test_totals_and_layers_of_two_conventions(act):
    ours, theirs = analyze(load("lenet")), analyze(load("lenet"), convention="fvcore")
    for one, other in ((ours.totals, theirs.totals), (ours.layers[0], theirs.layers[0])):
        with pytest.raises(CnncalcError) as error:
            act(one.flops, other.flops)
        assert str(error.value) == (
            f"{int(one.flops):,} by cnncalc and {int(other.flops):,} by fvcore are of different conventions: "
            "cnncalc.analysis.reconcile says why they differ"
        )


def test_sums_over_layers_of_two_conventions():
    ours, theirs = analyze(load("lenet")), analyze(load("lenet"), convention="thop")
    with pytest.raises(CnncalcError, match="different conventions"):
        sum(row.flops for row in (*ours.layers, *theirs.layers))
    with pytest.raises(CnncalcError, match="different conventions"):
        max(ours.totals.flops, theirs.totals.flops)
    with pytest.raises(CnncalcError, match="different conventions"):
        ours.totals + theirs.totals


def test_totals_of_one_convention_add_up():
    one, other = analyze(load("lenet")).totals, analyze(load("alexnet")).totals
    both = one + other
    assert both.params == one.params + other.params
    assert (both.flops, both.flops.convention) == (int(one.flops) + int(other.flops), "cnncalc")
    assert one.flops < other.flops


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**20))
def test_counts_of_one_convention_are_ints(first, second):
    for act in OPERATORS:
        assert act(Count(first, "macs"), Count(second, "macs")) == act(first, second)
        assert act(Count(first, "macs"), second) == act(first, second)
        assert act(first, Count(second, "macs")) == act(first, second)
    assert (Count(first, "macs") + Count(second, "macs")).convention == "macs"
    assert (second - Count(first, "macs")).convention == "macs"
    assert (Count(first, "macs") - second).convention == "macs"
    assert (second + Count(first, "macs")).convention == "macs"
    assert type(second * Count(first, "macs")) is int
    assert hash(Count(first, "macs")) == hash(first)
    assert f"{Count(first, 'macs'):,}" == f"{first:,}"


def test_counts_are_copied_with_their_convention():
    count = Count(3, "macs")
    for copied in (copy.copy(count), copy.deepcopy(count), pickle.loads(pickle.dumps(count))):
        assert (copied, copied.convention) == (3, "macs")
    assert (count == "3") is False
    assert count != None  # noqa: E711
    assert (count + 0.5, 0.5 - count, count / 2) == (3.5, -2.5, 1.5)
    with pytest.raises(TypeError):
        count + "3"


def test_what_is_no_int_is_not_counted():
    assert (counted(3, "macs"), counted(3, "macs").convention) == (3, "macs")
    assert counted(2.5, "macs") == 2.5
    assert type(counted(2.5, "macs")) is float
    assert type(plain(Count(3, "macs"))) is int
    assert plain(2.5) == 2.5


def test_documents_hold_plain_numbers():
    document = analyze(load("lenet")).to_dict()
    assert type(document["totals"]["flops"]) is int
    assert {type(layer["flops"]) for layer in document["layers"]} == {int}
