"""Explanations: what they say, and that all printed arithmetic is right."""

import re
from fractions import Fraction
from math import floor, gcd
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from independent import value_of
from msgspec.structs import replace
from strategies import any_networks

from cnncalc import CnncalcError, Network, analyze, layers, load
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.document import Equation, Paragraph, Rows
from cnncalc.homework.explanation import QUANTITIES, explain
from cnncalc.homework.figures import bytes_text
from cnncalc.homework.messages import languages
from cnncalc.homework.reduction import lines
from cnncalc.homework.sources import source_of
from cnncalc.layers import LAYERS
from cnncalc.layers.formulas import field_size, weight_macs
from cnncalc.report.explained import document_lines
from cnncalc.report.explained_html import html
from cnncalc.report.explained_markdown import markdown
from cnncalc.report.notation import Notation
from cnncalc.spec import shipped_names


def as_text(document, width=80):
    return "\n".join("".join(span.text for span in line) for line in document_lines(document, width))


def printed_value(text):
    """The value of an expression as it is printed for people, by fractions and Python's floor."""
    python = text.replace(",", "").replace("·", "*").replace("−", "-").replace(" mod ", " % ")
    python = python.replace("⌊", "floor(").replace("⌈", "ceil(").replace("⌋", ")").replace("⌉", ")")
    python = re.sub(r"\d+(\.\d+)?", lambda match: f"F('{match[0]}')", python)
    functions = {"F": Fraction, "floor": floor, "ceil": lambda number: -floor(-number), "max": max, "min": min}
    return eval(python, {"__builtins__": {}}, functions | {"gcd": lambda a, b: gcd(int(a), int(b))})


CHECKED = set()


def check_arithmetic(document):
    """That every line of every equation, as printed and in Python's spelling, has the result's value."""
    notation = Notation()
    for block in document.blocks:
        rows = [equation for _, equations in block.rows for equation in equations] if isinstance(block, Rows) else []
        for equation in [block] if isinstance(block, Equation) else rows:
            result = equation.number.value
            working = (equation.number.figures(), result)
            if working in CHECKED:
                continue
            CHECKED.add(working)
            for line in lines(equation.number):
                assert value_of(line.figures()) == result
                if "gcd(" not in line.figures() and "max(" not in line.figures() and "min(" not in line.figures():
                    assert printed_value(notation.expression(line, named=False)) == result
            assert printed_value(notation.value(result)) == result


