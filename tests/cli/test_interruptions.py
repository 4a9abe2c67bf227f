"""Ctrl-C, ended processes, and outputs that nobody reads or that cannot be written."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from command_line import heed_signals

CNNCALC = [sys.executable, "-m", "cnncalc"]


def wide_spec(folder):
    layer = {"type": "Conv2d", "out_channels": "c", "kernel_size": 3}
    path = folder / "net.json"
    path.write_text(json.dumps({"input": [3, 32, 32], "variables": {"c": 8}, "layers": [layer]}))
    return path


def long_chain(folder, layers):
    path = folder / "chain.json"
    path.write_text(json.dumps({"name": "chain", "input": [3, 8, 8], "layers": [{"type": "ReLU"}] * layers}))
    return path


def wait_for(path, process):
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)
    assert process.poll() is None


def is_deserted(group):
    """Whether soon nobody of a group of processes is left."""
    for _ in range(1000):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_processes_of_a_sweep_die_with_it(tmp_path, number, status):
    """The signal goes to the first process alone, as from `kill`; a terminal sends Ctrl-C to all of them."""
    path, note = tmp_path / "points.csv", tmp_path / "points.csv.partial.json"
    values = ["--vary", "c=1:20000", "--vary", "W=32:400", "--quantity", "macs", "-o", path, "--jobs", "2"]
    command = [*CNNCALC, "sweep", wide_spec(tmp_path), *values]
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heed_signals
    )
    wait_for(note, running)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == status
    assert "Traceback" not in said
    assert not path.exists()
    assert is_deserted(running.pid)


def test_ctrl_c_while_importing(tmp_path):
    """A Python file's network whose code takes for ever."""
    started = tmp_path / "started"
    (tmp_path / "net.py").write_text(
        f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(60)\nnetwork = None\n"
    )
    command = [*CNNCALC, "analyze", "net.py:network"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = subprocess.Popen(command, **pipes, text=True, cwd=tmp_path, preexec_fn=heed_signals)
    wait_for(started, running)
    running.send_signal(signal.SIGINT)
    printed, said = running.communicate(timeout=60)
    assert (running.returncode, printed, said.strip()) == (130, "", "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("options", [["--format", "json"], ["--format", "csv"], []], ids=" ".join)
@pytest.mark.parametrize("colour", [{}, {"FORCE_COLOR": "1"}], ids=str)
def test_a_reader_that_leaves_ends_it_quietly(tmp_path, options, colour, unbuffered):
    if colour and options:
        pytest.skip("only tables have colour")
    if unbuffered and options[-1:] != ["json"]:
        pytest.skip("one format is enough")
    command = [*CNNCALC, "analyze", long_chain(tmp_path, 4000), *options]
    environment = os.environ | colour | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 128 + signal.SIGPIPE


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize(
    "arguments",
    [["analyze", "lenet"], ["--help"], ["--version"], ["analyze", "--help"], ["zoo", "--check"]],
    ids=" ".join,
)
def test_a_full_disk_gets_one_sentence(arguments):
    with open("/dev/full", "w") as full:
        result = subprocess.run([*CNNCALC, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (2, "Error: cannot write: no space left on device\n")


@pytest.mark.parametrize("arguments", ["analyze lenet", "--help", "--version", "schema"])
def test_a_closed_standard_output_gets_one_sentence(arguments):
    command = f"{sys.executable} -m cnncalc {arguments} >&-"
    result = subprocess.run(["bash", "-c", command], stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (2, "Error: standard output is closed\n")


@pytest.mark.parametrize("errors", ["2>&-", "2>/dev/full"])
def test_an_error_that_nobody_can_be_told_of_has_its_status(errors):
    command = f"{sys.executable} -m cnncalc analyze alexnt {errors}"
    assert subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE).returncode == 2
