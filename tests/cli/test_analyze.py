"""`cnncalc analyze` as a person runs it."""

import json
import re
import subprocess
import sys

import pytest
from command_line import cnncalc

from cnncalc import __version__, analyze, load
from cnncalc.spec import shipped_names


@pytest.mark.parametrize("name", shipped_names())
def test_json_is_the_analysis(name):
    result = cnncalc("analyze", name, "--format", "json")
    assert result.returncode == 0
    assert result.stderr == ""
    assert json.loads(result.stdout) == analyze(load(name)).to_dict()


def test_a_file_a_name_and_standard_input_print_the_same(tmp_path):
    path = tmp_path / "net.json"
    path.write_text(load("alexnet").to_json())
    by_name = cnncalc("analyze", "alexnet")
    assert by_name.returncode == 0
    assert cnncalc("analyze", path).stdout == by_name.stdout
    assert cnncalc("analyze", "-", text=path.read_text()).stdout == by_name.stdout


def test_several_inputs_have_names(tmp_path):
    spec = {"input": {"a": [3, 8, 8], "b": [3, 8, 8]}, "layers": [{"type": "Add", "inputs": ["a", "b"]}]}
    (tmp_path / "two.json").write_text(json.dumps(spec))
    sizes = ["--input", "a=3,9,9", "--input", "b=3,9,1"]
    document = json.loads(cnncalc("analyze", "two.json", *sizes, "--format", "json", cwd=tmp_path).stdout)
    assert document["input"] == {"a": [3, 9, 9], "b": [3, 9, 1]}
    assert document["layers"][0]["output_shape"] == [3, 9, 9]
    for wrong, message in (
        (["--input", "3,9,9"], "the network has the inputs a, b; a shape needs the name of its own"),
        (["--input", "3,9,9", "--input", "a=3,9,9"], "each needs its input's name"),
        (["--input", "c=3,9,9"], 'the network has no input "c"; its inputs: a, b'),
        (["--input", "=3,9,9"], "expected sizes such as 3,224,224"),
    ):
        result = cnncalc("analyze", "two.json", *wrong, cwd=tmp_path)
        assert result.returncode == 2
        assert message in result.stderr


def test_options_reach_the_analysis():
    result = cnncalc("analyze", "resnet18", "--input", "3x288x288", "--batch", "4", "--format", "json")
    assert json.loads(result.stdout) == analyze(load("resnet18"), [3, 288, 288], batch=4).to_dict()


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "latex"])
def test_chosen_columns_in_their_order(form):
    result = cnncalc("analyze", "lenet", "--format", form, "--columns", "macs, name", "--top", "1")
    assert result.returncode == 0
    line = next(line for line in result.stdout.splitlines() if "conv2" in line)
    assert re.search(r"154k|153600", line)
    assert line.index("15") < line.index("conv2")


@pytest.mark.parametrize("columns", ["80", "160"])
def test_colour_where_it_is_wanted_and_the_same_text(columns):
    piped = cnncalc("analyze", "alexnet", env={"COLUMNS": columns}).stdout
    assert "\x1b" not in piped
    for env, has_colour in (({}, True), ({"NO_COLOR": "1"}, False)):
        forced = cnncalc("analyze", "alexnet", env={"COLUMNS": columns, "FORCE_COLOR": "1"} | env).stdout
        assert re.sub(r"\x1b\[[\d;]*m", "", forced) == piped
        assert bool(re.search(r"\x1b\[[\d;]*3\dm", forced)) == has_colour


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("colour", [{}, {"FORCE_COLOR": "1"}])
def test_a_terminal_without_unicode(encoding, form, colour):
    result = subprocess.run(
        [sys.executable, "-m", "cnncalc", "analyze", "alexnet", "--format", form],
        capture_output=True,
        env={"PYTHONIOENCODING": encoding} | colour,
    )
    assert result.returncode == 0
    assert result.stderr == b""
    assert b"fc8" in result.stdout
    if form == "table":
        assert b"?" not in result.stdout
        assert b"###" in result.stdout


def test_a_closed_pipe_ends_quietly():
    command = f"{sys.executable} -m cnncalc analyze vgg16 --format csv | head -n 1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert result.stdout.startswith("name,")
    assert result.stderr == ""


def test_version_and_help():
    assert cnncalc("--version").stdout == f"cnncalc, version {__version__}\n"
    assert re.search(r"analyze +Shapes, parameters and costs", cnncalc("--help").stdout)
    assert "  cnncalc analyze resnet18 --input 3,288,288 --batch 32\n" in cnncalc("analyze", "--help").stdout


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex"])
def test_analyze_imports_nothing_heavy(form):
    """A whole run in one process, then a look at what it loaded."""
    script = (
        "import sys\n"
        f"sys.argv = ['cnncalc', 'analyze', 'alexnet', '--format', '{form}']\n"
        "from cnncalc.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'numpy', 'pandas', 'sympy', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert 'cnncalc.evaluate' in sys.modules\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
