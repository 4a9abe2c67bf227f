"""A short run of what the long runs do, and the cases that they found."""

import pytest
import torch
from differential import layer_run, network_run
from differential.departures import DEPARTURES
from differential.layer import Case, compare, theirs
from differential.ledger import Ledger
from differential.resolved import LENIENT, MENDED
from differential.results import text

from cnncalc import layers
from cnncalc.layers import LAYERS


@pytest.fixture(autouse=True)
def _kernels_that_are_counted():
    """torch's counter has no rule for the fused kernels of attention."""
    flash, fast = torch.backends.cuda.flash_sdp_enabled(), torch.backends.mha.get_fastpath_enabled()
    torch.backends.cuda.enable_flash_sdp(False)
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.cuda.enable_flash_sdp(flash)
    torch.backends.mha.set_fastpath_enabled(fast)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("what", "cases"), [(layer_run, 1500), (network_run, 80)], ids=["layers", "networks"])
def test_a_short_run(what, cases):
    ledger = Ledger("layers", seed=7, each=cases)
    for number, case in enumerate(what.drawn(7, 0, cases)):
        what.examine(case, number, 0, ledger)
    assert not ledger.disagreements
    assert sum(row["cases"] for row in ledger.rows.values()) == cases
    assert sum(row["legal"] for row in ledger.rows.values()) > cases / 3
    if what is layer_run:
        assert len(ledger.rows) > 0.9 * len(LAYERS)
        assert set(ledger.departures) <= {*DEPARTURES, "without values"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", range(len(MENDED)), ids=lambda number: type(MENDED[number][0]).__name__)
def test_what_the_long_runs_found(number):
    layer, shapes, _ = MENDED[number]
    assert compare(Case(layer, shapes)).differs == ""


@pytest.mark.parametrize("number", range(len(LENIENT)))
def test_the_meta_device_takes_what_cannot_be_run(number):
    case = Case(*LENIENT[number])
    assert not theirs(case, 5, "meta").refusal
    assert theirs(case, 5, "cpu").refusal
    assert compare(case).differs == ""


def test_a_wrong_formula_is_written_down(monkeypatch):
    monkeypatch.setattr(layers.MaxPool2d, "output", lambda self, x: (x[0], x[1], x[2]))
    ledger = Ledger("layers", seed=1, each=2)
    for number, shape in enumerate([(3, 24, 24), (1, 6, 6)]):
        layer_run.examine(Case(layers.MaxPool2d(2), (shape,)), number + 1, 0, ledger)
    found = ledger.disagreements["MaxPool2d: output"]
    assert (found["count"], found["case"]) == (2, "MaxPool2d(kernel_size=2) on (1, 6, 6)")
    assert "MaxPool2d: output" in text([ledger])


def test_a_run_is_kept_and_gone_on_with(tmp_path):
    ledger = Ledger("layers", seed=1, each=1)
    layer_run.examine(Case(layers.ReLU(), ((3, 4),)), 0, 0, ledger)
    ledger.disagree("x", 0, "case", "detail")
    ledger.save(tmp_path / "run.json")
    again = Ledger.load(tmp_path / "run.json")
    assert (again.rows, again.disagreements, again.departures) == (ledger.rows, ledger.disagreements, ledger.departures)
