"""``cnncalc explain`` and ``cnncalc quiz`` as a person runs them."""

import json

import pytest
from command_line import cnncalc


def test_a_single_layer():
    """The lectures' example: ten 5×5 filters on 3×32×32."""
    done = cnncalc("explain", "Conv2d(10, 5, stride=1, padding=2)", "--input", "3,32,32")
    assert done.returncode == 0
    for line in (
        "H' = ⌊(H − K + 2·P)/S⌋ + 1",
        "= (32 − 5 + 2·2)/1 + 1 = 31/1 + 1 = 31 + 1 = 32",
        "one filter = Cin·K² + 1",
        "= 3·5·5 + 1 = 75 + 1 = 76",
        "= 10·3·5·5 + 10 = 750 + 10 = 760",
        "= 32·32·10·3·5·5 = 768,000",
    ):
        assert line in done.stdout


def test_pytorchs_order_is_said():
    done = cnncalc("explain", "Conv2d(3, 10, 5)", "--input", "3,32,32", "--quantity", "output")
    assert "Read in PyTorch's order" in done.stdout
    assert "on 3×32×32 gives 10×28×28" in done.stdout


def test_a_layer_of_several_inputs():
    done = cnncalc("explain", "Add()", "--input", "a=4,8,8", "--input", "b=4,8,8", "--quantity", "flops")
    assert done.returncode == 0
    assert "= 4·8·8 = 256" in done.stdout


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
def test_formats_and_languages(form):
    done = cnncalc("explain", "lenet5", "C3", "--quantity", "params", "--format", form, "--lang", "zh")
    assert done.returncode == 0
    assert "参数量" in done.stdout
    assert "1{,}516" in done.stdout if form in ("markdown", "latex") else "1,516" in done.stdout


def test_a_whole_network():
    done = cnncalc("explain", "lenet5", "--quantity", "params")
    assert "C3  params = 60·5·5 + 16 = 1,516" in done.stdout
    assert "= 156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000" in done.stdout


def test_quantities_may_be_listed_with_commas_and_spelt_as_in_json():
    listed = cnncalc("explain", "alexnet", "conv2", "--quantity", "params,receptive_field").stdout
    named = cnncalc("explain", "alexnet", "conv2", "--quantity", "params", "--quantity", "receptive_field").stdout
    assert listed == named
    assert "Receptive field" in listed
    wrong = cnncalc("explain", "alexnet", "conv2", "--quantity", "params,depth")
    assert wrong.returncode == 2
    assert "no quantity is named 'depth'; the quantities are output, params" in wrong.stderr
    assert cnncalc("quiz", "lenet", "--quantity", "macs,receptive_field").returncode == 0


def test_other_sizes_batches_and_conventions():
    arguments = ("--input", "3,227,227", "--batch", "8", "--convention", "fvcore", "--quantity", "flops")
    done = cnncalc("explain", "alexnet", "conv1", *arguments)
    assert done.returncode == 0
    assert "8·" in done.stdout
    assert "fvcore" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("Conv2d(10, 5)",), "a single layer needs the shape that arrives"),
        (("Conv2d(10, 50)", "--input", "3,32,32"), 'Conv2d(10, 50): "layer": a kernel of 50'),
        (("Conv2D(10, 5)", "--input", "3,32,32"), "did you mean 'Conv2d'"),
        (("Conv2d(10, 5)", "conv", "--input", "3,32,32"), "a single layer has no further layers"),
        (("alexnet", "conv9"), "no layer is named 'conv9'; did you mean"),
        (("alexnet", "conv1", "--quantity", "speed"), "no quantity is named 'speed'; did you mean 'space'?"),
        (("alexnet", "conv1", "--lang", "xx"), "'xx' is not one of"),
        (("nosuch",), "no such file and no shipped spec"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence):
    done = cnncalc("explain", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3


def test_explaining_imports_nothing_heavy():
    import subprocess
    import sys

    program = (
        "import sys; sys.argv = ['cnncalc', 'explain', 'alexnet', 'conv1']\n"
        "from cnncalc.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pandas', 'sympy', 'torch', 'rich.console'} & sys.modules.keys()\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_a_sheet_is_the_same_for_the_same_seed_and_its_key_is_a_key(tmp_path):
    sheet = cnncalc("quiz", "lenet", "--seed", "7", "--format", "json", "--key")
    assert sheet.returncode == 0
    assert sheet.stdout == cnncalc("quiz", "lenet", "--seed", "7", "--format", "json", "--key").stdout
    document = json.loads(sheet.stdout)
    assert len(document["questions"]) == 10
    (tmp_path / "key.json").write_text(sheet.stdout, encoding="utf-8")
    answers = {question["id"]: str(question["answer"]) for question in document["questions"]}
    (tmp_path / "answers.json").write_text(json.dumps({"answers": answers}), encoding="utf-8")
    graded = cnncalc("check", tmp_path / "key.json", tmp_path / "answers.json")
    assert graded.returncode == 0, graded.stdout + graded.stderr


def test_asking_at_the_terminal():
    done = cnncalc("quiz", "exercises/sharing", "--interactive", text="20\n72\n")
    assert done.returncode == 0
    assert "Right." in done.stdout
    assert "Not right; the answer is 74." in done.stdout
    assert "the bias was left out" in done.stdout
    assert "Nout·Nin + Nout" in done.stdout
    assert "1 of 2 right." in done.stdout


def test_asking_ends_with_the_input():
    done = cnncalc("quiz", "exercises/sharing", "--interactive", text="q\n")
    assert done.returncode == 0
    assert "0 of 0 right." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("exercises/nosuch",), "no exercise sheet is named"),
        (("exercises/sizes", "--input", "1,8,8"), "has its own questions"),
        (("alexnet", "--questions", "0"), "0 is not in the range"),
        (("nosuch",), "no such file"),
    ],
)
def test_bad_quizzes(arguments, sentence):
    done = cnncalc("quiz", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
