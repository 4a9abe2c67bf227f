"""Where cnncalc departs from PyTorch and means to: each with its reason, so that what is let pass is counted."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch_oracle
from torch import nn

_LARGEST = 2**63

Test = Callable[[Any, Any, Any], bool]


def _batch_axis(case: Any, own: Any, torch_s: Any) -> bool:
    """Some axis is the batch's: 0, or as far from the end as the sample has axes."""
    normalised = case.fields.get("normalized_shape")
    if isinstance(normalised, tuple) and len(normalised) > len(case.shapes[0]):
        return "is not the end of what arrives" in own.refusal
    for name in ("dim", "dims", "start_dim", "end_dim", "axes", "other_dim"):
        dims = case.fields.get(name, ())
        for dim in dims if isinstance(dims, tuple) else (dims,):
            if isinstance(dim, int) and any(dim in (0, -len(x) - 1) for x in case.shapes):
                return "axis" in own.refusal or "dims" in own.refusal
    return False


def _einsum_stretches(case: Any, own: Any, torch_s: Any) -> bool:
    if case.kind != "Einsum" or len(case.shapes) != 2:
        return False
    letters = case.layer.equation.split("->")[0].replace(",", "")
    sizes = [size for shape in case.shapes for size in shape]
    found = [{s for it, s in zip(letters, sizes, strict=False) if it == letter} for letter in letters]
    return any(1 in each and len(each) > 1 for each in found)


def _no_features(case: Any, own: Any, torch_s: Any) -> bool:
    return (
        ("num_features" in own.refusal or "num_channels" in own.refusal)
        and not case.fields["affine"]
        and not case.fields.get("track_running_stats", False)
    )


def _beyond_64_bits(case: Any, own: Any, torch_s: Any) -> bool:
    elements = max((own.macs, *map(prod, (*case.shapes, own.output, *own.parameters.values()))))
    words = ("overflow", "too large", "too big", "out of range", "must be", "Storage size", "invalid")
    return 4 * 5 * elements >= _LARGEST and any(word in torch_s.refusal for word in words)


def _without_torch(kind: str) -> bool:
    return not hasattr(nn, kind)


def _pairs_beyond_64_bits(case: Any, own: Any, torch_s: Any) -> bool:
    if case.kind != "CumulativeSum" or "numel: integer multiplication overflow" not in torch_s.refusal:
        return False
    return 5 * prod(own.output) * max(own.output) >= _LARGEST


