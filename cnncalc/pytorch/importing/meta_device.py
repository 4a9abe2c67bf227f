"""How a pass goes without numbers: what PyTorch's meta device answers wrongly, not at all, or at a high cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

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
PRETENDED = {"is_meta": False, "is_cuda": False, "is_cpu": True, "device": torch.device("cpu"), "is_mps": False}
"""What a tensor without values answers as if it had some, so that numbers made beside it are real ones."""
MOVES = frozenset(("cuda", "cpu", "to"))


def unmoved(args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Sequence[Any], dict[str, Any]]:
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


SHORT_CUTS: dict[str, Callable[[Sequence[Any]], Any]] = {
    **dict.fromkeys(("relu_", "add_", "mul_", "hardtanh_", "silu_", "hardswish_", "sigmoid_", "leaky_relu_"), _itself),
    **dict.fromkeys(("relu", "add", "mul", "hardtanh", "silu", "hardswish", "sigmoid", "gelu", "tanh"), _alike),
    "native_batch_norm": _normalised,
}
"""What PyTorch works out in Python on the meta device, at a high cost, though the shape is that of an input."""
