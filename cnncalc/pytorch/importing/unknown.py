"""Operators that no translation knows: named, with what was recorded of them."""

from __future__ import annotations

from dataclasses import replace

from cnncalc import layers
from cnncalc.pytorch.importing.free import FREE
from cnncalc.pytorch.importing.net import Net
from cnncalc.pytorch.importing.sizes import Sizes
from cnncalc.pytorch.importing.tape import Call
from cnncalc.pytorch.importing.values import Step, Value


def opaque(
    net: Net, calls: tuple[Call, ...], results: list[tuple[Sizes, ...]], floating: list[bool], used: list[Value]
) -> list[Value]:
    """What an operator makes that is not known: its shapes as recorded, its parameters, what PyTorch's counter says.

    ``results`` are the shapes of what it makes in every trace, ``floating`` says which of that are numbers and not
    indices; ``used`` is what it reads.
    """
    call = calls[0]
    data: list[Value] = []
    tensors: dict[str, Value] = {}
    for value in used:
        if value.node is not None and value not in data:
            data.append(value)
        elif value.stored is not None and value.stored.is_parameter:
            tensors[value.stored.name.rpartition(".")[2]] = value
        elif value.stored is not None:
            data.append(net.as_data(value))
    name = call.name if call.where.startswith(("torch", "aten")) else f"{call.where}.{call.name}"
    first = True
    found: list[Value] = []
    for position, (shapes, is_floating) in enumerate(zip(results, floating, strict=True)):
        batch, kept = _guess(net, shapes, data)
        target = Value(shapes, batch, kept, net.times)
        samples = target.samples
        same = bool(data) and samples == data[0].samples
        constant = all(sample == samples[0] for sample in samples)
        inputs_vary = any(sample != value.samples[0] for value in data for sample in value.samples)
        free = not first or call.name.strip("_") in FREE or not is_floating
        batched = batch is not None or any(net.depends_on_samples(value) for value in data)
        shares = net.times if batched else (1,) * len(calls)
        counts = [each.macs // share for each, share in zip(calls, shares, strict=True)]
        macs = counts[0] or None
        if counts[0] != counts[-1] and constant and not inputs_vary:
            macs = None  # what it costs goes with the batch
        elif any(counts) and (counts[0] != counts[-1] or not inputs_vary):
            same = constant = False
        layer = layers.Opaque(
            operator=_operator(name, position),
            output_shape=None if same else samples[0],
            input_shapes=None if same or (constant and inputs_vary) else tuple(v.samples[0] for v in data) or None,
            macs=(macs if first else 0) if not free else None,
            free=free,
            held_parameters={key: v.stored.shape for key, v in tensors.items() if v.stored} if first else {},
        )
        if not constant and not same:
            net.fix(f"the shape of what {name} makes" if macs is None else f"the work of {name}")
        sources = tuple(v.node for v in data if v.node is not None) or (net.first_input,)
        step = Step(layer, sources, call.frame, call.name.strip("_"), samples=samples, batched=batched)
        step.tensors = dict(tensors) if first else {}
        step.fixed = net.fixed
        found.append(replace(target, node=net.add(step).node))
        first = False
    return found


def _guess(net: Net, shapes: tuple[Sizes, ...], data: list[Value]) -> tuple[int | None, bool]:
    """Where the batch is in what an unknown operator makes: where it was, or where the size goes with it."""
    lead = next((value for value in data if value.batch is not None), None)
    if lead is None:
        return None, False
    as_many_axes = len(set(map(len, shapes))) == 1  # squeezing has fewer where a size is 1 in one trace alone
    axis = net.batch_axis(shapes) if as_many_axes else None
    if axis is not None:
        return axis, False
    if lead.batch is not None and all(lead.batch < len(shape) for shape in shapes):
        sizes = [shape[lead.batch] for shape in shapes]
        if all(size % times == 0 for size, times in zip(sizes, lead.times, strict=True)):
            return lead.batch, any(size != times for size, times in zip(sizes, lead.times, strict=True))
    return None, False


def _operator(name: str, position: int) -> str:
    return (f"{name}[{position}]" if position else name)[:200] or "operator"
