"""A convolution in other forms."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from strategies import convolutions

from cnncalc import CnncalcError, Conv1d, Conv2d, Conv3d, ReLU, SpecError, alternatives, analyze, load, loads


def forms(layer, input):
    return {each.name: each for each in alternatives(layer, input)}


def weights(each):
    return each.analysis.totals.params


def test_a_stack_of_three_3x3_against_7x7():
    """27·C² weights against 49·C²: Simonyan and Zisserman (2014), section 2.3."""
    found = forms(Conv2d(64, 7, padding=3, bias=False), (64, 32, 32))
    assert (weights(found["stack"]), weights(found["as-is"])) == (27 * 64**2, 49 * 64**2)
    assert found["stack"].field == (7, 7)


def test_a_depthwise_separable_3x3_saves_as_the_paper_says():
    """1/N + 1/K² of the work, 8 to 9 times less at K = 3: Howard et al., "MobileNets" (2017), section 3.1."""
    found = forms(Conv2d(512, 3, padding=1, bias=False), (512, 14, 14))
    macs = [found[name].analysis.totals.macs for name in ("separable", "as-is")]
    assert Fraction(*macs) == Fraction(1, 512) + Fraction(1, 9)
    assert 8 < Fraction(*reversed(macs)) < 9


def test_a_factorised_3x3_saves_a_third():
    """33% cheaper for the same number of output filters: Szegedy et al. (2015), arXiv:1512.00567, section 3.2."""
    found = forms(Conv2d(192, 3, padding=1, bias=False), (192, 17, 17))
    macs = [found[name].analysis.totals.macs for name in ("factorised", "as-is")]
    assert Fraction(*macs) == Fraction(2, 3)


def test_two_3x3_for_a_5x5_save_28_percent():
    """(9 + 9)/25, a relative gain of 28%: Szegedy et al. (2015), section 3.1."""
    found = forms(Conv2d(64, 5, padding=2, bias=False), (64, 35, 35))
    assert Fraction(weights(found["stack"]), weights(found["as-is"])) == Fraction(18, 25)


def test_groups_divide_the_weights():
    found = forms(Conv2d(64, 3, padding=1, bias=False), (64, 8, 8))
    for groups in (2, 4, 8, 16, 32):
        assert weights(found["as-is"]) == groups * weights(found[f"groups-{groups}"])


def test_dilated_forms_see_as_far_and_further():
    found = forms(Conv2d(8, 5, padding=2), (8, 32, 32))
    assert found["dilated-3"].field == (5, 5)
    assert found["dilated-2x"].field == (9, 9)
    assert weights(found["dilated-2x"]) == weights(found["as-is"])


@settings(max_examples=60)
@given(convolutions())
def test_every_form_makes_the_same_shape_in_pytorch(drawn):
    layer, input = drawn
    try:
        found = alternatives(layer, input)
    except SpecError:
        return
    shape = found[0].analysis.layers[-1].output_shape
    for each in found:
        tensor = torch.empty(1, *input, device="meta")
        count = 0
        for part in each.network.layers:
            fields = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
            arguments = {field: getattr(part, field) for field in fields}
            module = getattr(torch.nn, type(part).__name__)(in_channels=tensor.shape[1], **arguments, device="meta")
            count += sum(parameter.numel() for parameter in module.parameters())
            tensor = module(tensor)
        assert tuple(tensor.shape[1:]) == shape, each.name
        assert count == each.analysis.totals.params, each.name
        if each.name in ("separable", "factorised", "2+1-d", "stack", "reduce", "bottleneck"):
            assert each.field == found[0].field, each.name


@pytest.mark.parametrize(
    ("layer", "input", "names"),
    [
        (Conv1d(8, 9, padding=4), (8, 50), {"stack", "separable", "dilated-3"}),
        (Conv3d(8, 3, padding=1), (8, 8, 16, 16), {"factorised", "2+1-d"}),
        (Conv2d(8, (7, 5), padding=(3, 2)), (8, 16, 16), {"stack", "factorised"}),
        (Conv2d(8, 5, padding="same"), (8, 16, 16), {"stack", "factorised", "dilated-3"}),
    ],
)
def test_any_number_of_axes(layer, input, names):
    assert names <= forms(layer, input).keys()


def test_a_layer_of_a_network_is_taken_by_itself():
    plain = Conv2d(8, 3)
    placed = Conv2d(8, 3, inputs=("image",), weights=("other",), when="depth > 1")
    assert alternatives(placed, (8, 32, 32)) == alternatives(plain, (8, 32, 32))


def test_forms_that_change_nothing_are_left_out():
    assert list(forms(Conv2d(7, 1), (5, 8, 8))) == ["as-is"]
    assert "stack" not in forms(Conv2d(8, 4, padding=1), (8, 9, 9))
    assert "factorised" not in forms(Conv2d(8, (1, 5), padding=(0, 2)), (8, 9, 9))


def test_a_form_can_be_used_as_a_spec():
    for each in alternatives(Conv2d(192, 5, padding=2), (64, 27, 27)):
        assert analyze(loads(each.network.to_json())).totals == each.analysis.totals


def test_layers_that_are_no_convolutions_are_told():
    with pytest.raises(CnncalcError, match="relu is a ReLU; other forms are known of convolutions"):
        alternatives(ReLU(), (3, 8, 8), name="relu")
    row = analyze(load("dcgan")).layers[0]
    with pytest.raises(CnncalcError, match="ConvTranspose2d; other forms are known of convolutions that are not"):
        alternatives(row.layer, row.input_shapes[0])


def test_a_layer_may_be_a_text():
    text = "Conv2d(64, 7, padding=3, bias=False)"
    found = {each.name: each.analysis.totals.params for each in alternatives(text, (64, 32, 32))}
    assert found["stack"] == 3 * 9 * 64**2
    with pytest.raises(CnncalcError, match=r"MaxPool2d\(2\) is a MaxPool2d; other forms are known of"):
        alternatives("MaxPool2d(2)", (64, 32, 32))
