"""Points of a sweep over two figures as one HTML file, without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10
from typing import Any

from cnncalc.report.numbers import abbreviated, exact

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 900, 560, 80, 56, 16, 24
_STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; color: #222; background: #fff; margin: 2rem auto; max-width: 60rem; }
svg { width: 100%; height: auto; } svg text { font-size: 13px; fill: #444; }
.grid { stroke: #e4e4e4; } .other { fill: #9ab; opacity: .45; }
.best { fill: #0a7d4b; } .line { stroke: #0a7d4b; fill: none; }
circle:hover { fill: #d2480a; opacity: 1; } table { border-collapse: collapse; margin-top: 1rem; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #e4e4e4; }
td { font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) {
  body { background: #161a1d; color: #ddd; } svg text { fill: #bbb; } .grid { stroke: #333a40; }
  .best { fill: #4cc38a; } .line { stroke: #4cc38a; } th, td { border-color: #333a40; }
}
"""


def page(
    title: str, caption: str, rows: Sequence[dict[str, Any]], front: Sequence[bool], names: tuple[str, str]
) -> str:
    """A scatter of rows over two of their figures, each with all its values where the pointer rests; a table of the
    front below.
    """
    axes = [
        _Axis([float(row[name]) for row in rows], flipped) for name, flipped in zip(names, (False, True), strict=True)
    ]
    parts = [*_frame(axes, names)]
    best = sorted((row for row, chosen in zip(rows, front, strict=True) if chosen), key=lambda row: row[names[0]])
    if best:
        points = " ".join(f"{axes[0].place(row[names[0]]):.1f},{axes[1].place(row[names[1]]):.1f}" for row in best)
        parts.append(f'<polyline class="line" points="{points}"/>')
    for row, chosen in sorted(zip(rows, front, strict=True), key=lambda pair: pair[1]):
        x, y = (axis.place(row[name]) for axis, name in zip(axes, names, strict=True))
        tip = escape("\n".join(f"{name} = {_number(value)}" for name, value in row.items()))
        kind, size = ("best", 5) if chosen else ("other", 3)
        parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{size}"><title>{tip}</title></circle>')
    head = "".join(f"<th>{escape(name)}</th>" for name in (best[0] if best else ()))
    body = "".join("<tr>" + "".join(f"<td>{_number(value)}</td>" for value in row.values()) + "</tr>" for row in best)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n<p>{escape(caption)}</p>\n"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(names[1])} over {escape(names[0])}">\n'
        + "\n".join(parts)
        + f"\n</svg>\n<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>\n</body>\n</html>\n"
    )


class _Axis:
    """Where values stand, and the round values to mark."""

    def __init__(self, values: Sequence[float], flipped: bool) -> None:
        low, high = min(values), max(values)
        self.logarithmic = low > 0 and high > 100 * low
        self.flipped = flipped
        self.low, self.high = self._scaled(low), self._scaled(high)

    def _scaled(self, value: float) -> float:
        return log10(value) if self.logarithmic else float(value)

    def place(self, value: float) -> float:
        share = (self._scaled(float(value)) - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        if self.flipped:
            return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def ticks(self) -> list[float]:
        if self.logarithmic:
            powers = range(floor(self.low), floor(self.high) + 1)
            found = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
            return [tick for tick in found if self.low <= log10(tick) <= self.high]
        extent = self.high - self.low
        if not extent:
            return [self.low]
        step = 10.0 ** floor(log10(extent))
        step /= next(divisor for divisor in (1, 2, 5, 10) if extent / (step / divisor) >= 4)
        first = floor(self.low / step) + (1 if self.low % step else 0)
        return [number * step for number in range(first, floor(self.high / step) + 1)]


def _frame(axes: Sequence[_Axis], names: tuple[str, str]) -> list[str]:
    across, up = axes
    parts = []
    for tick in across.ticks():
        x = across.place(tick)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{_tick(tick)}</text>')
    for tick in up.ticks():
        y = up.place(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_tick(tick)}</text>')
    parts.append(f'<text x="{(_LEFT + _WIDTH) / 2}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(names[0])}</text>')
    middle = (_HEIGHT - _BOTTOM) / 2
    parts.append(
        f'<text x="16" y="{middle}" text-anchor="middle" transform="rotate(-90 16 {middle})">{escape(names[1])}</text>'
    )
    return parts


def _tick(value: float) -> str:
    return abbreviated(round(value)) if value == round(value) else f"{value:g}"


def _number(value: Any) -> str:
    return exact(int(value)) if not isinstance(value, (bool, str, float)) or value == int(value) else f"{value}"
