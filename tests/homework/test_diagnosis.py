"""What is said of wrong answers about whole networks, large ones among them."""

import pytest

from cnncalc import Conv2d, Flatten, Linear, MaxPool2d, Network, load
from cnncalc.homework.answers import parse
from cnncalc.homework.candidates import Candidates
from cnncalc.homework.context import Context
from cnncalc.homework.diagnosis import diagnose
from cnncalc.homework.matching import match, reading_of
from cnncalc.homework.quantities import QUANTITIES


def diagnosed(context, layer, quantity, text):
    reading = reading_of(parse(text), QUANTITIES[quantity])
    candidates = Candidates(context, layer, quantity)
    assert match(reading.final, QUANTITIES[quantity], candidates.truth) is None
    return diagnose(reading, candidates).found


def test_what_half_the_network_would_explain_is_not_guessed():
    """3.4M of MobileNet v2: leaving a factor out in any of some twenty layers comes to that, rounded."""
    assert diagnosed(Context(load("mobilenet_v2")), None, "params", "3.4M") == ()


@pytest.mark.parametrize("name", ["alexnet", "lenet5", "mobilenet_v2", "unet"])
def test_no_alteration_gives_the_right_answer(name):
    context = Context(load(name))
    for row in context.analysis.layers[:12]:
        for quantity in ("output", "params", "macs", "flops", "activations", "receptive_field"):
            candidates = Candidates(context, row.name, quantity)
            assert candidates.truth not in [candidate.figure for candidate in candidates.singles]


LENET = Network(
    layers=[
        Conv2d(6, 5, name="c1"),
        MaxPool2d(kernel_size=2, name="p1"),
        Conv2d(16, 5, name="c2"),
        MaxPool2d(kernel_size=2, name="p2"),
        Flatten(name="flat"),
        Linear(120, name="fc1"),
        Linear(84, name="fc2"),
        Linear(10, name="fc3"),
    ],
    input=(1, 28, 28),
)
"""156 + 2,416 + (256·120 + 120 = 30,840) + 10,164 + 850 = 44,426 parameters."""


@pytest.mark.parametrize(
    ("spec", "layer", "quantity", "text", "said"),
    [
        (LENET, None, "params", "44,190", [("forgot-bias", "")]),  # − 6 − 16 − 120 − 84 − 10
        (LENET, None, "params", "61,706", [("other-input", "")]),  # 400·120 + 120 = 48,120 in fc1
        (LENET, None, "params", "44,416", [("forgot-bias", "fc3")]),  # − 10
        (LENET, "fc1", "params", "48120", [("other-input", "")]),
        (LENET, "fc1", "params", "2040", [("flatten-forgot-channels", "flat")]),  # 4·4·120 + 120
        (LENET, "c2", "macs", "345,600", [("input-size-in-cost", "")]),  # 2,400·12·12
        (LENET, "c2", "output", "96x8x8", [("channels-multiplied", "")]),  # 6·16
        (load("resnet18"), None, "params", "11,699,112", [("running-statistics-counted", "")]),  # + 2·4,800 channels
        (load("resnet18"), None, "weight_bytes", "11.7 MB", [("values-for-bytes", "")]),
        (load("vgg16"), None, "params", "138,344,128", [("forgot-bias", "")]),  # − 4,224 − 4,096 − 4,096 − 1,000
        (load("vgg16"), None, "params", "14,714,688", [("kind-left-out", "Linear")]),  # the convolutions' alone
        (load("vgg16"), None, "macs", "30.9G", [("flops-for-macs", "")]),  # 2·15.47 G
    ],
)
def test_what_a_teacher_would_say(spec, layer, quantity, text, said):
    found = [
        [(finding.name, finding.place) for finding in diagnosis.findings]
        for diagnosis in diagnosed(Context(spec), layer, quantity, text)
    ]
    assert said in found
    assert found[0] == said or len(found) > 1
