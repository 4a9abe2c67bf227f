"""``cnncalc formula`` as a person runs it."""

import json
import subprocess
import sys

import pytest
from command_line import cnncalc

import cnncalc as package
from cnncalc.cli.commands import commands


def test_what_is_printed():
    result = cnncalc("formula", "lenet", "--symbols", "input")
    assert result.returncode == 0
    assert result.stderr == ""
    assert result.stdout == (
        "macs = 150·input² + 2,400·s1² + 1,920·s2² − 1,200·input + 13,320\n"
        "  s1 = ⌊(input − 12)/2⌋\n"
        "  s2 = ⌊(input − 12)/4⌋\n"
        "281,640 at input = 28\n"
        "where input ≥ 16\n"
        "\n"
        "symbol  here  1% more costs  one more costs  grows with\n"
        "input     28         +3.01%          30,240  input²\n"
        "\n"
        "for large values macs ≈ 870·input²\n"
    )


def test_the_python_that_is_printed_runs():
    text = cnncalc("formula", "squeezenet1_0", "--quantity", "macs,flops,params", "--format", "python").stdout
    names = {}
    exec(text, names)
    for size in (224, 250):
        totals = package.analyze(package.load("squeezenet1_0"), (3, size, 224), batch=2).totals
        assert names["macs"](H=size, N=2) == totals.macs
        assert names["flops"](H=size, N=2) == totals.flops
        assert names["params"]() == totals.params


def test_other_formats():
    latex = cnncalc("formula", "alexnet", "--symbols", "H", "--format", "latex", "--quantity", "macs").stdout
    assert r"h_{1} &= \left\lfloor{\frac{H - 3}{4}}\right\rfloor" in latex
    assert latex.startswith("\\begin{align*}\n\\mathrm{macs} &= ")
    document = json.loads(cnncalc("formula", "dcgan", "--symbols", "width", "--format", "json").stdout)
    assert document == [
        {
            "quantity": "macs",
            "formula": "24576*width**2 + 61952*width",
            "sizes": {},
            "here": {"width": 64},
            "value": 104628224,
            "conditions": [],
        }
    ]


def test_layers_sizes_and_fields():
    text = cnncalc("formula", "lenet", "--layer", "all", "--symbols", "H,W").stdout
    assert "conv2.macs = 2,400·h2·w2\n" in text
    assert "sigmoid1" not in text
    text = cnncalc(
        "formula", "alexnet", "--layer", "pool5", "--quantity", "output,receptive_field", "--symbols", "H"
    ).stdout
    for line in (
        "pool5.C = 256",
        "pool5.H = h1",
        "  h1 = ⌊(H − 31)/32⌋",
        "pool5.receptive_field.H = 195",
        "pool5.jump.W = 32",
    ):
        assert f"{line}\n" in text


def test_floors_are_dropped_honestly():
    text = cnncalc("formula", "vgg16", "--symbols", "input", "--divisible").stdout
    assert text.startswith("macs = 305,856·input² + 123,633,664\n")
    assert "\nwhere input ≥ 32; input mod 16 = 0\n" in text
    text = cnncalc("formula", "alexnet", "--symbols", "input", "--divisible").stdout
    assert "\n714,188,480 at input = 224, where the formula does not hold\n" in text
    text = cnncalc("formula", "alexnet", "--symbols", "input", "--divisible", "--format", "python").stdout
    assert '"""Holds where (input >= 63); ((input % 16) == 15)."""' in text


def test_where_it_holds_stands_in_every_format():
    """MobileNet v2 rounds fractions of its width to multiples of 8; 1,968,680 at 0.5 is also torchvision's count."""
    arguments = ("formula", "mobilenet_v2", "--quantity", "params", "--symbols", "width,classes")
    assert "\nwhere width is whole\n" in cnncalc(*arguments).stdout
    latex = cnncalc(*arguments, "--format", "latex").stdout
    assert latex.endswith(" \\\\\n\\text{where } & \\mathrm{width} \\in \\mathbb{Z}\n\\end{align*}\n")
    assert '"""Holds where ((width//1) == width)."""' in cnncalc(*arguments, "--format", "python").stdout
    assert json.loads(cnncalc(*arguments, "--format", "json").stdout)[0]["conditions"] == ["((width//1) == width)"]
    fractions = cnncalc(*arguments, "--set", "width=0.5").stdout
    assert "\n1,968,680 at width = 1/2, classes = 1000\n" in fractions
    assert "is whole" not in fractions


def test_without_sympy_there_is_one_sentence():
    code = "import sys; sys.modules['sympy'] = None; from cnncalc.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", code, "formula", "lenet"], capture_output=True, text=True)
    assert result.returncode == 2
    assert "SymPy cannot be imported" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("mobilenet_v2", "--symbols", "wdith"), "nothing is named 'wdith' that may vary; did you mean 'width'?"),
        (("mobilenet_v2", "--quantity", "mcas"), "no quantity is named 'mcas'; did you mean 'macs'?"),
        (("mobilenet_v2", "--layer", "features.0.9"), "no layer is named 'features.0.9'"),
        (("resnet50", "--symbols", "stride_in"), "stride_in decides how the network is built, so that no one formula"),
        (("googlenet_2015", "--symbols", "bias"), "bias is true or false, which no symbol can stand for"),
        (("alexnet", "--input", "3,32,32"), "a kernel of 3 (dilation 1) does not fit into the height of 1"),
        (("alexnet", "--input", "3,224,300", "--symbols", "input"), "the input's are 224 and 300"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence):
    with pytest.raises(package.CnncalcError) as raised:
        commands(["formula", *arguments], standalone_mode=False)
    assert sentence in str(raised.value)
