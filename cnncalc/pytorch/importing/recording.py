"""How a forward pass is written down: PyTorch's functions are listened to, and below them its operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from cnncalc.pytorch.importing.meta_device import MOVES, PRETENDED, QUERIES, SHORT_CUTS, unmoved
from cnncalc.pytorch.importing.tape import PLAIN, Call, Frame, Tape
from cnncalc.pytorch.importing.trees import leaves


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called: attributes by their own name."""
    name: str = getattr(function, "__name__", type(function).__name__)
    if name in ("__get__", "__set__"):
        own = getattr(getattr(function, "__self__", None), "__name__", name)
        return own if name == "__get__" else name
    if "." in name:
        name = name.partition(".")[0]
    return name


class _Functions(TorchFunctionMode):
    def __init__(self, tape: Tape, operators: _Operators) -> None:
        super().__init__()
        self.tape = tape
        self.operators = operators
        self.names: dict[Any, str] = {}

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        try:
            name = self.names[func]
        except (KeyError, TypeError):
            name = name_of(func)
            with suppress(TypeError):
                self.names[func] = name
        if name in QUERIES or self.operators.call is not None or self.operators.busy:
            return func(*args, **kwargs)
        if name in PRETENDED:
            return PRETENDED[name] if any(t.is_meta for t in args if isinstance(t, Tensor)) else func(*args, **kwargs)
        with torch._C.DisableTorchFunctionSubclass():
            found = [*leaves(args, Tensor), *leaves(kwargs, Tensor)]
            meta = [tensor for tensor in found if tensor.device.type == "meta"]
            if not meta:
                return self._made(func, args, kwargs)
            if name in MOVES:
                args, kwargs = unmoved(args, kwargs)
                if name != "to" or not (len(args) > 1 or kwargs):
                    return args[0]
            if len(meta) < len(found) and name not in ("__getitem__", "index_select", "__setitem__"):
                args, kwargs = self._all_meta(args), self._all_meta(kwargs)
            if "device" in kwargs:
                kwargs = kwargs | {"device": "meta"}
            return self._recorded(name, func, args, kwargs)

    def _recorded(self, name: str, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        tape = self.tape
        call = Call(name, getattr(func, "__module__", None) or "torch", tape.frame)
        call.arguments, call.named = tape.referred(tuple(args)), tape.referred(kwargs)
        self.operators.call = call
        try:
            result = func(*args, **kwargs)
        finally:
            self.operators.call = None
        if isinstance(result, Tensor):
            if not call.inner and tape.knows(result) and not name.endswith("_"):
                self.operators.busy = True
                try:
                    result = torch.ops.aten.alias(result)
                finally:
                    self.operators.busy = False
                call.results = tape.fresh(result)
            else:
                call.results = tape.referred(result, fresh=True)
        else:
            call.results = tape.referred(result, fresh=True)
        tape.calls.append(call)
        return result

    def _made(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """A call without tensors, or of real numbers alone, which is no part of the network."""
        self.operators.busy = True
        try:
            return func(*args, **kwargs)
        finally:
            self.operators.busy = False

    def _all_meta(self, tree: Any) -> Any:
        """Arguments with each real tensor on the meta device."""
        if isinstance(tree, Tensor):
            if tree.device.type == "meta":
                return tree
            on_meta = self.tape.on_meta
            if id(tree) not in on_meta:
                self.tape.tensors.append(tree)
                self.operators.busy = True
                try:
                    on_meta[id(tree)] = tree.detach().to("meta")
                finally:
                    self.operators.busy = False
            return on_meta[id(tree)]
        if isinstance(tree, (tuple, list)) and not isinstance(tree, torch.Size):
            return type(tree)(self._all_meta(part) for part in tree) if type(tree) in (tuple, list) else tree
        if isinstance(tree, dict):
            return {key: self._all_meta(part) for key, part in tree.items()}
        return tree


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """The net below: whatever makes a tensor passes here."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tape = tape
        self.call: Call | None = None
        self.busy = False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if self.busy:
            return func(*args, **kwargs)
        outer = self.call
        composed = torch.is_inference_mode_enabled() or func._schema.name.startswith("aten::scaled_dot")
        if composed and func._overloadpacket not in flop_registry:
            with self:
                result = func.decompose(*args, **kwargs)
                if result is not NotImplemented:
                    return result
        namespace, _, name = func._schema.name.partition("::")
        call = Call(name, namespace, self.tape.frame)
        tape = self.tape
        call.arguments, call.named = tape.referred(tuple(args)), tape.referred(kwargs)
        self.busy = True
        try:
            short = SHORT_CUTS.get(name)
            result = NotImplemented if short is None else short(args)
            if result is NotImplemented:
                result = func(*args, **kwargs)
        finally:
            self.busy = False
        count = flop_registry.get(func._overloadpacket)
        if count is not None:
            call.macs = count(*args, **kwargs, out_val=result) // 2
        call.results = tape.referred(result, fresh=True)
        if outer is None:
            tape.calls.append(call)
        else:
            outer.inner.append(call)
            outer.macs += call.macs
        return result


@contextmanager
def _framed(tape: Tape) -> Iterator[None]:
    """Every call of a module noted on the tape, for as long as this lasts."""
    original = nn.Module.__call__

    def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        outer = tape.frame
        tape.frame = Frame(module, outer)
        try:
            return original(module, *args, **kwargs)
        finally:
            tape.frame = outer

    nn.Module.__call__ = call  # type: ignore[method-assign]
    try:
        yield
    finally:
        nn.Module.__call__ = original  # type: ignore[method-assign]


def record(module: nn.Module, known: Sequence[Tensor], args: Sequence[Any], kwargs: dict[str, Any]) -> Tape:
    """The tape of one forward pass; ``known`` tensors have the first numbers. Raises what the module raises."""
    tape = Tape()
    for tensor in known:
        tape.fresh(tensor)
    tape.known = len(known)
    operators = _Operators(tape)
    with torch.no_grad(), _framed(tape), operators, _Functions(tape, operators):
        outputs = module(*args, **kwargs)
    tape.outputs = tape.referred(_plain(outputs))
    return tape


def _plain(outputs: Any) -> Any:
    """What a module returns as tensors, tuples and dictionaries."""
    if isinstance(outputs, Tensor) or type(outputs) in PLAIN:
        return outputs
    if isinstance(outputs, dict):
        return {str(key): _plain(part) for key, part in outputs.items()}
    if isinstance(outputs, tuple) and hasattr(outputs, "_asdict"):
        return {key: _plain(part) for key, part in outputs._asdict().items()}
    if isinstance(outputs, (tuple, list)):
        return tuple(_plain(part) for part in outputs)
    if hasattr(outputs, "__dict__"):
        return {key: _plain(part) for key, part in vars(outputs).items() if not key.startswith("_")}
    return None
