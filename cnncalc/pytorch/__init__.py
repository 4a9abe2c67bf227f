"""The network as PyTorch's own modules. PyTorch is imported when it is needed, so that its absence is one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cnncalc.errors import CnncalcError
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network

if TYPE_CHECKING:
    import torch


def require_torch() -> None:
    """Raise CnncalcError, which says how to install it, where PyTorch is missing."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        message = f'PyTorch cannot be imported ({error}); it comes with pip install "cnncalc[torch]"'
        raise CnncalcError(message) from None


def to_torch(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    *,
    variables: Mapping[str, Number] | None = None,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> torch.nn.Module:
    """The network as a module of ordinary PyTorch layers, named as in the spec, with PyTorch's own initial weights.

    It takes batches of the network's inputs, in their order, and returns the network's output, or a tuple of several.
    ``input`` and ``variables`` are those of :func:`cnncalc.analyze`. On ``device="meta"`` it has shapes and no values,
    so that a network of any size costs nothing. Raises CnncalcError where PyTorch is missing or refuses, and SpecError
    where the network is not sound.

    >>> import cnncalc
    >>> module = cnncalc.to_torch(cnncalc.load("resnet18"), device="meta")
    >>> module.layer1[0].conv1
    Conv2d(64, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
    """
    require_torch()
    from cnncalc.pytorch.build import build

    return build(network, input, variables=variables, device=device, dtype=dtype)
