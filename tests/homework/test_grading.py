"""Papers graded: errors carried forward, mistakes on top of them, credit, keys and classes."""

import json
from types import SimpleNamespace

import pytest

import cnncalc
from cnncalc import CnncalcError
from cnncalc.homework import grading
from cnncalc.homework.answers import AnswerError, Part, parse
from cnncalc.homework.carried import Own, is_known_from, own_figure
from cnncalc.homework.classroom import Unreadable, grade_class, tallies
from cnncalc.homework.grading import Grader
from cnncalc.homework.key_files import key_from
from cnncalc.homework.matching import reading_of
from cnncalc.homework.quantities import QUANTITIES
from cnncalc.homework.submissions import submissions_from

NETWORK = {
    "input": [3, 32, 32],
    "layers": [
        {"type": "Conv2d", "name": "conv1", "out_channels": 8, "kernel_size": 5, "padding": 2},
        {"type": "ReLU", "name": "relu"},
        {"type": "MaxPool2d", "name": "pool", "kernel_size": 2},
        {"type": "Conv2d", "name": "conv2", "out_channels": 16, "kernel_size": 3},
        {"type": "Flatten", "name": "flat"},
        {"type": "Linear", "name": "fc", "out_features": 10},
    ],
}
"""8×32×32 (608 parameters), pool 8×16×16, conv2 16×14×14 (1,168), 3,136, fc 31,370; in all 33,146."""


def graded(answers, carry=0.0, **key):
    key = key_from({"spec": NETWORK} | key)
    (submission,) = submissions_from(json.dumps({"answers": answers}).encode(), "s", ".json", "Ada")
    return Grader(key, carry).grade(submission)


def verdicts(answers, carry=0.0, **key):
    return {result.question.id: result.verdict for result in graded(answers, carry, **key).results}


def mistakes(result):
    return [[finding.name for finding in diagnosis.findings] for diagnosis in result.diagnoses.found]


def test_right_and_wrong():
    found = verdicts(
        {"conv1.output": "8x32x32", "conv1.params": 600, "total.params": "33.1k", "conv2.output": "?", "fc.params": ""}
    )
    assert found == {
        "conv1.output": "right",
        "conv1.params": "wrong",
        "total.params": "right",
        "conv2.output": "unreadable",
    }


def test_a_flat_size_behind_its_product():
    assert verdicts({"flat.output": "16x14x14 = 3,136"}) == {"flat.output": "right"}
    assert verdicts({"conv2.output": "16x14x14 = 3,136"}) == {"conv2.output": "right"}


def test_sizes_carried_forward():
    """Without padding conv1 makes 28×28; from there pool 14, conv2 12, 16·12·12 = 2,304, and 23,050 parameters."""
    paper = graded(
        {
            "conv1.output": "8x28x28",
            "conv1.macs": 600 * 28 * 28,
            "pool.output": "14x14x8",
            "conv2.output": "12x12",
            "conv2.params": 1168,
            "flat.output": 2304,
            "fc.params": 23050,
        },
        carry=0.5,
    )
    assert [result.verdict for result in paper.results] == [
        *("wrong", "carried", "carried", "carried", "right", "carried", "carried")
    ]
    assert mistakes(paper.results[0]) == [["forgot-padding"], ["other-input"]]
    assert [result.sources for result in paper.results[1:4]] == [
        (("conv1", "output"),),
        (("conv1", "output"),),
        (("pool", "output"),),
    ]
    assert (paper.points, paper.most) == (3.5, 7)
    assert [result.own is not None for result in paper.results] == [
        result.verdict == "carried" for result in paper.results
    ]
    assert paper.results[2].own.row("pool").output_shape == (8, 14, 14)
    assert graded({"conv1.output": "8x28x28", "pool.output": "8x14x14"}).points == 0


JOINED = {
    "input": [3, 32, 32],
    "layers": [
        {"type": "Conv2d", "name": "conv", "out_channels": 8, "kernel_size": 5, "padding": 2},
        {"type": "Conv2d", "name": "skip", "out_channels": 8, "kernel_size": 1, "inputs": ["input"]},
        {"type": "Add", "name": "beside", "inputs": ["conv", "skip"]},
        {"type": "MaxPool2d", "name": "pool", "kernel_size": 2, "inputs": ["conv"]},
        {"type": "Conv2d", "name": "half", "out_channels": 4, "kernel_size": 2, "stride": 2, "inputs": ["skip"]},
        {"type": "Concat", "name": "join", "inputs": ["pool", "half"]},
        {"type": "Conv2d", "name": "last", "out_channels": 2, "kernel_size": 1},
    ],
}
"""conv and skip 8×32×32, pool 8×16×16, half 4×16×16, join 12×16×16, last 2×16×16."""


def test_sizes_carried_forward_where_they_do_not_fit_further_on():
    """With 28×28 behind conv the pool has 14×14 and reads 8·28·28 values; neither the sum with 32×32, which is listed
    before it, nor the junction with 16×16 behind it could be made, and nothing follows there.
    """
    wrong = {"conv.output": "8x28x28"}
    (_, pool) = graded(wrong | {"pool.output": "8x14x14"}, spec=JOINED).results
    assert (pool.verdict, pool.sources) == ("carried", (("conv", "output"),))
    assert pool.own.row("pool").output_shape == (8, 14, 14)
    assert verdicts(wrong | {"pool.activations": 8 * 14 * 14}, spec=JOINED)["pool.activations"] == "carried"
    for asked, figure in (("beside.output", "8x28x28"), ("join.output", "12x14x14")):
        assert verdicts(wrong | {asked: figure}, spec=JOINED)[asked] == "wrong"


