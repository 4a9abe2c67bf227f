"""The same module traced several times: at the wanted input, and at another batch and another resolution."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cnncalc.errors import CnncalcError
from cnncalc.layers.base import shape_text
from cnncalc.pytorch.importing.recording import record
from cnncalc.pytorch.importing.tape import Call, Ref, Tape
from cnncalc.pytorch.importing.trees import leaves
from cnncalc.pytorch.importing.untouched import restoring, weightless

BATCHES = (3, 2)
"""The samples of the first trace and of the second: fewer, so that no size of a larger map goes with them."""

SMALLER = 4
"""The samples of a trace at a smaller size: more, for the same reason."""

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
    restore = restoring(module)
    try:
        first = _tape(module, restore, known, inputs, inputs.shapes, BATCHES[0])
    except Exception as error:
        sizes = ", ".join(shape_text(shape) for shape in inputs.shapes.values())
        raise CnncalcError(f"{failure(error)} (for an input of {sizes})") from error
    why = detour = ""
    for shapes, batch in other_shapes(inputs.shapes):
        try:
            second = _tape(module, restore, known, inputs, shapes, batch)
        except Exception as error:
            why = why or _sentence(error)
            continue
        pairs = paired(first.calls, second.calls, {number: number for number in range(first.known)})
        if pairs is not None:
            fixed = _reservation(why, inputs.shapes, shapes, batch) or detour
            return Traces((first, second), (BATCHES[0], batch), (inputs.shapes, shapes), pairs, fixed)
        why = why or "it takes another path there"
        sizes = ", ".join(map(shape_text, shapes.values()))
        detour = detour or f"at some sizes, such as {sizes}, the module takes another path"
    return Traces((first,), BATCHES[:1], (inputs.shapes,), {}, f"{ONE_SIZE} ({why})")


ONE_SIZE = "the module could not be followed at another size than this"


def _reservation(why: str, wanted: Shapes, other: Shapes, batch: int) -> str:
    """What is to be said of a second trace that is not the first that was tried."""
    if other == wanted:
        return f"{ONE_SIZE} ({why})" if why and any(len(shape) > 1 for shape in wanted.values()) else ""
    if all(len(shape) > 2 and other[name][:-1] == shape[:-1] for name, shape in wanted.items()):
        return f"the module could be followed at other widths than this, and at no other height ({why})" if why else ""
    if batch == SMALLER:
        return f"for larger inputs than this the module is not the same ({why})"
    return ""


def failure(error: BaseException) -> str:
    """What a module's failure is called."""
    return f"the module fails: {type(error).__name__}: {_sentence(error)}"


def _sentence(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300]


def _tape(
    module: nn.Module,
    restore: Callable[[], None],
    known: Sequence[int],
    inputs: Inputs,
    shapes: Shapes,
    batch: int,
) -> Tape:
    tensors = inputs.tensors(shapes, batch)
    args = [tensors[name] for name in inputs.positional]
    kwargs = {name: tensor for name, tensor in tensors.items() if name not in inputs.positional}
    with weightless(module, restore) as stand_ins, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return record(module, [*(stand_ins[identity] for identity in known), *tensors.values()], args, kwargs)


def other_shapes(shapes: Shapes) -> Iterator[tuple[Shapes, int]]:
    """Other sizes to try, from those that tell most to none at all, with the samples in a batch.

    The first are odd at those levels of a pyramid at which the wanted ones are even, and even where those are odd, so
    that a padding that goes with the size shows; height and width differ, so that one is not taken for the other. Some
    modules take multiples of their stride only, and those that read lines of text take one height.
    """
    few = BATCHES[1]
    yield {name: (shape[0], *_of_other_parity(shape[1:])) for name, shape in shapes.items()}, few
    yield _all(shapes, lambda size, place: size + 32 * place), few
    yield _all(shapes, lambda size, place: size + 64 * place), few
    yield _all(shapes, lambda size, place: size * (1 + place)), few
    if any(len(shape) > 3 for shape in shapes.values()):
        yield {name: (*shape[:-2], *_of_other_parity(shape[-2:])) for name, shape in shapes.items()}, few
        yield {name: (*shape[:-2], shape[-2] + 32, shape[-1] + 64) for name, shape in shapes.items()}, few
    if all(len(shape) > 2 for shape in shapes.values()):
        yield {name: (*shape[:-1], *_of_other_parity(shape[-1:])) for name, shape in shapes.items()}, few
    if all(len(shape) == 2 for shape in shapes.values()):
        yield {name: (shape[0] + 7, shape[1]) for name, shape in shapes.items()}, few
    yield _all(shapes, lambda size, place: size - 32 * place if size > 32 * place else size), SMALLER
    yield dict(shapes), few


def _of_other_parity(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Larger sizes, each of which, halved and rounded up up to four times, is odd where the given one is even."""
    return tuple(((size - 1) ^ 31) + 32 * (1 + place) + 1 for place, size in enumerate(sizes, start=1))


def _all(shapes: Shapes, larger: Callable[[int, int], int]) -> Shapes:
    return {name: _changed(shape, larger) for name, shape in shapes.items()}


def _changed(shape: tuple[int, ...], larger: Callable[[int, int], int]) -> tuple[int, ...]:
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
            mine, others = ([ref.index for ref in leaves(tree, Ref)] for tree in (ours, theirs))
            if len(mine) != len(others):
                return None
            for one, other in zip(mine, others, strict=True):
                if pairs.setdefault(one, other) != other:
                    return None
    return pairs
