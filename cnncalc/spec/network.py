"""The document: what a spec says, as typed data."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from cnncalc.errors import SpecError, nearest
from cnncalc.layers import LAYERS_BY_NAME
from cnncalc.layers.base import Name, Positive
from cnncalc.spec.complaints import quote, unknown_field
from cnncalc.spec.items import CONTAINERS, Block, Item, Number
from cnncalc.spec.reading import MOST_NAMES, block_from, check_name, check_number, convert, items_from, plain

InputShape: TypeAlias = Annotated[tuple[Positive, ...], Meta(min_length=1, max_length=8)]
Total: TypeAlias = Annotated[int, Meta(ge=0)]
Figure: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,18}(\.[0-9]{1,9})?(e[0-9]|e1[0-8]|Ki|Mi)?$(?!\n)",
        extra={"words": 'a figure as text, such as "3.8e9", "60000" or "112Ki"'},
    ),
]

INPUT = "input"
"""The name under which layers read what arrives at the network, or at the block that they stand in."""


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The totals that a spec's source states, or that were measured independently, for one sample.

    >>> import cnncalc
    >>> cnncalc.load("alexnet").expected.params
    61100840
    """

    params: Total | None = None
    macs: Total | None = None
    activations: Total | None = None


class Published(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A figure that a source prints of one sample, and by which convention it was counted.

    ``figure`` keeps the digits as they are printed: ``3.8e9``, ``60000``, ``112Ki``. ``called`` is the source's word
    for it; ``layers`` the layers or containers that it is of where it is not the whole network's; ``variables`` and
    ``input`` are other than the spec's own; ``disagrees`` says why it is known not to come out.

    >>> import cnncalc
    >>> published = cnncalc.load("alexnet_2012").published[0]
    >>> published.figure, published.called, published.convention
    ('60e6', 'parameters', 'params')
    """

    figure: Figure
    convention: Annotated[str, Meta(min_length=1, max_length=100)]
    source: str
    called: str = ""
    layers: tuple[Name, ...] = ()
    variables: dict[str, Number] = {}
    input: InputShape | None = None
    note: str = ""
    disagrees: str = ""


class Heading(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a spec says of the network as a whole; shapes are those of one sample, channels first."""

    name: Name = "network"
    year: int | None = None
    source: str = ""
    notes: str = ""
    top1: Annotated[float, Meta(ge=0, le=100)] | None = None
    expected: Expected | None = None
    published: tuple[Published, ...] = ()
    input: InputShape | Annotated[dict[Name, InputShape], Meta(min_length=1)]
    outputs: Annotated[tuple[Name, ...], Meta(min_length=1)] | None = None
    fixed: tuple[str, ...] = ()
    """What of an imported network holds for its stated input alone, a sentence each."""


class Network(Heading, frozen=True, kw_only=True, dict=True):
    """A network: its heading, its variables and blocks, and its layers.

    A layer reads the layer before it unless it names its ``inputs``; ``"input"`` is the network's own input.
    Constructing one checks every value, its layers' too, makes tuples of lists and raises SpecError.

    >>> from cnncalc import Conv2d, Flatten, Linear, Network, ReLU, analyze
    >>> network = Network(input=[3, 32, 32], layers=[Conv2d(10, 5, padding=2), ReLU(), Flatten(), Linear(10)])
    >>> analyze(network).totals.params
    103170
    """

    variables: dict[str, Number] = {}
    blocks: dict[str, Block] = {}
    layers: tuple[Item, ...]

    def __post_init__(self) -> None:
        fields = msgspec.structs.asdict(self)
        if isinstance(self.expected, Expected):
            fields["expected"] = msgspec.structs.asdict(self.expected)
        if isinstance(self.published, (list, tuple)):
            stated = [msgspec.structs.asdict(one) if isinstance(one, Published) else one for one in self.published]
            fields["published"] = stated
        for name, value in _checked(fields).items():
            msgspec.structs.force_setattr(self, name, value)

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """The shape of each input by the name under which layers read it."""
        return self.input if isinstance(self.input, dict) else {INPUT: self.input}

    def with_input(self, shape: Sequence[int] | Mapping[str, Sequence[int]]) -> "Network":
        """The same network on inputs of other shapes; the expected totals no longer apply. Raises SpecError."""
        if isinstance(shape, Mapping):
            for name in shape:
                if name not in self.inputs:
                    hint = nearest(name, self.inputs) or f"; its inputs: {', '.join(self.inputs)}"
                    raise SpecError(f'the network has no input "{name}"{hint}')
            shape = self.inputs | dict(shape) if isinstance(self.input, dict) else shape[INPUT]
        elif isinstance(self.input, dict):
            raise SpecError(f"the network has the inputs {', '.join(self.input)}; a shape needs the name of its own")
        return msgspec.structs.replace(self, input=shape, expected=None)

    def with_variables(self, **values: Number) -> "Network":
        """The same network with other values of variables; the expected totals no longer apply. Raises SpecError."""
        for name in values:
            if name not in self.variables:
                known = ", ".join(self.variables) or "none"
                hint = nearest(name, self.variables) or f"; its variables: {known}"
                raise SpecError(f'the spec has no variable "{name}"{hint}')
        return msgspec.structs.replace(self, variables=self.variables | values, expected=None)

    def to_json(self) -> str:
        """The network as a spec."""
        document = {
            field: plain(value) if field in ("layers", "blocks") else msgspec.to_builtins(value)
            for field in _ORDER
            if (value := getattr(self, field)) not in (None, "", {}, ())
        }
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


_ORDER = (
    *("name", "year", "source", "top1", "notes", "expected", "published", "fixed"),
    *("variables", "blocks", "input", "layers", "outputs"),
)


def network_from(document: object, source: str = "") -> Network:
    """The network that a parsed JSON document describes. Raises SpecError naming the place in it."""
    try:
        if not isinstance(document, dict):
            raise SpecError(f"a spec is an object with an input and layers, found {quote(document)}", where="$")
        for field in document:
            if field not in Network.__struct_fields__ and field != "$schema":
                raise unknown_field("a spec", field, Network, "$")
        for field in ("input", "layers"):
            if field not in document:
                raise SpecError(f'a spec needs "{field}"', where="$")
        return Network(**{field: value for field, value in document.items() if field != "$schema"})
    except SpecError as error:
        raise error.within(source) from None


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of a network from those of a document, each of its type."""
    heading = convert({field: document[field] for field in Heading.__struct_fields__}, Heading, "$", "a spec")
    variables, blocks = document["variables"], document["blocks"]
    for field, value in (("variables", variables), ("blocks", blocks)):
        if not isinstance(value, dict):
            raise SpecError(f"expected an object of {field}, found {quote(value)}", where=f"$.{field}")
        if len(value) > MOST_NAMES:
            raise SpecError(f"more than {MOST_NAMES} {field}", where=f"$.{field}")
    for name, value in variables.items():
        check_name(name, "$.variables")
        check_number(value, f"$.variables.{name}")
    for name in blocks:
        check_name(name, "$.blocks")
        if name in LAYERS_BY_NAME or name in CONTAINERS:
            raise SpecError(f'a block cannot be named "{name}", which is a type already', where="$.blocks")
    defined = {name: block_from(block, f"$.blocks.{name}", blocks) for name, block in blocks.items()}
    layers = items_from(document["layers"], "$.layers", blocks)
    if not layers:
        raise SpecError("the network is empty, expected at least one layer", where="$.layers")
    fields: dict[str, Any] = {"variables": dict(variables), "blocks": defined, "layers": layers}
    return msgspec.structs.asdict(heading) | fields
