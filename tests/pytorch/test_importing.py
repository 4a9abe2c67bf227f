"""Imported modules against PyTorch: tensors, multiply-accumulates, names, other sizes, what is left of the module."""

import json
import random
import subprocess
import sys
import warnings

import pytest
import torch
import torchvision_models
from pytorch import modules_to_import as written
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import cnncalc
from cnncalc import CnncalcError, SpecError, analyze, from_torch, loads, to_torch


def counted(module, *shapes):
    """The multiply-accumulates that torch counts for one sample."""
    module = module.eval()
    flags = [parameter.requires_grad for parameter in module.parameters()]
    for parameter in module.parameters():
        parameter.requires_grad_(False)  # torch's counter fails where a module returns a parameter
    tensors = [torch.empty((1, *shape), device=next(module.parameters()).device) for shape in shapes]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(*tensors)
    for parameter, flag in zip(module.parameters(), flags, strict=True):
        parameter.requires_grad_(flag)
    return counter.get_total_flops() // 2


def own_tensors(module):
    """The parameters and buffers of each module that has some, by its name."""
    found = {}
    for path, part in module.named_modules():
        params = sum(p.numel() for p in part.parameters(recurse=False))
        buffers = sum(b.numel() for b in part.buffers(recurse=False))
        if params or buffers:
            found[path] = (params, buffers)
    return found


def same_totals(module, network, *shapes):
    analysis = analyze(network)
    assert analysis.totals.params == sum(p.numel() for p in module.parameters())
    assert analysis.totals.buffers == sum(b.numel() for b in module.buffers())
    assert analysis.totals.macs == counted(module, *shapes)
    return analysis


# one of each family, as torchvision states parameters and operations of its weights
TORCHVISION = [
    *("alexnet", "resnet50", "googlenet", "inception_v3", "mobilenet_v3_small", "mnasnet0_5", "shufflenet_v2_x0_5"),
    *("regnet_y_400mf", "convnext_tiny", "r3d_18", "fcn_resnet50", "lraspp_mobilenet_v3_large", "vit_b_32"),
]


