"""Every command's help, and the examples in it, run."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from cnncalc.cli.commands import Commands, commands
from cnncalc.cli.help import SPEC_FORMS, Command
from cnncalc.cli.options import FormatParameter
from cnncalc.pytorch import to_torch

NOT_RUN = re.compile(r"--interactive|--run\b|--all\b|--sample|^cnncalc measure|my_|submissions|completion")
"""What waits for a person, takes long, or needs a folder or a package of one's own."""


def every_command():
    context = click.Context(commands)
    assert isinstance(commands, Commands)
    return {name: commands.get_command(context, name) for name in commands.list_commands(context)}


COMMANDS = every_command()
EXAMPLES = [example for command in COMMANDS.values() for example in command.examples]
LAST = ["--input", "--set", "--batch", "--convention", "--format", "--output", "--quiet", "--verbose"]
"""The options that end every help, in this order."""


def options(command):
    return {parameter.opts[-1]: parameter for parameter in command.params if isinstance(parameter, click.Option)}


def help_of(name):
    return CliRunner().invoke(commands, [name, "--help"], env={"COLUMNS": "80"}).output


@pytest.mark.parametrize("name", COMMANDS)
def test_a_help_ends_with_examples(name):
    text = help_of(name)
    assert isinstance(COMMANDS[name], Command)
    last = text[text.rindex("\nExamples:\n") :].splitlines()[2:]
    assert [line.strip() for line in last] == COMMANDS[name].examples
    assert all(f"cnncalc {name}" in example for example in COMMANDS[name].examples)
    if "SPEC" in text.splitlines()[0] or name == "check":
        said = " ".join(text.split())
        assert all(f"{form} {meaning}" in said for form, meaning in SPEC_FORMS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_and_stands_in_its_place(name):
    found = options(COMMANDS[name])
    assert all(option.help and option.help[0].isupper() and option.help.endswith(".") for option in found.values())
    shared = [option for option in found if option in LAST]
    assert shared == [option for option in LAST if option in found]
    assert list(found)[len(found) - len(shared) :] == shared
    assert "--output" in found


def test_an_option_of_several_commands_is_one_option():
    """One name has one type, one short form and one text, but for what a command's own words must say."""
    own = {
        "--output": {"check", "measure", "sweep"},  # what they write is not what they print
        "--batch": {"check"},  # the key states what is not stated here
        "--convention": {"check"},
        "--input": {"solve"},  # a ? may stand in it
        "--format": set(COMMANDS),
        "--quantity": set(COMMANDS),
        "--top": set(COMMANDS),  # 10, 20 or all
        "--divisible": {"formula", "solve"},  # take divisions as whole, or look for sizes where they are
        "--sort": {"analyze", "sweep"},  # a report's counts from the largest, a sweep's as its fronts
        "--key": {"check", "quiz"},  # a file, or whether to print one
    }
    first = {}
    for name, command in COMMANDS.items():
        for option, parameter in options(command).items():
            if name in own.get(option, ()):
                continue
            same = (parameter.opts, parameter.help, parameter.default, parameter.metavar, type(parameter.type))
            assert first.setdefault(option, same) == same, (name, option)


def test_a_format_is_called_the_same_everywhere():
    known = ("text", "json", "csv", "markdown", "latex", "html", "python", "svg")
    for name, command in COMMANDS.items():
        if "--format" in (found := options(command)):
            kind = found["--format"].type
            assert isinstance(kind, FormatParameter)
            assert kind.choices[0] == "text", name
            assert set(kind.choices) <= set(known)
            assert kind.convert("table", None, None) == "text"
    without = {name for name, command in COMMANDS.items() if "--format" not in options(command)}
    assert without == {"completion", "import", "schema"}  # which are code and JSON


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A folder that has the files which examples name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.json").write_text(
        '{"input": [3, 8, 8], "layers": [{"type": "Conv2d", "out_channels": 4, "kernel_size": 3}]}'
    )
    (tmp_path / "key.json").write_text('{"spec": "alexnet", "questions": [{"layer": "conv1", "quantity": "params"}]}')
    (tmp_path / "answers.csv").write_text("layer,params\nconv1,23296\n")
    (tmp_path / "alice.md").write_text("| layer | params |\n|---|---|\n| conv1 | 23296 |\n")
    (tmp_path / "answers.json").write_text('{"answers": {"features.0.params": 1792}}')
    return tmp_path


