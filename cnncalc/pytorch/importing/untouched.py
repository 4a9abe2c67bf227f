"""A module run without its weights and left as it was."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

_TABLES = ("_parameters", "_buffers", "_modules")


@contextmanager
def weightless(module: nn.Module) -> Iterator[dict[int, Tensor]]:
    """The module in evaluation mode, with each parameter and floating-point buffer on the meta device.

    Gives each of these stand-ins by the ``id`` of the module's own tensor. Whatever a forward pass leaves in the
    module is gone afterwards: attributes, buffers, the training flags and the random numbers' state are as before.
    """
    before = [(part, dict(part.__dict__), [dict(part.__dict__[table]) for table in _TABLES]) for part in module.modules()]
    stand_ins: dict[int, Tensor] = {}
    randomness = random.getstate(), torch.random.get_rng_state()
    try:
        for part in module.modules():
            part.training = False
            for table in (part._parameters, part._buffers):
                for name, tensor in table.items():
                    if tensor is not None:
                        table[name] = _stand_in(tensor, stand_ins)  # type: ignore[assignment]
        yield stand_ins
    finally:
        for part, attributes, tables in before:
            for table, content in zip(_TABLES, tables, strict=True):
                attributes[table].clear()
                attributes[table].update(content)
            part.__dict__.clear()
            part.__dict__.update(attributes)
        random.setstate(randomness[0])
        torch.random.set_rng_state(randomness[1])


def _stand_in(tensor: Tensor, stand_ins: dict[int, Tensor]) -> Tensor:
    """The same tensor without its values; indices and masks, which decide shapes, stay as they are."""
    if id(tensor) not in stand_ins:
        found: Any = tensor
        if isinstance(tensor, nn.Parameter):
            found = nn.Parameter(tensor.detach().to("meta"), requires_grad=tensor.requires_grad)
        elif tensor.is_floating_point() or tensor.is_complex():
            found = tensor.detach().to("meta")
        stand_ins[id(tensor)] = found
    return stand_ins[id(tensor)]
