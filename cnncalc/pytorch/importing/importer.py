"""A module as a network."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import torch
from msgspec.structs import replace as changed
from torch import nn

from cnncalc import layers
from cnncalc.errors import CnncalcError
from cnncalc.layers.base import Layer
from cnncalc.pytorch.importing import operators
from cnncalc.pytorch.importing.lowering import Lowering
from cnncalc.pytorch.importing.naming import name_steps, sound
from cnncalc.pytorch.importing.ownership import assign, frozen_of
from cnncalc.pytorch.importing.tape import Ref
from cnncalc.pytorch.importing.traces import Inputs, Shapes, Traces, traced
from cnncalc.pytorch.importing.trees import leaves
from cnncalc.pytorch.importing.values import Step, Stored, Value
from cnncalc.spec.network import INPUT, Expected, Network

assert operators

InputShape: TypeAlias = Sequence[int] | Mapping[str, Sequence[int]] | Sequence[Sequence[int]]


def imported(module: nn.Module, input_shape: InputShape, name: str | None = None) -> Network:
    """See :func:`cnncalc.from_torch`. Importing makes many objects and little garbage, so that none is collected."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _imported(module, input_shape, name)
    finally:
        if collecting:
            gc.enable()


def _imported(module: nn.Module, input_shape: InputShape, name: str | None) -> Network:
    stored, identities = _stored(module)
    shapes, positional = _inputs(module, input_shape)
    own = (*module.parameters(), *module.buffers())
    dtype = next((tensor.dtype for tensor in own if tensor.is_floating_point()), torch.float32)
    traces = _first_that_runs(module, identities, shapes, positional, dtype)
    count = len(identities)
    values = {
        index: Value((each.shape,) * len(traces.tapes), None, False, traces.batches, None, each)
        for index, each in enumerate(stored.values())
    }
    for index, input in enumerate(shapes, start=count):
        arrived = tuple((batch, *s[input]) for batch, s in zip(traces.batches, traces.shapes, strict=True))
        values[index] = Value(arrived, 0, False, traces.batches, input)
    lowering = Lowering(traces.tapes, traces.pairs, values, traces.batches)
    lowering.run()
    net = lowering.net
    outputs = net.prune(_outputs(lowering, traces.tapes[0].outputs))
    assign(net, stored)
    name_steps(net.steps, module, list(shapes))
    return _network(lowering, module, shapes, outputs, traces, name)


def _stored(module: nn.Module) -> tuple[dict[str, Stored], list[int]]:
    """Every parameter and buffer once, by its first name, and the identity of each tensor."""
    found: dict[str, Stored] = {}
    identities: list[int] = []
    for name, parameter in module.named_parameters():
        if isinstance(parameter, nn.parameter.UninitializedParameter):
            raise CnncalcError(f"the parameter {name} has no shape yet; run the module once before it is imported")
        found[name] = Stored(name, tuple(parameter.shape), True, parameter.requires_grad)
        identities.append(id(parameter))
    for name, buffer in module.named_buffers():
        found[name] = Stored(name, tuple(buffer.shape), False, False)
        identities.append(id(buffer))
    return found, identities


def _inputs(module: nn.Module, input_shape: InputShape) -> tuple[Shapes, tuple[str, ...]]:
    """The shape of each input by name, and the names of those that are given by position."""
    if isinstance(input_shape, Mapping):
        if not input_shape:
            raise CnncalcError("a module needs the shape of at least one input")
        shapes = {str(name): _shape(shape) for name, shape in input_shape.items()}
        return shapes, _by_position(module, list(shapes))
    parts: Any = input_shape
    if isinstance(parts, (tuple, list)) and parts and all(isinstance(part, (tuple, list)) for part in parts):
        names = _parameter_names(module)
        several = [_shape(shape) for shape in parts]
        if len(several) == 1:
            return {INPUT: several[0]}, (INPUT,)
        own = [names[i] if i < len(names) else f"input{i + 1}" for i in range(len(several))]
        return dict(zip(own, several, strict=True)), tuple(own)
    return {INPUT: _shape(input_shape)}, (INPUT,)


def _shape(shape: Any) -> tuple[int, ...]:
    try:
        sizes = tuple(int(size) for size in shape)
        sound_sizes = bool(sizes) and all(1 <= size < 2**31 for size in sizes) and sizes == tuple(shape)
    except (TypeError, ValueError):
        sound_sizes = False
    if not sound_sizes:
        raise CnncalcError(f"expected the sizes of one sample, such as (3, 224, 224), found {shape!r}")
    return sizes


def _parameter_names(module: nn.Module, keyword_only: bool = False) -> list[str]:
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return []
    other = inspect.Parameter.KEYWORD_ONLY if keyword_only else inspect.Parameter.POSITIONAL_ONLY
    return [each.name for each in parameters if each.kind in (other, inspect.Parameter.POSITIONAL_OR_KEYWORD)]


def _required_names(module: nn.Module) -> list[str]:
    """The names of the arguments without which ``forward`` cannot be called."""
    names = _parameter_names(module, keyword_only=True)
    if not names:
        return []
    parameters = inspect.signature(module.forward).parameters
    return [name for name in names if parameters[name].default is inspect.Parameter.empty]


