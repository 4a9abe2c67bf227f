"""The array walk against the report with plain numbers, at every point of generated specs, and published tables."""

import json

import numpy
import pandas
import pytest
from design_specs import figures, points, report, specs
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc import CnncalcError, Conv2d, Flatten, Linear, Network, Repeat
from cnncalc.analysis import shipped_conventions
from cnncalc.design.block import joined
from cnncalc.design.frame import whole_frame
from cnncalc.design.limits import value_in
from cnncalc.design.points import Points
from cnncalc.design.sampling import sampled
from cnncalc.design.sweep import Sweep


@settings(max_examples=60)
@given(specs(), st.sampled_from(("cnncalc", *shipped_conventions())))
def test_every_figure_of_every_layer_is_that_of_the_report(case, convention):
    network, values = case
    reports = [report(network, point, convention) for point in points(values)]
    expected = [{} if found is None else figures(found) for found in reports]
    names = list(dict.fromkeys(name for found in expected for name in found)) or ["macs"]
    frame = cnncalc.sweep(network, values, quantities=names, convention=convention)
    illegal = frame["illegal"].notna().tolist() if "illegal" in frame else [False] * len(frame)
    assert illegal == [found is None for found in reports]
    for name in names:
        found = [None if pandas.isna(value) else value for value in frame[name]]
        assert found == [figures_here.get(name) for figures_here in expected], name
    assert [dict(zip(values, row, strict=True)) for row in frame[list(values)].itertuples(index=False)] == points(
        values
    )


def test_the_published_tables_of_mobilenet():
    """Howard et al., "MobileNets" (2017), tables 6 and 7: million mult-adds and parameters by width and resolution."""
    network = cnncalc.load("mobilenet_v1")
    widths = cnncalc.sweep(network, {"width": [1, 0.75, 0.5, 0.25]})
    assert (widths["macs"] / 1e6).tolist() == pytest.approx([569, 325, 149, 41], abs=1)
    assert (widths["params"] / 1e6).round(1).tolist() == [4.2, 2.6, 1.3, 0.5]
    sizes = cnncalc.sweep(network, {"input": [224, 192, 160, 128]})
    assert (sizes["macs"] / 1e6).tolist() == pytest.approx([569, 418, 290, 186], abs=1)


def test_each_graph_is_built_once_and_points_come_in_order():
    network = Network(
        input=(3, 32, 32),
        variables={"width": 8, "deep": 1},
        layers=[Conv2d("width", 3), Repeat("deep", [Conv2d("width * 2", 3)]), Flatten(), Linear(10)],
    )
    asked = Sweep(network, {"width": [8, 12], "deep": [0, 1, 2], "batch": [1, 4]})
    whole = whole_frame(asked)
    assert whole["deep"].tolist() == [0, 0, 1, 1, 2, 2] * 2
    parts = [piece.shape for piece in asked.pieces(4)]
    assert sorted(parts) == [(2, 1, 2)] * 3  # three graphs, each with all widths and batches together
    together = joined(list(asked.blocks(4)))
    again = together.take(numpy.argsort(together.numbers))
    assert again.quantities["macs"].tolist() == whole["macs"].tolist()


def test_results_beyond_64_bits_are_exact():
    frame = cnncalc.sweep(cnncalc.load("alexnet"), {"H": [224, 2**31 - 1], "batch": [1, 2**31 - 1]})
    for (_, row), (height, batch) in zip(
        frame.iterrows(), [(h, b) for h in (224, 2**31 - 1) for b in (1, 2**31 - 1)], strict=True
    ):
        totals = cnncalc.analyze(cnncalc.load("alexnet"), (3, height, 224), batch=batch).totals
        assert row["macs"] == totals.macs
        assert row["activations"] == totals.activations
    assert frame["macs"].max() > 2**63
    assert frame["params"].dtype == numpy.int64


def test_illegal_points_have_the_reason_that_the_report_gives():
    network = cnncalc.load("alexnet")
    frame = cnncalc.sweep(network, {"input": range(1, 80)}, quantities=["macs"])
    for _, row in frame.iterrows():
        shape = (3, row["input"], row["input"])
        if row["macs"] is pandas.NA:
            with pytest.raises(CnncalcError) as raised:
                cnncalc.analyze(network, shape)
            assert str(raised.value) == row["illegal"]
        else:
            assert cnncalc.analyze(network, shape).totals.macs == row["macs"]


