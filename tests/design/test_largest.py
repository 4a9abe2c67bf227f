"""The largest network within a budget, against every value analysed by itself."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import CnncalcError, SpecError, analyze, largest, load, loads
from cnncalc.analysis.liveness import inference_memory
from cnncalc.analysis.rows import row_of
from cnncalc.arithmetic.ranges import Range
from cnncalc.design.exact_sizes import exact_sizes, progressions
from cnncalc.design.limits import Limit, limits_from, number_from, value_in
from cnncalc.graph import build_graph


def best_by_trying(network, variable, values, limits, batch=1):
    """The last value that keeps to the limits, each analysed by itself; those that cannot be built are passed over."""
    best = None
    for value in values:
        try:
            if variable == "input":
                analysis = analyze(network, (network.input[0], value, value), batch=batch)
            elif variable == "batch":
                analysis = analyze(network, batch=value)
            else:
                shown = float(value) if isinstance(value, Fraction) else value
                analysis = analyze(network, variables={variable: shown}, batch=batch)
        except SpecError:
            continue
        if all(limit.holds(value_in(analysis, limit.quantity)) for limit in limits):
            best = value
    return best


@pytest.mark.parametrize(
    ("spec", "variable", "target", "high"),
    [
        ("stack_three_3x3", "channels", "params <= 1e5", 80),
        ("stack_three_3x3", "channels", "macs < 5e7 and activations <= 1e6", 80),
        ("stack_three_3x3", "input", "memory <= 600kB", 90),
        ("alexnet", "input", "macs <= 1e8 and flops <= 3e8", 150),
        ("alexnet", "batch", "activations <= 2e7", 30),
        ("cnn_mnist", "input", "params <= 5e6", 60),
        ("densenet121", "growth", "params <= 1e6", 14),
        ("unet", "input", "activations <= 2e7", 300),
    ],
)
def test_the_largest_value_is_that_of_trying_all(spec, variable, target, high):
    network = load(spec)
    found = largest(network, variable, target, high=high)
    expected = best_by_trying(network, variable, range(1, high + 1), limits_from(target))
    assert expected is not None
    assert found.best.value == expected


def test_a_width_may_have_steps_that_are_no_whole_numbers():
    network = load("mobilenet_v2")
    steps = [Fraction(step, 20) for step in range(2, 31)]
    target = "params <= 3M and macs <= 250M"
    found = largest(network, "width", target, low=Fraction(1, 10), high=Fraction(3, 2), step=0.05)
    assert found.best.value == best_by_trying(network, "width", steps, limits_from(target))
    assert found.beyond.broken


QUANTITIES = ("params", "macs", "activations", "memory")
PIECES = st.sampled_from(
    (
        '{"type": "Conv2d", "out_channels": "2 * n", "kernel_size": 3, "padding": 1}',
        '{"type": "Conv2d", "out_channels": "make_divisible(n * 1.5, 4)", "kernel_size": 1}',
        '{"type": "Conv2d", "out_channels": "max(40 - n, 1)", "kernel_size": 3, "stride": 2, "padding": 1}',
        '{"type": "Conv2d", "out_channels": 6, "kernel_size": "n"}',
        '{"type": "Conv2d", "out_channels": "n if n % 3 == 0 else 3", "kernel_size": 1, "groups": 1}',
        '{"type": "Conv2d", "out_channels": 12, "kernel_size": 1, "groups": "n"}',
        '{"type": "Repeat", "times": "n // 4", "layers": [{"type": "ReLU"}]}',
        '{"type": "MaxPool2d", "kernel_size": 2, "when": "n > 7"}',
        '{"type": "BatchNorm2d"}',
        '{"type": "Conv2d", "out_channels": "in_channels + n", "kernel_size": 3, "stride": "1 + (in_channels > 14)"}',
        '{"type": "Residual", "body": [{"type": "Conv2d", "out_channels": "2 * n", "kernel_size": 1}]}',
        '{"type": "Residual", "body": [{"type": "ReLU"}]}',
    )
)


@settings(max_examples=60)
@given(
    st.lists(PIECES, min_size=1, max_size=4), st.sampled_from(("params", "macs", "activations", "memory")), st.data()
)
def test_generated_specs_that_grow_or_shrink_or_break(pieces, quantity, data):
    layers = ", ".join([*pieces, '{"type": "Identity"}'])
    network_text = f'{{"variables": {{"n": 4}}, "input": [12, 20, 20], "layers": [{layers}]}}'
    try:
        network = loads(network_text)
    except SpecError:
        return
    smallest = data.draw(st.booleans())
    bound = data.draw(st.integers(0, 60_000))
    limits = (Limit(quantity, bound, at_least=data.draw(st.booleans())),)
    values = range(1, 25)
    expected = best_by_trying(network, "n", reversed(values) if smallest else values, limits)
    try:
        found = largest(network, "n", limits, high=24, smallest=smallest)
    except CnncalcError:
        assert expected is None
        return
    assert (found.best.value if found.best else None) == expected
    if found.best:
        assert not found.best.broken


def test_the_next_value_says_what_it_breaks():
    found = largest(load("alexnet"), "input", "macs <= 1e9")
    assert (found.best.value, found.beyond.value) == (270, 271)
    (limit,) = found.beyond.broken
    excess = analyze(load("alexnet"), (3, 271, 271)).totals.macs - 10**9
    assert limit.excess(found.beyond.figures["macs"]) == excess


def test_the_default_range_is_wide_where_ranges_can_be_looked_at_together():
    found = largest(load("resnet18"), "input", "macs <= 1e9 and memory <= 64MB")
    assert (found.high, found.best.value) == (4096, 160)
    depth = loads(
        """{"variables": {"depth": 1}, "input": [3, 9, 9], "layers": [{"type": "Repeat", "times": "depth", "layers": [
            {"type": "Conv2d", "out_channels": 3, "kernel_size": 3, "padding": 1}]}]}"""
    )
    found = largest(depth, "depth", "receptive_field >= 35", smallest=True)
    assert (found.high, found.best.value) == (128, 17)


def test_sizes_that_cannot_be_built_are_passed_over():
    found = largest(load("unet"), "input", "memory <= 1GiB")
    assert (found.beyond.value - found.best.value) % 16 == 0


def test_published_receptive_fields_can_be_limited():
    """AlexNet 195, VGG-16 212, ResNet-50 483 and Inception: Araujo, Norris and Sim (2019), table 1; see
    tests/analysis/published_fields.csv for the layouts.
    """
    for spec, size in (("alexnet_2012", 195), ("vgg16", 212)):
        assert value_in(analyze(load(spec)), "receptive_field") == size


def test_where_nothing_fits_there_is_none():
    found = largest(load("alexnet"), "input", "macs <= 1")
    assert found.best is None


@pytest.mark.parametrize(
    ("variable", "target", "options", "message"),
    [
        ("wdth", "params <= 1", {}, "nothing is named 'wdth'"),
        ("input", "parms <= 1", {}, "did you mean 'params'"),
        ("input", "params", {}, "expected a target such as"),
        ("input", "params <= 5X", {}, "expected a number such as 5e6 or 5M"),
        ("input", "params <= 5MB", {}, "expected a number such as 5e6 or 5M"),
        ("input", "params <= 1", {"low": 5, "high": 4}, "should go up from above 0"),
        ("input", "params <= 1", {"step": 0.5}, "takes whole numbers"),
        ("input", "params <= 1", {"high": 10**12}, "is too wide"),
        ("input", "macs <= 1e9", {"low": 1, "high": 20}, "cannot be built at any input from 1 to 20"),
    ],
)
def test_what_cannot_be_asked_is_told(variable, target, options, message):
    with pytest.raises(CnncalcError, match=message):
        largest(load("alexnet"), variable, target, **options)


@pytest.mark.parametrize(
    ("text", "quantity", "number"),
    [
        ("5e6", "params", 5_000_000),
        ("5M", "params", 5_000_000),
        ("1.5G", "macs", 1_500_000_000),
        ("300,000", "macs", 300_000),
        ("64MiB", "memory", 64 * 2**20),
        ("64 MB", "memory", 64_000_000),
        ("0.5", "macs", Fraction(1, 2)),
    ],
)
def test_numbers_with_units(text, quantity, number):
    assert number_from(text, quantity) == number


def test_input_sizes_that_divide_exactly():
    """227 for AlexNet, whose paper's 224 does not divide: Stanford CS231n, lecture notes on convolutional networks."""
    assert 227 in exact_sizes(load("alexnet_2012"), 220, 232)
    assert exact_sizes(load("alexnet_2012"), 220, 232) == [227]
    assert exact_sizes(load("vgg16"), 30, 100) == [32, 64, 96]
    with pytest.raises(CnncalcError, match="is no size of an input"):
        exact_sizes(load("mobilenet_v2"), 1, 2, "width")