def _by_position(module: nn.Module, names: list[str]) -> tuple[str, ...]:
    """Names that ``forward`` does not have stand for its arguments in their order."""
    own = _parameter_names(module, keyword_only=True)
    if all(name in own for name in names):
        return ()
    return tuple(names)


def _first_that_runs(
    module: nn.Module, known: Sequence[int], shapes: Shapes, positional: tuple[str, ...], dtype: torch.dtype
) -> Traces:
    """The traces with numbers as inputs, or with indices where a module wants those."""
    try:
        return traced(module, known, Inputs(shapes, positional, dict.fromkeys(shapes, dtype)))
    except CnncalcError as error:
        if not any(word in str(error) for word in ("Long", "Int", "indices", "index", "dtype")):
            raise
        try:
            return traced(module, known, Inputs(shapes, positional, dict.fromkeys(shapes, torch.int64)))
        except CnncalcError:
            raise error from None


def _outputs(lowering: Lowering, tree: Any) -> list[int | str]:
    """The nodes of the outputs; what is no layer's becomes one."""
    net = lowering.net
    net.frame, net.operator = lowering.tapes[0].frame, "output"
    found: list[int | str] = []
    for ref in leaves(tree, Ref):
        value = lowering.value(ref)
        if value.node is None or isinstance(value.node, str):
            value = net.layer(layers.Identity(), value) if isinstance(value.node, str) else net.as_data(value)
        if value.node not in found and value.node is not None:
            found.append(value.node)
    if not found:
        raise CnncalcError("the module returns no tensor")
    return found


def _network(
    lowering: Lowering,
    module: nn.Module,
    shapes: Shapes,
    outputs: list[int | str],
    traces: Traces,
    name: str | None,
) -> Network:
    steps = lowering.net.steps
    names = [step.name for step in steps]
    sources = [tuple(names[node] if isinstance(node, int) else node for node in step.inputs) for step in steps]
    found: list[Layer] = []
    previous = next(iter(shapes))
    for step, read in zip(steps, sources, strict=True):
        fields: dict[str, Any] = {"name": step.name}
        if read != (previous,):
            fields["inputs"] = read
        if step.weights:
            fields["weights"] = tuple(names[index] for index in step.weights)
        frozen = frozen_of(step)
        if frozen:
            fields["frozen"] = frozen
        if _is_function(step):
            fields["functional"] = True
        found.append(changed(step.layer, **fields))
        previous = step.name
    stated = tuple(names[node] if isinstance(node, int) else node for node in outputs)
    params = sum(_elements(stored) for stored in _stored(module)[0].values() if stored.is_parameter)
    only = list(shapes) == [INPUT]
    return Network(
        name=sound(name or type(module).__name__),
        input=shapes[INPUT] if only else shapes,
        expected=Expected(params=params, macs=lowering.counted),
        fixed=_fixed(steps, traces),
        layers=tuple(found),
        outputs=None if stated == (names[-1],) else stated,
    )


def _elements(stored: Stored) -> int:
    count = 1
    for size in stored.shape:
        count *= size
    return count


def _is_function(step: Step) -> bool:
    """Whether no module of PyTorch's own is what the step does."""
    kind = type(step.frame.module)
    return not step.own and not (kind.__module__.startswith("torch.nn") and kind.__name__ == type(step.layer).__name__)


def _fixed(steps: Sequence[Step], traces: Traces) -> tuple[str, ...]:
    """What holds for the size of the import alone, a sentence each."""
    found = []
    if traces.fixed:
        found.append(traces.fixed[:1000])
    found += [f"{step.name}: {step.fixed}" for step in steps if step.fixed]
    return tuple(dict.fromkeys(found))


_USUAL = ((3, 224, 224), (3, 16, 112, 112), (3, 256, 256), (3, 299, 299), (1, 28, 28), (3, 32, 32))
"""The shapes of the samples of common data sets, by how common networks for them are."""


def imported_at_usual_size(module: nn.Module, name: str) -> Network:
    """The module at the size that it states, else at the first usual one at which it runs. Raises CnncalcError."""
    first: CnncalcError | None = None
    wanted = _required_names(module)
    if len(wanted) > 1:
        options = " ".join(f"--input {each}=SHAPE" for each in wanted)
        raise CnncalcError(f"the module takes {len(wanted)} inputs; state the shape of each: {options}")
    stated = _stated_size(module)
    for shape in (stated, *_USUAL) if stated else _USUAL:
        try:
            return imported(module, shape, name)
        except CnncalcError as error:
            first = first or error
    hint = "; state the shape of its input with --input, such as --input 3,224,224"
    raise CnncalcError(f"{first}{hint}") from None


def _stated_size(module: nn.Module) -> tuple[int, ...] | None:
    """The size of input that a module's configuration names, as collections of models have it."""
    for attribute in ("default_cfg", "pretrained_cfg", "config"):
        configuration = getattr(module, attribute, None)
        size = configuration.get("input_size") if isinstance(configuration, dict) else None
        if isinstance(size, (tuple, list)) and size and all(isinstance(part, int) and part > 0 for part in size):
            return tuple(size)
    return None
