"""Exactly which elements of a network's inputs some units of a layer see, and which units see some elements.

Units are followed layer by layer, borders and all, against the data or with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heappop, heappush
from math import prod

from msgspec import Struct

from cnncalc.analysis.axis_field import AxisField, Edges, Seen
from cnncalc.analysis.regions import Region, add, count, hull, made, read, whole
from cnncalc.analysis.rows import Row
from cnncalc.errors import CnncalcError
from cnncalc.layers.base import Shape, shape_text


class Sight(Struct, frozen=True):
    """What one unit of a layer sees of an input, exactly.

    ``pixels`` are the input's sizes along its pixel axes. ``box`` is the first and the last pixel that the unit depends
    on along each of them, None where it sees nothing but padding; ``field`` its receptive field before the borders cut
    anything off, None where that could not be followed; ``regions`` are the pixels that contribute, each region a
    product of positions along the axes.
    """

    layer: str
    unit: tuple[int, ...]
    input: str
    pixels: tuple[int, ...]
    box: tuple[Edges, ...] | None
    field: tuple[Edges, ...] | None
    regions: tuple[Region, ...]

    @property
    def size(self) -> tuple[int, ...]:
        """How many pixels the box has along each axis."""
        return tuple(last - first + 1 for first, last in self.box) if self.box else (0,) * len(self.pixels)

    @property
    def contributing(self) -> int:
        """How many pixels in the box the unit depends on."""
        return count(self.regions)

    @property
    def coverage(self) -> Fraction | None:
        """The share of the box's pixels that the unit depends on; None without a box."""
        return Fraction(self.contributing, prod(self.size)) if self.box else None

    @property
    def in_padding(self) -> Fraction | None:
        """The share of the field that lies beyond the input's borders."""
        if self.field is None:
            return None
        inside = [
            max(0, min(last, size - 1) - max(first, 0) + 1)
            for (first, last), size in zip(self.field, self.pixels, strict=True)
        ]
        return 1 - Fraction(prod(inside), prod(last - first + 1 for first, last in self.field))


def pixel_axes(shape: Shape) -> range:
    """The axes of an input along which it has pixels: all but the channels; of a single axis, that one."""
    return range(1 if len(shape) > 1 else 0, len(shape))


class Layers(Struct, frozen=True):
    """The inputs and the layers of a network, and where in their order each layer stands."""

    inputs: dict[str, Shape]
    rows: tuple[Row, ...]
    places: dict[str, int]
    reached: dict[str, dict[str, tuple[Edges, ...]]] = {}
    """What all units of a layer together see, of those that were asked about."""


def elements_seen(layers: Layers, layer: str, units: Region) -> tuple[dict[str, list[Region]], int]:
    """The elements, of each input that they see, that some units of a layer depend on, and how many layers lie between.

    The layers are visited from the last to the first, each once all that read it have been.
    """
    wanted: dict[str, list[Region]] = {layer: [units]}
    waiting = [-layers.places[layer]] if layer in layers.places else []
    visited = 0
    while waiting:
        row = layers.rows[-heappop(waiting)]
        regions = wanted.pop(row.name)
        visited += 1
        for name, x, reading in zip(row.inputs, row.input_shapes, row.layer.reads(*row.input_shapes), strict=True):
            if name not in wanted:
                wanted[name] = []
                if name in layers.places:
                    heappush(waiting, -layers.places[name])
            sources = wanted[name]
            for region in regions:
                for found in read(reading, region, x, row.output_shape) if reading else (region,):
                    add(sources, found)
    return {name: wanted[name] for name in layers.inputs if wanted.get(name)}, visited


def pixels_seen(layers: Layers, layer: str, units: Region) -> tuple[dict[str, list[Region]], int]:
    """The pixels, of whatever channel, that some units of a layer depend on, and how many layers lie between."""
    pixels: dict[str, list[Region]] = {}
    elements, visited = elements_seen(layers, layer, units)
    for name, regions in elements.items():
        flat: list[Region] = []
        for region in regions:
            add(flat, tuple(region[axis] for axis in pixel_axes(layers.inputs[name])))
        pixels[name] = flat
    return pixels, visited


def reach(layers: Layers, layer: str) -> tuple[dict[str, tuple[Edges, ...]], int]:
    """The first and the last pixel, along each axis of each input, that all units of a layer together see."""
    shape = layers.rows[layers.places[layer]].output_shape if layer in layers.places else layers.inputs[layer]
    pixels, visited = pixels_seen(layers, layer, whole(shape))
    return {name: hull(regions) for name, regions in pixels.items()}, visited


