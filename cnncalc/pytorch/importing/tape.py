"""A forward pass written down: every call of PyTorch, by function and by the operators below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


class Ref:
    """A tensor of the tape, by its number."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index

    def __repr__(self) -> str:
        return f"%{self.index}"


class Frame:
    """One call of a module: which, and which call this one is made in."""

    __slots__ = ("module", "parent")

    def __init__(self, module: nn.Module | None, parent: Frame | None) -> None:
        self.module = module
        self.parent = parent


class Call:
    """One call: the function's name, its arguments and results with a :class:`Ref` for each tensor, and what it calls.

    ``macs`` are the multiply-accumulates that PyTorch's own counter counts of it, for the whole batch.
    """

    __slots__ = ("arguments", "frame", "inner", "macs", "name", "named", "results", "where")

    def __init__(self, name: str, where: str, frame: Frame) -> None:
        self.name = name
        self.where = where
        self.frame = frame
        self.arguments: tuple[Any, ...] = ()
        self.named: dict[str, Any] = {}
        self.results: Any = None
        self.inner: list[Call] = []
        self.macs = 0


class Tape:
    """The calls of a forward pass in their order, and the shape of every tensor in them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.shapes: list[tuple[int, ...]] = []
        self.floating: list[bool] = []
        self.outputs: Any = None
        self.tensors: list[Tensor] = []
        self.on_meta: dict[int, Tensor] = {}
        self.alias: dict[int, int] = {}
        self.known = 0
        self._by_id: dict[int, int] = {}
        self._by_place: dict[Any, int] = {}
        self.frame = Frame(None, None)

    def ref(self, tensor: Tensor) -> Ref:
        """The number of a tensor, which is that of another one that is the same place in memory."""
        index = self._by_id.get(id(tensor))
        if index is None:
            place = _place(tensor)
            index = None if place is None else self._by_place.get(place)
            if index is None:
                index = len(self.shapes)
                self.shapes.append(tuple(tensor.shape))
                self.floating.append(tensor.is_floating_point())
                if place is not None:
                    self._by_place[place] = index
            self.tensors.append(tensor)
            self._by_id[id(tensor)] = index
        return Ref(index)

    def fresh(self, tensor: Tensor) -> Ref:
        """A number of its own for what a call has made, though it be a view of the whole of another tensor."""
        index = len(self.shapes)
        self.shapes.append(tuple(tensor.shape))
        self.floating.append(tensor.is_floating_point())
        self.tensors.append(tensor)
        self._by_id[id(tensor)] = index
        place = _place(tensor)
        if place is not None:
            if place in self._by_place:
                self.alias[index] = self._by_place[place]
            self._by_place[place] = index
        return Ref(index)

    def knows(self, tensor: Tensor) -> bool:
        return id(tensor) in self._by_id

    def referred(self, tree: Any, fresh: bool = False) -> Any:
        """A tree of arguments or results with a Ref in the place of each tensor."""
        if isinstance(tree, Tensor):
            return self.fresh(tree) if fresh and id(tree) not in self._by_id else self.ref(tree)
        if type(tree) in _PLAIN:
            return tree
        if isinstance(tree, slice):
            return slice(*(self.referred(part) for part in (tree.start, tree.stop, tree.step)))
        if isinstance(tree, (tuple, list)):
            return tuple([self.referred(part, fresh) for part in tree])
        if isinstance(tree, dict):
            return {key: self.referred(part, fresh) for key, part in tree.items()}
        return tree


_PLAIN = (int, float, bool, str, type(None), torch.dtype, torch.device)


def _place(tensor: Tensor) -> Any:
    try:
        return (tensor.untyped_storage()._cdata, tensor.storage_offset(), tuple(tensor.shape), tensor.stride())
    except (RuntimeError, NotImplementedError):
        return None


def tensors_in(tree: Any) -> Iterator[Tensor]:
    """Every tensor in a tree of arguments."""
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            if type(part) not in _PLAIN:
                yield from tensors_in(part)
    elif isinstance(tree, dict):
        yield from tensors_in(list(tree.values()))
    elif isinstance(tree, slice):
        yield from tensors_in((tree.start, tree.stop, tree.step))


QUERIES = frozenset(
    (
        *("shape", "size", "dim", "ndim", "numel", "nelement", "dtype", "requires_grad", "is_leaf", "grad", "grad_fn"),
        *("layout", "stride", "is_contiguous", "is_floating_point", "is_complex", "element_size", "storage_offset"),
        *("__len__", "__repr__", "__format__", "__hash__", "is_quantized", "is_sparse", "is_nested", "names", "name"),
        *("_backward_hooks", "retain_grad", "register_hook", "requires_grad_", "is_inference", "itemsize", "nbytes"),
        *("is_same_size", "has_names", "_version", "is_mkldnn", "is_conj", "is_neg", "is_signed", "type", "_is_view"),
        *("untyped_storage", "storage", "data_ptr", "is_shared", "is_pinned", "is_tensor", "result_type", "ndimension"),
        *(
            "is_autocast_enabled",
            "broadcast_shapes",
            "can_cast",
            "promote_types",
            "is_storage",
            "__set__",
            "__delete__",
        ),
        *("get_device", "finfo", "iinfo", "get_default_dtype", "is_grad_enabled", "_has_compatible_shallow_copy_type"),
    )
)
"""What only asks about a tensor."""
_PRETENDED = {"is_meta": False, "is_cuda": False, "is_cpu": True, "device": torch.device("cpu"), "is_mps": False}
"""What a tensor without values answers as if it had some, so that numbers made beside it are real ones."""
_MOVES = frozenset(("cuda", "cpu", "to"))


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
        if name in _PRETENDED:
            return _PRETENDED[name] if any(t.is_meta for t in args if isinstance(t, Tensor)) else func(*args, **kwargs)
        with torch._C.DisableTorchFunctionSubclass():
            found = [*tensors_in(args), *tensors_in(kwargs)]
            meta = [tensor for tensor in found if tensor.device.type == "meta"]
            if not meta:
                return self._made(func, args, kwargs)
            if name in _MOVES:
                args, kwargs = _unmoved(args, kwargs)
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


def _unmoved(args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    """The arguments of ``to`` and its like without a device."""
    first, *rest = args
    kept: list[Any] = []
    for part in rest:
        if isinstance(part, Tensor):
            kept.append(part.dtype)
        elif not isinstance(part, (torch.device, str, bool)) and not (isinstance(part, int)):
            kept.append(part)
    named = {key: value for key, value in kwargs.items() if key not in ("device", "non_blocking", "copy", "other")}
    if isinstance(kwargs.get("other"), Tensor):
        kept.append(kwargs["other"].dtype)
    return (first, *kept), {key: value for key, value in named.items() if value is not None}


def _itself(args: Sequence[Any]) -> Any:
    same = all(not isinstance(other, Tensor) or other.shape == args[0].shape for other in args[1:])
    return args[0] if same else NotImplemented


def _alike(args: Sequence[Any]) -> Any:
    first = args[0]
    for other in args[1:]:
        if isinstance(other, Tensor) and (other.shape != first.shape or other.dtype != first.dtype):
            return NotImplemented
    return torch.empty_like(first) if first.is_floating_point() else NotImplemented


def _normalised(args: Sequence[Any]) -> Any:
    x, training = args[0], args[5]
    nothing = torch.empty(0, device="meta")
    return NotImplemented if training or x.device.type != "meta" else (torch.empty_like(x), nothing, nothing)


_SHORT_CUTS: dict[str, Callable[[Sequence[Any]], Any]] = {
    **dict.fromkeys(("relu_", "add_", "mul_", "hardtanh_", "silu_", "hardswish_", "sigmoid_", "leaky_relu_"), _itself),
    **dict.fromkeys(("relu", "add", "mul", "hardtanh", "silu", "hardswish", "sigmoid", "gelu", "tanh"), _alike),
    "native_batch_norm": _normalised,
}
"""What PyTorch works out in Python on the meta device, at a high cost, though the shape is that of an input."""


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
        alone = self.call is None
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
            short = _SHORT_CUTS.get(name)
            result = NotImplemented if short is None else short(args)
            if result is NotImplemented:
                result = func(*args, **kwargs)
        finally:
            self.busy = False
        count = flop_registry.get(func._overloadpacket)
        if count is not None:
            call.macs = count(*args, **kwargs, out_val=result) // 2
        call.results = tape.referred(result, fresh=True)
        if alone:
            tape.calls.append(call)
        else:
            self.call.inner.append(call)  # type: ignore[union-attr]
            self.call.macs += call.macs  # type: ignore[union-attr]
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
    if isinstance(outputs, Tensor) or type(outputs) in _PLAIN:
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
