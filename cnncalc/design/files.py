"""Sweeps written to files piece by piece: whole rows only, and an interrupted sweep goes on where it was.

Until the last piece is written everything lies under the file's name with ``.partial`` behind it, beside a note of how
far it is; only then does the file get its name.
"""

from __future__ import annotations

import json
import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy
import pandas

from cnncalc.design.block import ILLEGAL, Block
from cnncalc.design.frame import frame
from cnncalc.design.sweep import Sweep
from cnncalc.errors import CnncalcError, missing, printable
from cnncalc.safe_text import no_formula

SUFFIXES = (".csv", ".parquet")


class Progress:
    """How far a file is: pieces and points that are dealt with, and bytes that are written."""

    def __init__(self, pieces: int = 0, points: int = 0, size: int = 0) -> None:
        self.pieces = pieces
        self.points = points
        self.size = size


class Writer:
    """Writes the pieces of a sweep in order. Raises CnncalcError for a file of another kind or of another sweep."""

    def __init__(self, path: str, asked: Sweep, options: str = "") -> None:
        self.path = Path(path)
        if self.path.suffix not in SUFFIXES:
            raise CnncalcError(f"{printable(path)}: a sweep is written as {' or '.join(SUFFIXES)}")
        if not self.path.parent.is_dir():
            raise CnncalcError(f"{printable(path)}: there is no directory {printable(str(self.path.parent))}")
        self.asked = asked
        self.target = self.path.resolve() if self.path.is_symlink() else self.path
        self.partial = self.target.with_name(self.target.name + ".partial")
        self.note = self.target.with_name(self.target.name + ".partial.json")
        self.fingerprint = _fingerprint(asked, options)
        self.progress = self._found()

    def _found(self) -> Progress:
        """How far an interrupted sweep is, its file cut back to what was noted."""
        if not self.note.exists():
            return Progress()
        try:
            state = json.loads(self.note.read_text(encoding="utf-8"))
            fingerprint = state.pop("fingerprint")
            progress = Progress(**state)
        except (ValueError, KeyError, TypeError):
            raise CnncalcError(f"{printable(str(self.note))}: not a note of an interrupted sweep; remove it") from None
        if fingerprint != self.fingerprint:
            message = "is left over from another sweep; go on with that one, or remove it"
            raise CnncalcError(f"{printable(str(self.partial))} {message}")
        return self._cut_back(progress)

    def _cut_back(self, progress: Progress) -> Progress:
        raise NotImplementedError

    def rows(self, block: Block) -> Any:
        """The rows of a piece as they are written; the work of it, which any process may do."""
        return table(block, self.asked)

    def write(self, rows: Any, points: int) -> None:
        """Write the rows of a piece of so many points, then note it."""
        self._append(rows)
        self.progress.pieces += 1
        self.progress.points += points
        replacement = self.note.with_name(self.note.name + ".new")
        state = {"fingerprint": self.fingerprint} | vars(self.progress)
        replacement.write_text(json.dumps(state), encoding="utf-8")
        os.replace(replacement, self.note)

    def _append(self, rows: Any) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        """Give the file its name."""
        self._complete()
        self.note.unlink(missing_ok=True)

    def _complete(self) -> None:
        raise NotImplementedError

    def _name(self, written: Path) -> None:
        """Give what is written the file's name; a link stays one, and a file that was there keeps its permissions."""
        if self.target.exists():
            written.chmod(stat.S_IMODE(self.target.stat().st_mode))
        os.replace(written, self.target)


class CsvWriter(Writer):
    """One file, to which pieces are appended."""

    def _cut_back(self, progress: Progress) -> Progress:
        size = self.partial.stat().st_size if self.partial.exists() else 0
        if size < progress.size:
            raise CnncalcError(f"{printable(str(self.partial))}: shorter than what was written; remove it and its note")
        os.truncate(self.partial, progress.size)
        return progress

    def rows(self, block: Block) -> bytes:
        """Lines of CSV, encoded."""
        text: str = super().rows(block).to_csv(index=False, header=False, lineterminator="\n")
        return text.encode()

    def _append(self, rows: bytes) -> None:
        first = not self.progress.pieces
        with self.partial.open("wb" if first else "ab") as file:
            if first:
                names = dict.fromkeys([*self.asked.names, *self.asked.shown, ILLEGAL])
                file.write((",".join(map(_quoted, names)) + "\n").encode())
            file.write(rows)
            file.flush()
            os.fsync(file.fileno())
            self.progress.size = file.tell()

    def _complete(self) -> None:
        self._name(self.partial)


