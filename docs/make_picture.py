"""Draws ``docs/alexnet.svg``: what ``cnncalc analyze alexnet`` prints at a terminal of 80 columns, in colour.

Run it from the repository's root, ``python docs/make_picture.py``; a test compares the words in the picture with those
that are printed.
"""

import re
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from cnncalc import analyze, load
from cnncalc.report import sheet
from cnncalc.report.table import table

COLUMNS = 80
PICTURE = Path(__file__).parent / "alexnet.svg"
DARK, LIGHT = (24, 26, 31), (214, 218, 226)
RED, GREEN, YELLOW, BLUE = (224, 108, 117), (142, 192, 124), (229, 192, 123), (97, 175, 239)
MAGENTA, CYAN, WHITE = (198, 120, 221), (86, 182, 194), (171, 178, 191)
THEME = TerminalTheme(DARK, LIGHT, [DARK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE])


def draw() -> str:
    """The picture as SVG. The font that rich would fetch from the web is left out, so that it needs nothing else."""
    rows = sheet.sheet(analyze(load("alexnet")), sheet.DEFAULT)
    console = Console(record=True, width=COLUMNS, file=StringIO(), highlight=False, force_terminal=True)
    for line in table(rows, COLUMNS):
        console.print(Text.assemble(*((span.text, span.style) for span in line)), no_wrap=True, crop=False)
    picture = console.export_svg(
        title="cnncalc analyze alexnet", theme=THEME, unique_id="alexnet", font_aspect_ratio=0.6
    )
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
