"""Exactly which elements of a network's inputs some units of a layer see, and which units see some elements.

Units are followed layer by layer, borders and all, against the data or with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cnncalc.analysis.regions import Region, add, hull, made, read, whole
from cnncalc.layers.base import Shape

if TYPE_CHECKING:
    from cnncalc.analysis.analysis import Row


def pixel_axes(shape: Shape) -> range:
    """The axes of an input along which it has pixels: all but the channels; of a single axis, that one."""
    return range(1 if len(shape) > 1 else 0, len(shape))


def elements_seen(
    inputs: Mapping[str, Shape], rows: Sequence[Row], layer: str, units: Region
) -> dict[str, list[Region]]:
    """The elements, of each input that they see, that some units of a layer depend on."""
    wanted: dict[str, list[Region]] = {layer: [units]}
    for row in reversed(rows):
        regions = wanted.pop(row.name, None)
        if regions is None:
            continue
        for name, x, reading in zip(row.inputs, row.input_shapes, row.layer.reads(*row.input_shapes), strict=True):
            sources = wanted.setdefault(name, [])
            for region in regions:
                for found in read(reading, region, x, row.output_shape) if reading else (region,):
                    add(sources, found)
    return {name: wanted[name] for name in inputs if wanted.get(name)}


def pixels_seen(inputs: Mapping[str, Shape], rows: Sequence[Row], layer: str, units: Region) -> dict[str, list[Region]]:
    """The pixels, of whatever channel, that some units of a layer depend on."""
    pixels: dict[str, list[Region]] = {}
    for name, regions in elements_seen(inputs, rows, layer, units).items():
        flat: list[Region] = []
        for region in regions:
            add(flat, tuple(region[axis] for axis in pixel_axes(inputs[name])))
        pixels[name] = flat
    return pixels


def reach(inputs: Mapping[str, Shape], rows: Sequence[Row], layer: str) -> dict[str, tuple[tuple[int, int], ...]]:
    """The first and the last pixel, along each axis of each input, that all units of a layer together see."""
    shape = next(row.output_shape for row in rows if row.name == layer)
    return {name: hull(regions) for name, regions in pixels_seen(inputs, rows, layer, whole(shape)).items()}


def units_seeing(
    inputs: Mapping[str, Shape], rows: Sequence[Row], source: str, elements: Region, layer: str
) -> list[Region]:
    """The units of a layer that depend on some elements of an input."""
    reached: dict[str, list[Region]] = {source: [elements]}
    for row in rows:
        units: list[Region] = []
        for name, x, reading in zip(row.inputs, row.input_shapes, row.layer.reads(*row.input_shapes), strict=True):
            for region in reached.get(name, ()):
                for found in made(reading, region, x, row.output_shape) if reading else (region,):
                    add(units, found)
        if row.name == layer:
            return units
        if units:
            reached[row.name] = units
    return reached.get(layer, [])
