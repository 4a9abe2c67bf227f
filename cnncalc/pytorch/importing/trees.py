"""What is in the arguments and results of a call, however they are nested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

Leaf = TypeVar("Leaf")


_NESTED = (tuple, list, dict, slice)


def leaves(tree: Any, kind: type[Leaf]) -> Iterator[Leaf]:
    """All of one kind in tuples, lists, the values of dictionaries, and slices."""
    parts: Any = (tree,)
    if isinstance(tree, dict):
        parts = tree.values()
    elif isinstance(tree, slice):
        parts = (tree.start, tree.stop, tree.step)
    elif isinstance(tree, (tuple, list)):
        parts = tree
    for part in parts:
        if isinstance(part, kind):
            yield part
        elif isinstance(part, _NESTED):
            yield from leaves(part, kind)