def torchvision_model(name):
    models = torchvision_models.torchvision().models
    home = next(h for h in (models, models.video, models.segmentation) if hasattr(h, name))
    options = {"weights_backbone": None, "num_classes": 21} if home is models.segmentation else {}
    options |= {"aux_loss": True} if name.startswith("fcn") else {}
    options |= {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with torch.device("cpu" if name.startswith("regnet") else "meta"):  # regnet computes its widths with tensors
            module = getattr(home, name)(**options)
        return module, next(iter(models.get_model_weights(name))).meta


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision(name):
    module, published = torchvision_model(name)
    shape = {"r3d_18": (3, 16, 112, 112), "inception_v3": (3, 299, 299)}.get(name, (3, 224, 224))
    shape = (3, 520, 520) if name in ("fcn_resnet50", "lraspp_mobilenet_v3_large") else shape
    network = from_torch(module, shape)
    analysis = same_totals(module, network, shape)
    assert not analysis.partial
    stated = published["num_params"]
    if name == "googlenet":  # the published count leaves the auxiliary heads out
        stated += sum(p.numel() for part in (module.aux1, module.aux2) for p in part.parameters())
    assert analysis.totals.params == stated
    # torchvision counts without what runs inside of MultiheadAttention's fused kernel
    if not name.startswith("vit"):
        assert round(analysis.totals.macs / 1e9, 3) == published["_ops"]
    rows = {row.name: (row.params, row.buffers) for row in analysis.layers if row.params or row.buffers}
    if name not in ("convnext_tiny", "vit_b_32"):  # whose modules use parameters directly
        assert rows == own_tensors(module)
    larger = (*shape[:-2], shape[-2] + 64, shape[-1] + 32)
    if name != "vit_b_32":
        assert not network.fixed
        assert analyze(network, larger).totals == analyze(from_torch(module, larger)).totals
    else:
        assert network.fixed
    again = loads(network.to_json())
    assert again == network
    built = to_torch(again, device="meta")
    assert sum(p.numel() for p in built.parameters()) == analysis.totals.params
    assert sum(b.numel() for b in built.buffers()) == analysis.totals.buffers


SHAPES = {
    written.Shuffled: (3, 32, 32),
    written.Pyramid: (3, 48, 40),
    written.Tokens: (3, 32, 24),
    written.Windowed: (3, 32, 32),
    written.Standardised: (3, 9, 9),
    written.Branching: (3, 12, 12),
    written.Frames: (4, 3, 32, 32),
    written.Inferring: (3, 16, 16),
    written.Unpooled: (3, 16, 16),
}


@pytest.mark.parametrize("kind", SHAPES, ids=lambda kind: kind.__name__)
def test_written_modules_at_any_size(kind):
    """The imported network at other sizes is what a fresh import there is, and what torch makes of it."""
    shape = SHAPES[kind]
    module = kind()
    network = from_torch(module, shape)
    analysis = same_totals(module, network, shape)
    assert not network.fixed
    assert not analysis.partial
    for more in (8, 13, 64):
        larger = (*shape[:-2], shape[-2] + more, shape[-1] + 4 * more)
        if kind is written.Tokens:
            larger = tuple(size - size % 4 if place else size for place, size in enumerate(larger))
        found, fresh = analyze(network, larger), analyze(from_torch(module, larger))
        assert found.totals.params == fresh.totals.params
        assert found.totals.macs == fresh.totals.macs == counted(module, larger)
        with torch.no_grad():
            output = module(torch.zeros(2, *larger))
        outputs = output.values() if isinstance(output, dict) else [output]
        shapes = {row.name: row.output_shape for row in found.layers}
        names = network.outputs or [found.layers[-1].name]
        assert [shapes[name] for name in names] == [tuple(tensor.shape[1:]) for tensor in outputs]


def test_weights_that_are_worked_out_are_built_once():
    module = written.Tied()
    network = from_torch(module, (5, 12))
    analysis = same_totals(module, network, (5, 12))
    assert not analysis.partial
    built = to_torch(network, device="meta")
    assert sum(p.numel() for p in built.parameters()) == analysis.totals.params
    assert built(torch.empty(2, 5, 12, device="meta")).shape == (2, 5, 12)


def test_the_work_of_an_unknown_operator_is_not_carried_to_another_size():
    module = written.Kernels()
    network = from_torch(module, (4, 8, 8))
    same_totals(module, network, (4, 8, 8))
    assert any("the work of convolution" in sentence for sentence in network.fixed)
    with pytest.raises(SpecError, match="convolution is not known to cnncalc"):
        analyze(network, (4, 16, 16))


def test_queries_repeated_for_each_sample_are_worked_on_once_a_sample():
    """As detection transformers do; with gradients on, PyTorch takes no fused path that its counter does not see."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.queries = nn.Parameter(torch.zeros(5, 8))
            self.own = nn.MultiheadAttention(8, 2)

        def forward(self, x):
            queries = self.queries.unsqueeze(1).repeat(1, x.shape[0], 1)
            return (self.own(queries, queries, queries)[0] + x.mean(1)).transpose(0, 1)

    module = Net()
    network = from_torch(module, (12, 8))
    with FlopCounterMode(display=False) as counter:
        module.to("meta")(torch.empty(1, 12, 8, device="meta"))
    assert analyze(network).totals.macs == network.expected.macs == counter.get_total_flops() // 2
    assert not analyze(network).partial


def test_a_split_into_height_and_width_is_fixed():
    class Net(nn.Module):
        def forward(self, x):
            h, w = x.shape[2:]
            rows, cols = torch.cat([x.mean(3, keepdim=True), x.mean(2, keepdim=True).mT], 2).split([h, w], dim=2)
            return rows * cols.mT

    network = from_torch(Net(), (3, 20, 12))
    assert not analyze(network).partial
    assert "split: a split into 20, 12" in network.fixed
    with pytest.raises(SpecError, match="is fixed to it: split: a split into 20, 12"):
        analyze(network, (3, 24, 12))


def test_a_compiled_module_is_left_as_it_was():
    module = written.scripted(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout())
    before = [(name, id(tensor), tensor.device) for name, tensor in module.named_parameters()]
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    same = from_torch(module, (3, 8, 8))
    assert analyze(same).totals.macs == 27 * 4 * 36
    assert [(name, id(tensor), tensor.device) for name, tensor in module.named_parameters()] == before
    assert all(torch.equal(tensor, state[name]) for name, tensor in module.state_dict().items())
    assert all(part.training for part in module.modules())


def test_arguments_that_have_to_be_named():
    network = from_torch(written.Named(), {"image": (3, 8, 8), "depth": (1, 8, 8), "scale": (4,)})
    assert analyze(network).layers[-1].output_shape == (4, 8, 8)


def test_a_padding_that_goes_with_a_size_that_is_odd_at_first():
    """As TensorFlow pads: at 331 as much before as behind, at 332 more behind."""

    class Net(nn.Module):
        def forward(self, x):
            sides = [max((-(-size // 2) - 1) * 2 + 3 - size, 0) for size in x.shape[-2:]]
            sides = [part for side in reversed(sides) for part in (side // 2, side - side // 2)]
            return nn.functional.max_pool2d(nn.functional.pad(x, sides), 3, 2)

    network = from_torch(Net(), (3, 331, 331))
    assert not network.fixed
    assert analyze(network, (3, 332, 340)).layers[-1].output_shape == (3, 166, 170)


def test_names_are_the_module_s():
    rows = {row.name: row.type for row in analyze(from_torch(written.Shuffled(), (3, 32, 32))).layers}
    own = {name: rows[name] for name in ("stem", "norm", "excite.down", "excite.up", "head")}
    assert own == {
        "stem": "Conv2d",
        "norm": "BatchNorm2d",
        "excite.down": "Conv2d",
        "excite.up": "Conv2d",
        "head": "Linear",
    }
    assert rows["excite.mean"] == "Mean"
    assert rows["avg_pool2d"] == "AdaptiveAvgPool2d"


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (nn.AdaptiveAvgPool2d((None, None)), (3, 4, 6)),
        (nn.AdaptiveMaxPool3d((None, 2, None)), (3, 4, 6, 7)),
        (nn.AdaptiveAvgPool2d((4, None)), (3, 4, 6)),
    ],
)
def test_a_pool_that_keeps_the_size_keeps_it_at_any_size(module, shape):
    network = from_torch(module, shape)
    assert not network.fixed
    larger = tuple(2 * size for size in shape)
    assert analyze(network, larger).layers[0].output_shape == module(torch.zeros(1, *larger)).shape[1:]


def test_a_module_used_three_times_has_its_weights_once():
    analysis = analyze(from_torch(written.Branching(), (3, 12, 12)))
    uses = [row for row in analysis.layers if row.type == "Conv2d"]
    assert [(row.name, row.params, row.macs) for row in uses] == [
        ("body", 84, 81 * 144),
        ("body_2", 0, 81 * 144),
        ("body_3", 0, 81 * 144),
    ]
    assert {row.layer.weights for row in uses} == {None, ("body",)}
    held = {row.name: (row.params, row.buffers) for row in analysis.layers if row.type == "HeldTensors"}
    assert held == {"auxiliary.0": (20, 0), "auxiliary.1": (10, 11)}
    assert sum(row.activations for row in analysis.layers if row.type == "HeldTensors") == 0


def test_frozen_parameters_are_counted_apart():
    module = written.Branching()
    module.body.weight.requires_grad_(False)
    for parameter in module.auxiliary.parameters():
        parameter.requires_grad_(False)
    network = from_torch(module, (3, 12, 12))
    totals = analyze(loads(network.to_json())).totals
    assert totals.frozen_params == 81 + 30
    assert totals.trainable_params == sum(p.numel() for p in module.parameters() if p.requires_grad) == 3
    assert {row.name: row.frozen_params for row in analyze(network).layers if row.frozen_params} == {
        "body": 81,
        "auxiliary.0": 20,
        "auxiliary.1": 10,
    }
    rebuilt = to_torch(network)
    assert sum(p.numel() for p in rebuilt.parameters() if p.requires_grad) == 3


def test_tied_parameters_are_one():
    module = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    module[2].weight = module[0].weight
    analysis = analyze(from_torch(module, (4,)))
    assert analysis.totals.params == sum(p.numel() for p in module.parameters()) == 24
    assert analysis.totals.macs == 32


def test_parameters_used_directly_have_rows():
    rows = {row.name: row for row in analyze(from_torch(written.Tokens(), (3, 32, 24))).layers}
    assert (rows["token"].type, rows["token"].params, rows["token"].output_shape) == ("LearnedTensor", 12, (1, 12))
    assert rows["scale"].params == 12


def test_several_inputs_and_outputs():
    module = written.TwoInputs()
    for shapes in ({"image": (3, 8, 8), "depth": (1, 8, 8)}, [(3, 8, 8), (1, 8, 8)]):
        network = from_torch(module, shapes)
        assert list(network.inputs) == ["image", "depth"]
        assert len(network.outputs) == 2
        same_totals(module, network, (3, 8, 8), (1, 8, 8))
        larger = analyze(network, {"image": (3, 20, 9), "depth": (1, 20, 9)})
        assert larger.row(network.outputs[0]).output_shape == (4, 20, 9)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("settings", [{"batch_first": True}, {"num_layers": 2, "bidirectional": True, "bias": False}])
@pytest.mark.parametrize("last", [False, True])
def test_text_recognisers(kind, settings, last):
    """A convolution's columns read from left to right, at any width; from the last states, or step by step."""
    module = written.Columns(kind, last, **settings)
    network = from_torch(module, (1, 16, 24))
    recurrent = next(layer for layer in network.layers if type(layer).__name__ == kind.__name__)
    assert not analyze(network).partial
    assert [sentence.partition(" (")[0] for sentence in network.fixed] == [
        "the module could be followed at other widths than this, and at no other height"
    ]
    assert len(network.layers) == (8 if last and len(settings) == 1 else 9 if last else 6)
    for width in (24, 40):
        analysis = analyze(network, (1, 16, width))
        assert analysis.totals.params == sum(p.numel() for p in module.parameters())
        assert analysis.row(recurrent.name).output_shape[0] == width // 2
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            module.to("meta")(torch.empty(1, 1, 16, width, device="meta"))
        assert analysis.totals.macs == counter.get_total_flops() // 2


def test_a_tensor_that_is_given_another_shape_in_place():
    network = from_torch(written.TurnedInPlace(), (4, 6))
    assert analyze(network).layers[-1].output_shape == (6, 3)
    assert not analyze(network).partial


def test_an_axis_of_one_that_is_squeezed_where_other_sizes_would_stay():
    """``squeeze`` takes the axis away at this input alone; shapes are those that the module makes of one sample."""

    class Squeezed(nn.Module):
        def forward(self, x):
            return x.squeeze(-2).tanh(), x.flatten(1, 4)

    module, shape = Squeezed(), (2, 6, 1, 1)
    network = from_torch(module, shape)
    analysis = analyze(network)
    made = {tuple(tensor.shape[1:]) for tensor in module(torch.zeros(3, *shape))}
    assert {analysis.row(name).output_shape for name in network.outputs} == made
    assert any("squeeze" in sentence for sentence in network.fixed)


def test_an_unknown_operator_is_named_and_makes_totals_partial():
    module = written.Unknown()
    network = from_torch(module, (7, 8))
    analysis = analyze(network)
    assert analysis.totals.params == sum(p.numel() for p in module.parameters())
    assert analysis.partial == ("macs", "flops")
    unknown = {row.layer.operator: row.unknown for row in analysis.layers if row.unknown}
    assert unknown == {"i0": ("macs", "flops"), "lstm": ("flops",)}
    document = analysis.to_dict()
    assert document["partial"] == ["macs", "flops"]
    row = next(row for row in document["layers"] if row["name"] == "i0")
    assert (row["macs"], row["flops"], row["output_shape"]) == (None, None, [7, 8])
    assert {note.message.split()[0] for note in analysis.warnings if note.code == "unknown-operator"} == {"i0", "lstm"}
    with pytest.raises(
        SpecError, match="lstm is not known to cnncalc; what it makes was recorded for inputs of 7×8 only"
    ):
        analyze(network, (9, 8))
    assert any("lstm" in sentence for sentence in network.fixed)
    frame = analysis.to_dataframe().set_index("name")
    assert frame.loc["i0", "macs"] is None
    assert frame.loc["lstm", "macs"] == 7 * (4 * 4 * (8 + 2) + 2 * 4)
    assert "<td>?</td>" in analysis._repr_html_()


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 8, 8)])
def test_the_module_is_left_as_it_was(train, shape):
    """Attributes, entries, hooks, buffers, values, flags and random numbers, also where the module fails."""
    module = written.Leaving().train(train)
    module.conv.train(not train)
    handle = module.register_forward_hook(lambda *_: None)
    state = {key: value.clone() for key, value in module.state_dict().items()}
    attributes = {path: dict(part.__dict__) for path, part in module.named_modules()}
    identities = [id(tensor) for tensor in (*module.parameters(), *module.buffers())]
    torch.manual_seed(3)
    random.seed(3)
    randomness = torch.random.get_rng_state(), random.getstate()
    call = nn.Module.__call__
    if shape[0] == 3:
        from_torch(module, shape)
    else:
        with pytest.raises(CnncalcError, match="the module fails: RuntimeError"):
            from_torch(module, shape)
    assert {path: part.__dict__ for path, part in module.named_modules()} == attributes
    assert module.cache == {}
    assert module.seen == []
    assert not hasattr(module, "latest")
    assert [id(tensor) for tensor in (*module.parameters(), *module.buffers())] == identities
    assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items())
    assert (module.training, module.conv.training) == (train, not train)
    assert torch.equal(torch.random.get_rng_state(), randomness[0])
    assert random.getstate() == randomness[1]
    assert nn.Module.__call__ is call
    assert list(module._forward_hooks) == [handle.id]