def test_conditions_are_those_of_pandas():
    network = cnncalc.load("mobilenet_v2")
    values = {"width": [0.5, 1, 1.4], "input": range(96, 225, 32)}
    everything = cnncalc.sweep(network, values, quantities=["params", "macs", "flops", "features.0.0.H"])
    found = cnncalc.sweep(
        network, values, where="params < 5e6 and (macs < 1e8 or features.0.0.H >= 96) and width != 1 and 2 * width > 1"
    )
    p, m, h, w = (everything[name] for name in ("params", "macs", "features.0.0.H", "width"))
    expected = everything[(p < 5e6) & ((m < 1e8) | (h >= 96)) & (w != 1) & (2 * w > 1)]
    assert len(expected) == 0 or found["macs"].tolist() == expected["macs"].tolist()
    half = cnncalc.sweep(network, values, where="0 < macs // width <= 10**9 and not width == 0.5")
    assert half["macs"].tolist() == everything[(m // w <= 10**9) & (w != 0.5)]["macs"].tolist()
    assert len(half) > 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (({"wdith": [1]},), "nothing is named 'wdith' that may vary; did you mean 'width'?"),
        (({"H": [32], "input": [64]},), "H and input are about the same; vary one of them"),
        (({"H": [0, 32]},), "H takes whole numbers of 1 to 2147483647, found 0"),
        (({"H": [1.5]},), "H takes whole numbers of 1 to 2147483647, found 3/2"),
        (({"width": []},), "width has no values to vary over"),
        (({"width": [True, 2]},), "width varies over numbers and over true or false, which do not go together"),
        (({"width": ["many"]},), "width varies over numbers of at most 1e+18, found 'many'"),
        (({},), "a sweep varies at least one variable"),
        (({"width": [1]}, ["mcas"]), "no quantity is named 'mcas'; did you mean 'macs'?"),
        (({"width": [1]}, ["features.0.9.macs"]), "no layer is named 'features.0.9'; did you mean 'features.0."),
        (({"width": [1]}, None, "params <"), "the condition 'params <': not an expression"),
        (({"width": [1]}, None, "parms < 5"), "no quantity is named 'parms'; did you mean 'params'?"),
        (({"width": [1]}, None, "params / 0 > 1"), "the condition 'params / 0 > 1': divides by zero"),
        (({"width": [1]}, None, "__import__('os')"), 'no function is named "__import__"'),
        (({"width": [1]}, None, "params.real < 5"), "no quantity is named 'params.real'"),
        (({"width": [1]}, None, "[1][0]"), "subscript is not part of the language of expressions"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_said_in_a_sentence(arguments, sentence):
    variables, quantities, where = (*arguments, None, None)[:3]
    with pytest.raises(CnncalcError) as raised:
        cnncalc.sweep(cnncalc.load("mobilenet_v2"), variables, quantities=quantities, where=where)
    assert sentence in str(raised.value)


@given(st.integers(1, 5000), st.integers(0, 9))
def test_a_sample_takes_each_point_once(count, seed):
    found = sampled(numpy.arange(count), count, seed)
    assert sorted(found.tolist()) == list(range(count))


def test_a_sample_is_some_of_the_grid_and_depends_on_the_seed():
    network = cnncalc.load("mobilenet_v2")
    values = {"width": [0.5, 0.75, 1], "input": range(64, 256)}
    whole = cnncalc.sweep(network, values, quantities=["macs"])
    one, same, other = (cnncalc.sweep(network, values, quantities=["macs"], sample=40, seed=s) for s in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)
    assert len(one.merge(whole, on=["width", "input", "macs"])) == len(one.drop_duplicates()) == 40


def test_two_inputs_are_varied_by_name():
    network = cnncalc.loads(
        '{"input": {"left": [3, 8, 8], "right": [5, 8, 8]},'
        ' "layers": [{"type": "Concat", "inputs": ["left", "right"]},'
        ' {"type": "Conv2d", "out_channels": 2, "kernel_size": 3}]}'
    )
    asked = ["params", "C", "H", "receptive_field.left.H"]
    frame = cnncalc.sweep(network, {"left.C": [1, 3], "input": [8, 9]}, quantities=asked)
    assert frame["params"].tolist() == [2 * 6 * 9 + 2] * 2 + [2 * 8 * 9 + 2] * 2
    assert frame["H"].tolist() == [6, 7, 6, 7]
    assert frame["receptive_field.left.H"].tolist() == [3] * 4


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 40))
def test_pieces_hold_all_points_in_order(sizes, most):
    grid = Points.grid({f"v{place}": range(size) for place, size in enumerate(sizes)})
    pieces = list(grid.pieces(most))
    assert all(piece.count <= most for piece in pieces)
    assert numpy.concatenate([piece.numbers() for piece in pieces]).tolist() == list(range(grid.count))


def test_memory_is_that_of_budgets_at_every_point():
    network = cnncalc.load("resnet18")
    frame = cnncalc.sweep(network, {"H": [193, 224], "batch": [1, 4]}, quantities=["memory"], where="memory > 0")
    for row in frame.itertuples():
        analysis = cnncalc.analyze(network, (3, row.H, 224), batch=row.batch)
        assert row.memory == value_in(analysis, "memory")
    with pytest.raises(CnncalcError, match="memory is the largest of a sum for every layer, which is no formula"):
        cnncalc.formula(network, "memory", ["H"])


def test_conditions_take_numbers_as_large_as_any_figure():
    """At a batch of 2³⁰ the MACs of AlexNet, 714,188,480 a sample, are 7.7·10¹⁷, and its FLOPs beyond 10¹⁸."""
    network = cnncalc.load("alexnet")
    for where, count in (("macs < 1e30", 2), ("flops > 10**18", 1), ("flops * 1000 < 1e21", 1)):
        assert len(cnncalc.sweep(network, {"batch": [1, 2**30]}, where=where)) == count
    with pytest.raises(CnncalcError, match="the condition 'macs < 1e400': goes beyond 1e\\+60"):
        cnncalc.sweep(network, {"batch": [1]}, where="macs < 1e400")


def test_hyper_parameters_that_are_true_or_false():
    spec = {"input": [3, 8, 8], "variables": {"b": True, "w": 4}}
    spec["layers"] = [{"type": "Conv2d", "out_channels": "w", "kernel_size": 3, "bias": "b or w > 4"}]
    network = cnncalc.loads(json.dumps(spec))
    frame = cnncalc.sweep(network, {"b": [True, False], "w": [4, 8]}, quantities=["params"])
    assert frame["params"].tolist() == [4 * 28, 8 * 28, 4 * 27, 8 * 28]
