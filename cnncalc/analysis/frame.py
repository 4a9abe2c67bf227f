"""An analysis as a pandas DataFrame, and from it as HTML for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas

if TYPE_CHECKING:
    from cnncalc.analysis.analysis import Analysis


def dataframe(analysis: Analysis) -> pandas.DataFrame:
    """One row a layer; figures beyond int64 stay exact as Python ints (dtype object)."""
    rows = analysis.to_dict()["layers"]
    for row in rows:
        row["inputs"] = tuple(row["inputs"])
        row["output_shape"] = tuple(row["output_shape"])
    return pandas.DataFrame(rows)


def html(analysis: Analysis) -> str:
    """A table of the layers with a line of totals and the warnings below it."""
    frame = dataframe(analysis)
    frame["inputs"] = [", ".join(names) for names in frame["inputs"]]
    frame["output_shape"] = ["×".join(map(str, shape)) for shape in frame["output_shape"]]
    quantities = ["params", "buffers", "macs", "flops", "activations"]
    totals = {"name": "total"} | {name: getattr(analysis.totals, name) for name in quantities}
    frame = pandas.concat([frame, pandas.DataFrame([totals])], ignore_index=True).fillna("")
    table = frame.to_html(index=False, formatters=dict.fromkeys(quantities, "{:,}".format))
    sample = "×".join(map(str, analysis.input))
    caption = f"{analysis.name}, input {sample}, batch {analysis.batch}, FLOPs by the convention {analysis.convention}"
    notes = "".join(f"<li>{escape(f'{w.layer}: {w.message}')}</li>" for w in analysis.warnings)
    return f"<p>{escape(caption)}</p>{table}" + (f"<ul>{notes}</ul>" if notes else "")