@pytest.mark.parametrize("example", [example for example in EXAMPLES if not NOT_RUN.search(example)])
def test_an_example_runs(example, room):
    """Exit status 0, or 1 where an example shows that the answer is no."""
    result = CliRunner().invoke(commands, shlex.split(example)[1:], standalone_mode=False)
    assert result.exception is None or (isinstance(result.exception, SystemExit) and result.exception.code in (0, 1))
    written = [path for path in room.iterdir() if path.name in example and path.name not in result.output]
    assert result.output or any(path.stat().st_size for path in written)


FEW = {
    "alternatives": ["alexnet", "conv2"],
    "analyze": ["lenet5"],
    "check": ["alexnet", "answers.csv"],
    "check-budget": ["lenet5", "--max-params", "1"],
    "compare": ["lenet", "lenet5"],
    "conventions": [],
    "explain": ["lenet5", "C1"],
    "formula": ["lenet5"],
    "quiz": ["lenet", "--questions", "2"],
    "reconcile": ["lenet"],
    "rf": ["lenet5"],
    "solve": ["MaxPool2d(3, 2)", "--input", "4,?,?", "--output-shape", "4,5,5"],
    "sweep": ["lenet", "--vary", "input=28:36:4", "--pareto", "macs,params"],
    "verify": ["lenet5"],
    "zoo": [],
}


@pytest.mark.parametrize("name", FEW)
def test_every_format_is_written_as_it_is_printed(name, room):
    """And JSON is JSON; a file's suffix says its format."""
    import json

    suffixes = {"json": ".json", "csv": ".csv", "markdown": ".md", "latex": ".tex", "html": ".html", "python": ".py"}
    for form in options(COMMANDS[name])["--format"].type.choices:
        if form == "svg":
            continue  # of one layer
        printed = CliRunner().invoke(commands, [name, *FEW[name], "--format", form], env={"COLUMNS": "80"})
        assert printed.exit_code in (0, 1), printed.output
        if form == "json":
            json.loads(printed.stdout)
        path = f"out{suffixes.get(form, '.txt')}"
        if path == "out.csv" and name in ("check", "sweep"):
            continue  # grades, and all rows
        written = CliRunner().invoke(commands, [name, *FEW[name], "-o", path], env={"COLUMNS": "80"})
        assert (written.stdout, written.exit_code) == ("", printed.exit_code)
        assert (room / path).read_text() == printed.stdout


@pytest.mark.parametrize("name", [name for name in FEW if FEW[name] and name not in ("solve", "alternatives")])
def test_a_layer_is_a_spec_everywhere(name, room):
    layer = "nn.Conv2d(3, 4, 3, padding=1)"
    (room / "layer.csv").write_text("layer,params\nlayer,112\n")
    rest = {
        "compare": ["Conv2d(4, 5, padding=2)"],
        "explain": [],
        "check": ["layer.csv"],
        "sweep": ["--vary", "H=8:16"],
        "check-budget": ["--max-params", "112"],
        "quiz": [],
    }
    result = CliRunner().invoke(commands, [name, layer, *rest.get(name, []), "--input", "3,8,8"], standalone_mode=False)
    assert result.exception is None or result.exception.code == 0, result.output
    assert result.output


def test_a_layer_needs_the_shape_that_arrives():
    result = CliRunner().invoke(commands, ["analyze", "Conv2d(4, 3)"])
    assert result.exit_code == 2
    assert "such as --input 3,32,32" in result.output


def test_the_module_of_a_layer_by_itself():
    from cnncalc.cli.specs import read_spec

    built = to_torch(read_spec("Conv2d(4, 3)", (3, 8, 8)))
    assert sum(parameter.numel() for parameter in built.parameters()) == 4 * (3 * 9 + 1)
