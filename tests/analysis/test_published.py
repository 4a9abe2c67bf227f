"""Figures that sources print, each from its convention to the printed digits, or known not to come out."""

import csv
import json
from decimal import ROUND_HALF_UP, Context
from functools import cache
from pathlib import Path

import pytest

from cnncalc import Network, Published, SpecError, analyze, layers, load, loads
from cnncalc.analysis.published import agreement, explained
from cnncalc.spec import shipped_names

WITH_FIGURES = [name for name in shipped_names() if load(name).published]
TABLES = Path(__file__).with_name("published_tables.csv")


@pytest.mark.parametrize("name", WITH_FIGURES)
def test_every_published_figure_comes_out_or_is_known_not_to(name):
    for found in explained(load(name)):
        assert found.as_stated, (found.published.figure, found.figure)
        assert found.published.source
        assert sum(part.amount for part in found.parts) == found.figure


@cache
def spec(name):
    return load(name)


def tables():
    with TABLES.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "row", tables(), ids=lambda row: f"{row['spec']} {row['variables']} {row['input']} {row['figure']}"
)
def test_tables_of_the_authors_pages(row):
    """Whole tables, with widths and image sizes, that a spec would not be readable with."""
    size = int(row["input"])
    published = Published(
        figure=row["figure"],
        convention=row["convention"],
        source=row["source"],
        variables=json.loads(row["variables"]),
        input=(3, size, size),
        layers=tuple(row["layers"].split()),
        disagrees=row["disagrees"],
    )
    network = spec(row["spec"])
    (found,) = explained(Network(**dict_of(network) | {"published": [published]}))
    assert found.as_stated, found.figure


def dict_of(network):
    return {field: getattr(network, field) for field in network.__struct_fields__}


def figures(name):
    return {found.published.figure: found for found in explained(load(name))}


def test_which_layers_make_the_three_figures_of_resnet_50():
    """3.8, 4.09 and 4.12 × 10⁹: multiply-accumulates; those of torchvision's strides; and what ptflops added to them.

    The elements behind each batch norm, rectifier and pool are put down by hand from the paper's table 1.
    """
    found = figures("resnet50")
    assert (found["3.8e9"].figure, found["3.8e9"].agreement) == (3_857_973_248, "cut off")
    assert [(part.amount, part.label) for part in found["3.8e9"].parts] == [
        (4_087_136_256, "53 Conv2d: multiply-accumulates"),
        (2048 * 1000, "1 Linear: multiply-accumulates"),
        (3_857_973_248 - 4_089_184_256, "with stride_in=1 instead of 3"),
    ]
    assert (found["4.089e9"].figure, found["4.089e9"].agreement) == (4_089_184_256, "rounded")
    added = {part.label: part.amount for part in found["4.12e9"].parts}
    first = 112 * 112 * 64
    squeezed = sum(
        size * size * width * (2 * blocks - 1)
        + (2 * size) ** 2 * width * (stage > 0)
        + (stage == 0) * size * size * width
        for stage, (size, width, blocks) in enumerate([(56, 64, 3), (28, 128, 4), (14, 256, 6), (7, 512, 3)])
    )
    widened = sum(
        size * size * width * blocks
        for size, width, blocks in [(56, 256, 3), (28, 512, 4), (14, 1024, 6), (7, 2048, 3)]
    )
    projected = sum(size * size * width for size, width in [(56, 256), (28, 512), (14, 1024), (7, 2048)])
    assert added["49 ReLU: 1 an input element"] == first + squeezed + widened
    assert added["53 BatchNorm2d: 2 an input element"] == 2 * (first + squeezed + widened + projected)
    assert added["1 MaxPool2d: 1 an input element"] == first
    assert added["1 AdaptiveAvgPool2d: 1 an input element"] == 7 * 7 * 2048


@pytest.mark.parametrize(
    ("name", "stated", "figure"),
    [
        # the recounts that stand beside the papers' figures: convolutions alone, and with the linear layers
        ("vgg16", "15.3e9", 15_346_630_656),
        ("vgg16", "30.69e9", 30_693_261_312),
        ("vgg19", "19.6e9", 19_632_062_464),
        ("resnet101", "7.6e9", 7_570_194_432),
        ("resnet152", "11.3e9", 11_282_415_616),
        ("mobilenet_v1", "569e6", 568_740_352),
        ("alexnet_2012", "0.65e6", 659_272),
        ("lenet5", "60000", 60_000),
        ("convnext_tiny", "13.1e9", 13_092_317_184),
    ],
)
def test_published_figures_beside_an_independent_count(name, stated, figure):
    assert figures(name)[stated].figure == figure


@pytest.mark.parametrize(
    ("figure", "stated", "expected"),
    [
        (60_000, "60000", "exact"),
        (60_000, "6e4", "exact"),
        (114_688, "112Ki", "exact"),
        (3 * 2**20, "3Mi", "exact"),
        (3_500_000, "3.3Mi", "rounded"),
        (3_500_000, "4e6", "rounded"),
        (3_499_999, "4e6", "different"),
        (3_857_973_248, "3.8e9", "cut off"),
        (3_857_973_248, "3.85e9", "cut off"),
        (3_857_973_248, "3.87e9", "different"),
        (5_713_216_096, "5e9", "different"),
        (0, "1", "different"),
        *((25, "3e1", "rounded"), (24, "3e1", "different"), (34, "3e1", "rounded"), (35, "3e1", "different")),
        *((1_250, "1.3e3", "rounded"), (1_249, "1.3e3", "different"), (1_299, "1.2e3", "cut off")),
        *((3_460, "3.3Ki", "cut off"), (3_430, "3.3Ki", "rounded"), (2**20 + 1, "1Mi", "rounded")),
        (10**30, "1e9", "different"),
    ],
)
def test_agreement(figure, stated, expected):
    """One printed digit is never taken to be cut off: 5 is not 5.7."""
    assert agreement(figure, stated) == expected