def test_a_mistake_on_top_of_sizes_that_do_not_fit_further_on():
    """From 28×28 the pool with a stride of 1 makes 27×27."""
    (_, pool) = graded({"conv.output": "8x28x28", "pool.output": "8x27x27"}, spec=JOINED).results
    assert (pool.verdict, mistakes(pool), pool.sources) == ("wrong", [["stride-ignored"]], (("conv", "output"),))


def test_a_right_answer_between_ends_what_is_carried():
    found = verdicts({"conv1.output": "8x28x28", "pool.output": "8x16x16", "conv2.output": "16x12x12"})
    assert found == {"conv1.output": "wrong", "pool.output": "right", "conv2.output": "wrong"}


def test_a_further_mistake_on_top_of_an_own_error():
    """From 8×14×14 of its own, conv2 without the + 1 is 11×11."""
    result = graded({"conv1.output": "8x28x28", "pool.output": "8x14x14", "conv2.output": "16x11x11"}).results[2]
    assert result.verdict == "wrong"
    assert mistakes(result) == [["forgot-plus-one"]]
    assert result.sources == (("conv1", "output"), ("pool", "output"))


def test_no_mistake_before_is_blamed_where_what_is_before_is_right():
    """13×13 is what conv2 makes of a pool that forgot the + 1, and what it makes itself without it."""
    alone = graded({"conv2.output": "16x13x13"}).results[0]
    assert mistakes(alone) == [["forgot-plus-one"]]
    shape = {"conv2.output": "16x28x28"}
    assert ["stride-ignored"] not in mistakes(graded(shape | {"pool.output": "8x16x16"}).results[0])
    before = graded({"conv2.output": "16x29x29"}).results[0].diagnoses.found
    assert [(finding.name, finding.place) for finding in before[0].findings] == [("stride-ignored", "pool")]
    assert graded({"conv2.output": "16x29x29", "pool.output": "8x16x16"}).results[0].diagnoses.found == ()


def test_totals_of_own_sizes():
    """From 28×28: 600·784 + 1,152·144 + 2,304·10 = 470,400 + 165,888 + 23,040 = 659,328 multiply-accumulates."""
    answers = {"conv1.output": "8x28x28", "conv2.output": "16x12x12", "total.macs": "659,328"}
    result = graded(answers).results[2]
    assert (result.verdict, result.sources) == ("carried", (("conv1", "output"), ("conv2", "output")))


def test_totals_of_own_figures():
    """600 + 1,168 + 31,370 = 33,138."""
    paper = graded({"conv1.params": 600, "conv2.params": 1168, "fc.params": 31370, "total.params": 33138})
    assert [result.verdict for result in paper.results] == ["wrong", "right", "right", "carried"]
    assert paper.results[3].sources == (("conv1", "params"),)


