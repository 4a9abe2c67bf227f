"""What PyTorch says of a network beside what cnncalc does, as a person reads it and as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import to_builtins

from cnncalc.layers.base import shape_text
from cnncalc.pytorch.comparison import Compared, Verification, Verified
from cnncalc.report.grid import Line, Span, fitted, width_of
from cnncalc.report.numbers import abbreviated, exact
from cnncalc.report.table import prose

_MARKS = {True: "✓", False: "✗", None: "–"}
_STYLES = {True: "green", False: "bold red", None: "yellow"}
_HEADINGS = {
    "output_shape": "output",
    "params": "params",
    "buffers": "buffers",
    "macs": "MACs",
    "receptive_field": "pixels seen",
}
_NARROWEST_NAME, _NARROWEST_BOX = 12, 8


def verification_lines(verification: Verification, width: int) -> list[Line]:
    """A row a layer and one for the whole, each quantity by cnncalc and by PyTorch, and what is to be said of them."""
    inputs = ", ".join(f"{name} {shape_text(shape)}" for name, shape in verification.input.items())
    lines = prose(f"{verification.name}: {inputs}, batch {verification.batch}", width, "bold")
    rows = (*verification.layers, verification.whole)
    chosen = [quantity for quantity in _HEADINGS if quantity != "buffers" or _any(rows, quantity)]
    chosen = [quantity for quantity in chosen if any(quantity in row.quantities for row in rows)]
    lines += _table(rows, chosen, width)
    lines += _remarks(rows, width)
    return lines + prose(
        f"{verdict(verification)}: {compared_text(verification)}.", width, "bold" if verification.agrees else "bold red"
    )


def _table(rows: Sequence[Verified], chosen: Sequence[str], width: int) -> list[Line]:
    """With the kinds of layer where there is room for them."""
    table = [[Span(text, "bold") for text in ("", "name", "type", *_heading(chosen))]]
    for row in rows:
        cells = [Span(_MARKS[row.agrees], _STYLES[row.agrees]), Span(row.name), Span(row.type)]
        for quantity in chosen:
            cells += _cells(quantity, row.quantities.get(quantity))
        table.append(cells)
    rights = [False] * 3 + [quantity in ("params", "buffers", "macs") for quantity in chosen for _ in range(2)]
    if sum(width_of([row[column].text for row in table]) + 1 for column in range(len(rights))) > width + 1:
        table, rights = [[*row[:2], *row[3:]] for row in table], rights[1:]
    last = len(rights) - 1
    narrowest = {1: _NARROWEST_NAME} | dict.fromkeys(
        (last - 1, last) if "receptive_field" in chosen else (), _NARROWEST_BOX
    )
    return fitted(table, rights, width, narrowest)


def verdict(verification: Verification) -> str:
    """One sentence: how many layers agree, which differ first, and what PyTorch could not tell."""
    count = len(verification.layers)
    unknown = {heading: len(verification.unknown(quantity)) for quantity, heading in _HEADINGS.items()}
    gaps = "".join(f"; of {number} PyTorch cannot tell the {heading}" for heading, number in unknown.items() if number)
    if verification.agrees:
        return f"✓ {count} layer{'s agree' if count > 1 else ' agrees'}{gaps}"
    names = ", ".join(row.name for row in verification.different[:4])
    more = len(verification.different) - 4
    return f"✗ PyTorch differs on {names}{f' and {more} more' if more > 0 else ''}{gaps}"


def compared_text(verification: Verification) -> str:
    """What was compared, and with which PyTorch."""
    names = [
        heading
        for quantity, heading in _HEADINGS.items()
        if any(quantity in row.quantities for row in verification.layers)
    ]
    return f"{', '.join(names[:-1])} and {names[-1]} by PyTorch {verification.torch.partition('+')[0]}"


def _any(rows: Sequence[Verified], quantity: str) -> bool:
    found = (row.quantities.get(quantity) for row in rows)
    return any(compared is not None and (compared.cnncalc or compared.torch) for compared in found)


def _heading(quantities: Sequence[str]) -> list[str]:
    return [text for quantity in quantities for text in (_HEADINGS[quantity], "torch")]


def _cells(quantity: str, compared: Compared | None) -> tuple[Span, Span]:
    """Ours, and PyTorch's with a mark; in full where they differ."""
    if compared is None:
        return Span(""), Span("")
    text: Callable[[Any], str] = {"output_shape": _shape, "receptive_field": _boxes}.get(
        quantity, exact if compared.agrees is False else abbreviated
    )
    mark = _MARKS[compared.agrees]
    theirs = mark if compared.torch is None else f"{text(compared.torch)} {mark}"
    ours = "?" if compared.cnncalc is None else text(compared.cnncalc)
    return Span(ours), Span(theirs, _STYLES[compared.agrees])


def _shape(shape: Any) -> str:
    if shape and isinstance(shape[0], (tuple, list)):
        return ", ".join(map(shape_text, shape))
    return shape_text(shape)


def _boxes(boxes: Mapping[str, Sequence[tuple[int, int]] | None]) -> str:
    """``30–170, 30–170``: the first and the last pixel along each axis, of each of several inputs under its name."""
    texts = {
        name: "none" if box is None else ", ".join(f"{low}–{high}" for low, high in box) for name, box in boxes.items()
    }
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{name} {text}" for name, text in texts.items())


def _remarks(rows: Sequence[Verified], width: int) -> list[Line]:
    """What PyTorch says where it refuses, and why a figure is missing or differs, once for all layers alike."""
    layers: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found = [("error", row.error)] if row.error else []
        found += [(_HEADINGS[name], compared.remark) for name, compared in row.quantities.items() if compared.remark]
        for remark in found:
            layers.setdefault(remark, []).append(row.name)
    lines: list[Line] = []
    for (label, sentence), (name, *others) in layers.items():
        more = f" and {len(others)} more" if others else ""
        about = "" if label == "error" else f"{label}: "
        lines += prose(f"note  {name}{more}: {about}{sentence}", width, "yellow")
    return lines


def all_lines(verifications: Mapping[str, Verification], width: int) -> list[Line]:
    """A line a network, and behind them the table of each that differs."""
    sentences = {name: verdict(each) for name, each in verifications.items()}
    lines = [line for name, text in sentences.items() for line in prose(f"{text[0]} {name}: {text[2:]}", width)]
    for each in verifications.values():
        if not each.agrees:
            lines += [[], *verification_lines(each, width)]
    agreeing = sum(each.agrees for each in verifications.values())
    total = f"{agreeing} of {len(verifications)} networks agree: {compared_text(next(iter(verifications.values())))}."
    return [*lines, *prose(total, width, "bold")]


def verification_document(verification: Verification) -> dict[str, Any]:
    """The same as plain data; ``agrees`` is null where PyTorch cannot tell."""
    return {
        "name": verification.name,
        "torch": verification.torch,
        "batch": verification.batch,
        "input": {name: list(shape) for name, shape in verification.input.items()},
        "agrees": verification.agrees,
        "layers": [_document(row) for row in verification.layers],
        "whole": _document(verification.whole),
    }


def _document(row: Verified) -> dict[str, Any]:
    quantities: dict[str, Any] = to_builtins(row.quantities)
    about = {"name": row.name, "type": row.type, "agrees": row.agrees, "device": row.device}
    return about | ({"error": row.error} if row.error else {}) | quantities
