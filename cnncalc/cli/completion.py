"""``cnncalc completion``."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, get_completion_class

from cnncalc.cli.help import Command
from cnncalc.cli.options import output_option
from cnncalc.cli.output import say


@click.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@output_option
def command(shell: str) -> None:
    """Print what makes a SHELL complete commands, options, networks, layers, columns and conventions with Tab.

    The first line below goes into ~/.bashrc (bash 4.4 or newer), the second into ~/.zshrc behind compinit, and the
    third is run once.

    \b
    Examples:
      eval "$(cnncalc completion bash)"
      eval "$(cnncalc completion zsh)"
      cnncalc completion fish -o ~/.config/fish/completions/cnncalc.fish
    """
    from cnncalc.cli.commands import commands

    completion = get_completion_class(shell)
    assert completion is not None
    shown = completion(commands, {}, "cnncalc", "_CNNCALC_COMPLETE")
    # bash's own source() asks an installed bash for its version, which need not be the one that asks
    say(shown.source_template % shown.source_vars() if isinstance(shown, BashComplete) else shown.source())