@pytest.mark.parametrize(
    ("answers", "sources"),
    [
        ({"conv1.params": 600, "conv1.weight_bytes": 2400}, ["conv1.params"]),
        ({"total.params": 33_138, "total.weight_bytes": 4 * 33_138}, ["total.params"]),
        ({"conv1.activations": 1024, "conv1.activation_bytes": 4096}, ["conv1.activations"]),
        # 600·784 in the place of 600·1024, of 614,400 + 225,792 + 31,360 = 871,552
        ({"conv1.macs": 470_400, "total.macs": 727_552}, ["conv1.macs"]),
        # without the input's 3 channels 200·1,024, doubled and with 8,192 biases
        ({"conv1.macs": 204_800, "conv1.flops": 417_792}, ["conv1.macs"]),
        ({"conv1.output": "8x28x28", "pool.output": "8x1x1", "conv1.activations": 6272}, ["conv1.output"]),
        ({"conv1.macs": 470_400, "conv1.params": 600, "total.params": 33_138}, ["conv1.params"]),
        ({"conv1.params": 600, "conv1.macs": 470_400, "total.params": 33_138}, ["conv1.params"]),
        ({"conv1.params": 600, "total.weight_bytes": 4 * 33_138}, ["conv1.params"]),
        ({"conv1.params": 600, "conv2.params": 1169, "total.params": 33_139}, ["conv1.params", "conv2.params"]),
        ({"conv1.output": "8x28x28", "conv1.activations": 6272}, ["conv1.output"]),
        ({"conv1.output": "28x28x8", "conv1.activations": 6272}, ["conv1.output"]),
        # four channels into conv2: 16·4·9 + 16
        ({"pool.output": "4x16x16", "conv2.params": 592}, ["pool.output"]),
        ({"pool.output": "4x16x16", "conv2.output": "16x14x14", "conv2.params": 592}, ["pool.output"]),
        ({"conv1.output": "8x28x28", "flat.activations": 2304}, ["conv1.output"]),
        # 6,272 + 6,272 + 8·14·14 + 16·12·12 + 2,304 + 10, and 4 bytes each
        ({"conv1.output": "8x28x28", "total.activations": 18_730}, ["conv1.output"]),
        ({"conv1.output": "8x28x28", "total.activation_bytes": 74_920}, ["conv1.output"]),
        ({"conv1.rf": 6, "conv1.jump": 2, "pool.rf": 8}, ["conv1.receptive_field", "conv1.jump"]),
        ({"conv1.jump": 2, "pool.jump": 4}, ["conv1.jump"]),
        ({"conv1.jump": 2, "relu.rf": 5, "pool.jump": 4}, None),
        ({"conv1.rf": 6, "conv1.jump": 1, "pool.rf": 7}, ["conv1.receptive_field"]),
        ({"conv1.output": "(N, 8, 28, 28)", "pool.output": "8x14x14"}, ["conv1.output"]),
        # 500,000 of its own and 165,888 + 23,040 from 28×28
        ({"conv1.output": "8x28x28", "conv1.macs": 500_000, "total.macs": 688_928}, ["conv1.macs"]),
    ],
)
def test_what_follows_from_own_figures(answers, sources):
    *_, last = graded(answers).results
    assert last.verdict == ("carried" if sources else "wrong")
    assert [".".join(source) for source in last.sources] == (sources or [])


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"conv1.output": "8x0x0", "pool.output": "8x0x0"}, "wrong"),
        ({"conv1.params": "601.5", "conv1.weight_bytes": 2406}, "wrong"),
        ({"conv1.params": "0.60k", "conv1.weight_bytes": 2400}, "wrong"),
        ({"conv1.rf": 7, "conv2.params": 1168}, "right"),
        ({"conv2.output": "16x12x12", "conv1.output": "8x28x28"}, "wrong"),
        ({"conv2.output": "16x12x12", "pool.activations": 1568}, "wrong"),
        ({"relu.macs": 5, "relu.params": 5}, "wrong"),
        ({"relu.macs": 5, "relu.flops": 10}, "wrong"),
        ({"conv1.memory": 5, "total.memory": 7}, "wrong"),
        ({"conv1.space": 5, "total.space": 7}, "wrong"),
        ({"conv1.output": "8x28x28", "conv1.params": 600}, "wrong"),
        ({"conv1.macs": 204_800, "conv1.params": 417_792}, "wrong"),
        ({"conv1.flops": 5}, "wrong"),
        ({"conv1.params": 600, "conv2.params": 33_138}, "wrong"),
        ({"conv1.output": "8x28x28", "conv2.macs": 225_792, "total.macs": 719_232}, "wrong"),
        ({"pool.rf": 8, "conv1.rf": 8}, "wrong"),
        ({"conv1.params": 600, "pool.rf": 9}, "wrong"),
    ],
)
def test_what_does_not_follow(answers, verdict):
    assert graded(answers).results[-1].verdict == verdict


def test_a_total_of_own_buffers():
    """Eight means, eight variances and a counter: 17 a normalisation; 16 + 17."""
    spec = {"input": [8, 4, 4], "layers": [{"type": "BatchNorm2d", "name": name} for name in ("a", "b")]}
    assert verdicts({"a.buffers": 16, "total.buffers": 33}, spec=spec)["total.buffers"] == "carried"


@pytest.mark.parametrize(
    ("convention", "flops"), [("fvcore", 5), ("fvcore", -5), ("deepspeed", 8192 + 5), ("deepspeed", 8192 - 5)]
)
def test_flops_that_a_convention_counts_without_multiply_accumulates(convention, flops):
    """fvcore counts nothing of a ReLU, DeepSpeed its inputs; five multiply-accumulates are no FLOPs of either."""
    assert verdicts({"relu.macs": 5, "relu.flops": flops}, convention=convention)["relu.flops"] == "wrong"


def test_the_field_of_the_whole_network():
    """5 and 5 + 2·1 = 7; with 6 instead of 5 it is 8, and with a jump of 2 twice as much is added."""
    spec = {"input": [1, 9, 9], "layers": [NETWORK["layers"][0], NETWORK["layers"][1], NETWORK["layers"][3]]}
    for own, whole in (({"conv1.rf": 6}, 8), ({"conv1.jump": 2}, 9), ({"conv1.rf": 6, "conv1.jump": 2}, 10)):
        *_, last = graded(own | {"total.rf": whole}, spec=spec).results
        assert (last.verdict, last.sources) == ("carried", tuple(tuple(key.split(".")) for key in NAMED[tuple(own)]))
    *_, last = graded({"conv1.jump": 3, "total.jump": 3}, spec=spec).results
    assert (last.verdict, last.sources) == ("carried", (("conv1", "jump"),))


NAMED = {
    ("conv1.rf",): ["conv1.receptive_field"],
    ("conv1.jump",): ["conv1.jump"],
    ("conv1.rf", "conv1.jump"): ["conv1.receptive_field", "conv1.jump"],
}


def test_a_field_without_a_jump_is_carried_nowhere():
    """Windows of an adaptive pool from 5 to 2 differ, so that units are no one distance apart."""
    pool = {"type": "AdaptiveAvgPool2d", "name": "p", "output_size": 2}
    spec = {"input": [1, 9, 9], "layers": [NETWORK["layers"][0], pool, NETWORK["layers"][1]]}
    *_, last = graded({"p.rf": 6, "relu.rf": 6}, spec=spec).results
    assert last.verdict == "wrong"
    spec["layers"][2] = {"type": "MaxPool2d", "name": "one", "kernel_size": 2}
    *_, last = graded({"p.rf": 6, "one.rf": 6}, spec=spec).results
    assert last.verdict == "wrong"


