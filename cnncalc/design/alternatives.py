"""What a convolution would cost in other forms that make an output of the same shape.

Every form is a small network of layers of the same kind on the layer's own input, analysed like any other. Layers that
are put in between have a bias where the layer has one, and as many channels as it makes unless the form says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnncalc.analysis.analysis import Analysis, analyze
from cnncalc.errors import CnncalcError
from cnncalc.layers import Layer
from cnncalc.layers.base import Shape, per_axis
from cnncalc.layers.formulas import effective_kernel
from cnncalc.spec.layer_text import layer_from_text
from cnncalc.spec.network import Network

_NEEDED = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
_GROUPS = (2, 4, 8, 16, 32)
_NARROWING = 4
_STACKED = 3


class Form(Struct, frozen=True):
    """One way to make the layer's output: a short name, what it is and where it is from (empty where the name says
    all), and its layers.
    """

    name: str
    meaning: str
    layers: tuple[Layer, ...]


class Alternative(Struct, frozen=True):
    """A form with its figures; the layer as it stands is the first."""

    name: str
    meaning: str
    network: Network
    analysis: Analysis

    @property
    def field(self) -> tuple[int | None, ...]:
        """The receptive field of the last layer on the layer's input, along each axis."""
        (field,) = self.analysis.receptive_fields(self.analysis.layers[-1].name).values()
        return field.size


def alternatives(
    layer: Layer | str, input: Shape, *, batch: int = 1, convention: str = "cnncalc", name: str = "layer"
) -> list[Alternative]:
    """A convolution as it stands, and every other form that applies and makes an output of the same shape.

    The layer may be a text, such as ``"Conv2d(64, 7, padding=3)"``. Raises CnncalcError for a layer that is no
    convolution, SpecError where it does not fit its input.

    >>> from cnncalc import Conv2d
    >>> found = alternatives(Conv2d(64, 7, padding=3, bias=False), (64, 32, 32))
    >>> {each.name: each.analysis.totals.params for each in found if each.name in ("as-is", "stack")}
    {'as-is': 200704, 'stack': 110592}
    """
    if isinstance(layer, str):
        name, layer = layer, layer_from_text(layer)
    kind = type(layer).__name__
    if hasattr(layer, "output_padding"):
        raise CnncalcError(f"{name} is a {kind}; other forms are known of convolutions that are not transposed")
    if any(not hasattr(layer, field) for field in _NEEDED):
        raise CnncalcError(f"{name} is a {kind}; other forms are known of convolutions")
    layer = replace(layer, inputs=None, weights=None, when=True)  # of the network that it was taken out of
    found: list[Alternative] = []
    for form in [Form("as-is", "the layer as it stands", (layer,)), *_forms(_Shape.of(layer, input))]:
        network = Network(name=f"{name}: {form.name}", input=input, layers=form.layers)
        analysis = analyze(network, batch=batch, convention=convention)
        same = not found or analysis.layers[-1].output_shape == found[0].analysis.layers[-1].output_shape
        if same and all(form.layers != other.network.layers for other in found):
            found.append(Alternative(form.name, form.meaning, network, analysis))
    return found


class _Shape(Struct, frozen=True):
    """A convolution's numbers, one an axis; the padding is a word where the layer states one."""

    kind: type[Layer]
    channels: int
    out_channels: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Any
    dilation: tuple[int, ...]
    groups: int
    bias: bool

    @classmethod
    def of(cls, layer: Any, input: Shape) -> _Shape:
        rank = len(input) - 1
        padding = 0 if layer.padding == "valid" else layer.padding
        return cls(
            type(layer),
            input[0],
            layer.out_channels,
            per_axis(layer.kernel_size, rank),
            per_axis(layer.stride, rank),
            padding if isinstance(padding, str) else per_axis(padding, rank),
            per_axis(layer.dilation, rank),
            layer.groups,
            layer.bias,
        )

    def layer(self, out_channels: int, **changed: Any) -> Layer:
        """A layer like this one but for what is changed, in the shortest way to write it."""
        numbers = {"kernel_size": self.kernel, "stride": self.stride, "padding": self.padding}
        numbers |= {"dilation": self.dilation, "groups": self.groups, "bias": self.bias} | changed
        made: Any = self.kind
        fields = {
            name: value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value
            for name, value in numbers.items()
        }
        layer: Layer = made(out_channels=out_channels, **fields)
        return layer

    def point(self, out_channels: int) -> Layer:
        """A 1×1 convolution."""
        return self.layer(out_channels, kernel_size=1, stride=1, padding=0, dilation=1, groups=1)

    def along(self, axes: range | tuple[int, ...], out_channels: int) -> Layer:
        """The layer's kernel along some axes, and 1 along the others."""

        def kept(sides: Any, otherwise: int) -> Any:
            if isinstance(sides, str):
                return sides
            return tuple(side if axis in axes else otherwise for axis, side in enumerate(sides))

        return self.layer(
            out_channels,
            kernel_size=kept(self.kernel, 1),
            stride=kept(self.stride, 1),
            padding=kept(self.padding, 0),
            dilation=kept(self.dilation, 1),
        )