def test_what_a_unit_sees_is_what_the_module_s_own_gradient_says():
    """Positive weights and inputs, so that no dependency cancels or is cut off by a rectifier."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(2, 4, 3, stride=2, padding=1)
            self.wide = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2)
            self.norm = nn.BatchNorm2d(4)

        def forward(self, x):
            x = torch.relu(self.stem(x))
            y = nn.functional.avg_pool2d(x, 2) + nn.functional.pad(self.norm(self.wide(x))[:, :, ::2, ::2], (0,) * 4)
            up = nn.functional.interpolate(y, size=x.shape[-2:])
            return torch.cat([up, x.roll(1, 2)], 1)

    module = Net().double().eval()
    for parameter in module.parameters():
        nn.init.uniform_(parameter.data, 0.5, 1.5)
    analysis = analyze(from_torch(module, (2, 24, 20)))
    last = analysis.layers[-1]
    image = (torch.rand(1, 2, 24, 20, dtype=torch.float64) + 0.5).requires_grad_()
    output = module(image)
    assert last.output_shape == tuple(output.shape[1:])
    for unit in [(0, 0), (5, 4), (11, 9), (3, 7)]:
        (gradient,) = torch.autograd.grad(output[0, :, *unit].sum(), image, retain_graph=True)
        expected = (gradient[0] != 0).any(0)
        found = torch.zeros_like(expected)
        for region in analysis.sees(last.name, unit)["input"].regions:
            found[torch.tensor(list(region[0]))[:, None], torch.tensor(list(region[1]))] = True
        assert torch.equal(found, expected)


def test_the_imported_spec_needs_no_torch(tmp_path):
    network = from_torch(written.Pyramid(), (3, 48, 40))
    path = tmp_path / "pyramid.json"
    path.write_text(network.to_json())
    code = "import sys; sys.modules['torch'] = None; from cnncalc.cli import main; main()"
    command = [sys.executable, "-c", code, "analyze", str(path), "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    totals = analyze(network).totals
    found = json.loads(result.stdout)["totals"]
    assert (found["params"], found["macs"], found["flops"]) == (totals.params, totals.macs, totals.flops)


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ((), "expected the sizes of one sample"),
        ((3, 0, 8), "expected the sizes of one sample"),
        ("3,8,8", "expected the sizes of one sample"),
        ({}, "needs the shape of at least one input"),
        ((3, 8.5, 8), "expected the sizes of one sample"),
        ((5, 12, 12), "the module fails: ValueError: three channels are expected"),
    ],
)
def test_what_is_wrong_is_said(shape, sentence):
    with pytest.raises(CnncalcError, match=sentence):
        from_torch(written.Branching(), shape)


def test_only_modules_are_imported():
    with pytest.raises(CnncalcError, match=r"expected a torch\.nn\.Module, found 3"):
        from_torch(3, (3, 8, 8))
    with pytest.raises(CnncalcError, match="the parameter weight has no shape yet"):
        from_torch(nn.LazyConv2d(3, 3), (3, 8, 8))


def test_strange_names_are_made_sound():
    module = nn.Sequential()
    module.add_module("input", nn.Conv2d(3, 4, 1))
    module.add_module("a{b}", nn.ReLU())
    module.add_module("new\nline", nn.ReLU())
    network = loads(from_torch(module, (3, 8, 8)).to_json())
    assert [layer.name for layer in network.layers] == ["input_", "a(b)", "new_line"]


def test_the_public_name():
    assert cnncalc.from_torch is from_torch
