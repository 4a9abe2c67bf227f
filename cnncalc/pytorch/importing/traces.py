"""The same module traced several times: at the wanted input, and at another batch and another resolution."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnncalc.errors import CnncalcError
from cnncalc.pytorch.importing.tape import Call, Ref, Tape, record
from cnncalc.pytorch.importing.untouched import weightless

BATCHES = (3, 2)
"""The samples of the first trace and of the second: fewer, so that no size of a larger map goes with them."""

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Inputs:
    """The inputs of a module by name: those given by position have ``positions`` names in their order."""

    shapes: Shapes
    positional: tuple[str, ...]
    dtypes: Mapping[str, torch.dtype]

    def tensors(self, shapes: Shapes, batch: int) -> dict[str, Tensor]:
        return {
            name: torch.empty((batch, *shape), device="meta", dtype=self.dtypes[name]) for name, shape in shapes.items()
        }


@dataclass(frozen=True)
class Traces:
    """One or two tapes with the samples in each, and why there is no second at another resolution."""

    tapes: tuple[Tape, ...]
    batches: tuple[int, ...]
    shapes: tuple[Shapes, ...]
    pairs: dict[int, int]
    fixed: str = ""


def traced(module: nn.Module, known: Sequence[int], inputs: Inputs) -> Traces:
    """The traces of a module, whose ``known`` tensors have the first numbers of each tape.

    ``pairs`` has for each tensor of the first tape its number on the second. Raises CnncalcError where the module fails
    on the wanted input.
    """
    try:
        first = _tape(module, known, inputs, inputs.shapes, BATCHES[0])
    except Exception as error:
        raise CnncalcError(failure(error)) from error
    why = ""
    for shapes in other_shapes(inputs.shapes):
        try:
            second = _tape(module, known, inputs, shapes, BATCHES[1])
        except Exception as error:
            why = why or _sentence(error)
            continue
        pairs = paired(first.calls, second.calls, {number: number for number in range(first.known)})
        if pairs is not None:
            fixed = why if shapes == inputs.shapes else ""
            return Traces((first, second), BATCHES, (inputs.shapes, shapes), pairs, fixed)
        why = why or "it takes another path for another size"
    return Traces((first,), BATCHES[:1], (inputs.shapes,), {}, why or "it runs for one size only")


def failure(error: BaseException) -> str:
    """What a module's failure is called."""
    return f"the module fails: {type(error).__name__}: {_sentence(error)}"


def _sentence(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300]


def _tape(module: nn.Module, known: Sequence[int], inputs: Inputs, shapes: Shapes, batch: int) -> Tape:
    tensors = inputs.tensors(shapes, batch)
    args = [tensors[name] for name in inputs.positional]
    kwargs = {name: tensor for name, tensor in tensors.items() if name not in inputs.positional}
    with weightless(module) as stand_ins, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return record(module, [*(stand_ins[identity] for identity in known), *tensors.values()], args, kwargs)


def other_shapes(shapes: Shapes) -> Iterator[Shapes]:
    """Other sizes to try, from those that tell most to none at all.

    Sizes of the form ``32·k + 1`` are odd at every level of a pyramid, so that a padding that goes with the size shows;
    height and width differ, so that one is not taken for the other. Some modules take multiples of their stride only.
    """
    yield {name: _changed(shape, lambda size, place: 32 * (-(-size // 32) + place) + 1) for name, shape in shapes.items()}
    for step in (32, 64):
        yield {name: _changed(shape, lambda size, place: size + step * place) for name, shape in shapes.items()}
    yield {name: _changed(shape, lambda size, place: size * (1 + place)) for name, shape in shapes.items()}
    if all(len(shape) == 2 for shape in shapes.values()):
        yield {name: (shape[0] + 7, shape[1]) for name, shape in shapes.items()}
    yield dict(shapes)


def _changed(shape: tuple[int, ...], larger: Any) -> tuple[int, ...]:
    if len(shape) == 1:
        return shape
    return (shape[0], *(larger(size, place) for place, size in enumerate(shape[1:], start=1)))


def paired(first: Sequence[Call], second: Sequence[Call], known: dict[int, int]) -> dict[int, int] | None:
    """The tensors of one trace by those of the other, where both are the same calls on the same tensors; else None.

    What the calls do inside is not compared: whether a copy was needed may depend on the size.
    """
    if len(first) != len(second):
        return None
    pairs = dict(known)
    for a, b in zip(first, second, strict=True):
        if a.name != b.name or len(a.arguments) != len(b.arguments) or a.named.keys() != b.named.keys():
            return None
        for ours, theirs in ((a.arguments, b.arguments), (a.named, b.named), (a.results, b.results)):
            mine, others = _numbers(ours), _numbers(theirs)
            if len(mine) != len(others):
                return None
            for one, other in zip(mine, others, strict=True):
                if pairs.setdefault(one, other) != other:
                    return None
    return pairs


def _numbers(tree: Any) -> list[int]:
    if isinstance(tree, Ref):
        return [tree.index]
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    if isinstance(tree, slice):
        tree = (tree.start, tree.stop, tree.step)
    return [number for part in tree for number in _numbers(part)] if isinstance(tree, tuple) else []
