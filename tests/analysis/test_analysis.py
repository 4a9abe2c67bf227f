"""Rows, totals, batches, notes and frames."""

import re

import pandas
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc import Network, analyze, load
from cnncalc.layers import LAYERS_BY_NAME


def one(kind, input, **settings):
    (row,) = analyze(Network(input=input, layers=[LAYERS_BY_NAME[kind](**settings)])).layers
    return row


def counted_by_loops_adaptive(sizes, targets, channels):
    """Additions and divisions of an adaptive average pool, window by window (ATen's start and end index)."""
    adds = divs = 0
    for _ in range(channels):
        for i in range(targets[0]):
            for j in range(targets[1]):
                window = 1
                for index, size, target in ((i, sizes[0], targets[0]), (j, sizes[1], targets[1])):
                    window *= -(-(index + 1) * size // target) - index * size // target
                adds += window - 1
                divs += 1
    return adds + divs


@pytest.mark.parametrize(
    ("row", "flops"),
    [
        # the public contract: 2 a MAC and 1 a bias addition; conv1 of AlexNet is its example
        (one("Conv2d", [3, 224, 224], out_channels=64, kernel_size=11, stride=4, padding=2), 140_747_200),
        (one("Conv2d", [3, 224, 224], out_channels=64, kernel_size=11, stride=4, padding=2, bias=False), 140_553_600),
        (one("Linear", [10], out_features=4), 2 * 40 + 4),
        (one("Linear", [7, 10], out_features=4, bias=False), 2 * 7 * 40),
        (one("Linear", [7, 10], out_features=4), 2 * 7 * 40 + 7 * 4),
        # 2 an element of an inference-time batch norm
        (one("BatchNorm2d", [8, 5, 5]), 2 * 200),
        (one("BatchNorm2d", [8, 5, 5], affine=False), 2 * 200),
        # without running statistics: mean (n − C adds, C divs), variance (n subs, n muls, n − C adds, C divs),
        # root (C adds, C roots, C divs), scale (n muls), and the affine map (n muls, n adds)
        (one("BatchNorm2d", [8, 5, 5], track_running_stats=False), 192 + 8 + 400 + 192 + 8 + 24 + 200 + 400),
        (one("BatchNorm2d", [8, 5, 5], track_running_stats=False, affine=False), 192 + 8 + 400 + 192 + 8 + 24 + 200),
        # 1 a comparison, addition, division or transcendental function of the others
        (one("ReLU", [8, 5, 5]), 200),
        (one("LeakyReLU", [8, 5, 5]), 400),
        (one("Sigmoid", [8, 5, 5]), 600),
        (one("Tanh", [8, 5, 5]), 200),
        (one("Softmax", [10]), 10 + 9 + 10),
        (one("Softmax", [10, 4], dim=-1), 40 + 30 + 40),
        (one("MaxPool2d", [2, 6, 6], kernel_size=3), 2 * 4 * 8),
        (one("AvgPool2d", [2, 6, 6], kernel_size=3), 2 * 4 * 9),
        (one("MaxPool3d", [2, 4, 4, 4], kernel_size=[1, 2, 2]), 2 * 4 * 2 * 2 * 3),
        (one("AdaptiveAvgPool2d", [2, 7, 7], output_size=1), 2 * 49),
        (one("AdaptiveAvgPool2d", [3, 7, 10], output_size=[3, 4]), counted_by_loops_adaptive((7, 10), (3, 4), 3)),
        (one("AdaptiveMaxPool2d", [3, 7, 10], output_size=[3, 4]), counted_by_loops_adaptive((7, 10), (3, 4), 3) - 36),
        (one("LocalResponseNorm", [4, 3, 3], size=5), 36 * (2 + 5 + 2 + 1)),
        (one("Dropout", [8, 5, 5]), 0),
        (one("Identity", [8, 5, 5]), 0),
        (one("Flatten", [8, 5, 5]), 0),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_flops_of_each_kind(row, flops):
    assert row.flops == flops


def test_flops_of_merges():
    layers = [
        cnncalc.Add(inputs=["input"] * 3),
        cnncalc.Concat(inputs=["input", "input"]),
        cnncalc.Mean((-2, -1), keepdim=True, inputs=["input"], name="mean"),
        cnncalc.Add(inputs=["mean", "input"]),
    ]
    add, concat, _, broadcast = analyze(Network(input=[4, 2, 2], layers=layers)).layers
    assert (broadcast.flops, broadcast.output_shape) == (16, (4, 2, 2))
    assert (add.flops, add.output_shape) == (2 * 16, (4, 2, 2))
    assert (concat.flops, concat.output_shape) == (0, (8, 2, 2))


@given(st.sampled_from(["alexnet", "resnet18", "lenet"]), st.integers(1, 10_000))
def test_a_batch_multiplies_costs_and_activations_and_never_parameters(name, batch):
    network = load(name)
    single, batched = analyze(network), analyze(network, batch=batch)
    for one_row, row in zip(single.layers, batched.layers, strict=True):
        assert (row.params, row.buffers, row.output_shape) == (one_row.params, one_row.buffers, one_row.output_shape)
        costs = (one_row.macs, one_row.flops, one_row.activations)
        assert (row.macs, row.flops, row.activations) == tuple(batch * cost for cost in costs)
    assert batched.totals.params == single.totals.params
    assert batched.totals.macs == batch * single.totals.macs


def test_totals_and_kinds_are_sums():
    analysis = analyze(load("resnet18"))
    for quantity in ("params", "buffers", "macs", "flops", "activations"):
        total = sum(getattr(row, quantity) for row in analysis.layers)
        assert getattr(analysis.totals, quantity) == total
        assert sum(getattr(sums, quantity) for _, sums in analysis.by_type().values()) == total
    assert sum(count for count, _ in analysis.by_type().values()) == len(analysis.layers)


def test_totals_of_two_networks_together():
    one, other = (analyze(load(name), batch=3).totals for name in ("lenet", "resnet18"))
    both = one + other
    for quantity in one.to_dict():
        assert getattr(both, quantity) == getattr(one, quantity) + getattr(other, quantity)
    assert one.to_dict()["trainable_params"] == one.params - one.frozen_params


def test_totals_are_partial_where_a_layer_is_not_known():
    for macs, partial in ((None, ("macs", "flops")), (5, ("flops",))):
        stack = [cnncalc.Linear(4), cnncalc.layers.Opaque(operator="theirs", macs=macs)]
        assert analyze(Network(input=[8], layers=stack)).partial == partial
    assert analyze(load("lenet")).partial == ()


def test_the_lectures_claim_about_alexnet():
    """Convolution holds about 5% of the parameters and does about 95% of the computation, linear layers the reverse."""
    analysis = analyze(load("alexnet"))
    kinds = {kind: sums for kind, (_, sums) in analysis.by_type().items()}
    assert kinds["Conv2d"].params / analysis.totals.params == pytest.approx(0.05, abs=0.015)
    assert kinds["Conv2d"].macs / analysis.totals.macs == pytest.approx(0.95, abs=0.035)
    assert kinds["Conv2d"].params + kinds["Linear"].params == analysis.totals.params


def test_another_input():
    analysis = analyze(load("alexnet"), [3, 227, 227])
    assert analysis.input == (3, 227, 227)
    assert analysis.layers[0].output_shape == (64, 56, 56)


@pytest.mark.parametrize(
    ("kind", "input", "settings", "message"),
    [
        ("Conv2d", [1, 7, 7], {"kernel_size": 3, "stride": 2}, None),
        ("Conv2d", [1, 7, 8], {"kernel_size": 3, "padding": "same"}, None),
        (
            "Conv2d",
            [1, 7, 8],
            {"kernel_size": 3, "stride": 2},
            "width: (8 − 3 + 2·0)/2 = 2.5 is not whole, floor 2, + 1 = 3, one column of the input is never read",
        ),
        (
            "Conv2d",
            [1, 9, 10],
            {"kernel_size": 3, "stride": 4, "padding": 1, "dilation": 2},
            "height: K' = 2·(3 − 1) + 1 = 5, "
            "(9 − 5 + 2·1)/4 = 1.5 is not whole, floor 1, + 1 = 2, 6 rows of the padded input are never read "
            "(5 rows of the input itself); "
            "width: K' = 2·(3 − 1) + 1 = 5, "
            "(10 − 5 + 2·1)/4 = 1.75 is not whole, floor 1, + 1 = 2, 7 columns of the padded input are never "
            "read (6 columns of the input itself)",
        ),
        (
            "Conv1d",
            [1, 9],
            {"kernel_size": 1, "stride": 7},
            "length: (9 − 1 + 2·0)/7 = 1.142… is not whole, floor 1, + 1 = 2, 7 positions of the input are never read",
        ),
        (
            "Conv1d",
            [1, 3002],
            {"kernel_size": 1, "stride": 3000},
            "length: (3002 − 1 + 2·0)/3000 = 1.000… is not whole, floor 1, + 1 = 2, "
            "3000 positions of the input are never read",
        ),
        (
            "MaxPool2d",
            [1, 6, 6],
            {"kernel_size": 3, "stride": 2, "ceil_mode": True},
            "height and width: (6 − 3 + 2·0)/2 = 1.5 is not whole, ceil_mode takes the ceiling 2, + 1 = 3, "
            "the last window reaches one row and one column past the input",
        ),
        (
            "MaxPool3d",
            [1, 3, 3, 3],
            {"kernel_size": 2, "stride": 4, "padding": 1, "ceil_mode": True},
            "depth and height and width: (3 − 2 + 2·1)/4 = 0.75 is not whole, ceil_mode takes the ceiling 1, + 1 = 2, "
            "less the last window, which would begin behind the input: 1, "
            "3 slices and 3 rows and 3 columns of the padded input are never read "
            "(2 slices and 2 rows and 2 columns of the input itself)",
        ),
        (
            "MaxPool1d",
            [1, 10],
            {"kernel_size": 3, "stride": 3, "padding": 1, "dilation": 2, "ceil_mode": True},
            "length: K' = 2·(3 − 1) + 1 = 5, (10 − 5 + 2·1)/3 = 2.333… is not whole, ceil_mode takes the ceiling 3, "
            "+ 1 = 4, the last window reaches 2 positions past the padded input",
        ),
        (
            "MaxPool1d",
            [1, 2],
            {"kernel_size": 3, "stride": 2, "ceil_mode": True},
            "length: (2 − 3 + 2·0)/2 = −0.5 is not whole, ceil_mode takes the ceiling 0, + 1 = 1, "
            "the last window reaches one position past the input",
        ),
        (
            "Conv2d",
            [1, 8, 8],
            {"kernel_size": 3, "stride": 2},
            "height and width: (8 − 3 + 2·0)/2 = 2.5 is not whole, floor 2, + 1 = 3, "
            "one row and one column of the input are never read",
        ),
        (
            "Conv1d",
            [1, 6],
            {"kernel_size": 3, "stride": 2, "padding": 2},
            "length: (6 − 3 + 2·2)/2 = 3.5 is not whole, floor 3, + 1 = 4, "
            "one position of the padded input is never read (padding only)",
        ),
    ],
)
def test_notes_on_inexact_division(kind, input, settings, message):
    channels = {"out_channels": 1} if kind.startswith("Conv") else {}
    network = Network(input=input, layers=[LAYERS_BY_NAME[kind](**channels, **settings)])
    warnings = [(warning.code, warning.message) for warning in analyze(network).warnings]
    assert warnings == ([("inexact-division", message)] if message else [])


@pytest.mark.parametrize(("windows", "told"), [(1000, True), (1001, False)])
def test_what_padding_hides_is_told_apart_for_up_to_a_million_elements(windows, told):
    """Windows of 1,000 elements, 1,003 apart, and 7 more elements."""
    layer = cnncalc.Conv1d(1, 1000, stride=1003, padding=1)
    (note,) = layer.notes((1, (windows - 1) * 1003 + 998 + 7))
    unread = 3 * (windows - 1) + 7
    itself = f" ({unread - 1} positions of the input itself)" if told else ""
    assert note.message.endswith(f"{unread} positions of the padded input are never read{itself}")


@settings(max_examples=400)
@given(*(st.integers(low, high) for low, high in ((1, 30), (1, 6), (1, 7), (0, 3), (1, 3))), st.booleans())
def test_what_a_note_calls_unread_is_what_no_window_reads(size, kernel, stride, padding, dilation, ceil_mode):
    """Every window slid over the padded axis, its reads collected one by one."""
    layer = cnncalc.MaxPool1d(kernel, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode)
    axis = [f"padding {i}" for i in range(padding)] + list(range(size)) + [f"behind {i}" for i in range(padding)]
    assume(all(check.holds for check in layer.checks((1, size))))
    read = set()
    for window in range(layer.output((1, size))[1]):
        taps = [window * stride + tap * dilation for tap in range(kernel)]
        read |= {axis[tap] for tap in taps if tap < len(axis)}
    unread = [element for element in axis if element not in read]
    of_input = [element for element in unread if isinstance(element, int)]
    for note in layer.notes((1, size)):
        found = re.search(
            r"(one|\d+) positions? of the (padded )?input (?:is|are) never read(?: \((.*)\))?$", note.message
        )
        if found is None:
            assert re.search("past the (padded )?input$", note.message)
            continue
        count = 1 if found[1] == "one" else int(found[1])
        assert count == len(unread)
        assert bool(found[2]) == bool(padding)
        if padding and not of_input:
            assert found[3] == "padding only"
        elif padding:
            assert len(of_input) < len(unread)
            assert found[3].split()[0] in (str(len(of_input)), "one" if len(of_input) == 1 else "")


def test_the_dataframe_has_the_columns_and_figures_of_the_dict():
    analysis = analyze(load("resnet18"))
    frame = analysis.to_dataframe()
    rows = analysis.to_dict()["layers"]
    assert isinstance(frame, pandas.DataFrame)
    plain = [key for key in rows[0] if key not in ("receptive_field", "operations")]
    operations = [f"operations_{key}" for key in rows[0]["operations"]]
    assert list(frame.columns) == [*plain, *operations, *(f"field_{key}" for key in rows[0]["receptive_field"])]
    assert frame.attrs["convention"] == "cnncalc"
    assert [list(size) for size in frame["field_size"]] == [row["receptive_field"]["size"] for row in rows]
    assert frame["field_jump"][0] == (2, 2)
    assert frame["macs"].tolist() == [row["macs"] for row in rows]
    assert frame["params"].sum() == 11_689_512
    assert frame["output_shape"][0] == (64, 112, 112)


def test_figures_beyond_int64_stay_exact_in_the_dataframe():
    layers = [cnncalc.Linear(2**31 - 1), cnncalc.Linear(2**31 - 1)]
    analysis = analyze(Network(input=[2**31 - 1], layers=layers), batch=2**31 - 1)
    assert analysis.layers[0].macs == (2**31 - 1) ** 3
    assert analysis.to_dataframe()["macs"].tolist() == [(2**31 - 1) ** 3] * 2


def test_the_notebook_table_is_escaped_and_complete():
    network = Network(name="<b>x", input=[1, 8, 8], layers=[cnncalc.Conv2d(2, 3, stride=2, name="<script>")])
    html = analyze(network)._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html
    assert "2×3×3" in html
    assert "never read" in html
    assert "total" in html


def test_repr_is_one_line_with_the_totals():
    text = repr(analyze(load("alexnet")))
    assert text.startswith("<Analysis of AlexNet: 22 layers, params=61,100,840")
    assert "\n" not in text


@pytest.mark.parametrize("layer", ["conv1.conv", "inception3a.branch2.0.conv", "inception4e.concat", "fc"])
def test_an_analysis_that_ends_at_a_layer(layer):
    """It has what the layer reads, what that reads and so on, each as in the whole."""
    whole = analyze(load("googlenet"), batch=2)
    part = analyze(load("googlenet"), batch=2, until=layer)
    needed, waiting = set(), [layer]
    while waiting:
        name = waiting.pop()
        if name not in needed | {"input"}:
            needed.add(name)
            waiting += whole.row(name).inputs
    rows = [row for row in whole.layers if row.name in needed]
    figures = [(row.name, row.inputs, row.input_shapes, row.output_shape, row.params, row.flops) for row in rows]
    assert figures == [
        (row.name, row.inputs, row.input_shapes, row.output_shape, row.params, row.flops) for row in part.layers
    ]
    assert part.totals.macs == sum(row.macs for row in rows)
    assert part.receptive_fields(layer) == whole.receptive_fields(layer)
    assert "unexpected-total" not in {warning.code for warning in part.warnings}


def test_an_analysis_that_ends_at_no_layer_of_the_network():
    with pytest.raises(cnncalc.SpecError, match=r"^no layer is named 'fc9'; did you mean 'fc8'\?$"):
        analyze(load("alexnet"), until="fc9")
