"""What is found out about a wrong answer: mistakes, and the figures that they lead to."""

from __future__ import annotations

from msgspec import Struct

from cnncalc.analysis import Analysis
from cnncalc.arithmetic.recording import Recorded
from cnncalc.homework.context import Context
from cnncalc.homework.quantities import Figure

COMMON = 3
"""How rare a mistake may be to be looked for in other layers, and beside another mistake."""
THROUGHOUT, IN_ONE_BEFORE, IN_A_KIND, IN_ONE, TOGETHER = 0.5, 1.5, 1.0, 1.5, 4.0
"""What is added to a mistake's rank where it is made throughout, in one layer before, in the layers of one kind, in one
layer of several, and together with another.
"""


class Finding(Struct, frozen=True):
    """A mistake that was made: its name, what its sentence needs to know, and the layer or kind of layer where it was
    made ("" for the one that was asked about, or for all).
    """

    name: str
    detail: str = ""
    place: str = ""


class Candidate(Struct, frozen=True):
    """A wrong figure with the mistakes that lead to it, the lower ``rank`` the likelier, and its expressions.

    ``before`` says that the layer itself is worked out correctly, from sizes that a mistake before it made wrong.
    """

    figure: Figure
    findings: tuple[Finding, ...]
    rank: float
    workings: tuple[Recorded, ...] = ()
    before: bool = False


class Asked(Struct, frozen=True):
    """A question: a quantity of a layer, or of the whole network (None), and its right figure.

    ``analysis`` holds the sizes that it is worked out from; ``on_top`` says that those are somebody's own.
    """

    context: Context
    analysis: Analysis
    layer: str | None
    quantity: str
    truth: Figure
    on_top: bool = False

    @property
    def layer_or_last(self) -> str:
        """The layer, or the network's last one."""
        return self.layer or self.analysis.layers[-1].name


def is_possible(figure: Figure) -> bool:
    """Whether a figure can be an answer: no size below 1, nothing negative."""
    if isinstance(figure, tuple):
        return all(size >= 1 for size in figure)
    return figure is not None and figure >= 0
