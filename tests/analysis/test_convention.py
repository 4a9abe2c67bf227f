"""Every tool's figure, as the tool printed it, from its convention; reconciled, to the last operation."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from strategies import networks

from cnncalc import CnncalcError, Network, analyze, layers, load, loads
from cnncalc.analysis import convention, convention_named, shipped_conventions
from cnncalc.analysis.convention import UnknownFigureError, quantities
from cnncalc.analysis.reconcile import reconciled
from cnncalc.spec import shipped_names

MEASURED = json.loads((Path(__file__).parent / "peer_counts.json").read_text())
"""Totals printed by each tool for the same network, as run (its own text says how)."""

CONVENTIONS = {
    "torchinfo mult-adds": "torchinfo",
    "fvcore 'flops'": "fvcore",
    "ptflops pytorch": "ptflops",
    "ptflops aten": "ptflops-aten",
    "thop": "thop",
    "calflops FLOPs": "calflops",
    "calflops MACs": "calflops-macs",
    "torch counter fwd": "torch",
    "torchscan FLOPs": "torchscan",
    "torchscan MACs": "torchscan-macs",
    "torchscan DMAs": "torchscan-dmas",
    "torch counter fwd+bwd": "torch-training",
}


OPERATIONS = [name for name in shipped_conventions() if convention_named(name).quantity == "operations"]


def counted(network, names, **settings):
    """Analyses under those of the conventions that have a figure."""
    for name in names:
        with suppress(UnknownFigureError):
            yield analyze(network, convention=name, **settings)


def network(input, *stack):
    return Network(input=input, layers=stack)


def torchvision_alexnet(without=""):
    """As torchvision writes it: rectifiers in place, flattening a function; an identity for what it is without."""
    document = json.loads(load("alexnet").to_json())
    for layer in document["layers"]:
        if layer["type"] == without:
            del layer["output_size"]
            layer["type"] = "Identity"
        layer |= {"ReLU": {"inplace": True}, "Flatten": {"functional": True}}.get(layer["type"], {})
    del document["expected"], document["published"]
    return loads(json.dumps(document))


def block():
    return network(
        [3, 32, 32],
        *(layers.Conv2d(16, 3, padding=1, bias=False), layers.BatchNorm2d(), layers.ReLU(name="stem")),
        *(layers.Conv2d(32, 3, stride=2, padding=1, bias=False), layers.BatchNorm2d(), layers.ReLU()),
        *(layers.Conv2d(32, 3, padding=1, bias=False), layers.BatchNorm2d(name="main")),
        *(layers.Conv2d(32, 1, stride=2, bias=False, inputs=("stem",)), layers.BatchNorm2d(name="shortcut")),
        *(layers.Add(inputs=("main", "shortcut")), layers.ReLU()),
        *(layers.AdaptiveAvgPool2d(1), layers.Flatten(functional=True), layers.Linear(10)),
    )


IMAGE = [8, 16, 16]
POINTWISE = layers.Conv2d(8, 1, bias=False)
TRANSPOSED = {"kernel_size": 4, "stride": 2, "padding": 1, "bias": False}
CASES = {
    "AlexNet": torchvision_alexnet(),
    "AlexNet b2": torchvision_alexnet(),
    "AlexNet noAAP": torchvision_alexnet(without="AdaptiveAvgPool2d"),
    "Block": block(),
    "conv3x3+bias 8>8 @16": network(IMAGE, layers.Conv2d(8, 3, padding=1)),
    "conv nobias": network(IMAGE, layers.Conv2d(8, 3, padding=1, bias=False)),
    "conv g4 bias": network(IMAGE, layers.Conv2d(8, 3, padding=1, groups=4)),
    "conv dil2 same-str": network(IMAGE, layers.Conv2d(8, 3, padding="same", dilation=2, bias=False)),
    "convT k4s2p1 nobias": network(IMAGE, layers.ConvTranspose2d(8, **TRANSPOSED)),
    "convT g4": network(IMAGE, layers.ConvTranspose2d(8, groups=4, **TRANSPOSED)),
    "conv1d": network([8, 64], layers.Conv1d(8, 3, padding=1)),
    "conv3d": network([8, 8, 8, 8], layers.Conv3d(8, 3, padding=1)),
    "BN2d": network(IMAGE, layers.BatchNorm2d()),
    "ReLU+conv1x1": network(IMAGE, layers.ReLU(), POINTWISE),
    "F.relu+conv1x1": network(IMAGE, layers.ReLU(functional=True), POINTWISE),
    "add+conv1x1": network(IMAGE, layers.Add(inputs=("input", "input")), POINTWISE),
    "conv1x1 (baseline)": network(IMAGE, POINTWISE),
    "conv1x1+maxpool2": network(IMAGE, POINTWISE, layers.MaxPool2d(2)),
    "conv1x1+avgpool2": network(IMAGE, POINTWISE, layers.AvgPool2d(2)),
    "conv1x1+GAP": network(IMAGE, POINTWISE, layers.AdaptiveAvgPool2d(1)),
    "conv1x1+sigmoid": network(IMAGE, POINTWISE, layers.Sigmoid()),
    "linear 64>32 bias": network([64], layers.Linear(32)),
    "linear on (1,10,64)": network([10, 64], layers.Linear(32)),
}


def test_every_measured_network_is_here():
    assert set(CASES) == {case for case in MEASURED if not case.startswith("_")}
    assert {tool for case in CASES for tool in MEASURED[case]} == set(CONVENTIONS)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("tool", CONVENTIONS)
def test_what_a_tool_printed(case, tool):
    batch = 2 if case.endswith("b2") else 1
    analysis = analyze(CASES[case], batch=batch, convention=CONVENTIONS[tool])
    assert analysis.totals.flops == MEASURED[case][tool]


@pytest.mark.parametrize(
    ("tool", "layer", "shape", "printed"),
    [
        # as the tools of those versions printed for torch.nn's layer alone, torch 2.13.0
        ("ptflops", layers.ReLU6(), (4, 5, 4), 80),
        ("ptflops", layers.LPPool2d(2), (4, 6, 6), 216),
        ("calflops", layers.LPPool2d(2), (4, 6, 6), 216),
        ("torchscan", layers.LayerNorm(), (4, 6), 200),
        ("torchscan", layers.LayerNorm(elementwise_affine=False), (4, 6), 152),
        ("torchscan", layers.LayerNorm(bias=False), (4, 6), 176),
        ("torchinfo", layers.ConvTranspose2d(6, 3, stride=2), (4, 6, 6), 37_518),
        ("torchinfo", layers.ConvTranspose2d(8, 3, stride=2, groups=2), (4, 6, 6), 25_688),
        ("torchinfo", layers.Conv2d(6, 3, padding="same"), (4, 6, 6), 7_992),
        ("torchinfo", layers.Linear(5), (3, 8), 45),
    ],
)
def test_what_a_tool_printed_for_one_layer(tool, layer, shape, printed):
    assert analyze(network(shape, layer), convention=tool).totals.flops == printed


@pytest.mark.parametrize(
    ("case", "tool"),
    [
        # the mistakes that the issue names
        ("convT k4s2p1 nobias", "torchinfo"),
        ("convT k4s2p1 nobias", "thop"),
        ("convT k4s2p1 nobias", "torchscan"),
        ("conv dil2 same-str", "fvcore"),
        ("convT g4", "calflops"),
        ("linear on (1,10,64)", "torchinfo"),
        ("ReLU+conv1x1", "ptflops"),
        ("conv1x1+maxpool2", "ptflops"),
    ],
)
def test_defects_are_called_so(case, tool):
    analysis = analyze(CASES[case], convention=tool)
    assert any(row.defect for row in analysis.layers)
    assert any(warning.code == "convention-defect" for warning in analysis.warnings)
    (found,) = [d for d in reconciled(analyze(CASES[case]), analysis).differences if d.defect]
    assert found.amount


@pytest.mark.parametrize(("case", "tool"), [("AlexNet", "fvcore"), ("conv g4 bias", "torchinfo"), ("BN2d", "thop")])
def test_opinions_are_no_defects(case, tool):
    assert not any(row.defect for row in analyze(CASES[case], convention=tool).layers)


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_networks_are_reconciled_to_the_last_operation(name):
    network = load(name)
    one_sample = analyze(network, batch=3, convention="ptflops")
    for other in counted(network, OPERATIONS, batch=3):
        for base in (analyze(network, batch=3), one_sample):
            found = reconciled(base, other)
            assert found.start + sum(difference.amount for difference in found.differences) == found.figure


@settings(max_examples=100)
@given(networks())
def test_generated_networks_are_reconciled_between_any_two(case):
    nodes, shape = case
    stated = []
    for name, layer, inputs in nodes:
        fields = {field: getattr(layer, field) for field in type(layer).__struct_fields__}
        stated.append(type(layer)(**fields | {"name": name, "inputs": inputs}))
    analyses = list(counted(Network(input=shape, layers=stated), OPERATIONS))
    for one in analyses[::5]:
        for other in analyses:
            reconciled(one, other)


def test_why_alexnet_is_not_alexnet():
    """The issue's own example: fvcore leaves 494,184 additions of biases out (Σ of the output elements with a bias)."""
    found = reconciled(analyze(load("alexnet")), analyze(load("alexnet"), convention="fvcore"))
    amounts = {difference.label: difference.amount for difference in found.differences}
    assert amounts["a multiply-accumulate as 1 instead of 2"] == -714_188_480
    assert amounts["additions of biases: not counted of Conv2d, Linear"] == -494_184


