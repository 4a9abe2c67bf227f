"""How operations are counted as FLOPs."""

from __future__ import annotations

from msgspec import Struct

from cnncalc.errors import CnncalcError, nearest
from cnncalc.layers.base import Operations


class Convention(Struct, frozen=True):
    """How many FLOPs one operation of each class counts as; ``description`` says so in a line."""

    name: str
    description: str
    mac: int = 0
    add: int = 0
    mul: int = 0
    compare: int = 0
    div: int = 0
    exp: int = 0

    def flops(self, operations: Operations) -> int:
        """The FLOPs of some operations under this convention."""
        return (
            self.mac * operations.mac
            + self.add * operations.add
            + self.mul * operations.mul
            + self.compare * operations.compare
            + self.div * operations.div
            + self.exp * operations.exp
        )


CONVENTIONS = {
    convention.name: convention
    for convention in (
        Convention("cnncalc", "every operation of every layer, 2 a MAC", mac=2, add=1, mul=1, compare=1, div=1, exp=1),
    )
}


def convention_named(name: str) -> Convention:
    """The convention of that name. Raises CnncalcError with the nearest or all names."""
    if name not in CONVENTIONS:
        hint = nearest(name, CONVENTIONS) or f"; the conventions are {', '.join(CONVENTIONS)}"
        raise CnncalcError(f"no convention is named {name!r}{hint}")
    return CONVENTIONS[name]
