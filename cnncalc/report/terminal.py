"""Lines on standard output, coloured where that is wanted."""

from __future__ import annotations

import os
import shutil
import sys

import click

from cnncalc.report.grid import Line
from cnncalc.safe_text import harmless

_PLAIN = {"×": "x", "−": "-", "–": "-", "·": "*", "…": "...", "←": "<-", "█": "#", "▒": "+", "░": ".", "╳": "x"}
_PLAIN |= {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->"}
_PLAIN |= {"β": "beta", "γ": "gamma", "Σ": "sum", "✓": "+", "✗": "x", "│": "|", "└": "+", "─": "-", "●": "o"}
_PLAIN |= {raised: f"^{digit}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_PLAIN |= {lowered: f"{digit}" for digit, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_ASCII = str.maketrans(_PLAIN | dict.fromkeys("▏▎▍▌▋▊▉", "#"))


def terminal_width() -> int:
    """The columns of the terminal, of the variable COLUMNS, or 80."""
    return shutil.get_terminal_size().columns


def write(lines: list[Line]) -> None:
    """Print lines; a terminal gets them in colour, through rich, which is imported only then."""
    lines = [[type(span)(harmless(span.text), span.style) for span in line] for line in lines]
    encoding = sys.stdout.encoding or "ascii"
    if not encoding.lower().startswith("utf"):
        lines = [[type(span)(_in(encoding, span.text), span.style) for span in line] for line in lines]
    if not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR")):
        click.echo("\n".join("".join(span.text for span in line) for line in lines))
        return
    from rich.console import Console
    from rich.text import Text

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise

    console = Output(highlight=False, markup=False, emoji=False)
    text = Text("\n").join(Text.assemble(*((span.text, span.style) for span in line)) for line in lines)
    console.print(text, no_wrap=True, overflow="ignore", crop=False)


def _in(encoding: str, text: str) -> str:
    """The text in characters that the encoding has."""
    return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
