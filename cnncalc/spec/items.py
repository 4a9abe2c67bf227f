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
    """Items one behind the other.

    >>> from cnncalc import BatchNorm2d, Conv2d, Network, ReLU, Sequential, analyze
    >>> stem = Sequential([Conv2d(16, 3, padding=1), BatchNorm2d(), ReLU()], name="stem")
    >>> [row.name for row in analyze(Network(input=[3, 32, 32], layers=[stem])).layers]
    ['stem.0', 'stem.1', 'stem.2']
    """

    layers: tuple["Item", ...]


class Repeat(Container, frozen=True, kw_only=False):
    """Items ``times`` over, one behind the other; inside, the name ``index`` counts the copies from 0.

    A named Repeat calls the layers of copy i ``name.i.layer``.

    >>> from cnncalc import Conv2d, Network, Repeat, analyze
    >>> stages = Repeat(3, [Conv2d("8 * 2 ** index", 3, stride=2, padding=1)])
    >>> [row.output_shape for row in analyze(Network(input=[3, 32, 32], layers=[stages])).layers]
    [(8, 16, 16), (16, 8, 8), (32, 4, 4)]
    """

    times: int | str
    layers: tuple["Item", ...]
    index: str = "index"


class Residual(Container, frozen=True, kw_only=False):
    """A body and a shortcut around it, merged; without shortcut the input itself.

    Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2016), figure 2.

    >>> from cnncalc import Conv2d, Network, ReLU, Residual, analyze
    >>> block = Residual([Conv2d(16, 3, padding=1), ReLU()], shortcut=[Conv2d(16, 1)])
    >>> [row.type for row in analyze(Network(input=[3, 32, 32], layers=[block])).layers]
    ['Conv2d', 'ReLU', 'Conv2d', 'Add']
    """

    body: tuple["Item", ...]
    shortcut: tuple["Item", ...] = ()
    merge: str = "Add"


class Parallel(Container, frozen=True, kw_only=False):
    """Branches that read the same input, merged; an empty branch is the input itself.

    Branches in a dictionary have names, which open a scope each.

    >>> from cnncalc import Conv2d, Network, Parallel, analyze
    >>> inception = Parallel([[Conv2d(64, 1)], [Conv2d(32, 3, padding=1)], []])
    >>> analyze(Network(input=[16, 28, 28], layers=[inception])).layers[-1].output_shape
    (112, 28, 28)
    """

    branches: tuple[tuple["Item", ...], ...] | dict[str, tuple["Item", ...]]
    merge: str = "Concat"


class Use(Container, frozen=True, kw_only=False):
    """A block of the spec's own, with its arguments; in JSON the block's name is the type.

    >>> from cnncalc import Block, Conv2d, Network, ReLU, Use, analyze
    >>> blocks = {"Unit": Block([Conv2d("width", 3, padding=1), ReLU()], {"width": None})}
    >>> network = Network(input=[3, 32, 32], blocks=blocks, layers=[Use("Unit", {"width": width}) for width in (8, 16)])
    >>> [row.output_shape[0] for row in analyze(network).layers]
    [8, 8, 16, 16]
    """

    block: str
    arguments: dict[str, Number] = {}


class Block(Struct, frozen=True):
    """Layers with named parameters, to be used like a layer; a parameter whose default is null must be given.

    >>> from cnncalc import Block, Conv2d, Network, Use, analyze
    >>> blocks = {"Stage": Block([Conv2d("width", 3, stride="stride", padding=1)], {"width": None, "stride": 1})}
    >>> network = Network(input=[3, 32, 32], blocks=blocks, layers=[Use("Stage", {"width": 8, "stride": 2})])
    >>> analyze(network).layers[0].output_shape
    (8, 16, 16)
    """

    layers: tuple["Item", ...]
    parameters: dict[str, Number | None] = {}


Item: TypeAlias = Layer | Sequential | Repeat | Residual | Parallel | Use

CONTAINERS: dict[str, type[Container]] = {kind.__name__: kind for kind in (Sequential, Repeat, Residual, Parallel)}
PLACE = tuple(Container.__struct_fields__)
"""The fields that say where an item stands, which layers and containers share."""
