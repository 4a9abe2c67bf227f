"""A sweep as a pandas DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy
import pandas

from cnncalc.design.points import present
from cnncalc.design.sweep import ILLEGAL, Block

if TYPE_CHECKING:
    from cnncalc.design.sweep import Sweep


def frame(block: Block, asked: Sweep) -> pandas.DataFrame:
    """One row a point, a column a variable and a column a quantity, and why a point is illegal where one is.

    Counts are int64, beyond that Python ints (dtype object); where some points have none, pandas' Int64 with ``<NA>``.
    Variables with fractions are floats.
    """
    legal = block.legal()
    columns: dict[str, Any] = {
        name: values.astype(float) if asked.points.denominators[name] > 1 else values
        for name, values in block.variables.items()
    }
    found = block.variables | block.quantities
    columns |= {name: _counts(found[name], legal) for name in asked.shown if name not in columns}
    if not legal.all():
        sentences = pandas.Index(block.sentences, dtype=object)
        columns[ILLEGAL] = pandas.Categorical.from_codes(block.reasons, categories=sentences)
    made = pandas.DataFrame(columns)
    made.attrs |= {"name": asked.setting.network.name, "convention": asked.setting.convention.name}
    return made


def _counts(values: Any, legal: Any) -> Any:
    if values is None:
        return pandas.array([pandas.NA] * len(legal), dtype="Int64")
    if values.dtype != object:
        if legal.all():
            return values
        return pandas.arrays.IntegerArray(values.astype(numpy.int64), ~legal)
    missing = ~legal | ~present(values)
    if all(isinstance(value, int) and abs(value) < 2**63 for value in values[~missing]):
        return pandas.arrays.IntegerArray(numpy.where(missing, 0, values).astype(numpy.int64), missing)
    values = values.copy()
    values[missing] = pandas.NA
    return values