def test_a_mistake_throughout_explains_a_total():
    """Without padding fc has 16·12·12·10 + 10 = 23,050, and 608 + 1,168 + 23,050 = 24,826 in all."""
    (result,) = graded({"total.params": "24,826"}).results
    assert ["forgot-padding"] in mistakes(result)


@pytest.mark.parametrize(
    ("text", "truth", "quantity", "figure"),
    [
        *(("6x27x27", (6, 28, 28), "output", (6, 27, 27)), ("27x27x6", (6, 28, 28), "output", (6, 27, 27))),
        *(("5x27x27", (6, 28, 28), "output", (5, 27, 27)), ("6x6x6", (6, 28, 28), "output", (6, 6, 6))),
        *(("1x6x27x27", (6, 28, 28), "output", (6, 27, 27)), ("27x27", (6, 28, 28), "output", (6, 27, 27))),
        *(("27", (6, 28, 28), "output", (6, 27, 27)), ("27", (6, 28, 30), "output", None)),
        *(("27x0", (6, 28, 30), "output", None), ("4095", (4096,), "output", (4095,)), ("N", (4096,), "output", None)),
        *(("1x1x1x1x1", (6, 28, 30), "output", None), ("12", (13, 13), "jump", (12, 12))),
        *(("12x13", (13, 15), "jump", (12, 13)), ("15x13", (13, 15), "jump", (15, 13))),
        *(("608", 600, "params", 608), ("2*300", 601, "params", 600), ("6.1k", 600, "params", None)),
        *(("7", (6, 28), "output", (6, 7)), ("600.5", 600, "params", None), ("N x 5 x 5", 600, "params", None)),
        ("12", (13, 15), "jump", None),
        *(("Nx6x27x27", (6, 28, 28), "output", (6, 27, 27)), ("1x5x27x27", (6, 28, 28), "output", (5, 27, 27))),
        *(("7x7", (6, 5, 5, 5), "output", None), ("7x7", (13, 13, 13), "jump", None)),
        *(("6x-1x7", (6, 7, 7), "output", None), ("1201/2", 600, "params", None), ("1.000*2", 600, "params", 2)),
        ("6x1x1", (6, 28, 28), "output", (6, 1, 1)),
        ("6x5x6", (6, 28, 28), "output", (6, 5, 6)),
    ],
)  # fmt: skip
def test_the_figure_that_a_student_states(text, truth, quantity, figure):
    try:
        part = reading_of(parse(text), QUANTITIES[quantity]).final
    except AnswerError:
        part = Part(text, (), ())
    found = own_figure(part, SimpleNamespace(quantity=quantity), truth)
    assert (type(found), found) == (type(figure), figure)


def test_remarks_and_points_of_a_paper():
    paper = graded({"conv1.params": "600 + 8 = 608", "conv1.output": "32x32x8", "conv2.params": "8*9*16 = 1168"})
    assert [result.remarks for result in paper.results] == [(), ("channels-last",), ("slip",)]
    assert (paper.all_right, paper.points, paper.most) == (True, 3, 3)
    assert not graded({"conv1.params": 600, "conv2.params": 1168}).all_right
    (coarse,) = graded({"conv1.params": "1k"}).results
    assert (coarse.verdict, coarse.remarks) == ("wrong", ("coarse",))
    (shape,) = graded({"flat.output": "16x14x14 = 3136"}).results
    assert (shape.verdict, shape.remarks) == ("right", ())
    (shape,) = graded({"conv1.output": "36-4 = 8x32x32"}).results
    assert (shape.verdict, shape.remarks) == ("right", ())
    (sizes,) = graded({"conv1.params": "(8, 5, 5, 3) = 608"}).results
    assert (sizes.verdict, sizes.remarks) == ("right", ())
    (count,) = graded({"conv1.activations": "8x32x32 = 8192"}).results
    assert (count.verdict, count.remarks) == ("right", ())


def test_what_is_told_of_an_answer():
    """The question, the text as it is written, and why it cannot be read; also where it is one of many."""
    questions = [
        {"id": "right", "layer": "conv1", "quantity": "params", "points": 2},
        {"id": "coarse", "layer": "conv1", "quantity": "macs"},
        {"id": "unreadable", "layer": "relu", "quantity": "output"},
        {"id": "wrong", "layer": "conv1", "quantity": "output", "points": 3},
        {"id": "carried", "layer": "pool", "quantity": "output", "points": 3},
        {"id": "missing", "layer": "fc", "quantity": "output"},
        {"id": "blank", "layer": "fc", "quantity": "params"},
        {"id": "elsewhere", "quantity": "params", "spec": "lenet5"},
    ]
    answers = {"unreadable": "8x32", "wrong": " 8x28x28", "right": "608", "coarse": "1M", "carried": "8x14x14"}
    answers |= {"unreadable": "8x32x32; 8x31x31", "blank": " "}
    results = graded(answers, carry=0.5, questions=questions).results
    found = {result.question.id: (result.verdict, result.text, result.points) for result in results}
    assert found == {
        "right": ("right", "608", 2),
        "coarse": ("wrong", "1M", 0),
        "unreadable": ("unreadable", "8x32x32; 8x31x31", 0),
        "wrong": ("wrong", " 8x28x28", 0),
        "carried": ("carried", "8x14x14", 1.5),
        "missing": ("missing", "", 0),
        "blank": ("missing", "", 0),
        "elsewhere": ("missing", "", 0),
    }
    assert {result.problem for result in results if result.verdict != "unreadable"} == {""}
    assert results[2].problem == "several answers, 8×32×32 and 8×31×31; which is meant"
    assert [result.expected for result in results[4:]] == [(8, 16, 16), (10,), 31_370, 60_000]


