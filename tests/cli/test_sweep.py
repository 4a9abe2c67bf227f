"""``cnncalc sweep`` as a person runs it."""

import json
import signal
import subprocess
import sys
import time

import click
import pandas
import pytest
from command_line import cnncalc, heed_signals

from cnncalc.cli.commands import commands
from cnncalc.errors import CnncalcError

ASKED = ("sweep", "mobilenet_v2", "--vary", "width=0.5,1", "--vary", "input=96:224:32")


def test_what_is_printed():
    result = cnncalc(*ASKED, "--where", "params < 3e6", "--quantity", "macs,params", "--top", 3)
    assert result.returncode == 0
    assert result.stderr == ""
    assert result.stdout == (
        "MobileNet v2: 10 points, 5 where params < 3e6\n"
        "width  input        MACs     params\n"
        "  0.5     96  18,885,440  1,968,680\n"
        "  0.5    128  32,578,560  1,968,680\n"
        "  0.5    160  50,184,000  1,968,680\n"
        "3 of 5 rows; --top shows more\n"
    )


def test_a_front_is_drawn(tmp_path):
    page = tmp_path / "front.html"
    result = cnncalc(*ASKED, "--pareto", "macs,-params", env={"COLUMNS": "60"})
    assert result.returncode == 0
    assert "10 points; 2 on the front" in result.stdout
    assert result.stdout.count("●") == 2
    assert max(map(len, result.stdout.splitlines())) <= 60
    assert cnncalc(*ASKED, "--pareto", "macs,-params", "-o", page).stdout == ""
    text = page.read_text()
    assert text.count('class="best"') == 2
    assert "http" not in text
    assert "width = 0.5\ninput = 96\n" in text


@pytest.mark.parametrize("option", ["--pareto", "--sort"])
def test_nothing_is_left(option, capsys):
    commands(["sweep", "alexnet", "--vary", "H=1,2", option, "macs"], standalone_mode=False)
    assert "AlexNet: 2 points, 2 of them illegal" in capsys.readouterr().out


def test_formats():
    rows = json.loads(cnncalc(*ASKED, "--sort", "-macs", "--format", "json").stdout)
    assert rows["points"] == rows["legal"] == rows["met"] == 10
    assert rows["rows"][0] | {"width": 1, "input": 224, "params": 3504872, "macs": 300774272} == rows["rows"][0]
    text = cnncalc(*ASKED, "--sort", "macs", "--quantity", "macs", "--format", "csv").stdout
    assert text.splitlines()[:2] == ["width,input,macs", "0.5,96,18885440"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_has_every_point(tmp_path, jobs):
    path = tmp_path / "points.csv"
    result = cnncalc("sweep", "alexnet", "--vary", "input=50:90", "--quantity", "macs", "-o", path, "--jobs", jobs)
    assert result.returncode == 0
    frame = pandas.read_csv(path)
    assert len(frame) == 41
    assert frame["macs"].isna().sum() == frame["illegal"].notna().sum() == 13
    assert "13 of them illegal" in result.stdout
    assert f"writtento{path}" in "".join(result.stdout.split())
    assert [found.name for found in tmp_path.iterdir()] == ["points.csv"]


def test_an_interruption_is_not_the_end(tmp_path):
    """Interrupted as by Ctrl-C once a piece is written, and run again."""
    path, note = tmp_path / "points.csv", tmp_path / "points.csv.partial.json"
    values = ["--vary", "c=1:2000", "--vary", "W=32:400"]
    spec = tmp_path / "net.json"
    layer = {"type": "Conv2d", "out_channels": "c", "kernel_size": 3}
    spec.write_text(json.dumps({"input": [3, 32, 32], "variables": {"c": 8}, "layers": [layer]}))
    command = [sys.executable, "-m", "cnncalc", "sweep", str(spec), *values, "--quantity", "macs", "-o", str(path)]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    running = subprocess.Popen(command, **pipes, text=True, preexec_fn=heed_signals)
    while not note.exists() and running.poll() is None:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "the same command goes on there" in said
    assert not path.exists()
    again = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0
    assert "going on behind" in again.stderr
    frame = pandas.read_csv(path)
    assert len(frame) == len(frame.drop_duplicates(["c", "W"])) == 2000 * 369
    assert (frame["macs"] == 27 * frame["c"] * 30 * (frame["W"] - 2)).all()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--vary", "width"), "--vary takes NAME=VALUES, such as width=16:256:16, found 'width'"),
        (("--vary", "width=x"), "--vary width: expected values such as 16:256:16, 1,2,4 or 0.25:1:0.25, found 'x'"),
        (("--vary", "width=1", "--vary", "width=2"), "--vary width is given twice; commas join values"),
        (("--vary", "wdith=1"), "nothing is named 'wdith' that may vary; did you mean 'width'?"),
        (("--vary", "width=1", "--pareto", "parms,macs"), "no quantity is named 'parms'; did you mean 'params'?"),
        (("--vary", "width=1", "--sort", "-mcas"), "no quantity is named 'mcas'; did you mean 'macs'?"),
        (("--vary", "width=1", "--format", "html"), "a page draws two figures; name them with --pareto"),
        (
            ("--vary", "width=1", "-o", "a.svg"),
            "a.svg: there is no format svg here; state one with",
        ),
        (("--vary", "width=1", "--sample", "many"), "expected a whole number such as 1000 or 1e6, found 'many'"),
        (("--vary", "width=1", "--where", "params <<< 3"), "the condition 'params <<< 3': not an expression"),
        ((), "Missing option '--vary'"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence):
    with pytest.raises((CnncalcError, click.ClickException)) as raised:
        commands(["sweep", "mobilenet_v2", *arguments], standalone_mode=False)
    assert sentence in (raised.value.format_message() if hasattr(raised.value, "format_message") else str(raised.value))