@pytest.mark.parametrize("name", shipped_names())
def test_every_layer_of_the_shipped_specs(name):
    analysis = analyze(load(name))
    different = {(replace(row.layer, name=None), row.input_shapes): row.name for row in analysis.layers}
    for layer in list(different.values())[:: 1 + len(different) // 20]:
        check_arithmetic(explain(analysis, layer, QUANTITIES))
    check_arithmetic(explain(analysis, None, QUANTITIES))


@settings(max_examples=25)
@given(any_networks())
def test_generated_networks_in_all_formats(case):
    nodes, shape = case
    named = [replace(layer, name=name, inputs=inputs) for name, layer, inputs in nodes] or [layers.ReLU(name="relu")]
    analysis = analyze(Network(input=shape, layers=named), batch=2)
    for language in languages():
        for layer in (*(row.name for row in analysis.layers), None):
            document = explain(analysis, layer, QUANTITIES, language)
            check_arithmetic(document)
            assert max(map(len, as_text(document, 80).splitlines())) <= 80
            assert markdown(document).count("$") % 2 == 0
            for formula in re.findall(r"<math.*?</math>", html(document)):
                ElementTree.fromstring(formula)


def test_the_lines_are_those_of_a_person():
    number = (Recorded(227) - 11 + 2 * Recorded(0)) // 4 + 1
    assert [line.figures() for line in lines(number)] == ["(227 - 11 + 2*0)//4 + 1", "216//4 + 1", "54 + 1"]
    product = (Recorded(25) * Recorded(1) + Recorded(1)) * 16
    assert [line.figures() for line in lines(product)] == ["(25*1 + 1)*16", "26*16"]


@pytest.mark.parametrize(
    ("number", "named", "text"),
    [
        ((Recorded(7, "H") - Recorded(3, "K")) // Recorded(2, "S"), True, "⌊(H − K)/S⌋"),
        ((Recorded(8, "H") - Recorded(3, "K")) // Recorded(2, "S"), False, "⌊(8 − 3)/2⌋"),
        ((Recorded(7, "H") - Recorded(3, "K")) // Recorded(2, "S"), False, "(7 − 3)/2"),
        (Recorded(8, "Cin") // Recorded(2, "G"), True, "Cin/G"),
        (Recorded(8) // (Recorded(2) * 2) * 3, False, "(8/(2·2))·3"),
        (Recorded(3) * Recorded(-2), False, "3·(−2)"),
        (Recorded(-2) + Recorded(11) / 2, False, "−2 + 11/2"),
        (Recorded(1) - (Recorded(3) - Recorded(2)), False, "1 − (3 − 2)"),
        (Recorded(1) + (Recorded(3) - Recorded(2)), False, "1 + 3 − 2"),
        (Recorded(1234567) * 1, False, "1,234,567"),
    ],
)
def test_text_notation(number, named, text):
    assert Notation().expression(number, named=named) == text


def test_repeated_symbols_are_powers():
    side = Recorded(5, "K")
    assert Notation().expression(side * side * Recorded(3, "Cin"), named=True) == "K²·Cin"
    assert Notation().expression(side * side * Recorded(3, "Cin"), named=False) == "5·5·3"


def one(layer, shape, quantity, language="en"):
    network = Network(name="one", input=shape, layers=[replace(layer, name="layer")])
    return explain(analyze(network), "layer", (quantity,), language)


def reasons(*arguments):
    return " ".join(
        block.text for block in one(*arguments).blocks if isinstance(block, Paragraph) and block.kind == "why"
    )


@pytest.mark.parametrize(
    ("layer", "shape", "quantity", "said", "unsaid"),
    [
        (layers.Conv2d(8, 3, stride=2), (3, 8, 8), "output", "5/2 is not whole, 1 left over", "rounded up"),
        (layers.Conv2d(8, 3, stride=2), (3, 9, 9), "output", "6/2 is a whole number", "not whole"),
        (layers.MaxPool2d(3, 2, ceil_mode=True), (3, 8, 8), "output", "rounded up", "rounded down"),
        (layers.MaxPool2d(2, 2, padding=1, ceil_mode=True), (3, 3, 3), "output", "PyTorch does not count it", "floor"),
        (layers.Conv2d(8, 3, padding=1), (3, 8, 8), "output", "the size stays", "whole"),
        (layers.Conv2d(8, 3, padding="same"), (3, 8, 8), "output", "keeps the size", "whole"),
        (layers.Conv2d(8, 3, dilation=3), (3, 8, 8), "output", "gaps of 2", "ceil"),
        (layers.ReLU(), (3, 8, 8), "output", "the shape stays", "filter"),
        (layers.Flatten(), (3, 8, 8), "output", "in one row", "filter"),
        (layers.ConvTranspose2d(4, 2, stride=2), (3, 8, 8), "output", "goes the other way", "rounded"),
        (layers.Conv2d(8, 3), (3, 8, 8), "params", "weights are shared", "no bias"),
        (layers.Conv2d(8, 3, bias=False), (3, 8, 8), "params", "There is no bias", "One of them is the bias"),
        (layers.Conv2d(8, 3, groups=2), (4, 8, 8), "params", "reads only Cin/G = 2 of the 4 channels", "no bias"),
        (layers.LocallyConnected2d(out_channels=8, kernel_size=3), (3, 8, 8), "params", "weights of its own", "shared"),
        (layers.Linear(8), (16,), "params", "connected to every input", "shared"),
        (layers.BatchNorm2d(), (4, 8, 8), "params", "shift β", "shared"),
        (layers.MaxPool2d(2), (4, 8, 8), "params", "A pooling layer takes the largest", "shared"),
        (layers.ReLU(), (4, 8, 8), "params", "has nothing to learn", "pooling"),
        (layers.MaxPool2d(2), (4, 8, 8), "macs", "multiplies with no weights", "bias"),
        (layers.Linear(8), (16,), "macs", "Each weight is used once.", "position"),
        (layers.Conv2d(8, 3), (3, 8, 8), "macs", "Each of the 36 output places", "once"),
        (layers.Conv2d(8, 3), (3, 8, 8), "flops", "2 FLOPs", "nothing"),
    ],
)
def test_reasons_are_given_where_they_hold(layer, shape, quantity, said, unsaid):
    text = reasons(layer, shape, quantity)
    assert said in text
    assert unsaid not in text


def test_the_terms_are_those_of_the_chinese_textbook():
    text = as_text(explain(analyze(load("lenet")), "conv1", QUANTITIES, "zh"))
    for term in ("卷积核", "步长", "填充", "感受野", "参数量", "时间复杂度", "偏置", "权重共享"):
        assert term in text
    assert "汇聚层" in as_text(explain(analyze(load("lenet")), "pool1", QUANTITIES, "zh"))
    assert "全连接" in as_text(one(layers.Linear(3), (4,), "params", "zh"))


def test_sources_come_from_the_docstrings():
    assert source_of(layers.Conv2d) == "PyTorch documentation, torch.nn.Conv2d"
    assert "Araujo" in source_of(field_size)
    assert "He and Sun" in source_of(weight_macs)
    assert source_of(layers.Identity) == ""
    assert sum(bool(source_of(kind)) for kind in LAYERS) > 70


def test_an_html_page_needs_nothing_besides_itself():
    network = Network(name="<script>alert(1)</script>", input=(3, 8, 8), layers=[layers.Conv2d(4, 3, name="<b>&")])
    for layer in ("<b>&", None):
        page = html(explain(analyze(network), layer, QUANTITIES))
        assert "<script" not in page
        assert "<b>" not in page
        assert not re.search(r"(src|href)=|https?:|url\(|@import", page)


def test_markdown_keeps_names_as_text():
    network = Network(name="a_b*c|d", input=(3, 8, 8), layers=[layers.Conv2d(4, 3, name="x$y")])
    text = markdown(explain(analyze(network), None, ("params",)))
    assert r"a\_b\*c\|d" in text
    assert r"x\$y" in text


def test_unknown_quantities_and_layers_are_refused():
    analysis = analyze(load("lenet"))
    with pytest.raises(CnncalcError, match="did you mean 'params'"):
        explain(analysis, "conv1", ("parms",))
    with pytest.raises(CnncalcError, match="no layer is named 'conv9'"):
        explain(analysis, "conv9")


def test_totals_are_the_sum_of_the_layers():
    document = explain(analyze(load("lenet5")), None, ("params",))
    total = next(block for block in document.blocks if isinstance(block, Equation))
    assert total.number.symbols() == "C1 + S2 + C3 + S4 + C5 + F6"
    assert total.number.value == 60_000


def test_bytes_are_equal_to_what_is_printed_or_said_to_be_rounded():
    assert bytes_text(1_229_568) == "≈ 1.23 MB, 1.17 MiB"
    assert bytes_text(1_024_000) == "≈ 1.02 MB, 1000.00 KiB"
    assert bytes_text(16_000) == "≈ 16.00 kB, 15.63 KiB"  # 15.625
    assert bytes_text(32_000) == "= 32.00 kB, 31.25 KiB"
    assert bytes_text(999) == ""
