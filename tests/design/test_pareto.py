"""Fronts against the definition, point by point."""

import numpy
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.design.pareto import front

tables = st.integers(1, 4).flatmap(lambda k: st.lists(st.tuples(*[st.integers(0, 6)] * k), min_size=1, max_size=30))


@given(tables)
def test_no_point_beats_one_of_the_front(rows):
    found = front([numpy.array(column) for column in zip(*rows, strict=True)])
    expected = [not any(all(b <= a for a, b in zip(r, o, strict=True)) and o != r for o in rows) for r in rows]
    assert found.tolist() == expected