def test_what_is_carried_earns_nothing_unless_that_is_said():
    answers = json.dumps({"conv1.output": "8x28x28", "pool.output": "8x14x14"}).encode()
    (submission,) = submissions_from(answers, "s", ".json", "Ada")
    assert [r.points for r in Grader(key_from({"spec": NETWORK})).grade(submission).results] == [0, 0]


def test_mistakes_are_worked_out_once_for_all_papers(monkeypatch):
    """conv2 without the + 1, on top of an own size of the pool."""
    made = []

    class Counted(grading.Candidates):
        def __init__(self, *asked):
            made.append(asked)
            super().__init__(*asked)

    monkeypatch.setattr(grading, "Candidates", Counted)
    answers = json.dumps({"answers": {"pool.output": "8x14x14", "conv2.output": "16x11x11"}})
    (submission,) = submissions_from(answers.encode(), "s", ".json", "Ada")
    grader = Grader(key_from({"spec": NETWORK}))
    first = grader.grade(submission)
    assert mistakes(first.results[1]) == [["forgot-plus-one"]]
    assert len(made) == 3
    assert grader.grade(submission).results == first.results
    assert len(made) == 3


def test_what_a_mistake_on_top_follows_from():
    """The nearest layers' own wrong sizes, none that is right; and none where the figure does not depend on them."""
    answers = {"conv1.output": "8x32x32", "pool.output": "8x15x15", "conv2.output": "16x12x12"}
    assert graded(answers).results[2].sources == (("pool", "output"),)
    (_, bias) = graded({"pool.output": "8x15x15", "conv2.params": 1152}).results
    assert (mistakes(bias), bias.sources) == ([["forgot-bias"]], ())


def test_too_many_sizes_are_told_where_nothing_else_explains_them():
    (explained, not_explained) = graded({"conv1.output": "1x1x8x28x28", "pool.output": "1x1x8x3x5"}).results
    assert (mistakes(explained)[0], explained.remarks) == (["forgot-padding"], ())
    assert (mistakes(not_explained), not_explained.remarks) == ([], ("too-many-sizes",))


def test_the_first_answer_that_is_not_blank_counts_last():
    """Of two answers to one question the later one, unless it is blank."""
    for texts, text in ((("600", "608"), "608"), (("608", ""), "608"), (("", "608"), "608")):
        entries = [{"id": "a", "answer": each} for each in texts]
        (submission,) = submissions_from(json.dumps(entries).encode(), "s", ".json", "Ada")
        (result,) = Grader(key_from({"spec": NETWORK, "questions": QUESTIONS[:1]})).grade(submission).results
        assert (result.text, result.verdict) == (text, "right")


def test_memory_of_own_parameters():
    assert verdicts({"conv1.params": 600, "conv1.weight_bytes": 2400})["conv1.weight_bytes"] == "carried"


def test_flops_of_own_multiply_accumulates():
    """Without the input's 3 channels 200·1,024 = 204,800, doubled and with 8,192 biases 417,792."""
    assert verdicts({"conv1.macs": 204_800, "conv1.flops": 417_792})["conv1.flops"] == "carried"


def test_fields_carried_forward():
    """r: 5, 6, 10; with 6 instead of 5 behind conv1 the pool has 7 and conv2 11."""
    found = verdicts({"conv1.rf": 6, "pool.rf": 7, "conv2.rf": 11})
    assert list(found.values()) == ["wrong", "carried", "carried"]


