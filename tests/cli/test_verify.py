"""``cnncalc verify`` as it is typed."""

import json
import re

from command_line import cnncalc

from cnncalc.spec import shipped_names


def test_a_table_with_both_figures_and_a_mark():
    result = cnncalc("verify", "alexnet")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(r"^✓ conv2 .*192×27×27 192×27×27 ✓ +307k +307k ✓ +224M +224M ✓$", result.stdout, re.M)
    assert "✓ 22 layers agree: output, params, buffers and MACs by PyTorch" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_json():
    result = cnncalc("verify", "lenet5", "--format", "json", "--receptive-field", "--batch", 3)
    document = json.loads(result.stdout)
    assert document["agrees"] is True
    assert document["batch"] == 3
    assert document["whole"]["macs"]["cnncalc"] == document["whole"]["macs"]["torch"]
    first = document["layers"][0]
    assert first["name"] == "C1"
    assert first["receptive_field"]["torch"] == {"input": [[14, 18], [14, 18]]}
    assert first["output_shape"] == {"cnncalc": [6, 28, 28], "torch": [6, 28, 28], "agrees": True, "remark": ""}


SPOILED = """
from cnncalc import Conv2d, Network
from cnncalc.layers.base import Operations

Conv2d.operations = lambda self, x, *, output: Operations(mac=1234567)
network = Network(input=[3, 8, 8], layers=[Conv2d(4, 3, name="wrong"), Conv2d(4, 3)])
"""


def test_what_differs_is_shown_in_full_and_the_status_is_1(tmp_path):
    """A Python spec that spoils a formula."""
    (tmp_path / "net.py").write_text(SPOILED)
    result = cnncalc("verify", "net.py:network", cwd=tmp_path)
    assert result.returncode == 1
    assert re.search(r"^✗ +wrong .* 1,234,567 +3,888 ✗$", result.stdout, re.M)
    assert "✗ PyTorch differs on wrong, conv2d_1, whole" in result.stdout
    document = json.loads(cnncalc("verify", "net.py:network", "--format", "json", cwd=tmp_path).stdout)
    assert document["agrees"] is False


def test_all_that_come_with_it():
    result = cnncalc("verify", "--all")
    assert (result.returncode, result.stderr) == (0, "")
    count = len(shipped_names())
    assert re.search(rf"^{count} of {count} networks agree: ", result.stdout, re.M)
    assert result.stdout.startswith("✓ alexnet: 22 layers agree\n")


def test_usage():
    for arguments in ([], ["alexnet", "--all"], ["--all", "--set", "width=2"]):
        result = cnncalc("verify", *arguments)
        assert result.returncode == 2
        assert "Error: " in result.stderr


def test_without_torch(tmp_path):
    """One sentence that says how to get it."""
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')")
    result = cnncalc("verify", "alexnet", env={"PYTHONPATH": str(tmp_path)})
    assert result.returncode == 2
    message = "PyTorch cannot be imported (no torch here); it comes with pip install"
    assert result.stderr == f'Error: {message} "cnncalc[torch]"\n'
