"""A network at one input, as a question is asked of it, and the same with other sizes put in the place of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from cnncalc.analysis import Analysis, analyze
from cnncalc.evaluate import Outputs
from cnncalc.graph import Node
from cnncalc.homework.quantities import QUANTITIES, Figure
from cnncalc.layers.base import Shape
from cnncalc.spec import Network

BYTES = 4
"""The bytes of a value where a question does not say: float32."""


class Context(Struct, frozen=True, dict=True):
    """What a question supposes: the network, the batch, the convention of FLOPs, and the bytes of a value."""

    network: Network
    batch: int = 1
    convention: str = "cnncalc"
    width: int = BYTES

    @cached_property
    def analysis(self) -> Analysis:
        """The right figures."""
        return self.analysed()

    @property
    def image(self) -> Shape:
        """The shape of the only input, () where there are several."""
        shape, *others = self.network.inputs.values()
        return () if others else shape

    def analysed(
        self, outputs: Outputs | None = None, network: Network | None = None, until: str | None = None
    ) -> Analysis:
        """The figures with other outputs, or of another network. Raises SpecError where they cannot be."""
        network = network or self.network
        return analyze(network, batch=self.batch, convention=self.convention, outputs=outputs, until=until)

    def with_outputs(self, shapes: Mapping[str, Shape], until: str | None = None) -> Analysis:
        """The figures where some layers make somebody's own shapes, of a layer and those before it, or of all (None).

        Raises SpecError where the shapes do not fit together.
        """

        def made(node: Node, inputs: tuple[Shape, ...]) -> Shape:
            return shapes[node.name] if node.name in shapes else node.layer.output(*inputs)

        return self.analysed(made, until=until)

    def figure(self, quantity: str, layer: str | None, analysis: Analysis | None = None) -> Figure:
        """A quantity of a layer, or of the whole network (None)."""
        return QUANTITIES[quantity].of(analysis or self.analysis, layer, self.width)