def _forms(shape: _Shape) -> Iterator[Form]:
    """The other forms that apply to a convolution; they are yet to be checked for the shape of their output."""
    cin, cout = shape.channels, shape.out_channels
    spatial = max(shape.kernel) > 1
    if spatial and shape.groups == 1 and cin > 1:
        depthwise = shape.layer(cin, groups=cin)
        text = "a depthwise convolution, then a 1×1 (MobileNet, Howard et al. 2017)"
        yield Form("separable", text, (depthwise, shape.point(cout)))
    for groups in _GROUPS:
        if groups > shape.groups and cin % groups == cout % groups == 0:
            yield Form(f"groups-{groups}", "", (shape.layer(cout, groups=groups),))
    if spatial and cin == cout > max(shape.groups, 1):
        yield Form("depthwise", "each channel by itself; channels are not mixed", (shape.layer(cout, groups=cin),))
    if spatial and shape.groups == 1:
        yield from _narrowed(shape)
        yield from _factorised(shape)
        yield from _stacked(shape)
    yield from _dilated(shape)


def _narrowed(shape: _Shape) -> Iterator[Form]:
    if shape.channels >= _NARROWING:
        narrow = shape.channels // _NARROWING
        text = f"a 1×1 to {narrow} channels before it (Inception, Szegedy et al. 2014)"
        yield Form("reduce", text, (shape.point(narrow), shape.layer(shape.out_channels)))
    narrow = shape.out_channels // _NARROWING
    if 1 <= narrow < shape.channels:
        text = f"a 1×1 to {narrow} channels, the kernel on these, a 1×1 back (ResNet, He et al. 2015)"
        yield Form("bottleneck", text, (shape.point(narrow), shape.layer(narrow), shape.point(shape.out_channels)))


def _factorised(shape: _Shape) -> Iterator[Form]:
    """One axis after the other; in 3-D also the last two together, then the first."""
    axes = [axis for axis, kernel in enumerate(shape.kernel) if kernel > 1]
    if len(axes) < 2:
        return
    strided = [axis for axis, stride in enumerate(shape.stride) if stride > 1 and axis not in axes]
    layers = [shape.along((axis, *(strided if axis == axes[0] else ())), shape.out_channels) for axis in axes]
    yield Form("factorised", "one axis after the other (Inception v3, Szegedy et al. 2015)", tuple(layers))
    if len(axes) == 3:
        layers = [shape.along((1, 2), shape.out_channels), shape.along((0,), shape.out_channels)]
        yield Form("2+1-d", "the image first, then time (R(2+1)D, Tran et al. 2018)", tuple(layers))


def _stacked(shape: _Shape) -> Iterator[Form]:
    """3×3 kernels one behind the other that see as much; the padding is spread over them, the stride is in the last."""
    if max(shape.kernel) <= _STACKED or any(kernel % 2 == 0 for kernel in shape.kernel):
        return
    counts = [(kernel - 1) // 2 for kernel in shape.kernel]
    depth = max(counts)
    layers = []
    for index in range(depth):
        kernel = tuple(_STACKED if index < count else 1 for count in counts)
        padding = shape.padding
        if not isinstance(padding, str):
            padding = tuple(
                (total // count + (index < total % count)) if index < count else 0 if count else total * (index == 0)
                for total, count in zip(padding, counts, strict=True)
            )
        stride = shape.stride if index == depth - 1 else 1
        layers.append(shape.layer(shape.out_channels, kernel_size=kernel, padding=padding, stride=stride))
    yield Form("stack", f"{depth} kernels of 3 that see as much (VGG, Simonyan & Zisserman 2014)", tuple(layers))


def _dilated(shape: _Shape) -> Iterator[Form]:
    """A kernel of 3 spread over what a larger one sees, and the kernel itself spread twice as far."""
    extents = [
        effective_kernel(kernel, dilation) for kernel, dilation in zip(shape.kernel, shape.dilation, strict=True)
    ]
    if all(extent % 2 for extent in extents) and max(shape.kernel) > _STACKED:
        kernel = tuple(min(kernel, _STACKED) for kernel in shape.kernel)
        dilation = tuple((extent - 1) // 2 if extent > 1 else 1 for extent in extents)
        layer = shape.layer(shape.out_channels, kernel_size=kernel, dilation=dilation)
        yield Form("dilated-3", "a kernel of 3 spread as far; most pixels in between are skipped", (layer,))
    if max(shape.kernel) > 1 and all(extent % 2 for extent in extents):
        padding = shape.padding
        if not isinstance(padding, str):
            padding = tuple(side + (extent - 1) // 2 for side, extent in zip(padding, extents, strict=True))
        dilation = tuple(2 * dilation for dilation in shape.dilation)
        layer = shape.layer(shape.out_channels, padding=padding, dilation=dilation)
        yield Form("dilated-2x", "twice the dilation: sees further at the same cost (Yu & Koltun 2015)", (layer,))
