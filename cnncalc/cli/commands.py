"""The group of all commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from cnncalc import __version__
from cnncalc.cli.help import write_spec_forms
from cnncalc.errors import nearest

_NEEDS_TORCH = "Needs the extra torch."
_COMMANDS = {
    "alternatives": "What a layer would cost in other forms: separable, grouped, factorised, dilated.",
    "analyze": "Shapes, parameters and costs of every layer of a network.",
    "check": "Grade answers and say which mistake was made.",
    "explain": "The working of every figure: formula, values, arithmetic, and why.",
    "check-budget": "Whether a network keeps to limits, for CI: exit status 1 where it does not.",
    "completion": "What makes a shell complete commands, options, networks and layers.",
    "compare": "Networks side by side: totals, ratios, and what changed layer by layer.",
    "conventions": "What tools, papers and lectures count.",
    "import": f"A PyTorch module as a spec. {_NEEDS_TORCH}",
    "measure": f"Latency of every layer on the device at hand, and what it could be at best. {_NEEDS_TORCH}",
    "quiz": "Exercise sheets with their keys, or questions at the terminal.",
    "reconcile": "Why tools give different costs for one network.",
    "rf": "Receptive fields: what every layer sees of the input, or one unit of a layer.",
    "solve": "The settings of a layer that make a wanted output, or the largest network within a budget.",
    "schema": "The JSON Schema of specs, for editors.",
    "verify": f"Every layer compared with what PyTorch does. {_NEEDS_TORCH}",
    "formula": "Figures as closed formulas in symbols, and how they grow. Needs the extra formula or torch.",
    "sweep": "Figures at every combination of some values: tables, fronts, files.",
    "zoo": "The networks that come with cnncalc.",
}
_HOMES = {"import": "import_module"}
"""The files of commands whose names Python keeps for itself."""


class PipeClosedError(Exception):
    """Nobody reads standard output any more. No OSError, which click would answer with an exit status of its own."""


@contextmanager
def _told_of_closed_pipes() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise PipeClosedError from error


class Commands(click.Group):
    """Loads a command from the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        home = _HOMES.get(cmd_name, cmd_name.replace("-", "_"))
        command: click.Command = import_module(f"cnncalc.cli.{home}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            hint = nearest(args[0], _COMMANDS) or f"; the commands are {', '.join(_COMMANDS)}"
            raise click.UsageError(f"no such command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Without importing the commands, as click would for their help."""
        found = [CompletionItem(name, help=text) for name, text in sorted(_COMMANDS.items())]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [item for item in found if item.value.startswith(incomplete)] + options

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_spec_forms(formatter)
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))

    @_told_of_closed_pipes()
    def make_context(self, *arguments: Any, **named: Any) -> click.Context:
        return super().make_context(*arguments, **named)

    @_told_of_closed_pipes()
    def invoke(self, ctx: click.Context) -> Any:
        return super().invoke(ctx)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Exact shapes, parameters and costs of convolutional networks.

    pip install "cnncalc[torch]" brings the extra torch, and with it PyTorch.

    `eval "$(cnncalc completion bash)"` lets Tab complete commands, options, networks and layers; likewise zsh and fish.

    \b
    Exit status: 0 done, 1 the answer is no, 2 bad input or usage.
    """,
)
@click.version_option(__version__, prog_name="cnncalc")
def commands() -> None:
    """The group, whose help stands above."""
