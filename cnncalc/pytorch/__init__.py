"""The network as PyTorch's own modules. PyTorch is imported when it is needed, so that its absence is one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cnncalc.errors import CnncalcError, SpecError, missing
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network

if TYPE_CHECKING:
    import torch

    from cnncalc.pytorch.comparison import Verification
    from cnncalc.pytorch.measurement import Measurement, Settings
    from cnncalc.pytorch.ratios import Comparison


def require_torch() -> None:
    """Raise CnncalcError, which says how to install it, where PyTorch is missing."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise CnncalcError(missing("PyTorch", "torch", error)) from None


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


def from_torch(
    module: torch.nn.Module,
    input_shape: Sequence[int] | Mapping[str, Sequence[int]] | Sequence[Sequence[int]],
    *,
    name: str | None = None,
) -> Network:
    """The network that a module is: what its forward pass does at inference, followed by data, not by module.

    ``input_shape`` is the shape of one sample, such as ``(3, 224, 224)``; of a module with several inputs a mapping of
    the names of ``forward``'s arguments to shapes, or a sequence of shapes. The module is run on the meta device,
    without weights or arithmetic, in evaluation mode, and is afterwards as it was. Layers bear the module's names.
    What holds for this input alone is in the network's ``fixed``; an operator that is not known becomes an
    :class:`~cnncalc.layers.tensors.Opaque` layer. Raises CnncalcError where PyTorch is missing or the module fails.

    >>> import cnncalc, torch
    >>> network = cnncalc.from_torch(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU()), (3, 32, 32))
    >>> [layer.name for layer in network.layers], cnncalc.analyze(network).totals.params
    (['0', '1'], 224)
    """
    require_torch()
    import torch

    if not isinstance(module, torch.nn.Module):
        raise CnncalcError(f"expected a torch.nn.Module, found {module!r:.200}")
    from cnncalc.pytorch.importing.importer import imported

    return imported(module, input_shape, name)


def network_of(
    spec: str, input_shape: Sequence[int] | Mapping[str, Sequence[int]] | None = None, name: str | None = None
) -> Network:
    """The network of the module that ``package.module:attribute`` names, which runs its code; see :func:`from_torch`.

    Without a shape, images of 3 channels are tried in the usual sizes. Raises SpecError.
    """
    require_torch()
    from cnncalc.pytorch.importing.finding import module_named
    from cnncalc.pytorch.importing.importer import imported, imported_at_usual_size

    module = module_named(spec)
    name = name or spec.partition(":")[2]
    try:
        if input_shape is None:
            return imported_at_usual_size(module, name)
        return imported(module, input_shape, name)
    except CnncalcError as error:
        if isinstance(error, SpecError) and error.source:
            raise
        raise SpecError(str(error), source=spec) from None


def verify(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    *,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    receptive_field: bool = False,
    progress: Callable[[str], None] = lambda name: None,
) -> Verification:
    """The network compared with PyTorch, layer by layer and in one piece: output shapes, parameters, buffers, MACs.

    Layers are run on the meta device, where they cost nothing, and those with values whose meta kernels accept what
    cannot be run. With ``receptive_field``, also which pixels the middle unit of each layer depends on, for which the
    network is run on the CPU many times. ``progress`` is called with what is looked at next. Raises as
    :func:`to_torch` does; a layer that PyTorch refuses to run is a difference and does not raise.

    >>> import cnncalc.pytorch
    >>> cnncalc.pytorch.verify(cnncalc.load("alexnet")).agrees
    True
    """
    require_torch()
    from cnncalc.pytorch.verification import verified

    return verified(
        network, input, batch=batch, variables=variables, receptive_field=receptive_field, progress=progress
    )


def measure(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    *,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    settings: Settings | None = None,
    progress: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> Measurement:
    """The network's latency on the device at hand, of each layer by itself and of the whole in one piece.

    ``settings`` say on which device, in what numbers, and how often; see :class:`cnncalc.pytorch.measurement.Settings`.
    ``progress`` is called with what is run next, how much is done and how much there is. Raises CnncalcError where the
    network does not fit into memory or the device cannot run it.
    """
    require_torch()
    from cnncalc.pytorch.measurement import Settings
    from cnncalc.pytorch.measuring import measured

    return measured(network, input, batch, variables, settings or Settings(), progress)


def compare(
    networks: Mapping[str, tuple[Network, Sequence[int] | Mapping[str, Sequence[int]] | None]],
    *,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    settings: Settings | None = None,
    progress: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> Comparison:
    """Networks, each with its input or None for its own, run in one piece in turn, and their ratios to the first.

    Raises as :func:`measure` does.
    """
    require_torch()
    from cnncalc.pytorch.measurement import Settings
    from cnncalc.pytorch.measuring import in_turn

    return in_turn(networks, batch, variables, settings or Settings(), progress)
