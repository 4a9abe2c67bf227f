"""What may be asked of a layer or of a network: each quantity's names, its kind, and its value in an analysis."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, TypeAlias

from msgspec import Struct

from cnncalc.analysis import Analysis
from cnncalc.errors import CnncalcError, nearest
from cnncalc.homework.units import BYTES, COUNT, FLOPS, MACS
from cnncalc.layers.base import Shape

Figure: TypeAlias = int | Shape | None
"""A count, or a size an axis; None where there is none, or it could not be followed."""


class Quantity(Struct, frozen=True):
    """Something that may be asked. ``of`` gives its value for a layer, or for the whole network (None).

    ``kind`` is ``shape`` for sizes in order, ``axes`` for one size an axis of the input, ``count`` for a number.
    ``measures`` are what units of an answer may measure.
    """

    name: str
    kind: str
    of: Callable[[Analysis, str | None, int], Figure]
    aliases: tuple[str, ...] = ()
    measures: tuple[str, ...] = ("", COUNT)


def _sum(field: str, analysis: Analysis, layer: str | None, _width: int) -> int:
    found: int = getattr(analysis.totals if layer is None else analysis.row(layer), field)
    return found


def _bytes(fields: tuple[str, ...], analysis: Analysis, layer: str | None, width: int) -> int:
    return width * sum(_sum(field, analysis, layer, width) for field in fields)


def _space(analysis: Analysis, layer: str | None, _width: int) -> int:
    """The lectures' space complexity: the numbers that parameters and outputs are."""
    return _bytes(("params", "activations"), analysis, layer, 1)


def _output(analysis: Analysis, layer: str | None, _width: int) -> Shape:
    return analysis.row(layer or analysis.layers[-1].name).output_shape


def _field(field: str, analysis: Analysis, layer: str | None, _width: int) -> Figure:
    found = list(analysis.receptive_fields(layer or analysis.layers[-1].name).values())
    values: tuple[Any, ...] = getattr(found.pop(), field) if len(found) == 1 else (None,)
    return None if None in values or any(value.denominator != 1 for value in values) else tuple(map(int, values))


QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity(
            "output", "shape", _output, ("outputshape", "shape", "size", "outputsize", "featuremap", "输出", "输出尺寸")
        ),
        Quantity(
            "params",
            "count",
            partial(_sum, "params"),
            ("param", "parameter", "parameters", "weights", "numparams", "参数", "参数量", "参数个数"),
        ),
        Quantity("buffers", "count", partial(_sum, "buffers"), ("buffer",)),
        Quantity(
            "macs",
            "count",
            partial(_sum, "macs"),
            ("mac", "madds", "multadds", "multiplyaccumulates", "multiplications", "乘加", "乘加次数"),
            ("", COUNT, MACS, FLOPS),
        ),
        Quantity(
            "flops", "count", partial(_sum, "flops"), ("flop", "operations", "浮点运算次数"), ("", COUNT, FLOPS, MACS)
        ),
        Quantity(
            "activations",
            "count",
            partial(_sum, "activations"),
            ("activation", "neurons", "outputelements", "units", "神经元", "神经元个数", "激活"),
        ),
        Quantity(
            "receptive_field",
            "axes",
            partial(_field, "size"),
            ("rf", "field", "receptivefield", "receptivefieldsize", "r", "感受野"),
        ),
        Quantity("jump", "axes", partial(_field, "jump"), ("j", "cumulativestride", "effectivestride", "步幅积")),
        Quantity(
            "weight_bytes",
            "count",
            partial(_bytes, ("params",)),
            ("parammemory", "parambytes", "parametermemory", "weightmemory", "modelsize", "参数内存"),
            ("", BYTES),
        ),
        Quantity(
            "activation_bytes",
            "count",
            partial(_bytes, ("activations",)),
            ("activationmemory", "activationbytes", "featurememory", "激活内存"),
            ("", BYTES),
        ),
        Quantity("space", "count", _space, ("spacecomplexity", "空间复杂度")),
        Quantity(
            "total_bytes",
            "count",
            partial(_bytes, ("params", "activations")),
            ("memory", "bytes", "内存"),
            ("", BYTES),
        ),
    )
}
"""Every quantity by its name, as the vocabulary of the analysis has them; a value has as many bytes as the key says."""


def bare(text: str) -> str:
    """A heading's letters and digits alone, in lower case."""
    return "".join(filter(str.isalnum, text.lower()))


_BY_ALIAS = {bare(alias): quantity for quantity in QUANTITIES.values() for alias in (quantity.name, *quantity.aliases)}
WHOLE = "total"
"""What the whole network is called where a layer would be named."""
TOTAL = (WHOLE, "totals", "sum", "network", "all", "whole", "overall", "合计", "总计", "整个网络", "全部")
"""What stands for the whole network where a layer is named."""


@lru_cache(maxsize=4096)
def find_quantity(text: str) -> Quantity | None:
    """The quantity that a heading or a word names; None where it names none.

    >>> find_quantity("Output shape").name, find_quantity("# params").name, find_quantity("感受野").name
    ('output', 'params', 'receptive_field')
    """
    return _BY_ALIAS.get(bare(text).removeprefix("numberof").removeprefix("num").removeprefix("total"))


def quantity_named(text: str) -> Quantity:
    """The quantity of that name. Raises CnncalcError with the nearest or all names."""
    name = text[:100]
    found = find_quantity(name)
    if found is None:
        hint = nearest(name, QUANTITIES) or f"; the quantities are {', '.join(QUANTITIES)}"
        raise CnncalcError(f"no quantity is named {name!r}{hint}")
    return found
