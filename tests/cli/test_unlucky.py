"""Files, terminals and machines as they should not be: one sentence and exit status 2, or the right answer all the
same.
"""

import json
import os
import subprocess
import sys

import pytest
from command_line import cnncalc

NETWORK = {"input": [3, 8, 8], "layers": [{"type": "ReLU", "name": "act"}]}


def write(path, document=NETWORK, encoding="utf-8"):
    path.write_bytes(json.dumps(document, indent=1).encode(encoding))
    return path


def in_shell(command, cwd, **env):
    """A command line of a shell, in which ``$cnncalc`` is the command."""
    environment = os.environ | {"cnncalc": f"{sys.executable} -m cnncalc", "PYTHONIOENCODING": "utf-8"} | env
    if "LC_ALL" in env:
        del environment["PYTHONIOENCODING"]
    return subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, encoding="utf-8", cwd=cwd, env=environment, timeout=60
    )


@pytest.fixture
def folder(tmp_path):
    """A directory with every kind of file that is none to read."""
    write(tmp_path / "net.json")
    (tmp_path / "circle.json").symlink_to("circle.json")
    (tmp_path / "circle.toml").symlink_to("circle.toml")
    (tmp_path / "dangling.json").symlink_to("nowhere.json")
    (tmp_path / "link.json").symlink_to("net.json")
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    (tmp_path / "directory.json").mkdir()
    (tmp_path / "directory.toml").mkdir()
    (tmp_path / "directory.py").mkdir()
    (tmp_path / "empty.json").touch()
    (tmp_path / "mark.json").write_bytes(b"\xef\xbb\xbf")
    os.mkfifo(tmp_path / "pipe.json")
    os.mkfifo(tmp_path / "pipe.toml")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["analyze", "circle.json"], "circle.json: cannot be read: too many levels of symbolic links"),
        (["analyze", "dangling.json"], "dangling.json: a symbolic link that leads to no file"),
        (["analyze", "directory.json"], "directory.json: this is a directory, expected a JSON file"),
        (["analyze", "directory.py"], "directory.py: this is a directory, expected a Python file"),
        (["analyze", "empty.json"], "empty.json: it is empty, expected a JSON object"),
        (["analyze", "mark.json"], "mark.json: it is empty, expected a JSON object"),
        (["analyze", "pipe.json"], "pipe.json: it is empty, expected a JSON object"),
        (["analyze", "/dev/null"], "/dev/null: it is empty, expected a JSON object"),
        (["analyze", "/proc/self/mem"], "/proc/self/mem: cannot be read: input/output error"),
        (["check", "net.json", "circle.json"], "circle.json: cannot be read: too many levels of symbolic links"),
        (["check", "circle.json", "net.json"], "circle.json: cannot be read: too many levels of symbolic links"),
        (["check", "net.json", "/dev/null"], "/dev/null: holds no answers"),
        (["check", "net.json", "/dev/zero"], "/dev/zero: larger than 16 MiB, too large for answers"),
        (["analyze", "net.json", "--convention", "pipe.toml"], "pipe.toml: Object missing required field `name`"),
        (["analyze", "net.json", "--convention", "directory.toml"], "directory.toml: cannot be read: is a directory"),
        (["analyze", "net.json", "--convention", "endless.toml"], "endless.toml: larger than 1,000,000 bytes"),
        (["analyze", "net.json", "--convention", "circle.toml"], "circle.toml: cannot be read: "),
    ],
)
def test_what_is_no_file_to_read(arguments, message, folder):
    result = cnncalc(*arguments, cwd=folder)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {message}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_as_editors_and_shells_of_windows_write_them(encoding, tmp_path):
    text = json.dumps(NETWORK, indent=1).replace("\n", "\r\n")
    (tmp_path / "net.json").write_bytes(text.encode(encoding))
    (tmp_path / "own.toml").write_bytes(b'\xef\xbb\xbfname = "own"\r\ndescription = "x"\r\n')
    result = cnncalc("analyze", "net.json", "--convention", "own.toml", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "act" in result.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"name": "Résidu"}'.encode("latin-1"), "net.json: not a text file (byte 11 is not UTF-8)"),
        (b'\xff\xfe{\x00"', "net.json: not a text file (byte 4 is not UTF-16-LE)"),
        (b'{"name": "a\0b"}', "net.json: line 1, column 12: not valid JSON: invalid control character\n"),
        (b'{"input": [' + b"9" * 10**5 + b"]}", "net.json: holds a number with too many digits"),
        (b'{"input": ' + b"[" * 10**5, "net.json: nested too deeply"),
    ],
)
def test_contents_that_are_no_spec(content, message, tmp_path):
    (tmp_path / "net.json").write_bytes(content)
    result = cnncalc("analyze", "net.json", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"Error: {message}")


