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

    def _made(self, act: Callable[[int, Any], Any], other: Any) -> Any:
        """What ints make of it. Raises CnncalcError where the other is of another convention."""
        if isinstance(other, Count) and other.convention != self.convention:
            raise CnncalcError(
                f"{self:,} by {self.convention} and {other:,} by {other.convention} are of different conventions: "
                "cnncalc.analysis.reconcile says why they differ"
            )
        return act(self, other)

    def _sum(self, act: Callable[[int, Any], Any], other: Any) -> Any:
        """A sum or difference, which is of the same convention."""
        found = self._made(act, other)
        return found if found is NotImplemented else Count(found, self.convention)

    def __eq__(self, other: Any) -> Any:
        return self._made(int.__eq__, other)

    def __ne__(self, other: Any) -> Any:
        return self._made(int.__ne__, other)

    def __lt__(self, other: Any) -> Any:
        return self._made(int.__lt__, other)

    def __le__(self, other: Any) -> Any:
        return self._made(int.__le__, other)

    def __gt__(self, other: Any) -> Any:
        return self._made(int.__gt__, other)

    def __ge__(self, other: Any) -> Any:
        return self._made(int.__ge__, other)

    def __truediv__(self, other: Any) -> Any:
        return self._made(int.__truediv__, other)

    def __floordiv__(self, other: Any) -> Any:
        return self._made(int.__floordiv__, other)

    def __mod__(self, other: Any) -> Any:
        return self._made(int.__mod__, other)

    def __divmod__(self, other: Any) -> Any:
        return self._made(int.__divmod__, other)

    def __add__(self, other: Any) -> Any:
        return self._sum(int.__add__, other)

    def __radd__(self, other: Any) -> Any:
        return self._sum(int.__radd__, other)

    def __sub__(self, other: Any) -> Any:
        return self._sum(int.__sub__, other)

    def __rsub__(self, other: Any) -> Any:
        return self._sum(int.__rsub__, other)


def counted(number: int, convention: str) -> int:
    """A number as a count of a convention; arrays and symbols stay as they are."""
    return Count(number, convention) if isinstance(number, int) else number


def plain(number: int) -> int:
    """A count as the number that it is; other numbers stay as they are."""
    return int(number) if isinstance(number, Count) else number