def test_the_lecture_counts_convolutions_alone():
    """Σ M²·K²·Cin·Cout over AlexNet's five convolutions, put down by hand."""
    convolutions = [(55, 11, 3, 64), (27, 5, 64, 192), (13, 3, 192, 384), (13, 3, 384, 256), (13, 3, 256, 256)]
    time = sum(m * m * k * k * inputs * outputs for m, k, inputs, outputs in convolutions)
    assert analyze(load("alexnet"), convention="lecture").totals.flops == time


@pytest.mark.parametrize(
    ("spec", "time", "space"),
    [
        # the lectures' exercise: 100×100×256 through 3×3 to 256 channels, and through 1×1 to 64 before 3×3
        ("complexity_3x3", 5_898_240_000, 3_149_824),
        ("complexity_bottleneck", 1_638_400_000, 3_363_840),
    ],
)
def test_the_lecture_s_time_and_space(spec, time, space):
    assert analyze(load(spec), convention="lecture").totals.flops == time
    assert analyze(load(spec), convention="lecture-space").totals.flops == space
    assert analyze(load(spec), batch=2, convention="lecture-space").totals.flops == space


def test_operations_are_not_reconciled_with_memory():
    with pytest.raises(CnncalcError, match="lecture-space counts memory and cnncalc operations"):
        reconciled(analyze(load("alexnet")), analyze(load("alexnet"), convention="lecture-space"))


