"""A number that knows by which convention it was counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnncalc.errors import CnncalcError


class Count(int):
    """A count of one convention: an int that refuses to be compared with, added to or divided by another one's.

    It goes with plain numbers, which are of no convention; ``int(count)`` is one.

    >>> Count(2, "macs") + Count(3, "macs")
    5
    >>> Count(2, "macs") < Count(3, "fvcore")
    Traceback (most recent call last):
    cnncalc.errors.CnncalcError: 2 by macs and 3 by fvcore are of different conventions: \
cnncalc.analysis.reconcile says why they differ
    """

    convention: str

    def __new__(cls, value: int, convention: str) -> Count:
        count = int.__new__(cls, value)
        count.convention = convention
        return count

    def __getnewargs__(self) -> tuple[int, str]:  # type: ignore[override]
        return int(self), self.convention

    __hash__ = int.__hash__

    def _with(self, other: Any) -> None:
        if isinstance(other, Count) and other.convention != self.convention:
            raise CnncalcError(
                f"{self:,} by {self.convention} and {other:,} by {other.convention} are of different conventions: "
                "cnncalc.analysis.reconcile says why they differ"
            )


def _comparison(name: str) -> Callable[[Count, Any], Any]:
    plain = getattr(int, name)

    def compare(self: Count, other: Any) -> Any:
        self._with(other)
        return plain(self, other)

    return compare


def _sum(name: str) -> Callable[[Count, Any], Any]:
    """A sum or difference, which is of the same convention."""
    plain = getattr(int, name)

    def add(self: Count, other: Any) -> Any:
        self._with(other)
        found = plain(self, other)
        return found if found is NotImplemented else Count(found, self.convention)

    return add


for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Count, _name, _comparison(_name))
for _name in ("__truediv__", "__floordiv__", "__mod__", "__divmod__"):
    setattr(Count, _name, _comparison(_name))
for _name in ("__add__", "__radd__", "__sub__", "__rsub__"):
    setattr(Count, _name, _sum(_name))


def counted(number: int, convention: str) -> int:
    """A number as a count of a convention; arrays and symbols stay as they are."""
    return Count(number, convention) if isinstance(number, int) else number


def plain(number: int) -> int:
    """A count as the number that it is; other numbers stay as they are."""
    return int(number) if isinstance(number, Count) else number
