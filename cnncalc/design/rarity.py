"""How uncommon a layer's hyper-parameters are, to list the common ones first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnncalc.layers import Layer
from cnncalc.layers.base import per_axis
from cnncalc.layers.formulas import effective_kernel, same_padding

KNOWN = {
    (7, 2, 3): 0,  # the stem of GoogLeNet (Szegedy et al. 2014), ResNet (He et al. 2015), DenseNet (Huang et al. 2016)
    (11, 4, 2): 1,  # AlexNet's first layer as in torchvision (Krizhevsky 2014)
    (11, 4, 0): 1,  # AlexNet's first layer (Krizhevsky et al. 2012)
    (1, 2, 0): 1,  # ResNet's shortcuts (He et al. 2015)
    (4, 2, 1): 2,  # discriminators of DCGAN (Radford et al. 2015) and pix2pix (Isola et al. 2016)
    (8, 4, 0): 2,  # DQN's first layer (Mnih et al. 2015)
    (4, 2, 0): 2,  # DQN's second layer
}
"""Points of convolutions that are better known than their kernel, stride and padding would tell."""


def rarity(layer: Layer, input: Sequence[int]) -> int:
    """Points for what is uncommon, summed over the axes; 0 is a 3×3 kernel with stride 1 and padding 1.

    Convolutions of KNOWN, without dilation, have the points that stand there. Of others count:

    - padding: 0 where it keeps the size of the input, or that divided by the stride, or for transposed convolutions
      times it; 0 for none in a pool, else 1 for none and 2 for other ones; 4 more beyond half the kernel's extent, 8
      more where windows see padding alone;
    - kernels that are the stride: 1 for an even one in a convolution, 2 for an odd one beyond 1;
    - other kernels: 1 for each doubling beyond 4; for an even one 4 in a convolution, else 1 in a pool and 2 beyond 4;
    - strides: 2 where they skip elements between windows; 1 for each doubling of one beyond 2 that is not the kernel;
    - 2 for a pool of one element, 1 for each doubling of the dilation, 1 for output padding, and 1 for groups that are
      neither one nor a channel each.
    """
    rank = len(input) - 1
    transposed = hasattr(layer, "output_padding")
    pool = not hasattr(layer, "out_channels")
    points = 0
    for kernel, stride, padding, dilation, extra in zip(
        *(_axes(layer, field, rank) for field in ("kernel_size", "stride", "padding", "dilation", "output_padding")),
        strict=False,
    ):
        if kernel is None:
            continue
        step = kernel if stride is None else stride
        if not (pool or transposed) and (kernel, step, padding) in KNOWN and dilation == 1:
            points += KNOWN[kernel, step, padding]
            continue
        extent = effective_kernel(kernel, dilation or 1)
        if padding is not None:
            keeping = (extent - step + 1) // 2 if transposed else same_padding(kernel, dilation or 1)
            usual = {0} if step == kernel else {0, keeping} if pool else {keeping}
            points += 0 if padding in usual else 2 if padding else 1
            points += 4 * (padding > extent // 2) + 8 * (padding >= extent)
        if kernel != step:
            even = 4 if not (pool or transposed) else 2 if kernel > 4 else int(pool)
            points += even * (kernel % 2 == 0) + _doublings(kernel, 4) + _doublings(step, 2)
        elif not (pool or transposed) and kernel > 1:
            points += 1 + kernel % 2
        points += 2 * (step > extent) + 2 * (pool and kernel == 1) + _doublings(dilation or 1, 1) + bool(extra)
    groups = getattr(layer, "groups", 1)
    return points + (groups not in (1, input[0]))


def _axes(layer: Layer, field: str, rank: int) -> tuple[Any, ...]:
    """A hyper-parameter along each axis; None where there is none, or it is not a number."""
    found = per_axis(getattr(layer, field, None), rank)
    return tuple(part if isinstance(part, int) else None for part in found)


def _doublings(number: int, common: int) -> int:
    """How often ``common`` must be doubled to be no smaller than a number."""
    return max((number - 1).bit_length() - (common - 1).bit_length(), 0)
