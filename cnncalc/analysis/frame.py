"""The plain data of an analysis as a pandas DataFrame, and from it as HTML for notebooks."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas

_COUNTS = ("params", "buffers", "macs", "flops", "activations")


def dataframe(document: dict[str, Any]) -> pandas.DataFrame:
    """One row a layer; figures beyond int64 stay exact as Python ints (dtype object)."""
    tuples = [
        row | {"inputs": tuple(row["inputs"]), "output_shape": tuple(row["output_shape"])} for row in document["layers"]
    ]
    return pandas.DataFrame(tuples)


def html(document: dict[str, Any]) -> str:
    """A table of the layers with a line of totals, and the warnings below it."""
    frame = dataframe(document)
    frame["inputs"] = [", ".join(names) for names in frame["inputs"]]
    frame["output_shape"] = ["×".join(map(str, shape)) for shape in frame["output_shape"]]
    totals = {"name": "total"} | document["totals"]
    frame = pandas.concat([frame, pandas.DataFrame([totals])], ignore_index=True).fillna("")
    table = frame.to_html(index=False, formatters=dict.fromkeys(_COUNTS, "{:,}".format))
    shapes = document["input"] if isinstance(document["input"], dict) else {"input": document["input"]}
    sample = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items())
    caption = f"{document['name']}, {sample}, batch {document['batch']}"
    sentences = [f"{note['layer']}: {note['message']}" for note in document["warnings"]]
    notes = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    convention = f", FLOPs by the convention {document['convention']}"
    return f"<p>{escape(caption + convention)}</p>{table}" + (f"<ul>{notes}</ul>" if notes else "")
