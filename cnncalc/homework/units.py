"""The words behind a number: prefixes, units and what they measure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

BYTES, FLOPS, MACS, COUNT, CHANNELS = "bytes", "FLOPs", "MACs", "count", "channels"
"""What a unit measures; ``CHANNELS`` is the number of them beside a size, as in ``24x24, 20 maps``."""

BINARY_HABIT, RATE = "binary", "rate"
"""What there is to be said of a unit: MB meant as 2^20 bytes; FLOPS, which is operations a second."""


class Unit(Struct, frozen=True):
    """The factor that a word stands for, what is measured in it ("" for anything), and a remark on it."""

    factor: int
    measures: str = ""
    remark: str = ""


_DECIMAL = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_FACTORS: Mapping[str, int] = {
    **dict.fromkeys(("thousand", "thousands", "千"), 10**3),
    **dict.fromkeys(("million", "millions", "mio", "mn", "mln", "百万"), 10**6),
    **dict.fromkeys(("billion", "billions", "bn", "mrd", "十亿"), 10**9),
    **dict.fromkeys(("trillion", "trillions", "万亿"), 10**12),
    "万": 10**4,
    "千万": 10**7,
    "亿": 10**8,
}
_COUNTS = (
    *("param", "params", "parameter", "parameters", "weight", "weights", "neuron", "neurons", "unit", "units"),
    *("element", "elements", "value", "values", "activation", "activations", "pixel", "pixels", "px", "connection"),
    *("connections", "operation", "operations", "ops", "op", "floats", "numbers", "outputs"),
    *(
        "个",
        "个参数",
        "参数",
        "像素",
        "个像素",
        "神经元",
        "个神经元",
        "次",
        "次运算",
        "个连接",
        "个单元",
        "个权重",
        "权重",
    ),
    *("个可学习参数", "个可训练参数", "个元素", "个数", "个值", "个特征", "个输出", "维", "维向量", "维的向量", "個"),
)
_CHANNELS = (
    *("channel", "channels", "map", "maps", "filter", "filters", "kernel", "kernels", "feature", "features"),
    *("通道", "个通道", "个特征图", "特征图", "个卷积核"),
)
_MEASURES: Mapping[str, str] = {
    **dict.fromkeys(("byte", "bytes", "字节", "个字节"), BYTES),
    **dict.fromkeys(("flop", "flops", "次浮点运算", "浮点运算"), FLOPS),
    **dict.fromkeys(
        ("mac", "macs", "madd", "madds", "multadds", "macc", "maccs", "次乘加", "乘加", "次乘加运算", "次乘法"), MACS
    ),
    **dict.fromkeys(_COUNTS, COUNT),
    **dict.fromkeys(_CHANNELS, CHANNELS),
}
_PREFIXED = re.compile(r"([kmgt])(i)?(b|bytes?|flops?|maccs?|macs?|madds?|params?|ops|)")
_CHINESE = re.compile(r"(万亿|十亿|千万|百万|亿|万|千)(.+)")


@lru_cache(maxsize=4096)
def units_of(word: str) -> tuple[Unit, ...]:
    """What a word behind a number may stand for, the likelier first; empty where it is no unit.

    >>> [(unit.factor, unit.measures) for unit in units_of("MB")]
    [(1000000, 'bytes'), (1048576, 'bytes')]
    >>> [unit.factor for unit in units_of("MiB") + units_of("GFLOPs") + units_of("万")]
    [1048576, 1000000000, 10000]
    """
    lower = word.lower().removesuffix("/s")
    remark = RATE if word.endswith("FLOPS") or word.lower().endswith("/s") else ""
    if word == "B":
        return (Unit(1, BYTES), Unit(10**9))
    if lower in _FACTORS:
        return (Unit(_FACTORS[lower]),)
    if lower in _MEASURES:
        return (Unit(1, _MEASURES[lower], remark),)
    chinese = _CHINESE.fullmatch(lower)
    if chinese and chinese[2] in _MEASURES:
        return (Unit(_FACTORS[chinese[1]], _MEASURES[chinese[2]]),)
    match = _PREFIXED.fullmatch(lower)
    if not match or (match[3] == "b" and not word.endswith("B")):
        return ()
    prefix, binary, unit = match.groups()
    measures = BYTES if unit == "b" else _MEASURES.get(unit, "")
    if binary:
        return (Unit(_BINARY[prefix], measures, remark),)
    decimal = Unit(_DECIMAL[prefix], measures, remark)
    return (decimal, Unit(_BINARY[prefix], BYTES, BINARY_HABIT)) if measures == BYTES else (decimal,)
