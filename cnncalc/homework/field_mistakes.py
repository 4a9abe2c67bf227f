"""Mistakes about receptive fields: in every layer on the way, or in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from cnncalc.analysis import Analysis, Row
from cnncalc.analysis.recorded_fields import recorded_fields
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.alterations import altered, is_symbol
from cnncalc.layers.base import Shape

_MOST_PLACES = 64
SIZE, JUMP = "receptive_field", "jump"


class FieldMistake(Struct, frozen=True):
    """A mistake about fields: its name, how common it is, and how it alters a layer's part of the expression.

    ``alter`` takes a part as it was, as it is, and the layer's stride; ``alone`` says whether it is also made in a
    single layer, ``windows`` whether it is made in pooling layers only.
    """

    name: str
    rank: int
    alter: Callable[[Recorded, Recorded, int], Recorded | None]
    alone: bool = True
    pooling: bool = False


def _growth(old: Recorded) -> bool:
    """Whether a part is ``(K − 1)·j``."""
    return old.operator == "*" and old.operands[0].operator == "-"


def _kernel_times_jump(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    if _growth(old):
        return Recorded.apply("*", new.operands[0].operands[0], new.operands[1])
    return None


def _kernel_added(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    return new.operands[0].operands[0] if _growth(old) else None


def _strides_forgotten(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    return new.operands[0] if _growth(old) else None


def _own_stride_first(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    if _growth(old):
        return Recorded.apply("*", new.operands[0], Recorded.apply("*", new.operands[1], stride))
    return None


def _own_stride_only(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    if _growth(old):
        return Recorded.apply("*", new.operands[0], stride)
    return None


def _dilation_ignored(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    return Recorded(1, "D") if is_symbol(old, "D") else None


def _left_out(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    return new.operands[0] if old.operator == "+" else None


def _stride_left_out(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    return new.operands[0] if old.operator == "*" and is_symbol(old.operands[1], "S") else None


def _left_out_altogether(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    changed = _left_out(old, new, stride)
    return _stride_left_out(old, new, stride) if changed is None else changed


def _from_zero(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    """Every field is one less, where the pixel itself is forgotten."""
    return Recorded(old.value - 1, "r") if is_symbol(old, "r") else None


FIELD_MISTAKES = (
    FieldMistake("field-forgot-strides", 1, _strides_forgotten),
    FieldMistake("field-kernel-times-jump", 1, _kernel_times_jump, alone=False),
    FieldMistake("field-kernel-added", 1, _kernel_added, alone=False),
    FieldMistake("field-own-stride-first", 2, _own_stride_first),
    FieldMistake("field-own-stride-only", 3, _own_stride_only),
    FieldMistake("field-dilation-ignored", 1, _dilation_ignored),
    FieldMistake("field-pooling-left-out", 1, _left_out, alone=False, pooling=True),
    FieldMistake("field-pooling-ignored", 2, _left_out_altogether, alone=False, pooling=True),
    FieldMistake("field-layer-left-out", 3, _left_out),
    FieldMistake("field-stride-left-out", 3, _stride_left_out),
    FieldMistake("field-from-zero", 2, _from_zero, alone=False),
)


class FieldTask(Struct, frozen=True):
    """A layer's field on its one input, as somebody works it out who makes a mistake in some layers."""

    analysis: Analysis
    layer: str
    quantity: str

    @property
    def source(self) -> str:
        """The network's input."""
        return next(iter(self.analysis.inputs))

    def numbers(self) -> list[Recorded]:
        """The expression along each pixel axis."""
        found: list[Any] = []
        for axis in range(len(self.analysis.fields.seen[self.layer][self.source])):
            numbers = recorded_fields(self.analysis, self.layer, self.source, axis)
            found.append(numbers.size if self.quantity == SIZE else numbers.jump)
        return found

    def parts(self, axis: int) -> dict[int, Row]:
        """Whose each part of the expressions is."""
        owners: dict[int, Row] = {}
        for row in self.analysis.layers:
            numbers = recorded_fields(self.analysis, row.name, self.source, axis)
            for number in (numbers.size, numbers.jump):
                for part in number.parts(within=True) if number is not None else ():
                    owners.setdefault(id(part), row)
                    if is_symbol(part, "K'") and part.derivation is not None:
                        for inner in part.derivation.parts():
                            owners.setdefault(id(inner), row)
            if row.name == self.layer:
                break
        return owners

    def strides(self, rows: Iterable[str], axis: int) -> dict[str, int]:
        """The stride of each of these layers."""
        found = {}
        for name in rows:
            jump = recorded_fields(self.analysis, name, self.source, axis).jump
            parts = jump.parts(within=True) if jump is not None else []
            found[name] = next((part.value for part in parts if is_symbol(part, "S")), 1)
        return found


def field_values(task: FieldTask) -> Iterator[tuple[FieldMistake, str, Shape, list[Recorded]]]:
    """Each mistake with the layer that it is made in ("" for all), the figure that it leads to, and its expressions."""
    numbers = task.numbers()
    owners = [task.parts(axis) for axis in range(len(numbers))]
    owning = {row.name for owned in owners for row in owned.values()}
    rows = [row.name for row in task.analysis.layers if row.name in owning]
    strides = [task.strides(rows, axis) for axis in range(len(numbers))]
    for mistake in FIELD_MISTAKES:
        for place in ("", *(rows[-_MOST_PLACES:] if mistake.alone else ())):
            found = [
                altered(number, _within(mistake, place, owners[axis], strides[axis]))
                for axis, number in enumerate(numbers)
            ]
            yield mistake, place, tuple(number.value for number in found), found


def _within(
    mistake: FieldMistake, place: str, owners: dict[int, Row], strides: dict[str, int]
) -> Callable[[Recorded, Recorded], Recorded | None]:
    def alteration(old: Recorded, new: Recorded) -> Recorded | None:
        row = owners.get(id(old))
        if row is None or (place and row.name != place) or (mistake.pooling and row.params):
            return None
        return mistake.alter(old, new, strides[row.name])

    return alteration
