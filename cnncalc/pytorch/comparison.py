"""What PyTorch says of a network beside what cnncalc does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct


class Compared(Struct, frozen=True):
    """A quantity by cnncalc and by PyTorch.

    ``agrees`` is None where PyTorch does not know it; ``remark`` then says why, and otherwise what the figures do not.
    """

    cnncalc: Any
    torch: Any
    agrees: bool | None
    remark: str = ""

    @classmethod
    def of(cls, cnncalc: Any, torch: Any) -> Compared:
        return cls(cnncalc, torch, cnncalc == torch)


class Verified(Struct, frozen=True):
    """A layer, or the network run in one piece, with every quantity that was compared.

    ``error`` is what PyTorch says where it refuses to run the layer; ``device`` where it was run.
    """

    name: str
    type: str
    quantities: dict[str, Compared]
    error: str = ""
    device: str = "meta"

    @property
    def agrees(self) -> bool:
        return not self.error and all(compared.agrees is not False for compared in self.quantities.values())


class Verification(Struct, frozen=True):
    """A network compared with PyTorch layer by layer and in one piece."""

    name: str
    torch: str
    batch: int
    input: dict[str, tuple[int, ...]]
    layers: tuple[Verified, ...]
    whole: Verified

    @property
    def agrees(self) -> bool:
        return self.whole.agrees and all(layer.agrees for layer in self.layers)

    @property
    def different(self) -> Sequence[Verified]:
        """The layers on which PyTorch and cnncalc differ, and the whole if it does."""
        return [verified for verified in (*self.layers, self.whole) if not verified.agrees]

    def unknown(self, quantity: str) -> Sequence[Verified]:
        """The layers of which PyTorch does not know a quantity."""
        return [
            layer for layer in self.layers if quantity in layer.quantities and layer.quantities[quantity].agrees is None
        ]
