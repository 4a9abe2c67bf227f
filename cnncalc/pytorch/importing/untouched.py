"""A module run without its weights and left as it was."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

_DEEPEST = 3
"""How deep lists and dictionaries that a module keeps are looked into."""


@contextmanager
def weightless(module: nn.Module) -> Iterator[dict[int, Tensor]]:
    """The module in evaluation mode, with each parameter and floating-point buffer on the meta device.

    Gives each of these stand-ins by the ``id`` of the module's own tensor. Whatever a forward pass leaves in the
    module is gone afterwards: attributes, what it has put into lists and dictionaries, the training flags and the
    random numbers' state are as before.
    """
    parts = list(module.modules())
    before = [_kept(part.__dict__) for part in parts]
    stand_ins: dict[int, Tensor] = {}
    randomness = random.getstate(), torch.random.get_rng_state()
    try:
        for part in parts:
            part.training = False
            for table in (part._parameters, part._buffers):
                for name, tensor in table.items():
                    if tensor is not None:
                        table[name] = _stand_in(tensor, stand_ins)  # type: ignore[assignment]
        yield stand_ins
    finally:
        for restore in before:
            restore()
        random.setstate(randomness[0])
        torch.random.set_rng_state(randomness[1])


def _kept(container: Any, depth: int = 0) -> Callable[[], None]:
    """What puts a dictionary, a list or a set back to what it holds now, and those that it holds."""
    content = container.copy()
    values = content.values() if isinstance(content, dict) else content
    held: list[Any] = [value for value in values if isinstance(value, _CONTAINERS)] if depth < _DEEPEST else []
    inner = [_kept(value, depth + 1) for value in held]

    def restore() -> None:
        container.clear()
        if isinstance(container, list):
            container.extend(content)
        else:
            container.update(content)
        for back in inner:
            back()

    return restore


_CONTAINERS = (dict, list, set)


def _stand_in(tensor: Tensor, stand_ins: dict[int, Tensor]) -> Tensor:
    """The same tensor without its values; indices and masks, which decide shapes, keep them."""
    if id(tensor) not in stand_ins:
        found: Any = tensor.detach().clone()
        if isinstance(tensor, nn.Parameter):
            found = nn.Parameter(tensor.detach().to("meta"), requires_grad=tensor.requires_grad)
        elif tensor.is_floating_point() or tensor.is_complex():
            found = tensor.detach().to("meta")
        stand_ins[id(tensor)] = found
    return stand_ins[id(tensor)]
