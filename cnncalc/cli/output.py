"""Where what a command says goes: to standard output, or into the file that ``--output`` names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli.progress import make_way
from cnncalc.safe_text import json_text

if TYPE_CHECKING:
    from cnncalc.homework.document import Document
    from cnncalc.report.records import Records

OUTPUT = "cnncalc.output"
"""Where a click context keeps the path."""
SUFFIXES = {
    ".txt": "text",
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".py": "python",
    ".svg": "svg",
}
"""The formats that files' names say."""


def show(form: str, **forms: Callable[..., Any]) -> None:
    """Say it in one of the forms, each a function that is called only where it is the one.

    ``text`` is called with the width that there is, and gives lines; ``json`` gives plain data, or JSON as it is; any
    other form gives a text. Raises CnncalcError where a file cannot be written.
    """
    if form == "text":
        _lines(forms["text"])
    elif form == "json":
        document = forms["json"]()
        say(document if isinstance(document, str) else json_text(document))
    else:
        say(forms[form]())


def tables(records: Records) -> dict[str, Callable[[], str]]:
    """The forms that any table of plain values has."""
    return {"csv": records.as_csv, "markdown": records.as_markdown}


def say(text: str) -> None:
    """Print a text, or write it into the file."""
    path = click.get_current_context().meta.get(OUTPUT)
    make_way(for_good=True)
    if path is None:
        click.echo(text)
        return
    from cnncalc.report.files import write_whole

    write_whole(path, f"{text}\n")


def show_document(form: str, document: Document, **forms: Callable[..., Any]) -> None:
    """The same of a document, which has a text, Markdown, LaTeX and HTML."""

    def lines(width: int) -> Any:
        from cnncalc.report.explained import document_lines

        return document_lines(document, width)

    show(form, text=lines, **dict.fromkeys(("markdown", "latex", "html"), lambda: page(document, form)), **forms)


def page(document: Document, form: str) -> str:
    """A document in Markdown, LaTeX or HTML."""
    if form == "latex":
        from cnncalc.report.explained_latex import latex as render
    elif form == "markdown":
        from cnncalc.report.explained_markdown import markdown as render
    else:
        from cnncalc.report.explained_html import html as render
    return render(document)


def _lines(lines_of: Callable[[int], Any]) -> None:
    from cnncalc.report.terminal import terminal_width, write

    lines = lines_of(terminal_width())
    if OUTPUT not in click.get_current_context().meta:
        make_way(for_good=True)
        write(lines)
    else:
        say("\n".join("".join(span.text for span in line) for line in lines))
