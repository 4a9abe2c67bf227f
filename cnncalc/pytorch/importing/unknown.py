"""Operators that no translation knows: named, with what was recorded of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cnncalc import layers
from cnncalc.pytorch.importing.arrangement import columns
from cnncalc.pytorch.importing.free import FREE
from cnncalc.pytorch.importing.tape import Call, Ref
from cnncalc.pytorch.importing.values import Sizes, Step, Value

if TYPE_CHECKING:
    from cnncalc.pytorch.importing.lowering import Lowering


def opaque(net: Lowering, calls: tuple[Call, ...], refs: list[Ref], used: list[Value]) -> None:
    """An operator that is not known: its shapes as recorded, its parameters, what PyTorch's counter says."""
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
    for position, ref in enumerate(refs):
        shapes = net.shapes(ref)
        batch, kept = _guess(net, shapes, data)
        target = Value(shapes, batch, kept, net.times)
        samples = target.samples
        same = bool(data) and samples == data[0].samples
        constant = all(sample == samples[0] for sample in samples)
        inputs_vary = any(sample != value.samples[0] for value in data for sample in value.samples)
        free = not first or call.name.strip("_") in FREE or not net.tapes[0].floating[ref.index]
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
        index = len(net.steps)
        sources = tuple(v.node for v in data if v.node is not None) or (net.first_input,)
        step = Step(layer, sources, call.frame, call.name.strip("_"), samples=samples, batched=batched)
        step.tensors = dict(tensors) if first else {}
        step.fixed = net.fixed
        net.steps.append(step)
        net.by_node[index] = Value(samples, None, False, net.times, index)
        net.values[ref.index] = replace(target, node=index)
        first = False


def _guess(net: Lowering, shapes: tuple[Sizes, ...], data: list[Value]) -> tuple[int | None, bool]:
    """Where the batch is in what an unknown operator makes: where it was, or where the size goes with it."""
    lead = next((value for value in data if value.batch is not None), None)
    if lead is None:
        return None, False
    axis = net.batch_axis(shapes)
    if axis is not None:
        return axis, False
    if lead.batch is not None and lead.batch < len(shapes[0]):
        sizes = columns(shapes)[lead.batch]
        if all(size % times == 0 for size, times in zip(sizes, lead.times, strict=True)):
            return lead.batch, any(size != times for size, times in zip(sizes, lead.times, strict=True))
    return None, False


def _operator(name: str, position: int) -> str:
    return (f"{name}[{position}]" if position else name)[:200] or "operator"
