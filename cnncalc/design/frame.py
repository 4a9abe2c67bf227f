"""A sweep as a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
import pandas

from cnncalc.design.block import ILLEGAL, Block, joined
from cnncalc.design.points import present
from cnncalc.design.sweep import Sweep
from cnncalc.spec.network import Network


def sweep(
    network: Network,
    variables: Mapping[str, Sequence[Any]],
    *,
    quantities: Sequence[str] | None = None,
    batch: int = 1,
    convention: str = "cnncalc",
    where: str | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> pandas.DataFrame:
    """The totals of a network at every combination of the values, one row a point.

    ``variables`` has the values of each name: a variable of the spec, a size of the input (``H``, ``W``, …), ``input``
    for square inputs, or ``batch``. ``quantities`` are totals (all five unless stated), ``memory``, ``receptive_field``
    as budgets have it, ``conv1.macs``, sizes ``conv1.H``, fields ``conv1.receptive_field.H`` and ``conv1.jump.H``;
    without a layer the last one is meant. ``where`` keeps the points that meet a condition, ``sample`` takes so many of
    them at random. Points at which the network cannot be built have no figures, and the reason in the column
    ``illegal``. Raises CnncalcError.

    >>> import cnncalc
    >>> frame = cnncalc.sweep(cnncalc.load("mobilenet_v2"), {"width": [0.5, 1], "input": [192, 224]})
    >>> frame[["width", "input", "params", "macs"]]
       width  input   params       macs
    0    0.5    192  1968680   71701760
    1    0.5    224  1968680   97131840
    2    1.0    192  3504872  221316608
    3    1.0    224  3504872  300774272
    """
    asked = Sweep(
        network, variables, quantities, batch=batch, convention=convention, where=where, sample=sample, seed=seed
    )
    return whole_frame(asked)


def whole_frame(asked: Sweep) -> pandas.DataFrame:
    """All points of a sweep as a DataFrame, in order."""
    blocks = [asked.kept(block) for block in asked.blocks()]
    whole = joined(blocks) if len(blocks) > 1 else blocks[0]
    if asked.sample is None and len(blocks) > 1:
        whole = whole.take(numpy.argsort(whole.numbers, kind="stable"))
    return frame(whole, asked)


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
