"""A layer as a line of text."""

import pytest

from cnncalc import Conv2d, MaxPool2d, Reshape, SeparableConv2d, SpecError, Upsample
from cnncalc.layers import LAYERS_BY_NAME
from cnncalc.spec.layer_text import UNKNOWN, form_from_text, layer_from_text


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        ("Conv2d(10, 5, padding=2)", Conv2d(10, 5, padding=2)),
        (" Conv2d( out_channels = 10, kernel_size=(5, 3), padding='same', bias=False ) ", None),
        ("Conv2d(10, [5, 3], padding='same', bias=False)", Conv2d(10, (5, 3), padding="same", bias=False)),
        ("MaxPool2d(3, 2)", MaxPool2d(3, 2)),
        ("SeparableConv2d(3, out_channels=8)", SeparableConv2d(3, out_channels=8)),
        ("Upsample(scale_factor=1.5)", Upsample(scale_factor=1.5)),
        ("Reshape((2, -1))", Reshape((2, -1))),
        ("Conv2d(10, 5, name='what?')", None),
    ],
)
def test_a_text_is_the_layer_that_python_would_make(text, layer):
    names = {"__builtins__": {}} | LAYERS_BY_NAME
    found = layer_from_text(text)
    assert layer is None or found == layer
    if "?" not in text and "[" not in text:
        assert found == eval(text.strip(), names)  # the same line as Python


def test_the_name_alone_is_a_layer():
    assert layer_from_text("ReLU") == layer_from_text("ReLU()") == LAYERS_BY_NAME["ReLU"]()


def test_open_places_are_found_and_filled():
    form = form_from_text("Conv2d(kernel_size=(?, 3), stride=?, bias=False)")
    assert form.open == (("kernel_size", 0), ("stride", None), ("out_channels", None))
    assert form.fields["stride"] is UNKNOWN
    assert form.filled([5, 2, 10]) == Conv2d(10, (5, 3), stride=2, bias=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Conv2d(10, 0)", "Conv2d.kernel_size: expected a whole number of at least 1, found 0"),
        ("Conv2D(10, 3)", "no kind of layer is named \"Conv2D\"; did you mean 'Conv2d'?"),
        ("Conv2d(10, kernel=3)", "Conv2d has no field \"kernel\"; did you mean 'kernel_size'?"),
        ("Conv2d(10)", 'Conv2d: Conv2d needs "kernel_size"'),
        ("Conv2d(10, 3, kernel_size=3)", "Conv2d is given kernel_size twice"),
        ("Conv2d(10, ?)", "Conv2d.kernel_size: expected a value, found ?"),
        ("Conv2d(10, 3 + 1)", 'Conv2d.kernel_size: expected a plain value, found "3 + 1"'),
        ("Conv2d(10, __import__('os').getcwd())", "expected a plain value"),
        ("Conv2d(10, 3", "expected a layer such as Conv2d(10, 5, padding=2)"),
        ("Conv2d(10, 3).weight", "expected a layer such as"),
        ("Conv2d(*[10, 3])", "expected a plain value"),
        ("Conv2d(**{'out_channels': 3})", 'Conv2d has no field "**"'),
        ("nn.Conv2d(3, 10, 5)", "without nn. and in_channels first"),
        ("Tanh(1)", "Tanh takes at most 0 values without a name"),
        ("Conv2d(" + "1," * 600 + ")", "longer than 1000 characters"),
        ("Conv2d(" + "(" * 300 + ")" * 300 + ")", "expected a "),
    ],
)
def test_what_is_no_layer_is_told(text, message):
    with pytest.raises(SpecError) as caught:
        layer_from_text(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Conv2d(10, kernel_size=?, padding=-1)", "Conv2d.padding: expected a whole number of at least 0, found -1"),
        ("Conv2d(10, kernel_size=(?, ?, ?))", "Conv2d.kernel_size: expected a list of at most 2 entries"),
        ("Upsample(scale_factor=2.0, mode=?)", "Upsample.mode is no whole number that could be looked for"),
        ("Conv2d(10, 3, name=?)", "Conv2d.name is no whole number"),
    ],
)
def test_what_cannot_be_open_is_told(text, message):
    with pytest.raises(SpecError) as caught:
        form_from_text(text)
    assert message in str(caught.value)
