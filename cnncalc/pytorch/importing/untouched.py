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


def restoring(module: nn.Module) -> Callable[[], None]:
    """What puts a module and its parts back to what they hold now: attributes, tensors, hooks, flags, lists and
    dictionaries.
    """
    held: list[tuple[Any, Any]] = []
    empty: list[Any] = []
    for part in module.modules():
        _keep(part.__dict__, held, empty, 0)

    def restore() -> None:
        for container, content in held:
            container.clear()
            if isinstance(container, list):
                container.extend(content)
            else:
                container.update(content)
        for container in empty:
            if container:
                container.clear()

    return restore


def _keep(container: Any, held: list[tuple[Any, Any]], empty: list[Any], depth: int) -> None:
    """Note what a dictionary, a list or a set holds, and those that it holds in turn."""
    if not container:
        empty.append(container)
        return
    content = dict(container) if isinstance(container, dict) else list(container)
    held.append((container, content))
    if depth < _DEEPEST:
        for value in content.values() if isinstance(content, dict) else content:
            if isinstance(value, _CONTAINERS):
                _keep(value, held, empty, depth + 1)


_CONTAINERS = (dict, list, set)


@contextmanager
def weightless(module: nn.Module, restore: Callable[[], None]) -> Iterator[dict[int, Tensor]]:
    """The module in evaluation mode, with each parameter and floating-point buffer on the meta device.

    Gives each of these stand-ins by the ``id`` of the module's own tensor. Whatever a forward pass leaves in the
    module is gone afterwards, when ``restore`` is called, and random numbers go on as if none had been drawn.
    """
    stand_ins: dict[int, Tensor] = {}
    compiled: list[tuple[nn.Module, bool, dict[str, Tensor | None]]] = []
    randomness = random.getstate(), torch.random.get_rng_state()
    try:
        for part in module.modules():
            if isinstance(part, torch.jit.ScriptModule):  # its tensors and its flag are not in its dictionary
                compiled.append(
                    (part, part.training, {n: t for kept in (part._parameters, part._buffers) for n, t in kept.items()})
                )
            part.training = False
            for table in (part._parameters, part._buffers):
                for name, tensor in table.items():
                    if tensor is not None:
                        table[name] = _stand_in(tensor, stand_ins)  # type: ignore[assignment]
        yield stand_ins
    finally:
        for part, training, tensors in compiled:
            part.training = training
            for name, tensor in tensors.items():
                setattr(part, name, tensor)
        restore()
        random.setstate(randomness[0])
        torch.random.set_rng_state(randomness[1])


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
