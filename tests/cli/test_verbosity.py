"""--quiet and --verbose, which every command has, and the bar of what takes long."""

import os
import re
import select
import subprocess
import sys
import time

import click
import pytest
from command_line import cnncalc

from cnncalc.cli.commands import commands


def test_every_command_has_them():
    context = click.Context(commands)
    for name in commands.list_commands(context):
        options = {option for param in commands.get_command(context, name).params for option in param.opts}
        assert {"-q", "--quiet", "-v", "--verbose"} <= options, name


def test_notes_once_each_or_never():
    usual, quiet, verbose = (cnncalc("analyze", "mobilenet_v2", *option) for option in ([], ["-q"], ["-v"]))
    assert len(re.findall(r"^note ", usual.stdout, re.MULTILINE)) == 1
    for layer in ("features.0.0", "features.2.conv.1.0", "features.4.conv.1.0", "features.7.conv.1.0"):
        assert layer in usual.stdout[usual.stdout.index("note ") :]
    assert len(re.findall(r"^note ", verbose.stdout, re.MULTILINE)) == 5
    assert quiet.stdout == usual.stdout[: usual.stdout.index("\nnote ")]
    assert quiet.stderr == usual.stderr == ""


def test_verbose_tells_what_is_read_and_how_long_it_takes():
    told = cnncalc("check-budget", "lenet", "--max-params", "1M", "--verbose").stderr
    assert re.search(r"^reading .*lenet\.json: [\d.]+ ms$", told, re.MULTILINE)
    assert re.search(r"^cnncalc check-budget in all: [\d.,]+ ms$", told, re.MULTILINE)


def test_both_exclude_each_other():
    result = cnncalc("zoo", "-q", "-v")
    assert result.returncode == 2
    assert "--quiet and --verbose exclude each other" in result.stderr


def told_at_a_terminal(*arguments, folder):
    """What a command writes on standard error where that is a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cnncalc", *arguments]
    environment = os.environ | {"TERM": "xterm"}
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, cwd=folder, env=environment)
    os.close(theirs)
    told = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                told += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
    os.close(ours)
    running.communicate()
    return told.decode()


@pytest.fixture
def slow(tmp_path):
    layers = "Network(input=[3, 8, 8], layers=[ReLU()])"
    text = f"import time\nfrom cnncalc import Network, ReLU\ntime.sleep(2.5)\nnetwork = {layers}\n"
    (tmp_path / "slow.py").write_text(text)
    return tmp_path


def test_a_bar_comes_after_a_second_and_goes(slow):
    told = told_at_a_terminal("analyze", "slow.py:network", folder=slow)
    assert "reading slow.py:network" in told
    assert told.rstrip().endswith("\x1b[2K")  # the line is cleared behind it
    assert told_at_a_terminal("analyze", "slow.py:network", "-q", folder=slow) == ""


def test_what_is_quick_shows_none(tmp_path):
    assert told_at_a_terminal("schema", "-o", "schema.json", folder=tmp_path) == ""
