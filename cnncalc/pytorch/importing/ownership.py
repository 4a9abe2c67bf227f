"""Which layer has which parameter and buffer: each is one layer's own, once, however often it is used."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc import layers
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.tape import Frame
from cnncalc.pytorch.importing.values import Step, Stored, Value

COUNTER = "num_batches_tracked"


def assign(net: Net, everything: dict[str, Stored]) -> None:
    """Settle for each step which tensors are its own, and of which steps it uses the tensors.

    Tensors that no layer's rule states as its own become data that it takes its weights from; what no step uses is
    held by a step a module.
    """
    owners: dict[str, int] = {}
    for index, step in enumerate(net.steps):
        if step.stored is not None:
            owners.setdefault(step.stored.name, index)
    position = 0
    while position < len(net.steps):
        step = net.steps[position]
        if step.stored is not None and owners[step.stored.name] != position:
            step.weights = (owners[step.stored.name],)
        elif step.stored is not None:
            step.own = (step.stored,)
        elif step.tensors:
            _settle(net, position, step, owners, everything)
        position += 1
    _hold_the_rest(net, owners, everything)


def _settle(net: Net, index: int, step: Step, owners: dict[str, int], everything: dict[str, Stored]) -> None:
    stored = [value.stored for value in step.tensors.values() if value.stored is not None]
    names = [each.name for each in stored]
    direct = len(stored) == len(step.tensors) and len(set(names)) == len(names)
    if direct and all(name in owners for name in names):
        step.weights = tuple(dict.fromkeys(owners[name] for name in names))
        return
    own = _as_the_rule_says(net, step, stored, everything) if direct else None
    if own is not None and not any(each.name in owners for each in own):
        step.own = own
        owners.update((each.name, index) for each in own)
        return
    sources: list[int] = []
    for value in step.tensors.values():
        if value.stored is None:
            node = net.as_data(value).node
            if isinstance(node, int):
                sources.append(node)
            continue
        if value.stored.name not in owners:
            owners[value.stored.name] = _add(net, value.stored, step.frame)
            net.steps[-1].own = (value.stored,)
        sources.append(owners[value.stored.name])
    step.weights = tuple(dict.fromkeys(sources))


def _as_the_rule_says(
    net: Net, step: Step, stored: Sequence[Stored], everything: dict[str, Stored]
) -> tuple[Stored, ...] | None:
    """The tensors, if they are those that the layer's kind has; a batch norm's counter belongs to its statistics."""
    inputs = [net.by_node[node].samples[0] for node in step.inputs]
    shapes = [parameter.shape for parameter in step.layer.parameters(*inputs)]
    buffers = {buffer.name: buffer.shape for buffer in step.layer.buffers(*inputs)}
    own = list(stored)
    if COUNTER in buffers:
        homes = {each.name.rpartition(".")[0] for each in stored if not each.is_parameter}
        counters = [everything.get(f"{home}.{COUNTER}" if home else COUNTER) for home in homes]
        own += [counter for counter in counters if counter is not None and counter.shape == ()]
    found = sorted(_long(each.shape) for each in own if each.is_parameter)
    kept = sorted(_long(each.shape) for each in own if not each.is_parameter)
    same = found == sorted(map(_long, shapes)) and kept == sorted(map(_long, buffers.values()))
    return tuple(own) if same else None


def _long(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without its axes of size 1, which windows of one axis more have."""
    return tuple(size for size in shape if size != 1)


def _add(net: Net, stored: Stored, frame: Frame) -> int:
    value = Value((stored.shape,) * len(net.times), None, False, net.times, None, stored)
    net.frame, net.operator = frame, "constant"
    net.data_nodes.pop((stored.name, stored.shape), None)
    node = net.as_data(value).node
    assert isinstance(node, int)
    return node


def _hold_the_rest(net: Net, owners: dict[str, int], everything: dict[str, Stored]) -> None:
    homes: dict[str, list[Stored]] = {}
    for stored in everything.values():
        if stored.name not in owners:
            homes.setdefault(stored.name.rpartition(".")[0], []).append(stored)
    for home, rest in homes.items():
        layer = layers.HeldTensors(
            held_parameters={s.name.rpartition(".")[2]: s.shape for s in rest if s.is_parameter},
            held_buffers={s.name.rpartition(".")[2]: s.shape for s in rest if not s.is_parameter},
        )
        step = Step(layer, (net.first_input,), Frame(None, None), home or "held", samples=((0,),) * len(net.times))
        step.own = tuple(rest)
        net.steps.append(step)


def frozen_of(step: Step) -> bool | tuple[str, ...]:
    """Which of a step's own parameters are not trained: all, or those of these names."""
    parameters = {stored.name: stored for stored in step.own if stored.is_parameter}
    still = [name for name, stored in parameters.items() if not stored.trainable]
    if not still:
        return False
    if len(still) == len(parameters):
        return True
    names = {value.stored.name: name for name, value in step.tensors.items() if value.stored is not None}
    return tuple(names.get(name, name.rpartition(".")[2]) for name in still)
