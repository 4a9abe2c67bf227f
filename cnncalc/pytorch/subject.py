"""A network on a device, ready to be run: its module, random inputs, and what one run is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from cnncalc.analysis import Analysis, Row, analyze
from cnncalc.analysis.liveness import Memory, inference_memory, training_memory
from cnncalc.errors import CnncalcError
from cnncalc.graph import build_graph
from cnncalc.pytorch.build import build, first_line
from cnncalc.pytorch.device import DTYPES, check_dtype, chosen_device, device_name, require_memory
from cnncalc.pytorch.inputs import batches, random_batch
from cnncalc.pytorch.measurement import Settings
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network

Run = Callable[[int], Any]
"""One run, which is told its number."""

_ROTATED = 2
_FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}
_NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


class Subject:
    """A network with random weights on a device, in the mode and number type of the settings."""

    def __init__(
        self,
        network: Network,
        input: Sequence[int] | Mapping[str, Sequence[int]] | None,
        batch: int,
        variables: Mapping[str, Number] | None,
        settings: Settings,
    ) -> None:
        self.settings = settings
        self.device = chosen_device(settings.device)
        self.dtype = DTYPES[settings.dtype]
        check_dtype(settings.dtype, self.device)
        if settings.cuda_graph and self.device.type != "cuda":
            raise CnncalcError(f"a CUDA graph needs a CUDA device, not {device_name(self.device)}")
        self.training = settings.mode == "training"
        self.analysis: Analysis = analyze(network, input, batch=batch, variables=variables)
        if input is not None:
            network = network.with_input(input)
        if variables:
            network = network.with_variables(**variables)
        graph = build_graph(network)
        self.memory: Memory = (
            training_memory(self.analysis, graph, self.element)
            if self.training
            else inference_memory(self.analysis.layers, self.analysis.inputs, graph, batch)
        )
        require_memory(self.predicted_bytes, self.device, self._what())
        self.allocated_before = torch.cuda.memory_allocated(self.device) if self.device.type == "cuda" else 0
        with self.running("the network"):
            self.module = build(network, device=self.device, dtype=self.dtype).train(self.training)
            if settings.channels_last:
                for parameter in self.module.parameters():
                    parameter.data = self.laid_out(parameter.data)
            made = [batches(self.analysis, batch, self.device, self.dtype) for _ in range(_ROTATED)]
            self.inputs = [[self.laid_out(tensor) for tensor in tensors] for tensors in made]

    @property
    def element(self) -> int:
        """Bytes a number."""
        return self.dtype.itemsize

    def laid_out(self, tensor: Tensor) -> Tensor:
        """The tensor with its channels last in memory where that is asked for, and where it has axes behind them."""
        if self.settings.channels_last and tensor.dim() in _FORMATS:
            return tensor.contiguous(memory_format=_FORMATS[tensor.dim()])
        return tensor

    def whole(self) -> Run:
        """A run of the network in one piece: forwards, and in training backwards from random gradients."""
        called: Callable[..., Any] = torch.compile(self.module) if self.settings.compile else self.module
        if self.settings.cuda_graph:
            return self._captured(called)
        return self._run(called, self.module, self.inputs)

    def layer(self, row: Row, index: int) -> tuple[Run, Callable[[], None]]:
        """A run of one layer by itself on random inputs of the shapes that arrive, and what is to be done before."""
        step = self.module.network_steps[index]
        module = self.module.module_at(step.path)
        call = row.layer.torch_call(*row.input_shapes)
        inputs = [
            [
                self.laid_out(random_batch((self.analysis.batch, *shape), call.below, self.device, self.dtype))
                for shape in row.input_shapes
            ]
            for _ in range(_ROTATED)
        ]
        if self.training and not self.first(row):
            for tensor in (tensor for tensors in inputs for tensor in tensors if tensor.is_floating_point()):
                tensor.requires_grad_()
        called = module.forward if step.functional else module

        def clear() -> None:
            for tensor in (*module.parameters(), *(tensor for tensors in inputs for tensor in tensors)):
                tensor.grad = None

        return self._run(called, module, inputs), clear

    def first(self, row: Row) -> bool:
        """Whether a layer reads nothing but the network's inputs, which need no gradient."""
        return set(self.analysis.inputs).issuperset(row.inputs)

    def clear(self) -> None:
        """Let go of the gradients of all parameters."""
        self.module.zero_grad(set_to_none=True)

    def _run(self, called: Callable[..., Any], module: nn.Module, inputs: Sequence[Sequence[Tensor]]) -> Run:
        if not self.training:

            def forwards(number: int) -> Any:
                with torch.no_grad():
                    return called(*inputs[number % len(inputs)])

            return forwards
        gradients: list[Tensor] = []

        def both(number: int) -> Any:
            outputs = called(*inputs[number % len(inputs)])
            outputs = [o for o in (outputs if isinstance(outputs, tuple) else (outputs,)) if o.requires_grad]
            if outputs and not gradients:
                gradients.extend(torch.randn_like(output) for output in outputs)
            if outputs:
                torch.autograd.backward(outputs, gradients)
            return None

        return both

    def _captured(self, called: Callable[..., Any]) -> Run:
        """The same run recorded as a CUDA graph, on one batch, since a graph reads the memory that it was recorded on.

        Source: PyTorch documentation, "CUDA Graphs".
        """
        run = self._run(called, self.module, self.inputs[:1])
        with self.running("the CUDA graph"):
            aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
            aside.wait_stream(torch.cuda.current_stream(self.device))
            with torch.cuda.stream(aside):
                for number in range(3):
                    self.clear()
                    run(number)
            torch.cuda.current_stream(self.device).wait_stream(aside)
            self.clear()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                kept = run(0)

        def replay(number: int, kept: Any = kept) -> None:
            graph.replay()

        return replay

    @property
    def predicted_bytes(self) -> int:
        return self.memory.bytes(self.element)

    def _what(self) -> str:
        return f"{self.analysis.name} with a batch of {self.analysis.batch} in {self.settings.dtype}"

    @contextmanager
    def running(self, what: str) -> Iterator[None]:
        """Turn what PyTorch raises into one sentence about ``what`` was run. Raises CnncalcError."""
        try:
            yield
        except CnncalcError:
            raise
        except (RuntimeError, ValueError, TypeError, NotImplementedError, MemoryError, AssertionError) as error:
            said = first_line(error)
            lower = str(error).lower()
            full = isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError))
            if full or any(sign in lower for sign in _NO_MEMORY):
                needed = f"about {self.predicted_bytes / 1e9:,.1f} GB are needed"
                where = f"the memory of {device_name(self.device)}"
                raise CnncalcError(f"{self._what()} does not fit into {where}: {needed}") from None
            if "not implemented for" in lower or ("unsupported" in lower and "dtype" in lower):
                message = f"PyTorch cannot run {what} in {self.settings.dtype} on {device_name(self.device)}: {said}"
                raise CnncalcError(message) from None
            hint = "; a larger batch has more" if "more than 1 value per channel" in said else ""
            raise CnncalcError(f"PyTorch refuses to run {what}: {said}{hint}") from None
