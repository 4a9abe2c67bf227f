"""How a command's help is laid out: what it does, its options, what a SPEC may be, and examples at the end."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from typing import Any

import click

from cnncalc.cli.progress import bar_beside
from cnncalc.cli.verbosity import quiet, timed, verbosity_options

SPEC_FORMS = (
    "a .json file; the name of a network that comes with cnncalc, such as alexnet; net.py:network, or"
    " net.py:make(width=32), in a Python file; package.module:attribute, such as torchvision.models:resnet50, with"
    ' arguments if need be; one layer, such as "Conv2d(64, 3, padding=1)", with --input; or - for standard input. The'
    " code of Python files and packages is run."
)
"""What may stand where a SPEC is asked for."""
_EXAMPLES = "\b\nExamples:\n"


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
        arguments = [param for param in self.params if isinstance(param, click.Argument)]
        if any("SPEC" in argument.make_metavar(ctx) for argument in arguments):
            with formatter.section("SPEC"):
                formatter.write_text(SPEC_FORMS)
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")

    def _parts(self) -> tuple[str, str]:
        text, _, examples = inspect.cleandoc(self.help or "").partition(_EXAMPLES)
        return text, examples
