"""Files of sweeps: whole rows only, and an interrupted sweep goes on where it was."""

import pandas
import pytest

import cnncalc
from cnncalc import CnncalcError
from cnncalc.design.files import writer
from cnncalc.design.frame import whole_frame
from cnncalc.design.sweep import Sweep


def asked(**changes):
    values = {"width": [0.5, 1, 1.4], "input": [*range(1, 40, 4), 96]}
    return Sweep(cnncalc.load("mobilenet_v2"), values, ["macs", "params", "jump.H"], **changes)


def written(path, most, pieces=None):
    sweep = asked()
    file = writer(str(path), sweep)
    for number, piece in enumerate(sweep.pieces(most)):
        if number >= file.progress.pieces:
            if pieces is not None and number >= pieces:
                return
            file.write(file.rows(sweep.block(piece)), piece.count)
    file.finish()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_interrupted_sweep_goes_on_where_it_was(tmp_path, suffix):
    whole, halves = tmp_path / f"whole.{suffix}", tmp_path / f"halves.{suffix}"
    written(whole, 7)
    written(halves, 7, pieces=2)
    assert not halves.exists()
    partial = tmp_path / f"halves.{suffix}.partial"
    if suffix == "csv":
        with partial.open("ab") as file:
            file.write(b"1.4,9")  # a row that was being written when the machine went down
    written(halves, 7)
    assert sorted(path.name for path in tmp_path.iterdir()) == [halves.name, whole.name]
    read = pandas.read_csv if suffix == "csv" else pandas.read_parquet
    pandas.testing.assert_frame_equal(read(whole), read(halves))
    if suffix == "csv":
        assert whole.read_bytes() == halves.read_bytes()
    frame = read(whole).sort_values(["width", "input"]).reset_index(drop=True)
    expected = whole_frame(asked())
    assert frame["macs"].fillna(-1).tolist() == expected["macs"].fillna(-1).tolist()
    assert frame["illegal"].notna().sum() == 0 if "illegal" not in expected else True


def test_another_sweep_does_not_go_on_with_it(tmp_path):
    path = tmp_path / "points.csv"
    written(path, 7, pieces=1)
    with pytest.raises(CnncalcError, match="left over from another sweep"):
        writer(str(path), asked(batch=2))


def test_what_is_wrong_with_a_file(tmp_path):
    with pytest.raises(CnncalcError, match=r"a sweep is written as \.csv or \.parquet"):
        writer(str(tmp_path / "points.xlsx"), asked())
    with pytest.raises(CnncalcError, match="there is no directory"):
        writer(str(tmp_path / "nowhere" / "points.csv"), asked())
    (tmp_path / "points.csv.partial.json").write_text("[]")
    with pytest.raises(CnncalcError, match="not a note of an interrupted sweep"):
        writer(str(tmp_path / "points.csv"), asked())


def test_a_parquet_file_has_no_numbers_beyond_64_bits(tmp_path):
    sweep = Sweep(cnncalc.load("alexnet"), {"batch": [2**31 - 1], "H": [2**31 - 1]}, ["macs"])
    file = writer(str(tmp_path / "points.parquet"), sweep)
    with pytest.raises(CnncalcError, match="macs goes beyond 64 bits"):
        file.write(file.rows(next(sweep.blocks())), 1)
