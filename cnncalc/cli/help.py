"""How a command's help is laid out: what it does, its options, what a SPEC may be, and examples at the end."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from typing import Any

import click

from cnncalc.cli.progress import bar_beside
from cnncalc.cli.verbosity import quiet, timed, verbosity_options

SPEC_FORMS = {
    "net.json": "A file.",
    "alexnet": "A network that comes with cnncalc; `cnncalc zoo` lists them.",
    "net.py:network": "A network of a Python file, whose code is run; or net.py:make(width=32).",
    "package.module:name": "A PyTorch module such as torchvision.models:resnet50, with arguments if need be, whose code"
    " is run.",
    "Conv2d(64, 3)": "One layer by itself, in quotes, with --input.",
    "-": "Standard input.",
}
"""What may stand where a SPEC is asked for, with what it is."""
_EXAMPLES = "\b\nExamples:\n"


def write_spec_forms(formatter: click.HelpFormatter) -> None:
    """A section on what a SPEC may be."""
    with formatter.section("SPEC"):
        formatter.write_dl(list(SPEC_FORMS.items()))


class Command(click.Command):
    """A command whose docstring ends in ``Examples:``, a line each, with the options that every command has."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.params = [*self.params, *verbosity_options()]

    def invoke(self, ctx: click.Context) -> Any:
        name = f"cnncalc {self.name}"
        with timed(f"{name} in all"), nullcontext() if quiet() else bar_beside(name):
            return super().invoke(ctx)

    @property
    def examples(self) -> list[str]:
        """The examples' command lines."""
        return [line.strip() for line in self._parts()[1].splitlines() if line.strip()]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does, without the examples."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self._parts()[0].strip())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What a SPEC may be, and the examples."""
        if "SPEC" in (self.help or ""):
            write_spec_forms(formatter)
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")

    def _parts(self) -> tuple[str, str]:
        text, _, examples = inspect.cleandoc(self.help or "").partition(_EXAMPLES)
        return text, examples
