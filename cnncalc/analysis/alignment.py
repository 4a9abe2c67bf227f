"""Branches whose units look at different places of the input where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from msgspec import Struct

from cnncalc.analysis.axis_field import AxisField, Seen, is_plain
from cnncalc.analysis.rows import Row
from cnncalc.layers.axes import AXES
from cnncalc.layers.base import Shape
from cnncalc.layers.formulas import field_middle

_MOST_UNITS = 65_536


class Misalignment(Struct, frozen=True):
    """Two branches of a layer whose units are not centred on the same pixels along an axis of an input.

    ``offsets`` are the least and the largest of the second's centre less the first's, which differ where units look at
    their pixels in turns; None where their jumps differ, so that they drift apart.
    """

    layer: str
    source: str
    axis: int
    branches: tuple[str, str]
    offsets: tuple[Fraction, Fraction] | None
    jumps: tuple[Fraction, Fraction]


def differences(row: Row, a: Seen, b: Seen, position: int) -> Iterator[Misalignment]:
    """Where the units of branch ``position`` look at other places than those of the first."""
    branches = (row.inputs[0], row.inputs[position])
    for name in a.keys() & b.keys():
        for axis, (one, other) in enumerate(zip(a[name], b[name], strict=True)):
            if one.axis is None or one.axis != other.axis:
                continue
            if is_plain(one) and is_plain(other) and one.shift == other.shift and _twice(one) == _twice(other):
                continue  # a short cut, since hardly any branches differ
            if one.jump is None or other.jump is None or one.everything or other.everything:
                continue
            count = row.output_shape[one.axis]
            offsets = None if one.jump != other.jump and count > 1 else _offsets(one, other, count)
            if offsets is None or any(offsets):
                yield Misalignment(row.name, name, axis, branches, offsets, (one.jump, other.jump))


def _twice(field: AxisField) -> int:
    """Twice the centre of a plain field's first unit."""
    return field_middle(*field.firsts, *field.sizes)


def _offsets(one: AxisField, other: AxisField, count: int) -> tuple[Fraction, Fraction]:
    """The least and the largest distance between the centres of two units in one place."""
    units = range(min(count, lcm(len(one.firsts), len(other.firsts)), _MOST_UNITS))
    centres = [(one.centre(unit), other.centre(unit)) for unit in units]
    offsets = [theirs - ours for ours, theirs in centres if ours is not None and theirs is not None]
    return min(offsets, default=Fraction(0)), max(offsets, default=Fraction(0))


def decimal_text(number: Fraction | float) -> str:
    """A number in decimals: exactly where it is of halves, as the centres of fields are, else to six digits."""
    exact = Fraction(number)
    if exact.denominator <= 2:
        return str(Decimal(exact.numerator) / exact.denominator)
    return f"{float(exact):g}"


def axis_names(count: int) -> Sequence[str]:
    """How the pixel axes of an input are called."""
    return [axis for axis, _ in AXES[count]] if count in AXES else [f"axis {axis}" for axis in range(count)]


def alignment_messages(misaligned: Sequence[Misalignment], pixels: Mapping[str, Shape]) -> Iterator[tuple[str, str]]:
    """Each layer with a sentence on branches of it that do not align, given the pixel sizes of each input."""
    alike: dict[tuple[object, ...], list[Misalignment]] = {}
    for found in misaligned:
        alike.setdefault((found.layer, found.source, found.branches, found.offsets, found.jumps), []).append(found)
    for first, *others in alike.values():
        names = axis_names(len(pixels[first.source]))
        along = " and ".join(names[found.axis] for found in (first, *others))
        where = f' of "{first.source}"' if len(pixels) > 1 else ""
        a, b = (f'"{name}"' for name in first.branches)
        if first.offsets is None:
            apart = f"those of {a} are {first.jumps[0]} pixels apart, those of {b} {first.jumps[1]}"
            yield first.layer, f"along the {along}{where} the units of its branches drift apart: {apart}"
            continue
        least, most = first.offsets
        amount = _side(least) if least == most else f"from {_side(least)} to {_side(most)}"
        yield first.layer, f"along the {along}{where} the units of {b} are centred {amount} those of {a}"


def _side(offset: Fraction) -> str:
    amount = f"{decimal_text(abs(offset))} pixel{'' if abs(offset) == 1 else 's'}"
    return f"{amount} {'behind' if offset > 0 else 'before'}" if offset else "on"
