"""A box of pixels on an input, as an SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from cnncalc.analysis import Sight
from cnncalc.analysis.axis_field import Edges
from cnncalc.analysis.regions import Indices

_LARGEST = 640
_MARGIN = 24
_THINNEST = 16
_MOST_RECTANGLES = 20_000
_STYLE = """
  .input { fill: #e9ecef; stroke: #495057 }
  .field { fill: #ffd43b; fill-opacity: 0.35; stroke: #f08c00; stroke-dasharray: 6 4 }
  .seen { fill: #2f9e44; fill-opacity: 0.8 }
  .box { fill: none; stroke: #2b8a3e }
  text { font: 13px sans-serif; fill: #212529 }
"""


def svg(sight: Sight, title: str, caption: str) -> str:
    """The last two pixel axes of an input, or its one as a strip, with what the unit sees and its field beyond.

    Coordinates are pixels of the input, scaled to fit. Where there are too many rectangles, the caption says so.
    """
    pixels = _last_two([(0, size - 1) for size in sight.pixels])
    field = pixels if sight.field is None else _last_two(sight.field)
    (top, bottom), (left, right) = (
        (min(low, a), max(high, b)) for (low, high), (a, b) in zip(pixels, field, strict=True)
    )
    scale = _LARGEST / (max(bottom - top, right - left) + 1)
    strip = max(1.0, _THINNEST / scale) if len(sight.pixels) == 1 else 1.0
    width, height = (right - left + 1) * scale + 2 * _MARGIN, (bottom - top + 1) * scale * strip + 3 * _MARGIN

    def box(sides: tuple[Edges, Edges], style: str) -> str:
        (first_row, last_row), (first_column, last_column) = sides
        x, y = (first_column - left) * scale + _MARGIN, (first_row - top) * scale * strip + _MARGIN
        w, h = (last_column - first_column + 1) * scale, (last_row - first_row + 1) * scale * strip
        return f'<rect class="{style}" x="{x:.6g}" y="{y:.6g}" width="{w:.6g}" height="{h:.6g}"/>'

    shapes = [box(pixels, "input")]
    if sight.field is not None:
        shapes.append(box(field, "field"))
    seen = [box(rectangle, "seen") for rectangle in _rectangles(sight)]
    if len(seen) == _MOST_RECTANGLES:
        caption += f"; only the first {_MOST_RECTANGLES:,} rectangles are drawn"
    if sight.box is not None:
        shapes += [*seen, box(_last_two(sight.box), "box")]
    drawing = "\n".join(shapes)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width:.6g}" height="{height:.6g}" role="img">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
{drawing}
<text x="{_MARGIN}" y="{height - _MARGIN / 2:.6g}">{escape(caption)}</text>
</svg>
"""


def _last_two(edges: Sequence[Edges]) -> tuple[Edges, Edges]:
    """The last two axes; one axis alone as the only row of an image."""
    return ((0, 0), edges[0]) if len(edges) == 1 else (edges[-2], edges[-1])


def _rectangles(sight: Sight) -> list[tuple[Edges, Edges]]:
    """What is seen as rectangles: a run of rows by a run of columns."""
    found: list[tuple[Edges, Edges]] = []
    for region in sight.regions:
        rows, columns = (range(1), region[0]) if len(region) == 1 else (region[-2], region[-1])
        for row in _runs(rows):
            for column in _runs(columns):
                found.append((row, column))
                if len(found) >= _MOST_RECTANGLES:
                    return found
    return found


def _runs(found: Indices) -> Iterator[Edges]:
    """Neighbouring positions together, as first and last."""
    if isinstance(found, range) and found.step == 1:
        yield found[0], found[-1]
        return
    first = last = found[0]
    for position in found[1:]:
        if position != last + 1:
            yield first, last
            first = position
        last = position
    yield first, last
