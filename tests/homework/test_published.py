"""Questions of real courses: answered through the API, and the answers that were published for them graded.

``homework.jsonl`` has the questions in our own words. ``answer`` was checked with PyTorch or by arithmetic when they
were gathered; ``published_answer`` is what the source prints, ``published_correct`` whether it is right, ``note`` why
not.
"""

import json
from pathlib import Path

import pytest

from cnncalc import (
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ZeroPad2d,
)
from cnncalc.homework.context import Context
from cnncalc.homework.entries import Entry
from cnncalc.homework.grading import Grader
from cnncalc.homework.key import Key, Question
from cnncalc.homework.submissions import Submission

ITEMS = [json.loads(line) for line in (Path(__file__).parent / "homework.jsonl").read_text().splitlines()]
QUANTITIES = {"output_shape": "output"}
MEMORY = {"parameters": "weight_bytes", "activations": "activation_bytes"}
CONVENTIONS = {"2 per MAC": "torch"}


def plain(value):
    return tuple(value) if isinstance(value, list) else value


def convolution(layer):
    names = {"out": "out_channels", "k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation"}
    settings = {names.get(name, name): plain(value) for name, value in layer.items() if name != "op"}
    return (ConvTranspose2d if layer["op"] == "conv_transpose" else Conv2d)(**settings)


def layers(given):
    flat = len(given["input"]) == 1
    for layer in given["layers"]:
        kind = layer["op"]
        if kind == "linear" and not flat:
            yield Flatten()
        flat = flat or kind in ("linear", "flatten")
        if kind in ("conv", "conv_transpose"):
            yield convolution(layer)
        elif kind in ("maxpool", "avgpool"):
            pool = {"maxpool": MaxPool2d, "avgpool": AvgPool2d}[kind]
            yield pool(kernel_size=layer["k"], stride=layer["s"], padding=layer["p"])
        else:
            others = {"flatten": Flatten, "batchnorm": BatchNorm2d}
            yield (
                Linear(out_features=layer["out"], bias=layer["bias"])
                if kind == "linear"
                else ZeroPad2d(padding=layer["p"])
                if kind == "zeropad"
                else others[kind]()
            )


def fire_module(given):
    """SqueezeNet's fire2, which the question gives in words."""
    return [
        Conv2d(16, 1, name="squeeze"),
        Conv2d(64, 1, inputs=("squeeze",), name="expand1"),
        Conv2d(64, 3, padding=1, inputs=("squeeze",), name="expand3"),
        Concat(inputs=("expand1", "expand3")),
    ]


def question(item):
    given = item["given"]
    made = list(layers(given)) if "layers" in given else fire_module(given)
    context = Context(
        Network(input=given["input"], layers=made),
        convention=CONVENTIONS.get(given.get("convention"), "cnncalc"),
        width=given.get("bytes_per_value", 4),
    )
    quantity = MEMORY[given["what"]] if item["ask"] == "memory" else QUANTITIES.get(item["ask"], item["ask"])
    return Question(item["id"], context, None, quantity)


def graded(item, text):
    asked = question(item)
    key = Key("published", asked.context, {asked.id: asked})
    paper = Grader(key).grade(Submission("source", "", (Entry(text, "", reference=asked.id),)))
    return paper.results[0]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_every_question_is_answered(item):
    asked = question(item)
    figure = asked.context.figure(asked.quantity, None)
    wanted = plain(item["answer"])
    if asked.quantity == "receptive_field":
        assert set(figure) == {wanted}
    else:
        assert figure == wanted


@pytest.mark.parametrize("item", [i for i in ITEMS if i["published_correct"]], ids=lambda item: item["id"])
def test_what_was_published_and_is_right(item):
    assert graded(item, item["published_answer"]).verdict == "right"


WHY = {
    "HW048": {("one-addition-less", ""), ("powers-of-1024", ""), ("cut-off", "")},
    "HW138": {("field-own-stride-first", "maxpool2d_3")},
    "HW139": {("field-own-stride-first", "maxpool2d_3")},
    "HW140": {("ceiling-for-floor", "")},
    "HW151": {("jump-given", "")},
}
"""What the source did wrong, and where. Worked out by hand:

- HW048: 41·2^20 multiply-accumulates; as 2n − 1 operations for each of 8192 sums 82·2^20 − 8192 = 81.99·2^20, cut off.
- HW138, HW139: at the third pool 91 + (3 − 1)·16 = 123 with the jump behind the pool, where (3 − 1)·8 gives 107.
- HW140: (224 − 7 + 2·2)/2 = 110.5, rounded up to 111, + 1 = 112.
- HW151: prints r and j with their labels exchanged, so that r is the jump, 2·2 = 4.
"""


@pytest.mark.parametrize("item", [i for i in ITEMS if i["published_correct"] is False], ids=lambda item: item["id"])
def test_what_was_published_and_is_wrong(item):
    result = graded(item, item["published_answer"])
    assert result.verdict == "wrong"
    best = result.diagnoses.found[0]
    assert {(finding.name, finding.place) for finding in best.findings} == WHY[item["id"]]
    assert all(item_.findings for item_ in result.diagnoses.found)


def test_a_copy_that_forgot_a_bias():
    """A mirrored copy of HW072's source prints 62,377,344: the last layer's 1,000 biases are missing."""
    item = next(item for item in ITEMS if item["id"] == "HW072")
    assert "62,377,344" in item["note"]
    (finding,) = graded(item, "62,377,344").diagnoses.found[0].findings
    assert (finding.name, finding.place) == ("forgot-bias", "linear_3")