def test_agreement_is_of_the_printed_digits():
    for figure in (999, 12_345, 99_950, 1_234_567):
        for digits in range(1, 7):
            printed = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(figure)
            stated = f"{printed:e}".replace("e+", "e")
            assert agreement(figure, stated) in ("exact", "rounded"), (figure, stated)


def stated(**fields):
    published = {"figure": "1", "convention": "macs", "source": "s"} | fields
    return loads(json.dumps({"input": [3, 8, 8], "published": [published], "layers": [{"name": "a", "type": "ReLU"}]}))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"figure": "1 G"}, '$.published[0].figure: expected a figure as text, such as "3.8e9"'),
        ({"figure": "1e99"}, "$.published[0].figure"),
        ({"figure": 3}, "$.published[0].figure: expected text, found 3"),
        ({"fugure": "1"}, '"published[0]" has no field "fugure"; did you mean'),
        ({"convention": "mac"}, "$.published[0].convention: no convention is named 'mac'"),
        ({"layers": ["b"]}, "$.published[0]: no layer or container is named 'b'"),
        ({"variables": {"width": 2}}, '$.published[0]: the spec has no variable "width"'),
        ({"input": [0, 8, 8]}, "$.published[0].input"),
    ],
)
def test_a_published_figure_that_is_not_one(fields, complaint):
    with pytest.raises(SpecError) as error:
        explained(stated(**fields))
    assert complaint in str(error.value).replace("'width'", '"width"')


STACK = [
    layers.Conv2d("2*width", 3, name="stem.conv"),
    layers.BatchNorm2d(name="stem.norm"),
    layers.Conv2d(4, 1, bias=False, name="stemless"),
    layers.ReLU(name="head"),
]
"""3×8×8: 2·width·27 products and 2·width biases at 36 positions; with a width of 2, 3,888 + 144 and 4·4·36 = 576."""


def of_stack(**fields):
    stated = {"figure": "1", "convention": "cnncalc", "source": "s"} | fields
    variables = {"width": 2, "other": 1}
    network = Network(input=[3, 8, 8], variables=variables, layers=STACK, published=[Published(**stated)])
    (found,) = explained(network)
    return found.figure, [(part.amount, part.label) for part in found.parts]


def test_the_parts_of_a_figure():
    figure, found = of_stack()
    assert figure == sum(amount for amount, _ in found)
    assert [amount for amount, _ in found] == [2 * 3888 + 2 * 576, 144, 2 * 144, 144]
    assert [label for _, label in found][:2] == ["2 Conv2d: multiply-accumulates", "1 Conv2d: additions of biases"]
    assert [label.split(":")[0] for _, label in found][2:] == ["1 BatchNorm2d", "1 ReLU"]


def test_the_layers_that_a_figure_is_of():
    """A container's are those whose names begin with its own and a dot."""
    assert of_stack(layers=("stem",), convention="macs") == (3888, [(3888, "1 Conv2d: multiply-accumulates")])
    assert of_stack(layers=("stemless", "stem.conv"), convention="macs") == (
        3888 + 576,
        [(3888 + 576, "2 Conv2d: multiply-accumulates")],
    )
    with pytest.raises(SpecError) as error:
        of_stack(layers=("heat",))
    assert str(error.value) == "$.published[0]: no layer or container is named 'heat'; did you mean 'head'?"


def test_other_settings_are_a_part_of_their_own():
    """9×9 makes 49 positions; with a width of 3 there are 6 filters of 27, and 4 of 6."""
    first = (3888 + 576, "2 Conv2d: multiply-accumulates")
    larger = of_stack(convention="macs", input=(3, 9, 9))
    assert larger == (108 * 49 + 16 * 49, [first, (124 * 13, "with input 3×9×9")])
    wider = of_stack(convention="macs", variables={"width": 3})
    assert wider == (162 * 36 + 24 * 36, [first, (186 * 36 - 124 * 36, "with width=3 instead of 2")])
    both = of_stack(convention="macs", variables={"width": 3, "other": 4}, input=(3, 9, 9))
    assert both[1][1][1] == "with width=3 instead of 2, other=4 instead of 1, input 3×9×9"


def test_published_figures_in_python_and_back():
    network = Network(
        input=[3, 8, 8], layers=[layers.ReLU()], published=[Published(figure="192", convention="cnncalc", source="s")]
    )
    (found,) = explained(loads(network.to_json()))
    assert (found.figure, found.agreement) == (192, "exact")
    assert analyze(network).totals.flops == 192


def test_the_notes_of_rules_are_words():
    (found,) = explained(
        Network(
            input=[4, 8, 8],
            layers=[layers.Conv2d(2, 1), layers.BatchNorm2d()],
            published=[Published(figure="16", convention="slim-params", source="s")],
        )
    )
    assert [(part.amount, part.label.split(";")[0]) for part in found.parts] == [
        (10, "1 Conv2d: 1 a parameter"),
        (6, "1 BatchNorm2d: 3 a channel"),
    ]
    assert "which of scale, shift" in found.parts[1].label
