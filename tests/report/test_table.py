"""The table at the terminal: its layout, never its numbers, which other tests check."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cnncalc import Conv2d, Network, ReLU, analyze, load
from cnncalc.report.grid import Span, Track, grid
from cnncalc.report.sheet import COLUMNS, sheet
from cnncalc.report.table import table
from cnncalc.spec import shipped_names


def printed(analysis, width=80, columns=None, **options):
    chosen = sheet(analysis, columns, **options) if columns else sheet(analysis, **options)
    return "\n".join("".join(span.text for span in line) for line in table(chosen, width))


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("width", [80, 100, 160])
def test_lines_fit(name, width):
    lines = printed(analyze(load(name)), width).splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("width", [80, 160])
def test_every_layer_is_a_line_with_its_figures(width):
    analysis = analyze(load("alexnet"))
    lines = printed(analysis, width).splitlines()
    for row in analysis.layers:
        (line,) = [line for line in lines if line.split()[:1] == [row.name]]
        assert row.type in line
        assert "×".join(map(str, row.output_shape)) in line
    (first,) = [line for line in lines if line.startswith("conv1")]
    assert re.search(r"11×11 s4 p2 +64×55×55 +23\.3k +70\.3M +141M", first)
    assert any(line.startswith("total") and "61.1M" in line and "714M" in line for line in lines)
    assert "Exactly 61,100,840 params, 714,188,480 MACs" in printed(analysis, width).replace("\n", " ")


def test_no_line_of_a_grid_ends_in_spaces():
    rows = [[Span("a"), Span("b c d", "bold")], [Span("wide"), Span("")]]
    lines = ["".join(span.text for span in line) for line in grid(rows, (Track(4), Track(3)), gap=2)]
    assert lines == ["a     b c", "      d", "wide"]


def test_percentages_where_there_is_room_and_bars_everywhere():
    analysis = analyze(load("alexnet"))
    (wide,) = [line for line in printed(analysis, 160).splitlines() if line.startswith("fc6")]
    assert "61.8% ██████▏" in wide
    (narrow,) = [line for line in printed(analysis, 80).splitlines() if line.startswith("fc6")]
    assert "%" not in narrow
    assert "█" in narrow


def test_where_parameters_and_computation_sit():
    lines = printed(analyze(load("alexnet"))).splitlines()
    (convolutions,) = [line for line in lines if re.match(r"Conv2d +5 ", line)]
    (linear,) = [line for line in lines if re.match(r"Linear +3 ", line)]
    assert re.search(r" 4\.0% .* 91\.8% ", convolutions)
    assert re.search(r" 96\.0% .* 8\.2% ", linear)


def test_names_that_are_too_long_wrap_and_lose_nothing():
    lines = printed(analyze(load("resnet18")), 70).splitlines()
    position = next(index for index, line in enumerate(lines) if line == "downsample.0")
    assert lines[position - 1].startswith("layer2.0.  ")


def test_names_with_markup_are_shown_as_they_are():
    network = Network(name="[red]x", input=[1, 4, 4], layers=[Conv2d(1, 3, name="[bold]a[/] :smile:")])
    text = printed(analyze(network), 120)
    assert "[red]x" in text
    assert "[bold]a[/] :smile:" in text


def test_a_network_without_parameters_has_no_shares():
    text = printed(analyze(Network(input=[4], layers=[ReLU()])))
    assert "by type" not in text
    assert "%" not in text.splitlines()[2]


def test_top_says_what_is_left_out_and_keeps_the_totals():
    analysis = analyze(load("vgg16"))
    text = printed(analysis, sort="params", top=2)
    lines = text.splitlines()
    assert lines[2].startswith("classifier.0")
    assert lines[3].startswith("classifier.3")
    assert lines[4].startswith("total")
    assert "138M" in lines[4]
    assert f"2 of {len(analysis.layers)} layers; the totals are those of all." in text


def test_exact_prints_every_digit():
    lines = printed(analyze(load("alexnet")), 160, exact=True).splitlines()
    assert any(line.startswith("conv1") and "70,276,800" in line for line in lines)
    assert any(line.startswith("total") and "61,100,840" in line for line in lines)


@settings(max_examples=60)
@given(
    st.integers(20, 200),
    st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=8, unique=True),
    st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="{}"), min_size=1, max_size=80),
)
def test_any_width_columns_and_name(width, columns, name):
    analysis = analyze(Network(input=[3, 9, 9], layers=[Conv2d(4, 3, stride=4, name=name), ReLU()]))
    text = printed(analysis, width, columns=columns)
    assert "Exactly 112 params" in text.replace("\n", " ")
    if "name" in columns:
        assert name in text.replace("\n", "") or cell_len(name) > 14


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "mobilenet_v2", "googlenet", "r3d_18"])
@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 160])
def test_headings_are_whole_and_lines_fit_at_any_width(name, width):
    text = printed(analyze(load(name)), width)
    lines = text.splitlines()
    heading = next(line for line in lines if line.startswith("name"))
    whole = {*(column.heading for column in COLUMNS.values())}
    assert set(re.sub(r"% (params|MACs)", r"%\1", heading).split()) <= {word.replace("% ", "%") for word in whole}
    assert all(cell_len(line) <= width for line in lines)
    assert {"name", "MACs"} <= set(heading.split())


def test_a_narrow_table_says_what_is_left_out():
    text = printed(analyze(load("alexnet")), 40)
    assert "Too narrow for FLOPs, layer." in text
    assert "Too narrow" not in printed(analyze(load("alexnet")), 80)


def test_wide_characters_stand_in_columns():
    layers = [Conv2d(4, 3, name="卷积层一"), Conv2d(4, 3, name="conv_two"), ReLU(name="激活")]
    lines = printed(analyze(Network(input=[3, 9, 9], layers=layers)), 80).splitlines()[1:5]
    heading, *rows = lines
    start = cell_len(heading[: heading.index("type")])
    for row, kind in zip(rows, ("Conv2d", "Conv2d", "ReLU"), strict=True):
        assert cell_len(row[: row.index(kind)]) == start


def test_a_note_that_differs_in_numbers_alone_is_said_once():
    analysis = analyze(load("mobilenet_v2"))
    lines = ["".join(span.text for span in line) for line in table(sheet(analysis), 80)]
    text = " ".join(lines)
    assert text.count("is not whole") == 1
    for warning in analysis.warnings:
        assert warning.layer in text[text.index("note ") :]
    each = " ".join("".join(span.text for span in line) for line in table(sheet(analysis), 80, "each"))
    assert each.count("is not whole") == len(analysis.warnings) == 5


def test_notes_of_different_words_stay_apart():
    layers = [Conv2d(4, 2, stride=4), Conv2d(4, 2, stride=3), Conv2d(4, 3, stride=5)]
    analysis = analyze(Network(input=[3, 99, 99], layers=layers))
    text = printed(analysis)
    assert text.count("note ") == len({re.sub(r"\d[\d.,]*", "", warning.message) for warning in analysis.warnings}) > 1