DEPARTURES: dict[str, tuple[str, Test]] = {
    "pairs beyond 64 bits": (
        "without values torch compares each position with each in a running sum, and counts the pairs in 64 bits",
        _pairs_beyond_64_bits,
    ),
    "no elements": (
        "an input of no elements, or a sample without axes, is no input of a network",
        lambda case, own, torch_s: bool(own.refusal) and any(0 in shape or not shape for shape in case.shapes),
    ),
    "number of axes": (
        "a kind takes samples with as many axes as PyTorch documents; PyTorch takes a batch for one sample without a "
        "batch, and pads or pools more axes than the kind's name says",
        lambda case, own, torch_s: any(
            words in own.refusal
            for words in (
                "takes an input of",
                "one to three axes more",
                "takes inputs [L, E]",
                "at least one more axis",
            )
        ),
    ),
    "number of inputs": (
        "a merge has at least two inputs, and every other kind its number; the oracle's functions take any",
        lambda case, own, torch_s: " inputs, found " in own.refusal or " input, found " in own.refusal,
    ),
    "inputs of other ranks": (
        "inputs are samples with equally many axes; PyTorch would broadcast the batch of one along an axis of another",
        lambda case, own, torch_s: bool(own.refusal) and len({len(shape) for shape in case.shapes}) > 1,
    ),
    "batch axis": (
        "the batch is no axis of a sample: what works along it mixes samples, and is no layer of one",
        _batch_axis,
    ),
    "length of a list": (
        "a hyper-parameter is one number, or one an axis; some of PyTorch's kernels take a list of one for all axes",
        lambda case, own, torch_s: any(
            words in own.refusal for words in ("expected a list of at", "found [", "has another number of axes than")
        ),
    ),
    "None": (
        "None is no value of this hyper-parameter; PyTorch warns of it, or takes it for its default",
        lambda case, own, torch_s: "found null" in own.refusal and None in case.fields.values(),
    ),
    "own kinds": (
        "PyTorch has no module of this kind; what is no value of a field is refused, the oracle computes on",
        lambda case, own, torch_s: (
            _without_torch(case.kind) and (": expected " in own.refusal or "has no value" in own.refusal)
        ),
    ),
    "circular beyond the end": (
        "what is taken away at one end and continued from the other: PyTorch gives memory that nothing wrote",
        lambda case, own, torch_s: case.fields.get("mode") == "circular" and "nothing is left" in own.refusal,
    ),
    "padding of the batch": (
        "two paddings more than a sample has axes are for the batch",
        lambda case, own, torch_s: case.kind == "PadAxes" and "for each of the last axes" in own.refusal,
    ),
    "no dilation of one tap": (
        "a dilation of 0 along an axis with a kernel of 1: PyTorch refuses it of convolutions, and of transposed ones "
        "with a larger kernel",
        lambda case, own, torch_s: case.kind.startswith("ConvTranspose") and ".dilation" in own.refusal,
    ),
    "LPPool1d of a list": (
        "PyTorch multiplies by LPPool1d's kernel as it is, so that a list of one number fails; "
        "cnncalc gives it the number",
        lambda case, own, torch_s: case.kind == "LPPool1d" and "must be Tensor, not tuple" in torch_s.refusal,
    ),
    "a factor of 0": (
        "a scale_factor of 0 is none to PyTorch, which then goes by the size",
        lambda case, own, torch_s: case.kind == "Upsample" and "scale_factor: expected a number" in own.refusal,
    ),
    "several axes": (
        "the product, and the place of the largest, over several axes: PyTorch takes one axis at a time",
        lambda case, own, torch_s: case.kind in ("ArgMax", "Product") and isinstance(case.layer.dim, tuple),
    ),
    "area": (
        "PyTorch documents no mode area for Upsample, which hands it on to a function that has it",
        lambda case, own, torch_s: case.fields.get("mode") == "area" and 'found "area"' in own.refusal,
    ),
    "leading axes of attention": (
        "queries, keys and values have the same leading axes, as PyTorch documents; its kernel stretches sizes of 1",
        lambda case, own, torch_s: case.kind == "ScaledDotProductAttention" and "do not fit each other" in own.refusal,
    ),
    "unpooling by senseless numbers": (
        "PyTorch does not look at MaxUnpool's kernel, stride and padding, which may be negative or 0",
        lambda case, own, torch_s: case.kind.startswith("MaxUnpool") and ": expected a whole number" in own.refusal,
    ),
    "stated MACs": (
        "those of an operator that is not known are stated; PyTorch's zeros have none",
        lambda case, own, torch_s: case.kind == "Opaque" and not own.refusal and not torch_s.refusal,
    ),
    "a map read twice": (
        "a connection table names a map once; the oracle's convolution would read it twice",
        lambda case, own, torch_s: "reads an input map twice" in own.refusal,
    ),
    "a letter of two sizes": ("a letter of an equation has one size; PyTorch stretches a size of 1", _einsum_stretches),
    "num_features of nothing": (
        "num_features is compared with the channels; PyTorch does not look where there is nothing of that size",
        _no_features,
    ),
    "empty tensors": (
        "a tensor that an import recorded may be empty",
        lambda case, own, torch_s: (
            case.kind in ("LearnedTensor", "ConstantTensor", "Opaque") and torch_s.refusal == "a tensor of no elements"
        ),
    ),
    "beyond 64 bits": ("cnncalc's figures are exact where PyTorch has no number for the bytes", _beyond_64_bits),
}


LENIENT = "without values"
_LENIENT_TOO = ("ConnectedConv2d", "CELU")


def departure(case: Any, own: Any, torch_s: Any, device: str) -> str:
    """The name of the departure that a difference is, or ""."""
    if device == "meta" and own.refusal and case.kind.startswith((*torch_oracle.LENIENT_ON_META, *_LENIENT_TOO)):
        return LENIENT
    return next((name for name, (_, test) in DEPARTURES.items() if test(case, own, torch_s)), "")