def test_what_no_output_depends_on():
    """fvcore reads a trace, from which that is dropped; torch's counter runs it, but nothing comes back through it."""
    conv = layers.Conv2d(4, 1, bias=False)
    two = network([4, 8, 8], conv, layers.Conv2d(4, 1, bias=False, inputs=("input",)))
    one = network([4, 8, 8], conv)
    assert analyze(two, convention="fvcore").totals.flops == analyze(one, convention="fvcore").totals.flops
    assert analyze(two, convention="torch-training").totals.flops == 2 * 256 * 4 + 2 * 2 * 256 * 4


def test_a_figure_that_is_not_known_is_no_figure():
    with pytest.raises(UnknownFigureError, match='"C3": this convention has no figure for ConnectedConv2d'):
        analyze(load("lenet5"), convention="torch-training")


@pytest.mark.parametrize(
    ("other", "batch"),
    [
        (network([4, 9, 9], layers.ReLU(name="x"), layers.MaxPool2d(2, name="b")), 1),
        (network([4, 9, 9], layers.Sigmoid(name="a"), layers.MaxPool2d(2, name="b")), 1),
        (network([4, 9, 8], layers.ReLU(name="a"), layers.MaxPool2d(2, name="b")), 1),
        (network([4, 9, 9], layers.ReLU(name="a")), 1),
        (network([4, 9, 9], layers.ReLU(name="a"), layers.MaxPool2d(2, name="b")), 2),
    ],
)
def test_analyses_of_other_networks_are_not_reconciled(other, batch):
    ours = network([4, 9, 9], layers.ReLU(name="a"), layers.MaxPool2d(2, name="b"))
    with pytest.raises(CnncalcError, match=r"^network and network are not analyses of one network on one input$"):
        reconciled(analyze(ours), analyze(other, batch=batch, convention="thop"))


