"""How uncommon a layer's hyper-parameters are, to list the common ones first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnncalc.layers import Layer
from cnncalc.layers.base import per_axis
from cnncalc.layers.formulas import effective_kernel, same_padding


def rarity(layer: Layer, input: Sequence[int]) -> int:
    """Points for what is uncommon, summed over the axes; 0 is a 3×3 kernel with stride 1 and padding 1.

    8 where windows may see padding alone (padding no smaller than the kernel's extent); 2 where the stride skips
    elements between windows; 2 for an even kernel, unless it is the stride or twice that; 0 for the padding that keeps
    the size at stride 1, 1 for none, 2 for any other; 1 for each doubling of the kernel beyond 8 and of the stride
    beyond 2; 1 for each doubling of the dilation, 1 for output padding; 1 for groups that are neither one nor a channel
    each. Inexact division counts 1 more where solutions are put in order.
    """
    rank = len(input) - 1
    points = 0
    for kernel, stride, padding, dilation, extra in zip(
        *(_axes(layer, field, rank) for field in ("kernel_size", "stride", "padding", "dilation", "output_padding")),
        strict=False,
    ):
        if kernel is None:
            continue
        step = kernel if stride is None else stride
        extent = effective_kernel(kernel, dilation or 1)
        points += 2 * (step > extent) + 2 * (kernel % 2 == 0 and kernel not in (step, 2 * step))
        if padding is not None:
            same = same_padding(kernel, dilation or 1)
            points += 8 * (padding >= extent) + (0 if padding == same else 2 if padding else 1)
        points += _doublings(kernel, 8) + _doublings(step, 2) + _doublings(dilation or 1, 1) + bool(extra)
    groups = getattr(layer, "groups", 1)
    return points + (groups not in (1, input[0]))


def _axes(layer: Layer, field: str, rank: int) -> tuple[Any, ...]:
    """A hyper-parameter along each axis; None where there is none, or it is not a number."""
    found = per_axis(getattr(layer, field, None), rank)
    return tuple(part if isinstance(part, int) else None for part in found)


def _doublings(number: int, common: int) -> int:
    """How often ``common`` must be doubled to be no smaller than a number."""
    return max((number - 1).bit_length() - (common - 1).bit_length(), 0)
