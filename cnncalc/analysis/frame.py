"""The plain data of an analysis as a pandas DataFrame, and from it as HTML for notebooks."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas

_COUNTS = ("params", "buffers", "macs", "flops", "activations")


def dataframe(document: dict[str, Any]) -> pandas.DataFrame:
    """One row a layer; figures beyond int64, and those beside ones that are not known (None), stay exact as Python ints
    (dtype object).

    The convention of its ``flops`` stands in the frame's ``attrs``.
    """
    several = isinstance(document["input"], dict)
    frame = pandas.DataFrame([_flat(row, several) for row in document["layers"]])
    for column in _COUNTS:
        if frame[column].isna().any():  # what is not known would make floats of the other figures
            frame[column] = pandas.Series([row[column] for row in document["layers"]], dtype=object)
    frame.attrs |= {key: document[key] for key in ("name", "convention", "unit", "batch")}
    return frame


def _flat(row: dict[str, Any], several: bool) -> dict[str, Any]:
    """A layer with tuples for lists, and its field in columns of its own, ``field_size`` or ``left.field_size``."""
    flat: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    fields: dict[str, Any] = flat.pop("receptive_field") or {}
    flat |= {f"operations_{name}": count for name, count in flat.pop("operations").items()}
    by_input = fields if several else {"": fields}
    for source, field in by_input.items():
        prefix = f"{source}." if several else ""
        for key, values in field.items():
            flat[f"{prefix}field_{key}"] = tuple(tuple(v) if isinstance(v, list) else v for v in values)
    return flat


def _count(figure: Any) -> str:
    return f"{figure:,}" if isinstance(figure, int) else "?"


def html(document: dict[str, Any]) -> str:
    """A table of the layers with a line of totals, and the warnings below it."""
    frame = dataframe(document)
    frame["inputs"] = [", ".join(names) for names in frame["inputs"]]
    for column in frame.columns:
        if column == "output_shape" or column.endswith("field_size"):
            frame[column] = ["×".join(map(str, sizes)) if isinstance(sizes, tuple) else "" for sizes in frame[column]]
    frame = frame[
        [
            column
            for column in frame.columns
            if (not column.startswith("operations_") and "field_" not in column) or column.endswith("field_size")
        ]
    ]
    totals = {"name": "total"} | {key: total for key, total in document["totals"].items() if key in frame}
    frame = pandas.concat([frame, pandas.DataFrame([totals])], ignore_index=True).astype(object).fillna("")
    table = frame.to_html(index=False, formatters=dict.fromkeys(_COUNTS, _count))
    shapes = document["input"] if isinstance(document["input"], dict) else {"input": document["input"]}
    sample = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items())
    caption = f"{document['name']}, {sample}, batch {document['batch']}"
    sentences = [f"{note['layer']}: {note['message']}" for note in document["warnings"]]
    notes = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    convention = f", FLOPs by the convention {document['convention']}"
    return f"<p>{escape(caption + convention)}</p>{table}" + (f"<ul>{notes}</ul>" if notes else "")
