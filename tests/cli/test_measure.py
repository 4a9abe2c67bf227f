"""``cnncalc measure`` as it is typed: what is printed and written, never how long it takes."""

import json
import re

import pytest
from command_line import cnncalc

from cnncalc.report.measured import rate_text, seconds_text

CONV = {"type": "Conv2d", "name": "c", "out_channels": 4, "kernel_size": 3}
SPEC = json.dumps({"input": [3, 16, 16], "layers": [CONV, {"type": "ReLU", "name": "r"}]})
QUICK = ("--repeats", 2, "--threads", 1)


def test_a_table_a_file_and_what_changed(tmp_path):
    (tmp_path / "net.json").write_text(SPEC)
    result = cnncalc("measure", "net.json", *QUICK, "-o", "a.json", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(r"^network: input 3×16×16, batch 1, float32, inference$", result.stdout, re.M)
    assert re.search(r"^Ceilings of this device, just measured: .*FLOP/s, .*B/s, .* a call\.$", result.stdout, re.M)
    assert re.search(r"^c +(Conv2d +)?[\d.]+ [mµ]s .* (compute|memory|overhead)$", result.stdout, re.M)
    assert re.search(r"^memory .* measured .* predicted", result.stdout, re.M)
    assert max(map(len, result.stdout.splitlines())) <= 80
    saved = json.loads((tmp_path / "a.json").read_text())
    assert [layer["name"] for layer in saved["layers"]] == ["c", "r"]
    for layer in (*saved["layers"], saved["whole"]):
        layer["latency"] = {"median": 1e-9, "low": 1e-9, "high": 1e-9, "best": 1e-9, "repeats": 2}
    (tmp_path / "a.json").write_text(json.dumps(saved))
    slower = cnncalc("measure", "net.json", *QUICK, "--against", "a.json", cwd=tmp_path)
    assert slower.returncode == 1
    assert re.search(r"^whole .* slower$", slower.stdout, re.M)
    other = cnncalc("measure", "net.json", *QUICK, "--batch", 2, "--against", "a.json", cwd=tmp_path)
    assert other.returncode == 2
    assert other.stderr == "Error: the saved measurement has batch 1, this one 2\n"


def test_json_of_one_and_of_several(tmp_path):
    (tmp_path / "a.json").write_text(SPEC)
    (tmp_path / "b.json").write_text(SPEC)
    one = json.loads(cnncalc("measure", "a.json", *QUICK, "--format", "json", cwd=tmp_path).stdout)
    assert {"name", "batch", "settings", "environment", "ceilings", "layers", "whole", "notes"} <= set(one)
    assert {"device", "torch", "python", "system", "clocks", "threads"} <= set(one["environment"])
    several = json.loads(cnncalc("measure", "a.json", "b.json", *QUICK, "--format", "json", cwd=tmp_path).stdout)
    assert [network["name"] for network in several["networks"]] == ["a.json", "b.json"]
    assert several["networks"][0]["ratio"]["median"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("alexnet", "vgg11", "-o", "x.json"), "--output and --against are about one SPEC"),
        (("alexnet", "alexnet"), "the same SPEC is named twice"),
        (("alexnet", "-o", "nowhere/x.json"), "nowhere/x.json: cannot be written: there is no such directory"),
        (("alexnet", "--against", "nowhere.json"), "nowhere.json: no such file or directory"),
        (("alexnet", "--dtype", "tf32", "--device", "cpu"), "tf32 needs an NVIDIA GPU"),
        (("alexnet", "--batch", "2000000"), "does not fit into the memory of"),
        (("alexnet", "--device", "toaster"), "no device is called toaster"),
    ],
)
def test_usage(arguments, message):
    result = cnncalc("measure", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_numbers_as_people_read_them():
    assert [seconds_text(x) for x in (2.5, 0.9999, 0.0321, 12.34e-6, 5.6e-10)] == [
        *("2.50 s", "1.00 s", "32.1 ms", "12.3 µs", "0.56 ns")
    ]
    assert [rate_text(x) for x in (0, 12.3, 1999, 45.2e9, 1.5e12)] == ["", "12.3", "2.00k", "45.2G", "1.50T"]
