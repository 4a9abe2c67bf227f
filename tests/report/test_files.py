"""Files are written whole or not at all."""

import os
import stat
import threading

import pytest

from cnncalc.errors import CnncalcError
from cnncalc.report.files import write_whole


def test_a_text_replaces_what_was_there(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("before, and longer")
    write_whole(str(path), "after ×\n")
    assert path.read_bytes() == "after ×\n".encode()
    assert os.listdir(tmp_path) == ["report.txt"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o400


def test_a_mark_for_spreadsheets(tmp_path):
    write_whole(str(tmp_path / "grades.csv"), "a,b\n", mark=True)
    assert (tmp_path / "grades.csv").read_bytes() == b"\xef\xbb\xbfa,b\n"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "real" / "report.txt")
    write_whole(str(link), "one")
    write_whole(str(link), "two")
    assert link.is_symlink()
    assert (tmp_path / "real" / "report.txt").read_text() == "two"
    assert os.listdir(tmp_path / "real") == ["report.txt"]


def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_whole(str(pipe), "through the pipe")
    reader.join()
    assert read == ["through the pipe"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_cannot_be_written_is_left_alone(tmp_path):
    with pytest.raises(CnncalcError, match="cannot be written: no such file or directory"):
        write_whole(str(tmp_path / "no" / "where.txt"), "text")
    with pytest.raises(CnncalcError, match="cannot be written: is a directory"):
        write_whole(str(tmp_path), "text")
    assert os.listdir(tmp_path) == []


def test_a_file_that_was_there_keeps_its_permissions(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text("before")
    path.chmod(0o600)
    write_whole(str(path), "after")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    umask = os.umask(0o027)
    try:
        write_whole(str(tmp_path / "new.csv"), "new")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write what is read-only")
def test_a_file_that_is_read_only_stays_as_it_was(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text("before")
    path.chmod(0o400)
    with pytest.raises(CnncalcError, match="cannot be written: permission denied"):
        write_whole(str(path), "after")
    assert path.read_text() == "before"


def test_nothing_half_written_stays_behind_an_interruption(tmp_path, monkeypatch):
    def interrupted(*paths):
        raise KeyboardInterrupt

    path = tmp_path / "report.txt"
    path.write_text("before")
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(str(path), "after")
    assert os.listdir(tmp_path) == ["report.txt"]
    assert path.read_text() == "before"


def test_halves_of_characters_do_not_stop_a_file(tmp_path):
    """Names of files on Linux are bytes, of which Python makes such halves where they are no UTF-8."""
    write_whole(str(tmp_path / "a.csv"), "caf\udce9,1\n")
    assert (tmp_path / "a.csv").read_text() == "caf?,1\n"
