"""Every command's help, and the examples in it, run."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from cnncalc.cli.commands import Commands, commands

NOT_RUN = re.compile(
    r"--interactive|--run\b|--all\b|--sample|^cnncalc measure"
    r"|my_|\b(key|net|before|answers)\.json|answers\.csv|submissions"
)
"""What waits for a person, takes long, or needs a file of one's own."""


def every_command():
    context = click.Context(commands)
    assert isinstance(commands, Commands)
    return {name: commands.get_command(context, name) for name in commands.list_commands(context)}


def examples():
    found = []
    for command in every_command().values():
        found += re.findall(r"^ +(cnncalc [^\n]*)$", command.help, re.MULTILINE)
    return found


def test_every_command_has_an_example():
    for name, command in every_command().items():
        assert f"cnncalc {name}" in command.help, name


@pytest.mark.parametrize("example", [example for example in examples() if not NOT_RUN.search(example)])
def test_an_example_runs(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(example.split(" > ")[0])
    result = CliRunner().invoke(commands, words[1:], standalone_mode=False)
    assert result.exception is None or (isinstance(result.exception, SystemExit) and result.exception.code == 1)
    assert result.output
