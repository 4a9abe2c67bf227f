"""A network as an nn.Module: each layer under its name in the spec, run in the graph's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor, nn

from cnncalc.analysis.liveness import last_uses
from cnncalc.errors import CnncalcError
from cnncalc.evaluate import Evaluated, evaluate
from cnncalc.graph import Graph, build_graph
from cnncalc.layers.base import elements
from cnncalc.pytorch.device import require_memory
from cnncalc.pytorch.modules import Function
from cnncalc.spec.items import Number
from cnncalc.spec.network import Network


class Step(Struct, frozen=True):
    """How a layer is run: the path of its module, whether past the module's hooks, what it reads and then lets go."""

    path: tuple[str, ...]
    functional: bool
    sources: tuple[int, ...]
    dead: tuple[int, ...]


class Built(nn.Module):
    """A network's layers as modules; takes a batch of each of the network's inputs, in their order."""

    def __init__(self, name: str, graph: Graph) -> None:
        super().__init__()
        self.network_name = name
        self.network_graph = graph
        self.input_names = graph.inputs
        self.output_names = graph.outputs
        dead = last_uses(graph)
        self.network_steps = [
            Step(tuple(node.name.split(".")), node.layer.functional, node.sources, values)
            for node, values in zip(graph.nodes, dead, strict=True)
        ]
        positions = {name: index for index, name in enumerate((*graph.inputs, *(node.name for node in graph.nodes)))}
        self.output_positions = tuple(positions[name] for name in graph.outputs)
        self.functional_modules: dict[tuple[str, ...], nn.Module] = {}

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.run_network(*inputs)

    def run_network(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """The network's output, or a tuple of several, of a batch of each input."""
        if len(inputs) != len(self.input_names):
            raise TypeError(f"{self.network_name} takes {len(self.input_names)} inputs ({', '.join(self.input_names)})")
        values: list[Any] = list(inputs)
        for step in self.network_steps:
            module = self.module_at(step.path)
            call = module.forward if step.functional else module
            values.append(call(*[values[source] for source in step.sources]))
            for position in step.dead:
                values[position] = None
        outputs = tuple(values[position] for position in self.output_positions)
        return outputs[0] if len(outputs) == 1 else outputs

    def run_layers(self, *inputs: Tensor, until: int | None = None) -> Iterator[tuple[int, Tensor]]:
        """The output of each layer, with its number, as soon as it is there; those behind ``until`` are not run."""
        values: list[Any] = list(inputs)
        for index, step in enumerate(self.network_steps if until is None else self.network_steps[: until + 1]):
            module = self.module_at(step.path)
            call = module.forward if step.functional else module
            values.append(call(*[values[source] for source in step.sources]))
            yield index, values[-1]
            for position in step.dead:
                values[position] = None

    def module_at(self, path: tuple[str, ...]) -> nn.Module:
        """The module of a layer, by the parts of its name; whatever stands there now, since people replace modules."""
        if path in self.functional_modules:
            return self.functional_modules[path]
        module: nn.Module = self
        for part in path:
            module = module._modules[part]  # type: ignore[assignment]
        return module

    def train(self, mode: bool = True) -> Built:
        for module in self.functional_modules.values():
            module.train(mode)
        return super().train(mode)

    def register_at(self, path: tuple[str, ...], module: nn.Module) -> None:
        """Register a module at its path.

        The tables of modules are used as they are, since ``add_module`` refuses names that nn.Module has for methods,
        such as "half". Raises CnncalcError for a name that is also that of a part of PyTorch's own layer.
        """
        holder: nn.Module = self
        for part in path[:-1]:
            holder = holder._modules.setdefault(part, Scope())  # type: ignore[assignment]
        before = holder._modules.get(path[-1])
        if before is not None:
            if not isinstance(before, Scope) or before._modules.keys() & module._modules.keys():
                raise CnncalcError(f'the name "{".".join(path)}" is also that of a part of a layer of PyTorch\'s')
            module._modules.update(before._modules)
        holder._modules[path[-1]] = module


class OneInput(Built):
    """A network with one input, which is named, so that tracers find it."""

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, ...]:  # type: ignore[override]
        return self.run_network(input)


class Scope(nn.Module):
    """Layers whose names begin alike. It is not called itself."""

    def __getitem__(self, name: int | str) -> nn.Module:
        if str(name) not in self._modules:
            raise IndexError(f"there is no {name}; there are {', '.join(self._modules)}")
        return self._modules[str(name)]  # type: ignore[return-value]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[nn.Module]:
        return self.children()


def build(
    network: Network,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    *,
    variables: Mapping[str, Number] | None = None,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> Built:
    """See :func:`cnncalc.to_torch`."""
    if input is not None:
        network = network.with_input(input)
    if variables:
        network = network.with_variables(**variables)
    graph = build_graph(network)
    walk = evaluate(graph, network.inputs.values())
    where = torch.get_default_device() if device is None else torch.device(device)
    tensors = sum(elements((*visit.parameters, *visit.buffers)) for visit in walk)
    require_memory(tensors * torch.get_default_dtype().itemsize, where, f"the weights of {network.name}")
    built = (OneInput if len(graph.inputs) == 1 else Built)(network.name, graph)
    with torch.device(device) if device is not None else nullcontext():
        made: dict[str, list[nn.Module]] = {}
        for visit in walk:
            module = layer_module(visit)
            made[visit.node.name] = list(module.modules())
            path = tuple(visit.node.name.split("."))
            if visit.node.layer.functional and not visit.parameters and not visit.buffers:
                built.functional_modules[path] = module
            else:
                built.register_at(path, module)
        for node in graph.nodes:
            if node.layer.weights is not None:
                share(made[node.name], [made[name] for name in node.layer.weights])
    return built.to(dtype) if dtype is not None else built


def share(parts: Sequence[nn.Module], sources: Sequence[Sequence[nn.Module]]) -> None:
    """Give a module the tensors of another of its kind; of others it has no parameters, but tensors of their shapes.

    Modules are given as the parts that they were made of, since layers whose names go on from theirs may be inside.
    """
    if len(sources) == 1 and type(sources[0][0]) is type(parts[0]):
        for part, source in zip(parts, sources[0], strict=True):
            part._parameters.update(source._parameters)
            part._buffers.update(source._buffers)
        return
    for part in parts:
        for table in (part._parameters, part._buffers):
            for name, tensor in list(table.items()):
                if tensor is not None:
                    del table[name]
                    part.__dict__[name] = tensor.detach()


def layer_module(visit: Evaluated) -> nn.Module:
    """The module of one layer, on the device of the context. Raises CnncalcError where PyTorch refuses to make it."""
    call = visit.node.layer.torch_call(*visit.inputs)
    home, _, name = call.name.rpartition(".")
    called: Any = getattr(import_module(home), name)
    try:
        if not isinstance(called, type):
            return Function(called, call.arguments, type(visit.node.layer).__name__)
        module: nn.Module = called(**call.arguments)
    except (RuntimeError, ValueError, TypeError) as error:
        raise CnncalcError(f'PyTorch refuses to make "{visit.node.name}": {first_line(error)}') from None
    for parameter in visit.parameters:
        if not parameter.trainable:
            module.get_parameter(parameter.name).requires_grad_(False)
    return module


def first_line(error: BaseException) -> str:
    """What PyTorch says, in short."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
