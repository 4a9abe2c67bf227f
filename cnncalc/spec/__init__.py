"""Text in, :class:`~cnncalc.spec.network.Network` out."""

from cnncalc.spec.loading import load, loads, shipped_names
from cnncalc.spec.network import Expected, Network

__all__ = ["Expected", "Network", "load", "loads", "shipped_names"]
