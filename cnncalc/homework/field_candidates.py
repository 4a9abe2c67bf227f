"""The wrong receptive fields and jumps of a layer."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.arithmetic import prod
from cnncalc.homework.field_mistakes import JUMP, SIZE, FieldTask, field_values
from cnncalc.homework.findings import IN_ONE, Asked, Candidate, Finding
from cnncalc.homework.layer_candidates import task_of
from cnncalc.layers.base import Shape
from cnncalc.layers.formulas import effective_kernel


def field_singles(asked: Asked) -> Iterator[Candidate]:
    """The figures of one mistake, of a network with one input."""
    layer, quantity = asked.layer_or_last, asked.quantity
    if len(asked.analysis.inputs) != 1 or asked.truth is None:
        return
    for mistake, place, figure, workings in field_values(FieldTask(asked.analysis, layer, quantity)):
        rank = mistake.rank + (IN_ONE if place else 0)
        yield Candidate(figure, (Finding(mistake.name, place=place),), rank, tuple(workings))
    other = JUMP if quantity == SIZE else SIZE
    yield Candidate(asked.context.figure(other, layer), (Finding(f"{other.replace('_', '-')}-given"),), 1)
    windows = _windows(asked, layer)
    if not windows:
        return
    kernels = [list(sizes) for sizes in zip(*(kernel for kernel, _ in windows), strict=True)]
    strides = [list(sizes) for sizes in zip(*(stride for _, stride in windows), strict=True)]
    if quantity == JUMP:
        yield Candidate(windows[-1][1], (Finding("own-stride-only"),), 2)
        yield Candidate(tuple(map(sum, strides)), (Finding("strides-added"),), 3)
    else:
        yield Candidate(windows[-1][0], (Finding("own-kernel-only"),), 2)
        yield Candidate(tuple(map(prod, kernels)), (Finding("kernels-multiplied"),), 3)
        yield Candidate(tuple(map(sum, kernels)), (Finding("kernels-added"),), 3)


def _windows(asked: Asked, layer: str) -> list[tuple[Shape, Shape]]:
    """The kernel's extent and the stride of every layer up to this one that has windows, one an axis."""
    found = []
    for row in asked.analysis.layers:
        windows = task_of(asked, row).windows()
        if windows:
            kernels = tuple(effective_kernel(window.kernel, window.dilation) for window in windows)
            found.append((kernels, tuple(window.stride for window in windows)))
        if row.name == layer:
            break
    return found