def test_ten_to_the_fifth_layers(tmp_path):
    write(
        tmp_path / "net.json",
        {"input": [3], "layers": [{"type": "Repeat", "times": 99_000, "layers": [{"type": "ReLU"}]}]},
    )
    result = cnncalc("analyze", "net.json", "--top", 1, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 of 99000 layers" in result.stdout.replace(",", "")


def test_ten_to_the_sixth_repeats(tmp_path):
    repeated = {"type": "Repeat", "times": 10**6, "layers": [{"type": "ReLU"}]}
    write(tmp_path / "net.json", {"input": [3], "layers": [repeated]})
    result = cnncalc("analyze", "net.json", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == (
        "Error: net.json: $.layers[0].times: expected a whole number of 0 to 200000, found 1000000\n"
    )


ODD = ["[red]act", "[/red]", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "%s", "\\", "`", "<b>", "$x$", "名😀"]


@pytest.mark.parametrize("color", ["", "1"])
def test_names_are_printed_as_they_are(color, tmp_path):
    layers = [{"type": "ReLU", "name": name} for name in ODD]
    write(tmp_path / "net.json", NETWORK | {"layers": layers})
    env = {"FORCE_COLOR": color, "COLUMNS": "120"} if color else {"COLUMNS": "120"}
    result = cnncalc("analyze", "net.json", "--columns", "name,params", cwd=tmp_path, env=env)
    assert (result.returncode, result.stderr) == (0, "")
    assert all(f"\n{name} " in result.stdout for name in ODD)


def test_a_spreadsheet_runs_none_of_them(tmp_path):
    layers = [{"type": "ReLU", "name": name} for name in ODD]
    write(tmp_path / "net.json", NETWORK | {"layers": layers})
    table = cnncalc("analyze", "net.json", "--format", "csv", cwd=tmp_path).stdout
    quantity = f"{ODD[2]}.macs"
    swept = cnncalc("sweep", "net.json", "--vary", "H=1:2", "--quantity", quantity, "--format", "csv", cwd=tmp_path)
    cnncalc("sweep", "net.json", "--vary", "H=1:2", "--quantity", quantity, "-o", "out.csv", cwd=tmp_path)
    for text in (table, swept.stdout, (tmp_path / "out.csv").read_text()):
        assert "'=cmd" in text
        assert not any(cell[:1] in "=+-@" for line in text.splitlines() for cell in line.split(",") if cell)


HIDDEN = ["\x1b[31m", "\x9b31m", "\x07", "\u202e", "\u2066", "\u200b", "\u2060", "\ufeff", "\u00ad", "\u2028", "\n"]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_characters_are_in_no_name(hidden, tmp_path):
    write(tmp_path / "net.json", NETWORK | {"layers": [{"type": "ReLU", "name": f"a{hidden}b"}]})
    result = cnncalc("analyze", "net.json", cwd=tmp_path)
    assert result.returncode == 2
    assert "$.layers[0].name: expected text in one line, not blank and without control characters" in result.stderr
    assert hidden not in result.stderr[:-1]


def test_hidden_characters_reach_no_terminal(tmp_path):
    odd = "".join(HIDDEN)
    write(tmp_path / "net.json", NETWORK | {"source": odd, "notes": odd})
    write(
        tmp_path / "key.json", {"spec": "net.json", "title": odd, "questions": [{"quantity": "macs", "id": f"1{odd}"}]}
    )
    write(tmp_path / "answers.json", {"student": f"Ada{odd}", "answers": {f"1{odd}": f"0{odd}", odd: odd}})
    (tmp_path / "own.toml").write_text('name = "own"\ndescription = "a\\u001b[31mb\\u202e"\nunit = "\\u200b"\n')
    for arguments in (
        ["explain", "net.json", "act"],
        ["explain", "net.json", "--format", "markdown"],
        ["check", "key.json", "answers.json"],
        ["check", "key.json", "answers.json", "--format", "html"],
        ["check", "key.json", "answers.json", "--format", "json"],
        ["conventions", "own.toml"],
        ["analyze", "net.json", "--convention", "own.toml"],
        ["analyze", f"no{odd}where"],
        ["analyze", "net.json", f"--no{odd}option"],
        ["analyze", "net.json", "--sort", odd],
    ):
        result = cnncalc(*arguments, cwd=tmp_path)
        printed = result.stdout + result.stderr
        assert result.returncode in (0, 1, 2)
        assert not [
            character for character in odd[:-1] if character in printed and character != "[" and not character.isalnum()
        ]
        assert result.returncode < 2 or result.stderr.count("\n") == 1


CODE = {
    "raises.py": ('raise RuntimeError("boom\\nsecond")', "raises.py: its code fails: RuntimeError: boom second"),
    "ends.py": ('import sys; sys.exit("bye")', "ends.py: its code fails: SystemExit: bye"),
    "broken.py": ("def f(:", "broken.py: its code fails: SyntaxError: "),
    "ends.py:make": ("def make(): raise SystemExit(3)", "ends.py:make: its code fails: SystemExit: 3"),
    "odd.py:make": (
        "class Odd(BaseException): pass\ndef make(): raise Odd('x')",
        "odd.py:make: its code fails: Odd: x",
    ),
    "deep.py:make": ("def make(): return make()", "deep.py:make: its code fails: RecursionError: "),
}


@pytest.mark.parametrize("spec", CODE)
def test_python_specs_that_fail(spec, tmp_path):
    code, message = CODE[spec]
    (tmp_path / spec.partition(":")[0]).write_text(code)
    result = cnncalc("analyze", spec, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"Error: {message}")
    assert result.stderr.count("\n") == 1


def test_what_a_python_spec_prints_is_in_no_report(tmp_path):
    (tmp_path / "net.py").write_text(
        "print('at import')\nfrom cnncalc import Network, ReLU\n"
        "def make():\n    print('in make')\n    return Network(input=[3], layers=[ReLU()])\n"
    )
    result = cnncalc("analyze", "net.py:make", "--format", "json", cwd=tmp_path)
    assert json.loads(result.stdout)["layers"]
    assert result.stderr == "at import\nin make\n"


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("$cnncalc analyze - <&-", 2, "Error: standard input: it is closed\n"),
        ("$cnncalc check net.json - <&-", 2, "Error: standard input: it is closed\n"),
        ("$cnncalc quiz net.json --interactive <&-", 2, "Error: standard input is closed, nobody can answer\n"),
        ("$cnncalc analyze net.json >&-", 2, "Error: standard output is closed\n"),
        ("$cnncalc analyze nothing 2>&-", 2, ""),
        ("$cnncalc analyze net.json > /dev/full", 2, "Error: cannot write: no space left on device\n"),
        (
            "$cnncalc rf net.json act --format svg -o /dev/full",
            2,
            "Error: /dev/full: cannot be written: no space left on device\n",
        ),
        ("mkdir x; cd x; rmdir ../x; $cnncalc analyze lenet > /dev/null", 0, ""),
        ("mkdir x; cd x; rmdir ../x; $cnncalc analyze net.json", 2, "Error: net.json: no such file\n"),
        (
            "mkdir x; cd x; rmdir ../x; $cnncalc rf lenet conv1 -o a.svg",
            2,
            "Error: a.svg: cannot be written: no such",
        ),
        ("env -u HOME -u USER $cnncalc analyze net.json > /dev/null", 0, ""),
        ("COLUMNS=1 $cnncalc analyze net.json > /dev/null", 0, ""),
        ("COLUMNS=x $cnncalc reconcile net.json > /dev/null", 0, ""),
        ("$cnncalc explain net.json | grep 3x8x8 > /dev/null", 0, ""),
    ],
)
def test_terminals_and_machines_as_they_should_not_be(command, status, message, tmp_path):
    write(tmp_path / "net.json")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"} if "3x8x8" in command else {}
    result = in_shell(command, tmp_path, **ascii_only)
    assert result.returncode == status
    assert result.stderr.startswith(message)
    assert message or not result.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_or_written(tmp_path):
    write(tmp_path / "net.json").chmod(0)
    assert cnncalc("analyze", "net.json", cwd=tmp_path).stderr == "Error: net.json: cannot be read: permission denied\n"
    tmp_path.chmod(0o555)
    result = cnncalc("rf", "lenet", "conv1", "-o", "out.svg", cwd=tmp_path)
    assert result.stderr == "Error: out.svg: cannot be written: permission denied\n"
