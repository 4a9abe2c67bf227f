"""Text in, :class:`~cnncalc.spec.network.Network` out."""

from cnncalc.spec.items import Block, Parallel, Repeat, Residual, Sequential, Use
from cnncalc.spec.loading import load, loads, shipped_names
from cnncalc.spec.network import Expected, Network, Published

__all__ = [
    "Block",
    "Expected",
    "Network",
    "Parallel",
    "Published",
    "Repeat",
    "Residual",
    "Sequential",
    "Use",
    "load",
    "loads",
    "shipped_names",
]