BRANCHES = {
    "input": [3, 32, 32],
    "layers": [
        {"type": "Conv2d", "name": "stem", "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1},
        {"type": "Conv2d", "name": "wide", "out_channels": 8, "kernel_size": 5, "padding": 2},
        {"type": "Conv2d", "name": "narrow", "out_channels": 8, "kernel_size": 3, "padding": 1, "inputs": ["stem"]},
        {"type": "Add", "name": "sum", "inputs": ["wide", "narrow"]},
        {"type": "Conv2d", "name": "head", "out_channels": 8, "kernel_size": 3, "padding": 1},
    ],
}
"""r = 3, j = 2 behind the stem; 3 + 4·2 = 11 on the wide way, 3 + 2·2 = 7 on the narrow; 11, and 11 + 2·2 = 15."""


def test_fields_carried_through_branches():
    """With r = 4 behind the stem the wide way sees 4 + 4·2 = 12, and so does the sum; the head sees 12 + 2·2 = 16."""
    answers = {"stem.receptive_field": 4, "sum.receptive_field": 12, "head.receptive_field": 16}
    paper = graded(answers, spec=BRANCHES)
    assert [result.verdict for result in paper.results] == ["wrong", "carried", "carried"]
    assert [result.sources for result in paper.results[1:]] == [
        (("stem", "receptive_field"),),
        (("sum", "receptive_field"),),
    ]
    one_way = {"wide.receptive_field": 13, "head.receptive_field": 17, "head.jump": 2}
    assert verdicts(one_way, spec=BRANCHES) == {
        "wide.receptive_field": "wrong",
        "head.receptive_field": "carried",
        "head.jump": "right",
    }
    jumps = {"stem.jump": 3, "wide.jump": 3, "head.jump": 3}
    assert verdicts(jumps, spec=BRANCHES) == {"stem.jump": "wrong", "wide.jump": "carried", "head.jump": "carried"}


def test_branches_of_different_jumps_are_carried_nowhere():
    """A jump of 3 on one way and of 2 on the other are no one jump behind their sum."""
    for answers in ({"wide.jump": 3, "sum.receptive_field": 13}, {"wide.jump": 3, "sum.jump": 3}):
        assert set(verdicts(answers, spec=BRANCHES).values()) == {"wrong"}


def test_sizes_carried_through_branches():
    """From 15×15 behind the stem, or on both ways, the sum and the head have 15×15; each source is told once."""
    for wrong in (["stem"], ["wide", "narrow"]):
        answers = dict.fromkeys((f"{name}.output" for name in reversed(wrong)), "8x15x15")
        *_, last = graded(answers | {"head.output": "8x15x15"}, spec=BRANCHES).results
        assert (last.verdict, last.sources) == ("carried", tuple((name, "output") for name in wrong))


@pytest.mark.parametrize(
    ("layer", "stated", "known"),
    [
        *(("head", "sum", True), ("head", "wide narrow", True), ("head", "wide stem", True), ("head", "stem", True)),
        *(("head", "wide", False), ("head", "head", False), ("head", "", False), ("stem", "stem wide", False)),
        (None, "stem wide narrow sum head", False),
    ],
)  # fmt: skip
def test_whether_the_sizes_that_a_figure_is_worked_out_from_are_stated(layer, stated, known):
    """On every way back to the image, of some layer."""
    question = key_from({"spec": BRANCHES, "questions": [{"layer": layer, "quantity": "macs"}]}).questions["1"]
    assert is_known_from(question, Own({(name, "output"): (8, 16, 16) for name in stated.split()}, set())) is known
    assert is_known_from(question, Own({(name, "params"): 5 for name in stated.split()}, set())) is False


def test_a_field_carried_past_a_shortcut_from_the_image():
    """6 instead of 5 on one way, 1 on the other."""
    spec = {
        "input": [3, 32, 32],
        "layers": [NETWORK["layers"][0] | {"out_channels": 3}, {"type": "Add", "name": "sum"}],
    }
    spec["layers"][1]["inputs"] = ["conv1", "input"]
    *_, last = graded({"conv1.rf": 6, "sum.rf": 6}, spec=spec).results
    assert (last.verdict, last.sources) == ("carried", (("conv1", "receptive_field"),))
    assert verdicts({"conv1.rf": 6, "sum.jump": 2}, spec=spec)["sum.jump"] == "wrong"


UP = {
    "input": [3, 9, 9],
    "layers": [
        {"type": "Conv2d", "name": "down", "out_channels": 3, "kernel_size": 5, "stride": 2, "padding": 2},
        {"type": "ConvTranspose2d", "name": "up", "out_channels": 3, "kernel_size": 4, "stride": 2, "padding": 1},
    ],
}
"""r = 5, j = 2; a unit of the transposed convolution reads two of those, so r = 5 + 2 = 7, and j = 1."""


@pytest.mark.parametrize(
    ("own", "asked", "figure", "verdict"),
    [
        *((4, "up.jump", 2, "carried"), (4, "up.rf", 9, "carried"), (3, "up.rf", 8, "carried")),
        *((3, "up.jump", 2, "wrong"), (3, "up.jump", 1, "right"), (2, "up.jump", 2, "wrong")),
    ],
)  # fmt: skip
def test_a_jump_carried_through_a_transposed_convolution(own, asked, figure, verdict):
    """Half of an own jump, where that is whole; one more of them is seen."""
    *_, last = graded({"down.jump": own, asked: figure}, spec=UP).results
    assert last.verdict == verdict


def test_branches_that_see_beside_each_other_are_carried_nowhere():
    """Windows of 2 that begin at a unit's own pixel and one before it are 3 wide together, whatever each has alone."""
    layers = [
        {"type": "MaxPool2d", "name": "a", "kernel_size": 2},
        {"type": "ZeroPad2d", "name": "pad", "padding": [1, 0, 1, 0], "inputs": ["input"]},
        {"type": "MaxPool2d", "name": "b", "kernel_size": 2},
        {"type": "Add", "name": "sum", "inputs": ["a", "b"]},
    ]
    spec = {"input": [3, 16, 16], "layers": layers}
    assert verdicts({"a.rf": 4, "sum.rf": 4}, spec=spec) == {
        "a.receptive_field": "wrong",
        "sum.receptive_field": "wrong",
    }
    assert verdicts({"sum.rf": 3}, spec=spec) == {"sum.receptive_field": "right"}


def test_fields_on_one_of_two_inputs_are_carried_nowhere():
    layers = [{"type": "MaxPool2d", "name": "a", "kernel_size": 3, "inputs": ["x"]}, {"type": "ReLU", "name": "b"}]
    last = {"type": "ReLU", "name": "c", "inputs": ["y"]}
    spec = {"input": {"x": [1, 9, 9], "y": [1, 9, 9]}, "layers": [*layers, last]}
    assert set(verdicts({"a.rf": 4, "b.rf": 4}, spec=spec).values()) == {"wrong"}


def test_a_field_with_the_channels_that_it_sees():
    """CS231n's notes write 5×5×3 for a filter on an RGB image; 3 is right of the image's channels alone."""
    for text in ("5x5x3", "3x5x5", "(5, 5, 3)"):
        (result,) = graded({"conv1.receptive_field": text}).results
        assert (result.verdict, result.remarks) == ("right", ("depth",))
    (wrong,) = graded({"conv2.receptive_field": "10x10x8"}).results
    assert (wrong.verdict, wrong.remarks) == ("wrong", ("too-many-sizes",))
    (taller,) = graded({"conv1.receptive_field": "7x7x3"}).results
    assert (taller.verdict, taller.remarks) == ("wrong", ())
    assert verdicts({"pool.jump": "2x2x3"}) == {"pool.jump": "wrong"}


def test_the_last_of_several_answers_counts_and_that_is_said():
    rows = "question,answer\nconv1.params,600\nconv1.params,608\nconv1.params,\npool.params,0\npool.params,0\n"
    (submission,) = submissions_from(rows.encode(), "s", ".csv", "Ada")
    paper = Grader(key_from({"spec": NETWORK})).grade(submission)
    assert [(result.verdict, result.text, result.earlier) for result in paper.results] == [
        ("right", "608", ("600",)),
        ("right", "0", ()),
    ]


def test_shapes_that_fit_nothing_are_carried_nowhere():
    found = verdicts({"conv1.output": "8x1x1", "pool.output": "8x16x16", "conv2.output": "8x1x1"})
    assert list(found.values()) == ["wrong", "right", "wrong"]


QUESTIONS = [
    {"id": "a", "layer": "conv1", "quantity": "params", "points": 2},
    {"id": "b", "layer": "total", "quantity": "macs", "points": 0.5},
    {"id": "c", "quantity": "output size", "spec": "lenet5", "layer": "C1"},
]


def test_questions_of_a_key():
    paper = graded({"A": 608, "total.macs": "1"}, questions=QUESTIONS)
    assert [(r.question.id, r.verdict, r.question.points) for r in paper.results] == [
        ("a", "right", 2),
        ("b", "wrong", 0.5),
        ("c", "missing", 1),
    ]
    assert (paper.points, paper.most) == (2, 3.5)
    assert not paper.all_right


def test_an_answer_to_no_question_is_told():
    paper = graded({"z": 3, "conv2.params": 1168, "a": 608}, questions=QUESTIONS)
    assert [problem for _, problem in paper.unmatched] == [
        "there is no question 'z'; there are a, b, c",
        "there is no question 'conv2.params'; there are a, b, c",
    ]
    (problem,) = (text for _, text in graded({"conv3.params": 3}).unmatched)
    assert problem == "no layer is named 'conv3'; did you mean 'conv2'?"
    (problem,) = (text for _, text in graded({"hm": 3}).unmatched)
    assert problem == "there is no question 'hm'; there are conv1.params, total.macs"


@pytest.mark.parametrize(
    "reference",
    [
        "conv1.params",
        "CONV1.params",
        "conv1 parameters",
        "conv1: number of parameters",
        "params of conv1",
        "conv1/参数量",
    ],
)
def test_how_a_question_may_be_named(reference):
    assert [result.verdict for result in graded({reference: 608}).results] == ["right"]


@pytest.mark.parametrize(
    "reference", ["total.params", "params", "total params", "Total: # params", "参数量", "合计.参数"]
)
def test_how_the_whole_network_may_be_named(reference):
    assert [result.verdict for result in graded({reference: 33146}).results] == ["right"]


def test_a_key_that_states_a_wrong_answer_is_doubted():
    key = key_from(
        {"spec": NETWORK, "questions": [{"layer": "conv1", "quantity": "params", "answer": 600}]}, "key.json"
    )
    assert key.doubts == (
        "key.json: $.questions[0].answer: 600 is not right, conv1.params is 608; that is what is graded by",
    )
    right = {"layer": "conv1", "quantity": "output", "answer": [8, 32, 32]}
    assert key_from({"spec": NETWORK, "questions": [right]}).doubts == ()


def test_a_solved_paper_is_a_key():
    key = key_from({"spec": NETWORK, "answers": {"conv1": {"output": "8x32x32", "params": 600}, "total.macs": 1}}, "k")
    assert list(key.questions) == ["conv1.output", "conv1.params", "total.macs"]
    assert [doubt.split(", ")[0] for doubt in key.doubts] == [
        "k: $.answers.conv1.params: 600 is not right",
        "k: $.answers.total.macs: 1 is not right",
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"questions": []}, 'a key needs "spec"'),
        ({"spec": "alexnt"}, "did you mean 'alexnet'"),
        ({"spec": "alexnet", "question": []}, "a key has no field 'question'; did you mean 'questions'?"),
        ({"spec": "alexnet", "questions": [{"layer": "conv1"}]}, 'k: $.questions[0]: a question needs "quantity"'),
        (
            {"spec": "alexnet", "questions": [{"layer": "conv9", "quantity": "params"}]},
            "k: $.questions[0]: no layer is",
        ),
        (
            {"spec": "alexnet", "questions": [{"quantity": "parms"}]},
            "no quantity is named 'parms'; did you mean 'params'?",
        ),
        ({"spec": "alexnet", "questions": [{"quantity": "params", "points": -1}]}, "expected a number of at least 0"),
        ({"spec": "alexnet", "batch": 0}, "k: $.batch: expected a whole number of 1 to"),
        ({"spec": "alexnet", "input": [3, 8, 8]}, "does not fit"),
        ({"spec": "net.py:network"}, "not Python code"),
        ({"spec": "alexnet", "questions": [{"id": "1", "quantity": "params"}] * 2}, "there are two questions '1'"),
        ({"spec": "alexnet", "questions": [3]}, "k: $.questions[0]: expected an object"),
    ],
)
def test_a_bad_key(document, message):
    with pytest.raises(CnncalcError) as caught:
        key_from(document, "k")
    assert message in str(caught.value)


