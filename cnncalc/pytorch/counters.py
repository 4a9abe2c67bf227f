"""Other tools' counts of one network, in a process of its own: ``python -m cnncalc.pytorch.counters TOOL < job.json``.

Some of these tools patch PyTorch for good, so each runs alone. The answer is the last line of standard output.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from functools import partial
from typing import Any

import torch
from msgspec import structs
from torch import Tensor, nn

from cnncalc.evaluate import evaluate
from cnncalc.graph import build_graph
from cnncalc.pytorch.build import Built, build
from cnncalc.pytorch.modules import Function
from cnncalc.spec import Network, loads

Counted = dict[str, int]
"""Figures by the name of the convention that predicts each."""


def torchinfo(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from torchinfo import summary

    return {"torchinfo": summary(module, input_data=list(inputs), verbose=0, device="cpu").total_mult_adds}


def fvcore(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from fvcore.nn import FlopCountAnalysis

    counts = FlopCountAnalysis(module, tuple(inputs))
    return {"fvcore": whole(counts.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total())}


def ptflops(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    return {"ptflops": _ptflops(module, inputs, "pytorch")}


def ptflops_aten(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    return {"ptflops-aten": _ptflops(module, inputs, "aten")}


def _ptflops(module: nn.Module, inputs: Sequence[Tensor], backend: str) -> int:
    from ptflops import get_model_complexity_info

    several = Named(module)
    several.eval()
    macs, _ = get_model_complexity_info(
        module if len(inputs) == 1 else several,
        tuple(inputs[0].shape[1:]) or (1,),
        print_per_layer_stat=False,
        as_strings=False,
        input_constructor=lambda _: (
            inputs[0] if len(inputs) == 1 else {f"input{index}": tensor for index, tensor in enumerate(inputs)}
        ),
        backend=backend,
    )
    if macs is None:
        raise RuntimeError("it says that it could not finish")
    return whole(macs)


class Named(nn.Module):
    """A module that takes its inputs by names, for a tool that passes several in no other way."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, **inputs: Tensor) -> Any:
        return self.module(*inputs.values())


def thop(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from thop import profile

    return {"thop": whole(profile(module, inputs=tuple(inputs), verbose=False)[0])}


def calflops(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from calflops import calculate_flops

    flops, macs, _ = calculate_flops(module, args=list(inputs), print_results=False, output_as_string=False)
    return {"calflops": whole(flops), "calflops-macs": whole(macs)}


def deepspeed(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from deepspeed.profiling.flops_profiler import get_model_profile

    flops, _, _ = get_model_profile(module, args=list(inputs), print_profile=False, warm_up=0, as_string=False)
    return {"deepspeed": whole(flops)}


def torchscan(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from torchscan import crawl_module

    report: Any = crawl_module(module, args=tuple(tensor[:1] for tensor in inputs))
    names = {"torchscan": "module_flops", "torchscan-macs": "macs", "torchscan-dmas": "dmas"}
    totals = {convention: report["totals"][name]["value"] for convention, name in names.items()}
    found = {convention: whole(value) for convention, value in totals.items() if value is not None}
    if not found:
        unknown = {entry["path"] for entry in report["diagnostics"] if "unsupported" in entry["code"]}
        kinds = sorted({layer["type"] for layer in report["layers"] if layer["path"] in unknown})
        raise RuntimeError(f"it gives no totals, since it does not know {', '.join(kinds)}")
    return found


def flop_counter(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as forward, torch.no_grad():
        module(*inputs)
    return {"torch": whole(forward.get_total_flops())}


def flop_counter_training(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as both:
        outputs = module(*inputs)
        tensors = [output for output in (outputs if isinstance(outputs, tuple) else (outputs,)) if output.requires_grad]
        if tensors:
            torch.autograd.backward([tensor.sum() for tensor in tensors])
    return {"torch-training": whole(both.get_total_flops())}


def onnx_tool(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    """The graph keeps its batch norms, which PyTorch's exporter fuses away unless it is told not to."""
    from tempfile import TemporaryDirectory

    import onnx
    from onnx_tool import Model

    with TemporaryDirectory() as folder:
        path = f"{folder}/network.onnx"
        kept = torch.onnx.TrainingMode.PRESERVE
        torch.onnx.export(module, tuple(inputs), path, dynamo=False, training=kept, do_constant_folding=False)
        exported = onnx.load(path)
    graph = Model(exported, {"verbose": False}).graph
    names = [entry.name for entry in exported.graph.input]
    graph.shape_infer({name: tensor.numpy() for name, tensor in zip(names, inputs, strict=False)})
    graph.profile()
    return {"onnx-tool": whole(graph.macs[0])}


COUNTERS: dict[str, Callable[[nn.Module, Sequence[Tensor]], Counted]] = {
    "torchinfo": torchinfo,
    "fvcore": fvcore,
    "ptflops": ptflops,
    "ptflops-aten": ptflops_aten,
    "thop": thop,
    "calflops": calflops,
    "deepspeed": deepspeed,
    "torchscan": torchscan,
    "torch": flop_counter,
    "torch-training": flop_counter_training,
    "onnx-tool": onnx_tool,
}


def whole(figure: float) -> int:
    """A tool's figure as the integer that it is. Raises ValueError for another."""
    count = int(figure)
    if count != figure or (isinstance(figure, float) and abs(figure) >= 2**53):
        raise ValueError(f"it reports {figure}, which is not exact")
    return count


def counted(tool: str, network: Network, batch: int) -> Counted:
    """What a tool reports of a network built as an evaluated PyTorch module on the CPU, on zeros."""
    module = build(network)
    module.eval()
    as_written(module)
    return COUNTERS[tool](module, inputs_of(network, batch))


def as_written(module: Built) -> None:
    """Let what PyTorch code writes as an expression or a function be no module, and its functions those of the moment,
    which a tool may have patched.
    """
    for part in module.modules():
        if isinstance(part, Function) and getattr(nn.functional, part.function.__name__, None) is part.function:
            part.function = partial(_current, part.function.__name__)
    module.network_steps = [
        structs.replace(step, functional=True) if isinstance(module.module_at(step.path), Function) else step
        for step in module.network_steps
    ]


def _current(name: str, *inputs: Tensor, **arguments: Any) -> Tensor:
    found: Tensor = getattr(nn.functional, name)(*inputs, **arguments)
    return found


def inputs_of(network: Network, batch: int) -> list[Tensor]:
    """A batch of zeros for each input, of integers where a layer looks it up."""
    shapes = list(network.inputs.values())
    looked_up = {
        source
        for visit in evaluate(build_graph(network), shapes)
        for source in visit.node.sources
        if visit.node.layer.torch_call(*visit.inputs).below
    }
    return [
        torch.zeros((batch, *shape), dtype=torch.int64 if position in looked_up else torch.float32)
        for position, shape in enumerate(shapes)
    ]


def main() -> None:
    job = json.loads(sys.stdin.read())
    warnings.simplefilter("ignore")
    with redirect_stdout(sys.stderr):
        answer = counted(sys.argv[1], loads(job["spec"]), job["batch"])
    print(json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main()