def units_seeing(layers: Layers, source: str, elements: Region, layer: str) -> list[Region]:
    """The units of a layer that depend on some elements of an input."""
    reached: dict[str, list[Region]] = {source: [elements]}
    for row in layers.rows[: layers.places[layer] + 1]:
        units: list[Region] = []
        for name, x, reading in zip(row.inputs, row.input_shapes, row.layer.reads(*row.input_shapes), strict=True):
            for region in reached.get(name, ()):
                for found in made(reading, region, x, row.output_shape) if reading else (region,):
                    add(units, found)
        reached[row.name] = units
    return reached[layer]


def sights(layers: Layers, seen: Seen, row: Row, unit: Sequence[int] | None) -> dict[str, Sight]:
    """What one unit of a layer with these fields sees of each input; see :meth:`cnncalc.Analysis.sees`."""
    place, units = _unit(row, unit)
    inputs = layers.inputs
    pixels, _ = pixels_seen(layers, row.name, units)
    found = {}
    for name, axes in seen.items():
        regions = tuple(pixels.get(name, ()))
        box = hull(regions) if regions else None
        field = _field(axes, units)
        sizes = tuple(inputs[name][axis] for axis in pixel_axes(inputs[name]))
        found[name] = Sight(row.name, place, name, sizes, box, field, regions)
    return found


def _unit(row: Row, unit: Sequence[int] | None) -> tuple[tuple[int, ...], Region]:
    """The position of a unit as stated, and as a region of the layer's output."""
    shape = row.output_shape
    apart = len(shape) - 1 if len(shape) > 1 else len(shape)
    if unit is None:
        unit = tuple(size // 2 for size in shape[len(shape) - apart :])
    if unit and not shape:
        raise CnncalcError(f"{row.name} has one number a sample and no units to choose from")
    if len(unit) not in (apart, len(shape)):
        wanted = f"{apart} number{'s' if apart > 1 else ''}" + (f" or {len(shape)}" if len(shape) > apart else "")
        raise CnncalcError(
            f"a unit of {row.name}, whose output is {shape_text(shape)}, takes {wanted}, found {len(unit)}"
        )
    sizes = shape[len(shape) - len(unit) :]
    if not all(0 <= index < size for index, size in zip(unit, sizes, strict=True)):
        last = _listed([size - 1 for size in sizes])
        raise CnncalcError(f"{row.name} has no unit {_listed(unit)}; its units are counted from 0 to {last}")
    channels = whole(shape[: len(shape) - len(unit)])
    return tuple(unit), (*channels, *(range(index, index + 1) for index in unit))


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))


def _field(axes: Sequence[AxisField], units: Region) -> tuple[Edges, ...] | None:
    """The receptive field of a unit before the borders cut anything off."""
    found = []
    for axis in axes:
        if axis.lost or axis.partly:
            return None
        own = None
        if axis.axis is not None:
            if len(units[axis.axis]) != 1:
                return None
            own = axis.edges(*units[axis.axis])
        edges = [edge for edge in (own, axis.everything) if edge is not None]
        if not edges:
            return None
        found.append((min(first for first, _ in edges), max(last for _, last in edges)))
    return tuple(found)


def units_at(layers: Layers, row: Row, pixel: Sequence[int], source: str | None) -> tuple[Region, ...]:
    """The units of a layer that depend on a pixel; see :meth:`cnncalc.Analysis.units_seeing`."""
    inputs = layers.inputs
    if source is None:
        if len(inputs) > 1:
            raise CnncalcError(f"the network has several inputs; name the one of the pixel: {', '.join(inputs)}")
        (source,) = inputs
    if source not in inputs:
        raise CnncalcError(f'the network has no input "{source}"; its inputs: {", ".join(inputs)}')
    shape = inputs[source]
    sizes = [shape[axis] for axis in pixel_axes(shape)]
    if len(pixel) != len(sizes):
        wanted = f"{len(sizes)} number{'s' if len(sizes) > 1 else ''}"
        raise CnncalcError(f"a pixel of an input {shape_text(shape)} takes {wanted}, found {len(pixel)}")
    if not all(0 <= index < size for index, size in zip(pixel, sizes, strict=True)):
        last = _listed([size - 1 for size in sizes])
        raise CnncalcError(f"the input has no pixel {_listed(pixel)}; its pixels are counted from 0 to {last}")
    channels = whole(shape[: len(shape) - len(sizes)])
    elements = (*channels, *(range(index, index + 1) for index in pixel))
    return tuple(units_seeing(layers, source, elements, row.name))
