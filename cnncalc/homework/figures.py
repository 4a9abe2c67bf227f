"""Figures in words: what they are called, shapes, memory, and numbers that are not whole."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnncalc.homework.messages import Messages
from cnncalc.layers.base import shape_text

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis


def shapes_text(shapes: Sequence[Sequence[int]]) -> str:
    """``3×224×224``, or several with commas between."""
    return ", ".join(map(shape_text, shapes))


def bytes_text(count: int) -> str:
    """``≈ 93.18 kB, 91.00 KiB``, in the largest units that leave a 1 before the point; ``=`` where exact."""
    texts, exact = [], True
    for base, units in ((1000, ("kB", "MB", "GB", "TB")), (1024, ("KiB", "MiB", "GiB", "TiB"))):
        power = max(power for power in range(len(units) + 1) if power == 0 or count >= base**power)
        if power:
            hundredths = (count * 200 // base**power + 1) // 2
            texts.append(f"{hundredths // 100}.{hundredths % 100:02} {units[power - 1]}")
            exact = exact and hundredths * base**power == 100 * count
    return f"{'=' if exact else '≈'} {', '.join(texts)}" if texts else ""


def decimal_text(value: Any) -> str:
    """``3.5``, with a proper minus sign."""
    number = float(value) if isinstance(value, Fraction) else value
    return f"{number:,}".replace("-", "−")


def heading(analysis: Analysis, quantity: str, say: Messages) -> str:
    """What a section is called; on a convention's count, by that convention's unit."""
    other = quantity == "flops" and analysis.counted.unit != "FLOPs"
    return analysis.counted.unit if other else say(f"quantity.{quantity}")