def test_a_convention_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\ndescription = "pixels"\nunit = "pixels"\n'
        '[[rules]]\nkinds = ["Conv2d"]\nwhen = { kernel_size = 11 }\ncount = { "positions*channels" = 3, one = -1 }\n'
    )
    analysis = analyze(load("alexnet"), convention=str(path))
    assert analysis.totals.flops == 3 * (55 * 55 * 3) - 1
    assert analysis.to_dict()["convention"] == "mine"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name = 3", "Expected `str`, got `int`"),
        ("name = ", "Invalid"),
        ('name = "x"\ndescription = ""\nruels = []', "unknown field `ruels`"),
        ('name = "x"\ndescription = ""\n[[rules]]\nkinds = ["*"]\ncount = { macs = 1 }', "did you mean 'mac'?"),
        ('name = "x"\ndescription = ""\n[[rules]]\nkinds = ["*"]\ncount = { mac = 10000000 }', "too much"),
        ('name = "thop"\ndescription = ""', "'thop' comes with cnncalc; another convention needs another name"),
        (f'name = "x"\ndescription = ""\nyear = {"9" * 5000}', "holds a number with too many digits"),
        (f"name = {'[' * 5000}", "nested too deeply"),
        ('name = "x"\ndescription = ""\nquantity = "time"', "Invalid enum value 'time'"),
        (
            'name = "x"\ndescription = ""\n[[rules]]\nkinds = ["Conv2d"]\nwhen = { inplace = true }',
            "$.rules[0].when: Conv2d has no 'inplace'",
        ),
        (
            'name = "x"\ndescription = ""\n[[rules]]\nkinds = ["Cnv2d"]',
            "no kind of layer is named 'Cnv2d'; did you mean",
        ),
        (
            'name = "x"\ndescription = ""\n[[rules]]\nkinds = ["Conv2d"]\nwhen = { gruops = 1 }',
            "did you mean 'groups'?",
        ),
    ],
)
def test_a_convention_that_is_not_one(tmp_path, text, complaint):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(CnncalcError) as error:
        convention_named(str(path))
    assert complaint in str(error.value)
    assert str(path) in str(error.value)


HEADING = 'name = "mine"\ndescription = ""\n[[rules]]\nkinds = ["*"]\n'


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ('kinds = ["Cnv2d"]', "$.rules[1].kinds: no kind of layer is named 'Cnv2d'; did you mean 'Conv2d'?"),
        ('kinds = ["ReLU", "zzz"]', "$.rules[1].kinds: no kind of layer is named 'zzz'"),
        (
            'kinds = ["Conv2d", "ReLU"]\nwhen = { gruops = 1 }',
            "$.rules[1].when: Conv2d, ReLU has no 'gruops'; did you mean 'groups'?",
        ),
        ('kinds = ["ReLU"]\nwhen = { groups = 1, zzz = 2 }', "$.rules[1].when: ReLU has no 'zzz'"),
        (
            'kinds = ["ReLU"]\ncount = { inpt = 1 }',
            "$.rules[1].count: no quantity is named 'inpt'; did you mean 'input'?",
        ),
        (
            'kinds = ["ReLU"]\ncount = { "one*zzz" = 1 }',
            f"$.rules[1].count: no quantity is named 'zzz'; the quantities are {', '.join(quantities())}",
        ),
        (
            'kinds = ["ReLU"]\ncount = { one = 1_000_001 }',
            "$.rules[1].count: 'one' = 1000001 is too much; at most 6 quantities and a coefficient of 1,000,000",
        ),
        ('kinds = ["ReLU"]\ncount = { one = "1" }', "Expected `int`, got `str` - at `$.rules[1].count[...]`"),
    ],
)
def test_where_a_rule_is_none(tmp_path, rule, complaint):
    path = tmp_path / "mine.toml"
    path.write_text(f"{HEADING}[[rules]]\n{rule}")
    with pytest.raises(CnncalcError) as error:
        convention_named(str(path))
    assert str(error.value) == f"{path}: {complaint}"


