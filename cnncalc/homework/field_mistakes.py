"""Mistakes about receptive fields: in every layer on the way, or in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from cnncalc.analysis import Analysis, Row
from cnncalc.analysis.recorded_fields import recorded_fields
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.alterations import altered, is_symbol
from cnncalc.layers.base import Shape

SIZE, JUMP = "receptive-field", "jump"


class FieldMistake(Struct, frozen=True):
    """A mistake about fields: its name, how common it is, how it alters a layer's part of the expression, and sentences.

    ``alter`` takes a part as it was, as it is, and the layer's stride; ``alone`` says whether it is also made in a
    single layer, ``windows`` whether it is made in pooling layers only.
    """

    name: str
    rank: int
    alter: Callable[[Recorded, Recorded, int], Recorded | None]
    english: str
    chinese: str
    alone: bool = True
    pooling: bool = False


def _growth(old: Recorded) -> bool:
    """Whether a part is ``(K − 1)·j``."""
    return old.operator == "*" and old.operands[0].operator == "-" and is_symbol(old.operands[1], "j")


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
    if old.operator == "+" and is_symbol(old.operands[0], "r") and _growth(old.operands[1]):
        return new.operands[0]
    return None


def _stride_left_out(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    if old.operator == "*" and is_symbol(old.operands[0], "j") and is_symbol(old.operands[1], "S"):
        return new.operands[0]
    return None


def _left_out_altogether(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    return _left_out(old, new, stride) or _stride_left_out(old, new, stride)


def _from_zero(old: Recorded, new: Recorded, stride: int) -> Recorded | None:
    return Recorded(0, "r") if is_symbol(old, "r") and old.derivation is None else None


FIELD_MISTAKES = (
    FieldMistake(
        "field-forgot-strides",
        1,
        _strides_forgotten,
        "the strides of the layers before were forgotten: a layer adds (K − 1)·j, not K − 1",
        "忘了前面各层的步长：每层增加 (K − 1)·j，而不是 K − 1",
    ),
    FieldMistake(
        "field-kernel-times-jump",
        1,
        _kernel_times_jump,
        "K·j was added, not (K − 1)·j",
        "加的是 K·j，应为 (K − 1)·j",
        alone=False,
    ),
    FieldMistake(
        "field-kernel-added", 1, _kernel_added, "K was added, not (K − 1)·j", "加的是 K，应为 (K − 1)·j", alone=False
    ),
    FieldMistake(
        "field-own-stride-first",
        2,
        _own_stride_first,
        "the layer's own stride was multiplied in before (K − 1)·j was added",
        "先乘了本层的步长再加 (K − 1)·j；本层的步长只影响后面的层",
    ),
    FieldMistake(
        "field-own-stride-only",
        3,
        _own_stride_only,
        "the layer's own stride was taken for the jump, the product of all strides before it",
        "把本层的步长当成了 j；j 是前面各层步长的乘积",
    ),
    FieldMistake("field-dilation-ignored", 1, _dilation_ignored, "the dilation was left out", "漏算了空洞率"),
    FieldMistake(
        "field-pooling-left-out",
        1,
        _left_out,
        "pooling layers widen the field, too; they were left out",
        "池化层也会扩大感受野；这里漏算了",
        alone=False,
        pooling=True,
    ),
    FieldMistake(
        "field-pooling-ignored",
        2,
        _left_out_altogether,
        "pooling layers were left out altogether, their strides too",
        "完全忽略了池化层（包括步长）",
        alone=False,
        pooling=True,
    ),
    FieldMistake("field-layer-left-out", 3, _left_out, "the layer was left out", "漏算了这一层"),
    FieldMistake("field-stride-left-out", 3, _stride_left_out, "the layer's stride was left out", "漏算了这一层的步长"),
    FieldMistake(
        "field-from-zero", 2, _from_zero, "the first unit sees 1 pixel, not 0: r starts at 1", "起始感受野为 1 个像素，而不是 0", alone=False
    ),
)


class FieldTask(Struct, frozen=True):
    """A layer's field on its one input, as somebody works it out who makes a mistake in some layers."""

    analysis: Analysis
    layer: str
    quantity: str

    def numbers(self) -> list[Recorded]:
        """The expression along each pixel axis."""
        source = next(iter(self.analysis.inputs))
        found = []
        for axis in range(len(self.analysis.fields.seen[self.layer][source])):
            numbers = recorded_fields(self.analysis, self.layer, source, axis)
            number = numbers.size if self.quantity == SIZE else numbers.jump
            if number is None:
                return []
            found.append(number)
        return found

    def parts(self, axis: int) -> dict[int, Row]:
        """Whose each part of the expressions is."""
        source = next(iter(self.analysis.inputs))
        owners: dict[int, Row] = {}
        for row in self.analysis.layers:
            if source not in self.analysis.fields.seen[row.name]:
                continue
            numbers = recorded_fields(self.analysis, row.name, source, axis)
            for number in (numbers.size, numbers.jump):
                for part in number.parts(within=True) if number is not None else ():
                    owners.setdefault(id(part), row)
                    if is_symbol(part, "K'") and part.derivation is not None:
                        for inner in part.derivation.parts():
                            owners.setdefault(id(inner), row)
            if row.name == self.layer:
                break
        return owners


def field_values(task: FieldTask) -> Iterator[tuple[FieldMistake, str, Shape, list[Recorded]]]:
    """Each mistake with the layer that it is made in ("" for all), the figure that it leads to, and its expressions."""
    numbers = task.numbers()
    owners = [task.parts(axis) for axis in range(len(numbers))]
    rows = list(dict.fromkeys(row.name for owned in owners[:1] for row in owned.values()))
    strides = [_strides(task.analysis, row_names, axis) for axis, row_names in enumerate([rows] * len(numbers))]
    for mistake in FIELD_MISTAKES:
        for place in ("", *(rows if mistake.alone else ())):
            found = [
                altered(number, _within(mistake, place, owners[axis], strides[axis]))
                for axis, number in enumerate(numbers)
            ]
            yield mistake, place, tuple(number.value for number in found), found


def _strides(analysis: Analysis, names: list[str], axis: int) -> dict[str, int]:
    source = next(iter(analysis.inputs))
    found = {}
    for name in names:
        jump = recorded_fields(analysis, name, source, axis).jump
        own = [part.value for part in jump.parts(within=True) if is_symbol(part, "S")] if jump is not None else []
        found[name] = own[0] if own else 1
    return found


def _within(
    mistake: FieldMistake, place: str, owners: dict[int, Row], strides: dict[str, int]
) -> Callable[[Recorded, Recorded], Recorded | None]:
    def alteration(old: Recorded, new: Recorded) -> Recorded | None:
        row = owners.get(id(old))
        name = row.name if row else ""
        if (place and name != place) or (mistake.pooling and (row is None or row.params)):
            return None
        return mistake.alter(old, new, strides.get(name, 1))

    return alteration
