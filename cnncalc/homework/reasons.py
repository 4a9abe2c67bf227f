"""A word on why: what is true of a layer's rule, read off the recorded expressions and the hyper-parameters.

No kind of layer is asked for by name; a sentence holds where its condition is seen in the expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from msgspec import structs

from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.binding import Bound
from cnncalc.homework.derivation import Derivation
from cnncalc.homework.messages import Messages
from cnncalc.layers.base import elements, shape_text

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis, Row

_SUMS = ("+", "-")


def output_reasons(row: Row, bound: Bound, derivations: Sequence[Derivation], say: Messages) -> Iterator[str]:
    """Why the output has the sizes that it has."""
    layer, inputs, output = row.layer, bound.recorded.inputs, bound.recorded.output
    computed = [found.number.derivation for found in derivations if found.number.derivation is not None]
    windows = [tree for tree in computed if _windows(tree)]
    if hasattr(layer, "out_channels") and output:
        yield say("why.filters", filters=row.output_shape[0])
    elif windows and len(output) > 1 and output[0] is inputs[0][0]:
        yield say("why.channelwise")
    for tree in windows:
        yield from _window_reasons(tree, row, say)
    spread = [part for tree in computed for part in tree.parts(within=True) if _is_spread(part)]
    if spread:
        yield say("why.transposed", stride=spread[0].operands[1].value)
    if hasattr(layer, "output_size") and not computed:
        yield say("why.fixed")
    if getattr(layer, "padding", None) == "same":
        yield say("why.same_word")
    elif not computed and len(inputs) == 1 and list(map(id, output)) == list(map(id, inputs[0])):
        yield say("why.unchanged")
    if len(output) == 1 and len(inputs) == 1 and len(computed) == 1 and computed[0].operator == "*":
        yield say("why.flattened")
    if len(inputs) > 1 and len(computed) == 1 and _adds_inputs(computed[0], inputs):
        yield say("why.concatenated")


def _windows(tree: Recorded) -> list[Recorded]:
    """The divisions of what a window can travel by its stride."""
    divisions = [part for part in tree.parts() if part.operator in ("//", "ceil")]
    return [part for part in divisions if part.operands[0].operator in _SUMS and part.operands[1].name[:1] == "S"]


def _is_spread(part: Recorded) -> bool:
    return part.operator == "*" and part.operands[1].name[:1] == "S" and part.operands[0].operator == "-"


def _adds_inputs(tree: Recorded, inputs: Sequence[Any]) -> bool:
    arriving = {id(size) for shape in inputs for size in shape}
    return tree.operator == "+" and all(id(part) in arriving for part in tree.parts() if not part.operator)


def _window_reasons(tree: Recorded, row: Row, say: Messages) -> Iterator[str]:
    division = _windows(tree)[0]
    dividend, divisor = division.operands
    leaves = {part.name[:1]: part for part in tree.parts() if part.name}
    yield say("why.window", stride=divisor.value)
    if leaves.get("P"):
        yield say("why.padded", padding=leaves["P"].value)
    for part in tree.parts():
        if part.derivation is not None and part.name == "K'":
            yield say("why.dilation", gap=leaves["D"].value - 1, extent=part.value)
    figures = {"dividend": f"{dividend.value:,}", "divisor": divisor.value}
    rest = dividend.value % divisor.value
    if not rest and divisor.value > 1:
        yield say("why.whole", **figures)
    elif rest:
        yield say("why.ceil") if division.operator == "ceil" else say("why.floor", **figures, rest=rest)
    if division.operator == "ceil" and tree.operator == "-":
        yield say("why.ceil_dropped")
    if leaves.get("P") and divisor.value == 1 and tree.value == _travelled(dividend):
        yield say("why.same")


def _travelled(dividend: Recorded) -> Any:
    """The size of the axis that a window travels along."""
    while dividend.operator:
        dividend = dividend.operands[0]
    return dividend.value


def params_reasons(row: Row, bound: Bound, say: Messages) -> Iterator[str]:
    """Why there are as many parameters."""
    layer, parameters = row.layer, bound.recorded.parameters
    if not parameters:
        work = row.operations
        pools = hasattr(layer, "kernel_size") and (work.compare or work.add) and not work.mac
        yield say("why.pooling" if pools else "why.no_params")
        return
    named = (f"{tensor.name} {shape_text(tensor.shape)}" for tensor in row.visit.parameters)
    yield say("why.tensors", tensors=say("explain.comma").join(named))
    filters = per_filter(bound)
    if filters is not None:
        yield say("why.filter", value=f"{filters.value:,}", filters=f"{row.visit.parameters[0].shape[0]:,}")
        if len(parameters) > 1:
            yield say("why.bias")
    if getattr(layer, "bias", True) is False:
        yield say("why.no_bias")
    symbols = {part.name for tensor in parameters for size in tensor.shape for part in _parts(size)}
    if hasattr(layer, "table"):
        yield say("why.table", pairs=row.visit.parameters[0].shape[0])
    if "G" in symbols and hasattr(layer, "groups"):
        inputs, groups = row.input_shapes[0][0], layer.groups
        yield say("why.groups", groups=groups, channels=inputs // groups, inputs=inputs)
    if hasattr(layer, "kernel_size"):
        places = {part.name for size in bound.recorded.output[1:] for part in _parts(size)[-1:]}
        yield say("why.unshared") if symbols & places else say("why.shared")
    if hasattr(layer, "out_features"):
        yield say("why.connected" if len(parameters) > 1 else "why.connected_without")
    if any("running" in tensor.name for tensor in row.visit.buffers):
        yield say("why.norm")


def _parts(number: Any) -> list[Recorded]:
    return number.parts() if isinstance(number, Recorded) else []


def per_filter(bound: Bound) -> Any:
    """The numbers of one filter, where all tensors have one piece a filter; else None."""
    parameters = bound.recorded.parameters
    if not parameters or not hasattr(bound.recorded.node.layer, "kernel_size") or len(parameters[0].shape) < 3:
        return None
    filters: Any = parameters[0].shape[0]
    if filters is not bound.recorded.output[0] or any(tensor.shape[0] is not filters for tensor in parameters):
        return None
    return elements(structs.replace(tensor, shape=tensor.shape[1:]) for tensor in parameters)


def buffers_reasons(row: Row, say: Messages) -> Iterator[str]:
    """What buffers are."""
    if not row.visit.buffers:
        yield say("why.no_buffers")
        return
    named = (f"{tensor.name} {shape_text(tensor.shape)}" for tensor in row.visit.buffers)
    yield say("why.buffers", tensors=say("explain.comma").join(named))


def macs_reasons(analysis: Analysis, row: Row, bound: Bound, say: Messages) -> Iterator[str]:
    """Why there are as many multiply-accumulates."""
    weights = sum(prod(tensor.shape) for tensor in row.visit.parameters if "bias" not in tensor.name)
    if not row.macs:
        yield say("why.no_macs")
        return
    macs = row.operations.mac
    if macs == weights:
        yield say("why.macs_once")
    elif weights and macs % weights == 0:
        positions = macs // weights
        window = hasattr(row.layer, "kernel_size")
        if window and positions == prod(row.output_shape[1:]):
            yield say("why.macs_conv", positions=f"{positions:,}")
        elif window and positions == prod(row.input_shapes[0][1:]):
            yield say("why.macs_transposed", positions=f"{positions:,}")
        else:
            yield say("why.macs_uses", positions=f"{positions:,}")
    if any(tensor.name.endswith("bias") for tensor in row.visit.parameters):
        yield say("why.macs_bias")
    if analysis.batch > 1:
        yield say("why.batch", batch=analysis.batch)


def space_reasons(analysis: Analysis, say: Messages) -> Iterator[str]:
    """What the lectures' space complexity is."""
    yield say("why.space")
    if analysis.batch > 1:
        yield say("why.batch_outputs", batch=analysis.batch)


def flops_reasons(analysis: Analysis, row: Row, say: Messages) -> Iterator[str]:
    """What is counted, by which convention."""
    rule = analysis.counted.rule(row.visit)
    if rule is None or not row.flops:
        yield say("why.no_flops", name=analysis.convention)
        return
    if row.macs and rule.count.get("mac") == 2:
        yield say("why.flops_mac")
    alone = {term: structs.replace(rule, count={term: 1}).value(row.visit) for term in rule.count}
    counted = [(term, factor) for term, factor in rule.count.items() if alone[term]]
    text = " + ".join(term if factor == 1 else f"{factor}·{term}" for term, factor in counted)
    yield say("why.flops_rule", rule=text, name=analysis.convention)