def test_conditions_may_be_of_hyper_parameters_and_quantities_of_any_of_the_kinds(tmp_path):
    """All conditions of a rule have to be met; the first rule whose are holds."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\ndescription = ""\n'
        '[[rules]]\nkinds = ["ReLU", "Conv?d"]\nwhen = { channels = 4, groups = 2 }\ncount = { one = 100 }\n'
        '[[rules]]\nkinds = ["Conv2d"]\nwhen = { channels = 4 }\ncount = { one = 10 }\n'
        '[[rules]]\nkinds = ["Conv*"]\ncount = { one = 1 }\n'
    )
    stack = [layers.Conv2d(4, 1, groups=2), layers.ReLU(), layers.Conv2d(3, 1), layers.Conv2d(2, 1)]
    counted = analyze(network([4, 9, 9], *stack), convention=str(path))
    assert [int(row.flops) for row in counted.layers] == [100, 0, 10, 1]


def test_how_the_file_of_a_convention_is_written(tmp_path):
    """In UTF-8, with or without its mark."""
    for number, (start, ending) in enumerate([(b"\xef\xbb\xbf", b"\n"), (b"", b"\r\n")]):
        path = tmp_path / f"{number}.toml"
        path.write_bytes(start + ending.join([b'name = "mine"', 'description = "像素"'.encode()]))
        assert convention_named(str(path)).description == "像素"
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "é"'.encode("latin-1"))
    with pytest.raises(CnncalcError, match=r"latin\.toml: .*(utf-8|UTF-8)"):
        convention_named(str(latin))
    with pytest.raises(CnncalcError, match=r"cannot be read: embedded null byte$"):
        convention_named("a\0.toml")


def test_a_shipped_convention_by_its_path(tmp_path, monkeypatch):
    """However the way to it is written; in another folder its name is taken."""
    folder = Path(convention._FOLDER)
    link = tmp_path / "link"
    link.symlink_to(folder)
    for place in (folder / "thop.toml", link / "thop.toml", folder / "." / "thop.toml"):
        assert convention_named(str(place)) == convention_named("thop")
    (tmp_path / "thop.toml").write_bytes((folder / "thop.toml").read_bytes())
    with pytest.raises(CnncalcError, match=r"'thop' comes with cnncalc; another convention needs another name$"):
        convention_named(str(tmp_path / "thop.toml"))
    monkeypatch.setattr(convention, "_FOLDER", str(link))
    assert convention._read(str(folder / "thop.toml")).name == "thop"


def test_which_files_are_conventions(tmp_path, monkeypatch):
    for name in ("b.toml", "notes.txt", "c.toml", "a.toml"):
        (tmp_path / name).touch()
    monkeypatch.setattr(convention, "_FOLDER", str(tmp_path))
    assert shipped_conventions() == ("a", "b", "c")


def test_a_convention_s_file_that_cannot_be_read(tmp_path):
    with pytest.raises(CnncalcError, match=r"nothing\.toml: cannot be read: no such file or directory$"):
        convention_named(str(tmp_path / "nothing.toml"))
    (tmp_path / "large.toml").write_text("#" * 1_000_000)
    with pytest.raises(CnncalcError, match="missing required field `name`"):
        convention_named(str(tmp_path / "large.toml"))
    (tmp_path / "larger.toml").write_text("#" * 1_000_001)
    with pytest.raises(CnncalcError, match=r"larger\.toml: larger than 1,000,000 bytes$"):
        convention_named(str(tmp_path / "larger.toml"))


@pytest.mark.parametrize("name", ["../conventions/thop", "thop.tom", "", "conventions/thop"])
def test_a_convention_s_name_is_no_path(name):
    with pytest.raises(CnncalcError, match="no convention is named"):
        convention_named(name)


def test_a_condition_on_what_some_kinds_have_not(tmp_path):
    path = tmp_path / "mine.toml"
    rule = '[[rules]]\nkinds = ["*"]\nwhen = { kernel_size = 2 }\ncount = { one = 1 }\n'
    path.write_text(f'name = "mine"\ndescription = ""\n{rule}')
    stack = [layers.ReLU(), layers.MaxPool2d(2), layers.MaxPool2d(3)]
    assert analyze(network([4, 9, 9], *stack), convention=str(path)).totals.flops == 1


def test_an_unknown_convention_without_a_nearest_name():
    with pytest.raises(CnncalcError, match=r"'zzz'; the conventions are calflops, .*, weights, or a \.toml file"):
        convention_named("zzz")


@pytest.mark.parametrize(
    ("count", "accepted"),
    [
        *(('"one*one*one*one*one*one" = 1', True), ('"one*one*one*one*one*one*one" = 1', False)),
        *(
            ("one = 1_000_000", True),
            ("one = 1_000_001", False),
            ("one = -1_000_000", True),
            ("one = -1_000_001", False),
        ),
    ],
)
def test_how_much_a_rule_may_count(tmp_path, count, accepted):
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "mine"\ndescription = ""\n[[rules]]\nkinds = ["*"]\ncount = {{ {count} }}')
    if accepted:
        assert convention_named(str(path)).name == "mine"
    else:
        with pytest.raises(CnncalcError, match=r"is too much; at most 6 quantities and a coefficient of 1,000,000"):
            convention_named(str(path))


def test_an_unknown_convention_has_a_nearest_name():
    with pytest.raises(CnncalcError, match="did you mean 'torchinfo'"):
        analyze(load("alexnet"), convention="torchinf")


def test_a_convention_in_a_pipe_that_nothing_writes_to_is_refused_at_once(tmp_path):
    pipe = tmp_path / "own.toml"
    os.mkfifo(pipe)
    with pytest.raises(CnncalcError, match="missing required field `name`"):
        convention_named(str(pipe))
