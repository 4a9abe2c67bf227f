"""Every layer run by PyTorch: its output's shape, its tensors, and what PyTorch's own counter counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from cnncalc.analysis import Analysis, Row, analyze
from cnncalc.analysis.liveness import inference_memory
from cnncalc.layers.base import Shape, shape_text
from cnncalc.pytorch.build import Built, build, first_line, layer_module
from cnncalc.pytorch.comparison import Compared, Verification, Verified
from cnncalc.pytorch.device import require_memory
from cnncalc.pytorch.inputs import batches, empty
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network

_LENIENT_ON_META = (
    *("torch.nn.ConvTranspose", "torch.nn.Softmax", "torch.nn.LogSoftmax"),
    "cnncalc.pytorch.modules.MaxUnpool",
)
"""What PyTorch accepts without values and would refuse with them; it is run with values where that is cheap."""
_CHEAP_MACS = 10**10
_CHEAP_ELEMENTS = 10**8

Progress = Callable[[str], None]
"""Called with the name of a layer before it is looked at."""


def verified(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    *,
    batch: int = 1,
    variables: Mapping[str, Number] | None = None,
    receptive_field: bool = False,
    progress: Progress = lambda name: None,
) -> Verification:
    """See :func:`cnncalc.pytorch.verify`."""
    analysis = analyze(network, input, batch=batch, variables=variables)
    built = build(network, input, variables=variables, device="meta").eval()
    layers = _layers(analysis, built, progress)
    if receptive_field:
        from cnncalc.pytorch.probe import fields

        needed = inference_memory(analysis.layers, analysis.inputs, built.network_graph).bytes()
        require_memory(needed, torch.device("cpu"), analysis.name)
        found = fields(analysis, build(network, input, variables=variables, device="cpu").eval(), progress)
        layers = [
            Verified(v.name, v.type, v.quantities | {"receptive_field": found[v.name]}, v.error, v.device)
            for v in layers
        ]
    whole = _whole(analysis, built, layers)
    return Verification(analysis.name, str(torch.__version__), batch, analysis.inputs, tuple(layers), whole)


class Counted:
    """PyTorch's counter over a piece of work, and whether it had a rule for anything that was done."""

    def __init__(self) -> None:
        self.counter = FlopCounterMode(display=False)
        self.seen = _Operators()

    def __enter__(self) -> Counted:
        self.stack = ExitStack()
        self.stack.enter_context(self.counter)
        self.stack.enter_context(self.seen)
        return self

    def __exit__(self, *error: Any) -> None:
        self.stack.__exit__(*error)

    def compared(self, macs: int) -> Compared:
        """Our multiply-accumulates beside PyTorch's, which counts two operations each."""
        counted = self.counter.get_total_flops() // 2
        if macs and not counted and not any(name in self.counter.flop_registry for name in self.seen.names):
            operators = ", ".join(sorted({str(name) for name in self.seen.names}))
            return Compared(macs, None, None, f"PyTorch's counter has no rule for any of {operators}")
        return Compared.of(macs, counted)


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Which operators were called."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: set[Any] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(func._overloadpacket)
        return func(*args, **(kwargs or {}))


def _layers(analysis: Analysis, built: Built, progress: Progress) -> list[Verified]:
    """Each layer on what PyTorch made of those before it, or where it refused, on what it should have made."""
    values: list[Any] = [_meta(analysis.batch, shape) for shape in analysis.inputs.values()]
    verified = []
    for row, step in zip(analysis.layers, built.network_steps, strict=True):
        progress(row.name)
        inputs = [values[source] for source in step.sources]
        found = _layer(row, built.module_at(step.path), inputs, analysis.batch)
        verified.append(found)
        compared = found.quantities.get("output_shape")
        right = compared is not None and compared.torch is not None
        values.append(_meta(analysis.batch, compared.torch if compared is not None and right else row.output_shape))
    return verified


def _meta(batch: int, shape: Shape) -> Tensor:
    return torch.empty((batch, *shape), device="meta")


def _layer(row: Row, module: nn.Module, inputs: Sequence[Tensor], batch: int) -> Verified:
    """One layer, on the meta device, or where that is lenient and a run is cheap, with values."""
    call = row.layer.torch_call(*row.input_shapes)
    elements = batch * (sum(map(prod, row.input_shapes)) + prod(row.output_shape)) + row.params
    cheap = row.macs <= _CHEAP_MACS and elements <= _CHEAP_ELEMENTS
    device = "cpu" if cheap and call.name.startswith(_LENIENT_ON_META) else "meta"
    error = ""
    quantities = {"params": _tensors(row, module), "buffers": Compared.of(row.buffers, _count(module.buffers()))}
    try:
        if device == "cpu":
            module = layer_module(row.visit).eval()
        tensors = [empty(tuple(tensor.shape), call, device) for tensor in inputs]
        with Counted() as counted, torch.no_grad():
            output = module(*tensors)
        quantities = {"output_shape": _shape(row.output_shape, output, batch)} | quantities
        quantities["macs"] = counted.compared(row.macs)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError) as refusal:
        error = f"PyTorch refuses to run it: {first_line(refusal)}"
    return Verified(row.name, row.type, quantities, error, device)


def _shape(expected: Shape, output: Tensor, batch: int) -> Compared:
    found = tuple(output.shape)
    if found[:1] != (batch,):
        return Compared(expected, found, False, f"of a batch of {batch} PyTorch makes {shape_text(found)}")
    return Compared.of(expected, found[1:])


def _count(tensors: Any) -> int:
    return sum(tensor.numel() for tensor in tensors)


def _tensors(row: Row, module: nn.Module) -> Compared:
    """The parameters by count, and by name and shape."""
    ours = {parameter.name: tuple(parameter.shape) for parameter in row.visit.parameters}
    own = {name: tuple(parameter.shape) for name, parameter in module.named_parameters() if name in ours}
    theirs = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
    count = _count(module.parameters())
    if count == row.params and own != ours:
        texts = ", ".join(f"{name} {shape_text(shape)}" for name, shape in theirs.items())
        return Compared(row.params, count, False, f"PyTorch has {texts}")
    return Compared.of(row.params, count)


def _whole(analysis: Analysis, built: Built, layers: Sequence[Verified]) -> Verified:
    """The network run in one piece."""
    totals = analysis.totals
    quantities = {
        "params": Compared.of(totals.params, _count(built.parameters())),
        "buffers": Compared.of(totals.buffers, _count(built.buffers())),
    }
    shapes = {row.name: row.output_shape for row in analysis.layers} | analysis.inputs
    expected = tuple(shapes[name] for name in built.output_names)
    try:
        tensors = batches(analysis, analysis.batch, "meta", torch.get_default_dtype())
        with Counted() as counted, torch.no_grad():
            outputs = built(*tensors)
        found = tuple(tuple(o.shape[1:]) for o in (outputs if isinstance(outputs, tuple) else (outputs,)))
        one = len(expected) == 1
        shape = Compared.of(expected[0] if one else expected, found[0] if one else found)
        quantities = {"output_shape": shape} | quantities
        unknown = [
            layer.name for layer in layers if "macs" in layer.quantities and layer.quantities["macs"].torch is None
        ]
        quantities["macs"] = counted.compared(totals.macs)
        if unknown:
            remark = f"PyTorch's counter cannot count {', '.join(unknown)}"
            quantities["macs"] = Compared(totals.macs, quantities["macs"].torch, None, remark)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError) as refusal:
        return Verified("whole", "Network", quantities, f"PyTorch refuses to run it: {first_line(refusal)}")
    return Verified("whole", "Network", quantities)