def test_what_has_no_one_figure_is_not_graded():
    """A sum of two inputs sees both."""
    layers = [{"type": "Add", "name": "sum", "inputs": ["a", "b"]}]
    spec = {"input": {"a": [1, 4, 4], "b": [1, 4, 4]}, "layers": layers}
    paper = graded({"sum.rf": 1, "sum.output": "1x4x4"}, spec=spec)
    assert [(result.question.id, result.verdict) for result in paper.results] == [("sum.output", "right")]
    (problem,) = (text for _, text in paper.unmatched)
    assert problem == "sum.receptive_field is not one figure here, so it cannot be graded"
    with pytest.raises(CnncalcError, match=r"k: \$.questions\[0\]: sum.jump is not one figure here"):
        key_from({"spec": spec, "questions": [{"layer": "sum", "quantity": "jump"}]}, "k")


def test_a_class_is_tallied():
    key = key_from({"spec": NETWORK, "questions": QUESTIONS[:1]})
    grader = Grader(key)
    texts = ["608", "600", "600", "601", "1", "about"]
    papers = [
        grader.grade(submission)
        for text in texts
        for submission in submissions_from(f"question,answer\na,{text}".encode(), "s", ".csv", "x")
    ]
    (tally,) = tallies(papers)
    assert tally.verdicts == {"right": 1, "wrong": 4, "unreadable": 1}
    assert [([f.name for f in findings], count) for findings, count in tally.mistakes] == [
        (["forgot-bias"], 2),
        (["one-bias"], 1),
    ]