def test_what_ranges_do_not_follow_does_not_hide_what_they_rule_out():
    """Receptive fields are only known of single sizes; MACs rule out all large ones before."""
    found = largest(load("mobilenet_v2"), "input", "macs <= 1G and receptive_field >= 491")
    assert (found.best.value, found.beyond.value) == (400, 401)
    assert found.looked < 10
    with pytest.raises(CnncalcError, match="takes too long to settle; state a smaller range"):
        largest(load("mobilenet_v2"), "input", "receptive_field <= 100")


def test_progressions():
    assert list(progressions([])) == []
    assert list(progressions([5])) == [(5, 5, 0)]
    assert list(progressions([5, 7])) == [(5, 5, 0), (7, 7, 0)]
    assert list(progressions([32, 64, 96, 97])) == [(32, 96, 32), (97, 97, 0)]


def test_peak_memory_counted_by_hand():
    """The input's 2·4·4 = 32 stay; of the 3·4·4 = 48 of each layer three are there at once, from the third layer on."""
    network = loads(
        """{"input": [2, 4, 4], "layers": [
            {"name": "a", "type": "Conv2d", "out_channels": 3, "kernel_size": 1},
            {"name": "b", "type": "Conv2d", "out_channels": 3, "kernel_size": 1},
            {"name": "c", "type": "ReLU"},
            {"name": "sum", "type": "Add", "inputs": ["a", "c"]}]}"""
    )
    analysis = analyze(network, batch=2)
    assert inference_memory(analysis.layers, analysis.inputs, build_graph(network), 2).values == 2 * (32 + 3 * 48)
    params = 2 * 3 + 3 + 3 * 3 + 3
    assert value_in(analysis, "memory") == 4 * (params + 2 * (32 + 3 * 48))


def test_memory_of_ranges_holds_that_of_every_value_and_no_more():
    """A view costs nothing, and the values that live at once are summed afresh, so that bounds are met."""
    for name in ("resnet18", "densenet121", "vgg16"):
        network = load(name)
        graph = build_graph(network)
        batches = [analyze(network, batch=batch) for batch in (1, 3)]
        ends = [inference_memory(a.layers, a.inputs, graph, a.batch).bytes() for a in batches]
        rows = [row_of(row.visit, Range(1, 3), batches[0].counted) for row in batches[0].layers]
        found = inference_memory(rows, batches[0].inputs, graph, Range(1, 3)).bytes()
        assert [found.low, found.high] == ends
