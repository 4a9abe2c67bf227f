"""Networks as PyTorch's modules: each layer kind, generated networks and the shipped ones."""

import copy

import pytest
import torch
import torch_oracle
import torchvision_models
from cases import ANY_CASE, as_list, legal, one_layer, stated
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layers.examples import EXAMPLES
from spec.test_torchvision import NETWORKS, RENAMED
from strategies import any_networks, networks
from torch import nn

from cnncalc import CnncalcError, Network, analyze, layers, load, to_torch
from cnncalc.pytorch import verify
from cnncalc.spec import shipped_names


@pytest.mark.parametrize("name", shipped_names())
def test_shipped(name):
    analysis = analyze(load(name))
    module = to_torch(load(name), device="meta")
    assert sum(p.numel() for p in module.parameters()) == analysis.totals.params
    assert sum(p.numel() for p in module.buffers()) == analysis.totals.buffers


@settings(max_examples=250)
@given(ANY_CASE, st.sampled_from((1, 3)))
def test_any_layer(case, batch):
    layer, inputs = case
    inputs = as_list(inputs)
    assume(legal(layer, inputs) and all(map(len, inputs)))
    network = one_layer(layer, *inputs)
    (row,) = analyze(network).layers
    below = layer.torch_call(*inputs).below
    module = to_torch(network).eval()
    tensors = [
        torch.randn(batch, *shape) if below is None else torch.randint(below, (batch, *shape)) for shape in inputs
    ]
    try:
        with torch.no_grad():
            output = module(*tensors)
    except ValueError as error:
        if "Expected more than 1" not in str(error):
            raise
        return  # torch takes no statistics of single values
    assert output.shape == (batch, *row.output_shape)
    assert sum(p.numel() for p in module.parameters()) == row.params
    assert sum(p.numel() for p in module.buffers()) == row.buffers


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: type(case[0]).__name__)
def test_examples_give_what_pytorch_s_own_layer_gives(case):
    """Value by value, with the same weights; kinds of our own have theirs in another form, maxima no places."""
    layer, *inputs = case
    ours, theirs = to_torch(one_layer(layer, *inputs)).eval(), torch_oracle.module(layer, *inputs, device="cpu")
    below = layer.torch_call(*inputs).below
    tensors = [torch.randn(2, *x) if below is None else torch.randint(below, (2, *x)) for x in inputs]
    if isinstance(layer, layers.IndexSelect):
        tensors[1] = torch.zeros_like(tensors[1])
    state = list(ours.state_dict().values())
    if isinstance(theirs, nn.Module):
        theirs.to_empty(device="cpu").eval()
        if type(layer).__name__.startswith(("MaxUnpool", "LocallyConnected", "ConnectedConv", "Subsampling")):
            assert ours(*tensors).shape == (2, *layer.output(*inputs))
            return
        same = zip(theirs.state_dict().items(), state, strict=True)
        theirs.load_state_dict({name: tensor.reshape(their.shape) for (name, their), tensor in same})
    with torch.no_grad():
        torch.testing.assert_close(ours(*tensors), theirs(*tensors), equal_nan=True)


@settings(max_examples=40)
@given(st.one_of(networks(), any_networks()), st.sampled_from((2, 3)))
def test_generated_networks_run_with_any_batch_and_several_outputs(case, batch):
    nodes, input_shape = case
    assume(nodes and not any(isinstance(layer, layers.ArgMax) for _, layer, _ in nodes))  # few layers take its indices
    network = stated(nodes, input_shape)
    try:
        expected = torch_oracle.run_network(nodes, input_shape)
    except ValueError:
        assume(False)  # statistics of a single value
    module = to_torch(network).eval()
    with torch.no_grad():
        outputs = module(torch.randn(batch, *input_shape))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    assert [output.shape for output in outputs] == [(batch, *expected[name].output) for name in network.outputs]
    assert sum(p.numel() for p in module.parameters()) == sum(figures.params for figures in expected.values())
    assert sum(b.numel() for b in module.buffers()) == sum(figures.buffers for figures in expected.values())


@pytest.mark.parametrize("name", NETWORKS)
def test_the_names_of_the_state_are_torchvision_s(name):
    """Key by key with shapes; a layer that is renamed in the spec is so here."""
    renamed = RENAMED.get(name, {})

    def ours(key):
        path, _, tensor = key.rpartition(".")
        if tensor == "layer_scale":
            return f"{renamed[path]}.gamma", "gamma"
        return f"{renamed.get(path, path)}.{tensor}", tensor

    theirs = {}
    for key, tensor in torchvision_models.model(name).state_dict().items():
        named, kind = ours(key)
        theirs[named] = tuple(tensor.shape[:1] if kind == "gamma" else tensor.shape)
    found = to_torch(load(name), device="meta").state_dict()
    assert {key: tuple(tensor.shape) for key, tensor in found.items()} == theirs


