"""The document: what a spec says, as typed data."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from cnncalc.errors import SpecError
from cnncalc.layers import LAYERS_BY_NAME, Layer
from cnncalc.layers.base import Name, Positive
from cnncalc.spec.complaints import complaint, missing_type, unknown_field, unknown_type

InputShape: TypeAlias = Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=8)]
Total: TypeAlias = Annotated[int, Meta(ge=0)]


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The totals that a spec's source states, or that were measured independently, for one sample."""

    params: Total | None = None
    macs: Total | None = None
    activations: Total | None = None


class Heading(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a spec says of the network as a whole: the shape of its input is that of one sample, channels first."""

    name: Name = "network"
    source: str = ""
    expected: Expected | None = None
    input: InputShape


class Network(Heading, frozen=True, kw_only=True, omit_defaults=True):
    """A network: its heading and its layers.

    A layer reads the layer before it unless it names its ``inputs``; ``"input"`` is the network's own input.
    Constructing one checks every value, its layers' too, makes tuples of lists and raises SpecError.
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        fields = msgspec.structs.asdict(self)
        if isinstance(self.layers, (list, tuple)):
            fields["layers"] = [_plain(layer) for layer in self.layers]
        if isinstance(self.expected, Expected):
            fields["expected"] = msgspec.structs.asdict(self.expected)
        for name, value in _checked(fields).items():
            msgspec.structs.force_setattr(self, name, value)

    def with_input(self, shape: Sequence[int]) -> "Network":
        """The same network on an input of another shape; the expected totals no longer apply. Raises SpecError."""
        return msgspec.structs.replace(self, input=shape, expected=None)

    def to_json(self) -> str:
        """The network as a spec."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()


def network_from(document: object, source: str = "") -> Network:
    """The network that a parsed JSON document describes. Raises SpecError naming the place in it."""
    try:
        if not isinstance(document, dict):
            raise SpecError("a spec is an object with an input and layers, found something else", where="$")
        for field in document:
            if field not in Network.__struct_fields__:
                raise unknown_field("a spec", field, Network, "$")
        for field in ("input", "layers"):
            if field not in document:
                raise SpecError(f'a spec needs "{field}"', where="$")
        return Network(**document)
    except SpecError as error:
        raise error.within(source) from None


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of a network from those of a document, each of its type.

    Each layer is converted as the kind that it names, so that only the kinds in use are ever compiled.
    """
    heading = _convert({key: value for key, value in document.items() if key != "layers"}, Heading, "$", "a spec")
    layers = document["layers"]
    if not isinstance(layers, list):
        raise SpecError("expected a list of layers, found something else", where="$.layers")
    if not layers:
        raise SpecError("the network is empty, expected at least one layer", where="$.layers")
    converted = tuple([_layer(layer, f"$.layers[{index}]") for index, layer in enumerate(layers)])
    return msgspec.structs.asdict(heading) | {"layers": converted}


def _layer(document: object, where: str) -> Layer:
    if not isinstance(document, dict) or "type" not in document:
        raise missing_type(document, where)
    kind = document["type"]
    if not isinstance(kind, str) or kind not in LAYERS_BY_NAME:
        raise unknown_type(kind, where)
    layer: Layer = _convert(document, LAYERS_BY_NAME[kind], where, kind)
    return layer


def _convert(document: dict[str, Any], struct: Any, where: str, title: str) -> Any:
    try:
        return msgspec.convert(document, struct)
    except msgspec.ValidationError as error:
        raise complaint(error, document, struct, where, title) from None


def _plain(layer: object) -> object:
    """A layer as the object of a spec."""
    if not isinstance(layer, Layer):
        return layer
    return {"type": type(layer).__name__} | msgspec.structs.asdict(layer)
