"""The document: what a spec says, as typed data."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from cnncalc.layers import AnyLayer, Layer
from cnncalc.layers.base import Name, Positive
from cnncalc.spec.complaints import complaint

InputShape: TypeAlias = Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=8)]
Total: TypeAlias = Annotated[int, Meta(ge=0)]


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The totals that a spec's source states, or that were measured independently, for one sample."""

    params: Total | None = None
    macs: Total | None = None
    activations: Total | None = None


class Network(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A network: the shape of its input (one sample, channels first) and its layers.

    A layer reads the layer before it unless it names its ``inputs``; ``"input"`` is the network's own input.
    Constructing a Network in Python checks nothing; :meth:`validated` (and with it ``analyze``) does.
    """

    name: Name = "network"
    source: str = ""
    input: InputShape
    layers: Annotated[tuple[AnyLayer, ...], Meta(min_length=1)]
    expected: Expected | None = None

    def validated(self) -> Network:
        """This network with every value checked, lists made tuples. Raises SpecError."""
        return network_from(_plain(self))

    def with_input(self, shape: tuple[int, ...]) -> Network:
        """This network on an input of another shape; the expected totals no longer apply."""
        return msgspec.structs.replace(self, input=shape, expected=None)

    def to_json(self) -> str:
        """This network as a spec."""
        return msgspec.json.format(msgspec.json.encode(self.validated()), indent=2).decode()


def network_from(document: object, source: str = "") -> Network:
    """The Network that a parsed JSON document describes. Raises SpecError naming the place in it."""
    try:
        return msgspec.convert(document, Network)
    except msgspec.ValidationError as error:
        raise complaint(error, document, {"$": Network, "$.expected": Expected}, source) from None


def _plain(network: Network) -> object:
    """The network as plain dictionaries and lists, whatever stands in its fields."""
    document = msgspec.structs.asdict(network)
    if isinstance(network.layers, (list, tuple)):
        document["layers"] = [
            {"type": type(layer).__name__} | msgspec.structs.asdict(layer) if isinstance(layer, Layer) else layer
            for layer in network.layers
        ]
    if isinstance(network.expected, Expected):
        document["expected"] = msgspec.structs.asdict(network.expected)
    return document
