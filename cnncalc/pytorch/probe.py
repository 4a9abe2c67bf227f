"""Which pixels a unit depends on, asked of PyTorch's own layers by pixels that are not a number.

Whatever is computed of NaN is NaN, so a unit becomes NaN where, and only where, it depends on a pixel that is. A
gradient says the same less surely: it vanishes behind a rectifier, a maximum or a saturated function, and in the
hundredth layer it underflows. That a box is right takes one run with NaN everywhere outside it, which must not reach
the unit, and one for each of its faces, with NaN in the whole row of pixels there, which must. Layers whose boxes have
a face in the same place share its run.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import torch
from msgspec import Struct
from torch import Tensor, nn

from cnncalc.analysis import Analysis, Row, Sight
from cnncalc.analysis.sight import pixel_axes
from cnncalc.errors import CnncalcError
from cnncalc.layers.base import Shape
from cnncalc.pytorch.build import Built, first_line
from cnncalc.pytorch.comparison import Compared
from cnncalc.pytorch.inputs import batches, index_limits

Box: TypeAlias = tuple[tuple[int, int], ...]
"""The first and the last pixel along each axis."""

_UNDECIDED = {
    "cnncalc.pytorch.modules.MaxUnpool": "the places that maxima return to are data",
    "cnncalc.pytorch.functions.argmax": "a place among others is a number, even of what is none",
    "cnncalc.pytorch.functions.decided": "a decision is a number, even on what is none",
    "cnncalc.pytorch.functions.compare": "a comparison is a number, even of what is none",
    "cnncalc.pytorch.functions.where": "what it chooses by is not what it gives",
}
"""Kinds through which what is not a number does not pass, and why."""


class Probe(Struct, frozen=True):
    """Pixels of an input: those of a box, or all others. No box is no pixel."""

    input: str
    box: Box | None
    outside: bool = False

    def mask(self, shape: Shape) -> Tensor:
        """Which elements of a sample of ``shape`` are meant, whatever their channel."""
        inside = torch.zeros(shape, dtype=torch.bool)
        if self.box is not None:
            edges = (slice(low, high + 1) for low, high in self.box)
            inside[(*(slice(None),) * (len(shape) - len(self.box)), *edges)] = True
        return ~inside if self.outside else inside


class Question(Struct, frozen=True):
    """Whether a unit of a layer depends on what is probed, and the answer that our box gives."""

    layer: int
    unit: tuple[int, ...]
    expected: bool


def fields(analysis: Analysis, built: Built, progress: Callable[[str], None]) -> dict[str, Compared]:
    """For each layer, the pixels of each input that its middle unit depends on, by cnncalc and by PyTorch."""
    network = _Probed(analysis, built)
    ours: dict[str, dict[str, Box | None]] = {}
    found: dict[str, Compared] = {}
    questions: dict[Probe, list[Question]] = {}
    for index, row in enumerate(analysis.layers):
        try:
            ours[row.name] = boxes = network.boxes(analysis.sees(row.name))
        except CnncalcError as error:
            found[row.name] = Compared(None, None, None, str(error))
            continue
        if row.name in network.undecided:
            found[row.name] = Compared(boxes, None, None, network.undecided[row.name])
            continue
        for probe, expected in network.probes(boxes):
            questions.setdefault(probe, []).append(Question(index, _unit(row), expected))
    wrong: set[int] = set()
    deepest = sorted(questions.items(), key=lambda item: max(question.layer for question in item[1]))
    for number, (probe, asked) in enumerate(deepest, start=1):
        progress(f"probe {number} of {len(deepest)}")
        answers = network.ask(probe, asked)
        wrong |= {
            question.layer for question, answer in zip(asked, answers, strict=True) if answer != question.expected
        }
    for index, row in enumerate(analysis.layers):
        if row.name not in found:
            boxes = ours[row.name]
            found[row.name] = (
                network.searched(index, _unit(row), boxes) if index in wrong else Compared.of(boxes, boxes)
            )
    return found


def _unit(row: Row) -> tuple[int, ...]:
    """The middle unit of a layer, all channels together, as :meth:`cnncalc.Analysis.sees` chooses it."""
    return tuple(row.output_shape[axis] // 2 for axis in pixel_axes(row.output_shape))


class _Probed:
    """A network on one random sample of which some pixels are NaN."""

    def __init__(self, analysis: Analysis, built: Built) -> None:
        self.built = built
        generator = torch.Generator().manual_seed(0)
        sample = batches(analysis, 1, "cpu", torch.float32, generator)
        self.inputs = dict(zip(analysis.inputs, sample, strict=True))
        indices = index_limits(analysis)
        self.probed = [name for name in analysis.inputs if name not in indices]
        self.refusal = ""
        self.undecided: dict[str, str] = {}
        for row in analysis.layers:
            why = _UNDECIDED.get(row.layer.torch_call(*row.input_shapes).name)
            if why is not None:
                self.undecided[row.name] = why
            for name in row.inputs:
                if name in self.undecided:
                    self.undecided.setdefault(row.name, f'it reads "{name}": {self.undecided[name]}')
        for module in built.modules():
            if isinstance(module, nn.Upsample):
                module.forward = _linear(module.forward)  # type: ignore[method-assign, assignment]

    def boxes(self, sights: Mapping[str, Sight]) -> dict[str, Box | None]:
        """The box of a unit on each input that can be probed; indices cannot."""
        return {name: sights[name].box if name in sights else None for name in self.probed}

    def probes(self, boxes: Mapping[str, Box | None]) -> Iterator[tuple[Probe, bool]]:
        """What is to be asked so that nothing but these boxes is right, with the answers."""
        for name, box in boxes.items():
            yield Probe(name, box, outside=True), False
            for axis, edges in enumerate(box or ()):
                for edge in dict.fromkeys(edges):
                    yield Probe(name, self._slab(name, axis, edge, edge)), True

    def ask(self, probe: Probe, questions: list[Question]) -> list[bool | None]:
        """Whether each unit depends on what is probed; None from where PyTorch refuses to run."""
        wanted: dict[int, list[int]] = {}
        for place, question in enumerate(questions):
            wanted.setdefault(question.layer, []).append(place)
        answers: list[bool | None] = [None] * len(questions)
        inputs = dict(self.inputs)
        sample = inputs[probe.input][0]
        inputs[probe.input] = sample.masked_fill(probe.mask(tuple(sample.shape)), torch.nan)[None]
        try:
            with torch.no_grad(), torch.backends.nnpack.flags(enabled=False):
                for index, output in self.built.run_layers(*inputs.values(), until=max(wanted)):
                    for place in wanted.get(index, ()):
                        unit = questions[place].unit
                        chosen: Any = (0, *(slice(None),) * (output.dim() - 1 - len(unit)), *unit)
                        answers[place] = bool(output[chosen].isnan().any())
        except (RuntimeError, ValueError) as refusal:
            self.refusal = f"PyTorch refuses to run the network: {first_line(refusal)}"
        return answers

    def searched(self, layer: int, unit: tuple[int, ...], ours: Mapping[str, Box | None]) -> Compared:
        """The boxes that PyTorch has where they are not ours, by bisection, without kernels that take short cuts."""

        def depends(name: str, box: Box | None) -> bool:
            (answer,) = self.ask(Probe(name, box), [Question(layer, unit, True)])
            if answer is None:
                raise CnncalcError(self.refusal)
            return answer

        try:
            with warnings.catch_warnings(action="ignore"), torch.backends.mkldnn.flags(enabled=False):
                if depends(self.probed[0], None):
                    return Compared(ours, None, None, "the unit is not a number even where every pixel is one")
                found = {name: self._bisected(name, depends) for name in self.probed}
        except CnncalcError as refusal:
            return Compared(ours, None, None, str(refusal))
        return Compared.of(dict(ours), found)

    def _bisected(self, name: str, depends: Callable[[str, Box | None], bool]) -> Box | None:
        shape = self.inputs[name].shape[1:]
        ends = [shape[axis] - 1 for axis in pixel_axes(shape)]
        if not depends(name, self._slab(name, 0, 0, ends[0])):
            return None
        box = []
        for axis, end in enumerate(ends):

            def down_to(last: int, axis: int = axis) -> bool:
                return depends(name, self._slab(name, axis, 0, last))

            def up_from(back: int, axis: int = axis, end: int = end) -> bool:
                return depends(name, self._slab(name, axis, end - back, end))

            first = bisect_left(range(end + 1), True, key=down_to)
            box.append((first, end - bisect_left(range(end + 1), True, key=up_from)))
        return tuple(box)

    def _slab(self, name: str, axis: int, low: int, high: int) -> Box:
        """All pixels of an input from ``low`` to ``high`` along one of its pixel axes."""
        shape = self.inputs[name].shape[1:]
        whole = [(0, shape[each] - 1) for each in pixel_axes(shape)]
        return (*whole[:axis], (low, high), *whole[axis + 1 :])


def _linear(resample: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """A linear map under which a NaN stays where its weight is not zero, although 0·NaN is NaN.

    What is NaN is taken as zero, and where random numbers in its place would be seen, the output is made NaN.
    """

    def call(x: Tensor) -> Tensor:
        hidden = x.isnan()
        seen = resample(torch.where(hidden, torch.rand_like(x) + 1, 0.0)) != 0
        return resample(x.masked_fill(hidden, 0.0)).masked_fill(seen, torch.nan)

    return call