class ParquetWriter(Writer):
    """A directory of parts, one a piece, which are joined into the file at the end."""

    def __init__(self, path: str, asked: Sweep, options: str = "") -> None:
        try:
            import pyarrow  # noqa: F401
        except ImportError as error:
            raise CnncalcError(f"{printable(path)}: {missing('pyarrow', 'parquet', error)}, or write .csv") from None
        super().__init__(path, asked, options)

    def _part(self, number: int) -> Path:
        return self.partial / f"{number:08d}.parquet"

    def _cut_back(self, progress: Progress) -> Progress:
        if not all(self._part(number).exists() for number in range(progress.pieces)):
            raise CnncalcError(f"{printable(str(self.partial))}: parts are missing; remove it and its note")
        return progress

    def _append(self, rows: pandas.DataFrame) -> None:
        import pyarrow
        import pyarrow.parquet

        self.partial.mkdir(exist_ok=True)
        for name in rows.columns:
            if name != ILLEGAL and rows[name].dtype == object:
                message = f"{name} goes beyond 64 bits, which a column of a parquet file has not; write .csv"
                raise CnncalcError(f"{printable(str(self.path))}: {message}")
        part = self._part(self.progress.pieces)
        written = part.with_suffix(".new")
        schema = pyarrow.schema([(name, _arrow_type(name, rows)) for name in rows.columns])
        pyarrow.parquet.write_table(pyarrow.Table.from_pandas(rows, schema, preserve_index=False), written)
        os.replace(written, part)

    def _complete(self) -> None:
        import pyarrow.parquet

        parts = [self._part(number) for number in range(self.progress.pieces)]
        whole = self.partial / "whole.new"
        with pyarrow.parquet.ParquetWriter(whole, pyarrow.parquet.read_schema(parts[0])) as writer:
            for part in parts:
                writer.write_table(pyarrow.parquet.read_table(part))
        self._name(whole)
        for part in self.partial.iterdir():
            part.unlink()
        self.partial.rmdir()


def writer(path: str, asked: Sweep, options: str = "") -> Writer:
    """The writer for a file by its suffix. Raises CnncalcError."""
    return (ParquetWriter if path.endswith(".parquet") else CsvWriter)(path, asked, options)


def table(block: Block, asked: Sweep) -> pandas.DataFrame:
    """The rows of a piece with the same columns, of the same types, as every other piece has."""
    rows = frame(block, asked)
    for quantity in asked.quantities:
        if quantity.figure == "jump" and quantity.name in rows:
            rows[quantity.name] = [numpy.nan if value is pandas.NA else float(value) for value in rows[quantity.name]]
    reasons = rows[ILLEGAL].astype(object) if ILLEGAL in rows else pandas.Series([None] * len(rows), dtype=object)
    rows[ILLEGAL] = reasons.where(reasons.notna(), None)
    return rows


def _quoted(name: str) -> str:
    name = no_formula(name)
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\n') else name


def _arrow_type(name: str, rows: pandas.DataFrame) -> Any:
    import pyarrow

    if name == ILLEGAL:
        return pyarrow.string()
    kinds = {"float64": pyarrow.float64(), "bool": pyarrow.bool_()}
    return kinds.get(str(rows[name].dtype), pyarrow.int64())


def _fingerprint(asked: Sweep, options: str) -> str:
    """What tells a sweep from another: the network, the values, and all that is asked."""
    setting = asked.setting
    parts = [
        setting.network.to_json(),
        repr(sorted((name, values) for name, values in asked.points.axes_values().items())),
        repr((asked.names, asked.shown, setting.batch, setting.convention, asked.sample, asked.seed, options)),
        asked.condition.text if asked.condition else "",
    ]
    return sha256("\n".join(parts).encode()).hexdigest()
