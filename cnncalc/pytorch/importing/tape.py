"""A forward pass written down: every call of PyTorch, by function and by the operators below it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Ref:
    """A tensor of the tape, by its number."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index

    def __repr__(self) -> str:
        return f"%{self.index}"


class Frame:
    """One call of a module: which, and which call this one is made in."""

    __slots__ = ("module", "parent")

    def __init__(self, module: nn.Module | None, parent: Frame | None) -> None:
        self.module = module
        self.parent = parent


class Call:
    """One call: the function's name, its arguments and results with a :class:`Ref` for each tensor, and what it calls.

    ``macs`` are the multiply-accumulates that PyTorch's own counter counts of it, for the whole batch.
    """

    __slots__ = ("arguments", "frame", "inner", "macs", "name", "named", "results", "where")

    def __init__(self, name: str, where: str, frame: Frame) -> None:
        self.name = name
        self.where = where
        self.frame = frame
        self.arguments: tuple[Any, ...] = ()
        self.named: dict[str, Any] = {}
        self.results: Any = None
        self.inner: list[Call] = []
        self.macs = 0


class Tape:
    """The calls of a forward pass in their order, and the shape of every tensor in them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.shapes: list[tuple[int, ...]] = []
        self.floating: list[bool] = []
        self.outputs: Any = None
        self.tensors: list[Tensor] = []
        self.on_meta: dict[int, Tensor] = {}
        self.alias: dict[int, int] = {}
        self.known = 0
        self._by_id: dict[int, int] = {}
        self._by_place: dict[Any, int] = {}
        self.frame = Frame(None, None)

    def ref(self, tensor: Tensor) -> Ref:
        """The number of a tensor, which is that of another one that is the same place in memory."""
        index = self._by_id.get(id(tensor))
        if index is None:
            place = _place(tensor)
            index = None if place is None else self._by_place.get(place)
            if index is None:
                index = len(self.shapes)
                self.shapes.append(tuple(tensor.shape))
                self.floating.append(tensor.is_floating_point())
                if place is not None:
                    self._by_place[place] = index
            self.tensors.append(tensor)
            self._by_id[id(tensor)] = index
        return Ref(index)

    def fresh(self, tensor: Tensor) -> Ref:
        """A number of its own for what a call has made, though it be a view of the whole of another tensor."""
        index = len(self.shapes)
        self.shapes.append(tuple(tensor.shape))
        self.floating.append(tensor.is_floating_point())
        self.tensors.append(tensor)
        self._by_id[id(tensor)] = index
        place = _place(tensor)
        if place is not None:
            if place in self._by_place:
                self.alias[index] = self._by_place[place]
            self._by_place[place] = index
        return Ref(index)

    def _has_as_it_is(self, tensor: Tensor) -> bool:
        """Whether a tensor has a number, and was not given another shape in place since, as by ``transpose_``."""
        index = self._by_id.get(id(tensor))
        return index is not None and self.shapes[index] == tuple(tensor.shape)

    def knows(self, tensor: Tensor) -> bool:
        return id(tensor) in self._by_id

    def referred(self, tree: Any, fresh: bool = False) -> Any:
        """A tree of arguments or results with a Ref in the place of each tensor."""
        if isinstance(tree, Tensor):
            return self.fresh(tree) if fresh and not self._has_as_it_is(tree) else self.ref(tree)
        if type(tree) in PLAIN:
            return tree
        if isinstance(tree, slice):
            return slice(*(self.referred(part) for part in (tree.start, tree.stop, tree.step)))
        if isinstance(tree, (tuple, list)):
            return tuple([self.referred(part, fresh) for part in tree])
        if isinstance(tree, dict):
            return {key: self.referred(part, fresh) for key, part in tree.items()}
        return tree


PLAIN = (int, float, bool, str, type(None), torch.dtype, torch.device)


def _place(tensor: Tensor) -> Any:
    try:
        return (tensor.untyped_storage()._cdata, tensor.storage_offset(), tuple(tensor.shape), tensor.stride())
    except (RuntimeError, NotImplementedError):
        return None
