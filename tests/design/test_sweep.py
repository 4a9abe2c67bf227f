"""The array walk against the report with plain numbers, at every point of generated specs."""

import pandas
from design_specs import figures, points, report, specs
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.analysis import shipped_conventions


@settings(max_examples=60)
@given(specs(), st.sampled_from(("cnncalc", *shipped_conventions())))
def test_every_figure_of_every_layer_is_that_of_the_report(case, convention):
    network, values = case
    reports = [report(network, point, convention) for point in points(values)]
    expected = [{} if found is None else figures(found) for found in reports]
    names = list(dict.fromkeys(name for found in expected for name in found)) or ["macs"]
    frame = cnncalc.sweep(network, values, quantities=names, convention=convention)
    illegal = [found is None for found in reports]
    assert ("illegal" in frame and frame["illegal"].notna().tolist() or [False] * len(frame)) == illegal
    for name in names:
        found = [None if pandas.isna(value) else value for value in frame[name]]
        assert found == [figures_here.get(name) for figures_here in expected], name
    assert [dict(zip(values, row, strict=True)) for row in frame[list(values)].itertuples(index=False)] == points(values)
