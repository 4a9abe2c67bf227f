"""What is in the arguments and results of a call, however they are nested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnncalc.pytorch.importing.tape import Ref
from cnncalc.pytorch.importing.values import Value


def refs_in(tree: Any) -> Iterator[Ref]:
    if isinstance(tree, Ref):
        yield tree
    elif isinstance(tree, tuple):
        for part in tree:
            yield from refs_in(part)
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from refs_in(part)
    elif isinstance(tree, slice):
        yield from refs_in((tree.start, tree.stop, tree.step))


def values_in(tree: Any) -> Iterator[Value]:
    if isinstance(tree, Value):
        yield tree
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            yield from values_in(part)
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from values_in(part)
    elif isinstance(tree, slice):
        yield from values_in((tree.start, tree.stop, tree.step))