def test_torchvision_s_own_weights_give_its_own_output():
    theirs = torchvision_models.torchvision().models.resnet18().eval()
    ours = to_torch(load("resnet18")).eval()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours(x), theirs(x))


def test_a_functional_layer_is_a_call_and_no_module():
    network = Network(
        input=[3, 8, 8],
        layers=[layers.Conv2d(4, 3, functional=True), layers.ReLU(functional=True), layers.Dropout(functional=True)],
    )
    module = to_torch(network)
    seen = []
    for child in module.modules():
        child.register_forward_hook(lambda module, *_: seen.append(type(module).__name__))
    x = torch.randn(1, 3, 8, 8)
    output = module.eval()(x)
    assert seen == ["OneInput"]
    assert list(module.state_dict()) == ["conv2d_1.weight", "conv2d_1.bias"]
    assert torch.equal(output, nn.functional.conv2d(x, *module.parameters()).relu())
    assert not torch.equal(module.train()(x), output)


def test_several_inputs_in_their_order():
    network = Network(
        input={"image": [3, 4, 4], "mask": [1, 4, 4]},
        layers=[
            layers.Conv2d(2, 1, name="branch.conv", inputs=["image"]),
            layers.Multiply(name="branch", inputs=["branch.conv", "mask"]),
        ],
        outputs=["branch", "branch.conv"],
    )
    module = to_torch(network)
    product, conv = module(image := torch.randn(2, 3, 4, 4), mask := torch.randn(2, 1, 4, 4))
    assert torch.equal(conv, module.branch.conv(image))
    assert torch.equal(product, conv * mask)
    with pytest.raises(TypeError, match="image, mask"):
        module(image)


@pytest.mark.parametrize("name", ["half", "train", "a.b.weight", "type", "0", "a..b", "a b"])
def test_names_that_torch_would_refuse(name):
    network = Network(input=[3], layers=[layers.Linear(4, name=name), layers.Linear(2, name=f"{name}.inner")])
    module = to_torch(network)
    assert module(torch.randn(5, 3)).shape == (5, 2)
    assert f"{name}.inner.weight" in module.state_dict()


@pytest.mark.parametrize("inner_first", [False, True])
def test_a_name_of_a_part_of_torch_s_layer(inner_first):
    pair = [layers.MultiheadAttention(2, name="a"), layers.Linear(4, name="a.out_proj")]
    with pytest.raises(CnncalcError, match=r'"a(.out_proj)?" is also'):
        to_torch(Network(input=[3, 4], layers=pair[::-1] if inner_first else pair))


def test_it_can_be_replaced_copied_traced_and_exported():
    module = to_torch(load("resnet18"), [3, 32, 32]).eval()
    x = torch.randn(2, 3, 32, 32)
    twin = copy.deepcopy(module)
    assert torch.equal(twin(x), module(x))
    assert torch.equal(torch.fx.symbolic_trace(module)(x), module(x))
    module.fc = nn.Linear(512, 7)
    assert module(x).shape == (2, 7)
    assert twin(x).shape == (2, 1000)


def test_sixteen_billion_weights_cost_nothing_on_meta_and_are_refused_beyond_all_measure():
    module = to_torch(Network(input=[131072], layers=[layers.Linear(131072, bias=False)]), device="meta")
    assert sum(p.numel() for p in module.parameters()) == 2**34
    network = Network(input=[2**31 - 1], layers=[layers.Linear(2**31 - 1), layers.Linear(2**31 - 1)])
    with pytest.raises(CnncalcError, match='PyTorch refuses to make "linear_1"'):
        to_torch(network, device="meta")


def test_tensors_that_are_held_may_have_any_name():
    held = {"part.bias": (2,), "forward": (3,), "weight": (4,)}
    network = Network(
        input=[3],
        layers=[
            layers.HeldTensors(name="head", held_parameters=held, held_buffers={"running.mean": (5,)}),
            layers.Opaque("unknown", name="op", inputs=["input"], held_parameters=held),
        ],
    )
    found = {name: tuple(tensor.shape) for name, tensor in to_torch(network).state_dict().items()}
    expected = {f"{layer}.{name}": shape for layer in ("head", "op") for name, shape in held.items()}
    assert found == expected | {"head.running.mean": (5,)}
    assert verify(network).agrees
