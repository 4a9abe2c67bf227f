"""What an explanation consists of, for any renderer."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct, structs

from cnncalc.arithmetic.recording import Recorded
from cnncalc.safe_text import harmless


class Words(Struct, frozen=True):
    """A text, perhaps from a file, without characters that act on a terminal."""

    text: str

    def __post_init__(self) -> None:
        structs.force_setattr(self, "text", harmless(self.text))


class Heading(Words, frozen=True):
    """A title, of level 1 (the whole), 2 or 3."""

    level: int = 2


class Paragraph(Words, frozen=True):
    """A sentence or more: plain, a word on why, or where a formula was read."""

    kind: Literal["plain", "why", "source"] = "plain"


class Equation(Struct, frozen=True):
    """A figure with its formula, the values put in, the arithmetic and the result.

    ``symbol`` stands on the left; ``is_word`` says that it is words. ``note`` stands behind the result.
    """

    symbol: str
    number: Recorded
    is_word: bool = False
    note: str = ""


class Given(Struct, frozen=True):
    """The symbols that the formulas use: each with its value and what it is."""

    title: str
    rows: tuple[tuple[str, Recorded, str], ...]


class Rows(Struct, frozen=True):
    """One line a layer: its name, and its equations with the values put in, in short."""

    rows: tuple[tuple[str, tuple[Equation, ...]], ...]


Block: TypeAlias = Heading | Paragraph | Equation | Given | Rows


class Document(Struct, frozen=True):
    """An explanation: its blocks in order, in one language."""

    language: str
    title: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        structs.force_setattr(self, "title", harmless(self.title))
