"""What a spec's list of layers may hold besides layers: containers, and uses of the spec's own blocks."""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from cnncalc.layers import Layer
from cnncalc.layers.base import Name

Number: TypeAlias = int | float | bool | str
"""A number, or an expression that has one."""


class Container(Struct, frozen=True, kw_only=True):
    """Something that is made of layers. A name opens a scope: its layers are then called ``name.layer``."""

    name: Name | None = None
    inputs: Annotated[tuple[Name, ...], Meta(min_length=1)] | None = None
    when: bool | str = True


class Sequential(Container, frozen=True, kw_only=False):
    """Items one behind the other."""

    layers: tuple["Item", ...]


class Repeat(Container, frozen=True, kw_only=False):
    """Items ``times`` over, one behind the other; inside, the name ``index`` counts the copies from 0.

    A named Repeat calls the layers of copy i ``name.i.layer``.
    """

    times: int | str
    layers: tuple["Item", ...]
    index: str = "index"


class Residual(Container, frozen=True, kw_only=False):
    """A body and a shortcut around it, merged; without shortcut the input itself.

    Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2016), figure 2.
    """

    body: tuple["Item", ...]
    shortcut: tuple["Item", ...] = ()
    merge: str = "Add"


class Parallel(Container, frozen=True, kw_only=False):
    """Branches that read the same input, merged; an empty branch is the input itself.

    Branches in a dictionary have names, which open a scope each.
    """

    branches: tuple[tuple["Item", ...], ...] | dict[str, tuple["Item", ...]]
    merge: str = "Concat"


class Use(Container, frozen=True, kw_only=False):
    """A block of the spec's own, with its arguments; in JSON the block's name is the type."""

    block: str
    arguments: dict[str, Number] = {}


class Block(Struct, frozen=True):
    """Layers with named parameters, to be used like a layer; a parameter whose default is null must be given."""

    layers: tuple["Item", ...]
    parameters: dict[str, Number | None] = {}


Item: TypeAlias = Layer | Sequential | Repeat | Residual | Parallel | Use

CONTAINERS: dict[str, type[Container]] = {kind.__name__: kind for kind in (Sequential, Repeat, Residual, Parallel)}
PLACE = tuple(Container.__struct_fields__)
"""The fields that say where an item stands, which layers and containers share."""
