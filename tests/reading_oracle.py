"""What layers read along an axis, element by element, and what units see of it, as the documentation says."""

import math
from itertools import product

import numpy
from hypothesis import strategies as st

from cnncalc.analysis.axis_field import AxisField
from cnncalc.layers.reading import Binned, Dealt, Grouped, Listed, Placed, Resampled, Sliding, Spread, Until, each


def read_by(along, unit: int) -> set[int]:
    """What the documentation of each relation says that one output element reads, the input going on for ever."""
    match along:
        case Sliding():
            return {unit * along.stride - along.before + tap * along.dilation for tap in range(along.kernel)}
        case Placed():
            return {unit - along.offset}
        case Until():
            return set(range(unit + 1))
        case Spread():
            writes = [tap * along.dilation - along.before for tap in range(along.kernel)]
            return {(unit - place) // along.stride for place in writes if (unit - place) % along.stride == 0}
        case Binned():
            first, behind = (n * along.size / along.output for n in (unit, unit + 1))  # ATen's start and end index
            return set(range(math.floor(first), math.ceil(behind)))
        case Resampled():
            place = (along.numerator * unit + along.offset) / along.denominator
            if place == math.floor(place):
                return {int(place)}
            return set(range(math.floor(place) - along.before, math.floor(place) + along.behind + 1))
        case Grouped():
            group = unit // along.outputs
            return {group * along.inputs + element for element in range(along.inputs)}
        case Listed():
            return set(along.table[unit])
        case Dealt():
            return {unit % along.hands * along.run + unit // along.hands}


def inside(found: set[int], border: str, size: int) -> set[int]:
    """What stands for these elements on an axis, as NumPy pads it."""
    if border == "nothing" or not found:
        return {place for place in found if 0 <= place < size}
    before, behind = max(0, -min(found)), max(0, max(found) - size + 1)
    padded = numpy.pad(range(size), (before, behind), "edge" if border == "clamp" else "reflect")
    return {int(padded[place + before]) for place in found}


SEVERAL = range(1, 4)
SMALL_RELATIONS = {
    "slide": [
        (Sliding(0, kernel, stride, before, dilation, border), size, 5)
        for kernel, stride, before, dilation in product(SEVERAL, SEVERAL, (-1, 0, 2), SEVERAL)
        for border in ("nothing", "clamp")
        for size in (2, 5)
    ],
    "fit": [
        (window, size, max(1, (size + 2 * before - dilation * (kernel - 1) - 1) // stride + 1))
        for kernel, stride, before, dilation in product(SEVERAL, (1, 2), (0, 1, 3), range(1, 5))
        for window in (Sliding(0, kernel, stride, before, dilation),)
        for size in (2, 3, 5)
    ],
    "each": [(each(0), size, count) for size, count in product((1, 3, 4), (1, 3, 4))],
    "reflect": [
        (Sliding(0, before=before, at_border="reflect"), size, before + size + behind)
        for size in (1, 4)
        for before, behind in product(range(size), range(size))
    ],
    "place": [(Placed(0, offset), size, 5) for offset in (-2, 0, 1, 7) for size in (1, 4)],
    "until": [(Until(0, size), size, size) for size in (1, 2, 5)],
    "spread": [
        (Spread(0, kernel, stride, before, dilation), size, 7)
        for kernel, stride, before, dilation in product(SEVERAL, SEVERAL, range(3), SEVERAL)
        for size in (1, 4)
    ],
    "bin": [(Binned(0, size, count), size, count) for size, count in product(range(1, 8), range(1, 6))],
    "resample": [
        (Resampled(0, numerator, denominator, offset, before, behind), size, 6)
        for numerator, denominator, offset in product(SEVERAL, SEVERAL, (-2, 0, 1))
        for before, behind in ((0, 0), (0, 1), (0, 2), (1, 2))
        for size in (1, 4)
    ],
    "group": [
        (Grouped(0, inputs, outputs), groups * inputs, groups * outputs)
        for groups, inputs, outputs in product(SEVERAL, SEVERAL, SEVERAL)
    ],
    "list": [
        (Listed(0, table), 5, len(table))
        for table in (
            ((4,),),
            ((3, 1), (1,)),
            ((0,), (2, 4), (2,), (0, 1)),
            ((0, 4, 2), (3,)),
            ((1, 1, 3),),
            ((2,),) * 3,
        )
    ],
    "deal": [(Dealt(0, hands, run), hands * run, hands * run) for hands, run in product(SEVERAL, SEVERAL)],
}
"""Small relations of every kind and sort, with the size of the axis that each reads and of the one that it makes."""


def sees(field, unit):
    """The edges of what a unit sees in its own place, by the definition of a field."""
    if field.extent is not None:
        unit = unit // field.inner % field.extent
    phase, turns = unit % len(field.firsts), unit // len(field.firsts)
    pixels = range(
        field.firsts[phase] + turns * field.shift, field.firsts[phase] + turns * field.shift + field.sizes[phase]
    )
    return (pixels[0], pixels[-1]) if pixels else None


def hull(edges):
    found = [edge for edge in edges if edge is not None]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def some_fields(size):
    """Fields of every sort along an axis of so many units."""
    yield AxisField(0, (0,), (1,))
    yield AxisField(0, (-2,), (3,), 2, covers=True)
    yield AxisField(0, (4,), (2,), 2)
    yield AxisField(0, (-3,), (2,), 2)
    yield AxisField(0, (1,), (6,), 4)
    yield AxisField(0, (0, 4), (1, 2), 8)
    yield AxisField(0, (3, 0), (2, 0), 3)
    yield AxisField(0, (5, 1, 0), (1, 0, 3), 4)
    yield AxisField(0, (7, -1, 3, 2), (2, 4, 1, 5), 2)
    runs = [(unit * 4 % 7 - 2, (unit + 1) % 4) for unit in range(size)]
    yield AxisField(0, *zip(*runs, strict=True), 0, finite=True)
    yield AxisField(0, (1, 6), (2, 3), 7, inner=2, extent=3)
    yield AxisField(0, (6, 2, 9), (2, 0, 1), 0, finite=True, inner=1, extent=3)


@st.composite
def fields(draw, units=12):
    """Runs that repeat, or one for each unit."""
    finite = draw(st.integers(0, 3)) == 0
    period = units if finite else draw(st.sampled_from([1, 1, 2, 3]))
    runs = draw(st.lists(st.tuples(st.integers(-6, 9), st.integers(0, 4)), min_size=period, max_size=period))
    firsts, sizes = zip(*runs, strict=True)
    return AxisField(0, firsts, sizes, 0 if finite else draw(st.integers(1, 6)), finite=finite)