def test_a_class_is_graded_file_by_file(tmp_path):
    """Two students in one file, and a file between that cannot be read."""
    files = {"a.csv": "student,question,answer\nAda,a,608\nBo,a,600\n", "b.csv": "", "c.json": '{"a": 608}'}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in files]
    grader = Grader(key_from({"spec": NETWORK, "questions": QUESTIONS[:1]}))
    first, second, problem, last = grade_class(paths, grader)
    assert [(paper.student, paper.points) for paper in (first, second, last)] == [("Ada", 2), ("Bo", 0), ("c", 2)]
    assert problem == Unreadable(paths[1], f"{paths[1]}: holds no answers")


def test_a_tally_keeps_the_order_of_the_questions():
    grader = Grader(key_from({"spec": NETWORK, "questions": QUESTIONS}))
    both = [
        grader.grade(submissions_from(json.dumps({"c": "6x27x27", "b": ""} | more).encode(), "s", ".json", "x")[0])
        for more in ({"a": 600}, {"a": 600}, {"a": 208})
    ]
    params, macs, output = tallies(both)
    assert [tally.question.id for tally in (params, macs, output)] == ["a", "b", "c"]
    assert (params.verdicts, macs.verdicts, output.verdicts) == ({"wrong": 3}, {"missing": 3}, {"wrong": 3})
    assert [(findings[0].name, count) for findings, count in params.mistakes] == [
        ("forgot-bias", 2),
        ("forgot-input-channels", 1),
    ]
    assert macs.mistakes == ()


def test_a_wrong_answer_of_several_explanations_counts_as_the_likeliest():
    paper = graded({"conv1.output": "8x28x28"})
    assert mistakes(paper.results[0]) == [["forgot-padding"], ["other-input"]]
    (tally,) = tallies([paper])
    assert [([finding.name for finding in findings], count) for findings, count in tally.mistakes] == [
        (["forgot-padding"], 1)
    ]


def test_mistakes_are_not_looked_for_without_end():
    key = {"spec": NETWORK, "questions": [{"id": str(n), "layer": "fc", "quantity": "params"} for n in range(400)]}
    answers = {str(n): "31,360" for n in range(400)}
    (submission,) = submissions_from(json.dumps({"answers": answers}).encode(), "s", ".json", "Ada")
    results = Grader(key_from(key)).grade(submission).results
    assert all(result.verdict == "wrong" for result in results)
    assert [bool(result.diagnoses.found) for result in results] == [True] * 300 + [False] * 100
    assert (results[-1].text, results[-1].question.id) == ("31,360", "399")
    assert results[-1].remarks == ("many-wrong",)


@pytest.mark.parametrize("name", ["Q1b", "1(b)", "1.b", "Question 1b", "question 1 (B)", "第1b题", "题1b"])
def test_a_question_by_its_number_in_other_words(name):
    questions = [{"id": "1a", "layer": "conv1", "quantity": "output"}, {"id": "1b", "quantity": "params"}]
    paper = graded({name: 33146}, questions=questions)
    assert [(result.question.id, result.verdict) for result in paper.results if result.text] == [("1b", "right")]


def test_a_paper_on_something_else_is_refused_early():
    answers = {f"zz{number}.params": "1" for number in range(20_000)}
    with pytest.raises(
        CnncalcError, match=r"more than 500 answers to no question of this key; zz500.params: no layer is"
    ):
        cnncalc.grade(cnncalc.load("resnet18"), answers)
